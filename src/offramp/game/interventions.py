"""Interventions: a committed or barred move as a change of the rules, so that a new game is built.

do(party.step = move): wherever the step offers the move (and the condition holds), its other
moves are not offered. bar(…): the move is not offered where another is left. ``once`` adds a
hidden variable, part of the state and so seen by everybody, that says whether the first time
has passed; it passes when the step offers the move while the condition holds. Interventions
apply one after the other, each to the game that those before it made. A condition (given, after)
changes nothing: a hidden variable remembers whether it has come true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from offramp.expressions import Compare, Expression, Logical, Name, Number, Unary, names, transform
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
    happened: tuple[str, ...] = ()
    """Hidden variables, one per condition in order: whether it has come true so far."""

    @property
    def watched(self) -> frozenset[str]:
        """Variables to be kept from merging so that the commitments can be told at their steps."""
        lone = [one for one in self.commitments if one.alone]
        read = frozenset[str]().union(*(names(one.applies) | names(one.free) for one in lone))
        return read | frozenset(self.happened)


def intervene(meaning: Meaning, interventions: Iterable[Intervention]) -> Changed:
    """The rules under do, bar, deviate (forced like a do) and start, and where each applies.

    Conditions (given, after, and whatever else says by ``when`` or by a move what is to happen)
    add a hidden variable that remembers whether it has. What fixes assumptions (set, off) changes
    no rules and is passed over.
    """
    changed = Changed(meaning)
    for intervention in interventions:
        if intervention.kind == "start":
            changed = replace(changed, meaning=_begun(changed.meaning, intervention))
        elif intervention.condition:
            changed = _remembering(changed, intervention)
        elif intervention.step is not None and intervention.move is not None:
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


def _begun(meaning: Meaning, intervention: Intervention) -> Meaning:
    """The crisis begun elsewhere; later rounds are reset as ever."""
    variables = list(meaning.variables)
    for place, value in intervention.starts:
        one = variables[place]
        reset = one.start if one.reset is None else one.reset
        variables[place] = replace(one, start=value, reset=reset if one.every_round else None)
    return replace(meaning, variables=tuple(variables))


def _remembering(changed: Changed, intervention: Intervention) -> Changed:
    """The rules with a hidden variable that says whether a condition has come true.

    A predicate is looked at before each move and after its `then`, before a round's reset; so
    every node and the final state are seen.
    """
    meaning = changed.meaning
    taken = {variable.name for variable in meaning.variables}
    name = "happened"
    while name in taken or " " not in name:
        name = f"{name} '" if " " not in name else f"{name}'"
    flag = VariableMeaning(name, 0, 1, 0, False, ("not_yet", "happened"), shown=True)
    place, so_far = len(meaning.variables), Name(name)

    steps = list(meaning.steps)
    for s, step in enumerate(meaning.steps):
        moves = list(step.moves)
        for m, move in enumerate(step.moves):
            true = _comes_true(meaning, intervention, s, m)
            if true is not None:
                moves[m] = replace(move, then=(*move.then, (place, _ever(so_far, true))))
        steps[s] = replace(step, moves=tuple(moves))
    meaning = replace(meaning, variables=(*meaning.variables, flag), steps=tuple(steps))
    return Changed(meaning, changed.commitments, (*changed.happened, name))


def _comes_true(
    meaning: Meaning, intervention: Intervention, step: int, move: int
) -> list[Expression] | None:
    """What makes a condition come true where a move is made; None where it cannot there."""
    moves = meaning.steps[step].moves
    if intervention.kind == "after":
        return [ALWAYS] if (step, move) == (intervention.step, intervention.move) else None
    if intervention.kind == "reach":
        if step != intervention.step:
            return None
        return [moves[intervention.move or 0].when or ALWAYS]
    assert intervention.when is not None
    written = {meaning.variables[v].name: formula for v, formula in moves[move].then}
    after = transform(
        intervention.when,
        lambda leaf: written.get(leaf.id, leaf) if isinstance(leaf, Name) else leaf,
    )
    return [intervention.when, after]


def _ever(so_far: Expression, true: list[Expression]) -> Expression:
    return ALWAYS if ALWAYS in true else Logical("or", (so_far, *true))


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
