"""Payoffs, odds, patience and precision: each formula once per distinct combination and draw.

A formula is looked at in the states that differ in what it reads itself, and its values are kept
for a while: games under other interventions, told by other accounts, or at draws that differ in
something else read them from there.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError, OfframpError
from offramp.core.numbers import told_apart
from offramp.expressions import EvaluationError, Expression, evaluate, names
from offramp.game.draws import Draws
from offramp.game.exploration import Columns, Integers, Rows, words_of
from offramp.game.kernels import Numbering, first_of_each
from offramp.game.structure import Tables
from offramp.scenario import Meaning

TOLERANCE = 1e-9

SMALLEST = 1e-100
"""Smallest weight of a move, and one over the largest."""
LARGEST = 1e100
"""Largest payoff and precision: what is computed from them stays far from the largest number."""

MOST_KEPT = 64_000_000
"""Bytes of values of formulas that are kept."""
ENTRY = 1_000
"""Bytes that one of them takes besides its numbers, about."""


@dataclass(frozen=True, eq=False)
class Reading:
    """A formula and the states that it tells apart, of some rows."""

    formula: Expression
    read: frozenset[str]
    states: dict[str, NDArray[np.float64]]
    """Name to (state, 1) values."""
    first: Integers
    """(state,) where each stands first among the rows."""
    which: Integers | None
    """(row,) the state of each row; None where every row is one."""
    key: bytes
    """The states as bytes: equal ones of one formula have equal values in equal draws."""


class Readings:
    """What the formulas of one group read in its rows, found once for all draws and accounts."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Reading] = {}

    def of(self, formula: Expression, rows: Rows, columns: Columns, part: int = 0) -> Reading:
        """``formula`` on ``rows``, which are always the same for a ``part`` of the group."""
        found = self._known.get((id(formula), part))
        if found is None or found.formula is not formula:
            found = reading_of(formula, rows, columns)
            self._known[id(formula), part] = found
        return found


def reading_of(formula: Expression, rows: Rows, columns: Columns) -> Reading:
    """The states that a formula tells apart among ``rows`` (row, column)."""
    read = names(formula)
    mask = columns.mask(read)
    numbering = Numbering()
    which = numbering.number(columns.code(rows, mask))
    first = first_of_each(which, numbering.count)
    few = rows[first]
    states = columns.values(few, read)
    every = len(first) == len(rows)
    key = np.ascontiguousarray(few[:, mask]).tobytes()
    return Reading(formula, read, states, first, None if every else which, key)


class _Kept:
    """Values of formulas by what they read, the longest unused forgotten first."""

    def __init__(self, most: int) -> None:
        self.most, self.size, self._lock = most, 0, Lock()
        self._values: OrderedDict[tuple[object, ...], NDArray[np.float64]] = OrderedDict()

    def of(self, what: tuple[object, ...]) -> NDArray[np.float64] | None:
        """(state, draw) or what is broadcast to it, where it is known."""
        with self._lock:
            found = self._values.get(what)
            if found is not None:
                self._values.move_to_end(what)
            return found

    def keep(self, what: tuple[object, ...], value: NDArray[np.float64]) -> NDArray[np.float64]:
        """Keep a value, as an array of its own that holds no draws in memory."""
        if value.nbytes > self.most:
            return value
        if value.base is not None and value.base.nbytes > value.nbytes:
            value = value.copy()
            value.setflags(write=False)
        with self._lock:
            if what not in self._values:
                self._values[what] = value
                self.size += _weight(what, value)
            while self.size > self.most:
                self.size -= _weight(*self._values.popitem(last=False))
        return value


def _weight(what: tuple[object, ...], value: NDArray[np.float64]) -> int:
    """Bytes that a kept value takes, and what it is known by."""
    return value.nbytes + ENTRY + sum(len(one) for one in what if isinstance(one, bytes))


_known = _Kept(MOST_KEPT)


@dataclass(frozen=True, eq=False)
class PayGroup:
    """The pays of one move, or of one outcome, over the distinct states they read.

    ``base`` is the first row of the table, ``rows`` (combination, column) the states.
    """

    pays: tuple[tuple[int, Expression], ...]
    rows: Rows
    base: int
    path: tuple[str | int, ...]
    readings: Readings = field(default_factory=Readings)


@dataclass(frozen=True, eq=False)
class OddsGroup:
    """The odds of one step of nature, or the weights of one of a party, over the distinct states
    that its moves read.

    ``enabled`` (combination, move); row ``base + combination * moves + move`` of the table.
    """

    step: int
    rows: Rows
    enabled: NDArray[np.bool_]
    base: int
    readings: Readings = field(default_factory=Readings)


@dataclass(frozen=True, eq=False)
class Valuation:
    """How the numbers of a game follow from the values of its assumptions."""

    meaning: Meaning
    columns: Columns
    pays: tuple[PayGroup, ...]
    pay_rows: int
    odds: tuple[OddsGroup, ...]
    odds_rows: int
    ends: tuple[PayGroup, ...]
    end_index: tuple[NDArray[np.int64], ...]
    terminals: int

    def tables(self, draws: Draws) -> Tables:
        """The numbers for every draw; a GameError names draw and parameter where one is unfit."""
        parties, count = len(self.meaning.parties), len(draws)
        pay = np.zeros((count, self.pay_rows, parties))
        for group in self.pays:
            rows = slice(group.base, group.base + len(group.rows))
            self._pay(group, draws, pay[:, rows, :])
        end_pay = np.zeros((count, self.terminals, parties))
        for group, index in zip(self.ends, self.end_index, strict=True):
            block = np.zeros((count, len(group.rows), parties))
            self._pay(group, draws, block)
            end_pay[:, index, :] = block
        odds = np.zeros((count, self.odds_rows))
        for group in self.odds:
            self._odds(group, draws, odds)
        return Tables(
            pay,
            odds,
            end_pay,
            self._of_parties("patience", self.meaning.patience, draws),
            self._of_parties("precision", self.meaning.precision, draws),
            self.meaning.scenario.values == "entropy",
        )

    def _pay(self, group: PayGroup, draws: Draws, out: NDArray[np.float64]) -> None:
        for party, formula in group.pays:
            path = (*group.path, "pay", self.meaning.parties[party])
            one = group.readings.of(formula, group.rows, self.columns)
            value = self._evaluated(one, group.rows, draws, path)
            self._check_size(value, formula, group.rows, draws, path)
            out[:, :, party] += np.broadcast_to(value, (len(group.rows), len(draws))).T

    def _check_size(
        self,
        value: NDArray[np.float64],
        formula: Expression,
        rows: Rows,
        draws: Draws,
        path: tuple[str | int, ...],
    ) -> None:
        """What is paid can be multiplied and added up without leaving the numbers there are."""
        if value.max(initial=0.0) <= LARGEST and value.min(initial=0.0) >= -LARGEST:
            return
        row, draw = map(int, np.argwhere(np.abs(value) > LARGEST)[0])
        state = words_of(self.meaning, self.columns, rows[min(row, len(rows) - 1)])
        self._fail(
            f"{value[row, draw]:.6g} is paid ({self._where(draws, draw, formula)}; state: {state})",
            f"payoffs from {-LARGEST:g} to {LARGEST:g}",
            "count payoffs in a larger unit",
            path,
        )

    def _evaluated(
        self, one: Reading, rows: Rows, draws: Draws, path: tuple[str | int, ...]
    ) -> NDArray[np.float64]:
        """(row, draw), or what is broadcast to it: the values of a formula on ``rows``."""
        formula = one.formula
        what = (formula, *one.states, one.key, *draws.marks(one.read))
        try:
            value = _known.of(what)
            if value is None:
                value = _known.keep(what, evaluate(formula, one.states | draws.columns(one.read)))
            return value if one.which is None or len(value) == 1 else value[one.which]
        except EvaluationError as error:
            row = one.first[min(error.row, len(one.first) - 1)]
            words = words_of(self.meaning, self.columns, rows[row])
            found = re.sub(r" at row \d+, draw \d+", "", error.found)
            self._fail(
                f"{found} ({self._where(draws, error.draw, formula)}; state: {words})",
                error.expected,
                error.repair,
                path,
                error.code,
            )
        except OfframpError as error:
            raise error.located(self.meaning.place(path)) from None

    def _where(self, draws: Draws, draw: int, formula: Expression | None = None) -> str:
        """A draw in words, with the values of the assumptions that matter."""
        read = names(formula) if formula is not None else frozenset(draws.names)
        listed = ", ".join(
            f"{name} = {draws.values[draw, i]:.6g}"
            for i, name in enumerate(draws.names)
            if name in read
        )
        which = (
            "at nominal values"
            if draws.seed is None
            else (f"in draw {draws.number(draw)} of seed {draws.seed}")
        )
        return f"{which}, with {listed}" if listed else which

    def _fail(
        self,
        found: str,
        expected: str,
        repair: str,
        path: tuple[str | int, ...],
        code: str = "E904",
    ) -> NoReturn:
        raise GameError(
            found,
            expected=expected,
            repair=repair,
            place=self.meaning.place(path),
            path=".".join(map(str, path)),
            code=code,
        )

    # odds

    def _odds(self, group: OddsGroup, draws: Draws, out: NDArray[np.float64]) -> None:
        """Fill the rows of one step: of nature with odds, of a party with logs of weights."""
        step = self.meaning.rules[group.step]
        if step.mover >= 0:
            self._weights(group, draws, out)
            return
        shape = (len(group.rows), len(step.moves), len(draws))
        odds, rest = np.zeros(shape), np.zeros(shape[:2], np.bool_)
        for m, move in enumerate(step.moves):
            where = np.flatnonzero(group.enabled[:, m])
            if move.rest:
                rest[where, m] = True
            elif len(where) and move.odds is not None:
                rows = group.rows[where]
                one = group.readings.of(move.odds, rows, self.columns, m)
                value = self._evaluated(one, rows, draws, (*move.path, "odds"))
                odds[where, m] = np.broadcast_to(value, (len(where), len(draws)))
                self._check_each(group, odds[:, m], draws, m)
        total = odds.sum(axis=1)
        sharing = rest.sum(axis=1)
        self._check_total(group, total, sharing, draws)
        left = np.maximum(1 - total, 0) / np.maximum(sharing, 1)[:, None]
        odds = np.where(rest[:, :, None], left[:, None, :], np.maximum(odds, 0))
        odds /= odds.sum(axis=1, keepdims=True)
        out[:, group.base : group.base + shape[0] * shape[1]] = odds.reshape(-1, shape[2]).T

    def _weights(self, group: OddsGroup, draws: Draws, out: NDArray[np.float64]) -> None:
        """The logs of the weights of a party's moves, which add to 1 over those on offer."""
        step = self.meaning.rules[group.step]
        shape = (len(group.rows), len(step.moves), len(draws))
        weights = np.zeros(shape)
        for m, move in enumerate(step.moves):
            where = np.flatnonzero(group.enabled[:, m])
            if move.weight is None:
                weights[where, m] = 1.0
            elif len(where):
                path = (*move.path, "weight")
                rows = group.rows[where]
                one = group.readings.of(move.weight, rows, self.columns, m)
                value = self._evaluated(one, rows, draws, path)
                weights[where, m] = np.broadcast_to(value, (len(where), len(draws)))
                self._check_weight(group, weights[:, m], draws, m)
        whole = weights / weights.sum(axis=1, keepdims=True)
        logs = np.where(group.enabled[:, :, None], np.log(np.where(whole > 0, whole, 1.0)), 0.0)
        out[:, group.base : group.base + shape[0] * shape[1]] = logs.reshape(-1, shape[2]).T

    def _check_weight(
        self, group: OddsGroup, weights: NDArray[np.float64], draws: Draws, m: int
    ) -> None:
        wrong = group.enabled[:, m, None] & ((weights < SMALLEST) | (weights > 1 / SMALLEST))
        if wrong.any():
            row, draw = np.argwhere(wrong)[0]
            move = self.meaning.rules[group.step].moves[m]
            state = words_of(self.meaning, self.columns, group.rows[row])
            self._fail(
                f"the weight of '{move.name}' is {told_apart(float(weights[row, draw]), 0, 1)} "
                f"({self._where(draws, draw, move.weight)}; state: {state})",
                f"a weight from {SMALLEST:g} to {1 / SMALLEST:g}",
                "narrow the range of the parameter, or take the move away with 'when'",
                (*move.path, "weight"),
            )

    def _check_each(
        self, group: OddsGroup, odds: NDArray[np.float64], draws: Draws, m: int
    ) -> None:
        wrong = (odds < -TOLERANCE) | (odds > 1 + TOLERANCE)
        if wrong.any():
            row, draw = np.argwhere(wrong)[0]
            move = self.meaning.rules[group.step].moves[m]
            state = words_of(self.meaning, self.columns, group.rows[row])
            self._fail(
                f"the odds of '{move.name}' are {told_apart(float(odds[row, draw]), 0, 1)} "
                f"({self._where(draws, draw, move.odds)}; state: {state})",
                "odds from 0 to 1",
                "narrow the range of the parameter, or use clip(…, 0, 1)",
                (*move.path, "odds"),
            )

    def _check_total(
        self, group: OddsGroup, total: NDArray[np.float64], sharing: NDArray[np.int64], draws: Draws
    ) -> None:
        short = (sharing[:, None] == 0) & (np.abs(total - 1) > TOLERANCE)
        wrong = short | (total > 1 + TOLERANCE)
        if wrong.any():
            row, draw = np.argwhere(wrong)[0]
            step = self.meaning.rules[group.step]
            state = words_of(self.meaning, self.columns, group.rows[row])
            told = told_apart(float(total[row, draw]), 1)
            self._fail(
                f"the odds of the step '{step.name}' add up to {told} "
                f"({self._where(draws, draw, _formulas(step.moves))}; state: {state})",
                "odds that add up to 1",
                "lower the others, which add up to more than 1"
                if sharing[row]
                else "give one move 'odds: rest'",
                (*step.path, "name"),
            )

    # parties

    def _of_parties(
        self, word: str, formulas: Sequence[Expression], draws: Draws
    ) -> NDArray[np.float64]:
        values = np.empty((len(draws), len(formulas)))
        nowhere = np.zeros((1, len(self.columns.names)), np.int32)
        for party, formula in enumerate(formulas):
            path = ("parties", self.meaning.parties[party], word)
            one = Reading(formula, names(formula), {}, np.zeros(1, np.int64), None, b"")
            value = self._evaluated(one, nowhere, draws, path)
            values[:, party] = np.broadcast_to(value, (1, len(draws)))[0]
            self._check_party(word, values[:, party], formula, draws, path)
        return values

    def _check_party(
        self,
        word: str,
        values: NDArray[np.float64],
        formula: Expression,
        draws: Draws,
        path: tuple[str | int, ...],
    ) -> None:
        if word == "precision":
            wrong, repair = (values <= 0) | (values > LARGEST), "write a number like 4"
            expected = f"a precision above 0, at most {LARGEST:g}"
        elif self.meaning.limit:
            wrong, expected = (values <= 0) | (values > 1), "a patience above 0 and at most 1"
            repair = "write a number like 0.95"
        else:
            wrong = (values <= 0) | (values >= 1)
            expected = "a patience above 0 and below 1 (rounds are unlimited)"
            repair = "write a number like 0.95, or limit the rounds"
        if wrong.any():
            draw = int(np.argmax(wrong))
            who = f"the {word} of '{path[1]}' is {told_apart(float(values[draw]), 0, 1)}"
            told = self._where(draws, draw, formula)
            self._fail(f"{who} ({told})", expected, repair, path)


def _formulas(moves: Sequence[object]) -> Expression | None:
    """All odds of a step under one roof, so that their names can be listed."""
    from offramp.expressions import Call

    odds = tuple(formula for move in moves if (formula := getattr(move, "odds", None)) is not None)
    return Call("max", odds) if odds else None
