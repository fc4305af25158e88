"""Whether there can be another equilibrium: bounds on the slope of a round, compiled.

A component has one solution where the map of one round is a contraction in a weighted
maximum norm over the whole box in which values can lie. A backup changes V_j by at most
max |dQ_j| + (precision / 2) * (range of Q_j) * max |dQ_mover|, because the covariance of
two quantities is at most a quarter of the product of their ranges. Components in which
nature alone moves, or one party alone under the entropy convention, have one solution
whatever the precision.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from offramp.solvers.backup import Numbers
from offramp.solvers.layout import Shape


@njit(cache=True, nogil=True, error_model="numpy")
def prove_unique(shape: Shape, numbers: Numbers, values, scale, passes):
    """Whether the solution ``values`` is certainly the only one; ``passes`` shrink the box."""
    lanes = shape.lanes
    slope = np.empty(shape.reach * lanes)
    for c in range(len(shape.cyclic)):
        if not shape.cyclic[c] or shape.movers[c] == 0:
            continue
        if numbers.entropy and shape.movers[c] == 1:
            continue
        if not contracts(shape, numbers, values, values, c, scale, slope):
            return False
        floor, ceiling = values.copy(), values.copy()
        enclose(shape, numbers, floor, ceiling, c, passes)
        if not contracts(shape, numbers, floor, ceiling, c, scale, slope):
            return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def contracts(shape: Shape, numbers: Numbers, floor, ceiling, c, scale, slope):
    """Whether one round of component ``c`` contracts in some weighted norm over a box.

    The norm's weights are found by power iteration; once every party's growth is at least
    one in some norm there is none in which all are smaller (Collatz and Wielandt).
    """
    lanes = shape.lanes
    norm, grown = scale.copy(), np.zeros(lanes)
    for _ in range(6):
        stretch(shape, numbers, floor, ceiling, c, norm, grown, slope)
        ratio, least = 0.0, np.inf
        for j in range(lanes):
            ratio = max(ratio, grown[j] / norm[j])
            if grown[j] > 0.0:
                least = min(least, grown[j] / norm[j])
        if ratio < 1.0 - 1e-9:
            return True
        if not ratio < 1e6 or least >= 1.0:
            return False
        for j in range(lanes):
            norm[j] = max(grown[j] / ratio, 1e-6 * norm[j])
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def stretch(shape: Shape, numbers: Numbers, floor, ceiling, c, norm, grown, slope):
    """How far one round of ``c`` can carry changes of ``norm`` (lane,) at the heads: ``grown``."""
    lanes = shape.lanes
    low, head, high = shape.component[c], shape.head[c], shape.component[c + 1]
    pay, discount = numbers.pay, numbers.discount
    fresh = np.empty(lanes)
    grown[:] = 0.0
    for i in range(head, high):
        for j in range(lanes):
            slope[i * lanes + j] = norm[j]
    for n in range(low, high):
        m, a, b = shape.mover[n], shape.first[n], shape.first[n + 1]
        own = 0.0
        for j in range(lanes):
            least, most, top, mean = np.inf, -np.inf, 0.0, 0.0
            for e in range(a, b):
                w, v = shape.turns[e], shape.target[e] * lanes + j
                least = min(least, pay[e, j] + discount[w, j] * floor[v])
                most = max(most, pay[e, j] + discount[w, j] * ceiling[v])
                if low <= shape.target[e] < high:
                    top = max(top, discount[w, j] * slope[v])
                    mean += numbers.odds[e] * discount[w, j] * slope[v]
                    if m >= 0:
                        own = max(own, discount[w, m] * slope[v - j + m])
            fresh[j] = mean if m < 0 else top
            if m >= 0 and b - a > 1 and not (numbers.entropy and j == m):
                fresh[j] += 0.5 * numbers.precision[m] * (most - least) * own
        for j in range(lanes):
            if n < head:
                slope[n * lanes + j] = fresh[j]
            else:
                grown[j] = max(grown[j], fresh[j])


@njit(cache=True, nogil=True, error_model="numpy")
def enclose(shape: Shape, numbers: Numbers, floor, ceiling, c, passes):
    """Shrink bounds between which every solution of component ``c`` lies, in place."""
    lanes = shape.lanes
    low, head, high = shape.component[c], shape.head[c], shape.component[c + 1]
    for j in range(lanes):
        least, most, base, top = 0.0, 0.0, np.inf, -np.inf
        for n in range(low, high):
            for e in range(shape.first[n], shape.first[n + 1]):
                least = min(least, numbers.pay[e, j])
                most = max(most, numbers.pay[e, j])
                if not low <= shape.target[e] < high:
                    base = min(base, floor[shape.target[e] * lanes + j])
                    top = max(top, ceiling[shape.target[e] * lanes + j])
        rounds = shape.steps / max(1e-12, 1.0 - numbers.discount[1, j])
        for i in range(head, high):
            floor[i * lanes + j] = rounds * least + min(base, 0.0)
            ceiling[i * lanes + j] = rounds * most + max(top, 0.0)
    for _ in range(passes):
        narrow(shape, numbers, floor, low, high, -1.0)
        narrow(shape, numbers, ceiling, low, high, 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def narrow(shape: Shape, numbers: Numbers, values, low, high, sign):
    """Back up the best (sign 1) or worst (-1) that any play can give, in place."""
    lanes = shape.lanes
    for n in range(low, high):
        for j in range(lanes):
            top, mean = -np.inf, 0.0
            for e in range(shape.first[n], shape.first[n + 1]):
                w, v = shape.turns[e], shape.target[e] * lanes + j
                q = numbers.pay[e, j] + numbers.discount[w, j] * values[v]
                top = max(top, sign * q)
                mean += numbers.odds[e] * q
            values[n * lanes + j] = mean if shape.mover[n] < 0 else sign * top


@njit(cache=True, nogil=True, error_model="numpy")
def value_box(shape: Shape, numbers: Numbers, values, passes, floor, ceiling):
    """Range (lane,) of the values that the heads can have in any play of any component."""
    lanes = shape.lanes
    low_values, high_values = values.copy(), values.copy()
    for c in range(len(shape.cyclic)):
        low, high = shape.component[c], shape.component[c + 1]
        if shape.cyclic[c]:
            enclose(shape, numbers, low_values, high_values, c, passes)
        else:
            narrow(shape, numbers, low_values, low, high, -1.0)
            narrow(shape, numbers, high_values, low, high, 1.0)
    floor[:] = np.inf
    ceiling[:] = -np.inf
    for i in range(len(shape.heads)):
        for j in range(lanes):
            spot = shape.heads[i] * lanes + j
            floor[j] = min(floor[j], low_values[spot])
            ceiling[j] = max(ceiling[j], high_values[spot])
