"""What flips the likeliest end: the assumptions with which another end becomes the likeliest.

Looked for in the draws of a run, as for claims (see `claims.deciding`): one or two conditions,
then further ones among the assumptions that are left, at most three in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from offramp.scenario import Scenario
from offramp.study.claims.deciding import Deciding, find_deciding
from offramp.study.solving.labels import assumption_words

if TYPE_CHECKING:
    import xarray as xr

MOST = 3
"""Most assumptions that are told."""
SHUFFLED = 20260127
"""Draws are put into a fixed order by chance: one sequence has a pattern that halves would see."""


@dataclass(frozen=True)
class Flips:
    """How steady the likeliest end at nominal values is over the combinations tried."""

    outcome: str
    """The likeliest end at nominal values."""
    kept: int
    """Combinations solved in which it is the likeliest too."""
    counted: int
    instead: tuple[tuple[str, int], ...]
    """The other ends that are the likeliest in some, the most often first."""
    regions: tuple[Deciding, ...]
    """Where in the ranges it mostly is the likeliest (`holds`), or mostly is not."""


def find_flips(scenario: Scenario, nominal: xr.Dataset, over: xr.Dataset | None) -> Flips | None:
    """What flips the likeliest end; None without draws, or where nominal values are not solved."""
    if over is None or str(nominal["status"].values[0]) != "solved":
        return None
    names = [str(name) for name in over["outcome"].values]
    fine = over["status"].values == "solved"
    if not fine.any():
        return None
    first = int(np.argmax(nominal["probability"].values[0]))
    likeliest = np.argmax(np.nan_to_num(over["probability"].values), axis=1)
    same = likeliest == first
    counts = np.bincount(likeliest[fine], minlength=len(names))
    instead = [(names[i], int(counts[i])) for i in np.flatnonzero(counts) if i != first]
    return Flips(
        names[first],
        int((same & fine).sum()),
        int(fine.sum()),
        tuple(sorted(instead, key=lambda one: -one[1])),
        _regions(scenario, over, same, fine),
    )


def _regions(
    scenario: Scenario, over: xr.Dataset, same: np.ndarray, fine: np.ndarray
) -> tuple[Deciding, ...]:
    order = np.random.default_rng(SHUFFLED).permutation(len(same))
    values = np.asarray(over["parameters"].values, float)[order]
    own = [str(name) for name in over["parameter"].values]
    left = [i for i in range(len(own)) if np.ptp(values[:, i]) > 0]
    found: list[Deciding] = []
    while left and sum(len(one.names) for one in found) < MOST:
        one = find_deciding([own[i] for i in left], values[:, left], same[order], fine[order])
        if one is None:
            break
        labels = {name: assumption_words(scenario, name) for name in one.names}
        options = {name: tuple(switch.options) for name, switch in scenario.switches.items()}
        found.append(one.called(labels, options))
        left = [i for i in left if own[i] not in one.names]
    return tuple(found)
