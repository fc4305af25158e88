"""One run of everything that a scenario asks for, and its files."""
