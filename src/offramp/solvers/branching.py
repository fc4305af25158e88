"""Branches of games with information sets and Newton's method on them, compiled as one kernel.

Pseudo-arclength continuation in (z, t): every step predicts along the branch with its
curvature, corrects by Newton's method across it, and is shortened when the correction is
slow, long or turns too much, or when the orientation of the branch flips, the mark of a fork.

Every compiled caller of ``linearise`` would be optimised with all of it again, which takes
seconds; so the functions here are written into ``run_tasks``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from offramp.solvers.information import Pattern, Veil
from offramp.solvers.unveiling import Bench, Figures, evaluate, gather_figures

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FROM_ZERO, ONWARDS, BY_NEWTON = 0, 1, 2
"""What a task does: follow a branch from precision 0, or on from t = 1, or Newton's method."""
REACHED, STUCK, TIRED, FALLEN = 0, 1, 2, 3
"""How following a branch ended: there, steps too short, too many, or back at precision 0."""


class Walk(NamedTuple):
    """Room for following a branch; vectors hold the unknowns and, last, t times the span."""

    point: Floats
    trial: Floats
    tangent: Floats
    after: Floats
    before: Floats
    right: Floats
    """(2, unknown + 1) right-hand sides, then solutions."""
    lean: Floats
    """(unknown,) where the branch begins."""


class Tasks(NamedTuple):
    """What is to be done, a row each, and what came of it."""

    draw: Ints
    kind: Ints
    scale: Floats
    """Factor of all precisions; t = 1 is the scaled precision."""
    goal: Floats
    """The t to reach."""
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
    """Size of the last Newton step, relative to the unknowns; inf where it failed."""
    passed: Floats
    """(row, unknown) log-odds near which t = 1 was passed beyond the goal."""
    passed_task: Ints
    """(row,) by which task, -1 where unused."""


def room_to_walk(unknowns: int) -> Walk:
    """Room for one draw."""
    point, trial, tangent, after, before = np.zeros((5, unknowns + 1))
    right, lean = np.zeros((2, unknowns + 1)), np.zeros(unknowns)
    return Walk(point, trial, tangent, after, before, right, lean)


@njit(cache=True, nogil=True, error_model="numpy")
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


@njit(cache=True, nogil=True, error_model="numpy")
def product(one, other):
    """Inner product along branches: the mean over unknowns, plus that of the last entries."""
    last, total = len(one) - 1, 0.0
    for k in range(last):
        total += one[k] * other[k]
    return total / last + one[last] * other[last]


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def linearise(
    veil: Veil, pattern: Pattern, figures: Figures, bench: Bench, walk: Walk, span, upright
):  # fmt: skip
    """Newton's step (row 0) and the direction of the branch (row 1) at the trial point.

    The last row is the tangent, or t alone if ``upright`` is 1. Returns the determinant's sign.
    """
    last, matrix, right, tangent = veil.unknowns, bench.jacobian, walk.right, walk.tangent
    evaluate(veil, pattern, figures, bench, walk.trial, walk.lean, walk.trial[last] / span, 1.0)
    gap = bench.gap
    for i in range(last):
        matrix[i, last] /= span
        right[0, i] = -gap[i]
        right[1, i] = 0.0
        matrix[last, i] = (1.0 - upright) * tangent[i] / last
    matrix[last, last] = upright + (1.0 - upright) * tangent[last]
    right[0, last] = 0.0
    right[1, last] = 1.0
    return eliminate(matrix, right, 2)


@njit(cache=True, nogil=True, error_model="numpy")
def span_of(value, precision):
    """How strongly moves differ at full precision: the unit in which t is measured."""
    most = 0.0
    for j in range(len(precision)):
        low, high = np.inf, -np.inf
        for n in range(len(value)):
            low, high = min(low, value[n, j]), max(high, value[n, j])
        most = max(most, precision[j] * (high - low))
    return most if most > 1e-6 else 1.0


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def correct_step(veil, pattern, figures, bench, walk, span, stride, upright):
    """Newton's method across the branch from the trial point.

    Returns the first correction's size (or -1: too long or too slow) and the orientation;
    ``walk.after`` becomes the new direction.
    """
    last, previous, begun, sign, done = veil.unknowns, np.inf, 0.0, 0.0, False
    right, trial, after = walk.right, walk.trial, walk.after
    for turn in range(6):
        sign = linearise(veil, pattern, figures, bench, walk, span, upright)
        size = np.sqrt(product(right[0], right[0]))
        if turn == 0:
            begun = size
        if sign == 0.0 or not size < 0.5 * previous or begun > 0.4 * stride + 1e-9:
            break
        for k in range(last + 1):
            trial[k] += right[0, k]
        small = 1e-4 + 1e-9 * abs(trial[last])
        if size < small or (turn > 0 and size < 3e-2 and size < 0.1 * begun):
            length = np.sqrt(product(right[1], right[1]))
            for k in range(last + 1):
                after[k] = right[1, k] / length
            done = True
            break
        previous = size
    return (begun if done else -1.0), sign


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def stand(veil, pattern, figures, bench, walk, full):
    """Stand at ``walk.point`` at t = 0, or 1 if ``full``, facing towards higher precision.

    Returns the span, the length of the first step and the orientation.
    """
    last = veil.unknowns
    point, trial, tangent, right = walk.point, walk.trial, walk.tangent, walk.right
    for k in range(last):
        trial[k] = point[k]
    trial[last] = full
    sign = linearise(veil, pattern, figures, bench, walk, 1.0, 1.0)
    span = span_of(bench.value, figures.precision)
    point[last] = full * span
    for k in range(last):
        tangent[k], walk.before[k] = right[1, k] / span, 0.0
    tangent[last], walk.before[last], steep = 1.0, 0.0, 0.0
    length = np.sqrt(product(tangent, tangent))
    for k in range(last + 1):
        tangent[k] /= length
        steep = max(steep, abs(tangent[k]))
    stride = 0.1 * span / max(tangent[last], 1e-3) if full > 0.0 else 0.5 / steep
    return span, stride, sign


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def follow_branch(veil, pattern, figures, bench, walk, tasks, task, span, stride, facing):
    """Follow the branch from where the walk stands until t = goal, and ``further``.

    ``tasks.odds`` receives the point reached, to some 1e-4; exactly at t = goal where it got
    there. Returns how it ended and how often the orientation flipped.
    """
    last, end = veil.unknowns, tasks.goal[task] * span
    point, trial, tangent, after, before = (
        walk.point, walk.trial, walk.tangent, walk.after, walk.before
    )  # fmt: skip
    taken, flips, patience, earlier, ended = 0, 0, 0.0, 0.0, TIRED
    beyond, most, shortest = 0, 2000, 1e-9 * (1.0 + point[last])
    while taken < most:
        if stride < shortest:
            ended = STUCK
            break
        taken += 1
        landing = beyond == 0 and point[last] + stride * tangent[last] >= end
        if landing:
            stride = min(stride, (end - point[last]) / tangent[last])
        bow = 0.5 * stride * stride / earlier if earlier > 0.0 else 0.0
        for k in range(last + 1):
            trial[k] = point[k] + stride * tangent[k] + bow * (tangent[k] - before[k])
        if landing:
            trial[last] = end
        begun, sign = correct_step(
            veil, pattern, figures, bench, walk, span, stride, 1.0 if landing else 0.0
        )
        if begun < 0.0:
            stride *= 0.3
            continue
        turn = product(after, tangent)
        if turn < 0.0 and not landing:
            turn = -turn
            for k in range(last + 1):
                after[k] = -after[k]
            sign = -sign
        if turn < 0.8 or (not landing and beyond == 0 and trial[last] > end):
            stride *= 0.4
            continue
        if sign != facing and patience < tasks.shy[task]:
            patience += 1.0
            stride *= 0.3
            continue
        flips += int(sign != facing)
        patience = 0.0 if sign != facing else max(0.0, patience - 0.2)
        facing, earlier = sign, stride
        if beyond > 0 and (point[last] - end) * (trial[last] - end) < 0.0:
            share = (end - point[last]) / (trial[last] - point[last])
            for row in range(len(tasks.passed_task)):
                if tasks.passed_task[row] < 0:
                    tasks.passed_task[row] = task
                    for k in range(last):
                        tasks.passed[row, k] = point[k] + share * (trial[k] - point[k])
                    break
        for k in range(last + 1):
            before[k], tangent[k], point[k] = tangent[k], after[k], trial[k]
        wish = 0.1 / max(begun, 1e-12)
        stride *= min(3.0, max(0.5, wish ** (1.0 / 3.0)))
        if landing:
            ended = REACHED
            tasks.steps[task] = taken
            for k in range(last):
                tasks.odds[task, k] = point[k]
            tasks.reached[task] = tasks.goal[task]
            if tasks.further[task] == 0:
                break
            most = taken + tasks.further[task]
        beyond += int(ended == REACHED)
        if point[last] < 0.0 or point[last] > 8.0 * end:
            ended = FALLEN if ended == TIRED else ended
            break
    if ended != REACHED:
        if ended == STUCK and abs(end - point[last]) < 1e-5 * end:
            ended = REACHED  # a fork just there
        tasks.steps[task], tasks.reached[task] = taken, point[last] / span
        for k in range(last):
            tasks.odds[task, k] = point[k]
    return ended, flips


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def settle(veil, pattern, figures, bench, walk, t, most):
    """Newton's method at fixed t from ``walk.point``, shortened until the gap falls.

    Returns the size of the last step relative to the unknowns, inf where it got stuck.
    """
    last, point, trial, right, gap = veil.unknowns, walk.point, walk.trial, walk.right, bench.gap
    step, merit, share, size = walk.after, np.inf, 1.0, np.inf
    for k in range(last):
        trial[k] = point[k]
    trial[last] = t
    for _ in range(most):
        sign = linearise(veil, pattern, figures, bench, walk, 1.0, 1.0)
        fresh = 0.0
        for i in range(last):
            fresh += gap[i] * gap[i]
        if sign == 0.0 or not fresh < (1.0 - 0.2 * share) * merit:
            if size < 1e-7:
                break  # as good as numbers allow
            share *= 0.4
            if share < 0.01 or not merit < np.inf:
                size = np.inf
                break
            for k in range(last):
                trial[k] = point[k] + share * step[k]
            continue
        merit, share, size = fresh, 1.0, 0.0
        for k in range(last):
            point[k], step[k] = trial[k], right[0, k]
            size = max(size, abs(step[k]) / max(1.0, abs(point[k])))
            trial[k] = point[k] + step[k]
        if size < 1e-13 or merit == 0.0:
            break
    return size


@njit(cache=True, nogil=True, error_model="numpy")
def run_tasks(
    veil: Veil, pattern: Pattern, figures: Figures, bench: Bench, walk: Walk, tasks: Tasks,
    pay, odds, end_pay, patience, precision,
):  # fmt: skip
    """Carry out tasks one after the other; the tables are those of all draws."""
    last = veil.unknowns
    for task in range(len(tasks.draw)):
        draw, kind = tasks.draw[task], tasks.kind[task]
        gather_figures(
            veil, figures, pay[draw], odds[draw], end_pay[draw], patience[draw], precision[draw],
            tasks.scale[task],
        )  # fmt: skip
        tasks.gap[task] = 0.0
        if last == 0:
            tasks.reached[task] = tasks.goal[task]
            continue
        for k in range(last):
            walk.point[k] = tasks.odds[task, k]
            walk.lean[k] = walk.point[k] if kind == FROM_ZERO else 0.0
        if kind != BY_NEWTON:
            full = 0.0 if kind == FROM_ZERO else 1.0
            span, stride, facing = stand(veil, pattern, figures, bench, walk, full)
            ended, flips = follow_branch(
                veil, pattern, figures, bench, walk, tasks, task, span, stride, facing
            )
            tasks.ended[task], tasks.flips[task] = ended, flips
            for k in range(last):
                walk.point[k] = tasks.odds[task, k]
                if tasks.goal[task] > 1.0:
                    walk.lean[k] = 0.0
        most = 40 if kind == BY_NEWTON else 12
        tasks.gap[task] = settle(veil, pattern, figures, bench, walk, tasks.reached[task], most)
        for k in range(last):
            tasks.odds[task, k] = walk.point[k]
