"""Whatever a text says, reading it ends in a game or in one clear complaint."""
