"""The game view: a tree where it can be read, else the round, likeliest ways, and single states."""
