"""Certificates of a solved draw: residual, regret and its bound, condition.

The residual and the strategy are recomputed here from the structure as it was given, not
from the layout that the solvers use. Regrets are upper bounds: the bound on the error of
the best reply and of the payoffs, rounding included, is added.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.solvers.backup import Numbers, gather_numbers, worth_with_shocks
from offramp.solvers.layout import Layout

Array = NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def check_fixed_point(
    mover, first, target, turns, pay_class, odds_class,
    pay, odds, end_pay, patience, precision, entropy, value, strategy, residual,
):  # fmt: skip
    """Fill ``strategy`` (edge,) with play under ``value`` (node, party), ``residual`` (party,)."""
    nodes, parties = value.shape
    widest = 1
    for n in range(nodes):
        widest = max(widest, first[n + 1] - first[n])
    total, fresh = np.empty(widest), np.empty(parties)
    residual[:] = 0.0
    for n in range(nodes):
        m, a, b = mover[n], first[n], first[n + 1]
        mass, top = 0.0, -np.inf
        for e in range(a, b):
            if m < 0:
                strategy[e] = odds[odds_class[e]]
                continue
            discount = patience[m] if turns[e] else 1.0
            t = target[e]
            worth = value[t, m] if t >= 0 else end_pay[-t - 1, m]
            total[e - a] = pay[pay_class[e], m] + discount * worth
            top = max(top, total[e - a])
        if m >= 0:
            for e in range(a, b):
                strategy[e] = np.exp(precision[m] * (total[e - a] - top))
                mass += strategy[e]
            for e in range(a, b):
                strategy[e] /= mass
        for j in range(parties):
            fresh[j] = 0.0
            for e in range(a, b):
                t = target[e]
                discount = patience[j] if turns[e] else 1.0
                worth = value[t, j] if t >= 0 else end_pay[-t - 1, j]
                fresh[j] += strategy[e] * (pay[pay_class[e], j] + discount * worth)
        if entropy and m >= 0:
            fresh[m] = worth_with_shocks(total, b - a, top, precision[m])
        for j in range(parties):
            residual[j] = max(residual[j], abs(value[n, j] - fresh[j]))


def reply_tolerance(layout: Layout) -> float:
    """Error, relative to the scale of values, up to which best replies are iterated.

    It is added to the regret, so a looser one makes the regret larger, never wrong.
    """
    return 1e-9 if layout.structure.nodes <= 50_000 else 1e-6


def bound_regret(layout: Layout, tables: Tables) -> Array:
    """Most that logit play can cost each party, ``(draw, party)``, in payoff units.

    A decision among A moves loses at most log(A) / precision (solving.md, section 3); the
    losses of a round add up along its worst path and are discounted over the rounds.
    """
    patience, limit = tables.patience, layout.structure.limit
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = patience**limit if limit else 0.0
        rounds = (1.0 - reach) / (1.0 - patience)
        rounds = np.where(patience >= 1.0, limit if limit else np.inf, rounds)
        bound = layout.log_choices / tables.precision * rounds
    return np.where(layout.log_choices > 0.0, bound, 0.0)


def pile_up(layout: Layout, patience: Array) -> Array:
    """How much an error of one at every node can add up to, per party."""
    rounds = 1.0 / np.maximum(1e-12, 1.0 - patience)
    if layout.structure.limit:
        rounds = np.minimum(rounds, layout.structure.limit + 1)
    return rounds * layout.shape.steps


def estimate_condition(structure: Structure, tables: Tables, draw: int, value: Array) -> float:
    """Estimate of the condition of I - dT/dV in the 1-norm, by a sparse factorisation.

    Infinite where I - dT/dV is singular to working precision.
    """
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import LinearOperator, onenormest, splu

    matrix = (eye_array(value.size) - sparse_jacobian(structure, tables, draw, value)).tocsc()
    try:
        factor = splu(matrix)
    except RuntimeError:
        return float("inf")

    def transposed(right: Array) -> Array:
        return factor.solve(right, "T")

    make: Any = LinearOperator
    inverse = make(matrix.shape, factor.solve, transposed, factor.solve, float, transposed)
    return float(onenormest(inverse) * abs(matrix).sum(axis=0).max())


def sparse_jacobian(structure: Structure, tables: Tables, draw: int, value: Array):
    """dT/dV at ``value`` (node, party) as a sparse array, rows and columns (node, party)."""
    from scipy.sparse import coo_array

    nodes, parties = value.shape
    source = np.repeat(np.arange(nodes), np.diff(structure.first))
    inner = structure.target >= 0
    spot = np.where(inner, structure.target, nodes - 1 - structure.target)
    discount = np.where(structure.turns[:, None], tables.patience[draw], 1.0)
    following = np.concatenate([value, tables.end_pay[draw]])[spot]
    total = tables.pay[draw, structure.pay_class] + discount * following
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


def edge_chances(structure: Structure, tables: Tables, draw: int, total: Array) -> Array:
    """Probability of every edge from its totals ``(edge, party)``."""
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    mover = structure.mover[source].astype(np.int64)
    own = np.where(mover >= 0, mover, 0)
    worth = total[np.arange(len(own)), own] * tables.precision[draw, own]
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
