"""Logit play with information sets as one smooth system, and its derivative, compiled.

The unknowns are what the mover expects of every move (``hope``, by slot) and the values at
the ghosts of heads. One pass evaluates play from the hopes, one backwards the values under
that play, one forwards reach and beliefs; the gaps are what each move is then really worth
less what was hoped of it. Treating all hopes as unknowns (a lifted Newton method: Albersmeyer
& Diehl 2010) keeps the system mild at high precision, since no response feeds into another one
within an evaluation. Linear systems shrink to the slots of cuts and the ghosts: a change of
those determines every other change in one pass backwards and one forwards.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import LINKED, njit
from offramp.solvers.imperfect.large.set_layout import EdgeNumbers, Sets
from offramp.solvers.kernels.backup import worth_with_shocks

Array = NDArray[np.float64]
inner_jit: Any = njit(cache=True, nogil=True, error_model="numpy", **LINKED)
"""For kernels that only kernels call."""


class SystemState(NamedTuple):
    """Working arrays of one draw; the last evaluation and its derivative."""

    hope: Array
    """(slot,) what is expected of each move, in payoff units of its mover."""
    bias: Array
    """(slot,) log-odds that play has at precision 0, for branches that begin elsewhere."""
    tilt: Array
    """(slot,) what is left of them at the factor of all precisions."""
    value: Array
    """(row, party): nodes, terminals, ghosts."""
    chance: Array
    """(slot,) probability of each move."""
    log_chance: Array
    """(slot,) its logarithm, exact however small it is."""
    worth: Array
    """(slot,) what each move is worth to its mover under that play and its beliefs."""
    total: Array
    """(edge, party)."""
    reach: Array
    """(position,) logarithm of the probability of getting there from where beliefs begin."""
    belief: Array
    """(member,)."""
    carry: Array
    """(edge of ``enter``,) share of the reach of its end that comes through it."""
    slope: Array
    """(edge, party) response of the value to the hope of the move."""
    rate: Array
    """(position, party) response of the value to the common factor of all precisions."""
    change: Array
    """(row, party) for changes that begin at unknowns."""
    shift: Array
    """(slot,) change of each hope."""
    bend: Array
    """(slot,) response of the logarithm of its probability to the factor of all precisions."""
    drift: Array
    """(decision,) mean change of the hopes of a decision."""
    lean: Array
    """(position,) change of the reach."""
    source: Array
    """(slot, then ghost and party) gaps that a full pass adds."""
    every: NDArray[np.int64]
    """All positions in solving order."""
    spread: Array
    """(row, party) for changes that begin anywhere."""


def state_for(sets: Sets) -> SystemState:
    """Working arrays, all zero."""
    slots, edges = int(sets.slot_first[-1]), len(sets.target)
    rows = sets.nodes + sets.terminals + len(sets.heads)
    return SystemState(
        hope=np.zeros(slots),
        bias=np.zeros(slots),
        tilt=np.zeros(slots),
        value=np.zeros((rows, sets.parties)),
        chance=np.zeros(slots),
        log_chance=np.zeros(slots),
        worth=np.zeros(slots),
        total=np.zeros((edges, sets.parties)),
        reach=np.zeros(sets.nodes),
        belief=np.zeros(len(sets.member)),
        carry=np.zeros(len(sets.enter)),
        slope=np.zeros((edges, sets.parties)),
        rate=np.zeros((sets.nodes, sets.parties)),
        change=np.zeros((rows, sets.parties)),
        shift=np.zeros(slots),
        bend=np.zeros(slots),
        drift=np.zeros(len(sets.owner)),
        lean=np.zeros(sets.nodes),
        source=np.zeros(slots + len(sets.heads) * sets.parties),
        every=np.arange(sets.nodes),
        spread=np.zeros((rows, sets.parties)),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def evaluate(sets: Sets, numbers: EdgeNumbers, state: SystemState, scale, exact):
    """Play, values, beliefs and worths at the hopes and ghosts, and the gaps.

    All precisions are multiplied by ``scale``. With ``exact`` the hopes of lone decisions are first
    set to what their moves are worth, in order, backwards. Leaves worths less hopes and new values
    less the ghosts' in ``source``. Returns (error of play and of the values at heads, largest gap
    over its scale). Hopes are (slot,), values (row, party), gaps (slot and head * parties +
    party,).
    """
    slot_first, decision, first, target = sets.slot_first, sets.decision, sets.first, sets.target
    hope, chance, total, value = state.hope, state.chance, state.total, state.value
    mover, turns, lone, worth = sets.mover, sets.turns, sets.lone, state.worth
    pay, odds, discount, precision = numbers.pay, numbers.odds, numbers.discount, numbers.precision
    cut, log_chance, parties, entropy = sets.cut, state.log_chance, sets.parties, numbers.entropy
    tilt, left = state.tilt, max(0.0, 1.0 - scale)
    for k in range(len(tilt)):
        tilt[k] = left * state.bias[k] + numbers.log_weight[k]
    for c in range(len(cut)):
        d = cut[c]
        sharp = scale * precision[sets.owner[d]]
        respond(hope, tilt, chance, log_chance, slot_first[d], slot_first[d + 1], sharp)
    for n in range(len(mover)):
        d, a, b, m = decision[n], first[n], first[n + 1], mover[n]
        for e in range(a, b):
            w, r = turns[e], target[e]
            for j in range(parties):
                total[e, j] = pay[e, j] + discount[w, j] * value[r, j]
        for j in range(parties):
            value[n, j] = 0.0
        if d < 0:
            for e in range(a, b):
                for j in range(parties):
                    value[n, j] += odds[e] * total[e, j]
            continue
        low = slot_first[d]
        if lone[d]:
            for k in range(b - a):
                worth[low + k] = total[a + k, m]
                if exact:
                    hope[low + k] = total[a + k, m]
            sharp = scale * precision[m]
            respond(hope, tilt, chance, log_chance, low, slot_first[d + 1], sharp)
        for k in range(b - a):
            for j in range(parties):
                value[n, j] += chance[low + k] * total[a + k, j]
        if entropy:
            value[n, m] += shocks(numbers, hope, chance, low, b - a, scale * precision[m])
    judge(sets, numbers, state)
    return read_gaps(sets, numbers, state, scale)


@inner_jit
def respond(hope, tilt, chance, log_chance, a, b, sharp):
    """Logit probabilities of the hopes at slots ``a`` to ``b``, and their logarithms.

    All are (slot,).
    """
    top, mass = -np.inf, 0.0
    for k in range(a, b):
        log_chance[k] = sharp * (hope[k] - hope[a]) + tilt[k]
        top = max(top, log_chance[k])
    for k in range(a, b):
        log_chance[k] -= top
        chance[k] = np.exp(log_chance[k])
        mass += chance[k]
    whole = np.log(mass)
    for k in range(a, b):
        chance[k] /= mass
        log_chance[k] -= whole


@inner_jit
def shocks(numbers: EdgeNumbers, hope, chance, low, count, sharp):
    """(entropy of play less the logarithm of the number of moves) over the precision.

    With weights it is less the divergence of play from them. ``hope`` and ``chance`` are (slot,).
    """
    mean = 0.0
    for k in range(low, low + count):
        mean += chance[k] * hope[k]
    return worth_of_hopes(numbers, hope, low, count, sharp) - mean


@inner_jit
def worth_of_hopes(numbers: EdgeNumbers, hope, low, count, sharp):
    """(log mean exp(precision hope)) / precision, the mean by weights; ``hope`` is (slot,)."""
    top, bottom = -np.inf, np.inf
    for k in range(low, low + count):
        top, bottom = max(top, hope[k]), min(bottom, hope[k])
    if not numbers.weighed:
        return worth_with_shocks(hope[low : low + count], count, top, sharp)
    mean, spread, width = 0.0, 0.0, sharp * (top - bottom)
    for k in range(low, low + count):
        share, gap = np.exp(numbers.log_weight[k]), hope[k] - top
        if width < 1e-7:
            mean += share * gap
        elif width < 0.1:
            mean += share * np.expm1(sharp * gap)
        else:
            mean += share * np.exp(sharp * gap)
    if width < 1e-7:
        for k in range(low, low + count):
            spread += np.exp(numbers.log_weight[k]) * (hope[k] - top - mean) ** 2
        return top + mean + 0.5 * sharp * spread
    if width < 0.1:
        return top + np.log1p(mean) / sharp
    return top + np.log(mean) / sharp


@inner_jit
def judge(sets: Sets, numbers: EdgeNumbers, state: SystemState):
    """Reach, beliefs and what the moves of cuts are worth, from play and values.

    ``reach`` is (position,), ``belief`` (member,), ``worth`` (slot,).
    """
    reach, carry, belief, worth = state.reach, state.carry, state.belief, state.worth
    path, enter, enter_first, enter_from = sets.path, sets.enter, sets.enter_first, sets.enter_from
    log_chance, log_odds, counts, slot = (
        state.log_chance,
        numbers.log_odds,
        numbers.counts,
        sets.slot,
    )
    cut, member, member_first, first = sets.cut, sets.member, sets.member_first, sets.first
    total, possible = state.total, numbers.possible
    for i in range(len(path)):
        n, a, b = path[i], enter_first[i], enter_first[i + 1]
        top, mass = -np.inf, 0.0
        for k in range(a, b):
            carry[k] = -np.inf
            if counts[k]:
                s = slot[enter[k]]
                step = log_chance[s] if s >= 0 else log_odds[enter[k]]
                carry[k] = reach[enter_from[k]] + step
                top = max(top, carry[k])
        reach[n] = 0.0 if a == b else top
        if b - a == 1:
            carry[a] = 1.0
        elif b > a:
            for k in range(a, b):
                carry[k] = np.exp(carry[k] - top)
                mass += carry[k]
            for k in range(a, b):
                carry[k] /= mass
            reach[n] += np.log(mass)
    for c in range(len(cut)):
        low, high = sets.slot_first[cut[c]], sets.slot_first[cut[c] + 1]
        a, b, m = member_first[c], member_first[c + 1], sets.owner[cut[c]]
        top, mass = -np.inf, 0.0
        for i in range(a, b):
            if possible[i]:
                top = max(top, reach[member[i]])
        for i in range(a, b):
            belief[i] = np.exp(reach[member[i]] - top) if possible[i] else 0.0
            mass += belief[i]
        for k in range(low, high):
            worth[k] = 0.0
        for i in range(a, b):
            belief[i] /= mass
            if belief[i] > 0.0:
                e = first[member[i]] - low
                for k in range(low, high):
                    worth[k] += belief[i] * total[e + k, m]


@inner_jit
def read_gaps(sets: Sets, numbers: EdgeNumbers, state: SystemState, scale):
    """Gaps of the last evaluation into ``source``; see ``evaluate``.

    ``source`` is (slot and head * parties + party,).
    """
    source, chance, worth, hope, value = (
        state.source,
        state.chance,
        state.worth,
        state.hope,
        state.value,
    )
    owner, slot_first, heads = sets.owner, sets.slot_first, sets.heads
    unit, precision = numbers.scale, numbers.precision
    slots, base, parties = len(chance), sets.nodes + sets.terminals, sets.parties
    play, worst = 0.0, 0.0
    for d in range(len(owner)):
        low, high, m, mean = slot_first[d], slot_first[d + 1], owner[d], 0.0
        for k in range(low, high):
            source[k] = worth[k] - hope[k]
            mean += chance[k] * source[k]
            worst = max(worst, abs(source[k]) / unit[m])
        for k in range(low, high):
            off = scale * precision[m] * (source[k] - mean)
            if abs(off) > 0.1:
                off = np.exp(min(off, 50.0)) - 1.0
            play = max(play, abs(off) * chance[k])
    for h in range(len(heads)):
        for j in range(parties):
            gap = value[heads[h], j] - value[base + h, j]
            source[slots + h * parties + j] = gap
            worst = max(worst, abs(gap) / unit[j])
    return max(play, worst), worst


@njit(cache=True, nogil=True, error_model="numpy")
def linearise(sets: Sets, numbers: EdgeNumbers, state: SystemState, scale):
    """Fill ``slope``, ``rate`` and ``bend`` at the last evaluation.

    ``slope`` is (edge, party), ``rate`` (position, party), ``bend`` (slot,).
    """
    hope, chance, total, slope, rate = (
        state.hope,
        state.chance,
        state.total,
        state.slope,
        state.rate,
    )
    decision, first, slot_first, mover = sets.decision, sets.first, sets.slot_first, sets.mover
    parties, entropy, precision, bend = sets.parties, numbers.entropy, numbers.precision, state.bend
    bias = state.bias
    for n in range(len(decision)):
        d = decision[n]
        for j in range(parties):
            rate[n, j] = 0.0
        if d < 0:
            continue
        a, b, m, low = first[n], first[n + 1], mover[n], slot_first[d]
        mean = 0.0
        for k in range(low, low + b - a):
            bend[k] = precision[m] * hope[k] - (bias[k] if scale < 1.0 else 0.0)
            mean += chance[k] * bend[k]
        for k in range(low, low + b - a):
            bend[k] -= mean
        for j in range(parties):
            own = 1.0 if entropy and j == m else 0.0
            average = 0.0
            for k in range(b - a):
                average += chance[low + k] * (total[a + k, j] - own * hope[low + k])
            for k in range(b - a):
                gap = total[a + k, j] - own * hope[low + k] - average
                part = chance[low + k] * gap
                slope[a + k, j] = scale * precision[m] * part
                rate[n, j] += part * bend[low + k]
        if entropy:
            rate[n, m] += shocks_rate(numbers, hope, chance, low, b - a, scale, precision[m])


@inner_jit
def shocks_rate(numbers: EdgeNumbers, hope, chance, low, count, scale, precision):
    """Derivative of the worth with shocks, at fixed hopes, by ``scale``.

    ``hope`` and ``chance`` are (slot,).
    """
    top, bottom, mean, spread = -np.inf, np.inf, 0.0, 0.0
    for k in range(low, low + count):
        top, bottom = max(top, hope[k]), min(bottom, hope[k])
        mean += chance[k] * hope[k]
    for k in range(low, low + count):
        spread += chance[k] * (hope[k] - mean) ** 2
    if scale * precision * (top - bottom) < 1e-4:
        return 0.5 * precision * spread
    worth = worth_of_hopes(numbers, hope, low, count, scale * precision)
    return (mean - worth) / scale


@inner_jit
def push(
    sets: Sets, numbers: EdgeNumbers, state: SystemState, scale, places, change, full, by_scale
):
    """First-order change of values and lone decisions, at ``places``, backwards.

    On entry ``shift`` holds the change of the hopes of cuts, the ghosts' rows of ``change`` that of
    the ghosts. Where ``full`` is above 0 the gaps in ``source``, times ``full``, are added to the
    hopes and the factor of all precisions changes by ``by_scale``. ``change`` is (row, party),
    ``shift`` (slot,).
    """
    first, target, slot_first, shift = sets.first, sets.target, sets.slot_first, state.shift
    chance, slope, discount, drift = state.chance, state.slope, numbers.discount, state.drift
    decision, mover, turns, lone, cut = sets.decision, sets.mover, sets.turns, sets.lone, sets.cut
    odds, rate, source, parties = numbers.odds, state.rate, state.source, sets.parties
    for c in range(len(cut)):
        d, mean = cut[c], 0.0
        for k in range(slot_first[d], slot_first[d + 1]):
            mean += chance[k] * shift[k]
        drift[d] = mean
    for i in range(len(places)):
        n = places[i]
        d, a, b, m = decision[n], first[n], first[n + 1], mover[n]
        for j in range(parties):
            change[n, j] = by_scale * rate[n, j]
        if d < 0:
            for e in range(a, b):
                w, r, p = turns[e], target[e], odds[e]
                for j in range(parties):
                    change[n, j] += p * discount[w, j] * change[r, j]
            continue
        low = slot_first[d]
        if lone[d]:
            mean = 0.0
            for k in range(b - a):
                s = discount[turns[a + k], m] * change[target[a + k], m]
                s += full * source[low + k]
                shift[low + k] = s
                mean += chance[low + k] * s
            drift[d] = mean
        for k in range(b - a):
            e = a + k
            w, r, p, s = turns[e], target[e], chance[low + k], shift[low + k]
            for j in range(parties):
                change[n, j] += p * discount[w, j] * change[r, j] + slope[e, j] * s


@inner_jit
def weigh(
    sets: Sets, numbers: EdgeNumbers, state: SystemState, scale, change, full, by_scale, answer
):
    """After ``push``: change of reach and beliefs, and of the unknowns, into ``answer``.

    ``answer`` is (unknown,), ``change`` (row, party).
    """
    lean, shift, drift, carry, bend = state.lean, state.shift, state.drift, state.carry, state.bend
    path, enter, enter_first, enter_from = sets.path, sets.enter, sets.enter_first, sets.enter_from
    slot, decision, owner, cut, first = sets.slot, sets.decision, sets.owner, sets.cut, sets.first
    precision, belief, member, source = numbers.precision, state.belief, sets.member, state.source
    discount, turns, target, total = numbers.discount, sets.turns, sets.target, state.total
    member_first, slot_first = sets.member_first, sets.slot_first
    for i in range(len(path)):
        whole = 0.0
        for k in range(enter_first[i], enter_first[i + 1]):
            n, s = enter_from[k], slot[enter[k]]
            step = lean[n]
            if s >= 0:
                d = decision[n]
                step += scale * precision[owner[d]] * (shift[s] - drift[d])
                step += by_scale * bend[s]
            whole += carry[k] * step
        lean[path[i]] = whole
    spot = 0
    for c in range(len(cut)):
        d, mean = cut[c], 0.0
        m, low, moves = owner[d], slot_first[d], slot_first[d + 1] - slot_first[d]
        for i in range(member_first[c], member_first[c + 1]):
            mean += belief[i] * lean[member[i]]
        for k in range(moves):
            answer[spot + k] = full * source[low + k]
        for i in range(member_first[c], member_first[c + 1]):
            n, p = member[i], belief[i]
            more = p * (lean[n] - mean)
            for k in range(moves):
                e = first[n] + k
                follow = discount[turns[e], m] * change[target[e], m]
                answer[spot + k] += p * follow + more * total[e, m]
        spot += moves
    slots, parties = len(state.chance), sets.parties
    for h in range(len(sets.heads)):
        for j in range(parties):
            gap = full * source[slots + h * parties + j]
            answer[spot + h * parties + j] = change[sets.heads[h], j] + gap
