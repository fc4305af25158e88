"""Play: people take seats against the solved play of the rest, alone or as a class."""
