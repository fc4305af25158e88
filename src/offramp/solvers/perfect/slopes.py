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
    jit_inside,
    load,
    nothing_in,
    rows_like,
    save,
    save_four,
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
    unpaid: Array
    """(4,) zeros: pays have no part in changes, and a draw alone adds them whether paid or not."""


@jit_inside
def slopes_for(shape: Shape, like):
    """Room for the component with most edges. Rows are (edge,) and (row * lanes + lane,)."""
    most, lanes = 0, shape.lanes
    for c in range(len(shape.cyclic)):
        if shape.cyclic[c]:
            low, high = shape.component[c], shape.component[c + 1]
            most = max(most, int(shape.first[high] - shape.first[low]))
    rows = (len(shape.mover) + shape.terminals) * lanes
    return Slopes(
        rows_like(like, most),
        rows_like(like, most * lanes),
        rows_like(like, rows),
        rows_like(like, 4),
    )


@jit_inside
def step_back_linearised(
    shape: Shape, numbers: Numbers, values, low, high, scratch, slopes: Slopes
):
    """``step_back`` over positions ``low`` to ``high``, and its derivatives.

    ``values`` is (row * lanes + lane,), ``scratch`` (2 * widest + lanes,).
    """
    first, target, turns, pay_class = shape.first, shape.target, shape.turns, shape.pay_class
    lanes, old, begin = shape.lanes, 2 * shape.widest, shape.first[low]
    pay, paid, patience = numbers.pay, numbers.paid, numbers.patience
    for n in range(low, high):
        m, a, b, here = np.int64(shape.mover[n]), first[n], first[n + 1], n * lanes
        for j in range(0, lanes, 4):
            save_four(scratch, old + j, four_of(values, here + j))
        back_up(shape, numbers, values, n, scratch)
        for e in range(a, b):
            save(slopes.chance, e - begin, load(scratch, e - a))
        if m < 0 or b - a == 1:
            continue
        steep = load(numbers.precision, m)
        for e in range(a, b):
            c, w, v = np.int64(pay_class[e]), np.int64(turns[e]), np.int64(target[e])
            bend, spot = steep * load(scratch, e - a), (e - begin) * lanes
            for j in range(lanes):
                if numbers.entropy and j == m:
                    save(slopes.slope, spot + j, 0.0)
                    continue
                if v == n:
                    total = worth(scratch, old + j, paid[c], pay, c * lanes + j, w, patience, j)
                else:
                    at = v * lanes + j
                    total = worth(values, at, paid[c], pay, c * lanes + j, w, patience, j)
                save(slopes.slope, spot + j, bend * (total - load(values, here + j)))


@jit_inside
def push_back(shape: Shape, numbers: Numbers, low, high, scratch, slopes: Slopes):
    """Carry the changes of a component's heads back over positions ``low`` to ``high``, in place.

    Changes are (row * lanes + lane,); outside the component nothing changes.
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
