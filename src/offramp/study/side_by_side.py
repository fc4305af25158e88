"""A move beside what else the step would do: the same moves after both, and what they then cost.

Two copies of a game go through the steps together, from the first round's turn at which the
move is open. The second makes a move that changes nothing in the state where the step offers
one, else its other moves in their present proportions, and then plays as now; the first makes
the same moves wherever it can, and has the same luck as far as the odds allow. Costs and
dangers are gathered as long as neither has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from offramp.game import Game
from offramp.study.bench import Bench

Array = NDArray[np.float64]
ENDED = -1


class SideBySide:
    """Both copies from the move on; ``losses`` (copy, party) and ``danger`` (copy,) so far.

    A loss is a pay below 0 at the turns of others and of nature.
    """

    def __init__(self, bench: Bench, step: int, move: int, strategy: Array, pay: Array) -> None:
        self.game, self.structure = bench.game, bench.game.structure
        self.strategy = strategy
        self.lost = np.minimum(pay[self.structure.pay_class], 0.0)
        ends = np.isin(self.structure.terminal_outcome, bench.danger)
        spot = np.maximum(-self.structure.target - 1, 0)
        self.fatal = (self.structure.target < 0) & (ends[spot] if len(ends) else False)
        self.losses, self.danger = np.zeros((2, self.structure.parties)), np.zeros(2)
        self._pairs: dict[tuple[int, int], float] = {}
        before = sum(len(one.moves) for one in self.game.meaning.steps[:step])
        self._begin(step, before, before + move)

    def follow(self, rounds: int) -> None:
        """Play on for so many rounds."""
        for _ in range(rounds * len(self.game.meaning.steps) - 1):
            pairs, self._pairs = self._pairs, {}
            for (one, other), mass in pairs.items():
                for edge, beside, share in self._joint(one, other):
                    if share > 0:
                        self._take(edge, beside, mass * share)

    def _begin(self, step: int, before: int, number: int) -> None:
        """The pairs just after the step in the first round, by how probable they are."""
        here = {self.structure.start: 1.0}
        for _ in range(step):
            following: dict[int, float] = {}
            for node, mass in here.items():
                for edge in self._edges(node):
                    goal = int(self.structure.target[edge])
                    if goal >= 0:
                        following[goal] = following.get(goal, 0.0) + mass * self.strategy[edge]
            here = following
        free = idle_moves(self.game, step)
        for node, mass in here.items():
            moves = self._moves(node)
            if number not in moves:
                continue
            own = moves.pop(number)
            idle = [edge for move, edge in moves.items() if move - before in free]
            beside = idle or list(moves.values())
            total = sum(self.strategy[edge] for edge in beside)
            for edge in beside if total > 0 else ():
                self._take(own, edge, mass * self.strategy[edge] / total)

    def _take(self, edge: int, beside: int, mass: float) -> None:
        """Both copies move on by their edges, until one has ended."""
        goals: list[int] = []
        for copy, taken in enumerate((edge, beside)):
            goals.append(max(int(self.structure.target[taken]), ENDED))
            self.danger[copy] += mass * self.fatal[taken]
            mover = int(self.structure.mover[self._source[taken]])
            others = np.arange(self.structure.parties) != mover
            self.losses[copy] += mass * self.lost[taken] * others
        if min(goals) >= 0:
            pair = goals[0], goals[1]
            self._pairs[pair] = self._pairs.get(pair, 0.0) + mass

    def _joint(self, one: int, other: int) -> Iterator[tuple[int, int, float]]:
        """(edge, edge beside, probability) of the moves of both copies."""
        mine, theirs = self._moves(one), self._moves(other)
        chance = self.structure.mover[one] < 0
        spare = {move: float(self.strategy[edge]) for move, edge in mine.items()}
        left = {move: float(self.strategy[edge]) for move, edge in theirs.items()}
        for move in theirs.keys() & mine.keys():
            same = min(left[move], spare[move]) if chance else left[move]
            yield mine[move], theirs[move], same
            left[move] -= same
            spare[move] -= same if chance else 0.0
        whole = sum(spare.values())
        for move, share in left.items():
            for instead, weight in spare.items():
                if share > 1e-15 and whole > 0:
                    yield mine[instead], theirs[move], share * weight / whole

    def _moves(self, node: int) -> dict[int, int]:
        """Number of each move that a node offers to its edge."""
        return {int(self.game.edge_move[edge]): edge for edge in self._edges(node)}

    def _edges(self, node: int) -> range:
        return range(int(self.structure.first[node]), int(self.structure.first[node + 1]))

    @cached_property
    def _source(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(self.structure.nodes), np.diff(self.structure.first))


def idle_moves(game: Game, step: int) -> tuple[int, ...]:
    """The moves of a step that change nothing in the state and do not end the crisis."""
    moves = game.meaning.steps[step].moves
    return tuple(i for i, move in enumerate(moves) if not move.then and move.end is None)
