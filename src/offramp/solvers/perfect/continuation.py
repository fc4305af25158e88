"""The principal branch: followed from precision 0 to the precision asked for, around folds.

Pseudo-arclength continuation in (values at heads, t), where t multiplies all precisions. At
t = 0 the problem is linear. Every step predicts along the tangent, corrects by Newton's
method across it, and is halved when the correction is slow, long or turns too much. The
branch may turn back in t; the first time it reaches t = 1 it is landed on exactly there.

Sources: Allgower & Georg (1990), Numerical continuation methods; Turocy (2005), A dynamic homotopy
interpretation of the logistic quantal response equilibrium correspondence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.kernels.backup import Numbers, step_back
from offramp.solvers.kernels.layout import Layout
from offramp.solvers.perfect.anderson import fill_scale
from offramp.solvers.perfect.newton import (
    correct,
    find_gap,
    linearisation_for,
    put_unknowns,
    solve_step,
)

Array = NDArray[np.float64]


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


def trace_branch(layout: Layout, numbers: Numbers, values: Array, limit: int = 600) -> TracedBranch:
    """Follow the branch of one draw; ``values`` is flat with the terminals filled in."""
    shape = layout.shape
    path = _Continuation(layout, numbers, values)
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

    def __init__(self, layout: Layout, numbers: Numbers, values: Array) -> None:
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
        stride, tangent, folds = min(0.3, 2.0 / (1.0 + steep)), self._direction(self.upright), 0
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
            stride = min(stride, 0.3)
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
        tangent = solve_step(self.shape, self.numbers, self.linear, border, right, 1e-3)
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
        used = correct(*args, 1e-7, 1e-2, 5)
        if used < 0 or trial[-1] < -1e-9:
            return 0, tangent
        off = trial - guess
        if np.sqrt(self._product(off, off)) > 0.4 * stride or np.abs(off).max() > 0.2:
            return 0, tangent
        after = self._direction(border)
        if not self._product(after, tangent) >= 0.85:
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
        if np.sqrt(self._product(off, off)) > 0.4 * stride + 1e-9 or np.abs(off).max() > 0.2:
            return False
        if correct(*args, 1e-15, 1e-4, 12) < 0:
            return False
        self.point = trial
        return True
