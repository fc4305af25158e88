"""Numbers and shares in words, for reports, terminals and JSON: the one place that says them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offramp.study.solving.shares import Share

GAP = "\u00a0"
"""A space that no line break may take."""
MINUS = "\u2212"
NOT_THE_WORLD = "this describes the assumptions, not the world; other ranges give another figure"


SMALL = frozenset(
    re.findall(
        r"\w+",
        "a an the what how whether who when where why which that as if in of on at by for from "
        "to with per no not his her its their each every all any one",
    )
)
"""First words that lose their capital inside a sentence; any other may be a name."""


def inside(text: str) -> str:
    """A text as it stands after a colon: its first letter small, unless it may begin a name."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return text[:1].lower() + text[1:] if first.lower() in SMALL else text


def caveat(whose: str) -> str:
    """One line for machines and for whatever is cut out of its place."""
    return (
        f"Consequences of the assumptions of {whose}, as encoded; not a forecast. Numbers are the "
        "analyst's unless a source is named; other ranges give other figures."
    )


def percent(share: float) -> str:
    """A share from 0 to 1 in per cent; one decimal near both ends, never rounded to 0 or 100 %."""
    if not math.isfinite(share):
        return "not known"
    if share >= 1 - 1e-12:
        return "100 %"
    if share <= 0:
        return "0 %"
    if share < 0.0005:
        return "below 0.1 %"
    if share > 0.9995:
        return "above 99.9 %"
    decimals = 1 if share < 0.0995 or share >= 0.985 else 0
    return f"{100 * share:.{decimals}f} %"


def told_apart_in_percent(*shares: float) -> tuple[str, ...]:
    """Shares in per cent, with further decimals where different ones would read alike."""
    told = tuple(map(percent, shares))
    for decimals in range(1, 5):
        if len(set(told)) >= len({round(share, 9) for share in shares}):
            break
        told = tuple(f"{100 * share:.{decimals}f} %" for share in shares)
    return told


def points(change: float) -> str:
    """A change of a probability (-1 to 1) in percentage points, with its sign."""
    if not math.isfinite(change):
        return "not known"
    if abs(change) < 1e-12:
        return "no change"
    sign = "+" if change > 0 else MINUS
    if abs(change) < 0.0005:
        return f"{sign} less than 0.1 points"
    return f"{sign}{100 * abs(change):.1f}{GAP}points"


def figure_of(value: float, digits: int = 3) -> str:
    """A plain number with ``digits`` significant digits, thousands with commas."""
    if not math.isfinite(value):
        return "not known"
    if value != 0 and (abs(value) < 1e-3 or abs(value) >= 1e6):
        return scientific(value, max(2, digits - 1))
    if abs(value) >= 1000:
        further = max(0, digits - len(f"{abs(value):.0f}"))
        text = f"{value:,.{further}f}"
        return (text.rstrip("0").rstrip(".") if further else text).replace("-", MINUS)
    return f"{float(f'{value:.{digits}g}'):.{digits}g}".replace("-", MINUS)


def scientific(value: float, digits: int = 2) -> str:
    """A small or large number as 3.1 × 10⁻¹², with ``digits`` significant digits."""
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return "not known"
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa} × 10{raised}".replace("-", MINUS)


def count_of(number: int, noun: str, plural: str = "") -> str:
    """'1 round', '1,000 rounds'."""
    return f"{number:,}{GAP}{noun if number == 1 else plural or noun + 's'}"


def between(low: float, high: float) -> str:
    """'30 to 62 %', with the sign once where both ends are plain."""
    one, two = percent(low), percent(high)
    if one == two:
        return one
    if one[0].isdigit() and two[0].isdigit():
        return f"{one.removesuffix(' %')} to {two}"
    return f"{one} to {two}"


def holds(share: float, solved: int, tried: int, apart: str = "", beside: str = "") -> str:
    """How a share of the solved draws may be said: about the assumptions, never about the world.

    ``beside`` is what stands in one breath with it.
    """
    return (
        f"holds in {percent(share)} of the combinations of assumptions tried "
        f"({solved:,} of {tried:,} solved{apart}){beside}; {NOT_THE_WORLD}"
    )


def share_holds(
    share: Share, *, solved: int | None = None, open_: int = 0, vacuous: int = 0, beside: str = ""
) -> str:
    """The same of a share of draws: ``solved`` (None: those that count) with a game solved, of
    which ``open_`` and ``vacuous`` ones do not count for the share."""
    if share.share is None:
        return f"has a verdict in none of the {share.tried:,} combinations of assumptions tried"
    if share.tried == 1:
        verb = "holds" if share.held else "does not hold"
        return (
            f"{verb} in the one combination of assumptions there is, as none has a range; "
            f"{NOT_THE_WORLD}"
        )
    apart = f", of them {open_:,} open" if open_ else ""
    apart += f", of them {vacuous:,} vacuous" if vacuous else ""
    known = share.counted if solved is None else solved
    return holds(share.share, known, share.tried, apart, beside)


def listed(parts: Sequence[str], last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def few_of(parts: Sequence[str], most: int, others: str) -> str:
    """'a, b and 12 other ends', or all parts where there are at most ``most``."""
    if len(parts) <= most:
        return listed(parts)
    return listed([*parts[: most - 1], f"{len(parts) - most + 1:,} {others}"])


def tied(text: str) -> str:
    """The text with its per cent signs tied to their numbers."""
    return text.replace(" %", f"{GAP}%")


def sentence(text: str) -> str:
    """The text with a capital at the front and a full stop at the end."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…" else ".")


def ordinal_time(unit: str, number: int) -> str:
    """'month 3', or 'round 3' where the scenario names no unit."""
    return f"{unit}{GAP}{number}"
