"""Whole rounds backwards until the values at the heads of every component agree, compiled.

A sweep of a cyclic component maps the values at its heads (the nodes where a round begins)
to new ones; Anderson's method, safeguarded by restarts with damping, speeds the iteration up.
It stops on a bound on the error, residual / (1 - rho), with rho at least as large as the
patience and the responses seen say. Draws are on a ladder of precisions, warm-started, so
that they follow the branch that begins at precision 0 (`ladder`). Every kernel takes one draw
or eight abreast; a draw that is done stands still while the others go on.

Sources: Anderson (1965), Iterative procedures for nonlinear integral equations; Walker & Ni (2011),
Anderson acceleration for fixed-point iterations. Normal equations, scaled, take the place of a QR
factorisation: the products are kept from sweep to sweep.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.kernels.abreast import (
    EPSILON,
    four_of,
    get,
    jit_inside,
    larger,
    load,
    many,
    most_of,
    nothing_in,
    put,
    root,
    rows_like,
    save,
    save_four,
    size,
    sum_of,
    where_more,
)
from offramp.solvers.kernels.backup import Numbers, scratch_for, step_back
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.perfect.records import Batch

Array = NDArray[np.float64]
MEMORY = 12
"""Most changes that a sweep is judged by, and"""
SHORT = 5
"""how many of them up to"""
SLOW = 20
"""sweeps, after which the memory grows: few need it, and it costs time."""
ANYWHERE = 1e300
"""A ``farthest`` that stops nobody but those who make no headway; an infinite one stops nobody."""
STRETCH = 24
"""Sweeps in which a draw with a ``farthest`` has to come ten times closer; twice in the first ones,
where its last rung failed."""
STRIDE = 0.1
"""How far a draw that drifts leaps at once at least, relative to its values and their scale;"""
LINED_UP = 0.9
"""and the least squared cosine between two changes for that."""
ROUGH = 1e-3
"""Error, relative to the scale of values, at which a draw is compared with where it started."""
BRISK = 60
"""Most sweeps until then for a draw with a ``farthest``."""
OPEN, STEP, DAMPING, WORST, SLACK, FAR, RETURNED, SUM, PATIENT, BEST, MARK, BEGUN = range(12)
DRIFTS, PAUSE, LENGTH, SIZE, BOLD = range(12, 17)
OTHERS = 20
"""The first rows of the workspace; the others are its fields."""


class AndersonWorkspace(NamedTuple):
    """Working arrays, for the longest component; all arrays as many draws abreast as values."""

    rows: Array
    """All that follows, and further numbers of each draw; the next fields say where it begins."""
    x: int
    """(unknown,) the values at the heads before a sweep."""
    kept: int
    """(unknown,) those before the last sweep."""
    fresh: int
    """(unknown,) how a sweep changes them."""
    f: int
    """(unknown,) how the last sweep changed them."""
    dx: int
    """(memory * unknown,) steps of the values."""
    df: int
    """(memory * unknown,) changes of ``f`` over those steps."""
    gram: int
    """(memory * memory,) products of the changes."""
    right: int
    """(memory,) products of the changes with ``fresh``."""
    mix: int
    """(memory,) least-squares weights of the changes."""
    usable: int
    """(memory,) 1 where a draw remembers a change."""
    table: int
    """(memory * (memory + 1),) for elimination."""
    guess: Array
    """(unknown of all components,) where each rung started."""
    weight: Array
    """(lane,) one over the scale of values."""
    scratch: Array
    """For ``step_back``."""


@jit_inside
def anderson_workspace(shape: Shape, like):
    """Working arrays for as many draws as stand abreast in ``like``.

    Rows are (unknown,), histories (memory * unknown,).
    """
    unknown, begin = shape.longest * shape.lanes, OTHERS
    gram = begin + (4 + 2 * MEMORY) * unknown
    right = gram + MEMORY * MEMORY
    return AndersonWorkspace(
        rows_like(like, right + 3 * MEMORY + MEMORY * (MEMORY + 1)),
        begin,
        begin + unknown,
        begin + 2 * unknown,
        begin + 3 * unknown,
        begin + 4 * unknown,
        begin + (4 + MEMORY) * unknown,
        gram,
        right,
        right + MEMORY,
        right + 2 * MEMORY,
        right + 3 * MEMORY,
        rows_like(like, len(shape.heads) * shape.lanes),
        rows_like(like, shape.lanes),
        scratch_for(shape, like),
    )


@jit_inside
def mix_changes(work: AndersonWorkspace, length):
    """Least-squares weights of ``length`` changes from their normal equations, scaled.

    A change that a draw does not remember gets weight 0 in it. The normal equations are (memory,
    memory + 1), packed by rows.
    """
    rows, wide = work.rows, MEMORY + 1
    for i in range(length):
        scale = 1.0 / root(load(rows, work.gram + i * MEMORY + i))
        save(rows, work.mix + i, where_more(load(rows, work.usable + i), 0.5, scale, 0.0))
    for i in range(length):
        here, scale = work.table + i * wide, load(rows, work.mix + i)
        for j in range(length):
            one = load(rows, work.gram + i * MEMORY + j) * scale
            save(rows, here + j, one * load(rows, work.mix + j))
        one = load(rows, here + i) + 1e-13
        save(rows, here + i, where_more(load(rows, work.usable + i), 0.5, one, 1.0))
        save(rows, here + length, load(rows, work.right + i) * scale)
    for i in range(length):
        here = work.table + i * wide
        for k in range(i + 1, length):
            there = work.table + k * wide
            factor = load(rows, there + i) / load(rows, here + i)
            for j in range(i + 1, length + 1):
                save(rows, there + j, load(rows, there + j) - factor * load(rows, here + j))
    for i in range(length - 1, -1, -1):
        here = work.table + i * wide
        total = load(rows, here + length)
        for j in range(i + 1, length):
            total = total - load(rows, here + j) * load(rows, work.right + j)
        save(rows, work.right + i, total / load(rows, here + i))
    for i in range(length):
        save(rows, work.mix + i, load(rows, work.mix + i) * load(rows, work.right + i))


@jit_inside
def measure(work: AndersonWorkspace, lanes, values, base, unknown):
    """How a sweep changed the heads: into ``fresh``, and its largest part and change.

    Heads are read from ``values`` (row * lanes + lane,), histories of (memory * unknown,).
    """
    rows = work.rows
    worst, slack, total = nothing_in(values), nothing_in(values), nothing_in(values)
    for r in range(0, unknown, 4):
        weight = four_of(work.weight, r % lanes)
        new = four_of(values, base + r) - four_of(rows, work.x + r)
        worst = larger(size(new) * weight, worst)
        slack = larger(size(new - four_of(rows, work.f + r)) * weight, slack)
        total = total + new
        save_four(rows, work.fresh + r, new)
    save(rows, WORST, most_of(worst))
    save(rows, SLACK, most_of(slack))
    save(rows, SUM, sum_of(total))


@jit_inside
def keep_pair(work: AndersonWorkspace, lanes, unknown, sweep, window):
    """Remember the last step and its effect, and their products with those remembered before.

    Heads are read from ``values`` (row * lanes + lane,), histories of (memory * unknown,).
    """
    rows, newest = work.rows, (sweep - 2) % MEMORY
    dx, df = work.dx + newest * unknown, work.df + newest * unknown
    for r in range(0, unknown, 4):
        step = four_of(rows, work.x + r) - four_of(rows, work.kept + r)
        save_four(rows, dx + r, step)
        effect = four_of(rows, work.fresh + r) - four_of(rows, work.f + r)
        save_four(rows, df + r, effect)
    for back in range(window):
        i = (newest - back) % MEMORY
        there = work.df + i * unknown
        product, right = nothing_in(rows), nothing_in(rows)
        for r in range(0, unknown, 4):
            weight = four_of(work.weight, r % lanes)
            heavy = four_of(rows, there + r) * weight * weight
            product = product + heavy * four_of(rows, df + r)
            right = right + heavy * four_of(rows, work.fresh + r)
        save(rows, work.gram + newest * MEMORY + i, sum_of(product))
        save(rows, work.gram + i * MEMORY + newest, sum_of(product))
        save(rows, work.right + i, sum_of(right))


@jit_inside
def take_step(work: AndersonWorkspace, lanes, values, base, unknown, window, newest):
    """Where the next sweep starts: open draws move, others stand still.

    Heads are read from ``values`` (row * lanes + lane,), histories of (memory * unknown,).
    """
    rows, step = work.rows, nothing_in(values)
    damping, is_open = load(rows, DAMPING), load(rows, OPEN)
    for r in range(0, unknown, 4):
        old, fresh = four_of(rows, work.x + r), four_of(rows, work.fresh + r)
        new, ahead = fresh, nothing_in(rows)
        for back in range(window):
            i = (newest - back) % MEMORY
            share = load(rows, work.mix + i)
            new = new - share * four_of(rows, work.df + i * unknown + r)
            ahead = ahead + share * four_of(rows, work.dx + i * unknown + r)
        new = where_more(is_open, 0.5, old + damping * new - ahead, old)
        step = larger(size(new - old) * four_of(work.weight, r % lanes), step)
        save_four(values, base + r, new)
        save_four(rows, work.kept + r, old)
        save_four(rows, work.f + r, fresh)
    save(rows, STEP, most_of(step))


@jit_inside
def distance_from(work: AndersonWorkspace, lanes, values, base, unknown, begin):
    """How far the heads are from where the rung started, into the row ``FAR``.

    Heads are read from ``values`` (row * lanes + lane,), histories of (memory * unknown,).
    """
    far = nothing_in(values)
    for r in range(0, unknown, 4):
        gap = four_of(values, base + r) - four_of(work.guess, begin + r)
        far = larger(size(gap) * four_of(work.weight, r % lanes), far)
    save(work.rows, FAR, most_of(far))


@jit_inside
def return_to_guess(work: AndersonWorkspace, unknown, begin):
    """Let draws that have come back to a solution, the guess, start the next sweep from it.

    ``guess`` is (unknown of all components,).
    """
    home, rows, guess = load(work.rows, RETURNED), work.rows, work.guess
    for r in range(0, unknown, 4):
        there = where_more(home, 0.5, four_of(guess, begin + r), four_of(rows, work.x + r))
        save_four(rows, work.x + r, there)


@jit_inside
def begin_draws(numbers: Numbers, lanes, rows, batch: Batch, used):
    """Fresh rows for the draws with ``used`` (draw,) 0; how many these are.

    ``rows`` (row,) of each draw.
    """
    left = 0
    for k in range(len(used)):
        patient = 1.0
        for j in range(lanes):
            patient = max(patient, 1.0 / max(1e-9, 1.0 - get(numbers.patience, j, k)))
        put(rows, OPEN, k, 1.0 if used[k] == 0 else 0.0)
        put(rows, DAMPING, k, 1.0)
        put(rows, PATIENT, k, patient)
        put(rows, BEST, k, np.inf)
        put(rows, MARK, k, np.inf)
        put(rows, BEGUN, k, 0.0)
        put(rows, DRIFTS, k, 1.0 if used[k] == 0 and batch.drifts[k] else 0.0)
        put(rows, PAUSE, k, 0.0)
        put(rows, BOLD, k, STRIDE)
        left += used[k] == 0
    return left


@jit_inside
def check_distance(rows, sweep, batch: Batch, arriving, used):
    """End draws that have gone too far or come back; how many go on, and whether any came back.

    ``arriving`` (draw,) are those that have come near a solution, ``FAR`` from the guess. ``rows``
    (row,) of each draw.
    """
    left, returned, moved = 0, False, batch.moved
    for k in range(len(used)):
        put(rows, RETURNED, k, 0.0)
        if arriving[k]:
            moved[k] = max(moved[k], get(rows, FAR, k))
            if moved[k] > batch.farthest[k]:
                used[k] = -sweep
            elif moved[k] < batch.same[k]:
                returned, used[k] = True, sweep
                put(rows, RETURNED, k, 1.0)
        left += used[k] == 0
    return left, returned


@jit_inside
def mark_usable(work: AndersonWorkspace, sweep, window):
    """Mark the changes (memory,) that each draw remembers since it began anew."""
    rows = work.rows
    for i in range(min(MEMORY, sweep - 1)):
        back = (sweep - 2 - i) % MEMORY
        for k in range(many(rows)):
            fine = back < window and sweep - back >= get(rows, BEGUN, k)
            fine &= get(rows, work.gram + i * MEMORY + i, k) > 0.0
            put(rows, work.usable + i, k, 1.0 if fine else 0.0)


@jit_inside
def iterate_component(
    shape: Shape,
    numbers: Numbers,
    values,
    c,
    begin,
    few,
    limit,
    work: AndersonWorkspace,
    used,
    batch: Batch,
):
    """Iterate component ``c`` from the values at its heads, for draws with ``used`` (draw,) 0.

    ``used`` becomes the number of sweeps, negative where they did not lead to the batch's aim or
    led further from ``guess`` than ``farthest``; its ``moved`` is raised to how far they led.
    ``begin`` is the row of ``guess`` at which the component begins. The last ``few`` of a batch
    are put off where they take much longer than the others.
    """
    low, head, high = shape.component[c], shape.head[c], shape.component[c + 1]
    lanes, abreast, rows = shape.lanes, many(values), work.rows
    unknown, base = (high - head) * lanes, head * lanes
    floor = 8.0 * EPSILON * (shape.steps + 1.0)
    arriving, near = np.zeros(abreast, np.bool_), np.zeros(abreast, np.bool_)
    enough, left = limit, begin_draws(numbers, lanes, rows, batch, used)
    drifting = False
    for k in range(abreast):
        drifting |= used[k] == 0 and batch.drifts[k]
    few = few if left > 2 * few else 0
    for r in range(0, unknown, 4):
        save_four(rows, work.f + r, nothing_in(rows))
    for i in range(MEMORY * MEMORY):
        save(rows, work.gram + i, 0.0)
    for sweep in range(1, limit + 1):
        for r in range(0, unknown, 4):
            save_four(rows, work.x + r, four_of(values, base + r))
        step_back(shape, numbers, values, low, high, work.scratch)
        measure(work, lanes, values, base, unknown)
        left = check_sweep(rows, sweep, limit, floor, batch, arriving, near, used)
        returned = False
        if left < 0:
            distance_from(work, lanes, values, base, unknown, begin)
            left, returned = check_distance(rows, sweep, batch, arriving, used)
        if left <= few and few > 0:
            enough = min(enough, sweep + sweep // 4 + 4)
        if sweep == enough and sweep < limit:
            left = 0
            for k in range(abreast):
                if used[k] == 0:
                    used[k], batch.deferred[k] = -sweep, True
        for k in range(abreast):
            put(rows, OPEN, k, 1.0 if used[k] == 0 else 0.0)
        if returned:
            return_to_guess(work, unknown, begin)
        elif left == 0:
            break
        window = min(sweep - 1, max(SHORT, min(MEMORY, sweep - SLOW + SHORT)))
        if sweep > 1:
            keep_pair(work, lanes, unknown, sweep, window)
            if drifting:
                sum_up(work, lanes, unknown)
                drift_on(work, sweep, used)
            mark_usable(work, sweep, window)
            mix_changes(work, min(MEMORY, sweep - 1))
        take_step(work, lanes, values, base, unknown, window, (sweep - 2) % MEMORY)


@jit_inside
def check_sweep(rows, sweep, limit, floor, batch: Batch, arriving, near, used):
    """Who is done or has failed; how many are not, or -1 where one comes near a solution.

    ``rows`` (row,) of each draw, the flags (draw,).
    """
    left, news, aim, farthest = 0, False, batch.aim, batch.farthest
    for k in range(len(used)):
        arriving[k] = False
        if used[k] != 0:
            continue
        worst, patient, best = get(rows, WORST, k), get(rows, PATIENT, k), get(rows, BEST, k)
        if not np.isfinite(get(rows, SUM, k)):
            used[k] = -sweep
            continue
        gain = patient
        if sweep > 1 and get(rows, SLACK, k) > 0.0:
            gain = max(gain, get(rows, STEP, k) / get(rows, SLACK, k))
        rough = max(1.0, gain / patient)
        done = worst <= floor or worst * (rough if aim[k] > 1e-8 else gain) <= aim[k]
        if not near[k] and (done or worst * rough <= batch.near[k]):
            near[k] = arriving[k] = news = True
        if done:
            used[k] = sweep
        elif get(rows, DRIFTS, k) > 0.0 and sweep < limit:
            left += 1
            continue
        elif sweep == limit or (sweep >= BRISK and not near[k] and farthest[k] < np.inf):
            used[k] = -sweep
        if worst > 2.5 * best:
            put(rows, BEGUN, k, np.float64(sweep))
            put(rows, DAMPING, k, max(0.1, 0.5 * get(rows, DAMPING, k)))
            best = np.inf
        elif sweep > 1 and worst < best:
            put(rows, DAMPING, k, min(1.0, 1.1 * get(rows, DAMPING, k)))
        best = min(best, worst)
        put(rows, BEST, k, best)
        if sweep == 1 and (batch.doubtful[k] or batch.drifts[k]):
            put(rows, MARK, k, best)
        if sweep % STRETCH == 0 and not batch.drifts[k]:
            far = best > (0.1 if sweep > STRETCH else 0.5) * get(rows, MARK, k)
            if far and farthest[k] < np.inf and used[k] == 0:
                used[k] = -sweep
            put(rows, MARK, k, best)
        if batch.drifts[k] and (sweep - get(rows, PAUSE, k)) % STRETCH == 0.0:
            if best > 0.1 * get(rows, MARK, k):
                put(rows, DRIFTS, k, 1.0)
                put(rows, PAUSE, k, 1.0)
                put(rows, BOLD, k, STRIDE)
            put(rows, MARK, k, best)
        left += used[k] == 0
    return -1 if news else left


@jit_inside
def sum_up(work: AndersonWorkspace, lanes, unknown):
    """How large the values at the heads are, and the last change of them squared.

    Over the heads (unknown,).
    """
    rows, length, large = work.rows, nothing_in(work.rows), nothing_in(work.rows)
    for r in range(0, unknown, 4):
        weight = four_of(work.weight, r % lanes)
        fresh = four_of(rows, work.fresh + r) * weight
        length = length + fresh * fresh
        large = larger(size(four_of(rows, work.x + r)) * weight, large)
    save(rows, LENGTH, sum_of(length))
    save(rows, SIZE, most_of(large))


@jit_inside
def drift_on(work: AndersonWorkspace, sweep, used):
    """How far draws that drift go in the direction of the last change. ``used`` is (draw,)."""
    rows, newest = work.rows, (sweep - 2) % MEMORY
    for k in range(len(used)):
        if get(rows, DRIFTS, k) == 0.0 or used[k] != 0:
            continue
        step, worst, pause = get(rows, DAMPING, k), get(rows, WORST, k), get(rows, PAUSE, k)
        length, both = get(rows, LENGTH, k), get(rows, work.right + newest, k)
        old = length - 2.0 * both + get(rows, work.gram + newest * MEMORY + newest, k)
        both = length - both
        rate, straight = (both / old - 1.0) / step, both * both > LINED_UP * old * length
        large = max(1.0, get(rows, SIZE, k))
        bold = get(rows, BOLD, k)
        if pause == 0.0 and sweep > 2:
            if straight:
                bold = min(2.0 * bold, 0.5)
            elif both * both < 0.25 * old * length:
                bold = max(0.7 * bold, STRIDE)
            put(rows, BOLD, k, bold)
        leap, pause = 0.5 if pause % 2.0 == 0.0 else 1.0, pause + 1.0
        if straight and pause > 2.0 and rate > -0.3:
            if pause > 3.0 and rate < 0.0 and worst < -0.01 * rate * large:
                put(rows, DRIFTS, k, 0.0)
                put(rows, MARK, k, worst)
                leap, pause = 1.0, np.float64(sweep)
            elif pause > 3.0 or both * both > 0.99 * old * length:
                leap = bold * large / worst
                if rate < 0.0:
                    leap = min(leap, -1.0 / rate)
                leap, pause = max(1.0, leap), 0.0
        put(rows, DAMPING, k, leap)
        put(rows, PAUSE, k, pause)
        put(rows, BEGUN, k, sweep + 1.0)
        put(rows, BEST, k, np.inf)


@jit_inside
def solve_components(
    shape: Shape, numbers: Numbers, values, few, limit, work: AndersonWorkspace, batch: Batch
):
    """Solve every component, sinks first, for draws with ``used`` 0; see ``iterate_component``.

    ``used`` becomes the most sweeps of any component, negative on failure. ``values`` (row * lanes
    + lane,) has a row for every position and terminal.
    """
    abreast, last, begin, c, used = many(values), len(shape.cyclic), 0, 0, batch.used
    once, most = np.empty(abreast, np.int64), np.ones(abreast, np.int64)
    for k in range(abreast):
        batch.moved[k] = 0.0
        if used[k] != 0:
            most[k] = -1
    while c < last:
        low = shape.component[c]
        if not shape.cyclic[c]:
            while c < last and not shape.cyclic[c]:
                c += 1
            step_back(shape, numbers, values, low, shape.component[c], work.scratch)
            continue
        left = 0
        for k in range(abreast):
            once[k] = 0 if most[k] > 0 else -1
            left += most[k] > 0
        if left == 0:
            break
        iterate_component(shape, numbers, values, c, begin, few, limit, work, once, batch)
        for k in range(abreast):
            if most[k] > 0:
                most[k] = max(most[k], once[k]) if once[k] > 0 else once[k]
        begin += (shape.component[c + 1] - shape.head[c]) * shape.lanes
        c += 1
    for k in range(abreast):
        if used[k] == 0:
            used[k] = most[k]


@njit(cache=True, nogil=True, error_model="numpy")
def fill_scale(shape: Shape, numbers: Numbers, values, scale):
    """Scale of each party's values: the largest pay, end or value met (1 where all are 0).

    ``scale`` is (lane,), ``values`` (row * lanes + lane,).
    """
    lanes = shape.lanes
    for j in range(0, lanes, 4):
        most = nothing_in(values)
        for r in range(j, len(numbers.pay), lanes):
            most = larger(size(four_of(numbers.pay, r)), most)
        for r in range(j, len(values), lanes):
            most = larger(size(four_of(values, r)), most)
        save_four(scale, j, where_more(most, 0.0, most, 1.0))


@jit_inside
def set_weights(work: AndersonWorkspace, scale):
    """Put one over the scale (lane,) into the workspace."""
    for j in range(len(work.weight)):
        save(work.weight, j, 1.0 / load(scale, j))


def fill_terminals(shape: Shape, end_pay: Array, values: Array) -> None:
    """Write the worth (terminal, party) of the terminals behind the nodes."""
    values.reshape(-1, shape.lanes)[len(shape.mover) :, : end_pay.shape[1]] = end_pay
