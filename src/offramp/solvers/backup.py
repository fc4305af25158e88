"""One step backwards, compiled: values, choice probabilities and derivatives at a range of nodes.

Equations: a party's move has the total Q_j = pay_j + patience_j^turns V_j(next); the mover
chooses with probability proportional to exp(precision Q_mover). V_j is the mean of Q_j
(payoff convention), or for the mover the mean worth with its shocks, (log mean exp(precision
Q)) / precision (entropy convention).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from offramp.solvers.layout import Shape


class Numbers(NamedTuple):
    """The numbers of one draw as the kernels read them, gathered to edges, parties in lanes."""

    pay: NDArray[np.float64]
    """(edge, lane)."""
    odds: NDArray[np.float64]
    """(edge,), 0 at parties' moves."""
    discount: NDArray[np.float64]
    """(2, lane): row 0 is one, row 1 the patience."""
    precision: NDArray[np.float64]
    """(lane,)."""
    entropy: bool


@njit(cache=True, nogil=True, error_model="numpy")
def gather_numbers(shape: Shape, pay, odds, patience, precision, entropy):
    """The numbers of one draw from its rows of the tables."""
    edges, lanes = len(shape.target), shape.lanes
    by_edge, chance = np.zeros((edges, lanes)), np.zeros(edges)
    for e in range(edges):
        c = shape.pay_class[e]
        for j in range(len(patience)):
            by_edge[e, j] = pay[c, j]
        if shape.odds_class[e] >= 0:
            chance[e] = odds[shape.odds_class[e]]
    discount, sharp = np.ones((2, lanes)), np.zeros(lanes)
    discount[1] = 0.0
    for j in range(len(patience)):
        discount[1, j] = patience[j]
        sharp[j] = precision[j]
    return Numbers(by_edge, chance, discount, sharp, entropy)


@njit(cache=True, nogil=True, error_model="numpy")
def worth_with_shocks(total, count, top, precision):
    """(log mean exp(precision total)) / precision of ``count`` totals; ``top`` is their largest."""
    low = top
    for k in range(count):
        low = min(low, total[k])
    width = precision * (top - low)
    mean = 0.0
    if width < 1e-7:
        for k in range(count):
            mean += total[k] - top
        mean /= count
        spread = 0.0
        for k in range(count):
            spread += (total[k] - top - mean) ** 2
        return top + mean + 0.5 * precision * spread / count
    if width < 0.1:
        for k in range(count):
            mean += np.expm1(precision * (total[k] - top))
        return top + np.log1p(mean / count) / precision
    for k in range(count):
        mean += np.exp(precision * (total[k] - top))
    return top + np.log(mean / count) / precision


@njit(cache=True, nogil=True, error_model="numpy")
def step_back(shape: Shape, numbers: Numbers, values, low, high, scratch):
    """Replace the values at positions ``low`` to ``high`` by their backups, in order, in place."""
    if shape.lanes == 4:
        step_back_four(shape, numbers, values, low, high, scratch)
    else:
        step_back_many(shape, numbers, values, low, high, scratch)


@njit(cache=True, nogil=True, error_model="numpy")
def step_back_four(shape: Shape, numbers: Numbers, values, low, high, scratch):
    """``step_back`` for one set of lanes, held in plain variables, which halves the time.

    Two moves, the most frequent case, need one exponential.
    """
    mover, first, target, turns = shape.mover, shape.first, shape.target, shape.turns
    pay, odds, discount, precision = numbers.pay, numbers.odds, numbers.discount, numbers.precision
    entropy = numbers.entropy
    for n in range(low, high):
        m, a, b = mover[n], first[n], first[n + 1]
        mass, top = 1.0, -np.inf
        f0, f1, f2, f3 = 0.0, 0.0, 0.0, 0.0
        if m < 0:
            for e in range(a, b):
                p, w, v = odds[e], turns[e], target[e] * 4
                f0 += p * (pay[e, 0] + discount[w, 0] * values[v])
                f1 += p * (pay[e, 1] + discount[w, 1] * values[v + 1])
                f2 += p * (pay[e, 2] + discount[w, 2] * values[v + 2])
                f3 += p * (pay[e, 3] + discount[w, 3] * values[v + 3])
        elif b - a == 1:
            w, v = turns[a], target[a] * 4
            f0 = pay[a, 0] + discount[w, 0] * values[v]
            f1 = pay[a, 1] + discount[w, 1] * values[v + 1]
            f2 = pay[a, 2] + discount[w, 2] * values[v + 2]
            f3 = pay[a, 3] + discount[w, 3] * values[v + 3]
        elif b - a == 2:
            top = choose_of_two(shape, numbers, values, a, m, scratch)
            p, q = scratch[2], scratch[3]
            w, v, x, u = turns[a], target[a] * 4, turns[a + 1], target[a + 1] * 4
            f0 = p * (pay[a, 0] + discount[w, 0] * values[v])
            f1 = p * (pay[a, 1] + discount[w, 1] * values[v + 1])
            f2 = p * (pay[a, 2] + discount[w, 2] * values[v + 2])
            f3 = p * (pay[a, 3] + discount[w, 3] * values[v + 3])
            f0 += q * (pay[a + 1, 0] + discount[x, 0] * values[u])
            f1 += q * (pay[a + 1, 1] + discount[x, 1] * values[u + 1])
            f2 += q * (pay[a + 1, 2] + discount[x, 2] * values[u + 2])
            f3 += q * (pay[a + 1, 3] + discount[x, 3] * values[u + 3])
        else:
            for e in range(a, b):
                q = pay[e, m] + discount[turns[e], m] * values[target[e] * 4 + m]
                scratch[e - a] = q
                top = max(top, q)
            mass = 0.0
            for e in range(a, b):
                p = 1.0
                if scratch[e - a] < top:
                    p = np.exp(precision[m] * (scratch[e - a] - top))
                mass += p
                w, v = turns[e], target[e] * 4
                f0 += p * (pay[e, 0] + discount[w, 0] * values[v])
                f1 += p * (pay[e, 1] + discount[w, 1] * values[v + 1])
                f2 += p * (pay[e, 2] + discount[w, 2] * values[v + 2])
                f3 += p * (pay[e, 3] + discount[w, 3] * values[v + 3])
            mass = 1.0 / mass
        v = n * 4
        values[v], values[v + 1], values[v + 2], values[v + 3] = (
            f0 * mass, f1 * mass, f2 * mass, f3 * mass,
        )  # fmt: skip
        if entropy and m >= 0 and b - a > 1:
            values[v + m] = worth_with_shocks(scratch, b - a, top, precision[m])


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def choose_of_two(shape: Shape, numbers: Numbers, values, a, m, scratch):
    """Totals of two moves and their probabilities into ``scratch``; returns the larger total."""
    pay, discount, turns, target = numbers.pay, numbers.discount, shape.turns, shape.target
    one = pay[a, m] + discount[turns[a], m] * values[target[a] * 4 + m]
    other = pay[a + 1, m] + discount[turns[a + 1], m] * values[target[a + 1] * 4 + m]
    less = np.exp(-numbers.precision[m] * abs(one - other))
    likely = 1.0 / (1.0 + less)
    scratch[0], scratch[1] = one, other
    scratch[2], scratch[3] = likely, less * likely
    if one < other:
        scratch[2], scratch[3] = less * likely, likely
    return max(one, other)


@njit(cache=True, nogil=True, error_model="numpy")
def step_back_many(shape: Shape, numbers: Numbers, values, low, high, scratch):
    """``step_back`` for more than four parties."""
    mover, first, target, turns = shape.mover, shape.first, shape.target, shape.turns
    pay, odds, discount, precision = numbers.pay, numbers.odds, numbers.discount, numbers.precision
    lanes, count = shape.lanes, shape.widest
    for n in range(low, high):
        m, a, b = mover[n], first[n], first[n + 1]
        mass, top = 1.0, -np.inf
        if m >= 0:
            for e in range(a, b):
                q = pay[e, m] + discount[turns[e], m] * values[target[e] * lanes + m]
                scratch[e - a] = q
                top = max(top, q)
            mass = 0.0
        for e in range(a, b):
            if m < 0:
                scratch[count + e - a] = odds[e]
            else:
                scratch[count + e - a] = np.exp(precision[m] * (scratch[e - a] - top))
                mass += scratch[count + e - a]
        for j in range(lanes):
            total = 0.0
            for e in range(a, b):
                w, v = turns[e], target[e] * lanes + j
                total += scratch[count + e - a] * (pay[e, j] + discount[w, j] * values[v])
            scratch[2 * count + j] = total / mass
        for j in range(lanes):
            values[n * lanes + j] = scratch[2 * count + j]
        if numbers.entropy and m >= 0 and b - a > 1:
            values[n * lanes + m] = worth_with_shocks(scratch, b - a, top, precision[m])


@njit(cache=True, nogil=True, error_model="numpy")
def linearise(shape: Shape, numbers: Numbers, scale, values, high, scratch, chance, slope, rate):
    """Back up positions 0 to ``high`` in place and keep the derivative on the way.

    All precisions are multiplied by ``scale``. Fills ``chance`` (edge,) with probabilities,
    ``slope`` (edge, lane) with the response of V_j to the mover's total and ``rate``
    (position, lane) with the derivative by ``scale``.
    """
    lanes = shape.lanes
    pay, discount = numbers.pay, numbers.discount
    precision = numbers.precision * scale
    total = np.empty((shape.widest, lanes))
    mean = np.empty(lanes)
    for n in range(high):
        m = shape.mover[n]
        a, b = shape.first[n], shape.first[n + 1]
        top = -np.inf
        for e in range(a, b):
            w, v = shape.turns[e], shape.target[e] * lanes
            for j in range(lanes):
                total[e - a, j] = pay[e, j] + discount[w, j] * values[v + j]
            if m >= 0:
                scratch[e - a] = total[e - a, m]
                top = max(top, scratch[e - a])
        mass = 0.0
        for e in range(a, b):
            if m < 0:
                chance[e] = numbers.odds[e]
            else:
                chance[e] = np.exp(precision[m] * (scratch[e - a] - top))
            mass += chance[e]
        if m < 0:
            mass = 1.0
        for j in range(lanes):
            mean[j] = 0.0
            rate[n, j] = 0.0
        for e in range(a, b):
            chance[e] /= mass
            for j in range(lanes):
                mean[j] += chance[e] * total[e - a, j]
        for e in range(a, b):
            for j in range(lanes):
                slope[e, j] = 0.0
                if m >= 0 and not (numbers.entropy and j == m):
                    bend = chance[e] * (total[e - a, j] - mean[j])
                    slope[e, j] = precision[m] * bend
                    rate[n, j] += bend * (total[e - a, m] - mean[m]) * numbers.precision[m]
        if m >= 0 and numbers.entropy:
            spread, average, low = 0.0, mean[m], top
            for e in range(a, b):
                spread += chance[e] * (total[e - a, m] - average) ** 2
                low = min(low, total[e - a, m])
            mean[m] = worth_with_shocks(scratch, b - a, top, precision[m])
            if precision[m] * (top - low) < 1e-4:
                rate[n, m] = 0.5 * numbers.precision[m] * spread
            else:
                rate[n, m] = (average - mean[m]) / scale
        for j in range(lanes):
            values[n * lanes + j] = mean[j]


@njit(cache=True, nogil=True, error_model="numpy")
def push_change(shape: Shape, discount, chance, slope, rate, by_scale, change, high, scratch):
    """Carry a change of the heads and of the scale back over positions 0 to ``high``, in place."""
    mover, first, target, turns = shape.mover, shape.first, shape.target, shape.turns
    lanes = shape.lanes
    for n in range(high):
        m = mover[n]
        for j in range(0, lanes, 4):
            f0, f1 = by_scale * rate[n, j], by_scale * rate[n, j + 1]
            f2, f3 = by_scale * rate[n, j + 2], by_scale * rate[n, j + 3]
            for e in range(first[n], first[n + 1]):
                w, v, p = turns[e], target[e] * lanes, chance[e]
                own = 0.0
                if m >= 0:
                    own = discount[w, m] * change[v + m]
                v += j
                f0 += p * discount[w, j] * change[v] + slope[e, j] * own
                f1 += p * discount[w, j + 1] * change[v + 1] + slope[e, j + 1] * own
                f2 += p * discount[w, j + 2] * change[v + 2] + slope[e, j + 2] * own
                f3 += p * discount[w, j + 3] * change[v + 3] + slope[e, j + 3] * own
            scratch[j], scratch[j + 1], scratch[j + 2], scratch[j + 3] = f0, f1, f2, f3
        for j in range(lanes):
            change[n * lanes + j] = scratch[j]
