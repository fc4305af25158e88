"""The smallest changes that make agreement the likely end."""
