"""Precision as an axis: every account with all choices more or less precise, at nominal values.

A logit precision is no more one number than a discount is; what it means is told as the odds
with which the better of two ends is taken that lie a stake apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from offramp.game import Game
from offramp.study.solving.experiment import Progress, outcomes, solve
from offramp.study.solving.workspace import Workspace

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
    found: list[AtPrecision] = []
    total = len(accounts) * len(scales)
    for account in accounts:
        game = workspace.game(account or None)
        for scale in scales:
            found.append(_at(game, account, scale, precision_scale))
            if progress is not None:
                progress("accounts at other precisions", len(found), total)
    return tuple(found)


def _at(game: Game, account: str, asked: float, times: float) -> AtPrecision:
    """The account at one scale, or the highest below it at which it is solved."""
    tried = [asked, *(asked * share for share in FEWER if asked > 1)]
    for scale in tried:
        told = solve(game, precision_scale=times * scale, starts=0)
        if told.equilibria.status[0] == "solved":
            dataset = outcomes(told, rounds=0)
            names = map(str, dataset["outcome"].values)
            values = map(float, dataset["probability"].values[0])
            ends = dict(zip(names, values, strict=True))
            return AtPrecision(account, asked, scale, "solved", ends, _odds(game, times * scale))
    status = str(solve(game, precision_scale=times * asked, starts=0).equilibria.status[0])
    return AtPrecision(account, asked, asked, status, {}, _odds(game, times * asked))


def _odds(game: Game, scale: float) -> dict[str, float]:
    """Party to the odds, at its nominal precision."""
    tables = game.tables(game.nominal())
    return {
        who: odds_of(float(tables.precision[0, i]) * scale)
        for i, who in enumerate(game.meaning.parties)
    }
