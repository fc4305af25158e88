"""Where branches lead: followed far out, sharpened to play without errors, certified by regret.

Far out on a branch moves that stay likely are worth the same up to 1 / precision. Answering play
with that precision once more, but beginning at itself instead of at even play, leaves of this the
square, and so on (proximal steps: Rockafellar 1976). So a branch is followed only to where its
losses are small, before rounding in ever larger log-odds drowns what they are about. The beliefs
stay those of play that makes every move, as those of sequential equilibria are.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.engine import Request
from offramp.solvers.equilibria import Equilibria
from offramp.solvers.imperfect.small.branch_tasks import (
    SETTLED,
    TaskRunner,
    TreeSystem,
    blank_play,
    write_system,
)
from offramp.solvers.imperfect.small.certificate import PlayRows
from offramp.solvers.imperfect.small.continuation import FAR_OUT, REACHED
from offramp.solvers.imperfect.small.draws import SmallResults
from offramp.solvers.imperfect.small.tape import facts_of
from offramp.solvers.kernels.certificate import bound_regret

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
STEEPEST = 1e13
"""Precisions are raised until moves differ by so much in units of log-odds."""
LOSSES = (100.0, *(10.0**-k for k in range(19)))
"""Losses, in units of the target, at which play is sharpened; after the first if need be.

The first place is good to many digits; the second one is nearer to the limit, which matters
where precisions decide which of a whole row of equilibria it is: some moves drift there.
"""
DRIFTING = 1e-12, 1e-2
"""Between these probabilities are those of moves that may drift."""
SHARPENINGS = 3
"""Most proximal steps at one place: every one of them about squares what is left."""
GROWTHS = ((1.0, 0.01), (100.0, 1.0))
"""By how much precision grows with every one of them, and the regret at which they end, in units
of the target: at first, and where that is not enough.
"""


def find_limits(request: Request) -> Equilibria:
    """See ``offramp.solvers.limit``; precisions count by what they are to each other only."""
    results = LimitResults(request, write_system(request.structure, facts_of(request.tables), True))
    results.solve()
    return results.equilibria()


class LimitResults(SmallResults):
    """Draws whose branches are followed until nobody regrets more than the target."""

    def __init__(self, request: Request, system: TreeSystem) -> None:
        super().__init__(request, system)
        assert request.regret is not None
        self.target: Array = request.regret
        """(draw,) the regret to fall below."""

    def solve_block(self, draws: Ints) -> None:
        """Follow the branches of draws until no regret exceeds the target.

        Where that fails after going to the side of a fork, once more straight on; and at last
        from play that Newton's method finds.
        """
        runner = TaskRunner(self.system, self.numbers)
        self._follow_far(runner, draws)
        for follow in (self._follow_straight, self._begin_elsewhere):
            draws = draws[self._open(draws)]
            if not len(draws):
                return
            before, names = self._rows(draws), draws.tolist()
            why = {draw: self.why.pop(draw) for draw in names if draw in self.why}
            follow(runner, draws)
            self._keep_better(draws, before)
            for draw, still in zip(names, self._open(draws), strict=True):
                self.why.pop(draw, None)
                if still and draw in why:
                    self.why[draw] = why[draw]

    def _follow_far(self, runner: TaskRunner, draws: Ints) -> None:
        """Follow branches to where log-odds are large, or at least about 1, and then on."""
        far = FAR_OUT / self.numbers.span[draws]
        odds, left = np.zeros((len(draws), self.system.infosets.unknowns)), np.arange(len(draws))
        messages: list[str] = []
        for share in (1.0, 1.0 / FAR_OUT):
            self.scale[draws[left]] = share * far[left]
            traced = runner.trace(draws[left], share * far[left], np.zeros(len(left), np.int64))
            self.sweeps[draws[left]] += traced.steps
            odds[left] = traced.odds
            lost = traced.ended != REACHED
            messages = [traced.message(row) for row in np.flatnonzero(lost).tolist()]
            left = left[lost]
            if not len(left):
                break
        for row, message in zip(left, messages, strict=True):
            self.why[int(draws[row])] = message
        runner.certify(draws[left], self.scale[draws[left]], odds[left], draws[left], self.play)
        there = np.delete(np.arange(len(draws)), left)
        for draw in draws[there]:
            self.why.pop(int(draw), None)
        self._climb(runner, draws[there], odds[there])

    def _follow_straight(self, runner: TaskRunner, draws: Ints) -> None:
        """The same, but straight on where branches fork."""
        runner.straight = True
        self._follow_far(runner, draws)

    def _begin_elsewhere(self, runner: TaskRunner, draws: Ints) -> None:
        """Go on from any solution where log-odds are large."""
        far = FAR_OUT / self.numbers.span
        for draw in draws.tolist():
            none = np.zeros(self.system.infosets.unknowns)
            found = runner.seek(draw, none, self.seed, float(far[draw]))
            if found is not None:
                where = np.array([draw])
                self.scale[where], self.branch[where] = far[where], "fixed_point"
                self._climb(runner, where, found[None])

    def _climb(self, runner: TaskRunner, draws: Ints, odds: Array) -> None:
        """Raise precisions and sharpen play until no regret exceeds the target.

        Losses at the sets foretell regrets. Without unknowns there are no branches to follow,
        and precisions grow tenfold.
        """
        span = self.numbers.span
        for lap, loss in enumerate(LOSSES):
            room = STEEPEST / (self.scale[draws] * span[draws])
            if not self.system.infosets.unknowns:
                room = np.minimum(room, 10.0)
            far, target = np.maximum(1.0, room), loss * self.target[draws]
            onward = runner.go_on(draws, self.scale[draws], odds, far, target)
            self.sweeps[draws] += onward.steps
            moved = onward.gap < SETTLED
            self.scale[draws[moved]] *= onward.reached[moved]
            odds[moved] = onward.odds[moved]
            before = self._rows(draws) if lap > 0 else None
            runner.certify(draws, self.scale[draws], odds, draws, self.play)
            go_on = moved & (onward.ended == REACHED) & (room > 1.0)
            drifts = self._drifts(draws) if lap == 0 else False
            self._sharpen(runner, draws, odds)
            if before is not None:
                self._keep_better(draws, before)
            go_on &= self._open(draws) | drifts
            draws, odds = draws[go_on], odds[go_on]
            if not len(draws):
                return

    def _drifts(self, draws: Ints) -> Bools:
        """Whether some moves are neither likely nor given up in proportion to the precision."""
        chance = self.play.strategy[draws]
        return np.asarray(((chance > DRIFTING[0]) & (chance < DRIFTING[1])).any(axis=1))

    def _sharpen(self, runner: TaskRunner, draws: Ints, odds: Array) -> None:
        """Put what sharpening makes of play into the rows, where nobody regrets it more.

        The residual stays that of the place on the branch. Where moves are given up so slowly
        that the first steps do not meet the target, others grow in precision.
        """
        for growth, met in GROWTHS if self.system.infosets.unknowns else ():
            left, sharp, scale = draws, odds, self.scale[draws]
            for _ in range(SHARPENINGS):
                blunt = self.play.anywhere[left].max(axis=1) > met * self.target[left]
                left, sharp, scale = left[blunt], sharp[blunt], growth * scale[blunt]
                if not len(left):
                    break
                sharp = runner.sharpen(left, scale, sharp)
                play = blank_play(self.structure, len(left))
                runner.certify(left, scale, sharp, np.arange(len(left)), play)
                good = play.anywhere.max(axis=1) <= self.play.anywhere[left].max(axis=1)
                left, sharp, scale = left[good], sharp[good], scale[good]
                play.residual[good] = self.play.residual[left]
                for now, new in zip(self.play, play, strict=True):
                    now[left] = new[good]

    def _open(self, draws: Ints) -> Bools:
        """Which draws have a regret above the target and what rounding hides."""
        scope = np.abs(self.play.value[draws]).max(axis=(1, 2), initial=0.0)
        return ~(self.play.anywhere[draws].max(axis=1) <= self.target[draws] + 1e-14 * scope)

    def _rows(self, draws: Ints) -> tuple[PlayRows, Array, NDArray[np.str_]]:
        """The rows of draws, and how it was found."""
        return (
            PlayRows(*(field[draws] for field in self.play)),
            self.scale[draws],
            self.branch[draws],
        )

    def _keep_better(self, draws: Ints, before: tuple[PlayRows, Array, NDArray[np.str_]]) -> None:
        """Go back to earlier rows where their regrets were smaller.

        Play from further on that meets the target is nearer to the limit.
        """
        play, scale, branch = before
        least = np.fmax(play.anywhere.max(axis=1), self.target[draws])
        worse = ~(self.play.anywhere[draws].max(axis=1) <= least)
        worse &= np.isfinite(play.anywhere).all(axis=1)
        for now, old in zip(self.play, play, strict=True):
            now[draws[worse]] = old[worse]
        self.scale[draws[worse]], self.branch[draws[worse]] = scale[worse], branch[worse]

    def equilibria(self) -> Equilibria:
        """Everything together, read-only."""
        left = replace(self.tables, precision=self.reached_precision())
        self.bound = bound_regret(self.layout, left)
        return super().equilibria()

    def uncertified(self) -> Bools:
        """A limit is one only where the target was met."""
        return self._open(np.arange(self.tables.draws))

    def reached_precision(self) -> Array:
        """(draw, party) the precision at which the branch was left."""
        return self.tables.precision * self.scale[:, None]

    def doubt(self, draw: int) -> str:
        """How far it went."""
        regret = float(self.play.anywhere[draw].max())
        return (
            f"The limit was not reached: at {self.scale[draw]:.3g} times the precision at which "
            f"moves begin to differ, a party still gains {regret:.2g} of what it has at stake. "
            "Ask for play at a precision."
        )

    def detour(self) -> str:
        """What is told of limits of other branches."""
        return (
            "The branch from precision 0 could not be followed to its limit; this is an "
            "equilibrium found from another start."
        )
