"""A small valid scenario that tests change by putting one text for another."""

from __future__ import annotations

from offramp.scenario import Scenario
from offramp.scenario.model import Family, Quantity

BASE = """\
offramp: 1
title: A test
parties:
  north: {patience: 0.95, precision: 4}
  south: {patience: 0.90, precision: 6}
parameters:
  cost: {each: {north: 0.04, south: 0.06}}
  gain: {value: 0.1, range: "uniform(0, 0.2)", source: memo}
  odd: 0.25
sources:
  memo: {title: A memo}
issues:
  land: {options: [all, none], weight: {north: 1, south: 0.5}, worth: {north: [1, 0], south: [0, 1]}}
packages:
  deal: {land: all}
state:
  rung: {levels: [calm, tense], start: calm}
  left: {range: [0, 2], start: 2}
  table: {levels: [empty, deal], start: empty}
round:
  - name: act
    by: north
    moves:
      wait: {}
      climb: {when: rung == calm, then: {rung: tense}, pay: {north: gain}}
      offer: {when: table == empty, then: {table: deal}}
  - name: answer
    by: south
    moves:
      refuse: {}
      accept: {when: table == deal, end: settled}
  - name: chance
    by: nature
    moves:
      slide: {when: rung == tense, odds: odd, end: war}
      nothing: {odds: rest, pay: {north: "-cost[north]"}, then: {left: "max(left - 1, 0)"}}
outcomes:
  settled: {kind: agreement, pay: {north: "worth[north, table]", south: 0.4}, by: table}
  war: {kind: war, pay: {north: -1, south: -1}}
rounds: unlimited
"""


def changed(*changes: tuple[str, str]) -> str:
    """BASE with texts replaced, each of which must be there exactly once."""
    text = BASE
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def quantity_of(scenario: Scenario, name: str) -> Quantity:
    """The entry of a parameter that is no family."""
    entry = scenario.parameters[name]
    assert isinstance(entry, Quantity)
    return entry


def family_of(scenario: Scenario, name: str) -> Family:
    """The entry of a family of parameters."""
    entry = scenario.parameters[name]
    assert isinstance(entry, Family)
    return entry
