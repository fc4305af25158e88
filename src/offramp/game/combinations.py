"""The games that switches make: one for every combination of their options, made when asked for.

A meaning is *open* while its rules read switches (or anything else that is structural); settled
at some values they are whole numbers, and the rules those of an ordinary game. Pays, odds and
weights keep reading switches as they read parameters, so that combinations that differ in
numbers only are one game.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError, OfframpError
from offramp.core.numbers import told_apart
from offramp.expressions import Expression, Name, Number, evaluate, names, simplify, transform
from offramp.game.draws import Draws, fix, nominal_draw
from offramp.scenario import Assumption, Meaning, MoveMeaning, Query, StepMeaning, VariableMeaning

Values = tuple[float, ...]
NEVER = Number(0)


def is_open(meaning: Meaning) -> bool:
    """Whether the rules of a meaning read anything structural."""
    return bool(_read_by_rules(meaning))


def _read_by_rules(meaning: Meaning) -> frozenset[str]:
    """The structural assumptions that the rules of a meaning read."""
    own = frozenset(meaning.structural)
    if not own:
        return own
    moves = (move for step in meaning.steps for move in step.moves)
    formulas = [formula for move in moves for formula in _rules_of(move)]
    formulas += [one.begins for one in meaning.variables if one.begins is not None]
    return own.intersection(name for formula in formulas for name in names(formula))


def combinations_of(meaning: Meaning, draws: Draws) -> list[tuple[Values, NDArray[np.intp]]]:
    """Values of the structural assumptions with the rows of the draws that have them."""
    if not meaning.structural:
        return [((), np.arange(len(draws)))]
    places = [draws.names.index(name) for name in meaning.structural]
    found, first, which = np.unique(
        draws.values[:, places], axis=0, return_index=True, return_inverse=True
    )
    which = which.reshape(-1)
    return [(tuple(map(float, found[i])), np.flatnonzero(which == i)) for i in np.argsort(first)]


def nominal_combination(meaning: Meaning) -> Values:
    """The values of the structural assumptions at nominal values."""
    if not meaning.structural:
        return ()
    draws = nominal_draw(meaning)
    return tuple(float(draws.values[0, draws.names.index(name)]) for name in meaning.structural)


def combinations_in_use(meaning: Meaning) -> list[Values]:
    """Every combination that draws can have, the nominal one first where it is among them."""
    ranged = [
        (one.name, one.distribution.arguments)
        for one in meaning.assumptions
        if one.structural and one.distribution is not None
    ]
    if not ranged:
        return [nominal_combination(meaning)]
    grid = np.array(list(itertools.product(*(options for _, options in ranged))))
    one = nominal_draw(meaning)
    rows = Draws(one.names, np.repeat(one.values, len(grid), axis=0), None)
    drawn = fix(meaning, rows, {name: grid[:, i] for i, (name, _) in enumerate(ranged)})
    found = [values for values, _ in combinations_of(meaning, drawn)]
    nominal = nominal_combination(meaning)
    return sorted(found, key=lambda values: values != nominal)


def settled(meaning: Meaning, values: Mapping[str, float]) -> Meaning:
    """The meaning at these values of its structural assumptions: its rules read none any more.

    A GameError where they were settled at others before.
    """
    other = [name for name, option in meaning.settled_at if values[name] != option]
    if other:
        raise GameError(
            f"another option of '{other[0]}' in a game that was built at one of them",
            expected="the scenario, or what 'understand' makes of it",
            repair="give the scenario in place of the game's meaning",
        )
    read = _read_by_rules(meaning)
    if not read:
        return meaning
    return replace(
        meaning,
        variables=tuple(_begun(meaning, v, values) for v in meaning.variables),
        steps=tuple(_settled(step, values) for step in meaning.steps),
        settled_at=tuple((name, values[name]) for name in sorted(read)),
    )


def settled_query(query: Query, values: Mapping[str, float]) -> Query:
    """A quantity at these values: its conditions on the state read no switch any more."""
    own = values.keys()
    asked = [query.predicate, *(one.when for one in query.interventions)]
    if not any(own & names(formula) for formula in asked if formula is not None):
        return query
    return replace(
        query,
        predicate=None if query.predicate is None else _put(query.predicate, values),
        interventions=tuple(
            one if one.when is None else replace(one, when=_put(one.when, values))
            for one in query.interventions
        ),
    )


def words_of_combination(meaning: Meaning, values: Sequence[float]) -> str:
    """A combination in words: ``draft = present, limit = soft``."""
    known: dict[str, Assumption] = {one.name: one for one in meaning.assumptions}
    told: list[str] = []
    for name, value in zip(meaning.structural, values, strict=True):
        one = known[name]
        if one.path[0] == "switches":
            told.append(f"{name} = {one.word(value)}")
        elif one.path[0] == "state":
            told.append(f"{one.path[1]} at {one.word(value)} at first")
        elif value:
            told.append(f"{name.removeprefix('bar ')} barred")
    return ", ".join(told)


def _begun(
    meaning: Meaning, variable: VariableMeaning, values: Mapping[str, float]
) -> VariableMeaning:
    if variable.begins is None:
        return variable
    columns = {name: np.array([[float(value)]]) for name, value in values.items()}
    path = ("state", variable.name, "start")
    try:
        start = float(evaluate(variable.begins, columns).ravel()[0])
    except OfframpError as error:
        raise error.located(meaning.place(path), ".".join(path)) from None
    if start != int(start) or not variable.low <= start <= variable.high:
        where = words_of_combination(meaning, [values[name] for name in meaning.structural])
        raise GameError(
            f"'{variable.name}' starts at {told_apart(start, variable.low, variable.high)} "
            f"with {where}",
            expected=f"a whole number from {variable.low} to {variable.high}",
            repair="guard it with if(…)",
            place=meaning.place(path),
            path=".".join(path),
        )
    return replace(variable, start=int(start), begins=None)


def _settled(step: StepMeaning, values: Mapping[str, float]) -> StepMeaning:
    own = values.keys()
    if not any(own & names(f) for move in step.moves for f in _rules_of(move)):
        return step
    return replace(step, moves=tuple(_move(move, values) for move in step.moves))


def _move(move: MoveMeaning, values: Mapping[str, float]) -> MoveMeaning:
    """A move; one that is never on offer does nothing that anybody would have to know of."""
    when = None if move.when is None else _put(move.when, values)
    if isinstance(when, Number):
        if not when.value:
            odds = None if move.odds is None else NEVER
            return replace(move, when=NEVER, pay=(), then=(), end=None, odds=odds, weight=None)
        when = None
    return replace(
        move, when=when, then=tuple((place, _put(one, values)) for place, one in move.then)
    )


def _put(formula: Expression, values: Mapping[str, float]) -> Expression:
    """The formula with numbers in place of names, constants folded."""
    if not values.keys() & names(formula):
        return formula
    return simplify(
        transform(
            formula,
            lambda leaf: (
                Number(values[leaf.id], leaf.offset)
                if isinstance(leaf, Name) and leaf.id in values
                else leaf
            ),
        )
    )


def _rules_of(move: MoveMeaning) -> list[Expression]:
    when = [] if move.when is None else [move.when]
    return [*when, *(formula for _, formula in move.then)]
