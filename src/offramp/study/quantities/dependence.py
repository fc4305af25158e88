"""What a quantity can depend on: the assumptions that its formulas or its game's rules read.

Of a number that does not depend on play (`worth[party, package]`, a parameter) these are the
assumptions of its own formula. Of everything else they are those that the rules read: odds,
the pays of parties that decide something or whose payoff is asked for, their patience and
precision, and switches. An assumption that follows by formula from others brings these, and one
that an intervention fixes is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from offramp.expressions import Expression, names
from offramp.scenario import Claim, Meaning, Query
from offramp.study.quantities import find_quantities


def behind(meaning: Meaning, claim: Claim) -> frozenset[str]:
    """The assumptions on which the verdict of ``claim`` can depend."""
    found: frozenset[str] = frozenset()
    for query in claim.quantities.values():
        found |= behind_query(meaning, query)
    return found


def behind_query(meaning: Meaning, query: Query) -> frozenset[str]:
    """The assumptions on which one quantity can depend."""
    fixed = frozenset(name for one in query.interventions for name, _ in one.values)
    reads = find_quantities()[query.kind].reads
    asked = _every_name(meaning) if reads is None else reads(meaning, query)
    return traced_back(meaning, asked, fixed)


def names_played(meaning: Meaning, query: Query) -> frozenset[str]:
    """What a quantity that is read from play alone hangs on; with private variables, everything."""
    if meaning.scenario.private:
        return _every_name(meaning)
    read = (names(formula) for formula in _formulas(meaning, query.party))
    return frozenset[str]().union(*read)


def _every_name(meaning: Meaning) -> frozenset[str]:
    return frozenset(one.name for one in meaning.assumptions)


def traced_back(
    meaning: Meaning, asked: Iterable[str], fixed: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Of the names in ``asked`` the assumptions, and those from which these follow by formula."""
    formulas = {
        one.name: None if one.distribution is not None else one.formula
        for one in meaning.assumptions
    }
    found: set[str] = set()
    waiting = [name for name in asked if name in formulas]
    while waiting:
        name = waiting.pop()
        if name in found or name in fixed:
            continue
        found.add(name)
        formula = formulas[name]
        waiting += [] if formula is None else [one for one in names(formula) if one in formulas]
    return frozenset(found)


def every_formula(meaning: Meaning) -> Iterator[Expression]:
    """What the rules read, whoever it matters to, and what assumptions follow from."""
    everybody = frozenset(range(len(meaning.parties)))
    yield from _read(meaning, everybody, everybody)
    yield from (one.formula for one in meaning.assumptions if one.formula is not None)


def _formulas(meaning: Meaning, party: int | None) -> Iterator[Expression]:
    """What the rules read of parties that decide something, or that is ``party``."""
    deciding = frozenset(step.mover for step in meaning.steps if len(step.moves) > 1) - {-1}
    return _read(meaning, deciding, deciding if party is None else deciding | {party})


def _read(
    meaning: Meaning, deciding: frozenset[int], matter: frozenset[int]
) -> Iterator[Expression]:
    """Precision of those ``deciding``, pays and patience of those that ``matter``, and odds.

    What a step offers and does reads switches at most.
    """
    yield from (one.begins for one in meaning.variables if one.begins is not None)
    yield from (meaning.precision[who] for who in sorted(deciding))
    yield from (meaning.patience[who] for who in sorted(matter))
    for step in meaning.steps:
        for move in step.moves:
            yield from (formula for who, formula in move.pay if who in matter)
            rules = (move.when, *(formula for _, formula in move.then), move.odds, move.weight)
            yield from (formula for formula in rules if formula is not None)
    for outcome in meaning.outcomes:
        yield from (formula for who, formula in outcome.pay if who in matter)
