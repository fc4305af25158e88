"""Other equilibria, searched by Newton's method from random starts, draws abreast, compiled.

Component by component, sinks first, the heads are put at random places in a box of values, and
Newton's steps follow, shortened where they do not help; so unstable equilibria are found like
others. A component that comes back to the solution known already is left there. A start that
leads nowhere in some component has found nothing.

Sources: `correcting`; Kelley (1995), Iterative methods for linear and nonlinear equations, chapter
8 (shortened steps).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
    rows_like,
    save,
    save_four,
    size,
    smaller,
    where_more,
)
from offramp.solvers.kernels.backup import Numbers, step_back
from offramp.solvers.kernels.contraction import narrow, open_box, shrink_box
from offramp.solvers.kernels.krylov import NO, YES, answer_of, right_of
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.perfect.correcting import STEP, WORST, Correction, find_missing, step_component

Array = NDArray[np.float64]
SAME = 1e-6
"""Two equilibria differ when some value does by more than this share of its scale."""
ALIKE = 1e-4
"""A component whose values are as near the known ones as this"""
SETTLED = 1e-5
"""and miss so little is on its way there."""
TURNS = 30
"""Most Newton steps and shortened ones in a component."""
LESS, LEAST = 0.4, 0.06
"""How much shorter a step becomes that did not help, and which is taken though it does not."""
EXACT = 5e-3
"""How much of what is missing a step may leave."""
PASSES = np.int64(12)
"""How often bounds on values are drawn closer."""
TAKES, SHARE, GAP = range(3)


class Search(NamedTuple):
    """Room for a search, as many draws abreast as values."""

    base: Array
    """(unknown,) values at the heads of a component where a step begins, and"""
    ahead: Array
    """(unknown,) that step."""
    rows: Array
    """(3,) whose step is taken, how much of it, and how far a component is from the known
    values."""
    box: Array
    """(4 * lane,) least and largest values at heads in any play, and near those known."""
    floor: Array
    """((position and terminal) * lanes + lane,) room for the bounds below"""
    ceiling: Array
    """and above."""
    astray: NDArray[np.bool_]
    """(place,) whose values are others than the known ones in some component."""


@jit_inside
def search_for(shape: Shape, like):
    """Room for as many draws as stand abreast in ``like``. Rows are (unknown,)."""
    unknown, rows = shape.longest * shape.lanes, (len(shape.mover) + shape.terminals) * shape.lanes
    return Search(
        rows_like(like, unknown),
        rows_like(like, unknown),
        rows_like(like, 3),
        rows_like(like, 4 * shape.lanes),
        rows_like(like, rows),
        rows_like(like, rows),
        np.zeros(many(like), np.bool_),
    )


@jit_inside
def fill_box(shape: Shape, numbers: Numbers, values, room: Search):
    """Bounds on what heads can be worth in any play, and the range of the values and ends met.

    The bounds may be loose: they are drawn closer ``PASSES`` times only. ``values`` is
    (row * lanes + lane,).
    """
    lanes, floor, ceiling, box = shape.lanes, room.floor, room.ceiling, room.box
    for r in range(0, len(values), 4):
        save_four(floor, r, four_of(values, r))
        save_four(ceiling, r, four_of(values, r))
    for c in range(len(shape.cyclic)):
        low, high = shape.component[c], shape.component[c + 1]
        if shape.cyclic[c]:
            open_box(shape, numbers, floor, ceiling, c)
            shrink_box(shape, numbers, floor, ceiling, c, PASSES)
        else:
            narrow(shape, numbers, floor, low, high, -1.0)
            narrow(shape, numbers, ceiling, low, high, 1.0)
    for j in range(0, lanes, 4):
        spot = shape.heads[0] * lanes + j
        least, most = four_of(floor, spot), four_of(ceiling, spot)
        for i in range(len(shape.heads)):
            spot = shape.heads[i] * lanes + j
            least, most = smaller(four_of(floor, spot), least), larger(four_of(ceiling, spot), most)
        save_four(box, j, least)
        save_four(box, lanes + j, most)
        least = most = four_of(values, j)
        for r in range(j, len(values), lanes):
            least, most = smaller(four_of(values, r), least), larger(four_of(values, r), most)
        wide = 0.5 * (most - least)
        save_four(box, 2 * lanes + j, least - wide)
        save_four(box, 3 * lanes + j, most + wide)


@jit_inside
def seek_others(
    shape: Shape, numbers: Numbers, values, known, work: Correction, room: Search, aim, budget, used
):
    """Newton's method from the values at the heads, for draws with ``used`` (place,) 0.

    ``used`` becomes the number of sweeps, negative where a component was not solved or they are
    more than the ``budget``; ``room.astray``
    says where others than the ``known`` values were found. Both are (row * lanes + lane,).
    """
    abreast, last, c = len(used), len(shape.cyclic), 0
    passes = np.ones(abreast, np.int64)
    failed = np.zeros(abreast, np.bool_)
    for k in range(abreast):
        room.astray[k] = False
        failed[k] = used[k] != 0
    while c < last:
        low = shape.component[c]
        if not shape.cyclic[c]:
            while c < last and not shape.cyclic[c]:
                c += 1
            step_back(shape, numbers, values, low, shape.component[c], work.scratch)
            continue
        left = 0
        for k in range(abreast):
            work.once[k] = -1 if failed[k] else 0
            left += not failed[k]
        if left == 0:
            break
        seek_component(shape, numbers, values, known, c, work, room, aim, budget, passes)
        for k in range(abreast):
            failed[k] |= work.once[k] < 0
        c += 1
    for k in range(abreast):
        if used[k] == 0:
            used[k] = -passes[k] if failed[k] else passes[k]


@jit_inside
def seek_component(
    shape: Shape,
    numbers: Numbers,
    values,
    known,
    c,
    work: Correction,
    room: Search,
    aim,
    budget,
    passes,
):
    """The same in component ``c``, for draws with ``once`` 0; it becomes 1, or -1 on failure.

    ``values`` and ``known`` are (row * lanes + lane,), ``passes`` (place,).
    """
    low, head, high = shape.component[c], shape.head[c], shape.component[c + 1]
    unknown = (high - head) * shape.lanes
    for k in range(many(values)):
        put(room.rows, SHARE, k, 0.0)
    for turn in range(TURNS + 1):
        find_missing(shape, numbers, values, c, work, YES)
        compare_heads(shape, known, head, unknown, work, room)
        left = judge_trials(shape, work, room, unknown, turn, aim, budget, passes)
        if left == 0:
            keep_trials(work, room, unknown, NO)
            break
        keep_trials(work, room, unknown, NO)
        step_component(shape, numbers, values, c, work, EXACT)
        keep_trials(work, room, unknown, YES)
        for k in range(many(values)):
            if work.once[k] == 0 and get(room.rows, TAKES, k) > 0.0:
                passes[k] += work.krylov.used[k]
                work.step[k] = get(work.rows, STEP, k)
        try_ahead(shape, values, head, unknown, work, room)
    settle_heads(values, head, shape.lanes, unknown, room)
    step_back(shape, numbers, values, low, head, work.scratch)


@jit_inside
def compare_heads(shape: Shape, known, head, unknown, work: Correction, room: Search):
    """How far the heads are from the known values (row * lanes + lane,), into the row ``GAP``."""
    far, lanes = nothing_in(known), shape.lanes
    for r in range(0, unknown, 4):
        off = four_of(work.x, r) - four_of(known, head * lanes + r)
        far = larger(size(off) * four_of(work.weight, r % lanes), far)
    save(room.rows, GAP, most_of(far))


@jit_inside
def judge_trials(shape: Shape, work: Correction, room: Search, unknown, turn, aim, budget, passes):
    """Whose step is taken, who is done; how many are not. ``passes`` is (place,)."""
    rows, once, left = room.rows, work.once, 0
    floor, right = 8.0 * EPSILON * (shape.steps + 1.0), right_of(work.krylov, unknown)
    for k in range(len(once)):
        put(rows, TAKES, k, 0.0)
        if once[k] != 0:
            continue
        passes[k] += 1
        worst, before, share = get(work.rows, WORST, k), work.before[k], get(rows, SHARE, k)
        helps = turn == 0 or worst < before or (share <= LEAST and worst < 1e6)
        gap = get(rows, GAP, k)
        if helps:
            put(rows, TAKES, k, 1.0)
            small = turn > 0 and share == 1.0 and worst / before * work.step[k] <= aim
            if worst <= floor or small:
                once[k] = 1
                room.astray[k] |= not gap < SAME
            elif not room.astray[k] and gap < ALIKE and worst < SETTLED:
                once[k] = 1
            work.before[k] = worst
            put(rows, SHARE, k, 1.0)
        else:
            put(rows, SHARE, k, LESS * share)
        if once[k] == 0 and (not worst < 1e300 and share <= LEAST):
            once[k] = -1
        if once[k] == 0 and (turn == TURNS or passes[k] > budget):
            once[k] = -1
        left += once[k] == 0
        if once[k] != 0 or not helps:
            for r in range(unknown):
                put(work.krylov.basis, right + r, k, 0.0)
    return left


@jit_inside
def keep_trials(work: Correction, room: Search, unknown, steps):
    """Note where steps that are taken begin, or with ``steps`` these, in units of values."""
    takes, lanes = load(room.rows, TAKES), len(work.scale)
    answer = answer_of(work.krylov, unknown)
    for r in range(0, unknown, 4):
        if steps:
            ahead = four_of(work.krylov.basis, answer + r) * four_of(work.scale, r % lanes)
            save_four(room.ahead, r, where_more(takes, 0.5, ahead, four_of(room.ahead, r)))
        else:
            here = where_more(takes, 0.5, four_of(work.x, r), four_of(room.base, r))
            save_four(room.base, r, here)


@jit_inside
def try_ahead(shape: Shape, values, head, unknown, work: Correction, room: Search):
    """Put the heads some way ahead, inside the box; who is done stays.

    ``values`` is (row * lanes + lane,).
    """
    lanes = shape.lanes
    for k in range(len(work.once)):
        if work.once[k] != 0:
            put(room.rows, SHARE, k, 0.0)
    share, going = load(room.rows, SHARE), load(room.rows, SHARE)
    for r in range(0, unknown, 4):
        base = four_of(room.base, r)
        ahead = base + share * four_of(room.ahead, r)
        ahead = larger(ahead, four_of(room.box, r % lanes))
        ahead = smaller(ahead, four_of(room.box, lanes + r % lanes))
        save_four(values, head * lanes + r, where_more(going, 0.0, ahead, base))


@jit_inside
def settle_heads(values, head, lanes, unknown, room: Search):
    """Put the heads where the last steps that were taken began.

    ``values`` is (row * lanes + lane,).
    """
    for r in range(0, unknown, 4):
        save_four(values, head * lanes + r, four_of(room.base, r))
