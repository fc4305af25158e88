"""Curves of closed forms, as data."""
