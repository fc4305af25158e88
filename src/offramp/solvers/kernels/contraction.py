"""Whether there can be another equilibrium: bounds on the slope of a round, compiled.

A component has one solution where the map of one round is a contraction in a weighted
maximum norm over the whole box in which values can lie. A backup changes V_j by at most
max |dQ_j| + (precision / 2) * (range of Q_j) * max |dQ_mover|, because the covariance of
two quantities is at most a quarter of the product of their ranges. Components in which
nature alone moves, or one party alone under the entropy convention, have one solution
whatever the precision.

Source: Denardo (1967), Contraction mappings in the theory underlying dynamic programming.
"""

from __future__ import annotations

import numpy as np

from offramp.solvers.kernels.abreast import (
    four_of,
    four_worth,
    get,
    jit_inside,
    larger,
    load,
    many,
    nothing_in,
    put,
    rows_like,
    save,
    save_four,
    smaller,
)
from offramp.solvers.kernels.backup import Numbers
from offramp.solvers.kernels.layout import Shape

BURSTS = (3, 12, 45)
"""How often the box is shrunk before each look at whether a round contracts in it."""
TURNS = 6
"""Norms that are tried."""


@jit_inside
def prove_unique(shape: Shape, numbers: Numbers, values, scale, asked, slope):
    """Whether the solution ``values`` of draws ``asked`` about is certainly their only one.

    ``slope`` is room for values. ``values`` and ``slope`` are (row * lanes + lane,), ``scale``
    (lane,), ``asked`` (place,).
    """
    lanes, abreast = shape.lanes, many(values)
    proved = asked.copy()
    norm, grown = rows_like(values, lanes), rows_like(values, lanes + 4)
    floor = ceiling = values
    for c in range(len(shape.cyclic)):
        if not shape.cyclic[c] or shape.movers[c] == 0:
            continue
        if numbers.entropy and shape.movers[c] == 1:
            continue
        asked = proved.copy()
        for look in range(len(BURSTS) + 1):
            if look == 0:
                floor = ceiling = values
            else:
                if look == 1:
                    floor, ceiling = values.copy(), values.copy()
                    open_box(shape, numbers, floor, ceiling, c)
                shrink_box(shape, numbers, floor, ceiling, c, BURSTS[look - 1])
            fine = contracts(shape, numbers, floor, ceiling, c, scale, asked, norm, grown, slope)
            left = False
            for k in range(abreast):
                if look == 0:
                    asked[k], proved[k] = fine[k], False
                elif fine[k]:
                    proved[k], asked[k] = True, False
                left |= asked[k]
            if not left:
                break
        if not proved.any():
            break
    return proved


@jit_inside
def contracts(shape: Shape, numbers: Numbers, floor, ceiling, c, scale, asked, norm, grown, slope):
    """Whether one round of component ``c`` contracts in some weighted norm over a box.

    Says so for the draws that are ``asked`` about. The norm's weights are found by power iteration;
    once every party's growth is at least one in some norm there is none in which all are smaller
    (Collatz and Wielandt). The box is (row * lanes + lane,), the norm (lane,), ``asked`` (place,).
    """
    lanes, abreast = shape.lanes, many(floor)
    answer, going = np.zeros(abreast, np.bool_), asked.copy()
    for j in range(lanes):
        save(norm, j, load(scale, j))
    for _ in range(TURNS):
        if not going.any():
            break
        stretch(shape, numbers, floor, ceiling, c, norm, grown, slope)
        for k in range(abreast):
            ratio, least = 0.0, np.inf
            for j in range(lanes):
                growth = get(grown, j, k) / get(norm, j, k)
                ratio = max(ratio, growth)
                if growth > 0.0:
                    least = min(least, growth)
            if going[k] and ratio < 1.0 - 1e-9:
                answer[k] = True
            if not ratio < 1e6 or least >= 1.0 or ratio < 1.0 - 1e-9:
                going[k] = False
            if going[k]:
                for j in range(lanes):
                    one = max(get(grown, j, k) / ratio, 1e-6 * get(norm, j, k))
                    put(norm, j, k, one)
    return answer


@jit_inside
def stretch(shape: Shape, numbers: Numbers, floor, ceiling, c, norm, grown, slope):
    """How far one round of ``c`` can carry changes of ``norm`` (lane,) at the heads: ``grown``."""
    mover, first, target, turns = shape.mover, shape.first, shape.target, shape.turns
    pay, paid, patience = numbers.pay, numbers.paid, numbers.patience
    low, head, high = shape.component[c], shape.head[c], shape.component[c + 1]
    lanes = shape.lanes
    for j in range(lanes):
        save(grown, j, 0.0)
    for i in range(head, high):
        for j in range(0, lanes, 4):
            save_four(slope, i * lanes + j, four_of(norm, j))
    for n in range(low, high):
        m, a, b = np.int64(mover[n]), first[n], first[n + 1]
        reply = 0.0 * load(norm, 0)
        if m >= 0:
            for e in range(a, b):
                v = np.int64(target[e])
                if low <= v < high:
                    one = load(slope, v * lanes + m)
                    if turns[e]:
                        one = one * load(patience, m)
                    reply = larger(one, reply)
            reply = 0.5 * load(numbers.precision, m) * reply
        for j in range(0, lanes, 4):
            fresh = nothing_in(floor)
            least, most = fresh + np.inf, fresh - np.inf
            for e in range(a, b):
                v, w, row = np.int64(target[e]), np.int64(turns[e]), np.int64(shape.pay_class[e])
                if low <= v < high:
                    one = four_of(slope, v * lanes + j)
                    if w:
                        one = one * four_of(patience, j)
                    if m < 0:
                        fresh = fresh + load(numbers.odds, np.int64(shape.odds_class[e])) * one
                    else:
                        fresh = larger(one, fresh)
                if m >= 0 and b - a > 1:
                    at, row, some = v * lanes + j, row * lanes + j, paid[row]
                    least = smaller(four_worth(floor, at, some, pay, row, w, patience, j), least)
                    most = larger(four_worth(ceiling, at, some, pay, row, w, patience, j), most)
            if m >= 0 and b - a > 1:
                bent = fresh + (most - least) * reply
                if numbers.entropy and j <= m < j + 4:
                    save_four(grown, lanes, fresh)
                    straight = load(grown, lanes + m - j)
                    save_four(grown, lanes, bent)
                    save(grown, lanes + m - j, straight)
                    bent = four_of(grown, lanes)
                fresh = bent
            if n < head:
                save_four(slope, n * lanes + j, fresh)
            else:
                save_four(grown, j, larger(four_of(grown, j), fresh))


@jit_inside
def open_box(shape: Shape, numbers: Numbers, floor, ceiling, c):
    """Bounds at the heads between which every solution of component ``c`` lies, in place.

    ``floor`` and ``ceiling`` are (row * lanes + lane,).
    """
    low, head, high = shape.component[c], shape.head[c], shape.component[c + 1]
    lanes = shape.lanes
    for j in range(0, lanes, 4):
        least = most = nothing_in(floor)
        base, top = least + np.inf, most - np.inf
        for e in range(shape.first[low], shape.first[high]):
            v, row = np.int64(shape.target[e]), np.int64(shape.pay_class[e]) * lanes + j
            least = smaller(four_of(numbers.pay, row), least)
            most = larger(four_of(numbers.pay, row), most)
            if not low <= v < high:
                base = smaller(four_of(floor, v * lanes + j), base)
                top = larger(four_of(ceiling, v * lanes + j), top)
        rest = 1.0 - four_of(numbers.patience, j)
        rounds = np.float64(shape.steps) / larger(rest, 1e-12)
        base = rounds * least + smaller(base, 0.0)
        top = rounds * most + larger(top, 0.0)
        for i in range(head, high):
            save_four(floor, i * lanes + j, base)
            save_four(ceiling, i * lanes + j, top)


@jit_inside
def shrink_box(shape: Shape, numbers: Numbers, floor, ceiling, c, passes):
    """Back the bounds of component ``c`` up ``passes`` times, in place.

    ``floor`` and ``ceiling`` are (row * lanes + lane,).
    """
    low, high = shape.component[c], shape.component[c + 1]
    for _ in range(passes):
        narrow(shape, numbers, floor, low, high, -1.0)
        narrow(shape, numbers, ceiling, low, high, 1.0)


@jit_inside
def narrow(shape: Shape, numbers: Numbers, values, low, high, sign):
    """Back up the best (sign 1) or worst (-1) that any play can give, in place.

    ``values`` (row * lanes + lane,) has a row for every position and terminal.
    """
    pay, paid, patience, lanes = numbers.pay, numbers.paid, numbers.patience, shape.lanes
    for n in range(low, high):
        m, a, b = np.int64(shape.mover[n]), shape.first[n], shape.first[n + 1]
        for j in range(0, lanes, 4):
            top, mean = nothing_in(values) - np.inf, nothing_in(values)
            for e in range(a, b):
                v, w = np.int64(shape.target[e]), np.int64(shape.turns[e])
                row = np.int64(shape.pay_class[e])
                one = four_worth(
                    values, v * lanes + j, paid[row], pay, row * lanes + j, w, patience, j
                )
                if m < 0:
                    mean = mean + load(numbers.odds, np.int64(shape.odds_class[e])) * one
                else:
                    top = larger(sign * one, top)
            save_four(values, n * lanes + j, mean if m < 0 else sign * top)
