"""The principal branch of games with information sets, and Newton's method on them, compiled.

Pseudo-arclength continuation in (z, t): every step predicts along the branch with its
curvature, corrects by Newton's method across it, and is shortened when the correction is
slow, long or turns too much, or when the orientation of the branch flips.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from offramp.solvers.unveiling import evaluate

Floats = NDArray[np.float64]

REACHED, STUCK, TIRED, FALLEN = 0, 1, 2, 3
"""How following a branch ended: there, steps too short, too many, or back at precision 0."""


class Walk(NamedTuple):
    """Room for following a branch; vectors hold the unknowns and, last, t times ``span``."""

    point: Floats
    trial: Floats
    tangent: Floats
    after: Floats
    before: Floats
    right: Floats
    """(2, unknown + 1) right-hand sides, then solutions."""
    matrix: Floats
    pace: Floats
    """Length of the next step, orientation, length of the last step, tries at a flip."""


def room_to_walk(unknowns: int) -> Walk:
    """Room for one draw."""
    size = unknowns + 1
    point, trial, tangent, after, before = np.zeros((5, size))
    return Walk(
        point, trial, tangent, after, before, np.zeros((2, size)), np.zeros((size, size)),
        np.zeros(4),
    )  # fmt: skip


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


@njit(cache=True, nogil=True, error_model="numpy")
def linearise(veil, pattern, figures, bench, walk, lean, span, upright):
    """Newton's step (row 0) and the direction of the branch (row 1) at the trial point.

    The last row is the tangent, or t alone if ``upright`` is 1. Returns the determinant's sign.
    """
    last = veil.unknowns
    evaluate(veil, pattern, figures, bench, walk.trial, lean, walk.trial[last] / span, 1.0)
    for i in range(last):
        for k in range(last):
            walk.matrix[i, k] = bench.jacobian[i, k]
        walk.matrix[i, last] = bench.jacobian[i, last] / span
        walk.right[0, i] = -bench.gap[i]
        walk.right[1, i] = 0.0
        walk.matrix[last, i] = (1.0 - upright) * walk.tangent[i] / last
    walk.matrix[last, last] = upright + (1.0 - upright) * walk.tangent[last]
    walk.right[0, last] = 0.0
    walk.right[1, last] = 1.0
    return eliminate(walk.matrix, walk.right, 2)


@njit(cache=True, nogil=True, error_model="numpy")
def correct_step(veil, pattern, figures, bench, walk, lean, span, stride, upright):
    """Newton's method across the branch from the trial point.

    Returns the first correction's size (or -1: too long or too slow) and the orientation;
    ``walk.after`` becomes the new direction.
    """
    last, previous, begun = veil.unknowns, np.inf, 0.0
    for turn in range(6):
        sign = linearise(veil, pattern, figures, bench, walk, lean, span, upright)
        size = np.sqrt(product(walk.right[0], walk.right[0]))
        if sign == 0.0 or not size < 0.5 * previous:
            return -1.0, 0.0
        if turn == 0:
            begun = size
            if size > 0.4 * stride + 1e-9:
                return -1.0, 0.0
        for k in range(last + 1):
            walk.trial[k] += walk.right[0, k]
        small = 1e-4 + 1e-9 * abs(walk.trial[last])
        if size < small or (turn > 0 and size < 3e-2 and size < 0.1 * begun):
            length = np.sqrt(product(walk.right[1], walk.right[1]))
            for k in range(last + 1):
                walk.after[k] = walk.right[1, k] / length
            return begun, sign
        previous = size
    return -1.0, 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def begin_branch(veil, pattern, figures, bench, walk, lean, span):
    """Stand at (lean, 0), facing towards higher precision."""
    last = veil.unknowns
    for k in range(last):
        walk.point[k] = lean[k]
        walk.trial[k] = lean[k]
    walk.point[last], walk.trial[last] = 0.0, 0.0
    for k in range(last + 1):
        walk.tangent[k], walk.before[k] = 0.0, 0.0
    walk.pace[0], walk.pace[1], walk.pace[2], walk.pace[3] = 1.0, 1.0, 0.0, 0.0
    if last == 0:
        return
    linearise(veil, pattern, figures, bench, walk, lean, span, 1.0)
    length, steep = np.sqrt(product(walk.right[1], walk.right[1])), 0.0
    for k in range(last + 1):
        walk.tangent[k] = walk.right[1, k] / length
        steep = max(steep, abs(walk.tangent[k]))
    walk.pace[0] = 0.5 / steep


@njit(cache=True, nogil=True, error_model="numpy")
def resume_branch(veil, pattern, figures, bench, walk, lean, span):
    """Stand at the solution ``walk.point`` at t = 1, facing towards higher precision."""
    last = veil.unknowns
    if last == 0:
        return
    walk.point[last] = span
    for k in range(last + 1):
        walk.trial[k], walk.before[k] = walk.point[k], 0.0
    sign = linearise(veil, pattern, figures, bench, walk, lean, span, 1.0)
    length = np.sqrt(product(walk.right[1], walk.right[1]))
    for k in range(last + 1):
        walk.tangent[k] = walk.right[1, k] / length
    walk.pace[0], walk.pace[1] = 0.1 * span / max(walk.tangent[last], 1e-3), sign
    walk.pace[2], walk.pace[3] = 0.0, 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def follow_branch(veil, pattern, figures, bench, walk, lean, span, goal, most, shy):
    """Follow the branch from where the walk stands until t = goal; (how it ended, steps, flips).

    ``walk.point`` ends on the branch, to some 1e-4; exactly at t = goal where it got there. A
    flip of the orientation, the mark of a fork, is crossed at the (``shy`` + 1)th attempt.
    """
    last, end = veil.unknowns, goal * span
    point, trial, tangent, after = walk.point, walk.trial, walk.tangent, walk.after
    if last == 0:
        point[0] = end
        return REACHED, 0, 0
    stride, facing, earlier, patience = walk.pace[0], walk.pace[1], walk.pace[2], walk.pace[3]
    taken, flips, shortest = 0, 0, 1e-9 * (1.0 + point[last])
    while taken < most and stride > shortest:
        taken += 1
        landing = point[last] + stride * tangent[last] >= end
        if landing:
            stride = min(stride, (end - point[last]) / tangent[last])
        bow = 0.5 * stride * stride / earlier if earlier > 0.0 else 0.0
        for k in range(last + 1):
            trial[k] = point[k] + stride * tangent[k] + bow * (tangent[k] - walk.before[k])
        if landing:
            trial[last] = end
        begun, sign = correct_step(
            veil, pattern, figures, bench, walk, lean, span, stride, 1.0 if landing else 0.0
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
        if turn < 0.8 or (not landing and trial[last] > end):
            stride *= 0.4
            continue
        if sign != facing and patience < shy:
            patience += 1.0
            stride *= 0.3
            continue
        flips += int(sign != facing)
        patience = 0.0 if sign != facing else max(0.0, patience - 0.2)
        facing, earlier = sign, stride
        for k in range(last + 1):
            walk.before[k], tangent[k], point[k] = tangent[k], after[k], trial[k]
        wish = 0.1 / max(begun, 1e-12)
        stride *= min(3.0, max(0.5, wish ** (1.0 / 3.0)))
        walk.pace[0], walk.pace[1], walk.pace[2], walk.pace[3] = stride, facing, earlier, patience
        if landing:
            return REACHED, taken, flips
        if point[last] < 0.0:
            return FALLEN, taken, flips
    walk.pace[0], walk.pace[3] = stride, patience
    if taken < most and abs(end - point[last]) < 1e-5 * end:
        return REACHED, taken, flips  # a fork just there
    return (STUCK if taken < most else TIRED), taken, flips


@njit(cache=True, nogil=True, error_model="numpy")
def polish(veil, pattern, figures, bench, walk, lean, t, most):
    """Newton's method at fixed t from ``walk.point`` until it no longer helps; its last step.

    Leaves the numbers of the final point in the bench.
    """
    last, best = veil.unknowns, np.inf
    point, trial = walk.point, walk.trial
    for k in range(last):
        trial[k] = point[k]
    trial[last] = t
    for turn in range(most):
        if last == 0:
            best = 0.0
            break
        sign, size = linearise(veil, pattern, figures, bench, walk, lean, 1.0, 1.0), 0.0
        for k in range(last):
            size = max(size, abs(walk.right[0, k]) / max(1.0, abs(trial[k])))
        if sign == 0.0 or not size < best or (turn > 2 and size > 0.5 * best):
            break
        best = size
        for k in range(last):
            point[k] = trial[k]
            trial[k] += walk.right[0, k]
        if size < 1e-13:
            for k in range(last):
                point[k] = trial[k]
            break
    evaluate(veil, pattern, figures, bench, point, lean, t, 0.0)
    return best
