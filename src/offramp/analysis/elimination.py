"""The order in which the nodes of each component are eliminated, found once for all draws.

Source: Markowitz (1957), The elimination form of the inverse and its application to linear
programming.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.remembering import remembered

if TYPE_CHECKING:
    from offramp.game.structure import Structure

LARGEST = 20_000
"""Components with more nodes are iterated: their bit tables would take more than 100 MB."""
WORK = 600_000_000
"""Multiplications per draw above which a component is iterated (about 1,200 dense heads)."""


@dataclass(frozen=True, eq=False)
class Elimination:
    """A structure's components with their order of elimination and fill; for every draw the same.

    ``order`` is ``Structure.order`` with the eliminated components in their order of elimination.
    """

    order: NDArray[np.int64]
    """(node,)"""
    kind: NDArray[np.int64]
    """(component,) 0 acyclic, 1 eliminated, 2 iterated."""
    full: NDArray[np.int64]
    """(component,) the place from which an eliminated component is kept as a full matrix."""
    home: NDArray[np.int64]
    """(node,) the component of a node."""
    place: NDArray[np.int64]
    """(node,) position inside its component."""
    lower_first: NDArray[np.int64]
    """(node + 1,) pointer into ``lower``, by position in ``order``."""
    lower: NDArray[np.int64]
    """(entry,) earlier pivots that a row flows into, by place; rising in a row."""
    upper_first: NDArray[np.int64]
    """(node + 1,) pointer into ``upper``."""
    upper: NDArray[np.int64]
    """(entry,) later pivots that a row flows into, by place."""

    def graph(self, structure: Structure) -> tuple[NDArray[Any], ...]:
        """Edges and components as ``kernels.absorb_draws`` wants them."""
        edges, order = (structure.first, structure.target), (self.order, structure.component)
        return (*edges, *order, self.home, self.kind, self.full, self.place)

    def side(self, structure: Structure) -> int:
        """Rows of the largest full matrix."""
        rows = np.diff(structure.component) - self.full
        return int(rows[self.kind == 1].max(initial=0))

    def triangles(self) -> tuple[NDArray[np.int64], ...]:
        """The rows of the factors as ``kernels.absorb_draws`` wants them."""
        return (self.lower_first, self.lower, self.upper_first, self.upper)


@remembered
def eliminate(structure: Structure, *, work: int = WORK, largest: int = LARGEST) -> Elimination:
    """Choose an order of elimination for every cyclic component (Markowitz's least fill).

    A component that needs more than ``work`` multiplications a draw, or has more than
    ``largest`` nodes, is left to iteration.
    """
    component, nodes = structure.component, structure.nodes
    sizes = np.diff(component)
    order = structure.order.copy()
    kind, full = np.zeros(len(sizes), np.int64), sizes.copy()
    home = np.empty(nodes, np.int64)
    home[order] = np.repeat(np.arange(len(sizes)), sizes)
    offset = np.arange(nodes) - np.repeat(component[:-1], sizes)
    place = np.empty(nodes, np.int64)
    place[order] = offset
    rows = [np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)]
    entries: tuple[list[NDArray[np.int64]], ...] = ([], [])
    for which in np.flatnonzero(structure.cyclic):
        span = slice(component[which], component[which + 1])
        found = _pattern(structure, order[span], home, place, work, largest)
        kind[which] = 2 if found is None else 1
        if found is not None:
            order[span], full[which], *pointers, low, up = found
            for row, pointer in zip(rows, pointers, strict=True):
                row[span] = np.diff(pointer)
            entries[0].append(low)
            entries[1].append(up)
    place[order] = offset
    return Elimination(
        order=order,
        kind=kind,
        full=full,
        home=home,
        place=place,
        lower_first=_pointer(rows[0]),
        lower=_joined(entries[0]),
        upper_first=_pointer(rows[1]),
        upper=_joined(entries[1]),
    )


def _pattern(
    structure: Structure,
    nodes: NDArray[np.int64],
    home: NDArray[np.int64],
    place: NDArray[np.int64],
    work: int,
    largest: int,
) -> tuple[Any, ...] | None:
    """Order, begin of the full part, row pointers, triangles; None for too large a component."""
    from offramp.analysis import kernels

    if len(nodes) > largest:
        return None
    turn, full, out, into = kernels.eliminate_symbolically(
        nodes, home, place, structure.first, structure.target, work
    )
    if len(turn) == 0:
        return None
    lower_first, lower, upper_first, upper = kernels.triangles(turn, full, out, into)
    return nodes[turn], full, lower_first, upper_first, lower, upper


def _pointer(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts by row as a pointer that begins with 0."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])


def _joined(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The parts one after the other."""
    return np.concatenate(parts) if parts else np.empty(0, np.int64)
