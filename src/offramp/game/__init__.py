"""What it means: exploration, liveness, components, draws and tables of numbers."""

from __future__ import annotations

from offramp.game.compilation import Game, build, with_precision
from offramp.game.draws import Draws, draw, fix, nominal_draw
from offramp.game.structure import Structure, Tables

__all__ = [
    "Draws",
    "Game",
    "Structure",
    "Tables",
    "build",
    "draw",
    "fix",
    "nominal_draw",
    "with_precision",
]
