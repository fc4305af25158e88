"""Whole rounds backwards until the values at the heads of every component agree, compiled.

A sweep of a cyclic component maps the values at its heads (the nodes where a round begins)
to new ones; Anderson's method (memory 5, safeguarded by restarts with damping) speeds the
iteration up. It stops on a bound on the error, residual / (1 - rho), with rho at least as
large as the patience and the responses seen say. Draws are on a ladder of precisions,
warm-started, so that they follow the branch that begins at precision 0.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from offramp.solvers.backup import Numbers, gather_numbers, step_back
from offramp.solvers.layout import Shape

MEMORY = 5
FLOOR = 2e-15
"""Residual, relative to the scale of values, below which rounding hides all progress."""


@njit(cache=True, nogil=True)
def uniform_noise(seed, start, index):
    """A number in [0, 1) that depends on nothing but its three arguments (splitmix64)."""
    z = (
        np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
        + np.uint64(start) * np.uint64(0xD1B54A32D192ED03)
        + np.uint64(index) * np.uint64(0x8CB92BA72F3D8DD7)
        + np.uint64(0x632BE59BD9B4E019)
    )
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True, nogil=True, error_model="numpy")
def solve_small(matrix, right, size, answer):
    """Least-squares weights from their normal equations, scaled and slightly regularised."""
    a = np.empty((size, size + 1))
    for i in range(size):
        for j in range(size):
            a[i, j] = matrix[i, j] / np.sqrt(matrix[i, i] * matrix[j, j])
        a[i, i] += 1e-13
        a[i, size] = right[i] / np.sqrt(matrix[i, i])
    for i in range(size):
        for k in range(i + 1, size):
            factor = a[k, i] / a[i, i]
            for j in range(i, size + 1):
                a[k, j] -= factor * a[i, j]
    for i in range(size - 1, -1, -1):
        total = a[i, size]
        for j in range(i + 1, size):
            total -= a[i, j] * answer[j]
        answer[i] = total / a[i, i]
    for i in range(size):
        answer[i] /= np.sqrt(matrix[i, i])


@njit(cache=True, nogil=True, error_model="numpy")
def settle(shape: Shape, numbers: Numbers, values, c, weight, tolerance, limit, work, scratch):
    """Iterate component ``c`` from the values at its heads; returns sweeps, negative on failure.

    ``weight`` (party,) is one over the scale of values, ``tolerance`` relative to it;
    ``work`` holds 4 + 2 * MEMORY rows of (longest component's heads) * lanes.
    """
    low, head, high = shape.component[c], shape.head[c], shape.component[c + 1]
    lanes = shape.lanes
    size, base = (high - head) * lanes, head * lanes
    x, f, kept, wide = work[0], work[1], work[2], work[3 + 2 * MEMORY]
    gram, right, mix = np.zeros((MEMORY, MEMORY)), np.zeros(MEMORY), np.zeros(MEMORY)
    patience_gain = 1.0
    for j in range(lanes):
        patience_gain = max(patience_gain, 1.0 / max(1e-9, 1.0 - numbers.discount[1, j]))
    for k in range(size):
        wide[k] = weight[k % lanes]
    count, slot, damping, best = 0, 0, 1.0, np.inf
    step_size = 0.0
    for sweep in range(1, limit + 1):
        for k in range(size):
            x[k] = values[base + k]
        step_back(shape, numbers, values, low, high, scratch)
        worst = 0.0
        slack = 0.0
        for k in range(size):
            new = values[base + k] - x[k]
            worst = max(worst, abs(new) * wide[k])
            slack = max(slack, abs(new - f[k]) * wide[k])
        if not np.isfinite(worst):
            return -sweep
        gain = patience_gain
        if sweep > 1 and slack > 0.0:
            gain = max(gain, step_size / slack)
        if tolerance > 1e-8:
            gain = max(1.0, gain / patience_gain)
        if worst * gain <= tolerance or worst <= FLOOR:
            return sweep
        if worst > 2.5 * best:
            count, slot, best, damping = 0, 0, np.inf, max(0.1, 0.5 * damping)
        elif sweep > 1 and worst < best:
            damping = min(1.0, 1.1 * damping)
        best = min(best, worst)
        if sweep > 1 and best < np.inf and step_size > 0.0:
            dx, df = work[3 + slot], work[3 + MEMORY + slot]
            for k in range(size):
                dx[k] = x[k] - kept[k]
                df[k] = values[base + k] - x[k] - f[k]
            count = min(count + 1, MEMORY)
            for i in range(count):
                other = work[3 + MEMORY + i]
                total = 0.0
                for k in range(size):
                    total += wide[k] * wide[k] * df[k] * other[k]
                gram[slot, i] = total
                gram[i, slot] = total
            if gram[slot, slot] <= 0.0:
                count = 0
            slot = (slot + 1) % MEMORY if count > 0 else 0
        for k in range(size):
            f[k] = values[base + k] - x[k]
            kept[k] = x[k]
        if count > 0:
            for i in range(count):
                df = work[3 + MEMORY + i]
                total = 0.0
                for k in range(size):
                    total += wide[k] * wide[k] * df[k] * f[k]
                right[i] = total
            solve_small(gram, right, count, mix)
        step_size = 0.0
        for k in range(size):
            new = x[k] + damping * f[k]
            for i in range(count):
                new -= mix[i] * (work[3 + i, k] + damping * work[3 + MEMORY + i, k])
            values[base + k] = new
            step_size = max(step_size, abs(new - x[k]) * wide[k])
    return -limit


@njit(cache=True, nogil=True, error_model="numpy")
def settle_all(shape: Shape, numbers: Numbers, values, weight, tolerance, limit, work, scratch):
    """Solve every component, sinks first; returns the number of sweeps, negative on failure."""
    most = 1
    for c in range(len(shape.cyclic)):
        if not shape.cyclic[c]:
            step_back(shape, numbers, values, shape.component[c], shape.component[c + 1], scratch)
            continue
        used = settle(shape, numbers, values, c, weight, tolerance, limit, work, scratch)
        if used < 0:
            return used
        most = max(most, used)
    return most


@njit(cache=True, nogil=True, error_model="numpy")
def fill_scale(shape: Shape, numbers: Numbers, values, scale):
    """Scale of each party's values: the largest pay, end or value met (1 where all are 0)."""
    lanes = shape.lanes
    scale[:] = 0.0
    for e in range(len(shape.target)):
        for j in range(lanes):
            scale[j] = max(scale[j], abs(numbers.pay[e, j]))
    for n in range(len(shape.mover) + shape.terminals):
        for j in range(lanes):
            scale[j] = max(scale[j], abs(values[n * lanes + j]))
    for j in range(lanes):
        if scale[j] == 0.0:
            scale[j] = 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def climb(shape: Shape, numbers: Numbers, values, scale, tolerance, limit, work, scratch):
    """Follow the branch from precision 0 up a ladder of warm-started rungs.

    Rungs are even in log(1 + s t), with s the precision times the scale of values; the next
    one starts from the line (or parabola) through the last ones. A rung that fails or lands
    far from where it started is cut in half. Returns sweeps, negative on failure.
    """
    lanes = shape.lanes
    count = len(shape.heads) * lanes
    past = np.zeros((3, count))
    when = np.zeros(3)
    weight = np.empty(lanes)
    fill_scale(shape, numbers, values, scale)
    for j in range(lanes):
        weight[j] = 1.0 / scale[j]
    level = Numbers(
        numbers.pay, numbers.odds, numbers.discount, numbers.precision * 0.0, numbers.entropy
    )
    total = settle_all(shape, level, values, weight, 1e-3, limit, work, scratch)
    if total < 0:
        return total
    fill_scale(shape, numbers, values, scale)
    steep = 0.0
    for j in range(lanes):
        weight[j] = 1.0 / scale[j]
        steep = max(steep, numbers.precision[j] * scale[j])
    top = np.log1p(steep)
    rungs = int(min(8.0, max(2.0, np.ceil(1.5 * top))))
    stride, known, now = top / rungs, 1, 0.0
    smallest = stride / 16.0
    for k in range(count):
        past[0, k] = values[shape.heads[k // lanes] * lanes + k % lanes]
    while now < top:
        after = now + stride
        if after > top - 0.3 * stride:
            after = top
        t = 1.0 if after == top else np.expm1(after) / steep
        level = Numbers(
            numbers.pay, numbers.odds, numbers.discount, numbers.precision * t, numbers.entropy
        )
        guess_values(shape, values, past, when, known, after)
        aim = tolerance if after == top else 1e-3
        patience = limit if after == top else min(limit, 60)
        used = settle_all(shape, level, values, weight, aim, patience, work, scratch)
        total += abs(used)
        moved = jump_size(shape, values, past, when, known, after, weight)
        if (used < 0 or moved > 0.25) and stride > smallest:
            stride *= 0.5
            continue
        if used < 0:
            return -total
        for i in range(2, 0, -1):
            past[i] = past[i - 1]
            when[i] = when[i - 1]
        for k in range(count):
            past[0, k] = values[shape.heads[k // lanes] * lanes + k % lanes]
        when[0] = after
        known, now = min(3, known + 1), after
        if moved < 0.08:
            stride = min(1.5 * stride, 1.0 + top / rungs)
        if total > 40 * limit:
            return -total
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def guess(past, when, known, after, k):
    """Extrapolate value ``k`` through the last rungs: constant, line or parabola."""
    if known == 1:
        return past[0, k]
    line = (after - when[0]) / (when[0] - when[1])
    first = past[0, k] + line * (past[0, k] - past[1, k])
    if known == 2:
        return first
    slope_0 = (past[0, k] - past[1, k]) / (when[0] - when[1])
    slope_1 = (past[1, k] - past[2, k]) / (when[1] - when[2])
    bend = (slope_0 - slope_1) / (when[0] - when[2])
    return first + bend * (after - when[0]) * (after - when[1])


@njit(cache=True, nogil=True, error_model="numpy")
def guess_values(shape: Shape, values, past, when, known, after):
    """Put the extrapolated values at all heads."""
    lanes = shape.lanes
    for i in range(len(shape.heads)):
        for j in range(lanes):
            spot = shape.heads[i] * lanes + j
            values[spot] = guess(past, when, known, after, i * lanes + j)


@njit(cache=True, nogil=True, error_model="numpy")
def jump_size(shape: Shape, values, past, when, known, after, weight):
    """How far the heads ended from where they were guessed, relative to the scale of values."""
    lanes, most = shape.lanes, 0.0
    for i in range(len(shape.heads)):
        for j in range(lanes):
            start = guess(past, when, known, after, i * lanes + j)
            most = max(most, abs(values[shape.heads[i] * lanes + j] - start) * weight[j])
    return most


@njit(cache=True, nogil=True, error_model="numpy")
def fill_terminals(shape: Shape, end_pay, values):
    """Write the worth of the terminals behind the nodes."""
    base = len(shape.mover) * shape.lanes
    for c in range(shape.terminals):
        for j in range(end_pay.shape[1]):
            values[base + c * shape.lanes + j] = end_pay[c, j]


@njit(cache=True, nogil=True, error_model="numpy")
def sweep_draws(
    shape: Shape, pay, odds, end_pay, patience, precision, entropy,
    low, high, tolerance, limit, out, scale, sweeps,
):  # fmt: skip
    """Solve draws ``low`` to ``high`` into ``out`` (draw - low, flat values with terminals).

    ``sweeps`` (draw - low,) is negative where a draw failed.
    """
    work = np.empty((4 + 2 * MEMORY, max(1, shape.longest * shape.lanes)))
    scratch = np.empty(2 * shape.widest + shape.lanes)
    weight = np.ones(shape.lanes)
    for d in range(low, high):
        numbers = gather_numbers(shape, pay[d], odds[d], patience[d], precision[d], entropy)
        values = out[d - low]
        fill_terminals(shape, end_pay[d], values)
        if len(shape.heads) == 0:
            sweeps[d - low] = settle_all(
                shape, numbers, values, weight, tolerance, limit, work, scratch
            )
            fill_scale(shape, numbers, values, scale[d - low])
        else:
            work[:] = 0.0
            sweeps[d - low] = climb(
                shape, numbers, values, scale[d - low], tolerance, limit, work, scratch
            )


@njit(cache=True, nogil=True, error_model="numpy")
def scatter_start(shape: Shape, values, floor, ceiling, seed, start):
    """Random values at the heads between ``floor`` and ``ceiling`` (party,).

    Odd starts are independent at every head; even ones put a party at one level everywhere,
    since independent ones average out within a round of a large game.
    """
    lanes = shape.lanes
    for i in range(len(shape.heads)):
        for j in range(lanes):
            share = uniform_noise(seed, start, shape.heads[i] * lanes + j)
            if start % 2 == 0:
                share = 0.9 * uniform_noise(seed, start + 1_000_003, j) + 0.1 * share
            width = ceiling[j] - floor[j]
            values[shape.heads[i] * lanes + j] = floor[j] + width * share


@njit(cache=True, nogil=True, error_model="numpy")
def restart(
    shape: Shape, numbers: Numbers, values, known, floor, ceiling, scale,
    seed, start, tolerance, limit,
):  # fmt: skip
    """Solve from a random start into ``values``: 0 not settled, 1 as ``known``, 2 different.

    ``known`` is a flat solution; where it is met the iteration stops early.
    """
    lanes = shape.lanes
    work = np.zeros((4 + 2 * MEMORY, max(1, shape.longest * lanes)))
    scratch = np.empty(2 * shape.widest + shape.lanes)
    weight = 1.0 / scale
    scatter_start(shape, values, floor, ceiling, seed, start)
    if settle_all(shape, numbers, values, weight, 1e-6, limit, work, scratch) < 0:
        return 0
    if farthest(shape, values, known, scale) < 1e-4:
        return 1
    if settle_all(shape, numbers, values, weight, tolerance, limit, work, scratch) < 0:
        return 0
    return 1 if farthest(shape, values, known, scale) < 1e-6 else 2


@njit(cache=True, nogil=True, error_model="numpy")
def farthest(shape: Shape, values, other, scale):
    """Largest difference at the heads, relative to the scale of values."""
    lanes, most = shape.lanes, 0.0
    for i in range(len(shape.heads)):
        for j in range(lanes):
            spot = shape.heads[i] * lanes + j
            most = max(most, abs(values[spot] - other[spot]) / scale[j])
    return most
