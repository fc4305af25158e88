"""A slow and careful trace of the branch, to hold the compiled path against.

Pseudo-arclength continuation in (values at heads, t), where t multiplies all precisions, step by
step in Python, with linearised sweeps and products of its own (`careful_newton`). It has no step
control, no predictor and no corrector in common with the compiled path: tight steps along the
tangent, each corrected until next to nothing is left, halved where the correction is long or turns.

Sources: Allgower & Georg (1990), Numerical continuation methods; Turocy (2005), A dynamic homotopy
interpretation of the logistic quantal response equilibrium correspondence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.solvers.kernels.backup import Numbers, step_back
from offramp.solvers.kernels.certificate import numbers_of
from offramp.solvers.kernels.krylov import krylov_alone, padded
from offramp.solvers.kernels.layout import Layout, Shape, arrange
from offramp.solvers.kernels.scaling import fill_scale, fill_terminals
from offramp.solvers.kernels.units import in_units, units_of
from offramp.testing.careful_newton import Linearisation, linearise, solve_border

Array = NDArray[np.float64]
CAREFUL = 4.0
"""How many times shorter and more exact steps are than those of an ordinary trace."""


@dataclass(frozen=True)
class TracedBranch:
    """Where following the branch ended: ``message`` is empty when it reached the precision."""

    values: Array
    """Flat values with the terminals behind them."""
    scale: Array
    """(lane,) scale of the values."""
    steps: int
    message: str
    folds: int
    """How often the branch turned back in precision."""


def trace_carefully(
    structure: Structure, tables: Tables, draw: int, caution: float = CAREFUL
) -> tuple[Array, int, str]:
    """Where the branch of a draw ends (node, party), in payoff units; folds; what went wrong."""
    units, layout = units_of(structure, tables), arrange(structure)
    numbers, lanes = in_units(tables, units), layout.shape.lanes
    values = np.zeros((structure.nodes + structure.terminals) * lanes)
    fill_terminals(layout.shape, numbers.end_pay[draw], values)
    traced = trace_branch(layout, numbers_of(layout, numbers, draw), values, caution=caution)
    table = np.empty((structure.nodes, structure.parties))
    inner = traced.values.reshape(-1, lanes)[: structure.nodes, : structure.parties]
    table[layout.shape.node] = inner
    found = table * units.power(1)[draw] + units.origin[draw]
    return found, traced.folds, traced.message


def trace_branch(
    layout: Layout, numbers: Numbers, values: Array, limit: int = 6000, caution: float = 1.0
) -> TracedBranch:
    """Follow the branch of one draw; ``values`` is flat with the terminals filled in."""
    shape = layout.shape
    path = _Continuation(layout, numbers, values, caution)
    message, folds = "", 0
    if len(shape.heads):
        message, folds = path.to_the_end(limit)
        put_unknowns(shape, path.linear, path.point, values)
    step_back(shape, numbers, values, 0, len(shape.mover), path.linear.scratch)
    scale = np.ones(shape.lanes)
    fill_scale(shape, numbers, values, scale)
    return TracedBranch(values, scale, path.taken, message, folds)


class _Continuation:
    """The state of one continuation: the last point on the branch and its direction."""

    def __init__(self, layout: Layout, numbers: Numbers, values: Array, caution: float) -> None:
        self.caution = caution
        self.exactness = (1e-7, 1e-2) if caution == 1.0 else (1e-11, 1e-4)
        self.shape, self.numbers, self.values = layout.shape, numbers, values
        self.taken = 0
        scale = np.ones(self.shape.lanes)
        fill_scale(self.shape, numbers, values, scale)
        self.linear = linearisation_for(self.shape, scale, 100)
        self.point = np.zeros(len(self.linear.weight) + 1)
        self.upright = np.zeros_like(self.point)
        self.upright[-1] = 1.0

    def to_the_end(self, limit: int) -> tuple[str, int]:
        """Follow it until t = 1; a sentence where that fails, and the number of folds passed."""
        steep = self._begin()
        if steep < 0:
            return "the linear problem at precision 0 could not be solved", 0
        longest = 0.3 / self.caution
        stride, tangent, folds = min(longest, 2.0 / (1.0 + steep)), self._direction(self.upright), 0
        while self.taken < limit and stride > 1e-9:
            self.taken += 1
            landing = self.point[-1] + stride * tangent[-1] >= 1.0
            if landing:
                arrived = self._land(tangent)
                if arrived:
                    return "", folds
                stride = 0.5 * (1.0 - self.point[-1]) / tangent[-1]
                continue
            quick, after = self._advance(tangent, stride)
            if quick == 0:
                stride *= 0.4
                continue
            folds += int(after[-1] * tangent[-1] < 0)
            tangent = after
            stride *= 2.0 if quick <= 2 else 1.2 if quick == 3 else 0.8
            stride = min(stride, longest)
        reason = "steps became too short" if self.taken < limit else "too many steps"
        return f"following the branch stopped at {self.point[-1]:.3g} of the precision: {reason}", 0

    def _begin(self) -> float:
        """Solve the linear problem at t = 0; returns how steep responses will be, or -1."""
        args = (self.shape, self.numbers, self.linear, self.values, self.point, self.upright)
        if correct(*args, 1e-11, 1e-8, 20) < 0:
            return -1.0
        put_unknowns(self.shape, self.linear, self.point, self.values)
        scale = np.ones(self.shape.lanes)
        step_back(self.shape, self.numbers, self.values, 0, self.shape.reach, self.linear.scratch)
        fill_scale(self.shape, self.numbers, self.values, scale)
        find_gap(self.shape, self.numbers, self.linear, self.point, self.values)
        return float((self.numbers.precision * scale).max())

    def _direction(self, border: Array) -> Array:
        """Unit tangent (mean square over values, plus t squared) at the last linearisation.

        Not a number where the numbers do not reach: no step is taken along it.
        """
        right = np.zeros_like(self.point)
        right[-1] = 1.0
        tangent = solve_step(
            self.shape, self.numbers, self.linear, border, right, 0.1 * self.exactness[1]
        )
        with np.errstate(all="ignore"):
            return tangent / np.sqrt(self._product(tangent, tangent))

    def _product(self, one: Array, other: Array) -> float:
        """The inner product in which lengths along the branch are measured."""
        return float(one[:-1] @ other[:-1]) / (len(one) - 1) + float(one[-1] * other[-1])

    def _border(self, tangent: Array) -> Array:
        border = tangent.copy()
        border[:-1] /= np.sqrt(len(tangent) - 1.0)
        return border / np.sqrt(border @ border)

    def _advance(self, tangent: Array, stride: float) -> tuple[int, Array]:
        """One step of length ``stride``: iterations + 1 and the new tangent, or 0."""
        trial = self.point + stride * tangent
        guess, border = trial.copy(), self._border(tangent)
        args = (self.shape, self.numbers, self.linear, self.values, trial, border)
        used = correct(*args, *self.exactness, 5)
        if used < 0 or trial[-1] < -1e-9:
            return 0, tangent
        off = trial - guess
        if (
            np.sqrt(self._product(off, off)) > 0.4 * stride / self.caution
            or np.abs(off).max() > 0.2 / self.caution
        ):
            return 0, tangent
        after = self._direction(border)
        if not self._product(after, tangent) >= 1.0 - 0.15 / self.caution:
            return 0, tangent
        if trial[-1] > 1.0:
            return 0, tangent
        self.point = trial
        return used + 1, after

    def _land(self, tangent: Array) -> bool:
        """Newton's method at t = 1 from the point where the tangent meets it."""
        stride = (1.0 - self.point[-1]) / tangent[-1]
        trial = self.point + stride * tangent
        trial[-1] = 1.0
        guess = trial.copy()
        args = (self.shape, self.numbers, self.linear, self.values, trial, self.upright)
        if correct(*args, 1e-5, 1e-2, 5) < 0:
            return False
        off = trial - guess
        if (
            np.sqrt(self._product(off, off)) > 0.4 * stride / self.caution + 1e-9
            or np.abs(off).max() > 0.2 / self.caution
        ):
            return False
        if correct(*args, 1e-15, 1e-4, 12) < 0:
            return False
        self.point = trial
        return True


def linearisation_for(shape: Shape, scale: NDArray[np.float64], krylov: int) -> Linearisation:
    """Working arrays for a shape and the scale (lane,) of its values."""
    size = len(shape.heads) * shape.lanes
    edges, nodes = len(shape.target), len(shape.mover)
    return Linearisation(
        chance=np.zeros(edges),
        slope=np.zeros((edges, shape.lanes)),
        rate=np.zeros((nodes, shape.lanes)),
        change=np.zeros((nodes + shape.terminals) * shape.lanes),
        krylov=krylov_alone(padded(size + 1), min(size + 1, krylov)),
        scratch=np.zeros((2 + shape.lanes) * shape.widest),
        weight=np.tile(1.0 / scale, len(shape.heads)),
    )


def read_unknowns(shape: Shape, linear: Linearisation, values: Array, t: float) -> Array:
    """The unknowns (unknown + 1,) from flat values."""
    at_heads = values.reshape(-1, shape.lanes)[shape.heads].ravel() * linear.weight
    return np.append(at_heads, t)


def put_unknowns(shape: Shape, linear: Linearisation, point: Array, values: Array) -> None:
    """Write the unknowns into the values at the heads."""
    at_heads = (point[:-1] / linear.weight).reshape(-1, shape.lanes)
    values.reshape(-1, shape.lanes)[shape.heads] = at_heads


def find_gap(
    shape: Shape, numbers: Numbers, linear: Linearisation, point: Array, values: Array
) -> tuple[Array, float]:
    """Linearise at ``point``; g(u, t) - u with a zero for the border, and its largest entry."""
    put_unknowns(shape, linear, point, values)
    linearise(
        shape,
        numbers,
        point[-1],
        values,
        shape.reach,
        linear.scratch,
        linear.chance,
        linear.slope,
        linear.rate,
    )
    gap = read_unknowns(shape, linear, values, 0.0) - point
    gap[-1] = 0.0
    return gap, float(np.abs(gap).max())


def solve_step(
    shape: Shape,
    numbers: Numbers,
    linear: Linearisation,
    border: Array,
    right: Array,
    tolerance: float,
) -> Array:
    """The solution of the bordered system at the last linearisation."""
    answer = np.zeros_like(right)
    solve_border(shape, numbers, linear, border, right, tolerance, answer)
    return answer


def correct(
    shape: Shape,
    numbers: Numbers,
    linear: Linearisation,
    values: Array,
    point: Array,
    border: Array,
    aim: float,
    krylov: float,
    limit: int,
) -> int:
    """Newton steps on ``point``, in place, that keep border . point; iterations, -1 on failure.

    Stops when the largest gap (relative to the scale of values) is at most ``aim``, or as
    small as rounding allows.
    """
    before = np.inf
    for iteration in range(limit + 1):
        gap, worst = find_gap(shape, numbers, linear, point, values)
        if not worst <= 1e3:
            return -1
        if worst <= aim or (worst < 1e-12 and worst > 0.25 * before):
            return iteration
        if iteration == limit or (worst > 4.0 * before and iteration > 1):
            return -1
        before = worst
        point += solve_step(shape, numbers, linear, border, gap, krylov)
    return -1
