"""Slopes of solved games: the equilibrium equations transposed."""
