"""What fixed play is worth, and the best reply of every party against the others, compiled.

Against fixed play of the others each party faces a decision problem of its own, so all of
them are solved in the same sweeps, each with its own acceleration. The best reply is
returned as an upper bound: T(W) <= W + e at the heads gives W* <= T(W) + patience e /
(1 - patience), and bounds of components passed earlier carry over because T is monotone.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from offramp.solvers.backup import Numbers
from offramp.solvers.layout import Shape
from offramp.solvers.sweeps import FLOOR, MEMORY, solve_small


@njit(cache=True, nogil=True, error_model="numpy")
def follow_back(shape: Shape, numbers: Numbers, chance, values, low, high, best):
    """Back up raw payoffs under ``chance`` in place; with ``best`` every mover maximises."""
    mover, first, target, turns = shape.mover, shape.first, shape.target, shape.turns
    pay, discount, lanes = numbers.pay, numbers.discount, shape.lanes
    for n in range(low, high):
        m, a, b = mover[n], first[n], first[n + 1]
        for j in range(0, lanes, 4):
            f0, f1, f2, f3 = 0.0, 0.0, 0.0, 0.0
            for e in range(a, b):
                p, w, v = chance[e], turns[e], target[e] * lanes + j
                f0 += p * (pay[e, j] + discount[w, j] * values[v])
                f1 += p * (pay[e, j + 1] + discount[w, j + 1] * values[v + 1])
                f2 += p * (pay[e, j + 2] + discount[w, j + 2] * values[v + 2])
                f3 += p * (pay[e, j + 3] + discount[w, j + 3] * values[v + 3])
            top = -np.inf
            if best and j <= m < j + 4:
                for e in range(a, b):
                    v = target[e] * lanes + m
                    top = max(top, pay[e, m] + discount[turns[e], m] * values[v])
            v = n * lanes + j
            values[v], values[v + 1], values[v + 2], values[v + 3] = f0, f1, f2, f3
            if best and j <= m < j + 4:
                values[n * lanes + m] = top


@njit(cache=True, nogil=True, error_model="numpy")
def follow(shape: Shape, numbers: Numbers, chance, values, best, scale, tolerance, limit, slack):
    """Raw payoffs under ``chance``, or upper bounds on best replies, from a first guess, in place.

    ``slack`` (lane,) receives a bound on the error where ``best`` is False.
    """
    lanes = shape.lanes
    work = np.empty((3 + 2 * MEMORY, max(1, shape.longest * lanes)))
    gain = np.empty(lanes)
    for j in range(lanes):
        gain[j] = 1.0 / max(1e-12, 1.0 - numbers.discount[1, j])
        slack[j] = 0.0
    for c in range(len(shape.cyclic)):
        low, head, high = shape.component[c], shape.head[c], shape.component[c + 1]
        if not shape.cyclic[c]:
            follow_back(shape, numbers, chance, values, low, high, best)
            continue
        over = settle_parties(
            shape, numbers, chance, values, c, best, scale, gain, tolerance, limit, work
        )
        if best:
            for i in range(head, high):
                for j in range(lanes):
                    values[i * lanes + j] += numbers.discount[1, j] * over[j] * gain[j]
            follow_back(shape, numbers, chance, values, low, head, best)
        else:
            for j in range(lanes):
                slack[j] += over[j] * gain[j]


@njit(cache=True, nogil=True, error_model="numpy")
def settle_parties(
    shape: Shape, numbers: Numbers, chance, values, c, best, scale, gain, tolerance, limit, work
):
    """Iterate one component, every party with an Anderson history of its own.

    Returns (lane,) the last excess of the new values over the old ones (its positive part
    for best replies, its size otherwise).
    """
    lanes = shape.lanes
    low, head, high = shape.component[c], shape.head[c], shape.component[c + 1]
    size, base = (high - head) * lanes, head * lanes
    x, f, kept = work[0], work[1], work[2]
    gram = np.zeros((lanes, MEMORY, MEMORY))
    right, mix = np.zeros(MEMORY), np.zeros(MEMORY)
    count, slot = np.zeros(lanes, np.int64), np.zeros(lanes, np.int64)
    least, over = np.full(lanes, np.inf), np.zeros(lanes)
    for sweep in range(limit):
        for k in range(size):
            x[k] = values[base + k]
        follow_back(shape, numbers, chance, values, low, high, best)
        open_lanes = 0
        for j in range(lanes):
            worst, over[j] = 0.0, 0.0
            for k in range(j, size, lanes):
                gap = values[base + k] - x[k]
                worst = max(worst, abs(gap))
                over[j] = max(over[j], gap)
            if not best:
                over[j] = worst
            if worst * gain[j] <= tolerance * scale[j] or worst <= FLOOR * scale[j]:
                count[j], slot[j] = 0, -1
                continue
            open_lanes += 1
            if worst > 2.0 * least[j]:
                count[j], slot[j], least[j] = 0, 0, worst
            elif slot[j] < 0:
                slot[j] = 0
            elif sweep > 0:
                remember(j, lanes, size, base, values, work, gram[j], count, slot)
            least[j] = min(least[j], worst)
        if open_lanes == 0 or sweep == limit - 1:
            break
        for j in range(lanes):
            for k in range(j, size, lanes):
                f[k] = values[base + k] - x[k]
                kept[k] = x[k]
            if count[j] == 0:
                continue
            for i in range(count[j]):
                right[i] = 0.0
                for k in range(j, size, lanes):
                    right[i] += work[3 + MEMORY + i, k] * f[k]
            solve_small(gram[j], right, count[j], mix)
            for i in range(count[j]):
                for k in range(j, size, lanes):
                    values[base + k] -= mix[i] * (work[3 + i, k] + work[3 + MEMORY + i, k])
    return over


@njit(cache=True, nogil=True, error_model="numpy")
def remember(j, lanes, size, base, values, work, gram, count, slot):
    """Add the last change of one party to its history."""
    x, f, kept = work[0], work[1], work[2]
    spot = slot[j]
    dx, df = work[3 + spot], work[3 + MEMORY + spot]
    for k in range(j, size, lanes):
        dx[k] = x[k] - kept[k]
        df[k] = values[base + k] - x[k] - f[k]
    count[j] = min(count[j] + 1, MEMORY)
    for i in range(count[j]):
        total = 0.0
        for k in range(j, size, lanes):
            total += df[k] * work[3 + MEMORY + i, k]
        gram[spot, i] = total
        gram[i, spot] = total
    if gram[spot, spot] <= 0.0:
        count[j] = 0
        slot[j] = 0
    else:
        slot[j] = (spot + 1) % MEMORY
