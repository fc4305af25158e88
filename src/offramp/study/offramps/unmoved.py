"""What a first step costs its holder: the move beside the rest of the step, others unmoved.

Two copies of a game go through the steps together, from the first round's turn at which the
move is open. The second makes a move that changes nothing in the state where the step offers
one, else its other moves in their present proportions, and then plays as now; the first makes
the same moves wherever it can, and has the same luck as far as the odds allow. Costs and
dangers are gathered until one has ended or both stand at the same place, from where on they
play alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.game import Game
from offramp.study.solving.variation import Bench

Array = NDArray[np.float64]
Pair = tuple[int, int]
Taken = tuple[int, int, int, float]
"""A place, the edges that both copies take there, and how probable that is."""
ENDED = -1
MOST = 20_000
"""Pairs of places that are followed."""
SPENT = 1e-12
"""Probability that the copies still differ, below which nothing more is followed."""


@dataclass(frozen=True, eq=False)
class _Chain:
    """Of every pair of places: ``losses`` (pair, copy, party) and ``danger`` (pair, copy) at once,
    and the probability ``onward`` (pair, pair) of the pairs that come next."""

    losses: Array
    danger: Array
    onward: Any


def _sparse(entries: list[tuple[int, int, float]], size: int) -> Any:
    from scipy.sparse import csr_array  # pyright: ignore[reportMissingTypeStubs]

    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    return csr_array((np.array(values, float), (rows, columns)), shape=(size, size))


class SideBySide:
    """Both copies from the move on; ``losses`` (copy, party) and ``danger`` (copy,) so far.

    A loss is a pay below 0 at the turns of others and of nature, and the least that a party's
    own turn costs it unless it ends the crisis; discounted by round with ``patience`` (party,).
    """

    def __init__(
        self, bench: Bench, step: int, move: int, strategy: Array, pay: Array, patience: Array
    ) -> None:
        self.game, self.structure = bench.game, bench.game.structure
        self.strategy, self.patience = strategy, patience
        self.lost = np.minimum(pay[self.structure.pay_class], 0.0)
        ends = np.isin(self.structure.terminal_outcome, bench.danger)
        spot = np.maximum(-self.structure.target - 1, 0)
        self.fatal = (self.structure.target < 0) & (ends[spot] if len(ends) else False)
        self._offered: dict[int, dict[int, int]] = {}
        self._smallest: dict[int, float] = {}
        self.complete = True
        """Whether every pair of places was followed; False where there are too many."""
        before = sum(len(one.moves) for one in self.game.meaning.steps[:step])
        mass = self._begin(step, before, before + move)
        self._step, self._weight = step + 1, np.ones(self.structure.parties)
        self._chain = self._chained(list(mass))
        self._mass = np.zeros(len(self._chain.danger))
        self._mass[: len(mass)] = list(mass.values())

    def follow(self, rounds: int) -> None:
        """Play on until so many rounds have been completed, or both copies are alike or over."""
        chain, steps = self._chain, len(self.game.meaning.steps)
        for _ in range(rounds):
            while self._step < steps:
                self.danger += self._mass @ chain.danger
                self.losses += self._weight * np.tensordot(self._mass, chain.losses, 1)
                self._mass = chain.onward @ self._mass
                self._step += 1
            self._step, self._weight = 0, self._weight * self.patience
            if self._mass.sum() < SPENT:
                return

    def _chained(self, pairs: list[Pair]) -> _Chain:
        """Every pair of places that follows on ``pairs``, and what each leads to."""
        number = {pair: i for i, pair in enumerate(pairs)}
        taken: list[Taken] = []
        entries: list[tuple[int, int, float]] = []
        for place, pair in enumerate(pairs):  # grows while it is gone through
            for edge, beside, share in self._joint(*pair):
                taken.append((place, edge, beside, share))
                following = self._following(edge, beside)
                if following is None or share <= 0:
                    continue
                if following not in number:
                    if len(pairs) >= MOST:
                        self.complete = False
                        continue
                    number[following] = len(pairs)
                    pairs.append(following)
                entries.append((number[following], place, share))
        return _Chain(*self._costs(taken, len(pairs)), _sparse(entries, len(pairs)))

    def _begin(self, step: int, before: int, number: int) -> dict[Pair, float]:
        """The pairs just after the step in the first round, by how probable they are."""
        found: dict[Pair, float] = {}
        here = {self.structure.start: 1.0}
        for _ in range(int(self.structure.step[self.structure.start]), step):
            following: dict[int, float] = {}
            for node, mass in here.items():
                for edge in self._edges(node):
                    goal = int(self.structure.target[edge])
                    if goal >= 0:
                        following[goal] = following.get(goal, 0.0) + mass * self.strategy[edge]
            here = following
        free = idle_moves(self.game, step)
        taken: list[Taken] = []
        for node, mass in here.items():
            moves = dict(self._moves(node))
            if number not in moves:
                continue
            own = moves.pop(number)
            idle = [edge for move, edge in moves.items() if move - before in free]
            beside = idle or list(moves.values())
            total = sum(self.strategy[edge] for edge in beside)
            for edge in beside if total > 0 else ():
                share = mass * self.strategy[edge] / total
                taken.append((0, own, edge, share))
                pair = self._following(own, edge)
                if pair is not None:
                    found[pair] = found.get(pair, 0.0) + share
        losses, danger = self._costs(taken, 1)
        self.losses, self.danger = losses[0], danger[0]
        return found

    def _following(self, edge: int, beside: int) -> Pair | None:
        """Where both copies stand after their moves; None where they are alike or one is over."""
        goals = self._goals[edge], self._goals[beside]
        return None if min(goals) < 0 or goals[0] == goals[1] else goals

    def _costs(self, taken: Sequence[Taken], places: int) -> tuple[Array, Array]:
        """Losses (place, copy, party) and danger (place, copy) of the moves of both copies."""
        losses, danger = np.zeros((places, 2, self.structure.parties)), np.zeros((places, 2))
        if not taken:
            return losses, danger
        burden = np.array([self._burden(edge, beside) for _, edge, beside, _ in taken])
        place, *both = np.array([one[:3] for one in taken]).T
        share = np.array([one[3] for one in taken])
        for copy, edges in enumerate(both):
            mover = self.structure.mover[self._source[edges]]
            own = np.arange(self.structure.parties) == mover[:, None]
            lost = np.where(own, burden[:, copy, None], self.lost[edges])
            np.add.at(losses[:, copy], place, share[:, None] * lost)
            np.add.at(danger[:, copy], place, share * self.fatal[edges])
        return losses, danger

    def _burden(self, edge: int, beside: int) -> tuple[float, float]:
        """What its turn costs a party at least in both copies, unless it gives in.

        Nothing where the first copy opens a move to it that the second does not: an offer that
        may be accepted is no harm to whoever has to answer it.
        """
        one, other = int(self._source[edge]), int(self._source[beside])
        if (
            self.structure.mover[one] < 0
            or not self._moves(one).keys() <= self._moves(other).keys()
        ):
            return 0.0, 0.0
        return self._least(one), self._least(other)

    def _least(self, node: int) -> float:
        """The smallest loss among the moves that do not end the crisis; 0 where all do."""
        if node not in self._smallest:
            own, mover = np.array(self._edges(node)), self.structure.mover[node]
            lasting = own[self.structure.target[own] >= 0]
            least = float(self.lost[lasting, mover].max()) if len(lasting) else 0.0
            self._smallest[node] = least
        return self._smallest[node]

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
        if node not in self._offered:
            self._offered[node] = {int(self.game.edge_move[e]): e for e in self._edges(node)}
        return self._offered[node]

    def _edges(self, node: int) -> range:
        return range(int(self.structure.first[node]), int(self.structure.first[node + 1]))

    @cached_property
    def _goals(self) -> list[int]:
        return np.maximum(self.structure.target, ENDED).tolist()

    @cached_property
    def _source(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(self.structure.nodes), np.diff(self.structure.first))


def idle_moves(game: Game, step: int) -> tuple[int, ...]:
    """The moves of a step that change nothing in the state and do not end the crisis."""
    moves = game.meaning.steps[step].moves
    return tuple(i for i, move in enumerate(moves) if not move.then and move.end is None)
