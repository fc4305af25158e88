"""Data into draws, so that all later rooms stay unchanged. Empty until estimation is built."""
