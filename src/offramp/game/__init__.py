"""What it means: exploration, liveness, components, draws and tables of numbers."""

from __future__ import annotations

from offramp.game.aftermath import nodes_after
from offramp.game.compilation import Game, build, condense, rules_of, with_precision
from offramp.game.deviation import carry_strategy
from offramp.game.draws import Draws, draw, fix, nominal_draw
from offramp.game.events import ends_with, holds_after, holds_at
from offramp.game.interventions import Changed, Commitment, fixed_values, intervene
from offramp.game.structure import Structure, Tables

__all__ = [
    "build",
    "rules_of",
    "condense",
    "Game",
    "Structure",
    "Tables",
    "with_precision",
    # numbers
    "draw",
    "nominal_draw",
    "fix",
    "Draws",
    # changes of the rules
    "intervene",
    "fixed_values",
    "carry_strategy",
    "nodes_after",
    "Changed",
    "Commitment",
    # events
    "ends_with",
    "holds_at",
    "holds_after",
]
