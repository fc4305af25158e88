"""Quantities that a claim may compare, one file each; a new one is one new file and no edit.

A file of the folder ``kinds`` names a ``QUANTITY``; another package offers one as an entry point
of the group ``offramp.quantities``. The name of the file or entry point is its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.core.registry import QUANTITIES, plugins
from offramp.scenario import Meaning, Query
from offramp.scenario.queries import QueryReader
from offramp.scenario.text_cuts import Cut

if TYPE_CHECKING:
    from offramp.analysis.responses import Aim
    from offramp.game import Game
    from offramp.study.solving.play import Play


@dataclass(frozen=True)
class Quantity:
    """A kind of quantity: how it is asked for, worded, read from play, and what it hangs on."""

    about: str
    """What it is, in a few words."""
    evaluate: Callable[[Play, Query], NDArray[np.float64]]
    """Its value (draw,) under one play; not finite where there is none in that draw."""
    arguments: Callable[[QueryReader, Cut], Query | None] | None = None
    """Its grammar: reads what stands between the brackets, or answers None where that is another
    kind's. Without one it is asked for as ``E(name)``, ``P(name)`` or ``E(name[word, …])``."""
    letters: str = "PE"
    """The letters before the brackets; '' of a number that is asked for without any."""
    form: str = ""
    """How it is written of one name: 'P(kind {})'. '' where that is not enough to ask for it."""
    words: Callable[[Query, Meaning], str | None] | None = None
    """It in words that can stand after 'the'; None leaves it as written."""
    slope: Callable[[Query], Callable[[Game], Aim] | None] | None = None
    """What is differentiated in a game; None where its slopes are not known."""
    reads: Callable[[Meaning, Query], Iterable[str]] | None = None
    """Names that its value is computed from; without it, all that there are."""


def find_quantities() -> dict[str, Quantity]:
    """Every kind of quantity by name; OfframpError where two share one."""
    return plugins(*QUANTITIES, "QUANTITY", Quantity)
