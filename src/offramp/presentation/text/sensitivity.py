"""What a result hangs on, in plain sentences: shares of its variance, slopes, the list of moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation.text.numbers import figure_of, percent
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.sensitivity.hanging_on import Sensitivity
    from offramp.study.sensitivity.indices import Indices

FELT = 5e-4
"""A change smaller than this is told as none."""
LITTLE = 0.01
"""A share of the variance smaller than this is told as none."""
CAVEAT = "These shares describe the assumptions, not the world; other ranges give other shares."


def sensitivity_sentences(one: Sensitivity) -> tuple[str, ...]:
    """What was found, one by one; the first says on whose premises."""
    whose = one.whose or f"‹{one.title}›"
    parts = [
        f"On the premises of {whose}, as encoded here, the {one.words} is "
        f"{value_of(one, one.nominal)} at nominal values."
    ]
    if one.indices is not None:
        parts += _told_shares(one, one.indices)
    parts += _told_slopes(one)
    parts += _told_menu(one)
    return tuple(parts)


def value_of(one: Sensitivity, value: float) -> str:
    """A value of the quantity: a probability in per cent, anything else as a number."""
    return percent(value) if one.is_probability else figure_of(value)


def amount(one: Sensitivity, change: float) -> str:
    """A difference without its sign: of probabilities in percentage points."""
    if not one.is_probability:
        return figure_of(abs(change), 2)
    return f"{figure_of(100 * abs(change), 2)} points"


def _told_shares(one: Sensitivity, indices: Indices) -> list[str]:
    """How the quantity varies, what most of that comes from, and what knowing it is worth."""
    tried = f"{indices.evaluations:,} combinations of assumptions tried"
    flagged = f"({100 * indices.flagged:.2g} % of them failed, open or without a value)"
    if indices.withheld:
        return [f"{indices.withheld} There were {tried} {flagged}."]
    spread = np.sqrt(indices.variance)
    names = list(indices.groups)
    top = int(np.argmax(indices.first))
    called = one.labels.get(names[top], spoken(names[top]))
    low, high = np.clip(indices.first_interval[top], 0, 1)
    share, ends = _shares(float(np.clip(indices.first[top], 0, 1)), float(low), float(high))
    left = np.sqrt(max(0.0, indices.variance - indices.knowing[top]))
    return [
        f"Over {tried} {flagged} it has the mean {value_of(one, indices.mean)} and the "
        f"standard deviation {amount(one, spread)}; {share} of its variance{ends} comes from "
        f"‹{called}› alone.",
        f"Knowing ‹{called}› would reduce the variance by {indices.knowing[top]:.2g} on "
        f"average, the standard deviation from {amount(one, spread)} to about {amount(one, left)}.",
        *_told_together(indices),
        CAVEAT,
    ]


def _shares(share: float, low: float, high: float) -> tuple[str, str]:
    """A share of the variance in words, and its interval where that says more."""
    said, ends = f"{100 * share:.0f} %", f"{100 * low:.0f} to {100 * high:.0f} %"
    return said, "" if ends == f"{said[:-2]} to {said}" else f" ({ends})"


def _told_together(indices: Indices) -> list[str]:
    """What comes from several at once, where the draws tell; otherwise that they do not."""
    if len(indices.groups) < 2:
        return []
    low, high = map(float, indices.together_interval)
    if np.isfinite(indices.together) and high >= LITTLE:
        share, ends = _shares(indices.together, low, high)
        return [
            f"About {share} of it{ends} comes from several together that none of them brings alone."
        ]
    if high < LITTLE:
        return ["What single assumptions bring adds up to all of it, or all but 1 %."]
    return [
        "Too few combinations were tried to tell whether the rest is more than what single "
        f"assumptions bring: {100 * high:.2g} % of it, at most, could be."
    ]


def _told_slopes(one: Sensitivity) -> list[str]:
    if one.note:
        return [one.note]
    if not one.local or not abs(one.local[0].change) > FELT:
        return ["Near nominal values no single assumption with a range changes it noticeably."]
    first = one.local[0]
    called = one.labels.get(first.assumption, spoken(first.assumption))
    way = "raises" if first.change > 0 else "lowers"
    return [
        f"Near nominal values the steepest is ‹{called}›: by its slope, a rise by half the "
        f"width of its range ({first.half_width:.3g}) {way} it by {amount(one, first.change)}."
    ]


def _told_menu(one: Sensitivity) -> list[str]:
    fine = [change for change in one.menu if np.isfinite(change.change)]
    if not fine:
        return []
    most = fine[0]
    if abs(most.change) <= FELT:
        return ["Writing any one move of a party twice changes it by less than 0.001."]
    move = one.labels.get(f"{most.step}.{most.move}", spoken(most.move))
    party, step = (one.labels.get(name, spoken(name)) for name in (most.party, most.step))
    return [
        f"Logit choice takes the list of moves as given: of all moves, writing ‹{move}› of "
        f"{party} (step ‹{step}›) twice changes it the most, from "
        f"{value_of(one, most.before)} to {value_of(one, most.value)}."
    ]
