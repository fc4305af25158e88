"""Lever curves: what is aimed at, and war and catastrophe, all the way to each lever's limit.

Each lever is moved alone, at nominal values; nothing is left out, also where a change is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.showing import Brief
from offramp.study.offramps.levers import Handle, moved
from offramp.study.solving.labels import assumption_words
from offramp.study.solving.variation import Bench

POINTS, FEW_POINTS = 21, 6
"""Points of a curve, and of one in a large game."""
LARGE = 2_000
"""Solved nodes above which a game has few points."""


@dataclass(frozen=True, eq=False, repr=False)
class LeverCurve(Brief):
    """One lever from its nominal value to its limit; arrays are (point,) and read-only."""

    lever: str
    label: str
    assumption: str
    called: str
    """The assumption as words."""
    unit: str
    holders: tuple[str, ...]
    values: NDArray[np.float64]
    effort: NDArray[np.float64]
    """In the lever's own units."""
    probability: NDArray[np.float64]
    """Of what is aimed at; nan where a point was not solved or its numbers make no game."""
    danger: NDArray[np.float64]
    """Of war and catastrophe together."""
    options: tuple[str, ...] = ()
    """Of a switch: the names of its values 0, 1, …."""

    def __post_init__(self) -> None:
        for one in (self.values, self.effort, self.probability, self.danger):
            one.setflags(write=False)

    @property
    def best(self) -> float:
        """The highest probability on the way; nan where no point was solved."""
        known = self.probability[np.isfinite(self.probability)]
        return float(known.max()) if known.size else float("nan")

    def option(self, place: int) -> str:
        """The option of a switch at a point; '' of a number."""
        return self.options[round(float(self.values[place]))] if self.options else ""

    def plain(self) -> dict[str, Any]:
        """As JSON has it; None where there is no value."""
        return {
            "lever": self.lever,
            "parameter": self.assumption,
            "held_by": list(self.holders),
            "values": [self.option(i) or float(v) for i, v in enumerate(self.values)],
            **{
                name: [float(v) if np.isfinite(v) else None for v in getattr(self, name)]
                for name in ("effort", "probability", "danger")
            },
        }


def lever_curves(bench: Bench, levers: Sequence[Handle]) -> tuple[LeverCurve, ...]:
    """The curve of every lever that has a way to go."""
    large = bench.game.structure.nodes > LARGE
    return tuple(_curve(bench, lever, FEW_POINTS if large else POINTS) for lever in levers)


def _curve(bench: Bench, lever: Handle, points: int) -> LeverCurve:
    game = bench.game
    if lever.stops:
        way = np.abs(np.array([lever.start, *lever.stops]) - lever.start)
        parts = np.unique(way / way[-1])
        parts = parts[
            np.unique(np.linspace(0, len(parts) - 1, min(len(parts), points)).round()).astype(int)
        ]
    else:
        parts = np.linspace(0, 1, points)
    stand = bench.stand(moved(game, [lever], parts[:, None]))
    parties = game.meaning.parties
    fine = stand.solved
    return LeverCurve(
        lever.name,
        lever.label,
        lever.assumption,
        assumption_words(game.scenario, lever.assumption),
        lever.unit,
        tuple(parties[i] for i in lever.held_by),
        np.array([lever.value(float(part)) for part in parts]),
        parts * lever.most,
        np.where(fine, stand.reached, np.nan),
        np.where(fine, stand.danger, np.nan),
        game.meaning.assumptions[lever.position].options,
    )
