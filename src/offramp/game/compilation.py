"""From a scenario to a game: explore, merge, condense, and group what has to be evaluated."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError
from offramp.core.memory import free_memory
from offramp.core.showing import Brief
from offramp.expressions import Expression, names
from offramp.game.combinations import (
    Values,
    combinations_in_use,
    combinations_of,
    is_open,
    nominal_combination,
    settled,
    words_of_combination,
)
from offramp.game.draws import Draws, draw, fix, nominal_draw
from offramp.game.exploration import MAX_NODES, Columns, Reached, explore, words_of
from offramp.game.information import information_sets
from offramp.game.kernels import Numbering, first_of_each, strong_components
from offramp.game.merging import Merged, merge, outcome_reads
from offramp.game.structure import Structure, Tables
from offramp.game.unfolding import unfold
from offramp.game.valuation import OddsGroup, PayGroup, Valuation
from offramp.scenario import Meaning, Scenario, understand

Integers = NDArray[np.int64]
NUMBERS_AND_WORDS = ("scenario", "assumptions", "vocabulary")
"""What of a meaning a game is not made of: it only says what the numbers are, and how told."""


@dataclass(frozen=True, eq=False, repr=False)
class Game(Brief):
    """A scenario as a game: frozen structure, and tables for any draws of its assumptions.

    ``structure`` has the solved (merged) nodes, ``reached`` all of them; ``edge_move``
    (edge,) numbers the moves of all steps in order and ``moves`` names them 'step.move'.
    """

    meaning: Meaning
    structure: Structure
    valuation: Valuation
    reached: Reached
    merged: Merged
    edge_move: NDArray[np.int32]
    family: Family | None = None
    """The games at other options of the switches, this one among them; None without any."""
    options: Values = ()
    """The values of the structural assumptions that it was made at."""

    def _shown(self) -> Iterator[str]:
        yield f"{self.scenario.title!r}, {self.nodes:,} states,"
        yield f"{self.structure.nodes:,} solved nodes, {self.structure.edges:,} moves there"

    @property
    def scenario(self) -> Scenario:
        """The scenario that was compiled."""
        return self.meaning.scenario

    @property
    def whole(self) -> Meaning:
        """What it was made of with its switches open, so that all options can be changed alike."""
        return self.meaning if self.family is None else self.family.meaning

    def told_as(self, meaning: Meaning) -> Game:
        """The same game under a meaning with the same rules: other numbers, or other words."""
        valuation = replace(self.valuation, meaning=meaning)
        return replace(self, meaning=meaning, valuation=valuation, family=None)

    def on(self, structure: Structure) -> Game:
        """The same game on another structure of the same content."""
        return self if structure is self.structure else replace(self, structure=structure)

    @property
    def nodes(self) -> int:
        """How many nodes can be reached, before merging: states, or histories in a tree."""
        return self.reached.states

    @property
    def moves(self) -> tuple[str, ...]:
        """All moves as 'step.move', in the order of the text; draws before round 1 come last."""
        return tuple(f"{s.name}.{move.name}" for s in self.meaning.rules for move in s.moves)

    def tables(self, draws: Draws) -> Tables:
        """The numbers of the game for every draw, checked.

        A GameError where some are of another game, at other options of the switches.
        """
        if any(game is not self for _, game in self.parts(draws)):
            raise GameError(
                "draws of several combinations of switches in the tables of one game",
                expected="draws of this game's own combination",
                repair="take the games and rows that 'parts' gives",
            )
        return self.valuation.tables(draws)

    def parts(self, draws: Draws) -> list[tuple[NDArray[np.intp], Game]]:
        """The rows of the draws that are of one game each: by the options of their switches."""
        if self.family is None:
            return [(np.arange(len(draws)), self)]
        return self.family.parts(draws)

    def nominal(self) -> Draws:
        """One draw at nominal values; switches at the options that the game was made at."""
        if self.family is None:
            return nominal_draw(self.meaning)
        own = dict(zip(self.meaning.structural, self.options, strict=True))
        return fix(self.family.meaning, nominal_draw(self.meaning), own)

    def draws(self, count: int, seed: int | None = None) -> Draws:
        """Draws spread over the ranges of the assumptions; a GameError for more than fit."""
        most = free_memory() // self.bytes_of_a_draw
        if count > most:
            raise GameError(
                f"{count:,} draws of a game of this size need more memory than there is",
                expected=f"at most {most:,} draws",
                repair="'offramp sweep' solves any number, part by part",
                code="E903",
            )
        return draw(self.meaning, count, seed)

    def every(self) -> list[Game]:
        """The games that draws can be of, this one first; explored where they are not yet."""
        if self.family is None:
            return [self]
        found = [self, *map(self.family.at, combinations_in_use(self.family.meaning))]
        return list({id(game): game for game in found}.values())

    @property
    def bytes_of_a_draw(self) -> int:
        """About how much memory one draw takes that is solved: tables, values and strategies."""
        structure, numbers = self.structure, len(self.meaning.assumptions)
        tables = self.valuation.pay_rows * structure.parties + self.valuation.odds_rows
        return 8 * (
            2 * structure.nodes * structure.parties + 2 * structure.edges + tables + numbers
        )

    def node_words(self, node: int) -> str:
        """A solved node in words: who moves at which step in which state."""
        full = int(self.merged.representative[node])
        step = self.meaning.rules[int(self.reached.step[full])]
        who = self.meaning.parties[step.mover] if step.mover >= 0 else "nature"
        state = words_of(self.meaning, self.reached.columns, self.reached.rows[full])
        return f"{who} at '{step.name}' when {state}"

    @cached_property
    def unmerged(self) -> Structure:
        """The structure over all reachable nodes, for questions about variables merged away.

        It takes a strategy as given and so says nothing of information sets.
        """
        reached = self.reached
        edges = np.diff(reached.first)
        solved = self.structure.first[self.merged.node]
        behind = np.repeat(solved - reached.first[:-1], edges) + np.arange(len(reached.target))
        return _structure(
            self.meaning,
            reached,
            reached.step,
            reached.first,
            reached.target,
            reached.turns,
            reached.at_end,
            self.structure.pay_class[behind],
            self.structure.odds_class[behind],
            np.zeros(0, np.int32),
        )

    def unmerged_strategy(self, strategy: NDArray[np.float64]) -> NDArray[np.float64]:
        """A strategy (draw, edge) of the solved game over the edges of ``unmerged``."""
        reached = self.reached
        edges = np.diff(reached.first)
        solved = self.structure.first[self.merged.node]
        behind = np.repeat(solved - reached.first[:-1], edges) + np.arange(len(reached.target))
        return strategy[:, behind]


@dataclass(frozen=True, eq=False, repr=False)
class Family(Brief):
    """The games of one scenario, by the values of its structural assumptions.

    Several threads may ask at once: they are given the same game, though each may have made one.
    """

    meaning: Meaning
    watched: frozenset[str]
    make: Callable[[Meaning, frozenset[str]], Game]
    known: dict[Hashable, Game] = field(default_factory=dict[Hashable, Game])
    """The games made so far, by their rules."""
    found: dict[Values, Game] = field(default_factory=dict[Values, Game])
    """The same by the values at which they were asked for."""

    def at(self, values: Values) -> Game:
        """The game at these values of the structural assumptions; it is made once."""
        if values in self.found:
            return self.found[values]
        return self.found.setdefault(values, self._made(values))

    def _made(self, values: Values) -> Game:
        meaning = settled(self.meaning, dict(zip(self.meaning.structural, values, strict=True)))
        key = rules_of(meaning)
        if key not in self.known:
            try:
                made = self.make(meaning, self.watched)
            except GameError as error:
                where = words_of_combination(self.meaning, values)
                raise error.saying(f"{error.found} (with {where})") from None
            self.known.setdefault(key, replace(made, family=self, options=values))
        return self.known[key]

    def parts(self, draws: Draws) -> list[tuple[NDArray[np.intp], Game]]:
        """The rows of the draws that are of one game each, in the order of their first."""
        found: dict[int, tuple[list[NDArray[np.intp]], Game]] = {}
        for values, rows in combinations_of(self.meaning, draws):
            game = self.at(values)
            found.setdefault(id(game), ([], game))[0].append(rows)
        return [(np.sort(np.concatenate(rows)), game) for rows, game in found.values()]


def build(
    scenario: Scenario | Meaning, watched: Iterable[str] = (), *, most_nodes: int = MAX_NODES
) -> Game:
    """The game that a scenario (or its meaning, perhaps changed by `intervene`) describes.

    ``watched`` variables are never merged away. Where the rules read switches it is the game at
    their nominal options, and its ``family`` makes the others.

    Raises GameError for a step without a move, a `then` outside its range, and where more
    than ``most_nodes`` nodes can be reached.
    """
    meaning = scenario if isinstance(scenario, Meaning) else understand(scenario)
    kept = frozenset(watched)
    if is_open(meaning):
        return family_of(meaning, kept, partial(_built, most_nodes=most_nodes))
    return _built(meaning, kept, most_nodes=most_nodes)


def family_of(
    meaning: Meaning, watched: frozenset[str], make: Callable[[Meaning, frozenset[str]], Game]
) -> Game:
    """The game at the nominal options of an open meaning's switches, among those at others."""
    return Family(meaning, watched, make).at(nominal_combination(meaning))


def _built(meaning: Meaning, kept: frozenset[str], *, most_nodes: int = MAX_NODES) -> Game:
    """The game of settled rules."""
    reached = explore(meaning, outcome_reads(meaning, kept), most_nodes)
    reached = unfold(meaning, reached, most_nodes)
    merged = merge(meaning, reached, kept)
    nodes = merged.representative
    counts = (reached.first[1:] - reached.first[:-1])[nodes]
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    edges: Integers = np.repeat(reached.first[nodes] - first[:-1], counts)
    edges += np.arange(len(edges))
    target = reached.target[edges]
    target = np.where(target >= 0, merged.node[np.maximum(target, 0)], target)
    columns, step, move = reached.columns, reached.step[nodes], reached.move[edges]
    groups = _Groups(meaning, columns, reached.rows[nodes], step, first, move)
    pays, pay_class, pay_rows = groups.pays()
    odds, odds_class, odds_rows = groups.odds()
    ends, end_index = _ends(meaning, reached)
    formulas = (pays, pay_rows, odds, odds_rows, ends, end_index)
    valuation = Valuation(meaning, columns, *formulas, len(reached.terminal_outcome))
    infoset = information_sets(meaning, reached, merged)
    structure = _structure(
        meaning,
        reached,
        step,
        first,
        target,
        reached.turns[edges],
        reached.at_end[edges],
        pay_class,
        odds_class,
        infoset,
    )
    _check_weights(meaning, structure, step)
    return Game(meaning, structure, valuation, reached, merged, move)


def _check_weights(meaning: Meaning, structure: Structure, step: NDArray[np.integer]) -> None:
    """A move weighs the same at all nodes that its mover cannot tell apart."""
    if not (structure.weighed and structure.hidden):
        return
    own = np.flatnonzero((structure.infoset >= 0) & (structure.mover >= 0))
    own = own[np.argsort(structure.infoset[own], kind="stable")]
    leads = np.r_[True, np.diff(structure.infoset[own]) > 0]
    first = own[np.flatnonzero(leads)[np.cumsum(leads) - 1]]
    for node, lead in zip(own.tolist(), first.tolist(), strict=True):
        here, there = structure.first[node], structure.first[lead]
        count = structure.first[node + 1] - here
        if np.array_equal(
            structure.odds_class[here : here + count], structure.odds_class[there : there + count]
        ):
            continue
        rule = meaning.rules[int(step[node]) % len(meaning.rules)]
        move = next(move for move in rule.moves if move.weight is not None)
        path = (*move.path, "weight")
        raise GameError(
            f"the weight of '{move.name}', or what is on offer beside it, reads what its mover "
            "does not know",
            expected="a weight that is the same wherever the mover has seen the same",
            repair="let the formula read what the mover knows",
            place=meaning.place(path),
            path=".".join(map(str, path)),
        )


def rules_of(meaning: Meaning) -> Hashable:
    """All that `build` reads of a meaning: equal ones make the same game, whatever its numbers."""
    return tuple(
        getattr(meaning, one.name) for one in fields(meaning) if one.name not in NUMBERS_AND_WORDS
    )


def with_precision(tables: Tables, scale: float | NDArray[np.float64]) -> Tables:
    """The same numbers with every precision multiplied by ``scale``, one for all or (draw,)."""
    return replace(tables, precision=tables.precision * np.reshape(scale, (-1, 1)))


def _structure(
    meaning: Meaning,
    reached: Reached,
    step: NDArray[np.int16],
    first: Integers,
    target: Integers,
    turns: NDArray[np.bool_],
    at_end: NDArray[np.bool_],
    pay_class: NDArray[np.int32],
    odds_class: NDArray[np.int32],
    infoset: NDArray[np.int32],
) -> Structure:
    order, component, cyclic = condense(first, target, step)
    movers = np.array([s.mover for s in meaning.rules], np.int16)
    by = [outcome.by for outcome in meaning.outcomes]
    outcomes = reached.terminal_outcome
    terminal_by = np.array(
        [
            -1 if by[o] is None else reached.terminal_rows[t, by[o]] - reached.columns.low[by[o]]
            for t, o in enumerate(outcomes)
        ],
        np.int32,
    )
    return Structure(
        mover=movers[step],
        first=first,
        target=target,
        turns=turns,
        pay_class=pay_class,
        odds_class=odds_class,
        step=step,
        start=0,
        parties=len(meaning.parties),
        terminals=len(outcomes),
        order=order,
        component=component,
        cyclic=cyclic,
        limit=meaning.limit,
        terminal_outcome=outcomes,
        terminal_by=terminal_by,
        at_end_edge=at_end,
        infoset=infoset,
    )


def condense(
    first: Integers, target: Integers, step: NDArray[np.int16]
) -> tuple[Integers, Integers, NDArray[np.bool_]]:
    """Nodes by strongly connected component, sinks first, and inside one by falling step.

    Returns (order (node,), pointers (component + 1,), cyclic (component,)).
    """
    component, count = strong_components(first, np.ascontiguousarray(target, np.int64))
    order = np.lexsort((-step.astype(np.int64), component)).astype(np.int64)
    sizes = np.bincount(component, minlength=count)
    source = np.repeat(np.arange(len(first) - 1), np.diff(first))
    loops = np.zeros(count, np.bool_)
    loops[component[source[target == source]]] = True
    pointers = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return order, pointers, (sizes > 1) | loops


@dataclass(frozen=True, eq=False)
class _Groups:
    """Distinct combinations of what the formulas of each move read, over the solved nodes."""

    meaning: Meaning
    columns: Columns
    rows: NDArray[np.int32]
    step: NDArray[np.int16]
    first: Integers
    move: NDArray[np.int32]

    def _source(self) -> Integers:
        return np.repeat(np.arange(len(self.step)), np.diff(self.first))

    def _distinct(
        self, nodes: Integers, formulas: Iterable[Expression]
    ) -> tuple[Integers, NDArray[np.int32]]:
        """Class of every node and one state per class, by the columns the formulas read."""
        read = frozenset[str]().union(*(names(formula) for formula in formulas))
        numbering = Numbering()
        classes = numbering.number(self.columns.code(self.rows[nodes], self.columns.mask(read)))
        return classes, self.rows[nodes[first_of_each(classes, numbering.count)]]

    def pays(self) -> tuple[tuple[PayGroup, ...], NDArray[np.int32], int]:
        """Groups, the class of every edge, and the number of classes (0 is 'pays nothing')."""
        classes, base, number = np.zeros(len(self.move), np.int32), 1, 0
        groups: list[PayGroup] = []
        source = self._source()
        by_move = _by_value(self.move, sum(len(s.moves) for s in self.meaning.rules))
        for step in self.meaning.rules:
            for move in step.moves:
                edges, number = by_move[number], number + 1
                if move.pay and len(edges):
                    local, rows = self._distinct(source[edges], [f for _, f in move.pay])
                    classes[edges] = local + base
                    groups.append(PayGroup(move.pay, rows, base, move.path))
                    base += len(rows)
        return tuple(groups), classes, base

    def odds(self) -> tuple[tuple[OddsGroup, ...], NDArray[np.int32], int]:
        """Groups, the class of every edge (-1 where no move has a weight), number of classes."""
        classes, base, number = np.full(len(self.move), -1, np.int32), 0, 0
        groups: list[OddsGroup] = []
        rules = self.meaning.rules
        source, by_step = self._source(), _by_value(self.step % len(rules), len(rules))
        by_move = _by_value(self.move, sum(len(s.moves) for s in rules))
        for position, step in enumerate(rules):
            nodes, own = by_step[position], range(number, number + len(step.moves))
            number += len(step.moves)
            weighed = any(move.weight is not None for move in step.moves)
            if (step.mover >= 0 and not weighed) or len(nodes) == 0:
                continue
            read = [(move.when, move.odds, move.weight) for move in step.moves]
            formulas = [formula for each in read for formula in each if formula is not None]
            local, rows = self._distinct(nodes, formulas)
            class_of = np.full(len(self.step), -1, np.int64)
            class_of[nodes] = local
            enabled = np.zeros((len(rows), len(step.moves)), np.bool_)
            for m, global_move in enumerate(own):
                edges = by_move[global_move]
                combination = class_of[source[edges]]
                enabled[combination, m] = True
                classes[edges] = base + combination * len(step.moves) + m
            groups.append(OddsGroup(position, rows, enabled, base))
            base += len(rows) * len(step.moves)
        return tuple(groups), classes, base


def _by_value(values: NDArray[np.integer], count: int) -> list[Integers]:
    """Positions of each value 0..count-1, each in rising order."""
    order = np.argsort(values, kind="stable").astype(np.int64)
    ends = np.cumsum(np.bincount(values, minlength=count))
    return np.split(order, ends[:-1])


def _ends(meaning: Meaning, reached: Reached) -> tuple[tuple[PayGroup, ...], tuple[Integers, ...]]:
    groups: list[PayGroup] = []
    index: list[Integers] = []
    for position, outcome in enumerate(meaning.outcomes):
        terminals = np.flatnonzero(reached.terminal_outcome == position).astype(np.int64)
        if len(terminals) and outcome.pay:
            path = ("outcomes", outcome.name)
            groups.append(PayGroup(outcome.pay, reached.terminal_rows[terminals], 0, path))
            index.append(terminals)
    return tuple(groups), tuple(index)
