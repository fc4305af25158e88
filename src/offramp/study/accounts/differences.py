"""What is found when two accounts are compared, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from offramp.core.showing import Tabled
from offramp.scenario.standing import Standing
from offramp.study.claims.verdicts import Verdict

WORTH_NAMING = 0.1
"""Least interaction that is worth naming, beside the largest piece."""


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
    standard error; ``mean`` that of the mean over draws, with its standard error. ``standing``
    says how each account stands to it: stated, denied, analyst (the analyst's choice) or silent.
    """

    group: str
    label: str
    assumptions: tuple[str, ...]
    nominal: float | None
    nominal_error: float | None
    mean: float | None
    mean_error: float | None
    standing: tuple[Standing, Standing] = ("silent", "silent")


@dataclass(frozen=True)
class Interaction:
    """What two groups add together beyond what each adds by itself, at nominal values.

    ``error`` is its standard error where it comes from sampled orders, 0 where it is exact.
    """

    first: str
    second: str
    value: float
    error: float = 0.0


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Tabled):
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
    orders: int = 0
    """Orders looked at where the values at nominal assumptions are sampled; 0 where exact."""
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
    def is_probability(self) -> bool:
        """Whether the quantity is a probability, so that differences are percentage points."""
        return self.words.startswith("the probability") or self.quantity.startswith("P(")

    @property
    def table(self) -> list[dict[str, Any]]:
        """Long rows: outcomes, verdicts and contributions."""
        rows: list[dict[str, Any]] = []
        for one in self.outcomes:
            for i, account in enumerate(self.accounts):
                rows.append(
                    {
                        "what": "outcome",
                        "name": one.outcome,
                        "account": account,
                        "nominal": one.nominal[i],
                        "mean": one.mean[i],
                    }
                )
        for verdict in self.verdicts:
            rows.append(
                {
                    "what": "claim",
                    "name": verdict.name,
                    "account": verdict.account,
                    "nominal": verdict.nominal,
                    "mean": verdict.share,
                }
            )
        for piece in self.contributions:
            rows.append(
                {
                    "what": "contribution",
                    "name": piece.group,
                    "account": "",
                    "nominal": piece.nominal,
                    "mean": piece.mean,
                    "nominal_error": piece.nominal_error,
                    "error": piece.mean_error,
                }
            )
        return rows
