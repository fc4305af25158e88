"""How play ends: expected visits by elimination, and what follows from them.

Expected visits of an absorbing chain: Kemeny & Snell (1960), Finite Markov chains; the elimination
that loses no digits is that of `kernels`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.analysis.elimination import Elimination, eliminate
from offramp.core.arrays import sealed
from offramp.core.remembering import remembered
from offramp.core.sharing import runs_of, share_out, threads_for

if TYPE_CHECKING:
    from offramp.game.structure import Structure

TRUSTED = 1e-10
"""Largest error of a probability with which a draw's numbers are handed out."""
ABREAST = 128
"""Side of the largest full matrix up to which eight draws are eliminated abreast: of eight, larger
ones would not fit into a near cache."""
WHOLE = 1e-9
"""Most that ends and ``unresolved`` of a draw may miss of 1."""


@dataclass(frozen=True, eq=False)
class Absorbed:
    """What the chain of a strategy does before it ends, by draw; arrays are read-only.

    A draw whose strategy is not finite, or whose error exceeds ``TRUSTED``, is nan throughout.
    """

    visits: NDArray[np.float64]
    """(draw, node) expected number of visits from the start; inf where play may stay for ever."""
    terminal: NDArray[np.float64]
    """(draw, terminal) probability of ending there."""
    unresolved: NDArray[np.float64]
    """(draw,) probability that play never ends; exactly 0 where no class is closed."""
    rounds: NDArray[np.float64]
    """(draw,) how often play goes on into a further round; nan where it may never end."""
    error: NDArray[np.float64]
    """(draw,) bound on the error of iteration in any probability; 0 where all was eliminated."""

    def __post_init__(self) -> None:
        for field in fields(self):
            getattr(self, field.name).setflags(write=False)

    @property
    def failed(self) -> NDArray[np.bool_]:
        """(draw,) whether the draw has no numbers."""
        return np.isnan(self.unresolved)


def absorb(
    structure: Structure, strategy: NDArray[np.float64], *, elimination: Elimination | None = None
) -> Absorbed:
    """Visits, ends, unresolved mass and rounds of ``strategy`` (draw, edge) from the start.

    Linear solves by strongly connected component, in order of play. Censoring a node adds and
    never subtracts (Grassmann, Taksar & Heyman 1985), so a way out of probability 1e-12 keeps its
    relative accuracy; a class without a way out in a draw is found as such, by its edges. In every
    draw that has numbers, ends and ``unresolved`` add to 1. An ``elimination`` of the same
    structure may be handed in to save finding it again.
    """
    plan = eliminate(structure) if elimination is None else elimination
    strategy = sealed(strategy)
    draws = len(strategy)
    visits = np.zeros((draws, structure.nodes))
    terminal = np.zeros((draws, structure.terminals))
    unresolved, error = np.zeros(draws), np.zeros(draws)

    visits[:, structure.start] = 1.0
    _walk(structure, plan, strategy, visits, terminal, unresolved, error)
    rounds = _rounds(structure, strategy, visits)
    rounds[(unresolved > 0) | ~np.isfinite(rounds)] = np.nan
    amiss = np.abs(terminal.sum(axis=1) + unresolved - 1.0)
    failed = ~(error <= TRUSTED) | ~(amiss <= WHOLE)
    for array in (visits, terminal, unresolved, rounds):
        array[failed] = np.nan
    return Absorbed(visits, terminal, unresolved, rounds, error)


def visits(structure: Structure, strategy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Expected number of visits (draw, node) from the start under ``strategy`` (draw, edge)."""
    return absorb(structure, strategy).visits


def outcome_probability(
    structure: Structure, absorbed: Absorbed, outcomes: int
) -> NDArray[np.float64]:
    """Probability (draw, outcome + 1) of each outcome, and last that play never ends."""
    result = np.zeros((len(absorbed.terminal), outcomes + 1))
    for terminal, outcome in enumerate(structure.terminal_outcome):
        result[:, outcome] += absorbed.terminal[:, terminal]
    result[:, outcomes] = absorbed.unresolved
    return result


def probability_by(
    structure: Structure, absorbed: Absorbed
) -> tuple[tuple[tuple[int, int], ...], NDArray[np.float64]]:
    """Pairs (outcome, value of its ``by`` variable) that occur, and probability (draw, pair)."""
    named = np.flatnonzero(structure.terminal_by >= 0)
    ends = np.column_stack([structure.terminal_outcome, structure.terminal_by])[named]
    pairs, which = np.unique(ends, axis=0, return_inverse=True)
    result = np.zeros((len(absorbed.terminal), len(pairs)))
    for terminal, pair in zip(named, which.reshape(-1), strict=True):
        result[:, pair] += absorbed.terminal[:, terminal]
    return tuple((int(outcome), int(value)) for outcome, value in pairs), result


def edge_uses(
    structure: Structure,
    strategy: NDArray[np.float64],
    visited: NDArray[np.float64],
    edges: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Expected number of times (draw, edge) that each edge is taken; never where its odds are 0.

    Of the marked ``edges`` (edge,) only, where they are given.
    """
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    if edges is not None:
        source, strategy = source[edges], strategy.compress(edges, axis=1)
    at = visited.take(source, axis=1)
    return np.multiply(at, strategy, out=np.zeros(at.shape), where=strategy != 0)


def move_uses(
    structure: Structure,
    strategy: NDArray[np.float64],
    visited: NDArray[np.float64],
    edge_move: NDArray[np.integer],
    moves: int,
) -> NDArray[np.float64]:
    """Expected number of uses (draw, move), where ``edge_move`` (edge,) says which move an edge is.

    Edges labelled -1 are left out.
    """
    result = np.zeros((len(strategy), moves))
    chosen = np.flatnonzero(edge_move >= 0)
    for row, uses in enumerate(edge_uses(structure, strategy, visited)):
        np.add.at(result[row], edge_move[chosen], uses[chosen])
    return result


def spread(work: Callable[[int, int], None], draws: int) -> None:
    """Call ``work(low, high)`` for all draws, in a few runs for every processor."""
    threads = threads_for(0)
    runs = runs_of(draws, max(1, -(-draws // (4 * threads))))
    share_out(lambda run: work(run.start, run.stop), runs, threads)


def probability_ever(
    structure: Structure,
    strategy: NDArray[np.float64],
    *,
    nodes: NDArray[np.bool_] | None = None,
    edges: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Probability (draw,) that play is ever at one of ``nodes`` (node,) or takes one of ``edges``.

    Solved as absorption at the first time, so that events may repeat and play need not end.
    """
    marked = np.zeros(structure.edges, bool) if edges is None else edges.copy()
    if nodes is not None:
        marked |= np.repeat(nodes, np.diff(structure.first))
    return absorb(_stopped(structure, marked.tobytes()), strategy).terminal[:, -1]


@remembered
def _stopped(structure: Structure, edges: bytes) -> Structure:
    """The structure in which the marked ``edges`` lead into one more terminal, the last.

    Few of its nodes still lie in cycles, often none: its components are found anew.
    """
    from offramp.game import condense

    marked, event = np.frombuffer(edges, np.bool_), structure.terminals
    target = np.where(marked, -event - 1, structure.target)
    order, component, cyclic = condense(structure.first, target, structure.step)
    return replace(
        structure,
        target=target,
        order=order,
        component=component,
        cyclic=cyclic,
        turns=structure.turns & ~marked,
        at_end_edge=structure.at_end_edge & ~marked,
        terminals=event + 1,
        terminal_outcome=np.append(structure.terminal_outcome, -1),
        terminal_by=np.append(structure.terminal_by, -1),
    )


def _walk(
    structure: Structure,
    plan: Elimination,
    strategy: NDArray[np.float64],
    visits: NDArray[np.float64],
    terminal: NDArray[np.float64],
    unresolved: NDArray[np.float64],
    error: NDArray[np.float64],
) -> None:
    """Fill the arrays component by component: runs of eliminated ones, iterated ones alone."""
    from offramp.analysis import kernels

    def eliminated(low: int, high: int) -> None:
        _eliminate_run(
            structure, plan, low, high, bottom, top, strategy, visits, terminal, unresolved
        )

    def iterated(low: int, high: int) -> None:
        from offramp.analysis.iterative import Component

        which = bottom - 1
        nodes = plan.order[structure.component[which] : structure.component[which + 1]]
        component = Component(structure, plan.home, which, nodes)
        for draw in range(low, high):
            left, lost = component.absorb(strategy[draw], visits[draw], terminal[draw])
            error[draw] += left
            unresolved[draw] += lost

    top = len(plan.kind)
    for large in [*np.flatnonzero(plan.kind == kernels.ITERATIVE)[::-1], -1]:
        bottom = int(large) + 1
        spread(eliminated, len(strategy))
        if bottom > 0:
            spread(iterated, len(strategy))
        top = bottom - 1


def _eliminate_run(
    structure: Structure,
    plan: Elimination,
    low: int,
    high: int,
    bottom: int,
    top: int,
    strategy: NDArray[np.float64],
    visits: NDArray[np.float64],
    terminal: NDArray[np.float64],
    unresolved: NDArray[np.float64],
) -> None:
    """Components ``bottom`` to ``top`` of draws ``low`` to ``high``, faint ones in logs."""
    from offramp.analysis.faint import absorb_faintly
    from offramp.analysis.kernels import absorb_draws
    from offramp.analysis.kernels_abreast import absorb_abreast

    layout = (plan.graph(structure), plan.triangles())
    stopped = np.full(len(strategy), -1)
    left = np.zeros(len(strategy), np.bool_)
    if plan.side(structure) <= ABREAST:
        absorb_abreast(low, high, bottom, top, *layout, strategy, visits, terminal, left)
    else:
        left[low:high] = True
    for draw in np.flatnonzero(left).tolist():
        absorb_draws(draw, draw + 1, bottom, top, *layout, strategy, visits, terminal, stopped)
    for draw in np.flatnonzero(stopped >= 0).tolist():
        while (which := int(stopped[draw])) >= 0:
            unresolved[draw] += absorb_faintly(
                structure, plan, which, strategy[draw], visits[draw], terminal[draw]
            )
            stopped[draw] = -1
            absorb_draws(
                draw, draw + 1, bottom, which, *layout, strategy, visits, terminal, stopped
            )


def _rounds(
    structure: Structure, strategy: NDArray[np.float64], visited: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Expected number (draw,) of edges taken that turn a round and go on playing."""
    edges = np.flatnonzero(structure.turns & ~structure.at_end_edge)
    source = np.searchsorted(structure.first, edges, side="right") - 1
    odds = strategy.take(edges, axis=1)
    taken = np.multiply(
        visited.take(source, axis=1), odds, out=np.zeros(odds.shape), where=odds != 0
    )
    return taken.sum(axis=1)  # row by row: the same for any other draws
