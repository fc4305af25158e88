"""Newton's method on the equations of a tree with hidden nodes, by dense elimination, compiled.

The unknowns are (z, t): log-odds at the sets and the share of the precision. A bordered matrix,
whose last row is the branch's tangent or t alone, serves the corrector across the branch and at
fixed t; the sign of its determinant tells forks (Allgower & Georg 1990: Numerical continuation
methods). Elimination with partial pivoting is enough for a few hundred unknowns.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.imperfect.small.equations import Equations
from offramp.solvers.imperfect.small.tape import (
    PLAIN,
    TIME,
    Tape,
    inner_jit,
    read_lines,
    used_once_jit,
)

Floats = NDArray[np.float64]


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
    control: Floats
    """(12,) how the next step is made: ``STRIDE`` and what follows it."""
    landed: Floats
    """(unknown + 1,) the point reached, when the branch is followed further."""
    passed: Floats
    """(row, unknown + 1) points where the goal was passed later, as far as there is room."""


def branch_workspace(equations: Equations) -> BranchWorkspace:
    """Room for one draw."""
    tape, size = equations.tape, int(equations.row[-1]) + 1
    cells, shares = np.zeros(tape.cells), np.zeros(len(equations.shares))
    matrix = cells[tape.slopes : tape.slopes + size * size].reshape(size, size)
    point, trial, tangent, after, before, past, landed = np.zeros((7, size))
    return BranchWorkspace(
        cells,
        matrix,
        point,
        trial,
        tangent,
        after,
        before,
        past,
        right=np.zeros((2, size)),
        shares=shares,
        control=np.zeros(12),
        landed=landed,
        passed=np.zeros((8, size)),
    )


@inner_jit
def eliminate(matrix, right, columns):
    """Solve for right-hand sides in place, with partial pivots; the determinant's sign.

    ``matrix`` is (row, column), ``right`` (right-hand side, row).
    """
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
def linearise(tape: Tape, work: BranchWorkspace, span, upright):
    """Newton's step (row 0) and the direction of the branch (row 1) at the trial point.

    The last row is the tangent, or t alone if ``upright`` is 1. Returns the determinant's sign.
    ``right`` is (2, unknown + 1), ``matrix`` (unknown + 1, unknown + 1).
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
def newton_at(tape, work, t, most):
    """Newton's method at fixed t from ``work.point``, shortened until the gap falls.

    Returns the size of the step that was not taken any more, relative to the unknowns; inf where it
    got stuck. Points are (unknown + 1,), t last.
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
