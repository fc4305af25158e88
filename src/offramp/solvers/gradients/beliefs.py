"""Slopes of quantities by the numbers of a game in which somebody does not see everything.

Beliefs answer play, and so they change with every number. The whole is one smooth system in the
hopes at information sets and the values at the ghosts of heads (`equations` of `imperfect.large`);
one transposed solve a quantity gives its slopes by all numbers, whichever engine solved the game.

Equations: `belief_kernels`; source: Griewank & Walther (2008), Evaluating derivatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu

from offramp.core.sharing import runs_of, share_out, threads_for
from offramp.game.structure import Structure, Tables
from offramp.solvers.equilibria import Equilibria
from offramp.solvers.gradients.adjoint import NAMES, Pullback, Quantity, worth_ahead
from offramp.solvers.gradients.belief_kernels import (
    Pull,
    Seeds,
    krylov_of,
    pull_for,
    solve_transposed,
)
from offramp.solvers.imperfect.large.equations import SystemState, evaluate, state_for
from offramp.solvers.imperfect.large.set_layout import (
    EdgeNumbers,
    SetGame,
    arrange_sets,
    edge_numbers_of,
)

Array = NDArray[np.float64]
TOLERANCE = 1e-12


class _Solution(NamedTuple):
    """One draw linearised at its equilibrium."""

    numbers: EdgeNumbers
    state: SystemState
    unit: Array
    """(unknown,) scale of each."""


class _Rows(NamedTuple):
    """(quantity, draw) rows to be filled; slopes by the names of the tables."""

    slopes: dict[str, Array]
    condition: Array
    residual: Array
    missing: Array


def pull_back_beliefs(
    structure: Structure,
    tables: Tables,
    draws: Sequence[int],
    equilibria: Equilibria,
    visits: Array,
    quantities: Sequence[Quantity],
    *,
    workers: int = 0,
) -> tuple[Pullback, ...]:
    """Slopes of every quantity by all numbers of ``draws``, at their equilibria.

    ``visits`` (row, node) of ``draws`` are needed where worth met is asked for.
    """
    game, count = arrange_sets(structure), (len(quantities), len(draws))
    slopes = {name: np.zeros((*count, *getattr(tables, name).shape[1:])) for name in NAMES}
    rows = _Rows(slopes, *np.zeros((3, *count)))

    def one(single: range) -> None:
        row = single[0]
        own = visits[row] if len(visits) else np.zeros(0)
        _pull_draw(game, tables, draws[row], equilibria, own, quantities, rows, row)

    share_out(one, runs_of(len(draws), 1), threads_for(workers))
    return tuple(
        Pullback(
            {name: slope[q] for name, slope in slopes.items()},
            rows.condition[q],
            rows.residual[q],
            rows.missing[q],
        )
        for q in range(len(quantities))
    )


def _pull_draw(
    game: SetGame,
    tables: Tables,
    draw: int,
    equilibria: Equilibria,
    visits: Array,
    quantities: Sequence[Quantity],
    rows: _Rows,
    row: int,
) -> None:
    """Fill the rows of one draw."""
    sets, at = game.sets, _stand(game, tables, draw, equilibria)
    pull = pull_for(sets, tables.pay.shape[1], tables.odds.shape[1])
    krylov, told = krylov_of(len(at.unit)), np.zeros(2)
    nothing = Seeds(0, -1, np.zeros(len(sets.target)))
    for q, quantity in enumerate(quantities):
        seeds, rows.missing[q, row] = _seeds(game, tables, draw, equilibria, visits, quantity)
        solve_transposed(
            sets, at.numbers, at.state, pull, seeds, nothing, krylov, at.unit, TOLERANCE, told
        )
        rows.residual[q, row], rows.condition[q, row] = told
        _hand_out(pull, rows.slopes, (q, row))
        if quantity.raw:
            _add_raw(game, tables, draw, equilibria, quantity.party, rows.slopes, (q, row))


def _hand_out(pull: Pull, slopes: dict[str, Array], place: tuple[int, int]) -> None:
    for name, slope in slopes.items():
        slope[place] = getattr(pull, name)


def _stand(game: SetGame, tables: Tables, draw: int, equilibria: Equilibria) -> _Solution:
    """A draw evaluated at its equilibrium."""
    sets, numbers = game.sets, edge_numbers_of(game, tables, draw)
    state, nodes = state_for(sets), sets.nodes
    base = nodes + sets.terminals
    state.value[:nodes] = equilibria.value[draw][sets.node]
    state.value[nodes:base] = tables.end_pay[draw]
    state.value[base:] = state.value[sets.heads]
    belief = equilibria.belief[draw][sets.node[sets.member]]
    size = np.diff(sets.member_first)
    for c, d in enumerate(sets.cut.tolist()):
        low, high = int(sets.slot_first[d]), int(sets.slot_first[d + 1])
        members = sets.member[sets.member_first[c] : sets.member_first[c + 1]]
        edge = sets.first[members][:, None] + np.arange(high - low)
        discount = numbers.discount[sets.turns[edge], sets.owner[d]]
        ahead = state.value[sets.target[edge], sets.owner[d]]
        worth = numbers.pay[edge, sets.owner[d]] + discount * ahead
        own = belief[sets.member_first[c] : sets.member_first[c] + size[c]]
        state.hope[low:high] = own @ worth
    evaluate(sets, numbers, state, 1.0, True)
    scale = np.maximum(numbers.scale, np.abs(state.value).max(axis=0))
    owner = sets.owner[np.repeat(np.arange(len(sets.owner)), np.diff(sets.slot_first))]
    unit = np.concatenate([scale[owner[sets.unknown]], np.tile(scale, len(sets.heads))])
    return _Solution(numbers, state, unit)


def _seeds(
    game: SetGame,
    tables: Tables,
    draw: int,
    equilibria: Equilibria,
    visits: Array,
    quantity: Quantity,
) -> tuple[Seeds, float]:
    """What the quantity is made of, and the residual of the worth that lies ahead."""
    sets, structure = game.sets, game.structure
    position = int(np.flatnonzero(sets.node == structure.start)[0])
    share, missing, party = np.zeros(len(sets.target)), 0.0, quantity.party
    if quantity.raw:
        party = -1
        met = _raw_shares(structure, tables, draw, equilibria, quantity.party)
        share = met[sets.edge]
    elif party < 0:
        strategy = equilibria.strategy[draw]
        at_end = np.zeros(structure.terminals) if quantity.at_end is None else quantity.at_end
        ahead, missing = worth_ahead(structure, strategy, at_end, quantity.on_edge)
        after = np.concatenate([ahead, at_end[::-1]])[structure.target]
        met = after if quantity.on_edge is None else after + quantity.on_edge
        source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
        felt = np.multiply(visits[source], met, out=np.zeros_like(met), where=met != 0.0)
        if not np.isfinite(felt).all():  # play may stay for ever where something is met
            felt, missing = np.zeros_like(met), np.inf
        share = felt[sets.edge]
    return Seeds(position, party, share), missing


def _discounted(
    structure: Structure, tables: Tables, draw: int, strategy: Array, party: int
) -> Array:
    """(node,) discounted visits of a party from the start."""
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    inner = structure.target >= 0
    discount = np.where(structure.turns, tables.patience[draw, party], 1.0) * strategy
    entries = discount[inner], (structure.target[inner], source[inner])
    along = csc_array(entries, shape=(structure.nodes, structure.nodes))
    start = np.zeros(structure.nodes)
    start[structure.start] = 1.0
    return splu((eye_array(structure.nodes) - along).tocsc()).solve(start)


def _raw_shares(
    structure: Structure, tables: Tables, draw: int, equilibria: Equilibria, party: int
) -> Array:
    """(edge,) slopes of a party's payoff at the start by the probabilities of edges."""
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    visits = _discounted(structure, tables, draw, equilibria.strategy[draw], party)
    return visits[source] * _met(structure, tables, draw, equilibria, party)[0]


def _met(
    structure: Structure, tables: Tables, draw: int, equilibria: Equilibria, party: int
) -> tuple[Array, Array]:
    """(edge,) what an edge is paid with all that follows, and what follows it."""
    payoff = np.concatenate([equilibria.payoff[draw][:, party], tables.end_pay[draw][::-1, party]])
    after = payoff[structure.target]
    discount = np.where(structure.turns, tables.patience[draw, party], 1.0)
    return tables.pay[draw][structure.pay_class, party] + discount * after, after


def _add_raw(
    game: SetGame,
    tables: Tables,
    draw: int,
    equilibria: Equilibria,
    party: int,
    slopes: dict[str, Array],
    place: tuple[int, int],
) -> None:
    """What pays and patience change a payoff by, play held: that of play is there already."""
    structure, strategy = game.structure, equilibria.strategy[draw]
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    visits = _discounted(structure, tables, draw, strategy, party)
    uses = visits[source] * strategy
    _, after = _met(structure, tables, draw, equilibria, party)
    discount = np.where(structure.turns, tables.patience[draw, party], 1.0)
    np.add.at(slopes["pay"][place][:, party], structure.pay_class, uses)
    slopes["patience"][place][party] += (uses * after)[structure.turns].sum()
    ends = structure.target < 0
    np.add.at(
        slopes["end_pay"][place][:, party], -1 - structure.target[ends], (uses * discount)[ends]
    )
