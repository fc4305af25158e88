"""Hopes as unknowns: games with cycles, or with many information sets."""
