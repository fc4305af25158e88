"""Large and cyclic games with information sets: solved, certified, and searched for others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.sharing import Progress, runs_of, share_out, threads_for
from offramp.game.structure import Structure, Tables
from offramp.solvers.equilibria import Equilibria, Options, Other
from offramp.solvers.imperfect.large.certificate import Verdict, certify_play, hold_court
from offramp.solvers.imperfect.large.continuation import BRISK, CAREFUL, Walk, begin_walk
from offramp.solvers.imperfect.large.other_starts import (
    lean_towards,
    let_respond,
    search_elsewhere,
    seek_play,
    sharpen,
)
from offramp.solvers.imperfect.large.set_layout import Board, arrange_sets
from offramp.solvers.imperfect.small.branch_tasks import GAIN, is_loose
from offramp.solvers.kernels.certificate import bound_regret
from offramp.solvers.kernels.layout import arrange
from offramp.solvers.perfect.draws import find_invalid

Array = NDArray[np.float64]
SHARPENED = 100.0
"""Play far out is sharpened from regrets on that are so many times the target."""


def solve_large(
    structure: Structure,
    tables: Tables,
    traced: Sequence[int],
    starts: int,
    seed: int,
    progress: Progress | None,
    options: Options,
) -> Equilibria:
    """See ``offramp.solvers.solve``; for hidden structures with cycles or many unknowns.

    Untraced draws are continued in large steps of the precision, without going around folds;
    with ``starts`` above 0 traced ones are searched for others from more starts than that.
    """
    job = LargeJob(structure, tables, options)
    tried = frozenset(int(draw) for draw in traced)
    job.run(progress, lambda draw: job.solve_draw(draw, draw in tried, starts, seed))
    return job.result()


def limit_large(
    structure: Structure,
    tables: Tables,
    regret: Array,
    progress: Progress | None,
    options: Options,
    most: float = 1e9,
) -> Equilibria:
    """Every draw's branch followed to higher precisions until no regret exceeds ``regret`` (draw,).

    Precisions are multiplied by up to ``most``; those reached are in ``reached``.
    """
    job = LargeJob(structure, tables, options)
    job.run(progress, lambda draw: job.solve_limit(draw, float(regret[draw]), most))
    return job.result()


class Play(NamedTuple):
    """One draw's values, play and beliefs."""

    value: Array
    """(node, party)."""
    strategy: Array
    """(edge,)."""
    log_strategy: Array
    belief: Array
    """(node,)."""


class LargeJob:
    """The arrays that draws fill; every draw writes only its own rows."""

    def __init__(self, structure: Structure, tables: Tables, options: Options) -> None:
        self.structure, self.tables, self.options = structure, tables, options
        self.layout = arrange(structure)
        self.board: Board = arrange_sets(structure)
        self.court = hold_court(self.layout, self.board.sets)
        draws, nodes, parties = tables.draws, structure.nodes, structure.parties
        count = np.diff(structure.first)
        self.value = np.full((draws, nodes, parties), np.nan)
        self.payoff = np.full_like(self.value, np.nan) if tables.entropy else self.value
        self.strategy = np.tile(np.repeat(1.0 / count, count), (draws, 1))
        self.belief = np.ones((draws, nodes))
        self.residual = np.full(draws, np.nan)
        self.regret, self.anywhere, self.reached = np.full((3, draws, parties), np.nan)
        self.bound = bound_regret(self.layout, tables)
        self.branch = ["continued"] * draws
        self.uniqueness = ["not refuted by 0 starts"] * draws
        self.status, self.message = ["solved"] * draws, [""] * draws
        self.sweeps = np.zeros(draws, np.int64)
        self.others: list[list[Other]] = [[] for _ in range(draws)]
        self.invalid = find_invalid(self.layout, tables)

    def run(self, progress: Progress | None, task: Callable[[int], None]) -> None:
        """Do the task for every draw that describes a game, in threads."""

        def one(single: range) -> None:
            draw = single[0]
            if self.invalid[draw]:
                self.status[draw], self.message[draw] = "invalid", self.invalid[draw]
            else:
                task(draw)

        singles, threads = runs_of(self.tables.draws, 1), threads_for(self.options.workers)
        share_out(one, singles, threads, progress=progress)

    def solve_draw(self, draw: int, traced: bool, starts: int, seed: int) -> None:
        """Solve, certify and look around."""
        walk = begin_walk(self.board, self.tables, draw)
        traced = traced and self.structure.nodes <= self.options.trace_nodes
        if not self.reach(draw, walk, traced, seed):
            return
        self.keep(draw, walk)
        if starts and self.structure.nodes <= self.options.start_nodes:
            tries = starts
            if traced:
                share = self.options.newton_nodes / self.structure.nodes
                tries = max(starts, 4, int(self.options.newton_starts * min(1.0, share)))
            ended, found = search_elsewhere(walk, walk.point(), tries, seed)
            self.uniqueness[draw] = f"not refuted by {ended} starts"
            for point in found:
                walk.go_back(point)
                walk.evaluate(1.0)
                sheet = self.read(walk)
                verdict = certify_play(self.court, self.tables, draw, 1.0, *sheet[:3])
                loose = is_loose(verdict.residual.max(), walk.steep)
                if not (loose or self.exceeds(draw, verdict).any()):
                    self.others[draw].append(Other(draw, *sheet[:2]))
            if self.others[draw]:
                self.uniqueness[draw] = "several found"

    def reach(self, draw: int, walk: Walk, traced: bool, seed: int) -> bool:
        """Bring the walk to the full precision one way or another; whether that was possible."""
        manners = (CAREFUL, BRISK) if traced else (BRISK, CAREFUL)
        for manner in manners:
            arrived = walk.begin() and walk.follow(1.0, manner)
            self.sweeps[draw] = walk.passes
            if arrived:
                self.branch[draw] = "traced" if manner is CAREFUL else "continued"
                return True
            if manner is CAREFUL:
                self.message[draw] = f"The principal branch was not traced: {walk.message}."
        for start in range(8):
            lean_towards(walk, seed, start)
            let_respond(walk, 60)
            if seek_play(walk):
                self.branch[draw] = "fixed_point"
                self.message[draw] = (
                    "The branch from precision 0 could not be followed; this is an equilibrium "
                    "found from a start of another kind. Lower the precision."
                )
                return True
        self.status[draw] = "failed"
        self.message[draw] += " No other start led to an equilibrium. Lower the precision."
        sheet = self.read(walk)
        self.value[draw], self.strategy[draw], self.belief[draw] = sheet[0], sheet[1], sheet[3]
        return False

    def solve_limit(self, draw: int, regret: float, most: float) -> None:
        """Follow the branch until the regret is small enough, or as far as it goes."""
        walk = begin_walk(self.board, self.tables, draw)
        goal, arrived = 1.0, walk.begin() and walk.follow(1.0, CAREFUL)
        if not arrived:
            self.status[draw], self.message[draw] = "failed", f"Not followed: {walk.message}."
            return
        self.branch[draw], here = "traced", walk.point()
        while arrived:
            self.reached[draw], here = goal * self.tables.precision[draw], walk.point()
            self.keep_far(draw, walk, goal, np.inf)
            if regret < self.anywhere[draw].max() <= SHARPENED * regret:
                self.sharpen(draw, walk, goal)
                walk.go_back(here)
            arrived = self.anywhere[draw].max() > regret and 4.0 * goal <= most
            arrived = arrived and walk.follow(4.0 * goal, CAREFUL)
            goal *= 4.0 if arrived else 1.0
        if self.anywhere[draw].max() > regret:
            walk.go_back(here)
            walk.evaluate(goal)
            self.sharpen(draw, walk, goal)
        self.sweeps[draw] = walk.passes
        if not (self.anywhere[draw] <= regret).all():
            self.status[draw] = "uncertified"
            self.message[draw] = (
                f"The limit was not reached: at {goal:.3g} times the precision at which moves "
                f"begin to differ, a party still gains {self.anywhere[draw].max():.2g} of what it "
                "has at stake. Ask for play at a precision."
            )

    def sharpen(self, draw: int, walk: Walk, share: float) -> None:
        """Keep sharpened play (see ``limits``) as long as everybody regrets it less.

        The residual stays that of the branch.
        """
        residual = self.residual[draw]
        for _ in range(3):
            before = float(self.anywhere[draw].max())
            if not sharpen(walk, share) or not self.keep_far(draw, walk, share, before):
                break
        self.residual[draw] = residual

    def read(self, walk: Walk) -> Play:
        """What the desk of a walk says."""
        sets, desk, nodes = walk.sets, walk.desk, self.structure.nodes
        value, belief = np.empty((nodes, sets.parties)), np.ones(nodes)
        value[sets.node] = desk.value[:nodes]
        belief[sets.node[sets.member]] = desk.belief
        strategy, log_strategy = np.empty((2, self.structure.edges))
        party = sets.slot >= 0
        strategy[sets.edge] = np.where(party, desk.chance[sets.slot], walk.stakes.odds)
        log_strategy[sets.edge] = np.where(party, desk.log_chance[sets.slot], walk.stakes.log_odds)
        return Play(value, strategy, log_strategy, belief)

    def keep_far(self, draw: int, walk: Walk, share: float, most: float) -> bool:
        """Store and certify play on the way to a limit, if it is regretted by less than ``most``.

        Its payoffs follow from it alone: far out residuals are rounding times the precision.
        """
        sheet = self.read(walk)
        verdict = certify_play(self.court, self.tables, draw, share, *sheet[:3], anew=True)
        good = bool(verdict.anywhere.max() < most)
        if good:
            self.store(draw, sheet, verdict)
        return good

    def keep(self, draw: int, walk: Walk) -> None:
        """Store and certify the state of a walk at the full precision."""
        sheet = self.read(walk)
        verdict = certify_play(self.court, self.tables, draw, 1.0, *sheet[:3])
        self.store(draw, sheet, verdict)
        over = self.exceeds(draw, verdict)
        if over.any():
            self.status[draw] = "uncertified"
            self.message[draw] = (
                f"Party {int(np.flatnonzero(over)[0])} could gain more than logit play can lose; "
                "please report this scenario, and lower the precision meanwhile."
            )

    def exceeds(self, draw: int, verdict: Verdict) -> NDArray[np.bool_]:
        """(party,) whether a regret exceeds what logit play can lose, and all errors."""
        return verdict.anywhere > self.bound[draw] + GAIN + 4.0 * verdict.error

    def store(self, draw: int, sheet: Play, verdict: Verdict) -> None:
        """Put play and its certificate into the rows of a draw."""
        self.value[draw], self.strategy[draw] = sheet.value, sheet.strategy
        self.belief[draw], self.payoff[draw] = sheet.belief, verdict.payoff
        self.residual[draw] = verdict.residual.max()
        self.regret[draw], self.anywhere[draw] = verdict.regret, verdict.anywhere

    def result(self) -> Equilibria:
        """Everything together, read-only."""
        return Equilibria(
            value=self.value,
            payoff=self.payoff,
            strategy=self.strategy,
            residual=self.residual,
            regret=self.regret,
            regret_anywhere=self.anywhere,
            regret_bound=self.bound,
            branch=np.array(self.branch, dtype=str),
            uniqueness=np.array(self.uniqueness, dtype=str),
            others=tuple(other for draw in self.others for other in draw),
            condition=np.full(self.tables.draws, np.nan),
            sweeps=self.sweeps,
            status=np.array(self.status, dtype=str),
            message=np.array(self.message, dtype=str),
            belief=self.belief,
            reached=self.reached,
        )
