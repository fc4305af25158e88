"""Compiled loops of absorption in components too large to eliminate: GMRES on their heads.

One application of the operator is one forward walk of a round through the component, so
nothing is assembled. The mass in the residual bounds the error of every outcome's
probability, because no unit of it can be misplaced by more than itself.
"""

from __future__ import annotations

import numpy as np
from numba import njit

MEMORY = 40
CYCLES = 60
ENOUGH = 1e-15


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
                if out and not odds[edge] == 0.0:
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
def _improve(
    x, residual, heads, nodes, step, inside, escapes, first, target, odds, work
):  # fmt: skip
    """One cycle of GMRES from ``residual``; the correction is added to ``x``."""
    memory = min(MEMORY, heads.size)
    basis = np.zeros((memory + 1, heads.size))
    table = np.zeros((memory + 1, memory))
    nothing = np.zeros(heads.size)
    vector = np.empty(heads.size)
    norm = np.sqrt(np.sum(residual * residual))
    basis[0] = residual / norm
    used = 0
    for column in range(memory):
        _residual(
            basis[column], heads, nothing, nodes, step, inside, escapes,
            first, target, odds, vector, work,
        )  # fmt: skip
        vector *= -1.0
        for _again in range(2):
            for row in range(column + 1):
                shared = np.sum(basis[row] * vector)
                table[row, column] += shared
                vector -= shared * basis[row]
        table[column + 1, column] = np.sqrt(np.sum(vector * vector))
        used = column + 1
        if table[column + 1, column] <= 1e-15:
            break
        basis[column + 1] = vector / table[column + 1, column]
    weight = _least_squares(table, norm, used)
    for row in range(used):
        x += weight[row] * basis[row]


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
def iterate(nodes, step, inside, first, target, odds, mass, endless):
    """Turn the arrivals ``mass`` of one component into visits; the residual mass and the lost."""
    work = np.zeros((2, mass.shape[0]))
    escapes = np.zeros(mass.shape[0], np.bool_)
    _mark_escapes(nodes, inside, first, target, odds, escapes)
    entered, lost = 0.0, 0.0
    for node in nodes:
        entered += mass[node]
        if not escapes[node]:
            lost += mass[node]
            endless[node] = mass[node] > 0.0
            mass[node] = 0.0
        elif step[node] > 0:
            work[0, node] = mass[node]
    _walk(nodes, step, inside, escapes, first, target, odds, work[0], work[1])
    heads = nodes[(step[nodes] == 0) & escapes[nodes]]
    arrivals = np.empty(heads.size)
    for at in range(heads.size):
        arrivals[at] = mass[heads[at]] + work[1, heads[at]]
    x = arrivals.copy()
    kept = x.copy()
    residual = np.empty(heads.size)
    error, least = np.inf, np.inf
    for _cycle in range(CYCLES):
        error = _residual(
            x, heads, arrivals, nodes, step, inside, escapes,
            first, target, odds, residual, work,
        )  # fmt: skip
        if error < least:
            least = error
            kept[:] = x
        if not error > ENOUGH * entered or not np.isfinite(error):
            break
        _improve(
            x, residual, heads, nodes, step, inside, escapes,
            first, target, odds, work,
        )  # fmt: skip
        x[:] = np.maximum(x, 0.0)
    for at in range(heads.size):
        mass[heads[at]] = kept[at]
    lost += _spread(nodes, step, inside, escapes, first, target, odds, mass, endless)
    return (least if np.isfinite(error) else error), lost
