"""Values of quantities over draws: each distinct intervention game compiled and solved once.

Games are told apart by their committed moves and fixed assumptions; a deviation is a policy
in the game without it, so it needs no solve of its own. Every game is solved cold, from
precision 0, whatever else has been solved; but what follows a commitment made once is the
game without it, and is solved with that. Draws that have become alike, because a quantity fixes
whatever told them apart, are solved once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError
from offramp.core.sharing import share_each, threads_for
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
from offramp.solvers.equilibria import UNSEARCHED
from offramp.study.quantities import Quantity, find_quantities
from offramp.study.quantities.conditions import certain_of, conditioned, own_event
from offramp.study.quantities.kinds.static import static_value
from offramp.study.quantities.mixing import mixed
from offramp.study.quantities.values import QueryValues, Reach
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
Tell = Callable[[int], None]
_Base = tuple[int, NDArray[np.int64]]


def evaluate_queries(
    scenario: Scenario | Meaning,
    queries: Iterable[Query],
    draws: Draws | None = None,
    *,
    precision_scale: float | Array = 1.0,
    traced: Sequence[int] | None = None,
    starts: int = 2,
    progress: Progress | None = None,
    workers: int = 0,
    workspace: Workspace | None = None,
) -> QueryValues:
    """The values of ``queries`` for ``draws``; without draws at nominal values, traced.

    Draws whose index is in ``traced`` follow the principal branch; the others climb to it and
    are looked at from ``starts`` random starts for other equilibria. ``precision_scale``
    multiplies every precision, one for all draws or (draw,). ``workers`` threads solve, one per
    processor if 0. Games that the ``workspace`` has are not built again.
    """
    meaning = scenario if isinstance(scenario, Meaning) else understand(scenario)
    asked = tuple(dict.fromkeys(queries))
    chosen = nominal_draw(meaning) if draws is None else draws
    follow = ((0,) if draws is None else ()) if traced is None else tuple(traced)
    games = workspace or Workspace(meaning.scenario)
    scales = np.broadcast_to(np.asarray(precision_scale, np.float64), (len(chosen),))

    def evaluated(
        own: Meaning,
        queries: tuple[Query, ...],
        draws: Draws,
        rows: NDArray[np.intp],
        traced: tuple[int, ...],
        progress: Progress | None,
    ) -> QueryValues:
        work = _Work(games, own, queries, draws, scales[rows], traced, starts, workers)
        work.static()
        work.run(work.solves(), progress)
        return work.result()

    if meaning.structural:
        return mixed(meaning, asked, chosen, follow, progress, evaluated)
    return evaluated(meaning, asked, chosen, np.arange(len(chosen)), follow, progress)


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
    starts: Interventions
    game: Game
    deviated: Mapping[Interventions, tuple[Changed, Game]]

    def of(self, deviations: Interventions) -> tuple[Changed, Game]:
        """The rules that are played."""
        return self.deviated[deviations] if deviations else (self.changed, self.game)


@dataclass(frozen=True, eq=False)
class _Found:
    """A game solved: for draws that differ, at what precisions, and on which of them each is."""

    solved: Solved
    scale: Array
    alike: NDArray[np.intp]


class _Work:
    """Fills the values of all quantities, one solved game after the other."""

    def __init__(
        self,
        workspace: Workspace,
        meaning: Meaning,
        queries: tuple[Query, ...],
        draws: Draws,
        scale: Array,
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
        self.uniqueness: dict[int, NDArray[np.str_]] = {}

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
            rules, deviations = _split(query)
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
            own, deviating = _split(query)
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
        starts = tuple(one for one in rules if one.kind == "start")
        return _Rules(changed, starts, game, deviated)

    def run(self, solves: list[_Solve], progress: Progress | None) -> None:
        """Solve every game for every draw, a chunk of draws at a time."""
        bases = [_base(one, solves) for one in solves]
        waves = [[n for n, base in enumerate(bases) if (base is None) == cold] for cold in (1, 0)]
        total, done = len(solves) * len(self.draws), 0
        for low, part in _chunks(solves, self.draws):
            kept: dict[int, Solved] = {}
            solved = partial(self._game, solves, bases, kept, part, low)
            for wave in waves:

                def tell(count: int, done: int = done) -> None:
                    if progress is not None:
                        progress(DOING, done + count, total)

                for number, found in self._solved(wave, solved, tell):
                    self._take(number, solves[number], found, low)
                    if any(base is not None and base[0] == number for base in bases):
                        kept[number] = found.solved
                done += len(wave) * len(part)

    def _solved(
        self, wave: list[int], solved: Callable[..., _Found], tell: Tell
    ) -> Iterator[tuple[int, _Found]]:
        """Each game of a wave as it is found, the games shared out among threads."""
        threads = threads_for(self.workers)
        each = max(1, threads // max(1, len(wave)))
        done, lock = dict.fromkeys(wave, 0), Lock()

        def one(number: int) -> _Found:
            def note(count: int) -> None:
                with lock:
                    done[number] = count
                    tell(sum(done.values()))

            return solved(number, each, note)

        yield from zip(wave, share_each(one, wave, threads), strict=True)

    def _game(
        self,
        solves: list[_Solve],
        bases: Sequence[_Base | None],
        kept: Mapping[int, Solved],
        part: Draws,
        low: int,
        number: int,
        workers: int,
        tell: Tell,
    ) -> _Found:
        """Solve one game for the draws from ``low`` on; those that are alike once."""
        one, base, known = solves[number], bases[number], None
        if base is not None:
            known = kept[base[0]].equilibria.value.take(base[1], axis=1)
        fixed = fix(one.rules.changed.meaning, part, one.values) if one.values else part
        few, scale, alike = _distinct(fixed, self.scale[low : low + len(part)])
        traced = {int(alike[i - low]) for i in self.traced if low <= i < low + len(part)}
        try:
            solved = solve(
                one.rules.game,
                few,
                precision_scale=scale,
                traced=sorted(traced),
                starts=self.starts,
                progress=lambda count, _: tell(int((alike < count).sum())),
                known=known,
                workers=workers,
            )
        except GameError:
            one.rules.game.tables(fixed)  # says the same of the draw by its own number
            raise
        return _Found(solved, scale, alike)

    def _take(self, number: int, one: _Solve, found: _Found, low: int) -> None:
        """Read the quantities of one game that is solved for the draws from ``low`` on."""
        known_of = self.uniqueness.setdefault(
            number, np.full(len(self.draws), UNSEARCHED, dtype="<U40")
        )
        alike = found.alike
        known_of[low : low + len(alike)] = found.solved.equilibria.uniqueness[alike]
        for deviations, positions in one.plays.items():
            self.number[positions] = number
            reader = _Reader(one.rules, deviations, found.solved, found.scale)
            self._read(number, reader, positions, low, alike)

    def _read(
        self, number: int, reader: _Reader, positions: list[int], low: int, alike: NDArray[np.intp]
    ) -> None:
        """The values of some quantities in one play of a solved game, and in its alternatives.

        ``alike`` says of every draw from ``low`` on which of the solved ones it is.
        """
        play = reader.reported()
        rows = np.arange(low, low + len(alike))
        values = self._values(play, positions, reader.changed)
        self.values[rows[:, None], positions] = values[alike]
        fine = np.isfinite(play.strategy).all(axis=1) & ~play.absorbed.failed
        vacuous = self._reach(play, reader.changed, positions, rows, alike)
        status = np.where(np.isfinite(values), "solved", "undefined")
        apart = np.zeros_like(values, dtype=np.bool_)
        which, others = reader.others()
        if others is not None:
            found = self._values(others, positions, reader.changed)
            for draw, row in zip(which, found, strict=True):
                size = np.maximum(1, np.abs(values[draw]))
                apart[draw] |= ~(np.abs(row - values[draw]) <= APART * size)
            self._keep(number, [rows[alike == draw] for draw in which], positions, found)
        status = np.where(apart, "open", status)
        status[vacuous] = "vacuous"
        status = np.where(np.isfinite(values), status, "undefined")
        if reader.changed.happened:
            status[self._never(play, reader.changed)] = "vacuous"
        status[~fine] = "failed"
        self.status[rows[:, None], positions] = status[alike]

    def _values(self, play: Play, positions: list[int], changed: Changed) -> Array:
        """(draw, position) the quantities in one play."""
        asked = [self.queries[position] for position in positions]
        if changed.happened:
            return np.column_stack([conditioned(play, q, changed.happened)[0] for q in asked])
        return np.column_stack([self.kinds[q.kind].evaluate(play, q) for q in asked])

    def _never(self, play: Play, changed: Changed, least: float = UNREACHED) -> NDArray[np.bool_]:
        """(solved draw,) whether the conditions of a play come true with next to no probability."""
        return certain_of(play, changed.happened) < least

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
        return QueryValues(
            self.queries,
            self.values,
            self.status,
            self.number,
            reach,
            alternatives,
            self.uniqueness,
        )


@dataclass(frozen=True, eq=False)
class _Reader:
    """Plays of one solved game: its equilibria, with the deviations put into each."""

    rules: _Rules
    deviations: Interventions
    solved: Solved
    scale: Array
    """(draw,) by what precisions are multiplied."""

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
        solved = self.solved
        return self._play(solved.draws, solved.tables, solved.strategy, fine, self.scale)

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
        draws, tables = self.solved.draws, self.solved.tables
        part = Draws(draws.names, draws.values[which], draws.seed, draws.first)
        given = None if tables.entropy else given
        return which, self._play(part, _rows(tables, which), strategy, given, self.scale[which])

    def _play(
        self, draws: Draws, tables: Tables, strategy: Array, given: Array | None, scale: Array
    ) -> Play:
        _, game = self.rules.of(self.deviations)
        if self.deviations:
            strategy = carry_strategy(self.rules.game, game, strategy)
            tables, given = with_precision(game.tables(draws), scale), None
        return play_of(game, draws, tables, strategy, given)


def _split(query: Query) -> tuple[Interventions, Interventions]:
    """The rules of the game that is solved, and what play in it is looked at with.

    Starts and commitments make the game; deviations and conditions only how it is played and
    read. Each by step: those of different steps do not meet.
    """
    told = query.interventions
    moves = sorted((i for i in told if i.step is not None and not i.condition), key=_step)
    starts = tuple(one for one in told if one.kind == "start")
    looked_at = (*(one for one in told if one.condition), *own_event(query))
    return (
        (*starts, *(one for one in moves if one.kind != "deviate")),
        (*(one for one in moves if one.kind == "deviate"), *looked_at),
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


def _distinct(draws: Draws, scale: Array) -> tuple[Draws, Array, NDArray[np.intp]]:
    """Draws and scales (draw,) without those that repeat earlier ones, and which each draw is."""
    both = np.column_stack([draws.values, scale])
    _, first, number = np.unique(both, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    if len(order) == len(draws):
        return draws, scale, np.arange(len(draws))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    kept = first[order]
    few = Draws(draws.names, draws.values[kept], draws.seed, draws.first)
    return few, scale[kept], place[number.reshape(-1)]


def _base(one: _Solve, solves: Sequence[_Solve]) -> tuple[int, NDArray[np.int64]] | None:
    """The solve of the game that goes on once the commitments made once have passed."""
    own = [commitment.intervention for commitment in one.rules.changed.commitments]
    lasting = [intervention for intervention in own if not intervention.once]
    if len(lasting) == len(own):
        return None
    for number, other in enumerate(solves):
        rules = [commitment.intervention for commitment in other.rules.changed.commitments]
        alike = other.rules.starts == one.rules.starts and other.values == one.values
        if rules == lasting and alike:
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
