"""Branches of games with information sets and Newton's method on them, compiled.

Pseudo-arclength continuation in (z, t): every step predicts along the branch by the cubic
through its last two points, corrects by Newton's method across it, and is shortened when the
correction is slow, long or turns too much, or when the orientation of the branch flips, the
mark of a fork. Far out, towards the limit of play, log-odds grow in proportion to t or settle;
there t is multiplied in leaps, as long as nobody's play or belief is surprised.

Sources: Allgower & Georg (1990), Numerical continuation methods; Turocy (2010), Computing
sequential equilibria using agent quantal response equilibria.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.imperfect.small.equations import Equations
from offramp.solvers.imperfect.small.newton import BranchWorkspace, linearise, newton_at
from offramp.solvers.imperfect.small.tape import (
    PLAIN,
    STEEP,
    TIME,
    DrawNumbers,
    inner_jit,
    load_tape,
    read_lines,
    used_once_jit,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FROM_ZERO, ONWARDS, BY_NEWTON, SHARPEN = 0, 1, 2, 3
"""What a task does: follow a branch from precision 0, or on from t = 1, or Newton's method.

To sharpen play is to answer it once more with the same precision, beginning not at even play but
at itself (a proximal step): where several moves stay likely they come to be worth the same.
"""
REACHED, STUCK, TIRED, FALLEN = 0, 1, 2, 3
"""How following a branch ended: there, steps too short, too many, or back at precision 0."""
STEP, AGAIN, KEPT, LANDED, LEFT = range(5)
"""What comes of a try to go on: nothing yet, try again, a step, the goal, or the branch is left."""
STRIDE, EARLIER, PATIENCE, FACTOR, WAIT, CARE = range(6)
DOUBT, FAILED, GROWTH, FACING, FLIPS, PASSED = range(6, 12)
"""``BranchWorkspace.control``: length of the next step and of the last one, 0 after a bend; flips
of the orientation tried; how far the next leap goes, and tries until then; care of the correction;
first correction of the last step; steps failed in a row; most by which the next one is longer;
orientation; flips; how often t = goal was passed beyond it.
"""
WISH, NEAR, ROUGH = 0.03, 0.05, 0.2
"""First corrections that steps aim at, that need no second one, and most, in log-odds."""
FAR_OUT = 20.0
"""Differences between moves, in log-odds, from which on there are leaps."""
CHANGE, SURPRISE = 0.2, 0.02
"""Most by which a leap may change a probability or belief, and be mistaken about one."""


class Tasks(NamedTuple):
    """What is to be done, a row each, and what came of it."""

    draw: Ints
    kind: Ints
    scale: Floats
    """Factor of all precisions; t = 1 is the scaled precision."""
    goal: Floats
    """The t to reach."""
    loss: Floats
    """Stop before it where no party loses more at all its sets together; 0: never."""
    further: Ints
    """Steps to go on beyond it, noting where t = 1 is passed."""
    shy: Floats
    """Attempts before a flip of the orientation is passed over."""
    odds: Floats
    """(task, unknown) where to begin; then where it ended."""
    ended: Ints
    steps: Ints
    flips: Ints
    reached: Floats
    """The t that was reached."""
    gap: Floats
    """Size of the Newton step left, relative to the unknowns; inf where the method failed."""
    passed: Floats
    """(row, unknown) log-odds near which t = 1 was passed beyond the goal."""
    passed_task: Ints
    """(row,) by which task, -1 where unused."""


@inner_jit
def product(one, other):
    """Inner product along branches: the mean over unknowns, plus that of the last entries.

    Vectors are (unknown + 1,).
    """
    last, total = len(one) - 1, 0.0
    for k in range(last):
        total += one[k] * other[k]
    return total / last + one[last] * other[last]


@used_once_jit
def correct_step(tape, work, span, stride, upright, facing, care):
    """Newton's method across the branch from the trial point.

    Without ``care`` (0) a small first correction is enough where the branch is nearly straight;
    with much (2) only a point on the branch is. Returns its size (or -1: too long or too slow) and
    the orientation; ``work.after`` becomes the new direction. Points are (unknown + 1,), t last.
    """
    last, previous, begun, sign, done, near = len(work.trial) - 1, np.inf, 0.0, 0.0, False, False
    right, trial, after = work.right, work.trial, work.after
    for turn in range(6):
        sign = linearise(tape, work, span, upright)
        size, most = np.sqrt(product(right[0], right[0])), 0.0
        if turn == 0:
            begun = size
        if sign == 0.0 or not size < 0.5 * previous or begun > ROUGH or begun > 0.4 * stride + 1e-9:
            break
        for k in range(last + 1):
            trial[k] += right[0, k]
            most = max(most, abs(right[0, k]))
        face_ahead(after, right[1])
        near = care == 0 and sign == facing and most < NEAR and begun < 0.02 * stride
        near = near and product(after, work.tangent) > 0.95
        small = 1e-9 * abs(trial[last]) + (1e-4 if care < 2 else 1e-7)
        done = near or size < small
        done = done or (care < 2 and turn > 0 and size < 3e-2 and size < 0.1 * begun)
        if done:
            break
        previous = size
    return (begun if done else -1.0), sign


@used_once_jit
def stand(tape, work, span, full):
    """Stand at ``work.point`` at t = 0, or 1 if ``full``, facing towards higher precision.

    Returns the length of the first step and the orientation. Points are (unknown + 1,), t last.
    """
    point, trial, right = work.point, work.trial, work.right
    last = len(point) - 1
    for k in range(last):
        trial[k] = point[k]
    point[last] = trial[last] = full * span
    sign, steep = linearise(tape, work, span, 1.0), 0.0
    face_ahead(work.tangent, right[1])
    for k in range(last + 1):
        steep = max(steep, abs(work.tangent[k]))
    stride = 0.1 * span / max(work.tangent[last], 1e-3) if full > 0.0 else 0.5 / steep
    return stride, sign


@inner_jit
def face_ahead(tangent, direction):
    """Make the direction the tangent, of length 1. Both are (unknown + 1,)."""
    length = np.sqrt(product(direction, direction))
    for k in range(len(tangent)):
        tangent[k] = direction[k] / length


@used_once_jit
def predict(work, stride, earlier):
    """Put the trial on the cubic through the last two points, ``earlier`` apart; 0: straight on.

    Points are (unknown + 1,), t last.
    """
    point, past, tangent, before = work.point, work.past, work.tangent, work.before
    ratio = stride / earlier if earlier > 0.0 else 0.0
    for k in range(len(point)):
        bend = 0.0
        if earlier > 0.0:
            way = (point[k] - past[k]) / earlier
            bend = 2.0 * tangent[k] + before[k] - 3.0 * way
            bend = ratio * (bend + ratio * (tangent[k] + before[k] - 2.0 * way))
        work.trial[k] = point[k] + stride * (tangent[k] + bend)


@used_once_jit
def step_to_trial(work, turn):
    """Move on to the trial point; how far it was along the branch.

    Points are (unknown + 1,), t last.
    """
    point, past, trial = work.point, work.past, work.trial
    for k in range(len(point)):
        past[k] = trial[k] - point[k]
    length = np.sqrt(product(past, past)) * (1.0 + (1.0 - turn) / 12.0)
    for k in range(len(point)):
        past[k], point[k] = point[k], trial[k]
        work.before[k], work.tangent[k] = work.tangent[k], work.after[k]
    return length


@used_once_jit
def leap(equations: Equations, work, span, end, facing):
    """From the point to t = end / span at once; whether that was safe, and the point moved.

    Log-odds that grow are predicted in proportion to t, others as if settling like 1 / t. Points
    are (unknown + 1,), t last.
    """
    cells, shares, places, tape = work.cells, work.shares, equations.shares, equations.tape
    point, trial, tangent, right = work.point, work.trial, work.tangent, work.right
    last = len(point) - 1
    now, previous, done = point[last], np.inf, False
    for k in range(last):
        cells[tape.z + k] = point[k]
        change = now * tangent[k] / tangent[last]
        grows = abs(change) > 0.5 * abs(point[k])
        trial[k] = point[k] + change * (end / now - 1.0 if grows else 1.0 - now / end)
    trial[last], cells[TIME] = end, now / span
    read_lines(tape.runs, tape.lines, tape.weigh, cells, tape.begin[PLAIN], tape.begin[STEEP])
    for k in range(len(shares)):
        shares[k] = cells[places[k]]
    for turn in range(6):
        sign, size, most = linearise(tape, work, span, 1.0), 0.0, 0.0
        for k in range(last):
            size, most = max(size, abs(right[0, k])), max(most, abs(trial[k]))
        if sign != facing or not size < 0.5 * previous:
            break
        if turn == 0:
            change = 0.0
            for k in range(len(shares)):
                change = max(change, abs(shares[k] - cells[places[k]]))
                shares[k] = cells[places[k]]
            if not change < CHANGE:
                break
        for k in range(last):
            trial[k] += right[0, k]
        previous, done = size, size < 1e-4 + 1e-12 * most
        if done:
            break
    if not done:
        return False
    for k in range(len(shares)):
        if not abs(shares[k] - cells[places[k]]) < SURPRISE:
            return False
    for k in range(last + 1):
        point[k] = trial[k]
    face_ahead(tangent, right[1])
    return True


@used_once_jit
def largest_loss(equations: Equations, cells, point, t, losses):
    """What a party loses against better moves at all its sets together, by their equations.

    ``losses`` (party,) is room.
    """
    for j in range(len(losses)):
        losses[j] = 0.0
    most = 0.0
    for s in range(len(equations.owner)):
        top, mass, mean, party = 0.0, 0.0, 0.0, equations.owner[s]
        for k in range(equations.row[s], equations.row[s + 1]):
            top = max(top, point[k])
        mass = np.exp(-top)
        for k in range(equations.row[s], equations.row[s + 1]):
            weight = np.exp(point[k] - top)
            mass += weight
            mean += point[k] * weight
        losses[party] += (top - mean / mass) / (t * cells[equations.tape.precision + party])
        most = max(most, losses[party])
    return most


@used_once_jit
def leap_or_stop(equations: Equations, work: BranchWorkspace, span, end, target, losses):
    """Far out on a branch: whether it may be left, leapt along, or has to be stepped along.

    ``losses`` (party,) is room.
    """
    point, tangent, control, last = work.point, work.tangent, work.control, len(work.point) - 1
    if target > 0.0:
        loss = largest_loss(equations, work.cells, point, point[last] / span, losses)
        if loss <= target:
            return LEFT
        control[FACTOR] = min(control[FACTOR], max(1.5, 1.1 * loss / target))
    control[WAIT] -= 1.0
    if not (control[WAIT] < 0.0 and tangent[last] > 0.0 and end > 1.5 * point[last]):
        return STEP
    factor = control[FACTOR]
    landing = end <= factor * point[last]
    if not leap(equations, work, span, min(end, factor * point[last]), control[FACING]):
        factor = np.sqrt(factor)
        if factor < 1.5:
            factor, control[WAIT] = 2.0, 4.0
        control[FACTOR] = factor
        return AGAIN
    control[FACTOR], control[EARLIER] = min(1e3, factor * factor), 0.0
    control[STRIDE] = point[last]
    return LANDED if landing else AGAIN


@used_once_jit
def step_along(tape, work, span, end, beyond, shy):
    """One step along the branch, kept, or taken back and shortened.

    Points are (unknown + 1,), t last.
    """
    point, trial, tangent, after = work.point, work.trial, work.tangent, work.after
    control, last, care = work.control, len(work.point) - 1, work.control[CARE]
    landing = beyond == 0 and care < 2 and point[last] + control[STRIDE] * tangent[last] >= end
    if landing:
        control[STRIDE] = min(control[STRIDE], (end - point[last]) / tangent[last])
    stride = control[STRIDE]
    predict(work, stride if care < 2 else 0.0, control[EARLIER])
    if landing:
        trial[last] = end
    upright, length = 1.0 if landing else 0.0, stride if care < 2 else 1.0
    begun, sign = correct_step(tape, work, span, length, upright, control[FACING], care)
    turn = product(after, tangent)
    if turn < 0.0 and not landing:
        turn, sign = -turn, -sign
        for k in range(last + 1):
            after[k] = -after[k]
    good = not (begun < 0.0 or turn < 0.8)
    if good and not landing and beyond == 0 and trial[last] > end:
        control[STRIDE] *= 0.4
        return AGAIN
    if good and sign != control[FACING] and control[PATIENCE] < shy:
        control[PATIENCE] += 1.0
        good = False
    if not good:
        shorten(work)
        return AGAIN
    if care == 2.0:  # the point itself was put right
        control[CARE], control[STRIDE], control[EARLIER], control[DOUBT] = 1.0, 0.01, 0.0, 0.0
        for k in range(last + 1):
            point[k], tangent[k] = trial[k], after[k]
        return AGAIN
    if beyond > 0 and (point[last] - end) * (trial[last] - end) < 0.0:
        note_passing(work, end)
    keep_step(work, begun, sign, turn)
    return LANDED if landing else KEPT


@inner_jit
def shorten(work):
    """After a step that failed: a shorter one, if need be from the point before, with more care.

    After four in a row the point itself is put right first. Points are (unknown + 1,), t last.
    """
    control, back = work.control, work.control[EARLIER] > 0.0
    back &= control[DOUBT] > 0.1 * NEAR or control[CARE] == 2.0
    control[FAILED] += 1.0
    control[GROWTH], control[STRIDE] = 1.0, 0.3 * control[STRIDE]
    control[CARE] = 2.0 if control[FAILED] == 4.0 else 1.0
    if back:
        control[STRIDE], control[EARLIER], control[DOUBT] = 0.3 * control[EARLIER], 0.0, 0.0
        for k in range(len(work.point)):
            work.point[k], work.tangent[k] = work.past[k], work.before[k]


@inner_jit
def note_passing(work, end):
    """Remember where a step passes t = goal, as far as there is room.

    ``work.passed`` is (row, unknown + 1).
    """
    point, trial, last, row = work.point, work.trial, len(work.point) - 1, int(work.control[PASSED])
    share = (end - point[last]) / (trial[last] - point[last])
    if row < len(work.passed):
        for k in range(last):
            work.passed[row, k] = point[k] + share * (trial[k] - point[k])
        work.control[PASSED] += 1.0


@inner_jit
def keep_step(work, begun, sign, turn):
    """Move on to the trial point; the next stride aims at first corrections of ``WISH``.

    Points are (unknown + 1,), t last.
    """
    control, flips = work.control, sign != work.control[FACING]
    control[CARE], control[DOUBT], control[FAILED] = 0.0, begun, 0.0
    control[FLIPS] += 1.0 if flips else 0.0
    control[PATIENCE] = 0.0 if flips else max(0.0, control[PATIENCE] - 0.2)
    control[FACING] = sign
    control[EARLIER] = step_to_trial(work, turn)
    wish = max(0.5, np.sqrt(np.sqrt(WISH / max(begun, 1e-12))))
    control[STRIDE] *= min(control[GROWTH], wish)
    control[GROWTH] = min(3.0, 1.5 * control[GROWTH])


@used_once_jit
def follow_branch(equations, work, span, stride, facing, goal, target, further, shy, losses):
    """Follow the branch from the last point until t = goal, and ``further`` steps.

    ``work.point`` becomes the point reached, to some 1e-3; exactly at t = goal where it got there.
    It stops before where no party loses more than ``target``, if above 0. Returns how it ended and
    the steps; ``work.control`` how often the orientation flipped and t = goal was passed later.
    ``losses`` (party,) is room. Points are (unknown + 1,), t last.
    """
    tape, end, control = equations.tape, goal * span, work.control
    point, last = work.point, len(work.point) - 1
    taken, ended, beyond, most = 0, TIRED, 0, 2000
    control[:] = 0.0
    control[STRIDE], control[FACING], control[FACTOR], control[GROWTH] = stride, facing, 4.0, 3.0
    while taken < most:
        if control[STRIDE] < 1e-9 * (1.0 + abs(point[last])):
            ended = STUCK
            break
        taken, outcome = taken + 1, STEP
        if beyond == 0 and point[last] >= FAR_OUT:
            outcome = leap_or_stop(equations, work, span, end, target, losses)
        if outcome == LEFT:
            ended = REACHED
            break
        if outcome == STEP:
            outcome = step_along(tape, work, span, end, beyond, shy)
        if outcome == AGAIN:
            continue
        if outcome == LANDED:
            ended, most = REACHED, taken + further
            for k in range(last + 1):
                work.landed[k] = point[k]
        beyond += int(ended == REACHED)
        if point[last] < 0.0 or point[last] > 8.0 * end:
            ended = FALLEN if ended == TIRED else ended
            break
    if beyond > 0:
        taken = most - further
        for k in range(last + 1):
            point[k] = work.landed[k]
    elif ended == STUCK and abs(end - point[last]) < 1e-5 * end:
        ended = REACHED  # a fork just there
    return ended, taken


@njit(cache=True, nogil=True, error_model="numpy")
def run_tasks(equations: Equations, work: BranchWorkspace, tasks: Tasks, numbers: DrawNumbers):
    """Carry out tasks one after the other; log-odds are (task, unknown)."""
    tape, last, row = equations.tape, len(work.point) - 1, 0
    masks, pay, odds, end_pay = numbers.masks, numbers.pay, numbers.odds, numbers.end_pay
    losses = np.zeros(numbers.patience.shape[1])
    for task in range(len(tasks.draw)):
        draw, kind, scale = tasks.draw[task], tasks.kind[task], tasks.scale[task]
        tasks.gap[task] = 0.0
        if last == 0:
            tasks.reached[task] = tasks.goal[task]
            continue
        begins, lean = 1.0, 1.0 if kind == FROM_ZERO else 0.0
        if kind == SHARPEN:  # half the lean at t = 1/2 is the play from which it begins
            scale, begins, lean = 2.0 * scale, 0.5, 2.0
        load_tape(
            tape,
            work.cells,
            masks[draw],
            pay[draw],
            odds[draw],
            end_pay[draw],
            numbers.patience[draw],
            numbers.precision[draw],
            scale,
        )
        for k in range(last):
            work.point[k] = tasks.odds[task, k]
            work.cells[tape.lean + k] = lean * work.point[k]
            if kind == FROM_ZERO:
                work.point[k] += numbers.base[draw, k]
        if kind < BY_NEWTON:
            full = 0.0 if kind == FROM_ZERO else 1.0
            span = scale * numbers.span[draw]
            stride, facing = stand(tape, work, span, full)
            ended, steps = follow_branch(
                equations,
                work,
                span,
                stride,
                facing,
                tasks.goal[task],
                tasks.loss[task],
                tasks.further[task],
                tasks.shy[task],
                losses,
            )
            tasks.ended[task], tasks.steps[task] = ended, steps
            tasks.flips[task], passed = int(work.control[FLIPS]), int(work.control[PASSED])
            tasks.reached[task] = work.point[last] / span
            for k in range(last if tasks.reached[task] > 1.0 else 0):
                work.cells[tape.lean + k] = 0.0
            for i in range(passed):
                tasks.passed_task[row] = task
                for k in range(last):
                    tasks.passed[row, k] = work.passed[i, k]
                row += 1
        most = 40 if kind >= BY_NEWTON else 12
        tasks.gap[task] = newton_at(tape, work, begins * tasks.reached[task], most)
        for k in range(last):
            tasks.odds[task, k] = work.point[k]
