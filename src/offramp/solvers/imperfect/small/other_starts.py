"""Where other equilibria of games with information sets are looked for, and which are different.

Newton's method from random log-odds finds equilibria of every kind, the unstable ones too;
branches that begin at random log-odds instead of at uniform play end in one, and where such a
branch turns back it passes through others.

Equations and sources: `equations` and `continuation`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.imperfect.hidden_sets import InfoSets
from offramp.solvers.imperfect.sides import APART

Array = NDArray[np.float64]


def random_odds(unknowns: int, starts: range, seed: int) -> Array:
    """(start, unknown) numbers between -1 and 1 that depend on seed and start only."""
    rows = [_random_row(unknowns, start, seed) for start in starts]
    return np.array(rows).reshape(len(rows), unknowns)


@lru_cache(maxsize=4096)
def _random_row(unknowns: int, start: int, seed: int) -> tuple[float, ...]:
    """One start: drawing a few numbers takes less time than seeding, and starts recur."""
    return tuple(np.random.default_rng([seed, start]).uniform(-1, 1, unknowns).tolist())


def reach_of_starts(starts: NDArray[np.int64], span: Array) -> Array:
    """How far from even the log-odds of random starts go: (start,) numbers and (start,) spans."""
    wide = np.array([2.0, 6.0, 0.0, 20.0])[starts % 4]
    return np.where(starts % 4 == 2, np.maximum(1.0, 0.3 * span), wide)


def set_chances(infosets: InfoSets, odds: Array) -> Array:
    """(row, set and move) probabilities at the sets from log-odds ``(row, unknown)``."""
    begin = infosets.row + np.arange(len(infosets.row))
    full = np.zeros((len(odds), int(infosets.choices.sum())))
    full[:, np.setdiff1d(np.arange(full.shape[1]), begin)] = odds
    if not full.size:
        return full
    full = np.exp(
        full - np.repeat(np.maximum.reduceat(full, begin, axis=1), infosets.choices, axis=1)
    )
    return full / np.repeat(np.add.reduceat(full, begin, axis=1), infosets.choices, axis=1)


def log_odds_of(infosets: InfoSets, chances: Array) -> Array:
    """Log-odds (row, unknown) of probabilities (row, set and move), the way back."""
    begin = infosets.row + np.arange(len(infosets.row))
    logs = np.log(np.maximum(chances, 1e-300))
    logs -= np.repeat(logs[:, begin], infosets.choices, axis=1)
    return logs[:, np.setdiff1d(np.arange(logs.shape[1]), begin)]


def pick_different(chances: Array, known: Array) -> list[int]:
    """Rows of ``chances`` that differ from all known ones and from those picked before."""
    seen, picked = list(known), []
    for row, chance in enumerate(chances):
        if all(np.abs(chance - old).max(initial=0.0) > APART for old in seen):
            seen.append(chance)
            picked.append(row)
    return picked


def preferred_side(infosets: InfoSets, chances: Array) -> int:
    """Which of two plays is taken at a fork; ``chances`` (2, set and move).

    The one under which the party named last, at its last decision in the order of play at
    which they differ, makes its first move more often: one rule for all draws and games.
    """
    begin = infosets.row + np.arange(len(infosets.row))
    spot = infosets.member[infosets.member_first[:-1]]
    for index in np.lexsort((spot, -infosets.mover[spot].astype(np.int64))):
        one, other = chances[:, begin[index]]
        if abs(one - other) > APART:
            return int(other > one)
    return 0
