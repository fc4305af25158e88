"""The one or two assumptions that decide a claim: where in their ranges it holds, or does not.

A region is one or two conditions such as `attention_decay >= 0.3`. Every pair of conditions at
the tenths of the ranges is looked at (no greedy step), on half of the scramblings; coverage and
density, the measures of the patient rule induction method (Friedman and Fisher 1999; Bryant and
Lempert 2010), are then taken on the other half, so that a region found by chance does not look
better than it is. `docs/decisions` says why no package is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from offramp.study.solving.shares import SCRAMBLINGS

Array = NDArray[np.float64]
Truths = NDArray[np.bool_]
TENTHS = np.arange(0.1, 0.95, 0.1)
FEWEST = 10
"""Draws of either verdict, in either half, below which nothing is looked for."""
SEPARATES = 0.3
"""Least separation, coverage less the share of the other draws that lie inside too."""
SECOND = 0.1
"""Least separation that a second condition must add."""
MOST = 60
"""Assumptions that are paired: those whose single conditions separate most."""


@dataclass(frozen=True)
class Condition:
    """`name >= threshold` or `name <= threshold`, in the units of the assumption."""

    name: str
    sign: str
    threshold: float
    label: str = ""
    """The name as words."""
    options: tuple[str, ...] = ()
    """Of a switch: the options that fulfil it."""

    def __str__(self) -> str:
        return f"{self.name} {self.sign} {self.threshold:.3g}"


@dataclass(frozen=True)
class Deciding:
    """A region of assumptions in which a claim mostly ``holds`` (True) or mostly does not.

    ``coverage``: share of the draws with that verdict that lie in the region. ``density``: share
    of the region's draws that have that verdict. ``base``: their share of all draws. All three
    are taken on draws that the region was not chosen on.
    """

    conditions: tuple[Condition, ...]
    holds: bool
    coverage: float
    density: float
    base: float

    @property
    def names(self) -> tuple[str, ...]:
        """The deciding assumptions."""
        return tuple(dict.fromkeys(one.name for one in self.conditions))

    def called(
        self, labels: Mapping[str, str], options: Mapping[str, tuple[str, ...]] | None = None
    ) -> Deciding:
        """The same with the assumptions as words, and switches with the options that fulfil it."""
        known = options or {}
        own = tuple(
            replace(
                one,
                label=labels.get(one.name, ""),
                options=_fulfilling(one, known.get(one.name, ())),
            )
            for one in self.conditions
        )
        return replace(self, conditions=own)

    def plain(self) -> dict[str, object]:
        """As numbers and strings."""
        return {
            "conditions": [str(one) for one in self.conditions],
            "holds": self.holds,
            "coverage": self.coverage,
            "density": self.density,
            "base": self.base,
        }


def _fulfilling(condition: Condition, options: tuple[str, ...]) -> tuple[str, ...]:
    """The options 0, 1, … that fulfil a condition."""
    least = condition.sign == ">="
    return tuple(
        option
        for number, option in enumerate(options)
        if (number >= condition.threshold if least else number <= condition.threshold)
    )


def find_deciding(
    names: Sequence[str], values: Array, holds: Truths, counts: Truths
) -> Deciding | None:
    """The region that separates most, or None where no one or two assumptions decide.

    ``values`` (draw, name) of the assumptions, ``holds`` (draw,); draw i is of scrambling i % 8;
    only draws that ``counts`` (draw,) are looked at.
    """
    turns = np.arange(len(holds)) % SCRAMBLINGS
    even: Truths = np.asarray(turns % 2 == 0)
    chosen_on = even[counts]
    values, holds = values[counts], holds[counts]
    for half in (holds[chosen_on], holds[~chosen_on]):
        if min(half.sum(), (~half).sum()) < FEWEST:
            return None
    conditions = _conditions(names, values[chosen_on])
    if not conditions:
        return None
    inside = np.array([_inside(one, names, values) for one in conditions])
    found = _best(conditions, inside[:, chosen_on], holds[chosen_on])
    if found is None:
        return None
    rows, verdict = found
    region: Truths = np.logical_and.reduce(inside[list(rows)])[~chosen_on]
    has = holds[~chosen_on] if verdict else ~holds[~chosen_on]
    both = float((region & has).sum())
    coverage, outside = both / has.sum(), (region & ~has).sum() / (~has).sum()
    if not region.any() or coverage - outside < SEPARATES:
        return None
    told = tuple(conditions[row] for row in rows)
    return Deciding(told, verdict, float(coverage), both / float(region.sum()), float(has.mean()))


def _conditions(names: Sequence[str], values: Array) -> list[Condition]:
    """Conditions at the tenths of each assumption; a value that never changes has none."""
    found: list[Condition] = []
    for column, name in enumerate(names):
        own = values[:, column]
        for threshold in np.unique(np.quantile(own, TENTHS, method="nearest")):
            if threshold > own.min():
                found.append(Condition(name, ">=", float(threshold)))
            if threshold < own.max():
                found.append(Condition(name, "<=", float(threshold)))
    return found


def _inside(condition: Condition, names: Sequence[str], values: Array) -> Truths:
    own = values[:, list(names).index(condition.name)]
    return own >= condition.threshold if condition.sign == ">=" else own <= condition.threshold


def _best(
    conditions: Sequence[Condition], inside: Truths, holds: Truths
) -> tuple[tuple[int, ...], bool] | None:
    """The condition, or the pair if it adds enough, and the verdict that its region is about.

    Of one condition both sides say the same; the rarer verdict is told.
    """
    rarer = bool(holds.mean() <= 0.5)
    weight = {v: _weights(holds == v) for v in (True, False)}
    single = inside @ weight[rarer]
    first = int(single.argmax())
    kept = _kept(conditions, single)
    masks = inside[kept].astype(np.float32)
    best: tuple[tuple[int, ...], bool] | None = None
    gained = float(single[first]) + SECOND
    for verdict in (rarer, not rarer):
        pairs = (masks * weight[verdict].astype(np.float32)) @ masks.T
        row, column = np.unravel_index(int(pairs.argmax()), pairs.shape)
        if row != column and pairs[row, column] > gained + 1e-6:
            gained = float(pairs[row, column])
            best = tuple(sorted((int(kept[row]), int(kept[column])))), verdict
    if best is not None:
        return best
    return ((first,), rarer) if single[first] >= SEPARATES else None


def _weights(has: Truths) -> Array:
    """(draw,) so that a region's sum is its coverage less the share of the others inside."""
    return np.where(has, 1 / has.sum(), -1 / (~has).sum())


def _kept(conditions: Sequence[Condition], single: Array) -> NDArray[np.int64]:
    """Positions of the conditions on the assumptions that separate most alone."""
    best: dict[str, float] = {}
    for condition, value in zip(conditions, np.abs(single), strict=True):
        best[condition.name] = max(best.get(condition.name, 0.0), float(value))
    names = set(sorted(best, key=lambda name: -best[name])[:MOST])
    return np.array([i for i, c in enumerate(conditions) if c.name in names], np.int64)
