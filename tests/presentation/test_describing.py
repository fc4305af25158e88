"""A scenario in plain sentences: nothing that is written is left out, and ends are right."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest

import offramp
from offramp.presentation.charts.round_strip import round_picture
from offramp.presentation.showing import mechanism_facts, mechanism_words, use_block
from offramp.presentation.text.formulas import change_words, condition_words, formula_words
from offramp.scenario import understand
from offramp.scenario.expansion import read_mechanism
from offramp.scenario.shelf import library_files
from offramp.scenario.yaml_text import parse_yaml

SMALL = [name for name in library_files("scenarios") if name.startswith(("model-", "border-"))]


@pytest.mark.parametrize("name", SMALL)
def test_everything_written_is_told(name: str) -> None:
    scenario = offramp.read(name)
    told = str(offramp.describe(scenario))
    names = [
        *scenario.parties,
        *scenario.parameters,
        *scenario.switches,
        *scenario.define,
        *scenario.state,
        *scenario.private,
        *scenario.issues,
        *scenario.packages,
        *scenario.outcomes,
        *scenario.accounts,
        *scenario.claims,
        *scenario.levers,
        *(move for step in scenario.round for move in step.moves),
        *(step.name for step in scenario.round),
    ]
    assert [one for one in names if one not in told] == []


@pytest.mark.parametrize("name", SMALL)
def test_every_formula_is_told(name: str) -> None:
    """So that somebody who has only the description can write the same game."""
    scenario = offramp.read(name)
    moves = [move for step in scenario.round for move in step.moves.values()]
    written: list[object] = [
        *(one for party in scenario.parties.values() for one in (party.patience, party.precision)),
        *(one for move in moves for one in (*move.pay.values(), move.odds, move.weight)),
        *(one for end in scenario.outcomes.values() for one in end.pay.values()),
        *(one for drawn in scenario.private.values() for one in drawn.odds.values()),
        *(one for issue in scenario.issues.values() for one in issue.weight.values()),
        *(one for issue in scenario.issues.values() for row in issue.worth.values() for one in row),
        *(variable.start for variable in scenario.state.values()),
        *scenario.define.values(),
        *(one.formula for one in understand(scenario).assumptions),
        *(one.distribution for one in understand(scenario).assumptions),
        *(scenario.limit,),
    ]
    conditions = [condition_words(move.when) for move in moves if move.when is not None]
    changes = [change_words(*one) for move in moves for one in move.then.items()]
    formulas = [formula_words(str(one)) for one in written if one not in (None, "rest", 0)]
    told = str(offramp.describe(scenario))
    assert [one for one in (*conditions, *changes, *formulas) if one not in told] == []


@pytest.mark.parametrize("name", SMALL)
def test_one_round_is_a_picture(name: str) -> None:
    scenario = offramp.read(name)
    drawn = " ".join("".join(ElementTree.fromstring(round_picture(scenario)).itertext()).split())
    for step in scenario.round:
        for move, words in step.moves.items():
            first = (words.label or move.replace("_", " ")).split()[0]
            assert first in drawn


def test_best_and_worst_ends_of_the_worked_example() -> None:
    """By hand: dictate gives north 0.7 + 0.3, compromise south 0.6 × 0.55 + 0.4."""
    told = offramp.describe(offramp.read("border-standoff"))
    assert told.best["north"] == ("Settlement (settlement)", pytest.approx(1.0))
    assert told.best["south"] == ("Settlement (settlement)", pytest.approx(0.73))
    assert told.worst["north"] == ("Disaster (disaster)", -2.0)
    assert told.as_dict()["worst"]["south"]["worth"] == -2.0
    assert len(repr(told)) < 400


def test_an_end_that_cannot_be_reached_is_nobodys_best() -> None:
    text = """offramp: 1
title: Only one end
parties: {north: {precision: 4}}
round:
  - {name: act, by: north, moves: {stop: {end: over}, go: {}}}
outcomes:
  over: {kind: agreement, pay: {north: 1}}
  never: {kind: war, pay: {north: 5}}
rounds: 2
at_end: over
"""
    told = offramp.describe(offramp.read(text))
    assert told.best["north"] == ("over", 1.0)
    assert "never, war" in str(told)


def test_conditions_in_words() -> None:
    assert condition_words("rung > calm and not (table == empty)") == (
        "rung is above calm and not (table is empty)"
    )
    assert condition_words("a == 1 or b != 2 and c") == "a is 1 or (b is not 2 and c is not 0)"
    assert condition_words("(a > 1) == (b > 1)") == "(a > 1) == (b > 1)"
    assert condition_words(1) == "always"
    assert change_words("rung", "rung + 1") == "rung goes up by 1"
    assert change_words("rung", "rung - 1 + fresh") == "rung becomes rung - 1 + fresh"
    assert change_words("table", "draft") == "table becomes draft"


def test_numbers_have_their_source_or_are_judgement() -> None:
    told = str(offramp.describe(offramp.read("border-standoff")))
    assert "slide = 0.05, per month – source: Worked example" in told
    text = """offramp: 1
title: Judged
parties: {north: {precision: 4}}
parameters: {cost: {value: 0.1, range: "uniform(0, 0.2)", note: judgement; a guess}}
round:
  - {name: act, by: north, moves: {stop: {end: over, pay: {north: -cost}}, go: {}}}
outcomes: {over: {kind: agreement}}
rounds: 2
at_end: over
"""
    line = "cost = 0.1, range uniform(0, 0.2) – the analyst's judgement; a guess."
    assert line in str(offramp.describe(offramp.read(text)))


@pytest.mark.parametrize("name", library_files("mechanisms"))
def test_every_mechanism_can_be_looked_up(name: str) -> None:
    mechanism, _ = read_mechanism(library_files("mechanisms")[name])
    told = " ".join(mechanism_words(mechanism_facts(mechanism)).split())
    for one in (*mechanism.with_, *mechanism.parameters, *mechanism.state, *mechanism.gives):
        assert one in told
    pasted = parse_yaml(use_block(mechanism), "pasted").plain()[0]
    needed = {key for key, one in mechanism.with_.items() if one.default is None}
    assert pasted["use"] == name
    assert set(pasted.get("with") or {}) == needed


def test_nothing_is_worth_anything_where_no_end_is_reached() -> None:
    text = """offramp: 1
title: For ever
parties: {north: {precision: 4, patience: 0.5}}
round:
  - {name: act, by: north, moves: {wait: {}, go: {}}}
outcomes: {over: {kind: agreement}}
rounds: unlimited
"""
    assert math.isnan(offramp.describe(offramp.read(text)).best["north"][1])
