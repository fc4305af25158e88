"""Linear systems of whole rounds, compiled: multipliers forwards, arrivals, worth ahead.

Three linear maps of one round of a cyclic component, from its heads to its heads: 0 carries
multipliers of values forwards (the transpose of a linearised backup), 1 carries arrivals of
play forwards, each party's discounted by its patience, 2 carries the worth ahead backwards,
undiscounted. GMRES solves x = map(x) + b for each, component by component, for one draw or
eight abreast; where it fails, elimination does.

Source of the method: `krylov`; of the transposed system: `adjoint`. The matrix of a round is never
formed: a product is one pass, and the matrix would fill memory.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.kernels.abreast import (
    four_of,
    get,
    jit_inside,
    load,
    many,
    nothing_in,
    put,
    rows_like,
    save,
    save_four,
    sum_of,
)
from offramp.solvers.kernels.krylov import (
    NO,
    YES,
    ZERO,
    Krylov,
    answer_of,
    combine,
    krylov_for,
    open_cycle,
    padded,
    right_of,
    take_in,
    weigh_condition,
)
from offramp.solvers.kernels.layout import Shape

Array = NDArray[np.float64]
MULTIPLIERS, ARRIVALS, AHEAD = np.int64(0), np.int64(1), np.int64(2)
TOLERANCE = 1e-12
"""Residual of a system relative to its right-hand side at which GMRES stops."""
CYCLES = 4
"""How often it begins."""
DENSE = 1000
"""Unknowns up to which a system that it leaves unsolved is solved by elimination."""


class Rounds(NamedTuple):
    """A batch of draws linearised, and working arrays; in solving order."""

    patience: Array
    """(lane,)."""
    chance: Array
    """(edge,)."""
    slope: Array
    """(edge * lanes + lane,) response of V_j to the mover's total."""
    scale: Array
    """(2 * lane,) scale of each party's values, then one over it."""
    work: Array
    """(position * lanes + lane,)."""
    nothing: Array
    """(edge,) no reward, the same for all draws."""
    krylov: Krylov
    condition: Array
    """(place,) estimate of the condition of the systems of multipliers met."""
    residual: Array
    """(place,) largest residual of any system met, relative to its right-hand side."""


@jit_inside
def rounds_for(like, shape: Shape, most):
    """Room for draws abreast; ``most`` Krylov vectors before GMRES begins again.

    Arrays are (edge,), (edge * lanes + lane,) or (position * lanes + lane,).
    """
    lanes, edges, longest = shape.lanes, len(shape.target), max(1, shape.longest)
    unknown = longest * lanes
    return Rounds(
        rows_like(like, lanes),
        rows_like(like, edges),
        rows_like(like, edges * lanes),
        rows_like(like, 2 * lanes),
        rows_like(like, (len(shape.mover) + shape.terminals) * lanes),
        np.zeros(edges),
        krylov_for(like, unknown, min(unknown, most)),
        np.ones(many(like)),
        np.zeros(many(like)),
    )


@jit_inside
def push_back(shape: Shape, rounds: Rounds, bends, low, high, inside, adjoint, multiplier):
    """Pass the adjoints of values from positions ``high`` - 1 down to ``low`` on to what follows.

    Each is kept in ``multiplier`` and taken from ``adjoint`` before it is passed on, so that what
    comes back to the heads is left there. With ``inside`` nothing leaves the positions; without
    ``bends`` play stays as it is. ``adjoint`` and ``multiplier`` are (position * lanes + lane,).
    """
    mover, first, target, turns = shape.mover, shape.first, shape.target, shape.turns
    lanes, chance, slope, patience = shape.lanes, rounds.chance, rounds.slope, rounds.patience
    for n in range(high - 1, low - 1, -1):
        m, a, b = np.int64(mover[n]), first[n], first[n + 1]
        chosen = bends and m >= 0 and b - a > 1
        for j in range(0, lanes, 4):
            own = four_of(adjoint, n * lanes + j)
            save_four(multiplier, n * lanes + j, own)
            save_four(adjoint, n * lanes + j, nothing_in(adjoint))
            for e in range(a, b):
                t = np.int64(target[e])
                if inside and (t < low or t >= high):
                    continue
                v, part = t * lanes, load(chance, e) * own
                if turns[e]:
                    part = part * four_of(patience, j)
                save_four(adjoint, v + j, four_of(adjoint, v + j) + part)
                if chosen:
                    more = sum_of(four_of(slope, e * lanes + j) * own)
                    if turns[e]:
                        more = more * load(patience, m)
                    save(adjoint, v + m, load(adjoint, v + m) + more)


@jit_inside
def pull_worth(shape: Shape, chance, low, high, inside, reward, ahead):
    """Replace the worth ahead, (position,), of positions ``low`` to ``high``, in place.

    ``reward`` (edge,) is had on the way; with ``inside`` there is none, and nothing beyond.
    """
    first, target = shape.first, shape.target
    for n in range(low, high):
        total = load(ahead, n) - load(ahead, n)
        for e in range(first[n], first[n + 1]):
            t = np.int64(target[e])
            if not inside:
                total = total + load(chance, e) * (load(ahead, t) + reward[e])
            elif t >= low and t < high:
                total = total + load(chance, e) * load(ahead, t)
        save(ahead, n, total)


@jit_inside
def go_round(kind, shape: Shape, rounds: Rounds, low, head, high, source, target):
    """x - map(x) for the vector of the basis that begins at row ``source``, into another one.

    The basis holds vectors (head * lanes + lane,).
    """
    basis, work, lanes, scale = rounds.krylov.basis, rounds.work, shape.lanes, rounds.scale
    if kind == AHEAD:
        for i in range(high - head):
            save(work, head + i, load(basis, source + i))
        pull_worth(shape, rounds.chance, low, high, YES, rounds.nothing, work)
        for i in range(high - head):
            save(basis, target + i, load(basis, source + i) - load(work, head + i))
        for i in range(high - head, padded(high - head)):
            save(basis, target + i, 0.0)
        return
    for r in range(low * lanes, head * lanes, 4):
        save_four(work, r, nothing_in(work))
    for i in range(high - head):
        for j in range(0, lanes, 4):
            x = four_of(basis, source + i * lanes + j) * four_of(scale, lanes + j)
            save_four(work, (head + i) * lanes + j, x)
    push_back(shape, rounds, kind == MULTIPLIERS, low, high, YES, work, work)
    for i in range(high - head):
        for j in range(0, lanes, 4):
            back = four_of(work, (head + i) * lanes + j) * four_of(scale, j)
            x = four_of(basis, source + i * lanes + j)
            save_four(basis, target + i * lanes + j, x - back)


@jit_inside
def solve_heads(kind, shape: Shape, rounds: Rounds, low, head, high, size):
    """Solve for the heads of a component, from and into the Krylov room (vectors of ``size``).

    Vectors are (head * lanes + lane,).
    """
    krylov = rounds.krylov
    left = open_cycle(krylov, size, TOLERANCE, NO)
    for cycle in range(CYCLES):
        column = ZERO
        while left > 0 and column < min(size, krylov.most):
            here = column * size
            go_round(kind, shape, rounds, low, head, high, here, here + size)
            left = take_in(krylov, size, column)
            column += 1
        if column == 0:
            return
        combine(krylov, size, column)
        if cycle == 0 and kind == MULTIPLIERS:
            weigh_condition(krylov, column, rounds.condition)
        if left == 0:
            return
        go_round(kind, shape, rounds, low, head, high, answer_of(krylov, size), size)
        left = open_cycle(krylov, size, TOLERANCE, YES)
    unknown = (high - head) * (1 if kind == AHEAD else shape.lanes)
    if left > 0 and unknown <= DENSE:
        solve_fully(kind, shape, rounds, low, head, high, size, unknown)


@jit_inside
def solve_fully(kind, shape: Shape, rounds: Rounds, low, head, high, size, unknown):
    """The same by elimination, for the few draws that are still open.

    The table is (unknown, unknown + 1).
    """
    krylov, abreast = rounds.krylov, len(rounds.condition)
    basis, right, answer = krylov.basis, right_of(krylov, size), answer_of(krylov, size)
    wide = unknown + 1
    tables = np.empty((abreast, unknown, wide))
    for u in range(unknown):
        for r in range(size):
            save(basis, r, 1.0 if r == u else 0.0)
        go_round(kind, shape, rounds, low, head, high, ZERO, size)
        for r in range(unknown):
            for k in range(abreast):
                tables[k, r, u] = get(basis, size + r, k)
    for k in range(abreast):
        if not krylov.open[k]:
            continue
        for r in range(unknown):
            tables[k, r, unknown] = get(basis, right + r, k)
        steep = eliminate(tables[k])
        rounds.condition[k] = max(rounds.condition[k], steep)
        for r in range(unknown):
            put(basis, answer + r, k, tables[k, r, unknown])


@jit_inside
def eliminate(table):
    """Solve a square system, its right-hand side in the last column; its largest ratio of pivots.

    Rows are exchanged; the solution is left in the last column. ``table`` is (unknown, unknown +
    1).
    """
    count = len(table)
    most, least = 0.0, np.inf
    for i in range(count):
        pivot = i
        for r in range(i + 1, count):
            if abs(table[r, i]) > abs(table[pivot, i]):
                pivot = r
        for c in range(i, count + 1):
            table[i, c], table[pivot, c] = table[pivot, c], table[i, c]
        most, least = max(most, abs(table[i, i])), min(least, abs(table[i, i]))
        for r in range(i + 1, count):
            share = table[r, i] / table[i, i]
            if share != 0.0:
                for c in range(i + 1, count + 1):
                    table[r, c] -= share * table[i, c]
    for i in range(count - 1, -1, -1):
        for c in range(i + 1, count):
            table[i, count] -= table[i, c] * table[c, count]
        table[i, count] /= table[i, i]
    return most / least if least > 0.0 else np.inf


@jit_inside
def note_residual(rounds: Rounds, size):
    """Raise the residuals; the second vector holds what is missing.

    Into ``rounds.residual`` (place,).
    """
    krylov = rounds.krylov
    basis, right = krylov.basis, right_of(krylov, size)
    for k in range(len(rounds.residual)):
        missing = whole = 0.0
        for r in range(size):
            missing += get(basis, size + r, k) ** 2
            whole += get(basis, right + r, k) ** 2
        if missing != 0.0:
            left = np.sqrt(missing / whole)
            if not left <= rounds.residual[k]:
                rounds.residual[k] = left


@jit_inside
def push_through(shape: Shape, rounds: Rounds, bends, adjoint, multiplier):
    """Fill the multipliers of all positions from the adjoints, or arrivals without ``bends``.

    ``adjoint`` is used up; behind the nodes it gathers what reaches the terminals. Both are
    (position * lanes + lane,).
    """
    lanes, krylov, work, scale = shape.lanes, rounds.krylov, rounds.work, rounds.scale
    basis, last = krylov.basis, len(shape.mover)
    kind = MULTIPLIERS if bends else ARRIVALS
    for c in range(len(shape.cyclic) - 1, -1, -1):
        if not shape.cyclic[c]:
            continue
        low, head, high = shape.component[c], shape.head[c], shape.component[c + 1]
        unknown = (high - head) * lanes
        right, answer = right_of(krylov, unknown), answer_of(krylov, unknown)
        push_back(shape, rounds, bends, high, last, NO, adjoint, multiplier)
        for r in range(low * lanes, high * lanes, 4):
            save_four(work, r, four_of(adjoint, r))
        push_back(shape, rounds, bends, low, high, YES, work, work)
        for r in range(0, unknown, 4):
            back = four_of(work, head * lanes + r) * four_of(scale, r % lanes)
            save_four(basis, right + r, back)
        solve_heads(kind, shape, rounds, low, head, high, unknown)
        for r in range(0, unknown, 4):
            x = four_of(basis, answer + r) * four_of(scale, lanes + r % lanes)
            save_four(adjoint, head * lanes + r, four_of(adjoint, head * lanes + r) + x)
        push_back(shape, rounds, bends, low, high, NO, adjoint, multiplier)
        for r in range(0, unknown, 4):
            back = four_of(adjoint, head * lanes + r) * four_of(scale, r % lanes)
            save_four(basis, unknown + r, back - four_of(basis, answer + r))
        note_residual(rounds, unknown)
        last = low
    push_back(shape, rounds, bends, ZERO, last, NO, adjoint, multiplier)


@jit_inside
def look_ahead(shape: Shape, rounds: Rounds, reward, ahead):
    """Fill the worth ahead (position,) of all positions from that of the terminals behind them."""
    krylov, chance, last = rounds.krylov, rounds.chance, ZERO
    basis = krylov.basis
    for c in range(len(shape.cyclic)):
        if not shape.cyclic[c]:
            continue
        low, head, high = shape.component[c], shape.head[c], shape.component[c + 1]
        unknown = padded(high - head)
        right, answer = right_of(krylov, unknown), answer_of(krylov, unknown)
        for i in range(high - head):
            save(ahead, head + i, 0.0)
        pull_worth(shape, chance, last, high, NO, reward, ahead)
        for i in range(unknown):
            save(basis, right + i, 0.0)
        for i in range(high - head):
            save(basis, right + i, load(ahead, head + i))
        solve_heads(AHEAD, shape, rounds, low, head, high, unknown)
        for i in range(high - head):
            save(ahead, head + i, load(basis, answer + i))
        pull_worth(shape, chance, low, high, NO, reward, ahead)
        for i in range(unknown):
            save(basis, unknown + i, 0.0)
        for i in range(high - head):
            missing = load(ahead, head + i) - load(basis, answer + i)
            save(basis, unknown + i, missing)
        note_residual(rounds, unknown)
        last = high
    pull_worth(shape, chance, last, len(shape.mover), NO, reward, ahead)
