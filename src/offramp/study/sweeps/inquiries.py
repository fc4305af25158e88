"""Further quantities of every draw of a sweep, as claims write them.

Those without an intervention are read from the game that the sweep solves anyway. Each other
one takes games of its own, solved cold for every draw: from precision 0, up the ladder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError
from offramp.game import Draws
from offramp.scenario import Meaning, Query, parse_query
from offramp.study.quantities import find_quantities
from offramp.study.quantities.evaluation import evaluate_queries
from offramp.study.solving.experiment import Solved
from offramp.study.solving.play import Play
from offramp.study.solving.workspace import Workspace
from offramp.study.sweeps.codes import UNFIT

Array = NDArray[np.float64]
Words = NDArray[np.str_]


@dataclass(frozen=True)
class Questions:
    """The quantities that are kept of every draw; in the order in which they were asked."""

    queries: tuple[Query, ...] = ()
    switches: frozenset[str] = frozenset()
    """Names that a condition on the state may read and that are no part of the state."""

    def __len__(self) -> int:
        return len(self.queries)

    @property
    def texts(self) -> list[str]:
        """As written, with single spaces."""
        return [query.text for query in self.queries]

    @property
    def plain(self) -> list[int]:
        """Positions of those that the game itself answers."""
        return [
            i
            for i, query in enumerate(self.queries)
            if not query.interventions and not query.reads & self.switches
        ]

    @property
    def watched(self) -> frozenset[str]:
        """Variables that the game must not merge away, for the plain ones to be read."""
        return frozenset[str]().union(*(self.queries[i].reads for i in self.plain))

    def answers(
        self, solved: Solved, games: Workspace, scale: float, starts: int, threads: int = 1
    ) -> tuple[Array, Words]:
        """Values and statuses (draw, quantity) of solved draws; statuses as in `QueryValues`.

        The games of interventions are built once, in the workspace ``games``.
        """
        shape = (len(solved.draws), len(self.queries))
        values, status = np.full(shape, np.nan), np.full(shape, "failed", dtype="<U9")
        start, found = solved.game.structure.start, solved.equilibria
        fine = found.status == "solved"
        given = np.where(fine[:, None], found.payoff[:, start, :], np.nan)
        play = Play(solved.game, solved.draws, solved.tables, solved.strategy, given)
        fine &= ~play.absorbed.failed
        kinds = find_quantities()
        for i in self.plain:
            values[:, i] = kinds[self.queries[i].kind].evaluate(play, self.queries[i])
            status[:, i] = np.where(np.isfinite(values[:, i]), "solved", "undefined")
            status[~fine, i] = "failed"
        others = [i for i in range(len(self.queries)) if i not in self.plain]
        if others:
            queries = [self.queries[i] for i in others]
            values[:, others], status[:, others] = _evaluated(
                solved.game.whole, queries, solved.draws, games, scale, starts, threads
            )
        return values, status


def questions_of(meaning: Meaning, texts: Sequence[str]) -> Questions:
    """Quantities from texts as claims write them. Raises ScenarioError."""
    queries = (parse_query(text, meaning) for text in texts)
    return Questions(tuple(dict.fromkeys(queries)), frozenset(meaning.structural))


def _evaluated(
    meaning: Meaning,
    queries: Sequence[Query],
    draws: Draws,
    games: Workspace,
    scale: float,
    starts: int,
    threads: int,
) -> tuple[Array, Words]:
    """Quantities under interventions; 'unfit' where what is set makes no game of a draw."""
    try:
        told = evaluate_queries(
            meaning,
            queries,
            draws,
            precision_scale=scale,
            traced=(),
            starts=starts,
            workers=threads,
            workspace=games,
        )
    except GameError:
        if len(draws) == 1:
            shape = (1, len(queries))
            return np.full(shape, np.nan), np.full(shape, UNFIT, dtype="<U9")
    else:
        return told.values, told.status
    half = len(draws) // 2
    parts = [
        Draws(draws.names, rows, draws.seed) for rows in (draws.values[:half], draws.values[half:])
    ]
    low, high = (
        _evaluated(meaning, queries, part, games, scale, starts, threads) for part in parts
    )
    return np.concatenate([low[0], high[0]]), np.concatenate([low[1], high[1]])
