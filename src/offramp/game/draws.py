"""Draws: values of every assumption, nominal or spread over their ranges."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from offramp.core.bounds import MAX_DRAWS, MAX_SEED, whole_number
from offramp.core.errors import GameError, OfframpError, suggestion
from offramp.core.showing import Brief
from offramp.expressions import Number, evaluate, names
from offramp.game.sobol import sobol_points
from offramp.scenario import Assumption, Meaning
from offramp.scenario.distributions import EDGE

MAX_COMBINATIONS = 64
"""Most combinations of switches in one run: each is a game of its own."""
MAX_RANGES = 21_201
"""Most dimensions that the Sobol points have."""


@dataclass(frozen=True, eq=False, repr=False)
class Draws(Brief):
    """Values of the assumptions, array (draw, assumption); read-only.

    ``seed`` is None for nominal values. A draw depends on its index and the seed only. The
    indices are consecutive from ``first`` on unless ``index`` (draw,) says otherwise.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    seed: int | None
    first: int = 0
    index: NDArray[np.intp] | None = None

    def __post_init__(self) -> None:
        self.values.setflags(write=False)

    def __len__(self) -> int:
        return len(self.values)

    def number(self, draw: int) -> int:
        """The index of the draw in row ``draw``."""
        return self.first + draw if self.index is None else int(self.index[draw])

    def rows(self, which: NDArray[np.intp]) -> Draws:
        """Some of the draws; they keep their indices."""
        if len(which) == len(self) and (which == np.arange(len(self))).all():
            return self
        index = self.first + np.arange(len(self)) if self.index is None else self.index
        return Draws(self.names, self.values[which], self.seed, self.first, index[which])

    def columns(self, read: frozenset[str] | None = None) -> dict[str, NDArray[np.float64]]:
        """Name to (1, draw) array, as formulas want them; only those in ``read`` if given."""
        wanted = self.names if read is None else read & self._place.keys()
        return {name: self.values[None, :, self._place[name]] for name in wanted}

    def marks(self, read: frozenset[str]) -> tuple[bytes, ...]:
        """What tells the values of the assumptions in ``read`` from others: equal if they are."""
        return tuple(map(self._mark, sorted(read & self._place.keys())))

    def _mark(self, name: str) -> bytes:
        found = self._marks.get(name)
        if found is None:
            values = self.values[:, self._place[name]]
            found = self._marks[name] = blake2b(values.tobytes(), digest_size=16).digest()
        return found

    @cached_property
    def _marks(self) -> dict[str, bytes]:
        return {}

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names)}


def nominal_draw(meaning: Meaning) -> Draws:
    """One draw: every assumption at its nominal value."""
    return Draws(_names(meaning), _completed(meaning, {}, 1, None), None)


def draw(meaning: Meaning, count: int, seed: int | None = None, first: int = 0) -> Draws:
    """``count`` draws from index ``first`` on: scrambled Sobol points through the ranges.

    ``seed`` None draws one, which is recorded; 0 is a seed. Assumptions without a range
    keep their value, or follow the formula of others.
    """
    if seed is None:
        seed = secrets.randbits(32)
    count = whole_number(count, "draws", 1, MAX_DRAWS, say=1000, kind=GameError)
    seed = whole_number(seed, "seed", 0, MAX_SEED, kind=GameError)
    spread = [a for a in meaning.assumptions if a.distribution is not None]
    if len(spread) > MAX_RANGES:
        raise GameError(
            f"{len(spread):,} assumptions have ranges",
            expected=f"at most {MAX_RANGES:,}",
            repair="take the ranges of those that matter least away",
            place=meaning.place(("parameters",)),
            path="parameters",
        )
    _check_combinations(meaning)
    points = _points(len(spread), count, seed, first)
    drawn = {
        assumption.name: assumption.distribution.quantile(points[:, i])
        for i, assumption in enumerate(spread)
        if assumption.distribution is not None
    }
    return Draws(_names(meaning), _completed(meaning, drawn, count, seed), seed, first)


def _check_combinations(meaning: Meaning) -> None:
    """Not more combinations of switches than one run solves."""
    ranged = [
        (one.name, len(getattr(one.distribution, "arguments", one.options)))
        for one in meaning.assumptions
        if one.structural and one.distribution is not None
    ]
    count = math.prod(options for _, options in ranged)
    if count > MAX_COMBINATIONS:
        kept: list[str] = []
        left = count
        for name, options in sorted(ranged, key=lambda one: -one[1]):
            if left > MAX_COMBINATIONS:
                left //= options
                kept.append(name)
        raise GameError(
            f"{len(ranged)} switches with ranges have {count:,} combinations",
            expected=f"at most {MAX_COMBINATIONS} in one run",
            repair=f"take the range of {' and '.join(kept)} away",
            place=meaning.place(("switches",)),
            path="switches",
        )


def fix(
    meaning: Meaning, draws: Draws, values: Mapping[str, float] | Mapping[str, NDArray[np.float64]]
) -> Draws:
    """The same draws with some assumptions fixed; those that follow by formula follow again.

    ``values`` maps assumption names (``cost[north]``) to numbers, or to arrays (draw,);
    raises GameError for a name that is none.
    """
    for name in values:
        if name not in draws.names:
            raise GameError(
                f"no assumption '{name}'",
                expected="the name of an assumption",
                repair=suggestion(name, draws.names),
            )
    changed = _followers(meaning, draws, frozenset(values))
    drawn = {name: draws.values[:, i] for i, name in enumerate(draws.names) if name not in changed}
    drawn |= {name: np.full(len(draws), value) for name, value in values.items()}
    whole = _completed(meaning, drawn, len(draws), draws.seed)
    return Draws(draws.names, whole, draws.seed, draws.first, draws.index)


def _followers(meaning: Meaning, draws: Draws, fixed: frozenset[str]) -> frozenset[str]:
    """Assumptions whose values follow by formula from ``fixed`` ones, directly or through others.

    One with a range of its own follows at nominal values only.
    """
    changed: set[str] = set()
    for assumption in _following(meaning.assumptions):
        ranged = assumption.distribution is not None and draws.seed is not None
        if assumption.formula is None or ranged or assumption.name in fixed:
            continue
        if names(assumption.formula) & (fixed | changed):
            changed.add(assumption.name)
    return frozenset(changed)


def _names(meaning: Meaning) -> tuple[str, ...]:
    return tuple(assumption.name for assumption in meaning.assumptions)


def _points(dimensions: int, count: int, seed: int, first: int) -> NDArray[np.float64]:
    """Sobol points ``first``.. of the scrambling named by the seed, (count, dimensions)."""
    if dimensions == 0:
        return np.zeros((count, 0))
    points = sobol_points(dimensions, count, seed, first)
    return np.clip(points, EDGE, 1 - EDGE)


def _completed(
    meaning: Meaning, drawn: Mapping[str, NDArray[np.float64]], count: int, seed: int | None
) -> NDArray[np.float64]:
    """All assumptions (draw, assumption): drawn ones as they are, the rest by their formulas."""
    whole = np.empty((count, len(meaning.assumptions)))
    place = {assumption.name: i for i, assumption in enumerate(meaning.assumptions)}
    for i, assumption in enumerate(meaning.assumptions):
        if assumption.name in drawn:
            whole[:, i] = drawn[assumption.name]
        elif isinstance(assumption.formula, Number):
            whole[:, i] = assumption.formula.value
    for assumption in _following(meaning.assumptions):
        if assumption.name in drawn or assumption.formula is None:
            continue
        columns = {name: whole[None, :, place[name]] for name in names(assumption.formula)}
        try:
            whole[:, place[assumption.name]] = evaluate(assumption.formula, columns)[0]
        except OfframpError as error:
            where = "at nominal values" if seed is None else f"in a draw of seed {seed}"
            found = re.sub(r" at row 0, draw \d+", "", error.found)
            raise GameError(
                f"'{assumption.name}' has no value {where}: {found}",
                expected=error.expected or "a finite number",
                repair=error.repair or "choose values for which it has one",
                place=meaning.place((*assumption.path, "value")),
                path=".".join(map(str, assumption.path)),
                code="E404",
            ) from None
    return whole


def _following(assumptions: Sequence[Assumption]) -> list[Assumption]:
    """Assumptions with a formula that is no number, so that each stands after those it reads."""
    formulas = {
        one.name: one
        for one in assumptions
        if one.formula is not None and not isinstance(one.formula, Number)
    }
    if not formulas:
        return []
    needs = {
        name: sorted(names(one.formula) & formulas.keys())
        for name, one in formulas.items()
        if one.formula is not None
    }
    return [formulas[name] for name in TopologicalSorter(needs).static_order()]
