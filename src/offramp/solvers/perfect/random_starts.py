"""Other equilibria: the game solved again from random starts, by sweeps and by Newton's method.

Starts depend on the seed and their own number only, never on the draw or on how draws are
shared out. Sweeps find stable equilibria; Newton's method finds unstable ones as well.

Equations and sources: `anderson` and `newton`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Tables
from offramp.solvers.kernels.backup import Numbers, step_back
from offramp.solvers.kernels.certificate import given_of
from offramp.solvers.kernels.layout import Layout, Shape
from offramp.solvers.perfect.compiled_loop import ALIKE, ON_THE_WAY, SAME, solve_draws
from offramp.solvers.perfect.newton import linearisation_for, put_unknowns, read_unknowns, seek
from offramp.solvers.perfect.records import Settings, arrays_of, like_for, solutions_in

Array = NDArray[np.float64]


def search_others(
    layout: Layout,
    numbers: Numbers,
    known: Array,
    scale: Array,
    box: tuple[Array, Array],
    starts: int,
    seed: int,
    most: int = 6,
) -> tuple[int, list[Array]]:
    """Newton's method from random starts: how many ended in a solution, and the new ones.

    ``box`` holds the range (lane,) of values; values are flat, with the terminals.
    """
    shape = layout.shape
    linear = linearisation_for(shape, scale, 100)
    sides = [np.append(np.tile(side, len(shape.heads)) * linear.weight, 1.0) for side in box]
    found, ended = [known], 0
    for start in range(starts):
        values = known.copy()
        scatter(shape, values, box, seed, start)
        point = read_unknowns(shape, linear, values, 1.0)
        if seek(shape, numbers, linear, values, point, (sides[0], sides[1]), 40) < 0:
            continue
        ended += 1
        put_unknowns(shape, linear, point, values)
        step_back(shape, numbers, values, 0, len(shape.mover), linear.scratch)
        if len(found) <= most and all(distance(shape, values, old, scale) > SAME for old in found):
            found.append(values)
    return ended, found[1:]


def restart(
    layout: Layout,
    tables: Tables,
    values: Array,
    known: Array,
    box: tuple[Array, Array],
    scale: Array,
    seed: int,
    start: int,
    tolerance: float,
    limit: int,
) -> int:
    """Sweeps from a random start into ``values``: 0 not settled, 1 as ``known``, 2 different.

    ``tables`` are those of one draw.
    """
    shape = layout.shape
    scatter(shape, values, box, seed, start)
    if not iterate_from(layout, tables, values, ON_THE_WAY, limit):
        return 0
    if distance(shape, values, known, scale) < ALIKE:
        return 1
    if not iterate_from(layout, tables, values, tolerance, limit):
        return 0
    return 1 if distance(shape, values, known, scale) < SAME else 2


def iterate_from(
    layout: Layout, tables: Tables, values: Array, tolerance: float, limit: int
) -> bool:
    """Whether sweeps from flat values of one draw, in place, reach an error of ``tolerance``."""
    shape, structure = layout.shape, layout.structure
    value = np.zeros((1, structure.nodes, structure.parties))
    payoff = np.zeros_like(value) if tables.entropy else value
    found = solutions_in(value, payoff, np.zeros((1, structure.edges)), shape, 0)
    settings = Settings(tolerance, 1.0, limit, limit, False, False)
    inner = values.reshape(-1, shape.lanes)[: structure.nodes, : structure.parties]
    known = np.empty((1, *inner.shape))
    known[0, shape.node] = inner
    solve_draws(
        like_for(shape),
        shape,
        given_of(structure),
        arrays_of(tables),
        np.zeros(1, np.int64),
        known,
        np.zeros((0, 0)),
        settings,
        found,
    )
    if found.sweeps[0] > 0:
        inner[:] = found.value[0, shape.node]
    return bool(found.sweeps[0] > 0)


def rough_box(layout: Layout, values: Array) -> tuple[Array, Array]:
    """The range (lane,) of the values and ends met, half as wide again on both sides."""
    table = values.reshape(-1, layout.shape.lanes)
    least, most = table.min(axis=0), table.max(axis=0)
    return least - 0.5 * (most - least), most + 0.5 * (most - least)


def scatter(shape: Shape, values: Array, box: tuple[Array, Array], seed: int, start: int) -> None:
    """Random values at the heads between the sides of the box."""
    share = random_places(shape, seed, start)
    values.reshape(-1, shape.lanes)[shape.heads] = box[0] + (box[1] - box[0]) * share


def random_places(shape: Shape, seed: int, start: int) -> Array:
    """Where in the box of values a random start begins, from 0 to 1 (head, lane).

    Odd starts are independent at every head; even ones put a party at one level everywhere,
    since independent ones average out within a round of a large game.
    """
    rng = np.random.default_rng([seed, start])
    share = rng.random((len(shape.heads), shape.lanes))
    if start % 2 == 0:
        share = 0.9 * rng.random(shape.lanes) + 0.1 * share
    return share


def distance(shape: Shape, one: Array, other: Array, scale: Array) -> float:
    """Largest difference of two flat values at the heads, relative to the scale."""
    gap = (one - other).reshape(-1, shape.lanes)[shape.heads]
    return float(np.abs(gap / scale).max(initial=0.0))
