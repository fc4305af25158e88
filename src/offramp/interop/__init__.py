"""Games of other programs, read, written, solved and drawn."""

from __future__ import annotations

from offramp.interop.efg import efg_text, parse_efg, read_efg, write_efg
from offramp.interop.nfg import StrategicGame, nfg_text, parse_nfg, read_nfg, write_nfg
from offramp.interop.playing import SolvedGame, read_game, solve_tree
from offramp.interop.scenarios import tree_of
from offramp.interop.strategies import strategic_form
from offramp.interop.tokens import FormatError
from offramp.interop.tree_drawing import tree_picture
from offramp.interop.trees import ExtensiveGame

__all__ = [
    "read_game",
    "ExtensiveGame",
    "StrategicGame",
    "FormatError",
    # Gambit's files
    "read_efg",
    "parse_efg",
    "write_efg",
    "efg_text",
    "read_nfg",
    "parse_nfg",
    "write_nfg",
    "nfg_text",
    # play, trees of scenarios, pictures
    "solve_tree",
    "SolvedGame",
    "tree_of",
    "strategic_form",
    "tree_picture",
]
