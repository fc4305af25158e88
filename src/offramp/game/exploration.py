"""Every state that play can reach, each taken in turn and its moves tried.

A node is a step of the round with the values of all variables; with a limit of rounds
the number of the round is one more variable. `when` and `then` become small programs
that a compiled loop runs; what it stumbles over is told here, in words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError
from offramp.core.memory import free_memory
from offramp.expressions import EvaluationError, Expression, Number, evaluate
from offramp.game.frontier import (
    AT_END,
    DONE,
    EDGES,
    ENDS,
    FAULT,
    FAULT_MOVE,
    FAULT_THEN,
    GOES_ON,
    KIND,
    MOVE,
    NO_FAULT,
    NODES,
    NOT_FINITE_THEN,
    NOT_FINITE_WHEN,
    STUCK,
    TARGET,
    TOO_MANY,
    advance,
)
from offramp.game.kernels import fresh_table, number_keys, rehashed
from offramp.game.programs import Writer
from offramp.scenario import Meaning, MoveMeaning, StepMeaning

Integers = NDArray[np.int64]
Rows = NDArray[np.int32]
ROUND = "round_number"
MAX_NODES = 20_000_000
MAX_CODE = 1 << 61
MAX_BYTES = 1_250_000_000
"""Most memory that exploration fills: what is found has to be solved in many times as much."""
GROWTH = (2.0, 1.5, 1.2)
"""How many times the room is taken that is needed, the least last."""


@dataclass(frozen=True, eq=False)
class Columns:
    """The variables of a state as columns, and the code of a state as one integer.

    ``names`` are the variables, then ``round_number`` where rounds are limited; ``steps`` is
    the number of steps, draws of private variables among them.
    """

    names: tuple[str, ...]
    low: Integers
    size: Integers
    start: Rows
    every_round: NDArray[np.bool_]
    steps: int
    reset: Rows
    """(column,) value at the beginning of further rounds, of those that are reset."""

    @staticmethod
    def of(meaning: Meaning) -> Columns:
        """The columns of a scenario's variables."""
        spans = [
            (v.name, v.low, v.high, v.start, v.every_round, v.start if v.reset is None else v.reset)
            for v in meaning.variables
        ]
        if meaning.limit:
            spans.append((ROUND, 1, meaning.limit, 1, False, 1))
        names = tuple(span[0] for span in spans)
        low = np.array([span[1] for span in spans], np.int64)
        size = np.array([span[2] - span[1] + 1 for span in spans], np.int64)
        start = np.array([span[3] for span in spans], np.int32)
        every_round = np.array([span[4] for span in spans], np.bool_)
        reset = np.array([span[5] for span in spans], np.int32)
        columns = Columns(names, low, size, start, every_round, len(meaning.rules), reset)
        combinations = math.prod(map(int, size))
        if combinations * max(len(meaning.rules), len(meaning.outcomes)) > MAX_CODE:
            raise GameError(
                f"the variables have {Decimal(combinations):.1e} combinations of values",
                expected="fewer than 10^18",
                repair="narrow the ranges of the variables",
                place=meaning.place(("state",)),
                path="state",
                code="E903",
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

    def values(
        self, rows: Rows, read: frozenset[str] | None = None
    ) -> dict[str, NDArray[np.float64]]:
        """Name to (row, 1) array, as formulas want them; only those in ``read`` if given."""
        return {
            name: rows[:, i : i + 1].astype(np.float64)
            for i, name in enumerate(self.names)
            if read is None or name in read
        }


@dataclass(frozen=True, eq=False)
class Reached:
    """All reachable nodes and edges before merging; arrays (node, …) and (edge, …).

    A node is a state, or where it matters to somebody how it came about, one for each way (see
    `unfolding`): ``entered`` (node,) is then the only edge into it, and -1 at other nodes.
    ``states`` counts the nodes at steps of the round; a state with several ways is one of them
    unless the game is a tree.
    """

    columns: Columns
    rows: Rows
    step: NDArray[np.int16]
    """(node,) position in the round; -1 for the last draw before round 1, -2 for the one before."""
    first: Integers
    target: Integers
    move: NDArray[np.int32]
    turns: NDArray[np.bool_]
    at_end: NDArray[np.bool_]
    terminal_outcome: NDArray[np.int32]
    terminal_rows: Rows
    states: int
    entered: Integers | None = None


def explore(
    meaning: Meaning, kept: Mapping[int, frozenset[str]], most_nodes: int = MAX_NODES
) -> Reached:
    """All nodes that play can reach from the start, numbered in the order they are found.

    ``kept`` names per outcome the variables by whose values its ends are told apart.
    Raises GameError for a step without a move, for a `then` outside its range, and where
    there are more than ``most_nodes``, or more than the memory holds.
    """
    columns = Columns.of(meaning)
    rules = _rules(meaning, columns, kept, most_nodes)
    widest = max(len(step.moves) for step in meaning.rules)
    found = _Found.begun(columns, len(meaning.steps) if meaning.draws else 0)
    room = memory_room()
    while found.counters[DONE] < found.counters[NODES]:
        if not found.grow(widest, room):
            raise _too_large(meaning, int(found.counters[NODES]), room)
        advance(*rules, *found.arrays())
        if found.counters[FAULT] != NO_FAULT:
            _Fault(meaning, columns, found, most_nodes).tell()
    return found.reached(columns, len(meaning.steps))


def memory_room() -> int:
    """Bytes that what is found of a game may take."""
    return min(MAX_BYTES, free_memory() // 2)


def _rules(
    meaning: Meaning, columns: Columns, kept: Mapping[int, frozenset[str]], most: int
) -> tuple[Any, ...]:
    """The moves of all steps as the arrays that ``advance`` wants."""
    moves = [move for step in meaning.rules for move in step.moves]
    writer = Writer(columns.names)
    when = [-1 if move.when is None else writer.add(move.when) for move in moves]
    then = [(variable, writer.add(formula)) for move in moves for variable, formula in move.then]
    last = np.cumsum([len(move.then) for move in moves])
    table = [
        (start, end - len(move.then), end, -1 if move.end is None else move.end)
        for move, start, end in zip(moves, when, last, strict=True)
    ]
    about = np.array([columns.low, columns.size, columns.reset, columns.every_round], np.int64)
    apart = np.zeros((len(meaning.outcomes), len(columns.names)), np.bool_)
    for outcome, names in kept.items():
        apart[outcome] = columns.mask(names)
    rules = (
        np.cumsum([0, *(len(step.moves) for step in meaning.rules)]).astype(np.int64),
        np.array(table, np.int64),
        np.array(then, np.int64).reshape(-1, 2),
        np.ascontiguousarray(about.T),
        apart,
    )
    at_end = -1 if meaning.at_end is None else meaning.at_end
    programs = (writer.code, writer.numbers, np.empty(writer.depth, np.float64))
    return programs, rules, (len(meaning.steps) - 1, meaning.limit, at_end, most)


class _Found:
    """What the compiled loop has found so far, in arrays that grow."""

    def __init__(self, wide: int, size: int) -> None:
        self.counters = np.zeros(7, np.int64)
        self.rows = np.empty((size, wide + 1), np.int32)
        self.first = np.zeros(size + 1, np.int64)
        self.edges = np.empty((size, 3), np.int32)
        self.ends = np.empty((size, wide + 1), np.int32)
        self.node_keys, self.node_ids = fresh_table(4 * size)
        self.end_keys, self.end_ids = fresh_table(4 * size)

    @staticmethod
    def begun(columns: Columns, step: int) -> _Found:
        """The start alone, as node 0, at ``step``."""
        found = _Found(len(columns.names), 1 << 10)
        found.rows[0] = (*columns.start, step)
        key = columns.code(columns.start[None, :]) * columns.steps + step
        number_keys(key, found.node_keys, found.node_ids, 0, np.empty(1, np.int64))
        found.counters[NODES] = 1
        return found

    def arrays(self) -> tuple[Any, ...]:
        """In the order in which ``advance`` wants them."""
        return (
            self.counters,
            self.rows,
            self.first,
            self.edges,
            self.ends,
            (self.node_keys, self.node_ids),
            (self.end_keys, self.end_ids),
        )

    def grow(self, widest: int, most: int) -> bool:
        """More room wherever one more node with its moves might not fit; False without memory."""
        needed = tuple(int(n) + widest for n in self.counters[[NODES, EDGES, ENDS]])
        have = (len(self.rows), len(self.edges), len(self.ends))
        if all(need <= size for need, size in zip(needed, have, strict=True)):
            return True
        for growth in GROWTH:
            nodes, edges, ends = (
                max(size, int(growth * need) if need > size else 0)
                for need, size in zip(needed, have, strict=True)
            )
            if self._bytes(nodes, edges, ends) <= most:
                self._enlarge(nodes, edges, ends)
                return True
        return False

    def _bytes(self, nodes: int, edges: int, ends: int) -> int:
        """What arrays with room for so many would take."""
        row = self.rows.itemsize * self.rows.shape[1]
        tables = 2 * self.node_keys.itemsize * (_places(nodes) + _places(ends))
        edge = self.edges.itemsize * self.edges.shape[1]
        return nodes * (row + self.first.itemsize) + edges * edge + ends * row + tables

    def _enlarge(self, nodes: int, edges: int, ends: int) -> None:
        if nodes > len(self.rows):
            self.rows, self.first = _wider(self.rows, nodes), _wider(self.first, nodes + 1)
            if (size := _places(nodes)) > len(self.node_keys):
                self.node_keys, self.node_ids = rehashed(self.node_keys, self.node_ids, size)
        if edges > len(self.edges):
            self.edges = _wider(self.edges, edges)
        if ends > len(self.ends):
            self.ends = _wider(self.ends, ends)
            if (size := _places(ends)) > len(self.end_keys):
                self.end_keys, self.end_ids = rehashed(self.end_keys, self.end_ids, size)

    def reached(self, columns: Columns, steps: int) -> Reached:
        """The arrays without the room that was not needed; a round has ``steps`` steps."""
        nodes, edges, ends = (int(n) for n in self.counters[[NODES, EDGES, ENDS]])
        kind, step = self.edges[:edges, KIND], self.rows[:nodes, -1]
        return Reached(
            columns=columns,
            rows=self.rows[:nodes, :-1].copy(),
            step=np.where(step < steps, step, step - columns.steps).astype(np.int16),
            first=self.first[: nodes + 1].copy(),
            target=self.edges[:edges, TARGET].astype(np.int64),
            move=self.edges[:edges, MOVE].copy(),
            turns=kind != GOES_ON,
            at_end=kind == AT_END,
            terminal_outcome=self.ends[:ends, -1].astype(np.int32),
            terminal_rows=self.ends[:ends, :-1].copy(),
            states=int((step < steps).sum()),
        )


def _places(count: int) -> int:
    """Places of a hash table for so many keys: a power of two, at most half of them taken."""
    return 1 << (2 * count - 1).bit_length()


def _wider(array: NDArray[Any], size: int) -> NDArray[Any]:
    wider = np.empty((size, *array.shape[1:]), array.dtype)
    wider[: len(array)] = array
    return wider


def _too_large(meaning: Meaning, nodes: int, room: int) -> GameError:
    """The error of a game that does not fit into the memory that it may take."""
    return _more_than(meaning, nodes, f"as many as fit into {room / 1e9:.2g} GB of memory")


def _more_than(meaning: Meaning, nodes: int, expected: str) -> GameError:
    return GameError(
        f"more than {nodes:,} nodes (steps with their states) can be reached",
        expected=expected,
        repair="narrow the ranges of the variables or reset some every round",
        place=meaning.place(("state",)),
        path="state",
        code="E903",
    )


@dataclass(frozen=True, eq=False)
class _Fault:
    """What the compiled loop stumbled over, told in words."""

    meaning: Meaning
    columns: Columns
    found: _Found
    most_nodes: int

    def tell(self) -> NoReturn:
        """Raise the GameError for the fault that the counters name."""
        counters = self.found.counters
        node = self.found.rows[counters[DONE]]
        row, step = node[:-1], self.meaning.rules[int(node[-1])]
        if counters[FAULT] == TOO_MANY:
            self._too_many()
        if counters[FAULT] == STUCK:
            self._stuck(step, row)
        moves = [move for one in self.meaning.rules for move in one.moves]
        number = int(counters[FAULT_MOVE])
        if counters[FAULT] == NOT_FINITE_WHEN:
            self._not_finite(moves[number], moves[number].when, ("when",), row)
        before = sum(len(move.then) for move in moves[:number])
        variable, formula = moves[number].then[int(counters[FAULT_THEN]) - before]
        name = self.columns.names[variable]
        if counters[FAULT] == NOT_FINITE_THEN:
            self._not_finite(moves[number], formula, ("then", name), row)
        self._outside(moves[number], variable, formula, row)

    def _too_many(self) -> NoReturn:
        raise _more_than(self.meaning, self.most_nodes, f"at most {self.most_nodes:,}")

    def _stuck(self, step: StepMeaning, row: Rows) -> NoReturn:
        gone = [m for s, m in sorted(self.meaning.scenario.barred) if s == step.name]
        if gone:
            listed = " and ".join(f"'{step.name}.{move}'" for move in gone)
            raise GameError(
                f"without {listed}, which the account bars, the step '{step.name}' offers no move "
                f"in the state: {words_of(self.meaning, self.columns, row)}",
                expected="another move in every state that can be reached",
                repair="take it out of 'bar', or add a move without 'when', say 'wait: {}'",
                place=self.meaning.place((*step.path, "name")),
                path=".".join(map(str, step.path)),
                code="E901",
            )
        raise GameError(
            f"the step '{step.name}' offers no move in the state: "
            f"{words_of(self.meaning, self.columns, row)}",
            expected="at least one move in every state that can be reached",
            repair="add a move without 'when', say 'wait: {}'",
            place=self.meaning.place((*step.path, "name")),
            path=".".join(map(str, step.path)),
            code="E901",
        )

    def _not_finite(
        self, move: MoveMeaning, formula: Expression | None, part: tuple[str, ...], row: Rows
    ) -> NoReturn:
        path, words = (*move.path, *part), words_of(self.meaning, self.columns, row)
        told = "a value that is not finite", "a finite number", "guard it with if(…)"
        try:
            evaluate(formula or Number(0), self.columns.values(row[None, :]))
        except EvaluationError as error:
            told = (error.found.replace(" at row 0, draw 0", ""), error.expected, error.repair)
        raise GameError(
            f"{told[0]} (state: {words})",
            expected=told[1],
            repair=told[2],
            place=self.meaning.place(path),
            path=".".join(map(str, path)),
            code="E404",
        )

    def _outside(
        self, move: MoveMeaning, variable: int, formula: Expression, row: Rows
    ) -> NoReturn:
        name, low = self.columns.names[variable], int(self.columns.low[variable])
        high = low + int(self.columns.size[variable]) - 1
        value = float(evaluate(formula, self.columns.values(row[None, :])).ravel()[0])
        what = "is outside its range" if value == round(value) else "is no whole number"
        path = (*move.path, "then", name)
        raise GameError(
            f"the move '{move.name}' gives '{name}' the value {value:.17g}, which {what}, "
            f"in the state: {words_of(self.meaning, self.columns, row)}",
            expected=f"a whole number from {low} to {high}",
            repair=f"guard the move with 'when', or write \"clip(…, {low}, {high})\"",
            place=self.meaning.place(path),
            path=".".join(map(str, path)),
            code="E902",
        )


def words_of(meaning: Meaning, columns: Columns, row: Rows) -> str:
    """A state in words: ``rung = calm, table = empty``."""
    by_name = {variable.name: variable for variable in meaning.variables}
    parts = [
        f"{name} = {by_name[name].word(int(value)) if name in by_name else int(value)}"
        for name, value in zip(columns.names, row, strict=True)
    ]
    return ", ".join(parts) or "the only state"
