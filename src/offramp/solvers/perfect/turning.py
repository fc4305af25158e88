"""Branches followed around their turning points in arclength, draws abreast, compiled.

Pseudo-arclength continuation in (values at heads, t), where t multiplies all precisions. Every
step predicts along the parabola that the last two tangents make, corrects by Newton's method across
the tangent, and is shorter next time when the correction is slow, long or turns too much. The first
time the branch reaches t = 1 it is landed on exactly there. The determinant of the bordered
equations keeps its sign where the branch turns back in t, and changes it at forks, and where a step
leads to another branch: how often it did so is told. Eight draws abreast go each at its own pace,
and a place that is free is taken by the next one.

Sources: Allgower & Georg (1990), Numerical continuation methods; Turocy (2005), A dynamic homotopy
interpretation of the logistic quantal response equilibrium correspondence.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.kernels.abreast import EPSILON, get, jit_inside, many, put
from offramp.solvers.kernels.krylov import right_of
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.kernels.scaling import fill_scale
from offramp.solvers.perfect.arclength import (
    AIM,
    APART_BY,
    BEFORE,
    BEGINS,
    DOING,
    DOUBTED,
    EXACT,
    FAR,
    FORKED,
    ITEM,
    LANDED,
    LANDS,
    LEAST,
    LIMIT,
    MISSED,
    OFF,
    ON,
    ON_WAY,
    REST,
    SIDE,
    SIGN,
    STRIDE,
    TAKEN,
    THREE,
    TURNED,
    TWO,
    UP,
    Around,
    around_for,
    clear_right,
    correct_trials,
    find_rise,
    guess_points,
    measure_off,
    move_on,
    solve_bordered,
    take_directions,
)
from offramp.solvers.perfect.records import Batch, TableArrays, batch_for, gather_place, open_place

Array = NDArray[np.float64]
LONGEST, SHORTEST = 0.3, 1e-9
"""How long steps may be, in the scale of values and of precisions; how short, beside the first."""
ACROSS, ASIDE = 0.2, 0.4
"""How far a correction may lead, in any value, and as a share of the step."""
KEEN, STRAIGHT = 1e-4, 1e-6
"""How exact a point is at least, beside the step that led there, and how exact tangents are: near
a turn a rough one leads aside however short the step is."""
NEAR, SHORTER, LONGER = 0.4, 0.4, 2.0
"""Steps are to be off by that share of the most, and change by no more than these factors."""
DOUBTS = 6.0
"""A step across a fork may lead to another branch: so often a shorter one is tried instead."""
OUTSET = 2e-3
"""The first step where a branch was left, as a share of the precisions there."""
APART = 0.15
"""How much less than 1 the cosine between two tangents may be."""
SLOW = 100.0
"""Where so many rounds add up, equations that a patience near 1 makes small want exact tangents."""
ARRIVED, STUCK, TIRED, SINGULAR, PAST = range(5)
"""How it may end: at the precision, with too short steps, with too many, at precision 0, or past
the place where steps of the precision had become too short."""


@njit(cache=True, nogil=True, error_model="numpy")
def follow_around(
    like, shape: Shape, arrays: TableArrays, draws, caution, limit, beyond, ends, stops, told
):
    """Follow the branches of ``draws``; what a draw gets does not depend on the others.

    From precision 0 to the end; or, where the first number of ``stops`` (item, 2) is the share of
    the precisions at which a branch was left, from there and from the values at the heads ``ends``
    (item, head * lanes + lane) until it has passed the turning points there by ``beyond`` (item,),
    in log(1 + s t) as in `branch`: then ``stops`` says how far it came. The second number is s, how
    steep its way is. With ``caution`` above 1 steps are shorter, and points on the branch more
    exact. Fills ``told`` (item, 4): how it ended, steps, times that it turned back, forks passed.
    """
    work, batch, following = around_for(shape, arrays, like), batch_for(like, shape), 0
    stand = work.stand
    stand[ITEM, :] = -1.0
    while True:
        left = 0
        for k in range(many(like)):
            if stand[ITEM, k] < 0.0 and following < len(draws):
                batch.draw[k] = draws[following]
                begin_place(shape, arrays, work, batch, following, beyond, ends, stops, k)
                following += 1
            left += stand[ITEM, k] >= 0.0
        if left == 0:
            break
        plan_trials(shape, work, caution)
        correct_trials(shape, work)
        judge_corrections(shape, work, caution, limit, ends, stops, told)
        if work.asked.any():
            find_tangents(shape, work)
            settle_borders(shape, work)
        judge_tangents(shape, work, caution, limit, ends, stops, told)


@jit_inside
def begin_place(
    shape: Shape, arrays: TableArrays, work: Around, batch: Batch, item, beyond, ends, stops, k
):
    """Let place ``k`` be about an item: at precision 0, or where ``stops`` (item, 2) says.

    ``beyond`` is (item,), ``ends`` (item, head * lanes + lane).
    """
    lanes, unknown, stand = shape.lanes, len(shape.heads) * shape.lanes, work.stand
    gather_place(shape, arrays, batch, work.numbers, k)
    open_place(work.values, shape, arrays, batch, k)
    stand[:, k] = 0.0
    stand[ITEM, k], stand[DOING, k], stand[FAR, k] = item, BEGINS, np.inf
    within = stops[item, 0] > 0.0
    if within:
        steep = stops[item, 1]
        stand[FAR, k] = np.expm1(np.log1p(steep * stops[item, 0]) + beyond[item]) / steep
        for r in range(unknown):
            put(work.values, shape.heads[r // lanes] * lanes + r % lanes, k, ends[item, r])
    fill_scale(shape, work.numbers, work.values, work.lane)
    put(work.rows, REST, k, 1.0)
    for j in range(lanes):
        rest = max(EPSILON, 1.0 - get(work.numbers.patience, j, k))
        put(work.rows, REST, k, min(rest, get(work.rows, REST, k)))
        put(work.scale, j, k, get(work.lane, j, k))
        put(work.weight, j, k, 1.0 / get(work.lane, j, k))
    for r in range(unknown + 4):
        put(work.point, r, k, 0.0)
        put(work.tangent, r, k, 0.0)
        put(work.bend, r, k, 0.0)
        if within and r < unknown:
            put(work.point, r, k, ends[item, r] * get(work.weight, r % lanes, k))
    put(work.point, unknown, k, stops[item, 0])


@jit_inside
def plan_trials(shape: Shape, work: Around, caution):
    """What every draw tries next: a guess, how it is corrected, and how exactly."""
    stand, rows, unknown = work.stand, work.rows, len(shape.heads) * shape.lanes
    aim, exact = 1e-7 / caution**6, 1e-2 / caution**3
    for k in range(len(work.once)):
        work.once[k] = 0 if stand[ITEM, k] >= 0.0 else -1
        stride, doing = stand[STRIDE, k], stand[DOING, k]
        now, ahead = get(work.point, unknown, k), get(work.tangent, unknown, k)
        here, step, limit, two, up = aim, exact, 5, stride, 0.0
        if doing == BEGINS:
            here, step, limit = (aim, KEEN, 10) if stand[FAR, k] < np.inf else (1e-11, 1e-8, 20)
            two, up = 0.0, 1.0
        elif now + stride * ahead >= 1.0:
            stand[DOING, k], up = LANDS, 1.0
            here, step, limit, two = 1e-15, 1e-4, 12, (1.0 - now) / ahead
        else:
            stand[DOING, k], here = ON_WAY, min(aim, KEEN * stride)
        put(rows, AIM, k, here)
        put(rows, EXACT, k, step)
        put(rows, TWO, k, two)
        put(rows, THREE, k, 0.5 * two * two if up == 0.0 else 0.0)
        put(rows, UP, k, up)
        put(rows, LANDED, k, 0.0)
        stand[LIMIT, k], stand[BEFORE, k] = limit, np.inf
    guess_points(work, unknown)
    for k in range(len(work.once)):
        if stand[DOING, k] == LANDS:
            put(work.trial, unknown, k, 1.0)
            put(work.guess, unknown, k, 1.0)


@jit_inside
def judge_corrections(shape: Shape, work: Around, caution, limit, ends, stops, told):
    """Who goes on to find a tangent; who has landed or is given up leaves.

    ``ends`` is (item, head * lanes + lane), ``stops`` (item, 2), ``told`` (item, 4).
    """
    stand, rows, unknown = work.stand, work.rows, len(shape.heads) * shape.lanes
    measure_off(work, unknown)
    for k in range(len(work.once)):
        work.asked[k] = False
        if stand[ITEM, k] < 0.0:
            continue
        fine, doing, stride = work.once[k] > 0, stand[DOING, k], stand[STRIDE, k]
        if doing == BEGINS:
            work.asked[k] = fine
            if not fine:
                how = STUCK if stand[FAR, k] < np.inf else SINGULAR
                leave(work, how, unknown, shape.lanes, ends, stops, told, k)
            continue
        stand[TAKEN, k] += 1.0
        doubted, stand[DOUBTED, k] = stand[DOUBTED, k], 0.0
        now, ahead = get(work.point, unknown, k), get(work.tangent, unknown, k)
        here = get(work.trial, unknown, k)
        near = get(rows, OFF, k) <= ACROSS / caution
        if doing == LANDS:
            far = ASIDE * (1.0 - now) / ahead / caution + 1e-9
            if fine and near and get(rows, LANDED, k) > 0.0 and get(rows, MISSED, k) <= far:
                leave(work, ARRIVED, unknown, shape.lanes, ends, stops, told, k)
                continue
            stand[STRIDE, k] = 0.5 * (1.0 - now) / ahead
        elif not fine or here < -1e-9 or here > 1.0:
            stand[STRIDE, k] *= SHORTER
        else:
            aside = get(rows, MISSED, k) / (ASIDE * stride / caution)
            work.asked[k] = aside <= 1.0 and near
            if work.asked[k]:
                stand[DOUBTED, k] = doubted
            else:
                stand[STRIDE, k] *= paced(aside)
        if not work.asked[k]:
            give_up(work, limit, unknown, shape.lanes, ends, stops, told, k)


@jit_inside
def find_tangents(shape: Shape, work: Around):
    """Unit tangents (mean square over values, plus t squared) where they are asked for.

    And the signs of the determinants. Those begun at precision 0 settle their scale first: values
    there may dwarf all pays. Vectors are (unknown + 4,).
    """
    stand, length = work.stand, len(shape.heads) * shape.lanes + 4
    fresh = False
    for k in range(len(work.once)):
        fresh |= work.asked[k] and stand[DOING, k] == BEGINS and stand[FAR, k] == np.inf
    if fresh:
        settle_scales(shape, work)
    find_rise(shape, work)
    right = right_of(work.krylov, length)
    for k in range(len(work.once)):
        clear_right(work, length, k)
        put(work.rows, EXACT, k, STRAIGHT * min(1.0, SLOW * get(work.rows, REST, k)))
        put(work.rows, ON, k, 1.0 if work.asked[k] else 0.0)
        if work.asked[k]:
            put(work.krylov.basis, right + length - 4, k, 1.0)
    solve_bordered(shape, work)
    take_directions(work, length)
    for k in range(len(work.once)):
        used, sign = work.krylov.used[k], 1.0
        if used > 0 and get(work.krylov.rows, work.krylov.cosine + used - 1, k) < 0.0:
            sign = -1.0
        if work.asked[k]:
            stand[SIGN, k] = sign


@jit_inside
def settle_scales(shape: Shape, work: Around):
    """Measure values by those at t = 0, for draws that begin there.

    The point is (unknown + 4,), the scale (lane,).
    """
    stand, lanes, unknown = work.stand, shape.lanes, len(shape.heads) * shape.lanes
    fill_scale(shape, work.numbers, work.values, work.lane)
    for k in range(len(work.once)):
        if not work.asked[k] or stand[DOING, k] != BEGINS or stand[FAR, k] < np.inf:
            continue
        steep = 0.0
        for j in range(lanes):
            wide = get(work.lane, j, k)
            steep = max(steep, get(work.numbers.precision, j, k) * wide)
            for r in range(j, unknown, lanes):
                put(work.trial, r, k, get(work.trial, r, k) * get(work.scale, j, k) / wide)
            put(work.scale, j, k, wide)
            put(work.weight, j, k, 1.0 / wide)
        stand[STRIDE, k] = 2.0 / (1.0 + steep)


@jit_inside
def settle_borders(shape: Shape, work: Around):
    """Tangents again for those taken up within their branch: upright borders are poor near turns.

    Vectors are (unknown + 4,).
    """
    unknown, again = len(shape.heads) * shape.lanes, False
    asked = work.asked.copy()
    for k in range(len(asked)):
        work.asked[k] &= work.stand[DOING, k] == BEGINS and work.stand[FAR, k] < np.inf
        again |= work.asked[k]
    if again:
        for k in range(len(asked)):
            if work.asked[k]:
                for r in range(unknown):
                    put(work.border, r, k, get(work.after, r, k) / np.sqrt(float(unknown)))
                put(work.border, unknown, k, get(work.after, unknown, k))
        find_tangents(shape, work)
    work.asked[:] = asked


@jit_inside
def judge_tangents(shape: Shape, work: Around, caution, limit, ends, stops, told):
    """Move those on whose step holds; who is past the turn, or given up, leaves.

    ``ends`` is (item, head * lanes + lane), ``stops`` (item, 2), ``told`` (item, 4).
    """
    stand, rows, unknown, longest = work.stand, work.rows, len(shape.heads) * shape.lanes, LONGEST
    longest /= caution
    for k in range(len(work.once)):
        put(rows, ON, k, 0.0)
        put(rows, THREE, k, 0.0)
        if not work.asked[k]:
            continue
        stride, sign = stand[STRIDE, k], stand[SIGN, k]
        if stand[DOING, k] == BEGINS:
            begin_way(work, longest, get(work.trial, unknown, k), k)
            put(rows, ON, k, 1.0)
            continue
        apart = get(rows, APART_BY, k) / (APART / caution)
        if not apart <= 1.0:
            stand[STRIDE, k] *= paced(apart)
            stand[DOUBTED, k] = 0.0
        elif sign != stand[SIDE, k] and stand[DOUBTED, k] < DOUBTS:
            stand[STRIDE, k] *= SHORTER
            stand[DOUBTED, k] += 1.0
        else:
            aside = get(rows, MISSED, k) / (ASIDE * stride / caution)
            longer, used = min(paced(aside), paced(apart)), work.once[k] - 1
            if used > 2:
                longer = min(longer, 1.2 if used == 3 else 0.8)
            turned = get(work.after, unknown, k) * get(work.tangent, unknown, k) < 0.0
            stand[DOUBTED, k] = 0.0
            stand[FORKED, k] += sign != stand[SIDE, k]
            stand[TURNED, k] += turned
            stand[SIDE, k], stand[STRIDE, k] = sign, min(stride * longer, longest)
            put(rows, ON, k, 1.0)
            put(rows, THREE, k, 1.0 / stride)
    move_on(work, unknown + 4)
    for k in range(len(work.once)):
        if not work.asked[k]:
            continue
        now, ahead = get(work.point, unknown, k), get(work.tangent, unknown, k)
        back, begins = stand[TURNED, k] % 2.0 == 0.0, stand[DOING, k] == BEGINS
        stand[DOING, k] = ON_WAY
        if begins and stand[FAR, k] < np.inf and stand[SIDE, k] < 0.0:
            leave(work, STUCK, unknown, shape.lanes, ends, stops, told, k)
        elif get(rows, ON, k) > 0.0 and now > stand[FAR, k] and ahead > 0.0 and back:
            leave(work, PAST, unknown, shape.lanes, ends, stops, told, k)
        else:
            give_up(work, limit, unknown, shape.lanes, ends, stops, told, k)


@jit_inside
def begin_way(work: Around, longest, now, k):
    """The first stride of place ``k``, whose branch is at t = ``now``."""
    stand = work.stand
    stride = OUTSET * now if stand[FAR, k] < np.inf else stand[STRIDE, k]
    stand[STRIDE, k] = min(longest, stride)
    stand[LEAST, k] = SHORTEST * min(1.0, stand[STRIDE, k])
    stand[SIDE, k] = stand[SIGN, k]


@jit_inside
def paced(off):
    """How many times as long the next step may be, by how far off this one was beside the most."""
    return min(LONGER, max(SHORTER, np.sqrt(NEAR / (off + 1e-9))))


@jit_inside
def give_up(work: Around, limit, unknown, lanes, ends, stops, told, k):
    """Let place ``k`` leave if its steps have become too short or too many.

    ``ends`` is (item, head * lanes + lane), ``stops`` (item, 2), ``told`` (item, 4).
    """
    if not work.stand[STRIDE, k] > work.stand[LEAST, k]:
        leave(work, STUCK, unknown, lanes, ends, stops, told, k)
    elif work.stand[TAKEN, k] >= limit:
        leave(work, TIRED, unknown, lanes, ends, stops, told, k)


@jit_inside
def leave(work: Around, how, unknown, lanes, ends, stops, told, k):
    """Say how the branch of place ``k`` ended, and where; the place is free.

    ``ends`` is (item, head * lanes + lane), ``stops`` (item, 2), ``told`` (item, 4).
    """
    stand = work.stand
    item = np.int64(stand[ITEM, k])
    told[item, 0], told[item, 1] = how, np.int64(stand[TAKEN, k])
    told[item, 2], told[item, 3] = np.int64(stand[TURNED, k]), np.int64(stand[FORKED, k])
    last = work.trial if how == ARRIVED else work.point
    stops[item, 0] = get(last, unknown, k)
    for r in range(unknown):
        ends[item, r] = get(last, r, k) * get(work.scale, r % lanes, k)
    stand[ITEM, k], work.asked[k] = -1.0, False
