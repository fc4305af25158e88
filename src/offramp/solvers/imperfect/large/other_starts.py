"""Other equilibria with information sets: play begun elsewhere, and Newton's method from there.

Starts depend on the seed and their own number only. The first ones are simple: everybody's
first move everywhere, then the second, and so on; later ones draw a favourite move for every
party and step of the round, or for every decision. Of four, two let responses settle before
Newton's method, which finds what is stable; one follows the branch that begins there at
precision 0; one does neither, and finds the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.imperfect.large.continuation import CAREFUL, Walk
from offramp.solvers.imperfect.large.equations import linearise

Array = NDArray[np.float64]
SHORT = CAREFUL._replace(most=80)
HOPELESS = 6
"""After so many starts that ended nowhere no more are tried."""
SAME = 1e-6
"""Two equilibria differ when some probability or value (over its scale) does by more."""


def search_elsewhere(
    walk: Walk, known: tuple[Array, Array], starts: int, seed: int, most: int = 6
) -> tuple[int, list[tuple[Array, Array]]]:
    """How many starts ended in a solution, and the new points (see ``Walk.point``).

    Where two solutions were found, Newton's method also begins at play between them.
    """
    walk.go_back(known)
    walk.evaluate(1.0)
    plays, found, ended = [sketch(walk)], [], 0

    def finish(arrived: bool) -> None:
        nonlocal ended
        if not arrived:
            return
        ended += 1
        now = sketch(walk)
        if len(found) < most and all(np.abs(now - old).max() > SAME for old in plays):
            plays.append(now)
            found.append(walk.point())

    for start in range(starts):
        if start >= HOPELESS and not ended:
            break
        lean_towards(walk, seed, start)
        if start % 4 == 2 and not walk.stakes.entropy:
            finish(follow_from(walk))
            continue
        if start % 4 != 3:
            let_respond(walk, 30)
        finish(seek_play(walk))
    for pair in range(1, min(len(plays), 4)):
        for share in (0.5, 0.25, 0.75):
            slots = len(walk.sharp)
            play = share * plays[0][:slots] + (1.0 - share) * plays[pair][:slots]
            begin_with(walk, play + 1e-9)
            finish(seek_play(walk))
    return ended, found


def sketch(walk: Walk) -> Array:
    """Play and values at the heads, over their scale, in one vector."""
    ghosts = walk.desk.value[walk.base :] / walk.stakes.scale
    return np.concatenate([walk.desk.chance, ghosts.ravel()])


def lean_towards(walk: Walk, seed: int, start: int) -> None:
    """Put nearly all weight on favourite moves."""
    sets, rng = walk.sets, np.random.default_rng([seed, start])
    moves = np.diff(sets.slot_first)
    if start < moves.max():
        favourite = np.minimum(start, moves - 1)
    else:
        draw = rng.random(len(moves))
        if start % 2 == 0:
            draw = rng.random(walk.groups.max() + 1)[walk.groups]
        favourite = (draw * moves).astype(np.int64)
    weight = np.full(len(walk.sharp), 1e-4 if start % 8 < 6 else 0.05)
    weight[sets.slot_first[:-1] + favourite] = 1.0
    begin_with(walk, weight)


def begin_with(walk: Walk, weight: Array) -> None:
    """Play in proportion to ``weight`` (slot,), and the values of that play."""
    walk.desk.hope[:] = np.log(weight) / walk.sharp
    for _ in range(40):
        walk.evaluate(1.0)
        walk.desk.value[walk.base :] = walk.desk.value[walk.sets.heads]


def follow_from(walk: Walk) -> bool:
    """Follow the branch that begins at precision 0 with the play of the desk."""
    scale, steep, message = walk.stakes.scale.copy(), walk.steep, walk.message
    walk.desk.bias[:] = np.maximum(walk.desk.log_chance, -6.0)
    arrived = walk.begin() and walk.follow(1.0, SHORT)
    walk.desk.bias[:] = 0.0
    walk.stakes.scale[:], walk.steep, walk.message = scale, steep, message
    return arrived


def let_respond(walk: Walk, rounds: int) -> None:
    """Let hopes follow worths, half-way at a time."""
    hope, ghosts = walk.desk.hope, walk.desk.value[walk.base :]
    for k in range(rounds):
        share = 1.0 if k < 3 else 0.5
        walk.evaluate(1.0)
        hope += share * (walk.desk.worth - hope)
        ghosts[:] = walk.desk.value[walk.sets.heads]


def sharpen(walk: Walk, factor: float) -> bool:
    """Answer the desk's play once more at ``factor`` times the precision, beginning at itself.

    See ``limits``. Play, values and beliefs are left on the desk, but no hopes that mean them.
    """
    desk, first = walk.desk, walk.sets.slot_first[:-1]
    mean = np.add.reduceat(desk.chance * desk.worth, first)[walk.decision]
    desk.hope[:], desk.bias[:] = mean, 2.0 * desk.log_chance
    sharp, precision = walk.sharp.copy(), walk.stakes.precision.copy()
    walk.sharp[:] *= 2.0 * factor
    walk.stakes.precision[:] *= 2.0 * factor
    arrived = seek_play(walk, t=0.5)
    walk.sharp[:], walk.stakes.precision[:], desk.bias[:] = sharp, precision, 0.0
    return arrived


def seek_play(walk: Walk, limit: int = 40, t: float = 1.0) -> bool:
    """Newton's method at a share of the precision from the desk's state, with shortened steps."""
    walk.aim(True)
    walk.s = float(np.log1p(walk.steep * t))
    error, worst = walk.evaluate(t)
    last, stuck = np.inf, 0
    for _ in range(limit):
        if worst <= 2e-15 or (worst < 1e-10 and error < 1e-5 and worst > 0.3 * last):
            return True
        if stuck > 2 or not np.isfinite(error):
            return False
        last, before = worst, merit(walk)
        linearise(walk.sets, walk.stakes, walk.desk, t)
        walk.solve(t, 1.0, 0.0, 1e-4)
        shift, step, begin = walk.desk.shift.copy(), walk.notes.step.copy(), walk.point()
        turn = np.abs(walk.sharp * shift * np.sqrt(walk.desk.chance)).max()
        share = min(1.0, 5.0 / max(turn, 1e-300))
        for _ in range(5):
            walk.go_back(begin)
            walk.move(shift, step, share)
            error, worst = walk.evaluate(t)
            if merit(walk) < before:
                break
            share *= 0.35
        else:
            stuck += 1
    return False


def merit(walk: Walk) -> float:
    """Size of the gaps over their scale; infinite beyond the largest number."""
    slots, source = len(walk.sharp), walk.desk.source
    owned = walk.stakes.scale[walk.sets.owner[walk.decision]]
    at_heads = source[slots:].reshape(-1, walk.sets.parties) / walk.stakes.scale
    with np.errstate(over="ignore"):
        return float(((source[:slots] / owned) ** 2).sum() + (at_heads**2).sum())
