"""Large and cyclic games with information sets: solved, certified, and searched for others.

Equations and sources: `equations`, `continuation` and `certificate`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.core.sharing import runs_of, share_out, threads_for
from offramp.solvers.engine import Request, Results
from offramp.solvers.equilibria import SEVERAL, Equilibria, Other, not_refuted
from offramp.solvers.imperfect.accuracy import GAIN, is_loose
from offramp.solvers.imperfect.large.certificate import (
    Certificate,
    certify_play,
    prepare_certificates,
)
from offramp.solvers.imperfect.large.continuation import Branch, branch_at
from offramp.solvers.imperfect.large.following import ANXIOUS, CAREFUL, HASTY
from offramp.solvers.imperfect.large.forks import Point, take_side
from offramp.solvers.imperfect.large.other_starts import (
    lean_towards,
    let_respond,
    search_elsewhere,
    seek_play,
    sharpen,
)
from offramp.solvers.imperfect.large.set_layout import SetGame, arrange_sets
from offramp.solvers.kernels.layout import arrange

Array = NDArray[np.float64]
SHARPENED = 100.0
"""Play far out is sharpened from regrets on that are so many times the target."""


def solve_large(request: Request) -> Equilibria:
    """See ``offramp.solvers.solve``; for hidden structures with cycles or many unknowns.

    Every draw follows its branch; with ``starts`` above 0 those in ``traced`` are searched for
    others from more starts than that.
    """
    results = LargeResults(request)
    results.run(results.solve_draw)
    return results.equilibria()


def limit_large(request: Request, most: float = 1e9) -> Equilibria:
    """Every draw's branch followed to higher precisions until no regret exceeds the target.

    Precisions are multiplied by up to ``most``; those reached are in ``reached``.
    """
    results = LargeResults(request)
    results.run(lambda draw: results.solve_limit(draw, most))
    return results.equilibria()


class Play(NamedTuple):
    """One draw's values, play and beliefs."""

    value: Array
    """(node, party)."""
    strategy: Array
    """(edge,)."""
    log_strategy: Array
    belief: Array
    """(node,)."""


class LargeResults(Results):
    """The rows that draws fill."""

    def __init__(self, request: Request) -> None:
        super().__init__(request, arrange(request.structure), "fixed_point")
        self.game: SetGame = arrange_sets(self.structure)
        self.setup = prepare_certificates(self.layout, self.game.sets)
        self.belief = np.ones((self.tables.draws, self.structure.nodes))

    def run(self, task: Callable[[int], None]) -> None:
        """Do the task for every draw that describes a game, in threads."""

        def one(single: range) -> None:
            if not self.invalid[single[0]]:
                task(single[0])

        singles, threads = runs_of(self.tables.draws, 1), threads_for(self.options.workers)
        share_out(one, singles, threads, progress=self.request.progress)

    def solve_draw(self, draw: int) -> None:
        """Solve, certify and look around."""
        branch = branch_at(self.game, self.tables, draw)
        if not self.reach(draw, branch):
            return
        beside = []
        if branch.forks and self.branch[draw] == "traced":
            beside, self.message[draw] = take_side(branch)
        self.keep(draw, branch)
        tries = self.starts_wanted(draw)
        if not (tries or beside):
            return
        here, seed = branch.point(), self.request.seed
        ended, found = search_elsewhere(branch, here, tries, seed, beside)
        self.uniqueness[draw] = not_refuted(ended)
        for point in found:
            self.keep_other(draw, branch, point)
        if self.others[draw]:
            self.uniqueness[draw] = SEVERAL

    def starts_wanted(self, draw: int) -> int:
        """Random starts of a draw: more of them for draws to be traced, in small games."""
        starts, nodes, options = self.request.starts, self.structure.nodes, self.options
        if not starts or nodes > options.start_nodes:
            return 0
        if draw not in self.request.traced:
            return starts
        return max(starts, 4, int(options.newton_starts * min(1.0, options.newton_nodes / nodes)))

    def keep_other(self, draw: int, branch: Branch, point: Point) -> None:
        """Another equilibrium, if it is certified by residual and regrets of its own."""
        branch.go_back(point)
        branch.evaluate(1.0)
        play = self.read(branch)
        certificate = certify_play(self.setup, self.tables, draw, 1.0, *play[:3])
        loose = is_loose(certificate.residual.max(), branch.steep)
        if not (loose or self.exceeds(draw, certificate).any()):
            residual, regret = float(certificate.residual.max()), certificate.anywhere
            self.others[draw].append(Other(draw, play.value, play.strategy, residual, regret))

    def reach(self, draw: int, branch: Branch) -> bool:
        """Follow the branch to the full precision, or find any solution; whether that was done."""
        for control in (CAREFUL, ANXIOUS):
            arrived = branch.follow(1.0, control)
            self.sweeps[draw] += branch.passes
            if arrived:
                self.branch[draw] = "traced"
                return True
        self.message[draw] = f"The principal branch was not traced: {branch.message}."
        if branch.follow(1.0, HASTY):
            self.sweeps[draw] += branch.passes
            self.branch[draw] = "continued"
            self.message[draw] += " This equilibrium lies beside it; there may be others."
            return True
        for start in range(8):
            lean_towards(branch, self.request.seed, start)
            let_respond(branch, 60)
            if seek_play(branch):
                self.branch[draw] = "fixed_point"
                self.message[draw] = (
                    "The branch from precision 0 could not be followed; this is an equilibrium "
                    "found from a start of another kind. Lower the precision."
                )
                return True
        self.status[draw] = "failed"
        self.message[draw] += " No other start led to an equilibrium. Lower the precision."
        play = self.read(branch)
        self.value[draw], self.strategy[draw], self.belief[draw] = play[0], play[1], play[3]
        return False

    def solve_limit(self, draw: int, most: float) -> None:
        """Follow the branch until the regret is small enough, or as far as it goes."""
        assert self.request.regret is not None
        regret = float(self.request.regret[draw])
        branch = branch_at(self.game, self.tables, draw)
        goal, arrived = 1.0, branch.follow(1.0, CAREFUL)
        if not arrived:
            self.status[draw], self.message[draw] = "failed", f"Not followed: {branch.message}."
            return
        self.branch[draw], here = "traced", branch.point()
        while arrived:
            self.reached[draw], here = goal * self.tables.precision[draw], branch.point()
            self.keep_far(draw, branch, goal, np.inf)
            if regret < self.anywhere[draw].max() <= SHARPENED * regret:
                self.sharpen(draw, branch, goal)
                branch.go_back(here)
            arrived = self.anywhere[draw].max() > regret and 4.0 * goal <= most
            arrived = arrived and branch.follow(4.0 * goal, CAREFUL, anew=False)
            goal *= 4.0 if arrived else 1.0
        if self.anywhere[draw].max() > regret:
            branch.go_back(here)
            branch.evaluate(goal)
            self.sharpen(draw, branch, goal)
        self.sweeps[draw] = branch.passes
        if not (self.anywhere[draw] <= regret).all():
            self.status[draw] = "uncertified"
            self.message[draw] = (
                f"The limit was not reached: at {goal:.3g} times the precision at which moves "
                f"begin to differ, a party still gains {self.anywhere[draw].max():.2g} of what it "
                "has at stake. Ask for play at a precision."
            )

    def sharpen(self, draw: int, branch: Branch, share: float) -> None:
        """Keep sharpened play (see ``limits``) as long as everybody regrets it less.

        The residual stays that of the branch.
        """
        residual = self.residual[draw]
        for _ in range(3):
            before = float(self.anywhere[draw].max())
            if not sharpen(branch, share) or not self.keep_far(draw, branch, share, before):
                break
        self.residual[draw] = residual

    def read(self, branch: Branch) -> Play:
        """Values, play and beliefs where the branch stands."""
        sets, state, nodes = branch.sets, branch.state, self.structure.nodes
        value, belief = np.empty((nodes, sets.parties)), np.ones(nodes)
        value[sets.node] = state.value[:nodes]
        belief[sets.node[sets.member]] = state.belief
        strategy, log_strategy = np.empty((2, self.structure.edges))
        party = sets.slot >= 0
        strategy[sets.edge] = np.where(party, state.chance[sets.slot], branch.numbers.odds)
        log_strategy[sets.edge] = np.where(
            party, state.log_chance[sets.slot], branch.numbers.log_odds
        )
        return Play(value, strategy, log_strategy, belief)

    def keep_far(self, draw: int, branch: Branch, share: float, most: float) -> bool:
        """Store and certify play on the way to a limit, if it is regretted by less than ``most``.

        Its payoffs follow from it alone: far out residuals are rounding times the precision.
        """
        play = self.read(branch)
        certificate = certify_play(self.setup, self.tables, draw, share, *play[:3], anew=True)
        good = bool(certificate.anywhere.max() < most)
        if good:
            self.store(draw, play, certificate)
        return good

    def keep(self, draw: int, branch: Branch) -> None:
        """Store and certify the state of a branch at the full precision."""
        play = self.read(branch)
        certificate = certify_play(self.setup, self.tables, draw, 1.0, *play[:3])
        self.store(draw, play, certificate)
        over = self.exceeds(draw, certificate)
        if over.any():
            self.status[draw] = "uncertified"
            self.message[draw] = (
                f"Party {int(np.flatnonzero(over)[0])} could gain more than logit play can lose; "
                "please report this scenario, and lower the precision meanwhile."
            )

    def exceeds(self, draw: int, certificate: Certificate) -> NDArray[np.bool_]:
        """(party,) whether a regret exceeds what logit play can lose, and all errors."""
        return certificate.anywhere > self.bound[draw] + GAIN + 4.0 * certificate.error

    def store(self, draw: int, play: Play, certificate: Certificate) -> None:
        """Put play and its certificate into the rows of a draw."""
        self.value[draw], self.strategy[draw] = play.value, play.strategy
        self.belief[draw], self.payoff[draw] = play.belief, certificate.payoff
        self.residual[draw] = certificate.residual.max()
        self.regret[draw], self.anywhere[draw] = certificate.regret, certificate.anywhere
