"""GMRES step by step: the vectors, the least squares over them, and what they say of the system.

The caller applies its own operator between the steps, so that Newton's method and transposed
rounds share them. Everything takes one draw or eight abreast; a draw that has come close
enough is closed, and what it gets does not depend on those that go on beside it. Vectors have
a multiple of four entries and stand one after the other in ``basis``.

Source: Saad & Schultz (1986), GMRES: a generalized minimal residual algorithm for solving
nonsymmetric linear systems.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.kernels.abreast import (
    four_of,
    get,
    jit_inside,
    load,
    many,
    nothing_in,
    put,
    root,
    rows_like,
    save,
    save_four,
    sum_of,
    where_more,
)

Array = NDArray[np.float64]
NO, YES, ZERO = np.bool_(False), np.bool_(True), np.int64(0)
"""A plain False, True or 0 as an argument would have the function compiled for it anew."""
ROUNDS = 5
"""Powers of the triangle, and of its inverse, that its condition is estimated by."""


class Krylov(NamedTuple):
    """Room for systems of some size and a number of vectors, as many draws abreast as ``rows``."""

    basis: Array
    """The vectors, one more than columns; behind them the answer and the right-hand side."""
    rows: Array
    """All that follows; the next fields say where it begins."""
    cosine: int
    sine: int
    load: int
    """(column + 1,) the right-hand side of the least squares, then their solution."""
    fresh: int
    """(column + 2,) products of the newest vector with the others."""
    mask: int
    """(column,) 1 where a draw has used a column, and where one is to be made orthogonal again."""
    probe: int
    """(column,) room for the condition."""
    goal: int
    """The length of the residual at which a draw is closed; then room for two numbers."""
    triangle: int
    """Columns of the triangular factor, each as long as its number."""
    most: int
    """Most columns."""
    used: NDArray[np.int64]
    """(place,) columns that each draw has used in this cycle."""
    open: NDArray[np.bool_]
    """(place,) who has not come close enough."""


@jit_inside
def krylov_for(like, size, most):
    """Room for vectors of up to ``size`` entries, as many draws abreast as in ``like``.

    The basis is (vector * size + entry,).
    """
    step = most + 2
    return Krylov(
        rows_like(like, (most + 3) * size),
        rows_like(like, 6 * step + 3 + most * (most + 1) // 2),
        0,
        step,
        2 * step,
        3 * step,
        4 * step,
        5 * step,
        6 * step,
        6 * step + 3,
        most,
        np.zeros(many(like), np.int64),
        np.zeros(many(like), np.bool_),
    )


def krylov_alone(size: int, most: int) -> Krylov:
    """The same for one draw alone, outside compiled code."""
    step = most + 2
    return Krylov(
        np.zeros((most + 3) * size),
        np.zeros(6 * step + 3 + most * (most + 1) // 2),
        0,
        step,
        2 * step,
        3 * step,
        4 * step,
        5 * step,
        6 * step,
        6 * step + 3,
        most,
        np.zeros(1, np.int64),
        np.zeros(1, np.bool_),
    )


@njit(cache=True, nogil=True)
def padded(count):
    """The next multiple of four."""
    return 4 * ((count + 3) // 4)


@jit_inside
def answer_of(room: Krylov, size):
    """The first row of the answer in ``basis``.

    Vectors of ``basis`` (vector * size + entry,) begin at multiples of ``size``.
    """
    return (room.most + 1) * size


@jit_inside
def right_of(room: Krylov, size):
    """The first row of the right-hand side in ``basis``.

    Vectors of ``basis`` (vector * size + entry,) begin at multiples of ``size``.
    """
    return (room.most + 2) * size


@jit_inside
def product(basis, one, two, size):
    """The product of the vectors that begin at two rows.

    Vectors of ``basis`` (vector * size + entry,) begin at multiples of ``size``.
    """
    total = nothing_in(basis)
    for r in range(0, size, 4):
        total = total + four_of(basis, one + r) * four_of(basis, two + r)
    return sum_of(total)


@jit_inside
def open_cycle(room: Krylov, size, tolerance, again):
    """Set out from a zero answer, or ``again`` from where it is; how many draws are open.

    Then the second vector has to hold the operator's image of the answer. Vectors of ``basis``
    (vector * size + entry,) begin at multiples of ``size``.
    """
    basis, rows = room.basis, room.rows
    answer, right, left = answer_of(room, size), right_of(room, size), 0
    for r in range(0, size, 4):
        if again:
            rest = four_of(basis, right + r) - four_of(basis, size + r)
            save_four(basis, r, rest)
        else:
            save_four(basis, answer + r, nothing_in(basis))
            save_four(basis, r, four_of(basis, right + r))
    length = root(product(basis, ZERO, ZERO, size))
    if not again:
        save(rows, room.goal, tolerance * length)
    save(rows, room.load, length)
    scale = where_more(length, 0.0, 1.0 / length, 0.0)
    for r in range(0, size, 4):
        save_four(basis, r, scale * four_of(basis, r))
    for k in range(len(room.used)):
        room.used[k] = 0
        room.open[k] = get(rows, room.load, k) > get(rows, room.goal, k)
        left += room.open[k]
    return left


@jit_inside
def take_away(room: Krylov, size, column, masked):
    """Make the vector behind ``column`` orthogonal to those before it; ``masked`` only for some.

    Vectors of ``basis`` (vector * size + entry,) begin at multiples of ``size``.
    """
    basis, rows, new = room.basis, room.rows, (column + 1) * size
    for i in range(column + 1):
        share = product(basis, i * size, new, size)
        if masked:
            share = share * load(rows, room.mask)
            save(rows, room.fresh + i, load(rows, room.fresh + i) + share)
        else:
            save(rows, room.fresh + i, share)
        for r in range(0, size, 4):
            less = share * four_of(basis, i * size + r)
            save_four(basis, new + r, four_of(basis, new + r) - less)
    return root(product(basis, new, new, size))


@jit_inside
def take_in(room: Krylov, size, column):
    """Take in the image of the last vector, which stands behind it; how many draws stay open.

    Vectors of ``basis`` (vector * size + entry,) begin at multiples of ``size``.
    """
    basis, rows, new = room.basis, room.rows, (column + 1) * size
    before = root(product(basis, new, new, size))
    rest = take_away(room, size, column, NO)
    again = where_more(0.1 * before, rest, 1.0, 0.0)
    save(rows, room.mask, again)
    some = False
    for k in range(len(room.used)):
        some |= room.open[k] and get(rows, room.mask, k) > 0.5
    if some:
        rest = take_away(room, size, column, YES)
    scale = where_more(rest, 0.0, 1.0 / rest, 0.0)
    for r in range(0, size, 4):
        save_four(basis, new + r, scale * four_of(basis, new + r))
    at = room.triangle + column * (column + 1) // 2
    for i in range(column):
        cosine, sine = load(rows, room.cosine + i), load(rows, room.sine + i)
        one, two = load(rows, room.fresh + i), load(rows, room.fresh + i + 1)
        save(rows, at + i, cosine * one + sine * two)
        save(rows, room.fresh + i + 1, cosine * two - sine * one)
    last = load(rows, room.fresh + column)
    bottom = root(last * last + rest * rest)
    scale = where_more(bottom, 0.0, 1.0 / bottom, 0.0)
    cosine, sine = last * scale, rest * scale
    save(rows, room.cosine + column, cosine)
    save(rows, room.sine + column, sine)
    save(rows, at + column, bottom)
    down = load(rows, room.load + column)
    save(rows, room.load + column, cosine * down)
    save(rows, room.load + column + 1, 0.0 - sine * down)
    save(rows, room.mask, rest)
    save(rows, room.mask + 1, 1e-15 * before)
    left = 0
    for k in range(len(room.used)):
        if not room.open[k]:
            continue
        pivot = get(rows, at + column, k)
        if not pivot > 0.0:  # no vector leads on, or it is no number
            room.open[k] = pivot == 0.0
            left += room.open[k]
            continue
        room.used[k] = column + 1
        close = abs(get(rows, room.load + column + 1, k)) <= get(rows, room.goal, k)
        room.open[k] = not close and get(rows, room.mask, k) > get(rows, room.mask + 1, k)
        left += room.open[k]
    return left


@jit_inside
def mark_used(room: Krylov, columns):
    """Fill the mask of the columns that each draw has used. The mask is (column,)."""
    for i in range(columns):
        for k in range(len(room.used)):
            put(room.rows, room.mask + i, k, 1.0 if i < room.used[k] else 0.0)


@jit_inside
def entry(room: Krylov, row, column):
    """An entry of the triangle.

    The triangle is packed by columns (column * (column + 1) / 2 + row,).
    """
    return load(room.rows, room.triangle + column * (column + 1) // 2 + row)


@jit_inside
def solve_up(room: Krylov, columns, target):
    """Solve with the triangle, from its last row up, in the columns that ``mark_used`` marked.

    ``target`` begins rows (column,).
    """
    rows = room.rows
    for c in range(columns - 1, -1, -1):
        found = load(rows, target + c) / entry(room, c, c)
        found = where_more(load(rows, room.mask + c), 0.5, found, 0.0)
        save(rows, target + c, found)
        for i in range(c):
            save(rows, target + i, load(rows, target + i) - entry(room, i, c) * found)


@jit_inside
def solve_down(room: Krylov, columns, target):
    """Solve with the transposed triangle likewise. ``target`` begins rows (column,)."""
    rows = room.rows
    for i in range(columns):
        found = load(rows, target + i) / entry(room, i, i)
        found = where_more(load(rows, room.mask + i), 0.5, found, 0.0)
        save(rows, target + i, found)
        for c in range(i + 1, columns):
            save(rows, target + c, load(rows, target + c) - entry(room, i, c) * found)


@jit_inside
def go_up(room: Krylov, columns, target):
    """Multiply by the triangle; what is not used has to be 0. ``target`` begins rows (column,)."""
    rows = room.rows
    for c in range(columns):
        share = load(rows, target + c)
        save(rows, target + c, entry(room, c, c) * share)
        for i in range(c):
            save(rows, target + i, load(rows, target + i) + entry(room, i, c) * share)


@jit_inside
def go_down(room: Krylov, columns, target):
    """Multiply by the transposed triangle, in the columns that are marked.

    ``target`` begins rows (column,).
    """
    rows = room.rows
    for i in range(columns - 1, -1, -1):
        share = load(rows, target + i)
        save(rows, target + i, entry(room, i, i) * share)
        for c in range(i + 1, columns):
            more = load(rows, target + c) + entry(room, i, c) * share
            save(rows, target + c, where_more(load(rows, room.mask + c), 0.5, more, 0.0))


@jit_inside
def combine(room: Krylov, size, columns):
    """Add to the answer what the ``columns`` of this cycle make of the right-hand side.

    Vectors of ``basis`` (vector * size + entry,) begin at multiples of ``size``.
    """
    basis, rows, answer = room.basis, room.rows, answer_of(room, size)
    mark_used(room, columns)
    solve_up(room, columns, room.load)
    for i in range(columns):
        share = load(rows, room.load + i)
        for r in range(0, size, 4):
            more = share * four_of(basis, i * size + r)
            save_four(basis, answer + r, four_of(basis, answer + r) + more)


@jit_inside
def long_as_one(room: Krylov, columns, begin):
    """Make some rows a vector of length 1; its length before. The vector is (column,)."""
    rows = room.rows
    total = load(rows, begin) * load(rows, begin)
    for i in range(1, columns):
        total = total + load(rows, begin + i) * load(rows, begin + i)
    length = root(total)
    scale = where_more(length, 0.0, 1.0 / length, 0.0)
    for i in range(columns):
        save(rows, begin + i, scale * load(rows, begin + i))
    return length


@jit_inside
def weigh_condition(room: Krylov, columns, condition):
    """Raise ``condition`` (place,) to that of what the cycle has seen, 1 for what it has not.

    Estimated from below, by powers; ``combine`` comes first.
    """
    rows, probe = room.rows, room.probe
    for backwards in range(2):
        for i in range(columns):
            save(rows, probe + i, load(rows, room.mask + i))
        for _ in range(ROUNDS):
            long_as_one(room, columns, probe)
            if backwards == 0:
                go_up(room, columns, probe)
            else:
                solve_down(room, columns, probe)
            save(rows, room.goal + 1 + backwards, long_as_one(room, columns, probe))
            if backwards == 0:
                go_down(room, columns, probe)
            else:
                solve_up(room, columns, probe)
    for k in range(len(condition)):
        if room.used[k] > 0:
            most, least = get(rows, room.goal + 1, k), get(rows, room.goal + 2, k)
            steep = max(1.0, most) * max(1.0, least)
            sound = most < np.inf and least < np.inf
            condition[k] = max(condition[k], steep) if sound else np.inf
