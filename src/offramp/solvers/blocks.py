"""Blocks of draws of a game with information sets: traced, certified and stored in one call."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from offramp.solvers.branching import (
    REACHED,
    begin_branch,
    follow_branch,
    polish,
    resume_branch,
)
from offramp.solvers.gains import (
    Orders,
    follow_play,
    largest_gain,
    measure_gap,
    recall_beliefs,
    reply_back,
)
from offramp.solvers.information import Pattern, Veil
from offramp.solvers.searching import Hoard, go_further, look_around, take_side
from offramp.solvers.unveiling import Bench, Figures, evaluate, gather_figures

Floats = NDArray[np.float64]

SOLVED, FAILED, INVALID, UNCERTIFIED = 0, 1, 2, 3


class Sheet(NamedTuple):
    """The results of all draws; nodes and edges in the order of the structure."""

    value: Floats
    payoff: Floats
    strategy: Floats
    belief: Floats
    residual: Floats
    regret: Floats
    anywhere: Floats
    reached: Floats
    """(draw,) share of the precision reached."""
    steps: NDArray[np.int64]
    tried: NDArray[np.int64]
    """(draw,) random starts that ended at a solution."""
    found: NDArray[np.int64]
    """(draw,) other equilibria found."""
    ended: NDArray[np.int64]
    """(draw,) how following the branch ended."""
    verdict: NDArray[np.int64]
    """(draw,) SOLVED, FAILED, INVALID (set by the caller) or UNCERTIFIED."""


class Place(NamedTuple):
    """Where positions stand in the structure, and what certificates need besides."""

    node: NDArray[np.int64]
    edge: NDArray[np.int64]
    start: int
    """Position of the start."""
    depth: float
    """Longest play, in steps."""


class Desk(NamedTuple):
    """Room for certificates."""

    payoff: Floats
    best: Floats
    pick: NDArray[np.int64]
    reach: Floats
    belief: Floats
    residual: Floats
    gain: Floats
    """(party, 2) at the start, anywhere."""


def lay_desk(veil: Veil, terminals: int, parties: int) -> Desk:
    """Room for one draw."""
    nodes = len(veil.mover)
    return Desk(
        payoff=np.zeros((nodes + terminals, parties)),
        best=np.zeros(nodes + terminals),
        pick=np.zeros(nodes, np.int64),
        reach=np.zeros(nodes),
        belief=np.ones(nodes),
        residual=np.zeros(parties),
        gain=np.zeros((parties, 2)),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def span_of(veil: Veil, figures: Figures, bench: Bench):
    """How strongly moves differ at full precision: the unit in which t is measured."""
    most = 0.0
    for j in range(len(figures.patience)):
        low, high = np.inf, -np.inf
        for n in range(len(bench.value)):
            low, high = min(low, bench.value[n, j]), max(high, bench.value[n, j])
        most = max(most, figures.precision[j] * (high - low))
    return most if most > 1e-6 else 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def certify_draw(
    veil: Veil, orders: Orders, figures: Figures, bench: Bench, desk: Desk, place: Place, share
):  # fmt: skip
    """Residual and gains of the play in the bench; precisions times ``share``. No cycles."""
    parties = len(figures.patience)
    recall_beliefs(veil, figures, bench.log_chance, desk.reach, desk.belief)
    measure_gap(veil, figures, bench.value, desk.belief, share, desk.residual)
    if figures.entropy:
        follow_play(veil, figures, bench.chance, desk.payoff)
    else:
        for n in range(len(bench.value)):
            for j in range(parties):
                desk.payoff[n, j] = bench.value[n, j]
    nodes = len(veil.mover)
    for j in range(parties):
        scale = 0.0
        for n in range(len(desk.payoff)):
            scale = max(scale, abs(desk.payoff[n, j]))
        for k in range(len(figures.end_pay)):
            desk.best[nodes + k] = figures.end_pay[k, j]
        reply_back(veil, orders, figures, bench.chance, desk.belief, j, desk.best, desk.pick)
        error = 2e-15 * scale * place.depth  # values are those of the play up to rounding
        gain = max(0.0, desk.best[place.start] - desk.payoff[place.start, j])
        most = largest_gain(veil, desk.belief, j, desk.payoff, desk.best)
        desk.gain[j, 0], desk.gain[j, 1] = gain + error, max(gain, most) + error


@njit(cache=True, nogil=True, error_model="numpy")
def store_draw(veil: Veil, bench: Bench, desk: Desk, place: Place, sheet: Sheet, draw):
    """Copy the play and its certificates to the sheet."""
    parties = len(desk.residual)
    for n in range(len(veil.mover)):
        for j in range(parties):
            sheet.value[draw, place.node[n], j] = bench.value[n, j]
            sheet.payoff[draw, place.node[n], j] = desk.payoff[n, j]
        sheet.belief[draw, place.node[n]] = desk.belief[n]
    for e in range(len(veil.target)):
        sheet.strategy[draw, place.edge[e]] = bench.chance[e]
    sheet.residual[draw] = 0.0
    for j in range(parties):
        sheet.residual[draw] = max(sheet.residual[draw], desk.residual[j])
        sheet.regret[draw, j], sheet.anywhere[draw, j] = desk.gain[j, 0], desk.gain[j, 1]


@njit(cache=True, nogil=True, error_model="numpy")
def solve_draws(
    veil: Veil, pattern: Pattern, orders: Orders, place: Place, figures: Figures, bench: Bench,
    desk: Desk, walk, hoard: Hoard, pay, odds, end_pay, patience, precision, low, high, most,
    effort, seed, target, sheet: Sheet,
):  # fmt: skip
    """Trace, certify, store and search the draws ``low`` to ``high``; INVALID ones are left.

    ``effort`` (draw, 3): random starts by Newton's method, by branches, steps beyond. With a
    ``target`` above 0 precisions are raised until no regret is larger.
    """
    last = veil.unknowns
    for draw in range(low, high):
        if sheet.verdict[draw] == INVALID:
            continue
        gather_figures(
            veil, figures, pay[draw], odds[draw], end_pay[draw], patience[draw], precision[draw]
        )
        hoard.count[1] = hoard.count[0]
        for k in range(last):
            hoard.lean[k] = 0.0
        evaluate(veil, pattern, figures, bench, hoard.lean, hoard.lean, 0.0, 0.0)
        span = span_of(veil, figures, bench)
        begun = 1.0
        if target > 0.0 and span > 1.0:
            begun = 1.0 / span
            span = 1.0
            for j in range(len(figures.precision)):
                figures.precision[j] *= begun
        begin_branch(veil, pattern, figures, bench, walk, hoard.lean, span)
        ended, steps, flips = follow_branch(
            veil, pattern, figures, bench, walk, hoard.lean, span, 1.0, most, 2.0
        )
        sheet.ended[draw], sheet.steps[draw] = ended, steps
        sheet.reached[draw] = begun * walk.point[last] / span
        polish(veil, pattern, figures, bench, walk, hoard.lean, 1.0, 12)
        for k in range(last):
            hoard.home[k] = walk.point[k]
        if flips > 0:
            take_side(veil, pattern, figures, bench, walk, span, hoard, draw)
        elif ended == REACHED and effort[draw, 2] > 0:
            go_further(
                veil, pattern, figures, bench, walk, hoard.lean, span, hoard, draw, effort[draw, 2]
            )
        evaluate(veil, pattern, figures, bench, hoard.home, hoard.lean, 1.0, 0.0)
        certify_draw(veil, orders, figures, bench, desk, place, 1.0)
        if target > 0.0 and ended == REACHED:
            climb(
                veil, pattern, orders, place, figures, bench, desk, walk, hoard, most, target,
                sheet, draw,
            )  # fmt: skip
        store_draw(veil, bench, desk, place, sheet, draw)
        settled = target > 0.0 or sheet.residual[draw] <= 1e-8 * span_of_pays(bench)
        if ended != REACHED or not settled:
            sheet.verdict[draw] = FAILED
        if sheet.verdict[draw] == SOLVED and last > 0 and effort[draw, 0] + effort[draw, 1] > 0:
            sheet.tried[draw] = look_around(
                veil, pattern, figures, bench, walk, span, hoard, draw,
                effort[draw, 0], effort[draw, 1], effort[draw, 2], seed,
            )  # fmt: skip
        sheet.found[draw] = hoard.count[0] - hoard.count[1]


@njit(cache=True, nogil=True, error_model="numpy")
def span_of_pays(bench: Bench):
    """Largest value of anybody anywhere, at least a tiny number."""
    most = 1e-300
    for n in range(len(bench.value)):
        for j in range(bench.value.shape[1]):
            most = max(most, abs(bench.value[n, j]))
    return most


@njit(cache=True, nogil=True, error_model="numpy")
def climb(
    veil: Veil, pattern: Pattern, orders: Orders, place: Place, figures: Figures, bench: Bench,
    desk: Desk, walk, hoard: Hoard, most, target, sheet: Sheet, draw,
):  # fmt: skip
    """Raise all precisions tenfold again and again until no regret exceeds the target.

    Ends at the highest precision that was reached, at the latest when responses are steeper
    than numbers of this kind can tell.
    """
    last, parties, factor, span = veil.unknowns, len(figures.precision), 10.0, 1.0
    floor = 1e-14 * span_of_pays(bench)
    while span < 1e13 and factor > 1.01:
        regret = 0.0
        for j in range(parties):
            regret = max(regret, desk.gain[j, 1])
        if regret <= target + floor:
            return
        for k in range(last):
            hoard.lean[k], walk.point[k] = 0.0, hoard.home[k]
        resume_branch(veil, pattern, figures, bench, walk, hoard.lean, span)
        ended, steps, flips = follow_branch(
            veil, pattern, figures, bench, walk, hoard.lean, span, factor, most, 2.0
        )
        sheet.steps[draw] += steps
        if ended != REACHED:
            factor = np.sqrt(factor)
            continue
        for j in range(parties):
            figures.precision[j] *= factor
        span *= factor
        sheet.reached[draw] *= factor
        polish(veil, pattern, figures, bench, walk, hoard.lean, 1.0, 12)
        for k in range(last):
            hoard.home[k] = walk.point[k]
        if flips > 0:
            take_side(veil, pattern, figures, bench, walk, span, hoard, draw)
        evaluate(veil, pattern, figures, bench, hoard.home, hoard.lean, 1.0, 0.0)
        certify_draw(veil, orders, figures, bench, desk, place, 1.0)
