"""Levers: how far each can be moved, what that costs whom, and which of them harm others.

The effort of moving a lever by d from its nominal value is cost x d / per; every holder of a
lever bears all of its effort. A lever raises another party's harm if, with everybody's play
as it is, moving it anywhere up to its limit lowers what a party that does not hold it is paid
by some move or end, makes chance moves that cost such a party likelier, or raises the
probability of war and catastrophe.

An assumption that takes whole numbers only (a choice of these, or one that a family is looked up
by) is moved in whole steps; one that is a choice of other numbers stops at these and at the
limit. Where a lever is moved by less than to the next stop, it goes to that stop. A lever of a
switch has one stop, its option; whether it harms others is looked at in the pays and odds of the
moves that there are without it, and what else it brings shows in the game that it makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.analysis import absorb
from offramp.core.errors import GameError
from offramp.expressions import Choose, names
from offramp.expressions.tree import walk
from offramp.game import Draws, Game, Tables, fix
from offramp.scenario import Assumption, Lever, Meaning
from offramp.scenario.model import Effort
from offramp.study.quantities.dependence import every_formula, traced_back
from offramp.study.solving.labels import spoken
from offramp.study.solving.variation import Bench, find_fit, nominal_rows, rows_of

Array = NDArray[np.float64]
STEPS = 9
"""Points between the nominal value and the limit at which harm is looked for."""
DRAWS = 64
"""Draws in which it is looked for too, at the limit."""
MOSTLY = 0.5
"""Share of those draws above which harm counts that nominal values do not show."""
EQUAL = 1e-9


@dataclass(frozen=True)
class Handle:
    """A lever as the search moves it: from ``start`` (nominal) towards ``limit``.

    ``rate`` is the effort per unit of the assumption at ``position``; ``held_by`` are positions
    of parties.
    """

    name: str
    label: str
    assumption: str
    position: int
    start: float
    limit: float
    rate: float
    held_by: tuple[int, ...]
    unit: str
    stops: tuple[float, ...] = ()
    """Values that it can be moved to, in order from ``start``; empty where these are all."""
    whole: bool = False
    """Whether the stops are whole numbers."""
    of_switch: bool = False
    """Whether it puts a switch to an option, whatever it is at."""

    @property
    def most(self) -> float:
        """The effort of going to the limit."""
        return abs(self.limit - self.start) * self.rate

    def value(self, part: float) -> float:
        """The assumption's value after ``part`` (0 to 1) of the way to the limit."""
        there = np.array([self.start + part * (self.limit - self.start)])
        return float(self.snapped(self.onto(there))[0])

    def snapped(self, values: Array) -> Array:
        """The values (any shape), and the limit itself where they come to within rounding of it."""
        near = np.abs(values - self.limit) <= EQUAL * abs(self.limit - self.start)
        return np.where(near, self.limit, values)

    def settle(self, parts: Array) -> Array:
        """The parts (any shape) of the way at which it comes to stand."""
        if not self.stops:
            return parts
        way = self.limit - self.start
        return (self.onto(self.start + parts * way) - self.start) / way

    def onto(self, values: Array) -> Array:
        """The stops at or next beyond ``values`` (any shape), seen from where it starts."""
        if not self.stops:
            return values
        all_stops = np.array([self.start, *self.stops])
        gone = np.abs(all_stops - self.start)
        way = np.abs(values - self.start) - EQUAL * gone[-1]
        return all_stops[np.minimum(np.searchsorted(gone, way), len(gone) - 1)]


@dataclass(frozen=True)
class Idle:
    """A lever with no way to go: at its limit, or less than a ``whole`` step away from it."""

    assumption: str
    limit: float
    whole: bool


@dataclass(frozen=True)
class Harm:
    """On what ground a change is refused: whom it costs, or how it brings war or catastrophe.

    ``ground`` is 'pays', 'chance', 'cost', 'danger', 'losses' or 'draws'. A change of several is
    also refused on the grounds 'branch', where it does not bring about what is asked when it is
    followed on the principal branch, and 'numbers', where those on the way make no game.
    """

    ground: str
    parties: tuple[str, ...] = ()
    """Whom it costs, by their labels."""
    mostly: bool = False
    """Whether it is so in most of the draws, and not at nominal values."""
    share: float = 0.0
    """Share of the solved draws in which it is so."""


@dataclass(frozen=True)
class Excluded:
    """A lever, a change of several, or a first step that is not proposed, and why."""

    name: str
    labels: tuple[str, ...]
    why: Harm | Idle


def handles(game: Game) -> tuple[tuple[Handle, ...], tuple[Excluded, ...]]:
    """The levers of a scenario that can be moved from their nominal values, and the others."""
    meaning, nominal = game.meaning, game.nominal()
    told = [
        (_of_parameter if lever.switch is None else _of_switch)(meaning, nominal, name, lever)
        for name, lever in meaning.scenario.levers.items()
    ]
    return (
        tuple(one for one in told if isinstance(one, Handle)),
        tuple(one for one in told if isinstance(one, Excluded)),
    )


def _of_parameter(meaning: Meaning, nominal: Draws, name: str, lever: Lever) -> Handle | Excluded:
    """A lever that moves an assumption towards its limit, where there is room for it."""
    assert lever.parameter is not None
    assert lever.limit is not None
    assert isinstance(lever.effort, Effort)
    assumption = lever.parameter.replace(" ", "")
    position = nominal.names.index(assumption)
    start, limit = float(nominal.values[0, position]), float(lever.limit)
    label = lever.label or spoken(name)
    stops, whole = _stops(meaning, meaning.assumptions[position], start, limit)
    room = limit - start if lever.towards == "higher" else start - limit
    if room <= EQUAL * max(1.0, abs(start)):
        return Excluded(name, (label,), Idle(assumption, limit, whole=False))
    if whole and not stops:
        return Excluded(name, (label,), Idle(assumption, limit, whole=True))
    return Handle(
        name,
        label,
        assumption,
        position,
        start,
        stops[-1] if stops else limit,
        lever.effort.cost / lever.effort.per,
        tuple(meaning.parties.index(party) for party in lever.held_by),
        meaning.assumptions[position].unit or "",
        stops,
        whole,
    )


def _of_switch(meaning: Meaning, nominal: Draws, name: str, lever: Lever) -> Handle | Excluded:
    """A lever that puts a switch to an option: it goes there in one step, or not at all."""
    assert lever.switch is not None
    assert lever.to is not None
    assert not isinstance(lever.effort, Effort)
    position = nominal.names.index(lever.switch)
    start = float(nominal.values[0, position])
    limit = float(meaning.assumptions[position].options.index(lever.to))
    label = lever.label or spoken(name)
    if start == limit:
        return Excluded(name, (label,), Idle(lever.switch, limit, whole=False))
    held = tuple(meaning.parties.index(party) for party in lever.held_by)
    rate = lever.effort / abs(limit - start)
    return Handle(name, label, lever.switch, position, start, limit, rate, held, "", (limit,), True)


def _stops(
    meaning: Meaning, assumption: Assumption, start: float, limit: float
) -> tuple[tuple[float, ...], bool]:
    """The values that an assumption can be moved to, in order, and whether they are whole.

    None where it takes every number.
    """
    one = assumption.distribution
    listed = np.unique(one.arguments) if one is not None and one.name == "choice" else None
    counted = _is_whole(start) and listed is not None and _is_whole(listed)
    if counted or assumption.name in looked_up_by(meaning):
        low, high = np.ceil(min(start, limit) - EQUAL), np.floor(max(start, limit) + EQUAL)
        stops = np.arange(low, high + 1)
    elif listed is not None:
        stops = np.r_[listed[(listed - start) * (listed - limit) < 0], limit]
    else:
        return (), False
    away = np.abs(stops - start)
    ordered = stops[np.argsort(away)][np.sort(away) > EQUAL]
    return tuple(ordered.tolist()), counted or listed is None


def _is_whole(values: float | Array) -> bool:
    return bool(np.all(np.asarray(values) == np.round(values)))


def looked_up_by(meaning: Meaning) -> frozenset[str]:
    """The assumptions that a family is looked up by, so that they are read as whole numbers."""
    found: set[str] = set()
    for formula in every_formula(meaning):
        for part in walk(formula):
            if isinstance(part, Choose):
                found |= names(part.index)
    return traced_back(meaning, found)


def settle(levers: Sequence[Handle], parts: Array) -> Array:
    """The parts (…, lever) of the way at which levers come to stand."""
    return np.stack([one.settle(parts[..., i]) for i, one in enumerate(levers)], axis=-1)


def moved(game: Game, levers: Sequence[Handle], parts: Array) -> Draws:
    """The nominal values with levers moved; ``parts`` (point, lever) of the way to their limits.

    Levers on the same assumption add their moves, within the limits of those that move.
    """
    rows = nominal_rows(game, len(parts))
    return fix(game.meaning, rows, _values(levers, parts))


def moved_draws(game: Game, draws: Draws, levers: Sequence[Handle], parts: Array) -> Draws:
    """The draws with levers moved by ``parts`` (lever,) to the same values as at nominal ones.

    A draw in which an assumption lies beyond that value already keeps its own; a switch is put to
    its option wherever it stands.
    """
    wanted = _values(levers, parts[None, :])
    values: dict[str, Array] = {}
    for lever, part in zip(levers, parts, strict=True):
        if part <= 0:
            continue
        own, to = draws.values[:, lever.position], wanted[lever.assumption][0]
        reached = np.minimum(own, to) if to < lever.start else np.maximum(own, to)
        if lever.of_switch:
            reached = np.full_like(own, to)
        values[lever.assumption] = reached
    return fix(game.meaning, draws, values) if values else draws


def _values(levers: Sequence[Handle], parts: Array) -> dict[str, Array]:
    """Assumption to values (point,)."""
    values: dict[str, Array] = {}
    for name in {lever.assumption: None for lever in levers}:
        own = [i for i, lever in enumerate(levers) if lever.assumption == name]
        way = sum(levers[i].settle(parts[:, i]) * (levers[i].limit - levers[i].start) for i in own)
        ends = [levers[i].start for i in own] + [levers[i].limit for i in own]
        reached = np.clip(levers[own[0]].start + way, min(ends), max(ends))
        farthest = max((levers[i] for i in own), key=lambda one: abs(one.limit - one.start))
        values[name] = farthest.snapped(farthest.onto(reached))
    return values


def harms(bench: Bench, levers: Sequence[Handle], parts: Array, draws: Draws | None) -> Harm | None:
    """Why moving ``levers`` to ``parts`` (lever,) of the way raises another party's harm.

    None where it does not, at nominal values and in most of the first draws.
    Raises GameError where the numbers on the way make no game.
    """
    game = bench.game
    holders = {
        party
        for lever, part in zip(levers, parts, strict=True)
        if part > 0
        for party in lever.held_by
    }
    others = [i for i in range(game.structure.parties) if i not in holders]
    way = settle(levers, np.linspace(0, 1, STEPS + 1)[1:, None] * parts[None, :])
    points = moved(game, levers, way)
    before, after = game.tables(game.nominal()), game.valuation.tables(points)
    hurt: NDArray[np.bool_] = np.any(_hurt(game, before, after), axis=0)
    named = [game.meaning.parties[i] for i in others if hurt[i]]
    if named:
        return Harm("pays", _labels(game, named))
    if draws is not None and len(draws):
        few = rows_of(draws, slice(0, DRAWS))
        there = moved_draws(game, few, levers, parts)
        fit = find_fit(game, few) & find_fit(game, there)
        if fit.any():
            often = _hurt_in_draws(game, rows_of(few, fit), rows_of(there, fit))
            named = [game.meaning.parties[i] for i in others if often[i] > MOSTLY]
            if named:
                return Harm("pays", _labels(game, named), mostly=True)
    return _endangers(bench, points)


def _hurt(game: Game, before: Tables, after: Tables) -> NDArray[np.bool_]:
    """(point, party) whether a pay or end falls, or chance moves that cost become likelier."""
    found = _falls(before.pay, after.pay)
    found |= _falls(before.end_pay, after.end_pay)
    found |= _falls(_losses(game, before, before), _losses(game, before, after))
    return found


def _hurt_in_draws(game: Game, before: Draws, after: Draws) -> Array:
    """(party,) share of the draws in which it is hurt, each by the rules that it has before."""
    hurt = np.zeros((len(before), game.structure.parties), np.bool_)
    for rows, own in game.parts(before):
        pair = (own.valuation.tables(draws.rows(rows)) for draws in (before, after))
        hurt[rows] = _hurt(own, *pair)
    return hurt.mean(axis=0)


def _falls(before: Array, after: Array) -> NDArray[np.bool_]:
    if not before.shape[1]:
        return np.zeros((len(after), before.shape[2]), np.bool_)
    scale = np.maximum(1.0, np.abs(before))
    return np.any(after - before < -EQUAL * scale, axis=1)


def _losses(game: Game, pays: Tables, odds: Tables) -> Array:
    """(point, nature's node, party) expected losses at once: pays and ends below 0."""
    structure = game.structure
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    chance = np.flatnonzero(structure.mover[source] < 0)
    paid = pays.pay[:, structure.pay_class[chance]]
    ends = structure.target[chance] < 0
    paid[:, ends] += pays.end_pay[:, -structure.target[chance[ends]] - 1]
    expected = odds.odds[:, structure.odds_class[chance], None] * np.minimum(paid, 0.0)
    nodes, which = np.unique(source[chance], return_inverse=True)
    result = np.zeros((len(nodes), len(expected), structure.parties))
    np.add.at(result, which.reshape(-1), expected.transpose(1, 0, 2))
    return result.transpose(1, 0, 2)


def _endangers(bench: Bench, points: Draws) -> Harm | None:
    """Whether war and catastrophe become likelier with all play as it is."""
    game, structure = bench.game, bench.game.structure
    solved = bench.nominal
    if not bench.danger or solved.equilibria.status[0] != "solved":
        return None
    odds = game.valuation.tables(points).odds
    play = np.repeat(solved.strategy, len(points), axis=0)
    chance = np.repeat(structure.mover < 0, np.diff(structure.first))
    play[:, chance] = odds[:, structure.odds_class[chance]]
    strategy = np.concatenate([solved.strategy, play])
    ends = absorb(structure, strategy).terminal
    danger = ends[:, np.isin(structure.terminal_outcome, bench.danger)].sum(axis=1)
    if (danger[1:] > danger[0] + EQUAL).any():
        return Harm("chance")
    return None


def _labels(game: Game, parties: Sequence[str]) -> tuple[str, ...]:
    return tuple(game.scenario.parties[party].label or spoken(party) for party in parties)


def usable(
    bench: Bench, levers: Sequence[Handle], draws: Draws | None
) -> tuple[tuple[Handle, ...], tuple[Excluded, ...]]:
    """The levers that raise no other party's harm, and the others with the reason."""
    kept: list[Handle] = []
    out: list[Excluded] = []
    for lever in levers:
        try:
            why = harms(bench, [lever], np.ones(1), draws)
        except GameError as error:
            place = bench.game.meaning.place(("levers", lever.name))
            raise error.located(place, f"levers.{lever.name}") from None
        if why:
            out.append(Excluded(lever.name, (lever.label,), why))
        else:
            kept.append(lever)
    return tuple(kept), tuple(out)
