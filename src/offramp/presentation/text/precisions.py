"""Precision in plain words: as odds for a stake, and how ends move with it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from offramp.presentation.text.numbers import figure_of, listed, percent
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.solving.precisions import AtPrecision

SURE = 1000
"""Odds from which on a choice is told as sure."""


def odds_words(odds: float, stake: float) -> str:
    """'takes the better of two ends 0.1 apart with odds of 5 to 1'."""
    if not math.isfinite(odds) or odds >= SURE:
        told = f"odds of more than {SURE:,} to 1"
    else:
        told = f"odds of {figure_of(odds, 2)} to 1"
    return f"takes the better of two ends {figure_of(stake)} apart with {told}"


def precision_sentence(found: Sequence[AtPrecision], labels: dict[str, str]) -> str:
    """One account over precisions: its likeliest end at each, and what precision means."""
    told: list[str] = []
    for one in found:
        times = f"×{figure_of(one.scale)}"
        if not one.outcomes:
            told.append(f"{times}: not solved")
            continue
        likeliest = max(one.outcomes, key=lambda name: one.outcomes[name])
        short = "" if one.scale == one.asked else f" (×{figure_of(one.asked)} is not solved)"
        told.append(f"{times}{short}: {spoken(likeliest)} {percent(one.outcomes[likeliest])}")
    base = next((one for one in found if one.asked == 1), found[0])
    each = [
        f"{labels.get(who, spoken(who))} {odds_words(odds, base.stake)}"
        for who, odds in base.odds.items()
    ]
    return (
        f"Likeliest end with the precision of all choices {'; '.join(told)} (nominal values). At "
        f"×{figure_of(base.scale)} {listed(each)}."
    )
