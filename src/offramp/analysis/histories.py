"""The likeliest complete histories, found best first.

Best-first search of Dijkstra (1959), A note on two problems in connexion with graphs, with lengths
-log p.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from offramp.game.structure import Structure


BOUND = 200_000
"""Histories begun before a search gives up."""
EQUAL = 1e-13
"""Losses below this, relative to the log probability, are rounding."""


@dataclass(frozen=True)
class History:
    """One complete way through the game; ``edges`` in order of play."""

    probability: float
    outcome: int
    terminal: int
    edges: tuple[int, ...]


@dataclass(frozen=True)
class Search:
    """Histories, likeliest first; ``complete`` says that no likelier one is missing."""

    histories: tuple[History, ...]
    complete: bool


def likeliest(
    structure: Structure,
    odds: NDArray[np.float64],
    count: int,
    *,
    outcome: int | None = None,
    bound: int = BOUND,
) -> Search:
    """The ``count`` likeliest histories under ``odds`` (edge,), of one ``outcome`` or of all.

    A* with the exact probability of the likeliest way to an end as its bound (Hart, Nilsson &
    Raphael 1968), so that work goes only into histories that are shown. Fewer come back where
    there are fewer, or where ``bound`` was hit; only then is the search not ``complete``.
    """
    wanted = np.ones(structure.terminals, bool)
    if outcome is not None:
        wanted = structure.terminal_outcome == outcome
    walk = _BestFirst(structure, odds, wanted, bound)
    found = []
    for history in walk.run():
        found.append(history)
        if len(found) == count:
            break
    return Search(tuple(sorted(found, key=lambda one: -one.probability)), not walk.gave_up)


def likeliest_by_outcome(
    structure: Structure, odds: NDArray[np.float64], outcomes: int
) -> tuple[History | None, ...]:
    """The likeliest history that ends in each outcome; None where none has a probability."""
    searches = (likeliest(structure, odds, 1, outcome=which) for which in range(outcomes))
    return tuple(next(iter(search.histories), None) for search in searches)


class _BestFirst:
    """One best-first search: an entry is a loss against the best history, and how to go on.

    Losses, not log probabilities, are added up: of histories of equal probability none is
    then ahead by rounding, and the one nearest to its end is finished first.
    """

    def __init__(
        self, structure: Structure, odds: NDArray[np.float64], wanted: NDArray[np.bool_], bound: int
    ) -> None:
        from offramp.analysis import forward

        with np.errstate(divide="ignore"):
            log_odds = np.log(odds)
        at_end = np.where(wanted, 0.0, -np.inf)
        ahead = np.full(structure.nodes, -np.inf)
        left = np.full(structure.nodes, np.iinfo(np.int64).max)
        forward.best_ahead(
            structure.order,
            structure.component,
            structure.first,
            structure.target,
            log_odds,
            at_end,
            ahead,
            left,
        )
        self._odds = odds
        self._structure = structure
        self._log_odds, self._ahead, self._left = log_odds, ahead, left
        self._at_end = at_end
        self._bound = bound
        self._trail: list[tuple[int, int]] = [(-1, -1)]
        self.gave_up = False

    def run(self) -> Iterator[History]:
        """Histories in order of falling probability."""
        if self._ahead[self._structure.start] == -np.inf:
            return
        heap = [(0.0, 0, 0, int(self._structure.start))]
        begun = 0
        while heap:
            loss, _, at, node = heapq.heappop(heap)
            if node < 0:
                yield self._history(at, -node - 1)
                continue
            if begun == self._bound:
                self.gave_up = True
                return
            begun += 1
            for entry in self._onward(loss, at, node):
                heapq.heappush(heap, entry)

    def _onward(self, loss: float, at: int, node: int) -> Iterator[tuple[float, int, int, int]]:
        """Entries (loss, edges left, place in the trail, node) for every way on from ``node``."""
        here = self._ahead[node]
        for edge in range(self._structure.first[node], self._structure.first[node + 1]):
            goal = int(self._structure.target[edge])
            on = self._at_end[-goal - 1] if goal < 0 else self._ahead[goal]
            more = here - (self._log_odds[edge] + on)
            if more == np.inf:
                continue
            if more < EQUAL * (1.0 - here):
                more = 0.0
            self._trail.append((at, edge))
            left = 0 if goal < 0 else int(self._left[goal])
            yield loss + more, left, len(self._trail) - 1, goal

    def _history(self, at: int, terminal: int) -> History:
        edges: list[int] = []
        while at > 0:
            at, edge = self._trail[at]
            edges.append(edge)
        edges.reverse()
        return History(
            probability=float(np.prod(self._odds[edges])),
            outcome=int(self._structure.terminal_outcome[terminal]),
            terminal=terminal,
            edges=tuple(edges),
        )
