"""Newton's method on one backward round, matrix-free, with the scale of precision unknown too.

The unknowns are u = (value at every head of a cyclic component, divided by its scale) and t,
which multiplies all precisions. One pass backwards over the game gives g(u, t); the equations
are u = g(u, t) and one more linear one (the border). Directional derivatives are one pass of
``push_change``; the bordered systems are solved by GMRES.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from offramp.solvers.backup import Numbers, linearise, push_change
from offramp.solvers.layout import Shape


class Slopes(NamedTuple):
    """Working arrays of one draw: the last linearisation and the Krylov basis."""

    chance: NDArray[np.float64]
    slope: NDArray[np.float64]
    rate: NDArray[np.float64]
    change: NDArray[np.float64]
    basis: NDArray[np.float64]
    scratch: NDArray[np.float64]
    weight: NDArray[np.float64]
    """(unknown,) one over the scale of each value at a head."""


def slopes_for(shape: Shape, scale: NDArray[np.float64], krylov: int) -> Slopes:
    """Working arrays for a shape and the scale (lane,) of its values."""
    size = len(shape.heads) * shape.lanes
    edges, nodes = len(shape.target), len(shape.mover)
    return Slopes(
        chance=np.zeros(edges),
        slope=np.zeros((edges, shape.lanes)),
        rate=np.zeros((nodes, shape.lanes)),
        change=np.zeros((nodes + shape.terminals) * shape.lanes),
        basis=np.zeros((min(size + 1, krylov) + 1, size + 1)),
        scratch=np.zeros(2 * shape.widest + shape.lanes),
        weight=np.tile(1.0 / scale, len(shape.heads)),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def put_unknowns(shape: Shape, slopes: Slopes, point, values):
    """Write the unknowns into the values at the heads."""
    lanes = shape.lanes
    for i in range(len(shape.heads)):
        for j in range(lanes):
            k = i * lanes + j
            values[shape.heads[i] * lanes + j] = point[k] / slopes.weight[k]


@njit(cache=True, nogil=True, error_model="numpy")
def find_gap(shape: Shape, numbers: Numbers, slopes: Slopes, point, values, gap):
    """Linearise at ``point`` (unknown + 1,), fill ``gap`` = g(u, t) - u; its largest entry."""
    lanes = shape.lanes
    put_unknowns(shape, slopes, point, values)
    linearise(
        shape, numbers, point[-1], values, shape.reach, slopes.scratch,
        slopes.chance, slopes.slope, slopes.rate,
    )  # fmt: skip
    worst = 0.0
    for i in range(len(shape.heads)):
        for j in range(lanes):
            k = i * lanes + j
            gap[k] = values[shape.heads[i] * lanes + j] * slopes.weight[k] - point[k]
            worst = max(worst, abs(gap[k]))
    return worst


@njit(cache=True, nogil=True, error_model="numpy")
def apply_border(shape: Shape, numbers: Numbers, slopes: Slopes, border, vector, answer):
    """The bordered matrix times a vector."""
    lanes, change, size = shape.lanes, slopes.change, len(vector) - 1
    for i in range(len(shape.heads)):
        for j in range(lanes):
            k = i * lanes + j
            change[shape.heads[i] * lanes + j] = vector[k] / slopes.weight[k]
    push_change(
        shape, numbers.discount, slopes.chance, slopes.slope, slopes.rate,
        vector[size], change, shape.reach, slopes.scratch,
    )  # fmt: skip
    last = border[size] * vector[size]
    for i in range(len(shape.heads)):
        for j in range(lanes):
            k = i * lanes + j
            answer[k] = vector[k] - change[shape.heads[i] * lanes + j] * slopes.weight[k]
            last += border[k] * vector[k]
    answer[size] = last


@njit(cache=True, nogil=True, error_model="numpy")
def solve_border(shape: Shape, numbers: Numbers, slopes: Slopes, border, right, tolerance, answer):
    """GMRES without restarts from zero; returns the relative residual that was reached."""
    basis, size = slopes.basis, len(right)
    most = len(basis) - 1
    upper = np.zeros((most + 1, most))
    cosine, sine, load = np.zeros(most), np.zeros(most), np.zeros(most + 1)
    length = np.sqrt(np.sum(right * right))
    answer[:] = 0.0
    if length == 0.0:
        return 0.0
    for k in range(size):
        basis[0, k] = right[k] / length
    load[0] = length
    used = 0
    for column in range(most):
        new = basis[column + 1]
        apply_border(shape, numbers, slopes, border, basis[column], new)
        for i in range(column + 1):
            total = 0.0
            for k in range(size):
                total += basis[i, k] * new[k]
            upper[i, column] = total
            for k in range(size):
                new[k] -= total * basis[i, k]
        rest = np.sqrt(np.sum(new * new))
        if rest > 0.0:
            for k in range(size):
                new[k] /= rest
        for i in range(column):
            turned = cosine[i] * upper[i, column] + sine[i] * upper[i + 1, column]
            upper[i + 1, column] = cosine[i] * upper[i + 1, column] - sine[i] * upper[i, column]
            upper[i, column] = turned
        norm = np.sqrt(upper[column, column] ** 2 + rest * rest)
        if norm == 0.0:
            break
        cosine[column], sine[column] = upper[column, column] / norm, rest / norm
        upper[column, column] = norm
        load[column + 1] = -sine[column] * load[column]
        load[column] = cosine[column] * load[column]
        used = column + 1
        if abs(load[used]) <= tolerance * length or rest <= 1e-14 * norm:
            break
    for i in range(used - 1, -1, -1):
        for k in range(i + 1, used):
            load[i] -= upper[i, k] * load[k]
        load[i] /= upper[i, i]
        for k in range(size):
            answer[k] += load[i] * basis[i, k]
    return abs(load[used]) / length


@njit(cache=True, nogil=True, error_model="numpy")
def correct(
    shape: Shape, numbers: Numbers, slopes: Slopes, values, point, border, aim, krylov, limit
):
    """Newton steps that keep border . point; returns iterations, negative on failure.

    Stops when the largest gap (relative to the scale of values) is at most ``aim``, or as
    small as rounding allows.
    """
    gap, step = np.zeros(len(point)), np.zeros(len(point))
    before = np.inf
    for iteration in range(limit + 1):
        worst = find_gap(shape, numbers, slopes, point, values, gap)
        if not np.isfinite(worst) or worst > 1e3:
            return -1
        if worst <= aim or (worst < 1e-12 and worst > 0.25 * before):
            return iteration
        if iteration == limit or worst > 4.0 * before and iteration > 1:
            return -1
        before = worst
        gap[-1] = 0.0
        solve_border(shape, numbers, slopes, border, gap, krylov, step)
        for k in range(len(point)):
            point[k] += step[k]
    return -1


@njit(cache=True, nogil=True, error_model="numpy")
def find_tangent(shape: Shape, numbers: Numbers, slopes: Slopes, border, tangent):
    """Direction of the branch at the last linearisation, with positive product with ``border``."""
    right = np.zeros(len(border))
    right[-1] = 1.0
    return solve_border(shape, numbers, slopes, border, right, 1e-3, tangent)


@njit(cache=True, nogil=True, error_model="numpy")
def seek(shape: Shape, numbers: Numbers, slopes: Slopes, values, point, floor, ceiling, limit):
    """Newton steps at t = 1 from anywhere, shortened where they do not help and kept in a box.

    ``floor`` and ``ceiling`` (lane,) are in units of the scale. Returns iterations, negative
    on failure. It finds unstable equilibria as well as stable ones.
    """
    size = len(point) - 1
    gap, step, trial = np.zeros(size + 1), np.zeros(size + 1), np.zeros(size + 1)
    border = np.zeros(size + 1)
    border[size] = 1.0
    worst = find_gap(shape, numbers, slopes, point, values, gap)
    before = np.inf
    for iteration in range(limit):
        if not np.isfinite(worst):
            return -1
        if worst <= 1e-14 or (worst < 1e-11 and worst > 0.25 * before):
            return iteration
        gap[size] = 0.0
        solve_border(shape, numbers, slopes, border, gap, 1e-3, step)
        before, share = worst, 1.0
        for attempt in range(4):
            for k in range(size):
                j = k % shape.lanes
                trial[k] = min(max(point[k] + share * step[k], floor[j]), ceiling[j])
            trial[size] = 1.0
            worst = find_gap(shape, numbers, slopes, trial, values, gap)
            if worst < before or attempt == 3:
                break
            share *= 0.4
        point[:] = trial
    return -1
