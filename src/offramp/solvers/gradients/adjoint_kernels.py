"""Slopes of quantities for batches of draws, compiled: linearised, solved backwards, gathered.

A quantity is a party's value at the start, or the expected worth of what is met on the way
and at the end. The slope of the latter by the probability of an edge is the expected number
of visits to the edge's node, times the worth that lies ahead on the edge; the rest is the
transposed solve.

Equations and source: `adjoint`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.gradients.transposed_rounds import Rounds, look_ahead, push_through, rounds_for
from offramp.solvers.kernels.abreast import (
    exponential,
    four_of,
    four_worth,
    get,
    jit_inside,
    larger,
    load,
    many,
    nothing_in,
    put,
    rows_like,
    save,
    save_four,
    sum_of,
    worth,
)
from offramp.solvers.kernels.backup import Numbers, worth_among
from offramp.solvers.kernels.certificate import choose
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.kernels.scaling import fill_scale
from offramp.solvers.perfect.records import (
    Batch,
    TableArrays,
    batch_for,
    gather_batch,
    gather_numbers,
    open_values,
)

Array = NDArray[np.float64]
VALUE, CHAIN, RAW = 0, 1, 2
"""A party's value; worth met, undiscounted; a party's payoff where values are not payoffs."""


class Quantities(NamedTuple):
    """What is to be differentiated, (quantity,)."""

    kind: NDArray[np.int64]
    party: NDArray[np.int64]
    at_end: Array
    """(quantity, terminal) worth met at the end, and"""
    on_edge: Array
    """(quantity, edge) on the way, in solving order; of kind CHAIN."""


class Known(NamedTuple):
    """What is known of solved draws, and of those asked for, a row each."""

    value: Array
    """(draw, node, party)."""
    payoff: Array
    """(draw, node, party), for kind RAW."""
    visits: Array
    """(row, node) expected number, for kind CHAIN; inf where play may stay for ever."""


class Derivatives(NamedTuple):
    """Slopes by every number, by quantity and draw; rows that are filled."""

    pay: Array
    odds: Array
    end_pay: Array
    patience: Array
    precision: Array
    condition: Array
    """(quantity, draw) estimate for I - dT/dV as far as the quantity feels it; from 1 upwards."""
    residual: Array
    """(quantity, draw) largest residual of a system, relative to its right-hand side."""
    missing: Array
    """(quantity, draw) likewise of the worth ahead, or of discounted visits."""


class AdjointWorkspace(NamedTuple):
    """Working arrays for one batch after the other."""

    numbers: Numbers
    values: Array
    rate: Array
    """(position * lanes + lane,) derivative of V_j by the precision of the mover."""
    adjoint: Array
    multiplier: Array
    arrivals: Array
    """(position * lanes + lane,) discounted visits of every party."""
    raw: Array
    """(position * lanes + lane,) payoffs."""
    ahead: Array
    """(position,) worth ahead."""
    visits: Array
    """(position,)."""
    through: Array
    """(edge,) slope by the mover's total, with values held."""
    total: Array
    """Room for the moves of a node: probabilities, then totals of all parties."""
    sums: Array
    """Slopes by pay (class * lanes + lane,), patience and precision (lane,), odds (class,)."""


@njit(cache=True, nogil=True, error_model="numpy")
def pull_draws(
    like,
    shape: Shape,
    arrays: TableArrays,
    draws,
    most,
    known: Known,
    quantities: Quantities,
    slopes: Derivatives,
):
    """Fill the slopes of ``draws``; what a draw gets does not depend on the others.

    Each is a pair: the draw, and where its slopes stand. ``like`` comes from ``like_for``, ``most``
    is that of ``rounds_for``. ``draws`` is (row, 2).
    """
    work, rounds = adjoint_workspace(like, shape, arrays), rounds_for(like, shape, most)
    batch, start, lanes, raw = batch_for(like, shape), start_of(shape), shape.lanes, False
    for kind in quantities.kind:
        raw |= kind == RAW
    missing, late = np.zeros(many(like)), np.zeros(many(like))
    for begin in range(0, len(draws), many(like)):
        gather_batch(draws, begin, len(draws), batch)
        gather_numbers(shape, arrays, batch, work.numbers)
        open_values(work.values, shape, arrays, batch)
        read_rows(work.values, shape, batch, known.value)
        fill_scale(shape, work.numbers, work.values, rounds.scale)
        for j in range(lanes):
            save(rounds.patience, j, load(work.numbers.patience, j))
            save(rounds.scale, lanes + j, 1.0 / load(rounds.scale, j))
        linearise_team(shape, work, rounds)
        for q in range(-1 if raw else 0, len(quantities.kind)):
            kind, party = (VALUE, -1) if q < 0 else (quantities.kind[q], quantities.party[q])
            set_out(work, rounds)
            if kind == CHAIN:
                meet_worth(shape, work, rounds, batch, known.visits, quantities, q)
            elif kind == RAW:
                earn_raw(shape, work, rounds, party)
            for j in range(lanes):
                if kind == VALUE and (q < 0 or j == party):
                    save(work.adjoint, start + j, 1.0)
            for k in range(many(like)):
                missing[k] = late[k] if kind == RAW else rounds.residual[k]
                rounds.residual[k] = 0.0
            multiplier = work.arrivals if q < 0 else work.multiplier
            push_through(shape, rounds, q >= 0, work.adjoint, multiplier)
            if q < 0:
                open_values(work.raw, shape, arrays, batch)
                read_rows(work.raw, shape, batch, known.payoff)
                for k in range(many(like)):
                    late[k] = rounds.residual[k]
                continue
            gather_slopes(shape, work, rounds)
            if kind == RAW:
                add_direct(shape, work, rounds, party)
            hand_in(shape, work, rounds, batch, missing, q, slopes)


@njit(cache=True, nogil=True, error_model="numpy")
def foresee(like, shape: Shape, strategy, at_end, on_edge, most, ahead, residual):
    """Fill the worth ``ahead`` (draw, node) under strategies (draw, edge), and its residual.

    ``at_end`` and ``on_edge`` are the first rows of those in ``Quantities``.
    """
    rounds, nodes, draws = rounds_for(like, shape, most), len(shape.mover), len(strategy)
    worths = rows_like(like, nodes + shape.terminals)
    for begin in range(0, draws, many(like)):
        for k in range(many(like)):
            for e in range(len(shape.target)):
                draw = min(begin + k, draws - 1)
                put(rounds.chance, e, k, strategy[draw, shape.edge[e]])
            rounds.residual[k] = 0.0
        for t in range(shape.terminals):
            save(worths, nodes + t, at_end[0, t])
        look_ahead(shape, rounds, on_edge[0], worths)
        for k in range(min(many(like), draws - begin)):
            residual[begin + k] = rounds.residual[k]
            for n in range(nodes):
                ahead[begin + k, shape.node[n]] = get(worths, n, k)


@jit_inside
def adjoint_workspace(like, shape: Shape, arrays: TableArrays):
    """Room for as many draws as stand abreast in ``like``.

    Rows of ``like`` (place,) or of eight draws (row, place).
    """
    lanes, classes, odds = shape.lanes, arrays.pay.shape[1], arrays.odds.shape[1]
    nodes, edges = len(shape.mover), len(shape.target)
    places, both = nodes * lanes, (nodes + shape.terminals) * lanes
    raw = both if arrays.entropy else 0
    numbers = Numbers(
        rows_like(like, classes * lanes),
        np.zeros(classes, np.int64),
        rows_like(like, odds),
        rows_like(like, lanes),
        rows_like(like, lanes),
        arrays.entropy,
    )
    return AdjointWorkspace(
        numbers,
        rows_like(like, both),
        rows_like(like, places),
        rows_like(like, both),
        rows_like(like, both),
        rows_like(like, raw),
        rows_like(like, raw),
        rows_like(like, nodes + shape.terminals),
        rows_like(like, nodes),
        rows_like(like, edges),
        rows_like(like, (shape.widest + 1) * (lanes + 1)),
        rows_like(like, (classes + 2) * lanes + odds),
    )


@jit_inside
def read_rows(values, shape: Shape, batch: Batch, table):
    """Put rows of a table (draw, node, party) into values, row by row."""
    for i in range(len(shape.mover)):
        node, here = shape.node[i], i * shape.lanes
        for k in range(len(batch.draw)):
            for j in range(table.shape[2]):
                put(values, here + j, k, table[batch.draw[k], node, j])


@jit_inside
def start_of(shape: Shape):
    """The first row of the position where play begins."""
    for n in range(len(shape.mover)):
        if shape.node[n] == shape.start:
            return n * shape.lanes
    return 0


@jit_inside
def set_out(work: AdjointWorkspace, rounds: Rounds):
    """Nothing is known of the next quantity. Clears the sums (row,) of ``work``."""
    for r in range(0, len(work.adjoint), 4):
        save_four(work.adjoint, r, nothing_in(work.adjoint))
    for e in range(len(work.through)):
        save(work.through, e, 0.0)
    for r in range(len(work.sums)):
        save(work.sums, r, 0.0)
    for k in range(len(rounds.condition)):
        rounds.condition[k], rounds.residual[k] = 1.0, 0.0


@jit_inside
def linearise_team(shape: Shape, work: AdjointWorkspace, rounds: Rounds):
    """Back up all positions in place and keep probabilities, responses and rates on the way.

    Fills (edge,), (edge * lanes + lane,) and (position * lanes + lane,) arrays.
    """
    lanes, numbers, values, total = shape.lanes, work.numbers, work.values, work.total
    pay, paid, patience, precision = (
        numbers.pay,
        numbers.paid,
        numbers.patience,
        numbers.precision,
    )
    chance, slope, rate, wide = rounds.chance, rounds.slope, work.rate, shape.widest
    for n in range(len(shape.mover)):
        m, a, b = np.int64(shape.mover[n]), shape.first[n], shape.first[n + 1]
        chosen = m >= 0 and b - a > 1
        if m < 0:
            for e in range(a, b):
                save(chance, e, load(numbers.odds, np.int64(shape.odds_class[e])))
        else:
            for e in range(a, b):
                c, w = np.int64(shape.pay_class[e]), np.int64(shape.turns[e])
                v = np.int64(shape.target[e]) * lanes + m
                own = worth(values, v, paid[c], pay, c * lanes + m, w, patience, m)
                save(total, e - a, own)
            choose_by_logit(shape, numbers, total, chance, m, a, b)
        for j in range(0, lanes, 4):
            mean = nothing_in(values)
            for e in range(a, b):
                c, w = np.int64(shape.pay_class[e]), np.int64(shape.turns[e])
                v = np.int64(shape.target[e]) * lanes + j
                four = four_worth(values, v, paid[c], pay, c * lanes + j, w, patience, j)
                save_four(total, wide + 4 * (e - a), four)
                mean = mean + load(chance, e) * four
            save_four(values, n * lanes + j, mean)
            if not chosen:
                continue
            bent = nothing_in(values)
            average = load(chance, a) * load(total, 0)
            for e in range(a + 1, b):
                average = average + load(chance, e) * load(total, e - a)
            for e in range(a, b):
                bend = load(chance, e) * (four_of(total, wide + 4 * (e - a)) - mean)
                bent = bent + bend * (load(total, e - a) - average)
                save_four(slope, e * lanes + j, load(precision, m) * bend)
            save_four(rate, n * lanes + j, bent)
        if chosen and numbers.entropy:
            expect_shocks(shape, work, rounds, n, m, a, b)


@jit_inside
def choose_by_logit(shape: Shape, numbers: Numbers, total, chance, m, a, b):
    """Fill ``chance`` (edge,) from ``a`` to ``b`` with the choice of party ``m``.

    The totals stand in the first rows of ``total``.
    """
    if shape.odds_class[a] >= 0:
        choose(numbers, shape.odds_class, total, chance, m, a, b)
        return
    top = load(total, 0)
    for i in range(1, b - a):
        top = larger(load(total, i), top)
    mass = top - top
    for e in range(a, b):
        likely = exponential(load(numbers.precision, m) * (load(total, e - a) - top))
        save(chance, e, likely)
        mass = mass + likely
    mass = 1.0 / mass
    for e in range(a, b):
        save(chance, e, load(chance, e) * mass)


@jit_inside
def expect_shocks(shape: Shape, work: AdjointWorkspace, rounds: Rounds, n, m, a, b):
    """The mover's own worth at position ``n``, under the entropy convention, and its rate.

    Into ``values`` and ``rate`` (position * lanes + lane,).
    """
    lanes, odds = shape.lanes, work.numbers.odds
    values, total, here = work.values, work.total, n * lanes + m
    for e in range(a, b):
        save(rounds.slope, e * lanes + m, 0.0)
    for k in range(many(values)):
        sharp, average = get(work.numbers.precision, m, k), get(values, here, k)
        mean = worth_among(total, 0, b - a, k, sharp, odds, shape.odds_class, a)
        low = top = get(total, 0, k)
        for i in range(1, b - a):
            low, top = min(low, get(total, i, k)), max(top, get(total, i, k))
        if sharp * (top - low) < 1e-4:
            put(work.rate, here, k, 0.5 * get(work.rate, here, k))
        else:
            put(work.rate, here, k, (average - mean) / sharp)
        put(values, here, k, mean)


@jit_inside
def meet_worth(
    shape: Shape,
    work: AdjointWorkspace,
    rounds: Rounds,
    batch: Batch,
    visits,
    quantities: Quantities,
    q,
):
    """Begin with the worth that is met under play as it is.

    ``visits`` is (row, node), ``ahead`` (position,).
    """
    nodes, ahead, visited = len(shape.mover), work.ahead, work.visits
    for t in range(shape.terminals):
        save(ahead, nodes + t, quantities.at_end[q, t])
    look_ahead(shape, rounds, quantities.on_edge[q], ahead)
    endless = False
    for n in range(nodes):
        for k in range(many(ahead)):
            number = visits[batch.start[k], shape.node[n]]
            put(visited, n, k, number)
            if not np.isfinite(number):  # never left, so that no end is met
                put(ahead, n, k, 0.0)
                endless = True
    reward = quantities.on_edge[q]
    for n in range(nodes):
        m, a, b = np.int64(shape.mover[n]), shape.first[n], shape.first[n + 1]
        for e in range(a, b):
            gain = load(ahead, np.int64(shape.target[e])) + reward[e]
            save(work.through, e, load(visited, n) * gain)
            if endless:
                for k in range(many(ahead)):
                    found = get(work.through, e, k)
                    kept = get(ahead, np.int64(shape.target[e]), k) + reward[e] != 0.0
                    if not kept or (m >= 0 and not np.isfinite(found)):  # choices that are 0
                        put(work.through, e, k, 0.0)
    bend_play(shape, work, rounds)


@jit_inside
def bend_play(shape: Shape, work: AdjointWorkspace, rounds: Rounds):
    """Turn slopes by probabilities, in ``through``, into slopes by what play hangs on.

    ``through`` is (edge,), ``adjoint`` (position * lanes + lane,).
    """
    through, chance, sums, numbers = work.through, rounds.chance, work.sums, work.numbers
    classes, patience, values = len(numbers.paid), numbers.patience, work.values
    lanes, adjoint = shape.lanes, work.adjoint
    for n in range(len(shape.mover)):
        m, a, b = np.int64(shape.mover[n]), shape.first[n], shape.first[n + 1]
        if m < 0:
            for e in range(a, b):
                r = (classes + 2) * lanes + np.int64(shape.odds_class[e])
                save(sums, r, load(sums, r) + load(through, e))
                save(through, e, 0.0)
            continue
        if b - a == 1:
            save(through, a, 0.0)
            continue
        mean = load(chance, a) * load(through, a)
        for e in range(a + 1, b):
            mean = mean + load(chance, e) * load(through, e)
        for e in range(a, b):
            c, w = np.int64(shape.pay_class[e]), np.int64(shape.turns[e])
            v = np.int64(shape.target[e]) * lanes + m
            bend, r = load(chance, e) * (load(through, e) - mean), (classes + 1) * lanes + m
            total = worth(values, v, numbers.paid[c], numbers.pay, c * lanes + m, w, patience, m)
            save(sums, r, load(sums, r) + bend * total)
            if shape.odds_class[e] >= 0:
                r = (classes + 2) * lanes + np.int64(shape.odds_class[e])
                save(sums, r, load(sums, r) + bend)
            bend = load(numbers.precision, m) * bend
            save(through, e, bend)
            if w:
                bend = bend * load(patience, m)
            save(adjoint, v, load(adjoint, v) + bend)


@jit_inside
def earn_raw(shape: Shape, work: AdjointWorkspace, rounds: Rounds, party):
    """Begin with the raw payoff of a party under play as it is.

    ``adjoint`` is (position * lanes + lane,), ``through`` (edge,).
    """
    numbers, lanes = work.numbers, shape.lanes
    for n in range(len(shape.mover)):
        for e in range(shape.first[n], shape.first[n + 1]):
            c, w = np.int64(shape.pay_class[e]), np.int64(shape.turns[e])
            v, r = np.int64(shape.target[e]) * lanes + party, c * lanes + party
            gain = worth(work.raw, v, numbers.paid[c], numbers.pay, r, w, numbers.patience, party)
            save(work.through, e, load(work.arrivals, n * lanes + party) * gain)
    bend_play(shape, work, rounds)


@jit_inside
def gather_slopes(shape: Shape, work: AdjointWorkspace, rounds: Rounds):
    """Add to the slopes by the numbers what the multipliers and ``through`` make of them.

    Into ``sums``: pays (class * lanes + lane,), patience and precision (lane,), odds (class,).
    """
    lanes, sums, multiplier, values = shape.lanes, work.sums, work.multiplier, work.values
    numbers, through = work.numbers, work.through
    pay, paid, patience, classes = numbers.pay, numbers.paid, numbers.patience, len(numbers.paid)
    for n in range(len(shape.mover)):
        m, a, b = np.int64(shape.mover[n]), shape.first[n], shape.first[n + 1]
        chosen = m >= 0 and b - a > 1
        for j in range(0, lanes, 4):
            own = four_of(multiplier, n * lanes + j)
            if chosen:
                more = sum_of(own * four_of(work.rate, n * lanes + j))
                r = (classes + 1) * lanes + m
                save(sums, r, load(sums, r) + more)
            for e in range(a, b):
                c, w = np.int64(shape.pay_class[e]), np.int64(shape.turns[e])
                v, r = np.int64(shape.target[e]) * lanes + j, c * lanes + j
                share = load(rounds.chance, e) * own
                save_four(sums, r, four_of(sums, r) + share)
                if w:
                    r = classes * lanes + j
                    save_four(sums, r, four_of(sums, r) + share * four_of(values, v))
                if chosen:
                    more = sum_of(four_of(rounds.slope, e * lanes + j) * own)
                    if j == 0:
                        more = more + load(through, e)
                    r = c * lanes + m
                    save(sums, r, load(sums, r) + more)
                    if shape.odds_class[e] >= 0:
                        sway(shape, work, rounds, own, n, e, j)
                    if w:
                        more = more * load(values, v - j + m)
                        r = classes * lanes + m
                        save(sums, r, load(sums, r) + more)
                elif m < 0:
                    r = c * lanes + j
                    four = four_worth(values, v, paid[c], pay, r, w, patience, j)
                    r = (classes + 2) * lanes + np.int64(shape.odds_class[e])
                    save(sums, r, load(sums, r) + sum_of(own * four))


@jit_inside
def sway(shape: Shape, work: AdjointWorkspace, rounds: Rounds, own, n, e, j):
    """Add to ``sums`` what the log of a move's weight does to four lanes of the values.

    At position ``n`` and edge ``e``; ``own`` are the multipliers there. It moves the mean as a
    total does, over the precision; a mover's own worth with shocks moves by the chance.
    """
    lanes, numbers, m = shape.lanes, work.numbers, np.int64(shape.mover[n])
    classes = len(numbers.paid)
    r = (classes + 2) * lanes + np.int64(shape.odds_class[e])
    more = sum_of(four_of(rounds.slope, e * lanes + j) * own) / load(numbers.precision, m)
    if numbers.entropy and j <= m < j + 4:
        share = load(rounds.chance, e) - exponential(
            load(numbers.odds, np.int64(shape.odds_class[e]))
        )
        more = more + load(work.multiplier, n * lanes + m) * share / load(numbers.precision, m)
    save(work.sums, r, load(work.sums, r) + more)


@jit_inside
def add_direct(shape: Shape, work: AdjointWorkspace, rounds: Rounds, party):
    """Add what a raw payoff takes from the numbers itself, play held.

    Into ``sums`` (class * lanes + lane,).
    """
    lanes, sums, numbers, nodes = shape.lanes, work.sums, work.numbers, len(shape.mover)
    classes = len(numbers.paid)
    for n in range(nodes):
        for e in range(shape.first[n], shape.first[n + 1]):
            r = np.int64(shape.pay_class[e]) * lanes + party
            v = np.int64(shape.target[e]) * lanes + party
            uses = load(work.arrivals, n * lanes + party) * load(rounds.chance, e)
            save(sums, r, load(sums, r) + uses)
            if shape.turns[e]:
                r = classes * lanes + party
                save(sums, r, load(sums, r) + uses * load(work.raw, v))
                uses = uses * load(numbers.patience, party)
            if v >= nodes * lanes:
                save(work.adjoint, v, load(work.adjoint, v) + uses)


@jit_inside
def hand_in(
    shape: Shape,
    work: AdjointWorkspace,
    rounds: Rounds,
    batch: Batch,
    missing,
    q,
    slopes: Derivatives,
):
    """Write the slopes of a batch into the rows of its draws.

    ``missing`` is (place,), slopes by (quantity, draw) and number.
    """
    lanes, sums, nodes = shape.lanes, work.sums, len(shape.mover)
    classes, parties = slopes.pay.shape[2], slopes.pay.shape[3]
    patience, odds = classes * lanes, (classes + 2) * lanes
    for k in range(batch.here[0]):
        draw = batch.start[k]
        for j in range(parties):
            for c in range(classes):
                slopes.pay[q, draw, c, j] = get(sums, c * lanes + j, k)
            for t in range(shape.terminals):
                slopes.end_pay[q, draw, t, j] = get(work.adjoint, (nodes + t) * lanes + j, k)
            slopes.patience[q, draw, j] = get(sums, patience + j, k)
            slopes.precision[q, draw, j] = get(sums, patience + lanes + j, k)
        for c in range(slopes.odds.shape[2]):
            slopes.odds[q, draw, c] = get(sums, odds + c, k)
        slopes.condition[q, draw] = rounds.condition[k]
        slopes.residual[q, draw] = rounds.residual[k]
        slopes.missing[q, draw] = missing[k]
