"""Values, beliefs and analytic slopes of a game with information sets, compiled.

With t the share of the precision, ``z`` the log-odds at the sets (see information.py) and Q
the mover's totals, the equations are z_a = t precision (Q_a - Q_0), where at a set Q is the mean
over its nodes weighted by their reach. ``lean`` adds (1 - t) lean to the right-hand side,
for branches that begin elsewhere. Reach is kept in logarithms, so that no belief is lost.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from offramp.solvers.information import Pattern, Veil

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


class Bench(NamedTuple):
    """What an evaluation leaves behind, and room to work in."""

    value: Floats
    """(position and terminal, party)."""
    worth: Floats
    """(edge, party) totals."""
    chance: Floats
    """(edge,)."""
    log_chance: Floats
    """(edge,)."""
    reach: Floats
    """(position,) logarithm, where needed."""
    belief: Floats
    """(position,) one outside the sets."""
    set_chance: Floats
    """(set, move) probabilities, one set after the other."""
    set_log: Floats
    """(set, move) their logarithms."""
    set_total: Floats
    """(set, move) mean totals."""
    slope_value: Floats
    """(position, party, entry below)."""
    slope: Floats
    """(position, edge, entry below): totals at sets, log-probabilities at other nodes."""
    slope_reach: Floats
    """(position, entry above)."""
    gap: Floats
    """(unknown,) left side minus right side."""
    jacobian: Floats
    """(unknown + 1, unknown + 1): slopes of ``gap``, the last column by t; last row free."""


def lay_out(veil: Veil, pattern: Pattern, terminals: int, parties: int) -> Bench:
    """Room for one draw."""
    nodes, edges, last = len(veil.mover), len(veil.target), veil.unknowns
    width = int(veil.choices.sum())
    return Bench(
        value=np.zeros((nodes + terminals, parties)),
        worth=np.zeros((edges, parties)),
        chance=np.ones(edges),
        log_chance=np.zeros(edges),
        reach=np.zeros(nodes),
        belief=np.ones(nodes),
        set_chance=np.zeros(width),
        set_log=np.zeros(width),
        set_total=np.zeros(width),
        slope_value=np.zeros(parties * len(pattern.below)),
        slope=np.zeros(pattern.slots),
        slope_reach=np.zeros(len(pattern.above)),
        gap=np.zeros(last),
        jacobian=np.zeros((last + 1, last + 1)),
    )


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


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def evaluate(veil: Veil, pattern: Pattern, figures: Figures, bench: Bench, z, lean, t, slopes):
    """Values, play, beliefs and the gap of the equations at (z, t); slopes if ``slopes`` > 0.

    (A number, not a truth value: the compiler would make two kernels of it.)
    """
    spread_sets(veil.row, veil.choices, bench.set_chance, bench.set_log, z)
    look_back(veil, pattern, figures, bench, t, slopes)
    look_ahead(veil, pattern, figures, bench, slopes)
    compare_sets(veil, pattern, figures, bench, z, lean, t, slopes)


@njit(cache=True, nogil=True, error_model="numpy")
def spread_sets(row, choices, set_chance, set_log, z):
    """Probabilities at the sets from log-odds, and their logarithms."""
    for s in range(len(choices)):
        low, moves, at = row[s], choices[s], row[s] + s
        top = 0.0
        for c in range(moves - 1):
            top = max(top, z[low + c])
        mass = np.exp(-top)
        set_chance[at] = mass
        for c in range(moves - 1):
            set_chance[at + c + 1] = np.exp(z[low + c] - top)
            mass += set_chance[at + c + 1]
        shift = top + np.log(mass)
        set_chance[at] /= mass
        set_log[at] = -shift
        for c in range(moves - 1):
            set_chance[at + c + 1] /= mass
            set_log[at + c + 1] = z[low + c] - shift


@njit(cache=True, nogil=True, error_model="numpy")
def look_back(veil: Veil, pattern: Pattern, figures: Figures, bench: Bench, t, slopes):
    """Play and values from the ends backwards; with slopes, those of values and choices.

    Arrays are taken out of their records once: reading them in a loop costs more than sums.
    """
    mover, first, targets, turns = veil.mover, veil.first, veil.target, veil.turns
    set_of, row = veil.set_of, veil.row
    pay, odds, log_odds = figures.pay, figures.chance, figures.log_chance
    patience, precision, entropy = figures.patience, figures.precision, figures.entropy
    value, worth, chance, log_chance = bench.value, bench.worth, bench.chance, bench.log_chance
    set_chance, set_log = bench.set_chance, bench.set_log
    below_first, onto_first, onto = pattern.below_first, pattern.onto_first, pattern.onto
    wanted, slots, own = pattern.wanted, pattern.slot, pattern.own
    slope, slope_value, end_pay = bench.slope, bench.slope_value, figures.end_pay
    nodes, parties = len(mover), len(patience)
    for k in range(len(end_pay)):
        for j in range(parties):
            value[nodes + k, j] = end_pay[k, j]
    for n in range(nodes):
        m, a, b, s = mover[n], first[n], first[n + 1], set_of[n]
        for e in range(a, b):
            target = targets[e]
            if turns[e]:
                for j in range(parties):
                    worth[e, j] = pay[e, j] + patience[j] * value[target, j]
            else:
                for j in range(parties):
                    worth[e, j] = pay[e, j] + value[target, j]
        sharp = precision[m] * t if m >= 0 else 0.0
        if m < 0:
            for e in range(a, b):
                chance[e] = odds[e]
                log_chance[e] = log_odds[e]
        elif b - a == 1:
            chance[a], log_chance[a] = 1.0, 0.0
        elif s >= 0:
            at = row[s] + s - a
            for e in range(a, b):
                chance[e] = set_chance[at + e]
                log_chance[e] = set_log[at + e]
        else:
            top, mass = worth[a, m], 0.0
            for e in range(a + 1, b):
                top = max(top, worth[e, m])
            for e in range(a, b):
                log_chance[e] = sharp * (worth[e, m] - top)
                chance[e] = np.exp(log_chance[e])
                mass += chance[e]
            shift = np.log(mass)
            for e in range(a, b):
                chance[e] /= mass
                log_chance[e] -= shift
        for j in range(parties):
            total = 0.0
            for e in range(a, b):
                total += chance[e] * worth[e, j]
            value[n, j] = total
        lost = 0.0
        if entropy and m >= 0 and b - a > 1 and sharp > 0.0:
            lost = surprise(chance, log_chance, a, b)
            value[n, m] -= lost / sharp
        slot = slots[n]
        if slopes <= 0.0 or not (wanted[n] or slot >= 0):
            continue
        low = below_first[n]
        width = below_first[n + 1] - low
        if slot >= 0:
            for i in range(slot, slot + (b - a) * width):
                slope[i] = 0.0
            for e in range(a, b):
                target = targets[e]
                if target < nodes:
                    size = below_first[target + 1] - below_first[target]
                    start = below_first[target] * parties + m * size
                    discount = patience[m] if turns[e] else 1.0
                    at, spot = slot + (e - a) * width, onto_first[e]
                    for i in range(size):
                        slope[at + onto[spot + i]] = discount * slope_value[start + i]
            if s < 0:
                mean = 0.0
                for e in range(a, b):
                    mean += chance[e] * worth[e, m]
                for i in range(width):
                    middle = 0.0
                    for e in range(a, b):
                        middle += chance[e] * slope[slot + (e - a) * width + i]
                    for e in range(a, b):
                        at = slot + (e - a) * width + i
                        slope[at] = sharp * (slope[at] - middle)
                for e in range(a, b):
                    slope[slot + (e - a + 1) * width - 1] += precision[m] * (worth[e, m] - mean)
        if not wanted[n]:
            continue
        base = low * parties
        for i in range(base, base + parties * width):
            slope_value[i] = 0.0
        for e in range(a, b):
            target = targets[e]
            if target < nodes:
                size = below_first[target + 1] - below_first[target]
                start, spot = below_first[target] * parties, onto_first[e]
                for j in range(parties):
                    weight = chance[e] * (patience[j] if turns[e] else 1.0)
                    at = base + j * width
                    for i in range(size):
                        slope_value[at + onto[spot + i]] += weight * slope_value[start + i]
                    start += size
        if slot >= 0 and s < 0:
            for j in range(parties):
                if entropy and j == m:
                    continue
                for e in range(a, b):
                    at, weight = slot + (e - a) * width, chance[e] * worth[e, j]
                    for i in range(width):
                        slope_value[base + j * width + i] += weight * slope[at + i]
        elif slot >= 0:
            for j in range(parties):
                mean = 0.0
                for e in range(a, b):
                    mean += chance[e] * worth[e, j]
                at = base + j * width + own[n] - a - 1
                for e in range(a + 1, b):
                    slope_value[at + e] += chance[e] * (worth[e, j] - mean)
        if entropy and slot >= 0 and t > 0.0:
            at, mean = base + m * width, 0.0
            slope_value[at + width - 1] += lost / (sharp * t)
            if s >= 0:
                for e in range(a, b):
                    mean += chance[e] * log_chance[e]
                for e in range(a + 1, b):
                    bend = chance[e] * (log_chance[e] - mean) / sharp
                    slope_value[at + own[n] + e - a - 1] -= bend


@njit(cache=True, nogil=True, error_model="numpy")
def surprise(chance, log_chance, a, b):
    """Largest possible entropy less that of the choice among edges a to b; no cancellation."""
    total, even = 0.0, np.log(b - a)
    for e in range(a, b):
        x = log_chance[e] + even
        # p log(p A) - p + 1 / A summed: each term is positive, and small where p is near 1 / A
        if abs(x) < 1e-2:
            total += x * x * (0.5 + x * (1.0 / 3.0 + x * (0.125 + x / 30.0))) / (b - a)
        else:
            total += chance[e] * (x - 1.0) + 1.0 / (b - a)
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def look_ahead(veil: Veil, pattern: Pattern, figures: Figures, bench: Bench, slopes):
    """Logarithms of reach from the start forwards, and their slopes."""
    needed, inward_first, inward = veil.needed, veil.inward_first, veil.inward
    inward_node, set_of, first = veil.inward_node, veil.set_of, veil.first
    above_first, rise_first, rise = pattern.above_first, pattern.rise_first, pattern.rise
    bend_first, bend, slots, live = pattern.bend_first, pattern.bend, pattern.slot, figures.live
    reach, chance, log_chance = bench.reach, bench.chance, bench.log_chance
    slope, slope_reach = bench.slope, bench.slope_reach
    for n in range(len(needed) - 1, -1, -1):
        if not needed[n]:
            continue
        a, b = inward_first[n], inward_first[n + 1]
        if a == b:
            reach[n] = 0.0
            continue
        if b - a == 1:
            reach[n] = reach[inward_node[a]] + log_chance[inward[a]]
        else:
            top, mass = -np.inf, 0.0
            for i in range(a, b):
                if live[i]:
                    top = max(top, reach[inward_node[i]] + log_chance[inward[i]])
            for i in range(a, b):
                if live[i]:
                    mass += np.exp(reach[inward_node[i]] + log_chance[inward[i]] - top)
            reach[n] = top + np.log(mass)
        if slopes <= 0.0:
            continue
        base = above_first[n]
        for k in range(base, above_first[n + 1]):
            slope_reach[k] = 0.0
        for i in range(a, b):
            if not live[i]:
                continue
            source, e, share = inward_node[i], inward[i], 1.0
            if b - a > 1:
                share = np.exp(reach[source] + log_chance[e] - reach[n])
            at, start = rise_first[i], above_first[source]
            for k in range(rise_first[i + 1] - at):
                slope_reach[base + rise[at + k]] += share * slope_reach[start + k]
            at = bend_first[i]
            width = bend_first[i + 1] - at
            if width == 0:
                continue
            if set_of[source] >= 0:
                begin = first[source] + 1
                for c in range(width):
                    slope_reach[base + bend[at + c]] -= share * chance[begin + c]
                if e >= begin:
                    slope_reach[base + bend[at + e - begin]] += share
            else:
                start = slots[source] + (e - first[source]) * width
                for k in range(width):
                    slope_reach[base + bend[at + k]] += share * slope[start + k]


@njit(cache=True, nogil=True, error_model="numpy")
def compare_sets(
    veil: Veil, pattern: Pattern, figures: Figures, bench: Bench, z, lean, t, slopes
):  # fmt: skip
    """Beliefs at the sets, the gap of their equations, and its slopes."""
    member_first, member, choices, row = veil.member_first, veil.member, veil.choices, veil.row
    mover, first, last = veil.mover, veil.first, veil.unknowns
    below_first, below, slots = pattern.below_first, pattern.below, pattern.slot
    above_first, above = pattern.above_first, pattern.above
    credible, precisions, reach = figures.credible, figures.precision, bench.reach
    belief, mean, worth, gap = bench.belief, bench.set_total, bench.worth, bench.gap
    jacobian, slope, slope_reach = bench.jacobian, bench.slope, bench.slope_reach
    if slopes > 0.0:
        for i in range(last):
            for k in range(last + 1):
                jacobian[i, k] = 0.0
    for s in range(len(choices)):
        low, high, moves, base = member_first[s], member_first[s + 1], choices[s], row[s]
        at, m = base + s, mover[member[low]]
        for c in range(moves):
            mean[at + c] = 0.0
        if high - low == 1:
            for c in range(moves):
                mean[at + c] = worth[first[member[low]] + c, m]
        else:
            top, mass = -np.inf, 0.0
            for i in range(low, high):
                if credible[member[i]]:
                    top = max(top, reach[member[i]])
            for i in range(low, high):
                n = member[i]
                belief[n] = np.exp(reach[n] - top) if credible[n] else 0.0
                mass += belief[n]
            for i in range(low, high):
                n = member[i]
                belief[n] /= mass
                for c in range(moves):
                    mean[at + c] += belief[n] * worth[first[n] + c, m]
        precision = precisions[m]
        sharp = precision * t
        for c in range(moves - 1):
            spread = mean[at + c + 1] - mean[at]
            gap[base + c] = z[base + c] - sharp * spread - (1.0 - t) * lean[base + c]
            if slopes > 0.0:
                jacobian[base + c, base + c] = 1.0
                jacobian[base + c, last] = lean[base + c] - precision * spread
        if slopes <= 0.0:
            continue
        for i in range(low, high):
            n = member[i]
            weight, begin = sharp * belief[n], first[n]
            if weight == 0.0:
                continue
            start, width = below_first[n], below_first[n + 1] - below_first[n]
            slot, rise, length = slots[n], above_first[n], above_first[n + 1] - above_first[n]
            for c in range(moves - 1):
                spot = slot + (c + 1) * width
                for k in range(width):
                    jacobian[base + c, below[start + k]] -= weight * (
                        slope[spot + k] - slope[slot + k]
                    )
                if high - low == 1:
                    continue
                over = worth[begin + c + 1, m] - mean[at + c + 1] - worth[begin, m] + mean[at]
                over *= weight
                for k in range(length):
                    jacobian[base + c, above[rise + k]] -= over * slope_reach[rise + k]
