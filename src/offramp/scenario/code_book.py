"""The code book: which numbers words stand for, so that two coders come to the same text.

Chances are those of Intelligence Community Directive 203 (2015). The other scales are this
project's own conventions; docs/explanation/code-book.md says why, and what else could be chosen.
A note names a term as `code book: likely`, or `code book: unlikely to likely`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A word of the code book: the scale that it is on, its least and greatest number, a gloss."""

    scale: str
    word: str
    low: float
    high: float
    gloss: str = ""


SCALES: Mapping[str, str] = {
    "chance": "a probability, of one turn of chance or of what somebody alone knows",
    "size": "a part of the whole stake: what the best end on the table is worth to the party",
    "patience": "the weight of the next round against this one",
    "precision": "how closely choices follow payoffs, as odds between two moves of which one is "
    "worth a tenth of the stake more",
    "other": "a number of something that is counted or measured; it needs a unit",
}
TERMS: tuple[Term, ...] = (
    Term("chance", "almost no chance", 0.01, 0.05),
    Term("chance", "very unlikely", 0.05, 0.20),
    Term("chance", "unlikely", 0.20, 0.45),
    Term("chance", "roughly even chance", 0.45, 0.55),
    Term("chance", "likely", 0.55, 0.80),
    Term("chance", "very likely", 0.80, 0.95),
    Term("chance", "almost certain", 0.95, 0.99),
    Term("chance", "unknown chance", 0.01, 0.99, "nobody says"),
    Term("size", "almost nothing", 0.0, 0.05),
    Term("size", "little", 0.05, 0.15),
    Term("size", "some", 0.15, 0.30),
    Term("size", "much", 0.30, 0.60),
    Term("size", "nearly all", 0.60, 0.95),
    Term("size", "all", 0.95, 1.05),
    Term("size", "more than all", 1.05, 3.0, "a loss beyond the stake"),
    Term("size", "ruin", 3.0, 10.0, "a loss that the stake cannot outweigh"),
    Term("size", "unknown size", 0.0, 1.0, "nobody says"),
    Term("patience", "in haste", 0.50, 0.71, "after 1 to 2 rounds"),
    Term("patience", "impatient", 0.71, 0.85, "after 2 to 4 rounds"),
    Term("patience", "of ordinary patience", 0.85, 0.95, "after 4 to 14 rounds"),
    Term("patience", "patient", 0.95, 0.985, "after 14 to 46 rounds"),
    Term("patience", "with all the time", 0.985, 0.998, "after 46 to 346 rounds"),
    Term("patience", "unknown patience", 0.71, 0.985, "nobody says"),
    Term("precision", "erratic", 1.8, 4.0, "odds of 1.2 to 1.5 to 1"),
    Term("precision", "loose", 4.0, 11.0, "1.5 to 3 to 1"),
    Term("precision", "of ordinary precision", 11.0, 23.0, "3 to 10 to 1"),
    Term("precision", "sharp", 23.0, 46.0, "10 to 100 to 1"),
    Term("precision", "unknown precision", 4.0, 46.0, "nobody says"),
    Term("other", "counted", -math.inf, math.inf, "kilometres, months, votes"),
)
WORDS: Mapping[str, Term] = {one.word: one for one in TERMS}
UNKNOWN = "unknown"
"""How the words for what nobody says begin."""


def band_of(text: str) -> tuple[Term, Term] | None:
    """First and last term of `likely`, or of `unlikely to likely`; None where it names none.

    Both are on one scale, the lower first.
    """
    parts = [" ".join(part.split()) for part in text.split(" to ")]
    if not 1 <= len(parts) <= 2 or any(part not in WORDS for part in parts):
        return None
    first, last = WORDS[parts[0]], WORDS[parts[-1]]
    return (first, last) if first.scale == last.scale and first.low <= last.low else None
