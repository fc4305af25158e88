"""Words as small numbers, for stores: what a status, branch or uniqueness is called."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.equilibria import PROVED, SEVERAL, UNSEARCHED, not_refuted

MISSING = "missing"
"""The word of a draw that is not solved yet; its number is 0, with which stores are filled."""
NONE = "none"
OTHER = "other"
UNFIT, BROKEN = "unfit", "broken"
"""Statuses of a sweep's own: values that make no game, and a mistake of ours in that draw."""
STARTS = 100

WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "status": (
            MISSING,
            "solved",
            "failed",
            "invalid",
            "uncertified",
            "unabsorbed",
            UNFIT,
            BROKEN,
            OTHER,
        ),
        "branch": (MISSING, NONE, "traced", "continued", "fixed_point", OTHER),
        "uniqueness": (
            MISSING,
            NONE,
            PROVED,
            SEVERAL,
            OTHER,
            *(not_refuted(k) for k in range(STARTS + 1)),
            UNSEARCHED,
        ),
        "quantity_status": (
            MISSING,
            "solved",
            "vacuous",
            "open",
            "undefined",
            "failed",
            UNFIT,
            OTHER,
        ),
    }
)
"""Variable to its words; a word's position is its number, and never changes."""
_NUMBERS = {
    name: {word: number for number, word in enumerate(words)} for name, words in WORDS.items()
}


def encode(name: str, words: NDArray[np.str_]) -> NDArray[np.int8]:
    """The numbers of some words of a variable; an unknown word is 'other'."""
    known = _NUMBERS[name]
    kinds, which = np.unique(words, return_inverse=True)
    numbers = np.array([known.get(str(word), known[OTHER]) for word in kinds], np.int8)
    return numbers[which.reshape(words.shape)]


def decode(name: str, numbers: NDArray[Any]) -> NDArray[np.str_]:
    """The words of some numbers of a variable; a number without a word is 'other'."""
    words = np.array(WORDS[name])
    known = np.where((numbers >= 0) & (numbers < len(words)), numbers, _NUMBERS[name][OTHER])
    return words[known]


def flags(name: str) -> dict[str, Any]:
    """The words as attributes after the CF conventions: numbers, and words without blanks."""
    words = WORDS[name]
    meanings = " ".join(word.replace(" ", "_") for word in words)
    return {"flag_values": list(range(len(words))), "flag_meanings": meanings}
