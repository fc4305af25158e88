"""Newton's method on the rounds of one component after the other, draws abreast, compiled.

The unknowns of a component are the values x at its heads, in units of their scale; one sweep
gives T(x). Newton's step solves (I - dT/dx) step = T(x) - x by GMRES, with exact products
(`slopes`). The last rotation of GMRES tells the sign of the determinant of I - dT/dx on the vectors
that it has seen: it turns where the branch folds or forks.

Sources: Knoll & Keyes (2004), Jacobian-free Newton-Krylov methods; Deuflhard (2011), Newton methods
for nonlinear problems, section 5 (steps along a branch by the rate at which corrections shrink).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.kernels.abreast import (
    EPSILON,
    four_of,
    get,
    jit_inside,
    larger,
    load,
    many,
    most_of,
    nothing_in,
    put,
    rows_like,
    save,
    save_four,
    size,
    sum_of,
)
from offramp.solvers.kernels.backup import Numbers, step_back
from offramp.solvers.kernels.krylov import (
    NO,
    YES,
    ZERO,
    Krylov,
    answer_of,
    combine,
    krylov_for,
    open_cycle,
    right_of,
    take_in,
)
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.perfect.slopes import Slopes, push_back, slopes_for, step_back_linearised

Array = NDArray[np.float64]
COLUMNS = 40
"""Most vectors of GMRES."""
LOOSE, FINE = 5e-3, 1e-4
"""How much of the residual a step may leave, on the way and at its end."""
ENOUGH = 2e-3
"""Error that a point on the way may have, as a share of how far its first correction may lead."""
FADING, STEADY = 0.25, 0.5
"""A correction on the way shrinks at least so much with the next one, or the point is not taken."""
WORST, STEP = range(2)


class Correction(NamedTuple):
    """Room for Newton's method, as many draws abreast as values, and what it tells of each."""

    krylov: Krylov
    x: Array
    """(unknown,) values at the heads of a component."""
    slopes: Slopes
    """The derivatives of the last sweep."""
    rows: Array
    """(2,) residual and step."""
    scale: Array
    """(lane,) scale of the values,"""
    weight: Array
    """(lane,) and one over it."""
    scratch: Array
    """For ``step_back``."""
    before: Array
    """(place,) the residual before the last step, and"""
    step: Array
    """(place,) how long that was."""
    gain: Array
    """(place,) how much an error of one round adds up to at least."""
    once: NDArray[np.int64]
    """(place,) sweeps in this component; negative where it failed."""
    rate: Array
    """(place,) the largest share of a first correction that was left by the next,"""
    moved: Array
    """(place,) and the largest first correction, over all components."""
    farthest: Array
    """(place,) how large that may be,"""
    turned: NDArray[np.bool_]
    """(place,) and whose determinant was negative in some component."""
    turn: NDArray[np.int64]
    """(place,) Newton steps at this point in this component, and"""
    passes: NDArray[np.int64]
    """(place,) sweeps."""


@jit_inside
def correction_for(shape: Shape, like, scratch):
    """Room for as many draws as stand abreast in ``like``. Rows are (unknown,)."""
    unknown, abreast = shape.longest * shape.lanes, many(like)
    return Correction(
        krylov_for(like, unknown, min(unknown, COLUMNS)),
        rows_like(like, unknown),
        slopes_for(shape, like),
        rows_like(like, 2),
        rows_like(like, shape.lanes),
        rows_like(like, shape.lanes),
        scratch,
        np.zeros(abreast),
        np.zeros(abreast),
        np.zeros(abreast),
        np.zeros(abreast, np.int64),
        np.zeros(abreast),
        np.zeros(abreast),
        np.zeros(abreast),
        np.zeros(abreast, np.bool_),
        np.zeros(abreast, np.int64),
        np.zeros(abreast, np.int64),
    )


@jit_inside
def find_missing(shape: Shape, numbers: Numbers, values, c, work: Correction, linearised):
    """One sweep of component ``c`` from its heads; what it misses into the right-hand side.

    Its derivatives are found if ``linearised``. ``values`` is (row * lanes + lane,), the right-hand
    side (unknown,).
    """
    low, head, high, lanes = shape.component[c], shape.head[c], shape.component[c + 1], shape.lanes
    unknown, base, basis = (high - head) * lanes, head * lanes, work.krylov.basis
    right, worst, total = right_of(work.krylov, unknown), nothing_in(values), nothing_in(values)
    for r in range(0, unknown, 4):
        save_four(work.x, r, four_of(values, base + r))
    if linearised:
        step_back_linearised(shape, numbers, values, low, high, work.scratch, work.slopes)
    else:
        step_back(shape, numbers, values, low, high, work.scratch)
    for r in range(0, unknown, 4):
        missing = four_of(values, base + r) - four_of(work.x, r)
        missing = missing * four_of(work.weight, r % lanes)
        worst, total = larger(size(missing), worst), total + missing
        save_four(basis, right + r, missing)
    save(work.rows, WORST, most_of(worst) + 0.0 * sum_of(total))
    for k in range(many(values)):
        if work.once[k] != 0:
            for r in range(unknown):
                put(basis, right + r, k, 0.0)


@jit_inside
def apply_rest(shape: Shape, numbers: Numbers, c, work: Correction, source, target):
    """(I - dT/dx) times the vector of the basis that begins at row ``source``, into another one.

    dT/dx is that of the last sweep; vectors are (unknown,).
    """
    low, head, high, lanes = shape.component[c], shape.head[c], shape.component[c + 1], shape.lanes
    unknown, base, basis = (high - head) * lanes, head * lanes, work.krylov.basis
    change = work.slopes.change
    for r in range(0, unknown, 4):
        ahead = four_of(basis, source + r) * four_of(work.scale, r % lanes)
        save_four(change, base + r, ahead)
    push_back(shape, numbers, low, high, work.scratch, work.slopes, NO)
    for r in range(0, unknown, 4):
        after = four_of(change, base + r) * four_of(work.weight, r % lanes)
        save_four(basis, target + r, four_of(basis, source + r) - after)


@jit_inside
def step_component(shape: Shape, numbers: Numbers, values, c, work: Correction, left_over):
    """Newton's step from ``x``, for draws with a right-hand side; the heads are there afterwards.

    ``values`` is (row * lanes + lane,).
    """
    head, high, lanes = shape.head[c], shape.component[c + 1], shape.lanes
    unknown, base, room = (high - head) * lanes, head * lanes, work.krylov
    left, column, answer = open_cycle(room, unknown, left_over, NO), ZERO, answer_of(room, unknown)
    while left > 0 and column < min(unknown, room.most):
        here = column * unknown
        apply_rest(shape, numbers, c, work, here, here + unknown)
        left = take_in(room, unknown, column)
        column += 1
    if column > 0:
        combine(room, unknown, column)
    longest = nothing_in(values)
    for r in range(0, unknown, 4):
        step = four_of(room.basis, answer + r)
        longest = larger(size(step), longest)
        step = step * four_of(work.scale, r % lanes)
        save_four(values, base + r, four_of(work.x, r) + step)
    save(work.rows, STEP, most_of(longest))


@jit_inside
def judge_point(work: Correction, k, turn, worst, floor, tight, aim, limit):
    """Whether place ``k`` is done (1), has failed (-1) or goes on (0), by what a sweep misses.

    Numbers of ``work`` are (place,).
    """
    if not worst < 1e6:
        return -1
    if worst <= floor or (tight and worst * work.gain[k] <= 0.01 * aim):
        return 1
    if turn == 0:
        return 0
    rate = worst / work.before[k]
    if turn == 1:
        work.rate[k] = max(work.rate[k], rate)
    if tight:
        if rate * work.step[k] <= aim or (worst < 1e-12 and rate > FADING):
            return 1
        return -1 if turn == limit or (turn > 1 and rate > STEADY) else 0
    enough = ENOUGH * min(work.farthest[k], max(1.0, work.moved[k]))
    if rate * work.step[k] <= enough and rate <= FADING:
        return 1
    return -1 if turn == limit or rate > STEADY else 0


@jit_inside
def judge_points(shape: Shape, c, work: Correction, tight, aim, limit, first):
    """Judge by what the last sweep of ``c`` missed all draws with ``once`` 0; how many go on.

    Those that do not have no right-hand side afterwards. With ``first`` only draws are judged that
    have not been yet at this point.
    """
    unknown, room = (shape.component[c + 1] - shape.head[c]) * shape.lanes, work.krylov
    floor, once, left = 8.0 * EPSILON * (shape.steps + 1.0), work.once, 0
    right = right_of(room, unknown)
    for k in range(len(once)):
        if once[k] == 0 and not (first and work.turn[k] > 0):
            work.passes[k] += 1
            worst = get(work.rows, WORST, k)
            once[k] = judge_point(work, k, work.turn[k], worst, floor, tight, aim, limit)
            work.before[k] = worst
            if once[k] != 0:
                for r in range(unknown):
                    put(room.basis, right + r, k, 0.0)
        left += once[k] == 0
    return left


@jit_inside
def step_points(shape: Shape, numbers: Numbers, values, c, work: Correction, tight):
    """Newton's step in ``c`` for all draws with ``once`` 0; how many may go on from there.

    ``values`` is (row * lanes + lane,).
    """
    room, once, left = work.krylov, work.once, 0
    step_component(shape, numbers, values, c, work, FINE if tight else LOOSE)
    for k in range(len(once)):
        if once[k] != 0:
            continue
        work.passes[k] += room.used[k]
        work.step[k] = get(work.rows, STEP, k)
        if work.turn[k] == 0:
            work.moved[k] = max(work.moved[k], work.step[k])
            if room.used[k] > 0:
                last = room.cosine + room.used[k] - 1
                work.turned[k] |= get(room.rows, last, k) < 0.0
            if work.moved[k] > work.farthest[k] or (work.turned[k] and not tight):
                once[k] = -1
        work.turn[k] += 1
        left += once[k] == 0
    return left


@jit_inside
def put_back(shape: Shape, values, c, work: Correction):
    """Put the heads of ``c`` where the last sweep began; ``values`` is (row * lanes + lane,)."""
    head, high, lanes = shape.head[c], shape.component[c + 1], shape.lanes
    for r in range(0, (high - head) * lanes, 4):
        save_four(values, head * lanes + r, four_of(work.x, r))


@jit_inside
def correct_component(
    shape: Shape, numbers: Numbers, values, c, work: Correction, tight, aim, limit
):
    """Newton's method in component ``c`` from the values at its heads, for draws with ``once`` 0.

    ``once`` becomes 1, or -1 where it failed. With ``tight`` until the error is at most ``aim``;
    otherwise until it is small, and only if corrections shrink. ``values`` is (row * lanes +
    lane,).
    """
    for k in range(len(work.once)):
        work.turn[k] = work.passes[k] = 0
    for _ in range(limit + 1):
        find_missing(shape, numbers, values, c, work, YES)
        if judge_points(shape, c, work, tight, aim, limit, NO) == 0:
            break
        if step_points(shape, numbers, values, c, work, tight) == 0:
            break
    put_back(shape, values, c, work)


@jit_inside
def correct_components(
    shape: Shape, numbers: Numbers, values, work: Correction, tight, aim, limit, used
):
    """Newton's method in every component, sinks first, for draws with ``used`` (place,) 0.

    ``used`` becomes the most sweeps of any component, negative on failure. ``values`` (row * lanes
    + lane,) has a row for every position and terminal.
    """
    abreast, last, c = len(used), len(shape.cyclic), 0
    most, passes = np.ones(abreast, np.int64), work.passes
    for k in range(abreast):
        work.rate[k] = work.moved[k] = 0.0
        work.turned[k] = False
        if used[k] != 0:
            most[k] = -1
    while c < last:
        low = shape.component[c]
        if not shape.cyclic[c]:
            while c < last and not shape.cyclic[c]:
                c += 1
            step_back(shape, numbers, values, low, shape.component[c], work.scratch)
            continue
        left = 0
        for k in range(abreast):
            work.once[k] = 0 if most[k] > 0 else -1
            left += most[k] > 0
        if left == 0:
            break
        correct_component(shape, numbers, values, c, work, tight, aim, limit)
        for k in range(abreast):
            if most[k] > 0:
                most[k] = max(most[k], passes[k]) if work.once[k] > 0 else -max(most[k], passes[k])
        c += 1
    for k in range(abreast):
        if used[k] == 0:
            used[k] = most[k]


@jit_inside
def correct_once(shape: Shape, numbers: Numbers, values, c, work: Correction, aim, limit, used):
    """One Newton step where ``c`` is the only component with rounds, for draws with ``used`` 0.

    ``used`` (place,) becomes the number of sweeps of those that are done, negative on failure. The
    others go on with the next call, beside draws that begin a point there (``turn`` 0): nobody
    waits for the slowest. ``values`` is (row * lanes + lane,).
    """
    low, high, last = shape.component[c], shape.component[c + 1], len(shape.mover)
    for k in range(len(used)):
        work.once[k] = 0 if used[k] == 0 else -1
        if work.turn[k] == 0:
            work.rate[k] = work.moved[k] = 0.0
            work.turned[k], work.passes[k] = False, 0
    step_back(shape, numbers, values, ZERO, low, work.scratch)
    find_missing(shape, numbers, values, c, work, YES)
    if judge_points(shape, c, work, NO, aim, limit, YES) > 0:
        step_points(shape, numbers, values, c, work, NO)
        find_missing(shape, numbers, values, c, work, NO)
        judge_points(shape, c, work, NO, aim, limit, NO)
    put_back(shape, values, c, work)
    step_back(shape, numbers, values, high, last, work.scratch)
    for k in range(len(used)):
        if used[k] == 0 and work.once[k] != 0:
            used[k] = max(1, work.passes[k]) * work.once[k]


@jit_inside
def set_scale(work: Correction, scale, numbers: Numbers):
    """Take over the scale (lane,) of values, and what suits it."""
    for j in range(len(work.scale)):
        one = load(scale, j)
        save(work.scale, j, one)
        save(work.weight, j, 1.0 / one)
    for k in range(len(work.once)):
        work.gain[k] = 1.0
        for j in range(len(work.scale)):
            rest = max(1e-9, 1.0 - get(numbers.patience, j, k))
            work.gain[k] = max(work.gain[k], 1.0 / rest)
