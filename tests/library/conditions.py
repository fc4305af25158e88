"""Small crises in which a mechanism is tried, with numbers put into their texts."""

from __future__ import annotations

from string import Template

import offramp
from tests.library.canonical import Played

SHARP = "{precision: 300, patience: 0.9}"


def values(text: str, *asked: str, **given: object) -> list[float]:
    """Quantities of the crisis with ``given`` in place of ``$name``."""
    words = {"sharp": SHARP, **{name: str(one) for name, one in given.items()}}
    return Played(offramp.read("offramp: 1\n" + Template(text).substitute(words))).values(*asked)


def offers(count: int) -> str:
    """Moves that hand over 0, 1, … ``count`` parts."""
    return ", ".join(f"give_{k}: {{then: {{given: {k}}}}}" for k in range(count + 1))
