"""Assumptions moved by hand, and what follows from them in three honest layers."""
