"""Games of other programs, read, written and solved."""

from __future__ import annotations

from offramp.interop.formats import Format, find_formats, read_game, write_game
from offramp.interop.playing import SolvedGame, solve_tree
from offramp.interop.scenarios import tree_of
from offramp.interop.strategic import StrategicGame
from offramp.interop.strategies import strategic_form
from offramp.interop.tokens import FormatError
from offramp.interop.trees import ExtensiveGame
from offramp.interop.unfolding import structure_of, tables_of

__all__ = [
    # files
    "read_game",
    "write_game",
    "find_formats",
    "Format",
    "FormatError",
    # games and their play
    "ExtensiveGame",
    "StrategicGame",
    "tree_of",
    "strategic_form",
    "solve_tree",
    "SolvedGame",
    # what the solvers take
    "structure_of",
    "tables_of",
]
