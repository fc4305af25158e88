"""Information sets in solving order: who moves without knowing where, and what depends on what.

The unknowns of a game with information sets are the log-odds of every move against the
first one at every set of two or more nodes with two or more moves. Given them, values follow
backwards (other nodes by the logit formula) and reach, so beliefs, forwards. At high precision
the formula answers so steeply that nodes known to their mover are better unknowns as well:
then they count as sets of one node.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.layout import Layout

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Veil(NamedTuple):
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


class Pattern(NamedTuple):
    """On which unknowns the numbers at a position depend; unknown K is the precision.

    ``below``: values and totals, on sets at or below it; ``above``: reach.
    """

    below_first: Ints
    below: Ints
    onto_first: Ints
    """(edge + 1,)"""
    onto: Ints
    """Where the entries of an edge's target stand among those of its node."""
    wanted: Bools
    """(position,) whether slopes of its values are read."""
    slot: Ints
    """(position,) where its slopes by (edge, entry below) begin, or -1."""
    slots: int
    own: Ints
    """(position,) where the unknowns of its own set begin among its entries below, or -1."""
    above_first: Ints
    above: Ints
    rise_first: Ints
    """(inward + 1,)"""
    rise: Ints
    """Where the entries above an inward edge's node stand among those of the position."""
    bend_first: Ints
    """(inward + 1,)"""
    bend: Ints
    """The same for the unknowns that the choice at the inward edge's node depends on."""


def draw_veil(layout: Layout, lone: bool = False) -> Veil:
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
    return Veil(
        mover=shape.mover,
        first=shape.first,
        target=target,
        turns=shape.turns,
        pay_class=shape.pay_class,
        odds_class=shape.odds_class,
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


def find_pattern(veil: Veil, entropy: bool) -> Pattern:
    """What the kernels need for analytic slopes; the structure must be acyclic."""
    nodes, last = len(veil.mover), veil.unknowns
    wanted = _wanted(veil)
    below: list[Ints] = []
    own, slot, slots = np.full(nodes, -1), np.full(nodes, -1), 0
    onto: list[Ints] = []
    none = np.zeros(0, np.int64)
    for n in range(nodes):
        a, b = int(veil.first[n]), int(veil.first[n + 1])
        choosing = veil.mover[n] >= 0 and b - a > 1
        s = int(veil.set_of[n])
        if not (wanted[n] or (choosing and (veil.needed[n] or s >= 0))):
            below.append(none)
            onto.extend([none] * (b - a))
            continue
        inner = [below[t] if t < nodes else none for t in veil.target[a:b]]
        parts = [*inner]
        if s >= 0:
            parts.append(_unknowns_of(veil, s))
        if choosing and (s < 0 or entropy):
            parts.append(np.array([last]))
        entries = np.unique(np.concatenate(parts))
        below.append(entries)
        onto.extend(np.searchsorted(entries, part) for part in inner)
        if s >= 0:
            own[n] = np.searchsorted(entries, veil.row[s])
        if choosing:
            slot[n], slots = slots, slots + (b - a) * len(entries)
    above, rise, bend = _pattern_above(veil, below)
    below_first, below_flat = _pack(below)
    onto_first, onto_flat = _pack(onto)
    above_first, above_flat = _pack(above)
    rise_first, rise_flat = _pack(rise)
    bend_first, bend_flat = _pack(bend)
    return Pattern(
        below_first, below_flat, onto_first, onto_flat, wanted, slot, slots, own,
        above_first, above_flat, rise_first, rise_flat, bend_first, bend_flat,
    )  # fmt: skip


def _wanted(veil: Veil) -> Bools:
    """Positions below a choice that bears on a belief or is made behind a veil."""
    nodes = len(veil.mover)
    moves = np.diff(veil.first)
    wanted = np.zeros(nodes, bool)
    source = (veil.needed | (veil.set_of >= 0)) & (veil.mover >= 0) & (moves > 1)
    for n in range(nodes - 1, -1, -1):
        if wanted[n] or source[n]:
            after = veil.target[veil.first[n] : veil.first[n + 1]]
            wanted[after[after < nodes]] = True
    return wanted


def _pattern_above(
    veil: Veil, below: list[Ints]
) -> tuple[list[Ints], list[Ints], list[Ints]]:  # fmt: skip
    """Unknowns on which reach depends, and where an inward edge's entries stand among them."""
    nodes = len(veil.mover)
    none = np.zeros(0, np.int64)
    above = [none] * nodes
    rise, bend = [none] * len(veil.inward), [none] * len(veil.inward)
    for n in range(nodes - 1, -1, -1):
        ways = range(int(veil.inward_first[n]), int(veil.inward_first[n + 1]))
        parts = []
        for i in ways:
            source = int(veil.inward_node[i])
            s, moves = int(veil.set_of[source]), veil.first[source + 1] - veil.first[source]
            if veil.mover[source] < 0 or moves < 2:
                choice = none
            elif s >= 0:
                choice = _unknowns_of(veil, s)
            else:
                choice = below[source]
            parts.append((above[source], choice))
        if ways:
            above[n] = np.unique(np.concatenate([entry for pair in parts for entry in pair]))
        for i, (reach, choice) in zip(ways, parts, strict=True):
            rise[i] = np.searchsorted(above[n], reach)
            bend[i] = np.searchsorted(above[n], choice)
    return above, rise, bend


def _unknowns_of(veil: Veil, one: int) -> Ints:
    """The unknowns of a set."""
    return int(veil.row[one]) + np.arange(int(veil.choices[one]) - 1)


def _pack(parts: list[Ints]) -> tuple[Ints, Ints]:
    """Arrays of different lengths as a pointer and one array."""
    first = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    flat = np.concatenate([*parts, np.zeros(0, np.int64)]).astype(np.int64)
    return first, flat
