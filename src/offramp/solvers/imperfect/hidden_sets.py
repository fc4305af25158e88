"""Information sets in solving order: who moves without knowing where, and what depends on what.

The unknowns of a game with information sets are the log-odds of every move against the
first one at every set of two or more nodes with two or more moves. Given them, values follow
backwards (other nodes by the logit formula) and reach, so beliefs, forwards. At high precision
the formula answers so steeply that nodes known to their mover are better unknowns as well:
then they count as sets of one node.

Source: Kuhn (1953), Extensive games and the problem of information.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.kernels.layout import Layout

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class InfoSets(NamedTuple):
    """A structure with information sets as the kernels read it; nodes by position (see Layout).

    A set here has at least two moves and, unless all decisions are sets, two nodes.
    A target at or above the number of nodes is a terminal.
    """

    mover: NDArray[np.int16]
    first: Ints
    target: Ints
    turns: NDArray[np.uint8]
    pay_class: NDArray[np.int32]
    odds_class: NDArray[np.int32]
    """(edge,) of nature's moves, -1 for those of parties."""
    weight_class: NDArray[np.int32]
    """(edge,) of the logarithms of the weights of parties' moves, -1 without."""
    set_of: Ints
    """(position,) its set, or -1."""
    member_first: Ints
    """(set + 1,) pointer into ``member``."""
    member: Ints
    """Positions, by set."""
    choices: Ints
    """(set,) how many moves."""
    row: Ints
    """(set,) its first unknown; set s has ``choices[s] - 1`` of them."""
    unknowns: int
    needed: Bools
    """(position,) whether its reach bears on a belief."""
    inward_first: Ints
    """(position + 1,) pointer into ``inward``; empty where reach is one by definition."""
    inward: Ints
    """Edges that lead into a needed position."""
    inward_node: Ints
    """The position from which they start."""


def find_infosets(layout: Layout, lone: bool = False) -> InfoSets:
    """The information sets of a structure, and the edges along which reach is followed.

    With ``lone`` every decision is a set, also of one node. Where all nodes of every set come
    from one place of their round, reach is counted from there; otherwise from the game's
    start. Cost grows with the nodes and edges only.
    """
    structure, shape = layout.structure, layout.shape
    nodes = structure.nodes
    set_of, member_first, member, choices = _gather_sets(layout, lone)
    rows = np.concatenate([[0], np.cumsum(choices - 1)]).astype(np.int64)
    source = np.repeat(np.arange(nodes), np.diff(shape.first))
    target = shape.target.astype(np.int64)
    inner = target < nodes
    within = inner & (shape.turns == 0)
    origin = origins(structure.step[shape.node], source, target, within)
    if share_origin(origin, set_of):
        inner = within & (origin[np.where(inner, target, 0)] == origin[source])
    several = np.concatenate([np.diff(member_first) > 1, [False]])
    shared = several[set_of]
    needed = _ancestors(shared, source, target, inner)
    edges = np.flatnonzero(inner & needed[np.where(inner, target, 0)])
    edges = edges[np.argsort(target[edges], kind="stable")]
    count = np.bincount(target[edges], minlength=nodes)
    by_nature = shape.mover[source] < 0
    return InfoSets(
        mover=shape.mover,
        first=shape.first,
        target=target,
        turns=shape.turns,
        pay_class=shape.pay_class,
        odds_class=np.where(by_nature, shape.odds_class, -1),
        weight_class=np.where(by_nature, -1, shape.odds_class),
        set_of=set_of,
        member_first=member_first,
        member=member,
        choices=choices,
        row=rows[:-1],
        unknowns=int(rows[-1]),
        needed=needed,
        inward_first=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        inward=edges,
        inward_node=source[edges],
    )


def _gather_sets(layout: Layout, lone: bool) -> tuple[Ints, Ints, Ints, Ints]:
    """Sets of two or more nodes and moves, numbered anew: set of a position, members, moves."""
    structure, shape = layout.structure, layout.shape
    label = structure.infoset[shape.node].astype(np.int64)
    moves = np.diff(shape.first)
    deciding = (moves > 1) & (shape.mover >= 0)
    if lone:
        label = np.where(label < 0, label.max(initial=0) + 1 + np.arange(len(label)), label)
    label = np.where(deciding, label, -1)
    names, inverse, count = np.unique(label, return_inverse=True, return_counts=True)
    kept = (names >= 0) & (count > (0 if lone else 1))
    number = np.where(kept, np.cumsum(kept) - 1, -1)
    set_of = number[inverse].astype(np.int64)
    member = np.flatnonzero(set_of >= 0)
    member = member[np.argsort(set_of[member], kind="stable")]
    first = np.concatenate([[0], np.cumsum(count[kept])]).astype(np.int64)
    return set_of, first, member, moves[member[first[:-1]]].astype(np.int64)


def origins(step: NDArray, source: Ints, target: Ints, within: Bools) -> Ints:
    """(position,) the last one that all ways to it within its round have in common.

    It is the beginning of the round, or where ways meet again whose difference no decision
    is kept from seeing. ``within`` marks edges that stay in the round.
    """
    nodes = len(step)
    origin = np.arange(nodes)
    for level in np.unique(step):
        edge = np.flatnonzero(within & (step[source] == level))
        into = target[edge]
        least, most = np.full(nodes, nodes), np.full(nodes, -1)
        np.minimum.at(least, into, origin[source[edge]])
        np.maximum.at(most, into, origin[source[edge]])
        origin[into] = np.where(least[into] == most[into], least[into], into)
    return origin


def share_origin(origin: Ints, set_of: Ints) -> bool:
    """Whether all nodes of every set (-1: none) come from one place within their round.

    Then beliefs there depend on nothing that happened before it.
    """
    hidden = set_of >= 0
    sets = int(set_of.max(initial=-1)) + 1
    low, high = np.full(sets, len(origin)), np.full(sets, -1)
    np.minimum.at(low, set_of[hidden], origin[hidden])
    np.maximum.at(high, set_of[hidden], origin[hidden])
    return bool((low == high)[np.unique(set_of[hidden])].all())


def _ancestors(chosen: Bools, source: Ints, target: Ints, along: Bools) -> Bools:
    """The chosen positions and those from which one can be reached along the marked edges."""
    found = chosen.copy()
    edge = np.flatnonzero(along)
    while True:
        fresh = np.unique(source[edge[found[target[edge]]]])
        fresh = fresh[~found[fresh]]
        if not len(fresh):
            return found
        found[fresh] = True
