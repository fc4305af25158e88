"""One part of a sweep as a pure function: an order and a range of draws in, plain arrays out.

    solve_chunk(order, part) -> Chunk
    solve_chunks(order, parts) -> Iterator[Chunk]       (local.py: threads; others: elsewhere)

Whoever solves parts calls `solve_chunk` anywhere (a thread, a process, another machine), as
often as it likes, and hands the chunks over in any order of arrival. Nothing here touches the
store: one process writes, and to it a chunk that comes twice is the same chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from offramp import solvers
from offramp.analysis.results import END, with_ends
from offramp.core.errors import GameError, OfframpError
from offramp.game import Draws, Game, build, draw, with_precision
from offramp.scenario import Meaning, Scenario, read, understand
from offramp.study.solving.experiment import Solved, outcomes
from offramp.study.solving.workspace import Workspace
from offramp.study.sweeps.codes import BROKEN, NONE, UNFIT, WORDS, encode
from offramp.study.sweeps.inquiries import Questions, questions_of
from offramp.study.sweeps.ordering import Order, Part

if TYPE_CHECKING:
    import xarray as xr

SLICE_BYTES, SLICE_DRAWS = 24_000_000, 512
"""Memory that the draws solved together may take, and most of them; a chunk is solved slice by
slice. A graphics processor gets twenty times as much."""
TRACED_SLICE = 4
"""Most traced draws solved together by one thread: they take long."""
MISTAKES = (ArithmeticError, ValueError, IndexError, KeyError, np.linalg.LinAlgError)
"""What a mistake of ours in a single draw may raise: the draw is lost, not the sweep."""
DROPPED = ("message", "condition")
"""Not kept as arrays: messages stand elsewhere, and a condition only traced draws have."""
OPTIONAL = ("move_uses", "by_round")
Rows = dict[str, NDArray[Any]]
Messages = dict[int, str]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Chunk:
    """The draws of one part, solved: plain arrays by name, each (draw, …); picklable.

    ``data`` has the variables of ``analysis.results`` that a sweep keeps: float64 and int64, the
    words (status, branch, uniqueness) as int8 numbers of ``words.WORDS``, and ``strategy``
    (draw, edge) where it is kept; the same variables in every chunk of an order. ``messages``
    says, by index of the draw, why a draw has no numbers, and what to do about it.
    """

    part: Part
    data: Rows
    messages: Messages
    seconds: float
    """What it took, by a clock that only moves on; not compared, not repeatable."""
    remark: str = ""
    """What whoever watches should know, such as that there was no graphics processor."""


class Stopped(Exception):
    """Raised inside `solve_chunk` when whoever waits for the chunk no longer wants it."""


@dataclass(frozen=True, eq=False)
class Plan:
    """An order made ready, once per process: the game, and how its ends are worked out."""

    order: Order
    game: Game
    questions: Questions

    @cached_property
    def games(self) -> list[Game]:
        """Those that the draws can be of: one, unless switches have ranges."""
        return self.game.every()

    @cached_property
    def ends(self) -> list[str]:
        """The package ends of all games."""
        listed = (self.at(game).happens(self.at(game)._nothing) for game in self.games)
        return list(
            dict.fromkeys(
                str(label)
                for dataset in listed
                if END in dataset.sizes
                for label in dataset[END].values
            )
        )

    def at(self, game: Game) -> Plan:
        """The same order on the game of some combination of switches."""
        return self if game is self.game else replace(self, game=game)

    @property
    def slice(self) -> int:
        """How many draws are solved together."""
        more = 1 if self.order.device == "cpu" else 20
        each = max(
            8 * (2 * one.nodes * one.parties + 5 * one.edges)
            for one in (game.structure for game in self.games)
        )
        return max(1, min(more * SLICE_BYTES // each, more * SLICE_DRAWS))

    def solve(self, draws: Draws, traced: list[int], threads: int) -> Solved:
        """Certified equilibria of draws that make a game; rows in ``traced`` are traced."""
        tables = with_precision(self.game.tables(draws), self.order.precision_scale)
        given: dict[str, Any] = {"workers": threads, "condition_unknowns": 0}
        if self.order.device != "cpu":
            given["device"] = self.order.device
        found = solvers.solve(
            self.game.structure,
            tables,
            traced=traced,
            starts=self.order.starts,
            options=solvers.Options(**given),
        )
        return Solved(self.game, draws, tables, found)

    def happens(self, solved: Solved) -> xr.Dataset:
        """What happens in solved draws, as one labelled dataset."""
        return outcomes(solved, rounds=self.order.rounds)

    @cached_property
    def template(self) -> xr.Dataset:
        """One draw without numbers: every variable, label and unit, and nothing solved."""
        found = self.happens(self._nothing)
        return found if len(self.games) == 1 else with_ends(found, self.ends)

    @cached_property
    def blank(self) -> Rows:
        """What is kept of one draw without numbers."""
        return self.kept(self._nothing, self.template)

    @cached_property
    def _nothing(self) -> Solved:
        draws, structure = self.game.nominal(), self.game.structure
        party, node = (1, structure.parties), (1, structure.nodes, structure.parties)
        nothing = solvers.Equilibria(
            value=np.full(node, np.nan),
            payoff=np.full(node, np.nan),
            strategy=np.full((1, structure.edges), np.nan),
            residual=np.full(1, np.nan),
            regret=np.full(party, np.nan),
            regret_anywhere=np.full(party, np.nan),
            regret_bound=np.full(party, np.nan),
            branch=np.array([NONE]),
            uniqueness=np.array([NONE]),
            others=(),
            condition=np.full(1, np.nan),
            sweeps=np.zeros(1, np.int64),
            status=np.array([UNFIT]),
            message=np.array([""]),
        )
        return Solved(self.game, draws, self.game.tables(draws), nothing)

    @cached_property
    def workspace(self) -> Workspace:
        """The games of quantities under interventions, built once for all chunks."""
        return Workspace(self.game.meaning.scenario)

    def kept(self, solved: Solved, dataset: xr.Dataset, threads: int = 1) -> Rows:
        """The variables that the order keeps, words as numbers."""
        keep, order = self.order.keep, self.order
        rows: Rows = {}
        for name in map(str, dataset.data_vars):
            if name not in DROPPED and (name not in OPTIONAL or name in keep):
                values = dataset[name].values
                rows[name] = encode(name, values) if name in WORDS else values
        if "strategy" in keep:
            rows["strategy"] = solved.strategy
        if len(self.questions) and solved is not self._nothing:
            rows["quantity_value"], status = self.questions.answers(
                solved, self.workspace, order.precision_scale, order.starts, threads
            )
            rows["quantity_status"] = encode("quantity_status", status)
        elif len(self.questions):
            shape = (1, len(self.questions))
            rows["quantity_value"] = np.full(shape, np.nan)
            rows["quantity_status"] = encode("quantity_status", np.full(shape, UNFIT))
        return rows


def meaning_of(scenario: Scenario, account: str) -> Meaning:
    """What a scenario means as an account tells it; '' is the scenario as written."""
    if not account:
        return understand(scenario)
    from offramp.study.solving.labels import as_told

    return understand(as_told(scenario, account))


def plan_for(order: Order, scenario: Scenario | None = None) -> Plan:
    """The order made ready; ``scenario`` saves reading it again from the order's own text."""
    meaning = meaning_of(scenario or read(order.scenario), order.account)
    questions = questions_of(meaning, order.quantities)
    game = build(meaning, questions.watched)
    return Plan(order, game, questions)


_READY = Lock()


def plan_of(order: Order) -> Plan:
    """The order made ready, remembered for the next chunk in this process."""
    with _READY:
        return _remembered(order)


@lru_cache(maxsize=2)
def _remembered(order: Order) -> Plan:
    return plan_for(order)


def solve_chunk(
    order: Order,
    part: Part,
    *,
    plan: Plan | None = None,
    threads: int = 1,
    stopped: Callable[[], bool] | None = None,
) -> Chunk:
    """Solve the draws of ``part`` and work out what is kept of them.

    The result depends on the order and the draws' indices only: not on chunks, threads,
    other draws or the machine's load. A draw that is not solved, or whose values make no
    game, is a status with a message, never an exception. ``stopped`` is asked between
    slices; when it says so, Stopped is raised.
    """
    begun = perf_counter()
    ready = plan or plan_of(order)
    rows: list[Rows] = []
    messages: Messages = {}
    first = part.first
    while first < part.stop:
        if stopped is not None and stopped():
            raise Stopped
        traced = first < order.traced
        size = min(ready.slice, TRACED_SLICE * threads) if traced else ready.slice
        stop = min(first + size, part.stop, order.traced if traced else part.stop)
        one, why = _Slice(ready, first, threads).solve(stop - first)
        rows.append(one)
        messages |= why
        first = stop
    data = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    return Chunk(part, data, messages, perf_counter() - begun)


@dataclass(frozen=True, eq=False)
class _Slice:
    """Draws from ``first`` on that are solved together; draws are named by their index."""

    plan: Plan
    first: int
    threads: int

    def solve(self, count: int) -> tuple[Rows, Messages]:
        """What is kept of ``count`` draws, and why some have no numbers."""
        lost: Messages = {}
        draws = self._drawn(self.first, count, lost)
        kept = [i for i in range(count) if self.first + i not in lost]
        fit = self._fit(draws, np.array(kept, np.int64), lost)
        found = list(self._found(draws, fit, lost))
        whole = {name: np.repeat(one, count, axis=0) for name, one in self.plan.blank.items()}
        whole["parameters"] = draws.values.copy()
        for rows, values in found:
            for name in values:
                whole[name][rows] = values[name]
        return whole, lost

    def _drawn(self, first: int, count: int, lost: Messages) -> Draws:
        """The draws; nan where a formula has no value, with a message."""
        game, seed = self.plan.game, self.plan.order.seed
        try:
            return draw(game.meaning, count, seed, first)
        except GameError as error:
            if count == 1:
                lost[first] = on_one_line(error)
                names = tuple(one.name for one in game.meaning.assumptions)
                return Draws(names, np.full((1, len(names)), np.nan), seed, first)
        half = count // 2
        low = self._drawn(first, half, lost)
        high = self._drawn(first + half, count - half, lost)
        return Draws(low.names, np.concatenate([low.values, high.values]), seed, first)

    def _rows(self, draws: Draws, rows: Integers) -> Draws:
        return Draws(draws.names, draws.values[rows], draws.seed, self.first + int(rows[0]))

    def _fit(self, draws: Draws, rows: Integers, lost: Messages) -> Integers:
        """The rows whose values make a game; a message for each of the others."""
        if not len(rows):
            return rows
        try:
            own = self._rows(draws, rows)
            for which, game in self.plan.game.parts(own):
                game.tables(own.rows(which))
        except GameError as error:
            if len(rows) == 1:
                lost[self.first + int(rows[0])] = on_one_line(error)
                return rows[:0]
        else:
            return rows
        return np.concatenate([self._fit(draws, half, lost) for half in np.array_split(rows, 2)])

    def _found(
        self, draws: Draws, rows: Integers, lost: Messages
    ) -> Iterator[tuple[Integers, Rows]]:
        """Rows with what is kept of them, once they are solved; one that breaks by itself."""
        if not len(rows):
            return
        try:
            found, why = self._solved(self._rows(draws, rows), rows)
        except MISTAKES as error:
            if len(rows) > 1:
                for half in np.array_split(rows, 2):
                    yield from self._found(draws, half, lost)
                return
            found = {"status": encode("status", np.array([BROKEN]))}
            why = {
                self.first + int(rows[0]): (
                    f"A mistake in Offramp ({type(error).__name__}: {error}); please report this "
                    "scenario, seed and draw."
                )
            }
        lost |= why
        yield rows, found

    def _solved(self, draws: Draws, rows: Integers) -> tuple[Rows, Messages]:
        """What is kept of draws that make games, each in the game of its switches."""
        whole: Rows = {}
        lost: Messages = {}
        parts = self.plan.game.parts(draws)
        for which, game in parts:
            one = self.plan.at(game)
            found, why = self._in_one_game(
                one, draws.rows(which), rows[which], len(self.plan.games) > 1
            )
            if len(parts) == 1:
                return found, why
            lost |= why
            for name, values in found.items():
                if name not in whole:
                    whole[name] = np.zeros((len(rows), *values.shape[1:]), values.dtype)
                whole[name][which] = values
        return whole, lost

    def _in_one_game(
        self, plan: Plan, draws: Draws, rows: Integers, several: bool
    ) -> tuple[Rows, Messages]:
        index = self.first + rows
        traced = np.flatnonzero(index < plan.order.traced).tolist()
        solved = plan.solve(draws, traced, self.threads)
        dataset = plan.happens(solved)
        if several:
            dataset = with_ends(dataset, self.plan.ends)
        told = zip(index.tolist(), dataset["message"].values.tolist(), strict=True)
        return plan.kept(solved, dataset, self.threads), {i: text for i, text in told if text}


def on_one_line(error: OfframpError) -> str:
    """What was found, what was expected and the nearest repair, as one sentence each."""
    parts = (error.found, error.expected and f"expected: {error.expected}", error.repair)
    return "; ".join(part for part in parts if part)
