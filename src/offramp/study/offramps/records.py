"""What a search for off-ramps hands on: every change with its effort, and its effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.showing import Brief, Tabled
from offramp.study.offramps.curves import LeverCurve
from offramp.study.offramps.levers import Excluded
from offramp.study.packages.without import WithoutAgreement
from offramp.study.solving.shares import Share

LESS = 0.999
LITTLE = 0.05
"""Part of its way below which a lever does not make another change of a change."""
LOSES, WHOLE_OFFER = "loses", "whole offer"
"""Why a first step is no off-ramp: its holder loses by it, or takes what another offers whole."""


@dataclass(frozen=True)
class Change:
    """One lever moved from its nominal value; ``beside`` is the last value seen not to suffice."""

    lever: str
    label: str
    parameter: str
    unit: str
    start: float
    to: float
    beside: float
    limit: float
    effort: float
    held_by: tuple[str, ...]
    called: str = ""
    """The parameter as words."""
    stepped: bool = False
    """Whether the parameter takes some values only."""
    whole: bool = False
    """Whether these are the whole numbers."""
    options: tuple[str, ...] = ()
    """Of a switch: the names of its values 0, 1, …."""

    @property
    def part(self) -> float:
        """How much of the way to its limit it goes, 0 to 1."""
        way = self.limit - self.start
        return (self.to - self.start) / way if way else 0.0

    def option(self, value: float) -> str:
        """The option of a switch that a value is; '' of a number."""
        return self.options[round(value)] if self.options else ""

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "lever": self.lever,
            "parameter": self.parameter,
            "from": self.option(self.start) or self.start,
            "to": self.option(self.to) or self.to,
            "limit": self.option(self.limit) or self.limit,
            "effort": self.effort,
            "held_by": list(self.held_by),
        }


@dataclass(frozen=True, repr=False)
class OffRamp(Brief):
    """A change that brings about what was asked, and what else follows from it.

    Probabilities and payoffs are those at nominal values on the principal branch. ``effort`` is
    in the levers' own units, by holder, and empty for a first step.
    """

    changes: tuple[Change, ...]
    first_step: str
    """'north.act = wait'; empty where levers are moved."""
    step_label: str
    step_ends: bool
    """Whether the first step itself ends the crisis."""
    holders: tuple[str, ...]
    effort: Mapping[str, float]
    whose: str
    """What stands behind 'On the premises of'."""
    outcome: str
    at_least: float
    labels: Mapping[str, str]
    """Party to how it is called."""
    before: float
    after: float
    danger_before: float
    """Probability of war and catastrophe together."""
    danger_after: float
    payoff_before: Mapping[str, float]
    payoff_after: Mapping[str, float]
    settlement: Mapping[str, float]
    """Party to what the settlements that follow are worth when they come, on average."""
    going_on: Mapping[str, float]
    """Party to what it expects in the game without any such end."""
    floor: Mapping[str, float]
    """Party to the largest reading of what it has without agreement."""
    below: Mapping[str, float]
    """Party to the share of the settlements that are worth less to it than that."""
    imposed_on: tuple[str, ...]
    """Parties on whom at least a twentieth of the settlements are imposed."""
    jump: tuple[float, float] | None
    """Probabilities on both sides where the wanted one is jumped over."""
    elsewhere: float
    """Least probability in other equilibria found of the changed game; nan where none was."""
    residual: float
    branch: str
    uniqueness: str
    works: Share | None
    """Share of the draws in which the change brings about what is asked."""
    works_other: Share | None
    """The same with the ranges concentrated on the nominal values."""
    without: Share | None
    """Share of the draws in which it is so without the change."""
    balanced: bool = True
    """No other change found asks less effort of some holder and no more of any."""
    accounts: Mapping[str, float] = field(default_factory=dict[str, float])
    """Account to the probability with the same change, at that account's nominal values."""
    apart: str = ""
    """Why a first step is no off-ramp, `LOSES` or `WHOLE_OFFER`; '' where it is one."""

    @property
    def gains(self) -> Mapping[str, float]:
        """Party to what the change adds to its expected payoff, efforts not counted."""
        return {name: self.payoff_after[name] - value for name, value in self.payoff_before.items()}

    @property
    def imposed(self) -> bool:
        """Whether settlements leave some party below any reading of what it has without."""
        return bool(self.imposed_on)

    @property
    def open(self) -> bool:
        """Whether equilibria found disagree on whether the change brings about what is asked."""
        return self.elsewhere < self.at_least

    def marked(self, balanced: bool) -> OffRamp:
        """The same with the mark ``balanced``."""
        return replace(self, balanced=balanced)

    def asks_less(self, other: OffRamp) -> bool:
        """Whether it asks less of some holder than ``other`` does, and no more of any."""
        holders = {*self.effort, *other.effort}
        pairs = [(self.effort.get(h, 0.0), other.effort.get(h, 0.0)) for h in holders]
        return all(mine <= theirs + 1e-12 for mine, theirs in pairs) and any(
            mine < theirs * LESS - 1e-12 for mine, theirs in pairs
        )


@dataclass(frozen=True, eq=False, repr=False)
class Frontier(Brief):
    """The highest probability found for every effort with the levers of one set of holders."""

    holders: tuple[str, ...]
    levers: tuple[str, ...]
    effort: NDArray[np.float64]
    """(point,) rising."""
    probability: NDArray[np.float64]
    """(point,) rising."""

    def __post_init__(self) -> None:
        self.effort.setflags(write=False)
        self.probability.setflags(write=False)


@dataclass(frozen=True, eq=False, repr=False)
class OffRamps(Tabled):
    """The answer to one question for off-ramps."""

    whose: str
    account: str
    outcome: str
    at_least: float
    before: float
    danger: float
    found: tuple[OffRamp, ...]
    """Single levers, pairs, more levers, then first steps."""
    nearest: OffRamp | None
    """Where nothing was found, the change that comes nearest within the rules."""
    excluded: tuple[Excluded, ...]
    frontier: tuple[Frontier, ...]
    labels: Mapping[str, str]
    met: bool
    """Whether it is as probable as asked without any change."""
    levers: int
    draws: int
    seed: int | None
    accounts: Mapping[str, float] = field(default_factory=dict[str, float])
    """Account to the probability without any change, at that account's nominal values."""
    account_labels: Mapping[str, str] = field(default_factory=dict[str, str])
    apart: tuple[OffRamp, ...] = ()
    """First steps that bring about what is asked and are no off-ramps, see `OffRamp.apart`."""
    without: WithoutAgreement | None = None
    """What each party has without agreement, reading by reading."""
    curves: tuple[LeverCurve, ...] = ()
    """Every lever moved alone, at nominal values, all the way to its limit."""
    halved: bool = False
    """Whether what is asked for is half of what was missing, as nobody said how much."""

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Places in ``found`` of changes that move the same levers in other mixes, the first told.

        A lever that goes less than a twentieth of its way does not tell two changes apart.
        """
        told: dict[tuple[str, ...], list[int]] = {}
        for place, ramp in enumerate(self.found):
            moved = [one.lever for one in ramp.changes if one.part >= LITTLE]
            told.setdefault((ramp.first_step, *sorted(moved)), []).append(place)
        return tuple(tuple(places) for places in told.values())

    @property
    def table(self) -> list[dict[str, Any]]:
        """One row for every lever of every change, and for every first step."""
        rows: list[dict[str, Any]] = []
        for number, ramp in enumerate(self.found, 1):
            common = {
                "offramp": number,
                "first_step": ramp.first_step,
                "probability_before": ramp.before,
                "probability_after": ramp.after,
                "works": _share(ramp.works),
                "imposed": ramp.imposed,
            }
            for change in ramp.changes:
                own = change.plain() | {"held_by": ", ".join(change.held_by)}
                rows.append(common | own)
            if not ramp.changes:
                nothing = dict.fromkeys(("lever", "parameter", "from", "to", "limit", "effort"))
                rows.append(common | nothing | {"held_by": ", ".join(ramp.holders)})
        return rows


def _share(share: Share | None) -> float | None:
    return None if share is None else share.share
