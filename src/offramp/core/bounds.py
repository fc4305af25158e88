"""Whole numbers as they are asked for: neither rounded nor beyond what can be done."""

from __future__ import annotations

import operator
import os
from decimal import Decimal, InvalidOperation
from typing import SupportsIndex

from offramp.core.errors import OfframpError, Place

MAX_DRAWS = 10_000_000
MAX_STARTS = 10_000
MAX_CHUNK = 1_000_000
MAX_POINTS = 1 << 20
MAX_SEED = 2**63 - 1
DIGITS = 40
"""Most characters of a whole number that is written down."""


def max_workers() -> int:
    """Most processes at a time: four for each processor, and always eight."""
    return max(8, 4 * (os.cpu_count() or 1))


class BoundError(OfframpError):
    """A number that was asked for is no whole number, or beyond its bounds."""


def whole_number(
    value: SupportsIndex,
    name: str,
    least: int,
    most: int,
    *,
    say: int | None = None,
    kind: type[OfframpError] = BoundError,
    place: Place | None = None,
) -> int:
    """The value as an int, if it is a whole number from ``least`` to ``most``.

    Raises ``kind``, whose repair is to ``say`` a number that fits: the nearest one, unless given.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is not None and least <= number <= most:
        return number
    near = most if number is not None and number > most else least if say is None else say
    raise kind(
        f"{name} {_shown(value)}",
        expected=f"a whole number from {least:,} to {most:,}",
        repair=f"say {name} {near}",
        place=place,
    )


def as_whole(text: str) -> int | str:
    """The whole number that a text writes exactly, as ``4.0`` and ``1e3`` do; else the text."""
    bare = text.strip().lower()
    try:
        if bare.lstrip("+-")[:2] in ("0x", "0o", "0b"):
            return int(bare, 0)
        number = Decimal(bare)
        short = len(bare) <= DIGITS and number.is_finite() and number.adjusted() < DIGITS
        if short and number == number.to_integral_value():
            return int(number)
    except (InvalidOperation, ValueError):
        pass
    return text


def _shown(value: object) -> str:
    return str(value) if not isinstance(value, float) else f"{value:.17g}"
