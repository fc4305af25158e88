"""The branch from precision 0 with information sets: predictor, corrector, around folds.

The position on the branch is s = log(1 + steepness * t), where t multiplies all precisions,
so that equal steps are equal shares of a high precision. Steps go along the tangent, are
corrected by Newton's method across it (linear systems by GMRES on the few unknowns that
determine all others), and are cut when the correction is slow, far or turns too much.

Sources: Allgower & Georg (1990), Numerical continuation methods; Saad & Schultz (1986), GMRES.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.game.structure import Tables
from offramp.solvers.imperfect.large.equations import (
    SystemState,
    evaluate,
    linearise,
    push,
    state_for,
    weigh,
)
from offramp.solvers.imperfect.large.set_layout import EdgeNumbers, SetGame, Sets, edge_numbers_of
from offramp.solvers.kernels.krylov import (
    NO,
    ZERO,
    Krylov,
    answer_of,
    combine,
    krylov_alone,
    open_cycle,
    padded,
    right_of,
    take_in,
)

Array = NDArray[np.float64]
KRYLOV = 160
"""Most products with the derivative in one linear solve."""
PACE = (0.4, 1.8, 1.8, 1.8, 1.2, 0.8, 0.8)
"""By how much the next step is longer, by the number of evaluations of the last one."""


class LinearSolve(NamedTuple):
    """Working arrays of linear solves; unknowns are hopes at cuts, ghosts' values and, last, s."""

    unit: Array
    """(unknown,) scale of each."""
    krylov: Krylov
    pull: Array
    """(unknown,) response of the unknowns to s."""
    border: Array
    """(unknown + 1,) the equation that is added, in units."""
    step: Array
    """(unknown + 1,) the solution."""


@njit(cache=True, nogil=True, error_model="numpy")
def respond_to(
    sets: Sets,
    numbers: EdgeNumbers,
    state: SystemState,
    scale,
    vector,
    whole,
    adds,
    by_scale,
    answer,
):
    """The change (unknown,) of the right sides that a change ``vector`` (unknown,) leads to.

    With ``whole`` all positions change, else those that depend on an unknown. ``adds`` times the
    gaps are added to the hopes; the factor of all precisions changes by ``by_scale``.
    """
    places, change = (state.every, state.spread) if whole else (sets.live, state.change)
    base, parties, unknown = sets.nodes + sets.terminals, sets.parties, sets.unknown
    for k in range(len(unknown)):
        state.shift[unknown[k]] = vector[k]
    for h in range(len(sets.heads)):
        for j in range(parties):
            change[base + h, j] = vector[len(unknown) + h * parties + j]
    push(sets, numbers, state, scale, places, change, adds, by_scale)
    weigh(sets, numbers, state, scale, change, adds, by_scale, answer)


@njit(cache=True, nogil=True, error_model="numpy")
def solve_across(
    sets: Sets,
    numbers: EdgeNumbers,
    state: SystemState,
    linear: LinearSolve,
    scale,
    rate,
    full,
    goal,
    tolerance,
):
    """Solve the derivative at the last evaluation, with the border, by GMRES.

    The right side is ``full`` times the gaps, and ``goal`` for the border; ``rate`` is the
    derivative of the precisions' factor by s. The change of the unknowns is left in ``step``
    (unknown + 1,), that of all hopes in ``shift`` (slot,). Returns the relative residual. ``step``
    is (unknown + 1,), ``shift`` (slot,).
    """
    krylov, unit, step, pull, border = (
        linear.krylov,
        linear.unit,
        linear.step,
        linear.pull,
        linear.border,
    )
    size, basis, column = len(pull), krylov.basis, ZERO
    wide, vector, answer = padded(size + 1), np.zeros(size), np.zeros(size)
    respond_to(sets, numbers, state, scale, vector, True, 0.0, rate, pull)
    respond_to(sets, numbers, state, scale, vector, True, full, 0.0, answer)
    begin = right_of(krylov, wide)
    for k in range(size):
        basis[begin + k] = answer[k] / unit[k]
    basis[begin + size] = goal
    left = open_cycle(krylov, wide, tolerance, NO)
    length = krylov.rows[krylov.load]
    while left > 0 and column < krylov.most:
        old, new = column * wide, (column + 1) * wide
        for k in range(size):
            vector[k] = basis[old + k] * unit[k]
        respond_to(sets, numbers, state, scale, vector, False, 0.0, 0.0, answer)
        along = basis[old + size]
        last = border[size] * along
        for k in range(size):
            basis[new + k] = basis[old + k] - (answer[k] + pull[k] * along) / unit[k]
            last += border[k] * basis[old + k]
        basis[new + size] = last
        left = take_in(krylov, wide, column)
        column += 1
    rest = abs(krylov.rows[krylov.load + krylov.used[0]])
    if column > 0:
        combine(krylov, wide, column)
    begin = answer_of(krylov, wide)
    for k in range(size):
        step[k] = basis[begin + k] * unit[k]
    step[size] = basis[begin + size]
    respond_to(sets, numbers, state, scale, step, True, full, rate * step[size], answer)
    return rest / length if length > 0.0 else 0.0


class StepControl(NamedTuple):
    """How a branch is followed."""

    longest: float
    """Most by which a step goes along the branch."""
    loose: float
    """Error of play at which correcting a point on the way ends."""
    far: float
    """Most by which play may differ from what was predicted."""
    around: bool
    """Whether the branch is followed around folds."""
    most: int
    """Most steps."""


CAREFUL = StepControl(0.4, 1e-4, 0.1, True, 600)
BRISK = StepControl(1.5, 1e-2, 0.35, False, 60)


class Branch:
    """The branch of one draw: hopes, ghosts and s where it stands, and how it goes on."""

    def __init__(self, game: SetGame, numbers: EdgeNumbers, end_pay: Array) -> None:
        sets = game.sets
        self.sets, self.numbers, self.state = sets, numbers, state_for(sets)
        self.base = sets.nodes + sets.terminals
        self.state.value[sets.nodes : self.base] = end_pay
        self.s, self.steep = 0.0, 1.0
        self.steps, self.folds, self.passes = 0, 0, 0
        self.message = ""
        self.decision = np.repeat(np.arange(len(sets.owner)), np.diff(sets.slot_first))
        self.sharp = numbers.precision[sets.owner[self.decision]]
        self.groups = game.groups
        self.linear = self._linear_solve()
        self.tangent = np.zeros(len(self.linear.step))
        self.along = np.zeros(len(self.sharp))

    def _linear_solve(self) -> LinearSolve:
        sets, scale = self.sets, self.numbers.scale
        owner = sets.owner[self.decision[sets.unknown]]
        unit = np.concatenate([scale[owner], np.tile(scale, len(sets.heads))])
        size = len(unit)
        krylov = max(2, min(KRYLOV, size + 1, int(4e7) // (size + 1)))
        border, step = np.zeros((2, size + 1))
        border[-1] = 1.0
        room = krylov_alone(padded(size + 1), krylov)
        return LinearSolve(unit, room, np.zeros(size), border, step)

    def begin(self) -> bool:
        """Stand at precision 0, where the equations are linear; whether that could be done."""
        self.state.hope[:] = 0.0
        self.state.value[self.base :] = 0.0
        self.s = 0.0
        self.steep = 1.0
        if self.correct(1e-10, 1e-8, 8) < 0:
            self.message = "the linear problem at precision 0 could not be solved"
            return False
        self.state.hope[:] = self.state.worth
        scale = np.maximum(self.numbers.scale, np.abs(self.state.value).max(axis=0))
        self.numbers.scale[:] = scale
        self.linear = self._linear_solve()
        self.steep = max(1e-9, float((self.numbers.precision * scale).max()))
        return True

    def evaluate(self, t: float, exact: bool = False) -> tuple[float, float]:
        """Play, values and gaps at the hopes and ghosts; see ``equations.evaluate``."""
        self.passes += 1
        return evaluate(self.sets, self.numbers, self.state, t, exact)

    def t_at(self, s: float) -> float:
        """The factor of all precisions; infinite where no number is large enough."""
        with np.errstate(over="ignore"):
            return float(np.expm1(s)) / self.steep

    def solve(self, t: float, full: float, goal: float, tolerance: float) -> None:
        """A linear solve at the last linearisation."""
        rate = t + 1.0 / self.steep
        solve_across(
            self.sets, self.numbers, self.state, self.linear, t, rate, full, goal, tolerance
        )

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

    def correct(self, loose: float, krylov: float, limit: int, tight: bool = False) -> int:
        """Newton steps across the border from the state and ``s``; iterations or -1.

        Ends linearised where the error of play is below ``loose``, or with ``tight`` where
        gaps are as small as rounding allows.
        """
        before, last = np.inf, np.inf
        for iteration in range(limit + 1):
            t = self.t_at(self.s)
            error, worst = self.evaluate(t)
            if not error < 1e6:
                return -1
            if tight:
                if worst <= 2e-15 or (worst < 1e-10 and error < 1e-5 and worst > 0.3 * last):
                    return iteration
            elif error <= loose:
                linearise(self.sets, self.numbers, self.state, t)
                return iteration
            if iteration == limit or (iteration > 1 and error > 3.0 * before):
                return -1
            before, last = error, worst
            linearise(self.sets, self.numbers, self.state, t)
            self.solve(t, 1.0, 0.0, krylov)
            self.move(self.state.shift, self.linear.step, 1.0)
            self.s += self.linear.step[-1]
        return -1

    def weights(self, t: float) -> Array:
        """(unknown,) weight of the squared change of each in lengths along the branch."""
        sets, chance = self.sets, self.state.chance
        weight = 1.0 / self.linear.unit**2
        at = sets.unknown
        bend = t * self.sharp[at] * chance[at] * (1.0 - chance[at])
        weight[: len(at)] = (0.1 / self.linear.unit[: len(at)] + bend) ** 2
        return weight / max(1, len(weight))

    def find_tangent(self) -> tuple[Array, Array]:
        """Unit tangent at the last linearisation: unknowns with s, and hopes."""
        t = self.t_at(self.s)
        self.solve(t, 0.0, 1.0, 1e-3)
        step, weight = self.linear.step, self.weights(t)
        length = np.sqrt(weight @ step[:-1] ** 2 + step[-1] ** 2)
        return step / length, self.state.shift / length

    def aim(self, upright: bool) -> None:
        """Set the border: s is kept, or steps are across the tangent."""
        border, tangent = self.linear.border, self.tangent
        border[:] = 0.0
        border[-1] = 1.0
        if not upright:
            weight = self.weights(self.t_at(self.s))
            border[:-1] = tangent[:-1] * weight * self.linear.unit
            border[-1] = tangent[-1]
            border /= np.sqrt(border @ border)

    def play(self, t: float) -> Array:
        """(slot,) play under the hopes."""
        first = self.sets.slot_first[:-1]
        odds = t * self.sharp * self.state.hope + max(0.0, 1.0 - t) * self.state.bias
        odds = np.exp(odds - np.maximum.reduceat(odds, first)[self.decision])
        return odds / np.add.reduceat(odds, first)[self.decision]

    def follow(self, goal: float, control: StepControl) -> bool:
        """Follow the branch to ``goal`` times the precision; whether that was reached.

        May be called again with a higher goal. Where it stops, ``message`` says why.
        """
        end, stride = float(np.log1p(self.steep * goal)), 0.5 * control.longest
        self.aim(True)
        if self.correct(control.loose, 1e-3, 6) < 0:
            self.message = "there is no solution to begin with"
            return False
        self.tangent, self.along = self.find_tangent()
        for _ in range(control.most):
            if stride < (1e-8 if control.around else 1e-3):
                self.message = f"steps became too short at {self.t_at(self.s):.3g} of the precision"
                return False
            self.steps += 1
            start, begin = self.s, self.point()
            landing = start + stride * self.tangent[-1] >= end
            if landing:
                stride = (end - start) / self.tangent[-1]
            quick = self._advance(stride, end if landing else None, control)
            if quick > 0 and landing:
                if self.correct(0.0, 1e-8, 12, tight=True) >= 0:
                    return True
                quick = 0
            if quick > 0:
                after, along = self.find_tangent()
                weight = self.weights(self.t_at(self.s))
                turn = (weight * after[:-1]) @ self.tangent[:-1] + after[-1] * self.tangent[-1]
                quick = 0 if control.around and turn < 0.8 else quick
            if quick == 0:
                self.s = start
                self.go_back(begin)
                stride *= 0.4
                continue
            self.folds += int(after[-1] < 0.0 < self.tangent[-1])
            self.tangent, self.along = after, along
            stride = min(
                control.longest, stride * (1.8 if quick <= 3 else 1.2 if quick == 4 else 0.8)
            )
        self.message = f"too many steps, at {self.t_at(self.s):.3g} of the precision"
        return False

    def _advance(self, stride: float, end: float | None, control: StepControl) -> int:
        """One step along the tangent and back onto the branch: iterations + 1, or 0."""
        self.aim(end is not None or not control.around)
        self.move(self.along, self.tangent, stride)
        self.s = self.s + stride * self.tangent[-1] if end is None else end
        predicted = self.play(self.t_at(self.s))
        used = self.correct(control.loose, 1e-3, 5)
        if used < 0 or self.s < 0.0:
            return 0
        return 0 if np.abs(self.state.chance - predicted).max() > control.far else used + 1


def branch_at(game: SetGame, tables: Tables, draw: int) -> Branch:
    """The branch of one draw, not yet begun."""
    return Branch(game, edge_numbers_of(game, tables, draw), tables.end_pay[draw])
