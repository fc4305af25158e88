"""Backwards through the equilibrium: from a quantity's slope by play to its slope by the numbers.

Values solve V = T(V, numbers), so a quantity q(V, play, numbers) changes with the numbers by
mu dT/dnumbers, where mu solves the transposed system (I - dT/dV)' mu = dq/dV. It is solved
component by component, in order of play: a transposed round maps the multipliers at the
heads of a component to themselves, and GMRES finds the fixed point. One solve serves all
numbers (implicit function theorem; solving.md, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.solvers import transposition
from offramp.solvers.backup import Numbers, linearise
from offramp.solvers.certificate import numbers_of
from offramp.solvers.layout import Layout, arrange
from offramp.solvers.sweeps import fill_scale, fill_terminals

Array = NDArray[np.float64]
TOLERANCE = 1e-12
"""Residual of a system relative to its right-hand side at which GMRES stops."""
ACCEPTED = 1e-9
"""Largest such residual with which slopes are handed out."""
NEAR_SINGULAR = 1e5
"""Condition of a component's system above which slopes are flagged."""
BASIS = 150
"""Krylov vectors before GMRES begins again."""
DENSE = 1000
"""Unknowns up to which a system that GMRES leaves unsolved is solved as a full matrix."""


@dataclass(frozen=True, eq=False)
class Pulled:
    """Slopes of one quantity by every number of a draw, shaped like one draw of the tables."""

    pay: Array
    odds: Array
    end_pay: Array
    patience: Array
    precision: Array
    condition: float
    """Estimate of the condition of I - dT/dV as far as the quantity feels it; from 1 upwards."""
    residual: float
    """Largest residual of a transposed system, relative to its right-hand side."""

    @property
    def sound(self) -> bool:
        """Whether the slopes can be trusted: solved, and not near a fold of the equilibria."""
        return self.residual <= ACCEPTED and self.condition <= NEAR_SINGULAR

    def by_table(self) -> dict[str, Array]:
        """The slopes by the names of the tables."""
        names = ("pay", "odds", "end_pay", "patience", "precision")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, eq=False)
class Linearised:
    """One draw linearised at an equilibrium, in solving order; pulls back any quantity."""

    layout: Layout
    numbers: Numbers
    values: Array
    """Flat values with the terminals behind them."""
    scale: Array
    """(lane,) scale of each party's values."""
    chance: Array
    """(edge,) in solving order."""
    slope: Array
    """(edge, lane) response of V_j to the mover's total."""
    rate: Array
    """(position, lane) derivative of V_j by the logarithm of the mover's precision."""
    rows: tuple[int, int]
    """Rows of the tables of pays and of odds."""

    @property
    def discount(self) -> Array:
        """(2, lane) what a further step, and a further round, is multiplied by."""
        return np.stack([np.ones_like(self.numbers.patience), self.numbers.patience])


def linearised(
    structure: Structure, tables: Tables, draw: int, value: Array, layout: Layout | None = None
) -> Linearised:
    """The game of one draw linearised at its equilibrium values (node, party).

    ``layout`` may be handed in to save arranging the structure again.
    """
    layout = arrange(structure) if layout is None else layout
    shape, nodes = layout.shape, structure.nodes
    numbers = numbers_of(layout, tables, draw)
    values = np.zeros((nodes + structure.terminals) * shape.lanes)
    fill_terminals(shape, tables.end_pay[draw], values)
    values.reshape(-1, shape.lanes)[:nodes, : structure.parties] = value[shape.node]
    scale = np.ones(shape.lanes)
    fill_scale(shape, numbers, values, scale)
    chance, slope = np.zeros(structure.edges), np.zeros((structure.edges, shape.lanes))
    rate = np.zeros((nodes, shape.lanes))
    scratch = np.zeros(2 * shape.widest + shape.lanes)
    linearise(shape, numbers, 1.0, values, nodes, scratch, chance, slope, rate)
    rows = (tables.pay.shape[1], tables.odds.shape[1])
    return Linearised(layout, numbers, values, scale, chance, slope, rate, rows)


def pull_back(
    point: Linearised, by_strategy: Array | None = None, by_value: Array | None = None
) -> Pulled:
    """Slopes by all numbers of a quantity with these slopes by play and by values.

    ``by_strategy`` (edge,) is its slope by the probability of every edge (nature's too), with
    values held; ``by_value`` (node, party) its slope by V, with play held. What the quantity
    takes from the numbers directly is left to the caller to add.
    """
    shape, structure = point.layout.shape, point.layout.structure
    nodes, parties, lanes = structure.nodes, structure.parties, shape.lanes
    adjoint = np.zeros((nodes + structure.terminals, lanes))
    if by_value is not None:
        adjoint[:nodes, :parties] = by_value[shape.node]
    pay, odds = np.zeros((point.rows[0], lanes)), np.zeros(point.rows[1])
    patience, precision, through = np.zeros(lanes), np.zeros(lanes), np.zeros(structure.edges)
    held = (shape, point.numbers, point.values, point.chance)
    if by_strategy is not None:
        play = np.ascontiguousarray(by_strategy[shape.edge])
        transposition.pull_play(*held, play, through, adjoint.reshape(-1), odds, precision)
    multiplier = np.zeros(adjoint.size)
    condition, residual = _multiply(point, adjoint.reshape(-1), multiplier)
    transposition.gather_slopes(
        *held, point.slope, point.rate, through, multiplier, pay, odds, patience, precision
    )
    ends = adjoint[nodes:, :parties]
    return Pulled(
        pay[:, :parties], odds, ends, patience[:parties], precision[:parties], condition, residual
    )


def visits_discounted(point: Linearised, party: int) -> Array:
    """Expected visits (node,) from the start, each weighed by the party's discount until then."""
    shape = point.layout.shape
    arriving, visits = np.zeros(len(shape.mover) + shape.terminals), np.zeros(len(shape.mover))
    arriving[point.layout.start] = 1.0
    discount = np.ascontiguousarray(point.discount[:, party : party + 1])
    last = len(shape.mover)
    for c in np.flatnonzero(shape.cyclic)[::-1]:
        cycle = _Cycle(point, int(c), transposition.ARRIVALS, discount)
        transposition.push_mass(
            shape, discount, point.chance, cycle.high, last, False, arriving, visits
        )
        last = cycle.high
        if arriving[cycle.low : cycle.high].any():
            work = arriving.copy()
            transposition.push_mass(
                shape, discount, point.chance, cycle.low, cycle.high, True, work, visits
            )
            arriving[cycle.head : cycle.high] += cycle.solve(work[cycle.head : cycle.high])[0]
    transposition.push_mass(shape, discount, point.chance, 0, last, False, arriving, visits)
    result = np.empty_like(visits)
    result[shape.node] = visits
    return result


def worth_ahead(
    point: Linearised, at_end: Array, on_edge: Array | None = None
) -> tuple[Array, float]:
    """Expected worth (node,) of what is met from there on, undiscounted, and the residual.

    ``at_end`` (terminal,) is met at the end and ``on_edge`` (edge,) on the way. The residual
    is relative; it is large where play may never end and what is met never does either.
    """
    shape = point.layout.shape
    nodes, residual, discount = len(shape.mover), 0.0, np.ones((2, 1))
    ahead = np.concatenate([np.zeros(nodes), at_end])
    reward = np.zeros(len(shape.target)) if on_edge is None else on_edge[shape.edge]
    span = (shape, discount, point.chance)
    last = 0
    for c in np.flatnonzero(shape.cyclic):
        cycle = _Cycle(point, int(c), transposition.AHEAD, discount)
        transposition.pull_worth(*span, last, cycle.high, False, reward, ahead)
        heads = ahead[cycle.head : cycle.high]
        if heads.any():
            heads[:], left, _ = cycle.solve(heads.copy())
            residual = max(residual, left)
            transposition.pull_worth(*span, cycle.low, cycle.high, False, reward, ahead)
        last = cycle.high
    transposition.pull_worth(*span, last, nodes, False, reward, ahead)
    result = np.empty(nodes)
    result[shape.node] = ahead[:nodes]
    return result, residual


def _multiply(point: Linearised, adjoint: Array, multiplier: Array) -> tuple[float, float]:
    """Fill the multipliers from the slopes by values; condition and residual met on the way.

    ``adjoint`` is used up; behind the nodes it gathers what reaches the terminals.
    """
    shape, lanes = point.layout.shape, point.layout.shape.lanes
    moved = (shape, point.discount, point.chance, point.slope)
    condition, residual, last = 1.0, 0.0, len(shape.mover)
    for c in np.flatnonzero(shape.cyclic)[::-1]:
        cycle = _Cycle(point, int(c), transposition.MULTIPLIERS, point.discount)
        transposition.push_back(*moved, cycle.high, last, False, adjoint, multiplier)
        last = cycle.high
        if adjoint[cycle.low * lanes : cycle.high * lanes].any():
            work, heads = adjoint.copy(), slice(cycle.head * lanes, cycle.high * lanes)
            transposition.push_back(*moved, cycle.low, cycle.high, True, work, multiplier)
            answer, left, steep = cycle.solve(work[heads])
            adjoint[heads] += answer
            condition, residual = max(condition, steep), max(residual, left)
    transposition.push_back(*moved, 0, last, False, adjoint, multiplier)
    return condition, residual


class _Cycle:
    """The linear system x = round(x) + right at the heads of one cyclic component."""

    def __init__(self, point: Linearised, component: int, kind: int, discount: Array) -> None:
        shape = point.layout.shape
        self.low, self.high = map(int, shape.component[component : component + 2])
        self.head = int(shape.head[component])
        lanes = shape.lanes if kind == transposition.MULTIPLIERS else 1
        heads = self.high - self.head
        self._weight = np.tile(point.scale, heads) if lanes > 1 else np.ones(heads)
        self._work, self._spare = np.zeros((2, (len(shape.mover) + shape.terminals) * lanes))
        self._system = (
            kind, shape, discount, point.chance, point.slope, self.low, self.head, self.high,
            self._weight,
        )  # fmt: skip

    def solve(self, right: Array) -> tuple[Array, float, float]:
        """The solution (unknown,), its relative residual, and an estimate of the condition."""
        size = len(right)
        answer = np.zeros(size)
        basis = np.zeros((min(size, BASIS) + 1, size))
        triangle = np.zeros((len(basis) - 1, len(basis) - 1))
        left = transposition.solve_heads(
            *self._system, right * self._weight, TOLERANCE, 4, self._work, self._spare,
            basis, triangle, answer,
        )  # fmt: skip
        condition = _condition(triangle)
        if not left <= 10 * TOLERANCE and size <= DENSE:
            answer, left, condition = self._by_matrix(right * self._weight)
        return answer / self._weight, float(left), condition

    def _by_matrix(self, right: Array) -> tuple[Array, float, float]:
        """The same by a full matrix: for the few systems that GMRES leaves unsolved."""
        matrix = np.empty((len(right), len(right)))
        for k, unit in enumerate(np.eye(len(right))):
            transposition.go_round(*self._system, self._work, self._spare, unit, matrix[k])
        condition = float(np.linalg.cond(matrix))
        if not condition < 1e15:
            return np.full_like(right, np.nan), float("inf"), float("inf")
        answer = np.linalg.solve(matrix.T, right).astype(float)
        left = np.linalg.norm(matrix.T @ answer - right) / np.linalg.norm(right)
        return answer, float(left), condition


def _condition(triangle: Array) -> float:
    """Condition of the part of I - M that GMRES has seen, with I for what it has not."""
    used = int(np.count_nonzero(np.diag(triangle)))
    if not used:
        return 1.0
    if not np.isfinite(triangle).all():
        return float("inf")
    singular = np.linalg.svd(triangle[:used, :used], compute_uv=False)
    return float(max(1.0, singular[0]) / max(min(1.0, singular[-1]), 1e-300))
