"""Interventions: a committed or barred move as a change of the rules, so that a new game is built.

do(party.step = move): wherever the step offers the move (and the condition holds), its other
moves are not offered. bar(…): the move is not offered where another is left. ``once`` adds a
hidden variable, part of the state and so seen by everybody, that says whether the first time
has passed; it passes when the step offers the move while the condition holds. Interventions
apply one after the other, each to the game that those before it made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from offramp.expressions import Compare, Expression, Logical, Name, Number, Unary, names
from offramp.scenario import Intervention, Meaning, MoveMeaning, VariableMeaning

ALWAYS = Number(1)


@dataclass(frozen=True)
class Commitment:
    """Where a do, bar or deviate applies in the game that it made.

    ``applies`` is the condition on the state at step ``step`` under which it does (of a bar,
    wherever the move is on offer); ``free`` the one under which its condition holds but the
    step does not offer the move.
    """

    intervention: Intervention
    step: int
    applies: Expression
    free: Expression
    alone: bool = False
    """Whether the step has one move only, so that the rules read nothing of the conditions."""


@dataclass(frozen=True)
class Changed:
    """A changed meaning, and where each of its commitments applies."""

    meaning: Meaning
    commitments: tuple[Commitment, ...] = ()

    @property
    def watched(self) -> frozenset[str]:
        """Variables to be kept from merging so that the commitments can be told at their steps."""
        lone = [one for one in self.commitments if one.alone]
        return frozenset[str]().union(*(names(one.applies) | names(one.free) for one in lone))


def intervene(meaning: Meaning, interventions: Iterable[Intervention]) -> Changed:
    """The rules under do, bar and deviate (forced like a do), and where each applies.

    What fixes assumptions (set, off) changes no rules and is passed over.
    """
    changed = Changed(meaning)
    for intervention in interventions:
        if intervention.step is not None and intervention.move is not None:
            changed = _changed(changed, intervention, intervention.step, intervention.move)
    return changed


def fixed_values(interventions: Iterable[Intervention]) -> Mapping[str, float]:
    """Assumption to the number that set and off give it; the last one counts."""
    return {name: value for one in interventions for name, value in one.values}


def _changed(changed: Changed, intervention: Intervention, step: int, move: int) -> Changed:
    meaning = changed.meaning
    moves = meaning.steps[step].moves
    offered = moves[move].when or ALWAYS
    condition = [] if intervention.when is None else [intervention.when]
    if intervention.once:
        variable = _flag(meaning, intervention)
        condition.insert(0, Compare(Name(variable.name), (("==", Number(0)),)))
        meaning = replace(meaning, variables=(*meaning.variables, variable))
    applies = _all([*condition, offered])
    if intervention.kind == "bar":
        others = _either([other.when or ALWAYS for i, other in enumerate(moves) if i != move])
        moves = _barred(moves, move, _all([applies, others]))
    else:
        moves = _forced(moves, move, applies)
    if intervention.once:
        first_time = _all([*([intervention.when] if intervention.when else []), offered])
        flag = len(meaning.variables) - 1
        passed = Logical("or", (Name(meaning.variables[flag].name), first_time))
        moves = tuple(replace(one, then=(*one.then, (flag, passed))) for one in moves)
    steps = list(meaning.steps)
    steps[step] = replace(steps[step], moves=moves)
    free = _all([*condition, _not(offered)])
    commitment = Commitment(intervention, step, applies, free, len(moves) == 1)
    meaning = replace(meaning, steps=tuple(steps))
    return Changed(meaning, (*changed.commitments, commitment))


def _forced(
    moves: tuple[MoveMeaning, ...], move: int, applies: Expression
) -> tuple[MoveMeaning, ...]:
    return tuple(
        one if i == move else replace(one, when=_all([one.when or ALWAYS, _not(applies)]))
        for i, one in enumerate(moves)
    )


def _barred(
    moves: tuple[MoveMeaning, ...], move: int, applies: Expression
) -> tuple[MoveMeaning, ...]:
    return tuple(
        replace(one, when=_all([one.when or ALWAYS, _not(applies)])) if i == move else one
        for i, one in enumerate(moves)
    )


def _flag(meaning: Meaning, intervention: Intervention) -> VariableMeaning:
    """The hidden variable of a ``once``; its name is none that a person can write."""
    step = meaning.steps[intervention.step or 0]
    taken = {variable.name for variable in meaning.variables}
    name = f"{intervention.kind} {step.name}.{step.moves[intervention.move or 0].name}"
    while name in taken:
        name += "'"
    return VariableMeaning(name, 0, 1, 0, False, ("not_yet", "passed"), shown=True)


def _all(parts: list[Expression]) -> Expression:
    """The parts joined by `and`, looked at from left to right as far as needed."""
    parts = [part for part in parts if part != ALWAYS]
    if not parts:
        return ALWAYS
    return parts[0] if len(parts) == 1 else Logical("and", tuple(parts))


def _either(parts: list[Expression]) -> Expression:
    if not parts:
        return Number(0)
    if ALWAYS in parts:
        return ALWAYS
    return parts[0] if len(parts) == 1 else Logical("or", tuple(parts))


def _not(part: Expression) -> Expression:
    return Unary("not", part)
