"""Points of a branch in (values at heads, t), draws abreast: corrections across a border, tangents.

The unknowns are the values at all heads, in units of their scale, and t, which multiplies all
precisions. One sweep gives g(u, t); the equations are u = g(u, t) and one more linear one (the
border), solved by Newton's method with GMRES and exact products (`slopes`). Where steps lead is
decided in `turning`.

Sources: Allgower & Georg (1990), Numerical continuation methods; Knoll & Keyes (2004),
Jacobian-free Newton-Krylov methods.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.kernels.abreast import (
    four_of,
    get,
    jit_inside,
    larger,
    load,
    many,
    most_of,
    nothing_in,
    put,
    root,
    rows_like,
    save,
    save_four,
    size,
    sum_of,
    where_more,
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
    right_of,
    take_in,
)
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.perfect.records import TableArrays
from offramp.solvers.perfect.slopes import Slopes, push_back, slopes_of, step_back_linearised

Array = NDArray[np.float64]
COLUMNS = 400
"""Most vectors of GMRES."""
ROUGH, ROUGHLY = 1e-5, 5
"""A landing is judged by where it first is so exact, in so many Newton steps."""
MOST = np.int64(20)
"""Most Newton steps at one point."""
BEGINS, ON_WAY, LANDS = range(3)
"""What a draw is about in the step that is tried."""
ITEM, DOING, STRIDE, LEAST, FAR, SIDE, DOUBTED, TAKEN, TURNED, FORKED, BEFORE, SIGN, LIMIT = range(
    13
)
"""Rows of ``Around.stand``: the item of the queue, -1 for none; what it is about; how long the step
is and how short it may be; past which t steps of the precision are tried again; the sign of the
determinant; how often that was doubted, steps were tried, the branch turned back, and forked; the
residual before the last Newton step, the sign met last, and how many Newton steps there may be."""
NUMBERS = 13
WORST, AIM, EXACT, OFF, MISSED, APART_BY, TWO, THREE, UP, ON, REST, LANDED = range(12)
"""Rows of ``Around.rows``: residual, what it is to be, and how exact steps are; how far a
correction led, most and as a length, and a tangent turned; shares of tangent and bend in a guess,
and of the upright border; who takes over a tangent or point; how much less than 1 patience is; and
who has landed, roughly."""
ROWS = 12


class Around(NamedTuple):
    """Where draws stand in arclength, as many abreast as values. Vectors are (unknown + 4,).

    They hold the values at all heads in units of their scale, then t and three zeros.
    """

    krylov: Krylov
    slopes: Slopes
    point: Array
    trial: Array
    guess: Array
    tangent: Array
    after: Array
    """The tangent at the trial."""
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
    rows: Array
    stand: Array
    """(number, place)."""
    once: NDArray[np.int64]
    """(place,) 0 for those that are corrected, then steps + 1, or -1 where that failed."""
    asked: NDArray[np.bool_]
    """(place,) whose tangent is wanted."""
    values: Array
    """((position and terminal) * lanes + lane,)."""
    numbers: Numbers
    level: Numbers
    """The numbers at the precisions of the trial."""
    scratch: Array
    """For ``step_back``."""


@jit_inside
def around_for(shape: Shape, arrays: TableArrays, like):
    """Room for one draw after the other. Rows are (unknown + 4,) and (row * lanes + lane,)."""
    lanes, abreast = shape.lanes, many(like)
    length = len(shape.heads) * lanes + 4
    numbers, level = numbers_like(like, lanes, arrays.pay.shape[1], arrays.odds, arrays.entropy)
    return Around(
        krylov_for(like, length, min(length, COLUMNS)),
        slopes_of(shape, like, int(shape.first[shape.reach]), numbers.precision),
        rows_like(like, length),
        rows_like(like, length),
        rows_like(like, length),
        rows_like(like, length),
        rows_like(like, length),
        rows_like(like, length),
        rows_like(like, length),
        rows_like(like, length),
        rows_like(like, lanes),
        rows_like(like, lanes),
        rows_like(like, lanes),
        rows_like(like, ROWS),
        np.zeros((NUMBERS, abreast)),
        np.zeros(abreast, np.int64),
        np.zeros(abreast, np.bool_),
        rows_like(like, (len(shape.mover) + shape.terminals) * lanes),
        numbers,
        level,
        scratch_for(shape, like),
    )


@jit_inside
def find_off(shape: Shape, work: Around):
    """Linearise at the trials: what a sweep misses into the right-hand side, the most of it told.

    Basis vectors are (unknown + 4,), values (row * lanes + lane,).
    """
    lanes, unknown = shape.lanes, len(shape.heads) * shape.lanes
    values, basis, right = work.values, work.krylov.basis, right_of(work.krylov, unknown + 4)
    worst, total = nothing_in(work.trial), nothing_in(work.trial)
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            one = four_of(work.trial, i * lanes + j) * four_of(work.scale, j)
            save_four(values, shape.heads[i] * lanes + j, one)
    share = larger(load(work.trial, unknown), 0.0)
    for j in range(lanes):
        save(work.level.precision, j, share * load(work.numbers.precision, j))
    step_back_linearised(shape, work.level, values, ZERO, shape.reach, work.scratch, work.slopes)
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            r = i * lanes + j
            before = four_of(work.trial, r) * four_of(work.scale, j)
            missing = four_of(values, shape.heads[i] * lanes + j) - before
            missing = missing * four_of(work.weight, j)
            worst, total = larger(size(missing), worst), total + missing
            save_four(basis, right + r, missing)
    save_four(basis, right + unknown, nothing_in(basis))
    save(work.rows, WORST, most_of(worst) + 0.0 * sum_of(total))


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
def apply_border(shape: Shape, work: Around, source, target):
    """The bordered matrix times the vector of the basis at row ``source``, into another one.

    Vectors are (unknown + 4,).
    """
    lanes, unknown = shape.lanes, len(shape.heads) * shape.lanes
    change, basis, total = work.slopes.change, work.krylov.basis, nothing_in(work.trial)
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            one = four_of(basis, source + i * lanes + j) * four_of(work.scale, j)
            save_four(change, shape.heads[i] * lanes + j, one)
    push_back(shape, work.level, ZERO, shape.reach, work.scratch, work.slopes, NO)
    by_share = load(basis, source + unknown)
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            r = i * lanes + j
            one = four_of(basis, source + r)
            after = four_of(change, shape.heads[i] * lanes + j) * four_of(work.weight, j)
            save_four(basis, target + r, one - after - four_of(work.rise, r) * by_share)
            total = total + one * four_of(work.border, r)
    save_four(basis, target + unknown, nothing_in(basis))
    save(basis, target + unknown, sum_of(total) + load(work.border, unknown) * by_share)


@jit_inside
def solve_bordered(shape: Shape, work: Around):
    """The solutions of the bordered systems, as exact as ``EXACT`` says, 0 where the right is 0."""
    room, length, column = work.krylov, len(shape.heads) * shape.lanes + 4, ZERO
    left = open_cycle(room, length, load(work.rows, EXACT), NO)
    while left > 0 and column < room.most:
        apply_border(shape, work, column * length, (column + 1) * length)
        left = take_in(room, length, column)
        column += 1
    if column > 0:
        combine(room, length, column)


@jit_inside
def clear_right(work: Around, length, k):
    """Leave place ``k`` out of the next solution; vectors are (unknown + 4,)."""
    right = right_of(work.krylov, length)
    for r in range(length):
        put(work.krylov.basis, right + r, k, 0.0)


@jit_inside
def note_landing(work: Around, length, k):
    """Keep where place ``k`` has landed, roughly: from there the equations may lead it anywhere.

    Vectors are (unknown + 4,).
    """
    if get(work.rows, LANDED, k) == 0.0:
        put(work.rows, LANDED, k, 1.0)
        for r in range(length):
            put(work.after, r, k, get(work.trial, r, k))


@jit_inside
def correct_trials(shape: Shape, work: Around):
    """Newton steps on the trials that keep border . trial, for those whose ``once`` is 0.

    A trial is done when the largest gap, relative to the scale of values, is as small as was aimed
    at, or as rounding allows. Vectors are (unknown + 4,).
    """
    length, once, stand = len(shape.heads) * shape.lanes + 4, work.once, work.stand
    for turn in range(MOST + 1):
        find_off(shape, work)
        left = 0
        for k in range(len(once)):
            if once[k] == 0:
                worst, before = get(work.rows, WORST, k), stand[BEFORE, k]
                stand[BEFORE, k] = worst
                if stand[DOING, k] == LANDS and worst <= ROUGH and turn <= ROUGHLY:
                    note_landing(work, length, k)
                if not worst <= 1e3:
                    once[k] = -1
                elif worst <= get(work.rows, AIM, k) or (worst < 1e-12 and worst > 0.25 * before):
                    once[k] = turn + 1
                elif turn >= stand[LIMIT, k] or (worst > 4.0 * before and turn > 1):
                    once[k] = -1
            if once[k] != 0:
                clear_right(work, length, k)
            left += once[k] == 0
        if left == 0:
            break
        find_rise(shape, work)
        solve_bordered(shape, work)
        answer = answer_of(work.krylov, length)
        for r in range(0, length, 4):
            step = four_of(work.krylov.basis, answer + r)
            save_four(work.trial, r, four_of(work.trial, r) + step)


@jit_inside
def measure_off(work: Around, unknown):
    """How far trials are from their guesses, and the length of that. Vectors are (unknown + 4,)."""
    most, total, landed = nothing_in(work.trial), nothing_in(work.trial), load(work.rows, LANDED)
    for r in range(0, unknown, 4):
        off = where_more(landed, 0.5, four_of(work.after, r), four_of(work.trial, r))
        off = off - four_of(work.guess, r)
        most, total = larger(size(off), most), total + off * off
    off = load(work.trial, unknown) - load(work.guess, unknown)
    save(work.rows, OFF, larger(size(off), most_of(most)))
    total = sum_of(total) * (1.0 / float(unknown))
    save(work.rows, MISSED, root(total + off * off))


@jit_inside
def take_directions(work: Around, length):
    """Solutions as tangents of length 1, and how far from those before, for those that are ``ON``.

    Vectors are (unknown + 4,).
    """
    answer, unknown, on = answer_of(work.krylov, length), length - 4, load(work.rows, ON)
    basis, square, with_old = work.krylov.basis, nothing_in(work.after), nothing_in(work.after)
    for r in range(0, unknown, 4):
        one = four_of(basis, answer + r)
        square, with_old = square + one * one, with_old + one * four_of(work.tangent, r)
    last, mean = load(basis, answer + unknown), 1.0 / float(unknown)
    long = root(sum_of(square) * mean + last * last)
    short = where_more(long, 0.0, 1.0 / long, 0.0)
    with_old = sum_of(with_old) * mean + last * load(work.tangent, unknown)
    apart = where_more(on, 0.5, 1.0 - with_old * short, load(work.rows, APART_BY))
    save(work.rows, APART_BY, apart)
    for r in range(0, length, 4):
        one = four_of(basis, answer + r) * short
        save_four(work.after, r, where_more(on, 0.5, one, four_of(work.after, r)))


@jit_inside
def move_on(work: Around, length):
    """Points, tangents and how these turn, for those who move on. Vectors are (unknown + 4,)."""
    on, share = load(work.rows, ON), load(work.rows, THREE)
    for r in range(0, length, 4):
        after, tangent = four_of(work.after, r), four_of(work.tangent, r)
        bend = (after - tangent) * share
        save_four(work.bend, r, where_more(on, 0.5, bend, four_of(work.bend, r)))
        save_four(work.tangent, r, where_more(on, 0.5, after, tangent))
        save_four(
            work.point, r, where_more(on, 0.5, four_of(work.trial, r), four_of(work.point, r))
        )


@jit_inside
def guess_points(work: Around, unknown):
    """Guesses on the parabolas, and borders across the tangents, or upright."""
    two, three, up = load(work.rows, TWO), load(work.rows, THREE), load(work.rows, UP)
    across, level = (1.0 - up) * (1.0 / np.sqrt(float(unknown))), 1.0 - up
    for r in range(0, unknown + 4, 4):
        tangent = four_of(work.tangent, r)
        ahead = four_of(work.point, r) + tangent * two
        ahead = ahead + four_of(work.bend, r) * three
        save_four(work.trial, r, ahead)
        save_four(work.guess, r, ahead)
        save_four(work.border, r, tangent * across)
    save(work.border, unknown, level * load(work.tangent, unknown) + up)
