"""For regret: what fixed play is worth, and every best reply against the others, compiled.

Against fixed play of the others each party faces a decision problem of its own, so all of
them are solved in the same sweeps, each with its own acceleration. The best reply is
returned as an upper bound: T(W) <= W + e at the heads gives W* <= T(W) + patience e /
(1 - patience), and bounds of components passed earlier carry over because T is monotone.

Sources: Denardo (1967), Contraction mappings in the theory underlying dynamic programming, for the
bound; Howard (1960), Dynamic programming and Markov processes, for holding on to moves; the
iteration is Anderson's method.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.kernels.abreast import (
    EPSILON,
    add_worth,
    four_of,
    get,
    jit_inside,
    larger,
    load,
    many,
    nothing_in,
    put,
    root,
    rows_like,
    save,
    save_four,
    size,
    smaller,
    where_more,
    worth,
)
from offramp.solvers.kernels.backup import Numbers
from offramp.solvers.kernels.layout import Shape

Array = NDArray[np.float64]
MEMORY = 5
"""Changes that a sweep is judged by."""
WILFUL = 40
"""Sweeps after which best replies hold on to their moves, and for how many at most."""
LESS, MORE, GOES_ON, SCALE, HELD = range(5)
"""Blocks of ``lanes`` rows of ``ReplyWorkspace.lane``."""


class ReplyWorkspace(NamedTuple):
    """Working arrays; all hold as many draws abreast as values."""

    x: Array
    """(unknown,) the values at the heads before a sweep."""
    kept: Array
    """(unknown,) those before the last sweep."""
    f: Array
    """(unknown,) how the last sweep changed them."""
    dx: Array
    """(memory * unknown,) steps of the values."""
    df: Array
    """(memory * unknown,) changes of ``f`` over those steps."""
    gram: Array
    """(memory * memory * lane,) products of the changes, party by party."""
    right: Array
    """(memory * lane,) products of the changes with ``f``."""
    mix: Array
    """(memory * lane,) least-squares weights of the changes."""
    usable: Array
    """(memory * lane,) 1 where a party remembers a change."""
    table: Array
    """(memory * (memory + 1) * lane,) for elimination."""
    pick: Array
    """(position,) which move is held on to."""
    lane: Array
    """(5 * lane,) largest decrease and increase, 1 where a party goes on, scale of values, 1 where
    a party holds on to its moves."""


@jit_inside
def reply_workspace(shape: Shape, like):
    """Working arrays for as many draws as stand abreast in ``like``.

    Rows are (unknown,), histories (memory * unknown,).
    """
    unknown, lanes = max(1, shape.longest * shape.lanes), shape.lanes
    return ReplyWorkspace(
        rows_like(like, unknown),
        rows_like(like, unknown),
        rows_like(like, unknown),
        rows_like(like, MEMORY * unknown),
        rows_like(like, MEMORY * unknown),
        rows_like(like, MEMORY * MEMORY * lanes),
        rows_like(like, MEMORY * lanes),
        rows_like(like, MEMORY * lanes),
        rows_like(like, MEMORY * lanes),
        rows_like(like, MEMORY * (MEMORY + 1) * lanes),
        rows_like(like, len(shape.mover)),
        rows_like(like, 5 * lanes),
    )


@jit_inside
def follow_back(shape: Shape, numbers: Numbers, chance, values, low, high, best, hold, pick, held):
    """Back up raw payoffs under ``chance`` in place; with ``best`` 1 every mover maximises.

    Each does so for itself alone. With ``hold`` the moves are noted in ``pick`` (position,), or
    held on to by those for whom ``held`` (lane,) is 1.
    """
    mover, first, target, turns = shape.mover, shape.first, shape.target, shape.turns
    pay_class, lanes = shape.pay_class, shape.lanes
    pay, paid, patience = numbers.pay, numbers.paid, numbers.patience
    for n in range(low, high):
        m, a, b = np.int64(mover[n]), first[n], first[n + 1]
        top = 0.0 * load(patience, 0) - np.inf
        move = kept = top
        if best == 1 and m >= 0:
            for e in range(a, b):
                c, w, v = np.int64(pay_class[e]), np.int64(turns[e]), np.int64(target[e])
                total = worth(values, v * lanes + m, paid[c], pay, c * lanes + m, w, patience, m)
                if hold:
                    one = np.float64(e - a)
                    move = where_more(total, top, one, move)
                    kept = where_more(0.5, size(load(pick, n) - one), total, kept)
                top = larger(total, top)
            if hold:
                top = where_more(load(held, m), 0.5, kept, top)
                save(pick, n, where_more(load(held, m), 0.5, load(pick, n), move))
        for j in range(0, lanes, 4):
            mean = nothing_in(values)
            for e in range(a, b):
                c, w, v = np.int64(pay_class[e]), np.int64(turns[e]), np.int64(target[e])
                mean = add_worth(
                    mean,
                    load(chance, e),
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
        if best == 1 and m >= 0:
            save(values, n * lanes + m, top)


@jit_inside
def follow(
    shape: Shape,
    numbers: Numbers,
    chance,
    values,
    best,
    scale,
    tolerance,
    limit,
    work: ReplyWorkspace,
    slack,
):
    """Raw payoffs under ``chance``, or upper bounds on best replies, from a first guess, in place.

    Best replies where ``best`` is 1. ``slack`` (lane,) receives a bound on the error: either way,
    or of best replies how much too high they may be.
    """
    lanes, abreast, last = shape.lanes, many(values), len(shape.cyclic)
    pick, lane = work.pick, work.lane
    gain = np.empty((lanes, abreast))
    for j in range(lanes):
        save(slack, j, 0.0)
        save(work.lane, SCALE * lanes + j, load(scale, j))
        for k in range(abreast):
            gain[j, k] = 1.0 / max(1e-12, 1.0 - get(numbers.patience, j, k))
    c = 0
    while c < last:
        low, head = shape.component[c], shape.head[c]
        if not shape.cyclic[c]:
            while c < last and not shape.cyclic[c]:
                c += 1
            head = shape.component[c]
            follow_back(shape, numbers, chance, values, low, head, best, False, pick, lane)
            continue
        high = shape.component[c + 1]
        iterate_parties(shape, numbers, chance, values, c, best, gain, tolerance, limit, work)
        for j in range(lanes):
            for k in range(abreast):
                more = get(work.lane, MORE * lanes + j, k)
                less = get(work.lane, LESS * lanes + j, k)
                if best == 1:
                    reach = get(numbers.patience, j, k) * gain[j, k]
                    over = reach * max(0.0, more)
                    put(slack, j, k, get(slack, j, k) + over + reach * max(0.0, -less))
                    for i in range(head, high):
                        put(values, i * lanes + j, k, get(values, i * lanes + j, k) + over)
                else:
                    over = max(more, -less) * gain[j, k]
                    put(slack, j, k, get(slack, j, k) + over)
        if best == 1:
            follow_back(shape, numbers, chance, values, low, head, best, False, pick, lane)
        c += 1


@jit_inside
def iterate_parties(
    shape: Shape,
    numbers: Numbers,
    chance,
    values,
    c,
    best,
    gain,
    tolerance,
    limit,
    work: ReplyWorkspace,
):
    """Iterate one component, every party with an Anderson history of its own.

    Leaves the last decrease and increase of the values in ``lane``, party by party. Best replies
    that take long are found by holding on to moves until they are evaluated. ``chance`` is (edge,),
    ``gain`` (lane, draw), ``values`` (row * lanes + lane,).
    """
    lanes, abreast = shape.lanes, many(values)
    low, head, high = shape.component[c], shape.head[c], shape.component[c + 1]
    unknown, base = (high - head) * lanes, head * lanes
    floor = 8.0 * EPSILON * (shape.steps + 1.0)
    least, begun = np.full((lanes, abreast), np.inf), np.zeros((lanes, abreast), np.int64)
    since = np.zeros((lanes, abreast), np.int64)
    for j in range(lanes):
        save(work.lane, GOES_ON * lanes + j, 1.0)
        save(work.lane, HELD * lanes + j, 0.0)
    for r in range(MEMORY * MEMORY * lanes):
        save(work.gram, r, 0.0)
    for sweep in range(1, limit + 1):
        for r in range(0, unknown, 4):
            save_four(work.x, r, four_of(values, base + r))
        hold = best == 1 and sweep > WILFUL
        follow_back(
            shape,
            numbers,
            chance,
            values,
            low,
            high,
            best,
            hold,
            work.pick,
            work.lane[HELD * lanes :],
        )
        measure_parties(work, lanes, values, base, unknown)
        left = 0
        for j in range(lanes):
            for k in range(abreast):
                worst = get(work.lane, MORE * lanes + j, k)
                worst = max(worst, -get(work.lane, LESS * lanes + j, k))
                worst /= get(work.lane, SCALE * lanes + j, k)
                fine = worst * gain[j, k] <= tolerance or worst <= floor or not worst < np.inf
                held = get(work.lane, HELD * lanes + j, k) == 1.0
                if fine and not held:
                    put(work.lane, GOES_ON * lanes + j, k, 0.0)
                going = get(work.lane, GOES_ON * lanes + j, k) == 1.0
                left += going
                if hold and not held:
                    begun[j, k], least[j, k], since[j, k] = sweep + 1, np.inf, sweep
                elif worst > 2.0 * least[j, k]:
                    begun[j, k], least[j, k] = sweep + 1, np.inf
                least[j, k] = min(least[j, k], worst)
                stays = not held or not (fine or sweep - since[j, k] >= WILFUL)
                stays &= hold and going and sweep < limit - 1
                put(work.lane, HELD * lanes + j, k, 1.0 if stays else 0.0)
        if left == 0 or sweep == limit:
            break
        live = min(MEMORY, sweep - 1)
        if sweep > 1:
            keep_pairs(work, lanes, values, base, unknown, (sweep - 2) % MEMORY, live)
        for i in range(live):
            back = (sweep - 2 - i) % MEMORY
            for j in range(lanes):
                row = (i * MEMORY + i) * lanes + j
                for k in range(abreast):
                    fine = sweep - back >= begun[j, k] and get(work.gram, row, k) > 0.0
                    put(work.usable, i * lanes + j, k, 1.0 if fine else 0.0)
        mix_parties(work, lanes, live)
        take_steps(work, lanes, values, base, unknown, live)


@jit_inside
def measure_parties(work: ReplyWorkspace, lanes, values, base, unknown):
    """Largest decrease (below 0) and increase of each party's values at the heads.

    Heads are read from ``values`` (row * lanes + lane,), histories of (memory * unknown,).
    """
    for j in range(0, lanes, 4):
        less, more = nothing_in(values), nothing_in(values)
        for r in range(j, unknown, lanes):
            gap = four_of(values, base + r) - four_of(work.x, r)
            more, less = larger(gap, more), smaller(gap, less)
        save_four(work.lane, MORE * lanes + j, more)
        save_four(work.lane, LESS * lanes + j, less)


@jit_inside
def keep_pairs(work: ReplyWorkspace, lanes, values, base, unknown, newest, live):
    """Remember the last step and its effect, and their products with those remembered before.

    Heads are read from ``values`` (row * lanes + lane,), histories of (memory * unknown,).
    """
    row = newest * unknown
    for r in range(0, unknown, 4):
        new = four_of(values, base + r) - four_of(work.x, r)
        save_four(work.dx, row + r, four_of(work.x, r) - four_of(work.kept, r))
        save_four(work.df, row + r, new - four_of(work.f, r))
        save_four(work.f, r, new)
    for i in range(live):
        for j in range(0, lanes, 4):
            product, right = nothing_in(values), nothing_in(values)
            for r in range(j, unknown, lanes):
                one = four_of(work.df, i * unknown + r)
                product = product + one * four_of(work.df, row + r)
                right = right + one * four_of(work.f, r)
            save_four(work.gram, (newest * MEMORY + i) * lanes + j, product)
            save_four(work.gram, (i * MEMORY + newest) * lanes + j, product)
            save_four(work.right, i * lanes + j, right)


@jit_inside
def mix_parties(work: ReplyWorkspace, lanes, live):
    """Least-squares weights per party from their normal equations, scaled.

    The normal equations are (memory, memory + 1) for every lane.
    """
    gram, table, mix, right, wide = work.gram, work.table, work.mix, work.right, MEMORY + 1
    for j in range(0, lanes, 4):
        for i in range(live):
            usable = four_of(work.usable, i * lanes + j)
            scale = 1.0 / root(four_of(gram, (i * MEMORY + i) * lanes + j))
            save_four(mix, i * lanes + j, where_more(usable, 0.5, scale, 0.0))
        for i in range(live):
            scale = four_of(mix, i * lanes + j)
            for k in range(live):
                one = four_of(gram, (i * MEMORY + k) * lanes + j) * scale
                save_four(table, (i * wide + k) * lanes + j, one * four_of(mix, k * lanes + j))
            one = four_of(table, (i * wide + i) * lanes + j) + 1e-13
            one = where_more(four_of(work.usable, i * lanes + j), 0.5, one, 1.0)
            save_four(table, (i * wide + i) * lanes + j, one)
            one = four_of(right, i * lanes + j) * scale
            save_four(table, (i * wide + live) * lanes + j, one)
        for i in range(live):
            for k in range(i + 1, live):
                factor = four_of(table, (k * wide + i) * lanes + j)
                factor = factor / four_of(table, (i * wide + i) * lanes + j)
                for n in range(i + 1, live + 1):
                    one = factor * four_of(table, (i * wide + n) * lanes + j)
                    one = four_of(table, (k * wide + n) * lanes + j) - one
                    save_four(table, (k * wide + n) * lanes + j, one)
        for i in range(live - 1, -1, -1):
            one = four_of(table, (i * wide + live) * lanes + j)
            for k in range(i + 1, live):
                weight = four_of(right, k * lanes + j)
                one = one - four_of(table, (i * wide + k) * lanes + j) * weight
            save_four(right, i * lanes + j, one / four_of(table, (i * wide + i) * lanes + j))
        for i in range(live):
            one = four_of(mix, i * lanes + j) * four_of(right, i * lanes + j)
            save_four(mix, i * lanes + j, one)


@jit_inside
def take_steps(work: ReplyWorkspace, lanes, values, base, unknown, live):
    """Where the next sweep starts: parties that go on move, others stand still.

    Heads are read from ``values`` (row * lanes + lane,), histories of (memory * unknown,).
    """
    for j in range(0, lanes, 4):
        goes_on = four_of(work.lane, GOES_ON * lanes + j)
        for r in range(j, unknown, lanes):
            old, new = four_of(work.x, r), four_of(values, base + r)
            step = new
            for i in range(live):
                share = four_of(work.mix, i * lanes + j)
                back = four_of(work.dx, i * unknown + r) + four_of(work.df, i * unknown + r)
                step = step - share * back
            save_four(work.f, r, new - old)
            save_four(work.kept, r, old)
            save_four(values, base + r, where_more(goes_on, 0.5, step, old))
