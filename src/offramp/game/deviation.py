"""Deviation: one decision forced while everybody's other decisions stay as they were.

The deviated game is the one that a do of the same moves makes; its strategy is that of the
game without it, carried over by state, and 1 where the move is forced. Nobody responds to it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.game.aftermath import nodes_behind
from offramp.game.compilation import Game

Integers = NDArray[np.int64]


def carry_strategy(
    base: Game, deviated: Game, strategy: NDArray[np.float64]
) -> NDArray[np.float64]:
    """A strategy (draw, edge) of ``base`` over the edges of ``deviated``.

    ``deviated`` has the variables of ``base`` and perhaps hidden ones behind them, and offers
    the same moves or, where one is forced, that one only.
    """
    behind = _edges_behind(base, deviated)
    carried = strategy[:, np.maximum(behind, 0)]
    return np.where(_forced(base, deviated, behind)[None, :], 1.0, carried)


def _edges_behind(base: Game, deviated: Game) -> Integers:
    """The edge of ``base`` that each edge of ``deviated`` is."""
    nodes = nodes_behind(base, deviated)
    first, count = deviated.structure.first, len(base.moves)
    source = np.repeat(np.arange(deviated.structure.nodes), np.diff(first))
    own_source = np.repeat(np.arange(base.structure.nodes), np.diff(base.structure.first))
    known = own_source * count + base.edge_move
    order = np.argsort(known, kind="stable")
    wanted = nodes[source] * count + deviated.edge_move
    return order[np.searchsorted(known[order], wanted)]


def _forced(base: Game, deviated: Game, behind: Integers) -> NDArray[np.bool_]:
    """(edge,) whether the edge is the only one left of several."""
    own, before = np.diff(deviated.structure.first), np.diff(base.structure.first)
    source = np.repeat(np.arange(deviated.structure.nodes), own)
    base_source = np.searchsorted(base.structure.first, behind, side="right") - 1
    return (own[source] == 1) & (before[base_source] > 1)
