"""Compiled rounds of linear systems on a game: multipliers forwards, arrivals, worth ahead.

Three linear maps of one round of a cyclic component, from its heads to its heads: 0 carries
multipliers of values forwards (the transpose of a linearised backup), 1 carries arrivals of
play forwards, 2 carries the worth ahead backwards. GMRES solves x = map(x) + b for each.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from offramp.solvers.backup import Numbers, discounts
from offramp.solvers.layout import Shape

MULTIPLIERS, ARRIVALS, AHEAD = 0, 1, 2


@njit(cache=True, nogil=True, error_model="numpy")
def push_back(shape: Shape, discount, chance, slope, low, high, inside, adjoint, multiplier):
    """Pass the adjoints of values from positions ``high`` - 1 down to ``low`` on to what follows.

    Each is kept in ``multiplier`` and taken from ``adjoint`` before it is passed on, so that
    what comes back to the heads is left there. With ``inside`` nothing leaves the positions.
    """
    mover, first, target, turns = shape.mover, shape.first, shape.target, shape.turns
    lanes = shape.lanes
    for n in range(high - 1, low - 1, -1):
        m, here = mover[n], n * lanes
        busy = False
        for k in range(here, here + lanes):
            multiplier[k] = adjoint[k]
            adjoint[k] = 0.0
            busy |= multiplier[k] != 0.0
        if not busy:
            continue
        for j in range(0, lanes, 4):
            at = here + j
            a0, a1, a2, a3 = (
                multiplier[at], multiplier[at + 1], multiplier[at + 2], multiplier[at + 3],
            )  # fmt: skip
            for e in range(first[n], first[n + 1]):
                t = target[e]
                if inside and (t < low or t >= high):
                    continue
                w, v, p = turns[e], t * lanes + j, chance[e]
                adjoint[v] += p * discount[w, j] * a0
                adjoint[v + 1] += p * discount[w, j + 1] * a1
                adjoint[v + 2] += p * discount[w, j + 2] * a2
                adjoint[v + 3] += p * discount[w, j + 3] * a3
                if m >= 0:
                    own = slope[e, j] * a0 + slope[e, j + 1] * a1
                    own += slope[e, j + 2] * a2 + slope[e, j + 3] * a3
                    adjoint[t * lanes + m] += discount[w, m] * own


@njit(cache=True, nogil=True, error_model="numpy")
def push_mass(shape: Shape, discount, chance, low, high, inside, arriving, visits):
    """``push_back`` for the mass of one chain, (position,); ``discount`` (2, 1)."""
    first, target, turns = shape.first, shape.target, shape.turns
    for n in range(high - 1, low - 1, -1):
        mass = arriving[n]
        visits[n] = mass
        arriving[n] = 0.0
        if mass == 0.0:
            continue
        for e in range(first[n], first[n + 1]):
            t = target[e]
            if not inside or (t >= low and t < high):
                arriving[t] += mass * chance[e] * discount[turns[e], 0]


@njit(cache=True, nogil=True, error_model="numpy")
def pull_worth(shape: Shape, discount, chance, low, high, inside, reward, ahead):
    """Replace the worth ahead, (position,), of positions ``low`` to ``high``, in place.

    ``reward`` (edge,) is had on the way; with ``inside`` there is none, and nothing beyond.
    """
    first, target, turns = shape.first, shape.target, shape.turns
    for n in range(low, high):
        total = 0.0
        for e in range(first[n], first[n + 1]):
            t = target[e]
            if not inside:
                total += chance[e] * (reward[e] + discount[turns[e], 0] * ahead[t])
            elif t >= low and t < high:
                total += chance[e] * discount[turns[e], 0] * ahead[t]
        ahead[n] = total


@njit(cache=True, nogil=True, error_model="numpy")
def go_round(
    kind, shape: Shape, discount, chance, slope, low, head, high, weight, work, spare, x, answer
):
    """``answer`` = x - map(x) at the heads, all scaled by ``weight``; ``work`` is scratch."""
    lanes = shape.lanes if kind == MULTIPLIERS else 1
    base, size = head * lanes, (high - head) * lanes
    for k in range(low * lanes, high * lanes):
        work[k] = 0.0
    for k in range(size):
        work[base + k] = x[k] / weight[k]
    if kind == MULTIPLIERS:
        push_back(shape, discount, chance, slope, low, high, True, work, spare)
    elif kind == ARRIVALS:
        push_mass(shape, discount, chance, low, high, True, work, spare)
    else:
        pull_worth(shape, discount, chance, low, high, True, chance, work)
    for k in range(size):
        answer[k] = x[k] - work[base + k] * weight[k]


@njit(cache=True, nogil=True, error_model="numpy")
def solve_heads(
    kind, shape: Shape, discount, chance, slope, low, head, high, weight, right,
    tolerance, cycles, work, spare, basis, triangle, answer,
):  # fmt: skip
    """GMRES with ``cycles`` restarts from zero; returns the relative residual, recomputed.

    ``triangle`` (column, column) keeps the triangular factor of the first cycle.
    """
    size, most = len(right), len(basis) - 1
    upper = np.zeros((most + 1, most))
    cosine, sine, load = np.zeros(most), np.zeros(most), np.zeros(most + 1)
    length = np.sqrt(np.sum(right * right))
    rest_of = right.copy()
    image = np.empty(size)
    answer[:] = 0.0
    if length == 0.0:
        return 0.0
    left = 1.0
    for cycle in range(cycles):
        norm = np.sqrt(np.sum(rest_of * rest_of))
        basis[0] = rest_of / norm
        load[:] = 0.0
        load[0] = norm
        used = 0
        for column in range(most):
            new = basis[column + 1]
            go_round(
                kind, shape, discount, chance, slope, low, head, high, weight, work, spare,
                basis[column], new,
            )  # fmt: skip
            before = np.sqrt(np.sum(new * new))
            for i in range(column + 1):
                total = 0.0
                for k in range(size):
                    total += basis[i, k] * new[k]
                upper[i, column] = total
                for k in range(size):
                    new[k] -= total * basis[i, k]
            rest = np.sqrt(np.sum(new * new))
            if rest < 0.1 * before:
                for i in range(column + 1):
                    total = 0.0
                    for k in range(size):
                        total += basis[i, k] * new[k]
                    upper[i, column] += total
                    for k in range(size):
                        new[k] -= total * basis[i, k]
                rest = np.sqrt(np.sum(new * new))
            if rest > 0.0:
                for k in range(size):
                    new[k] /= rest
            for i in range(column):
                turned = cosine[i] * upper[i, column] + sine[i] * upper[i + 1, column]
                upper[i + 1, column] = cosine[i] * upper[i + 1, column] - sine[i] * upper[i, column]
                upper[i, column] = turned
            bottom = np.sqrt(upper[column, column] ** 2 + rest * rest)
            if bottom == 0.0:
                break
            cosine[column], sine[column] = upper[column, column] / bottom, rest / bottom
            upper[column, column] = bottom
            load[column + 1] = -sine[column] * load[column]
            load[column] = cosine[column] * load[column]
            used = column + 1
            if abs(load[used]) <= tolerance * length or rest <= 1e-15 * before:
                break
        if cycle == 0:
            triangle[:] = 0.0
            for i in range(used):
                for k in range(i, used):
                    triangle[i, k] = upper[i, k]
        for i in range(used - 1, -1, -1):
            for k in range(i + 1, used):
                load[i] -= upper[i, k] * load[k]
            load[i] /= upper[i, i]
            for k in range(size):
                answer[k] += load[i] * basis[i, k]
        go_round(
            kind, shape, discount, chance, slope, low, head, high, weight, work, spare,
            answer, image,
        )  # fmt: skip
        rest_of[:] = right - image
        after = np.sqrt(np.sum(rest_of * rest_of)) / length
        if not after > 10.0 * tolerance or after > 0.5 * left:
            return after
        left = after
    return left


@njit(cache=True, nogil=True, error_model="numpy")
def pull_play(
    shape: Shape, numbers: Numbers, values, chance, by_strategy, through, adjoint, odds, precision
):  # fmt: skip
    """From slopes by play to slopes by what play hangs on.

    Adds to ``adjoint`` (values, flat), ``odds`` (row,) and ``precision`` (lane,), and fills
    ``through`` (edge,) with the slope by the mover's total.
    """
    pay, discount, lanes = numbers.pay, discounts(numbers), shape.lanes
    for n in range(len(shape.mover)):
        m, a, b = shape.mover[n], shape.first[n], shape.first[n + 1]
        mean = 0.0
        for e in range(a, b):
            through[e] = 0.0
            if m < 0:
                odds[shape.odds_class[e]] += by_strategy[e]
            else:
                mean += chance[e] * by_strategy[e]
        if m < 0 or b - a == 1:
            continue
        for e in range(a, b):
            bend = chance[e] * (by_strategy[e] - mean)
            if bend == 0.0:
                continue
            w, v, c = shape.turns[e], shape.target[e] * lanes + m, shape.pay_class[e] * lanes + m
            through[e] = numbers.precision[m] * bend
            precision[m] += bend * (pay[c] + discount[w, m] * values[v])
            adjoint[v] += through[e] * discount[w, m]


@njit(cache=True, nogil=True, error_model="numpy")
def gather_slopes(
    shape: Shape, numbers: Numbers, values, chance, slope, rate, through, multiplier,
    pay, odds, patience, precision,
):  # fmt: skip
    """Add to the slopes by the numbers what the multipliers and ``through`` make of them."""
    lanes, discount = shape.lanes, discounts(numbers)
    for n in range(len(shape.mover)):
        m, here = shape.mover[n], n * lanes
        if m >= 0:
            for j in range(lanes):
                precision[m] += multiplier[here + j] * rate[n, j] / numbers.precision[m]
        for e in range(shape.first[n], shape.first[n + 1]):
            w, v, c = shape.turns[e], shape.target[e] * lanes, shape.pay_class[e]
            own = through[e]
            for j in range(lanes):
                own += slope[e, j] * multiplier[here + j]
            for j in range(lanes):
                share = chance[e] * multiplier[here + j]
                if j == m:
                    share += own
                pay[c, j] += share
                if w:
                    patience[j] += share * values[v + j]
                if m < 0:
                    total = numbers.pay[c * lanes + j] + discount[w, j] * values[v + j]
                    odds[shape.odds_class[e]] += multiplier[here + j] * total
