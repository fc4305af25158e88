"""Other equilibria with information sets: play begun elsewhere, and Newton's method from there.

Starts depend on the seed and their own number only. The first ones are simple: everybody's
first move everywhere, then the second, and so on; later ones draw a favourite move for every
party and step of the round, or for every decision. Of four, two let responses settle before
Newton's method, which finds what is stable; one follows the branch that begins there at
precision 0; one does neither, and finds the rest.

Equations and sources: `equations` and `continuation`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.imperfect.large.continuation import Branch
from offramp.solvers.imperfect.large.equations import linearise
from offramp.solvers.imperfect.large.following import CAREFUL

Array = NDArray[np.float64]
SHORT = CAREFUL._replace(most=80)
HOPELESS = 6
"""After so many starts that ended nowhere no more are tried."""
SAME = 1e-6
"""Two equilibria differ when some probability or value (over its scale) does by more."""


def search_elsewhere(
    branch: Branch,
    known: tuple[Array, Array],
    starts: int,
    seed: int,
    beside: Sequence[tuple[Array, Array]] = (),
    most: int = 6,
) -> tuple[int, list[tuple[Array, Array]]]:
    """How many starts ended in a solution, and the new points (see ``Branch.point``).

    Points known ``beside`` come first. Where two solutions were found and there are ``starts``,
    Newton's method also begins at play between them.
    """
    branch.go_back(known)
    branch.evaluate(1.0)
    plays, found, ended = [sketch(branch)], [], 0

    def finish(arrived: bool, counts: bool = True) -> None:
        nonlocal ended
        if not arrived:
            return
        ended += counts
        now = sketch(branch)
        if len(found) < most and all(np.abs(now - old).max() > SAME for old in plays):
            plays.append(now)
            found.append(branch.point())

    for point in beside:
        branch.go_back(point)
        branch.evaluate(1.0)
        finish(True, counts=False)
    for start in range(starts):
        if start >= HOPELESS and not ended:
            break
        lean_towards(branch, seed, start)
        if start % 4 == 2 and not branch.numbers.entropy:
            finish(follow_from(branch))
            continue
        if start % 4 != 3:
            let_respond(branch, 30)
        finish(seek_play(branch))
    for pair in range(1, min(len(plays), 4) if starts else 0):
        for share in (0.5, 0.25, 0.75):
            slots = len(branch.sharp)
            play = share * plays[0][:slots] + (1.0 - share) * plays[pair][:slots]
            begin_with(branch, play + 1e-9)
            finish(seek_play(branch))
    return ended, found


def sketch(branch: Branch) -> Array:
    """Play and values at the heads, over their scale, in one vector."""
    ghosts = branch.state.value[branch.base :] / branch.numbers.scale
    return np.concatenate([branch.state.chance, ghosts.ravel()])


def lean_towards(branch: Branch, seed: int, start: int) -> None:
    """Put nearly all weight on favourite moves."""
    sets, rng = branch.sets, np.random.default_rng([seed, start])
    moves = np.diff(sets.slot_first)
    if start < moves.max():
        favourite = np.minimum(start, moves - 1)
    else:
        draw = rng.random(len(moves))
        if start % 2 == 0:
            draw = rng.random(branch.groups.max() + 1)[branch.groups]
        favourite = (draw * moves).astype(np.int64)
    weight = np.full(len(branch.sharp), 1e-4 if start % 8 < 6 else 0.05)
    weight[sets.slot_first[:-1] + favourite] = 1.0
    begin_with(branch, weight)


def begin_with(branch: Branch, weight: Array) -> None:
    """Play in proportion to ``weight`` (slot,), and the values of that play."""
    branch.state.hope[:] = np.log(weight) / branch.sharp
    for _ in range(40):
        branch.evaluate(1.0)
        branch.state.value[branch.base :] = branch.state.value[branch.sets.heads]


def follow_from(branch: Branch) -> bool:
    """Follow the branch that begins at precision 0 with the play of the state."""
    scale, steep, message = branch.numbers.scale.copy(), branch.steep, branch.message
    branch.state.bias[:] = np.maximum(branch.state.log_chance, -6.0)
    arrived = branch.follow(1.0, SHORT)
    branch.state.bias[:] = 0.0
    branch.message = message
    branch.measure(scale, steep)
    return arrived


def let_respond(branch: Branch, rounds: int) -> None:
    """Let hopes follow worths, half-way at a time."""
    hope, ghosts = branch.state.hope, branch.state.value[branch.base :]
    for k in range(rounds):
        share = 1.0 if k < 3 else 0.5
        branch.evaluate(1.0)
        hope += share * (branch.state.worth - hope)
        ghosts[:] = branch.state.value[branch.sets.heads]


def sharpen(branch: Branch, factor: float) -> bool:
    """Answer the play once more at ``factor`` times the precision, beginning at itself.

    See ``limits``. Play, values and beliefs are left in the state, but no hopes that mean them.
    """
    state, first = branch.state, branch.sets.slot_first[:-1]
    mean = np.add.reduceat(state.chance * state.worth, first)[branch.decision]
    state.hope[:], state.bias[:] = mean, 2.0 * state.log_chance
    sharp, precision = branch.sharp.copy(), branch.numbers.precision.copy()
    branch.sharp[:] *= 2.0 * factor
    branch.numbers.precision[:] *= 2.0 * factor
    arrived = seek_play(branch, t=0.5)
    branch.sharp[:], branch.numbers.precision[:], state.bias[:] = sharp, precision, 0.0
    return arrived


def seek_play(branch: Branch, limit: int = 40, t: float = 1.0) -> bool:
    """Newton's method at a share of the precision from the state, with shortened steps."""
    error, worst = branch.evaluate(t)
    last, stuck = np.inf, 0
    for _ in range(limit):
        if worst <= 2e-15 or (worst < 1e-10 and error < 1e-5 and worst > 0.3 * last):
            return True
        if stuck > 2 or not np.isfinite(error):
            return False
        last, before = worst, merit(branch)
        linearise(branch.sets, branch.numbers, branch.state, t)
        branch.solve(t, 1e-4)
        shift, step, begin = branch.state.shift.copy(), branch.linear.step.copy(), branch.point()
        turn = np.abs(branch.sharp * shift * np.sqrt(branch.state.chance)).max()
        share = min(1.0, 5.0 / max(turn, 1e-300))
        for _ in range(5):
            branch.go_back(begin)
            branch.move(shift, step, share)
            error, worst = branch.evaluate(t)
            if merit(branch) < before:
                break
            share *= 0.35
        else:
            stuck += 1
    return False


def merit(branch: Branch) -> float:
    """Size of the gaps over their scale; infinite beyond the largest number."""
    slots, source = len(branch.sharp), branch.state.source
    owned = branch.numbers.scale[branch.sets.owner[branch.decision]]
    at_heads = source[slots:].reshape(-1, branch.sets.parties) / branch.numbers.scale
    with np.errstate(over="ignore"):
        return float(((source[:slots] / owned) ** 2).sum() + (at_heads**2).sum())
