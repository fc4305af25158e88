"""Equations as a list of sums of products that one small kernel reads, the same for all games.

A tape is read from one end to the other and works on one vector of cells; most of its lines
are ``into = plus + left * right``. Compiling is done once for all structures, and a line takes
about a nanosecond.

The list is what the literature on automatic differentiation calls a tape: Griewank & Walther
(2008), Evaluating derivatives.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.game.structure import Tables

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Cells = NDArray[np.uint32]

_INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
inner_jit: Any = njit(cache=True, nogil=True, error_model="numpy", **_INNER)
"""For kernels that only kernels call: what Python would need takes longer to compile than they."""
used_once_jit: Any = njit(cache=True, nogil=True, error_model="numpy", inline="always", **_INNER)
"""For those with one caller, into which they are written."""

ZERO, ONE, MINUS, TIME = 0, 1, 2, 3
"""The first cells: 0, 1, -1 and t."""
SUM, PAIR, SHARE, LOSS, FAR, MORE, TOP, TAKE = range(8)
"""Kinds of lines. Their four numbers, cells unless something else is said:

SUM: the result, and as above; PAIR: the first result, the two that are weighed, whether
logarithms are wanted; SHARE: the first result, where in ``weigh`` the cells weighed begin, their
number, and the same; LOSS: the first share, the precision, the first result, the number of
shares; FAR and MORE: the result, which does not fall below the next or the difference of the
last two, for FAR without its sign; TOP: the result, which tells the largest of those beginning
at the next, their number; TAKE: the result, the first of those from which it takes the one that
the last tells.
"""
ONCE, PLAIN, STEEP = 0, 1, 2
"""Parts of a tape: once a draw, at every point, and slopes."""


class Facts(NamedTuple):
    """What a tape may take for granted in all draws, and how many numbers they have."""

    entropy: bool
    paid: tuple[bool, ...]
    """(pay class and party,) False where the pay is always 0."""
    patient: tuple[bool, ...]
    """(party,) True where patience is always 1."""
    masked: bool
    """Whether nature has odds of 0 in any draw."""
    odds: int
    terminals: int


def facts_of(tables: Tables) -> Facts:
    """The facts that hold in all draws."""
    return Facts(
        entropy=bool(tables.entropy),
        paid=tuple((tables.pay != 0.0).any(axis=0).ravel().tolist()),
        patient=tuple((tables.patience == 1.0).all(axis=0).tolist()),
        masked=bool((tables.odds <= 0.0).any()),
        odds=tables.odds.shape[1],
        terminals=tables.end_pay.shape[1],
    )


class DrawNumbers(NamedTuple):
    """The tables of all draws, and what follows from them."""

    span: Floats
    """(draw,) how strongly moves can differ at full precision, in log-odds: the unit of t."""
    masks: Floats
    """(draw, inward and position) see `nature_zeros`, or (draw, 0)."""
    base: Floats
    """(draw, unknown) log-odds at precision 0: those of the weights of moves."""
    pay: Floats
    """(draw, pay class, party)."""
    odds: Floats
    """(draw, odds class)."""
    end_pay: Floats
    """(draw, terminal, party)."""
    patience: Floats
    """(draw, party)."""
    precision: Floats
    """(draw, party)."""


class Tape(NamedTuple):
    """Lines, and where in the vector of cells everything stands."""

    begin: Ints
    """(part + 1,) pointer into ``runs``."""
    runs: Ints
    """(run, 3) lines of one kind: the kind, the first one, and the end."""
    lines: Cells
    """(line, 4) see the kinds."""
    weigh: Cells
    cells: int
    patience: int
    precision: int
    pay: int
    odds: int
    log_odds: int
    end_pay: int
    masks: int
    """0, or -inf where nature's zeros make a way or a node negligible beside others."""
    z: int
    """Log-odds at the sets."""
    lean: int
    gap: int
    """Left side minus right side of the equations."""
    slopes: int
    """(unknown + 1, unknown + 1) of ``gap``, the last column by t; last row free."""


@inner_jit
def load_tape(tape: Tape, cells, masks, pay, odds, end_pay, patience, precision, scale):
    """Put the numbers of one draw into cells, precisions times ``scale``; and the first part.

    ``cells`` (cell,) holds all numbers of the tape. The numbers are those of one draw: ``pay``
    (class, party), ``odds`` (class,), ``end_pay`` (terminal, party).
    """
    cells[ZERO], cells[ONE], cells[MINUS], cells[TIME] = 0.0, 1.0, -1.0, 1.0
    parties = len(patience)
    for j in range(parties):
        cells[tape.patience + j], cells[tape.precision + j] = patience[j], scale * precision[j]
    for k in range(len(pay)):
        for j in range(parties):
            cells[tape.pay + k * parties + j] = pay[k, j]
    for k in range(len(end_pay)):
        for j in range(parties):
            cells[tape.end_pay + k * parties + j] = end_pay[k, j]
    for k in range(len(odds)):
        cells[tape.odds + k] = odds[k]
        cells[tape.log_odds + k] = np.log(odds[k]) if odds[k] > 0.0 else 0.0
    for k in range(len(masks)):
        cells[tape.masks + k] = masks[k]
    read_lines(tape.runs, tape.lines, tape.weigh, cells, tape.begin[ONCE], tape.begin[PLAIN])


@njit(cache=True, nogil=True, error_model="numpy")
def read_lines(runs, lines, weigh, cells, begin, end):
    """Carry out runs of lines; shares come with their logarithms and that of the sum.

    ``runs`` is (run, 3), ``lines`` (line, 4), ``cells`` (cell,).
    """
    for run in range(begin, end):
        kind, low, high = runs[run, 0], runs[run, 1], runs[run, 2]
        if kind == SUM:
            for k in range(low, high):
                product = cells[lines[k, 2]] * cells[lines[k, 3]]
                cells[lines[k, 0]] = cells[lines[k, 1]] + product
        elif kind == PAIR:
            for k in range(low, high):
                give, one, other = lines[k, 0], cells[lines[k, 1]], cells[lines[k, 2]]
                behind, up = abs(other - one), other > one
                small = np.exp(-behind)
                large = 1.0 / (1.0 + small)
                small *= large
                cells[give] = small if up else large
                cells[give + 1] = large if up else small
                if lines[k, 3]:
                    less = np.log1p(-small)
                    cells[give + 2] = less - behind if up else less
                    cells[give + 3] = less if up else less - behind
                    cells[give + 4] = max(one, other) - less
        elif kind == SHARE:
            for k in range(low, high):
                share_cells(weigh, lines[k, 1], lines[k, 2], lines[k, 0], lines[k, 3], cells)
        elif kind == LOSS:
            for k in range(low, high):
                fall_short(cells, lines[k, 0], lines[k, 1], lines[k, 2], lines[k, 3])
        elif kind == TOP:
            for k in range(low, high):
                first, best = np.int64(lines[k, 1]), 0
                for c in range(np.int64(lines[k, 2])):
                    best = c if cells[first + c] > cells[first + best] else best
                cells[lines[k, 0]] = best
        elif kind == TAKE:
            for k in range(low, high):
                cells[lines[k, 0]] = cells[np.int64(lines[k, 1]) + np.int64(cells[lines[k, 3]])]
        else:
            for k in range(low, high):
                apart = cells[lines[k, 2]] - cells[lines[k, 3]]
                apart = abs(apart) if kind == FAR else apart
                cells[lines[k, 0]] = max(cells[lines[k, 1]], apart)


@inner_jit
def share_cells(weigh, first, count, give, logs, cells):
    """Shares of three or more in proportion to exponentials; see ``read_lines``.

    ``weigh`` (entry,) names cells, ``cells`` (cell,) holds them.
    """
    top, mass = -np.inf, 0.0
    for c in range(count):
        top = max(top, cells[weigh[first + c]])
    for c in range(count):
        cells[give + c] = np.exp(cells[weigh[first + c]] - top)
        mass += cells[give + c]
    for c in range(count):
        cells[give + c] /= mass
    if logs:
        cells[give + 2 * count] = top + np.log(mass)
        for c in range(count):
            cells[give + count + c] = cells[weigh[first + c]] - cells[give + 2 * count]


@inner_jit
def fall_short(cells, give, sharp, into, count):
    """What a choice loses to the largest entropy over its precision, then over t as well.

    The third answer is 1 over the precision; all are 0 at t = 0. No cancellation: of p log(p A) - p
    + 1 / A each is positive, and small where p is near 1 / A. ``cells`` is (cell,).
    """
    total, even = 0.0, np.log(count)
    for e in range(give, give + count):
        x = cells[count + e] + even
        if abs(x) < 1e-2:
            total += x * x * (0.5 + x * (1.0 / 3.0 + x * (0.125 + x / 30.0))) / count
        else:
            total += cells[e] * (x - 1.0) + 1.0 / count
    inverse = 1.0 / cells[sharp] if cells[sharp] > 0.0 else 0.0
    cells[into] = total * inverse
    cells[into + 1] = total * inverse / cells[TIME] if cells[TIME] > 0.0 else 0.0
    cells[into + 2] = inverse
