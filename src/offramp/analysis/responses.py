"""How outcomes, payoffs and rounds respond to small changes of the numbers: exact slopes.

A quantity is the expected worth of what is met on the way and at the end. Its slope by the
probability of an edge is the expected number of visits to the edge's node, times the worth
that lies ahead on the edge; the rest is the transposed solve of `solvers.adjoint`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from offramp.analysis.absorption import Absorbed, absorb, edge_uses
from offramp.solvers.adjoint import (
    ACCEPTED,
    Linearised,
    linearised,
    pull_back,
    visits_discounted,
    worth_ahead,
)

if TYPE_CHECKING:
    from offramp.analysis.elimination import Elimination
    from offramp.game.structure import Structure, Tables
    from offramp.solvers import Equilibria
    from offramp.solvers.layout import Layout

Array = NDArray[np.float64]
ENDLESS = "Play may never end, so that the number of rounds has no slope here."
FOLDED = "The equilibrium is about to split or vanish here: slopes say little and are withheld."
SLOW = "Ends are reached too slowly for slopes to be computed to nine digits."
HIDDEN = "Somebody moves without seeing everything; slopes do not follow beliefs yet."
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
    """The response of every quantity in one draw: one transposed solve for each.

    ``layout`` and ``elimination`` of the same structure may be handed in to save finding
    them again.
    """
    if equilibria.status[draw] != "solved":
        return tuple(_withheld(tables, np.nan, np.inf, UNSOLVED) for _ in aims)
    point = linearised(structure, tables, draw, equilibria.value[draw], layout)
    strategy = equilibria.strategy[draw : draw + 1]
    absorbed = None
    if any(aim.what in ("ends", "rounds") for aim in aims):
        absorbed = absorb(structure, strategy, elimination=elimination)
    one = _Draw(structure, tables, draw, point, strategy[0], equilibria.payoff[draw], absorbed)
    found = tuple(one.respond(aim) for aim in aims)
    if structure.hidden:
        return tuple(_withheld(tables, each.value, np.inf, HIDDEN) for each in found)
    return found


@dataclass(frozen=True, eq=False)
class _Draw:
    """One solved draw; differentiates one quantity after the other."""

    structure: Structure
    tables: Tables
    draw: int
    point: Linearised
    strategy: Array
    payoff: Array
    absorbed: Absorbed | None

    def respond(self, aim: Aim) -> Response:
        if aim.what in ("ends", "rounds"):
            return self._of_chain(aim)
        start = (self.structure.start, aim.party)
        if aim.what == "payoff" and self.tables.entropy:
            return self._of_raw_payoff(aim.party)
        by_value = np.zeros((self.structure.nodes, self.structure.parties))
        by_value[start] = 1.0
        value = float(self.point.values.reshape(-1, self.point.layout.shape.lanes)[
            self.point.layout.start, aim.party])  # fmt: skip
        return self._finish(value, None, by_value)

    def _of_chain(self, aim: Aim) -> Response:
        """Of the probability of ends, or of the number of rounds."""
        structure, absorbed = self.structure, self.absorbed
        assert absorbed is not None
        on_edge = np.zeros(structure.edges) if aim.on_edge is None else aim.on_edge
        at_end = np.zeros(structure.terminals) if aim.at_end is None else aim.at_end
        value = float(absorbed.terminal[0] @ at_end)
        if aim.what == "rounds":
            value = float(absorbed.rounds[0])
        elif aim.on_edge is not None:
            uses = edge_uses(structure, self.strategy[None], absorbed.visits)[0]
            value += float(uses[on_edge > 0].sum())
        ahead, left = worth_ahead(self.point, at_end, on_edge)
        if not np.isfinite(value) or not left <= ACCEPTED:
            return _withheld(self.tables, value, np.inf, SLOW if np.isfinite(value) else ENDLESS)
        ahead[~np.isfinite(absorbed.visits[0])] = 0.0  # never left, so that no end is met
        gain = on_edge + np.concatenate([ahead, at_end])[self._spot]
        visits = absorbed.visits[0][self._source]
        with np.errstate(invalid="ignore"):
            by_strategy = np.where(gain == 0.0, 0.0, visits * gain)
        by_party = structure.mover[self._source] >= 0
        by_strategy[by_party & ~np.isfinite(by_strategy)] = 0.0  # choices underflowed to 0
        return self._finish(value, by_strategy, None)

    def _of_raw_payoff(self, party: int) -> Response:
        """Of a raw payoff where values are not payoffs: through play, and directly."""
        structure, tables, draw = self.structure, self.tables, self.draw
        discount = np.where(structure.turns, tables.patience[draw, party], 1.0)
        ahead = np.concatenate([self.payoff[:, party], tables.end_pay[draw, :, party]])[self._spot]
        visits = visits_discounted(self.point, party)[self._source]
        gain = tables.pay[draw, structure.pay_class, party] + discount * ahead
        found = self._finish(float(self.payoff[structure.start, party]), visits * gain, None)
        uses, slopes = visits * self.strategy, found.slopes
        np.add.at(slopes["pay"][:, party], structure.pay_class, uses)
        slopes["patience"][party] += (uses * ahead)[structure.turns].sum()
        ends = structure.target < 0
        spot = -structure.target[ends] - 1
        np.add.at(slopes["end_pay"][:, party], spot, (uses * discount)[ends])
        return found

    def _finish(self, value: float, by_strategy: Array | None, by_value: Array | None) -> Response:
        pulled = pull_back(self.point, by_strategy, by_value)
        if not pulled.sound:
            return _withheld(self.tables, value, pulled.condition, FOLDED)
        return Response(value, pulled.by_table(), pulled.condition)

    @property
    def _source(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(self.structure.nodes), np.diff(self.structure.first))

    @property
    def _spot(self) -> NDArray[np.int64]:
        """Where an edge's target stands when the terminals follow the nodes."""
        target = self.structure.target
        return np.where(target >= 0, target, self.structure.nodes - 1 - target)


def _withheld(tables: Tables, value: float, condition: float, message: str) -> Response:
    names = ("pay", "odds", "end_pay", "patience", "precision")
    nothing = {name: np.full(getattr(tables, name).shape[1:], np.nan) for name in names}
    return Response(value, nothing, condition, message)
