"""Definitions: names for formulas, put wherever they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import cast

from offramp.core.errors import OfframpError
from offramp.expressions import Expression, parse, references
from offramp.expressions.tree import Name, walk
from offramp.scenario.binding import Binder, Vocabulary
from offramp.scenario.model import Scenario
from offramp.scenario.switching import fail

LONGEST = 4_000
"""Most parts that a formula may have once its definitions stand in it."""


def with_definitions(vocabulary: Vocabulary, scenario: Scenario) -> Vocabulary:
    """The vocabulary that also knows what every name under ``define`` stands for.

    A ScenarioError where one comes back to itself, or grows beyond ``LONGEST``.
    """
    if not scenario.define:
        return vocabulary
    parsed = {name: _parsed(scenario, name) for name in scenario.define}
    known = vocabulary
    for name in _order(scenario, parsed):
        place = scenario.place("define", name)
        try:
            meant = Binder(known).bind(parsed[name], "play", place)
        except OfframpError as error:
            raise error.located(place, f"define.{name}") from None
        if sum(1 for _ in walk(meant)) > LONGEST:
            fail(
                scenario,
                ("define", name),
                f"'{name}' has more than {LONGEST:,} parts once its definitions stand in it",
                "shorter formulas",
                "take some of it into a parameter",
            )
        known = replace(known, definitions={**known.definitions, name: meant})
    return known


def _parsed(scenario: Scenario, name: str) -> Expression:
    place = scenario.place("define", name)
    try:
        return parse(scenario.define[name], place)
    except OfframpError as error:
        raise error.located(place, f"define.{name}") from None


def _order(scenario: Scenario, parsed: Mapping[str, Expression]) -> tuple[str, ...]:
    """Each behind those that it reads; a ScenarioError for one that comes back to itself."""
    needs = {
        name: sorted({one.id for one in references(tree) if isinstance(one, Name)} & parsed.keys())
        for name, tree in parsed.items()
    }
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = list(reversed(cast("list[str]", error.args[1])))[:-1]
        first = next(name for name in parsed if name in circle)
        start = circle.index(first)
        chain = " → ".join((*circle[start:], *circle[:start], first))
        fail(
            scenario,
            ("define", first),
            f"'{first}' is defined by itself: {chain}",
            "definitions that do not come back to themselves",
            "write one of them out",
        )
