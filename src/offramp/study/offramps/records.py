"""What a search for off-ramps hands on: every change with its effort, its effect and its words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from offramp.study.offramps.levers import Excluded
from offramp.study.solving.shares import Share

if TYPE_CHECKING:
    import plotly.graph_objects as go

LESS = 0.999


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

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "lever": self.lever, "parameter": self.parameter, "from": self.start, "to": self.to,
            "limit": self.limit, "effort": self.effort, "held_by": list(self.held_by),
        }  # fmt: skip


@dataclass(frozen=True)
class OffRamp:
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
    """Party to its reservation value: the expected pays without any such end."""
    below: Mapping[str, float]
    """Party to the share of the settlements that are worth less to it than going on."""
    imposed_on: tuple[str, ...]
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

    @property
    def gains(self) -> Mapping[str, float]:
        """Party to what the change adds to its expected payoff, efforts not counted."""
        return {name: self.payoff_after[name] - value for name, value in self.payoff_before.items()}

    @property
    def imposed(self) -> bool:
        """Whether the settlements leave some party below its reservation value."""
        return bool(self.imposed_on)

    @property
    def open(self) -> bool:
        """Whether equilibria found disagree on whether the change brings about what is asked."""
        return self.elsewhere < self.at_least

    @property
    def sentences(self) -> tuple[str, ...]:
        """What changes, what it takes, who gains, and how far it hangs on the assumptions."""
        from offramp.study.offramps.words import sentences_of

        return sentences_of(self)

    @property
    def sentence(self) -> str:
        """The first of the sentences."""
        return self.sentences[0]

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

    def plain(self) -> dict[str, Any]:
        """As JSON has it: a single lever stands at the top, several under ``changes``."""
        only = self.changes[0] if len(self.changes) == 1 else None
        return {
            "lever": only.lever if only else None, "parameter": only.parameter if only else None,
            "from": only.start if only else None, "to": only.to if only else None,
            "effort": only.effort if only else None,
            "holders": list(self.holders), "efforts": dict(self.effort),
            "changes": [change.plain() for change in self.changes],
            "first_step": self.first_step or None,
            "probability_before": self.before, "probability_after": self.after,
            "danger_before": self.danger_before, "danger_after": self.danger_after,
            "works": _share(self.works), "works_other": _share(self.works_other),
            "works_without": _share(self.without), "interval": _interval(self.works),
            "solved": self.works.counted if self.works else 0,
            "tried": self.works.tried if self.works else 0,
            "gains": dict(self.gains), "imposed": self.imposed,
            "imposed_on": list(self.imposed_on), "settlement": _numbers(self.settlement),
            "going_on": _numbers(self.going_on), "below": _numbers(self.below),
            "jump": list(self.jump) if self.jump else None, "open": self.open,
            "balanced": self.balanced, "residual": self.residual, "branch": self.branch,
            "uniqueness": self.uniqueness, "accounts": _numbers(self.accounts),
            "sentences": list(self.sentences),
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Frontier:
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


@dataclass(frozen=True, eq=False)
class OffRamps:
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
    unread: str = ""
    """A family of the scenario called as the reservation values, which is not read for them."""

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """On every account: how it stands there, and which of the changes suffice."""
        from offramp.study.offramps.words import sentences_elsewhere

        return sentences_elsewhere(self)

    @property
    def sentence(self) -> str:
        """What was found, on whose premises."""
        from offramp.study.offramps.words import sentence_of_all

        return sentence_of_all(self)

    @property
    def remarks(self) -> tuple[str, ...]:
        """The rules, and what was left out for which reason."""
        from offramp.study.offramps.words import remarks_of

        return remarks_of(self)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence of the answer."""
        own = [text for ramp in self.found for text in ramp.sentences]
        near = list(self.nearest.sentences) if self.nearest else []
        return (self.sentence, *self.elsewhere, *own, *near, *self.remarks)

    @property
    def table(self) -> list[dict[str, Any]]:
        """One row for every lever of every change, and for every first step."""
        rows: list[dict[str, Any]] = []
        for number, ramp in enumerate(self.found, 1):
            common = {
                "offramp": number, "first_step": ramp.first_step,
                "probability_before": ramp.before, "probability_after": ramp.after,
                "works": _share(ramp.works), "imposed": ramp.imposed,
            }  # fmt: skip
            for change in ramp.changes:
                own = change.plain() | {"held_by": ", ".join(change.held_by)}
                rows.append(common | own)
            if not ramp.changes:
                nothing = dict.fromkeys(("lever", "parameter", "from", "to", "limit", "effort"))
                rows.append(common | nothing | {"held_by": ", ".join(ramp.holders)})
        return rows

    def plain(self) -> list[dict[str, Any]]:
        """The changes found, as JSON has them."""
        return [ramp.plain() for ramp in self.found]

    def about(self) -> dict[str, Any]:
        """The rest of the answer as JSON has it."""
        return {
            "outcome": self.outcome, "at_least": self.at_least, "account": self.account,
            "probability": self.before, "danger": self.danger, "met": self.met,
            "nearest": None if self.nearest is None else self.nearest.plain(),
            "left_out": {one.name: one.reason for one in self.excluded},
            "frontier": [
                {"holders": list(one.holders), "levers": list(one.levers),
                 "effort": one.effort.tolist(), "probability": one.probability.tolist()}
                for one in self.frontier
            ],
            "draws": self.draws, "seed": self.seed, "accounts": _numbers(self.accounts),
            "sentence": self.sentence, "elsewhere": list(self.elsewhere),
            "remarks": list(self.remarks),
        }  # fmt: skip

    def figure(self) -> go.Figure:
        """Probability against effort, one panel for each set of holders."""
        from offramp.study.offramps.figure import draw_frontiers

        return draw_frontiers(self)


def _share(share: Share | None) -> float | None:
    return None if share is None else share.share


def _interval(share: Share | None) -> list[float] | None:
    return None if share is None or share.interval is None else list(share.interval)


def _numbers(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in values.items()}
