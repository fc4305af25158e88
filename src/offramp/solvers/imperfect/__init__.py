"""Games in which somebody moves without knowing exactly where."""
