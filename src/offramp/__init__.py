"""Offramp: an account of a crisis becomes a game, the game is solved, a report says what follows."""

from __future__ import annotations

__version__ = "0.1.0"
