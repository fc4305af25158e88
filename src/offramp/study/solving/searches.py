"""In how many draws other equilibria were looked for, and how: what a count of them rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.equilibria import PROVED, SEVERAL, starts_tried

Words = NDArray[np.str_]


@dataclass(frozen=True)
class Searches:
    """What is known of other equilibria in the draws that count."""

    draws: int = 0
    """Draws that count: those that were solved."""
    proved: int = 0
    """Draws whose equilibrium is proved to be the only one."""
    looked: int = 0
    """Draws in which others were looked for, and some start ended in an equilibrium."""
    several: int = 0
    """Those of them in which another was found."""
    least: int = 0
    """Fewest starts that ended in an equilibrium, of draws in which no other was found, and"""
    most: int = 0
    """most of them; 0 where there is no such draw."""

    @property
    def known(self) -> int:
        """Draws of which more is known than that an equilibrium was found."""
        return self.proved + self.looked

    @property
    def unlooked(self) -> int:
        """Draws in which nobody looked."""
        return self.draws - self.known

    def plain(self) -> dict[str, int]:
        """As numbers."""
        return {
            "draws": self.draws,
            "proved_the_only_one": self.proved,
            "looked_for": self.looked,
            "several_found": self.several,
            "not_looked_for": self.unlooked,
            "least_starts": self.least,
            "most_starts": self.most,
        }


def searches_of(tags: Words, counts: NDArray[np.bool_]) -> Searches:
    """What the tags (draw,) of uniqueness say of the draws that count (draw,)."""
    kinds, number = np.unique(np.asarray(tags)[counts].astype(str), return_counts=True)
    return searches_from(dict(zip(kinds.tolist(), number.tolist(), strict=True)))


def searches_from(found: Mapping[str, int]) -> Searches:
    """The same from how many draws that count have each tag."""
    tried = {starts: found[kind] for kind in found if (starts := starts_tried(kind))}
    several = found.get(SEVERAL, 0)
    return Searches(
        draws=sum(found.values()),
        proved=found.get(PROVED, 0),
        looked=several + sum(tried.values()),
        several=several,
        least=min(tried, default=0),
        most=max(tried, default=0),
    )


def least_known(tags: Iterable[Words]) -> Words:
    """(draw,) of several games solved for the same draws, the tag of that of which least is known.

    Another equilibrium of any of them counts for all.
    """
    return reduce(lambda one, other: np.where(_ranks(one) <= _ranks(other), one, other), tags)


def _ranks(tags: Words) -> NDArray[np.int64]:
    kinds, which = np.unique(tags, return_inverse=True)
    return np.array([_rank(str(kind)) for kind in kinds], np.int64)[which.reshape(-1)]


def _rank(tag: str) -> int:
    """Nobody looked, several, fewer starts, more starts, proved."""
    starts = starts_tried(tag)
    if starts:
        return starts + 1
    return {SEVERAL: 0, PROVED: 1 << 30}.get(tag, -1)
