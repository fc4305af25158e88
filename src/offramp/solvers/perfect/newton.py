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
from offramp.solvers.kernels.backup import Numbers, discounts, linearise, push_change
from offramp.solvers.kernels.krylov import (
    NO,
    ZERO,
    Krylov,
    answer_of,
    combine,
    krylov_alone,
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
        scratch=np.zeros(2 * shape.widest + shape.lanes),
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


def seek(
    shape: Shape,
    numbers: Numbers,
    linear: Linearisation,
    values: Array,
    point: Array,
    box: tuple[Array, Array],
    limit: int,
) -> int:
    """Newton steps at t = 1 from anywhere, shortened where they do not help and kept in a box.

    ``box`` holds least and largest unknowns. Changes ``point`` in place; returns iterations,
    -1 on failure. It finds unstable equilibria as well as stable ones.
    """
    border = np.zeros_like(point)
    border[-1] = 1.0
    gap, worst = find_gap(shape, numbers, linear, point, values)
    before = np.inf
    for iteration in range(limit):
        if worst <= 1e-14 or (worst < 1e-11 and worst > 0.25 * before):
            return iteration
        if not np.isfinite(worst):
            return -1
        step = solve_step(shape, numbers, linear, border, gap, 1e-3)
        before = worst
        for share in (1.0, 0.4, 0.16, 0.064):
            trial = np.clip(point + share * step, *box)
            gap, worst = find_gap(shape, numbers, linear, trial, values)
            if worst < before:
                break
        point[:] = trial
    return -1
