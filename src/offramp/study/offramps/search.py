"""The smallest moves of levers that bring about an end with a wanted probability.

A point is how much of the way to its limit (0 to 1) each lever goes. It counts where the aim is
at least as probable as wanted and war and catastrophe are no likelier than without any move.
Along a line between two points the first that counts is found by scanning, then by closing in
on it, so that the probability may rise and fall on the way, and jump. Lines through mixes of
two levers give pairs; for more, sequential quadratic programming with the adjoint's gradients
from several starts says through which mix the line goes. Efforts of different holders are
never added up: each mix of holders has a smallest change of its own.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from offramp.core.sharing import Batching
from offramp.study.offramps.levers import Handle, moved, settle
from offramp.study.offramps.slopes import LeverSlopes
from offramp.study.solving.variation import Bench

Array = NDArray[np.float64]
Item = TypeVar("Item")
Result = TypeVar("Result")
NEAR = 1e-7
"""Width, relative to the line, to which the first point that counts is closed in on."""
LESS = 0.999
"""A change counts as smaller where some holder's effort is below this share of the other's."""
SLACK = 1e-9
"""Rise of the probability of war and catastrophe that is rounding."""
SMALL_GAME = 300
"""Nodes up to which the search looks at more lines."""
ABREAST = 32
"""Most searches side by side."""


@dataclass(frozen=True, eq=False)
class Attained:
    """A point that counts: ``parts`` (lever,) of the way, and what was just before it.

    Between ``before`` (lever,), where the probability is ``below``, and ``parts`` it passes or
    jumps over what was wanted.
    """

    parts: Array
    before: Array
    below: float
    above: float

    @property
    def levers(self) -> tuple[int, ...]:
        """Positions of the levers that move."""
        return tuple(np.flatnonzero(self.parts > 0).tolist())


@dataclass(frozen=True, eq=False)
class Seen:
    """Every point that was looked at; probabilities (point,) of the aim and of danger."""

    parts: Array
    reached: Array
    allowed: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Ask:
    """Points (point, lever) that a part of the search wants looked at, or the slopes there."""

    points: Array
    slopes: bool = False


class Search:
    """One search: looks at points, and remembers them.

    Its parts go on side by side, and what they want to know next is solved at once.
    """

    def __init__(
        self,
        bench: Bench,
        levers: Sequence[Handle],
        at_least: float,
        danger: float,
        tell: Callable[[int], None] | None = None,
    ) -> None:
        self.bench, self.levers, self.at_least, self.danger = bench, tuple(levers), at_least, danger
        self.most = np.array([lever.most for lever in levers])
        self.small = bench.game.structure.nodes <= SMALL_GAME
        self.holds = np.zeros((bench.game.structure.parties, len(levers)))
        for i, lever in enumerate(levers):
            self.holds[list(lever.held_by), i] = 1.0
        self._tell = tell
        self._known: dict[bytes, tuple[float, float]] = {}
        self._sloped: dict[bytes, tuple[Array, Array]] = {}
        self._slopes = LeverSlopes(bench, self.levers)
        self._batching = Batching(self._answered)

    def effort(self, parts: Array) -> Array:
        """(party,) effort of each holder, or (point, party) for several points."""
        return (parts * self.most) @ self.holds.T

    def look(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Probability (point,) of the aim, and whether war and catastrophe are no likelier."""
        points = np.ascontiguousarray(settle(self.levers, np.clip(points, 0.0, 1.0))) + 0.0
        keys = _keys(points)
        if not self._known.keys() >= set(keys):
            self._batching.ask(_Ask(points))
        reached, danger = np.array([self._known[key] for key in keys]).T
        return reached, danger <= self.danger + SLACK

    def slopes(self, parts: Array) -> tuple[Array, Array]:
        """Probability of aim and danger (2,) at a point, and slopes (2, lever) by parts of it."""
        points = np.clip(parts, 0.0, 1.0)[None] + 0.0
        (key,) = _keys(points)
        if key not in self._sloped:
            self._batching.ask(_Ask(points, slopes=True))
        return self._sloped[key]

    def each(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        tell: Callable[[int], None] | None = None,
    ) -> list[Result]:
        """What a part of the search makes of every item, side by side; ``tell`` how many are."""
        found: list[Result] = []
        for low in range(0, len(items), ABREAST):
            found += self._batching.each(work, items[low : low + ABREAST])
            if tell is not None:
                tell(len(found))
        return found

    def _answered(self, asked: Sequence[_Ask]) -> list[bool]:
        """Solve what is asked, each point once."""
        wanted = [one.points for one in asked if not one.slopes]
        if wanted:
            self._look(np.concatenate(wanted))
        wanted = [one.points for one in asked if one.slopes]
        if wanted:
            points = np.concatenate(wanted)
            fresh = {key: i for i, key in enumerate(_keys(points))}
            found = self._slopes.at(points[list(fresh.values())])
            self._sloped.update(zip(fresh, found, strict=True))
        return [True] * len(asked)

    def _look(self, points: Array) -> None:
        keys = _keys(points)
        fresh = {key: i for i, key in enumerate(keys) if key not in self._known}
        draws = moved(self.bench.game, self.levers, points[list(fresh.values())])
        stand = self.bench.stand(draws)
        for key, *pair in zip(fresh, stand.reached, stand.danger, strict=True):
            self._known[key] = (float(pair[0]), float(pair[1]))
        if self._tell is not None:
            self._tell(len(self._known))

    def seen(self) -> Seen:
        """All points looked at so far."""
        count = len(self.levers)
        parts = np.array([np.frombuffer(key) for key in self._known]).reshape(-1, count)
        reached, danger = np.array(list(self._known.values())).reshape(-1, 2).T
        return Seen(parts, reached, danger <= self.danger + SLACK)

    # along lines

    def cross(
        self, start: Array, end: Array, *, scan: int, near: float = NEAR
    ) -> list[Attained | None]:
        """The first point that counts on each line from ``start`` to ``end`` (line, lever)."""
        if not len(start):
            return []
        lines = _Lines(self, start, end)
        lines.scan(scan)
        lines.zoom()
        lines.close_in(near)
        return lines.result()

    def singles(self) -> list[Attained | None]:
        """For every lever alone the smallest move that counts."""
        ends = np.eye(len(self.levers))
        return self.cross(np.zeros_like(ends), ends, scan=33 if self.small else 25)

    def pair(self, first: int, second: int, singles: Sequence[Attained | None]) -> list[Attained]:
        """Moves of two levers that take less effort than either alone; nothing if none does.

        With the same holders one: the least effort. With different ones a few, each with another
        balance between the holders.
        """
        together = self.levers[first].held_by == self.levers[second].held_by
        coarse = 17 if self.small else 7 if together else 5
        mixes = np.linspace(0, 2, coarse)[1:-1]
        found = self._mixed(first, second, mixes, 1e-3 if together else NEAR)
        kept = [(mix, reach) for mix, reach in zip(mixes, found, strict=True) if reach is not None]
        if self.small or together or not kept:
            kept += [(np.nan, reach) for reach in self._saturated(first, second)]
        if not kept:
            return []
        rivals = [reach for _, reach in kept]
        if together:
            rivals = [self._narrowed(first, second, kept, 2 / (coarse - 1))]
        rivals = [self.settled(reach) for reach in rivals]
        alone = [r for r in (singles[first], singles[second]) if r is not None]
        return [
            r
            for r in self.undominated(rivals)
            if len(r.levers) == 2 and not any(self.no_more(one, r, 1 / LESS) for one in alone)
        ]

    def _mixed(self, first: int, second: int, mixes: Array, near: float) -> list[Attained | None]:
        ends = np.zeros((len(mixes), len(self.levers)))
        ends[:, first] = np.minimum(1.0, 2.0 - mixes)
        ends[:, second] = np.minimum(1.0, mixes)
        return self.cross(np.zeros_like(ends), ends, scan=9 if self.small else 6, near=near)

    def _saturated(self, first: int, second: int) -> list[Attained]:
        """One lever at its limit, the other as far as is still needed."""
        starts = np.zeros((2, len(self.levers)))
        starts[0, first] = starts[1, second] = 1.0
        ends = starts.copy()
        ends[:, [first, second]] = 1.0
        return [r for r in self.cross(starts, ends, scan=9 if self.small else 5) if r is not None]

    def _narrowed(
        self, first: int, second: int, kept: list[tuple[float, Attained]], step: float
    ) -> Attained:
        """The least effort of one set of holders over mixes, by ever finer grids round it."""
        party = self.levers[first].held_by[0]

        def effort(entry: tuple[float, Attained]) -> float:
            return float(self.effort(entry[1].parts)[party])

        best = min(kept, key=effort)
        grid = [entry for entry in kept if entry[0] == entry[0]]
        for _ in range(3 if grid else 0):
            centre = min(grid, key=effort)[0]
            mixes = np.clip(centre + step * np.array([-2, -1, 0, 1, 2]) / 3, 0.0, 2.0)
            reached = self._mixed(first, second, np.unique(mixes), NEAR)
            grid = [(m, r) for m, r in zip(np.unique(mixes), reached, strict=True) if r] or grid
            best = min([best, *grid], key=effort)
            step /= 3
        return best[1]

    # comparing efforts, holder by holder

    def no_more(self, one: Attained, other: Attained, slack: float = 1.0) -> bool:
        """Whether ``one`` asks no holder for more effort than ``other`` (times ``slack``)."""
        mine, theirs = self.effort(one.parts), self.effort(other.parts)
        return bool((mine <= theirs * slack + 1e-12).all())

    def undominated(self, reaches: Sequence[Attained]) -> list[Attained]:
        """Those for which no other asks less of some holder and no more of any."""
        kept: list[Attained] = []
        for i, one in enumerate(reaches):
            mine = self.effort(one.parts)
            beaten = False
            for j, other in enumerate(reaches):
                theirs = self.effort(other.parts)
                less = (theirs < mine * LESS - 1e-12).any() or j < i
                beaten |= j != i and self.no_more(other, one) and bool(less)
            if not beaten:
                kept.append(one)
        return kept

    def settled(self, reach: Attained) -> Attained:
        """The same where no lever can do with less, the others as they are.

        On a line through several levers those that move in steps may have gone further than
        another of them still asks for.
        """
        if len(reach.levers) < 2 or not any(self.levers[i].stops for i in reach.levers):
            return reach
        for lever in sorted(reach.levers, key=lambda i: -reach.parts[i] * self.most[i]):
            start = reach.parts.copy()
            start[lever] = 0.0
            found = self.cross(start[None], reach.parts[None], scan=9)[0]
            reach = reach if found is None else found
        return reach

    # more than two levers

    def sparse(self, known: Sequence[Attained]) -> list[Attained]:
        """Moves of three or more levers, one for every balance between their holders.

        ``known`` changes serve as starts; levers that add nothing are dropped.
        """
        programmes: list[_Programme] = []
        for balance in self._balances():
            own = [
                i
                for i in range(len(self.levers))
                if all(balance[party] > 0 for party in self.levers[i].held_by)
            ]
            if len(own) >= 3:
                programmes.append(_Programme(self, own, balance))

        def smallest(one: _Programme) -> Attained | None:
            reach = one.solve(known)
            return None if reach is None else self.settled(self._dropped(reach))

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            found = [reach for reach in self.each(smallest, programmes) if reach is not None]
        return [
            r
            for r in self.undominated(found)
            if len(r.levers) > 2 and not any(self.no_more(one, r, 1.005) for one in known)
        ]

    def _balances(self) -> list[Array]:
        """What share of all that it could do each holder does at most, relative to the others."""
        holders: list[int] = np.flatnonzero(self.holds.any(axis=1)).tolist()
        sets: list[tuple[int, ...]] = [(h,) for h in holders]
        if len(holders) <= 4:
            sets += list(itertools.combinations(holders, 2))
        if len(holders) > 2:
            sets.append(tuple(holders))
        balances = [np.isin(np.arange(len(self.holds)), own).astype(float) for own in sets]
        for one, other in itertools.permutations(holders, 2) if len(holders) <= 2 else ():
            tilted = np.zeros(len(self.holds))
            tilted[one], tilted[other] = 1.0, 1 / 3
            balances.append(tilted)
        return balances

    def _dropped(self, reach: Attained) -> Attained:
        """Without levers that are not needed for the same efforts, the least moved first."""
        for lever in sorted(reach.levers, key=lambda i: reach.parts[i] * self.most[i]):
            if len(reach.levers) <= 2:
                break
            parts = reach.parts.copy()
            parts[lever] = 0.0
            other = self.through(parts)
            if other is not None and self.no_more(other, reach, 1.001):
                reach = other
        return reach

    def through(self, parts: Array) -> Attained | None:
        """The first point that counts on the way to ``parts``, else from there to the limits."""
        if not parts.any():
            return None
        found = self.cross(np.zeros((1, len(parts))), parts[None], scan=9)[0]
        if found is None:
            ends = np.where(parts > 0, 1.0, 0.0)
            found = self.cross(parts[None], ends[None], scan=17)[0]
        return found

    def nearest(self) -> Attained | None:
        """The point with the highest probability among those with no more war or catastrophe."""
        seen = self.seen()
        fine = seen.allowed & np.isfinite(seen.reached)
        if not fine.any():
            return None
        top = np.max(seen.reached[fine])
        near = np.flatnonzero(fine & (seen.reached >= top - 1e-9))
        which = near[np.argmin([self.effort(seen.parts[i]).max() for i in near])]
        parts = seen.parts[which]
        return Attained(parts, parts, float(seen.reached[which]), float(seen.reached[which]))

    def climb(self) -> None:
        """Look for points of high probability from several starts, to be found by `nearest`."""
        own = list(range(len(self.levers)))
        if own:
            self.look(np.array(list(itertools.product((0.0, 1.0), repeat=len(own)))[: 2**8]))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                _Programme(self, own, np.ones(len(self.holds))).climb()


class _Lines:
    """Brackets on many lines at once: the last point that does not count, the first that does."""

    def __init__(self, search: Search, start: Array, end: Array) -> None:
        self.search, self.start, self.end = search, start, end
        count = len(start)
        self.low, self.high = np.zeros(count), np.full(count, np.nan)
        self.below, self.above = np.full(count, np.nan), np.full(count, np.nan)

    def at(self, lines: NDArray[np.int64], share: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Probability and whether it counts at ``share`` (line, point) of the way."""
        points = self.start[lines, None] + share[:, :, None] * (self.end - self.start)[lines, None]
        reached, allowed = self.search.look(points.reshape(-1, points.shape[2]))
        counts = allowed & (reached >= self.search.at_least)
        return reached.reshape(share.shape), counts.reshape(share.shape)

    def scan(self, points: int) -> None:
        """A grid over every line; remembers the probabilities for `zoom`."""
        self.grid = np.linspace(0, 1, points)
        lines = np.arange(len(self.start))
        self.reached, self.counts = self.at(lines, np.repeat(self.grid[None], len(lines), axis=0))
        for line in range(len(lines)):
            self._bracket(line, self.grid, self.reached[line], self.counts[line])

    def zoom(self) -> None:
        """A finer grid round the peaks that come before the first point that counts."""
        lines, shares = [], []
        for line, reached in enumerate(self.reached):
            hits = np.flatnonzero(self.counts[line])
            stop = hits[0] if len(hits) else len(reached)
            inner = np.arange(1, min(stop, len(reached) - 1))
            peaks = inner[
                (reached[inner] >= reached[inner - 1]) & (reached[inner] > reached[inner + 1])
            ]
            if len(peaks):
                peak = peaks[np.argmax(reached[peaks])]
                lines.append(line)
                shares.append(np.linspace(self.grid[peak - 1], self.grid[peak + 1], 17))
        if lines:
            reached, counts = self.at(np.array(lines), np.array(shares))
            for line, share, *rest in zip(lines, shares, reached, counts, strict=True):
                if rest[1].any():
                    self._bracket(line, share, *rest)

    def _bracket(self, line: int, share: Array, reached: Array, counts: NDArray[np.bool_]) -> None:
        hits = np.flatnonzero(counts)
        if not len(hits):
            return
        hit = hits[0]
        self.high[line], self.above[line] = share[hit], reached[hit]
        last = max(hit - 1, 0)
        self.low[line], self.below[line] = share[last], reached[last]

    def close_in(self, near: float) -> None:
        """Narrow every bracket: round where a straight line would cross, and in its middle."""
        for _ in range(60):
            open_ones = np.flatnonzero(self.high - self.low > near)
            if not len(open_ones):
                return
            low, high = self.low[open_ones], self.high[open_ones]
            below, above = self.below[open_ones], self.above[open_ones]
            with np.errstate(invalid="ignore", divide="ignore"):
                guess = (self.search.at_least - below) / (above - below)
            guess = np.where((guess > 0) & (guess < 1), guess, 0.5)
            inner = np.stack([guess - 1 / 64, guess + 1 / 64, np.full_like(guess, 0.5)], axis=1)
            inner = np.sort(np.clip(inner, 1 / 256, 1 - 1 / 256), axis=1)
            share = low[:, None] + inner * (high - low)[:, None]
            reached, counts = self.at(open_ones, share)
            for k, line in enumerate(open_ones.tolist()):
                row = np.r_[low[k], share[k], high[k]]
                values = np.r_[below[k], reached[k], above[k]]
                self._bracket(line, row, values, np.r_[False, counts[k], True])

    def result(self) -> list[Attained | None]:
        found: list[Attained | None] = []
        way = self.end - self.start
        for line, high in enumerate(self.high):
            if np.isnan(high):
                found.append(None)
                continue
            on_line = self.start[line] + np.array([high, self.low[line]])[:, None] * way[line]
            parts, before = settle(self.search.levers, on_line)
            found.append(Attained(parts, before, float(self.below[line]), float(self.above[line])))
        return found


class _Programme:
    """The smallest change over several levers with a given balance between their holders.

    Variables are the parts of the way of the levers and the largest share t of all that it
    could do that any holder does, relative to its place in the balance; t is made small.
    """

    def __init__(self, search: Search, own: Sequence[int], balance: Array) -> None:
        self.search, self.own = search, list(own)
        holders = np.flatnonzero((balance > 0) & search.holds[:, self.own].any(axis=1))
        efforts = (search.holds * search.most)[holders][:, self.own]
        self.shares = efforts / efforts.sum(axis=1, keepdims=True) / balance[holders, None]

    def solve(self, known: Sequence[Attained]) -> Attained | None:
        """The smallest change found from several starts, exact along its line; None if none."""
        count, search = len(self.own), self.search
        rng = np.random.default_rng(0)
        mixes = [np.ones(count), *(rng.random((3 if search.small else 1, count)) ** 2)]
        ends = np.array([self._whole(mix / mix.max()) for mix in mixes])
        starts = [r for r in search.cross(np.zeros_like(ends), ends, scan=9, near=1e-3) if r]
        outside = np.setdiff1d(np.arange(len(search.levers)), self.own)
        starts += [r for r in known if not r.parts[outside].any()]
        if not starts:
            starts = [Attained(self._whole(z), self._whole(z), 0, 0) for z in self.climb()]
        starts = sorted(starts, key=lambda r: self.size(r.parts))[: 4 if search.small else 2]

        def smallest(start: Attained) -> Attained | None:
            parts = self._whole(self._minimised(start.parts[self.own]))
            return search.through(np.where(parts > 1e-6, parts, 0.0))

        fine = [r for r in search.each(smallest, starts) if r is not None]
        return min(fine, key=lambda r: self.size(r.parts)) if fine else None

    def climb(self) -> list[Array]:
        """Points (lever of its own,) where the aim is as probable as can be found."""
        count = len(self.own)
        corner = np.ones(count)
        ends = [corner]

        def lacking(z: Array) -> float:
            return -self._slopes(z)[0][0]

        def slope(z: Array) -> Array:
            return -self._slopes(z)[1][0]

        ends += self.search.each(
            lambda start: self._minimise(start, lacking, slope, [self._safe()]),
            (corner, np.full(count, 0.5)),
        )
        self.search.look(np.array([self._whole(end) for end in ends]))
        return ends

    def size(self, parts: Array) -> float:
        """The variable t of a point."""
        return float((self.shares @ parts[self.own]).max())

    def _whole(self, own: Array) -> Array:
        parts = np.zeros(len(self.search.levers))
        parts[self.own] = np.clip(own, 0.0, 1.0)
        return parts

    def _minimised(self, start: Array) -> Array:
        count = len(self.own)
        weight = np.r_[np.zeros(count), 1.0]
        held = np.column_stack([-self.shares, np.ones(len(self.shares))])
        wanted = {
            "type": "ineq",
            "fun": lambda z: self._slopes(z[:count])[0][0] - self.search.at_least,
            "jac": lambda z: np.r_[self._slopes(z[:count])[1][0], 0.0],
        }
        balanced = {"type": "ineq", "fun": lambda z: held @ z, "jac": lambda z: held}
        first = np.r_[start, (self.shares @ start).max()]
        rules = [wanted, balanced, self._safe(count)]
        return self._minimise(first, lambda z: z[-1], lambda z: weight, rules)[:count]

    def _safe(self, count: int | None = None) -> dict[str, object]:
        """War and catastrophe no likelier."""
        own = len(self.own)
        blank = np.zeros(0 if count is None else 1)
        return {
            "type": "ineq",
            "fun": lambda z: self.search.danger - self._slopes(z[:own])[0][1],
            "jac": lambda z: np.r_[-self._slopes(z[:own])[1][1], blank],
        }

    def _minimise(
        self,
        start: Array,
        value: Callable[[Array], float],
        slope: Callable[[Array], Array],
        rules: list[dict[str, object]],
    ) -> Array:
        from scipy.optimize import minimize

        top = max(1.0, float(start.max()))
        bounds = [(0.0, 1.0)] * len(self.own) + [(0.0, 2 * top)] * (len(start) - len(self.own))
        found = minimize(
            value,
            start,
            jac=slope,
            bounds=bounds,
            constraints=rules,
            method="SLSQP",
            options={"maxiter": 40 if self.search.small else 15, "ftol": 1e-7},
        )
        return found.x if np.isfinite(found.x).all() else start

    def _slopes(self, own: Array) -> tuple[Array, Array]:
        """Probability of the aim and of danger (2,) and their slopes (2, lever of its own)."""
        values, slopes = self.search.slopes(self._whole(own))
        return values, slopes[:, self.own]


def _keys(points: Array) -> list[bytes]:
    """What each point (point, lever) is remembered by."""
    return [point.tobytes() for point in points]
