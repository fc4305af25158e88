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

from offramp.core.sharing import Progress
from offramp.game.structure import Structure, Tables
from offramp.solvers.equilibria import Equilibria, Options
from offramp.solvers.imperfect.small.branch_tasks import (
    SETTLED,
    Rulebook,
    Workshop,
    blank_sheet,
    write_rulebook,
)
from offramp.solvers.imperfect.small.certificate import Sheet
from offramp.solvers.imperfect.small.continuation import FAR_OUT, REACHED
from offramp.solvers.imperfect.small.draws import HiddenJob
from offramp.solvers.imperfect.small.other_starts import rough_span, rough_stakes
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


def find_limit(
    structure: Structure,
    tables: Tables,
    regret: float,
    progress: Progress | None,
    options: Options,
) -> Equilibria:
    """See ``offramp.solvers.limit``; precisions count by what they are to each other only.

    Shapes have been checked, and payoffs are in units of what is at stake (``units``).
    """
    span, stakes = rough_span(structure, tables), rough_stakes(structure, tables)
    span = np.where(np.isfinite(span) & (span > 0.0), span, 1.0)
    target = regret * np.where(stakes > 0.0, stakes, 1.0).min(axis=1, initial=1.0)
    even = replace(tables, precision=tables.precision / span[:, None])
    book = write_rulebook(structure, facts_of(even), True)
    if book is None:
        from offramp.solvers.imperfect.large.draws import limit_large

        return limit_large(structure, even, target, progress, options)
    job = LimitJob(book, even, options, target)
    job.solve(progress)
    return job.result()


class LimitJob(HiddenJob):
    """Draws whose branches are followed until nobody regrets more than the target."""

    def __init__(self, book: Rulebook, tables: Tables, options: Options, target: Array) -> None:
        super().__init__(book, tables, options)
        self.target = target
        """(draw,) the regret to fall below."""

    def solve_block(self, draws: Ints) -> None:
        """Follow the branches of draws until no regret exceeds the target.

        Where that fails after going to the side of a fork, once more straight on; and at last
        from play that Newton's method finds.
        """
        shop = Workshop(self.book, self.numbers)
        self._follow_far(shop, draws)
        for follow in (self._follow_straight, self._begin_elsewhere):
            draws = draws[self._open(draws)]
            if not len(draws):
                return
            before, names = self._rows(draws), draws.tolist()
            why = {draw: self.why.pop(draw) for draw in names if draw in self.why}
            follow(shop, draws)
            self._keep_better(draws, before)
            for draw, still in zip(names, self._open(draws), strict=True):
                self.why.pop(draw, None)
                if still and draw in why:
                    self.why[draw] = why[draw]

    def _follow_far(self, shop: Workshop, draws: Ints) -> None:
        """Follow branches to where log-odds are large, or at least about 1, and then on."""
        far = FAR_OUT / self.numbers.span[draws]
        odds, left = np.zeros((len(draws), self.book.veil.unknowns)), np.arange(len(draws))
        messages: list[str] = []
        for share in (1.0, 1.0 / FAR_OUT):
            self.scale[draws[left]] = share * far[left]
            traced = shop.trace(draws[left], share * far[left], np.zeros(len(left), np.int64))
            self.steps[draws[left]] += traced.steps
            odds[left] = traced.odds
            lost = traced.ended != REACHED
            messages = [traced.message(row) for row in np.flatnonzero(lost).tolist()]
            left = left[lost]
            if not len(left):
                break
        for row, message in zip(left, messages, strict=True):
            self.why[int(draws[row])] = message
        shop.certify(draws[left], self.scale[draws[left]], odds[left], draws[left], self.sheet)
        there = np.delete(np.arange(len(draws)), left)
        for draw in draws[there]:
            self.why.pop(int(draw), None)
        self._climb(shop, draws[there], odds[there])

    def _follow_straight(self, shop: Workshop, draws: Ints) -> None:
        """The same, but straight on where branches fork."""
        shop.straight = True
        self._follow_far(shop, draws)

    def _begin_elsewhere(self, shop: Workshop, draws: Ints) -> None:
        """Go on from any solution where log-odds are large."""
        far = FAR_OUT / self.numbers.span
        for draw in draws.tolist():
            none = np.zeros(self.book.veil.unknowns)
            found = shop.seek(draw, none, self.seed, float(far[draw]))
            if found is not None:
                where = np.array([draw])
                self.scale[where], self.branch[where] = far[where], "fixed_point"
                self._climb(shop, where, found[None])

    def _climb(self, shop: Workshop, draws: Ints, odds: Array) -> None:
        """Raise precisions and sharpen play until no regret exceeds the target.

        Losses at the sets foretell regrets. Without unknowns there are no branches to follow,
        and precisions grow tenfold.
        """
        span = self.numbers.span
        for lap, loss in enumerate(LOSSES):
            room = STEEPEST / (self.scale[draws] * span[draws])
            if not self.book.veil.unknowns:
                room = np.minimum(room, 10.0)
            far, target = np.maximum(1.0, room), loss * self.target[draws]
            onward = shop.go_on(draws, self.scale[draws], odds, far, target)
            self.steps[draws] += onward.steps
            moved = onward.gap < SETTLED
            self.scale[draws[moved]] *= onward.reached[moved]
            odds[moved] = onward.odds[moved]
            before = self._rows(draws) if lap > 0 else None
            shop.certify(draws, self.scale[draws], odds, draws, self.sheet)
            go_on = moved & (onward.ended == REACHED) & (room > 1.0)
            drifts = self._drifts(draws) if lap == 0 else False
            self._sharpen(shop, draws, odds)
            if before is not None:
                self._keep_better(draws, before)
            go_on &= self._open(draws) | drifts
            draws, odds = draws[go_on], odds[go_on]
            if not len(draws):
                return

    def _drifts(self, draws: Ints) -> Bools:
        """Whether some moves are neither likely nor given up in proportion to the precision."""
        chance = self.sheet.strategy[draws]
        return np.asarray(((chance > DRIFTING[0]) & (chance < DRIFTING[1])).any(axis=1))

    def _sharpen(self, shop: Workshop, draws: Ints, odds: Array) -> None:
        """Put what sharpening makes of play on the sheet, where nobody regrets it more.

        The residual stays that of the place on the branch. Where moves are given up so slowly
        that the first steps do not meet the target, others grow in precision.
        """
        for growth, met in GROWTHS if self.book.veil.unknowns else ():
            left, sharp, scale = draws, odds, self.scale[draws]
            for _ in range(SHARPENINGS):
                blunt = self.sheet.anywhere[left].max(axis=1) > met * self.target[left]
                left, sharp, scale = left[blunt], sharp[blunt], growth * scale[blunt]
                if not len(left):
                    break
                sharp = shop.sharpen(left, scale, sharp)
                sheet = blank_sheet(self.structure, len(left))
                shop.certify(left, scale, sharp, np.arange(len(left)), sheet)
                good = sheet.anywhere.max(axis=1) <= self.sheet.anywhere[left].max(axis=1)
                left, sharp, scale = left[good], sharp[good], scale[good]
                sheet.residual[good] = self.sheet.residual[left]
                for now, new in zip(self.sheet, sheet, strict=True):
                    now[left] = new[good]

    def _open(self, draws: Ints) -> Bools:
        """Which draws have a regret above the target and what rounding hides."""
        scope = np.abs(self.sheet.value[draws]).max(axis=(1, 2), initial=0.0)
        return ~(self.sheet.anywhere[draws].max(axis=1) <= self.target[draws] + 1e-14 * scope)

    def _rows(self, draws: Ints) -> tuple[Sheet, Array, NDArray[np.str_]]:
        """What the sheet says of draws, and how it was found."""
        return Sheet(*(field[draws] for field in self.sheet)), self.scale[draws], self.branch[draws]

    def _keep_better(self, draws: Ints, before: tuple[Sheet, Array, NDArray[np.str_]]) -> None:
        """Go back to earlier rows where their regrets were smaller.

        Play from further on that meets the target is nearer to the limit.
        """
        sheet, scale, branch = before
        least = np.fmax(sheet.anywhere.max(axis=1), self.target[draws])
        worse = ~(self.sheet.anywhere[draws].max(axis=1) <= least)
        worse &= np.isfinite(sheet.anywhere).all(axis=1)
        for now, old in zip(self.sheet, sheet, strict=True):
            now[draws[worse]] = old[worse]
        self.scale[draws[worse]], self.branch[draws[worse]] = scale[worse], branch[worse]

    def result(self) -> Equilibria:
        """Everything together, read-only."""
        self.bound = bound_regret(self.book.layout, replace(self.tables, precision=self.reached()))
        return super().result()

    def uncertified(self) -> Bools:
        """A limit is one only where the target was met."""
        return self._open(np.arange(self.tables.draws))

    def reached(self) -> Array:
        """(draw, party) the precision at which the branch was left."""
        return self.tables.precision * self.scale[:, None]

    def doubt(self, draw: int) -> str:
        """How far it went."""
        regret = float(self.sheet.anywhere[draw].max())
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
