"""Backwards through the equilibrium: from quantities to their slopes by the numbers.

Values solve V = T(V, numbers), so a quantity q(V, play, numbers) changes with the numbers by
mu dT/dnumbers, where mu solves the transposed system (I - dT/dV)' mu = dq/dV. It is solved
component by component, in order of play: a transposed round maps the multipliers at the
heads of a component to themselves, and GMRES finds the fixed point. One solve serves all
numbers (implicit function theorem; solving.md, section 2). Draws are taken eight abreast.

Source: Griewank & Walther (2008), Evaluating derivatives. One transposed system for each quantity
is cheaper than one system for each number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from offramp.core.arrays import sealed
from offramp.core.sharing import runs_of, share_out, threads_for
from offramp.game.structure import Structure, Tables
from offramp.solvers.gradients.adjoint_kernels import (
    Derivatives,
    Known,
    Quantities,
    foresee,
    pull_draws,
)
from offramp.solvers.kernels.abreast import WIDTH
from offramp.solvers.kernels.layout import Layout, arrange
from offramp.solvers.perfect.records import arrays_of, like_for

Array = NDArray[np.float64]
ACCEPTED = 1e-9
"""Largest residual, relative to the right-hand side, with which slopes are handed out."""
NEAR_SINGULAR = 1e5
"""Condition of a component's system above which slopes are flagged."""
BASIS = 150
"""Krylov vectors before GMRES begins again."""
NAMES = ("pay", "odds", "end_pay", "patience", "precision")


@dataclass(frozen=True, eq=False)
class Pullback:
    """Slopes of one quantity by every number of some draws, (draw, ...) as in the tables."""

    slopes: dict[str, Array]
    """By the names of the tables."""
    condition: Array
    """(draw,) estimate for I - dT/dV as far as the quantity feels it; from 1 upwards."""
    residual: Array
    """(draw,) largest residual of a transposed system, relative to its right-hand side."""
    missing: Array
    """(draw,) likewise of the worth ahead, or of discounted visits; 0 where neither is needed."""

    @property
    def sound(self) -> NDArray[np.bool_]:
        """(draw,) whether slopes can be trusted: solved, and not near a fold of the equilibria."""
        return (self.residual <= ACCEPTED) & (self.condition <= NEAR_SINGULAR)


@dataclass(frozen=True, eq=False)
class Quantity:
    """What is differentiated: a party's value at the start, or its payoff, or worth met.

    With ``party`` -1 it is the expected worth, undiscounted, of what is met at the end
    (terminal,) and on the way (edge,); ``raw`` is for payoffs where values are not payoffs.
    """

    party: int = -1
    raw: bool = False
    at_end: Array | None = None
    on_edge: Array | None = None


def pull_back(
    structure: Structure,
    tables: Tables,
    draws: Sequence[int],
    known: Known,
    quantities: Sequence[Quantity],
    *,
    layout: Layout | None = None,
    workers: int = 0,
) -> tuple[Pullback, ...]:
    """Slopes of every quantity by all numbers of ``draws``, at their equilibria.

    ``known`` has the values and payoffs of all draws of the tables, and the visits of ``draws``
    where worth met is asked for. ``layout`` of the same structure may be handed
    in to save arranging it again.
    """
    layout = arrange(structure) if layout is None else layout
    shape, chosen = layout.shape, np.asarray(draws, np.int64)
    asked = Quantities(
        np.array([2 if one.raw else 0 if one.party >= 0 else 1 for one in quantities], np.int64),
        np.array([one.party for one in quantities], np.int64),
        _rows([one.at_end for one in quantities], np.arange(structure.terminals)),
        _rows([one.on_edge for one in quantities], shape.edge),
    )
    slopes = _room(tables, len(quantities), len(chosen))
    like, arrays = like_for(shape), arrays_of(tables)
    known = Known(*map(sealed, known))
    abreast = np.column_stack([chosen, np.arange(len(chosen))])
    job = partial(pull_draws, like, shape, arrays)
    width = WIDTH if like.ndim == 2 else 1
    threads = threads_for(workers)
    size = width * max(1, -(-len(chosen) // (2 * threads * width)))
    share_out(
        lambda run: job(abreast[run.start : run.stop], BASIS, known, asked, slopes),
        runs_of(len(chosen), size),
        threads,
    )
    return tuple(
        Pullback(
            {name: getattr(slopes, name)[q] for name in NAMES},
            slopes.condition[q],
            slopes.residual[q],
            slopes.missing[q],
        )
        for q in range(len(quantities))
    )


def worth_ahead(
    structure: Structure, strategy: Array, at_end: Array, on_edge: Array | None = None
) -> tuple[Array, float]:
    """Expected worth (node,) of what is met from there on, undiscounted, and the residual.

    Under a ``strategy`` (edge,); ``at_end`` (terminal,) is met at the end and ``on_edge`` (edge,)
    on the way. The residual is relative; it is large where play may never end and what is met
    never does either.
    """
    shape = arrange(structure).shape
    ahead, residual = np.zeros((1, structure.nodes)), np.zeros(1)
    foresee(
        like_for(shape),
        shape,
        sealed(strategy[None]),
        _rows([at_end], np.arange(len(at_end))),
        _rows([on_edge], shape.edge),
        BASIS,
        ahead,
        residual,
    )
    return ahead[0], float(residual[0])


def _rows(given: Sequence[Array | None], order: NDArray[np.int64]) -> Array:
    """(quantity, place) in some order, zero where nothing is given."""
    found = np.zeros((len(given), len(order)))
    for row, one in zip(found, given, strict=True):
        if one is not None:
            row[:] = one[order]
    return found


def _room(tables: Tables, quantities: int, draws: int) -> Derivatives:
    """Rows for all slopes, still to be filled."""
    room = [np.zeros((quantities, draws, *getattr(tables, name).shape[1:])) for name in NAMES]
    return Derivatives(*room, *np.zeros((3, quantities, draws)))
