"""Games of other programs: read, written, solved and drawn."""
