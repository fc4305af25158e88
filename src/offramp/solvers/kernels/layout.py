"""The structure renumbered in solving order, so that a sweep walks straight through memory.

Components are solved sinks first: Tarjan (1972), Depth-first search and linear graph algorithms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.remembering import remembered
from offramp.game.structure import Structure


class Shape(NamedTuple):
    """What the compiled kernels read; nodes are named by their position in solving order.

    Values are flat: party j at position n stands at ``n * lanes + j``; the terminals
    follow the nodes, so that an edge's target needs no case distinction.
    """

    mover: NDArray[np.int16]
    first: NDArray[np.int64]
    target: NDArray[np.uint32]
    turns: NDArray[np.uint8]
    pay_class: NDArray[np.int32]
    odds_class: NDArray[np.int32]
    component: NDArray[np.int64]
    """(component + 1,) pointer into positions."""
    head: NDArray[np.int64]
    """(component,) first head of a cyclic component (they stand last), else its end."""
    cyclic: NDArray[np.bool_]
    movers: NDArray[np.int16]
    """(component,) how many different parties move inside it; 2 stands for more."""
    heads: NDArray[np.int64]
    """Positions of the heads of all cyclic components, rising."""
    node: NDArray[np.int64]
    """(position,) the node that stands there."""
    edge: NDArray[np.int64]
    """(edge in solving order,) the edge that stands there."""
    lanes: int
    """Parties, filled up to a multiple of four with parties to whom nothing ever happens."""
    terminals: int
    widest: int
    """Most edges of any node."""
    longest: int
    """Most heads of any component."""
    reach: int
    """Positions up to the end of the last cyclic component."""
    steps: int
    """Steps in a round."""
    start: int
    """The node (of the structure) where play begins."""


@dataclass(frozen=True)
class Layout:
    """A shape and the facts of the structure that solving needs besides."""

    shape: Shape
    structure: Structure
    acyclic: bool
    start: int
    """Position of the start."""
    log_choices: NDArray[np.float64]
    """(party,) most of the sum of log(number of moves) over a party's decisions in one round."""


@remembered
def arrange(structure: Structure) -> Layout:
    """Renumber a structure in its solving order (components sinks first, steps falling)."""
    node = np.asarray(structure.order)
    position = np.empty(structure.nodes, np.int64)
    position[node] = np.arange(structure.nodes)
    count = np.diff(structure.first)[node]
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    edge = np.repeat(structure.first[:-1][node] - first[:-1], count) + np.arange(first[-1])
    target = structure.target[edge]
    inner = target >= 0
    target = np.where(inner, position[np.where(inner, target, 0)], structure.nodes - 1 - target)
    head, heads = _heads(structure, structure.step[node])
    shape = Shape(
        mover=structure.mover[node],
        first=first,
        target=target.astype(np.uint32),
        turns=structure.turns[edge].astype(np.uint8),
        pay_class=structure.pay_class[edge],
        odds_class=structure.odds_class[edge],
        component=structure.component.copy(),
        head=head,
        cyclic=structure.cyclic.copy(),
        movers=_movers(structure, structure.mover[node]),
        heads=heads,
        node=node.copy(),
        edge=edge,
        lanes=4 * -(-int(structure.parties) // 4),
        terminals=int(structure.terminals),
        widest=int(count.max()),
        longest=int((structure.component[1:] - head)[structure.cyclic].max(initial=0)),
        reach=int(structure.component[1:][structure.cyclic].max(initial=0)),
        steps=int(structure.step.max()) + 1,
        start=int(structure.start),
    )
    return Layout(
        shape=shape,
        structure=structure,
        acyclic=not bool(structure.cyclic.any()),
        start=int(position[structure.start]),
        log_choices=_log_choices(structure),
    )


def _heads(structure: Structure, step: NDArray[np.int16]) -> tuple[NDArray, NDArray]:
    """First head of every component, and the positions of all heads of cyclic ones."""
    begin, end = structure.component[:-1], structure.component[1:]
    label = np.repeat(np.arange(len(begin)), end - begin)
    is_head = (step == 0) & structure.cyclic[label]
    number = np.bincount(label[is_head], minlength=len(begin))
    return (end - number).astype(np.int64), np.flatnonzero(is_head)


def _movers(structure: Structure, mover: NDArray[np.int16]) -> NDArray[np.int16]:
    """How many different parties move in each component: 0, 1 or 2 for more."""
    begin = structure.component[:-1]
    most = np.maximum.reduceat(mover, begin)
    least = np.minimum.reduceat(np.where(mover < 0, np.int16(32767), mover), begin)
    return np.where(most < 0, 0, np.where(most == least, 1, 2)).astype(np.int16)


def _log_choices(structure: Structure) -> NDArray[np.float64]:
    """Most of the sum of log A over one party's decisions on a path of one round, per party."""
    count = np.diff(structure.first)
    most = np.zeros((structure.nodes, structure.parties))
    source = np.repeat(np.arange(structure.nodes), count)
    within = (structure.target >= 0) & ~structure.turns
    for step in range(int(structure.step.max()), -1, -1):
        here = structure.step == step
        edge = np.flatnonzero(within & here[source])
        np.maximum.at(most, source[edge], most[structure.target[edge]])
        own = np.flatnonzero(here & (structure.mover >= 0))
        most[own, structure.mover[own]] += np.log(count[own])
    return most.max(axis=0)
