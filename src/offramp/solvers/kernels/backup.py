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
    exponential,
    four_of,
    four_worth,
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
def numbers_like(like, lanes, classes, odds, entropy):
    """Room for numbers, and for the same at other precisions; ``odds`` is (draw, class)."""
    numbers = Numbers(
        rows_like(like, classes * lanes),
        np.zeros(classes, np.int64),
        rows_like(like, odds.shape[1]),
        rows_like(like, lanes),
        rows_like(like, lanes),
        entropy,
    )
    level = Numbers(
        numbers.pay, numbers.paid, numbers.odds, numbers.patience, rows_like(like, lanes), entropy
    )
    return numbers, level


@jit_inside
def scratch_for(shape: Shape, like):
    """Rows for ``step_back``: as many draws abreast as in ``like``.

    They are ((2 + lanes) * widest,): of the moves of a position the probabilities, what they are
    worth to who moves, and to everybody.
    """
    return rows_like(like, (2 + shape.lanes) * shape.widest)


@njit(cache=True, nogil=True, error_model="numpy")
def step_back(shape: Shape, numbers: Numbers, values, low, high, scratch):
    """Replace the values at positions ``low`` to ``high`` by their backups, in order, in place.

    ``values`` (row * lanes + lane,) has a row for every position and terminal.
    """
    for n in range(low, high):
        back_up(shape, numbers, values, n, scratch)


@jit_inlined
def back_up(shape: Shape, numbers: Numbers, values, n, scratch):
    """The same for position ``n``; ``scratch`` is filled as ``scratch_for`` says.

    Two moves, the most frequent case, need one exponential. ``values`` is (row * lanes + lane,).
    """
    mover, first, target, turns = shape.mover, shape.first, shape.target, shape.turns
    pay_class, odds_class, lanes = shape.pay_class, shape.odds_class, shape.lanes
    pay, paid, patience = numbers.pay, numbers.paid, numbers.patience
    odds, precision, widest = numbers.odds, numbers.precision, shape.widest
    m, a, b, every = np.int64(mover[n]), first[n], first[n + 1], 2 * widest
    for e in range(a, b):
        c, w, v = np.int64(pay_class[e]), np.int64(turns[e]), np.int64(target[e])
        for j in range(0, lanes, 4):
            total = four_worth(values, v * lanes + j, paid[c], pay, c * lanes + j, w, patience, j)
            save_four(scratch, every + (e - a) * lanes + j, total)
    if b - a == 1:
        save(scratch, 0, 1.0)
    elif m < 0:
        for e in range(a, b):
            save(scratch, e - a, load(odds, np.int64(odds_class[e])))
    else:
        for k in range(b - a):
            save(scratch, widest + k, load(scratch, every + k * lanes + m))
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
            total = four_of(scratch, every + (e - a) * lanes + j)
            mean = mean + total * load(scratch, e - a)
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
