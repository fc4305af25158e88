"""Solved points for sliders without a server: every combination of knots of a few assumptions.

The assumptions are those that move the ends most when each alone goes from end to end of its
range. At a knot the ends are those of the command line. Between knots they are interpolated,
linearly in every assumption, only where that was found to err little on points held out.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.analysis import absorb, outcome_probability
from offramp.core.bounds import whole_number
from offramp.core.errors import ResultError
from offramp.game import Draws, Game, fix
from offramp.game.sobol import sobol_points
from offramp.study.solving.experiment import Progress, solve
from offramp.study.solving.variation import nominal_rows

Array = NDArray[np.float64]
MOST, POINTS = 6, 4096
"""Most assumptions with sliders, and most points that are solved for them."""
HELD_OUT, TRUSTED = 200, 0.02
"""Points on which interpolation is tried, and the largest error at which it is used."""
FARTHEST = 0.01
"""Share of an endless range that is cut off at each end."""
SLICE = 256
"""Points solved at once."""


@dataclass(frozen=True, eq=False)
class Knots:
    """Ends at every combination of knots; arrays are read-only."""

    names: tuple[str, ...]
    """The assumptions with sliders, that which moves the ends most first."""
    values: tuple[Array, ...]
    """(knot,) of each assumption, rising; the nominal value is among them."""
    nominal: tuple[int, ...]
    """Which knot of each is the nominal value."""
    outcomes: tuple[str, ...]
    """And last `unresolved`."""
    probability: Array
    """(knot of the first, …, outcome); nan where a point was not solved."""
    error: float
    """Largest error of interpolated probabilities on the points held out; nan where untried."""

    def __post_init__(self) -> None:
        self.probability.setflags(write=False)

    @property
    def between(self) -> bool:
        """Whether it may be interpolated between knots."""
        return self.error <= TRUSTED

    def at(self, points: Array) -> Array:
        """Interpolated probabilities (point, outcome) at ``points`` (point, assumption)."""
        low = np.empty(points.shape, np.int64)
        part = np.empty(points.shape)
        for i, values in enumerate(self.values):
            low[:, i] = np.clip(np.searchsorted(values, points[:, i], "right") - 1, 0, None)
            low[:, i] = np.minimum(low[:, i], len(values) - 2)
            start, stop = values[low[:, i]], values[low[:, i] + 1]
            part[:, i] = (points[:, i] - start) / (stop - start)
        found = np.zeros((len(points), len(self.outcomes)))
        for corner in itertools.product((0, 1), repeat=len(self.values)):
            side = np.array(corner)
            weight = np.where(side, part, 1 - part).prod(axis=1)
            here = self.probability[tuple((low + side).T)]
            found += np.where(weight[:, None] == 0, 0.0, weight[:, None] * here)
        return found


def find_knots(
    game: Game, count: int, *, precision_scale: float = 1.0, progress: Progress | None = None
) -> Knots | None:
    """Solved points of the ``count`` assumptions that move the ends most; None without ranges.

    Raises ResultError for a count outside 1 to 6.
    """
    whole_number(count, "live", 1, MOST, say=4, kind=ResultError)
    ranged = _ranges(game)
    if not ranged:
        return None
    solver = _Points(game, precision_scale, progress)
    names = _moving_most(solver, ranged, count)
    each = max(k for k in range(2, POINTS + 1) if k ** len(names) <= POINTS)
    each = min(each, 33)
    row = dict(zip(game.nominal().names, game.nominal().values[0].tolist(), strict=True))
    values, nominal = [], []
    for name in names:
        knots, place = _with(np.linspace(*ranged[name], each), row[name])
        values.append(knots)
        nominal.append(place)
    grid = np.array(list(itertools.product(*values)))
    ends = solver.ends(names, grid, "solved points for sliders")
    shape = (*(len(one) for one in values), ends.shape[1])
    outcomes = (*(one.name for one in game.meaning.outcomes), "unresolved")
    found = Knots(names, tuple(values), tuple(nominal), outcomes, ends.reshape(shape), np.nan)
    error = _error(solver, found)
    return Knots(names, tuple(values), tuple(nominal), outcomes, found.probability.copy(), error)


def _ranges(game: Game) -> dict[str, tuple[float, float]]:
    """Assumption with a range of numbers to its ends, which hold the nominal value."""
    row = dict(zip(game.nominal().names, game.nominal().values[0].tolist(), strict=True))
    found: dict[str, tuple[float, float]] = {}
    for one in game.whole.assumptions:
        if one.distribution is None or one.structural or one.distribution.name == "choice":
            continue
        low, high = one.distribution.bounds
        if not (np.isfinite(low) and np.isfinite(high)):
            low, high = map(float, one.distribution.quantile(np.array([FARTHEST, 1 - FARTHEST])))
        low, high = min(low, row[one.name]), max(high, row[one.name])
        if high > low:
            found[one.name] = low, high
    return found


class _Points:
    """Ends at points, the other assumptions at their nominal values."""

    def __init__(self, game: Game, scale: float, progress: Progress | None) -> None:
        self.game, self.scale, self.progress = game, scale, progress

    def ends(self, names: tuple[str, ...], points: Array, what: str) -> Array:
        """(point, outcome + 1) at ``points`` (point, assumption); nan where not solved."""
        parts: list[Array] = []
        for low in range(0, len(points), SLICE):
            part = points[low : low + SLICE]
            rows = nominal_rows(self.game, len(part))
            values = {name: np.ascontiguousarray(part[:, i]) for i, name in enumerate(names)}
            parts.append(self._solved(fix(self.game.whole, rows, values)))
            if self.progress is not None:
                self.progress(what, low + len(part), len(points))
        return np.concatenate(parts)

    def _solved(self, draws: Draws) -> Array:
        ((_, game),) = self.game.parts(draws)
        solved = solve(game, draws, precision_scale=self.scale, starts=0)
        structure = game.structure
        absorbed = absorb(structure, solved.strategy)
        return outcome_probability(structure, absorbed, len(game.meaning.outcomes))


def _moving_most(
    solver: _Points, ranged: dict[str, tuple[float, float]], count: int
) -> tuple[str, ...]:
    """The assumptions between whose ends the probabilities differ most, by total variation."""
    moved: dict[str, float] = {}
    for name, ends in ranged.items():
        low, high = solver.ends((name,), np.array(ends)[:, None], "which assumptions move the ends")
        change = float(np.abs(high - low).sum()) / 2
        moved[name] = change if np.isfinite(change) else 0.0
    return tuple(sorted(moved, key=lambda name: -moved[name])[:count])


def _with(knots: Array, nominal: float) -> tuple[Array, int]:
    """The knots with the nearest one put at the nominal value, and which that is.

    The ends of the range stay unless one of them is the nominal value.
    """
    place = int(np.abs(knots - nominal).argmin())
    if nominal not in (knots[0], knots[-1]) and len(knots) > 2:
        place = min(max(place, 1), len(knots) - 2)
    if len(knots) == 2 and nominal not in knots:
        knots, place = np.array([knots[0], nominal, knots[1]]), 1
    else:
        knots = knots.copy()
        knots[place] = nominal
    return knots, place


def _error(solver: _Points, knots: Knots) -> float:
    """The largest error of interpolation on points held out; inf where one is not solved."""
    shares = sobol_points(len(knots.names), HELD_OUT, 1, 0)
    low = np.array([one[0] for one in knots.values])
    high = np.array([one[-1] for one in knots.values])
    points = low + shares * (high - low)
    exact = solver.ends(knots.names, points, "points held out")
    worst = np.abs(knots.at(points) - exact).max()
    return float(worst) if np.isfinite(worst) else float("inf")
