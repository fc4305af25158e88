"""Quantities that a claim may compare, one file each; a new one is one new file and no edit.

A file names a ``QUANTITY``; another package offers one as an entry point of the group
``offramp.quantities``. The name of the file or entry point is the word by which it is asked
for: ``E(name)`` or ``P(name[word, …])``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.core.registry import QUANTITIES, plugins
from offramp.scenario import Query
from offramp.study.solving.play import Play


@dataclass(frozen=True)
class Quantity:
    """A kind of quantity: ``evaluate(play, query)`` gives its value (draw,) under one play.

    A value that is not finite means that there is none in that draw.
    """

    about: str
    evaluate: Callable[[Play, Query], NDArray[np.float64]]


def find_quantities() -> dict[str, Quantity]:
    """Every kind of quantity by name; OfframpError where two share one."""
    return plugins(*QUANTITIES, "QUANTITY", Quantity)
