"""What a best reply would gain where information sets are: orders of play, replies, residuals.

With perfect recall a party's own earlier moves are the same at all nodes of its set, so that
the beliefs of the play are also those of its best reply: a party's problem is solved
backwards over its own sets, the others' play and the beliefs fixed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from offramp.core.errors import GameError
from offramp.solvers.information import Veil
from offramp.solvers.layout import Layout

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Orders(NamedTuple):
    """For each party, positions in an order in which its own sets come as a whole."""

    first: Ints
    """(party + 1,) pointers into ``unit``."""
    unit: Ints
    """A position, or -(set + 1) for all positions of a set in which the party moves."""


def order_replies(layout: Layout, veil: Veil) -> Orders:
    """The orders in which best replies are worked out; GameError where recall is not perfect."""
    structure = layout.structure
    size = np.diff(structure.component)
    place = np.repeat(np.arange(len(size)), size)
    loops = structure.cyclic[place]
    first, units = [0], []
    for party in range(structure.parties):
        unit = np.empty(structure.nodes, np.int64)
        count = order_units(veil, party, place, loops, unit)
        if count < 0:
            raise GameError(
                f"party {party} does not remember at an information set where it has been",
                expected="perfect recall",
            )
        units.append(unit[:count].copy())
        first.append(first[-1] + count)
    return Orders(np.array(first, np.int64), np.concatenate([*units, np.zeros(0, np.int64)]))


@njit(cache=True, nogil=True, error_model="numpy")
def order_units(veil: Veil, party, place, loops, unit):
    """Kahn's algorithm from the sinks; the number of units, or -1 where it gets stuck.

    Edges that end a round inside a component with a cycle do not count.
    """
    nodes, sets = len(veil.mover), len(veil.choices)
    name = np.arange(nodes)
    for n in range(nodes):
        if veil.mover[n] == party and veil.set_of[n] >= 0:
            name[n] = nodes + veil.set_of[n]
    pending, put = np.zeros(nodes + sets, np.int64), np.zeros(nodes + sets, np.bool_)
    first = np.zeros(nodes + 2, np.int64)
    for fill in range(2):
        if fill == 1:
            for n in range(nodes):
                first[n + 2] += first[n + 1]
            before = np.empty(first[nodes + 1], np.int64)
        for n in range(nodes):
            for e in range(veil.first[n], veil.first[n + 1]):
                t = veil.target[e]
                if t >= nodes or (veil.turns[e] and loops[n] and place[t] == place[n]):
                    continue
                if fill == 0:
                    pending[name[n]] += 1
                    first[t + 2] += 1
                else:
                    before[first[t + 1]] = n
                    first[t + 1] += 1
    ready, done, count = np.empty(nodes, np.int64), 0, 0
    # positions rise; a unit that had to wait is taken as soon as its last target is done
    for n in range(nodes):
        size = 0
        if pending[name[n]] == 0 and not put[name[n]]:
            ready[0], size, put[name[n]] = n, 1, True
        while size > 0:
            size -= 1
            m, low, high = ready[size], 0, 1
            s = name[m] - nodes
            unit[count] = m
            if s >= 0:
                low, high = veil.member_first[s], veil.member_first[s + 1]
                unit[count] = -s - 1
            count += 1
            for i in range(low, high):
                p = veil.member[i] if s >= 0 else m
                done += 1
                for k in range(first[p], first[p + 1]):
                    q = before[k]
                    pending[name[q]] -= 1
                    if pending[name[q]] == 0 and not put[name[q]] and q < n:
                        ready[size], put[name[q]] = q, True
                        size += 1
    return count if done == nodes else -1


@njit(cache=True, nogil=True, error_model="numpy")
def reply_back(veil: Veil, orders: Orders, figures, chance, belief, party, best, pick):
    """One pass of the best reply of a party: ``best`` (position and terminal,) in place.

    ``chance`` (edge,) and ``belief`` (position,) are the play replied to; ``pick`` (position,)
    receives the move taken where the party moves. Exact in one pass without cycles; with
    them the values at the round's start are those from before.
    """
    patience = figures.patience[party]
    for u in range(orders.first[party], orders.first[party + 1]):
        n = orders.unit[u]
        low, high = 0, 1
        if n < 0:
            low, high = veil.member_first[-n - 1], veil.member_first[-n]
            n = veil.member[low]
        a, b = veil.first[n], veil.first[n + 1]
        if veil.mover[n] != party:
            total = 0.0
            for e in range(a, b):
                worth = best[veil.target[e]] * (patience if veil.turns[e] else 1.0)
                total += chance[e] * (figures.pay[e, party] + worth)
            best[n] = total
            continue
        top, choice = -np.inf, 0
        for c in range(b - a):
            total = 0.0
            for i in range(low, high):
                p = veil.member[i] if high - low > 1 else n
                e = veil.first[p] + c
                worth = best[veil.target[e]] * (patience if veil.turns[e] else 1.0)
                total += belief[p] * (figures.pay[e, party] + worth)
            if total > top:
                top, choice = total, c
        for i in range(low, high):
            p = veil.member[i] if high - low > 1 else n
            e = veil.first[p] + choice
            worth = best[veil.target[e]] * (patience if veil.turns[e] else 1.0)
            best[p] = figures.pay[e, party] + worth
            pick[p] = choice


@njit(cache=True, nogil=True, error_model="numpy")
def largest_gain(veil: Veil, belief, party, payoff, best):
    """Most that replies ``best`` gain over ``payoff`` where the party moves, given its beliefs."""
    top = 0.0
    for n in range(len(veil.mover)):
        if veil.mover[n] == party and veil.set_of[n] < 0:
            top = max(top, best[n] - payoff[n, party])
    for s in range(len(veil.choices)):
        if veil.mover[veil.member[veil.member_first[s]]] == party:
            total = 0.0
            for i in range(veil.member_first[s], veil.member_first[s + 1]):
                n = veil.member[i]
                total += belief[n] * (best[n] - payoff[n, party])
            top = max(top, total)
    return top


@njit(cache=True, nogil=True, error_model="numpy")
def follow_play(veil: Veil, figures, chance, payoff):
    """Raw payoffs ``(position and terminal, party)`` of a game without cycles, in place."""
    nodes, parties = len(veil.mover), len(figures.patience)
    for k in range(len(figures.end_pay)):
        for j in range(parties):
            payoff[nodes + k, j] = figures.end_pay[k, j]
    for n in range(nodes):
        for j in range(parties):
            payoff[n, j] = 0.0
        for e in range(veil.first[n], veil.first[n + 1]):
            for j in range(parties):
                discount = figures.patience[j] if veil.turns[e] else 1.0
                worth = figures.pay[e, j] + discount * payoff[veil.target[e], j]
                payoff[n, j] += chance[e] * worth


@njit(cache=True, nogil=True, error_model="numpy")
def recall_beliefs(veil: Veil, figures, log_chance, reach, belief):
    """Beliefs (position,) from the logarithms of the play, by Bayes; one outside the sets."""
    for n in range(len(veil.mover) - 1, -1, -1):
        a, b, top, mass = veil.inward_first[n], veil.inward_first[n + 1], -np.inf, 0.0
        reach[n], belief[n] = 0.0, 1.0
        for i in range(a, b):
            if figures.live[i]:
                top = max(top, reach[veil.inward_node[i]] + log_chance[veil.inward[i]])
        for i in range(a, b):
            if figures.live[i]:
                mass += np.exp(reach[veil.inward_node[i]] + log_chance[veil.inward[i]] - top)
        if b > a:
            reach[n] = top + np.log(mass)
    for s in range(len(veil.choices)):
        low, high, top, mass = veil.member_first[s], veil.member_first[s + 1], -np.inf, 0.0
        for i in range(low, high):
            if figures.credible[veil.member[i]]:
                top = max(top, reach[veil.member[i]])
        for i in range(low, high):
            n = veil.member[i]
            belief[n] = np.exp(reach[n] - top) if figures.credible[n] else 0.0
            mass += belief[n]
        for i in range(low, high):
            belief[veil.member[i]] /= mass


@njit(cache=True, nogil=True, error_model="numpy")
def measure_gap(veil: Veil, figures, value, belief, share, residual):
    """Largest |V - T(V)| by party: play anew from values and beliefs, then values from play.

    ``value`` (position and terminal, party); ``share`` multiplies all precisions.
    """
    nodes, parties, widest = len(veil.mover), len(figures.patience), 1
    for n in range(nodes):
        widest = max(widest, veil.first[n + 1] - veil.first[n])
    total, chance, fresh = np.empty(widest), np.empty(widest), np.empty(parties)
    for j in range(parties):
        residual[j] = 0.0
    for s in range(-1, len(veil.choices)):
        low, high = (0, nodes) if s < 0 else (veil.member_first[s], veil.member_first[s + 1])
        for i in range(low, high):
            n = i if s < 0 else veil.member[i]
            if s < 0 and veil.set_of[n] >= 0:
                continue
            m, a, b = veil.mover[n], veil.first[n], veil.first[n + 1]
            if s < 0 or i == low:
                from_here, to_here = (i, i + 1) if s < 0 else (low, high)
                play_anew(veil, figures, value, belief, share, s, from_here, to_here, total, chance)
            for j in range(parties):
                fresh[j] = 0.0
            for e in range(a, b):
                for j in range(parties):
                    discount = figures.patience[j] if veil.turns[e] else 1.0
                    worth = figures.pay[e, j] + discount * value[veil.target[e], j]
                    fresh[j] += chance[e - a] * worth
            if figures.entropy and m >= 0 and b - a > 1:
                lost, even = 0.0, np.log(b - a)
                for c in range(b - a):
                    if chance[c] > 0.0:
                        lost += chance[c] * (np.log(chance[c]) + even)
                fresh[m] -= lost / (share * figures.precision[m])
            for j in range(parties):
                residual[j] = max(residual[j], abs(value[n, j] - fresh[j]))


@njit(cache=True, nogil=True, error_model="numpy")
def play_anew(veil: Veil, figures, value, belief, share, s, low, high, total, chance):
    """Probabilities of the moves at a set (or at position ``low`` if s < 0) from values."""
    n = low if s < 0 else veil.member[low]
    m, moves = veil.mover[n], veil.first[n + 1] - veil.first[n]
    if m < 0:
        for c in range(moves):
            chance[c] = figures.chance[veil.first[n] + c]
        return
    for c in range(moves):
        total[c] = 0.0
    for i in range(low, high):
        p = low if s < 0 else veil.member[i]
        for c in range(moves):
            e = veil.first[p] + c
            discount = figures.patience[m] if veil.turns[e] else 1.0
            worth = figures.pay[e, m] + discount * value[veil.target[e], m]
            total[c] += (1.0 if s < 0 else belief[p]) * worth
    top, mass = -np.inf, 0.0
    for c in range(moves):
        top = max(top, total[c])
    for c in range(moves):
        chance[c] = np.exp(share * figures.precision[m] * (total[c] - top))
        mass += chance[c]
    for c in range(moves):
        chance[c] /= mass
