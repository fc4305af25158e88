"""Other equilibria of games with information sets: forks, the branch further on, random starts.

Newton's method from random log-odds finds equilibria of every kind, the unstable ones too;
branches that begin at random log-odds instead of at uniform play end in one, and where such a
branch turns back it passes through others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from offramp.solvers.branching import (
    REACHED,
    begin_branch,
    eliminate,
    follow_branch,
    polish,
)
from offramp.solvers.information import Veil
from offramp.solvers.unveiling import evaluate

Floats = NDArray[np.float64]

TILT = 1e-3
"""Log-odds by which the two sides of a fork are told apart at precision 0."""
APART = 1e-6
"""Probabilities that differ by more belong to different equilibria."""


class Hoard(NamedTuple):
    """Equilibria found beside the reported ones, for a block of draws."""

    odds: Floats
    """(row, unknown) log-odds at the sets."""
    draw: NDArray[np.int64]
    """(row,)."""
    count: NDArray[np.int64]
    """(2,) rows used; where those of the present draw begin."""
    dice: NDArray[np.uint64]
    """(1,) state of the random numbers."""
    lean: Floats
    """(unknown,) where a branch begins."""
    home: Floats
    """(unknown,) log-odds of the reported equilibrium."""
    spare: Floats
    """(unknown + 1,)."""
    chance: Floats
    """(edge,)."""


def room_to_hoard(veil: Veil, rows: int) -> Hoard:
    """Room for so many equilibria."""
    size = veil.unknowns
    return Hoard(
        odds=np.zeros((rows, size)),
        draw=np.zeros(rows, np.int64),
        count=np.zeros(2, np.int64),
        dice=np.zeros(1, np.uint64),
        lean=np.zeros(size),
        home=np.zeros(size),
        spare=np.zeros(size + 1),
        chance=np.zeros(len(veil.target)),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def toss(dice, wide):
    """A random number between -wide and wide."""
    dice[0] = dice[0] * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
    share = np.float64(dice[0] >> np.uint64(11)) * 2.0**-53
    return wide * (2.0 * share - 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def are_apart(veil: Veil, one, other):
    """Whether two vectors of log-odds mean different play at some set."""
    for s in range(len(veil.choices)):
        low, high = veil.row[s], veil.row[s] + veil.choices[s] - 1
        top, peak = 0.0, 0.0
        for k in range(low, high):
            top, peak = max(top, one[k]), max(peak, other[k])
        mass, weight = np.exp(-top), np.exp(-peak)
        for k in range(low, high):
            mass += np.exp(one[k] - top)
            weight += np.exp(other[k] - peak)
        if abs(np.exp(-top) / mass - np.exp(-peak) / weight) > APART:
            return True
        for k in range(low, high):
            if abs(np.exp(one[k] - top) / mass - np.exp(other[k] - peak) / weight) > APART:
                return True
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def keep_found(veil: Veil, hoard: Hoard, z, draw):
    """Add log-odds to the hoard unless they are known or it is full."""
    row = hoard.count[0]
    if row >= len(hoard.draw) or not are_apart(veil, z, hoard.home):
        return
    for i in range(hoard.count[1], row):
        if not are_apart(veil, z, hoard.odds[i]):
            return
    for k in range(veil.unknowns):
        hoard.odds[row, k] = z[k]
    hoard.draw[row] = draw
    hoard.count[0] = row + 1


@njit(cache=True, nogil=True, error_model="numpy")
def settle(veil, pattern, figures, bench, walk, lean, most):
    """Newton's method at full precision, shortened until the gap falls, from ``walk.point``.

    Returns whether it ended at a solution.
    """
    last, point, trial = veil.unknowns, walk.point, walk.trial
    evaluate(veil, pattern, figures, bench, point, lean, 1.0, 1.0)
    for _ in range(most):
        merit, size = 0.0, 0.0
        for i in range(last):
            merit += bench.gap[i] * bench.gap[i]
            for k in range(last):
                walk.matrix[i, k] = bench.jacobian[i, k]
            walk.matrix[i, last], walk.matrix[last, i] = 0.0, 0.0
            walk.right[0, i] = -bench.gap[i]
        walk.matrix[last, last], walk.right[0, last] = 1.0, 0.0
        if eliminate(walk.matrix, walk.right, 1) == 0.0 or not merit < np.inf:
            return False
        for k in range(last):
            size = max(size, abs(walk.right[0, k]))
        if size < 1e-6:
            return True
        share, fallen = 1.0, False
        while share > 0.01 and not fallen:
            for k in range(last):
                trial[k] = point[k] + share * walk.right[0, k]
            evaluate(veil, pattern, figures, bench, trial, lean, 1.0, 0.0)
            after = 0.0
            for i in range(last):
                after += bench.gap[i] * bench.gap[i]
            fallen = after < (1.0 - 0.2 * share) * merit
            share *= 0.4
        if not fallen:
            return False
        for k in range(last):
            point[k] = trial[k]
        evaluate(veil, pattern, figures, bench, point, lean, 1.0, 1.0)
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def go_further(veil, pattern, figures, bench, walk, lean, span, hoard: Hoard, draw, most):
    """Follow a branch on from where it reached full precision; keep what it passes at it."""
    last = veil.unknowns
    for _ in range(most):
        before = walk.point[last] - span
        for k in range(last + 1):
            hoard.spare[k] = walk.point[k]
        ended, _, _ = follow_branch(veil, pattern, figures, bench, walk, lean, span, 8.0, 1, 2.0)
        after = walk.point[last] - span
        if before * after < 0.0:
            share = before / (before - after)
            for k in range(last + 1):
                now = walk.point[k]
                walk.point[k] = (1.0 - share) * hoard.spare[k] + share * now
                hoard.spare[k] = now
            gap = polish(veil, pattern, figures, bench, walk, hoard.home, 1.0, 12)
            if gap < 1e-9:
                keep_found(veil, hoard, walk.point, draw)
            for k in range(last + 1):
                walk.point[k] = hoard.spare[k]
        if ended == REACHED or walk.point[last] < 0.0 or walk.pace[0] < 1e-6:
            return


@njit(cache=True, nogil=True, error_model="numpy")
def look_around(
    veil, pattern, figures, bench, walk, span, hoard: Hoard, draw, newton, branches, further, seed
):  # fmt: skip
    """Search a solved draw from random starts; how many of them ended at a solution.

    ``hoard.home`` is the reported solution; ``further`` steps are gone beyond each branch.
    """
    last, tried = veil.unknowns, 0
    for start in range(newton + branches):
        hoard.dice[0] = np.uint64(seed) * np.uint64(1000003) + np.uint64(start + 1)
        toss(hoard.dice, 1.0)
        kind = start % 4
        wide = 2.0 if kind == 0 else 6.0 if kind == 1 else max(1.0, 0.3 * span)
        wide = 20.0 if kind == 3 else wide
        for k in range(last):
            hoard.lean[k] = toss(hoard.dice, wide)
            walk.point[k] = hoard.lean[k]
        if start < newton:
            if settle(veil, pattern, figures, bench, walk, hoard.lean, 40):
                tried += 1
                if polish(veil, pattern, figures, bench, walk, hoard.lean, 1.0, 12) < 1e-9:
                    keep_found(veil, hoard, walk.point, draw)
            continue
        begin_branch(veil, pattern, figures, bench, walk, hoard.lean, span)
        ended, _, _ = follow_branch(
            veil, pattern, figures, bench, walk, hoard.lean, span, 1.0, 300, 2.0
        )
        if ended == REACHED:
            tried += 1
            if polish(veil, pattern, figures, bench, walk, hoard.lean, 1.0, 12) < 1e-9:
                keep_found(veil, hoard, walk.point, draw)
            go_further(veil, pattern, figures, bench, walk, hoard.lean, span, hoard, draw, further)
    return tried


@njit(cache=True, nogil=True, error_model="numpy")
def take_side(veil, pattern, figures, bench, walk, span, hoard: Hoard, draw):
    """At a fork of the branch go to a side, always the same one (see ``is_preferred``).

    ``hoard.home`` holds the solution straight on and becomes the chosen one; the others are
    kept. The sides are found by leaning slightly at precision 0.
    """
    last, rows = veil.unknowns, hoard.count[0]
    for side in range(2):
        for k in range(last):
            uneven = 1.0 + 0.5 * ((0.6180339887498949 * (k + 1)) % 1.0)
            hoard.lean[k] = (TILT if side else -TILT) * uneven
        begin_branch(veil, pattern, figures, bench, walk, hoard.lean, span)
        ended, _, _ = follow_branch(
            veil, pattern, figures, bench, walk, hoard.lean, span, 1.0, 400, 40.0
        )
        if ended != REACHED:
            continue
        if polish(veil, pattern, figures, bench, walk, hoard.lean, 1.0, 12) < 1e-9:
            keep_found(veil, hoard, walk.point, draw)
    if hoard.count[0] < rows + 1:
        return
    best = rows
    if hoard.count[0] > rows + 1:
        evaluate(veil, pattern, figures, bench, hoard.odds[rows], hoard.lean, 1.0, 0.0)
        for e in range(len(veil.target)):
            hoard.chance[e] = bench.chance[e]
        evaluate(veil, pattern, figures, bench, hoard.odds[rows + 1], hoard.lean, 1.0, 0.0)
        best += int(is_preferred(veil, bench.chance, hoard.chance))
    for k in range(last):
        straight = hoard.home[k]
        hoard.home[k] = hoard.odds[best, k]
        hoard.odds[best, k] = straight


@njit(cache=True, nogil=True, error_model="numpy")
def is_preferred(veil: Veil, one, other):
    """Whether ``one`` has more of the first move where the last-named party last decides anew.

    That is its last decision in the order of play at which the two differ.
    """
    parties = 0
    for n in range(len(veil.mover)):
        parties = max(parties, veil.mover[n] + 1)
    for back in range(parties):
        party = parties - 1 - back
        for n in range(len(veil.mover)):
            e = veil.first[n]
            if veil.mover[n] == party and abs(one[e] - other[e]) > APART:
                return one[e] > other[e]
    return False
