"""One step backwards, compiled: values, choice probabilities and derivatives at a range of nodes.

Equations: a party's move has the total Q_j = pay_j + patience_j^turns V_j(next); the mover
chooses with probability proportional to w exp(precision Q_mover), all weights w alike unless the
move has one. V_j is the mean of Q_j (payoff convention), or for the mover the mean worth with its
shocks, (log mean exp(precision Q)) / precision, the mean by weights (entropy convention).

Source: McKelvey & Palfrey (1998), Quantal response equilibria for extensive form games.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.kernels.abreast import (
    add_worth,
    exponential,
    get,
    jit_inlined,
    jit_inside,
    larger,
    load,
    many,
    nothing_in,
    put,
    rows_like,
    save,
    save_four,
    size,
    where_more,
    worth,
)
from offramp.solvers.kernels.layout import Shape

Array = NDArray[np.float64]


class Numbers(NamedTuple):
    """The numbers of one draw as the kernels read them, or of eight abreast in arrays (row, 8)."""

    pay: Array
    """(class * lanes + lane,); no pay is -0."""
    paid: NDArray[np.int64]
    """(class,) 1 where anybody is paid anything, else 0."""
    odds: Array
    """(odds class,) of nature's moves; of parties' moves the log of the weight, 1 in all."""
    patience: Array
    """(lane,)."""
    precision: Array
    """(lane,)."""
    entropy: bool


@njit(cache=True, nogil=True, error_model="numpy")
def gather_numbers(shape: Shape, pay, odds, patience, precision, entropy):
    """The numbers of one draw from its rows of the tables.

    ``pay`` is (class, party), ``odds`` (class,), ``patience`` and ``precision`` (party,).
    """
    classes, lanes, parties = len(pay), shape.lanes, len(patience)
    by_class, paid = np.zeros(classes * lanes), np.zeros(classes, np.int64)
    for c in range(classes):
        for j in range(parties):
            by_class[c * lanes + j] = pay[c, j] + 0.0
            if pay[c, j] != 0.0:
                paid[c] = 1
    patient, sharp = np.zeros(lanes), np.zeros(lanes)
    for j in range(parties):
        patient[j] = patience[j]
        sharp[j] = precision[j]
    return Numbers(by_class, paid, odds.copy(), patient, sharp, entropy)


@jit_inside
def discounts(numbers: Numbers):
    """The factors (2, lane) of one draw: row 0 is one, row 1 the patience."""
    table = np.ones((2, len(numbers.patience)))
    table[1] = numbers.patience
    return table


@jit_inside
def scratch_for(shape: Shape, like):
    """Rows for ``step_back``: as many draws abreast as in ``like``.

    They are (2 * widest + lanes,).
    """
    return rows_like(like, 2 * shape.widest + shape.lanes)


@njit(cache=True, nogil=True, error_model="numpy")
def step_back(shape: Shape, numbers: Numbers, values, low, high, scratch):
    """Replace the values at positions ``low`` to ``high`` by their backups, in order, in place.

    ``values`` (row * lanes + lane,) has a row for every position and terminal.
    """
    for n in range(low, high):
        back_up(shape, numbers, values, n, scratch)


@jit_inlined
def back_up(shape: Shape, numbers: Numbers, values, n, scratch):
    """The same for position ``n``; probabilities of its moves stand in ``scratch`` afterwards.

    Two moves, the most frequent case, need one exponential. ``values`` is (row * lanes + lane,),
    ``scratch`` (2 * widest + lanes,).
    """
    mover, first, target, turns = shape.mover, shape.first, shape.target, shape.turns
    pay_class, odds_class, lanes = shape.pay_class, shape.odds_class, shape.lanes
    pay, paid, patience = numbers.pay, numbers.paid, numbers.patience
    odds, precision, widest = numbers.odds, numbers.precision, shape.widest
    m, a, b = np.int64(mover[n]), first[n], first[n + 1]
    if b - a == 1:
        save(scratch, 0, 1.0)
    elif m < 0:
        for e in range(a, b):
            save(scratch, e - a, load(odds, np.int64(odds_class[e])))
    else:
        for e in range(a, b):
            c, w, v = np.int64(pay_class[e]), np.int64(turns[e]), np.int64(target[e])
            total = worth(values, v * lanes + m, paid[c], pay, c * lanes + m, w, patience, m)
            save(scratch, widest + e - a, total)
        if odds_class[a] >= 0:
            choose_by_weight(scratch, widest, b - a, odds, odds_class, a, precision, m)
        elif b - a == 2:
            one, two = load(scratch, widest), load(scratch, widest + 1)
            less = exponential(0.0 - load(precision, m) * size(one - two))
            likely = 1.0 / (1.0 + less)
            less = less * likely
            save(scratch, 0, where_more(two, one, less, likely))
            save(scratch, 1, where_more(two, one, likely, less))
        else:
            top = load(scratch, widest)
            for k in range(1, b - a):
                top = larger(load(scratch, widest + k), top)
            mass = 0.0 * top
            for k in range(b - a):
                less = load(scratch, widest + k) - top
                likely = exponential(load(precision, m) * less)
                save(scratch, k, likely)
                mass = mass + likely
            mass = 1.0 / mass
            for k in range(b - a):
                save(scratch, k, load(scratch, k) * mass)
    for j in range(0, lanes, 4):
        mean = nothing_in(values)
        for e in range(a, b):
            c, w, v = np.int64(pay_class[e]), np.int64(turns[e]), np.int64(target[e])
            mean = add_worth(
                mean,
                load(scratch, e - a),
                values,
                v * lanes + j,
                paid[c],
                pay,
                c * lanes + j,
                w,
                patience,
                j,
            )
        save_four(values, n * lanes + j, mean)
    if numbers.entropy and m >= 0 and b - a > 1:
        for k in range(many(values)):
            sharp = get(precision, m, k)
            own = worth_among(scratch, widest, b - a, k, sharp, odds, odds_class, a)
            put(values, n * lanes + m, k, own)


@jit_inside
def choose_by_weight(scratch, widest, count, odds, odds_class, edge, precision, mover):
    """Put the probabilities of ``count`` moves from ``edge`` on into the first rows of scratch.

    Their totals stand in rows ``widest`` on; ``odds`` (class,) holds the logs of their weights.
    """
    top = load(odds, np.int64(odds_class[edge]))
    top = top + load(precision, mover) * load(scratch, widest)
    save(scratch, 0, top)
    for k in range(1, count):
        one = load(odds, np.int64(odds_class[edge + k]))
        one = one + load(precision, mover) * load(scratch, widest + k)
        save(scratch, k, one)
        top = larger(one, top)
    mass = 0.0 * top
    for k in range(count):
        likely = exponential(load(scratch, k) - top)
        save(scratch, k, likely)
        mass = mass + likely
    mass = 1.0 / mass
    for k in range(count):
        save(scratch, k, load(scratch, k) * mass)


@njit(cache=True, nogil=True, error_model="numpy")
def worth_among(total, begin, count, place, precision, odds, odds_class, edge):
    """``worth_at`` with the mean by the weights of the moves from ``edge`` on, where they have any.

    ``total`` is (row,) of each draw, ``odds`` (class,) the logs of the weights.
    """
    if odds_class[edge] < 0:
        return worth_at(total, begin, count, place, precision)
    low = top = get(total, begin, place)
    for k in range(begin, begin + count):
        low, top = min(low, get(total, k, place)), max(top, get(total, k, place))
    width, mean = precision * (top - low), 0.0
    for k in range(count):
        share = np.exp(get(odds, np.int64(odds_class[edge + k]), place))
        gap = get(total, begin + k, place) - top
        if width < 1e-7:
            mean += share * gap
        elif width < 0.1:
            mean += share * np.expm1(precision * gap)
        else:
            mean += share * np.exp(precision * gap)
    if width < 1e-7:
        spread = 0.0
        for k in range(count):
            share = np.exp(get(odds, np.int64(odds_class[edge + k]), place))
            spread += share * (get(total, begin + k, place) - top - mean) ** 2
        return top + mean + 0.5 * precision * spread
    if width < 0.1:
        return top + np.log1p(mean) / precision
    return top + np.log(mean) / precision


@njit(cache=True, nogil=True, error_model="numpy")
def worth_at(total, begin, count, place, precision):
    """(log mean exp(precision total)) / precision of rows ``begin`` on, of one draw of them.

    ``total`` is (row,) of each draw.
    """
    low = top = get(total, begin, place)
    for k in range(begin, begin + count):
        low, top = min(low, get(total, k, place)), max(top, get(total, k, place))
    width = precision * (top - low)
    mean = 0.0
    if width < 1e-7:
        for k in range(begin, begin + count):
            mean += get(total, k, place) - top
        mean /= count
        spread = 0.0
        for k in range(begin, begin + count):
            spread += (get(total, k, place) - top - mean) ** 2
        return top + mean + 0.5 * precision * spread / count
    if width < 0.1:
        for k in range(begin, begin + count):
            mean += np.expm1(precision * (get(total, k, place) - top))
        return top + np.log1p(mean / count) / precision
    for k in range(begin, begin + count):
        mean += np.exp(precision * (get(total, k, place) - top))
    return top + np.log(mean / count) / precision


@njit(cache=True, nogil=True, error_model="numpy")
def worth_with_shocks(total, count, top, precision):
    """``worth_at`` for the first ``count`` totals of one draw; ``top`` is their largest.

    ``total`` is (move,).
    """
    return worth_at(total, 0, count, 0, precision)


@jit_inside
def lean_by_weight(shape: Shape, numbers: Numbers, total, precision, lean, a, b):
    """Fill ``lean`` (edge,) from ``a`` to ``b`` with the logs of what moves weigh, 0 the largest.

    ``total`` is (move,).
    """
    best = -np.inf
    for e in range(a, b):
        lean[e] = numbers.odds[shape.odds_class[e]] + precision * total[e - a]
        best = max(best, lean[e])
    for e in range(a, b):
        lean[e] -= best


@njit(cache=True, nogil=True, error_model="numpy")
def linearise(shape: Shape, numbers: Numbers, scale, values, high, scratch, chance, slope, rate):
    """Back up positions 0 to ``high`` in place and keep the derivative on the way.

    All precisions are multiplied by ``scale``. Fills ``chance`` (edge,) with probabilities,
    ``slope`` (edge, lane) with the response of V_j to the mover's total and ``rate``
    (position, lane) with the derivative by ``scale``.
    """
    lanes = shape.lanes
    pay, discount = numbers.pay, discounts(numbers)
    precision = numbers.precision * scale
    total = np.empty((shape.widest, lanes))
    mean = np.empty(lanes)
    for n in range(high):
        m = shape.mover[n]
        a, b = shape.first[n], shape.first[n + 1]
        top = -np.inf
        for e in range(a, b):
            w, v, c = shape.turns[e], shape.target[e] * lanes, shape.pay_class[e] * lanes
            for j in range(lanes):
                total[e - a, j] = pay[c + j] + discount[w, j] * values[v + j]
            if m >= 0:
                scratch[e - a] = total[e - a, m]
                top = max(top, scratch[e - a])
        mass, weighed = 0.0, m >= 0 and shape.odds_class[a] >= 0
        if weighed:
            lean_by_weight(shape, numbers, scratch, precision[m], chance, a, b)
        for e in range(a, b):
            if weighed:
                chance[e] = np.exp(chance[e])
            elif m < 0:
                chance[e] = numbers.odds[shape.odds_class[e]]
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
            odds, kind = numbers.odds, shape.odds_class
            mean[m] = worth_among(scratch, 0, b - a, 0, precision[m], odds, kind, a)
            if precision[m] * (top - low) < 1e-4:
                rate[n, m] = 0.5 * numbers.precision[m] * spread
            else:
                rate[n, m] = (average - mean[m]) / scale
        for j in range(lanes):
            values[n * lanes + j] = mean[j]


@jit_inside
def push_change(shape: Shape, discount, chance, slope, rate, by_scale, change, high, scratch):
    """Carry a change of the heads and of the scale back over positions 0 to ``high``, in place.

    ``change`` is (row * lanes + lane,), ``chance`` (edge,), ``slope`` (edge, lane), ``rate``
    (position, lane).
    """
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
