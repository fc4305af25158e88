"""Batches of draws that are solved abreast: their numbers in, how far they are, what is found.

What is done with them stands in `branch` and `compiled_loop`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Tables
from offramp.solvers.equilibria import Options
from offramp.solvers.kernels.abreast import WIDTH, four_of, get, jit_inside, many, put, save_four
from offramp.solvers.kernels.backup import Numbers
from offramp.solvers.kernels.layout import Shape

Array = NDArray[np.float64]
ALONE = 30_000
"""Nodes above which draws are solved one by one: eight abreast would not fit a near memory."""


class TableArrays(NamedTuple):
    """The numbers of all draws, as in Tables."""

    pay: Array
    odds: Array
    end_pay: Array
    patience: Array
    precision: Array
    entropy: bool


class Solutions(NamedTuple):
    """What is found, one row per draw; ``payoff`` is ``value`` under the payoff convention."""

    value: Array
    """(draw, node, party)."""
    payoff: Array
    """(draw, node, party)."""
    strategy: Array
    """(draw, edge)."""
    residual: Array
    """(draw, party) largest |V - T(V)|, from the structure as given."""
    gain: Array
    """(draw, party) most that a best reply gains at the start, and"""
    anywhere: Array
    """(draw, party) anywhere; upper bounds up to the error of the payoffs."""
    slack: Array
    """(draw, party) bound on the error of the payoffs."""
    loose: Array
    """(draw, party) how much too high the gains may be, besides that."""
    scale: Array
    """(draw, lane) scale of the values."""
    sweeps: NDArray[np.int64]
    """(draw,) how many were needed; negative where no fixed point was reached."""
    followed: NDArray[np.bool_]
    """(draw,) whether the branch was followed to the solution."""
    proved: NDArray[np.bool_]
    """(draw,) whether there is certainly no other equilibrium."""
    wanted: NDArray[np.int64]
    """(draw,) random starts that are wanted."""
    ended: NDArray[np.int8]
    """(draw, start) 0 where a random start did not settle, 1 as the solution, 2 elsewhere."""


class Settings(NamedTuple):
    """How hard to try."""

    tolerance: float
    """Error of the values,"""
    reply_tolerance: float
    """and of best replies, relative to their scale."""
    sweeps: int
    """Most steps along a branch, and most sweeps from a random start."""
    confirming: int
    """Most Newton steps from values known beforehand; with 0 they are taken as they are."""
    climbing: bool
    """Whether draws without such values, or in vain, follow their branches."""
    certified: bool
    """Whether regrets and uniqueness are worked out."""


class Batch(NamedTuple):
    """Draws that are solved abreast, ``(place,)``; the last one fills a short batch up."""

    draw: NDArray[np.int64]
    start: NDArray[np.int64]
    """Which random start it is about, -1 for none."""
    here: NDArray[np.int64]
    """(1,) how many of them count."""
    total: NDArray[np.int64]
    """Sweeps, once solved; negative where that failed or is not wanted; 0 until then."""
    used: NDArray[np.int64]
    """0 for those that take part in the next sweeps; then their number, negative on failure."""


def like_for(shape: Shape) -> Array:
    """An array with as many draws abreast as a game of this size is solved for at once."""
    return np.zeros(1) if len(shape.mover) > ALONE else np.zeros((1, WIDTH))


def arrays_of(tables: Tables) -> TableArrays:
    """The arrays of the tables."""
    return TableArrays(*(getattr(tables, name) for name in TableArrays._fields))


def settings_of(options: Options, reply_tolerance: float) -> Settings:
    """How hard to try to solve draws."""
    return Settings(options.tolerance, reply_tolerance, options.sweeps, 2, True, options.certified)


def solutions_in(
    value: Array, payoff: Array, strategy: Array, lanes: int, starts: int
) -> Solutions:
    """What is found, into given rows for all draws and others still to be filled."""
    draws, _, parties = value.shape
    return Solutions(
        value=value,
        payoff=payoff,
        strategy=strategy,
        residual=np.full((draws, parties), np.nan),
        gain=np.full((draws, parties), np.nan),
        anywhere=np.full((draws, parties), np.nan),
        slack=np.full((draws, parties), np.nan),
        loose=np.full((draws, parties), np.nan),
        scale=np.ones((draws, lanes)),
        sweeps=np.zeros(draws, np.int64),
        followed=np.zeros(draws, np.bool_),
        proved=np.zeros(draws, np.bool_),
        wanted=np.zeros(draws, np.int64),
        ended=np.zeros((draws, starts), np.int8),
    )


@jit_inside
def batch_for(like, shape: Shape):
    """Places for as many draws as stand abreast in ``like``. Its arrays are (place,)."""
    abreast = many(like)
    return Batch(
        np.empty(abreast, np.int64),
        np.empty(abreast, np.int64),
        np.empty(1, np.int64),
        np.empty(abreast, np.int64),
        np.empty(abreast, np.int64),
    )


@jit_inside
def queue_for(draws, starts):
    """Room for all draws, and for all starts of all of them: (item, 2)."""
    return np.empty((draws * max(1, starts), 2), np.int64)


@jit_inside
def gather_batch(queue, begin, count, batch: Batch):
    """The next of the queue, as many as there are. ``queue`` is (item, 2)."""
    batch.here[0] = min(len(batch.draw), count - begin)
    for k in range(len(batch.draw)):
        item = begin + min(k, batch.here[0] - 1)
        batch.draw[k], batch.start[k] = queue[item, 0], queue[item, 1]
        batch.total[k] = 0 if k < batch.here[0] else -1


@jit_inside
def gather_numbers(shape: Shape, arrays: TableArrays, batch: Batch, numbers: Numbers):
    """The numbers of a batch from the rows of the tables.

    Tables are (draw, class, party), numbers (class * lanes + lane,).
    """
    numbers.paid[:] = 0
    for k in range(len(batch.draw)):
        gather_place(shape, arrays, batch, numbers, k)


@jit_inside
def gather_place(shape: Shape, arrays: TableArrays, batch: Batch, numbers: Numbers, k):
    """The numbers of the draw at place ``k``.

    Tables are (draw, class, party), numbers (class * lanes + lane,).
    """
    lanes, parties, draw = shape.lanes, arrays.patience.shape[1], batch.draw[k]
    for c in range(len(numbers.paid)):
        for j in range(parties):
            one = arrays.pay[draw, c, j]
            put(numbers.pay, c * lanes + j, k, one + 0.0)
            if one != 0.0:
                numbers.paid[c] = 1
    for c in range(arrays.odds.shape[1]):
        put(numbers.odds, c, k, arrays.odds[draw, c])
    for j in range(parties):
        put(numbers.patience, j, k, arrays.patience[draw, j])
        put(numbers.precision, j, k, arrays.precision[draw, j])


@jit_inside
def open_values(values, shape: Shape, arrays: TableArrays, batch: Batch):
    """Zero everywhere but at the ends.

    ``values`` (row * lanes + lane,) has a row for every position and terminal.
    """
    for k in range(len(batch.draw)):
        open_place(values, shape, arrays, batch, k)


@jit_inside
def open_place(values, shape: Shape, arrays: TableArrays, batch: Batch, k):
    """The same for the draw at place ``k``; ``values`` is (row * lanes + lane,)."""
    nodes, lanes = len(shape.mover), shape.lanes
    for r in range(nodes * lanes):
        put(values, r, k, 0.0)
    for t in range(shape.terminals):
        for j in range(arrays.end_pay.shape[2]):
            put(values, (nodes + t) * lanes + j, k, arrays.end_pay[batch.draw[k], t, j])


@jit_inside
def read_values(values, shape: Shape, batch: Batch, table):
    """Put rows of a table (draw, node, party) into values."""
    for k in range(len(batch.draw)):
        for i in range(len(shape.mover)):
            for j in range(table.shape[2]):
                put(values, i * shape.lanes + j, k, table[batch.draw[k], shape.node[i], j])


@jit_inside
def hand_out(shape: Shape, values, given, batch: Batch, table):
    """Put values into the order of the structure, and into the rows of solved draws.

    ``values`` and ``given`` are (row * lanes + lane,), ``table`` (draw, node, party).
    """
    nodes, lanes = len(shape.mover), shape.lanes
    for i in range(nodes + shape.terminals):
        n = shape.node[i] if i < nodes else i
        for j in range(0, lanes, 4):
            save_four(given, n * lanes + j, four_of(values, i * lanes + j))
    for k in range(len(batch.draw)):
        if batch.total[k] > 0:
            for n in range(nodes):
                for j in range(table.shape[2]):
                    table[batch.draw[k], n, j] = get(given, n * lanes + j, k)


@jit_inside
def copy_rows(source, target):
    """Overwrite rows by others. Both are (row,)."""
    for r in range(0, len(source), 4):
        save_four(target, r, four_of(source, r))
