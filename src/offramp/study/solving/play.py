"""A game as it is played: one strategy per draw, with what follows from it worked out once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from offramp import solvers
from offramp.analysis import Absorbed, absorb, edge_uses, ended_by_round, probability_ever
from offramp.core.remembering import remembered
from offramp.core.showing import Brief
from offramp.game import Draws, Game, Structure, Tables

Array = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class Play(Brief):
    """What quantities are read from: a game, its draws and numbers, and how it is played.

    ``strategy`` (draw, edge) is nan in a draw that was not solved; ``given`` (draw, party) are
    the discounted pays at the start where they are known already.
    """

    game: Game
    draws: Draws
    tables: Tables
    strategy: Array
    given: Array | None = None

    @property
    def structure(self) -> Structure:
        """The shape of the game."""
        return self.game.structure

    @cached_property
    def absorbed(self) -> Absorbed:
        """Visits, ends and rounds."""
        return absorb(self.structure, self.strategy)

    @cached_property
    def uses(self) -> Array:
        """(draw, edge) expected number of times that each edge is taken."""
        return edge_uses(self.structure, self.strategy, self.absorbed.visits)

    @cached_property
    def payoff(self) -> Array:
        """(draw, party) expected discounted pays from the start."""
        if self.given is not None:
            return self.given
        return evaluate_play(self.structure, self.tables, self.strategy)

    def ending(self, edges: Truths, by: int | None = None) -> Array:
        """(draw,) probability that play ends by one of ``edges``, by the end of round ``by``."""
        if by is None:
            uses = edge_uses(self.structure, self.strategy, self.absorbed.visits, edges)
            return uses.sum(axis=1)
        elsewhere, event = -1, -2
        target = np.where(self.structure.target < 0, elsewhere, self.structure.target)
        marked = replace(
            self.structure,
            target=np.where(edges, event, target),
            terminals=2,
            terminal_outcome=np.full(2, -1),
            terminal_by=np.full(2, -1),
        )
        rounds = min(by, self.structure.limit) if self.structure.limit else by
        return ended_by_round(marked, self.strategy, rounds)[:, -1, 1]

    def ever(
        self, nodes: Truths | None, edges: Truths | None = None, by: int | None = None
    ) -> Array:
        """(draw,) probability that play is ever at one of ``nodes`` or takes one of ``edges``.

        With ``by`` that it does so before the end of that round.
        """
        if by is None:
            return probability_ever(self.structure, self.strategy, nodes=nodes, edges=edges)
        marked = np.zeros(self.structure.edges, np.bool_) if edges is None else edges.copy()
        if nodes is not None:  # whatever is done there, it is done in the round of the node
            marked |= np.repeat(nodes, np.diff(self.structure.first))
        return self.ending(marked, by)


def play_of(
    game: Game, draws: Draws, tables: Tables, strategy: Array, given: Array | None = None
) -> Play:
    """A game played by ``strategy`` (draw, edge)."""
    return Play(game, draws, tables, strategy, given)


def evaluate_play(structure: Structure, tables: Tables, strategy: Array) -> Array:
    """(draw, party) expected discounted pays from the start under a fixed ``strategy``.

    Solved as the game in which chance makes every choice; nan where a draw has no strategy.
    """
    fine = np.isfinite(strategy).all(axis=1)
    payoff = np.full((len(strategy), structure.parties), np.nan)
    if not fine.any():
        return payoff
    numbers = Tables(
        tables.pay[fine],
        strategy[fine],
        tables.end_pay[fine],
        tables.patience[fine],
        tables.precision[fine],
    )
    found = solvers.solve(_by_chance(structure), numbers, traced=(), starts=0)
    solved = (found.status == "solved")[:, None]
    payoff[fine] = np.where(solved, found.payoff[:, structure.start, :], np.nan)
    return payoff


@remembered
def _by_chance(structure: Structure) -> Structure:
    """The structure in which chance makes every choice, each edge with odds of its own."""
    return replace(
        structure,
        mover=np.full_like(structure.mover, -1),
        odds_class=np.arange(structure.edges, dtype=np.int32),
    )
