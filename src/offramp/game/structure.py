"""The solved game as read-only arrays: its shape once, its numbers for every draw."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.showing import Brief


@dataclass(frozen=True, eq=False, repr=False)
class Structure(Brief):
    """The shape of a game, the same for every draw; arrays are read-only.

    A node is a step of the round with a state, after merging; an edge is a move.
    Edges go from step k to step k + 1, or (where they turn the round) from the last
    step to step 0, or into a terminal. Every cycle passes through step 0. Nature's draws of
    private variables are steps -n to -1, before round 1, and belong to no cycle.

    Nodes with the same ``infoset`` are told apart by nobody who moves there: they have one
    mover and the same moves in the same order. Everybody remembers what they saw and did.
    Beliefs are reach probabilities. With private variables the game is a tree and they are
    counted from its start. Without, from a node that everybody knows and in its round: all
    nodes of an information set follow from one such node, each on one way; it may be the
    round's start or come after it, and then several rounds' starts may lead to it.
    """

    mover: NDArray[np.int16]
    """(node,) party that moves, -1 for nature."""
    first: NDArray[np.int64]
    """(node + 1,) the edges of node n are ``first[n]:first[n + 1]``, at least one."""
    target: NDArray[np.int64]
    """(edge,) the next node, or ``-(terminal + 1)``."""
    turns: NDArray[np.bool_]
    """(edge,) the edge ends a round and goes on: it is the discounted one."""
    pay_class: NDArray[np.int32]
    """(edge,) row of ``Tables.pay``."""
    odds_class: NDArray[np.int32]
    """(edge,) row of ``Tables.odds``; -1 at parties' nodes where no move has a weight."""
    step: NDArray[np.int16]
    """(node,) position in the round, counted from 0; below 0 for draws before round 1."""
    start: int
    """The node where play begins, at step 0 or at the first draw."""
    parties: int
    terminals: int
    order: NDArray[np.int64]
    """(node,) nodes by strongly connected component, sinks first; inside one by falling step."""
    component: NDArray[np.int64]
    """(component + 1,) pointer into ``order``."""
    cyclic: NDArray[np.bool_]
    """(component,) False for a single node without a loop, exact in one backup."""
    limit: int
    """Number of rounds, 0 where they are unlimited."""
    terminal_outcome: NDArray[np.int32]
    """(terminal,) index of the outcome."""
    terminal_by: NDArray[np.int32]
    """(terminal,) value of the outcome's ``by`` variable, or -1."""
    at_end_edge: NDArray[np.bool_]
    """(edge,) the turning edges that go into ``at_end``."""
    infoset: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    """(node,) information set, -1 where the mover knows the node (as everywhere by default)."""

    def __post_init__(self) -> None:
        if len(self.infoset) != len(self.mover):
            object.__setattr__(self, "infoset", np.full(len(self.mover), -1))
        _close(self)
        object.__setattr__(self, "_remembered", {})

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: the shape, and nothing that follows from it."""
        return self.__dict__ | {"_remembered": {}}

    @property
    def content(self) -> tuple[object, ...]:
        """The shape as values: two structures are alike where their contents are equal."""
        own = (getattr(self, one.name) for one in fields(self))
        return tuple(one.tobytes() if isinstance(one, np.ndarray) else one for one in own)

    @property
    def hidden(self) -> bool:
        """Whether somebody moves without knowing exactly where."""
        return bool(((self.infoset >= 0) & (self.mover >= 0)).any())

    @property
    def weighed(self) -> bool:
        """Whether some party's move has a weight."""
        own = np.repeat(self.mover >= 0, np.diff(self.first))
        return bool((self.odds_class[own] >= 0).any())

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.mover)

    @property
    def edges(self) -> int:
        """How many edges there are."""
        return len(self.target)


@dataclass(frozen=True, eq=False, repr=False)
class Tables(Brief):
    """The numbers of a game for D draws; float64, read-only.

    The total of an edge for party j is ``pay[class, j] + (patience_j if turns else 1) *
    (value_j[target] or end_pay[terminal, j])``.
    """

    pay: NDArray[np.float64]
    """(draw, pay_class, party) paid on an edge."""
    odds: NDArray[np.float64]
    """(draw, odds_class) probability of a move of nature; they add to 1 at every node. Of a party's
    move the log of its weight, where one at the node has a weight; the weights add to 1."""
    end_pay: NDArray[np.float64]
    """(draw, terminal, party) present worth at the end, not yet discounted."""
    patience: NDArray[np.float64]
    """(draw, party) discount factor per round, in (0, 1]."""
    precision: NDArray[np.float64]
    """(draw, party) logit precision, > 0."""
    entropy: bool = False
    """Whether values follow the entropy convention."""

    def __post_init__(self) -> None:
        _close(self)

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.patience)


_KINDS = {
    "mover": np.int16,
    "first": np.int64,
    "target": np.int64,
    "turns": np.bool_,
    "pay_class": np.int32,
    "odds_class": np.int32,
    "step": np.int16,
    "order": np.int64,
    "component": np.int64,
    "cyclic": np.bool_,
    "terminal_outcome": np.int32,
    "terminal_by": np.int32,
    "at_end_edge": np.bool_,
    "infoset": np.int32,
    "pay": np.float64,
    "odds": np.float64,
    "end_pay": np.float64,
    "patience": np.float64,
    "precision": np.float64,
}


def _close(record: Structure | Tables) -> None:
    """Give every array its kind and hand it out as a read-only view."""
    for one in fields(record):
        if one.name in _KINDS:
            array = np.ascontiguousarray(getattr(record, one.name), _KINDS[one.name]).view()
            array.setflags(write=False)
            object.__setattr__(record, one.name, array)
