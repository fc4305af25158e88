"""The branch of one draw followed around its turning points, compiled.

Pseudo-arclength continuation in (values at heads, t), where t multiplies all precisions. At
t = 0 the problem is linear. Every step predicts along the tangent, corrects by Newton's method
across it, and is halved when the correction is slow, long or turns too much. The first time the
branch reaches t = 1 it is landed on exactly there. The determinant of the bordered equations keeps
its sign where the branch turns back in t, and changes it at forks, and where a step leads to
another branch: how often it did so is told.

Sources: Allgower & Georg (1990), Numerical continuation methods; Turocy (2005), A dynamic homotopy
interpretation of the logistic quantal response equilibrium correspondence.
"""

from __future__ import annotations

import numpy as np

from offramp.core.compiling import njit
from offramp.solvers.kernels.abreast import EPSILON, jit_inside
from offramp.solvers.kernels.backup import Numbers, linearise, step_back
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.kernels.scaling import fill_scale
from offramp.solvers.perfect.newton import Linearisation, room_for, solve_border

LONGEST, SHORTEST = 0.3, 1e-9
"""How long steps may be, in the scale of values and of precisions; how short, beside the first."""
ACROSS, ASIDE = 0.2, 0.4
"""How far a correction may lead, in any value, and as a share of the step."""
KEEN, STRAIGHT = 1e-4, 1e-6
"""How exact a point is at least, beside the step that led there, and how exact tangents are: near
a turn a rough one leads aside however short the step is."""
NEAR, SHORTER, LONGER = 0.4, 0.4, 2.0
"""Steps are to be off by that share of the most, and change by no more than these factors."""
DOUBTS = 6
"""A step across a fork may lead to another branch: so often a shorter one is tried instead."""
OUTSET = 2e-3
"""The first step where a branch was left, as a share of the precisions there."""
COLUMNS = 400
"""Most vectors of GMRES."""
APART = 0.15
"""How much less than 1 the cosine between two tangents may be."""
SLOW = 100.0
"""Where so many rounds add up, equations that a patience near 1 makes small want exact tangents."""
ARRIVED, STUCK, TIRED, SINGULAR, PAST = range(5)
"""How it may end: at the precision, with too short steps, with too many, at precision 0, or past
the place where steps of the precision had become too short."""
ENDINGS = (
    "it was",
    "steps became too short",
    "too many steps",
    "the linear problem at precision 0 could not be solved",
    "it was taken up again",
)


@njit(cache=True, nogil=True, error_model="numpy")
def follow_around(shape: Shape, numbers: Numbers, values, limit, caution, beyond, stop, told):
    """Follow the branch of one draw; ``values`` (row * lanes + lane,) has its terminals filled in.

    From precision 0 to the end; or, where the first number of ``stop`` (2,) is the share of the
    precisions at which the branch was left, from there and from the values at the heads until it
    has passed the turning points there by ``beyond``, in log(1 + s t) as in `branch`: ``stop`` says
    how far it came. The second number is s, how steep its way is. With ``caution`` above 1 steps
    are shorter, and points on the branch more exact. Fills ``told`` (4,): how it ended, steps,
    times that it turned back, and forks passed.
    """
    scale = np.ones(shape.lanes)
    fill_scale(shape, numbers, values, scale)
    linear = room_for(shape, scale, COLUMNS)
    count = len(linear.weight) + 1
    point, upright = np.zeros(count), np.zeros(count)
    upright[count - 1] = 1.0
    told[:], far = 0, np.inf
    if stop[0] > 0.0:
        take_point(shape, linear, point, values)
        point[count - 1] = stop[0]
        far = np.expm1(np.log1p(stop[1] * stop[0]) + beyond) / stop[1]
    told[0] = go_along(shape, numbers, linear, values, point, upright, limit, caution, far, told)
    stop[0] = point[count - 1]
    put_point(shape, linear, point, values)
    if told[0] != PAST:
        step_back(shape, numbers, values, 0, len(shape.mover), linear.scratch)


@jit_inside
def go_along(
    shape: Shape,
    numbers: Numbers,
    linear: Linearisation,
    values,
    point,
    upright,
    limit,
    caution,
    far,
    told,
):
    """Follow it until t = 1 or past turning points and ``far``; how it ended.

    ``point`` is (unknown + 1,), ``told`` (4,).
    """
    last, longest = len(point) - 1, LONGEST / caution
    within = point[last] > 0.0
    border = upright
    if within:
        aim, _ = aims_at(caution)
        if correct_point(shape, numbers, linear, values, point, upright, aim, KEEN, 10) < 0:
            return STUCK
        border = across(direction(shape, numbers, linear, upright)[0])
        stride = min(longest, OUTSET * point[last])
    elif correct_point(shape, numbers, linear, values, point, upright, 1e-11, 1e-8, 20) < 0:
        return SINGULAR
    else:
        steep = settle_scale(shape, numbers, linear, values, point)
        stride = min(longest, 2.0 / (1.0 + steep))
    shortest = SHORTEST * min(1.0, stride)
    tangent, side = direction(shape, numbers, linear, border)
    bend, doubted = np.zeros_like(tangent), 0
    if within and side < 0:
        return STUCK
    while told[1] < limit and stride > shortest:
        told[1] += 1
        if point[last] + stride * tangent[last] >= 1.0:
            if land(shape, numbers, linear, values, point, tangent, upright, caution):
                return ARRIVED
            stride = 0.5 * (1.0 - point[last]) / tangent[last]
            continue
        quick, after, sign, longer = advance(
            shape, numbers, linear, values, point, tangent, bend, stride, side, doubted, caution
        )
        doubted = doubted + 1 if quick < 0 else 0
        if quick <= 0:
            stride *= longer
            continue
        told[3] += sign != side
        told[2] += after[last] * tangent[last] < 0
        side, bend, tangent = sign, (after - tangent) / stride, after
        if point[last] > far and tangent[last] > 0.0 and told[2] % 2 == 0:
            return PAST
        stride = min(stride * longer, longest)
    return STUCK if told[1] < limit else TIRED


@jit_inside
def advance(
    shape: Shape,
    numbers: Numbers,
    linear: Linearisation,
    values,
    point,
    tangent,
    bend,
    stride,
    side,
    doubted,
    caution,
):
    """One step of length ``stride`` along ``tangent`` (unknown + 1,), taken in place if it holds.

    The guess follows the parabola that turns by ``bend`` (unknown + 1,) a length. Newton steps + 1,
    or 0 if it does not hold; the new tangent, the sign of the determinant, and how many times as
    long the next step may be.
    """
    trial = point + stride * tangent + 0.5 * stride**2 * bend
    guess, border, last = trial.copy(), across(tangent), len(point) - 1
    aim, exact = aims_at(caution)
    aim = min(aim, KEEN * stride)
    used = correct_point(shape, numbers, linear, values, trial, border, aim, exact, 5)
    if used < 0 or trial[last] < -1e-9 or trial[last] > 1.0:
        return 0, tangent, 0, SHORTER
    off = trial - guess
    aside = np.sqrt(product(off, off)) / (ASIDE * stride / caution)
    if not (aside <= 1.0 and np.abs(off).max() <= ACROSS / caution):
        return 0, tangent, 0, paced(aside)
    after, sign = direction(shape, numbers, linear, border)
    apart = (1.0 - product(after, tangent)) / (APART / caution)
    if not apart <= 1.0:
        return 0, tangent, 0, paced(apart)
    if sign != side and doubted < DOUBTS:
        return -1, tangent, 0, SHORTER
    point[:] = trial
    longer = min(paced(aside), paced(apart))
    return used + 1, after, sign, longer if used <= 2 else min(longer, 1.2 if used == 3 else 0.8)


@jit_inside
def paced(off):
    """How many times as long the next step may be, by how far off this one was beside the most."""
    return min(LONGER, max(SHORTER, np.sqrt(NEAR / (off + 1e-9))))


@jit_inside
def across(tangent):
    """The border (unknown + 1,) that keeps corrections across a tangent."""
    last = len(tangent) - 1
    border = tangent.copy()
    border[:last] /= np.sqrt(float(last))
    return border / np.sqrt(border @ border)


@jit_inside
def aims_at(caution):
    """How exact points are, relative to the scale of values, and solutions of linear equations."""
    return 1e-7 / caution**6, 1e-2 / caution**3


@jit_inside
def land(
    shape: Shape, numbers: Numbers, linear: Linearisation, values, point, tangent, upright, caution
):
    """Newton's method at t = 1 from where the tangent (unknown + 1,) meets it; whether that
    holds."""
    last = len(point) - 1
    stride = (1.0 - point[last]) / tangent[last]
    trial = point + stride * tangent
    trial[last] = 1.0
    guess = trial.copy()
    if correct_point(shape, numbers, linear, values, trial, upright, 1e-5, 1e-2, 5) < 0:
        return False
    off = trial - guess
    far = np.sqrt(product(off, off)) > ASIDE * stride / caution + 1e-9
    far |= np.abs(off).max() > ACROSS / caution
    if far or correct_point(shape, numbers, linear, values, trial, upright, 1e-15, 1e-4, 12) < 0:
        return False
    point[:] = trial
    return True


@jit_inside
def settle_scale(shape: Shape, numbers: Numbers, linear: Linearisation, values, point):
    """Measure values by those at t = 0, which may dwarf all pays; how steep responses will be.

    ``point`` is (unknown + 1,), linearised in the new scale.
    """
    put_point(shape, linear, point, values)
    scale = np.ones(shape.lanes)
    step_back(shape, numbers, values, 0, shape.reach, linear.scratch)
    fill_scale(shape, numbers, values, scale)
    for k in range(len(linear.weight)):
        weight = 1.0 / scale[k % shape.lanes]
        point[k] *= weight / linear.weight[k]
        linear.weight[k] = weight
    find_off(shape, numbers, linear, point, values, np.empty_like(point))
    return (numbers.precision * scale).max()


@jit_inside
def direction(shape: Shape, numbers: Numbers, linear: Linearisation, border):
    """Unit tangent (mean square over values, plus t squared) at the last linearisation.

    And the sign of the determinant. Not a number where the numbers do not reach. ``border`` is
    (unknown + 1,).
    """
    right, tangent = np.zeros_like(border), np.zeros_like(border)
    right[len(right) - 1] = 1.0
    rest = max(EPSILON, 1.0 - numbers.patience.max())
    tolerance = STRAIGHT * min(1.0, SLOW * rest)
    solve_border(shape, numbers, linear, border, right, tolerance, tangent)
    krylov = linear.krylov
    sign = 1
    if krylov.used[0] > 0 and krylov.rows[krylov.cosine + krylov.used[0] - 1] < 0.0:
        sign = -1
    return tangent / np.sqrt(product(tangent, tangent)), sign


@jit_inside
def product(one, other):
    """The inner product in which lengths along the branch are measured. Both are (unknown + 1,)."""
    last = len(one) - 1
    return (one[:last] @ other[:last]) / last + one[last] * other[last]


@jit_inside
def take_point(shape: Shape, linear: Linearisation, point, values):
    """Read the unknowns (unknown + 1,) from the values at the heads."""
    lanes = shape.lanes
    for i in range(len(shape.heads)):
        for j in range(lanes):
            k = i * lanes + j
            point[k] = values[shape.heads[i] * lanes + j] * linear.weight[k]


@jit_inside
def put_point(shape: Shape, linear: Linearisation, point, values):
    """Write the unknowns (unknown + 1,) into the values at the heads."""
    lanes = shape.lanes
    for i in range(len(shape.heads)):
        for j in range(lanes):
            k = i * lanes + j
            values[shape.heads[i] * lanes + j] = point[k] / linear.weight[k]


@jit_inside
def find_off(shape: Shape, numbers: Numbers, linear: Linearisation, point, values, gap):
    """Linearise at ``point``; g(u, t) - u into ``gap``, 0 for the border, and its largest entry.

    Both are (unknown + 1,).
    """
    put_point(shape, linear, point, values)
    last, lanes = len(point) - 1, shape.lanes
    linearise(
        shape,
        numbers,
        point[last],
        values,
        shape.reach,
        linear.scratch,
        linear.chance,
        linear.slope,
        linear.rate,
    )
    worst = gap[last] = 0.0
    for i in range(len(shape.heads)):
        for j in range(lanes):
            k = i * lanes + j
            gap[k] = values[shape.heads[i] * lanes + j] * linear.weight[k] - point[k]
            if not abs(gap[k]) <= worst:
                worst = abs(gap[k])
    return worst


@jit_inside
def correct_point(
    shape: Shape, numbers: Numbers, linear: Linearisation, values, point, border, aim, krylov, limit
):
    """Newton steps on ``point`` (unknown + 1,), in place, that keep border . point.

    Iterations, -1 on failure. Stops when the largest gap (relative to the scale of values) is at
    most ``aim``, or as small as rounding allows.
    """
    before, gap, step = np.inf, np.empty_like(point), np.empty_like(point)
    for iteration in range(limit + 1):
        worst = find_off(shape, numbers, linear, point, values, gap)
        if not worst <= 1e3:
            return -1
        if worst <= aim or (worst < 1e-12 and worst > 0.25 * before):
            return iteration
        if iteration == limit or (worst > 4.0 * before and iteration > 1):
            return -1
        before = worst
        step[:] = 0.0
        solve_border(shape, numbers, linear, border, gap, krylov, step)
        point += step
    return -1
