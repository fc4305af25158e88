"""Rounds linearised from head to head: what lies between them is eliminated.

Where many products with the derivatives of a sweep are wanted, most positions can be left out of
them. Going through positions in solving order, each gets a row: by which blocks (party, party) its
value changes with those of heads, and of some positions that are kept. A position is eliminated
(its row stands for it wherever it is read) unless that would make more blocks than it saves; heads
are always kept. Which rows there are depends on the structure alone and is found out once; the
blocks are filled after every linearised sweep (`slopes`), for one draw at a time.

Sources: Markowitz (1957), The elimination form of the inverse, for what is worth eliminating;
Griewank & Walther (2008), Evaluating derivatives, chapter 9, for doing so on a graph.
"""

from __future__ import annotations

from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.remembering import remembered
from offramp.game.structure import Structure
from offramp.solvers.kernels.abreast import (
    four_of,
    jit_inside,
    load,
    nothing_in,
    rows_like,
    save,
    save_four,
)
from offramp.solvers.kernels.backup import Numbers
from offramp.solvers.kernels.layout import Shape, arrange
from offramp.solvers.perfect.slopes import Slopes

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
MOST = 6_000
"""Positions up to which it is found out what to eliminate, which is plain Python."""
SAVED = 1.5
"""A block stands for so many edges at least, or products are no cheaper,"""
WORK = 8
"""and so many are made for an edge at most, or they cost more than they save."""


class Condensed(NamedTuple):
    """Which blocks there are; a slot has room for one, (party * lanes + lane,), by columns."""

    parties: int
    slots: int
    kept: Integers
    """Positions with a row of their own, rising; none where rows would not help."""
    place: Integers
    """(kept,) which of the heads it is, -1 if none."""
    first: Integers
    """(position,) where its row begins in the next two, and"""
    last: Integers
    """(position,) where it ends."""
    item: Integers
    """What a row reads, the position of a head or of one that is kept, and"""
    slot: Integers
    """where the block of that stands."""
    begin: Integers
    """(edge + 1,) pointer into the slots that an edge adds to, one for each item of the row that it
    leads to: """
    into: Integers
    fresh: NDArray[np.bool_]
    """Whether it is the first to add to that slot."""
    itself: NDArray[np.bool_]
    """(edge,) whether it leads to what stands as an item itself."""


class Blocks(NamedTuple):
    """Rows with their numbers."""

    rows: Condensed
    block: Array
    """(slot * parties * lanes + party * lanes + lane,)."""
    image: Array
    """(head * lanes + lane,) what changes of the heads become in a round."""


@jit_inside
def blocks_for(shape: Shape, rows: Condensed, like):
    """Room for the blocks of one draw. Rows are (slot * parties * lanes + lane,) and so on."""
    return Blocks(
        rows,
        rows_like(like, rows.slots * rows.parties * shape.lanes),
        rows_like(like, len(shape.heads) * shape.lanes),
    )


@jit_inside
def fill_blocks(shape: Shape, numbers: Numbers, slopes: Slopes, blocks: Blocks):
    """The blocks of all positions from the derivatives of the last sweep over them.

    They are (slot * parties * lanes + party * lanes + lane,).
    """
    mover, edges, target, turns = shape.mover, shape.first, shape.target, shape.turns
    chance, slope, patience, block = slopes.chance, slopes.slope, numbers.patience, blocks.block
    rows, lanes, parties = blocks.rows, shape.lanes, blocks.rows.parties
    first, slot, begin, into = rows.first, rows.slot, rows.begin, rows.into
    fresh, itself, size = rows.fresh, rows.itself, parties * lanes
    for n in range(shape.reach if len(rows.kept) else 0):
        m, a, b = np.int64(mover[n]), edges[n], edges[n + 1]
        bends = m >= 0 and b - a > 1
        for e in range(a, b):
            one, last, share = begin[e], begin[e + 1], load(chance, e)
            if one == last:
                continue
            for j in range(0, lanes, 4):
                even, bend = nothing_in(block) + share, nothing_in(block)
                if turns[e] != 0:
                    even = even * four_of(patience, j)
                if bends:
                    later = load(patience, m) if turns[e] != 0 else 1.0
                    bend = four_of(slope, e * lanes + j) * later
                if itself[e]:
                    to = into[one] * size + j
                    if fresh[one]:
                        for i in range(0, size, lanes):
                            save_four(block, to + i, nothing_in(block))
                    for i in range(j, min(j + 4, parties)):
                        part = share * load(patience, i) if turns[e] != 0 else share
                        at = to + i * lanes + i - j
                        save(block, at, load(block, at) + part)
                    if bends:
                        at = to + m * lanes
                        save_four(block, at, four_of(block, at) + bend)
                    continue
                source = first[target[e]] - one
                for k in range(one, last):
                    at, to, new = slot[source + k] * size + j, into[k] * size + j, fresh[k]
                    if bends and new:
                        for i in range(0, size, lanes):
                            more = even * four_of(block, at + i)
                            save_four(block, to + i, more + bend * load(block, at + i + m - j))
                    elif bends:
                        for i in range(0, size, lanes):
                            more = four_of(block, to + i) + even * four_of(block, at + i)
                            save_four(block, to + i, more + bend * load(block, at + i + m - j))
                    elif new:
                        for i in range(0, size, lanes):
                            save_four(block, to + i, even * four_of(block, at + i))
                    else:
                        for i in range(0, size, lanes):
                            more = four_of(block, to + i) + even * four_of(block, at + i)
                            save_four(block, to + i, more)


@jit_inside
def push_rows(shape: Shape, change, blocks: Blocks):
    """Carry the changes of the heads through a round, into the ``image`` (head * lanes + lane,).

    Changes are (row * lanes + lane,).
    """
    rows, lanes, block = blocks.rows, shape.lanes, blocks.block
    first, last, item, slot = rows.first, rows.last, rows.item, rows.slot
    size = rows.parties * lanes
    for q in range(len(rows.kept)):
        n, place = rows.kept[q], rows.place[q]
        for j in range(0, lanes, 4):
            mean = nothing_in(change)
            for k in range(first[n], last[n]):
                at, v = slot[k] * size + j, item[k] * lanes
                for i in range(rows.parties):
                    mean = mean + four_of(block, at + i * lanes) * load(change, v + i)
            if place >= 0:
                save_four(blocks.image, place * lanes + j, mean)
            else:
                save_four(change, n * lanes + j, mean)


@remembered
def rows_of(structure: Structure) -> Condensed:
    """The rows of all positions up to the last component with rounds.

    There are none where products would not become cheaper, or where there are too many positions to
    look at.
    """
    shape = arrange(structure).shape
    found = _Condensing(shape)
    if shape.reach <= MOST:
        found.eliminate()
    useful = SAVED * found.blocks <= found.edges and len(found.into) <= WORK * found.edges
    if not useful:
        found = _Condensing(shape)
    number = {head: place for place, head in enumerate(shape.heads.tolist())}
    found.begin += [len(found.into)] * (len(shape.target) + 1 - len(found.begin))
    return Condensed(
        parties=int(structure.parties),
        slots=found.slots,
        kept=np.array(found.kept, np.int64),
        place=np.array([number.get(n, -1) for n in found.kept], np.int64),
        first=np.array(found.first, np.int64),
        last=np.array(found.last, np.int64),
        item=np.array(found.item, np.int64),
        slot=np.array(found.slot, np.int64),
        begin=np.array(found.begin, np.int64),
        into=np.array(found.into, np.int64),
        fresh=np.array(found.fresh, np.bool_),
        itself=np.array(found.itself, np.bool_),
    )


class _Condensing:
    """Positions one after the other; see `Condensed`."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.kept: list[int] = []
        self.first: list[int] = []
        self.last: list[int] = []
        self.item: list[int] = []
        self.slot: list[int] = []
        self.begin: list[int] = []
        self.into: list[int] = []
        self.fresh: list[bool] = []
        self.itself: list[bool] = []
        self.free: list[int] = []
        self.slots = self.edges = self.blocks = 0

    def eliminate(self) -> None:
        """Find all rows."""
        heads = set(self.shape.heads.tolist())
        targets, same = _ways_on(self.shape, heads)
        readers, last = _readers(targets, same)
        stands_for: list[tuple[int, ...]] = []
        for n, leads in enumerate(targets):
            if same[n] != n:
                self._repeat(same[n])
                stands_for.append(stands_for[same[n]])
                continue
            ways = [() if v < 0 else (v,) if v >= n else stands_for[v] for v in leads]
            items = list(dict.fromkeys(chain.from_iterable(ways)))
            saved = readers[n] * (len(items) - 1) - len(items)
            keep = n in heads or (len(items) > 1 and saved > 0)
            row = dict(zip(items, self._slots(len(items), lasting=keep), strict=True))
            self._add(n, row, leads, ways, heads)
            stands_for.append((n,) if keep and n not in heads else tuple(items))
            if keep:
                self.kept.append(n)
                self.blocks += len(items)
            for v in set(leads):
                if 0 <= v < n and last[v] == n and v not in heads and stands_for[v] != (v,):
                    self.free += self.slot[self.first[v] : self.last[v]]

    def _repeat(self, v: int) -> None:
        """A position has the row of ``v``."""
        self.first.append(self.first[v])
        self.last.append(self.last[v])
        self.begin.append(len(self.into))
        self.itself.append(False)

    def _add(
        self,
        n: int,
        row: dict[int, int],
        leads: list[int],
        ways: list[tuple[int, ...]],
        heads: set[int],
    ) -> None:
        """The row of ``n`` and what its edges add to that."""
        self.first.append(len(self.item))
        self.item += row
        self.slot += row.values()
        self.last.append(len(self.item))
        met: set[int] = set()
        for v, way in zip(leads, ways, strict=True):
            self.begin.append(len(self.into))
            self.itself.append(v >= n or (way == (v,) and v not in heads))
            self.into += [row[item] for item in way]
            self.fresh += [item not in met for item in way]
            met.update(way)
            self.edges += bool(way)

    def _slots(self, count: int, *, lasting: bool) -> list[int]:
        """Slots of their own; such as are free again where they need not last."""
        reused = 0 if lasting else min(count, len(self.free))
        found = [self.free.pop() for _ in range(reused)]
        found += range(self.slots, self.slots + count - reused)
        self.slots += count - reused
        return found


def _ways_on(shape: Shape, heads: set[int]) -> tuple[list[list[int]], list[int]]:
    """Where the edges of every position lead, -1 for an end; and which one each is the same as.

    That is another one where there is nothing to choose and nothing is discounted.
    """
    first, target = shape.first[: shape.reach + 1].tolist(), shape.target.tolist()
    turns, nodes = shape.turns.tolist(), len(shape.mover)
    targets: list[list[int]] = []
    same = list(range(shape.reach))
    for n, (a, b) in enumerate(pairwise(first)):
        leads = [-1 if v >= nodes else same[v] if v < n else v for v in target[a:b]]
        targets.append(leads)
        passes = b - a == 1 and not turns[a] and 0 <= leads[0] < n
        if passes and n not in heads and leads[0] not in heads:
            same[n] = leads[0]
    return targets, same


def _readers(targets: list[list[int]], same: list[int]) -> tuple[list[int], list[int]]:
    """How many positions read each one in the same sweep, and which is the last to do so."""
    readers, last = [0] * len(targets), [-1] * len(targets)
    for n, leads in enumerate(targets):
        for v in set(leads) if same[n] == n else ():
            if 0 <= v < n:
                readers[v] += 1
                last[v] = n
    return readers, last
