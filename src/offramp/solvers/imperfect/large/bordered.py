"""Linear systems of the branch with one equation added, by GMRES on the few unknowns, compiled.

Only the hopes at cuts and the ghosts' values are unknowns; every other change follows from theirs
(`equations`). The added equation keeps to a direction: that of s, or across the branch. What GMRES
has seen of the derivative tells how many of its eigenvalues are negative.

Sources: Saad & Schultz (1986), GMRES; Allgower & Georg (1990), Numerical continuation methods.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.imperfect.large.equations import SystemState, inner_jit, push, weigh
from offramp.solvers.imperfect.large.set_layout import EdgeNumbers, Sets
from offramp.solvers.kernels.krylov import (
    NO,
    ZERO,
    Krylov,
    answer_of,
    combine,
    krylov_alone,
    open_cycle,
    padded,
    right_of,
    take_in,
)

Array = NDArray[np.float64]
SHIFTS = (1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)
"""Where negative eigenvalues are told apart."""
KRYLOV = 160
"""Most products with the derivative in one linear solve."""


class LinearSolve(NamedTuple):
    """Working arrays of linear solves; unknowns are hopes at cuts, ghosts' values and, last, s."""

    unit: Array
    """(unknown,) scale of each."""
    krylov: Krylov
    pull: Array
    """(unknown,) response of the unknowns to s."""
    border: Array
    """(unknown + 1,) the equation that is added, in units."""
    step: Array
    """(unknown + 1,) the solution."""
    probe: Array
    """(unknown,) a right side of all directions, from which eigenvalues are told."""


@inner_jit
def respond_to(
    sets: Sets,
    numbers: EdgeNumbers,
    state: SystemState,
    scale,
    vector,
    whole,
    adds,
    by_scale,
    answer,
):
    """The change (unknown,) of the right sides that a change ``vector`` (unknown,) leads to.

    With ``whole`` all positions change, else those that depend on an unknown. ``adds`` times the
    gaps are added to the hopes; the factor of all precisions changes by ``by_scale``.
    """
    places, change = (state.every, state.spread) if whole else (sets.live, state.change)
    base, parties, unknown = sets.nodes + sets.terminals, sets.parties, sets.unknown
    for k in range(len(unknown)):
        state.shift[unknown[k]] = vector[k]
    for h in range(len(sets.heads)):
        for j in range(parties):
            change[base + h, j] = vector[len(unknown) + h * parties + j]
    push(sets, numbers, state, scale, places, change, adds, by_scale)
    weigh(sets, numbers, state, scale, change, adds, by_scale, answer)


@inner_jit
def span_directions(
    sets: Sets, numbers: EdgeNumbers, state: SystemState, linear: LinearSolve, scale, tolerance
):
    """GMRES from the right side in ``krylov.basis`` with the last linearisation and border.

    How many vectors it took; ``pull`` (unknown,) has to be there. Vectors of ``basis`` are
    (vector * padded size + entry,).
    """
    krylov, unit, pull, border = linear.krylov, linear.unit, linear.pull, linear.border
    size, basis, column = len(pull), krylov.basis, ZERO
    wide, vector, answer = padded(size + 1), np.zeros(size), np.zeros(size)
    left = open_cycle(krylov, wide, tolerance, NO)
    while left > 0 and column < krylov.most:
        old, new = column * wide, (column + 1) * wide
        for k in range(size):
            vector[k] = basis[old + k] * unit[k]
        respond_to(sets, numbers, state, scale, vector, False, 0.0, 0.0, answer)
        along = basis[old + size]
        last = border[size] * along
        for k in range(size):
            basis[new + k] = basis[old + k] - (answer[k] + pull[k] * along) / unit[k]
            last += border[k] * basis[old + k]
        basis[new + size] = last
        left = take_in(krylov, wide, column)
        column += 1
    return column


@njit(cache=True, nogil=True, error_model="numpy")
def solve_across(
    sets: Sets,
    numbers: EdgeNumbers,
    state: SystemState,
    linear: LinearSolve,
    scale,
    rate,
    full,
    goal,
    tolerance,
):
    """Solve the derivative at the last evaluation, with the border, by GMRES.

    The right side is ``full`` times the gaps, and ``goal`` for the border; ``rate`` is the
    derivative of the precisions' factor by s. The change of the unknowns is left in ``step``
    (unknown + 1,), that of all hopes in ``shift`` (slot,). Returns the relative residual.
    """
    krylov, unit, step, pull = linear.krylov, linear.unit, linear.step, linear.pull
    size, basis = len(pull), krylov.basis
    wide, vector, answer = padded(size + 1), np.zeros(size), np.zeros(size)
    respond_to(sets, numbers, state, scale, vector, True, 0.0, rate, pull)
    respond_to(sets, numbers, state, scale, vector, True, full, 0.0, answer)
    begin = right_of(krylov, wide)
    for k in range(size):
        basis[begin + k] = answer[k] / unit[k]
    basis[begin + size] = goal
    column = span_directions(sets, numbers, state, linear, scale, tolerance)
    rest, length = abs(krylov.rows[krylov.load + krylov.used[0]]), 0.0
    for k in range(size + 1):
        length += basis[begin + k] ** 2
    if column > 0:
        combine(krylov, wide, column)
    begin = answer_of(krylov, wide)
    for k in range(size):
        step[k] = basis[begin + k] * unit[k]
    step[size] = basis[begin + size]
    respond_to(sets, numbers, state, scale, step, True, full, rate * step[size], answer)
    return rest / np.sqrt(length) if length > 0.0 else 0.0


@inner_jit
def index_across(
    sets: Sets, numbers: EdgeNumbers, state: SystemState, linear: LinearSolve, scale, tolerance
):
    """How many negative numbers the derivative has among its eigenvalues, at the least, s kept.

    It changes by one where the branch turns back or forks, and by two where it forks twice at
    once. The right side is ``probe`` (unknown,), which keeps no symmetry of the game, so that
    directions in which a branch forks are seen. Works at the last linearisation, and leaves no
    border.
    """
    krylov, size = linear.krylov, len(linear.pull)
    begin = right_of(krylov, padded(size + 1))
    for k in range(size):
        krylov.basis[begin + k] = linear.probe[k]
        linear.border[k] = 0.0
    krylov.basis[begin + size] = linear.border[size] = 0.0
    if size == 0:
        return 0
    span_directions(sets, numbers, state, linear, scale, tolerance)
    seen = hessenberg(krylov)
    last, changes = sign_of(seen, 0.0), 0
    for k in range(len(SHIFTS)):
        now = sign_of(seen, SHIFTS[k])
        changes += now != last
        last = now
    return changes + (last < 0.0)


@inner_jit
def hessenberg(krylov: Krylov):
    """The derivative on the vectors that GMRES has seen, from its triangle and its rotations.

    (column, column), zero below the first diagonal beside the main one.
    """
    count, rows = krylov.used[0], krylov.rows
    seen = np.zeros((count + 1, count))
    for c in range(count):
        at = krylov.triangle + c * (c + 1) // 2
        for i in range(c + 1):
            seen[i, c] = rows[at + i]
        for i in range(c, -1, -1):
            cosine, sine = rows[krylov.cosine + i], rows[krylov.sine + i]
            one, two = seen[i, c], seen[i + 1, c]
            seen[i, c], seen[i + 1, c] = cosine * one - sine * two, sine * one + cosine * two
    return seen[:count]


@inner_jit
def sign_of(seen, shift):
    """The sign of the determinant of ``seen`` (column, column) with ``shift`` on its diagonal."""
    size, sign = len(seen), 1.0
    left = seen.copy()
    for k in range(size):
        left[k, k] += shift
    for k in range(size):
        if k + 1 < size and abs(left[k + 1, k]) > abs(left[k, k]):
            sign = -sign
            for j in range(k, size):
                left[k, j], left[k + 1, j] = left[k + 1, j], left[k, j]
        if left[k, k] < 0.0:
            sign = -sign
        if k + 1 < size and left[k, k] != 0.0:
            share = left[k + 1, k] / left[k, k]
            for j in range(k, size):
                left[k + 1, j] -= share * left[k, j]
    return sign


def linear_solve_for(sets: Sets) -> LinearSolve:
    """Room for the unknowns of ``sets``; the units are still to be filled in."""
    size = len(sets.unknown) + len(sets.heads) * sets.parties
    most = max(2, min(KRYLOV, size + 1, int(4e7) // (size + 1)))
    border, step = np.zeros((2, size + 1))
    border[-1] = 1.0
    probe = np.random.default_rng(size).normal(size=size)
    room = krylov_alone(padded(size + 1), most)
    return LinearSolve(np.ones(size), room, np.zeros(size), border, step, probe)
