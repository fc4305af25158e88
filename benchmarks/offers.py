"""The game of alternating offers in Gambit's format, for a program that reads nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from offramp.game.structure import Structure, Tables
from offramp.testing.random_information import haggle


def offers_text(precision: float) -> str:
    """Eleven offers, three rounds, everything seen; payoffs in units of 1 / precision.

    Patience is 1: a tree with payoffs at its ends alone weighs late choices by the discount until
    then, which a precision for each choice does not.
    """
    structure, tables = haggle(types=1, precision=precision, patience=1.0)
    heading = 'EFG 2 R "Alternating offers" { "first" "second" }\n""\n\n'
    return heading + "\n".join(_lines(structure, tables)) + "\n"


def _lines(structure: Structure, tables: Tables) -> Iterator[str]:
    """Nodes and ends in the order of play, every node before what follows it."""
    left, ends = [structure.start], 0
    while left:
        node = left.pop()
        if node < 0:
            ends += 1
            worth = tables.end_pay[0, -node - 1] * tables.precision[0]
            yield f't "" {ends} "" {{ {worth[0]:.17g}, {worth[1]:.17g} }}'
            continue
        edges = range(structure.first[node], structure.first[node + 1])
        moves = " ".join(f'"{k}"' for k in range(len(edges)))
        yield f'p "" {structure.mover[node] + 1} {node + 1} "" {{ {moves} }} 0'
        left += [int(structure.target[edge]) for edge in reversed(edges)]
