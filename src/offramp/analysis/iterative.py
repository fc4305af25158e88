"""Compiled loops of absorption in components too large to eliminate: GMRES on their heads.

One application of the operator is one forward walk of a round through the component, so
nothing is assembled. The mass in the residual bounds the error of every outcome's
probability, because no unit of it can be misplaced by more than itself; to it is added what
rounding can hide in a residual. Very slow absorption is therefore refused here, not misread.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from offramp.analysis.kernels import emit

MEMORY = 40
CYCLES = 60
ENOUGH = 1e-15
ROUNDING = 2.3e-16


@njit(cache=True, nogil=True)
def _mark_escapes(nodes, inside, first, target, odds, escapes):
    """Mark the nodes from which play can leave the component in this draw."""
    for node in nodes:
        escapes[node] = False
    changed = True
    while changed:
        changed = False
        for node in nodes:
            if escapes[node]:
                continue
            for edge in range(first[node], first[node + 1]):
                goal = target[edge]
                out = goal < 0 or not inside[goal] or escapes[goal]
                if out and odds[edge] != 0.0:
                    escapes[node] = True
                    changed = True
                    break


@njit(cache=True, nogil=True)
def _walk(nodes, step, inside, escapes, first, target, odds, held, arrived):
    """Carry ``held`` through one round; what comes to step 0 again is added to ``arrived``.

    ``nodes`` come by falling step, so they are walked backwards. What leaves is dropped, and so
    is what falls into nodes without escape.
    """
    for at in range(nodes.size - 1, -1, -1):
        node = nodes[at]
        if held[node] == 0.0 or not escapes[node]:
            continue
        for edge in range(first[node], first[node + 1]):
            goal = target[edge]
            if goal >= 0 and inside[goal] and escapes[goal]:
                if step[goal] == 0:
                    arrived[goal] += held[node] * odds[edge]
                else:
                    held[goal] += held[node] * odds[edge]


@njit(cache=True, nogil=True)
def _residual(
    x, heads, arrivals, nodes, step, inside, escapes, first, target, odds, out, work
):  # fmt: skip
    """``out = arrivals - (x - x P)`` over the heads; the sum of its sizes."""
    work[:] = 0.0
    for at in range(heads.size):
        work[0, heads[at]] = x[at]
    _walk(nodes, step, inside, escapes, first, target, odds, work[0], work[1])
    size = 0.0
    for at in range(heads.size):
        out[at] = arrivals[at] - x[at] + work[1, heads[at]]
        size += abs(out[at])
    return size


@njit(cache=True, nogil=True)
def _least_squares(table, norm, used):
    """The weights that make ``norm e_1 - table w`` shortest; Givens rotations of a Hessenberg."""
    right = np.zeros(used + 1)
    right[0] = norm
    for at in range(used):
        length = np.hypot(table[at, at], table[at + 1, at])
        if length == 0.0:
            continue
        cosine, sine = table[at, at] / length, table[at + 1, at] / length
        for column in range(at, used):
            one, two = table[at, column], table[at + 1, column]
            table[at, column] = cosine * one + sine * two
            table[at + 1, column] = cosine * two - sine * one
        right[at], right[at + 1] = cosine * right[at], -sine * right[at]
    weight = np.zeros(used)
    for at in range(used - 1, -1, -1):
        rest = right[at]
        for column in range(at + 1, used):
            rest -= table[at, column] * weight[column]
        weight[at] = rest / table[at, at] if table[at, at] != 0.0 else 0.0
    return weight


@njit(cache=True, nogil=True)
def _scaled(vector, out):
    """Write ``vector`` over its length to ``out``; the length."""
    length = 0.0
    for at in range(vector.size):
        length += vector[at] * vector[at]
    length = np.sqrt(length)
    for at in range(vector.size):
        out[at] = vector[at] / length if length > 0.0 else 0.0
    return length


@njit(cache=True, nogil=True)
def _improve(
    x, residual, heads, nodes, step, inside, escapes, first, target, odds, work
):  # fmt: skip
    """One cycle of GMRES from ``residual``; the correction is added to ``x``, kept at least 0."""
    memory = min(MEMORY, heads.size)
    basis = np.zeros((memory + 1, heads.size))
    table = np.zeros((memory + 1, memory))
    nothing = np.zeros(heads.size)
    norm = _scaled(residual, basis[0])
    used = 0
    for column in range(memory):
        vector = basis[column + 1]
        _residual(
            basis[column], heads, nothing, nodes, step, inside, escapes,
            first, target, odds, vector, work,
        )  # fmt: skip
        for at in range(vector.size):
            vector[at] = -vector[at]
        for _again in range(2):
            for row in range(column + 1):
                shared = 0.0
                for at in range(vector.size):
                    shared += basis[row, at] * vector[at]
                table[row, column] += shared
                for at in range(vector.size):
                    vector[at] -= shared * basis[row, at]
        table[column + 1, column] = _scaled(vector, vector)
        used = column + 1
        if table[column + 1, column] <= 1e-15:
            break
    weight = _least_squares(table, norm, used)
    for row in range(used):
        for at in range(x.size):
            x[at] += weight[row] * basis[row, at]
    for at in range(x.size):
        x[at] = max(x[at], 0.0)


@njit(cache=True, nogil=True)
def _spread(nodes, step, inside, escapes, first, target, odds, mass, endless):
    """Visits of all nodes from those of the heads; the mass that falls into closed classes."""
    lost = 0.0
    for at in range(nodes.size - 1, -1, -1):
        node = nodes[at]
        if not escapes[node]:
            continue
        for edge in range(first[node], first[node + 1]):
            goal = target[edge]
            if goal < 0 or not inside[goal]:
                continue
            flow = mass[node] * odds[edge]
            if not escapes[goal]:
                lost += flow
                endless[goal] |= flow > 0.0
            elif step[goal] > 0:
                mass[goal] += flow
    changed = True
    while changed:
        changed = False
        for at in range(nodes.size - 1, -1, -1):
            node = nodes[at]
            if not endless[node]:
                continue
            for edge in range(first[node], first[node + 1]):
                goal = target[edge]
                if odds[edge] > 0.0 and not endless[goal]:
                    endless[goal] = True
                    changed = True
    return lost


@njit(cache=True, nogil=True)
def _enter(nodes, step, inside, escapes, first, target, odds, mass, endless, heads, work):
    """List the heads with an escape and what arrives at them; (number, entered, lost) in mass."""
    entered, lost = 0.0, 0.0
    work[:] = 0.0
    for node in nodes:
        entered += mass[node]
        if not escapes[node]:
            lost += mass[node]
            endless[node] = mass[node] > 0.0
            mass[node] = 0.0
        elif step[node] > 0:
            work[0, node] = mass[node]
    _walk(nodes, step, inside, escapes, first, target, odds, work[0], work[1])
    count = 0
    for node in nodes:
        if step[node] == 0 and escapes[node]:
            heads[count] = node
            work[1, node] += mass[node]
            count += 1
    return count, entered, lost


@njit(cache=True, nogil=True)
def _visits(nodes, step, inside, first, target, odds, mass, endless, work):
    """Turn the arrivals ``mass`` of one component into visits; the residual mass and the lost."""
    escapes = np.zeros(mass.size, np.bool_)
    heads = np.empty(nodes.size, np.int64)
    _mark_escapes(nodes, inside, first, target, odds, escapes)
    count, entered, lost = _enter(
        nodes, step, inside, escapes, first, target, odds, mass, endless, heads, work
    )
    heads = heads[:count]
    arrivals, residual = np.empty(count), np.empty(count)
    for at in range(count):
        arrivals[at] = work[1, heads[at]]
    x, kept = arrivals.copy(), arrivals.copy()
    error, least = np.inf, np.inf
    for _cycle in range(CYCLES):
        error = _residual(
            x, heads, arrivals, nodes, step, inside, escapes, first, target, odds, residual, work
        )
        if error < least:
            least = error
            kept[:] = x
        if not error > ENOUGH * entered or not np.isfinite(error):
            break
        _improve(x, residual, heads, nodes, step, inside, escapes, first, target, odds, work)
    for at in range(count):
        mass[heads[at]] = kept[at]
        least += ROUNDING * kept[at]
    lost += _spread(nodes, step, inside, escapes, first, target, odds, mass, endless)
    return (least if np.isfinite(error) else error), lost


@njit(cache=True, nogil=True)
def iterate_draws(
    low, high, which, nodes, step, home, first, target, strategy, visits, ends, unresolved, error
):  # fmt: skip
    """Turn what has arrived at one component into visits, pass it on, in some draws.

    ``nodes`` come by falling step. ``error`` grows by the residual.
    """
    inside = np.empty(home.size, np.bool_)
    for node in range(home.size):
        inside[node] = home[node] == which
    endless = np.zeros(home.size, np.bool_)
    work = np.zeros((2, home.size))
    for draw in range(low, high):
        odds, mass = strategy[draw], visits[draw]
        left, lost = _visits(nodes, step, inside, first, target, odds, mass, endless, work)
        error[draw] += left
        unresolved[draw] += lost
        emit(nodes, home, which, first, target, odds, mass, endless, ends[draw])
