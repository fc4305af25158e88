"""Precision as an axis: every account with all choices more or less precise, at nominal values.

A logit precision is no more one number than a discount is; what it means is told as the odds
with which the better of two ends is taken that lie a stake apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.sharing import share_each, threads_for
from offramp.game import Game
from offramp.study.solving.experiment import Progress, outcomes, solve
from offramp.study.solving.workspace import Workspace

Array = NDArray[np.float64]
SCALES = (0.5, 1.0, 2.0, 5.0, 10.0)
"""By how much every precision is multiplied."""
STAKE = 0.1
"""How far two ends lie apart, in units of payoff, of which odds are told."""
FEWER = (0.9, 0.8, 0.7, 0.6)
"""Shares of a scale that are tried where a game is not solved at it, the highest first."""


@dataclass(frozen=True)
class AtPrecision:
    """One account with every precision multiplied, at nominal values.

    ``scale`` is that which was solved: ``asked``, or the highest below it that is. ``outcomes``
    has the probability of every outcome and of `unresolved`, and is empty where none was solved.
    ``odds`` are those of each party for the better of two ends ``stake`` apart.
    """

    account: str
    asked: float
    scale: float
    status: str
    outcomes: Mapping[str, float]
    odds: Mapping[str, float]
    stake: float = STAKE

    def plain(self) -> dict[str, Any]:
        """As numbers and strings; infinite odds are None."""
        return {
            "asked": self.asked,
            "scale": self.scale,
            "status": self.status,
            "outcomes": dict(self.outcomes),
            "odds": {who: one if math.isfinite(one) else None for who, one in self.odds.items()},
            "stake": self.stake,
        }


def odds_of(precision: float, stake: float = STAKE) -> float:
    """The odds for the better of two ends ``stake`` apart: exp(precision * stake) to 1."""
    return math.exp(precision * stake) if precision * stake < 700 else math.inf


def at_precisions(
    workspace: Workspace,
    accounts: Sequence[str] = ("",),
    scales: Sequence[float] = SCALES,
    *,
    precision_scale: float = 1.0,
    progress: Progress | None = None,
) -> tuple[AtPrecision, ...]:
    """Every account at every scale, account by account; '' is the scenario as written."""

    def each(account: str) -> list[AtPrecision]:
        return list(_at(workspace.game(account or None), account, scales, precision_scale))

    found: list[AtPrecision] = []
    for one in share_each(each, accounts, threads_for(0)):
        found += one
        if progress is not None:
            total = len(accounts) * len(scales)
            progress("accounts at other precisions", len(found), total)
    return tuple(found)


def _at(game: Game, account: str, asked: Sequence[float], times: float) -> Iterator[AtPrecision]:
    """The account at every scale, or at the highest below it at which it is solved."""
    odds = _odds(game)
    for whole, (told, ends) in zip(asked, _solved(game, times, asked), strict=True):
        scale, status, found = whole, told, ends
        if told != "solved" and whole > 1:
            lower = [whole * share for share in FEWER]
            for less, (other, below) in zip(lower, _solved(game, times, lower), strict=True):
                if other == "solved":
                    scale, status, found = less, other, below
                    break
        yield AtPrecision(account, whole, scale, status, found, odds(times * scale))


def _solved(
    game: Game, times: float, scales: Sequence[float]
) -> list[tuple[str, dict[str, float]]]:
    """At every scale the status of the nominal values, and how play ends where it is solved."""
    draws = game.nominal().rows(np.zeros(len(scales), np.intp))
    solved = solve(game, draws, precision_scale=times * np.array(scales), starts=0)
    dataset, status = outcomes(solved, rounds=0), solved.equilibria.status.tolist()
    names = [str(name) for name in dataset["outcome"].values]
    ends = [dict(zip(names, row, strict=True)) for row in dataset["probability"].values.tolist()]
    return [(told, one if told == "solved" else {}) for told, one in zip(status, ends, strict=True)]


def _odds(game: Game) -> Callable[[float], dict[str, float]]:
    """Party to the odds, at its nominal precision times a scale."""
    precision = game.tables(game.nominal()).precision[0].tolist()
    return lambda scale: {
        who: odds_of(one * scale) for who, one in zip(game.meaning.parties, precision, strict=True)
    }
