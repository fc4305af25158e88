"""Branches of games with information sets and Newton's method on them, compiled.

Pseudo-arclength continuation in (z, t): every step predicts along the branch by the cubic
through its last two points, corrects by Newton's method across it, and is shortened when the
correction is slow, long or turns too much, or when the orientation of the branch flips, the
mark of a fork. Far out, towards the limit of play, log-odds grow in proportion to t or settle;
there t is multiplied in leaps, as long as nobody's play or belief is surprised.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.imperfect.small.equations import Equations
from offramp.solvers.imperfect.small.tape import (
    PLAIN,
    STEEP,
    TIME,
    Tape,
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
WISH, NEAR, ROUGH = 0.03, 0.05, 0.2
"""First corrections that steps aim at, that need no second one, and most, in log-odds."""
FAR_OUT = 20.0
"""Differences between moves, in log-odds, from which on there are leaps."""
CHANGE, SURPRISE = 0.2, 0.02
"""Most by which a leap may change a probability or belief, and be mistaken about one."""


class BranchWorkspace(NamedTuple):
    """Room for following a branch; vectors hold the unknowns and, last, t times the span."""

    cells: Floats
    """What the tape works on."""
    matrix: Floats
    """(unknown + 1, unknown + 1) its slopes, in the same memory."""
    point: Floats
    trial: Floats
    tangent: Floats
    after: Floats
    before: Floats
    """The tangent before."""
    past: Floats
    """The point before."""
    right: Floats
    """(2, unknown + 1) right-hand sides, then solutions."""
    shares: Floats
    """Probabilities and beliefs that a leap predicts."""
    landed: Floats
    """(unknown + 1,) the point reached, when the branch is followed further."""
    passed: Floats
    """(row, unknown + 1) points where the goal was passed later, as far as there is room."""


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


def branch_workspace(equations: Equations) -> BranchWorkspace:
    """Room for one draw."""
    tape, size = equations.tape, int(equations.row[-1]) + 1
    cells, shares = np.zeros(tape.cells), np.zeros(len(equations.shares))
    matrix = cells[tape.slopes : tape.slopes + size * size].reshape(size, size)
    point, trial, tangent, after, before, past, landed = np.zeros((7, size))
    return BranchWorkspace(
        cells, matrix, point, trial, tangent, after, before, past,
        right=np.zeros((2, size)), shares=shares, landed=landed, passed=np.zeros((8, size)),
    )  # fmt: skip


@inner_jit
def eliminate(matrix, right, columns):
    """Solve for right-hand sides in place, with partial pivots; the determinant's sign."""
    size, sign = len(matrix), 1.0
    for k in range(size):
        pivot = k
        for i in range(k + 1, size):
            if abs(matrix[i, k]) > abs(matrix[pivot, k]):
                pivot = i
        if pivot != k:
            sign = -sign
            for j in range(k, size):
                matrix[k, j], matrix[pivot, j] = matrix[pivot, j], matrix[k, j]
            for c in range(columns):
                right[c, k], right[c, pivot] = right[c, pivot], right[c, k]
        if matrix[k, k] == 0.0:
            return 0.0
        if matrix[k, k] < 0.0:
            sign = -sign
        inverse = 1.0 / matrix[k, k]
        for i in range(k + 1, size):
            factor = matrix[i, k] * inverse
            if factor == 0.0:
                continue
            for j in range(k + 1, size):
                matrix[i, j] -= factor * matrix[k, j]
            for c in range(columns):
                right[c, i] -= factor * right[c, k]
    for c in range(columns):
        for k in range(size - 1, -1, -1):
            total = right[c, k]
            for j in range(k + 1, size):
                total -= matrix[k, j] * right[c, j]
            right[c, k] = total / matrix[k, k]
    return sign


@inner_jit
def product(one, other):
    """Inner product along branches: the mean over unknowns, plus that of the last entries."""
    last, total = len(one) - 1, 0.0
    for k in range(last):
        total += one[k] * other[k]
    return total / last + one[last] * other[last]


@inner_jit
def linearise(tape: Tape, work: BranchWorkspace, span, upright):
    """Newton's step (row 0) and the direction of the branch (row 1) at the trial point.

    The last row is the tangent, or t alone if ``upright`` is 1. Returns the determinant's sign.
    """
    matrix, right, tangent = work.matrix, work.right, work.tangent
    cells, trial, last = work.cells, work.trial, len(work.trial) - 1
    for i in range(last):
        cells[tape.z + i] = trial[i]
        for k in range(last + 1):
            matrix[i, k] = 0.0
        matrix[i, i] = 1.0
    cells[TIME] = trial[last] / span
    read_lines(tape.runs, tape.lines, tape.weigh, cells, tape.begin[PLAIN], len(tape.runs))
    for i in range(last):
        matrix[i, last] /= span
        right[0, i] = -cells[tape.gap + i]
        right[1, i] = 0.0
        matrix[last, i] = (1.0 - upright) * tangent[i] / last
    matrix[last, last] = upright + (1.0 - upright) * tangent[last]
    right[0, last] = 0.0
    right[1, last] = 1.0
    return eliminate(matrix, right, 2)


@used_once_jit
def correct_step(tape, work, span, stride, upright, facing, care):
    """Newton's method across the branch from the trial point.

    Without ``care`` (0) a small first correction is enough where the branch is nearly straight;
    with much (2) only a point on the branch is. Returns its size (or -1: too long or too slow)
    and the orientation; ``work.after`` becomes the new direction.
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

    Returns the length of the first step and the orientation.
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
    """Make the direction the tangent, of length 1."""
    length = np.sqrt(product(direction, direction))
    for k in range(len(tangent)):
        tangent[k] = direction[k] / length


@used_once_jit
def predict(work, stride, earlier):
    """Put the trial on the cubic through the last two points, ``earlier`` apart; 0: straight on."""
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
    """Move on to the trial point; how far it was along the branch."""
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

    Log-odds that grow are predicted in proportion to t, others as if settling like 1 / t.
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
def follow_branch(
    equations, work, span, stride, facing, goal, target, further, shy, losses
):  # fmt: skip
    """Follow the branch from the last point until t = goal, and ``further`` steps.

    ``work.point`` becomes the point reached, to some 1e-3; exactly at t = goal where it got there.
    It stops before where no party loses more than ``target``, if above 0. Returns how it ended,
    how often the orientation flipped, the steps, and how often t = goal was passed later.
    """
    tape, end, past_end = equations.tape, goal * span, 0
    last = len(work.point) - 1
    point, trial, tangent, after = work.point, work.trial, work.tangent, work.after
    taken, flips, patience, earlier, ended, beyond, most = 0, 0, 0.0, 0.0, TIRED, 0, 2000
    factor, wait, care, doubt, failed, growth = 4.0, 0, 0, 0.0, 0, 3.0
    while taken < most:
        if stride < 1e-9 * (1.0 + abs(point[last])):
            ended = STUCK
            break
        taken, landing = taken + 1, False
        if beyond == 0 and point[last] >= FAR_OUT:
            if target > 0.0:
                loss = largest_loss(equations, work.cells, point, point[last] / span, losses)
                if loss <= target:
                    ended = REACHED
                    break
                factor = min(factor, max(1.5, 1.1 * loss / target))
            wait -= 1
            if wait < 0 and tangent[last] > 0.0 and end > 1.5 * point[last]:
                landing = end <= factor * point[last]
                if not leap(equations, work, span, min(end, factor * point[last]), facing):
                    factor = np.sqrt(factor)
                    if factor < 1.5:
                        factor, wait = 2.0, 4
                    continue
                factor, earlier, stride = min(1e3, factor * factor), 0.0, point[last]
                if not landing:
                    continue
        if not landing:
            landing = beyond == 0 and care < 2 and point[last] + stride * tangent[last] >= end
            if landing:
                stride = min(stride, (end - point[last]) / tangent[last])
            predict(work, stride if care < 2 else 0.0, earlier)
            if landing:
                trial[last] = end
            upright, length = 1.0 if landing else 0.0, stride if care < 2 else 1.0
            begun, sign = correct_step(tape, work, span, length, upright, facing, care)
            turn, shrink = product(after, tangent), 0.0
            if turn < 0.0 and not landing:
                turn, sign = -turn, -sign
                for k in range(last + 1):
                    after[k] = -after[k]
            if begun < 0.0 or turn < 0.8:
                shrink = 0.3
            elif not landing and beyond == 0 and trial[last] > end:
                stride *= 0.4
                continue
            elif sign != facing and patience < shy:
                patience, shrink = patience + 1.0, 0.3
            if shrink > 0.0:
                failed, growth = failed + 1, 1.0
                stride, back = shrink * stride, earlier > 0.0 and (doubt > 0.1 * NEAR or care == 2)
                care = 2 if failed == 4 else 1
                if back:
                    stride, earlier, doubt = shrink * earlier, 0.0, 0.0
                    for k in range(last + 1):
                        point[k], tangent[k] = work.past[k], work.before[k]
                continue
            if care == 2:  # the point itself was put right
                care, stride, earlier, doubt = 1, 0.01, 0.0, 0.0
                for k in range(last + 1):
                    point[k], tangent[k] = trial[k], after[k]
                continue
            care, doubt, failed = 0, begun, 0
            flips += int(sign != facing)
            patience = 0.0 if sign != facing else max(0.0, patience - 0.2)
            facing = sign
            if beyond > 0 and (point[last] - end) * (trial[last] - end) < 0.0:
                share = (end - point[last]) / (trial[last] - point[last])
                if past_end < len(work.passed):
                    for k in range(last):
                        work.passed[past_end, k] = point[k] + share * (trial[k] - point[k])
                    past_end += 1
            earlier = step_to_trial(work, turn)
            stride *= min(growth, max(0.5, np.sqrt(np.sqrt(WISH / max(begun, 1e-12)))))
            growth = min(3.0, 1.5 * growth)
        if landing:
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
    return ended, flips, taken, past_end


@used_once_jit
def newton_at(tape, work, t, most):
    """Newton's method at fixed t from ``work.point``, shortened until the gap falls.

    Returns the size of the step that was not taken any more, relative to the unknowns; inf
    where it got stuck.
    """
    cells, last = work.cells, len(work.point) - 1
    point, trial, right, step = work.point, work.trial, work.right, work.after
    merit, share, size = np.inf, 1.0, np.inf
    for k in range(last):
        trial[k] = point[k]
    trial[last] = t
    for _ in range(most):
        sign, fresh, noise = linearise(tape, work, 1.0, 1.0), 0.0, 0.0
        for i in range(last):
            fresh += cells[tape.gap + i] ** 2
            noise = max(noise, abs(trial[i]) * (1e-13 + 1e-17 * abs(trial[i])))
        if sign == 0.0 or not fresh < (1.0 - 0.2 * share) * merit:
            if size < 1e-7 or merit <= last * noise**2:
                size = min(size, 1e-10)
                break  # as good as numbers allow
            share *= 0.4
            if share < 0.01 or not merit < np.inf:
                size = np.inf
                break
            for k in range(last):
                trial[k] = point[k] + share * step[k]
            continue
        merit, share, size, worst = fresh, 1.0, 0.0, 0.0
        for k in range(last):
            point[k], step[k] = trial[k], right[0, k]
            worst = max(worst, abs(step[k]))
            size = max(size, abs(step[k]) / max(1.0, abs(point[k])))
            trial[k] = point[k] + step[k]
        if worst < 1e-8:
            for k in range(last):
                point[k] = trial[k]
            size *= size  # what the next step would be
            break
    return size


@njit(cache=True, nogil=True, error_model="numpy")
def run_tasks(
    equations: Equations, work: BranchWorkspace, tasks: Tasks, spans, masks,
    pay, odds, end_pay, patience, precision,
):  # fmt: skip
    """Carry out tasks one after the other; masks and tables are those of all draws.

    ``spans`` (draw,): how strongly moves may differ at full precision, the unit of t.
    """
    tape, last, losses = equations.tape, len(work.point) - 1, np.zeros(patience.shape[1])
    row = 0
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
            tape, work.cells, masks[draw], pay[draw], odds[draw], end_pay[draw],
            patience[draw], precision[draw], scale,
        )  # fmt: skip
        for k in range(last):
            work.point[k] = tasks.odds[task, k]
            work.cells[tape.lean + k] = lean * work.point[k]
        if kind < BY_NEWTON:
            full = 0.0 if kind == FROM_ZERO else 1.0
            span = scale * spans[draw]
            stride, facing = stand(tape, work, span, full)
            ended, flips, steps, passed = follow_branch(
                equations, work, span, stride, facing, tasks.goal[task], tasks.loss[task],
                tasks.further[task], tasks.shy[task], losses,
            )  # fmt: skip
            tasks.ended[task], tasks.flips[task], tasks.steps[task] = ended, flips, steps
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
