"""Plays drawn at random: a check on everything that is solved exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.analysis.absorption import spread
from offramp.core.arrays import sealed

if TYPE_CHECKING:
    from offramp.game.structure import Structure


@dataclass(frozen=True, eq=False)
class Plays:
    """How simulated plays ended."""

    terminal: NDArray[np.int64]
    """(play,) where it ended, -1 for a play that was stopped."""
    rounds: NDArray[np.int64]
    """(play,) how often it went on into a further round."""
    seed: int

    def share(self, terminals: int) -> NDArray[np.float64]:
        """(terminal + 1,) share of the plays that ended there; last, those that were stopped."""
        counts = np.bincount(self.terminal + 1, minlength=terminals + 1)
        return np.roll(counts, -1) / len(self.terminal)


def simulate(
    structure: Structure,
    odds: NDArray[np.float64],
    plays: int,
    seed: int | None = None,
    *,
    most: int = 1_000_000,
) -> Plays:
    """Play ``plays`` times with probabilities ``odds`` (edge,); stop a play after ``most`` moves.

    A play's random numbers depend on ``seed`` and its own index only. Without a ``seed`` one is
    drawn and recorded.
    """
    from offramp.analysis import forward

    if seed is None:
        seed = int(np.random.default_rng().integers(0, 2**63))
    terminal, rounds = np.empty(plays, np.int64), np.empty(plays, np.int64)
    going_on = structure.turns & ~structure.at_end_edge
    odds = sealed(odds)

    def work(low: int, high: int) -> None:
        forward.play_many(
            low, high, seed, most, structure.start, structure.first, structure.target,
            going_on, odds, terminal, rounds,
        )  # fmt: skip

    spread(work, plays)
    return Plays(terminal, rounds, seed)
