"""Static bargaining: what the options on the issues allow, beside what parties have without it.

Every combination of options is valued; of more than 20,000, the named packages and those on the
frontier (see `pareto`), on which all that is told hangs. Where even these are too many, the named
packages alone are told, and nothing about the others. Zones of agreement are told for reservation
values of the solved game, for those that the scenario declares as a family of parameters called
``reservation`` with parties as keys, and for values that are given. Over the draws worths and
declared values are looked up; the game without agreement is solved again in each.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import OfframpError, ResultError, suggestion
from offramp.expressions import Expression, Number, evaluate, parse
from offramp.game import Draws, nominal_draw
from offramp.scenario import Meaning, Query, Scenario, parse_query
from offramp.scenario.binding import Binder
from offramp.study.packages.pareto import find_front
from offramp.study.packages.reservations import Reservations, consenting, reservation_values
from offramp.study.packages.solutions import (
    EQUAL,
    ideal_point,
    in_zone,
    kalai_smorodinsky_packages,
    lottery_gain,
    nash_packages,
    undominated,
)
from offramp.study.packages.without import WithoutAgreement, readings, table_of
from offramp.study.packages.zones import DECLARED, GAME, GIVEN, Package, Packages, Zone
from offramp.study.quantities.kinds.static import static_value
from offramp.study.solving.experiment import Progress
from offramp.study.solving.labels import spoken, whose_premises
from offramp.study.solving.shares import Share, concentrate, is_ranged, share_of, spread_draws
from offramp.study.solving.variation import rows_of
from offramp.study.solving.workspace import Workspace

Array = NDArray[np.float64]
Truths = NDArray[np.bool_]
MOST = 20_000
"""Most combinations of options that are looked at one by one."""
OTHER = 4
"""One draw in so many is tried again with the ranges concentrated on the nominal values."""
CHUNK = 4_000_000
"""Most worths that are held at once."""
FAMILY = "reservation"
AIMS = ("agreement", "ceasefire")
GAP = 1e-9


def packages(
    scenario: Scenario | Workspace,
    *,
    draws: int = 256,
    seed: int | None = None,
    account: str | None = None,
    parties: Sequence[str] = (),
    reservations: Mapping[str, float | str] | None = None,
    most_solved: int | None = None,
    progress: Progress | None = None,
) -> Packages:
    """What could be agreed on the scenario's issues, and what each party has without it.

    ``parties`` are those whose consent is taken (default: every party that could keep every
    agreement from coming by its own moves, see `reservations`). ``reservations`` gives parties
    reservation values of their own, numbers or formulas of parameters; the others keep those of
    the game. ``draws`` is the number of combinations of assumptions tried (0: none), in at most
    ``most_solved`` of which the game is solved; ``seed`` None draws one and records it. Raises
    ResultError without issues, for a name that is no party, and where there are too many
    combinations to find the frontier and no package has a name.
    """
    workspace = Workspace.of(scenario)
    if not workspace.scenario.issues:
        raise ResultError(
            "the scenario has no issues",
            expected="a scenario with 'issues'",
            repair="see 'issues' in the reference of the language",
        )
    known = workspace.meaning(account).parties
    named = [*parties, *(reservations or {})]
    for name in named:
        if name not in known:
            raise ResultError(
                f"'{name}' is no party",
                expected="parties of this scenario",
                repair=suggestion(name, known),
            )
    asked = _PackageQuestion(
        workspace,
        tuple(parties),
        dict(reservations or {}),
        draws,
        seed,
        account or "",
        most_solved,
        progress,
    )
    return asked.answer()


@dataclass(frozen=True, eq=False)
class _Menu:
    """The packages as choices, and what every option is worth to whom as formulas."""

    packages: tuple[Package, ...]
    choice: NDArray[np.intp]
    """(package, issue) position among all options, or the last one (worth nothing)."""
    terms: tuple[tuple[Expression, ...], ...]
    """(option, party) weight times worth."""
    complete: bool
    combinations: int
    meaning: Meaning
    issues: tuple[str, ...]
    """(option,) the issue that it belongs to."""
    alike: Array
    """(package,) how many combinations it stands for."""
    searched: bool = True
    """Whether no combination dominates those that are here, or is worth what none of them is."""

    def worth(self, draws: Draws, parties: Sequence[int]) -> Iterator[tuple[slice, Array]]:
        """Slices of the draws with (draw, package, party) worths."""
        size = max(1, CHUNK // max(1, self.choice.size * len(parties)))
        for low in range(0, len(draws), size):
            part = slice(low, low + size)
            values = self.options(rows_of(draws, part), parties)
            yield part, values[:, self.choice].sum(axis=2)

    def steady(self, draws: Draws, parties: Sequence[int]) -> bool:
        """Whether every option is worth the same in all draws."""
        values = self.options(draws, parties)
        return bool((np.ptp(values, axis=0) <= EQUAL * np.abs(values).max()).all())

    def with_frontier(self, parties: Sequence[int]) -> _Menu:
        """The same with the frontier at nominal values, where it can be found."""
        nominal = self.options(nominal_draw(self.meaning), parties)[0]
        starts = [self.issues.index(name) for name in dict.fromkeys(self.issues)]
        bounds = [*starts, len(self.issues)]
        front = find_front([nominal[low:high] for low, high in itertools.pairwise(bounds)])
        if front is None:
            return replace(self, searched=False)
        known = {tuple(row): i for i, row in enumerate(self.choice.tolist())}
        alike = np.where((self.choice == len(self.terms)).any(axis=1), 1.0, 0.0)
        fresh: list[tuple[int, ...]] = []
        counts: list[float] = []
        for row, count in zip((front.choice + starts).tolist(), front.count, strict=True):
            if tuple(row) in known:
                alike[known[tuple(row)]] = count
            else:
                fresh.append(tuple(row))
                counts.append(count)
        whole = np.array([*self.choice.tolist(), *fresh], np.intp)
        listed = (*self.packages, *(_package(self.meaning.scenario, row, "") for row in fresh))
        return replace(self, packages=listed, choice=whole, alike=np.r_[alike, counts])

    def options(self, draws: Draws, parties: Sequence[int]) -> Array:
        """(draw, option, party) what each option is worth; the last one is none at all."""
        columns = draws.columns()
        values = np.zeros((len(draws), len(self.terms) + 1, len(parties)))
        for option, row in enumerate(self.terms):
            for place, party in enumerate(parties):
                values[:, option, place] = self._valued(option, row[party], columns)
        return values

    def _valued(self, option: int, term: Expression, columns: dict[str, Array]) -> Array:
        """The values (draw,) of a term; an error is placed at its issue."""
        try:
            return evaluate(term, columns)[0]
        except OfframpError as error:
            path = ("issues", self.issues[option])
            raise error.located(self.meaning.place(path), ".".join(path)) from None


def _menu(meaning: Meaning) -> _Menu:
    scenario, binder = meaning.scenario, Binder(meaning.vocabulary)
    starts, terms = {}, []
    for name, issue in scenario.issues.items():
        starts[name] = len(terms)
        for option in range(len(issue.options)):
            terms.append(tuple(_term(meaning, binder, name, option, p) for p in meaning.parties))
    counts = [len(issue.options) for issue in scenario.issues.values()]
    total, known = math.prod(counts), {}
    for name, package in scenario.packages.items():
        known.setdefault(_choice(scenario, starts, package, len(terms)), name)
    rows = list(known)
    if total <= MOST:
        ranges = [
            range(start, start + count)
            for start, count in zip(starts.values(), counts, strict=True)
        ]
        rows += [row for row in itertools.product(*ranges) if row not in known]
    found = tuple(_package(scenario, row, known.get(row, "")) for row in rows)
    issues = tuple(name for name, issue in scenario.issues.items() for _ in issue.options)
    choice = np.array(rows, np.intp).reshape(len(rows), len(starts))
    return _Menu(
        found, choice, tuple(terms), total <= MOST, total, meaning, issues, np.ones(len(rows))
    )


def _package(scenario: Scenario, row: Sequence[int], name: str) -> Package:
    """The package whose options stand at these positions among all options."""
    said = [option for issue in scenario.issues.values() for option in issue.options]
    options = zip(scenario.issues, row, strict=True)
    return Package(name, {issue: said[i] for issue, i in options if i < len(said)})


def _choice(
    scenario: Scenario, starts: Mapping[str, int], package: Mapping[str, str], none: int
) -> tuple[int, ...]:
    """The position of a package's option on every issue; ``none`` where it says nothing."""
    return tuple(
        starts[name] + issue.options.index(package[name]) if name in package else none
        for name, issue in scenario.issues.items()
    )


def _term(meaning: Meaning, binder: Binder, issue: str, option: int, party: str) -> Expression:
    """Weight times worth of one option to one party; 0 where the issue does not list it."""
    words = meaning.scenario.issues[issue]
    if party not in words.weight:
        return Number(0)
    pair = (words.weight[party], words.worth[party][option])
    weight, worth = (binder.bind(parse(formula), "fixed") for formula in pair)
    return binder.total([(weight, worth)])


@dataclass(frozen=True, eq=False)
class _Combinations:
    """Combinations of assumptions, and the reservation values in them by basis."""

    draws: Draws
    values: Mapping[str, Array]
    """Basis to (draw, party of ``parties``); shorter where fewer were solved."""


class _PackageQuestion:
    """One question: values every package, then each zone at nominal values and over draws."""

    def __init__(
        self,
        workspace: Workspace,
        parties: tuple[str, ...],
        given: Mapping[str, float | str],
        draws: int,
        seed: int | None,
        account: str,
        most_solved: int | None,
        progress: Progress | None,
    ) -> None:
        self.workspace, self.game = workspace, workspace.game(account)
        self.meaning = self.game.meaning
        self.count, self.seed, self.account = draws, seed, account
        self.most_solved = draws if most_solved is None else min(draws, most_solved)
        self.tell = progress or (lambda what, done, total: None)
        self.aim = self._aim()
        self.parties, self.parties_from = self._parties(parties)
        self.menu = self._menu()
        self.given = self._formulas(given)
        self.declared = self._declared()

    def _issues(self) -> dict[str, str]:
        """Issue to how it is called."""
        issues = self.meaning.scenario.issues
        return {name: one.label or spoken(name) for name, one in issues.items()}

    def answer(self) -> Packages:
        """The packages with everything that is told of them."""
        place = self.meaning.parties.index
        own, labels = [place(party) for party in self.parties], self._labels()
        nominal, shown = nominal_draw(self.meaning), [place(party) for party in labels]
        worth = next(self.menu.worth(nominal, shown))[1][0]
        mine = np.ascontiguousarray(worth[:, [shown.index(i) for i in own]])
        implied = reservation_values(self.game, self.aim, workspace=self.workspace)
        values = self._values(nominal, implied, own)
        told = [i for i, one in enumerate(self.menu.packages) if one.name]
        searched, known = self.menu.searched, float(implied.left[0])
        points = {b: _points(mine, row[0], searched) for b, row in values.items()}
        told += [i for pair in points.values() for tied in pair for i in tied[:1]]
        tried, other = self._trials(own)
        over, again = (self._shares(own, one, list(dict.fromkeys(told))) for one in (tried, other))
        zones = []
        for basis, row in values.items():
            found = (basis, self.parties, mine, row[0], points[basis])
            left, shares = known if basis == GAME else math.nan, (over.get(basis), again.get(basis))
            zones.append(_zone(found, left, shares, searched))
        return Packages(
            whose=whose_premises(self.meaning.scenario, self.account),
            account=self.account,
            parties=self.parties,
            parties_from=self.parties_from,
            labels=labels,
            issues=self._issues(),
            packages=self.menu.packages,
            complete=self.menu.complete,
            combinations=self.menu.combinations,
            worth=worth,
            frontier=undominated(mine),
            searched=searched,
            alike=self.menu.alike,
            idle=self._idle(nominal, labels),
            zones=tuple(zones),
            without=self._without(implied),
            paid=self._paid(worth, labels),
            draws=self.count,
            seed=None if tried is None else tried.draws.seed,
        )

    # who, and what they have without

    def _without(self, implied: Reservations) -> WithoutAgreement:
        """Every reading at nominal values."""
        found = readings(self.game, self.aim, implied=implied)
        return table_of(self.game, found, self.account)

    def _menu(self) -> _Menu:
        """The packages that are looked at; a ResultError where there are none."""
        menu = _menu(self.meaning)
        if menu.complete:
            return menu
        menu = menu.with_frontier([self.meaning.parties.index(party) for party in self.parties])
        if not menu.packages:
            raise ResultError(
                f"the issues have {menu.combinations:,} combinations of options, too many on the "
                "frontier, and no package has a name",
                expected=f"at most {MOST:,} combinations, or packages under 'packages'",
                repair="name the packages that are talked about",
            )
        return menu

    def _aim(self) -> tuple[int, ...]:
        """Outcomes that are agreements; ceasefires where none is; else none."""
        kinds = [outcome.kind for outcome in self.meaning.outcomes]
        aim = next((kind for kind in AIMS if kind in kinds), "")
        return tuple(i for i, kind in enumerate(kinds) if kind == aim)

    def _parties(self, given: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
        names, issues = self.meaning.parties, self.meaning.scenario.issues.values()
        if given:
            return tuple(name for name in names if name in given), "given"
        own = consenting(self.game, self.aim) if self.aim else ()
        if len(own) > 1:
            return tuple(names[i] for i in own), "rules"
        listed = tuple(n for n in names if any(n in one.weight for one in issues))
        return listed or names, "issues"

    def _labels(self) -> dict[str, str]:
        """Parties with a stake in some issue, and those that take part."""
        scenario = self.meaning.scenario
        return {
            name: party.label or spoken(name)
            for name, party in scenario.parties.items()
            if name in self.parties or any(name in one.weight for one in scenario.issues.values())
        }

    def _formulas(self, given: Mapping[str, float | str]) -> dict[str, Query]:
        """Party to a formula of parameters."""
        found = {name: parse_query(str(text), self.meaning) for name, text in given.items()}
        for name, query in found.items():
            if query.kind != "static":
                raise ResultError(
                    f"the reservation value of '{name}' is {query.text}",
                    expected="a formula of parameters and worths",
                )
        return found

    def _declared(self) -> dict[str, Query]:
        """The scenario's own values, where it declares one for everybody who takes part."""
        keys = self.meaning.vocabulary.families.get(FAMILY, {})
        if not all(party in keys for party in self.parties):
            return {}
        return {party: parse_query(f"{FAMILY}[{party}]", self.meaning) for party in self.parties}

    def _values(self, draws: Draws, implied: Reservations, own: Sequence[int]) -> dict[str, Array]:
        """Basis to (draw, party); the game's own first."""
        solved = implied.values[:, own]
        found = {GAME: solved}
        if self.declared:
            found[DECLARED] = self._looked_up(draws, self.declared, solved)
        if self.given:
            whole = all(party in self.given for party in self.parties)
            few = draws if whole else rows_of(draws, slice(0, len(solved)))
            found[GIVEN] = self._looked_up(few, self.given, solved)
        return found

    def _looked_up(self, draws: Draws, formulas: Mapping[str, Query], solved: Array) -> Array:
        columns = [
            static_value(draws, formulas[party]) if party in formulas else solved[:, place]
            for place, party in enumerate(self.parties)
        ]
        return np.stack(columns, axis=1)

    def _idle(self, nominal: Draws, labels: Mapping[str, str]) -> tuple[str, ...]:
        """Those of the parties to whom no option is worth anything."""
        every = [self.meaning.parties.index(party) for party in labels]
        valued = self.menu.options(nominal, every)[0].any(axis=0)
        return tuple(
            p for p, any_ in zip(labels, valued, strict=True) if p in self.parties and not any_
        )

    # over the draws

    def _trials(self, own: Sequence[int]) -> tuple[_Combinations | None, _Combinations | None]:
        """The declared ranges, and the concentrated ones where there are any."""
        if not self.count:
            return None, None
        meaning, ranged = self.meaning, is_ranged(self.meaning)
        draws = spread_draws(meaning, self.count if ranged else 1, self.seed)
        tried = self._tried(draws, self.most_solved, own)
        if not ranged:
            return tried, None
        other = spread_draws(concentrate(meaning), max(8, self.count // OTHER), draws.seed)
        few = max(8, self.most_solved // OTHER) if self.most_solved else 0
        return tried, self._tried(other, few, own)

    def _tried(self, draws: Draws, most: int, own: Sequence[int]) -> _Combinations:
        few, what = rows_of(draws, slice(0, most)), "draws without agreement"
        implied = reservation_values(
            self.game,
            self.aim,
            few,
            workspace=self.workspace,
            progress=lambda done: self.tell(what, done, len(few)),
        )
        return _Combinations(draws, self._values(draws, implied, own))

    def _shares(
        self, own: Sequence[int], tried: _Combinations | None, told: Sequence[int]
    ) -> dict[str, _Shares]:
        """Basis to how often each package lies in its zone."""
        if tried is None:
            return {}
        count = len(self.menu.packages)
        found = {
            basis: _Counts(
                np.zeros((len(values), len(told)), np.bool_),
                np.zeros(len(values), np.bool_),
                np.zeros(count),
            )
            for basis, values in tried.values.items()
        }
        for part, worth in self.menu.worth(tried.draws, own):
            for basis, values in tried.values.items():
                rows, counts = values[part], found[basis]
                inside = in_zone(worth[: len(rows)], rows)
                counts.told[part] = inside[:, told]
                counts.some[part] = inside.any(axis=1)
                counts.often[:] += inside.sum(axis=0)
        only_one = not is_ranged(self.meaning)
        every = self.menu.complete or (self.menu.searched and self.menu.steady(tried.draws, own))
        return {
            basis: _shared(one, tried.values[basis], told, only_one, every)
            for basis, one in found.items()
        }

    # what the game pays

    def _paid(
        self, worth: Array, labels: Mapping[str, str]
    ) -> tuple[str, str, float, float, float] | None:
        """The widest gap between a package's worth and what an agreement on it pays."""
        game, names = self.game, {one.name: i for i, one in enumerate(self.menu.packages)}
        ends = game.tables(game.nominal()).end_pay[0]
        widest, found = GAP, None
        for package, terminals in self._ends_by_package().items():
            if package not in names:
                continue
            for place, party in enumerate(labels):
                pays = ends[terminals, self.meaning.parties.index(party)]
                own = float(worth[names[package], place])
                gap = max(abs(pays.min() - own), abs(pays.max() - own))
                if party in self.parties and gap > widest:
                    widest = gap
                    found = package, party, own, float(pays.min()), float(pays.max())
        return found

    def _ends_by_package(self) -> dict[str, list[int]]:
        """Package to the ends that agree on it, where an outcome tells them apart."""
        structure, found = self.game.structure, {}
        for terminal, outcome in enumerate(structure.terminal_outcome):
            by = self.meaning.outcomes[outcome].by
            if outcome in self.aim and by is not None and structure.terminal_by[terminal] >= 0:
                variable = self.meaning.variables[by]
                word = variable.word(variable.low + int(structure.terminal_by[terminal]))
                found.setdefault(word, []).append(terminal)
        return found


@dataclass(frozen=True, eq=False)
class _Counts:
    """Membership as it is counted up, draw by draw."""

    told: Truths
    some: Truths
    often: Array


@dataclass(frozen=True, eq=False)
class _Shares:
    """Shares of the draws: of the packages told, of every one, and of any at all."""

    told: Mapping[int, Share]
    often: Array
    some: Share | None
    """None where it hangs on packages that are not looked at."""


def _shared(
    one: _Counts, values: Array, told: Sequence[int], only_one: bool, every: bool
) -> _Shares:
    counts: Truths = np.all(np.isfinite(values), axis=1)
    return _Shares(
        {i: share_of(one.told[:, k], counts, only_one=only_one) for k, i in enumerate(told)},
        one.often / max(1, int(counts.sum())),
        share_of(one.some, counts, only_one=only_one) if every else None,
    )


def _points(
    worth: Array, reservation: Array, searched: bool
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The reference points; none where they may be packages that are not looked at."""
    if not searched:
        return (), ()
    return nash_packages(worth, reservation), kalai_smorodinsky_packages(worth, reservation)


def _zone(
    found: tuple[str, Sequence[str], Array, Array, tuple[tuple[int, ...], tuple[int, ...]]],
    left: float,
    shares: tuple[_Shares | None, _Shares | None],
    searched: bool,
) -> Zone:
    basis, parties, worth, reservation, points = found
    over, again = shares
    inside = in_zone(worth, reservation)
    ideal = ideal_point(worth, reservation) if searched else np.full(len(parties), np.nan)
    return Zone(
        basis,
        dict(zip(parties, map(float, reservation), strict=True)),
        inside,
        dict(zip(parties, map(float, ideal), strict=True)),
        *points,
        lottery_gain(worth, reservation) if searched and not inside.any() else math.nan,
        left,
        {} if over is None else over.told,
        {} if again is None else again.told,
        np.zeros(0) if over is None else over.often,
        None if over is None else over.some,
        None if again is None else again.some,
    )
