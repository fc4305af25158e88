"""The packages that no other dominates, found issue by issue without listing all packages.

What a package is worth is the sum of what its options are worth. If the options on some issues
are dominated by others on the same issues, so is every package that holds them; so the frontier
of the first k issues and the options on the next are all that the frontier of k + 1 is made of.
Everything that the reference points, an empty zone and lotteries hang on lies on the frontier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.study.packages.solutions import EQUAL, undominated

Array = NDArray[np.float64]
PAIRS, MORE = 400_000, 6_000
"""Most sums that are compared at a time, for two parties and for more."""


@dataclass(frozen=True, eq=False)
class Front:
    """One package for every point of the frontier; arrays are read-only."""

    choice: NDArray[np.intp]
    """(package, issue) position of its option on the issue."""
    count: Array
    """(package,) how many packages are worth the same to everybody."""

    def __post_init__(self) -> None:
        self.choice.setflags(write=False)
        self.count.setflags(write=False)


def find_front(worth: Sequence[Array]) -> Front | None:
    """The frontier of issues whose options are ``worth`` (option, party); None if too large."""
    parties = worth[0].shape[1]
    sums, choice, count = np.zeros((1, parties)), np.zeros((1, 0), np.intp), np.ones(1)
    for options in worth:
        size = len(sums) * len(options)
        if size > (PAIRS if parties == 2 else MORE):
            return None
        before, option = np.divmod(np.arange(size), len(options))
        first, merged = _merged(sums[before] + options[option], count[before])
        before, option = before[first], option[first]
        reached = sums[before] + options[option]
        kept = undominated(reached)
        sums, count = reached[kept], merged[kept]
        choice = np.column_stack([choice[before], option])[kept]
    return Front(choice, count)


def _merged(sums: Array, count: Array) -> tuple[NDArray[np.intp], Array]:
    """The first of all that are worth the same to everybody, and how many these are."""
    size = np.abs(sums).max(axis=0)
    steps = np.round(sums / np.where(size > 0, 8 * EQUAL * size, 1.0))
    _, first, which = np.unique(steps, axis=0, return_index=True, return_inverse=True)
    merged: Array = np.bincount(which.reshape(-1), weights=count).astype(np.float64)
    return first, merged
