"""Draws follow the branch that begins at precision 0 in steps of the precision, compiled.

Steps are measured in log(1 + s t), with s the precision times the scale of values and t from 0 to
1. Each begins on the parabola through the last three points and is corrected by Newton's method,
component by component (`correcting`). A step is taken back, and the next one is shorter, where the
parabola was far off, where corrections do not shrink, or where the determinant of the equations
turns its sign: then the branch folds or forks, or another one was met. Eight draws abreast go each
at its own pace, and a place that is free is taken by the next draw.

Sources: McKelvey & Palfrey (1995), Quantal response equilibria for normal form games; Deuflhard
(2011), Newton methods for nonlinear problems, section 5.
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
    rows_like,
    save,
    save_four,
    size,
    where_more,
)
from offramp.solvers.kernels.krylov import NO
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.kernels.scaling import fill_scale
from offramp.solvers.perfect.correcting import ENOUGH, correct_components, correct_once, set_scale
from offramp.solvers.perfect.records import Batch, TableArrays, gather_place, open_place
from offramp.solvers.perfect.workspace import Workspace

Array = NDArray[np.float64]
OUTSET, RESUMED, SHORTER, LONGER = 0.4, 0.02, 0.4, 2.0
"""The first step, also past a turning point; how much shorter and longer the next one may be."""
TURNS = np.int64(3)
"""Most Newton steps at one point."""
FAR = 0.1
"""A step is taken back where its guess was further off than this, relative to the scale of
values;"""
ODDS = 2.0
"""or than what changes the odds of two moves by so much in their logarithm;"""
NEAR = 0.2
"""the next one is such that it will be about so far off as this share of that,"""
BRISK = 0.1
"""or that so much of its first correction will be left."""
TOP, NOW, STRIDE, SMALLEST, STEEP, AFTER, KNOWN, FIRST, SECOND, THIRD, TAKEN, ITEM = range(12)
"""Rows of ``BranchState.stand``: where the end is, where a draw stands, how far the next step goes
and how far at least, precision times scale, where it leads; how many points lie behind, and where;
how many steps were taken or tried; and which item of the queue it is about, -1 for none."""
NUMBERS = 12
GROWN = 2.0
"""Values so many times their scale want a new one."""


class BranchState(NamedTuple):
    """Where the draws of a batch stand on their branches."""

    stand: Array
    """(number, draw)."""
    past: Array
    """(3 * unknown,) values at all heads at the last points, as many draws abreast as values."""
    chance: Array
    """(5,) shares of the last points in the next guess, who moved on, and how large values are."""
    wants: NDArray[np.bool_]
    """(draw,) whose values want a new scale."""


@jit_inside
def branch_for(shape: Shape, like):
    """Room for one draw after the other. Past values are (3 * head * lanes,)."""
    abreast = many(like)
    return BranchState(
        np.zeros((NUMBERS, abreast)),
        rows_like(like, 3 * len(shape.heads) * shape.lanes),
        rows_like(like, 5),
        np.zeros(abreast, np.bool_),
    )


@jit_inside
def follow_draws(
    shape: Shape,
    arrays: TableArrays,
    queue,
    count,
    work: Workspace,
    batch: Batch,
    state,
    limit,
    ends,
    steps,
    stops,
):
    """Follow the branches of ``count`` draws of the queue; a place that is free takes the next one.

    The values at the heads where they end go into ``ends`` (item, head * lanes + lane), sweeps into
    ``steps`` (item,), negative where the end was not reached: then ``stops`` (item, 2) says which
    share of the precisions was, and how steep the way is. Where a share stands there at first, the
    branch is followed from there and from the values in ``ends``. ``queue`` is (item, 2).
    """
    abreast, following, lone = len(batch.draw), 0, lone_component(shape)
    for k in range(abreast):
        state.stand[ITEM, k], batch.used[k] = -1.0, -1
        batch.total[k] = -1
    while True:
        left = 0
        for k in range(abreast):
            if state.stand[ITEM, k] < 0.0 and following < count:
                begin_draw(shape, arrays, queue, following, work, batch, state, ends, stops, k)
                following += 1
            left += state.stand[ITEM, k] >= 0.0
        if left == 0:
            break
        if state.wants.any():
            rescale(shape, work, state)
        plan_steps(shape, work, batch, state)
        if lone >= 0:
            correct_once(
                shape, work.level, work.values, lone, work.correction, ENOUGH, TURNS, batch.used
            )
        else:
            correct_components(
                shape, work.level, work.values, work.correction, NO, ENOUGH, TURNS, batch.used
            )
        judge_steps(shape, work, batch, state, limit, ends, steps, stops)


@jit_inside
def lone_component(shape: Shape):
    """The only component with rounds; -1 if there are several."""
    found = np.int64(-1)
    for c in range(len(shape.cyclic)):
        if shape.cyclic[c]:
            if found >= 0:
                return np.int64(-1)
            found = np.int64(c)
    return found


@jit_inside
def begin_draw(
    shape: Shape, arrays: TableArrays, queue, item, work: Workspace, batch, state, ends, stops, k
):
    """Let place ``k`` be about an item of the queue (item, 2), still to be solved at precision 0.

    Or where it begins, if ``stops`` (item, 2) says so, from ``ends`` (item, head * lanes + lane).
    """
    batch.draw[k], batch.total[k] = queue[item, 0], 0
    gather_place(shape, arrays, batch, work.numbers, k)
    open_place(work.values, shape, arrays, batch, k)
    state.stand[:, k] = 0.0
    state.stand[ITEM, k] = item
    state.wants[k] = True
    unknown = len(shape.heads) * shape.lanes
    for r in range(3 * unknown):
        put(state.past, r, k, 0.0)
    if stops[item, 0] > 0.0:
        set_out(state.stand, stops[item, 1], np.log1p(stops[item, 0] * stops[item, 1]), k)
        for r in range(unknown):
            head = shape.heads[r // shape.lanes] * shape.lanes + r % shape.lanes
            put(state.past, r, k, ends[item, r])
            put(work.values, head, k, ends[item, r])


@jit_inside
def rescale(shape: Shape, work: Workspace, state: BranchState):
    """Scale values that want it by the largest ones met; ``work.lane`` is (5 * lane,)."""
    lanes, lane = shape.lanes, work.lane
    fill_scale(shape, work.numbers, work.values, lane[lanes:])
    for k in range(len(state.wants)):
        for j in range(lanes):
            if state.wants[k]:
                put(lane, j, k, get(lane, lanes + j, k))
        state.wants[k] = False
    set_scale(work.correction, lane, work.numbers)


@jit_inside
def plan_way(shape: Shape, work: Workspace, stand, k):
    """Where the way of place ``k`` ends, and how it begins. ``stand`` is (number, draw)."""
    steep = 0.0
    for j in range(shape.lanes):
        steep = max(steep, get(work.numbers.precision, j, k) * get(work.lane, shape.lanes + j, k))
    set_out(stand, steep, 0.0, k)


@jit_inside
def set_out(stand, steep, now, k):
    """Let the way of place ``k`` be so steep and begin ``now``. ``stand`` is (number, draw)."""
    stand[STEEP, k], stand[TOP, k], stand[NOW, k] = steep, np.log1p(steep), now
    stand[STRIDE, k] = min(stand[TOP, k], OUTSET if now == 0.0 else RESUMED)
    stand[SMALLEST, k] = 1e-4 * stand[TOP, k]


@jit_inside
def plan_steps(shape: Shape, work: Workspace, batch: Batch, state: BranchState):
    """Set draws that are on their way one step ahead, with a guess of the values there.

    Those that are still being corrected (``used`` 0) stay. ``state.stand`` is (number, draw).
    """
    stand = state.stand
    for k in range(len(batch.draw)):
        put(state.chance, 3, k, 0.0)
        if batch.used[k] == 0 or stand[ITEM, k] < 0.0:
            continue
        put(state.chance, 3, k, 1.0)
        batch.used[k] = work.correction.turn[k] = 0
        top, after, t = stand[TOP, k], stand[NOW, k], 0.0
        one, two, three = 1.0, 0.0, 0.0
        work.correction.farthest[k] = FAR
        if stand[KNOWN, k] == 0.0 and after == 0.0:
            work.correction.farthest[k] = np.inf
        elif stand[KNOWN, k] == 0.0:
            t = np.expm1(after) / stand[STEEP, k]
        else:
            after = stand[NOW, k] + stand[STRIDE, k]
            after = top if after > top - 0.3 * stand[STRIDE, k] else after
            t = 1.0 if after == top else np.expm1(after) / stand[STEEP, k]
        if stand[KNOWN, k] == 1.0:
            work.correction.farthest[k] = 3.0 * FAR
        if stand[KNOWN, k] > 1.0:
            ahead = after - stand[FIRST, k]
            last = stand[FIRST, k] - stand[SECOND, k]
            one, two = 1.0 + ahead / last, -ahead / last
            if stand[KNOWN, k] > 2.0:
                bend = ahead * (after - stand[SECOND, k])
                bend /= stand[FIRST, k] - stand[THIRD, k]
                older = stand[SECOND, k] - stand[THIRD, k]
                one, two = one + bend / last, two - bend / last - bend / older
                three = bend / older
        stand[AFTER, k] = after
        if stand[KNOWN, k] > 1.0:
            work.correction.farthest[k] = min(FAR, ODDS / (1e-9 + t * stand[STEEP, k]))
        for j in range(shape.lanes):
            put(work.level.precision, j, k, get(work.numbers.precision, j, k) * t)
        put(state.chance, 0, k, one)
        put(state.chance, 1, k, two)
        put(state.chance, 2, k, three)
    guess_heads(shape, work, state)


@jit_inside
def guess_heads(shape: Shape, work: Workspace, state: BranchState):
    """Write the guesses into the values. Past values are (3 * head * lanes + lane,)."""
    lanes, unknown, past = shape.lanes, len(shape.heads) * shape.lanes, state.past
    values, on = work.values, load(state.chance, 3)
    one, two, three = load(state.chance, 0), load(state.chance, 1), load(state.chance, 2)
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            r = i * lanes + j
            start = four_of(past, r) * one + four_of(past, unknown + r) * two
            start = start + four_of(past, 2 * unknown + r) * three
            here = shape.heads[i] * lanes + j
            save_four(values, here, where_more(on, 0.5, start, four_of(values, here)))


@jit_inside
def judge_steps(
    shape: Shape, work: Workspace, batch: Batch, state: BranchState, limit, ends, steps, stops
):
    """Move those on whose step holds; shorten the stride of the others, or give them up.

    Those that are still being corrected (``used`` 0) are left alone.

    Who has arrived, or is given up, leaves its place: values go into ``ends`` (item, head * lanes +
    lane), sweeps into ``steps`` (item,). ``state.stand`` is (number, draw), ``stops`` (item, 2).
    """
    stand, used, total, found = state.stand, batch.used, batch.total, work.correction
    for k in range(len(used)):
        put(state.chance, 3, k, 0.0)
        if stand[ITEM, k] < 0.0 or used[k] == 0:
            continue
        total[k] += abs(used[k])
        stand[TAKEN, k] += 1.0
        lost = stand[TAKEN, k] > limit
        if used[k] < 0:
            stand[STRIDE, k] = SHORTER * (stand[AFTER, k] - stand[NOW, k])
            lost |= stand[KNOWN, k] == 0.0 or stand[STRIDE, k] < stand[SMALLEST, k]
        if lost:
            leave_early(state, ends, steps, stops, total[k], k)
        if lost or used[k] < 0:
            continue
        put(state.chance, 3, k, 1.0)
        if stand[KNOWN, k] == 0.0:
            continue
        longer = min(
            np.cbrt(NEAR * found.farthest[k] / (found.moved[k] + 1e-9)),
            np.cbrt(BRISK / (found.rate[k] + 1e-9)),
        )
        stride = stand[AFTER, k] - stand[NOW, k]
        stand[STRIDE, k] = stride * min(LONGER, max(SHORTER, longer))
    begins = False
    remember_heads(shape, work, state)
    for k in range(len(used)):
        if get(state.chance, 3, k) == 0.0:
            continue
        stand[NOW, k] = stand[AFTER, k]
        stand[THIRD, k], stand[SECOND, k] = stand[SECOND, k], stand[FIRST, k]
        stand[FIRST, k] = stand[NOW, k]
        begins |= stand[KNOWN, k] == 0.0 and stand[STEEP, k] == 0.0
        stand[KNOWN, k] = min(3.0, stand[KNOWN, k] + 1.0)
        state.wants[k] = get(state.chance, 4, k) > GROWN
        if stand[KNOWN, k] > 1.0 and stand[NOW, k] == stand[TOP, k]:
            item = np.int64(stand[ITEM, k])
            steps[item] = total[k]
            for r in range(ends.shape[1]):
                ends[item, r] = get(state.past, r, k)
            stand[ITEM, k] = -1.0
            state.wants[k] = False
    if begins:
        fill_scale(shape, work.numbers, work.values, work.lane[shape.lanes :])
        for k in range(len(used)):
            if stand[KNOWN, k] == 1.0 and stand[TOP, k] == 0.0 and get(state.chance, 3, k) > 0.0:
                plan_way(shape, work, stand, k)
                state.wants[k] = True


@jit_inside
def leave_early(state: BranchState, ends, steps, stops, total, k):
    """Give up place ``k``, and say where its branch was left.

    ``ends`` is (item, head * lanes + lane), ``steps`` (item,), ``stops`` (item, 2).
    """
    stand = state.stand
    item = np.int64(stand[ITEM, k])
    steps[item], stand[ITEM, k] = -total, -1.0
    stops[item, 0], stops[item, 1] = 0.0, stand[STEEP, k]
    if stand[KNOWN, k] > 0.0 and stand[NOW, k] > 0.0:
        stops[item, 0] = np.expm1(stand[NOW, k]) / stand[STEEP, k]
        for r in range(ends.shape[1]):
            ends[item, r] = get(state.past, r, k)


@jit_inside
def remember_heads(shape: Shape, work: Workspace, state: BranchState):
    """Add the values at the heads to the past of those who moved on; how large they are.

    Values are (row * lanes + lane,), the past (3 * head * lanes + lane,).
    """
    lanes, unknown, past = shape.lanes, len(shape.heads) * shape.lanes, state.past
    on, large, values = load(state.chance, 3), nothing_in(past), work.values
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            r = i * lanes + j
            new, old = four_of(values, shape.heads[i] * lanes + j), four_of(past, r)
            older, oldest = four_of(past, unknown + r), four_of(past, 2 * unknown + r)
            save_four(past, r, where_more(on, 0.5, new, old))
            save_four(past, unknown + r, where_more(on, 0.5, old, older))
            save_four(past, 2 * unknown + r, where_more(on, 0.5, older, oldest))
            large = larger(size(new) * four_of(work.correction.weight, j), large)
    save(state.chance, 4, most_of(large))
