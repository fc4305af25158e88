"""What is found when two accounts are compared, in numbers and in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from offramp.study.claims.verdicts import Verdict
from offramp.study.solving.shares import percent

WORTH_NAMING = 0.1
"""Least interaction that a sentence names, beside the largest piece."""
NAMED = 3
"""Most pieces that a sentence names."""


@dataclass(frozen=True)
class OutcomeRow:
    """An outcome's probability on both accounts: at nominal values and its mean over draws."""

    outcome: str
    nominal: tuple[float | None, float | None]
    mean: tuple[float | None, float | None]


@dataclass(frozen=True)
class Contribution:
    """What a group of assumptions adds to the second account's value less the first's.

    ``nominal`` is its Shapley value at nominal values, exact unless ``nominal_error`` gives a
    standard error; ``mean`` that of the mean over draws, with its standard error.
    """

    group: str
    label: str
    assumptions: tuple[str, ...]
    nominal: float | None
    nominal_error: float | None
    mean: float | None
    mean_error: float | None


@dataclass(frozen=True)
class Interaction:
    """What two groups add together beyond what each adds by itself, at nominal values.

    ``error`` is its standard error where it comes from sampled orders, 0 where it is exact.
    """

    first: str
    second: str
    value: float
    error: float = 0.0


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two accounts of one crisis; differences are the second less the first."""

    accounts: tuple[str, str]
    premises: tuple[str, str]
    quantity: str
    nominal: tuple[float | None, float | None]
    mean: tuple[float | None, float | None]
    outcomes: tuple[OutcomeRow, ...]
    verdicts: tuple[Verdict, ...]
    contributions: tuple[Contribution, ...]
    """The largest at nominal values first."""
    interactions: tuple[Interaction, ...]
    """The largest first."""
    exact: bool
    draws: int
    counted: int
    """Draws in which every mixture had a value."""
    seed: int
    words: str = ""
    """The quantity as words with an article; empty where it has none but its text."""

    @property
    def interaction(self) -> Interaction | None:
        """The largest one, where it is worth naming beside the largest piece."""
        if not self.interactions or not self.contributions:
            return None
        largest = max(abs(one.nominal or 0.0) for one in self.contributions)
        least = max(1e-9, WORTH_NAMING * largest)
        sure = (one for one in self.interactions if abs(one.value) >= 2 * one.error)
        return next((one for one in sure if abs(one.value) >= least), None)

    @property
    def sentence(self) -> str:
        """Whose premises, how far apart, which assumptions make it so, and which two together."""
        return f"{self.apart.removesuffix('.')}{self._both}."

    @property
    def apart(self) -> str:
        """The same without the two that work together."""
        here, there = self.nominal
        what = self.words or self.quantity
        lead = f"On the premises of {self.premises[0]} and of {self.premises[1]}, as encoded here,"
        if here is None or there is None:
            return f"{lead} {what} has no value at nominal values on at least one account."
        both = f"{self.value_of(here)} and {self.value_of(there)}"
        said = f"{lead} {what} is {both} at nominal values"
        if not self.contributions:
            return f"{said}: the two accounts have the same numbers."
        told = [one for one in self.contributions if one.nominal is not None]
        if not told:
            return f"{said}; some mixtures of the two were not solved, so nothing is attributed."
        parts = [f"{_named(one)} ({self.signed(one.nominal)})" for one in told[:NAMED]]
        rest = sum(one.nominal or 0.0 for one in told[NAMED:])
        if len(told) > NAMED:
            others = len(told) - NAMED
            parts.append(f"{others} further group{'s' * (others > 1)} ({self.signed(rest)})")
        gap = self.signed(there - here)
        return f"{said}; the difference of {gap} goes back to {_listed(parts)}."

    def value_of(self, value: float) -> str:
        """A value of the quantity: a probability in per cent, anything else as a number."""
        return percent(value) if self.is_probability else f"{value:.3g}".replace("-", "\u2212")

    def amount(self, change: float) -> str:
        """A difference without its sign: of probabilities in percentage points."""
        if not self.is_probability:
            return f"{abs(change):.3g}"
        text = f"{100 * abs(change):.1f}"
        return f"{text} point{'' if text == '1.0' else 's'}"

    def signed(self, value: float | None) -> str:
        """A difference with its sign."""
        sign = "\u2212" if (value or 0.0) < 0 else "+"
        return f"{sign}{self.amount(value or 0.0)}"

    @property
    def is_probability(self) -> bool:
        """Whether the quantity is a probability, so that differences are percentage points."""
        return self.words.startswith("the probability") or self.quantity.startswith("P(")

    @property
    def _both(self) -> str:
        pair = self.interaction
        if pair is None or None in self.nominal:
            return ""
        labels = {one.group: _named(one) for one in self.contributions}
        both = f"{labels[pair.first]} and {labels[pair.second]}"
        return f"; {both} together add {self.signed(pair.value)} beyond what each adds by itself"

    @property
    def table(self) -> list[dict[str, Any]]:
        """Long rows: outcomes, verdicts and contributions."""
        rows: list[dict[str, Any]] = []
        for one in self.outcomes:
            for i, account in enumerate(self.accounts):
                rows.append({"what": "outcome", "name": one.outcome, "account": account,
                             "nominal": one.nominal[i], "mean": one.mean[i]})  # fmt: skip
        for verdict in self.verdicts:
            rows.append({"what": "claim", "name": verdict.name, "account": verdict.account,
                         "nominal": verdict.nominal, "mean": verdict.share})  # fmt: skip
        for piece in self.contributions:
            rows.append({"what": "contribution", "name": piece.group, "account": "",
                         "nominal": piece.nominal, "mean": piece.mean,
                         "error": piece.mean_error})  # fmt: skip
        return rows

    def figure(self) -> Any:
        """The pieces of the difference, as a plotly figure."""
        import plotly.graph_objects as go

        shown = self.contributions
        figure = go.Figure()
        for title, name, error, colour in (
            ("at nominal values", "nominal", "nominal_error", "#17505c"),
            ("mean over draws", "mean", "mean_error", "#8a8f96"),
        ):
            figure.add_trace(
                go.Bar(
                    name=title, orientation="h", marker_color=colour,
                    x=[getattr(one, name) for one in shown], y=[one.label for one in shown],
                    error_x={"type": "data",
                             "array": [1.96 * (getattr(one, error) or 0.0) for one in shown]},
                )
            )  # fmt: skip
        figure.update_layout(
            barmode="group", template="simple_white", yaxis={"autorange": "reversed"},
            xaxis={"title": f"part of the difference in {self.quantity}"},
        )  # fmt: skip
        return figure

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "accounts": list(self.accounts), "quantity": self.quantity,
            "nominal": list(self.nominal), "mean": list(self.mean),
            "outcomes": {
                one.outcome: {"nominal": list(one.nominal), "mean": list(one.mean)}
                for one in self.outcomes
            },
            "claims": {
                account: {v.name: v.plain() for v in self.verdicts if v.account == account}
                for account in self.accounts
            },
            "contributions": [
                {**asdict(one), "assumptions": list(one.assumptions)} for one in self.contributions
            ],
            "interactions": [asdict(one) for one in self.interactions],
            "exact": self.exact, "draws": self.draws, "counted": self.counted, "seed": self.seed,
            "words": self.words, "sentence": self.sentence,
        }  # fmt: skip


def _named(one: Contribution) -> str:
    return f"“{one.label}”"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
