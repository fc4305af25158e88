"""Absorption in a component whose ways out are faint or missing: the same elimination in logs.

Which classes have no way out is decided by the edges that have any probability, never by the size
of a pivot: what comes to such a class stays there. Everything else leaves, however slowly, and
probabilities such as 1e-300 times 1e-300 are kept as logarithms (-inf is 0) until they are added
to what they amount to. Equations: Grassmann, Taksar & Heyman (1985), as in `kernels`; slower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import LINKED, njit

if TYPE_CHECKING:
    from offramp.analysis.elimination import Elimination
    from offramp.game.structure import Structure

NEVER = -np.inf


def absorb_faintly(
    structure: Structure,
    plan: Elimination,
    which: int,
    odds: NDArray[np.float64],
    mass: NDArray[np.float64],
    ends: NDArray[np.float64],
) -> float:
    """Turn the arrivals ``mass`` (node,) of component ``which`` into visits and pass them on.

    ``odds`` (edge,) is the strategy of one draw, ``ends`` (terminal,) grows. Returns the mass that
    never leaves; visits of classes that hold it are inf.
    """
    nodes = plan.order[structure.component[which] : structure.component[which + 1]]
    label, closed = _closed_classes(structure, nodes, plan.place, plan.home == which, odds)
    _absorb_in_logs(which, plan.graph(structure), plan.triangles(), closed, odds, mass, ends)
    held = closed[plan.place[nodes]]
    lost = float(mass[nodes[held]].sum())
    reached = np.unique(label[held & (mass[nodes] > 0.0)])
    mass[nodes[held & np.isin(label, reached)]] = np.inf
    return lost


def _closed_classes(
    structure: Structure,
    nodes: NDArray[np.int64],
    place: NDArray[np.int64],
    inside: NDArray[np.bool_],
    odds: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """The class (place,) of every node of a component, by this draw's edges; is it closed?"""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    count = np.diff(structure.first)[nodes]
    edges = np.concatenate([np.arange(*structure.first[node : node + 2]) for node in nodes])
    source = np.repeat(place[nodes], count)[odds[edges] != 0.0]
    target = structure.target[edges[odds[edges] != 0.0]]
    stays = (target >= 0) & inside[np.maximum(target, 0)]
    goal = place[np.where(stays, target, nodes[0])]
    links = csr_array(
        (np.ones(int(stays.sum()), np.int8), (source[stays], goal[stays])),
        shape=(len(nodes), len(nodes)),
    )
    classes, label = connected_components(links, directed=True, connection="strong")
    closed = np.ones(classes, bool)
    closed[label[source[~stays | (label[goal] != label[source])]]] = False
    return label, closed[label]


@njit(cache=True, nogil=True)
def _absorb_in_logs(which, graph, triangles, closed, odds, mass, ends):
    """See ``absorb_faintly``; what comes to a ``closed`` node (place,) is kept there, once.

    Other arguments as in ``kernels.absorb_draws``.
    """
    first, target, order, component, home, _, full, place = graph
    base, size, begin = component[which], component[which + 1] - component[which], full[which]
    nodes = order[base : base + size]
    _, lower_index, _, upper_index = triangles
    lower, upper = np.empty(lower_index.size), np.empty(upper_index.size)
    tail = np.full((size - begin, size - begin), NEVER)
    total, leave, work = np.empty(size), np.empty(size), np.full(size, NEVER)
    extent, factors = (base, size, begin), (lower, upper, tail, total)
    for row in range(size):
        leave[row] = 0.0
        if not closed[row]:
            leave[row] = _open_row(nodes[row], which, home, place, first, target, odds, work)
        _censor_row(row, extent, triangles, factors, leave, work)
    for row in range(size):
        work[row] = np.log(mass[nodes[row]])
    _visit(extent, triangles, factors, work)
    for row in range(size):
        mass[nodes[row]] = np.exp(work[row])
        if not closed[row]:
            _pass_on(nodes[row], which, home, first, target, odds, work[row], mass, ends)


@njit(nogil=True, **LINKED)
def _plus(one, two):
    """log(exp(one) + exp(two))."""
    if one < two:
        one, two = two, one
    return one if two == NEVER else one + np.log1p(np.exp(two - one))


@njit(nogil=True, **LINKED)
def _open_row(node, which, home, place, first, target, odds, work):
    """Write a node's flows inside the component to ``work``; log of what leaves at once.

    ``odds`` is (edge,), ``work`` (place,).
    """
    out = NEVER
    for edge in range(first[node], first[node + 1]):
        goal = target[edge]
        flow = np.log(odds[edge])
        if goal >= 0 and home[goal] == which:
            work[place[goal]] = _plus(work[place[goal]], flow)
        else:
            out = _plus(out, flow)
    return out


@njit(nogil=True, **LINKED)
def _censor_row(row, extent, triangles, factors, leave, work):
    """Censor one row by the pivots before it; ``work``, its flows, ends as NEVER.

    ``work``, ``total`` and ``leave`` are (row,).
    """
    base, size, full = extent
    lower_first, lower_index, upper_first, upper_index = triangles
    lower, upper, tail, total = factors
    here, out = base + row, leave[row]
    for at in range(lower_first[here], lower_first[here + 1]):
        past = lower_index[at]
        lower[at] = work[past]
        work[past] = NEVER
        share = lower[at] - total[past]
        if share > NEVER:
            out = _plus(out, share + leave[past])
            for up in range(upper_first[base + past], upper_first[base + past + 1]):
                work[upper_index[up]] = _plus(work[upper_index[up]], share + upper[up])
    for past in range(full, row):
        tail[row - full, past - full] = work[past]
        share = work[past] - total[past]
        work[past] = NEVER
        if share > NEVER:
            out = _plus(out, share + leave[past])
            for column in range(past + 1, size):
                work[column] = _plus(work[column], share + tail[past - full, column - full])
    leave[row], work[row] = out, NEVER
    if row < full:
        for up in range(upper_first[here], upper_first[here + 1]):
            upper[up] = work[upper_index[up]]
            work[upper_index[up]] = NEVER
            out = _plus(out, upper[up])
    else:
        for column in range(row + 1, size):
            tail[row - full, column - full] = work[column]
            out = _plus(out, work[column])
            work[column] = NEVER
    total[row] = out


@njit(nogil=True, **LINKED)
def _visit(extent, triangles, factors, work):
    """Turn the arrivals ``work`` (row,) of a factored component into visits, all in logs.

    ``total`` is (row,), ``tail`` (row, column).
    """
    base, size, full = extent
    lower_first, lower_index, upper_first, upper_index = triangles
    lower, upper, tail, total = factors
    for row in range(size):
        share = work[row] - total[row]
        if row < full:
            for up in range(upper_first[base + row], upper_first[base + row + 1]):
                work[upper_index[up]] = _plus(work[upper_index[up]], share + upper[up])
        else:
            for column in range(row + 1, size):
                work[column] = _plus(work[column], share + tail[row - full, column - full])
    for row in range(size - 1, -1, -1):
        work[row] -= total[row]
        for column in range(full, row):
            work[column] = _plus(work[column], work[row] + tail[row - full, column - full])
        for at in range(lower_first[base + row], lower_first[base + row + 1]):
            work[lower_index[at]] = _plus(work[lower_index[at]], work[row] + lower[at])


@njit(nogil=True, **LINKED)
def _pass_on(node, which, home, first, target, odds, visits, mass, ends):
    """Hand the visits of a node, in logs, on to later components and to the ends.

    ``mass`` is (node,), ``ends`` (terminal,).
    """
    for edge in range(first[node], first[node + 1]):
        goal = target[edge]
        if goal < 0:
            ends[-goal - 1] += np.exp(visits + np.log(odds[edge]))
        elif home[goal] != which:
            mass[goal] += np.exp(visits + np.log(odds[edge]))
