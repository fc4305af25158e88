"""What it means: exploration, liveness, components, draws and tables of numbers."""

from __future__ import annotations

from offramp.game.aftermath import nodes_after
from offramp.game.combinations import (
    combinations_in_use,
    combinations_of,
    is_open,
    nominal_combination,
    settled,
    settled_query,
    words_of_combination,
)
from offramp.game.compilation import Game, build, condense, family_of, rules_of, with_precision
from offramp.game.deviation import carry_strategy
from offramp.game.doubts import alike, game_doubts, is_connected
from offramp.game.draws import Draws, draw, fix, nominal_draw
from offramp.game.ends import End, ends_of
from offramp.game.events import ends_with, holds_after, holds_at, takes
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
    # switches
    "combinations_of",
    "combinations_in_use",
    "nominal_combination",
    "is_open",
    "settled",
    "settled_query",
    "words_of_combination",
    "family_of",
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
    # doubts
    "game_doubts",
    "is_connected",
    "alike",
    # ends and events
    "ends_of",
    "End",
    "ends_with",
    "holds_at",
    "holds_after",
    "takes",
]
