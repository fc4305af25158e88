"""Liveness: variables that nothing reads before they are reset are dropped from the state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.expressions import Expression, names
from offramp.game.exploration import ROUND, Reached
from offramp.game.kernels import Numbering, first_of_each
from offramp.scenario import Meaning, MoveMeaning


@dataclass(frozen=True, eq=False)
class Merged:
    """Full nodes to solved nodes, and for every solved node the full node it is named after."""

    node: NDArray[np.int64]
    representative: NDArray[np.int64]


def outcome_reads(meaning: Meaning, watched: frozenset[str]) -> dict[int, frozenset[str]]:
    """Per outcome the variables that its pay, its ``by`` and the watched names read."""
    return {
        position: _read(*(formula for _, formula in outcome.pay))
        | ({meaning.variables[outcome.by].name} if outcome.by is not None else frozenset())
        | watched
        for position, outcome in enumerate(meaning.outcomes)
    }


def live_variables(meaning: Meaning, watched: frozenset[str]) -> tuple[frozenset[str], ...]:
    """Per step the variables whose values at that step can still matter.

    The least fixed point of the backward flow: read by this step's formulas, or alive
    after one of its moves and not overwritten by it. ``watched`` names stay alive, and are
    known after every move too, before a round's variables are reset.
    """
    ends = outcome_reads(meaning, watched)
    reset = {variable.name for variable in meaning.variables if variable.every_round}
    always = watched | ({ROUND} if meaning.limit else frozenset[str]())
    live = [always for _ in meaning.steps]
    while True:
        before = list(live)
        for position in reversed(range(len(meaning.steps))):
            going = live[(position + 1) % len(live)]
            if position == len(live) - 1:
                closing = ends[meaning.at_end] if meaning.at_end is not None else frozenset[str]()
                going = (going | closing) - reset
            reads = live[position]
            for move in meaning.steps[position].moves:
                after = going if move.end is None else ends[move.end]
                reads |= _needed(meaning, move, after | watched)
            live[position] = reads
        if live == before:
            return tuple(live)


def merge(meaning: Meaning, reached: Reached, watched: frozenset[str]) -> Merged:
    """Nodes that differ only in dead variables become one; a tree of histories stays as it is."""
    if meaning.draws:
        every = np.arange(len(reached.step))
        return Merged(every, every)
    numbering = Numbering()
    steps = len(meaning.steps)
    keys = np.zeros(len(reached.step), np.int64)
    for position, live in enumerate(live_variables(meaning, watched)):
        at = np.flatnonzero(reached.step == position)
        mask = reached.columns.mask(live)
        keys[at] = reached.columns.code(reached.rows[at], mask) * steps + position
    if reached.entered is None:
        node, count = numbering.number(keys), numbering.count
    else:
        node, count = _by_way(meaning, reached, keys)
    return Merged(node, first_of_each(node, count))


def _by_way(
    meaning: Meaning, reached: Reached, keys: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int]:
    """Numbers by ``keys``, or by the way to it where a node has one of its own; their count."""
    assert reached.entered is not None
    shared, moves = reached.entered < 0, sum(len(step.moves) for step in meaning.steps)
    node = np.full(len(keys), -1, np.int64)
    public, ways = Numbering(), Numbering()
    node[shared] = public.number(keys[shared])
    source = np.searchsorted(reached.first, reached.entered, side="right") - 1
    for position in range(1, len(meaning.steps)):
        own = np.flatnonzero(~shared & (reached.step == position))
        entered = reached.entered[own]
        node[own] = public.count + ways.number(node[source[own]] * moves + reached.move[entered])
    return node, public.count + ways.count


def _needed(meaning: Meaning, move: MoveMeaning, after: frozenset[str]) -> frozenset[str]:
    """What must be known before the move so that all that is alive after it is known."""
    formulas = [formula for _, formula in move.pay]
    formulas += [formula for formula in (move.when, move.odds, move.weight) if formula is not None]
    written = {meaning.variables[variable].name: formula for variable, formula in move.then}
    formulas += [formula for name, formula in written.items() if name in after]
    return _read(*formulas) | (after - written.keys())


def _read(*formulas: Expression) -> frozenset[str]:
    return frozenset[str]().union(*(names(formula) for formula in formulas))
