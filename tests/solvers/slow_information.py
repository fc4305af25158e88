"""The slow, plain reading of games with information sets that the fast solvers must equal.

Different from them in every step: beliefs by enumerating every path, values by one dense
linear solve for fixed play, the equations in the log-odds of all decisions, solved by damped
iteration and Newton's method with a numerical Jacobian on a ladder of precisions; best
replies by trying every pure stationary plan.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.testing.reference_solver import edge_totals

Array = NDArray[np.float64]


def decisions_of(structure: Structure) -> list[list[int]]:
    """Nodes of every information set and of every other node of a party."""
    groups: dict[tuple[str, int], list[int]] = {}
    for node in range(structure.nodes):
        if structure.mover[node] >= 0:
            known = structure.infoset[node] < 0
            key = ("node", node) if known else ("set", int(structure.infoset[node]))
            groups.setdefault(key, []).append(node)
    return list(groups.values())


def edges_of(structure: Structure, node: int) -> range:
    """The edges of a node."""
    return range(int(structure.first[node]), int(structure.first[node + 1]))


def beliefs_plainly(structure: Structure, strategy: Array) -> Array:
    """(node,) belief, by walking every path from each round's start (or the game's)."""
    whole = not structure.cyclic.any()
    reach = np.zeros(structure.nodes)

    def walk(node: int, likely: float) -> None:
        reach[node] += likely
        for edge in edges_of(structure, node):
            target = int(structure.target[edge])
            if target >= 0 and (whole or not structure.turns[edge]):
                walk(target, likely * strategy[edge])

    entered = {
        int(t)
        for e, t in enumerate(structure.target)
        if t >= 0 and (whole or not structure.turns[e])
    }
    for node in range(structure.nodes):
        if node not in entered:
            walk(node, 1.0)
    belief = np.ones(structure.nodes)
    for group in decisions_of(structure):
        belief[group] = reach[group] / reach[group].sum()
    return belief


def values_plainly(
    structure: Structure, tables: Tables, draw: int, strategy: Array, scale: float = 1.0
) -> Array:
    """Values (node, party) of fixed play, with the shocks' worth under the entropy convention."""
    paid = edge_totals(structure, tables, draw, np.zeros((structure.nodes, structure.parties)))
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    value = np.empty((structure.nodes, structure.parties))
    for party in range(structure.parties):
        right = np.bincount(source, strategy * paid[:, party], structure.nodes)
        if tables.entropy:
            for node in np.flatnonzero(structure.mover == party):
                likely = strategy[structure.first[node] : structure.first[node + 1]]
                spread = -(likely * np.log(np.maximum(likely, 1e-300))).sum() - np.log(len(likely))
                right[node] += spread / (scale * tables.precision[draw, party])
        matrix = np.eye(structure.nodes)
        for edge, target in enumerate(structure.target):
            if target >= 0:
                patience = tables.patience[draw, party] if structure.turns[edge] else 1.0
                matrix[source[edge], target] -= strategy[edge] * patience
        value[:, party] = np.linalg.solve(matrix, right)
    return value


def respond_plainly(
    structure: Structure, tables: Tables, draw: int, strategy: Array, scale: float
) -> list[Array]:
    """Precision times expected totals of every decision's moves, the others' play fixed."""
    value = values_plainly(structure, tables, draw, strategy, scale)
    total = edge_totals(structure, tables, draw, value)
    belief = beliefs_plainly(structure, strategy)
    answer = []
    for group in decisions_of(structure):
        party = structure.mover[group[0]]
        worth = sum(belief[n] * total[list(edges_of(structure, n)), party] for n in group)
        answer.append(scale * tables.precision[draw, party] * np.asarray(worth))
    return answer


def play_plainly(structure: Structure, tables: Tables, draw: int, odds: list[Array]) -> Array:
    """(edge,) strategy from the log-odds of every decision."""
    strategy = np.empty(structure.edges)
    nature = structure.odds_class >= 0
    strategy[nature] = tables.odds[draw, structure.odds_class[nature]]
    for group, row in zip(decisions_of(structure), odds, strict=True):
        weight = np.exp(row - row.max())
        for node in group:
            strategy[list(edges_of(structure, node))] = weight / weight.sum()
    return strategy


def solve_slowly(
    structure: Structure, tables: Tables, draw: int = 0, rungs: int = 12
) -> tuple[Array, Array]:
    """Values (node, party) and strategy (edge,) on the branch from precision 0; small games."""
    sizes = [len(edges_of(structure, group[0])) for group in decisions_of(structure)]
    cuts = np.cumsum(sizes)[:-1]

    def gap(flat: Array, scale: float) -> Array:
        rows = np.split(flat, cuts)
        strategy = play_plainly(structure, tables, draw, rows)
        after = respond_plainly(structure, tables, draw, strategy, scale)
        centred = [new - new.mean() - old for new, old in zip(after, rows, strict=True)]
        return np.concatenate(centred)

    flat = np.zeros(sum(sizes))
    for scale in np.linspace(0.0, 1.0, rungs + 1)[1:]:
        flat = _settle(flat, lambda x, s=float(scale): gap(x, s))
    strategy = play_plainly(structure, tables, draw, np.split(flat, cuts))
    return values_plainly(structure, tables, draw, strategy), strategy


def _settle(flat: Array, gap) -> Array:
    """Damped iteration, then Newton's method with central differences."""
    for _ in range(10):
        flat = flat + 0.5 * gap(flat)
    for _ in range(30):
        now = gap(flat)
        if np.abs(now).max() < 1e-12:
            return flat
        step = 1e-6
        columns = [
            (gap(flat + step * unit) - gap(flat - step * unit)) / (2 * step)
            for unit in np.eye(len(flat))
        ]
        flat = flat - np.linalg.solve(np.stack(columns, axis=1), now)
    if np.abs(gap(flat)).max() > 1e-9:
        raise ArithmeticError("no convergence")
    return flat


def best_reply_plainly(
    structure: Structure, tables: Tables, draw: int, strategy: Array, party: int
) -> float:
    """The most that any pure stationary plan of a party is worth to it at the start."""
    own = [g for g in decisions_of(structure) if structure.mover[g[0]] == party]
    moves = [range(len(edges_of(structure, group[0]))) for group in own]
    raw = Tables(
        tables.pay, tables.odds, tables.end_pay, tables.patience, tables.precision, entropy=False
    )
    best = -np.inf
    for plan in product(*moves):
        reply = strategy.copy()
        for group, move in zip(own, plan, strict=True):
            for node in group:
                edges = list(edges_of(structure, node))
                reply[edges] = 0.0
                reply[edges[move]] = 1.0
        worth = values_plainly(structure, raw, draw, reply)
        best = max(best, float(worth[structure.start, party]))
    return best
