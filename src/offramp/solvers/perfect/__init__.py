"""Games in which everybody knows where they are."""
