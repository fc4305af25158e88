"""Small chains by hand and random strategies, for the tests of this room."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from offramp.game import Structure
from offramp.testing.random_games import condense


def chain(
    edges: Sequence[Sequence[int]],
    step: Sequence[int] | None = None,
    *,
    outcome: Sequence[int] | None = None,
    by: Sequence[int] | None = None,
    at_end: Sequence[int] = (),
    limit: int = 0,
) -> Structure:
    """A structure from the targets of every node's edges; -1 is terminal 0, -2 terminal 1.

    Without ``step`` every node is a round of its own. Edges to a node of step 0, and those
    listed in ``at_end``, turn the round.
    """
    steps = np.zeros(len(edges), np.int16) if step is None else np.asarray(step, np.int16)
    target = np.array([goal for node in edges for goal in node])
    count = np.array([len(node) for node in edges])
    source = np.repeat(np.arange(len(edges)), count)
    ends = np.zeros(len(target), bool)
    ends[list(at_end)] = True
    order, component, cyclic = condense(source, target, steps)
    terminals = max(1, int(-target.min()))
    return Structure(
        mover=np.zeros(len(edges), np.int16),
        first=np.concatenate([[0], np.cumsum(count)]),
        target=target,
        turns=((target >= 0) & (steps[np.maximum(target, 0)] == 0)) | ends,
        pay_class=np.zeros(len(target), np.int32),
        odds_class=np.full(len(target), -1, np.int32),
        step=steps,
        start=0,
        parties=1,
        terminals=terminals,
        order=order,
        component=component,
        cyclic=cyclic,
        limit=limit,
        terminal_outcome=np.asarray(range(terminals) if outcome is None else outcome, np.int32),
        terminal_by=np.asarray([-1] * terminals if by is None else by, np.int32),
        at_end_edge=ends,
    )


def random_strategy(
    structure: Structure, draws: int, seed: int, *, zeros: float = 0.0
) -> NDArray[np.float64]:
    """Probabilities (draw, edge); about ``zeros`` of the edges have none in a draw."""
    rng = np.random.default_rng(seed)
    weight = rng.exponential(size=(draws, structure.edges))
    weight *= rng.random(weight.shape) >= zeros
    source = sources(structure)
    total = np.stack([np.bincount(source, row, structure.nodes) for row in weight])
    row, node = np.nonzero(total == 0)
    weight[row, structure.first[node]] = 1.0
    total[row, node] = 1.0
    return weight / total[:, source]


def sources(structure: Structure) -> NDArray[np.int64]:
    """The node (edge,) that each edge leaves."""
    return np.repeat(np.arange(structure.nodes), np.diff(structure.first))


def transition(
    structure: Structure, odds: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Dense matrices (node, node) and (node, terminal) of one strategy vector (edge,)."""
    inner = structure.target >= 0
    source = sources(structure)
    move = np.zeros((structure.nodes, structure.nodes))
    leave = np.zeros((structure.nodes, structure.terminals))
    np.add.at(move, (source[inner], structure.target[inner]), odds[inner])
    np.add.at(leave, (source[~inner], -structure.target[~inner] - 1), odds[~inner])
    return move, leave
