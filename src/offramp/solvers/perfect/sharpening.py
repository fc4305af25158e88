"""Values sharpened by Newton's method, where sweeps cannot tell payoffs to a hundred-millionth.

An error of one backup adds up over 1 / (1 - patience) rounds. Where patience is near 1, or some
end that nobody chooses dwarfs all that is paid, the smallest residual that rounding allows is
not small enough. Here V = origin + U is solved for U, with the origin near the value at the
start: a turning edge then pays pay - (1 - patience) origin, in which nothing large is left to
cancel (the relative values of average-reward problems: Puterman 1994, Markov Decision
Processes, section 8.2). U - T(U) is driven to nothing with (I - dT/dU), factorised. The last step
is how far off values still are; it bounds what certificates promise.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.solvers.kernels.certificate import back_up, edge_totals, sparse_jacobian

Array = NDArray[np.float64]
RIGHT = 1e-8
"""Payoffs of a solved draw are right to this share of what is at stake on the way."""
ENOUGH = 1e-10
"""Share of it below which the last step of Newton's method may be."""
STEPS = 40
TRAVELLED = 1e-9
"""Nodes that play comes to less often are not on the way."""


class Sharpened(NamedTuple):
    """One draw; arrays in the order of the structure."""

    value: Array
    """(node, party)."""
    payoff: Array
    """(node, party) raw pays under the strategy."""
    strategy: Array
    """(edge,)."""
    residual: float
    """Largest |V - T(V)|."""
    error: Array
    """(party,) how far payoffs on the way may be off, as a share of what is at stake there."""


def sharpen(structure: Structure, tables: Tables, draw: int, value: Array) -> Sharpened:
    """Newton's method from ``value`` (node, party), which nearly solves the draw.

    ``error`` is inf where it does not converge; the values are then the last ones.
    """
    origin = value[structure.start].copy()
    relative, step = value - origin, np.full_like(value, np.inf)
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            chance, fresh = back_up(structure, tables, draw, relative, origin)
            jacobian = sparse_jacobian(structure, tables, draw, relative, origin)
            step = solve_for(jacobian, relative - fresh)
            if not np.isfinite(step).all():
                break
            relative = relative - step
            moved = relative[structure.start].copy()
            relative, origin = relative - moved, origin + moved
            scale = _scale(structure, tables, draw, relative + origin, chance)
            if (np.abs(step) <= ENOUGH * scale).all():
                break
        chance, fresh = back_up(structure, tables, draw, relative, origin)
        residual = float(np.abs(relative - fresh).max())
        error = _share_of(structure, tables, draw, step, relative + origin, chance)
        value = payoff = relative + origin
        if tables.entropy:
            for _ in range(2):
                payoff, step = raw_payoffs(structure, tables, draw, payoff, chance)
            more = _share_of(structure, tables, draw, step, payoff, chance)
            error = np.maximum(error, more)
    return Sharpened(value, payoff, chance, residual, error)


def solve_for(jacobian, missed: Array) -> Array:
    """(I - J)^-1 ``missed`` (node, party), by a sparse factorisation; nan where it is singular."""
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import splu

    if not (np.isfinite(missed).all() and np.isfinite(jacobian.data).all()):
        return np.full_like(missed, np.nan)
    try:
        factor = splu((eye_array(missed.size) - jacobian).tocsc())
    except RuntimeError:
        return np.full_like(missed, np.nan)
    return factor.solve(missed.ravel()).reshape(missed.shape)


def raw_payoffs(
    structure: Structure, tables: Tables, draw: int, guess: Array, chance: Array
) -> tuple[Array, Array]:
    """What play ``chance`` (edge,) pays, and the last correction, both (node, party).

    The origin is where ``guess`` is at the start.
    """
    from scipy.sparse import coo_array

    origin = guess[structure.start].copy()
    payoff, last = guess - origin, np.zeros_like(guess)
    inner, shape = structure.target >= 0, (structure.nodes, structure.nodes)
    for party in range(structure.parties):
        kept = np.where(structure.turns, tables.patience[draw, party], 1.0)[inner] * chance[inner]
        for _ in range(3):
            source, total = edge_totals(structure, tables, draw, payoff, origin)
            fresh = np.bincount(source, chance * total[:, party], structure.nodes)
            after = coo_array((kept, (source[inner], structure.target[inner])), shape=shape)
            last[:, party] = solve_for(after.tocsr(), payoff[:, party] - fresh)
            payoff[:, party] -= last[:, party]
    return payoff + origin, last


def _scale(structure: Structure, tables: Tables, draw: int, value: Array, chance: Array) -> Array:
    """(node, party) what errors are measured by: the value there, or the stakes on the way."""
    return np.maximum(stakes_on_the_way(structure, tables, draw, value, chance), np.abs(value))


def _share_of(
    structure: Structure, tables: Tables, draw: int, step: Array, value: Array, chance: Array
) -> Array:
    """(party,) the largest step (node, party) relative to that scale; inf where there is none."""
    scale = _scale(structure, tables, draw, value, chance)
    off = np.abs(step) / np.where(scale > 0.0, scale, 1.0)
    return np.where(np.isfinite(off), off, np.inf).max(axis=0, initial=0.0)


def stakes_on_the_way(
    structure: Structure, tables: Tables, draw: int, value: Array, chance: Array
) -> Array:
    """(party,) the largest value, or pay weighted by its odds, met where play really comes."""
    on_the_way = _travelled(structure, chance)
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    ends = structure.target < 0
    paid = tables.pay[draw, structure.pay_class].copy()
    paid[ends] += tables.end_pay[draw, -structure.target[ends] - 1]
    weighted = np.abs(paid) * np.where(on_the_way[source], chance, 0.0)[:, None]
    weighted[~(chance > 0.0)] = 0.0
    return np.maximum(
        np.abs(value[on_the_way]).max(axis=0, initial=0.0), weighted.max(axis=0, initial=0.0)
    )


def _travelled(structure: Structure, chance: Array) -> NDArray[np.bool_]:
    """(node,) whether moves of more than ``TRAVELLED`` each lead there from the start."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    taken = (structure.target >= 0) & (chance > TRAVELLED)
    links = csr_array(
        (np.ones(int(taken.sum()), np.int8), (source[taken], structure.target[taken])),
        shape=(structure.nodes, structure.nodes),
    )
    order = breadth_first_order(links, structure.start, return_predecessors=False)
    reached = np.zeros(structure.nodes, bool)
    reached[order] = True
    return reached
