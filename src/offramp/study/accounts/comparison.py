"""Comparing two accounts: outcomes and verdicts side by side, and what explains the difference.

The assumptions on which the accounts differ are grouped by mechanism, else by family, else they
stand alone. A chosen quantity is taken to pieces by Shapley values: at nominal values exactly,
over all mixtures of the two accounts, where there are up to twelve groups; and of its mean over
draws with common random numbers, where every draw goes through the groups in an order of its
own. Every mixture is solved cold, so that no value depends on how it was come by; where a game
has several equilibria, the one reached from precision 0 is compared.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import ScenarioError
from offramp.expressions import Compare, Number, names
from offramp.game import Draws, draw, nominal_draw
from offramp.scenario import Claim, Meaning, Query, Scenario, parse_query, read_claim
from offramp.scenario.distributions import Distribution
from offramp.scenario.standing import Standing, standing_of
from offramp.study.accounts.attribution import (
    coalitions_along,
    interactions,
    marginals_along,
    mean_and_error,
    orders,
    paired,
    shapley_values,
    swaps_along,
)
from offramp.study.accounts.differences import Comparison, Contribution, Interaction, OutcomeRow
from offramp.study.claims.checking import check, margins_of
from offramp.study.claims.verdicts import Verdict
from offramp.study.quantities.asking import worded
from offramp.study.quantities.evaluation import QueryValues, evaluate_queries
from offramp.study.solving.experiment import Progress
from offramp.study.solving.labels import assumption_words, whose_premises
from offramp.study.solving.shares import spread_draws
from offramp.study.solving.workspace import Workspace

Array = NDArray[np.float64]
EXACT = 12
"""Most groups whose mixtures are all solved at nominal values."""
EXACT_DRAWS = 3
"""Most groups whose mixtures are all solved in every draw."""
ORDERS = 64
"""Orders looked at, at nominal values, where there are more groups."""
UNFIT = ("failed", "undefined")
STANDINGS: tuple[Standing, ...] = ("denied", "stated", "analyst", "silent")
"""What counts of several, the first that is met."""


def compare(
    scenario: Scenario | Workspace,
    accounts: tuple[str, str],
    quantity: str | None = None,
    *,
    draws: int = 64,
    seed: int | None = None,
    precision_scale: float = 1.0,
    single: bool = False,
    verdicts: Sequence[Verdict] | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Two accounts side by side, and what explains their difference in ``quantity``.

    ``accounts`` are two names, '' being the scenario as written. ``quantity`` is one of the
    language, or the name of a claim, of which left minus right is then taken; None is the
    probability of agreement, or of the first outcome where no outcome is one. ``draws`` 0 looks
    at nominal values only. ``single`` takes every assumption by itself. ``verdicts`` are those
    of `check`, where they are known. Raises ScenarioError for an unknown account or quantity.
    """
    first, second = accounts
    used = secrets.randbits(32) if seed is None else seed
    workspace = Workspace.of(scenario)
    text = workspace.scenario
    pair = _Pair.of(workspace, first, second, single)
    target = _target(pair.first, quantity)
    work = _Mixtures(workspace, pair, target, precision_scale, progress)
    nominal, pairs = work.at_nominal(used)
    over = work.over_draws(draws, used) if draws else _NO_DRAWS
    if verdicts is None:
        verdicts = check(
            workspace,
            draws=draws,
            seed=used,
            accounts=tuple(dict.fromkeys(accounts)),
            precision_scale=precision_scale,
            brief=True,
            progress=progress,
        )
    contributions = _contributions(text, accounts, pair, nominal, over)
    return Comparison(
        accounts=(first, second),
        premises=(whose_premises(text, first), whose_premises(text, second)),
        quantity=target.text,
        nominal=nominal.ends,
        mean=over.ends,
        outcomes=work.outcomes(draws, used),
        verdicts=tuple(one for one in verdicts if one.account in accounts),
        contributions=tuple(sorted(contributions, key=lambda one: -abs(one.nominal or 0.0))),
        interactions=pairs,
        exact=len(pair.groups) <= EXACT,
        orders=0 if len(pair.groups) <= EXACT else ORDERS,
        draws=draws,
        counted=over.counted,
        seed=used,
        words=target.words,
    )


def _contributions(
    scenario: Scenario, accounts: tuple[str, str], pair: _Pair, nominal: _Pieces, over: _Pieces
) -> list[Contribution]:
    """What every group adds, and how each account stands to it."""
    first, second = accounts
    return [
        Contribution(
            name,
            pair.labels[name],
            members,
            *nominal.of(i),
            *over.of(i),
            standing=(_standing(scenario, first, members), _standing(scenario, second, members)),
        )
        for i, (name, members) in enumerate(pair.groups.items())
    ]


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two accounts and the groups of assumptions on which they differ."""

    first: Meaning
    second: Meaning
    groups: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]

    @staticmethod
    def of(workspace: Workspace, first: str, second: str, single: bool) -> _Pair:
        """The accounts called ``first`` and ``second``."""
        one, two = workspace.meaning(first), workspace.meaning(second)
        groups: dict[str, list[str]] = {}
        labels: dict[str, str] = {}
        for here, there in zip(one.assumptions, two.assumptions, strict=True):
            if (here.formula, here.distribution) != (there.formula, there.distribution):
                name, label = _group(workspace.scenario, here.name, single)
                groups.setdefault(name, []).append(here.name)
                labels[name] = label
        return _Pair(one, two, {name: tuple(own) for name, own in groups.items()}, labels)

    def mixture(self, coalition: int) -> Meaning:
        """The first account with the groups of a coalition as the second has them."""
        taken = {
            name
            for i, members in enumerate(self.groups.values())
            if coalition >> i & 1
            for name in members
        }
        mixed = tuple(
            there if here.name in taken else here
            for here, there in zip(self.first.assumptions, self.second.assumptions, strict=True)
        )
        meaning = replace(self.first, assumptions=mixed)
        _check_order(meaning)
        return meaning

    @property
    def formulas_differ(self) -> bool:
        """Whether an assumption follows another one in one account and not in the other."""
        differing = {name for members in self.groups.values() for name in members}
        both = (*self.first.assumptions, *self.second.assumptions)
        return any(a.name in differing and a.formula is not None and names(a.formula) for a in both)


@dataclass(frozen=True)
class _Compared:
    """What is compared: a quantity, or left minus right of a claim."""

    text: str
    queries: tuple[Query, ...]
    value: Callable[[QueryValues], Array]
    words: str = ""


def _target(meaning: Meaning, quantity: str | None) -> _Compared:
    if quantity is None:
        kinds = [outcome.kind for outcome in meaning.outcomes]
        quantity = (
            "P(kind agreement)"
            if "agreement" in kinds
            else (f"P({meaning.outcomes[0].name})" if meaning.outcomes else "E(rounds)")
        )
    if quantity in meaning.scenario.claims:
        return _of_claim(read_claim(meaning, quantity))
    query = parse_query(quantity, meaning)
    return _Compared(
        query.text,
        (query,),
        lambda found: _fit(found, found.of(query), (query,)),
        f"the {worded(query, meaning)}",
    )


def _of_claim(claim: Claim) -> _Compared:
    queries = tuple(claim.quantities.values())
    if not isinstance(claim.formula, Compare) or len(claim.formula.rest) != 1:
        raise ScenarioError(
            f"the claim '{claim.name}' is no single comparison, so it has no left minus right",
            expected="a quantity, or a claim that compares two numbers",
            repair="name one of its quantities, say P(war)",
        )

    def value(found: QueryValues) -> Array:
        return _fit(found, margins_of(claim, found), queries)

    text = f"{claim.name} ({claim.holds_when}), left minus right"
    return _Compared(text, queries, value)


def _fit(found: QueryValues, values: Array, queries: Iterable[Query]) -> Array:
    """The values, nan where one of the quantities has none."""
    places = [found.queries.index(query) for query in queries]
    unfit = np.isin(found.status[:, places], UNFIT).any(axis=1)
    return np.where(unfit, np.nan, values)


@dataclass(frozen=True, eq=False)
class _Pieces:
    """A difference taken to pieces: both ends, the pieces and their standard errors."""

    ends: tuple[float | None, float | None]
    pieces: Array
    errors: Array | None
    counted: int = 0

    def of(self, group: int) -> tuple[float | None, float | None]:
        """Piece and standard error of one group."""
        if not len(self.pieces):
            return None, None
        error = None if self.errors is None else _number(self.errors[group])
        return _number(self.pieces[group]), error


_NO_DRAWS = _Pieces((None, None), np.zeros(0), None)


@dataclass(frozen=True, eq=False)
class _Mixtures:
    """Solves mixtures of two accounts."""

    workspace: Workspace
    pair: _Pair
    target: _Compared
    scale: float
    progress: Progress | None

    def at_nominal(self, seed: int) -> tuple[_Pieces, tuple[Interaction, ...]]:
        """The difference at nominal values: exact, or over sampled orders of many groups."""
        groups = len(self.pair.groups)
        if groups <= EXACT:
            worth = self.worth({c: nominal_draw(self.pair.mixture(c)) for c in range(1 << groups)})
            values = np.array([worth[c][0] for c in range(1 << groups)])
            pieces = shapley_values(values)
            return _Pieces(_ends(values), pieces, None), self._interactions(values)
        return self._sampled(orders(groups, ORDERS, seed))

    def _sampled(self, sampled: NDArray[np.int64]) -> tuple[_Pieces, tuple[Interaction, ...]]:
        """The same over some orders, with standard errors."""
        along = [coalitions_along(order) for order in sampled]
        swaps = [swap for order in sampled for swap in swaps_along(order)]
        met = sorted({c for row in along for c in row} | {alone for *_, alone in swaps})
        worth = self.worth({c: nominal_draw(self.pair.mixture(c)) for c in met})
        value = {coalition: float(values[0]) for coalition, values in worth.items()}
        added = paired(
            np.array(
                [
                    marginals_along(order, [value[c] for c in row])
                    for order, row in zip(sampled, along, strict=True)
                ]
            )
        )
        fine = np.isfinite(added).all(axis=1)
        pieces = errors = np.full(added.shape[1], np.nan)
        if fine.any():
            pieces, errors = mean_and_error(added[fine])
        ends = _ends(np.array([value[met[0]], value[met[-1]]]))
        return _Pieces(ends, pieces, errors), self._sampled_pairs(swaps, value)

    def _sampled_pairs(
        self, swaps: Sequence[tuple[int, int, int, int]], value: Mapping[int, float]
    ) -> tuple[Interaction, ...]:
        """Interactions of the pairs that were neighbours at least twice."""
        met: dict[tuple[int, int], list[float]] = {}
        for one, two, before, alone in swaps:
            both = alone | (1 << one)
            gain = value[both] - value[before | (1 << one)] - value[alone] + value[before]
            met.setdefault((min(one, two), max(one, two)), []).append(gain)
        labels = list(self.pair.groups)
        pairs: list[Interaction] = []
        for (one, two), gains in met.items():
            known = np.array(gains)[np.isfinite(gains)][:, None]
            if len(known) > 1:
                mean, error = mean_and_error(known)
                pairs.append(Interaction(labels[one], labels[two], float(mean[0]), float(error[0])))
        return tuple(sorted(pairs, key=lambda pair: -abs(pair.value)))

    def over_draws(self, count: int, seed: int) -> _Pieces:
        """The difference of the means over draws, with common random numbers."""
        groups = len(self.pair.groups)
        points = _points(self.pair.first, count, seed)
        every = range(1 << groups)
        exact = groups <= EXACT_DRAWS
        sampled = orders(groups, count, seed)
        along = [list(every) if exact else coalitions_along(order) for order in sampled]
        rows: dict[int, list[int]] = {}
        for i, coalitions in enumerate(along):
            for coalition in coalitions:
                rows.setdefault(coalition, []).append(i)
        drawn = {
            c: _through(self.pair.mixture(c), points[np.array(own)], seed)
            for c, own in rows.items()
        }
        worth = self.worth(drawn)
        values = np.array(
            [[worth[c][rows[c].index(i)] for c in coalitions] for i, coalitions in enumerate(along)]
        )
        fine = np.isfinite(values).all(axis=1)
        if not fine.any():
            return _Pieces((None, None), np.full(groups, np.nan), None)
        if exact:
            added = shapley_values(np.ascontiguousarray(values[fine].T)).T
        else:
            added = np.array([marginals_along(sampled[i], values[i]) for i in np.flatnonzero(fine)])
        pieces, errors = mean_and_error(added)
        means = values[fine].mean(axis=0)
        return _Pieces(_ends(means), pieces, errors, int(fine.sum()))

    def worth(self, drawn: Mapping[int, Draws]) -> dict[int, Array]:
        """Coalition to the values (draw,) of the target; all solved in one call where possible.

        Where the accounts make an assumption follow others differently and the quantity sets
        assumptions, each mixture is asked by its own rules.
        """
        sets = any(one.values for query in self.target.queries for one in query.interventions)
        if sets and self.pair.formulas_differ:
            return {
                coalition: self.solved(self.pair.mixture(coalition), draws)
                for coalition, draws in drawn.items()
            }
        rows = [draws.values for draws in drawn.values()]
        one = next(iter(drawn.values()))
        whole = Draws(one.names, np.concatenate(rows), one.seed)
        values = self.solved(self.pair.first, whole)
        cuts = np.cumsum([len(draws) for draws in drawn.values()])[:-1]
        return dict(zip(drawn, np.split(values, cuts), strict=True))

    def solved(self, meaning: Meaning, draws: Draws) -> Array:
        """The target in every draw."""
        found = evaluate_queries(
            meaning,
            self.target.queries,
            draws,
            precision_scale=self.scale,
            traced=(),
            starts=0,
            workspace=self.workspace,
            progress=self._tell("mixtures of two accounts solved"),
        )
        return self.target.value(found)

    def outcomes(self, count: int, seed: int) -> tuple[OutcomeRow, ...]:
        """Probability of every outcome on both accounts, at nominal values and over draws."""
        ends = [outcome.name for outcome in self.pair.first.outcomes] + ["unresolved"]
        queries = [parse_query(f"P({name})", self.pair.first) for name in ends]
        columns: list[tuple[Array, Array | None]] = []
        for meaning in (self.pair.first, self.pair.second):
            parts = [nominal_draw(meaning).values]
            if count:
                parts.append(_through(meaning, _points(meaning, count, seed), seed).values)
            names_ = tuple(a.name for a in meaning.assumptions)
            found = evaluate_queries(
                meaning,
                queries,
                Draws(names_, np.concatenate(parts), seed),
                traced=(),
                precision_scale=self.scale,
                starts=0,
                workspace=self.workspace,
                progress=self._tell("outcomes of accounts"),
            )
            own = np.where(np.isin(found.status, UNFIT), np.nan, found.values)
            mean = None
            if np.isfinite(own[1:]).any():
                mean = np.nanmean(own[1:], axis=0)
            columns.append((own[0], mean))
        (here, mean), (there, other) = columns
        return tuple(
            OutcomeRow(
                name,
                (_number(here[i]), _number(there[i])),
                (
                    None if mean is None else _number(mean[i]),
                    None if other is None else _number(other[i]),
                ),
            )
            for i, name in enumerate(ends)
        )

    def _interactions(self, values: Array) -> tuple[Interaction, ...]:
        """Every pair of groups with its interaction, the largest first."""
        found, labels = interactions(values), list(self.pair.groups)
        pairs = [
            Interaction(labels[two], labels[one], float(found[one, two]))
            for one in range(len(labels))
            for two in range(one)
            if np.isfinite(found[one, two])
        ]
        return tuple(sorted(pairs, key=lambda pair: -abs(pair.value)))

    def _tell(self, what: str) -> Progress | None:
        if self.progress is None:
            return None
        progress = self.progress
        return lambda _what, done, total: progress(what, done, total)


def _standing(scenario: Scenario, account: str, assumptions: Sequence[str]) -> Standing:
    """How an account stands to a group: by the assumption of it that it says most of."""
    own = {standing_of(scenario, account, name) for name in assumptions}
    for one in STANDINGS:
        if one in own:
            return one
    return "silent"


def _group(scenario: Scenario, assumption: str, single: bool) -> tuple[str, str]:
    """Name and label of the group of an assumption: its mechanism, else family, else itself."""
    base = assumption.partition("[")[0]
    if single:
        return assumption, assumption_words(scenario, assumption)
    if assumption.startswith("start "):
        return "start", "where play begins"
    for name, record in scenario.mechanisms.items():
        if base in record.parameters or base in record.switches:
            return name, record.label or name.replace("_", " ")
    return base, assumption_words(scenario, base)


def _points(meaning: Meaning, count: int, seed: int) -> Array:
    """Positions from 0 to 1 (draw, assumption), the same for both accounts."""
    even = tuple(
        replace(one, formula=Number(0.5), distribution=Distribution("uniform", (0.0, 1.0)))
        for one in meaning.assumptions
    )
    return spread_draws(replace(meaning, assumptions=even), count, seed).values


@dataclass(frozen=True, eq=False)
class _Given:
    """In place of a range: values that are already drawn."""

    values: Array

    def quantile(self, share: Array) -> Array:
        """The values, whatever is asked."""
        del share
        return self.values


def _through(meaning: Meaning, points: Array, seed: int) -> Draws:
    """The draws at these positions of the ranges of a meaning."""
    given = tuple(
        one
        if one.distribution is None
        else replace(one, distribution=cast("Any", _Given(one.distribution.quantile(points[:, i]))))
        for i, one in enumerate(meaning.assumptions)
    )
    return draw(replace(meaning, assumptions=given), len(points), seed)


def _check_order(meaning: Meaning) -> None:
    """A ScenarioError where a mixture of accounts makes assumptions follow in a circle."""
    waiting = {a.name: names(a.formula) for a in meaning.assumptions if a.formula is not None}
    while waiting:
        ready = [name for name, reads in waiting.items() if not reads & waiting.keys()]
        if not ready:
            raise ScenarioError(
                f"'{next(iter(waiting))}' follows itself when the two accounts are mixed",
                expected="values that can be mixed one group at a time",
                repair="give one account a number in place of the formula",
            )
        for name in ready:
            del waiting[name]


def _ends(values: Array) -> tuple[float | None, float | None]:
    return _number(values[0]), _number(values[-1])


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
