"""The slow, plain solver that the fast ones must equal: no compilation, no tricks, small games.

For every draw it walks a ladder of precisions t * precision from t = 0, where play is
uniform and the values solve a linear problem, to t = 1. On every rung it iterates
V <- (V + T(V)) / 2 and finishes with Newton steps on V - T(V) with the dense Jacobian.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables

Array = NDArray[np.float64]


def solve_plainly(
    structure: Structure, tables: Tables, draw: int = 0, rungs: int = 20
) -> tuple[Array, Array]:
    """Values ``(node, party)`` and strategy ``(edge,)`` on the branch from precision 0.

    For up to a few hundred nodes. Raises ArithmeticError where a rung does not converge.
    """
    value = np.zeros((structure.nodes, structure.parties))
    for scale in np.linspace(0.0, 1.0, rungs + 1):
        value = settle_plainly(structure, tables, draw, value, float(scale))
    return value, back_up_plainly(structure, tables, draw, value)[1]


def settle_plainly(
    structure: Structure, tables: Tables, draw: int, value: Array, scale: float = 1.0
) -> Array:
    """The fixed point near ``value`` with all precisions multiplied by ``scale``."""
    for _ in range(12):
        after = back_up_plainly(structure, tables, draw, value, scale)[0]
        if np.abs(after - value).max() < 1e-9:
            break
        value = 0.5 * (value + after)
    for _ in range(50):
        after, strategy, total = back_up_plainly(structure, tables, draw, value, scale)
        gap = after - value
        if np.abs(gap).max() <= 1e-14 * max(1.0, np.abs(value).max()):
            return value
        slope = dense_jacobian(structure, tables, draw, strategy, total, scale)
        change = np.linalg.solve(np.eye(len(slope)) - slope, gap.ravel())
        value = value + change.reshape(value.shape)
    if np.abs(gap).max() > 1e-11 * max(1.0, np.abs(value).max()):
        raise ArithmeticError(f"no convergence at {scale} times the precision")
    return value


def back_up_plainly(
    structure: Structure, tables: Tables, draw: int, value: Array, scale: float = 1.0
) -> tuple[Array, Array, Array]:
    """T(V) ``(node, party)``, the strategy ``(edge,)`` and the totals Q ``(edge, party)``."""
    after = np.empty_like(value)
    strategy = np.empty(structure.edges)
    total = edge_totals(structure, tables, draw, value)
    for node in range(structure.nodes):
        edges = slice(structure.first[node], structure.first[node + 1])
        mover = structure.mover[node]
        if mover < 0:
            strategy[edges] = tables.odds[draw, structure.odds_class[edges]]
            after[node] = strategy[edges] @ total[edges]
            continue
        precision = scale * tables.precision[draw, mover]
        own = total[edges, mover]
        share = np.full(len(own), 1.0 / len(own))
        if structure.odds_class[edges][0] >= 0:
            share = np.exp(tables.odds[draw, structure.odds_class[edges]])
        weight = share * np.exp(precision * (own - own.max()))
        strategy[edges] = weight / weight.sum()
        after[node] = strategy[edges] @ total[edges]
        if tables.entropy and precision > 0:
            after[node, mover] = own.max() + np.log(weight.sum()) / precision
    return after, strategy, total


def edge_totals(structure: Structure, tables: Tables, draw: int, value: Array) -> Array:
    """Q ``(edge, party)``: what is paid on the edge plus the discounted worth of what follows."""
    following = np.concatenate([value, tables.end_pay[draw]])
    inner = structure.target >= 0
    index = np.where(inner, structure.target, structure.nodes - 1 - structure.target)
    discount = np.where(structure.turns[:, None], tables.patience[draw], 1.0)
    return tables.pay[draw, structure.pay_class] + discount * following[index]


def dense_jacobian(
    structure: Structure,
    tables: Tables,
    draw: int,
    strategy: Array,
    total: Array,
    scale: float = 1.0,
) -> Array:
    """dT/dV, square over (node, party)."""
    parties = structure.parties
    slope = np.zeros((structure.nodes, parties, structure.nodes, parties))
    for node in range(structure.nodes):
        edges = np.arange(structure.first[node], structure.first[node + 1])
        mover = structure.mover[node]
        mean = strategy[edges] @ total[edges]
        for edge in edges:
            after = structure.target[edge]
            if after < 0:
                continue
            discount = tables.patience[draw] if structure.turns[edge] else np.ones(parties)
            for party in range(parties):
                slope[node, party, after, party] += strategy[edge] * discount[party]
                if mover >= 0 and not (tables.entropy and party == mover):
                    bend = strategy[edge] * (total[edge, party] - mean[party])
                    precision = scale * tables.precision[draw, mover]
                    slope[node, party, after, mover] += precision * discount[mover] * bend
    size = structure.nodes * parties
    return slope.reshape(size, size)


def regret_plainly(
    structure: Structure, tables: Tables, draw: int, strategy: Array
) -> tuple[Array, Array]:
    """Raw payoffs under a strategy and every party's regret, both ``(node, party)``.

    Best replies by policy iteration with dense solves, which ends after finitely many rounds.
    """
    payoff = follow_plainly(structure, tables, draw, strategy)
    regret = np.empty_like(payoff)
    for party in range(structure.parties):
        reply = strategy
        for _ in range(1000):
            worth = follow_plainly(structure, tables, draw, reply)
            total = edge_totals(structure, tables, draw, worth)[:, party]
            better = _improve(structure, reply, total, party)
            if np.array_equal(better, reply):
                break
            reply = better
        regret[:, party] = worth[:, party] - payoff[:, party]
    return payoff, regret


def follow_plainly(structure: Structure, tables: Tables, draw: int, strategy: Array) -> Array:
    """Discounted raw pays ``(node, party)`` under any strategy, by a dense linear solve."""
    zero = np.zeros((structure.nodes, structure.parties))
    total = edge_totals(structure, tables, draw, zero)
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    payoff = np.empty_like(zero)
    for party in range(structure.parties):
        paid = np.bincount(source, strategy * total[:, party], structure.nodes)
        onward = np.zeros((structure.nodes, structure.nodes))
        discount = np.where(structure.turns, tables.patience[draw, party], 1.0)
        inner = structure.target >= 0
        where = (source[inner], structure.target[inner])
        np.add.at(onward, where, (strategy * discount)[inner])
        payoff[:, party] = np.linalg.solve(np.eye(structure.nodes) - onward, paid)
    return payoff


def _improve(structure: Structure, reply: Array, total: Array, party: int) -> Array:
    """The reply with the party's move changed wherever another one is clearly better."""
    better = reply.copy()
    for node in np.flatnonzero(structure.mover == party):
        edges = slice(structure.first[node], structure.first[node + 1])
        if total[edges].max() > reply[edges] @ total[edges] + 1e-13:
            better[edges] = 0.0
            better[edges.start + int(np.argmax(total[edges]))] = 1.0
    return better
