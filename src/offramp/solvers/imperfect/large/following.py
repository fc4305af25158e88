"""The branch of one draw with information sets followed from precision 0, compiled.

The position on the branch is s = log(1 + steepness * t), where t multiplies all precisions, so
that equal steps are equal shares of a high precision. Lengths are measured in s and in the play
that hopes mean. Each step begins on the cubic through the last two points and their directions,
and is corrected by Newton's method across the branch. It is taken back and shortened where play
was predicted badly, where corrections do not shrink, where the branch turns too much, or where
negative eigenvalues come or go although it does not turn back in precision: then it forks there,
or another branch was met. The next step is as long as these let it be.

Sources: Allgower & Georg (1990), Numerical continuation methods; Deuflhard (2011), Newton methods
for nonlinear problems, section 5.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.imperfect.large.bordered import LinearSolve, index_across, solve_across
from offramp.solvers.imperfect.large.equations import SystemState, evaluate, inner_jit, linearise
from offramp.solvers.imperfect.large.set_layout import EdgeNumbers, Sets

Array = NDArray[np.float64]
S, STEEP, STEPS, FOLDS, PASSES, FORKS, LEFT = range(7)
"""``Way.told``: where the branch stands, what t is divided by; steps tried, times that it turned
back, evaluations, forks passed over; and the error that the last correction left of the one before.
"""
ARRIVED, NOWHERE, STUCK, TIRED, SINGULAR = range(5)
"""How it may end: there, no solution to begin with, too short steps, too many, at precision 0."""
ENDINGS = (
    "it was",
    "there is no solution to begin with",
    "steps became too short",
    "too many steps",
    "the linear problem at precision 0 could not be solved",
)
SHORTER, LONGER = 0.4, 2.0
"""How much shorter and longer the next step may be."""
NEAR, BRISK = 0.2, 0.05
"""The next step is such that play is predicted this share of what is allowed off, and that so much
of an error is left by a correction."""
FADING = 0.3
"""Errors of play shrink so much at least with a correction, or the step is taken back."""
STRAIGHT = 0.8
"""Least cosine between directions one step apart."""
SEEN = 1e-8
"""How exactly eigenvalues are looked at."""


class StepControl(NamedTuple):
    """How a branch is followed."""

    longest: float
    """Most by which a step goes along the branch."""
    loose: float
    """Error of play at which correcting a point on the way ends."""
    far: float
    """Most by which play may differ from what was predicted."""
    shy: int
    """Steps that are taken back before eigenvalues that came or went are passed over."""
    most: int
    """Most steps."""


CAREFUL = StepControl(1.2, 1e-4, 0.03, 6, 600)
ANXIOUS = StepControl(0.1, 1e-6, 0.02, 6, 4000)
"""For branches that were lost."""
HASTY = StepControl(1.2, 1e-4, np.inf, 0, 2000)
"""For branches that were lost again: to an equilibrium beside them, whatever lies between."""


class Way(NamedTuple):
    """Where a draw stands on its branch; points and directions are hopes, ghosts and, last, s."""

    told: Array
    """(7,) see ``S``."""
    now: Array
    past: Array
    ahead: Array
    """The direction at the point now, of length 1."""
    behind: Array
    """That at the past point."""
    after: Array
    """That at the next one."""
    guess: Array
    """(slot,) predicted play."""
    weight: Array
    """(unknown,) of the squared change of each in lengths along the branch."""


def way_for(sets: Sets) -> Way:
    """Room for one draw."""
    slots, ghosts = int(sets.slot_first[-1]), len(sets.heads) * sets.parties
    now, past, ahead, behind, after = np.zeros((5, slots + ghosts + 1))
    told = np.zeros(7)
    told[STEEP] = 1.0
    weight = np.zeros(len(sets.unknown) + ghosts)
    return Way(told, now, past, ahead, behind, after, np.zeros(slots), weight)


@inner_jit
def read_point(sets: Sets, state: SystemState, way: Way, point):
    """Write where the state stands into ``point`` (slot + ghost * party + 1,)."""
    slots, base, parties = len(state.hope), sets.nodes + sets.terminals, sets.parties
    for k in range(slots):
        point[k] = state.hope[k]
    for h in range(len(sets.heads)):
        for j in range(parties):
            point[slots + h * parties + j] = state.value[base + h, j]
    point[len(point) - 1] = way.told[S]


@inner_jit
def put_point(sets: Sets, state: SystemState, way: Way, point):
    """Let the state stand at ``point`` (slot + ghost * party + 1,)."""
    slots, base, parties = len(state.hope), sets.nodes + sets.terminals, sets.parties
    for k in range(slots):
        state.hope[k] = point[k]
    for h in range(len(sets.heads)):
        for j in range(parties):
            state.value[base + h, j] = point[slots + h * parties + j]
    way.told[S] = point[len(point) - 1]


@inner_jit
def fill_units(sets: Sets, numbers: EdgeNumbers, linear: LinearSolve):
    """Measure unknowns by the scale of their owners' values. ``linear.unit`` is (unknown,)."""
    spot, parties = 0, sets.parties
    for c in range(len(sets.cut)):
        d = sets.cut[c]
        for _ in range(sets.slot_first[d], sets.slot_first[d + 1]):
            linear.unit[spot] = numbers.scale[sets.owner[d]]
            spot += 1
    for h in range(len(sets.heads)):
        for j in range(parties):
            linear.unit[spot + h * parties + j] = numbers.scale[j]


@inner_jit
def correct(
    sets: Sets,
    numbers: EdgeNumbers,
    state: SystemState,
    linear: LinearSolve,
    way: Way,
    loose,
    krylov,
    limit,
    tight,
):
    """Newton steps across the border from where the state stands; how many, or -1.

    Ends linearised where the error of play is below ``loose``, or with ``tight`` where gaps are as
    small as rounding allows. The play of the first evaluation is left in ``way.guess`` (slot,).
    """
    told, before, last = way.told, np.inf, np.inf
    base, parties, cuts = sets.nodes + sets.terminals, sets.parties, len(sets.unknown)
    told[LEFT] = 0.0
    for turn in range(limit + 1):
        t = np.expm1(told[S]) / told[STEEP]
        told[PASSES] += 1.0
        error, worst = evaluate(sets, numbers, state, t, False)
        if turn == 0:
            for k in range(len(way.guess)):
                way.guess[k] = state.chance[k]
        if not error < 1e6:
            return -1
        if turn > 0 and error > loose:
            told[LEFT] = max(told[LEFT], error / before)
        if tight:
            if worst <= 2e-15 or (worst < 1e-10 and error < 1e-5 and worst > 0.3 * last):
                return turn
        elif error <= loose:
            linearise(sets, numbers, state, t)
            return turn
        if turn == limit or (turn > 1 and error > 3.0 * before):
            return -1
        before, last = error, worst
        linearise(sets, numbers, state, t)
        rate = t + 1.0 / told[STEEP]
        solve_across(sets, numbers, state, linear, t, rate, 1.0, 0.0, krylov)
        for k in range(len(state.hope)):
            state.hope[k] += state.shift[k]
        for h in range(len(sets.heads)):
            for j in range(parties):
                state.value[base + h, j] += linear.step[cuts + h * parties + j]
        told[S] += linear.step[len(linear.step) - 1]
    return -1


@inner_jit
def begin(sets: Sets, numbers: EdgeNumbers, state: SystemState, linear: LinearSolve, way: Way):
    """Stand at precision 0, where the equations are linear; whether that could be done.

    ``numbers.scale`` (party,) rises to the largest values there.
    """
    told, base = way.told, sets.nodes + sets.terminals
    for k in range(len(state.hope)):
        state.hope[k] = 0.0
    for h in range(len(sets.heads)):
        for j in range(sets.parties):
            state.value[base + h, j] = 0.0
    told[:] = 0.0
    told[STEEP] = 1.0
    fill_units(sets, numbers, linear)
    aim(sets, linear, way, True)
    if correct(sets, numbers, state, linear, way, 1e-10, 1e-8, 8, False) < 0:
        return False
    steep = 1e-9
    for k in range(len(state.hope)):
        state.hope[k] = state.worth[k]
    for j in range(sets.parties):
        for n in range(len(state.value)):
            numbers.scale[j] = max(numbers.scale[j], abs(state.value[n, j]))
        steep = max(steep, numbers.precision[j] * numbers.scale[j])
    told[STEEP] = steep
    fill_units(sets, numbers, linear)
    return True


@inner_jit
def aim(sets: Sets, linear: LinearSolve, way: Way, upright):
    """Set the border: s is kept, or steps are across the direction ahead.

    ``linear.border`` is (unknown + 1,).
    """
    border, ahead, unit, weight = linear.border, way.ahead, linear.unit, way.weight
    size, cuts, slots = len(unit), len(sets.unknown), len(way.guess)
    for k in range(size):
        border[k] = 0.0
    border[size] = 1.0
    if upright:
        return
    length = 0.0
    for k in range(size):
        at = sets.unknown[k] if k < cuts else slots + k - cuts
        border[k] = ahead[at] * weight[k] * unit[k]
        length += border[k] ** 2
    border[size] = ahead[len(ahead) - 1]
    length = np.sqrt(length + border[size] ** 2)
    for k in range(size + 1):
        border[k] /= length


@inner_jit
def fill_weights(
    sets: Sets, numbers: EdgeNumbers, state: SystemState, linear: LinearSolve, way: Way
):
    """Weigh changes of hopes by those of play that they mean. ``way.weight`` is (unknown,)."""
    unit, chance, size, spot = linear.unit, state.chance, len(way.weight), 0
    t = np.expm1(way.told[S]) / way.told[STEEP]
    for c in range(len(sets.cut)):
        d = sets.cut[c]
        sharp = t * numbers.precision[sets.owner[d]]
        for k in range(sets.slot_first[d], sets.slot_first[d + 1]):
            bend = sharp * chance[k] * (1.0 - chance[k])
            way.weight[spot] = (0.1 / unit[spot] + bend) ** 2 / size
            spot += 1
    for k in range(spot, size):
        way.weight[k] = 1.0 / unit[k] ** 2 / size


@inner_jit
def product(sets: Sets, way: Way, one, two):
    """The inner product in which lengths are measured; of points (slot + ghost * party + 1,)."""
    cuts, slots, last = len(sets.unknown), len(way.guess), len(one) - 1
    total = one[last] * two[last]
    for k in range(len(way.weight)):
        at = sets.unknown[k] if k < cuts else slots + k - cuts
        total += way.weight[k] * one[at] * two[at]
    return total


@inner_jit
def find_direction(
    sets: Sets, numbers: EdgeNumbers, state: SystemState, linear: LinearSolve, way: Way, direction
):
    """The direction of the branch, of length 1, at the last linearisation.

    ``direction`` is (slot + ghost * party + 1,), ``linear.step`` (unknown + 1,).
    """
    told, step, slots, cuts = way.told, linear.step, len(way.guess), len(sets.unknown)
    t = np.expm1(told[S]) / told[STEEP]
    solve_across(sets, numbers, state, linear, t, t + 1.0 / told[STEEP], 0.0, 1.0, 1e-3)
    for k in range(slots):
        direction[k] = state.shift[k]
    for k in range(cuts, len(step)):
        direction[slots + k - cuts] = step[k]
    fill_weights(sets, numbers, state, linear, way)
    length = np.sqrt(product(sets, way, direction, direction))
    for k in range(len(direction)):
        direction[k] /= length


@inner_jit
def predict(sets: Sets, state: SystemState, way: Way, stride, earlier):
    """Put the state on the cubic through the last two points, ``earlier`` apart; 0: straight on.

    Points are (slot + ghost * party + 1,).
    """
    now, past, ahead, behind, trial = way.now, way.past, way.ahead, way.behind, way.after
    ratio = stride / earlier if earlier > 0.0 else 0.0
    for k in range(len(now)):
        bend = 0.0
        if earlier > 0.0:
            chord = (now[k] - past[k]) / earlier
            bend = 2.0 * ahead[k] + behind[k] - 3.0 * chord
            bend = ratio * (bend + ratio * (ahead[k] + behind[k] - 2.0 * chord))
        trial[k] = now[k] + stride * (ahead[k] + bend)
    put_point(sets, state, way, trial)


@inner_jit
def try_step(
    sets: Sets,
    numbers: EdgeNumbers,
    state: SystemState,
    linear: LinearSolve,
    way: Way,
    stride,
    earlier,
    end,
    landing,
    control,
):
    """One step along the branch; by how much the next one may be longer, 0 where it does not hold.

    Also the negative eigenvalues there, but for that of a branch that goes back in precision. The
    direction is left in ``way.after``, points are (slot + ghost * party + 1,).
    """
    told, last = way.told, len(way.now) - 1
    predict(sets, state, way, stride, earlier)
    if landing:
        told[S] = end
    aim(sets, linear, way, landing)
    used = correct(sets, numbers, state, linear, way, control.loose, 1e-3, 5, False)
    if used < 0 or told[S] < 0.0 or (told[S] > end and not landing) or told[LEFT] > FADING:
        return 0.0, 0
    moved = 0.0
    for k in range(len(way.guess)):
        moved = max(moved, abs(state.chance[k] - way.guess[k]))
    if not moved <= control.far:
        return 0.0, 0
    aim(sets, linear, way, False)
    find_direction(sets, numbers, state, linear, way, way.after)
    one = product(sets, way, way.ahead, way.ahead)
    turn = product(sets, way, way.ahead, way.after) / np.sqrt(one)
    if not (turn >= STRAIGHT and way.after[last] < np.inf):
        return 0.0, 0
    t = np.expm1(told[S]) / told[STEEP]
    index = index_across(sets, numbers, state, linear, t, SEEN) - (way.after[last] < 0.0)
    longer = min(
        (NEAR * control.far / (moved + 1e-9)) ** 0.25, (BRISK / (told[LEFT] + 1e-9)) ** 0.25
    )
    longer = min(longer, np.sqrt(0.25 * (1.0 - STRAIGHT) / (1.0 - turn + 1e-9)))
    return min(LONGER, max(SHORTER, longer)), index


@inner_jit
def go_on(sets: Sets, state: SystemState, way: Way):
    """Make the state the point now; how far it is from the one before.

    Points are (slot + ghost * party + 1,).
    """
    for k in range(len(way.now)):
        way.past[k] = way.now[k]
        way.behind[k], way.ahead[k] = way.ahead[k], way.after[k]
    read_point(sets, state, way, way.now)
    for k in range(len(way.now)):
        way.after[k] = way.now[k] - way.past[k]
    return np.sqrt(product(sets, way, way.after, way.after))


@njit(cache=True, nogil=True, error_model="numpy")
def follow(
    sets: Sets,
    numbers: EdgeNumbers,
    state: SystemState,
    linear: LinearSolve,
    way: Way,
    goal,
    control: StepControl,
    anew,
):
    """Follow the branch to ``goal`` times the precision; how it ended.

    ``anew`` from precision 0, else from where the state stands, as for a higher goal. Points are
    (slot + ghost * party + 1,).
    """
    if anew and not begin(sets, numbers, state, linear, way):
        return SINGULAR
    told, last, tried, taken = way.told, len(way.now) - 1, 0.0, 0
    end, stride, earlier = np.log1p(told[STEEP] * goal), 0.25 * min(1.0, control.longest), 0.0
    aim(sets, linear, way, True)
    if correct(sets, numbers, state, linear, way, control.loose, 1e-3, 6, False) < 0:
        return NOWHERE
    find_direction(sets, numbers, state, linear, way, way.ahead)
    t = np.expm1(told[S]) / told[STEEP]
    usual = index_across(sets, numbers, state, linear, t, SEEN) - (way.ahead[last] < 0.0)
    read_point(sets, state, way, way.now)
    while taken < control.most:
        if stride < 1e-8:
            return STUCK
        taken += 1
        told[STEPS] += 1.0
        landing = way.now[last] + stride * way.ahead[last] >= end
        if landing:
            stride = (end - way.now[last]) / way.ahead[last]
        longer, index = try_step(
            sets, numbers, state, linear, way, stride, earlier, end, landing, control
        )
        if longer > 0.0 and (index - usual) % 2 != 0 and tried < control.shy:
            tried += 1.0
            longer = 0.0
        if longer > 0.0 and landing:
            aim(sets, linear, way, True)
            if correct(sets, numbers, state, linear, way, 0.0, 1e-8, 12, True) < 0:
                longer = 0.0
        if longer == 0.0:
            put_point(sets, state, way, way.now)
            stride *= SHORTER
            continue
        told[FORKS] += 1.0 if index != usual else 0.0
        tried = 0.0 if index != usual else max(0.0, tried - 0.2)
        usual = index
        told[FOLDS] += 1.0 if way.after[last] < 0.0 < way.ahead[last] else 0.0
        if landing:
            return ARRIVED
        earlier = go_on(sets, state, way)
        stride = min(control.longest, stride * longer)
    return TIRED
