"""Many draws in one compiled call: solved up the ladder, certified, and solved again elsewhere.

A team of draws goes through one loop, again and again: it sets off (from values known
beforehand, at precision 0, on the next rung, from a random start), settles, and takes stock.
So there is one place that settles and one that certifies; each more would be compiled anew.
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
from offramp.solvers.perfect.anderson import ANYWHERE, ROUGH, fill_scale, settle_all, weigh_by
from offramp.solvers.perfect.best_replies import follow
from offramp.solvers.perfect.ladder import Climb, judge_rungs, ladder_for, plan_rungs, set_out
from offramp.solvers.perfect.records import (
    Effort,
    Found,
    Room,
    Sheets,
    Team,
    copy_rows,
    furnish,
    gather_numbers,
    gather_team,
    hand_out,
    open_values,
    put_off,
    queue_for,
    read_values,
    team_for,
)

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
"""Where a team stands: values known beforehand, precision 0, a rung, solved, a random start."""
SOLVE, STARTS, ELSEWHERE = range(3)
"""What a team is for: solving, trying a random start, going all the way from one."""


@njit(cache=True, nogil=True, error_model="numpy")
def solve_draws(
    like, shape: Shape, given: Given, sheets: Sheets, draws, known, starts, effort: Effort,
    found: Found,
):  # fmt: skip
    """Solve ``draws`` and certify them; what a draw gets does not depend on the others.

    ``like`` comes from ``like_for``. ``known`` (draw, node, party), or empty, are values to be
    confirmed in place of the ladder; ``starts`` (start, head * lanes + lane) say where in the
    box of values, from 0 to 1, random starts begin. Returns the pairs (draw, start) that led
    to other solutions, and these (pair, node, party).
    """
    room, queue = furnish(like, shape, sheets), queue_for(len(draws), len(starts))
    team, state = team_for(like, shape), ladder_for(shape, like)
    others = found.value[:0].copy()
    pairs = queue[:0].copy()
    for stage in range(3):
        count = line_up(queue, stage, draws, len(starts), shape, effort, found)
        if stage == ELSEWHERE:
            others, pairs = np.empty((count, *found.value.shape[1:])), queue[:count].copy()
        for patience in range(2):
            few, off = (many(like) // 4, 0) if patience == 0 else (0, 0)
            for begin in range(0, count, many(like)):
                gather_team(queue, begin, count, team)
                gather_numbers(shape, sheets, team, room.numbers)
                at = START if stage > SOLVE else KNOWN if len(known) else FLAT
                while at != DONE:
                    limit = set_off(
                        at, stage, few, room, shape, sheets, team, known, starts, state, effort,
                        found,
                    )  # fmt: skip
                    if limit > 0:
                        hasty = few if at != KNOWN and not team.drifts.any() else 0
                        settle_all(
                            shape, room.level, room.values, hasty, limit, room.desk, team
                        )  # fmt: skip
                    at = take_stock(at, stage, room, shape, team, state, effort, found)
                    if at == SOLVED:
                        certify(room, shape, given, team, effort, found)
                        at = DONE
                if stage == ELSEWHERE:
                    keep_others(room, shape, team, pairs, others)
                off = put_off(queue, team, off)
            count = off
    return pairs, others


@jit_inside
def line_up(queue, stage, draws, starts, shape: Shape, effort: Effort, found: Found):
    """Queue (draw, start) for a stage; how many there are."""
    count = 0
    starts = starts if effort.certified else 0
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
def set_off(
    at, stage, few, room: Room, shape: Shape, sheets: Sheets, team: Team, known, starts,
    state: Climb, effort: Effort, found: Found,
):  # fmt: skip
    """Where the next sweeps begin, for whom (``used`` 0), and how many there may be."""
    if at == RUNG:
        plan_rungs(shape, room, team, few, state, effort)
        return effort.sweeps
    flat = at == FLAT and len(shape.heads) > 0
    for k in range(len(team.draw)):
        team.aim[k] = ROUGH if flat else effort.tolerance
        team.near[k] = ON_THE_WAY if stage == STARTS else ROUGH
        team.leash[k] = np.inf if stage == SOLVE else APART if stage == STARTS else ANYWHERE
        team.home[k] = ALIKE if stage == STARTS else 0.0
        team.used[k] = 0 if team.total[k] == 0 else -1
        team.drifts[k] = team.doubtful[k] = False
        for j in range(shape.lanes):
            sharp = 0.0 if flat else get(room.numbers.precision, j, k)
            put(room.level.precision, j, k, sharp)
    open_values(room.values, shape, sheets, team)
    if at == START:
        read_values(room.values, shape, team, found.value)
        copy_rows(room.values, room.kept)
        for k in range(len(team.draw)):
            for j in range(shape.lanes):
                put(room.lane, j, k, found.scale[team.draw[k], j])
        scatter_team(room, shape, team, starts)
        weigh_by(room.desk, room.lane)
        return PATIENCE
    if at == KNOWN:
        read_values(room.values, shape, team, known)
    scale_open(room, shape, team.total == 0)
    return effort.confirming if at == KNOWN else effort.sweeps


@jit_inside
def scale_open(room: Room, shape: Shape, chosen):
    """Scale the values of ``chosen`` draws by the largest ones met."""
    fill_scale(shape, room.numbers, room.values, room.lane[shape.lanes :])
    for k in range(len(chosen)):
        for j in range(shape.lanes):
            if chosen[k]:
                put(room.lane, j, k, get(room.lane, shape.lanes + j, k))
    weigh_by(room.desk, room.lane)


@jit_inside
def take_stock(
    at, stage, room: Room, shape: Shape, team: Team, state: Climb, effort: Effort, found: Found
):
    """Where the team stands after its sweeps."""
    if at == START:
        judge_starts(room, shape, team, found)
        return DONE
    if at == RUNG:
        judge_rungs(shape, room, team, state, effort.sweeps)
        if state.leapt.any():
            scale_open(room, shape, state.leapt)
    elif at == KNOWN or len(shape.heads) == 0:
        open_still = False
        for k in range(len(team.draw)):
            confirmed = at == FLAT or team.used[k] > 0 or effort.confirming == 0
            if team.total[k] == 0 and confirmed:
                team.total[k] = max(1, team.used[k])
            open_still |= team.total[k] == 0
        copy_rows(room.values, room.kept)
        return FLAT if open_still and effort.climbing else SOLVED
    else:
        scale_open(room, shape, team.total == 0)
        set_out(shape, room, team, state)
    return SOLVED if state.up.all() else RUNG


@jit_inside
def certify(room: Room, shape: Shape, given: Given, team: Team, effort: Effort, found: Found):
    """Fill the rows of the draws of a team, if solved with their certificates."""
    lanes, parties, edges = shape.lanes, found.value.shape[2], len(shape.target)
    lane, strategy, chance, raw = room.lane, room.strategy, room.chance, room.kept
    hand_out(shape, room.kept, room.given, team, found.value)
    check_fixed_point(
        given, room.numbers, lanes, room.given, strategy, lane[lanes:], room.desk.scratch
    )
    for k in range(team.here[0]):
        draw = team.draw[k]
        if team.away[k]:
            continue
        found.sweeps[draw] = team.total[k]
        for j in range(lanes):
            found.scale[draw, j] = get(lane, j, k)
            if team.total[k] > 0 and j < parties:
                found.residual[draw, j] = get(lane, lanes + j, k)
        if team.total[k] > 0:
            for e in range(edges):
                found.strategy[draw, e] = get(strategy, e, k)
    if not effort.certified:
        return
    for e in range(edges):
        save(chance, e, load(strategy, shape.edge[e]))
    for k in range(len(team.draw)):
        for j in range(lanes):
            put(lane, 2 * lanes + j, k, 0.0)
            if team.total[k] <= 0:
                put(lane, j, k, np.nan)
    copy_rows(raw, room.values)
    for best in range(0 if room.numbers.entropy else 1, 2):
        tolerance, limit = (effort.reply_tolerance, 400) if best == 1 else (1e-12, 1000)
        follow(
            shape, room.numbers, chance, room.values, best, lane, tolerance, limit, room.bench,
            lane[(2 + 2 * best) * lanes :],
        )  # fmt: skip
        if best == 0:
            hand_out(shape, room.values, room.given, team, found.payoff)
            copy_rows(room.values, room.given)
            raw = room.given
    weigh_replies(shape, raw, room.values, lane)
    proved = prove_unique(shape, room.numbers, room.kept, lane, team.total > 0, room.values)
    for k in range(len(team.draw)):
        if team.total[k] > 0:
            found.proved[team.draw[k]] = proved[k]
            for j in range(parties):
                found.slack[team.draw[k], j] = get(lane, 2 * lanes + j, k)
                found.loose[team.draw[k], j] = get(lane, 4 * lanes + j, k)
                found.anywhere[team.draw[k], j] = get(lane, 3 * lanes + j, k)
                found.gain[team.draw[k], j] = get(lane, lanes + j, k)


@jit_inside
def weigh_replies(shape: Shape, raw, best, lane):
    """What best replies gain: at the start into the second rows of lanes, anywhere the last."""
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
def judge_starts(room: Room, shape: Shape, team: Team, found: Found):
    """Note where random starts have led: nowhere, to the same solution, to another one."""
    distances(room, shape)
    for k in range(len(team.draw)):
        if team.total[k] == 0 and not team.away[k]:
            ended = 0
            if team.used[k] > 0:
                ended = 1 if get(room.lane, 3 * shape.lanes, k) < SAME else 2
            elif team.moved[k] > team.leash[k]:
                ended = 2
            found.ended[team.draw[k], team.start[k]] = ended


@jit_inside
def keep_others(room: Room, shape: Shape, team: Team, pairs, others):
    """Write values that random starts have led to beside their pairs of draw and start."""
    for k in range(team.here[0]):
        for p in range(len(pairs)):
            if pairs[p, 0] == team.draw[k] and pairs[p, 1] == team.start[k]:
                for i in range(len(shape.mover)):
                    for j in range(others.shape[2]):
                        one = get(room.values, i * shape.lanes + j, k)
                        others[p, shape.node[i], j] = one


@jit_inside
def scatter_team(room: Room, shape: Shape, team: Team, starts):
    """Put the heads of ``values`` at random places in the box of kept values.

    The box is the range of the values and ends met, half as wide again on both sides.
    """
    lanes, lane, values, kept = shape.lanes, room.lane, room.values, room.kept
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
            save(room.desk.guess, i * lanes + j, load(kept, here))
            for k in range(len(team.draw)):
                share = starts[team.start[k], i * lanes + j]
                ahead = get(lane, 2 * lanes + j, k) * share
                put(values, here, k, get(lane, lanes + j, k) + ahead)


@jit_inside
def distances(room: Room, shape: Shape):
    """Largest difference of values and kept ones at the heads, relative to the scale."""
    lanes, most = shape.lanes, nothing_in(room.values)
    values, kept, weight = room.values, room.kept, room.desk.weight
    for i in range(len(shape.heads)):
        for j in range(0, lanes, 4):
            r = shape.heads[i] * lanes + j
            most = larger(size(four_of(values, r) - four_of(kept, r)) * four_of(weight, j), most)
    save(room.lane, 3 * lanes, most_of(most))
