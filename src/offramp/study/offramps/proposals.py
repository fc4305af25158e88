"""Off-ramps: the smallest changes that make agreement, or a ceasefire, as probable as asked.

Counted are moves of levers within their limits, and first steps. Left out is what raises
another party's harm (see `levers`, `first_steps`) and every act of force; refused is what
raises the probability of war and catastrophe together at nominal values, or in more than 5 %
of the solved draws. Every answer is solved again from precision 0 on the principal branch.

What a party has without agreement has several readings (see `without`), at nominal values: the
scenario's own, what going on pays with all that flows, what the game brings with the ends that
are aimed at taken away, and what a best reply would bring there. A settlement worth less to it
than any of these, when it comes, is called imposed; of every change is told on whom, and how
many of its settlements.

A first step by which its holder loses, or which ends the crisis by taking what another put
forward as it is, is no off-ramp. It is kept apart, with that sentence.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError, ResultError, suggestion
from offramp.core.numbers import told_apart
from offramp.core.sharing import share_each, threads_for
from offramp.game import Draws, Game
from offramp.scenario import Scenario
from offramp.study.offramps.curves import LeverCurve, lever_curves
from offramp.study.offramps.first_steps import FirstStep, find_first_steps, step_harms
from offramp.study.offramps.levers import (
    Excluded,
    Handle,
    Harm,
    handles,
    harms,
    moved,
    moved_draws,
    usable,
)
from offramp.study.offramps.on_accounts import Tellings, tellings_of
from offramp.study.offramps.records import LOSES, WHOLE_OFFER, Change, Frontier, OffRamp, OffRamps
from offramp.study.offramps.search import SLACK, Attained, Search
from offramp.study.packages.without import BARRED, Readings, readings, table_of
from offramp.study.solving.experiment import Progress
from offramp.study.solving.labels import assumption_words, spoken, whose_premises
from offramp.study.solving.shares import concentrate, is_ranged, share_of, spread_draws
from offramp.study.solving.variation import Bench, Standing, bench_of
from offramp.study.solving.workspace import Workspace

Array = NDArray[np.float64]
AIMS = ("agreement", "ceasefire")
OTHER = 4
"""One draw in so many is tried again with the ranges concentrated on the nominal values."""
FEW = 0.05
"""Largest share of the solved draws in which war and catastrophe may become likelier."""
MOST = 8
"""Most changes of several levers that are tried over the draws."""
SOME = 0.05
"""Least share of the settlements below what a party has without them, to call them imposed."""
HALF = 0.5
"""What is asked for where nothing is said and it is less probable."""
JUMP = 1e-3
"""A larger step of the probability within the last bracket is a jump."""


def offramps(
    scenario: Scenario | Workspace,
    *,
    outcome: str = "agreement",
    at_least: float | None = None,
    draws: int = 256,
    seed: int | None = None,
    account: str | None = None,
    progress: Progress | None = None,
) -> OffRamps:
    """The smallest changes that make ``outcome`` (agreement or ceasefire) ``at_least`` probable.

    ``at_least`` None asks for a half, or, where it is as probable already, for half of what is
    missing. ``outcome`` is one of the two kinds or an outcome of such a kind; ``draws`` are the
    combinations of assumptions in which every change is tried again (0: none), ``seed`` None
    draws one and records it; ``account`` tells the scenario as that account does. Raises
    ResultError for another aim, for a probability outside (0, 1] and where the nominal values
    cannot be solved, and ScenarioError for an unknown account.
    """
    workspace = Workspace.of(scenario)
    meaning = workspace.meaning(account)
    if at_least is not None and not 0 < at_least <= 1:
        raise ResultError(
            f"at_least = {told_apart(at_least, 0, 1)}", expected="a probability above 0, at most 1"
        )
    game = workspace.build(meaning)
    bench = bench_of(game, _aim(game, outcome))
    tellings = None if account else tellings_of(workspace, game)
    asked = _RampQuestion(
        workspace, bench, outcome, at_least, draws, seed, account or "", progress, tellings
    )
    return asked.answer()


def target_beside(probability: float) -> float:
    """What is asked for where nothing is said: a half, or half of what is missing to 1."""
    return HALF if probability < HALF else 1 - (1 - probability) / 2


def _aim(game: Game, outcome: str) -> tuple[int, ...]:
    """Positions of the outcomes that are aimed at."""
    known = game.meaning.outcomes
    if outcome in AIMS:
        return tuple(i for i, one in enumerate(known) if one.kind == outcome)
    named = [i for i, one in enumerate(known) if one.name == outcome and one.kind in AIMS]
    if named:
        return tuple(named)
    fit = [*AIMS, *(one.name for one in known if one.kind in AIMS)]
    raise ResultError(
        f"an off-ramp to '{outcome}'",
        expected="agreement or ceasefire, which are all that an "
        "off-ramp aims at; other changes can be tested as claims",
        repair=suggestion(outcome, fit),
    )


@dataclass(frozen=True, eq=False)
class _Trial:
    """The draws in which changes are tried: declared ranges first, then the concentrated ones."""

    draws: Draws
    declared: int
    before: Standing
    only_one: bool


class _RampQuestion:
    """One question: searches, confirms, tries over draws, and puts the answer together."""

    def __init__(
        self,
        workspace: Workspace,
        bench: Bench,
        outcome: str,
        at_least: float | None,
        draws: int,
        seed: int | None,
        account: str,
        progress: Progress | None,
        tellings: Tellings | None = None,
    ) -> None:
        self.workspace = workspace
        self.bench, self.game, self.tellings = bench, bench.game, tellings
        self.outcome, self.account = outcome, account
        self.tell = progress or (lambda what, done, total: None)
        self.before = bench.stand(self.game.nominal())
        if not self.before.solved[0]:
            raise ResultError(
                "the game is not solved at its nominal values",
                expected="a game that `offramp run` can solve",
            )
        self.at_least = at_least or target_beside(float(self.before.reached[0]))
        self.halved = at_least is None and self.at_least > HALF
        self.trial = self._trial(draws, seed)
        self.without: Readings = readings(self.game, bench.aim, workspace=workspace)
        self.floor = self.without.floor[0]
        self.excluded: list[Excluded] = []
        self.curves: tuple[LeverCurve, ...] = ()

    def answer(self) -> OffRamps:
        """Everything that was found, left out and refused."""
        levers, idle = handles(self.game)
        self.tell("levers moved to their limits", 0, 1)
        self.curves = lever_curves(self.bench, levers)
        self.tell("levers moved to their limits", 1, 1)
        if self._counts(self.before):
            return self._told((), None, ())
        few = None if self.trial is None else self.trial.draws
        kept, harmful = usable(self.bench, levers, few)
        self.excluded += [*idle, *harmful]
        search = Search(self.bench, kept, self.at_least, float(self.before.danger[0]))
        ramps = self._tried(search, self._searched(search)) if kept else []
        steps, nearest_step = self._steps()
        ramps = [*_with_balance(ramps), *(one for one in steps if not one.apart)]
        nearest = None
        if not ramps:
            nearest = self._nearest(search, nearest_step)
        apart = tuple(one for one in steps if one.apart)
        return self._told(tuple(ramps), nearest, _frontier(search), apart)

    # levers

    def _searched(self, search: Search) -> list[Attained]:
        """Singles, pairs, and the sparse changes of more levers; each on its line's threshold."""
        count = len(search.levers)
        pairs = list(itertools.combinations(range(count), 2))
        whole = len(pairs) + 2
        self.tell("changes of levers looked for", 0, whole)
        singles = search.singles()

        def paired(pair: tuple[int, int]) -> list[Attained]:
            return _spread(search.pair(*pair, singles))

        several = search.each(
            paired, pairs, lambda done: self.tell("changes of levers looked for", done, whole)
        )
        alone = [reach for reach in singles if reach is not None]
        listed = [r for row in itertools.zip_longest(*several) for r in row if r is not None]
        more = search.sparse([*alone, *listed]) if count > 2 else []
        self.tell("changes of levers looked for", whole, whole)
        together = search.undominated([*alone, *more, *listed])
        chosen = [r for r in (*more, *listed) if r in together][:MOST]
        return [*alone, *sorted(chosen, key=lambda r: (len(r.levers), r.levers))]

    def _tried(self, search: Search, reaches: Sequence[Attained]) -> list[OffRamp]:
        ramps: list[OffRamp] = []
        points = np.array([reach.parts for reach in reaches]).reshape(-1, len(search.levers))
        stands = self.bench.stand(moved(self.game, search.levers, points)) if reaches else None
        for done, reach in enumerate(reaches, 1):
            self.tell("changes tried over the draws", done - 1, len(reaches))
            assert stands is not None
            ramp = self._confirmed(search, reach, stands.row(done - 1))
            if ramp is not None:
                ramps.append(ramp)
            self.tell("changes tried over the draws", done, len(reaches))
        return ramps

    def _confirmed(self, search: Search, reach: Attained, stand: Standing) -> OffRamp | None:
        """The change as it stands when solved on its own, looked at by every rule."""
        name = tuple(search.levers[i].label for i in reach.levers)
        stepped = any(search.levers[i].stops for i in reach.levers)
        if not self._counts(stand) or (not stepped and reach.above - reach.below > JUMP):
            ends = reach.parts / reach.parts.max()
            again = search.cross(np.zeros_like(ends)[None], ends[None], scan=17, near=1e-6)[0]
            if again is None:
                self._leave(name, Harm("branch"))
                return None
            reach, stand = again, self._stand(search, again)
        few = None if self.trial is None else self.trial.draws
        try:
            why = harms(self.bench, search.levers, reach.parts, few) if len(name) > 1 else None
        except GameError:
            why = Harm("numbers")
        if why:
            self._leave(name, why)
            return None

        def there(draws: Draws) -> Standing:
            return self.bench.stand(moved_draws(self.game, draws, search.levers, reach.parts))

        return self._ramp(
            name,
            there,
            stand,
            _changes(self.game, search, reach),
            self._efforts(search.effort(reach.parts)),
            reach,
            search,
        )

    def _stand(self, search: Search, reach: Attained) -> Standing:
        return self.bench.stand(moved(self.game, search.levers, reach.parts[None]))

    # first steps

    def _steps(self) -> tuple[list[OffRamp], OffRamp | None]:
        """First steps that bring about what is asked, and the one that comes nearest."""
        found: list[OffRamp] = []
        nearest: tuple[float, FirstStep, Standing] | None = None
        steps = list(find_first_steps(self.bench, self.workspace))
        stands = share_each(
            lambda step: step.bench.stand(step.bench.game.nominal()), steps, threads_for(0)
        )
        for step, stand in zip(steps, stands, strict=True):
            calm = stand.solved[0] and stand.danger[0] <= self.before.danger[0] + SLACK
            if not calm or stand.reached[0] <= self.before.reached[0] + SLACK:
                continue
            near = nearest is None or stand.reached[0] > nearest[0]
            if not self._counts(stand) and not near:
                continue
            why = step_harms(self.bench, step)
            if why:
                self._leave((step.label,), why)
            elif self._counts(stand):
                ramp = self._ramp((step.label,), step.bench.stand, stand, (), {}, None, None, step)
                found += [] if ramp is None else [ramp]
            elif not self._apart(stand, step):
                nearest = float(stand.reached[0]), step, stand
        if found or nearest is None:
            return found, None
        return [], self._record(nearest[2], (), {}, step=nearest[1])

    # one change

    def _ramp(
        self,
        name: tuple[str, ...],
        there: Callable[[Draws], Standing],
        stand: Standing,
        changes: tuple[Change, ...],
        effort: dict[str, float],
        reach: Attained | None,
        search: Search | None,
        step: FirstStep | None = None,
    ) -> OffRamp | None:
        """The record of a change, or None where it is refused for what it does in the draws."""
        after = None if self.trial is None else there(self.trial.draws)
        if self.trial is not None and after is not None:
            own = slice(0, self.trial.declared)
            fine = (self.trial.before.solved & after.solved)[own]
            worse = (after.danger > self.trial.before.danger + SLACK)[own]
            raised = share_of(worse, fine).share or 0.0
            if raised > FEW:
                self._leave(name, Harm("draws", share=raised))
                return None
        return self._record(stand, changes, effort, after, reach, search, step)

    def _record(
        self,
        stand: Standing,
        changes: tuple[Change, ...],
        effort: dict[str, float],
        after: Standing | None = None,
        reach: Attained | None = None,
        search: Search | None = None,
        step: FirstStep | None = None,
    ) -> OffRamp:
        parties, shares = self.game.meaning.parties, self._shares(after)
        with np.errstate(invalid="ignore", divide="ignore"):
            weight = stand.ends[0] / stand.reached[0]
        worth = weight @ stand.worth[0]
        below = weight @ (stand.worth[0] < self.floor - SLACK)
        holders = tuple(effort) if step is None else (parties[step.party],)
        jumps = reach is not None and search is not None and reach.above - reach.below > JUMP
        return OffRamp(
            changes=changes,
            first_step="" if step is None else step.name,
            step_label="" if step is None else step.label,
            step_ends=step is not None and step.ends,
            holders=holders,
            effort=effort,
            whose=self._whose(),
            outcome=self.outcome,
            at_least=self.at_least,
            labels=self._labels(),
            before=float(self.before.reached[0]),
            after=float(stand.reached[0]),
            danger_before=float(self.before.danger[0]),
            danger_after=float(stand.danger[0]),
            payoff_before=dict(zip(parties, map(float, self.before.payoff[0]), strict=True)),
            payoff_after=dict(zip(parties, map(float, stand.payoff[0]), strict=True)),
            settlement=dict(zip(parties, map(float, worth), strict=True)),
            going_on=dict(zip(parties, map(float, self.without.values[BARRED][0]), strict=True)),
            floor=dict(zip(parties, map(float, self.floor), strict=True)),
            below=dict(zip(parties, map(float, below), strict=True)),
            imposed_on=tuple(p for p, b in zip(parties, below, strict=True) if b >= SOME),
            apart="" if step is None else self._apart(stand, step),
            jump=(reach.below, reach.above) if reach is not None and jumps else None,
            elsewhere=float(stand.elsewhere[0]),
            residual=float(stand.residual[0]),
            branch=str(stand.branch[0]),
            uniqueness=str(stand.uniqueness[0]),
            **shares,
            accounts={}
            if self.tellings is None
            else self.tellings.after(self.bench if step is None else step.bench, changes),
        )

    def _apart(self, stand: Standing, step: FirstStep) -> str:
        """Why a first step is no off-ramp; '' where it is one."""
        if step.ends:
            return WHOLE_OFFER
        gain = float(stand.payoff[0, step.party] - self.before.payoff[0, step.party])
        return LOSES if gain < -SLACK else ""

    def _shares(self, after: Standing | None) -> dict[str, Any]:
        """In what share of the draws a change works, under both weightings, and without it."""
        if self.trial is None or after is None:
            return {"works": None, "works_other": None, "without": None}
        one, own = self.trial.only_one, slice(0, self.trial.declared)
        fine = self.trial.before.solved & after.solved
        works = after.reached >= self.at_least - SLACK
        already = self.trial.before.reached >= self.at_least - SLACK
        other = slice(self.trial.declared, None)
        return {
            "works": share_of(works[own], fine[own], only_one=one),
            "works_other": None if one else share_of(works[other], fine[other]),
            "without": share_of(already[own], fine[own], only_one=one),
        }

    # small things

    def _trial(self, count: int, seed: int | None) -> _Trial | None:
        if not count:
            return None
        meaning = self.game.meaning
        ranged = is_ranged(meaning)
        draws = spread_draws(meaning, count if ranged else 1, seed)
        declared = len(draws)
        if ranged:
            other = spread_draws(concentrate(meaning), max(8, count // OTHER), draws.seed)
            rows = np.concatenate([draws.values, other.values])
            draws = Draws(draws.names, rows, draws.seed)
        what = "draws without any change"
        before = self.bench.stand(draws, progress=lambda done: self.tell(what, done, len(draws)))
        return _Trial(draws, declared, before, not ranged)

    def _counts(self, stand: Standing) -> bool:
        """Whether the aim is as probable as asked, and war and catastrophe no likelier."""
        calm = stand.danger[0] <= self.before.danger[0] + SLACK
        return bool(stand.solved[0] and calm and stand.reached[0] >= self.at_least - SLACK)

    def _nearest(self, search: Search, step: OffRamp | None) -> OffRamp | None:
        """What comes nearest where nothing that was found counts."""
        near = None
        if search.levers:
            search.climb()
            near = search.nearest()
        if near is None or not near.parts.any():
            return step
        stand = self._stand(search, near)
        if not stand.solved[0] or (step is not None and step.after > stand.reached[0]):
            return step
        efforts = self._efforts(search.effort(near.parts))
        return self._record(stand, _changes(self.game, search, near), efforts)

    def _leave(self, labels: tuple[str, ...], why: Harm) -> None:
        self.excluded.append(Excluded(" and ".join(labels), labels, why))

    def _efforts(self, effort: Array) -> dict[str, float]:
        """Holder to effort, where there is any."""
        names = self.game.meaning.parties
        return {names[i]: float(effort[i]) for i in np.flatnonzero(effort > 0)}

    def _labels(self) -> dict[str, str]:
        parties = self.game.scenario.parties
        return {name: party.label or spoken(name) for name, party in parties.items()}

    def _whose(self) -> str:
        return whose_premises(self.game.scenario, self.account)

    def _told(
        self,
        found: tuple[OffRamp, ...],
        nearest: OffRamp | None,
        frontier: tuple[Frontier, ...],
        apart: tuple[OffRamp, ...] = (),
    ) -> OffRamps:
        trial = self.trial
        return OffRamps(
            whose=self._whose(),
            account=self.account,
            outcome=self.outcome,
            at_least=self.at_least,
            before=float(self.before.reached[0]),
            danger=float(self.before.danger[0]),
            found=found,
            nearest=nearest,
            excluded=tuple(self.excluded),
            frontier=frontier,
            labels=self._labels(),
            met=self._counts(self.before),
            levers=len(self.game.scenario.levers),
            draws=0 if trial is None else trial.declared,
            seed=None if trial is None else trial.draws.seed,
            accounts={} if self.tellings is None else self.tellings.before(self.bench),
            account_labels={
                name: one.label or spoken(name) for name, one in self.game.scenario.accounts.items()
            },
            apart=apart,
            without=table_of(self.game, self.without, self.account),
            curves=self.curves,
            halved=self.halved,
        )


def _changes(game: Game, search: Search, reach: Attained) -> tuple[Change, ...]:
    """The levers that move, each with its own values and effort."""
    parties = game.meaning.parties
    found: list[Change] = []
    for i in reach.levers:
        lever: Handle = search.levers[i]
        part = float(reach.parts[i])
        found.append(
            Change(
                lever.name,
                lever.label,
                lever.assumption,
                lever.unit,
                lever.start,
                lever.value(part),
                lever.value(float(reach.before[i])),
                lever.limit,
                part * lever.most,
                tuple(parties[j] for j in lever.held_by),
                assumption_words(game.scenario, lever.assumption),
                bool(lever.stops),
                lever.whole,
                game.meaning.assumptions[lever.position].options,
            )
        )
    return tuple(found)


def _spread(reaches: list[Attained], most: int = 3) -> list[Attained]:
    """At most three of a row of changes, evenly over it, the middle one first."""
    if len(reaches) <= most:
        return reaches
    ordered = sorted(reaches, key=lambda r: tuple(r.parts))
    places = [len(ordered) // 2, len(ordered) // 5, len(ordered) - 1 - len(ordered) // 5]
    return [ordered[i] for i in dict.fromkeys(places)]


def _with_balance(ramps: Sequence[OffRamp]) -> list[OffRamp]:
    """The same with the mark of those for which no other asks less of a holder and more of none."""
    return [ramp.marked(not any(other.asks_less(ramp) for other in ramps)) for ramp in ramps]


def _frontier(search: Search) -> tuple[Frontier, ...]:
    """For every set of holders the highest probability seen up to each effort of their levers."""
    if not search.levers:
        return ()
    seen, parties = search.seen(), search.bench.game.meaning.parties
    found: list[Frontier] = []
    for held in dict.fromkeys(lever.held_by for lever in search.levers):
        own = np.array([lever.held_by == held for lever in search.levers])
        rows = seen.allowed & np.isfinite(seen.reached) & ~seen.parts[:, ~own].any(axis=1)
        effort = seen.parts[rows] @ (search.most * own)
        order = np.argsort(effort, kind="stable")
        highest = np.maximum.accumulate(seen.reached[rows][order])
        rises = np.flatnonzero(np.diff(highest, prepend=-1.0) > SLACK)
        last = len(order) - 1
        kept = np.unique(np.r_[rises, last]) if last >= 0 else rises
        found.append(
            Frontier(
                tuple(parties[i] for i in held),
                tuple(lever.name for lever in search.levers if lever.held_by == held),
                effort[order][kept],
                highest[kept],
            )
        )
    return tuple(found)
