"""How the numbers of a game change with its assumptions: exact derivatives, kept sparse.

A formula is differentiated by the names that it reads and that matter to who asks, and each
derivative evaluated once per distinct combination and draw, like the formula itself. An assumption
that others follow by formula counts with what follows it (the chain rule).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError, suggestion
from offramp.expressions import EvaluationError, Expression, Number, derivative, evaluate, names
from offramp.game.draws import Draws
from offramp.game.exploration import Rows
from offramp.game.structure import Tables
from offramp.game.valuation import OddsGroup, PayGroup, Reading, Readings, Valuation
from offramp.scenario.meant import MoveMeaning

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
TABLES = ("pay", "odds", "end_pay", "patience", "precision")


@dataclass(frozen=True, eq=False)
class Slope:
    """The derivative of one table: only entries that can differ from 0; read-only.

    ``spot`` (entry,) is the place in the table of one draw, flattened; ``assumption`` (entry,)
    the position among all assumptions; ``value`` (draw, entry), nan where a formula has no
    slope (``sqrt(x)`` at 0).
    """

    spot: Integers
    assumption: Integers
    value: Array

    def __post_init__(self) -> None:
        for array in (self.spot, self.assumption, self.value):
            array.setflags(write=False)


@dataclass(frozen=True, eq=False)
class TableSlopes:
    """Derivatives of the tables by the assumptions that the game's formulas read themselves.

    Those are left out that none of the ``assumptions`` asked for is or moves.
    ``chain`` (draw, read, assumption) is the derivative of every assumption by every one,
    with what follows by formula following; ``assumptions`` are the names asked for.
    """

    assumptions: tuple[str, ...]
    pay: Slope
    odds: Slope
    end_pay: Slope
    patience: Slope
    precision: Slope
    chain: Array
    draws: int

    def dot(self, gradient: Mapping[str, Array], draw: int = 0) -> Array:
        """Derivative (assumption,) of a quantity from its ``gradient`` by each table.

        ``gradient`` maps the names of the tables to arrays shaped like one draw of them. The
        result is nan for an assumption with a formula that has no slope where it matters.
        """
        return self._dots({name: gradient[name][None] for name in TABLES}, slice(draw, draw + 1))[0]

    def dots(self, gradient: Mapping[str, Array]) -> Array:
        """The same (draw, assumption) for all draws; ``gradient`` is shaped like the tables."""
        return self._dots(gradient, slice(None))

    def _dots(self, gradient: Mapping[str, Array], draws: slice) -> Array:
        chain = self.chain[draws]
        count, width = chain.shape[:2]
        read = np.zeros(count * width)
        for name in TABLES:
            slope = cast("Slope", getattr(self, name))
            value, table = slope.value[draws], gradient[name]
            weight = table.reshape(count, math.prod(table.shape[1:]))[:, slope.spot]
            felt = (weight != 0.0) & (value != 0.0)
            term = np.multiply(weight, value, out=np.zeros_like(weight), where=felt)
            begin: Integers = width * np.arange(count, dtype=np.int64)
            place: Integers = (begin[:, None] + slope.assumption).ravel()
            read += np.bincount(place, term.ravel(), len(read))
        share = read.reshape(count, width)[:, :, None]
        felt = (chain != 0.0) & (share != 0.0)
        return np.multiply(share, chain, out=np.zeros_like(chain), where=felt).sum(axis=1)

    def along(self, tables: Tables, assumption: str, draw: int = 0) -> dict[str, Array]:
        """Table name to its derivative by one assumption, as full arrays for one draw."""
        chain = self.chain[draw][:, self.assumptions.index(assumption)]
        found: dict[str, Array] = {}
        for name in TABLES:
            slope = cast("Slope", getattr(self, name))
            table = cast("Array", getattr(tables, name))[draw]
            weight = chain[slope.assumption]
            felt = (weight != 0.0) & (slope.value[draw] != 0.0)
            term = np.multiply(weight, slope.value[draw], out=np.zeros_like(weight), where=felt)
            found[name] = (
                np.bincount(slope.spot, term, table.size).astype(float).reshape(table.shape)
            )
        return found


def table_slopes(
    valuation: Valuation,
    draws: Draws,
    assumptions: Sequence[str] | None = None,
    *,
    fixed: Iterable[str] = (),
    precision_scale: float = 1.0,
    derivatives: Derivatives | None = None,
) -> TableSlopes:
    """Derivatives of ``valuation.tables(draws)`` by ``assumptions`` (all of them if None).

    ``fixed`` assumptions were given a value in these draws and follow no formula;
    ``precision_scale`` multiplied all precisions. ``derivatives`` of the same valuation may be
    handed in to save forming them again. Raises GameError for an unknown name.
    """
    wanted = tuple(draws.names) if assumptions is None else tuple(assumptions)
    for name in wanted:
        if name not in draws.names:
            raise GameError(
                f"no assumption '{name}'",
                expected="the name of an assumption",
                repair=suggestion(name, draws.names),
            )
    symbols = derivatives or Derivatives(valuation)
    work = _Differentiation(valuation, draws, symbols, wanted, frozenset(fixed))
    return work.slopes(precision_scale)


class Derivatives:
    """The derivatives of a valuation's formulas by the assumptions that they read, as formulas.

    Each is formed when it is first needed and kept: equal formulas share theirs.
    """

    def __init__(self, valuation: Valuation) -> None:
        names_of = valuation.meaning.assumptions
        self._position = {assumption.name: i for i, assumption in enumerate(names_of)}
        self._known: dict[Expression, tuple[tuple[int, Expression], ...]] = {}
        self._readings: dict[int, tuple[PayGroup | OddsGroup, Readings]] = {}
        self._columns = valuation.columns

    def on(self, slope: Expression, group: PayGroup | OddsGroup, rows: Rows, part: int) -> Reading:
        """What a derivative reads on ``rows``, always the same for a ``part`` of a group."""
        _, known = self._readings.setdefault(id(group), (group, Readings()))
        return known.of(slope, rows, self._columns, part)

    def of(self, formula: Expression) -> tuple[tuple[int, Expression], ...]:
        """Position of each assumption that matters, and the derivative by it."""
        if formula not in self._known:
            read = sorted(names(formula) & self._position.keys())
            slopes = ((self._position[name], derivative(formula, name)) for name in read)
            self._known[formula] = tuple(one for one in slopes if one[1] != Number(0.0))
        return self._known[formula]


@dataclass(frozen=True, eq=False)
class _Block:
    """Derivatives of some places of a table by one assumption, ``value`` (draw, place)."""

    spot: Integers
    assumption: int
    value: Array


@dataclass(frozen=True, eq=False)
class _Differentiation:
    """One valuation, the draws at which its formulas are differentiated, and by what."""

    valuation: Valuation
    draws: Draws
    symbols: Derivatives
    wanted: tuple[str, ...]
    fixed: frozenset[str]

    @cached_property
    def position(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.draws.names)}

    @cached_property
    def chain(self) -> Array:
        """(draw, read, wanted) derivative of every assumption by those that are wanted."""
        count = len(self.position)
        chain = np.broadcast_to(np.eye(count), (len(self.draws), count, count)).copy()
        for follower, formula in self._followers():
            for leader, slope in self.symbols.of(formula):
                value = self._evaluated(slope, None)
                chain[:, follower, :] += value * chain[:, leader, :]
        return chain[:, :, [self.position[name] for name in self.wanted]]

    @cached_property
    def felt(self) -> frozenset[int]:
        """Positions of the assumptions that are wanted, or follow one that is."""
        return frozenset(np.flatnonzero(self.chain.any(axis=(0, 2))).tolist())

    def slopes(self, precision_scale: float) -> TableSlopes:
        meaning = self.valuation.meaning
        return TableSlopes(
            assumptions=self.wanted,
            pay=self._gathered(self._pays()),
            odds=self._gathered(
                block for group in self.valuation.odds for block in self._odds(group)
            ),
            end_pay=self._gathered(self._ends()),
            patience=self._gathered(self._of_parties(meaning.patience, 1.0)),
            precision=self._gathered(self._of_parties(meaning.precision, precision_scale)),
            chain=self.chain,
            draws=len(self.draws),
        )

    def _gathered(self, blocks: Iterable[_Block]) -> Slope:
        kept = [block for block in blocks if block.value.any()]
        if not kept:
            nothing = np.zeros(0, np.int64)
            return Slope(nothing, nothing, np.zeros((len(self.draws), 0)))
        return Slope(
            np.concatenate([block.spot for block in kept]),
            np.concatenate([np.full(len(block.spot), block.assumption) for block in kept]),
            np.concatenate([block.value for block in kept], axis=1),
        )

    # formulas

    def _by_name(
        self,
        formula: Expression,
        group: PayGroup | OddsGroup | None = None,
        rows: Rows | None = None,
        part: int = 0,
    ) -> Iterator[tuple[int, Array]]:
        """Position of each assumption that a formula reads, and the derivative (draw, row)."""
        for position, slope in self.symbols.of(formula):
            if position not in self.felt:
                continue
            if group is None or rows is None or isinstance(slope, Number):
                count = 1 if rows is None else len(rows)
                value = np.broadcast_to(self._evaluated(slope, None), (len(self.draws), count))
            else:
                value = self._evaluated(slope, self.symbols.on(slope, group, rows, part))
            yield position, value

    def _values(self, formula: Expression, on: Reading | None) -> Array:
        """The values (draw, row) of a formula on the rows that a reading is of, or on one."""
        read = names(formula) if on is None else on.read
        states, count = ({}, 1) if on is None else (on.states, len(on.first))
        value = evaluate(formula, states | self.draws.columns(read))
        return _spread(np.broadcast_to(value, (count, len(self.draws))).T, on)

    def _evaluated(self, slope: Expression, on: Reading | None) -> Array:
        """The same of a derivative, nan where there is none."""
        try:
            return self._values(slope, on)
        except EvaluationError:
            return _spread(self._piecewise(slope, on), on)

    def _piecewise(self, slope: Expression, on: Reading | None) -> Array:
        """(draw, state), point by point: only after there was no slope somewhere."""
        states, count = ({}, 1) if on is None else (on.states, len(on.first))
        columns = self.draws.columns(names(slope))
        result = np.full((len(self.draws), count), np.nan)
        for row in range(count):
            here = {name: value[row : row + 1] for name, value in states.items()}
            for draw in range(len(self.draws)):
                one = {name: v[:, draw : draw + 1] for name, v in columns.items()}
                try:
                    result[draw, row] = evaluate(slope, here | one).ravel()[0]
                except EvaluationError:
                    continue
        return result

    # tables

    def _pays(self) -> Iterator[_Block]:
        for group in self.valuation.pays:
            yield from self._pay(group, group.base + np.arange(len(group.rows)))

    def _ends(self) -> Iterator[_Block]:
        for group, index in zip(self.valuation.ends, self.valuation.end_index, strict=True):
            yield from self._pay(group, index)

    def _pay(self, group: PayGroup, rows: Integers) -> Iterator[_Block]:
        parties = len(self.valuation.meaning.parties)
        for party, formula in group.pays:
            for assumption, value in self._by_name(formula, group, group.rows):
                yield _Block(rows * parties + party, assumption, value)

    def _of_parties(self, formulas: Sequence[Expression], scale: float) -> Iterator[_Block]:
        for party, formula in enumerate(formulas):
            for assumption, value in self._by_name(formula):
                yield _Block(np.array([party], np.int64), assumption, scale * value)

    def _odds(self, group: OddsGroup) -> Iterator[_Block]:
        """One step of nature: shares of ``rest`` and the division by the sum counted in.

        A sum of 1 is taken on the side on which it falls, and odds of 0 where they rise:
        the other sides are no odds.
        """
        step = self.valuation.meaning.rules[group.step]
        if not any(map(self._matters, step.moves)):
            return
        if step.mover >= 0:
            yield from self._weights(group)
            return
        shape = (len(self.draws), len(group.rows), len(step.moves))
        raw, rest = np.zeros(shape), np.zeros(shape[1:], np.bool_)
        slope: dict[int, Array] = {}
        for m, move in enumerate(step.moves):
            where = np.flatnonzero(group.enabled[:, m])
            if move.rest:
                rest[where, m] = True
            elif len(where) and move.odds is not None:
                rows = group.rows[where]
                one = group.readings.of(move.odds, rows, self.valuation.columns, m)
                raw[:, where, m] = np.maximum(self._values(move.odds, one), 0.0)
                for assumption, change in self._by_name(move.odds, group, rows, m):
                    block = slope.setdefault(assumption, np.zeros(shape))
                    block[:, where, m] = change
        share = rest / np.maximum(rest.sum(axis=1), 1)[:, None]
        raw += share * np.maximum(1 - raw.sum(axis=2), 0)[:, :, None]
        spot = group.base + np.arange(shape[1] * shape[2])
        total = raw.sum(axis=2, keepdims=True)
        for assumption, listed in slope.items():
            change = listed - share * listed.sum(axis=2, keepdims=True)
            value = change / total - raw * change.sum(axis=2, keepdims=True) / total**2
            yield _Block(spot, assumption, value.reshape(shape[0], -1))

    def _matters(self, move: MoveMeaning) -> bool:
        """Whether the odds or the weight of a move hang on what is wanted."""
        formulas = [one for one in (move.odds, move.weight) if one is not None]
        return any(
            position in self.felt for one in formulas for position, _ in self.symbols.of(one)
        )

    def _weights(self, group: OddsGroup) -> Iterator[_Block]:
        """One step of a party: the logs of its weights, which add to 1."""
        step = self.valuation.meaning.rules[group.step]
        shape = (len(self.draws), len(group.rows), len(step.moves))
        raw = np.broadcast_to(group.enabled, shape).astype(float)
        slope: dict[int, Array] = {}
        for m, move in enumerate(step.moves):
            where = np.flatnonzero(group.enabled[:, m])
            if not len(where) or move.weight is None:
                continue
            rows = group.rows[where]
            one = group.readings.of(move.weight, rows, self.valuation.columns, m)
            raw[:, where, m] = self._values(move.weight, one)
            for assumption, change in self._by_name(move.weight, group, rows, m):
                slope.setdefault(assumption, np.zeros(shape))[:, where, m] = change
        spot = group.base + np.arange(shape[1] * shape[2])
        total = raw.sum(axis=2, keepdims=True)
        for assumption, change in slope.items():
            value = change / np.where(raw > 0, raw, 1.0)
            value = np.where(group.enabled, value - change.sum(axis=2, keepdims=True) / total, 0.0)
            yield _Block(spot, assumption, value.reshape(shape[0], -1))

    # assumptions that follow others

    def _followers(self) -> Iterator[tuple[int, Expression]]:
        """Assumptions that follow a formula in these draws, each after those it reads."""
        waiting = {
            assumption.name: assumption.formula
            for assumption in self.valuation.meaning.assumptions
            if assumption.formula is not None
            and names(assumption.formula)
            and assumption.name not in self.fixed
            and (self.draws.seed is None or assumption.distribution is None)
        }
        while waiting:
            ready = [n for n, formula in waiting.items() if not names(formula) & waiting.keys()]
            for name in ready:
                yield self.position[name], waiting.pop(name)


def _spread(values: Array, on: Reading | None) -> Array:
    """(draw, row) from (draw, state)."""
    return values if on is None or on.which is None else values[:, on.which]
