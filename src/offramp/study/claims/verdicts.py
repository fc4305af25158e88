"""Verdicts: what is found of a claim on the premises of an account, in numbers and in words.

Per draw a claim holds, fails, is *open* (equilibria found disagree on it), *vacuous* (a step
that it commits is never reached) or unsolved. Its share is taken over the draws in which it
holds or fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import OfframpError, suggestion
from offramp.study.claims.deciding import Deciding
from offramp.study.claims.restating import Without, premise
from offramp.study.solving.shares import Share, in_words, percent, percents

Array = NDArray[np.float64]
HOLDS, FAILS, OPEN, VACUOUS, UNSOLVED = "holds", "fails", "open", "vacuous", "unsolved"


@dataclass(frozen=True, eq=False)
class Verdict:
    """One claim on the premises of one account ('' is the scenario as written).

    Shares are None where no draw has a verdict or none was drawn. Arrays are read-only.
    """

    name: str
    says: str
    holds_when: str
    account: str
    premises: str
    """What stands behind 'On the premises of'."""
    state: str
    """At nominal values: holds, fails, open, vacuous or unsolved."""
    declared: Share
    """Over the declared ranges."""
    concentrated: Share
    """Over the same ranges concentrated on the nominal values."""
    solved: int
    open: int
    """Draws on which equilibria found disagree; without draws, 1 if so at nominal values."""
    vacuous: int
    """Draws in which a committed step is never reached; without draws as ``open``."""
    margin: float | None
    """Of a single comparison, left minus right: the median over draws with a verdict."""
    margin_nominal: float | None
    margins: Array
    """(draw,) left minus right, nan where there is no verdict; empty for other claims."""
    quantities: Mapping[str, float | None]
    """Quantity as written to its value at nominal assumptions."""
    precision: Mapping[float, bool | None]
    """Factor on every precision to the verdict at nominal values."""
    without: Mapping[str, Without]
    restates: str = ""
    """The mechanism that the claim restates, see ``offramp.study.claims.restating``."""
    rests_on: tuple[str, ...] = ()
    """Mechanisms without which the claim, which holds at nominal values, does not."""
    deciding: Deciding | None = None
    literature: Mapping[str, str] = field(default_factory=dict[str, str])
    """Mechanism that the claim is about or rests on to when its effect holds and does not."""
    unoffered: Mapping[str, float] = field(default_factory=dict[str, float])
    """Quantity to the share of turns in which its committed move is not offered (nominal)."""
    searched: bool = False
    """Whether every draw was searched thoroughly for further equilibria, as the nominal one is."""
    seed: int | None = None

    @property
    def nominal(self) -> bool | None:
        """Whether it holds at nominal values; None where that is open, vacuous or unsolved."""
        return truth_of(self.state)

    @property
    def share(self) -> float | None:
        """Share of the draws with a verdict in which it holds."""
        return self.declared.share

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % sampling interval of the share."""
        return self.declared.interval

    @property
    def share_other(self) -> float | None:
        """The share under the second weighting."""
        return self.concentrated.share

    @property
    def words(self) -> str:
        """'holds in 62 % of the combinations of assumptions tried (…); …', without a subject."""
        if not self.declared.tried:
            return f"{_NOMINALLY[self.state]} at nominal values"
        return in_words(self.declared, solved=self.solved, open_=self.open, vacuous=self.vacuous)

    @property
    def sentence(self) -> str:
        """Whose premises, which claim, and in what share of what was tried."""
        says = self.says.strip().rstrip(".")
        return f"On the premises of {self.premises}, as encoded here, “{says}” {self.words}."

    @property
    def remarks(self) -> tuple[str, ...]:
        """Further plain sentences: nominal values, interval, second weighting, premises."""
        return tuple(_remarks(self))

    @property
    def table(self) -> list[dict[str, Any]]:
        """Long rows: what, value, and for shares the interval and the draws that count."""
        rows: list[dict[str, Any]] = [
            _row(self, "nominal", self.nominal),
            _row(self, "share", self.declared),
            _row(self, "share, ranges concentrated on nominal values", self.concentrated),
            _row(self, "margin", self.margin),
        ]
        rows += [_row(self, f"precision ×{k:g}", v) for k, v in self.precision.items()]
        rows += [_row(self, f"without {k}", v.nominal) for k, v in self.without.items()]
        return rows + [_row(self, text, value) for text, value in self.quantities.items()]

    def figure(self) -> Any:
        """Both shares with their intervals, as a plotly figure."""
        return draw_shares([self])

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        deciding = None if self.deciding is None else self.deciding.plain()
        return {
            "share": self.share, "interval": _list(self.interval), "nominal": self.nominal,
            "open": self.open, "vacuous": self.vacuous, "restates": self.restates,
            "quantities": dict(self.quantities), "state": self.state, "says": self.says,
            "holds_when": self.holds_when, "tried": self.declared.tried, "solved": self.solved,
            "counted": self.declared.counted, "share_other": self.share_other,
            "interval_other": _list(self.concentrated.interval),
            "tried_other": self.concentrated.tried, "margin": self.margin,
            "margin_nominal": self.margin_nominal, "rests_on": list(self.rests_on),
            "precision": {f"{k:g}": v for k, v in self.precision.items()},
            "without": {k: v.plain() for k, v in self.without.items()},
            "deciding": deciding, "literature": dict(self.literature),
            "unoffered": dict(self.unoffered), "searched": self.searched,
            "seed": self.seed,
            "sentence": self.sentence, "remarks": list(self.remarks),
        }  # fmt: skip


_NOMINALLY = {
    HOLDS: "holds", FAILS: "does not hold",
    OPEN: "is open (equilibria found disagree on it)",
    VACUOUS: "says nothing (a step that it commits is never reached)",
    UNSOLVED: "has no verdict (a game that it needs was not solved)",
}  # fmt: skip


def verdict_of(verdicts: Iterable[Verdict], name: str, account: str = "") -> Verdict:
    """The verdict of one claim on one account; OfframpError where there is none."""
    there = {(one.name, one.account): one for one in verdicts}
    if (name, account) not in there:
        known = sorted({one for one, _ in there})
        raise OfframpError(f"no verdict of '{name}'", expected="a claim of the scenario",
                           repair=suggestion(name, known))  # fmt: skip
    return there[name, account]


def claims_summary(verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """Claim to its verdict as JSON has it: that on the first account, and `accounts` with all."""
    told: dict[str, Any] = {}
    for one in verdicts:
        first = told.setdefault(one.name, one.plain() | {"account": one.account, "accounts": {}})
        if one.account:
            first["accounts"][one.account] = one.plain()
    return told


def draw_shares(verdicts: Sequence[Verdict]) -> Any:
    """Shares with their intervals, one row per claim and account, as a plotly figure."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for title, name, colour in (
        ("declared ranges", "declared", "#17505c"),
        ("ranges concentrated on nominal values", "concentrated", "#8a8f96"),
    ):
        shown = [(v, getattr(v, name)) for v in verdicts if getattr(v, name).share is not None]
        figure.add_trace(
            go.Bar(
                name=title, orientation="h", marker_color=colour,
                x=[share.share for _, share in shown],
                y=[f"{v.name} ({v.account})" if v.account else v.name for v, _ in shown],
                error_x={
                    "type": "data", "symmetric": False,
                    "array": [share.high - share.share for _, share in shown],
                    "arrayminus": [share.share - share.low for _, share in shown],
                },
            )
        )  # fmt: skip
    figure.update_layout(
        barmode="group", xaxis={"range": [0, 1], "tickformat": ".0%",
                                "title": "share of the combinations of assumptions tried"},
        yaxis={"autorange": "reversed"}, template="simple_white",
    )  # fmt: skip
    return figure


def _remarks(one: Verdict) -> Iterable[str]:
    """What else is to be said of a verdict."""
    if one.declared.tried:
        yield f"At nominal values it {_NOMINALLY[one.state]}."
    if one.interval is not None and one.declared.tried > 1:
        yield (
            "The sampling interval of that share, from eight scramblings, is "
            f"{percents(*one.interval)}."
        )
    if one.share_other is not None:
        yield (
            f"With the ranges concentrated on the nominal values it holds in "
            f"{percent(one.share_other)} of {one.concentrated.counted:,} combinations."
        )
    if one.restates:
        lost = one.without[one.restates].lost
        over = "" if lost is None else (
            f" and in {percent(lost)} of the combinations looked at in which it otherwise holds"
        )  # fmt: skip
        said = premise(one.restates, one.without[one.restates].label)
        yield (
            f"It restates premise {said}: with that mechanism off it does not hold at nominal "
            f"values{over}."
        )
    elif one.rests_on:
        told = [premise(name, one.without[name].label) for name in one.rests_on]
        yield f"At nominal values it rests on {_listed(told)}: without, it does not hold."
    yield from _more_remarks(one)


def _more_remarks(one: Verdict) -> Iterable[str]:
    if one.deciding is not None:
        yield one.deciding.sentence
    words = {True: "holds", False: "does not hold", None: "has no single verdict"}
    others = [f"×{k:g} it {words[v]}" for k, v in one.precision.items() if k != 1]
    if others:
        yield f"With all choices' precision {_listed(others)} (nominal values)."
    if one.open and one.declared.tried:
        yield (
            f"In {one.open:,} of {one.declared.tried:,} combinations the equilibria found disagree."
        )
    if one.searched:
        yield (
            "As several equilibria were found, every combination was searched for further ones "
            "by following the branch and by Newton's method from random starts."
        )
    if one.vacuous and one.declared.tried:
        yield (
            f"In {one.vacuous:,} of {one.declared.tried:,} combinations a step that it commits is "
            "never reached, so that it says nothing."
        )
    for text, share in one.unoffered.items():
        yield (
            f"In {percent(share)} of the turns of the committed step the move of {text} is not "
            "offered, and the party chooses freely."
        )


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _row(one: Verdict, what: str, value: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"claim": one.name, "account": one.account, "what": what, "value": value,
                           "low": None, "high": None, "draws": None}  # fmt: skip
    if isinstance(value, Share):
        row |= {"value": value.share, "low": value.low, "high": value.high, "draws": value.counted}
    return row


def truth_of(state: str) -> bool | None:
    """Whether a claim in this state holds; None for open, vacuous and unsolved."""
    return {HOLDS: True, FAILS: False}.get(state)


def _list(pair: tuple[float, float] | None) -> list[float] | None:
    return None if pair is None else list(pair)
