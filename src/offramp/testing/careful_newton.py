"""Newton's method on one backward round, matrix-free, with the scale of precision unknown too.

The unknowns are u = (value at every head of a cyclic component, divided by its scale) and t,
which multiplies all precisions. One pass backwards over the game gives g(u, t); the equations
are u = g(u, t) and one more linear one (the border). Directional derivatives are one pass of
``push_change``; the bordered systems are solved by GMRES.

Sources: Knoll & Keyes (2004), Jacobian-free Newton-Krylov methods; `krylov` for GMRES.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.kernels.abreast import jit_inside
from offramp.solvers.kernels.backup import Numbers, worth_among
from offramp.solvers.kernels.krylov import (
    NO,
    ZERO,
    Krylov,
    answer_of,
    combine,
    open_cycle,
    padded,
    right_of,
    take_in,
)
from offramp.solvers.kernels.layout import Shape

Array = NDArray[np.float64]


class Linearisation(NamedTuple):
    """Working arrays of one draw: the last linearisation and the room for GMRES."""

    chance: NDArray[np.float64]
    slope: NDArray[np.float64]
    rate: NDArray[np.float64]
    change: NDArray[np.float64]
    krylov: Krylov
    scratch: NDArray[np.float64]
    weight: NDArray[np.float64]
    """(unknown,) one over the scale of each value at a head."""


@njit(cache=True, nogil=True, error_model="numpy")
def apply_border(shape: Shape, numbers: Numbers, linear: Linearisation, border, vector, answer):
    """The bordered matrix times a vector. ``vector`` and ``answer`` are (unknown + 1,)."""
    lanes, change, size = shape.lanes, linear.change, len(vector) - 1
    for i in range(len(shape.heads)):
        for j in range(lanes):
            k = i * lanes + j
            change[shape.heads[i] * lanes + j] = vector[k] / linear.weight[k]
    push_change(
        shape,
        discounts(numbers),
        linear.chance,
        linear.slope,
        linear.rate,
        vector[size],
        change,
        shape.reach,
        linear.scratch,
    )
    last = border[size] * vector[size]
    for i in range(len(shape.heads)):
        for j in range(lanes):
            k = i * lanes + j
            answer[k] = vector[k] - change[shape.heads[i] * lanes + j] * linear.weight[k]
            last += border[k] * vector[k]
    answer[size] = last


@njit(cache=True, nogil=True, error_model="numpy")
def solve_border(
    shape: Shape, numbers: Numbers, linear: Linearisation, border, right, tolerance, answer
):
    """GMRES without restarts from zero; returns the relative residual that was reached.

    ``right`` and ``answer`` are (unknown + 1,).
    """
    krylov, count = linear.krylov, len(right)
    basis, size, column = krylov.basis, padded(count), ZERO
    begin = right_of(krylov, size)
    basis[begin : begin + count] = right
    left = open_cycle(krylov, size, tolerance, NO)
    length = krylov.rows[krylov.load]
    while left > 0 and column < krylov.most:
        here = column * size
        apply_border(
            shape,
            numbers,
            linear,
            border,
            basis[here : here + count],
            basis[here + size : here + size + count],
        )
        left = take_in(krylov, size, column)
        column += 1
    rest = abs(krylov.rows[krylov.load + krylov.used[0]])
    if column > 0:
        combine(krylov, size, column)
    begin = answer_of(krylov, size)
    answer[:] = basis[begin : begin + count]
    return rest / length if length > 0.0 else 0.0


@jit_inside
def discounts(numbers: Numbers):
    """The factors (2, lane) of one draw: row 0 is one, row 1 the patience."""
    table = np.ones((2, len(numbers.patience)))
    table[1] = numbers.patience
    return table


@jit_inside
def lean_by_weight(shape: Shape, numbers: Numbers, total, precision, lean, a, b):
    """Fill ``lean`` (edge,) from ``a`` to ``b`` with the logs of what moves weigh, 0 the largest.

    ``total`` is (move,).
    """
    best = -np.inf
    for e in range(a, b):
        lean[e] = numbers.odds[shape.odds_class[e]] + precision * total[e - a]
        best = max(best, lean[e])
    for e in range(a, b):
        lean[e] -= best


@njit(cache=True, nogil=True, error_model="numpy")
def linearise(shape: Shape, numbers: Numbers, scale, values, high, scratch, chance, slope, rate):
    """Back up positions 0 to ``high`` in place and keep the derivative on the way.

    All precisions are multiplied by ``scale``. Fills ``chance`` (edge,) with probabilities,
    ``slope`` (edge, lane) with the response of V_j to the mover's total and ``rate``
    (position, lane) with the derivative by ``scale``.
    """
    lanes = shape.lanes
    pay, discount = numbers.pay, discounts(numbers)
    precision = numbers.precision * scale
    total = np.empty((shape.widest, lanes))
    mean = np.empty(lanes)
    for n in range(high):
        m = shape.mover[n]
        a, b = shape.first[n], shape.first[n + 1]
        top = -np.inf
        for e in range(a, b):
            w, v, c = shape.turns[e], shape.target[e] * lanes, shape.pay_class[e] * lanes
            for j in range(lanes):
                total[e - a, j] = pay[c + j] + discount[w, j] * values[v + j]
            if m >= 0:
                scratch[e - a] = total[e - a, m]
                top = max(top, scratch[e - a])
        mass, weighed = 0.0, m >= 0 and shape.odds_class[a] >= 0
        if weighed:
            lean_by_weight(shape, numbers, scratch, precision[m], chance, a, b)
        for e in range(a, b):
            if weighed:
                chance[e] = np.exp(chance[e])
            elif m < 0:
                chance[e] = numbers.odds[shape.odds_class[e]]
            else:
                chance[e] = np.exp(precision[m] * (scratch[e - a] - top))
            mass += chance[e]
        if m < 0:
            mass = 1.0
        for j in range(lanes):
            mean[j] = 0.0
            rate[n, j] = 0.0
        for e in range(a, b):
            chance[e] /= mass
            for j in range(lanes):
                mean[j] += chance[e] * total[e - a, j]
        for e in range(a, b):
            for j in range(lanes):
                slope[e, j] = 0.0
                if m >= 0 and not (numbers.entropy and j == m):
                    bend = chance[e] * (total[e - a, j] - mean[j])
                    slope[e, j] = precision[m] * bend
                    rate[n, j] += bend * (total[e - a, m] - mean[m]) * numbers.precision[m]
        if m >= 0 and numbers.entropy:
            spread, average, low = 0.0, mean[m], top
            for e in range(a, b):
                spread += chance[e] * (total[e - a, m] - average) ** 2
                low = min(low, total[e - a, m])
            odds, kind = numbers.odds, shape.odds_class
            mean[m] = worth_among(scratch, 0, b - a, 0, precision[m], odds, kind, a)
            if precision[m] * (top - low) < 1e-4:
                rate[n, m] = 0.5 * numbers.precision[m] * spread
            else:
                rate[n, m] = (average - mean[m]) / scale
        for j in range(lanes):
            values[n * lanes + j] = mean[j]


@jit_inside
def push_change(shape: Shape, discount, chance, slope, rate, by_scale, change, high, scratch):
    """Carry a change of the heads and of the scale back over positions 0 to ``high``, in place.

    ``change`` is (row * lanes + lane,), ``chance`` (edge,), ``slope`` (edge, lane), ``rate``
    (position, lane).
    """
    mover, first, target, turns = shape.mover, shape.first, shape.target, shape.turns
    lanes = shape.lanes
    for n in range(high):
        m = mover[n]
        for j in range(0, lanes, 4):
            f0, f1 = by_scale * rate[n, j], by_scale * rate[n, j + 1]
            f2, f3 = by_scale * rate[n, j + 2], by_scale * rate[n, j + 3]
            for e in range(first[n], first[n + 1]):
                w, v, p = turns[e], target[e] * lanes, chance[e]
                own = 0.0
                if m >= 0:
                    own = discount[w, m] * change[v + m]
                v += j
                f0 += p * discount[w, j] * change[v] + slope[e, j] * own
                f1 += p * discount[w, j + 1] * change[v + 1] + slope[e, j + 1] * own
                f2 += p * discount[w, j + 2] * change[v + 2] + slope[e, j + 2] * own
                f3 += p * discount[w, j + 3] * change[v + 3] + slope[e, j + 3] * own
            scratch[j], scratch[j + 1], scratch[j + 2], scratch[j + 3] = f0, f1, f2, f3
        for j in range(lanes):
            change[n * lanes + j] = scratch[j]
