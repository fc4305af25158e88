"""Histories kept apart where somebody does not see everything: how a state came about then counts.

With private variables the game is the tree of all histories. Without them every round starts in
public, and a state is enough again as soon as nobody will move who has not seen how it came
about; from the first move that somebody will not have seen up to there, there is one node for
each way. It begins at a node that everybody knows, which many rounds' starts may share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError
from offramp.game.exploration import Reached, memory_room
from offramp.scenario import Meaning, StepMeaning

Integers = NDArray[np.int64]


def unfold(meaning: Meaning, reached: Reached, most_nodes: int) -> Reached:
    """The same game with histories kept apart; itself where everybody sees everything.

    Raises GameError where there are more than ``most_nodes`` nodes then.
    """
    apart = kept_apart(meaning.steps)
    if meaning.draws:
        public, copied = np.arange(1), reached.target >= 0
    elif apart.any():
        public = np.flatnonzero(~apart[reached.step])
        copied = (reached.target >= 0) & apart[reached.step[np.maximum(reached.target, 0)]]
    else:
        return reached
    return _Unfolding(meaning, reached, copied, most_nodes).from_nodes(public)


def kept_apart(steps: Sequence[StepMeaning]) -> NDArray[np.bool_]:
    """(step,) whether this mover, or one who moves later in the round, has not seen every move."""
    apart = np.zeros(len(steps), np.bool_)
    for position, step in enumerate(steps):
        if step.unseen:
            apart[step.unseen[0] + 1 : position + 1] = True
    return apart


class _Unfolding:
    """Follows the edges ``copied`` to a node of their own each, all others to the shared one."""

    def __init__(
        self, meaning: Meaning, reached: Reached, copied: NDArray[np.bool_], most_nodes: int
    ) -> None:
        self.meaning, self.reached, self.copied = meaning, reached, copied
        self.most_nodes = most_nodes
        self.bytes_each = 48 + 4 * reached.rows.shape[1]

    def from_nodes(self, public: Integers) -> Reached:
        """The nodes ``public`` and all that follow from them, level by level."""
        reached = self.reached
        number = np.full(len(reached.step), -1, np.int64)
        number[public] = np.arange(len(public))
        nodes, edges, targets = [public], list[Integers](), list[Integers]()
        entered = [np.full(len(public), -1, np.int64)]
        total, passed, room = len(public), 0, memory_room()
        while len(nodes[-1]):
            coming = int((reached.first[nodes[-1] + 1] - reached.first[nodes[-1]]).sum())
            if (total + passed + coming) * self.bytes_each > room:
                self._too_many(total, f"as many as fit into {room / 1e9:.2g} GB of memory")
            own = edges_of(reached.first, nodes[-1])
            fresh = np.flatnonzero(self.copied[own])
            goal = reached.target[own]
            target = np.where(goal >= 0, number[np.maximum(goal, 0)], goal)
            target[fresh] = total + np.arange(len(fresh))
            edges.append(own)
            targets.append(target)
            nodes.append(goal[fresh])
            entered.append(passed + fresh)
            total, passed = total + len(fresh), passed + len(own)
            if total > self.most_nodes:
                self._too_many(self.most_nodes, f"at most {self.most_nodes:,}")
        return self._gathered(*(np.concatenate(part) for part in (nodes, edges, targets, entered)))

    def _gathered(
        self, nodes: Integers, edges: Integers, target: Integers, entered: Integers
    ) -> Reached:
        """The arrays over ``nodes`` and ``edges`` (both by their numbers before)."""
        reached = self.reached
        counts = np.diff(reached.first)[nodes]
        step = reached.step[nodes]
        return replace(
            reached,
            rows=reached.rows[nodes],
            step=step,
            first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            target=target,
            move=reached.move[edges],
            turns=reached.turns[edges],
            at_end=reached.at_end[edges],
            states=int((step >= 0).sum()) if self.meaning.draws else reached.states,
            entered=entered,
        )

    def _too_many(self, nodes: int, expected: str) -> NoReturn:
        section = "private" if self.meaning.draws else "round"
        raise GameError(
            f"more than {nodes:,} histories have to be told apart",
            expected=expected,
            repair="fewer rounds, moves or values, or put a step that is unseen just before the "
            "one that does not see it",
            place=self.meaning.place((section,)),
            path=section,
            code="E903",
        )


def edges_of(first: Integers, nodes: Integers) -> Integers:
    """The edges of some nodes, node after node."""
    counts = first[nodes + 1] - first[nodes]
    before = np.cumsum(counts) - counts
    return np.repeat(first[nodes] - before, counts) + np.arange(int(np.sum(counts)))
