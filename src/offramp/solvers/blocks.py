"""Play of games with information sets unfolded and certified for a block of draws, compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from offramp.solvers.gains import (
    Orders,
    follow_play,
    largest_gain,
    measure_gap,
    recall_beliefs,
    reply_back,
)
from offramp.solvers.information import Pattern, Veil
from offramp.solvers.unveiling import Bench, Figures, evaluate, gather_figures

Floats = NDArray[np.float64]


class Sheet(NamedTuple):
    """The certified play of draws; nodes and edges in the order of the structure."""

    value: Floats
    payoff: Floats
    strategy: Floats
    belief: Floats
    residual: Floats
    regret: Floats
    anywhere: Floats


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
    total: Floats
    """(2, move)."""
    lean: Floats
    """(unknown,) zeros."""


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
        total=np.zeros((2, int(np.diff(veil.first).max()))),
        lean=np.zeros(veil.unknowns),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def certify_draws(
    veil: Veil, pattern: Pattern, orders: Orders, place: Place, figures: Figures, bench: Bench,
    desk: Desk, pay, odds, end_pay, patience, precision, draws, scale, log_odds, rows,
    sheet: Sheet,
):  # fmt: skip
    """Unfold log-odds ``(draw, unknown)`` with their certificates into rows of a sheet.

    Values are those of the play up to rounding, so that regrets need no other error bound.
    """
    nodes, parties = len(veil.mover), patience.shape[1]
    node, edge, start = place.node, place.edge, place.start
    value, payoff, best, belief = bench.value, desk.payoff, desk.best, desk.belief
    for k in range(len(draws)):
        draw, row = draws[k], rows[k]
        gather_figures(
            veil, figures, pay[draw], odds[draw], end_pay[draw], patience[draw], precision[draw],
            scale[k],
        )  # fmt: skip
        evaluate(veil, pattern, figures, bench, log_odds[k], desk.lean, 1.0, 0.0)
        recall_beliefs(veil, figures, bench.log_chance, desk.reach, belief)
        measure_gap(veil, figures, value, belief, desk.total, desk.residual)
        if figures.entropy:
            follow_play(veil, figures, bench.chance, payoff)
        else:
            for n in range(len(value)):
                for j in range(parties):
                    payoff[n, j] = value[n, j]
        sheet.residual[row] = 0.0
        for j in range(parties):
            scope = 0.0
            for n in range(len(payoff)):
                scope = max(scope, abs(payoff[n, j]))
            for n in range(nodes, len(best)):
                best[n] = figures.end_pay[n - nodes, j]
            reply_back(veil, orders, figures, bench.chance, belief, j, best, desk.pick)
            rounding = 2e-15 * scope * place.depth
            gain = max(0.0, best[start] - payoff[start, j])
            most = largest_gain(veil, belief, j, payoff, best)
            sheet.regret[row, j] = gain + rounding
            sheet.anywhere[row, j] = max(gain, most) + rounding
            sheet.residual[row] = max(sheet.residual[row], desk.residual[j])
        for n in range(nodes):
            for j in range(parties):
                sheet.value[row, node[n], j] = value[n, j]
                sheet.payoff[row, node[n], j] = payoff[n, j]
            sheet.belief[row, node[n]] = belief[n]
        for e in range(len(edge)):
            sheet.strategy[row, edge[e]] = bench.chance[e]
