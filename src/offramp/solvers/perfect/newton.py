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
from offramp.solvers.kernels.backup import Numbers, discounts, push_change
from offramp.solvers.kernels.krylov import (
    NO,
    ZERO,
    Krylov,
    answer_of,
    combine,
    krylov_for,
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


@jit_inside
def room_for(shape: Shape, scale, most):
    """Working arrays for a shape, the scale (lane,) of its values and ``most`` vectors of GMRES."""
    size = len(shape.heads) * shape.lanes
    edges, nodes, lanes = len(shape.target), len(shape.mover), shape.lanes
    weight = np.empty(size)
    for k in range(size):
        weight[k] = 1.0 / scale[k % lanes]
    return Linearisation(
        np.zeros(edges),
        np.zeros((edges, lanes)),
        np.zeros((nodes, lanes)),
        np.zeros((nodes + shape.terminals) * lanes),
        krylov_for(scale, padded(size + 1), min(size + 1, most)),
        np.zeros(2 * shape.widest + lanes),
        weight,
    )


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
