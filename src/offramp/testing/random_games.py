"""Random games played in rounds, for tests and benchmarks of anything that reads a structure."""

from __future__ import annotations

from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables


class Ranges(TypedDict, total=False):
    """What precision and patience are drawn from, and whether play has a taste for chance."""

    precision: tuple[float, float]
    patience: tuple[float, float]
    entropy: bool


def random_game(
    seed: int,
    *,
    rounds: int = 0,
    steps: int = 3,
    width: int = 4,
    parties: int = 2,
    moves: int = 3,
    levels: int = 1,
    terminals: int = 3,
    ending: float = 0.15,
    nature: bool = True,
    draws: int = 1,
    **numbers: Unpack[Ranges],
) -> tuple[Structure, Tables]:
    """A random game: ``width`` states at each of ``steps`` steps of a round, on each of ``levels``.

    Play goes from level to level only upwards (each level can be one component). With
    ``rounds`` above 0 the round is counted and the game has no cycles; after the last one
    play ends in terminal 0. An edge ends play with probability ``ending``; every state is
    reachable. Pays lie in [-1, 1], precision (by
    itself 0.5 to 6) and patience (0.6 to 0.97) in the given ranges.
    """
    rng = np.random.default_rng(seed)
    cell = _Cells(rounds or 1, levels, steps, width)
    mover = rng.integers(0, parties, cell.total).astype(np.int16)
    if nature:
        mover[cell.step == steps - 1] = -1
    count = rng.integers(1, moves + 1, cell.total)
    count[0] = moves
    first = np.concatenate([[0], np.cumsum(count)])
    source = np.repeat(np.arange(cell.total), count)
    target, turns, at_end = _edges(rng, cell, source, rounds, terminals, ending)
    keep = _reached(first, target)
    structure = _assemble(
        rng, cell, mover, keep, source, target, turns, at_end, parties, terminals, rounds
    )
    return structure, _numbers(rng, structure, draws, numbers)


class _Cells:
    """The full grid of round, level, step and state, and the coordinates of each cell."""

    def __init__(self, rounds: int, levels: int, steps: int, width: int) -> None:
        self.total = rounds * levels * steps * width
        self.grid = (rounds, levels, steps, width)
        index = np.unravel_index(np.arange(self.total), self.grid)
        self.round, self.level, self.step, self.state = index

    def at(self, *coordinates: NDArray) -> NDArray:
        """The cells with these coordinates."""
        return np.ravel_multi_index(coordinates, self.grid)


def _edges(
    rng: np.random.Generator,
    cell: _Cells,
    source: NDArray,
    rounds: int,
    terminals: int,
    ending: float,
) -> tuple[NDArray, NDArray, NDArray]:
    """Targets, which edges turn the round, and which of them go into the end after the limit."""
    levels, steps, width = cell.grid[1:]
    turning = cell.step[source] == steps - 1
    rise = (rng.random(len(source)) < 0.3).astype(int)
    level = np.minimum(cell.level[source] + rise, levels - 1)
    when = cell.round[source] + (turning if rounds else 0)
    step = np.where(turning, 0, cell.step[source] + 1)
    at_end = when >= max(rounds, 1)
    state = rng.integers(0, width, len(source))
    target = cell.at(np.where(at_end, 0, when), level, step, state)
    ends = (rng.random(len(source)) < ending) & (source > 0)
    target = np.where(ends, -1 - rng.integers(0, terminals, len(source)), target)
    at_end &= ~ends
    return np.where(at_end, -1, target), turning & ~ends, at_end


def _reached(first: NDArray, target: NDArray) -> NDArray:
    """The cells that play can reach from cell 0, which is at step 0."""
    seen = np.zeros(len(first) - 1, bool)
    frontier = np.array([0])
    while len(frontier):
        seen[frontier] = True
        count = first[frontier + 1] - first[frontier]
        offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        after = target[np.repeat(first[frontier], count) + offset]
        after = np.unique(after[after >= 0])
        frontier = after[~seen[after]]
    return np.flatnonzero(seen)


def _assemble(
    rng: np.random.Generator,
    cell: _Cells,
    mover: NDArray,
    keep: NDArray,
    source: NDArray,
    target: NDArray,
    turns: NDArray,
    at_end: NDArray,
    parties: int,
    terminals: int,
    rounds: int,
) -> Structure:
    """The structure on the reached cells, renumbered."""
    index = np.full(cell.total, -1)
    index[keep] = np.arange(len(keep))
    edge = np.flatnonzero(index[source] >= 0)
    source, target = index[source[edge]], target[edge]
    target = np.where(target >= 0, index[np.maximum(target, 0)], target)
    return assembled(
        mover[keep],
        np.searchsorted(source, np.arange(len(keep) + 1)),
        target,
        turns=turns[edge],
        at_end=at_end[edge],
        pay_class=rng.integers(0, max(4, min(len(edge), 1000)), len(edge)),
        step=cell.step[keep],
        sizes=(parties, terminals, rounds),
    )


def assembled(
    mover: NDArray,
    first: NDArray,
    target: NDArray,
    *,
    turns: NDArray,
    at_end: NDArray,
    pay_class: NDArray,
    step: NDArray,
    sizes: tuple[int, int, int],
    infoset: NDArray | None = None,
) -> Structure:
    """A structure that starts at node 0; every edge of nature's has odds of its own.

    ``sizes`` are the numbers of parties, terminals (an outcome each) and rounds (0: no limit).
    """
    parties, terminals, limit = sizes
    source = np.repeat(np.arange(len(mover)), np.diff(first))
    order, component, cyclic = condense(source, target, step)
    by_nature = mover[source] < 0
    return Structure(
        mover=mover.astype(np.int16),
        first=first,
        target=target,
        turns=turns,
        pay_class=pay_class.astype(np.int32),
        odds_class=np.where(by_nature, np.cumsum(by_nature) - 1, -1).astype(np.int32),
        step=step.astype(np.int16),
        start=0,
        parties=parties,
        terminals=terminals,
        order=order,
        component=component,
        cyclic=cyclic,
        limit=limit,
        terminal_outcome=np.arange(terminals, dtype=np.int32),
        terminal_by=np.full(terminals, -1, np.int32),
        at_end_edge=at_end,
        **({} if infoset is None else {"infoset": infoset.astype(np.int32)}),
    )


def condense(source: NDArray, target: NDArray, step: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """``order``, ``component`` and ``cyclic`` of a structure from its edges (see Structure)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    inner = target >= 0
    pair = (source[inner], target[inner])
    graph = coo_array((np.ones(inner.sum(), np.int8), pair), shape=(len(step),) * 2).tocsr()
    number, label = connected_components(graph, directed=True, connection="strong")
    rank = _depth(number, label[pair[0]], label[pair[1]])[label]
    order = np.lexsort((-step.astype(int), label, rank))
    jump = np.flatnonzero(np.diff(label[order])) + 1
    component = np.concatenate([[0], jump, [len(step)]])
    loops = np.zeros(number, bool)
    loops[label[pair[0][pair[0] == pair[1]]]] = True
    cyclic = (np.diff(component) > 1) | loops[label[order[component[:-1]]]]
    return order, component, cyclic


def _depth(number: int, tail: NDArray, head: NDArray) -> NDArray:
    """Longest distance of each component to a sink, by peeling sinks off."""
    across = np.unique(np.stack([tail, head])[:, tail != head], axis=1)
    depth = np.zeros(number, np.int64)
    left = np.bincount(across[0], minlength=number)
    by_head = across[:, np.argsort(across[1], kind="stable")]
    begin = np.searchsorted(by_head[1], np.arange(number + 1))
    frontier = np.flatnonzero(left == 0)
    while len(frontier):
        count = begin[frontier + 1] - begin[frontier]
        offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        index = np.repeat(begin[frontier], count) + offset
        above = by_head[0, index]
        np.maximum.at(depth, above, np.repeat(depth[frontier], count) + 1)
        np.subtract.at(left, above, 1)
        frontier = np.unique(above[left[above] == 0])
    return depth


def _numbers(rng: np.random.Generator, structure: Structure, draws: int, numbers: Ranges) -> Tables:
    """Tables with pays in [-1, 1] (a tenth of it on the way) and random odds."""
    weight = rng.random((draws, int((structure.odds_class >= 0).sum()))) + 0.05
    rng = np.random.default_rng(rng.integers(0, 1 << 30))
    precision = numbers.get("precision", (0.5, 6.0))
    patience = numbers.get("patience", (0.6, 0.97))
    return filled(rng, structure, weight, precision, patience, numbers.get("entropy", False))


def filled(
    rng: np.random.Generator,
    structure: Structure,
    weight: NDArray[np.float64],
    precision: tuple[float, float],
    patience: tuple[float, float],
    entropy: bool,
) -> Tables:
    """Tables with odds in proportion to ``weight`` (draw, edge of nature's) and random pays."""
    draws, parties = len(weight), structure.parties
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    source = source[structure.odds_class >= 0]
    total = np.stack([np.bincount(source, row, structure.nodes) for row in weight])
    return Tables(
        pay=rng.uniform(-0.1, 0.1, (draws, int(structure.pay_class.max()) + 1, parties)),
        odds=weight / total[:, source],
        end_pay=rng.uniform(-1, 1, (draws, structure.terminals, parties)),
        patience=rng.uniform(*patience, (draws, parties)),
        precision=rng.uniform(*precision, (draws, parties)),
        entropy=entropy,
    )
