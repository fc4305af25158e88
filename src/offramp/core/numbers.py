"""Numbers in sentences, with as many digits as tell them from what they are held against."""

from __future__ import annotations

from fractions import Fraction

MAX_DIGITS = 17


def told_apart(value: float | Fraction, *others: float, digits: int = 6) -> str:
    """The value with ``digits`` digits, or as many more as tell it from each of the others.

    A difference below the precision of a float stays unseen.
    """
    value = float(value)
    for more in range(digits, MAX_DIGITS):
        text = f"{value:.{more}g}"
        if not any(value != other and text == f"{other:.{more}g}" for other in others):
            return text
    return f"{value:.{MAX_DIGITS}g}"
