"""What a thread needs to work on draws of a game with information sets: kernels and their room.

Equations and sources: `equations`, `continuation` and `certificate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.solvers.equilibria import Other
from offramp.solvers.imperfect.accuracy import GAIN, is_loose
from offramp.solvers.imperfect.best_replies import order_replies
from offramp.solvers.imperfect.hidden_sets import InfoSets, find_infosets
from offramp.solvers.imperfect.nature_zeros import mask_zeros
from offramp.solvers.imperfect.sides import FORKED, STRAIGHT_ON, tilts
from offramp.solvers.imperfect.small.certificate import (
    CertificateTape,
    PlayRows,
    certify_draws,
    write_certificate,
)
from offramp.solvers.imperfect.small.continuation import (
    BY_NEWTON,
    FALLEN,
    FROM_ZERO,
    ONWARDS,
    REACHED,
    SHARPEN,
    STUCK,
    TIRED,
    Tasks,
    run_tasks,
)
from offramp.solvers.imperfect.small.equations import Equations, write_equations
from offramp.solvers.imperfect.small.newton import branch_workspace
from offramp.solvers.imperfect.small.other_starts import (
    log_odds_of,
    pick_different,
    preferred_side,
    random_odds,
    reach_of_starts,
    set_chances,
)
from offramp.solvers.imperfect.small.tape import DrawNumbers, Facts
from offramp.solvers.kernels.layout import Layout, arrange
from offramp.solvers.kernels.units import rough_span

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
WORDS = {STUCK: "steps became too short", TIRED: "too many steps", FALLEN: "it led astray"}
SETTLED = 1e-9
"""Newton steps below it, relative to the log-odds, mean a solution."""
BETWEEN = (0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9)
"""Shares of the way from one equilibrium to another at which Newton's method begins."""


SMALL = 100
"""Most unknowns that are solved by dense elimination; more go to the solver for large games."""
DENSE = 400
"""The same for limits, where it is slower but surer."""
FEW = 80
"""Most unknowns at which every decision is one, which suits high precision."""


@dataclass(frozen=True)
class TreeSystem:
    """What all threads read, the same for all draws."""

    layout: Layout
    infosets: InfoSets
    equations: Equations
    certificate: CertificateTape


@dataclass(frozen=True)
class BranchEnds:
    """Where branches ended, a row for each draw."""

    odds: Array
    """(row, unknown) log-odds at the sets."""
    ended: Ints
    steps: Ints
    reached: Array
    """(row,) the t that was reached."""
    goal: Array
    gap: Array
    """(row,) size of the last Newton step there."""
    beside: list[tuple[int, Array]]
    """Draw and log-odds of solutions, or points near them, that were passed."""
    forked: dict[int, str]
    """By draw, what to say of a fork on the way."""

    def message(self, row: int) -> str:
        """Why a branch was not followed to its goal, or that Newton's method failed there."""
        if self.ended[row] == REACHED:
            return "Newton's method did not settle at its end"
        share = self.reached[row] / self.goal[row]
        return (
            f"following it stopped at {share:.3g} of the precision, {WORDS[int(self.ended[row])]}"
        )


@lru_cache(maxsize=4)
def unknowns_of(structure: Structure, far: bool) -> tuple[Layout, InfoSets] | None:
    """Which log-odds are unknown, with the layout; None where a tree is needed or fewer of them.

    They are those of all decisions if they are few or if the branch is followed ``far``, else
    those at shared sets.
    """
    if structure.cyclic.any():
        return None
    layout = arrange(structure)
    infosets = find_infosets(layout, lone=structure.hidden)
    if not far and infosets.unknowns > FEW:
        infosets = find_infosets(layout)
    if infosets.unknowns > (DENSE if far else SMALL):
        return None
    return layout, infosets


@lru_cache(maxsize=4)
def write_system(structure: Structure, facts: Facts, far: bool) -> TreeSystem:
    """Everything about a structure that does not depend on the draw, kept for the next call."""
    found = unknowns_of(structure, far)
    assert found is not None
    layout, infosets = found
    certificate = write_certificate(layout, infosets, order_replies(layout, infosets), facts)
    return TreeSystem(layout, infosets, write_equations(infosets, facts), certificate)


def gather_numbers(system: TreeSystem, tables: Tables) -> DrawNumbers:
    """The tables, and what follows from them for all draws at once."""
    span = rough_span(system.layout.structure, tables)
    return DrawNumbers(
        np.where(span > 1e-6, span, 1.0),
        mask_zeros(system.infosets, tables),
        weights_at_zero(system.infosets, tables),
        tables.pay,
        tables.odds,
        tables.end_pay,
        tables.patience,
        tables.precision,
    )


def weights_at_zero(infosets: InfoSets, tables: Tables) -> Array:
    """(draw, unknown) log-odds of the weights of moves against the first one at every set."""
    found = np.zeros((tables.draws, infosets.unknowns))
    for s, row in enumerate(infosets.row.tolist()):
        edge = infosets.first[infosets.member[infosets.member_first[s]]]
        kinds = infosets.weight_class[edge : edge + infosets.choices[s]]
        if (kinds >= 0).all():
            logs = tables.odds[:, kinds]
            found[:, row : row + len(kinds) - 1] = logs[:, 1:] - logs[:, :1]
    return found


def blank_play(structure: Structure, rows: int) -> PlayRows:
    """Room for certified play; what is never filled in says so (nan, every move alike)."""
    nodes, parties = structure.nodes, structure.parties
    count = np.diff(structure.first)
    return PlayRows(
        value=np.full((rows, nodes, parties), np.nan),
        payoff=np.full((rows, nodes, parties), np.nan),
        strategy=np.tile(np.repeat(1.0 / count, count), (rows, 1)),
        belief=np.ones((rows, nodes)),
        residual=np.full(rows, np.nan),
        regret=np.full((rows, parties), np.nan),
        anywhere=np.full((rows, parties), np.nan),
    )


class TaskRunner:
    """The kernels of one tree with working arrays of their own: one for each thread."""

    def __init__(self, system: TreeSystem, numbers: DrawNumbers) -> None:
        self.system, self.infosets, self.structure = (
            system,
            system.infosets,
            system.layout.structure,
        )
        self.work, self.cells = (
            branch_workspace(system.equations),
            np.zeros(system.certificate.tape.cells),
        )
        self.straight = False
        """Whether branches are followed straight on where they fork."""
        self.numbers, self.span = numbers, numbers.span

    def run(
        self,
        kind: int,
        draws: Ints,
        odds: Array,
        *,
        scale: Array | float = 1.0,
        goal: Array | float = 1.0,
        loss: Array | float = 0.0,
        further: Ints | int = 0,
        shy: float = 2.0,
    ) -> Tasks:
        """Carry out one kind of task for draws, from log-odds ``(row, unknown)``."""
        count, unknowns = len(draws), self.infosets.unknowns
        zeros = np.zeros((4, count), np.int64)
        beyond = np.broadcast_to(np.asarray(further, np.int64), count).copy()
        rows = 8 * int((beyond > 0).sum())
        tasks = Tasks(
            draw=np.asarray(draws, np.int64),
            kind=zeros[0] + kind,
            scale=np.full(count, scale),
            goal=np.full(count, goal),
            loss=np.full(count, loss),
            further=beyond,
            shy=np.full(count, shy),
            odds=np.array(odds, float).reshape(count, unknowns),
            ended=zeros[1],
            steps=zeros[2],
            flips=zeros[3],
            reached=np.ones(count),
            gap=np.zeros(count),
            passed=np.zeros((rows, unknowns)),
            passed_task=np.full(rows, -1),
        )
        run_tasks(self.system.equations, self.work, tasks, self.numbers)
        return tasks

    def trace(self, draws: Ints, scale: Array, further: Ints) -> BranchEnds:
        """The branches of draws from precision 0, and ``further`` steps beyond."""
        none = np.zeros((len(draws), self.infosets.unknowns))
        tasks = self.run(FROM_ZERO, draws, none, scale=scale, further=further)
        return self._traced(tasks, scale)

    def go_on(
        self, draws: Ints, scale: Array, odds: Array, factor: Array, loss: Array
    ) -> BranchEnds:
        """Their branches from precisions ``scale`` on to ``factor`` times these, or less far.

        They are left where no party loses more than ``loss`` at its sets.
        """
        tasks = self.run(ONWARDS, draws, odds, scale=scale, goal=factor, loss=loss)
        return self._traced(tasks, scale * tasks.reached)

    def sharpen(self, draws: Ints, scale: Array, odds: Array) -> Array:
        """Log-odds of play far out on branches answered once more, beginning at itself."""
        return self.run(SHARPEN, draws, odds, scale=scale).odds

    def _traced(self, tasks: Tasks, scale: Array) -> BranchEnds:
        """What tasks found; where branches fork, the side taken."""
        passed = np.flatnonzero(tasks.passed_task >= 0)
        beside = [(int(tasks.draw[tasks.passed_task[k]]), tasks.passed[k]) for k in passed]
        forks = np.flatnonzero((tasks.flips > 0) & (tasks.ended == REACHED))
        forked = {int(draw): STRAIGHT_ON for draw in tasks.draw[forks]}
        if len(forks) and not self.straight:
            taken = self._take_sides(tasks, scale, forks, beside)
            forked |= dict.fromkeys(taken, FORKED)
        odds, ended, steps, reached = tasks.odds, tasks.ended, tasks.steps, tasks.reached
        return BranchEnds(odds, ended, steps, reached, tasks.goal, tasks.gap, beside, forked)

    def _take_sides(
        self, tasks: Tasks, scale: Array, forks: Ints, beside: list[tuple[int, Array]]
    ) -> list[int]:
        """Go to one side of a fork; the other one and the way straight on are kept beside.

        The sides are found by leaning slightly at precision 0. The draws of which some were.
        """
        lean = np.tile(tilts(self.infosets.unknowns), (len(forks), 1))
        draws, factor = np.repeat(tasks.draw[forks], 2), np.repeat(scale[forks], 2)
        sides = self.run(FROM_ZERO, draws, lean, scale=factor, shy=40.0)
        good = (sides.ended == REACHED) & (sides.gap < SETTLED)
        chances, taken = set_chances(self.infosets, sides.odds), []
        for k, row in enumerate(forks):
            found = [side for side in (2 * k, 2 * k + 1) if good[side]]
            if not found:
                continue
            chosen = found[0]
            if len(found) == 2:
                chosen = found[preferred_side(self.infosets, chances[found])]
            draw = int(tasks.draw[row])
            beside.append((draw, tasks.odds[row].copy()))
            beside.extend((draw, sides.odds[side]) for side in found if side != chosen)
            tasks.odds[row] = sides.odds[chosen]
            taken.append(draw)
        return taken

    def certify(self, draws: Ints, scale: Array, odds: Array, rows: Ints, play: PlayRows) -> None:
        """Unfold log-odds with their certificates into rows of ``play``."""
        certify_draws(
            self.system.certificate,
            self.cells,
            self.numbers,
            np.asarray(draws, np.int64),
            np.full(len(draws), scale),
            np.ascontiguousarray(odds),
            np.asarray(rows, np.int64),
            play,
        )

    def search(
        self,
        draws: Ints,
        home: Array,
        effort: Ints,
        seed: int,
        beside: list[tuple[int, Array]],
        bound: Array,
    ) -> tuple[Ints, list[Other]]:
        """Other equilibria of solved draws; also (row,) how many starts ended at a solution.

        Each is certified by its own residual, and by its regrets, which exceed no ``bound``
        (draw, party).
        """
        tried = np.zeros(len(draws), np.int64)
        if not self.infosets.unknowns or not len(draws):
            return tried, []
        found: list[tuple[int, Array]] = []
        row_of = {int(draw): row for row, draw in enumerate(draws)}
        again = [(row_of[draw], odds) for draw, odds in beside if draw in row_of]
        for kind, column in ((BY_NEWTON, 0), (FROM_ZERO, 1)):
            rows = np.repeat(np.arange(len(draws)), effort[:, column])
            if not len(rows):
                continue
            first = 0 if kind == BY_NEWTON else 1000
            tasks = self.run(
                kind,
                draws[rows],
                self._starts(draws, effort[:, column], first, seed),
                further=effort[rows, 2] if kind == FROM_ZERO else 0,
            )
            ended = np.flatnonzero((tasks.ended == REACHED) & (tasks.gap < SETTLED))
            np.add.at(tried, rows[ended], 1)
            found += [
                (int(rows[k]), tasks.odds[k]) for k in self._different(tasks, ended, rows, home)
            ]
            passed = np.flatnonzero(tasks.passed_task >= 0)
            again += [(int(rows[tasks.passed_task[k]]), tasks.passed[k]) for k in passed]
        found += self._settled(draws, again)
        found = self._apart(home, found)
        found += self._settled(draws, self._between(home, found, effort[:, 1] > 0))
        return tried, self._unfold(draws, self._apart(home, found), bound)

    def _settled(self, draws: Ints, begin: list[tuple[int, Array]]) -> list[tuple[int, Array]]:
        """Solutions that Newton's method reaches from log-odds by row."""
        if not begin:
            return []
        rows = np.array([row for row, _ in begin])
        tasks = self.run(BY_NEWTON, draws[rows], np.array([odds for _, odds in begin]))
        return [(int(rows[k]), tasks.odds[k]) for k in np.flatnonzero(tasks.gap < SETTLED)]

    def _apart(self, home: Array, found: list[tuple[int, Array]]) -> list[tuple[int, Array]]:
        """Different ones among the equilibria found, by row."""
        different = []
        for row in sorted({row for row, _ in found}):
            odds = np.array([one for at, one in found if at == row])
            known = set_chances(self.infosets, home[row : row + 1])
            picked = pick_different(set_chances(self.infosets, odds), known)
            different += [(row, odds[k]) for k in picked]
        return different

    def _between(
        self, home: Array, found: list[tuple[int, Array]], wanted: NDArray[np.bool_]
    ) -> list[tuple[int, Array]]:
        """Log-odds of play between pairs of equilibria, where unstable ones tend to lie."""
        begin = []
        for row in sorted({row for row, _ in found if wanted[row]}):
            odds = np.array([home[row], *(one for at, one in found if at == row)])[:4]
            chances = set_chances(self.infosets, odds)
            for one, other in combinations(chances, 2):
                mixed = [one + share * (other - one) for share in BETWEEN]
                begin += [(row, mix) for mix in log_odds_of(self.infosets, np.array(mixed))]
        return begin

    def seek(self, draw: int, odds: Array, seed: int, scale: float = 1.0) -> Array | None:
        """Log-odds of any solution at ``scale`` times the precision, from ``odds`` or anywhere."""
        draws = np.full(17, draw)
        random = self._starts(draws[:1], np.array([16]), 2000, seed)
        begin = np.concatenate([odds[None], random])
        tasks = self.run(BY_NEWTON, draws, begin, scale=scale)
        ended = np.flatnonzero(tasks.gap < SETTLED)
        return tasks.odds[ended[0]] if len(ended) else None

    def _starts(self, draws: Ints, count: Ints, first: int, seed: int) -> Array:
        """Random log-odds: the same directions for every draw, ``count`` of them."""
        number = np.concatenate([np.arange(k) for k in count])
        unit = random_odds(
            self.infosets.unknowns, range(first, first + int(count.max(initial=0))), seed
        )
        span = np.repeat(self.span[draws], count)
        return unit[number] * reach_of_starts(number, span)[:, None]

    def _different(self, tasks: Tasks, ended: Ints, rows: Ints, home: Array) -> Ints:
        """Those of the tasks that ended elsewhere than at home."""
        chances = set_chances(self.infosets, tasks.odds[ended])
        known = set_chances(self.infosets, home)[rows[ended]]
        return ended[np.abs(chances - known).max(axis=1, initial=0.0) > 1e-6]

    def _unfold(self, draws: Ints, found: list[tuple[int, Array]], bound: Array) -> list[Other]:
        """Equilibria with values and play, as far as they are certified."""
        if not found:
            return []
        play = blank_play(self.structure, len(found))
        which = draws[[row for row, _ in found]]
        odds = np.array([one for _, one in found])
        self.certify(which, np.ones(len(found)), odds, np.arange(len(found)), play)
        play.value.setflags(write=False)
        play.strategy.setflags(write=False)
        good = (play.anywhere <= bound[which] + GAIN).all(axis=1)
        good &= ~is_loose(play.residual, self.span[which])
        return [Other(int(which[k]), play.value[k], play.strategy[k]) for k in np.flatnonzero(good)]
