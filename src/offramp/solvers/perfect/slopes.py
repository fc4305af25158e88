"""Derivatives of one sweep of a component, draws abreast: what they are, and their products.

With probabilities p, totals Q and V = T(x) of `backup`, a change of the values that moves lead to
changes V_j by the sum over moves of p dQ_j + precision p (Q_j - V_j) dQ_mover; the second part is
left out for the mover's own value under the entropy convention. Nothing is lost in differences of
sweeps, however small 1 - patience is or large the precision times the stakes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.kernels.abreast import (
    add_worth,
    four_of,
    jit_inlined,
    jit_inside,
    larger,
    load,
    nothing_in,
    rows_like,
    save,
    save_four,
    smaller,
    where_more,
    worth,
)
from offramp.solvers.kernels.backup import Numbers, back_up
from offramp.solvers.kernels.krylov import ZERO
from offramp.solvers.kernels.layout import Shape

Array = NDArray[np.float64]


class Slopes(NamedTuple):
    """The linearisation of a component's last sweep, as many draws abreast as values."""

    chance: Array
    """(edge,) probabilities of moves, counted from the first edge of the component, and"""
    slope: Array
    """(edge * lanes + lane,) what the mover's total does to each party's value through them."""
    change: Array
    """((position and terminal) * lanes + lane,) changes that are carried back; 0 at terminals."""
    rate: Array
    """(position * lanes + lane,) what t, by which precisions are multiplied, does to a value at its
    own position, and"""
    base: Array
    """(lane,) the precisions that it multiplies; none of either where that is not wanted."""
    unpaid: Array
    """(4,) zeros: pays have no part in changes, and a draw alone adds them whether paid or not."""


@jit_inside
def slopes_for(shape: Shape, like):
    """Room for the component with most edges. Rows are (edge,) and (row * lanes + lane,)."""
    most = 0
    for c in range(len(shape.cyclic)):
        if shape.cyclic[c]:
            low, high = shape.component[c], shape.component[c + 1]
            most = max(most, int(shape.first[high] - shape.first[low]))
    return slopes_of(shape, like, most, rows_like(like, 0))


@jit_inside
def slopes_of(shape: Shape, like, edges, base):
    """Room for so many edges, and for the effects of t if there are precisions ``base`` (lane,).

    Rows are (edge,) and (row * lanes + lane,).
    """
    lanes, rated = shape.lanes, len(shape.mover) if len(base) > 0 else 0
    return Slopes(
        rows_like(like, edges),
        rows_like(like, edges * lanes),
        rows_like(like, (len(shape.mover) + shape.terminals) * lanes),
        rows_like(like, rated * lanes),
        base,
        rows_like(like, 4),
    )


@jit_inside
def step_back_linearised(
    shape: Shape, numbers: Numbers, values, low, high, scratch, slopes: Slopes
):
    """``step_back`` over positions ``low`` to ``high``, and its derivatives.

    ``values`` is (row * lanes + lane,), ``scratch`` as for it.
    """
    first, lanes, every, begin = shape.first, shape.lanes, 2 * shape.widest, shape.first[low]
    for n in range(low, high):
        m, a, b = np.int64(shape.mover[n]), first[n], first[n + 1]
        back_up(shape, numbers, values, n, scratch)
        for e in range(a, b):
            save(slopes.chance, e - begin, load(scratch, e - a))
        if m < 0 or b - a == 1:
            continue
        steep = load(numbers.precision, m)
        for j in range(0, lanes, 4):
            here = four_of(values, n * lanes + j)
            for e in range(a, b):
                bend = steep * load(scratch, e - a)
                total = four_of(scratch, every + (e - a) * lanes + j)
                save_four(slopes.slope, (e - begin) * lanes + j, (total - here) * bend)
        if numbers.entropy:
            for e in range(a, b):
                save(slopes.slope, (e - begin) * lanes + m, 0.0)
        if len(slopes.base) > 0:
            rate_node(shape, numbers, values, n, scratch, slopes)


@jit_inlined
def rate_node(shape: Shape, numbers: Numbers, values, n, scratch, slopes: Slopes):
    """What t does to the values at the deciding position ``n``, whose backup was the last.

    That is the sum over moves of p precision (Q_mover - V_mover) (Q_j - V_j), and for the mover
    under the entropy convention the mean of Q_mover - V_mover over t. Probabilities and totals
    stand in ``scratch``.
    """
    m, lanes, every, here = np.int64(shape.mover[n]), shape.lanes, 2 * shape.widest, n * shape.lanes
    steep, sharp = load(slopes.base, m), load(numbers.precision, m)
    count = shape.first[n + 1] - shape.first[n]
    mean = spread = 0.0 * steep
    top, low = mean - np.inf, mean + np.inf
    for k in range(count):
        likely = load(scratch, k)
        own = load(scratch, every + k * lanes + m) - load(values, here + m)
        mean, spread = mean + likely * own, spread + likely * own * own
        top, low = larger(own, top), smaller(own, low)
    for j in range(0, lanes, 4):
        rate = nothing_in(values)
        for k in range(count):
            own = load(scratch, every + k * lanes + m) - load(values, here + m)
            total = four_of(scratch, every + k * lanes + j) - four_of(values, here + j)
            rate = rate + total * (load(scratch, k) * steep * own)
        save_four(slopes.rate, here + j, rate)
    if numbers.entropy:
        near = 0.5 * (spread - mean * mean)
        far = where_more(sharp * (top - low), 1e-4, mean / sharp, near)
        save(slopes.rate, here + m, steep * far)


@jit_inside
def push_back(shape: Shape, numbers: Numbers, low, high, scratch, slopes: Slopes, rated):
    """Carry the changes of a component's heads back over positions ``low`` to ``high``, in place.

    Changes are (row * lanes + lane,); outside the component nothing changes. If ``rated``, what t
    does at each position is added.
    """
    first, target, turns = shape.first, shape.target, shape.turns
    lanes, begin, change = shape.lanes, shape.first[low], slopes.change
    pay, patience = slopes.unpaid, numbers.patience
    for n in range(low, high):
        m, a, b = np.int64(shape.mover[n]), first[n], first[n + 1]
        bends = m >= 0 and b - a > 1
        if bends:
            for e in range(a, b):
                w, v = np.int64(turns[e]), np.int64(target[e])
                if v >= low:
                    own = worth(change, v * lanes + m, ZERO, pay, ZERO, w, patience, m)
                    save(scratch, e - a, own)
        for j in range(0, lanes, 4):
            mean = nothing_in(change)
            if rated:
                mean = four_of(slopes.rate, n * lanes + j)
            for e in range(a, b):
                w, v = np.int64(turns[e]), np.int64(target[e])
                if v < low:
                    continue
                share, at = load(slopes.chance, e - begin), v * lanes + j
                mean = add_worth(mean, share, change, at, ZERO, pay, ZERO, w, patience, j)
                if bends:
                    slope = four_of(slopes.slope, (e - begin) * lanes + j)
                    mean = mean + load(scratch, e - a) * slope
            save_four(change, n * lanes + j, mean)
