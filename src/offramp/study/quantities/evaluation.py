"""Values of quantities over draws: each distinct intervention game compiled and solved once.

Games are told apart by their committed moves and fixed assumptions; a deviation is a policy
in the game without it, so it needs no solve of its own. Every game is solved cold, from
precision 0, whatever else has been solved; but what follows a commitment made once is the
game without it, and is solved with that. Draws that have become alike, because a quantity fixes
whatever told them apart, are solved once.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError
from offramp.game import (
    Changed,
    Draws,
    Game,
    Tables,
    carry_strategy,
    fix,
    fixed_values,
    holds_at,
    intervene,
    nodes_after,
    nominal_draw,
    with_precision,
)
from offramp.scenario import Intervention, Meaning, Query, Scenario, understand
from offramp.study.quantities import Quantity, find_quantities
from offramp.study.quantities.kinds.static import static_value
from offramp.study.solving.experiment import Progress, Solved, solve
from offramp.study.solving.play import Play, play_of
from offramp.study.solving.workspace import Workspace

Array = NDArray[np.float64]
UNREACHED = 1e-9
"""A committed step that is reached with less probability makes a quantity vacuous."""
APART = 1e-6
"""Equilibria whose values differ by more disagree (relative to values above 1)."""
CHUNK_BYTES = 200_000_000
DOING = "games of claims solved"
Interventions = tuple[Intervention, ...]
Numbers = tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class Reach:
    """Where the commitments of some interventions matter, by draw.

    ``reached`` is the probability that the commitment ever applies; ``unoffered`` the share of
    its step's turns (with its condition holding) at which the move is not offered and the
    party chooses freely; nan where there are no such turns.
    """

    interventions: Interventions
    intervention: Intervention
    reached: Array
    unoffered: Array


@dataclass(frozen=True, eq=False)
class QueryValues:
    """Values of quantities over draws; arrays are read-only.

    ``status`` (draw, query) is solved; vacuous (a step that the quantity commits is reached with
    probability below 1e-9); open (equilibria found disagree on it); undefined (no finite value,
    as of rounds where play may never end); or failed (its game was not solved). A vacuous or
    open quantity still has the value of the reported equilibrium.
    """

    queries: tuple[Query, ...]
    values: Array
    status: NDArray[np.str_]
    game: NDArray[np.int64]
    """(query,) number of the solved game it belongs to; -1 for a number that needs none."""
    reach: tuple[Reach, ...] = ()
    alternatives: Mapping[tuple[int, int], tuple[Array, ...]] = field(
        default_factory=dict[tuple[int, int], tuple[Array, ...]]
    )
    """(draw, game) to the values (query,) in every other equilibrium found of that game; only
    the entries of that game's quantities count."""

    def __post_init__(self) -> None:
        for array in (self.values, self.status, self.game):
            array.setflags(write=False)

    def of(self, query: Query) -> Array:
        """The values (draw,) of one quantity."""
        return self.values[:, self.queries.index(query)]

    def columns(self) -> dict[Query, Array]:
        """Quantity to values (draw,), as ``Claim.holds`` wants them."""
        return {query: self.values[:, i] for i, query in enumerate(self.queries)}

    def worlds(
        self, draw: int, queries: Iterable[Query] | None = None, *, most: int = 64
    ) -> Iterator[dict[Query, float]]:
        """All combinations of the equilibria found in one draw, the reported ones first.

        Quantities of one game always come from the same equilibrium of it. ``queries`` limits
        the games that are varied; at most ``most`` combinations are given.
        """
        chosen = self.queries if queries is None else tuple(queries)
        where = [self.queries.index(query) for query in chosen]
        games = sorted({int(self.game[i]) for i in where} - {-1})
        sets = [(self.values[draw], *self.alternatives.get((draw, g), ())) for g in games]
        for world in itertools.islice(itertools.product(*sets), most):
            row = self.values[draw].copy()
            for number, values in zip(games, world, strict=True):
                own = self.game == number
                row[own] = values[own]
            yield {query: float(row[i]) for query, i in zip(chosen, where, strict=True)}


def evaluate_queries(
    scenario: Scenario | Meaning,
    queries: Iterable[Query],
    draws: Draws | None = None,
    *,
    precision_scale: float = 1.0,
    traced: Sequence[int] | None = None,
    starts: int = 2,
    progress: Progress | None = None,
    workers: int = 0,
    workspace: Workspace | None = None,
) -> QueryValues:
    """The values of ``queries`` for ``draws``; without draws at nominal values, traced.

    Draws whose index is in ``traced`` follow the principal branch; the others climb to it and
    are looked at from ``starts`` random starts for other equilibria. ``workers`` threads solve,
    one per processor if 0. Games that the ``workspace`` has are not built again.
    """
    meaning = scenario if isinstance(scenario, Meaning) else understand(scenario)
    asked = tuple(dict.fromkeys(queries))
    chosen = nominal_draw(meaning) if draws is None else draws
    follow = ((0,) if draws is None else ()) if traced is None else tuple(traced)
    games = workspace or Workspace(meaning.scenario)
    work = _Work(games, meaning, asked, chosen, precision_scale, follow, starts, workers)
    work.static()
    work.run(work.solves(), progress)
    return work.result()


@dataclass(frozen=True, eq=False)
class _Solve:
    """One game to be solved: its rules and fixed numbers, and the plays that are read from it."""

    rules: _Rules
    values: Mapping[str, float]
    plays: Mapping[Interventions, list[int]]
    """Deviations to the positions of the quantities that are read from that play."""


@dataclass(frozen=True, eq=False)
class _Rules:
    """A compiled game, and the one that its deviations make."""

    changed: Changed
    game: Game
    deviated: Mapping[Interventions, tuple[Changed, Game]]

    def of(self, deviations: Interventions) -> tuple[Changed, Game]:
        """The rules that are played."""
        return self.deviated[deviations] if deviations else (self.changed, self.game)


class _Work:
    """Fills the values of all quantities, one solved game after the other."""

    def __init__(
        self,
        workspace: Workspace,
        meaning: Meaning,
        queries: tuple[Query, ...],
        draws: Draws,
        scale: float,
        traced: tuple[int, ...],
        starts: int,
        workers: int,
    ) -> None:
        self.workspace, self.workers = workspace, workers
        self.meaning, self.queries, self.draws = meaning, queries, draws
        self.scale, self.traced, self.starts = scale, traced, starts
        self.kinds: dict[str, Quantity] = find_quantities()
        shape = (len(draws), len(queries))
        self.values = np.full(shape, np.nan)
        self.status = np.full(shape, "failed", dtype="<U9")
        self.number = np.full(len(queries), -1, np.int64)
        self.reach: dict[tuple[Interventions, Intervention], tuple[Array, Array]] = {}
        self.alternatives: dict[tuple[int, int], list[Array]] = {}

    def static(self) -> None:
        """Numbers that need no game."""
        for position, query in enumerate(self.queries):
            if query.kind == "static":
                draws = _fixed(self.meaning, self.draws, query.interventions)
                self.values[:, position] = static_value(draws, query)
                self.status[:, position] = "solved"

    def solves(self) -> list[_Solve]:
        """The distinct games, with the quantities that are read from each."""
        groups: dict[tuple[Interventions, Numbers], dict[Interventions, list[int]]] = {}
        for position, query in enumerate(self.queries):
            if query.kind == "static":
                continue
            rules, deviations = _split(query.interventions)
            values = tuple(sorted(fixed_values(query.interventions).items()))
            plays = groups.setdefault((rules, values), {})
            plays.setdefault(deviations, []).append(position)
        compiled: dict[Interventions, _Rules] = {}
        found: list[_Solve] = []
        for (rules, values), plays in groups.items():
            if rules not in compiled:
                compiled[rules] = self._compiled(rules)
            found.append(_Solve(compiled[rules], dict(values), plays))
        return found

    def _compiled(self, rules: Interventions) -> _Rules:
        """The game of these commitments with all its deviations; watched is what anybody reads."""
        reads: frozenset[str] = frozenset()
        deviations: dict[Interventions, None] = {}
        for query in self.queries:
            own, deviating = _split(query.interventions)
            if own == rules and query.kind != "static":
                reads |= query.reads
                deviations |= {deviating: None} if deviating else {}
        changed = intervene(self.meaning, rules)
        reads |= changed.watched
        game = self.workspace.build(changed.meaning, reads)
        deviated: dict[Interventions, tuple[Changed, Game]] = {}
        for deviating in deviations:
            further = intervene(changed.meaning, deviating)
            built = self.workspace.build(further.meaning, reads | further.watched)
            deviated[deviating] = further, built
        return _Rules(changed, game, deviated)

    def run(self, solves: list[_Solve], progress: Progress | None) -> None:
        """Solve every game for every draw, a chunk of draws at a time."""
        bases = [_base(one, solves) for one in solves]
        total = len(solves) * len(self.draws)
        done = 0
        for low, part in _chunks(solves, self.draws):
            kept: dict[int, Solved] = {}
            for number in sorted(range(len(solves)), key=lambda i: bases[i] is not None):
                before = done

                def tell(count: int, _total: int, before: int = before) -> None:
                    if progress is not None:
                        progress(DOING, before + count, total)

                base = bases[number]
                known = None if base is None else kept[base[0]].equilibria.value[:, base[1]]
                solved = self._solve(number, solves[number], part, low, tell, known)
                if any(other is not None and other[0] == number for other in bases):
                    kept[number] = solved
                done += len(part)

    def _solve(
        self,
        number: int,
        one: _Solve,
        part: Draws,
        low: int,
        tell: Callable[[int, int], None],
        known: Array | None,
    ) -> Solved:
        """Solve one game for some draws, and read its quantities; draws that are alike once."""
        fixed = fix(one.rules.changed.meaning, part, one.values) if one.values else part
        few, alike = _distinct(fixed)
        traced = {int(alike[i - low]) for i in self.traced if low <= i < low + len(part)}

        def step(count: int, _total: int) -> None:
            tell(int((alike < count).sum()), len(part))

        try:
            solved = solve(
                one.rules.game,
                few,
                precision_scale=self.scale,
                traced=sorted(traced),
                starts=self.starts,
                progress=step,
                known=known,
                workers=self.workers,
            )
        except GameError:
            one.rules.game.tables(fixed)  # says the same of the draw by its own number
            raise
        for deviations, positions in one.plays.items():
            self.number[positions] = number
            self._read(number, one, deviations, positions, solved, low, alike)
        return solved

    def _read(
        self,
        number: int,
        one: _Solve,
        deviations: Interventions,
        positions: list[int],
        solved: Solved,
        low: int,
        alike: NDArray[np.intp],
    ) -> None:
        """The values of some quantities in one play of a solved game, and in its alternatives.

        ``alike`` says of every draw from ``low`` on which of the solved ones it is.
        """
        reader = _Reader(one.rules, deviations, solved, self.scale)
        play = reader.reported()
        rows = np.arange(low, low + len(alike))
        values = self._values(play, positions)
        self.values[rows[:, None], positions] = values[alike]
        fine = np.isfinite(play.strategy).all(axis=1) & ~play.absorbed.failed
        vacuous = self._reach(play, reader.changed, positions, rows, alike)
        status = np.where(np.isfinite(values), "solved", "undefined")
        apart = np.zeros_like(values, dtype=np.bool_)
        which, others = reader.others()
        if others is not None:
            found = self._values(others, positions)
            for draw, row in zip(which, found, strict=True):
                size = np.maximum(1, np.abs(values[draw]))
                apart[draw] |= ~(np.abs(row - values[draw]) <= APART * size)
            self._keep(number, [rows[alike == draw] for draw in which], positions, found)
        status = np.where(apart, "open", status)
        status[vacuous] = "vacuous"
        status = np.where(np.isfinite(values), status, "undefined")
        status[~fine] = "failed"
        self.status[rows[:, None], positions] = status[alike]

    def _values(self, play: Play, positions: list[int]) -> Array:
        """(draw, position) the quantities in one play."""
        asked = [self.queries[position] for position in positions]
        return np.column_stack([self.kinds[q.kind].evaluate(play, q) for q in asked])

    def _keep(
        self, number: int, draws: Sequence[NDArray[np.intp]], positions: list[int], found: Array
    ) -> None:
        """Note the values in other equilibria; those of one draw are always met in one order.

        ``draws`` are, for every row of ``found``, those in which it is an equilibrium.
        """
        seen: dict[int, int] = {}
        for alike, values in zip(draws, found, strict=True):
            for draw in alike.tolist():
                place = seen.get(draw, 0)
                seen[draw] = place + 1
                rows = self.alternatives.setdefault((draw, number), [])
                if place == len(rows):
                    rows.append(np.full(len(self.queries), np.nan))
                rows[place][positions] = values

    def _reach(
        self,
        play: Play,
        changed: Changed,
        positions: list[int],
        rows: NDArray[np.intp],
        alike: NDArray[np.intp],
    ) -> NDArray[np.bool_]:
        """(solved draw,) whether some commitment is never reached; notes how far each matters."""
        vacuous = np.zeros(len(play.draws), np.bool_)
        for commitment in changed.commitments:
            applies = holds_at(play.game, commitment.applies, commitment.step)
            free = holds_at(play.game, commitment.free, commitment.step)
            reached = play.ever(applies)
            vacuous |= reached < UNREACHED
            visits = play.absorbed.visits
            turns = [visits[:, nodes].sum(axis=1) for nodes in (applies, free)]
            with np.errstate(invalid="ignore", divide="ignore"):
                unoffered = turns[1] / (turns[0] + turns[1])
            for key in {self.queries[position].interventions for position in positions}:
                kept = self.reach.setdefault(
                    (key, commitment.intervention),
                    (np.full(len(self.draws), np.nan), np.full(len(self.draws), np.nan)),
                )
                kept[0][rows], kept[1][rows] = reached[alike], unoffered[alike]
        return vacuous

    def result(self) -> QueryValues:
        """Everything together."""
        alternatives = {key: tuple(rows) for key, rows in self.alternatives.items()}
        reach = tuple(
            Reach(interventions, intervention, *arrays)
            for (interventions, intervention), arrays in self.reach.items()
        )
        return QueryValues(self.queries, self.values, self.status, self.number, reach, alternatives)


@dataclass(frozen=True, eq=False)
class _Reader:
    """Plays of one solved game: its equilibria, with the deviations put into each."""

    rules: _Rules
    deviations: Interventions
    solved: Solved
    scale: float

    @property
    def changed(self) -> Changed:
        """The rules that are played; a deviation's own commitments come last."""
        changed, _ = self.rules.of(self.deviations)
        if not self.deviations:
            return changed
        return replace(changed, commitments=(*self.rules.changed.commitments, *changed.commitments))

    def reported(self) -> Play:
        """The equilibrium that is reported."""
        found = self.solved.equilibria
        start = self.rules.game.structure.start
        fine = np.where((found.status == "solved")[:, None], found.payoff[:, start, :], np.nan)
        return self._play(np.arange(len(self.solved.draws)), self.solved.strategy, fine)

    def others(self) -> tuple[NDArray[np.int64], Play | None]:
        """The draws (other,) with other equilibria, and these as one play."""
        found = [
            o
            for o in self.solved.equilibria.others
            if self.solved.equilibria.status[o.draw] == "solved"
        ]
        if not found:
            return np.zeros(0, np.int64), None
        which = np.array([other.draw for other in found], np.int64)
        strategy = np.stack([other.strategy for other in found])
        start = self.rules.game.structure.start
        given = np.stack([other.value[start] for other in found])
        return which, self._play(which, strategy, None if self.solved.tables.entropy else given)

    def _play(self, which: NDArray[np.int64], strategy: Array, given: Array | None) -> Play:
        draws = self.solved.draws
        part = Draws(draws.names, draws.values[which], draws.seed, draws.first)
        _, game = self.rules.of(self.deviations)
        if self.deviations:
            strategy = carry_strategy(self.rules.game, game, strategy)
            tables, given = with_precision(game.tables(part), self.scale), None
        else:
            tables = _rows(self.solved.tables, which)
        return play_of(game, part, tables, strategy, given)


def _split(interventions: Interventions) -> tuple[Interventions, Interventions]:
    """Commitments and deviations, each by step: those of different steps do not meet."""
    moves = sorted((one for one in interventions if one.step is not None), key=_step)
    return (
        tuple(one for one in moves if one.kind != "deviate"),
        tuple(one for one in moves if one.kind == "deviate"),
    )


def _step(intervention: Intervention) -> int:
    return intervention.step or 0


def _fixed(meaning: Meaning, draws: Draws, interventions: Interventions) -> Draws:
    values = fixed_values(interventions)
    return fix(meaning, draws, values) if values else draws


def _rows(tables: Tables, which: NDArray[np.int64]) -> Tables:
    """The numbers of some draws."""
    return Tables(
        tables.pay[which],
        tables.odds[which],
        tables.end_pay[which],
        tables.patience[which],
        tables.precision[which],
        tables.entropy,
    )


def _distinct(draws: Draws) -> tuple[Draws, NDArray[np.intp]]:
    """Draws without those that repeat an earlier one, and which of these each draw is."""
    _, first, number = np.unique(draws.values, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    if len(order) == len(draws):
        return draws, np.arange(len(draws))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    few = Draws(draws.names, draws.values[first[order]], draws.seed, draws.first)
    return few, place[number.reshape(-1)]


def _base(one: _Solve, solves: Sequence[_Solve]) -> tuple[int, NDArray[np.int64]] | None:
    """The solve of the game that goes on once the commitments made once have passed."""
    own = [commitment.intervention for commitment in one.rules.changed.commitments]
    lasting = [intervention for intervention in own if not intervention.once]
    if len(lasting) == len(own):
        return None
    for number, other in enumerate(solves):
        rules = [commitment.intervention for commitment in other.rules.changed.commitments]
        if rules == lasting and other.values == one.values:
            nodes = nodes_after(other.rules.game, one.rules.game)
            return None if nodes is None else (number, nodes)
    return None


def _chunks(solves: Sequence[_Solve], draws: Draws) -> Iterator[tuple[int, Draws]]:
    """Consecutive draws whose values fit the memory that one solve may take."""
    most = 1
    for one in solves:
        games = [one.rules.game, *(one.rules.of(d)[1] for d in one.plays if d)]
        each = sum(
            8 * (g.structure.nodes * (2 * g.structure.parties + 2) + 6 * g.structure.edges)
            for g in games
        )
        most = max(most, each)
    size = max(1, min(CHUNK_BYTES // most, 2000))
    for low in range(0, len(draws), size):
        part = draws.values[low : low + size]
        yield low, Draws(draws.names, part, draws.seed, draws.first + low)
