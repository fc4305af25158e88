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
from numpy.typing import NDArray

from offramp.solvers.backup import Numbers, step_back
from offramp.solvers.layout import Shape

Array = NDArray[np.float64]
MEMORY = 5
FLOOR = 2e-15
"""Residual, relative to the scale of values, below which rounding hides all progress."""


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
    past, start = np.zeros((3, count)), np.zeros(count)
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
        guess(past, when, known, after, start)
        for k in range(count):
            values[shape.heads[k // lanes] * lanes + k % lanes] = start[k]
        aim = tolerance if after == top else 1e-3
        patience = limit if after == top else min(limit, 60)
        used = settle_all(shape, level, values, weight, aim, patience, work, scratch)
        total += abs(used)
        moved = 0.0
        for k in range(count):
            new = values[shape.heads[k // lanes] * lanes + k % lanes]
            moved = max(moved, abs(new - start[k]) * weight[k % lanes])
        if (used < 0 or moved > 0.4) and stride > smallest:
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
        if moved < 0.15:
            stride = min(1.5 * stride, 1.0 + top / rungs)
        if total > 40 * limit:
            return -total
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def guess(past, when, known, after, start):
    """Extrapolate through the last rungs into ``start``: constant, line or parabola."""
    for k in range(len(start)):
        start[k] = past[0, k]
    if known > 1:
        for k in range(len(start)):
            slope = (past[0, k] - past[1, k]) / (when[0] - when[1])
            start[k] += slope * (after - when[0])
            if known > 2:
                older = (past[1, k] - past[2, k]) / (when[1] - when[2])
                bend = (slope - older) / (when[0] - when[2])
                start[k] += bend * (after - when[0]) * (after - when[1])


def fill_terminals(shape: Shape, end_pay: Array, values: Array) -> None:
    """Write the worth (terminal, party) of the terminals behind the nodes."""
    values.reshape(-1, shape.lanes)[len(shape.mover) :, : end_pay.shape[1]] = end_pay


@njit(cache=True, nogil=True, error_model="numpy")
def workspace(shape: Shape):
    """Working arrays for ``settle_all`` and ``step_back``."""
    rows = np.zeros((4 + 2 * MEMORY, max(1, shape.longest * shape.lanes)))
    return rows, np.zeros(2 * shape.widest + shape.lanes)
