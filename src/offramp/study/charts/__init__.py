"""Curves of closed forms, and how they are drawn."""
