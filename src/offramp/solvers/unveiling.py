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
    end_pay: Floats
    """(terminal, party)."""
    patience: Floats
    precision: Floats
    entropy: bool


class Bench(NamedTuple):
    """What an evaluation leaves behind, and room to work in."""

    value: Floats
    """(position and terminal, party)."""
    total: Floats
    """(edge,) total of the mover."""
    chance: Floats
    """(edge,)."""
    log_chance: Floats
    """(edge,)."""
    reach: Floats
    """(position,) logarithm, where needed."""
    belief: Floats
    """(position,) one outside the sets."""
    set_log: Floats
    """(set, move) logarithm of the probabilities, one set after the other."""
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
    middle: Floats
    """(party,)"""


def lay_out(veil: Veil, pattern: Pattern, terminals: int, parties: int) -> Bench:
    """Room for one draw."""
    nodes, edges, last = len(veil.mover), len(veil.target), veil.unknowns
    width = int(veil.choices.sum())
    return Bench(
        value=np.zeros((nodes + terminals, parties)),
        total=np.zeros(edges),
        chance=np.ones(edges),
        log_chance=np.zeros(edges),
        reach=np.zeros(nodes),
        belief=np.ones(nodes),
        set_log=np.zeros(width),
        set_total=np.zeros(width),
        slope_value=np.zeros(parties * len(pattern.below)),
        slope=np.zeros(pattern.slots),
        slope_reach=np.zeros(len(pattern.above)),
        gap=np.zeros(last),
        jacobian=np.zeros((last + 1, last + 1)),
        middle=np.zeros(parties),
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
        end_pay=np.zeros((terminals, parties)),
        patience=np.ones(parties),
        precision=np.ones(parties),
        entropy=False,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def gather_figures(veil: Veil, figures: Figures, pay, odds, end_pay, patience, precision):
    """Fill in the numbers of one draw from its rows of the tables."""
    parties, zeros = len(patience), False
    for j in range(parties):
        figures.patience[j], figures.precision[j] = patience[j], precision[j]
    for k in range(len(end_pay)):
        for j in range(parties):
            figures.end_pay[k, j] = end_pay[k, j]
    for e in range(len(veil.target)):
        for j in range(parties):
            figures.pay[e, j] = pay[veil.pay_class[e], j]
        c = veil.odds_class[e]
        if c >= 0:
            figures.chance[e] = odds[c]
            figures.log_chance[e] = np.log(odds[c]) if odds[c] > 0.0 else 0.0
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
    nodes = len(veil.mover)
    zeros = np.zeros(nodes, np.int64)
    for n in range(nodes - 1, -1, -1):
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


@njit(cache=True, nogil=True, error_model="numpy")
def evaluate(veil: Veil, pattern: Pattern, figures: Figures, bench: Bench, z, lean, t, slopes):
    """Values, play, beliefs and the gap of the equations at (z, t); slopes if ``slopes`` > 0.

    (A number, not a truth value: the compiler would make two kernels of it.)
    """
    nodes, parties = len(veil.mover), len(figures.patience)
    spread_sets(veil, bench, z)
    for k in range(len(figures.end_pay)):
        for j in range(parties):
            bench.value[nodes + k, j] = figures.end_pay[k, j]
    for n in range(nodes):
        worth_at(veil, figures, bench, z, t, n)
        if slopes > 0.0 and (pattern.wanted[n] or pattern.slot[n] >= 0):
            slopes_at(veil, pattern, figures, bench, z, t, n)
    for n in range(nodes - 1, -1, -1):
        if veil.needed[n]:
            reach_at(veil, pattern, figures, bench, n, slopes)
    last = veil.unknowns
    if slopes > 0.0:
        for i in range(last):
            for k in range(last + 1):
                bench.jacobian[i, k] = 0.0
    for s in range(len(veil.choices)):
        compare_at(veil, pattern, figures, bench, z, lean, t, s, slopes)


@njit(cache=True, nogil=True, error_model="numpy")
def spread_sets(veil: Veil, bench: Bench, z):
    """Logarithms of the probabilities at the sets."""
    for s in range(len(veil.choices)):
        row, moves, at = veil.row[s], veil.choices[s], veil.row[s] + s
        top, mass = 0.0, 0.0
        for c in range(moves - 1):
            top = max(top, z[row + c])
        mass = np.exp(-top)
        for c in range(moves - 1):
            mass += np.exp(z[row + c] - top)
        mass = top + np.log(mass)
        bench.set_log[at] = -mass
        for c in range(moves - 1):
            bench.set_log[at + c + 1] = z[row + c] - mass


@njit(cache=True, nogil=True, error_model="numpy")
def worth_at(veil: Veil, figures: Figures, bench: Bench, z, t, n):
    """Play and values at one position, those behind it being known."""
    m, a, b, s = veil.mover[n], veil.first[n], veil.first[n + 1], veil.set_of[n]
    parties, value, chance = len(figures.patience), bench.value, bench.chance
    sharp = figures.precision[m] * t if m >= 0 else 0.0
    top = -np.inf
    if m >= 0:
        for e in range(a, b):
            discount = figures.patience[m] if veil.turns[e] else 1.0
            bench.total[e] = figures.pay[e, m] + discount * value[veil.target[e], m]
            top = max(top, bench.total[e])
    if m < 0:
        for e in range(a, b):
            chance[e] = figures.chance[e]
            bench.log_chance[e] = figures.log_chance[e]
    elif b - a == 1:
        chance[a], bench.log_chance[a] = 1.0, 0.0
    elif s >= 0:
        at = veil.row[s] + s
        for e in range(a, b):
            bench.log_chance[e] = bench.set_log[at + e - a]
            chance[e] = np.exp(bench.log_chance[e])
    else:
        mass = 0.0
        for e in range(a, b):
            bench.log_chance[e] = sharp * (bench.total[e] - top)
            chance[e] = np.exp(bench.log_chance[e])
            mass += chance[e]
        shift = np.log(mass)
        for e in range(a, b):
            chance[e] /= mass
            bench.log_chance[e] -= shift
    for j in range(parties):
        value[n, j] = 0.0
    for e in range(a, b):
        target = veil.target[e]
        for j in range(parties):
            discount = figures.patience[j] if veil.turns[e] else 1.0
            value[n, j] += chance[e] * (figures.pay[e, j] + discount * value[target, j])
    if figures.entropy and m >= 0 and b - a > 1 and sharp > 0.0:
        value[n, m] += surprise(bench, a, b) / sharp


@njit(cache=True, nogil=True, error_model="numpy")
def surprise(bench: Bench, a, b):
    """Entropy of the choice among edges a to b, less its largest value; without cancellation."""
    total, even = 0.0, np.log(b - a)
    for e in range(a, b):
        x = bench.log_chance[e] + even
        # p log(p A) - p + 1 / A summed: each term is positive, and small where p is near 1 / A
        if abs(x) < 1e-2:
            total += x * x * (0.5 + x * (1.0 / 3.0 + x * (0.125 + x / 30.0))) / (b - a)
        else:
            total += bench.chance[e] * (x - 1.0) + 1.0 / (b - a)
    return -total


@njit(cache=True, nogil=True, error_model="numpy")
def slopes_at(veil: Veil, pattern: Pattern, figures: Figures, bench: Bench, z, t, n):
    """Slopes of the mover's totals (sets) or log-probabilities (other nodes), and of values."""
    m, a, b, s = veil.mover[n], veil.first[n], veil.first[n + 1], veil.set_of[n]
    nodes, parties, slot = len(veil.mover), len(figures.patience), pattern.slot[n]
    low = pattern.below_first[n]
    width = pattern.below_first[n + 1] - low
    slope, chance, total = bench.slope, bench.chance, bench.total
    if slot >= 0:
        for i in range((b - a) * width):
            slope[slot + i] = 0.0
        for e in range(a, b):
            target = veil.target[e]
            if target < nodes:
                size = pattern.below_first[target + 1] - pattern.below_first[target]
                start = pattern.below_first[target] * parties + m * size
                discount = figures.patience[m] if veil.turns[e] else 1.0
                at, onto = slot + (e - a) * width, pattern.onto_first[e]
                for i in range(size):
                    slope[at + pattern.onto[onto + i]] = discount * bench.slope_value[start + i]
    if slot >= 0 and s < 0:
        sharp, mean = figures.precision[m] * t, 0.0
        for e in range(a, b):
            mean += chance[e] * total[e]
        for i in range(width):
            middle = 0.0
            for e in range(a, b):
                middle += chance[e] * slope[slot + (e - a) * width + i]
            for e in range(a, b):
                at = slot + (e - a) * width + i
                slope[at] = sharp * (slope[at] - middle)
        for e in range(a, b):
            slope[slot + (e - a + 1) * width - 1] += figures.precision[m] * (total[e] - mean)
    if not pattern.wanted[n]:
        return
    base = low * parties
    for i in range(parties * width):
        bench.slope_value[base + i] = 0.0
    for e in range(a, b):
        target = veil.target[e]
        inner = target < nodes
        size = pattern.below_first[target + 1] - pattern.below_first[target] if inner else 0
        for j in range(parties):
            discount = figures.patience[j] if veil.turns[e] else 1.0
            if inner:
                start = pattern.below_first[target] * parties + j * size
                at, onto = base + j * width, pattern.onto_first[e]
                weight = chance[e] * discount
                for i in range(size):
                    bench.slope_value[at + pattern.onto[onto + i]] += (
                        weight * bench.slope_value[start + i]
                    )
            if slot < 0 or (s < 0 and figures.entropy and j == m):
                continue
            worth = figures.pay[e, j] + discount * bench.value[target, j]
            if s < 0:
                at = slot + (e - a) * width
                for i in range(width):
                    bench.slope_value[base + j * width + i] += chance[e] * slope[at + i] * worth
            else:
                at = base + j * width + pattern.own[n]
                if e > a:
                    bench.slope_value[at + e - a - 1] += chance[e] * worth
                for c in range(b - a - 1):
                    bench.slope_value[at + c] -= chance[e] * chance[a + c + 1] * worth
    if figures.entropy and slot >= 0 and t > 0.0:
        sharp, mean = figures.precision[m] * t, 0.0
        at = base + m * width
        # the precision's own slope: (mean - worth with shocks) / t, or that of the entropy's part
        bench.slope_value[at + width - 1] -= surprise(bench, a, b) / (sharp * t)
        if s >= 0:
            for e in range(a, b):
                mean += chance[e] * bench.log_chance[e]
            for c in range(b - a - 1):
                e = a + c + 1
                bend = chance[e] * (bench.log_chance[e] - mean) / sharp
                bench.slope_value[at + pattern.own[n] + c] -= bend


@njit(cache=True, nogil=True, error_model="numpy")
def reach_at(veil: Veil, pattern: Pattern, figures: Figures, bench: Bench, n, slopes):
    """Logarithm of the reach of one position, those before it being known."""
    a, b, top, mass = veil.inward_first[n], veil.inward_first[n + 1], -np.inf, 0.0
    if a == b:
        bench.reach[n] = 0.0
        return
    if b - a == 1:
        top = bench.reach[veil.inward_node[a]] + bench.log_chance[veil.inward[a]]
        mass = 1.0
    else:
        for i in range(a, b):
            if figures.live[i]:
                way = bench.reach[veil.inward_node[i]] + bench.log_chance[veil.inward[i]]
                top = max(top, way)
        for i in range(a, b):
            if figures.live[i]:
                way = bench.reach[veil.inward_node[i]] + bench.log_chance[veil.inward[i]]
                mass += np.exp(way - top)
    bench.reach[n] = top + np.log(mass)
    if slopes <= 0.0:
        return
    base = pattern.above_first[n]
    for k in range(base, pattern.above_first[n + 1]):
        bench.slope_reach[k] = 0.0
    for i in range(a, b):
        if not figures.live[i]:
            continue
        source, e = veil.inward_node[i], veil.inward[i]
        share = 1.0
        if b - a > 1:
            share = np.exp(bench.reach[source] + bench.log_chance[e] - bench.reach[n])
        at, start = pattern.rise_first[i], pattern.above_first[source]
        for k in range(pattern.rise_first[i + 1] - at):
            bench.slope_reach[base + pattern.rise[at + k]] += share * bench.slope_reach[start + k]
        at = pattern.bend_first[i]
        width = pattern.bend_first[i + 1] - at
        if width == 0:
            continue
        if veil.set_of[source] >= 0:
            first = veil.first[source]
            for c in range(width):
                spot = base + pattern.bend[at + c]
                bench.slope_reach[spot] -= share * bench.chance[first + c + 1]
                if e == first + c + 1:
                    bench.slope_reach[spot] += share
        else:
            start = pattern.slot[source] + (e - veil.first[source]) * width
            for k in range(width):
                spot = base + pattern.bend[at + k]
                bench.slope_reach[spot] += share * bench.slope[start + k]


@njit(cache=True, nogil=True, error_model="numpy")
def compare_at(
    veil: Veil, pattern: Pattern, figures: Figures, bench: Bench, z, lean, t, s, slopes
):  # fmt: skip
    """Beliefs at one set, the gap of its equations, and their slopes."""
    low, high, moves, row = veil.member_first[s], veil.member_first[s + 1], veil.choices[s], 0
    top, mass, last = -np.inf, 0.0, veil.unknowns
    row, at = veil.row[s], veil.row[s] + s
    for i in range(low, high):
        if figures.credible[veil.member[i]]:
            top = max(top, bench.reach[veil.member[i]])
    for i in range(low, high):
        n = veil.member[i]
        bench.belief[n] = 1.0
        if high - low > 1:
            bench.belief[n] = np.exp(bench.reach[n] - top) if figures.credible[n] else 0.0
        mass += bench.belief[n]
    for c in range(moves):
        bench.set_total[at + c] = 0.0
    for i in range(low, high):
        n = veil.member[i]
        bench.belief[n] /= mass
        for c in range(moves):
            bench.set_total[at + c] += bench.belief[n] * bench.total[veil.first[n] + c]
    precision = figures.precision[veil.mover[veil.member[low]]]
    sharp, mean = precision * t, bench.set_total
    for c in range(moves - 1):
        bench.gap[row + c] = z[row + c] - sharp * (mean[at + c + 1] - mean[at])
        bench.gap[row + c] -= (1.0 - t) * lean[row + c]
    if slopes <= 0.0:
        return
    jacobian = bench.jacobian
    for c in range(moves - 1):
        jacobian[row + c, row + c] = 1.0
        jacobian[row + c, last] = lean[row + c] - precision * (mean[at + c + 1] - mean[at])
    for i in range(low, high):
        n = veil.member[i]
        weight, first = sharp * bench.belief[n], veil.first[n]
        if weight == 0.0:
            continue
        start, width = pattern.below_first[n], pattern.below_first[n + 1] - pattern.below_first[n]
        slot, rise = pattern.slot[n], pattern.above_first[n]
        for c in range(moves - 1):
            for k in range(width):
                bend = bench.slope[slot + (c + 1) * width + k] - bench.slope[slot + k]
                jacobian[row + c, pattern.below[start + k]] -= weight * bend
            if high - low == 1:
                continue
            over = bench.total[first + c + 1] - mean[at + c + 1] - bench.total[first] + mean[at]
            over *= weight
            for k in range(pattern.above_first[n + 1] - rise):
                jacobian[row + c, pattern.above[rise + k]] -= over * bench.slope_reach[rise + k]
