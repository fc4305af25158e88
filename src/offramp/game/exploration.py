"""Every state that play can reach, found a whole frontier at a time.

A node is a step of the round with the values of all variables; with a limit of rounds
the number of the round is one more variable. Each move of a step is evaluated once for
all nodes of a frontier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError, OfframpError
from offramp.expressions import EvaluationError, Expression, evaluate
from offramp.game.kernels import Numbering
from offramp.scenario import Meaning, MoveMeaning, StepMeaning

Integers = NDArray[np.int64]
Rows = NDArray[np.int32]
ROUND = "round_number"
MAX_NODES = 20_000_000
MAX_CODE = 1 << 61


@dataclass(frozen=True, eq=False)
class Columns:
    """The variables of a state as columns, and the code of a state as one integer.

    ``names`` are the state variables, then ``round_number`` where rounds are limited.
    """

    names: tuple[str, ...]
    low: Integers
    size: Integers
    start: Rows
    every_round: NDArray[np.bool_]

    @staticmethod
    def of(meaning: Meaning) -> Columns:
        """The columns of a scenario's variables."""
        spans = [(v.name, v.low, v.high, v.start, v.every_round) for v in meaning.variables]
        if meaning.limit:
            spans.append((ROUND, 1, meaning.limit, 1, False))
        names = tuple(span[0] for span in spans)
        low = np.array([span[1] for span in spans], np.int64)
        size = np.array([span[2] - span[1] + 1 for span in spans], np.int64)
        start = np.array([span[3] for span in spans], np.int32)
        columns = Columns(names, low, size, start, np.array([s[4] for s in spans], np.bool_))
        combinations = float(np.prod(size.astype(float)))
        if combinations * len(meaning.steps) > MAX_CODE:
            raise GameError(
                f"the variables have {combinations:.1e} combinations of values",
                expected="fewer than 10^18",
                repair="narrow the ranges of the variables",
                place=meaning.place(("state",)),
                path="state",
            )
        return columns

    def code(self, rows: Rows, kept: NDArray[np.bool_] | None = None) -> Integers:
        """One integer per row (row, column); only the ``kept`` columns count."""
        code = np.zeros(len(rows), np.int64)
        for column in range(len(self.names)):
            if kept is None or kept[column]:
                code *= self.size[column]
                code += rows[:, column] - self.low[column]
        return code

    def mask(self, names: frozenset[str]) -> NDArray[np.bool_]:
        """Which columns are among ``names``."""
        return np.array([name in names for name in self.names], np.bool_)

    def values(self, rows: Rows) -> dict[str, NDArray[np.float64]]:
        """Name to (row, 1) array, as formulas want them."""
        return {n: rows[:, i : i + 1].astype(np.float64) for i, n in enumerate(self.names)}


@dataclass(frozen=True, eq=False)
class Reached:
    """All reachable nodes and edges before merging; arrays (node, …) and (edge, …)."""

    columns: Columns
    rows: Rows
    step: NDArray[np.int16]
    first: Integers
    target: Integers
    move: NDArray[np.int32]
    turns: NDArray[np.bool_]
    at_end: NDArray[np.bool_]
    terminal_outcome: NDArray[np.int32]
    terminal_rows: Rows


def explore(meaning: Meaning, kept: Mapping[int, frozenset[str]]) -> Reached:
    """All nodes that play can reach from the start.

    ``kept`` names per outcome the variables by whose values its ends are told apart.
    Raises GameError for a step without a move and for a `then` outside its range.
    """
    return _Explorer(meaning, kept).explored()


def words_of(meaning: Meaning, columns: Columns, row: Rows) -> str:
    """A state in words: ``rung = calm, table = empty``."""
    by_name = {variable.name: variable for variable in meaning.variables}
    parts = [
        f"{name} = {by_name[name].word(int(value)) if name in by_name else int(value)}"
        for name, value in zip(columns.names, row, strict=True)
    ]
    return ", ".join(parts) or "the only state"


class _Explorer:
    def __init__(self, meaning: Meaning, kept: Mapping[int, frozenset[str]]) -> None:
        self.meaning = meaning
        self.columns = Columns.of(meaning)
        self.kept = {outcome: self.columns.mask(names) for outcome, names in kept.items()}
        self.nodes, self.ends = Numbering(), Numbering()
        self.batches: list[tuple[int, Rows]] = []
        self.edges: list[tuple[Integers, ...]] = []
        self.end_outcome: list[int] = []
        self.end_rows: list[Rows] = []
        self.offsets = np.cumsum([0, *(len(step.moves) for step in meaning.steps)])

    def explored(self) -> Reached:
        steps, frontier = self.meaning.steps, self.columns.start[None, :]
        self.nodes.number(self.columns.code(frontier) * len(steps))
        while len(frontier):
            for position in range(len(steps)):
                if len(frontier) == 0:
                    break
                frontier = self._expand(position, frontier)
        counts = np.concatenate([batch[0] for batch in self.edges])
        target, move, turns, at_end = (
            np.concatenate([batch[i] for batch in self.edges]) for i in range(1, 5)
        )
        return Reached(
            columns=self.columns,
            rows=np.concatenate([rows for _, rows in self.batches]),
            step=np.concatenate([np.full(len(r), k, np.int16) for k, r in self.batches]),
            first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            target=target,
            move=move.astype(np.int32),
            turns=turns.astype(np.bool_),
            at_end=at_end.astype(np.bool_),
            terminal_outcome=np.array(self.end_outcome, np.int32),
            terminal_rows=np.concatenate(self.end_rows) if self.end_rows else (
                np.zeros((0, len(self.columns.names)), np.int32)
            ),
        )  # fmt: skip

    def _expand(self, position: int, rows: Rows) -> Rows:
        """Add the edges of the nodes (position, rows); the new nodes of the next step."""
        step = self.meaning.steps[position]
        shape = (len(rows), len(step.moves))
        enabled, target = np.zeros(shape, np.bool_), np.zeros(shape, np.int64)
        turns, at_end = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
        found: list[Rows] = []
        values = self.columns.values(rows)
        for m, move in enumerate(step.moves):
            enabled[:, m] = self._offered(move, values, len(rows))
            where = np.flatnonzero(enabled[:, m])
            if len(where) == 0:
                continue
            after = self._after(move, rows[where], {n: v[where] for n, v in values.items()})
            if move.end is not None:
                target[where, m] = self._end(move.end, after)
                continue
            going = np.ones(len(where), np.bool_)
            if position == len(self.meaning.steps) - 1:
                after, going = self._turn(after)
                turns[where, m] = True
                if not going.all():
                    over = where[~going]
                    at_end[over, m] = True
                    assert self.meaning.at_end is not None
                    target[over, m] = self._end(self.meaning.at_end, after[~going])
            ids, new = self._numbered((position + 1) % len(self.meaning.steps), after[going])
            target[where[going], m] = ids
            found.append(new)
        self._check_offer(step, enabled, rows)
        self.batches.append((position, rows))
        moves = np.broadcast_to(self.offsets[position] + np.arange(shape[1]), shape)
        self.edges.append((
            enabled.sum(1), target[enabled], moves[enabled], turns[enabled], at_end[enabled],
        ))  # fmt: skip
        return np.concatenate(found) if found else rows[:0]

    def _offered(
        self, move: MoveMeaning, values: Mapping[str, NDArray[np.float64]], count: int
    ) -> NDArray[np.bool_]:
        if move.when is None:
            return np.ones(count, np.bool_)
        result = self._evaluated(move.when, values, move, "when")
        return np.broadcast_to(result != 0, (count, 1))[:, 0]

    def _after(
        self, move: MoveMeaning, rows: Rows, values: Mapping[str, NDArray[np.float64]]
    ) -> Rows:
        """The states after the move's ``then``; all formulas read the state before."""
        after = rows.copy()
        for variable, formula in move.then:
            name = self.columns.names[variable]
            result = self._evaluated(formula, values, move, f"then.{name}")
            column = np.broadcast_to(result, (len(rows), 1))[:, 0]
            low = self.columns.low[variable]
            high = low + self.columns.size[variable] - 1
            wrong = (column != np.round(column)) | (column < low) | (column > high)
            if wrong.any():
                row = int(np.argmax(wrong))
                self._fail_then(move, name, float(column[row]), int(low), int(high), rows[row])
            after[:, variable] = column
        return after

    def _fail_then(
        self, move: MoveMeaning, name: str, value: float, low: int, high: int, row: Rows
    ) -> NoReturn:
        what = "is no whole number" if value != round(value) else "is outside its range"
        raise GameError(
            f"the move '{move.name}' gives '{name}' the value {value:g}, which {what}, "
            f"in the state: {words_of(self.meaning, self.columns, row)}",
            expected=f"a whole number from {low} to {high}",
            repair=f"guard the move with 'when', or write \"clip(…, {low}, {high})\"",
            place=self.meaning.place((*move.path, "then", name)),
            path=".".join(map(str, (*move.path, "then", name))),
        )

    def _evaluated(
        self, formula: Expression, values: Mapping[str, NDArray[np.float64]], move: MoveMeaning,
        part: str,
    ) -> NDArray[np.float64]:  # fmt: skip
        try:
            return evaluate(formula, values)
        except EvaluationError as error:
            row = np.array([int(values[n][error.row, 0]) for n in self.columns.names], np.int32)
            path = (*move.path, *part.split("."))
            raise GameError(
                f"{error.found} (state: {words_of(self.meaning, self.columns, row)})",
                expected=error.expected,
                repair=error.repair,
                place=self.meaning.place(path),
                path=".".join(map(str, path)),
            ) from None
        except OfframpError as error:
            raise error.located(self.meaning.place(move.path)) from None

    def _turn(self, after: Rows) -> tuple[Rows, NDArray[np.bool_]]:
        """The end of a round: variables of the round reset; False where the limit is reached."""
        after = np.where(self.columns.every_round, self.columns.start, after).astype(np.int32)
        if not self.meaning.limit:
            return after, np.ones(len(after), np.bool_)
        going = after[:, -1] < self.meaning.limit
        after[going, -1] += 1
        return after, going

    def _end(self, outcome: int, after: Rows) -> Integers:
        """Targets below 0 for ends in ``outcome``, one per distinct value of what is read there."""
        kept = self.kept[outcome]
        code = self.columns.code(after, kept) * len(self.meaning.outcomes) + outcome
        before = self.ends.count
        ids = self.ends.number(code)
        fresh, where = np.unique(ids[ids >= before], return_index=True)
        if len(fresh):
            rows = after[ids >= before][where]
            self.end_rows.append(np.where(kept, rows, self.columns.start).astype(np.int32))
            self.end_outcome.extend([outcome] * len(fresh))
        return -(ids + 1)

    def _numbered(self, position: int, rows: Rows) -> tuple[Integers, Rows]:
        """Ids of nodes at a step, and the rows of those not seen before in the order of ids."""
        before = self.nodes.count
        ids = self.nodes.number(self.columns.code(rows) * len(self.meaning.steps) + position)
        if self.nodes.count > MAX_NODES:
            raise GameError(
                f"more than {MAX_NODES:,} states can be reached",
                expected=f"at most {MAX_NODES:,} nodes",
                repair="narrow the ranges of the variables or reset some every round",
                place=self.meaning.place(("state",)),
            )
        new = ids >= before
        fresh, where = np.unique(ids[new], return_index=True)
        del fresh
        return ids, rows[new][where]

    def _check_offer(self, step: StepMeaning, enabled: NDArray[np.bool_], rows: Rows) -> None:
        stuck = ~enabled.any(axis=1)
        if stuck.any():
            row = rows[int(np.argmax(stuck))]
            raise GameError(
                f"the step '{step.name}' offers no move in the state: "
                f"{words_of(self.meaning, self.columns, row)}",
                expected="at least one move in every state that can be reached",
                repair="add a move without 'when', say 'wait: {}'",
                place=self.meaning.place((*step.path, "name")),
                path=".".join(map(str, step.path)),
            )
