"""Every engine is one file here that names its ENGINE; `engine` finds them and asks in order."""
