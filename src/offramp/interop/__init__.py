"""Files of other programs, read and written. Empty until the first such format is built."""
