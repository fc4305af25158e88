"""How outcomes, payoffs and rounds respond to small changes of the numbers: exact slopes.

A quantity is a party's payoff, or the expected worth of what is met on the way and at the
end. `solvers.adjoint` finds the slopes; here it is seen to what a draw has none.

Equations and source: `adjoint` (solvers) and `absorption`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from offramp.analysis.absorption import Absorbed, absorb, edge_uses
from offramp.solvers.gradients.adjoint import ACCEPTED, NAMES, Pullback, Quantity, pull_back
from offramp.solvers.gradients.adjoint_kernels import Known
from offramp.solvers.gradients.beliefs import pull_back_beliefs

if TYPE_CHECKING:
    from offramp.analysis.elimination import Elimination
    from offramp.game.structure import Structure, Tables
    from offramp.solvers import Equilibria
    from offramp.solvers.kernels.layout import Layout

Array = NDArray[np.float64]
ENDLESS = "Play may never end, so that the number of rounds has no slope here."
FOLDED = "The equilibrium is about to split or vanish here: slopes say little and are withheld."
SLOW = "Ends are reached too slowly for slopes to be computed to nine digits."
CHAINS = ("ends", "rounds")
UNSOLVED = "This draw was not solved, so that nothing has a slope."


@dataclass(frozen=True, eq=False)
class Aim:
    """A quantity to be differentiated: use ``ending``, ``ending_by``, ``lasting``, ``earning``."""

    what: Literal["ends", "rounds", "payoff", "value"]
    at_end: Array | None = None
    on_edge: Array | None = None
    party: int = -1


def ending(structure: Structure, outcomes: Sequence[int]) -> Aim:
    """The probability that play ends in one of ``outcomes`` (positions)."""
    return Aim("ends", np.isin(structure.terminal_outcome, list(outcomes)).astype(float))


def ending_by(edges: NDArray[np.bool_]) -> Aim:
    """The probability that play ends by one of ``edges`` (edge,), all of which end play."""
    return Aim("ends", on_edge=edges.astype(float))


def lasting(structure: Structure) -> Aim:
    """The expected number of further rounds."""
    return Aim("rounds", on_edge=(structure.turns & ~structure.at_end_edge).astype(float))


def earning(party: int) -> Aim:
    """The expected discounted raw payoff of a party from the start."""
    return Aim("payoff", party=party)


def valuing(party: int) -> Aim:
    """The value of a party at the start, under the convention of the game."""
    return Aim("value", party=party)


@dataclass(frozen=True, eq=False)
class Response:
    """A quantity and its slope by every number of a draw, by the name of the table.

    Where ``message`` is not empty the slopes are withheld (all nan), and it says why.
    """

    value: float
    slopes: dict[str, Array]
    condition: float
    message: str = ""


@dataclass(frozen=True, eq=False)
class Responses:
    """The same for some draws: arrays (draw,) and slopes (draw, ...)."""

    value: Array
    slopes: dict[str, Array]
    condition: Array
    message: NDArray[np.str_]

    def one(self, draw: int) -> Response:
        """That of one draw."""
        slopes = {name: slope[draw] for name, slope in self.slopes.items()}
        value, condition = float(self.value[draw]), float(self.condition[draw])
        return Response(value, slopes, condition, str(self.message[draw]))


def respond(
    structure: Structure,
    tables: Tables,
    equilibria: Equilibria,
    aims: Sequence[Aim],
    *,
    draw: int = 0,
    layout: Layout | None = None,
    elimination: Elimination | None = None,
) -> tuple[Response, ...]:
    """The response of every quantity in one draw; see ``respond_draws``."""
    found = respond_draws(
        structure, tables, equilibria, aims, draws=[draw], layout=layout, elimination=elimination
    )
    return tuple(each.one(0) for each in found)


def respond_draws(
    structure: Structure,
    tables: Tables,
    equilibria: Equilibria,
    aims: Sequence[Aim],
    *,
    draws: Sequence[int] | None = None,
    layout: Layout | None = None,
    elimination: Elimination | None = None,
    workers: int = 0,
) -> tuple[Responses, ...]:
    """The response of every quantity in some draws, or all: a transposed solve for each.

    ``layout`` and ``elimination`` of the same structure may be handed in to save finding
    them again; ``workers`` threads do it, one per processor if 0.
    """
    chosen = np.arange(tables.draws) if draws is None else np.asarray(draws, np.int64)
    fine = np.array([equilibria.status[draw] == "solved" for draw in chosen], np.bool_)
    job = _Job(structure, tables, equilibria, chosen[fine], tuple(aims), elimination)
    pulled: tuple[Pullback, ...] = ()
    if fine.any() and structure.hidden:
        pulled = pull_back_beliefs(
            structure,
            tables,
            job.draws.tolist(),
            equilibria,
            job.known().visits,
            job.quantities(),
            workers=workers,
        )
    elif fine.any():
        pulled = pull_back(
            structure,
            tables,
            job.draws.tolist(),
            job.known(),
            job.quantities(),
            layout=layout,
            workers=workers,
        )
    found = []
    for q, aim in enumerate(aims):
        each = _nothing(tables, len(chosen))
        each.value[fine] = job.value(aim)
        if pulled:
            job.hand_out(aim, pulled[q], each, np.flatnonzero(fine))
        found.append(each)
    return tuple(found)


@dataclass(frozen=True, eq=False)
class _Job:
    """Solved draws of a game whose quantities are differentiated."""

    structure: Structure
    tables: Tables
    equilibria: Equilibria
    draws: NDArray[np.int64]
    aims: tuple[Aim, ...]
    elimination: Elimination | None

    @cached_property
    def absorbed(self) -> Absorbed:
        return absorb(self.structure, self.strategy, elimination=self.elimination)

    @cached_property
    def strategy(self) -> Array:
        strategy = self.equilibria.strategy
        every = np.array_equal(self.draws, np.arange(len(strategy)))
        return strategy if every else strategy[self.draws]

    def known(self) -> Known:
        """What the transposed solves need to know."""
        chains = any(aim.what in CHAINS for aim in self.aims)
        visits = self.absorbed.visits if chains else np.zeros((0, 0))
        return Known(self.equilibria.value, self.equilibria.payoff, visits)

    def quantities(self) -> list[Quantity]:
        raw = self.tables.entropy
        return [
            Quantity(aim.party, raw and aim.what == "payoff", aim.at_end, aim.on_edge)
            for aim in self.aims
        ]

    def value(self, aim: Aim) -> Array:
        """The quantity (draw,)."""
        start = self.structure.start
        if aim.what == "payoff":
            return self.equilibria.payoff[self.draws, start, aim.party]
        if aim.what == "value":
            return self.equilibria.value[self.draws, start, aim.party]
        if aim.what == "rounds":
            return self.absorbed.rounds
        value = np.zeros(len(self.draws))
        if aim.at_end is not None:
            terminal = self.absorbed.terminal  # row by row: the same bits alone and abreast
            value += np.array([ends[None] @ aim.at_end for ends in terminal]).reshape(-1)
        if aim.on_edge is not None:
            uses = edge_uses(self.structure, self.strategy, self.absorbed.visits)
            value += uses[:, aim.on_edge > 0].sum(axis=1)
        return value

    def hand_out(
        self, aim: Aim, pulled: Pullback, found: Responses, rows: NDArray[np.int64]
    ) -> None:
        """Fill the rows of the solved draws, where slopes can be trusted."""
        lost = ~(pulled.missing <= ACCEPTED)
        if aim.what in CHAINS:
            lost |= ~np.isfinite(found.value[rows])
        endless = np.isnan(found.value[rows])
        message = np.where(lost, np.where(endless, ENDLESS, SLOW), FOLDED)
        sound = pulled.sound & ~lost
        found.condition[rows] = np.where(lost, np.inf, pulled.condition)
        found.message[rows] = np.where(sound, "", message)
        for name, slope in pulled.slopes.items():
            found.slopes[name][rows[sound]] = slope[sound]


def _nothing(tables: Tables, draws: int) -> Responses:
    """Of draws that were not solved."""
    return Responses(
        np.full(draws, np.nan),
        {name: np.full((draws, *getattr(tables, name).shape[1:]), np.nan) for name in NAMES},
        np.full(draws, np.inf),
        np.full(draws, UNSOLVED, "<U100"),
    )
