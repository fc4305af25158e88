"""Two accounts compared in plain sentences: how far apart, and which assumptions make it so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.presentation.text.numbers import MINUS, figure_of, listed, percent

if TYPE_CHECKING:
    from offramp.study.accounts.differences import Comparison, Contribution

WORDS = {
    "stated": "stated",
    "denied": "denied",
    "analyst": "the analyst's choice",
    "silent": "not spoken of",
}
NAMED = 3
"""Most pieces that a sentence names."""


def comparison_sentence(found: Comparison) -> str:
    """Whose premises, how far apart, which assumptions make it so, and which two together."""
    return f"{apart(found).removesuffix('.')}{_both(found)}.{_standing(found)}"


def apart(found: Comparison) -> str:
    """The same without the two that work together."""
    here, there = found.nominal
    what = found.words or found.quantity
    lead = f"On the premises of {found.premises[0]} and of {found.premises[1]}, as encoded here,"
    if here is None or there is None:
        return f"{lead} {what} has no value at nominal values on at least one account."
    both = f"{value_of(found, here)} and {value_of(found, there)}"
    said = f"{lead} {what} is {both} at nominal values"
    if not found.contributions:
        return f"{said}: the two accounts have the same numbers."
    told = [one for one in found.contributions if one.nominal is not None]
    if not told:
        return f"{said}; some mixtures of the two were not solved, so nothing is attributed."
    parts = [f"{_named(one)} ({_part(found, one)})" for one in told[:NAMED]]
    rest = sum(one.nominal or 0.0 for one in told[NAMED:])
    if len(told) > NAMED:
        others = len(told) - NAMED
        parts.append(f"{others} further group{'s' * (others > 1)} ({signed(found, rest)})")
    gap = signed(found, there - here)
    how = sampled_words(found)
    return f"{said}; the difference of {gap} goes back to {listed(parts)}{how and f' ({how})'}."


def sampled_words(found: Comparison) -> str:
    """How the parts were come by where they are sampled; '' where they are exact."""
    if found.exact or not found.orders:
        return ""
    return f"sampled from {found.orders} orders of the assumptions, ± one standard error"


def _part(found: Comparison, one: Contribution) -> str:
    """'+3.1 points', and of a sampled part its standard error: '+3.1 ± 0.2 points'."""
    said = signed(found, one.nominal)
    if found.exact or one.nominal_error is None:
        return said
    return f"{said} ± {amount(found, one.nominal_error).removesuffix(' points')}"


def value_of(found: Comparison, value: float) -> str:
    """A value of the quantity: a probability in per cent, anything else as a number."""
    return percent(value) if found.is_probability else figure_of(value)


def amount(found: Comparison, change: float) -> str:
    """A difference without its sign: of probabilities in percentage points."""
    if not found.is_probability:
        return figure_of(abs(change))
    text = f"{100 * abs(change):.1f}"
    return f"{text} point{'' if text == '1.0' else 's'}"


def signed(found: Comparison, value: float | None) -> str:
    """A difference with its sign."""
    sign = MINUS if (value or 0.0) < 0 else "+"
    return f"{sign}{amount(found, value or 0.0)}"


def _standing(found: Comparison) -> str:
    """Who states or denies each piece that is told; pieces that nobody speaks of are none."""
    told = [one for one in found.contributions if one.nominal is not None][:NAMED]
    parts = [
        f"{_named(one)} is {WORDS[here]} on the first and {WORDS[there]} on the second"
        for one in told
        if {here := one.standing[0], there := one.standing[1]} - {"stated", "silent"}
    ]
    return f" {listed(parts)}." if parts else ""


def _both(found: Comparison) -> str:
    pair = found.interaction
    if pair is None or None in found.nominal:
        return ""
    labels = {one.group: _named(one) for one in found.contributions}
    both = f"{labels[pair.first]} and {labels[pair.second]}"
    more = signed(found, pair.value)
    error = "" if found.exact else f" ± {amount(found, pair.error).removesuffix(' points')}"
    return f"; {both} together add {more}{error} beyond what each adds by itself"


def _named(one: Contribution) -> str:
    return f"‹{one.label}›"
