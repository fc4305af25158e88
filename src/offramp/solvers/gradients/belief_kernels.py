"""One round with information sets pulled backwards, and the transposed system, compiled.

The unknowns are what is hoped of the moves of cuts, H, and the values at the ghosts of heads, G.
One pass gives what these moves are worth and the heads' values, F(H, G). A quantity q changes with
a number x by dq/dx + mu dF/dx, where mu solves (I - dF/d(H, G))' mu = dq/d(H, G). `pull_through`
is the pass backwards, by the chain rule: first what moves of cuts are worth, then beliefs and
reach, then values and play, from the start of play to its ends.

Source: Griewank & Walther (2008), Evaluating derivatives, on the reverse mode.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.imperfect.large.equations import SystemState, inner_jit, worth_of_hopes
from offramp.solvers.imperfect.large.set_layout import EdgeNumbers, Sets
from offramp.solvers.kernels.krylov import (
    NO,
    YES,
    ZERO,
    Krylov,
    answer_of,
    combine,
    krylov_alone,
    open_cycle,
    padded,
    right_of,
    take_in,
    weigh_condition,
)

Array = NDArray[np.float64]


class Pull(NamedTuple):
    """Slopes of a quantity by everything in a round; filled by ``pull_through``."""

    value: Array
    """(row, party)."""
    total: Array
    """(edge, party)."""
    log: Array
    """(slot,) by the logarithm of the move's probability."""
    hope: Array
    """(slot,)."""
    reach: Array
    """(position,)."""
    pay: Array
    """(pay class, party)."""
    odds: Array
    """(odds class,)."""
    end_pay: Array
    """(terminal, party)."""
    patience: Array
    """(party,)."""
    precision: Array
    """(party,)."""


class Seeds(NamedTuple):
    """What a quantity is made of directly."""

    position: int
    """Where the value of ``party`` counts; a party of -1 has none."""
    party: int
    share: Array
    """(edge,) slope by the probability of the edge, values held."""


def pull_for(sets: Sets, pays: int, odds: int) -> Pull:
    """Room for one draw of tables with so many classes of pays and odds."""
    slots, edges, parties = int(sets.slot_first[-1]), len(sets.target), sets.parties
    rows = sets.nodes + sets.terminals + len(sets.heads)
    return Pull(
        value=np.zeros((rows, parties)),
        total=np.zeros((edges, parties)),
        log=np.zeros(slots),
        hope=np.zeros(slots),
        reach=np.zeros(sets.nodes),
        pay=np.zeros((pays, parties)),
        odds=np.zeros(odds),
        end_pay=np.zeros((sets.terminals, parties)),
        patience=np.zeros(parties),
        precision=np.zeros(parties),
    )


@inner_jit
def clear(pull: Pull):
    """Set everything to 0."""
    pull.value[:] = 0.0
    pull.total[:] = 0.0
    pull.log[:] = 0.0
    pull.hope[:] = 0.0
    pull.reach[:] = 0.0
    pull.pay[:] = 0.0
    pull.odds[:] = 0.0
    pull.end_pay[:] = 0.0
    pull.patience[:] = 0.0
    pull.precision[:] = 0.0


@inner_jit
def pull_beliefs(sets: Sets, numbers: EdgeNumbers, state: SystemState, pull: Pull, multiplier):
    """From what moves of cuts are worth to reach and totals; ``multiplier`` is (unknown,)."""
    spot, total, belief = 0, state.total, state.belief
    for c in range(len(sets.cut)):
        d = sets.cut[c]
        m, low, moves = sets.owner[d], sets.slot_first[d], 0
        moves = sets.slot_first[d + 1] - low
        mean = 0.0
        for i in range(sets.member_first[c], sets.member_first[c + 1]):
            e = sets.first[sets.member[i]]
            for k in range(moves):
                mean += belief[i] * multiplier[spot + k] * total[e + k, m]
        for i in range(sets.member_first[c], sets.member_first[c + 1]):
            n, own = sets.member[i], 0.0
            e = sets.first[n]
            for k in range(moves):
                own += multiplier[spot + k] * total[e + k, m]
                pull.total[e + k, m] += belief[i] * multiplier[spot + k]
            pull.reach[n] += belief[i] * (own - mean)
        spot += moves
    for i in range(len(sets.path) - 1, -1, -1):
        n = sets.path[i]
        if pull.reach[n] == 0.0:
            continue
        for k in range(sets.enter_first[i], sets.enter_first[i + 1]):
            e, part = sets.enter[k], state.carry[k] * pull.reach[n]
            pull.reach[sets.enter_from[k]] += part
            s = sets.slot[e]
            if s >= 0:
                pull.log[s] += part
            elif numbers.odds[e] > 0.0:
                pull.odds[sets.odds_class[e]] += part / numbers.odds[e]


@inner_jit
def pull_choice(sets: Sets, numbers: EdgeNumbers, state: SystemState, pull: Pull, d):
    """From the logarithms of play of a decision to its hopes and to the precision of its owner.

    ``pull.log`` and ``pull.hope`` are (slot,).
    """
    low, high, m = sets.slot_first[d], sets.slot_first[d + 1], sets.owner[d]
    whole, mean = 0.0, 0.0
    for k in range(low, high):
        whole += pull.log[k]
        mean += state.chance[k] * state.hope[k]
    for k in range(low, high):
        own = pull.log[k] - state.chance[k] * whole
        pull.hope[k] += numbers.precision[m] * own
        pull.precision[m] += pull.log[k] * (state.hope[k] - mean)
        if sets.weight_class[k] >= 0:
            pull.odds[sets.weight_class[k]] += own


@inner_jit
def pull_shocks(sets: Sets, numbers: EdgeNumbers, state: SystemState, pull: Pull, d, felt):
    """What shocks add to a value that is felt so much, by hopes and precision.

    ``pull.hope`` is (slot,).
    """
    low, high, m = sets.slot_first[d], sets.slot_first[d + 1], sets.owner[d]
    sharp, mean, spread, top, bottom = numbers.precision[m], 0.0, 0.0, -np.inf, np.inf
    for k in range(low, high):
        mean += state.chance[k] * state.hope[k]
        top, bottom = max(top, state.hope[k]), min(bottom, state.hope[k])
    for k in range(low, high):
        apart = state.hope[k] - mean
        spread += state.chance[k] * apart**2
        pull.hope[k] -= felt * sharp * state.chance[k] * apart
        if sets.weight_class[k] >= 0:
            own = state.chance[k] * (1.0 / sharp - apart)
            pull.odds[sets.weight_class[k]] += felt * own
    if sharp * (top - bottom) < 1e-4:
        rise = 0.5 * spread
    else:
        worth = worth_of_hopes(numbers, state.hope, low, high - low, sharp)
        rise = (mean - worth) / sharp
    pull.precision[m] += felt * (rise - spread)


@inner_jit
def pull_node(sets: Sets, numbers: EdgeNumbers, state: SystemState, pull: Pull, seeds: Seeds, n):
    """From the value at a position, and what its edges are felt, to what follows it.

    ``pull.value`` is (row, party), ``pull.total`` (edge, party).
    """
    d, a, b, parties = sets.decision[n], sets.first[n], sets.first[n + 1], sets.parties
    base = sets.nodes
    for e in range(a, b):
        chance = numbers.odds[e] if d < 0 else state.chance[sets.slot[e]]
        felt = seeds.share[e]
        for j in range(parties):
            felt += pull.value[n, j] * state.total[e, j]
            pull.total[e, j] += chance * pull.value[n, j]
        if d < 0:
            pull.odds[sets.odds_class[e]] += felt
        else:
            pull.log[sets.slot[e]] += chance * felt
    if d >= 0:
        m = sets.mover[n]
        if numbers.entropy:
            pull_shocks(sets, numbers, state, pull, d, pull.value[n, m])
        if sets.lone[d]:
            pull_choice(sets, numbers, state, pull, d)
            for e in range(a, b):
                pull.total[e, m] += pull.hope[sets.slot[e]]
    for e in range(a, b):
        row, turns = sets.target[e], sets.turns[e]
        for j in range(parties):
            own = pull.total[e, j]
            pull.pay[sets.pay_class[e], j] += own
            pull.value[row, j] += numbers.discount[turns, j] * own
            if turns:
                pull.patience[j] += state.value[row, j] * own
            if base <= row < base + sets.terminals:
                pull.end_pay[row - base, j] += numbers.discount[turns, j] * own


@inner_jit
def pull_through(
    sets: Sets,
    numbers: EdgeNumbers,
    state: SystemState,
    pull: Pull,
    seeds: Seeds,
    multiplier,
    answer,
):
    """Slopes of seeds + ``multiplier`` F by all numbers into ``pull``, by unknowns into ``answer``.

    Both are (unknown,).
    """
    clear(pull)
    parties, base = sets.parties, sets.nodes + sets.terminals
    spot = len(sets.unknown)
    for h in range(len(sets.heads)):
        for j in range(parties):
            pull.value[sets.heads[h], j] = multiplier[spot + h * parties + j]
    if seeds.party >= 0:
        pull.value[seeds.position, seeds.party] += 1.0
    pull_beliefs(sets, numbers, state, pull, multiplier)
    for n in range(sets.nodes - 1, -1, -1):
        pull_node(sets, numbers, state, pull, seeds, n)
    spot = 0
    for c in range(len(sets.cut)):
        d = sets.cut[c]
        pull_choice(sets, numbers, state, pull, d)
        for k in range(sets.slot_first[d], sets.slot_first[d + 1]):
            answer[spot] = pull.hope[k]
            spot += 1
    for h in range(len(sets.heads)):
        for j in range(parties):
            answer[spot + h * parties + j] = pull.value[base + h, j]


@njit(cache=True, nogil=True, error_model="numpy")
def solve_transposed(
    sets: Sets,
    numbers: EdgeNumbers,
    state: SystemState,
    pull: Pull,
    seeds: Seeds,
    none: Seeds,
    krylov: Krylov,
    unit,
    tolerance,
    told,
):
    """Slopes of a quantity by all numbers at a solution, into ``pull``.

    ``unit`` (unknown,) is the scale of each unknown, ``none`` seeds of nothing. ``told`` (2,)
    becomes the relative residual and an estimate of the condition, from 1 upwards.
    """
    size, basis = len(unit), krylov.basis
    wide, vector, answer, total = padded(size), np.zeros(size), np.zeros(size), np.zeros(size)
    condition = np.ones(1)
    pull_through(sets, numbers, state, pull, seeds, total, answer)
    told[0], told[1] = 0.0, 1.0
    if size == 0:
        return
    begin, out, length = right_of(krylov, wide), answer_of(krylov, wide), 0.0
    for k in range(wide):
        basis[begin + k] = answer[k] * unit[k] if k < size else 0.0
        length += basis[begin + k] ** 2
    length, left = np.sqrt(length), 1
    for cycle in range(20):
        if cycle > 0:
            for k in range(size):
                vector[k] = basis[out + k] / unit[k]
            pull_through(sets, numbers, state, pull, none, vector, answer)
            for k in range(wide):
                image = basis[out + k] - answer[k] * unit[k] if k < size else 0.0
                basis[wide + k] = image
        left = open_cycle(krylov, wide, tolerance, YES if cycle > 0 else NO)
        column = ZERO
        while left > 0 and column < krylov.most:
            for k in range(size):
                vector[k] = basis[column * wide + k] / unit[k]
            pull_through(sets, numbers, state, pull, none, vector, answer)
            for k in range(wide):
                image = basis[column * wide + k] - answer[k] * unit[k] if k < size else 0.0
                basis[(column + 1) * wide + k] = image
            left = take_in(krylov, wide, column)
            column += 1
        if column > 0:
            combine(krylov, wide, column)
            weigh_condition(krylov, column, condition)
        if left == 0:
            break
    for k in range(size):
        total[k] = basis[out + k] / unit[k]
    pull_through(sets, numbers, state, pull, none, total, answer)
    rest = 0.0
    for k in range(size):
        image = basis[out + k] - answer[k] * unit[k]
        rest += (basis[begin + k] - image) ** 2
    pull_through(sets, numbers, state, pull, seeds, total, answer)
    told[0] = np.sqrt(rest) / length if length > 0.0 else 0.0
    told[1] = condition[0]


def krylov_of(size: int) -> Krylov:
    """Room for systems of so many unknowns."""
    return krylov_alone(int(padded(size)), max(2, min(160, size, int(4e7) // (size + 1))))
