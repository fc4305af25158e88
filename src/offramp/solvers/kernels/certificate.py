"""Certificates of a solved draw: residual, regret (to a best reply) and its bound, condition.

The residual and the strategy are recomputed here from the structure as it was given, not
from the layout that the solvers use. Regrets are upper bounds: the bound on the error of
the best reply and of the payoffs, rounding included, is added.

Sources: Hager (1984), Condition estimates; the bound on what logit play can lose follows from
`backup`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.solvers.kernels.abreast import (
    add_worth,
    exponential,
    four_of,
    get,
    jit_inlined,
    jit_inside,
    larger,
    load,
    many,
    nothing_in,
    put,
    save,
    save_four,
    size,
    worth,
)
from offramp.solvers.kernels.backup import Numbers, gather_numbers, worth_among
from offramp.solvers.kernels.layout import Layout

Array = NDArray[np.float64]
Linear = Callable[[Array], Array]


class Given(NamedTuple):
    """The structure as it was given, from which certificates are computed."""

    mover: NDArray[np.int16]
    first: NDArray[np.int64]
    target: NDArray[np.int64]
    turns: NDArray[np.bool_]
    pay_class: NDArray[np.int32]
    odds_class: NDArray[np.int32]


def given_of(structure: Structure) -> Given:
    """The arrays of a structure that certificates read."""
    return Given(*(getattr(structure, name) for name in Given._fields))


@jit_inside
def check_fixed_point(given: Given, numbers: Numbers, lanes, value, strategy, residual, total):
    """Fill ``strategy`` (edge,) with play under ``value``, ``residual`` (lane,) with |V - T(V)|.

    ``value`` (node * lanes + lane,) stands in the order of the structure, the ends behind the
    nodes; ``total`` has room for the moves of a node and four rows more.
    """
    nodes = len(given.mover)
    pay, paid, patience = numbers.pay, numbers.paid, numbers.patience
    poison = nothing_in(value)
    for j in range(lanes):
        save(residual, j, 0.0)
    for n in range(nodes):
        m, a, b = np.int64(given.mover[n]), given.first[n], given.first[n + 1]
        if m < 0:
            for e in range(a, b):
                save(strategy, e, load(numbers.odds, np.int64(given.odds_class[e])))
        else:
            for e in range(a, b):
                c, w, v = np.int64(given.pay_class[e]), np.int64(given.turns[e]), given.target[e]
                v = v if v >= 0 else nodes - v - 1
                one = worth(value, v * lanes + m, paid[c], pay, c * lanes + m, w, patience, m)
                save(total, e - a, one)
            choose(numbers, given.odds_class, total, strategy, m, a, b)
        for j in range(0, lanes, 4):
            mean = nothing_in(value)
            for e in range(a, b):
                c, w, v = np.int64(given.pay_class[e]), np.int64(given.turns[e]), given.target[e]
                v = v if v >= 0 else nodes - v - 1
                mean = add_worth(
                    mean,
                    load(strategy, e),
                    value,
                    v * lanes + j,
                    paid[c],
                    pay,
                    c * lanes + j,
                    w,
                    patience,
                    j,
                )
            here = n * lanes + j
            gap = size(four_of(value, here) - mean)
            if numbers.entropy and m >= j and m < j + 4:
                save_four(total, b - a, gap)
                for k in range(many(value)):
                    sharp, kind = get(numbers.precision, m, k), given.odds_class
                    shocks = worth_among(total, 0, b - a, k, sharp, numbers.odds, kind, a)
                    put(total, b - a + m - j, k, abs(get(value, n * lanes + m, k) - shocks))
                gap = four_of(total, b - a)
            poison = poison + 0.0 * gap
            save_four(residual, j, larger(four_of(residual, j), gap))
    for j in range(0, lanes, 4):
        save_four(residual, j, four_of(residual, j) + poison)


@jit_inlined
def choose(numbers: Numbers, odds_class, total, chance, m, a, b):
    """Fill ``chance`` (edge,) from ``a`` to ``b`` with the choice of party ``m``.

    The totals stand in the first rows of ``total``.
    """
    if odds_class[a] >= 0:
        for e in range(a, b):
            one = load(numbers.odds, np.int64(odds_class[e]))
            save(chance, e, one + load(numbers.precision, m) * load(total, e - a))
        top = load(chance, a)
        for e in range(a + 1, b):
            top = larger(load(chance, e), top)
        mass = 0.0 * top
        for e in range(a, b):
            likely = exponential(load(chance, e) - top)
            save(chance, e, likely)
            mass = mass + likely
    else:
        top = load(total, 0)
        for k in range(1, b - a):
            top = larger(load(total, k), top)
        mass = 0.0 * top
        for e in range(a, b):
            likely = exponential(load(numbers.precision, m) * (load(total, e - a) - top))
            save(chance, e, likely)
            mass = mass + likely
    for e in range(a, b):
        save(chance, e, load(chance, e) / mass)


def reply_tolerance(nodes: int) -> float:
    """Error, relative to the scale of values, up to which best replies are iterated.

    It is added to the regret, so a looser one makes the regret larger, never wrong.
    """
    return 1e-9 if nodes <= 50_000 else 1e-6


def play_under(
    structure: Structure, tables: Tables, draw: int, value: Array
) -> tuple[Array, Array]:
    """Play (edge,) under any values (node, party) of a draw, and |V - T(V)| by party."""
    chance, fresh = back_up(structure, tables, draw, value)
    return chance, np.abs(value - fresh).max(axis=0)


def back_up(
    structure: Structure, tables: Tables, draw: int, value: Array, origin: Array | float = 0.0
) -> tuple[Array, Array]:
    """Play (edge,) under values (node, party), and T(V); both less ``origin`` (party,)."""
    source, total = edge_totals(structure, tables, draw, value, origin)
    chance = edge_chances(structure, tables, draw, total)
    fresh = np.zeros_like(value)
    np.add.at(fresh, source, chance[:, None] * total)
    if tables.entropy:
        for node in np.flatnonzero(structure.mover >= 0):
            own, edges = structure.mover[node], slice(*structure.first[node : node + 2])
            worth = np.ascontiguousarray(total[edges, own])
            fresh[node, own] = worth_among(
                worth,
                0,
                len(worth),
                0,
                tables.precision[draw, own],
                np.ascontiguousarray(tables.odds[draw]),
                structure.odds_class,
                edges.start,
            )
    return chance, fresh


def bound_regret(layout: Layout, tables: Tables) -> Array:
    """Most that logit play can cost each party, ``(draw, party)``, in payoff units.

    A decision among A moves loses at most log(A) / precision (solving.md, section 3), one by
    weights at most that of 1 over the least share of its weights; the losses of a round add up
    along its worst path and are discounted over the rounds.
    """
    structure = layout.structure
    by_weight = structure.odds_class >= 0
    by_weight &= np.repeat(structure.mover >= 0, np.diff(structure.first))
    most = layout.log_choices[None, :]
    if by_weight.any():
        least = tables.odds[:, structure.odds_class[by_weight]].min(axis=1)
        most = np.maximum(most, np.where(most > 0, -least[:, None] * layout.shape.steps, 0.0))
    patience, limit = tables.patience, layout.structure.limit
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        reach = patience**limit if limit else 0.0
        rounds = (1.0 - reach) / (1.0 - patience)
        rounds = np.where(patience >= 1.0, limit if limit else np.inf, rounds)
        bound = most / tables.precision * rounds
    return np.where(most > 0.0, bound, 0.0)


def pile_up(layout: Layout, patience: Array) -> Array:
    """How much an error of one at every node can add up to, per party."""
    rounds = 1.0 / np.maximum(1e-12, 1.0 - patience)
    if layout.structure.limit:
        rounds = np.minimum(rounds, layout.structure.limit + 1)
    return rounds * layout.shape.steps


def estimate_condition(structure: Structure, tables: Tables, draw: int, value: Array) -> float:
    """Estimate of the condition of I - dT/dV in the 1-norm, by a sparse factorisation.

    Infinite where I - dT/dV is singular to working precision. The same whenever it is asked for.
    """
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import splu

    matrix = (eye_array(value.size) - sparse_jacobian(structure, tables, draw, value)).tocsc()
    try:
        factor = splu(matrix)
    except RuntimeError:
        return float("inf")

    with np.errstate(over="ignore"):  # beyond the largest number it is infinite
        inverse = estimate_norm(factor.solve, lambda right: factor.solve(right, "T"), value.size)
        return float(inverse * abs(matrix).sum(axis=0).max())


def estimate_norm(times: Linear, times_transposed: Linear, size: int) -> float:
    """Estimate, from below, of the 1-norm of a matrix known by its products with vectors.

    Source: Hager (1984), Condition estimates, SIAM J. Sci. Stat. Comput. 5, with the further
    start of Higham (1988), ACM Trans. Math. Softw. 14; nothing in it is random.
    """
    vector, best = np.full(size, 1.0 / size), 0.0
    for _ in range(5):
        image = times(vector)
        best = max(best, float(np.abs(image).sum()))
        slope = times_transposed(np.where(image < 0.0, -1.0, 1.0))
        steepest = int(np.abs(slope).argmax())
        if not abs(slope[steepest]) > slope @ vector:
            break
        vector = np.zeros(size)
        vector[steepest] = 1.0
    place = np.arange(size)
    wave = np.where(place % 2, -1.0, 1.0) * (1.0 + place / max(1, size - 1))
    return max(best, 2.0 * float(np.abs(times(wave)).sum()) / (3.0 * size))


def sparse_jacobian(
    structure: Structure, tables: Tables, draw: int, value: Array, origin: Array | float = 0.0
):
    """dT/dV at ``value`` (node, party) as a sparse array, rows and columns (node, party).

    ``value`` is less ``origin`` (party,), as in ``edge_totals``.
    """
    from scipy.sparse import coo_array

    parties, inner = value.shape[1], structure.target >= 0
    source, total = edge_totals(structure, tables, draw, value, origin)
    discount = np.where(structure.turns[:, None], tables.patience[draw], 1.0)
    chance = edge_chances(structure, tables, draw, total)
    mean = np.zeros_like(value)
    np.add.at(mean, source, chance[:, None] * total)
    mover = structure.mover[source].astype(np.int64)
    by_party = inner & (mover >= 0)
    own = np.where(mover >= 0, mover, 0)
    sharp = tables.precision[draw, own] * discount[np.arange(len(own)), own] * chance
    bend = sharp[:, None] * (total - mean[source])
    if tables.entropy:
        bend[np.arange(len(own)), own] = 0.0
    rows = source[:, None] * parties + np.arange(parties)
    straight = structure.target[:, None] * parties + np.arange(parties)
    across = np.broadcast_to((structure.target * parties + own)[:, None], rows.shape)
    data = [(chance[:, None] * discount)[inner].ravel(), bend[by_party].ravel()]
    row = [rows[inner].ravel(), rows[by_party].ravel()]
    column = [straight[inner].ravel(), across[by_party].ravel()]
    index = (np.concatenate(row), np.concatenate(column))
    return coo_array((np.concatenate(data), index), shape=(value.size, value.size)).tocsr()


def edge_totals(
    structure: Structure, tables: Tables, draw: int, value: Array, origin: Array | float = 0.0
) -> tuple[NDArray[np.int64], Array]:
    """The node of every edge, and its total for every party (edge, party).

    Values and totals are less ``origin`` (party,): with it V = origin + U has the totals
    pay - (1 - discount) origin + discount U, in which no large origin has to cancel.
    """
    nodes = len(value)
    source = np.repeat(np.arange(nodes), np.diff(structure.first))
    spot = np.where(structure.target >= 0, structure.target, nodes - 1 - structure.target)
    discount = np.where(structure.turns[:, None], tables.patience[draw], 1.0)
    following = np.concatenate([value, tables.end_pay[draw] - origin])[spot]
    paid = tables.pay[draw, structure.pay_class] - (1.0 - discount) * origin
    return source, paid + discount * following


def edge_chances(structure: Structure, tables: Tables, draw: int, total: Array) -> Array:
    """Probability of every edge from its totals ``(edge, party)``."""
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    mover = structure.mover[source].astype(np.int64)
    own = np.where(mover >= 0, mover, 0)
    worth = total[np.arange(len(own)), own] * tables.precision[draw, own]
    weighed = (mover >= 0) & (structure.odds_class >= 0)
    if weighed.any():
        worth[weighed] += tables.odds[draw, structure.odds_class[weighed]]
    top = np.maximum.reduceat(worth, structure.first[:-1])
    weight = np.exp(worth - top[source])
    weight /= np.add.reduceat(weight, structure.first[:-1])[source]
    if tables.odds.shape[1] == 0:
        return weight
    return np.where(mover < 0, tables.odds[draw, np.maximum(structure.odds_class, 0)], weight)


def numbers_of(layout: Layout, tables: Tables, draw: int) -> Numbers:
    """The numbers of one draw in the order of the layout."""
    return gather_numbers(
        layout.shape,
        tables.pay[draw],
        tables.odds[draw],
        tables.patience[draw],
        tables.precision[draw],
        tables.entropy,
    )
