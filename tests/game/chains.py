"""Reading a game's graph plainly: who follows whom, and which nodes can come back to themselves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from offramp.game import Structure


def following(structure: Structure, node: int) -> list[int]:
    """The nodes that the edges of a node lead to."""
    edges = structure.target[structure.first[node] : structure.first[node + 1]]
    return [int(target) for target in edges if target >= 0]


def reaches(structure: Structure) -> list[set[int]]:
    """Per node the nodes that one or more edges lead to, by plain search."""
    found: list[set[int]] = []
    for node in range(structure.nodes):
        seen: set[int] = set()
        waiting = following(structure, node)
        while waiting:
            other = waiting.pop()
            if other not in seen:
                seen.add(other)
                waiting.extend(following(structure, other))
        found.append(seen)
    return found


def members(structure: Structure) -> Iterator[np.ndarray]:
    """The nodes of each component, in the order of the structure."""
    for low, high in zip(structure.component[:-1], structure.component[1:], strict=True):
        yield structure.order[low:high]
