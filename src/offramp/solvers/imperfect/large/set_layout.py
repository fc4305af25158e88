"""Information sets in solving order: decisions, slots, cuts and the paths that beliefs need.

Source of the sets: `hidden_sets`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError
from offramp.game.structure import Structure, Tables
from offramp.solvers.imperfect.hidden_sets import origins, share_origin

Array = NDArray[np.float64]


class Sets(NamedTuple):
    """What the compiled kernels read; nodes are named by their position in solving order.

    A decision is an information set or a party's node that stands in none; its moves are its
    slots. Values have a row for every node, terminal and ghost: the ghost of a head is the
    value that edges into the head read, so that one pass backwards never waits for itself.
    """

    mover: NDArray[np.int16]
    first: NDArray[np.int64]
    target: NDArray[np.int64]
    """(edge,) row of the value that follows."""
    turns: NDArray[np.uint8]
    pay_class: NDArray[np.int32]
    odds_class: NDArray[np.int32]
    """(edge,) of nature's moves, -1 for those of parties."""
    weight_class: NDArray[np.int32]
    """(slot,) of the logarithm of the move's weight, -1 without."""
    decision: NDArray[np.int32]
    """(position,) decision of the node, -1 for nature's."""
    slot: NDArray[np.int32]
    """(edge,) slot of the edge, -1 for nature's."""
    owner: NDArray[np.int16]
    """(decision,) who decides."""
    slot_first: NDArray[np.int64]
    """(decision + 1,)."""
    lone: NDArray[np.bool_]
    """(decision,) whether it is one node, which its mover knows."""
    cut: NDArray[np.int64]
    """Decisions of several nodes with several moves: their slots are unknowns of their own."""
    member_first: NDArray[np.int64]
    """(cut + 1,)."""
    member: NDArray[np.int64]
    """Positions of the nodes of each cut."""
    unknown: NDArray[np.int64]
    """(unknown,) slot of every unknown of a cut, cut after cut."""
    heads: NDArray[np.int64]
    """Positions of the heads of cyclic components."""
    live: NDArray[np.int64]
    """Positions whose values depend on an unknown, in solving order."""
    path: NDArray[np.int64]
    """Positions that beliefs are counted through, where play begins first."""
    enter_first: NDArray[np.int64]
    """(path + 1,)."""
    enter: NDArray[np.int64]
    """Edges into each of ``path`` that beliefs are counted through."""
    enter_from: NDArray[np.int64]
    """Positions from which they come."""
    node: NDArray[np.int64]
    """(position,) the node that stands there."""
    edge: NDArray[np.int64]
    """(edge in solving order,) the edge that stands there."""
    nodes: int
    terminals: int
    parties: int


class EdgeNumbers(NamedTuple):
    """The numbers of one draw, gathered to edges."""

    pay: Array
    """(edge, party)."""
    odds: Array
    """(edge,), 0 at parties' moves."""
    log_odds: Array
    """(edge,) their logarithms, 0 where there are none."""
    discount: Array
    """(2, party): row 0 is one, row 1 the patience."""
    precision: Array
    """(party,)."""
    log_weight: Array
    """(slot,) logarithms of the weights of moves, which add to 1 at a decision; all 0 where none
    has one."""
    weighed: bool
    """Whether any has one."""
    entropy: bool
    scale: Array
    """(party,) scale of payoffs."""
    counts: NDArray[np.bool_]
    """(edge of ``enter``,) whether it carries belief: fewest moves of odds 0 on the way."""
    possible: NDArray[np.bool_]
    """(member,) whether the node can have a belief above 0."""


@dataclass(frozen=True)
class SetGame:
    """Sets and the structure that they were made of."""

    sets: Sets
    structure: Structure
    groups: NDArray[np.int64]
    """(decision,) number of its mover and step of the round together."""


def _beside(heads: NDArray[np.int64], ghosts: int, target: NDArray[np.int64]) -> NDArray[np.int64]:
    """(edge,) rows that edges lead to: heads have a row of their own after the ``ghosts``."""
    ghost = np.full(ghosts, -1)
    ghost[heads] = np.arange(len(heads))
    return np.where(ghost[target] >= 0, ghosts + ghost[target], target)


def arrange_sets(structure: Structure) -> SetGame:
    """Renumber a structure with information sets in its solving order."""
    node, first, edge, source, target = _renumber(structure)
    heads = _heads(structure, node)
    decision, slot, owner, slot_first, size = _decisions(
        structure.mover[node], structure.infoset[node], np.diff(first), source, first
    )
    cut, member_first, member = _cuts(decision, np.diff(slot_first), size)
    counted = _counted(structure, source, target, edge, member, decision)
    path, enter_first, enter = _paths(source, target, counted, member, structure.nodes)
    ghosts = structure.nodes + int(structure.terminals)
    rows = _beside(heads, ghosts, target)
    in_cut = np.isin(np.arange(len(size)), cut)
    sets = Sets(
        mover=structure.mover[node],
        first=first,
        target=rows,
        turns=structure.turns[edge].astype(np.uint8),
        pay_class=structure.pay_class[edge],
        **_classes(structure, node, edge, source, slot),
        decision=decision,
        slot=slot,
        owner=owner,
        slot_first=slot_first,
        lone=~in_cut,
        cut=cut,
        member_first=member_first,
        member=member,
        unknown=np.flatnonzero(np.repeat(in_cut, np.diff(slot_first))),
        heads=heads,
        live=_live(first, rows, ghosts, member),
        path=path,
        enter_first=enter_first,
        enter=enter,
        enter_from=source[enter],
        node=node,
        edge=edge,
        nodes=structure.nodes,
        terminals=int(structure.terminals),
        parties=int(structure.parties),
    )
    return SetGame(sets, structure, _groups(structure, node, decision, owner))


def _groups(structure: Structure, node: NDArray, decision: NDArray, owner: NDArray) -> NDArray:
    """A number for every pair of a mover and a step of the round, by decision."""
    step = np.zeros(len(owner), np.int64)
    step[decision[decision >= 0]] = structure.step[node][decision >= 0]
    return np.unique(step * structure.parties + owner, return_inverse=True)[1]


def _classes(
    structure: Structure, node: NDArray, edge: NDArray, source: NDArray, slot: NDArray
) -> dict[str, NDArray[np.int32]]:
    """Classes of odds by edge, and of the logarithms of weights by slot: those of a first node."""
    by_nature = structure.mover[node][source] < 0
    weights = np.full(int(slot.max(initial=-1)) + 1, -1, np.int32)
    own = np.flatnonzero(~by_nature)[::-1]
    weights[slot[own]] = structure.odds_class[edge][own]
    odds = np.where(by_nature, structure.odds_class[edge], -1).astype(np.int32)
    return {"odds_class": odds, "weight_class": weights}


def _renumber(structure: Structure) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray]:
    """Nodes in solving order, and their edges: first, edge, source and target by position."""
    node = structure.order.copy()
    position = np.empty(structure.nodes, np.int64)
    position[node] = np.arange(structure.nodes)
    count = np.diff(structure.first)[node]
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    edge = np.repeat(structure.first[:-1][node] - first[:-1], count) + np.arange(first[-1])
    source = np.repeat(np.arange(structure.nodes), count)
    onward = structure.target[edge]
    target = np.where(onward >= 0, position[np.maximum(onward, 0)], structure.nodes - 1 - onward)
    return node, first, edge, source, target


def _heads(structure: Structure, node: NDArray) -> NDArray:
    """Positions of the nodes at step 0 of cyclic components."""
    label = np.repeat(np.arange(len(structure.cyclic)), np.diff(structure.component))
    return np.flatnonzero((structure.step[node] == 0) & structure.cyclic[label])


def _decisions(
    mover: NDArray, infoset: NDArray, count: NDArray, source: NDArray, first: NDArray
) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray]:
    """Decision of every node, slot of every edge; owner, first slot and nodes of decisions."""
    nodes = len(mover)
    key = np.where(infoset >= 0, infoset, nodes + infoset.max(initial=0) + np.arange(nodes))
    by_party = mover >= 0
    _, where, number, size = np.unique(
        key[by_party], return_index=True, return_inverse=True, return_counts=True
    )
    decision = np.full(nodes, -1, np.int32)
    decision[by_party] = number
    which = np.flatnonzero(by_party)[where]
    if (count[by_party] != count[which][number]).any():
        raise GameError("nodes of one information set have different numbers of moves")
    slot_first = np.concatenate([[0], np.cumsum(count[which])]).astype(np.int64)
    begin = np.where(by_party, slot_first[np.maximum(decision, 0)], 0)
    slot = begin[source] + np.arange(len(source)) - first[:-1][source]
    slot = np.where(by_party[source], slot, -1).astype(np.int32)
    return decision, slot, mover[which].astype(np.int16), slot_first, size


def _cuts(decision: NDArray, moves: NDArray, size: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Decisions of several nodes with several moves, and their nodes."""
    cut = np.flatnonzero((size > 1) & (moves > 1))
    index = np.full(len(size), -1)
    index[cut] = np.arange(len(cut))
    owned = np.flatnonzero(decision >= 0)
    owned = owned[index[decision[owned]] >= 0]
    owned = owned[np.argsort(index[decision[owned]], kind="stable")]
    member_first = np.concatenate([[0], np.cumsum(size[cut])]).astype(np.int64)
    return cut, member_first, owned


def _counted(
    structure: Structure,
    source: NDArray,
    target: NDArray,
    edge: NDArray,
    member: NDArray,
    decision: NDArray,
) -> NDArray:
    """(edge,) whether beliefs are counted through it: inside rounds where that suffices.

    It suffices where all nodes of an information set come from one place within their round.
    """
    inner = target < structure.nodes
    within = inner & ~structure.turns[edge]
    origin = origins(structure.step[structure.order], source, target, within)
    set_of = np.full(structure.nodes, -1)
    set_of[member] = decision[member]
    if share_origin(origin, set_of):
        return within & (origin[np.where(inner, target, 0)] == origin[source])
    if structure.cyclic.any():
        raise GameError(
            "an information set of an unlimited crisis reaches over the beginning of a round",
            expected="a limit of rounds, or steps that are unseen in their own round only",
        )
    return inner


def _paths(
    source: NDArray, target: NDArray, counted: NDArray, member: NDArray, nodes: int
) -> tuple[NDArray, NDArray, NDArray]:
    """Positions on the way to the nodes of cuts, first ones first, and the edges into them."""
    needed = np.zeros(nodes, bool)
    needed[member] = True
    edge = np.flatnonzero(counted)
    edge = edge[np.argsort(target[edge], kind="stable")]
    begin = np.searchsorted(target[edge], np.arange(nodes + 1))
    frontier = np.unique(member)
    while len(frontier):
        number = begin[frontier + 1] - begin[frontier]
        offset = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
        before = np.unique(source[edge[np.repeat(begin[frontier], number) + offset]])
        frontier = before[~needed[before]]
        needed[frontier] = True
    path = np.flatnonzero(needed)[::-1]
    number = begin[path + 1] - begin[path]
    offset = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    enter = edge[np.repeat(begin[path], number) + offset]
    return path, np.concatenate([[0], np.cumsum(number)]).astype(np.int64), enter


def _live(first: NDArray, rows: NDArray, ghosts: int, member: NDArray) -> NDArray:
    """Positions from which a node of a cut or a ghost can be reached without passing a ghost."""
    nodes = len(first) - 1
    live = np.zeros(ghosts, bool)
    live[member] = True
    source = np.repeat(np.arange(nodes), np.diff(first))
    live[source[rows >= ghosts]] = True
    edge = np.flatnonzero(rows < nodes)
    edge = edge[np.argsort(rows[edge], kind="stable")]
    begin = np.searchsorted(rows[edge], np.arange(nodes + 1))
    frontier = np.flatnonzero(live[:nodes])
    while len(frontier):
        number = begin[frontier + 1] - begin[frontier]
        offset = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
        before = np.unique(source[edge[np.repeat(begin[frontier], number) + offset]])
        frontier = before[~live[before]]
        live[frontier] = True
    return np.flatnonzero(live[:nodes])


def edge_numbers_of(game: SetGame, tables: Tables, draw: int) -> EdgeNumbers:
    """The numbers of one draw in the order of the sets."""
    sets, parties = game.sets, game.sets.parties
    pay = tables.pay[draw][sets.pay_class]
    odds = np.zeros(len(sets.target))
    by_nature = sets.odds_class >= 0
    odds[by_nature] = tables.odds[draw][sets.odds_class[by_nature]]
    top = np.abs(pay).max(axis=0, initial=0.0)
    top = np.maximum(top, np.abs(tables.end_pay[draw]).max(axis=0, initial=0.0))
    counts, possible = _possible(sets, odds)
    return EdgeNumbers(
        pay=pay,
        odds=odds,
        log_odds=np.log(np.where(odds > 0.0, odds, 1.0)),
        discount=np.stack([np.ones(parties), tables.patience[draw]]),
        precision=np.array(tables.precision[draw]),
        log_weight=log_weights_of(sets, tables.odds[draw]),
        weighed=bool((sets.weight_class >= 0).any()),
        entropy=bool(tables.entropy),
        scale=np.where(top > 0.0, top, 1.0),
        counts=counts,
        possible=possible,
    )


def log_weights_of(sets: Sets, odds: Array) -> Array:
    """(slot,) logarithms of weights; where a decision has none in a game with some, all alike."""
    weighed = sets.weight_class >= 0
    if not weighed.any():
        return np.zeros(len(sets.weight_class))
    alike = -np.log(np.repeat(np.diff(sets.slot_first), np.diff(sets.slot_first)))
    return np.where(weighed, odds[np.maximum(sets.weight_class, 0)], alike)


def _possible(sets: Sets, odds: Array) -> tuple[NDArray, NDArray]:
    """Edges and nodes that carry belief: those with the fewest moves of odds 0 on the way."""
    counts = np.ones(len(sets.enter), bool)
    possible = np.ones(len(sets.member), bool)
    absent = (sets.slot[sets.enter] < 0) & (odds[sets.enter] == 0.0)
    if not absent.any():
        return counts, possible
    rank = np.zeros(sets.nodes, np.int64)
    for k, n in enumerate(sets.path):
        enter = slice(sets.enter_first[k], sets.enter_first[k + 1])
        if enter.start < enter.stop:
            through = rank[sets.enter_from[enter]] + absent[enter]
            rank[n] = through.min()
            counts[enter] = through == rank[n]
    least = np.minimum.reduceat(rank[sets.member], sets.member_first[:-1])
    possible = rank[sets.member] == np.repeat(least, np.diff(sets.member_first))
    return counts, possible
