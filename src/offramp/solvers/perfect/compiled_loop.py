"""Many draws in one compiled call: their branches followed, their ends certified and searched.

Branches are followed each at a place of its own that the next draw takes when it is free
(`branch`). Where they end, or from values known beforehand, Newton's method goes on to the
tolerance, batch by batch. The three calls are compiled one by one, when they are needed.

Equations and sources: `branch`, `searching` and `best_replies`.
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
    nothing_in,
    put,
    save,
    save_four,
)
from offramp.solvers.kernels.backup import step_back
from offramp.solvers.kernels.certificate import Given, check_fixed_point
from offramp.solvers.kernels.contraction import prove_unique
from offramp.solvers.kernels.krylov import YES, ZERO
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.kernels.scaling import fill_scale
from offramp.solvers.perfect.best_replies import follow
from offramp.solvers.perfect.branch import branch_for, follow_draws
from offramp.solvers.perfect.correcting import correct_components, set_scale
from offramp.solvers.perfect.records import (
    Batch,
    Settings,
    Solutions,
    TableArrays,
    batch_for,
    copy_rows,
    gather_batch,
    gather_numbers,
    hand_out,
    open_values,
    queue_for,
    read_values,
)
from offramp.solvers.perfect.searching import Search, fill_box, search_for, seek_others
from offramp.solvers.perfect.workspace import Workspace, workspace_for

Array = NDArray[np.float64]
CLOSE = 1e-6
"""How far from known values a solution may be, relative to their scale, that they stand for."""
LAST = np.int64(8)
"""Most Newton steps at the end of a branch."""


@njit(cache=True, nogil=True, error_model="numpy")
def follow_branches(
    like, shape: Shape, arrays: TableArrays, draws, settings: Settings, ends, steps, stops
):
    """Follow the branches of ``draws``; what a draw gets does not depend on the others.

    ``like`` comes from ``like_for``. The values at the heads where they end go into ``ends`` (item,
    head * lanes + lane), sweeps into ``steps`` (item,), negative where the end was not reached;
    ``stops`` (item, 2) says where that was, and where a branch is to be taken up again.
    """
    queue, count = queue_for(len(draws), 1), len(draws)
    for item in range(count):
        queue[item, 0], queue[item, 1] = draws[item], -1
    work, batch, state = (
        workspace_for(like, shape, arrays),
        batch_for(like, shape),
        branch_for(shape, like),
    )
    follow_draws(
        shape, arrays, queue, count, work, batch, state, settings.sweeps, ends, steps, stops
    )


@njit(cache=True, nogil=True, error_model="numpy")
def finish_draws(
    like,
    shape: Shape,
    given: Given,
    arrays: TableArrays,
    draws,
    ends,
    steps,
    farthest,
    limit,
    settings: Settings,
    found: Solutions,
):
    """Newton's method for ``draws`` from values at their heads, to the tolerance; certificates.

    ``ends`` is (item, head * lanes + lane), ``steps`` (item,) the sweeps so far, negative for those
    that have failed. Newton's method may lead as far as ``farthest``, relative to the scale of
    values, in ``limit`` steps; with 0 values are taken as they are.
    """
    queue, count = queue_for(len(draws), 1), len(draws)
    for item in range(count):
        queue[item, 0], queue[item, 1] = draws[item], -1
    work, batch = workspace_for(like, shape, arrays), batch_for(like, shape)
    for begin in range(0, count, many(like)):
        gather_batch(queue, begin, count, batch)
        gather_numbers(shape, arrays, batch, work.numbers)
        open_values(work.values, shape, arrays, batch)
        use_all(work, shape, batch)
        start_from(work, shape, batch, begin, ends, steps)
        step_back(shape, work.level, work.values, ZERO, len(shape.mover), work.scratch)
        scale_all(work, shape)
        start_from(work, shape, batch, begin, ends, steps)
        for k in range(len(batch.draw)):
            work.correction.farthest[k], work.correction.turned[k] = farthest, False
        if limit > 0:
            correct_components(
                shape,
                work.level,
                work.values,
                work.correction,
                YES,
                settings.tolerance,
                limit,
                batch.used,
            )
        for k in range(batch.here[0]):
            if batch.total[k] == 0:
                more = max(1, steps[begin + k] + abs(batch.used[k]))
                fine = batch.used[k] > 0 or limit == 0
                fine &= not work.correction.turned[k] or farthest < np.inf
                batch.total[k] = more if fine else -more
        copy_rows(work.values, work.kept)
        certify(work, shape, given, batch, settings, found)


@njit(cache=True, nogil=True, error_model="numpy")
def search_draws(
    like, shape: Shape, arrays: TableArrays, draws, starts, settings: Settings, found: Solutions
):
    """Search solved ``draws`` for other solutions, from as many starts as each wants.

    ``starts`` (start, head * lanes + lane) say where in the box of values, from 0 to 1, they begin.
    Returns those that led to some, (pair, 2) of draw and start, and these (pair, node, party).
    """
    queue, count, some = queue_for(len(draws), len(starts)), 0, 0
    for draw in draws:
        if found.sweeps[draw] > 0 and not found.proved[draw]:
            for start in range(min(len(starts), found.wanted[draw])):
                queue[count, 0], queue[count, 1] = draw, start
                count += 1
    work, batch = workspace_for(like, shape, arrays), batch_for(like, shape)
    room = search_for(shape, like)
    pairs, others = np.empty((count, 2), np.int64), np.empty((count, *found.value.shape[1:]))
    for begin in range(0, count, many(like)):
        gather_batch(queue, begin, count, batch)
        gather_numbers(shape, arrays, batch, work.numbers)
        begin_start(work, shape, arrays, batch, starts, room, found)
        seek_others(
            shape,
            work.level,
            work.values,
            work.kept,
            work.correction,
            room,
            settings.tolerance,
            settings.sweeps,
            batch.used,
        )
        for k in range(batch.here[0]):
            astray = batch.used[k] > 0 and room.astray[k]
            ended = 2 if astray else 1 if batch.used[k] > 0 else 0
            found.ended[batch.draw[k], batch.start[k]] = ended
            if astray:
                pairs[some, 0], pairs[some, 1] = batch.draw[k], batch.start[k]
                hand_over(shape, work.values, k, others[some])
                some += 1
    return pairs[:some], others[:some]


@jit_inside
def hand_over(shape: Shape, values, k, table):
    """Put the values (row * lanes + lane,) of place ``k`` into a table (node, party)."""
    for i in range(len(shape.mover)):
        for j in range(table.shape[1]):
            table[shape.node[i], j] = get(values, i * shape.lanes + j, k)


@jit_inside
def use_all(work: Workspace, shape: Shape, batch: Batch):
    """Let all draws of a batch that count take part, at their precisions. Numbers are (place,)."""
    for k in range(len(batch.draw)):
        batch.used[k] = 0 if batch.total[k] == 0 else -1
        for j in range(shape.lanes):
            put(work.level.precision, j, k, get(work.numbers.precision, j, k))


@jit_inside
def start_from(work: Workspace, shape: Shape, batch: Batch, begin, ends, steps):
    """Put the heads where ``ends`` (item, head * lanes + lane) say, but for those that failed.

    ``steps`` is (item,).
    """
    lanes = shape.lanes
    for k in range(batch.here[0]):
        if steps[begin + k] < 0:
            batch.used[k] = batch.total[k] = steps[begin + k]
            continue
        for i in range(len(shape.heads)):
            for j in range(lanes):
                put(work.values, shape.heads[i] * lanes + j, k, ends[begin + k, i * lanes + j])


@jit_inside
def scale_all(work: Workspace, shape: Shape):
    """Scale values by the largest ones met. The scale is (lane,)."""
    fill_scale(shape, work.numbers, work.values, work.lane)
    set_scale(work.correction, work.lane, work.numbers)


@jit_inside
def begin_start(
    work: Workspace,
    shape: Shape,
    arrays: TableArrays,
    batch: Batch,
    starts,
    room: Search,
    found: Solutions,
):
    """Put the heads at random places in a box around the solutions that are known.

    ``starts`` is (start, head * lanes + lane).
    """
    use_all(work, shape, batch)
    open_values(work.values, shape, arrays, batch)
    read_values(work.values, shape, batch, found.value)
    copy_rows(work.values, work.kept)
    for k in range(len(batch.draw)):
        for j in range(shape.lanes):
            put(work.lane, j, k, found.scale[batch.draw[k], j])
    set_scale(work.correction, work.lane, work.numbers)
    fill_box(shape, work.numbers, work.kept, room)
    for i in range(len(shape.heads)):
        for j in range(shape.lanes):
            for k in range(len(batch.draw)):
                side = 2 * shape.lanes if batch.start[k] % 4 < 2 else 0
                low = get(room.box, side + j, k)
                wide = get(room.box, side + shape.lanes + j, k) - low
                share = starts[batch.start[k], i * shape.lanes + j]
                put(work.values, shape.heads[i] * shape.lanes + j, k, low + wide * share)


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
    check_fixed_point(given, work.numbers, lanes, work.given, strategy, lane[lanes:], work.scratch)
    for k in range(batch.here[0]):
        draw = batch.draw[k]
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
