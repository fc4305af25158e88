"""Odds as files print them: by how much rounding explains that they do not add up to 1."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

NOISE = Fraction(1, 10**9)
"""A sum of floating-point numbers that misses 1 by less is not worth a word."""


def rounding(words: Iterable[str]) -> Fraction:
    """The sum of numbers printed as ``words`` misses that of the numbers meant by less than this.

    Each is off by less than half a unit of its last place. Programs print a number of decimals or
    a number of significant digits and may leave out zeros at the end: a number counts as printed
    with as many places as the one or the other gives it, whichever are fewer. Whole numbers and
    fractions are exact.
    """
    decimals = [found for word in words if (found := _decimals(word))]
    finest = max((places for places, _ in decimals), default=0)
    digits = max((places - zeros for places, zeros in decimals), default=0)
    printed = (max(places, min(finest, zeros + digits)) for places, zeros in decimals)
    return sum((Fraction(1, 2 * 10**places) for places in printed), Fraction(0))


def _decimals(word: str) -> tuple[int, int] | None:
    """Places after the point, and how many of them are zeros at the front; None if exact."""
    if "/" in word:
        return None
    _, digits, exponent = Decimal(word).as_tuple()
    places = -int(exponent)
    return (places, places - len(digits)) if places > 0 else None
