"""What each party has without an agreement in plain sentences: every reading, side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from offramp.presentation.text.numbers import figure_of, listed, percent
from offramp.study.packages.without import BARRED, DECLARED, GOING_ON, REPLY

if TYPE_CHECKING:
    from offramp.study.packages.without import WithoutAgreement

READING_WORDS = {
    DECLARED: "the scenario's own number",
    GOING_ON: "going on, all that flows included",
    BARRED: "the game with agreements barred",
    REPLY: "answering that play without error",
}
"""How each reading is called where several stand side by side."""
MEANINGS = {
    DECLARED: "a family of parameters called reservation",
    GOING_ON: "what an end by stalemate pays, with office and whatever else flows; of several the "
    "one that pays most",
    BARRED: "what the party expects with every move into an agreement taken away, by its own "
    "noisy play and that of the others",
    REPLY: "the same if it answered that play of the others without any error",
}


def without_sentences(found: WithoutAgreement) -> tuple[str, ...]:
    """Every party's readings in one sentence, the first with whose premises; then what is left."""
    told: list[str] = []
    for party, label in found.labels.items():
        known = [
            f"{figure_of(own[party])} ({READING_WORDS[name]})"
            for name, own in found.readings.items()
            if math.isfinite(own[party])
        ]
        if known:
            told.append(f"{label} has {listed(known)}")
    if not told:
        return ()
    text = (
        f"On the premises of {found.whose}, as encoded here, without an agreement "
        f"{'; '.join(told)}."
    )
    if not found.left > 1e-9:
        return (text,)
    return (
        text,
        "With agreements barred one still comes about with probability "
        f"{percent(found.left)}, as chance brings it or a step offers nothing else.",
    )


def reading_names(names: tuple[str, ...]) -> str:
    """Several readings in words."""
    return listed([READING_WORDS[name] for name in names])
