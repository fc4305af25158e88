"""Branches followed around their turning points in arclength, one draw after the other, compiled.

Pseudo-arclength continuation in (values at heads, t), where t multiplies all precisions. Every
step predicts along the parabola that the last two tangents make, corrects by Newton's method across
the tangent, and is shorter next time when the correction is slow, long or turns too much. The first
time the branch reaches t = 1 it is landed on exactly there. The determinant of the bordered
equations keeps its sign where the branch turns back in t, and changes it at forks, and where a step
leads to another branch: how often it did so is told.

Sources: Allgower & Georg (1990), Numerical continuation methods; Turocy (2005), A dynamic homotopy
interpretation of the logistic quantal response equilibrium correspondence.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.kernels.abreast import jit_inside
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.kernels.scaling import fill_scale
from offramp.solvers.perfect.arclength import (
    Around,
    around_for,
    correct_trial,
    find_direction,
    guess_ahead,
    missed_by,
    move_on,
    turned_by,
)
from offramp.solvers.perfect.condensed import Condensed
from offramp.solvers.perfect.records import TableArrays, gather_place, open_place

Array = NDArray[np.float64]
LONGEST, SHORTEST = 0.3, 1e-9
"""How long steps may be, in the scale of values and of precisions; how short, beside the first."""
ACROSS, ASIDE = 0.2, 0.4
"""How far a correction may lead, in any value, and as a share of the step."""
KEEN = 1e-4
"""How exact a point is at least, beside the step that led there."""
NEAR, SHORTER, LONGER = 0.4, 0.4, 2.0
"""Steps are to be off by that share of the most, and change by no more than these factors."""
DOUBTS = 6
"""A step across a fork may lead to another branch: so often a shorter one is tried instead."""
OUTSET = 2e-3
"""The first step where a branch was left, as a share of the precisions there."""
APART = 0.15
"""How much less than 1 the cosine between two tangents may be."""
ARRIVED, STUCK, TIRED, SINGULAR, PAST = range(5)
"""How it may end: at the precision, with too short steps, with too many, at precision 0, or past
the place where steps of the precision had become too short."""
TAKEN, TURNED, FORKED = 1, 2, 3
"""What is told besides: steps, times that the branch turned back, forks passed."""


@njit(cache=True, nogil=True, error_model="numpy")
def follow_around(
    shape: Shape,
    rows: Condensed,
    arrays: TableArrays,
    draws,
    caution,
    limit,
    beyond,
    ends,
    stops,
    told,
):
    """Follow the branches of ``draws``; what a draw gets does not depend on the others.

    From precision 0 to the end; or, where the first number of ``stops`` (item, 2) is the share of
    the precisions at which a branch was left, from there and from the values at the heads ``ends``
    (item, head * lanes + lane) until it has passed the turning points there by ``beyond`` (item,),
    in log(1 + s t) as in `branch`: then ``stops`` says how far it came. The second number is s, how
    steep its way is. With ``caution`` above 1 steps are shorter, and points on the branch more
    exact. Fills ``told`` (item, 4): how it ended, steps, times that it turned back, forks passed.
    """
    work, lanes, unknown = around_for(shape, rows, arrays), shape.lanes, len(shape.heads)
    unknown *= lanes
    for item in range(len(draws)):
        begin, far, told[item] = stops[item, 0], np.inf, 0
        if begin > 0.0:
            steep = stops[item, 1]
            far = np.expm1(np.log1p(steep * begin) + beyond[item]) / steep
        open_draw(shape, arrays, work, draws[item], begin, ends[item])
        told[item, 0] = follow_one(shape, work, begin, far, caution, limit, told[item])
        last = work.trial if told[item, 0] == ARRIVED else work.point
        stops[item, 0] = last[unknown]
        for r in range(unknown):
            ends[item, r] = last[r] * work.scale[r % lanes]


@jit_inside
def open_draw(shape: Shape, arrays: TableArrays, work: Around, draw, begin, ends):
    """Put a draw where its branch begins: at precision 0, or at that share of its precisions.

    ``ends`` is (head * lanes + lane,); vectors are (unknown + 4,).
    """
    lanes, unknown = shape.lanes, len(shape.heads) * shape.lanes
    work.batch.draw[0] = draw
    gather_place(shape, arrays, work.batch, work.numbers, 0)
    open_place(work.values, shape, arrays, work.batch, 0)
    if begin > 0.0:
        for r in range(unknown):
            work.values[shape.heads[r // lanes] * lanes + r % lanes] = ends[r]
    fill_scale(shape, work.numbers, work.values, work.lane)
    work.scale[:] = work.lane
    for j in range(lanes):
        work.weight[j] = 1.0 / work.lane[j]
    work.point[:] = 0.0
    work.tangent[:] = 0.0
    work.bend[:] = 0.0
    if begin > 0.0:
        for r in range(unknown):
            work.point[r] = ends[r] * work.weight[r % lanes]
        work.point[unknown] = begin


@jit_inside
def begin_way(shape: Shape, work: Around, begin, caution):
    """Land on the branch where it begins and find which way it goes; how long a step may be.

    That, and the sign of the determinant, is 0 where the beginning could not be solved. Vectors
    are (unknown + 4,).
    """
    unknown = len(shape.heads) * shape.lanes
    work.trial[:] = work.point
    work.border[:] = 0.0
    work.border[unknown] = 1.0
    aim, exact, most = (1e-7 / caution**6, KEEN, 10) if begin > 0.0 else (1e-11, 1e-8, 20)
    found, _ = correct_trial(shape, work, aim, exact, most, False)
    if found < 0:
        return 0.0, 0.0
    stride = OUTSET * begin
    if begin == 0.0:
        stride = settle_scale(shape, work)
    side = find_direction(shape, work)
    if begin > 0.0:  # an upright border is a poor one near a turn
        for r in range(unknown):
            work.border[r] = work.after[r] / np.sqrt(float(unknown))
        work.border[unknown] = work.after[unknown]
        side = find_direction(shape, work)
    move_on(work, 0.0)
    return stride, side


@jit_inside
def settle_scale(shape: Shape, work: Around):
    """Measure values by those at t = 0, which may dwarf all pays; how long a first step may be.

    Vectors are (unknown + 4,), the scale (lane,).
    """
    steep = 0.0
    fill_scale(shape, work.numbers, work.values, work.lane)
    for j in range(shape.lanes):
        wide = work.lane[j]
        steep = max(steep, work.numbers.precision[j] * wide)
        for r in range(j, len(shape.heads) * shape.lanes, shape.lanes):
            work.trial[r] *= work.scale[j] / wide
        work.scale[j], work.weight[j] = wide, 1.0 / wide
    return 2.0 / (1.0 + steep)


@jit_inside
def follow_one(shape: Shape, work: Around, begin, far, caution, limit, told):
    """Follow the branch of the draw until past ``far`` or to the precision; how it ended.

    ``told`` (4,) counts what happens.
    """
    unknown = len(shape.heads) * shape.lanes
    stride, side = begin_way(shape, work, begin, caution)
    if side == 0.0:
        return STUCK if begin > 0.0 else SINGULAR
    stride, doubted = min(LONGEST / caution, stride), 0
    least = SHORTEST * min(1.0, stride)
    while stride > least and (begin == 0.0 or side > 0.0 or told[TAKEN] > 0):
        if told[TAKEN] >= limit:
            return TIRED
        told[TAKEN] += 1
        now, ahead = work.point[unknown], work.tangent[unknown]
        if now + stride * ahead >= 1.0:
            if land(shape, work, (1.0 - now) / ahead, caution):
                return ARRIVED
            stride, doubted = 0.5 * (1.0 - now) / ahead, 0
            continue
        guess_ahead(work, unknown, stride, False)
        aim = min(1e-7 / caution**6, KEEN * stride)
        steps, _ = correct_trial(shape, work, aim, 1e-2 / caution**3, 5, False)
        if steps < 0 or work.trial[unknown] < -1e-9 or work.trial[unknown] > 1.0:
            stride, doubted = stride * SHORTER, 0
            continue
        most, missed = missed_by(work, False, unknown)
        aside = missed / (ASIDE * stride / caution)
        if not (aside <= 1.0 and most <= ACROSS / caution):
            stride, doubted = stride * paced(aside), 0
            continue
        sign = find_direction(shape, work)
        apart = turned_by(work, unknown) / (APART / caution)
        if not apart <= 1.0:
            stride, doubted = stride * paced(apart), 0
        elif sign != side and doubted < DOUBTS:
            stride, doubted = stride * SHORTER, doubted + 1
        else:
            told[FORKED] += sign != side
            told[TURNED] += work.after[unknown] * ahead < 0.0
            move_on(work, 1.0 / stride)
            longer = min(paced(aside), paced(apart))
            if steps > 2:
                longer = min(longer, 1.2 if steps == 3 else 0.8)
            stride, side, doubted = min(stride * longer, LONGEST / caution), sign, 0
            straight = work.tangent[unknown] > 0.0 and told[TURNED] % 2 == 0
            if work.point[unknown] > far and straight:
                return PAST
    return STUCK


@jit_inside
def land(shape: Shape, work: Around, ahead, caution):
    """Whether the branch, a step ``ahead``, is landed on at t = 1; vectors are (unknown + 4,)."""
    unknown = len(shape.heads) * shape.lanes
    guess_ahead(work, unknown, ahead, True)
    steps, landed = correct_trial(shape, work, 1e-15, 1e-4, 12, True)
    most, missed = missed_by(work, landed, unknown)
    far = ASIDE * ahead / caution + 1e-9
    return steps >= 0 and landed and most <= ACROSS / caution and missed <= far


@jit_inside
def paced(off):
    """How many times as long the next step may be, by how far off this one was beside the most."""
    return min(LONGER, max(SHORTER, np.sqrt(NEAR / (off + 1e-9))))
