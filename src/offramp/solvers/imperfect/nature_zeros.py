"""The numbers of a draw where information sets are, and what nature's zeros hide."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.game.structure import Tables
from offramp.solvers.imperfect.hidden_sets import Veil

Floats = NDArray[np.float64]


class Figures(NamedTuple):
    """The numbers of one draw."""

    pay: Floats
    """(edge, party), edges in solving order."""
    chance: Floats
    """(edge,) odds of nature's moves."""
    log_chance: Floats
    """(edge,) their logarithm, 0 for odds of 0."""
    live: NDArray[np.bool_]
    """(inward,) False where nature's zeros make the way negligible beside another."""
    credible: NDArray[np.bool_]
    """(position,) False at nodes of a set that are negligible beside others."""
    rank: NDArray[np.int64]
    """(position,) least number of nature's zeros on the way."""
    end_pay: Floats
    """(terminal, party)."""
    patience: Floats
    precision: Floats
    entropy: bool


def room_for(veil: Veil, terminals: int, parties: int) -> Figures:
    """Room for the numbers of one draw."""
    nodes, edges = len(veil.mover), len(veil.target)
    return Figures(
        pay=np.zeros((edges, parties)),
        chance=np.ones(edges),
        log_chance=np.zeros(edges),
        live=np.ones(len(veil.inward), np.bool_),
        credible=np.ones(nodes, np.bool_),
        rank=np.zeros(nodes, np.int64),
        end_pay=np.zeros((terminals, parties)),
        patience=np.ones(parties),
        precision=np.ones(parties),
        entropy=False,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def gather_figures(veil: Veil, figures: Figures, pay, odds, end_pay, patience, precision, scale):
    """Fill in the numbers of one draw from its rows of the tables; precisions times ``scale``."""
    parties, zeros, pay_class, odds_class = len(patience), False, veil.pay_class, veil.odds_class
    ends, pays, chance, logs = figures.end_pay, figures.pay, figures.chance, figures.log_chance
    for j in range(parties):
        figures.patience[j], figures.precision[j] = patience[j], scale * precision[j]
    for k in range(len(end_pay)):
        for j in range(parties):
            ends[k, j] = end_pay[k, j]
    for e in range(len(pay_class)):
        for j in range(parties):
            pays[e, j] = pay[pay_class[e], j]
        c = odds_class[e]
        if c >= 0:
            chance[e] = odds[c]
            logs[e] = np.log(odds[c]) if odds[c] > 0.0 else 0.0
            zeros = zeros or odds[c] <= 0.0
    for i in range(len(figures.live)):
        figures.live[i] = True
    for n in range(len(figures.credible)):
        figures.credible[n] = True
    if zeros:
        rank_zeros(veil, figures)


@njit(cache=True, nogil=True, error_model="numpy")
def rank_zeros(veil: Veil, figures: Figures):
    """Mark what is negligible if nature's odds of 0 stand for one equal small number."""
    zeros = figures.rank
    for n in range(len(veil.mover) - 1, -1, -1):
        zeros[n] = 0
        a, b = veil.inward_first[n], veil.inward_first[n + 1]
        least = 1 << 60
        for i in range(a, b):
            nil = veil.odds_class[veil.inward[i]] >= 0 and figures.chance[veil.inward[i]] <= 0.0
            least = min(least, zeros[veil.inward_node[i]] + nil)
        for i in range(a, b):
            nil = veil.odds_class[veil.inward[i]] >= 0 and figures.chance[veil.inward[i]] <= 0.0
            figures.live[i] = zeros[veil.inward_node[i]] + nil == least
        if b > a:
            zeros[n] = least
    for s in range(len(veil.choices)):
        least = 1 << 60
        for i in range(veil.member_first[s], veil.member_first[s + 1]):
            least = min(least, zeros[veil.member[i]])
        for i in range(veil.member_first[s], veil.member_first[s + 1]):
            figures.credible[veil.member[i]] = zeros[veil.member[i]] == least


def mask_zeros(veil: Veil, tables: Tables) -> Floats:
    """(draw, inward and position) -inf where nature's odds of 0 make a way or a node negligible.

    Without such odds there is nothing to mask: (draw, 0).
    """
    draws, parties = tables.precision.shape
    if not (tables.odds <= 0.0).any():
        return np.zeros((draws, 0))
    figures = room_for(veil, tables.end_pay.shape[1], parties)
    masks = np.zeros((draws, len(figures.live) + len(figures.credible)))
    for draw in range(draws):
        gather_figures(
            veil, figures, tables.pay[draw], tables.odds[draw], tables.end_pay[draw],
            tables.patience[draw], tables.precision[draw], 1.0,
        )  # fmt: skip
        masks[draw, ~np.concatenate([figures.live, figures.credible])] = -np.inf
    return masks
