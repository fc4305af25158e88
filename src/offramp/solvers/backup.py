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
    """The numbers of one draw as the kernels read them."""

    pay: NDArray[np.float64]
    odds: NDArray[np.float64]
    discount: NDArray[np.float64]
    """(2, party): row 0 is one, row 1 the patience."""
    precision: NDArray[np.float64]
    entropy: bool


@njit(cache=True, nogil=True, error_model="numpy")
def worth_with_shocks(total, count, top, precision):
    """(log mean exp(precision total)) / precision of the first ``count`` totals."""
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
    mover, first, target, turns = shape.mover, shape.first, shape.target, shape.turns
    pay_class, odds_class, parties = shape.pay_class, shape.odds_class, shape.parties
    pay, odds, discount, precision = numbers.pay, numbers.odds, numbers.discount, numbers.precision
    fresh = np.empty(parties)
    for n in range(low, high):
        m = mover[n]
        a, b = first[n], first[n + 1]
        for j in range(parties):
            fresh[j] = 0.0
        if m < 0:
            for e in range(a, b):
                p, c, w, v = odds[odds_class[e]], pay_class[e], turns[e], target[e] * parties
                for j in range(parties):
                    fresh[j] += p * (pay[c, j] + discount[w, j] * values[v + j])
        elif b - a == 1:
            c, w, v = pay_class[a], turns[a], target[a] * parties
            for j in range(parties):
                fresh[j] = pay[c, j] + discount[w, j] * values[v + j]
        else:
            top = -np.inf
            for e in range(a, b):
                q = pay[pay_class[e], m] + discount[turns[e], m] * values[target[e] * parties + m]
                scratch[e - a] = q
                top = max(top, q)
            mass = 0.0
            for e in range(a, b):
                p = np.exp(precision[m] * (scratch[e - a] - top))
                mass += p
                c, w, v = pay_class[e], turns[e], target[e] * parties
                for j in range(parties):
                    fresh[j] += p * (pay[c, j] + discount[w, j] * values[v + j])
            for j in range(parties):
                fresh[j] /= mass
            if numbers.entropy:
                fresh[m] = worth_with_shocks(scratch, b - a, top, precision[m])
        for j in range(parties):
            values[n * parties + j] = fresh[j]


@njit(cache=True, nogil=True, error_model="numpy")
def linearise(shape: Shape, numbers: Numbers, scale, values, high, scratch, chance, slope, rate):
    """Back up positions 0 to ``high`` in place and keep the derivative on the way.

    All precisions are multiplied by ``scale``. Fills ``chance`` (edge,) with probabilities,
    ``slope`` (edge, party) with the response of V_j to the mover's total and ``rate``
    (position, party) with the derivative by ``scale``.
    """
    parties = shape.parties
    pay, discount = numbers.pay, numbers.discount
    precision = numbers.precision * scale
    total = np.empty((shape.widest, parties))
    mean = np.empty(parties)
    for n in range(high):
        m = shape.mover[n]
        a, b = shape.first[n], shape.first[n + 1]
        top = -np.inf
        for e in range(a, b):
            c, w, v = shape.pay_class[e], shape.turns[e], shape.target[e] * parties
            for j in range(parties):
                total[e - a, j] = pay[c, j] + discount[w, j] * values[v + j]
            if m >= 0:
                scratch[e - a] = total[e - a, m]
                top = max(top, scratch[e - a])
        mass = 0.0
        for e in range(a, b):
            if m < 0:
                chance[e] = numbers.odds[shape.odds_class[e]]
            else:
                chance[e] = np.exp(precision[m] * (scratch[e - a] - top))
            mass += chance[e]
        if m < 0:
            mass = 1.0
        for j in range(parties):
            mean[j] = 0.0
            rate[n, j] = 0.0
        for e in range(a, b):
            chance[e] /= mass
            for j in range(parties):
                mean[j] += chance[e] * total[e - a, j]
        for e in range(a, b):
            for j in range(parties):
                slope[e, j] = 0.0
                if m >= 0 and not (numbers.entropy and j == m):
                    bend = chance[e] * (total[e - a, j] - mean[j])
                    slope[e, j] = precision[m] * bend
                    rate[n, j] += bend * (total[e - a, m] - mean[m])
        if m >= 0:
            for j in range(parties):
                rate[n, j] *= numbers.precision[m]
            if numbers.entropy:
                spread, average, low = 0.0, mean[m], top
                for e in range(a, b):
                    spread += chance[e] * (total[e - a, m] - average) ** 2
                    low = min(low, total[e - a, m])
                mean[m] = worth_with_shocks(scratch, b - a, top, precision[m])
                if precision[m] * (top - low) < 1e-4:
                    rate[n, m] = 0.5 * numbers.precision[m] * spread
                else:
                    rate[n, m] = (average - mean[m]) / scale
        for j in range(parties):
            values[n * parties + j] = mean[j]


@njit(cache=True, nogil=True, error_model="numpy")
def push_change(shape: Shape, discount, chance, slope, rate, by_scale, change, high):
    """Carry a change of the heads and of the scale back over positions 0 to ``high``, in place."""
    parties = shape.parties
    fresh = np.empty(parties)
    for n in range(high):
        m = shape.mover[n]
        for j in range(parties):
            fresh[j] = by_scale * rate[n, j]
        for e in range(shape.first[n], shape.first[n + 1]):
            w, v, p = shape.turns[e], shape.target[e] * parties, chance[e]
            own = 0.0
            if m >= 0:
                own = discount[w, m] * change[v + m]
            for j in range(parties):
                fresh[j] += p * discount[w, j] * change[v + j] + slope[e, j] * own
        for j in range(parties):
            change[n * parties + j] = fresh[j]
