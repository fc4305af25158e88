"""Many draws in one compiled call: solved up the ladder, certified, and solved again elsewhere.

A batch of draws goes through one loop, again and again: it begins (from values known
beforehand, at precision 0, on the next rung, from a random start), iterates, and is judged.
So there is one place that iterates and one that certifies; each more would be compiled anew.

Equations and sources: `anderson`, `ladder` and `best_replies`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
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
    save,
    save_four,
    size,
    smaller,
)
from offramp.solvers.kernels.certificate import Given, check_fixed_point
from offramp.solvers.kernels.contraction import prove_unique
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.perfect.anderson import (
    ANYWHERE,
    ROUGH,
    fill_scale,
    set_weights,
    solve_components,
)
from offramp.solvers.perfect.best_replies import follow
from offramp.solvers.perfect.ladder import LadderState, judge_rungs, ladder_for, plan_rungs, set_out
from offramp.solvers.perfect.records import (
    Batch,
    Settings,
    Solutions,
    TableArrays,
    batch_for,
    copy_rows,
    defer_draws,
    gather_batch,
    gather_numbers,
    hand_out,
    open_values,
    queue_for,
    read_values,
)
from offramp.solvers.perfect.workspace import Workspace, workspace_for

Array = NDArray[np.float64]
SAME = 1e-6
"""Two equilibria differ when some value does by more than this share of its scale."""
ALIKE = 1e-4
"""Below this a start is on its way to the same one."""
ON_THE_WAY = 1e-5
"""Error, relative to the scale of values, at which that is asked."""
APART = 1e-2
"""Above this it is on its way to another one."""
PATIENCE = 100
"""Most sweeps from a random start."""
KNOWN, FLAT, RUNG, SOLVED, START, DONE = range(6)
"""Where a batch stands: values known beforehand, precision 0, a rung, solved, a random start."""
SOLVE, STARTS, ELSEWHERE = range(3)
"""What a batch is for: solving, trying a random start, going all the way from one."""


@njit(cache=True, nogil=True, error_model="numpy")
def solve_draws(
    like,
    shape: Shape,
    given: Given,
    arrays: TableArrays,
    draws,
    known,
    starts,
    settings: Settings,
    found: Solutions,
):
    """Solve ``draws`` and certify them; what a draw gets does not depend on the others.

    ``like`` comes from ``like_for``. ``known`` (draw, node, party), or empty, are values to be
    confirmed in place of the ladder; ``starts`` (start, head * lanes + lane) say where in the
    box of values, from 0 to 1, random starts begin. Returns the pairs (draw, start) that led
    to other solutions, and these (pair, node, party).
    """
    work, queue = workspace_for(like, shape, arrays), queue_for(len(draws), len(starts))
    batch, state = batch_for(like, shape), ladder_for(shape, like)
    others = found.value[:0].copy()
    pairs = queue[:0].copy()
    for stage in range(3):
        count = queue_up(queue, stage, draws, len(starts), shape, settings, found)
        if stage == ELSEWHERE:
            others, pairs = np.empty((count, *found.value.shape[1:])), queue[:count].copy()
        for patience in range(2):
            few, off = (many(like) // 4, 0) if patience == 0 else (0, 0)
            for begin in range(0, count, many(like)):
                gather_batch(queue, begin, count, batch)
                gather_numbers(shape, arrays, batch, work.numbers)
                at = START if stage > SOLVE else KNOWN if len(known) else FLAT
                while at != DONE:
                    limit = begin_stage(
                        at,
                        stage,
                        few,
                        work,
                        shape,
                        arrays,
                        batch,
                        known,
                        starts,
                        state,
                        settings,
                        found,
                    )
                    if limit > 0:
                        hasty = few if at != KNOWN and not batch.drifts.any() else 0
                        solve_components(
                            shape, work.level, work.values, hasty, limit, work.anderson, batch
                        )
                    at = end_stage(at, stage, work, shape, batch, state, settings, found)
                    if at == SOLVED:
                        certify(work, shape, given, batch, settings, found)
                        at = DONE
                if stage == ELSEWHERE:
                    keep_others(work, shape, batch, pairs, others)
                off = defer_draws(queue, batch, off)
            count = off
    return pairs, others


@jit_inside
def queue_up(queue, stage, draws, starts, shape: Shape, settings: Settings, found: Solutions):
    """Queue (draw, start) for a stage; how many there are."""
    count = 0
    starts = starts if settings.certified else 0
    for draw in draws:
        if stage == SOLVE:
            queue[count, 0], queue[count, 1] = draw, -1
            count += 1
        elif found.sweeps[draw] > 0 and not found.proved[draw] and len(shape.heads):
            for start in range(starts):
                if stage == STARTS or found.ended[draw, start] == 2:
                    queue[count, 0], queue[count, 1] = draw, start
                    count += 1
    return count


@jit_inside
def begin_stage(
    at,
    stage,
    few,
    work: Workspace,
    shape: Shape,
    arrays: TableArrays,
    batch: Batch,
    known,
    starts,
    state: LadderState,
    settings: Settings,
    found: Solutions,
):
    """Where the next sweeps begin, for whom (``used`` 0), and how many there may be.

    ``known`` is (draw, node, party) or empty, ``starts`` (start, head * lanes + lane).
    """
    if at == RUNG:
        plan_rungs(shape, work, batch, few, state, settings)
        return settings.sweeps
    flat = at == FLAT and len(shape.heads) > 0
    for k in range(len(batch.draw)):
        batch.aim[k] = ROUGH if flat else settings.tolerance
        batch.near[k] = ON_THE_WAY if stage == STARTS else ROUGH
        batch.farthest[k] = np.inf if stage == SOLVE else APART if stage == STARTS else ANYWHERE
        batch.same[k] = ALIKE if stage == STARTS else 0.0
        batch.used[k] = 0 if batch.total[k] == 0 else -1
        batch.drifts[k] = batch.doubtful[k] = False
        for j in range(shape.lanes):
            sharp = 0.0 if flat else get(work.numbers.precision, j, k)
            put(work.level.precision, j, k, sharp)
    open_values(work.values, shape, arrays, batch)
    if at == START:
        read_values(work.values, shape, batch, found.value)
        copy_rows(work.values, work.kept)
        for k in range(len(batch.draw)):
            for j in range(shape.lanes):
                put(work.lane, j, k, found.scale[batch.draw[k], j])
        scatter_batch(work, shape, batch, starts)
        set_weights(work.anderson, work.lane)
        return PATIENCE
    if at == KNOWN:
        read_values(work.values, shape, batch, known)
    scale_open(work, shape, batch.total == 0)
    return settings.confirming if at == KNOWN else settings.sweeps


@jit_inside
def scale_open(work: Workspace, shape: Shape, chosen):
    """Scale the values of ``chosen`` draws by the largest ones met.

    ``chosen`` is (place,), the scale (lane,).
    """
    fill_scale(shape, work.numbers, work.values, work.lane[shape.lanes :])
    for k in range(len(chosen)):
        for j in range(shape.lanes):
            if chosen[k]:
                put(work.lane, j, k, get(work.lane, shape.lanes + j, k))
    set_weights(work.anderson, work.lane)


@jit_inside
def end_stage(
    at,
    stage,
    work: Workspace,
    shape: Shape,
    batch: Batch,
    state: LadderState,
    settings: Settings,
    found: Solutions,
):
    """Where the batch stands after its sweeps. Numbers of the batch are (place,)."""
    if at == START:
        judge_starts(work, shape, batch, found)
        return DONE
    if at == RUNG:
        judge_rungs(shape, work, batch, state, settings.sweeps)
        if state.leapt.any():
            scale_open(work, shape, state.leapt)
    elif at == KNOWN or len(shape.heads) == 0:
        open_still = False
        for k in range(len(batch.draw)):
            confirmed = at == FLAT or batch.used[k] > 0 or settings.confirming == 0
            if batch.total[k] == 0 and confirmed:
                batch.total[k] = max(1, batch.used[k])
            open_still |= batch.total[k] == 0
        copy_rows(work.values, work.kept)
        return FLAT if open_still and settings.climbing else SOLVED
    else:
        scale_open(work, shape, batch.total == 0)
        set_out(shape, work, batch, state)
    return SOLVED if state.up.all() else RUNG


@jit_inside
def certify(
    work: Workspace, shape: Shape, given: Given, batch: Batch, settings: Settings, found: Solutions
):
    """Fill the rows of the draws of a batch, if solved with their certificates.

    Rows of ``found`` are (draw, edge) and (draw, party).
    """
    lanes, parties, edges = shape.lanes, found.value.shape[2], len(shape.target)
    lane, strategy, chance, raw = work.lane, work.strategy, work.chance, work.kept
    hand_out(shape, work.kept, work.given, batch, found.value)
    check_fixed_point(
        given, work.numbers, lanes, work.given, strategy, lane[lanes:], work.anderson.scratch
    )
    for k in range(batch.here[0]):
        draw = batch.draw[k]
        if batch.deferred[k]:
            continue
        found.sweeps[draw] = batch.total[k]
        for j in range(lanes):
            found.scale[draw, j] = get(lane, j, k)
            if batch.total[k] > 0 and j < parties:
                found.residual[draw, j] = get(lane, lanes + j, k)
        if batch.total[k] > 0:
            for e in range(edges):
                found.strategy[draw, e] = get(strategy, e, k)
    if not settings.certified:
        return
    for e in range(edges):
        save(chance, e, load(strategy, shape.edge[e]))
    for k in range(len(batch.draw)):
        for j in range(lanes):
            put(lane, 2 * lanes + j, k, 0.0)
            if batch.total[k] <= 0:
                put(lane, j, k, np.nan)
    copy_rows(raw, work.values)
    for best in range(0 if work.numbers.entropy else 1, 2):
        tolerance, limit = (settings.reply_tolerance, 400) if best == 1 else (1e-12, 1000)
        follow(
            shape,
            work.numbers,
            chance,
            work.values,
            best,
            lane,
            tolerance,
            limit,
            work.replies,
            lane[(2 + 2 * best) * lanes :],
        )
        if best == 0:
            hand_out(shape, work.values, work.given, batch, found.payoff)
            copy_rows(work.values, work.given)
            raw = work.given
    measure_gains(shape, raw, work.values, lane)
    proved = prove_unique(shape, work.numbers, work.kept, lane, batch.total > 0, work.values)
    for k in range(len(batch.draw)):
        if batch.total[k] > 0:
            found.proved[batch.draw[k]] = proved[k]
            for j in range(parties):
                found.slack[batch.draw[k], j] = get(lane, 2 * lanes + j, k)
                found.loose[batch.draw[k], j] = get(lane, 4 * lanes + j, k)
                found.anywhere[batch.draw[k], j] = get(lane, 3 * lanes + j, k)
                found.gain[batch.draw[k], j] = get(lane, lanes + j, k)


@jit_inside
def measure_gains(shape: Shape, raw, best, lane):
    """What best replies gain: at the start into the second rows of lanes, anywhere the last.

    ``raw`` and ``best`` are (row * lanes + lane,), ``lane`` (5 * lane,).
    """
    lanes = shape.lanes
    for j in range(0, lanes, 4):
        most = nothing_in(raw)
        for i in range(len(shape.mover)):
            gain = four_of(best, i * lanes + j) - four_of(raw, i * lanes + j)
            most = larger(gain, most)
            if shape.node[i] == shape.start:
                save_four(lane, lanes + j, larger(gain, nothing_in(raw)))
        save_four(lane, 3 * lanes + j, most)


@jit_inside
def judge_starts(work: Workspace, shape: Shape, batch: Batch, found: Solutions):
    """Note where random starts have led: nowhere, to the same solution, to another one.

    Into ``found.ended`` (draw, start).
    """
    distances(work, shape)
    for k in range(len(batch.draw)):
        if batch.total[k] == 0 and not batch.deferred[k]:
            ended = 0
            if batch.used[k] > 0:
                ended = 1 if get(work.lane, 3 * shape.lanes, k) < SAME else 2
            elif batch.moved[k] > batch.farthest[k]:
                ended = 2
            found.ended[batch.draw[k], batch.start[k]] = ended


@jit_inside
def keep_others(work: Workspace, shape: Shape, batch: Batch, pairs, others):
    """Write values that random starts have led to beside their pairs of draw and start.

    ``pairs`` is (pair, 2), ``others`` (pair, node, party).
    """
    for k in range(batch.here[0]):
        for p in range(len(pairs)):
            if pairs[p, 0] == batch.draw[k] and pairs[p, 1] == batch.start[k]:
                for i in range(len(shape.mover)):
                    for j in range(others.shape[2]):
                        one = get(work.values, i * shape.lanes + j, k)
                        others[p, shape.node[i], j] = one


@jit_inside
def scatter_batch(work: Workspace, shape: Shape, batch: Batch, starts):
    """Put the heads of ``values`` at random places in the box of kept values.

    The box is the range of the values and ends met, half as wide again on both sides. ``starts`` is
    (start, head * lanes + lane).
    """
    lanes, lane, values, kept = shape.lanes, work.lane, work.values, work.kept
    for j in range(0, lanes, 4):
        least = most = four_of(kept, j)
        for r in range(j, len(kept), lanes):
            least, most = smaller(four_of(kept, r), least), larger(four_of(kept, r), most)
        wide = most - least
        save_four(lane, lanes + j, least - 0.5 * wide)
        save_four(lane, 2 * lanes + j, wide + wide)
    for i in range(len(shape.heads)):
        for j in range(lanes):
            here = shape.heads[i] * lanes + j
            save(work.anderson.guess, i * lanes + j, load(kept, here))
            for k in range(len(batch.draw)):
                share = starts[batch.start[k], i * lanes + j]
                ahead = get(lane, 2 * lanes + j, k) * share
                put(values, here, k, get(lane, lanes + j, k) + ahead)


@jit_inside
def distances(work: Workspace, shape: Shape):
    """Largest difference of values and kept ones at the heads, relative to the scale.

    Over heads (head * lanes + lane,).
    """
    lanes, most = shape.lanes, nothing_in(work.values)
    values, kept, weight = work.values, work.kept, work.anderson.weight
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            r = shape.heads[i] * lanes + j
            most = larger(size(four_of(values, r) - four_of(kept, r)) * four_of(weight, j), most)
    save(work.lane, 3 * lanes, most_of(most))
