"""The order of a sweep for many draws at once: waves of nodes that wait for nothing in them.

Cyclic components that do not lead into each other make a stage and are iterated together.
Behind every stage come the nodes outside of components that lead into it and no further.
Within a part of a stage, the nodes of one wave need nothing but earlier waves (and, where a
round turns, the values at the heads). Waves are cut into pieces of one number of rows, one
below the other, so that a program compiled once walks through any structure of that size.

Waves are the levels of the acyclic order of Kahn (1962), Topological sorting of large networks:
textbook orders take node by node, which leaves a device idle.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.kernels.layout import Layout, Shape

PIECE_COST = 100
"""What a further piece costs, in slots."""


class Waves(NamedTuple):
    """A structure laid out for batches; rows hold nodes in pieces, then terminals, then naught.

    Rows that only fill a piece up have one move, into the last row, and are worth nothing.
    """

    mover: NDArray[np.int32]
    """(node row,) party that moves, -1 for nature."""
    target: NDArray[np.int32]
    """(slot,) row that a move leads to."""
    turns: NDArray[np.bool_]
    """(slot,)."""
    pay: NDArray[np.int32]
    """(slot,) row of the pays in use; the row behind them is naught."""
    odds: NDArray[np.int32]
    """(slot,) row of the odds; 0 at parties' moves."""
    there: NDArray[np.bool_]
    """(slot,) whether there is such a move."""
    kind: NDArray[np.int32]
    """(piece,) position in ``widths``."""
    slot: NDArray[np.int32]
    """(piece,) its first slot."""
    cut: NDArray[np.int32]
    """(part + 1,) pointer into pieces: components of a stage, nodes behind them, and so on."""
    heads: NDArray[np.int32]
    """(head,) rows of all heads."""
    turn: NDArray[np.int32]
    """(stage + 1, 2) rows from and to which the heads of a stage stand."""
    row: NDArray[np.int32]
    """(node,) row of every node of the structure."""


class Outline(NamedTuple):
    """The sizes of waves, for which a program is compiled."""

    nodes: int
    """Node rows."""
    terminals: int
    rows: int
    """Rows of a piece."""
    widths: tuple[int, ...]
    """Moves of the nodes of a piece, filled up; rising."""
    stages: int
    """Without the first, which has no components."""
    longest: int
    """Most rows that the heads of a stage take."""
    parties: int
    nature: bool
    """Whether nature moves anywhere."""


class Pieces(NamedTuple):
    """How positions are cut into pieces of ``rows`` rows."""

    rows: int
    widths: tuple[int, ...]
    row: NDArray[np.int64]
    """(position,)."""
    part: NDArray[np.int64]
    """(piece,) twice the stage, and one more behind its components."""
    wave: NDArray[np.int64]
    """(piece,) within the part."""
    kind: NDArray[np.int64]
    """(piece,) position in ``widths``."""


def lay_out(layout: Layout) -> tuple[Waves, Outline, NDArray[np.int32]]:
    """Waves of a structure, their sizes, and the rows of ``Tables.pay`` that are in use."""
    shape = layout.shape
    stage, wave = np.zeros((2, len(shape.node)), np.int64)
    number_waves(shape, layout.structure.step[shape.node].astype(np.int64), stage, wave)
    behind = ~np.repeat(shape.cyclic, np.diff(shape.component))
    pieces = _cut_pieces(2 * stage + behind, wave, np.diff(shape.first))
    stages = int(stage.max())
    turn = _find_turns(pieces, stages, shape.steps - 1)
    used, pay = np.unique(shape.pay_class, return_inverse=True)
    outline = Outline(
        nodes=len(pieces.kind) * pieces.rows,
        terminals=shape.terminals,
        rows=pieces.rows,
        widths=pieces.widths,
        stages=stages,
        longest=int((turn[:, 1] - turn[:, 0]).max(initial=0)),
        parties=layout.structure.parties,
        nature=bool((shape.mover < 0).any()),
    )
    row = np.empty(len(shape.node), np.int64)
    row[shape.node] = pieces.row
    cut = np.searchsorted(pieces.part, np.arange(2 * stages + 3))
    waves = Waves(
        **_fill_slots(shape, outline, pieces, pay, len(used)),
        kind=_small(pieces.kind),
        cut=_small(cut),
        heads=_small(pieces.row[shape.heads]),
        turn=_small(turn),
        row=_small(row),
    )
    return waves, outline, used


@njit(cache=True, nogil=True, error_model="numpy")
def number_waves(shape: Shape, step, stage, wave):
    """Fill the stage and the wave of every position; see the head of this module.

    ``step``, ``stage`` and ``wave`` are (position,).
    """
    nodes = len(shape.mover)
    for c in range(len(shape.cyclic)):
        low, high = shape.component[c], shape.component[c + 1]
        behind, after = 0, 0
        for e in range(shape.first[low], shape.first[high]):
            t = np.int64(shape.target[e])
            if t < low:
                behind = max(behind, stage[t])
        if shape.cyclic[c]:
            for n in range(low, high):
                stage[n] = behind + 1
                wave[n] = shape.steps - 1 - step[n]
            continue
        for e in range(shape.first[low], shape.first[high]):
            t = np.int64(shape.target[e])
            if t < low and stage[t] == behind and wave[t] < 0:
                after = max(after, -wave[t])
        stage[low] = behind
        wave[low] = -after - 1
    for n in range(nodes):
        if wave[n] < 0:
            wave[n] = -wave[n] - 1


def _cut_pieces(
    part: NDArray[np.int64], wave: NDArray[np.int64], moves: NDArray[np.int64]
) -> Pieces:
    """Pieces of nodes of one part, wave and width, in this order."""
    _, block = np.unique(part * (wave.max() + 1) + wave, return_inverse=True)
    widths, rows = choose_cut(block, moves)
    group = np.stack([part, wave, np.searchsorted(widths, moves)])
    order = np.lexsort(group[::-1])
    begin = np.flatnonzero(np.append(True, (np.diff(group[:, order]) != 0).any(axis=0)))
    count = np.diff(np.append(begin, len(part)))
    pieces = -(-count // rows)
    ahead = rows * (np.cumsum(pieces) - pieces)
    row = np.empty(len(part), np.int64)
    row[order] = np.repeat(ahead - begin, count) + np.arange(len(part))
    return Pieces(rows, widths, row, *np.repeat(group[:, order[begin]], pieces, axis=1))


def _find_turns(pieces: Pieces, stages: int, last: int) -> NDArray[np.int64]:
    """(stage + 1, 2) rows of the heads, the last wave of components; none in the first stage."""
    heads = np.flatnonzero((pieces.part % 2 == 0) & (pieces.wave == last))
    turn = np.zeros((stages + 1, 2), np.int64)
    stage = pieces.part[heads] // 2
    turn[stage[::-1], 0] = pieces.rows * heads[::-1]
    turn[stage, 1] = pieces.rows * (heads + 1)
    return turn


def choose_cut(group: NDArray[np.int64], moves: NDArray[np.int64]) -> tuple[tuple[int, ...], int]:
    """Up to three widths and the rows of a piece that cost least, and hold every node's moves.

    ``group`` (node,) numbers what may stand in one piece from 0.
    """
    found, place = np.unique(moves, return_inverse=True)
    if len(found) > 8:
        found, place = np.unique(2 ** np.ceil(np.log2(moves)).astype(int), return_inverse=True)
    shape = (int(group.max()) + 1, len(found))
    count = np.bincount(group * len(found) + place, minlength=shape[0] * shape[1]).reshape(shape)
    best, cost = ((int(found[-1]),), 4), np.inf
    for k in range(min(3, len(found))):
        for above in combinations(range(1, len(found)), k):
            widths = found[[*(np.array(above, int) - 1), len(found) - 1]]
            held = np.add.reduceat(count, [0, *above], axis=1)
            for rows in (4, 8, 16, 32, 64, 128, 256, 512):
                pieces = (-(-held // rows)).sum(axis=0)
                each = (1.0 + 0.1 * k) * float(pieces @ (rows * widths + PIECE_COST))
                if each < cost and (rows == 4 or rows * widths[-1] <= 8192):
                    best, cost = (tuple(int(width) for width in widths), rows), each
    return best


def _fill_slots(
    shape: Shape, outline: Outline, pieces: Pieces, pay: NDArray[np.int64], naught: int
) -> dict[str, NDArray]:
    """The moves of every row in slots, as many for each as its piece is wide."""
    nodes, rows, row = len(shape.mover), outline.rows, pieces.row
    width = np.array(outline.widths)[pieces.kind]
    slot = np.append(0, np.cumsum(rows * width))
    mover = np.zeros(outline.nodes, np.int32)
    mover[row] = shape.mover
    target = np.full(slot[-1], outline.nodes + outline.terminals, np.int32)
    turns, there = np.zeros((2, len(target)), bool)
    odds, paid = np.zeros(len(target), np.int32), np.full(len(target), naught, np.int32)
    begin = (slot[:-1, None] + np.arange(rows) * width[:, None]).ravel()
    there[begin] = True
    count = np.diff(shape.first)
    at = np.repeat(begin[row] - shape.first[:-1], count) + np.arange(shape.first[-1])
    to = shape.target.astype(np.int64)
    inner = to < nodes
    target[at] = np.where(inner, row[np.where(inner, to, 0)], outline.nodes + to - nodes)
    there[at], turns[at], paid[at] = True, shape.turns > 0, pay
    odds[at] = np.maximum(shape.odds_class, 0)
    return {
        "mover": mover,
        "target": target,
        "turns": turns,
        "pay": paid,
        "odds": odds,
        "there": there,
        "slot": _small(slot[:-1]),
    }


def _small(array: NDArray) -> NDArray[np.int32]:
    return np.ascontiguousarray(array, np.int32)
