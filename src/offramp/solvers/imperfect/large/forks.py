"""Which way is taken where the branch of a game with information sets forks.

A branch forks where a game is symmetric: playing alike goes on, and two sides split off. The sides
are found by leaning slightly at precision 0; which one is taken is one rule for all draws, games
and engines (`preferred_side` of the small ones).

Source: Allgower & Georg (1990), Numerical continuation methods, on perturbed forks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.imperfect.large.continuation import Branch
from offramp.solvers.imperfect.large.following import CAREFUL
from offramp.solvers.imperfect.large.set_layout import Sets
from offramp.solvers.imperfect.sides import APART, FORKED, STRAIGHT_ON, tilts

Array = NDArray[np.float64]
Point = tuple[Array, Array]
LEANING = CAREFUL._replace(longest=0.2, loose=1e-5, far=0.02, shy=40, most=2000)
"""Beside a fork no eigenvalue turns its sign; where one does, another branch was met."""


def take_side(branch: Branch) -> tuple[list[Point], str]:
    """Move a branch that was followed straight over a fork to one side of it.

    Returns the points (see ``Branch.point``) that were not taken, the other side and the way
    straight on, and a sentence on what was found; none where no side was found, and the branch
    stays where it is. Where both sides end where the branch does it did not fork.
    """
    here, scale, steep = branch.point(), branch.numbers.scale.copy(), branch.steep
    first = branch.sets.slot_first[:-1]
    leaning = np.setdiff1d(np.arange(len(branch.sharp)), first)
    straight, plays, points = branch.state.chance.copy(), [], []
    for lean in tilts(len(leaning)):
        branch.state.bias[leaning] = lean
        if branch.follow(1.0, LEANING):
            plays.append(branch.state.chance.copy())
            points.append(branch.point())
        branch.state.bias[:] = 0.0
    branch.measure(scale, steep)
    beside, said = [], STRAIGHT_ON
    if len(points) == 2 and all(np.abs(play - straight).max() <= APART for play in plays):
        said = ""
    elif points:
        taken = preferred(branch.sets, plays) if len(points) == 2 else 0
        beside = [here, *points[:taken], *points[taken + 1 :]]
        here, said = points[taken], FORKED
    branch.go_back(here)
    branch.evaluate(1.0)
    branch.message = ""
    return beside, said


def preferred(sets: Sets, plays: list[Array]) -> int:
    """Which of two plays (slot,) is taken; see ``small.other_starts.preferred_side``."""
    spot = np.zeros(len(sets.owner), np.int64)
    at = np.flatnonzero(sets.decision >= 0)[::-1]
    spot[sets.decision[at]] = at
    first = sets.slot_first[:-1]
    for decision in np.lexsort((spot, -sets.owner.astype(np.int64))):
        one, other = (play[first[decision]] for play in plays)
        if abs(one - other) > APART:
            return int(other > one)
    return 0
