"""What every move is worth to who makes it, when all go on as solved: for debriefs and views.

Worths are expected discounted pays from the node on, at the first draw of a solved game; where the
mover does not know the node, on average over the beliefs of the solved play.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from offramp.analysis import absorb
from offramp.study.solving.experiment import Solved

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Worths:
    """A solved game read move by move."""

    solved: Solved

    @cached_property
    def play(self) -> Array:
        """(edge,) probability of every move at its node."""
        return self.solved.strategy[0]

    @cached_property
    def reach(self) -> Array:
        """(node,) expected number of visits."""
        return absorb(self.solved.game.structure, self.solved.strategy[:1]).visits[0]

    @cached_property
    def node(self) -> Array:
        """(node, party) expected discounted pays from the node on."""
        return self.solved.equilibria.payoff[0]

    @cached_property
    def edge(self) -> Array:
        """(edge, party) expected discounted pays from the move on."""
        structure, tables = self.solved.game.structure, self.solved.tables
        ends = structure.target < 0
        ahead = self.node[np.maximum(structure.target, 0)]
        ahead[ends] = tables.end_pay[0][-structure.target[ends] - 1]
        weight = np.where(structure.turns[:, None], tables.patience[0][None, :], 1.0)
        return tables.pay[0][structure.pay_class] + weight * ahead

    @cached_property
    def source(self) -> NDArray[np.int64]:
        """(edge,) the node of every move."""
        structure = self.solved.game.structure
        return np.repeat(np.arange(structure.nodes), np.diff(structure.first))

    def edges(self, node: int) -> range:
        """The moves of a node."""
        first = self.solved.game.structure.first
        return range(int(first[node]), int(first[node + 1]))

    def alike(self, node: int) -> NDArray[np.int64]:
        """The nodes that whoever moves there cannot tell from this one, itself included."""
        sets = self.solved.game.structure.infoset
        return np.flatnonzero(sets == sets[node]) if sets[node] >= 0 else np.array([node])

    def of_moves(self, node: int, party: int) -> Array:
        """(move,) what each move of the node is worth to a party, as far as its mover knows."""
        nodes = self.alike(node)
        weights = self.reach[nodes]
        if not weights.sum() > 0:  # play never comes here: all are held as likely
            weights = np.ones(len(nodes))
        each = np.array([self.edge[list(self.edges(int(n))), party] for n in nodes])
        return np.average(each, axis=0, weights=weights)
