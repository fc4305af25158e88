"""Who drives the result: a quantity as each expert alone has it, and what the pool makes of that.

The pool of ranges is a mixture, so the mean of any quantity over it is the weighted mean of the
means over the experts' own ranges, and its variance is parted into that within experts and that
between them (the law of total variance). ``driven`` solves draws from each expert's own range;
``driven_in`` solves none: a draw from the pool counts for each expert by the share of the pool's
density there that is the expert's, so that the shares of a draw sum to 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import ScenarioError
from offramp.scenario import Assumption, Meaning, Scenario
from offramp.scenario.distributions import Distribution, parse_distribution
from offramp.scenario.model import Expert, Quantity
from offramp.scenario.pooling import straight
from offramp.scenario.queries import parse_query
from offramp.study.quantities.evaluation import evaluate_queries
from offramp.study.solving.experiment import Progress
from offramp.study.solving.shares import spread_draws
from offramp.study.solving.workspace import Workspace

SHOWN = (0.05, 0.5, 0.95)
"""Shares of which every expert's values are shown."""
FEWEST = 16
"""Draws that have to count for an expert, in sum, for a mean of them to be told."""
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Voice:
    """One expert on one number: ``weight`` is the share in the pool, ``quantiles`` of ``SHOWN``.

    ``mean`` and ``deviation`` are of the quantity over the expert's own range; ``without`` is the
    pool's mean with this expert left out, and ``shift`` what the expert adds to it. None where no
    draw has a value.
    """

    name: str
    note: str
    weight: float
    range: Distribution
    quantiles: tuple[float, ...]
    mean: float | None
    deviation: float | None
    without: float | None
    shift: float | None


@dataclass(frozen=True)
class Driven:
    """A quantity, a number that several experts judge, and what each of them makes of it."""

    quantity: str
    assumption: str
    voices: tuple[Voice, ...]
    pool: Distribution
    mean: float | None
    within: float | None
    between: float | None
    draws: int
    seed: int | None

    @property
    def share_between(self) -> float | None:
        """The part of the variance that lies between experts; None where nothing varies."""
        if self.within is None or self.between is None or not self.within + self.between:
            return None
        return self.between / (self.within + self.between)

    @property
    def driver(self) -> Voice | None:
        """Who moves the pool's mean most; None where nobody does."""
        known = [one for one in self.voices if one.shift]
        return max(known, key=lambda one: abs(one.shift or 0.0), default=None)

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        voices = [
            {
                "expert": one.note or one.name,
                "weight": one.weight,
                "range": str(one.range),
                "quantiles": dict(zip(map(str, SHOWN), one.quantiles, strict=True)),
                "mean": one.mean,
                "deviation": one.deviation,
                "without": one.without,
                "shift": one.shift,
            }
            for one in self.voices
        ]
        return {
            "quantity": self.quantity,
            "assumption": self.assumption,
            "pool": str(self.pool),
            "mean": self.mean,
            "within": self.within,
            "between": self.between,
            "share_between": self.share_between,
            "draws": self.draws,
            "seed": self.seed,
            "experts": voices,
        }


def driven(
    scenario: Scenario | Workspace,
    quantity: str = "P(kind agreement)",
    *,
    draws: int = 256,
    seed: int | None = None,
    progress: Progress | None = None,
) -> tuple[Driven, ...]:
    """Who drives a quantity, for every number of the scenario that several experts judge.

    For each expert the number is drawn from that expert's own range, all others from theirs, in
    ``draws`` combinations with the same seed. Raises ScenarioError where no number has experts, or
    the quantity cannot be read.
    """
    space = Workspace.of(scenario)
    meaning = space.meaning()
    query = parse_query(quantity, meaning)
    found: list[Driven] = []
    for one, experts in judged(meaning):
        told: list[_Told] = []
        for name, expert in experts.items():
            own = parse_distribution(expert.range)
            believed = _believing(meaning, one, own)
            spread = spread_draws(believed, draws, seed)
            seed = spread.seed
            values = evaluate_queries(
                believed, [query], spread, workspace=space, progress=progress
            ).of(query)
            told.append(_Told(name, expert, own, values, np.ones(len(values))))
        weights = np.array([expert.weight for expert in experts.values()])
        found.append(_driven(quantity, one, told, weights / weights.sum(), (draws, seed)))
    if not found:
        raise ScenarioError(
            "no number has experts",
            expected="a parameter with 'experts: {NAME: {range: …}, …}'",
            repair="give a CSV file of judgements: offramp elicit FILE JUDGEMENTS.csv",
            place=space.scenario.place("parameters"),
        )
    return tuple(found)


def driven_in(
    assumption: Assumption,
    experts: Mapping[str, Expert],
    drawn: Array,
    quantities: Mapping[str, Array],
) -> tuple[Driven, ...]:
    """Who drives quantities whose values over draws from the pool are known; nothing is solved.

    ``drawn`` is (draw,) the number that the experts judge, and each of ``quantities`` (draw,) its
    values, nan where there is none. An expert for whom fewer than ``FEWEST`` draws count has no
    mean. Empty where the number was not drawn from the pool.
    """
    weights = np.array([expert.weight for expert in experts.values()])
    weights = weights / weights.sum()
    ranges = [parse_distribution(expert.range) for expert in experts.values()]
    density = weights[:, None] * np.stack([_density(drawn, one) for one in ranges])
    pool = density.sum(axis=0)
    if not len(drawn) or (pool <= 0).any() or np.ptp(drawn) == 0:
        return ()
    shares = density / pool
    found: list[Driven] = []
    for quantity, values in quantities.items():
        fine = np.isfinite(values)
        told = [
            _Told(name, expert, own, values[fine], share[fine])
            for (name, expert), own, share in zip(experts.items(), ranges, shares, strict=True)
        ]
        counted = np.array([one.shares.sum() for one in told])
        if fine.any():
            found.append(
                _driven(quantity, assumption, told, counted / counted.sum(), (fine.sum(), None))
            )
    return tuple(found)


def _density(values: Array, one: Distribution) -> Array:
    """(draw,) the density of an expert's range at values; 0 outside."""
    edges, masses = (np.array(straight(one).arguments[k::2]) for k in (0, 1))
    height = masses / (masses.sum() * np.diff(edges))
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(height) - 1)
    inside = (values >= edges[0]) & (values <= edges[-1])
    return np.where(inside, height[place], 0.0)


def judged(meaning: Meaning) -> Iterator[tuple[Assumption, Mapping[str, Expert]]]:
    """Every number with experts, and these."""
    for one in meaning.assumptions:
        if one.path[0] != "parameters":
            continue
        entry: Any = meaning.scenario.parameters[str(one.path[1])]
        entry = entry.each[str(one.path[3])] if len(one.path) > 3 else entry
        if isinstance(entry, Quantity) and entry.experts and one.distribution is not None:
            yield one, entry.experts


def _believing(meaning: Meaning, one: Assumption, own: Distribution) -> Meaning:
    """The same with one number drawn from another range."""
    changed = tuple(
        replace(other, distribution=own) if other.name == one.name else other
        for other in meaning.assumptions
    )
    return replace(meaning, assumptions=changed)


@dataclass(frozen=True)
class _Told:
    """What one expert says, (draw,) values of the quantity, and how far each counts for them."""

    name: str
    expert: Expert
    range: Distribution
    values: Array
    shares: Array

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and variance of the quantity on the expert's premises; nan without enough draws."""
        fine = np.isfinite(self.values)
        values, shares = self.values[fine], self.shares[fine]
        if not shares.sum() or (shares.sum() < FEWEST and (shares < 1).any()):
            return np.nan, np.nan
        mean = float(np.average(values, weights=shares))
        return mean, float(np.average((values - mean) ** 2, weights=shares))


def _driven(
    quantity: str, one: Assumption, told: list[_Told], weights: Array, drawn: tuple[int, int | None]
) -> Driven:
    """The record; ``weights`` is (expert,) of what the pool is made of, in sum 1."""
    means, spreads = np.array([own.moments for own in told]).T
    known = bool(np.isfinite(means).all())
    mean = float(weights @ means)
    voices: list[Voice] = []
    total = sum(own.expert.weight for own in told)
    for i, own in enumerate(told):
        rest = 1 - weights[i]
        without = (mean - weights[i] * means[i]) / rest if rest > 0 else np.nan
        voices.append(
            Voice(
                own.name,
                own.expert.note or "",
                own.expert.weight / total,
                own.range,
                tuple(float(q) for q in own.range.quantile(np.array(SHOWN))),
                _number(means[i]),
                _number(spreads[i] ** 0.5),
                _number(without),
                _number(mean - without),
            )
        )
    assert one.distribution is not None
    within = float(weights @ spreads) if known else None
    between = float(weights @ (means - mean) ** 2) if known else None
    pool = one.distribution
    return Driven(quantity, one.name, tuple(voices), pool, _number(mean), within, between, *drawn)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
