"""Points of a branch in (values at heads, t): corrections across a border, and tangents.

The unknowns are the values at all heads, in units of their scale, and t, which multiplies all
precisions. One sweep gives g(u, t); the equations are u = g(u, t) and one more linear one (the
border), solved by Newton's method with GMRES and exact products (`slopes`, `condensed`). One draw
is followed at a time; where steps lead is decided in `turning`.

Sources: Allgower & Georg (1990), Numerical continuation methods; Knoll & Keyes (2004),
Jacobian-free Newton-Krylov methods.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.kernels.abreast import (
    EPSILON,
    four_of,
    jit_inside,
    larger,
    most_of,
    nothing_in,
    rows_like,
    save_four,
    size,
    sum_of,
)
from offramp.solvers.kernels.backup import Numbers, numbers_like, scratch_for
from offramp.solvers.kernels.krylov import (
    NO,
    YES,
    ZERO,
    Krylov,
    answer_of,
    combine,
    krylov_for,
    open_cycle,
    product,
    right_of,
    take_in,
)
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.perfect.condensed import Blocks, Condensed, blocks_for, fill_blocks, push_rows
from offramp.solvers.perfect.records import Batch, TableArrays, batch_for
from offramp.solvers.perfect.slopes import Slopes, push_back, slopes_of, step_back_linearised

Array = NDArray[np.float64]
COLUMNS = 400
"""Most vectors of GMRES."""
ROUGH, ROUGHLY = 1e-5, 5
"""A landing is judged by where it first is so exact, in so many Newton steps."""
MOST = np.int64(20)
"""Most Newton steps at one point."""
STRAIGHT, SLOW = 1e-6, 100.0
"""How exact tangents are: near a turn a rough one leads aside however short the step is; and where
so many rounds add up, equations that a patience near 1 makes small want more of them."""


class Around(NamedTuple):
    """Where a draw stands in arclength. Vectors are (unknown + 4,).

    They hold the values at all heads in units of their scale, then t and three zeros.
    """

    krylov: Krylov
    slopes: Slopes
    blocks: Blocks
    point: Array
    trial: Array
    guess: Array
    tangent: Array
    after: Array
    """The tangent at the trial, or where a landing was first rough."""
    bend: Array
    """How a tangent turns a length."""
    border: Array
    rise: Array
    """The derivative by t."""
    scale: Array
    """(lane,) scale of the values, and"""
    weight: Array
    """(lane,) one over it."""
    lane: Array
    """(lane,) room for another."""
    values: Array
    """((position and terminal) * lanes + lane,)."""
    numbers: Numbers
    level: Numbers
    """The numbers at the precisions of the trial."""
    scratch: Array
    """For ``step_back``."""
    batch: Batch
    """The draw."""


@jit_inside
def around_for(shape: Shape, rows: Condensed, arrays: TableArrays):
    """Room for one draw after the other. Condensed are (unknown + 4,) and (row * lanes + lane,)."""
    lanes, like = shape.lanes, np.zeros(1)
    length = len(shape.heads) * lanes + 4
    numbers, level = numbers_like(like, lanes, arrays.pay.shape[1], arrays.odds, arrays.entropy)
    return Around(
        krylov_for(like, length, min(length, COLUMNS)),
        slopes_of(shape, like, int(shape.first[shape.reach]), numbers.precision),
        blocks_for(shape, rows, like),
        np.zeros(length),
        np.zeros(length),
        np.zeros(length),
        np.zeros(length),
        np.zeros(length),
        np.zeros(length),
        np.zeros(length),
        np.zeros(length),
        np.zeros(lanes),
        np.zeros(lanes),
        np.zeros(lanes),
        rows_like(like, (len(shape.mover) + shape.terminals) * lanes),
        numbers,
        level,
        scratch_for(shape, like),
        batch_for(like, shape),
    )


@jit_inside
def find_off(shape: Shape, work: Around):
    """Linearise at the trial: what a sweep misses into the right-hand side; the most of it.

    Basis vectors are (unknown + 4,), values (row * lanes + lane,).
    """
    lanes, unknown = shape.lanes, len(shape.heads) * shape.lanes
    values, basis, right = work.values, work.krylov.basis, right_of(work.krylov, unknown + 4)
    worst, total = nothing_in(work.trial), nothing_in(work.trial)
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            one = four_of(work.trial, i * lanes + j) * four_of(work.scale, j)
            save_four(values, shape.heads[i] * lanes + j, one)
    share = max(work.trial[unknown], 0.0)
    for j in range(lanes):
        work.level.precision[j] = share * work.numbers.precision[j]
    step_back_linearised(shape, work.level, values, ZERO, shape.reach, work.scratch, work.slopes)
    fill_blocks(shape, work.level, work.slopes, work.blocks)
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            r = i * lanes + j
            before = four_of(work.trial, r) * four_of(work.scale, j)
            missing = four_of(values, shape.heads[i] * lanes + j) - before
            missing = missing * four_of(work.weight, j)
            worst, total = larger(size(missing), worst), total + missing
            save_four(basis, right + r, missing)
    save_four(basis, right + unknown, nothing_in(basis))
    return most_of(worst) + 0.0 * sum_of(total)


@jit_inside
def find_rise(shape: Shape, work: Around):
    """The derivative by t at the last linearisation; vectors are (unknown + 4,)."""
    lanes, change = shape.lanes, work.slopes.change
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            save_four(change, shape.heads[i] * lanes + j, nothing_in(change))
    push_back(shape, work.level, ZERO, shape.reach, work.scratch, work.slopes, YES)
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            one = four_of(change, shape.heads[i] * lanes + j) * four_of(work.weight, j)
            save_four(work.rise, i * lanes + j, one)


@jit_inside
def push_round(shape: Shape, work: Around):
    """Carry the changes of the heads (row * lanes + lane,) through a round, into the image.

    That is (head * lanes + lane,).
    """
    if len(work.blocks.rows.kept):
        push_rows(shape, work.slopes.change, work.blocks)
        return
    lanes, change = shape.lanes, work.slopes.change
    push_back(shape, work.level, ZERO, shape.reach, work.scratch, work.slopes, NO)
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            one = four_of(change, shape.heads[i] * lanes + j)
            save_four(work.blocks.image, i * lanes + j, one)


@jit_inside
def apply_border(shape: Shape, work: Around, source, target):
    """The bordered matrix times the vector of the basis at row ``source``, into another one.

    Vectors are (unknown + 4,).
    """
    lanes, unknown, image = shape.lanes, len(shape.heads) * shape.lanes, work.blocks.image
    change, basis, total = work.slopes.change, work.krylov.basis, nothing_in(work.trial)
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            one = four_of(basis, source + i * lanes + j) * four_of(work.scale, j)
            save_four(change, shape.heads[i] * lanes + j, one)
    push_round(shape, work)
    by_share = basis[source + unknown]
    for r in range(0, unknown, 4):
        one = four_of(basis, source + r)
        after = four_of(image, r) * four_of(work.weight, r % lanes)
        save_four(basis, target + r, one - after - four_of(work.rise, r) * by_share)
        total = total + one * four_of(work.border, r)
    save_four(basis, target + unknown, nothing_in(basis))
    basis[target + unknown] = sum_of(total) + work.border[unknown] * by_share


@jit_inside
def solve_bordered(shape: Shape, work: Around, exact):
    """The solution of the bordered system, to the share ``exact`` of its right-hand side."""
    room, length, column = work.krylov, len(shape.heads) * shape.lanes + 4, ZERO
    left = open_cycle(room, length, exact, NO)
    while left > 0 and column < room.most:
        apply_border(shape, work, column * length, (column + 1) * length)
        left = take_in(room, length, column)
        column += 1
    if column > 0:
        combine(room, length, column)


@jit_inside
def correct_trial(shape: Shape, work: Around, aim, exact, limit, lands):
    """Newton steps on the trial that keep border . trial; how many, and if it landed roughly.

    It is done when the largest gap, relative to the scale of values, is at most ``aim``, or what
    rounding allows; -1 steps where it failed. With ``lands`` it is kept where it first is roughly
    right: from there the equations may lead it anywhere. Vectors are (unknown + 4,).
    """
    length, before, landed = len(shape.heads) * shape.lanes + 4, np.inf, False
    answer = answer_of(work.krylov, length)
    for turn in range(MOST + 1):
        worst = find_off(shape, work)
        if lands and not landed and worst <= ROUGH and turn <= ROUGHLY:
            work.after[:], landed = work.trial, True
        if not worst <= 1e3:
            return np.int64(-1), landed
        if worst <= aim or (worst < 1e-12 and worst > 0.25 * before):
            return turn, landed
        if turn >= limit or (worst > 4.0 * before and turn > 1):
            return np.int64(-1), landed
        before = worst
        find_rise(shape, work)
        solve_bordered(shape, work, exact)
        for r in range(length):
            work.trial[r] += work.krylov.basis[answer + r]
    return np.int64(-1), landed


@jit_inside
def find_direction(shape: Shape, work: Around):
    """The unit tangent at the trial (mean square over values, plus t squared) into ``after``.

    And the sign of the determinant of the bordered equations. Vectors are (unknown + 4,).
    """
    length, rest, room = len(shape.heads) * shape.lanes + 4, 1.0, work.krylov
    for j in range(shape.lanes):
        rest = min(rest, max(EPSILON, 1.0 - work.numbers.patience[j]))
    find_rise(shape, work)
    right, answer, unknown = right_of(room, length), answer_of(room, length), length - 4
    room.basis[right : right + length] = 0.0
    room.basis[right + unknown] = 1.0
    solve_bordered(shape, work, STRAIGHT * min(1.0, SLOW * rest))
    last, mean = room.basis[answer + unknown], 1.0 / float(unknown)
    square = product(room.basis, answer, answer, unknown)
    short = 1.0 / np.sqrt(square * mean + last * last)
    for r in range(length):
        work.after[r] = room.basis[answer + r] * short
    used = room.used[0]
    return -1.0 if used > 0 and room.rows[room.cosine + used - 1] < 0.0 else 1.0


@jit_inside
def turned_by(work: Around, unknown):
    """How much less than 1 the cosine between both tangents (unknown + 4,) is."""
    total = nothing_in(work.after)
    for r in range(0, unknown, 4):
        total = total + four_of(work.after, r) * four_of(work.tangent, r)
    last = work.after[unknown] * work.tangent[unknown]
    return 1.0 - (sum_of(total) * (1.0 / float(unknown)) + last)


@jit_inside
def missed_by(work: Around, landed, unknown):
    """How far the trial, or where it landed roughly, is from the guess: at most, and as a length.

    Vectors are (unknown + 4,).
    """
    most, total, found = nothing_in(work.trial), nothing_in(work.trial), work.trial
    if landed:
        found = work.after
    for r in range(0, unknown, 4):
        off = four_of(found, r) - four_of(work.guess, r)
        most, total = larger(size(off), most), total + off * off
    off = work.trial[unknown] - work.guess[unknown]
    most, total = max(abs(off), most_of(most)), sum_of(total) * (1.0 / float(unknown))
    return most, np.sqrt(total + off * off)


@jit_inside
def move_on(work: Around, share):
    """Take over trial and tangent (unknown + 4,); a step of length 1 / ``share`` led there."""
    for r in range(len(work.point)):
        work.bend[r] = (work.after[r] - work.tangent[r]) * share
        work.tangent[r], work.point[r] = work.after[r], work.trial[r]


@jit_inside
def guess_ahead(work: Around, unknown, ahead, lands):
    """A guess so far ahead on the parabola, the border across the tangent there.

    One that ``lands`` at t = 1 lies on the tangent, and its border is upright. Vectors are
    (unknown + 4,).
    """
    curved = 0.0 if lands else 0.5 * ahead * ahead
    across = 0.0 if lands else 1.0 / np.sqrt(float(unknown))
    for r in range(unknown + 4):
        one = work.point[r] + work.tangent[r] * ahead + work.bend[r] * curved
        work.trial[r] = work.guess[r] = one
        work.border[r] = work.tangent[r] * across
    work.border[unknown] = work.tangent[unknown]
    if lands:
        work.border[unknown] = work.trial[unknown] = work.guess[unknown] = 1.0
