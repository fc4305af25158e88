"""Draws follow the branch that begins at precision 0 up a ladder of warm-started rungs, compiled.

Rungs are even in log(1 + s t), with s the precision times the scale of values; the next one
starts from the line or parabola through the last ones. A rung that fails or leads far from
where it started is cut in half; one that cannot be cut any more may lead anywhere, but drifts
there slowly (`anderson`). Eight draws abreast climb each at its own pace; those that
stand before the last rung wait for the others, since it takes most of the time.

The branch is that of McKelvey & Palfrey (1995), Quantal response equilibria for normal form games;
natural continuation costs a fraction of `continuation`, and proves less.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.kernels.abreast import (
    four_of,
    get,
    jit_inside,
    load,
    many,
    put,
    rows_like,
    save_four,
    where_more,
)
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.perfect.anderson import ROUGH
from offramp.solvers.perfect.records import Batch, Settings
from offramp.solvers.perfect.workspace import Workspace

Array = NDArray[np.float64]
FAR = 0.4
"""A rung is cut in half where it leads further than this, relative to the scale of values;"""
NEAR = 0.15
"""the next one is longer where it led less far."""
TOP, NOW, STRIDE, SMALLEST, WIDEST, STEEP, AFTER, KNOWN, FIRST, SECOND, THIRD, FAILED = range(12)
"""Rows of ``Climb.stand``: how high the last rung is, where a draw stands, how far the next rung
is, its limits, precision times scale, where it is; how many rungs lie behind, and where; 1 where
the last rung failed."""
NUMBERS = 12


class LadderState(NamedTuple):
    """Where the draws of a batch stand on the ladder."""

    stand: Array
    """(number, draw)."""
    up: NDArray[np.bool_]
    """(draw,) who is done, or has failed, or does not climb."""
    tries: NDArray[np.bool_]
    """(draw,) who takes part in a rung."""
    leapt: NDArray[np.bool_]
    """(draw,) who has come far away on the last rung, so that its values want a new scale."""
    past: Array
    """(3 * unknown,) values at all heads on the last rungs, as many draws abreast as values."""
    chance: Array
    """(4,) shares of the last rungs in the next guess, and who takes part."""


@jit_inside
def ladder_for(shape: Shape, like):
    """A ladder for one batch after the other. Past values are (3 * head * lanes,)."""
    abreast = many(like)
    return LadderState(
        np.zeros((NUMBERS, abreast)),
        np.zeros(abreast, np.bool_),
        np.zeros(abreast, np.bool_),
        np.zeros(abreast, np.bool_),
        rows_like(like, 3 * len(shape.heads) * shape.lanes),
        rows_like(like, 4),
    )


@jit_inside
def set_out(shape: Shape, work: Workspace, batch: Batch, state: LadderState):
    """Stand at precision 0, solved by the last sweeps, with a plan for the rungs.

    ``state.stand`` is (number, draw).
    """
    stand, lanes, total, used = state.stand, shape.lanes, batch.total, batch.used
    for k in range(len(total)):
        state.up[k] = total[k] != 0 or used[k] < 0
        state.leapt[k] = False
        state.tries[k] = not state.up[k]
        if total[k] == 0:
            total[k] = used[k]
        steep = 0.0
        for j in range(lanes):
            sharp = get(work.numbers.precision, j, k) * get(work.lane, j, k)
            steep = max(steep, sharp)
        stand[STEEP, k], stand[TOP, k], stand[NOW, k] = steep, np.log1p(steep), 0.0
        rungs = min(8.0, max(2.0, np.ceil(1.5 * stand[TOP, k])))
        stand[STRIDE, k] = stand[TOP, k] / rungs
        stand[SMALLEST, k] = stand[STRIDE, k] / 16.0
        stand[WIDEST, k] = 1.0 + stand[STRIDE, k]
        stand[KNOWN, k], stand[FIRST, k], stand[FAILED, k] = 1.0, 0.0, 0.0
    remember_heads(shape, work.values, state)


@jit_inside
def plan_rungs(
    shape: Shape, work: Workspace, batch: Batch, few, state: LadderState, settings: Settings
):
    """Set every draw that takes part onto its next rung, with a guess of the values there.

    Those who drift wait for all who are still climbing, those before the last rung for both. If
    only a ``few`` are not done, or not before the last rung, they are put off. ``state.stand`` is
    (number, draw).
    """
    stand, abreast = state.stand, len(batch.draw)
    on_the_way, far_away, waiting = 0, 0, 0
    for k in range(abreast):
        top, stride = stand[TOP, k], stand[STRIDE, k]
        after = stand[NOW, k] + stride
        stand[AFTER, k] = top if after > top - 0.3 * stride else after
        batch.drifts[k] = not state.up[k] and stride <= stand[SMALLEST, k]
        batch.doubtful[k] = stand[FAILED, k] == 1.0
        on_the_way += not state.up[k] and stand[AFTER, k] < top
        far_away += not state.up[k] and stand[AFTER, k] + stride < top
        waiting += not state.up[k] and stand[AFTER, k] == top
    many_here = batch.here[0] > 2 * few
    leave = many_here and 0 < far_away <= few and on_the_way - far_away + waiting > few
    climbing, drifting = 0, 0
    for k in range(abreast):
        late = on_the_way + waiting <= few
        late |= leave and stand[AFTER, k] + stand[STRIDE, k] < stand[TOP, k]
        if late and many_here and not state.up[k]:
            state.up[k] = batch.deferred[k] = True
            batch.total[k], batch.drifts[k] = -1, False
        drifting += batch.drifts[k]
        climbing += not state.up[k] and not batch.drifts[k] and stand[AFTER, k] < stand[TOP, k]
    for k in range(abreast):
        last = stand[AFTER, k] == stand[TOP, k]
        waits = climbing > 0 if batch.drifts[k] else last and climbing + drifting > 0
        state.tries[k] = not state.up[k] and not waits
        batch.used[k] = 0 if state.tries[k] else -1
        batch.aim[k] = settings.tolerance if last else ROUGH
        batch.near[k], batch.same[k] = ROUGH, 0.0
        batch.farthest[k] = np.inf if batch.drifts[k] else FAR
        t = 1.0 if last else np.expm1(stand[AFTER, k]) / stand[STEEP, k]
        for j in range(shape.lanes):
            put(work.level.precision, j, k, get(work.numbers.precision, j, k) * t)
        one, two, three = 1.0, 0.0, 0.0
        if stand[KNOWN, k] > 1.0:
            ahead = stand[AFTER, k] - stand[FIRST, k]
            stride = stand[FIRST, k] - stand[SECOND, k]
            one, two = 1.0 + ahead / stride, -ahead / stride
            if stand[KNOWN, k] > 2.0:
                bend = ahead * (stand[AFTER, k] - stand[SECOND, k])
                bend /= stand[FIRST, k] - stand[THIRD, k]
                older = stand[SECOND, k] - stand[THIRD, k]
                one, two = one + bend / stride, two - bend / stride - bend / older
                three = bend / older
        put(state.chance, 0, k, one)
        put(state.chance, 1, k, two)
        put(state.chance, 2, k, three)
    guess_heads(shape, work, state)


@jit_inside
def guess_heads(shape: Shape, work: Workspace, state: LadderState):
    """Write the guesses into the values and the workspace. Guesses are (head * lanes + lane,)."""
    lanes, unknown, past = shape.lanes, len(shape.heads) * shape.lanes, state.past
    one, two, three = load(state.chance, 0), load(state.chance, 1), load(state.chance, 2)
    guess, values = work.anderson.guess, work.values
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            r = i * lanes + j
            start = four_of(past, r) * one + four_of(past, unknown + r) * two
            start = start + four_of(past, 2 * unknown + r) * three
            save_four(guess, r, start)
            save_four(values, shape.heads[i] * lanes + j, start)


@jit_inside
def judge_rungs(shape: Shape, work: Workspace, batch: Batch, state: LadderState, limit):
    """Move up those whose rung holds; shorten the stride of the others, or give them up.

    The values of those who have arrived at the top are put aside. ``state.stand`` is (number,
    draw).
    """
    stand, arrived, used, moved, total = state.stand, False, batch.used, batch.moved, batch.total
    for k in range(len(used)):
        put(state.chance, 3, k, 0.0)
        state.leapt[k] = False
        if not state.tries[k]:
            continue
        if batch.deferred[k]:
            state.up[k], state.tries[k], total[k] = True, False, -1
            continue
        total[k] += abs(used[k])
        if used[k] < 0:
            state.tries[k] = False
            if stand[STRIDE, k] <= stand[SMALLEST, k]:
                state.up[k], total[k] = True, -total[k]
            stand[STRIDE, k] *= 0.5
            stand[FAILED, k] = 1.0
            continue
        stand[NOW, k] = stand[AFTER, k]
        stand[KNOWN, k] = min(3.0, stand[KNOWN, k] + 1.0)
        stand[THIRD, k], stand[SECOND, k] = stand[SECOND, k], stand[FIRST, k]
        stand[FIRST, k] = stand[NOW, k]
        if batch.drifts[k] and moved[k] > FAR:
            stand[KNOWN, k], stand[STRIDE, k] = 1.0, stand[WIDEST, k] - 1.0
            state.leapt[k] = True
        if stand[NOW, k] == stand[TOP, k]:
            state.up[k] = arrived = True
            put(state.chance, 3, k, 1.0)
        elif moved[k] < NEAR and not batch.drifts[k] and stand[FAILED, k] == 0.0:
            stand[STRIDE, k] = min(1.5 * stand[STRIDE, k], stand[WIDEST, k])
        stand[FAILED, k] = 0.0
        if total[k] > 40 * limit and not state.up[k]:
            state.up[k], total[k] = True, -total[k]
    if arrived:
        values, kept, taken = work.values, work.kept, load(state.chance, 3)
        for r in range(0, len(values), 4):
            save_four(kept, r, where_more(taken, 0.5, four_of(values, r), four_of(kept, r)))
    remember_heads(shape, work.values, state)


@jit_inside
def remember_heads(shape: Shape, values, state: LadderState):
    """Add the values at the heads to the past of those who moved up.

    ``values`` is (row * lanes + lane,), the past (3 * head * lanes + lane,).
    """
    lanes, unknown, past = shape.lanes, len(shape.heads) * shape.lanes, state.past
    for k in range(len(state.tries)):
        put(state.chance, 3, k, 1.0 if state.tries[k] else 0.0)
    up = load(state.chance, 3)
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            r = i * lanes + j
            new, old = four_of(values, shape.heads[i] * lanes + j), four_of(past, r)
            older, oldest = four_of(past, unknown + r), four_of(past, 2 * unknown + r)
            save_four(past, r, where_more(up, 0.5, new, old))
            save_four(past, unknown + r, where_more(up, 0.5, old, older))
            save_four(past, 2 * unknown + r, where_more(up, 0.5, older, oldest))
