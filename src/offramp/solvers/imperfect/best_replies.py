"""For regret with information sets: what a best reply would gain; orders of play, beliefs.

With perfect recall a party's own earlier moves are the same at all nodes of its set, so that
the beliefs of the play are also those of its best reply: a party's problem is solved
backwards over its own sets, the others' play and the beliefs fixed.

Sources: Kuhn (1953), Extensive games and the problem of information, for perfect recall; Kahn
(1962), Topological sorting of large networks, for the order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.core.errors import GameError
from offramp.solvers.imperfect.hidden_sets import InfoSets
from offramp.solvers.kernels.layout import Layout

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Orders(NamedTuple):
    """For each party, positions in an order in which its own sets come as a whole."""

    first: Ints
    """(party + 1,) pointers into ``unit``."""
    unit: Ints
    """A position, or -(set + 1) for all positions of a set in which the party moves."""


def order_replies(layout: Layout, infosets: InfoSets) -> Orders:
    """The orders in which best replies are worked out; GameError where recall is not perfect."""
    structure = layout.structure
    size = np.diff(structure.component)
    place = np.repeat(np.arange(len(size)), size)
    loops = structure.cyclic[place]
    first, units = [0], []
    for party in range(structure.parties):
        unit = np.empty(structure.nodes, np.int64)
        # compiling takes longer than a few nodes do
        plain = getattr(order_units, "py_func", order_units)
        order = order_units if structure.nodes > 500 else plain
        count = order(infosets, party, place, loops, unit)
        if count < 0:
            raise GameError(
                f"party {party} does not remember at an information set where it has been",
                expected="perfect recall",
            )
        units.append(unit[:count].copy())
        first.append(first[-1] + count)
    return Orders(np.array(first, np.int64), np.concatenate([*units, np.zeros(0, np.int64)]))


@njit(cache=True, nogil=True, error_model="numpy")
def order_units(infosets: InfoSets, party, place, loops, unit):
    """Kahn's algorithm from the sinks; the number of units, or -1 where it gets stuck.

    Edges that end a round inside a component with a cycle do not count. ``place`` and ``loops`` are
    (position,), ``unit`` (unit,).
    """
    nodes, sets = len(infosets.mover), len(infosets.choices)
    name = np.arange(nodes)
    for n in range(nodes):
        if infosets.mover[n] == party and infosets.set_of[n] >= 0:
            name[n] = nodes + infosets.set_of[n]
    pending, put = np.zeros(nodes + sets, np.int64), np.zeros(nodes + sets, np.bool_)
    first = np.zeros(nodes + 2, np.int64)
    for fill in range(2):
        if fill == 1:
            for n in range(nodes):
                first[n + 2] += first[n + 1]
            before = np.empty(first[nodes + 1], np.int64)
        for n in range(nodes):
            for e in range(infosets.first[n], infosets.first[n + 1]):
                t = infosets.target[e]
                if t >= nodes or (infosets.turns[e] and loops[n] and place[t] == place[n]):
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
                low, high = infosets.member_first[s], infosets.member_first[s + 1]
                unit[count] = -s - 1
            count += 1
            for i in range(low, high):
                p = infosets.member[i] if s >= 0 else m
                done += 1
                for k in range(first[p], first[p + 1]):
                    q = before[k]
                    pending[name[q]] -= 1
                    if pending[name[q]] == 0 and not put[name[q]] and q < n:
                        ready[size], put[name[q]] = q, True
                        size += 1
    return count if done == nodes else -1


@njit(cache=True, nogil=True, error_model="numpy")
def reply_back(infosets: InfoSets, orders: Orders, numbers, chance, belief, party, best, pick):
    """One pass of the best reply of a party: ``best`` (position and terminal,) in place.

    ``chance`` (edge,) and ``belief`` (position,) are the play replied to; ``pick`` (position,)
    receives the move taken where the party moves. Exact in one pass without cycles; with
    them the values at the round's start are those from before.
    """
    first, target, turns, mover = infosets.first, infosets.target, infosets.turns, infosets.mover
    member_first, member, unit, pay = (
        infosets.member_first,
        infosets.member,
        orders.unit,
        numbers.pay,
    )
    patience = numbers.patience[party]
    for u in range(orders.first[party], orders.first[party + 1]):
        n = unit[u]
        low, high = 0, 1
        if n < 0:
            low, high = member_first[-n - 1], member_first[-n]
            n = member[low]
        a, b = first[n], first[n + 1]
        if mover[n] != party:
            total = 0.0
            for e in range(a, b):
                worth = best[target[e]] * (patience if turns[e] else 1.0)
                total += chance[e] * (pay[e, party] + worth)
            best[n] = total
            continue
        top, choice = -np.inf, 0
        for c in range(b - a):
            total = 0.0
            for i in range(low, high):
                p = member[i] if high - low > 1 else n
                e = first[p] + c
                worth = best[target[e]] * (patience if turns[e] else 1.0)
                total += belief[p] * (pay[e, party] + worth)
            if total > top:
                top, choice = total, c
        for i in range(low, high):
            p = member[i] if high - low > 1 else n
            e = first[p] + choice
            best[p] = pay[e, party] + best[target[e]] * (patience if turns[e] else 1.0)
            pick[p] = choice


@njit(cache=True, nogil=True, error_model="numpy")
def largest_gain(infosets: InfoSets, belief, party, payoff, best):
    """Most that replies ``best`` gain over ``payoff`` where the party moves, given its beliefs.

    ``belief`` and replies are (position,), ``payoff`` (position, party).
    """
    mover, set_of, member_first, member = (
        infosets.mover,
        infosets.set_of,
        infosets.member_first,
        infosets.member,
    )
    top = 0.0
    for n in range(len(mover)):
        if mover[n] == party and set_of[n] < 0:
            top = max(top, best[n] - payoff[n, party])
    for s in range(len(member_first) - 1):
        if mover[member[member_first[s]]] == party:
            total = 0.0
            for i in range(member_first[s], member_first[s + 1]):
                n = member[i]
                total += belief[n] * (best[n] - payoff[n, party])
            top = max(top, total)
    return top


@njit(cache=True, nogil=True, error_model="numpy")
def follow_play(infosets: InfoSets, numbers, chance, payoff):
    """Raw payoffs ``(position and terminal, party)`` of a game without cycles, in place."""
    first, target, turns, pay = infosets.first, infosets.target, infosets.turns, numbers.pay
    end_pay, patience = numbers.end_pay, numbers.patience
    nodes, parties = len(infosets.mover), len(patience)
    for k in range(len(end_pay)):
        for j in range(parties):
            payoff[nodes + k, j] = end_pay[k, j]
    for n in range(nodes):
        for j in range(parties):
            total = 0.0
            for e in range(first[n], first[n + 1]):
                discount = patience[j] if turns[e] else 1.0
                total += chance[e] * (pay[e, j] + discount * payoff[target[e], j])
            payoff[n, j] = total


@njit(cache=True, nogil=True, error_model="numpy")
def recall_beliefs(infosets: InfoSets, numbers, log_chance, reach, belief):
    """Beliefs (position,) from the logarithms of the play, by Bayes; one outside the sets."""
    inward_first, inward, inward_node = infosets.inward_first, infosets.inward, infosets.inward_node
    member_first, member = infosets.member_first, infosets.member
    live, credible = numbers.live, numbers.credible
    for n in range(len(infosets.mover) - 1, -1, -1):
        a, b, top, mass = inward_first[n], inward_first[n + 1], -np.inf, 0.0
        reach[n], belief[n] = 0.0, 1.0
        if b - a == 1:
            reach[n] = reach[inward_node[a]] + log_chance[inward[a]]
            continue
        for i in range(a, b):
            if live[i]:
                top = max(top, reach[inward_node[i]] + log_chance[inward[i]])
        for i in range(a, b):
            if live[i]:
                mass += np.exp(reach[inward_node[i]] + log_chance[inward[i]] - top)
        if b > a:
            reach[n] = top + np.log(mass)
    for s in range(len(member_first) - 1):
        low, high, top, mass = member_first[s], member_first[s + 1], -np.inf, 0.0
        if high - low == 1:
            continue
        for i in range(low, high):
            if credible[member[i]]:
                top = max(top, reach[member[i]])
        for i in range(low, high):
            n = member[i]
            belief[n] = np.exp(reach[n] - top) if credible[n] else 0.0
            mass += belief[n]
        for i in range(low, high):
            belief[member[i]] /= mass
