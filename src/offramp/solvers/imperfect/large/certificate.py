"""Certificates of play with information sets in rounds that repeat: residual, payoffs, regrets.

Best replies iterate whole rounds backwards (gains.py) with Anderson's method on the values at
the heads, and are returned as upper bounds: with perfect recall a round's best reply is
monotone in the values at the heads, so T(W) <= W + e gives W* <= W + e / (1 - patience).

Sources: the bound is that of monotone contractions in Denardo (1967), Contraction mappings in the
theory underlying dynamic programming; the iteration Anderson's method.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Tables
from offramp.solvers.imperfect.best_replies import (
    Orders,
    follow_play,
    largest_gain,
    order_replies,
    recall_beliefs,
    reply_back,
)
from offramp.solvers.imperfect.hidden_sets import InfoSets, find_infosets
from offramp.solvers.imperfect.large.set_layout import Sets, log_weights_of
from offramp.solvers.imperfect.nature_zeros import gather_set_numbers, set_numbers_for
from offramp.solvers.kernels.certificate import pile_up
from offramp.solvers.kernels.layout import Layout

Array = NDArray[np.float64]


class CertificateSetup(NamedTuple):
    """What certificates read besides the numbers of a draw."""

    layout: Layout
    infosets: InfoSets
    orders: Orders
    heads: NDArray[np.int64]
    """Positions of the heads of cyclic components."""
    sets: Sets
    place: NDArray[np.int64]
    """(node,) its position in the layout."""


class Certificate(NamedTuple):
    """Certificates of one draw."""

    payoff: Array
    """(node, party) raw payoffs."""
    residual: Array
    """(party,) largest |V - T(V)|."""
    regret: Array
    """(party,) at the start, its error bound added."""
    anywhere: Array
    """(party,) the largest at any decision, given its beliefs."""
    error: Array
    """(party,) the part of both that bounds errors."""


def prepare_certificates(layout: Layout, sets: Sets) -> CertificateSetup:
    """Prepare certificates; GameError where somebody forgets."""
    infosets, place = find_infosets(layout), np.argsort(layout.shape.node)
    return CertificateSetup(
        layout, infosets, order_replies(layout, infosets), layout.shape.heads, sets, place
    )


def certify_play(
    setup: CertificateSetup,
    tables: Tables,
    draw: int,
    share: float,
    value: Array,
    strategy: Array,
    log_strategy: Array,
    anew: bool = False,
) -> Certificate:
    """Certify values (node, party) and play (edge,); ``share`` multiplies all precisions.

    With ``anew`` payoffs follow from the play alone, and their errors not from the residual.
    """
    layout, infosets, shape = setup.layout, setup.infosets, setup.layout.shape
    nodes, parties = value.shape
    numbers = set_numbers_for(infosets, shape.terminals, parties)._replace(entropy=tables.entropy)
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
    chance, log_chance = strategy[shape.edge], log_strategy[shape.edge]
    table = np.concatenate([value[shape.node], tables.end_pay[draw]])
    reach, belief = np.zeros(nodes), np.ones(nodes)
    recall_beliefs(infosets, numbers, log_chance, reach, belief)
    residual = gap_of(setup.sets, tables, draw, share, value, belief[setup.place])
    raw, slack = table.copy(), np.zeros(parties)
    rise = 1.0 / np.maximum(1e-12, 1.0 - tables.patience[draw])
    scale = np.maximum(np.abs(table).max(axis=0), 1e-300)
    anew = anew or bool(tables.entropy)
    if anew:
        follow = _whole(raw, lambda: follow_play(infosets, numbers, chance, raw), setup.heads)
        slack = iterate_heads(follow, raw[setup.heads], 1e-13 * scale).max(axis=0, initial=0.0)
        slack *= rise
    error = 0.0 if anew else residual
    error = (error + 8.0 * np.finfo(float).eps * scale) * pile_up(layout, tables.patience[draw])
    error, regret, anywhere = error + slack, np.zeros(parties), np.zeros(parties)
    for party in range(parties):
        best = raw[:, party].copy()
        reply = _reply(setup, numbers, chance, belief, party, best)
        over = iterate_heads(reply, best[setup.heads, None], 1e-11 * scale[party : party + 1])
        error[party] += rise[party] * over.max(initial=0.0)
        gain = max(0.0, best[layout.start] - raw[layout.start, party])
        regret[party] = gain
        anywhere[party] = max(gain, largest_gain(infosets, belief, party, raw, best))
    payoff = np.empty_like(value)
    payoff[shape.node] = raw[:nodes]
    return Certificate(payoff, residual, regret + error, anywhere + error, error)


def gap_of(
    sets: Sets, tables: Tables, draw: int, share: float, value: Array, belief: Array
) -> Array:
    """(party,) largest |V - T(V)|: play anew from values and beliefs (node,), values from play."""
    nodes = len(value)
    source = np.repeat(np.arange(nodes), np.diff(sets.first))
    ghost = nodes + sets.terminals
    rows = np.concatenate([np.arange(ghost), sets.heads])[sets.target]
    table = np.concatenate([value[sets.node], tables.end_pay[draw]])
    discount = np.where(sets.turns[:, None] > 0, tables.patience[draw], 1.0)
    total = tables.pay[draw][sets.pay_class] + discount * table[rows]
    edge = np.flatnonzero(sets.slot >= 0)
    slot, owner = sets.slot[edge], sets.mover[source[edge]]
    weighed = belief[sets.node[source[edge]]] * total[edge, owner]
    worth = np.bincount(slot, weighed, int(sets.slot_first[-1]))
    decision = np.repeat(np.arange(len(sets.owner)), np.diff(sets.slot_first))
    sharp = share * tables.precision[draw][sets.owner]
    log_weight = log_weights_of(sets, tables.odds[draw])
    worth = worth * sharp[decision] + log_weight
    worth -= np.maximum.reduceat(worth, sets.slot_first[:-1])[decision]
    play = np.exp(worth)
    play /= np.add.reduceat(play, sets.slot_first[:-1])[decision]
    chance = np.where(sets.slot >= 0, play[sets.slot], 0.0)
    by_nature = sets.odds_class >= 0
    chance[by_nature] = tables.odds[draw][sets.odds_class[by_nature]]
    fresh = np.stack([np.bincount(source, chance * row, nodes) for row in total.T], axis=1)
    if tables.entropy:
        weighed = bool((sets.weight_class >= 0).any())
        alike = -np.log(np.diff(sets.slot_first))[decision]
        lost = play * (np.log(np.maximum(play, 1e-300)) - (log_weight if weighed else alike))
        lost = np.add.reduceat(lost, sets.slot_first[:-1])
        at = np.flatnonzero(sets.decision >= 0)
        fresh[at, sets.mover[at]] -= (lost / sharp)[sets.decision[at]]
    return np.abs(value[sets.node] - fresh).max(axis=0)


def _whole(rows: Array, sweep: Callable[[], None], heads: NDArray) -> Callable[[Array], Array]:
    """One round as a map from values at the heads to new ones, in place in ``rows``."""

    def once(values: Array) -> Array:
        rows[heads] = values
        sweep()
        return rows[heads]

    return once


def _reply(
    setup: CertificateSetup, numbers: Any, chance: Array, belief: Array, party: int, best: Array
) -> Callable[[Array], Array]:
    """One round of a party's best reply as a map of its values at the heads."""
    pick = np.zeros(len(setup.infosets.mover), np.int64)

    def sweep() -> None:
        reply_back(setup.infosets, setup.orders, numbers, chance, belief, party, best, pick)

    return _whole(best[:, None], sweep, setup.heads)


def iterate_heads(
    once: Callable[[Array], Array], values: Array, tolerance: Array, limit: int = 600
) -> Array:
    """Iterate ``once`` from values (head, lane) until it moves none by more than ``tolerance``.

    The last evaluation stays behind wherever ``once`` puts it; returns the last change, made
    absolute, (head, lane). Anderson's method with memory 5, restarted where it does not help.
    """
    past: list[tuple[Array, Array]] = []
    least = np.inf
    for _ in range(limit):
        gap = once(values.copy()) - values
        worst = float((np.abs(gap) / tolerance).max(initial=0.0))
        if worst <= 1.0:
            break
        if worst > 2.0 * least:
            past, least = [], worst
        least = min(least, worst)
        past = [*past[-5:], (values, gap)]
        values = values + gap
        if len(past) > 1:
            moves = np.stack([(gap - old).ravel() for _, old in past[:-1]], axis=1)
            steps = np.stack([(past[-1][0] - old).ravel() for old, _ in past[:-1]], axis=1)
            mix = np.linalg.lstsq(moves, gap.ravel(), rcond=1e-10)[0]
            values = values - ((steps + moves) @ mix).reshape(values.shape)
    return np.abs(gap)
