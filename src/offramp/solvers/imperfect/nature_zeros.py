"""The numbers of a draw where information sets are, and what nature's zeros hide.

Beliefs are limits of those under play that makes every move: Kreps & Wilson (1982), Sequential
equilibria.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.game.structure import Tables
from offramp.solvers.imperfect.hidden_sets import InfoSets

Floats = NDArray[np.float64]


class SetNumbers(NamedTuple):
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


def set_numbers_for(infosets: InfoSets, terminals: int, parties: int) -> SetNumbers:
    """Room for the numbers of one draw."""
    nodes, edges = len(infosets.mover), len(infosets.target)
    return SetNumbers(
        pay=np.zeros((edges, parties)),
        chance=np.ones(edges),
        log_chance=np.zeros(edges),
        live=np.ones(len(infosets.inward), np.bool_),
        credible=np.ones(nodes, np.bool_),
        rank=np.zeros(nodes, np.int64),
        end_pay=np.zeros((terminals, parties)),
        patience=np.ones(parties),
        precision=np.ones(parties),
        entropy=False,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def gather_set_numbers(
    infosets: InfoSets, numbers: SetNumbers, pay, odds, end_pay, patience, precision, scale
):
    """Fill in the numbers of one draw from its rows of the tables; precisions times ``scale``.

    ``pay`` is (pay class, party), ``odds`` (odds class,), ``end_pay`` (terminal, party).
    """
    parties, zeros, pay_class, odds_class = (
        len(patience),
        False,
        infosets.pay_class,
        infosets.odds_class,
    )
    ends, pays, chance, logs = numbers.end_pay, numbers.pay, numbers.chance, numbers.log_chance
    for j in range(parties):
        numbers.patience[j], numbers.precision[j] = patience[j], scale * precision[j]
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
    for i in range(len(numbers.live)):
        numbers.live[i] = True
    for n in range(len(numbers.credible)):
        numbers.credible[n] = True
    if zeros:
        rank_zeros(infosets, numbers)


@njit(cache=True, nogil=True, error_model="numpy")
def rank_zeros(infosets: InfoSets, numbers: SetNumbers):
    """Mark what is negligible if nature's odds of 0 stand for one equal small number.

    Fills ``live`` (inward,), ``credible`` and ``rank`` (position,).
    """
    zeros = numbers.rank
    for n in range(len(infosets.mover) - 1, -1, -1):
        zeros[n] = 0
        a, b = infosets.inward_first[n], infosets.inward_first[n + 1]
        least = 1 << 60
        for i in range(a, b):
            nil = (
                infosets.odds_class[infosets.inward[i]] >= 0
                and numbers.chance[infosets.inward[i]] <= 0.0
            )
            least = min(least, zeros[infosets.inward_node[i]] + nil)
        for i in range(a, b):
            nil = (
                infosets.odds_class[infosets.inward[i]] >= 0
                and numbers.chance[infosets.inward[i]] <= 0.0
            )
            numbers.live[i] = zeros[infosets.inward_node[i]] + nil == least
        if b > a:
            zeros[n] = least
    for s in range(len(infosets.choices)):
        least = 1 << 60
        for i in range(infosets.member_first[s], infosets.member_first[s + 1]):
            least = min(least, zeros[infosets.member[i]])
        for i in range(infosets.member_first[s], infosets.member_first[s + 1]):
            numbers.credible[infosets.member[i]] = zeros[infosets.member[i]] == least


def mask_zeros(infosets: InfoSets, tables: Tables) -> Floats:
    """(draw, inward and position) -inf where nature's odds of 0 make a way or a node negligible.

    Without such odds there is nothing to mask: (draw, 0).
    """
    draws, parties = tables.precision.shape
    if not (tables.odds <= 0.0).any():
        return np.zeros((draws, 0))
    numbers = set_numbers_for(infosets, tables.end_pay.shape[1], parties)
    masks = np.zeros((draws, len(numbers.live) + len(numbers.credible)))
    for draw in range(draws):
        gather_set_numbers(
            infosets,
            numbers,
            tables.pay[draw],
            tables.odds[draw],
            tables.end_pay[draw],
            tables.patience[draw],
            tables.precision[draw],
            1.0,
        )
        masks[draw, ~np.concatenate([numbers.live, numbers.credible])] = -np.inf
    return masks
