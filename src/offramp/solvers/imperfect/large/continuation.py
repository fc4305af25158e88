"""The branch of one draw with information sets, and Newton's method on its equations.

What is done over and over is compiled (`following`); this holds the arrays that it works on.
Equations: McKelvey & Palfrey (1998), Quantal response equilibria for extensive form games.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Tables
from offramp.solvers.imperfect.large.bordered import linear_solve_for, solve_across
from offramp.solvers.imperfect.large.equations import evaluate, state_for
from offramp.solvers.imperfect.large.following import (
    ARRIVED,
    ENDINGS,
    FOLDS,
    FORKS,
    PASSES,
    STEEP,
    S,
    StepControl,
    follow,
    way_for,
)
from offramp.solvers.imperfect.large.set_layout import EdgeNumbers, SetGame, edge_numbers_of

Array = NDArray[np.float64]


class Branch:
    """The branch of one draw: hopes, ghosts and s where it stands, and how it goes on."""

    def __init__(self, game: SetGame, numbers: EdgeNumbers, end_pay: Array) -> None:
        sets = game.sets
        self.sets, self.numbers, self.state = sets, numbers, state_for(sets)
        self.base = sets.nodes + sets.terminals
        self.state.value[sets.nodes : self.base] = end_pay
        self.message = ""
        self.decision = np.repeat(np.arange(len(sets.owner)), np.diff(sets.slot_first))
        self.sharp = numbers.precision[sets.owner[self.decision]]
        self.groups = game.groups
        self.linear, self.way = linear_solve_for(sets), way_for(sets)
        self.measure(numbers.scale)

    @property
    def passes(self) -> int:
        """Evaluations since it began at precision 0."""
        return int(self.way.told[PASSES])

    @property
    def folds(self) -> int:
        """Times that it turned back in precision."""
        return int(self.way.told[FOLDS])

    @property
    def forks(self) -> int:
        """Forks that it was followed straight over."""
        return int(self.way.told[FORKS])

    @property
    def steep(self) -> float:
        """What the factor of all precisions is divided by: the largest precision times scale."""
        return float(self.way.told[STEEP])

    def measure(self, scale: Array, steep: float = 1.0) -> None:
        """Set the scale of values (party,) and of the factor of all precisions."""
        sets = self.sets
        self.numbers.scale[:], self.way.told[STEEP] = scale, steep
        owner = sets.owner[self.decision[sets.unknown]]
        self.linear.unit[:] = np.concatenate([scale[owner], np.tile(scale, len(sets.heads))])

    def follow(self, goal: float, control: StepControl, *, anew: bool = True) -> bool:
        """Follow the branch to ``goal`` times the precision; whether that was reached.

        ``anew`` from precision 0, else from where it stands, as for a higher goal. Where it stops,
        ``message`` says why.
        """
        ended = follow(
            self.sets, self.numbers, self.state, self.linear, self.way, goal, control, anew
        )
        if ended != ARRIVED:
            share = self.t_at(float(self.way.told[S]))
            self.message = f"{ENDINGS[ended]} at {share:.3g} of the precision"
        return bool(ended == ARRIVED)

    def evaluate(self, t: float, exact: bool = False) -> tuple[float, float]:
        """Play, values and gaps at the hopes and ghosts; see ``equations.evaluate``."""
        return evaluate(self.sets, self.numbers, self.state, t, exact)

    def t_at(self, s: float) -> float:
        """The factor of all precisions; infinite where no number is large enough."""
        with np.errstate(over="ignore"):
            return float(np.expm1(s)) / self.steep

    def solve(self, t: float, tolerance: float) -> None:
        """Newton's step at the last linearisation, t kept."""
        border = self.linear.border
        border[:] = 0.0
        border[-1] = 1.0
        rate = t + 1.0 / self.steep
        solve_across(self.sets, self.numbers, self.state, self.linear, t, rate, 1.0, 0.0, tolerance)

    def move(self, shift: Array, step: Array, share: float) -> None:
        """Add a share of a step to hopes and ghosts."""
        hope = self.state.hope
        hope += share * shift
        ghosts = self.state.value[self.base :]
        ghosts += share * step[len(self.sets.unknown) : -1].reshape(ghosts.shape)

    def point(self) -> tuple[Array, Array]:
        """Copies of hopes and ghosts."""
        return self.state.hope.copy(), self.state.value[self.base :].copy()

    def go_back(self, point: tuple[Array, Array]) -> None:
        """Put hopes and ghosts back."""
        self.state.hope[:], self.state.value[self.base :] = point


def branch_at(game: SetGame, tables: Tables, draw: int) -> Branch:
    """The branch of one draw, not yet begun."""
    return Branch(game, edge_numbers_of(game, tables, draw), tables.end_pay[draw])
