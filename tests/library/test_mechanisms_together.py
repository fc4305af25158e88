"""Mechanisms compose: any two of the library in one crisis are solved, each can be switched off."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import offramp
from offramp.scenario import parse_query, understand
from offramp.scenario.expansion import read_mechanism
from offramp.scenario.shelf import library_files
from offramp.scenario.yaml_text import parse_yaml
from offramp.study import evaluate_queries
from offramp.testing.strategies import uses_of

MECHANISMS = {name: read_mechanism(path)[0] for name, path in library_files("mechanisms").items()}
ROOT = Path(__file__).resolve().parents[2]
PARTIES = ("north", "south", "east")
CRISIS = """
offramp: 1
title: A generated crisis
parties:
  north: {precision: 4, patience: 0.9}
  south: {precision: 4, patience: 0.9}
  east: {precision: 4, patience: 0.9}
state:
  table: {levels: [empty, deal, swap, truce], start: deal}
  agreed: {range: [0, 1], start: 0}
  climbed: {levels: [calm, fight], start: calm}
  trace: {levels: [settled_up, unanswered, overlooked], start: settled_up}
  stock: {range: [0, 1], start: 1}
  said: {range: [0, 1], start: 0, scope: round}
  care: {range: [0, 1], start: 1}
round:
  - {name: act, by: south, moves: {hold: {}, climb: {then: {climbed: fight}}}}
  - {name: luck, by: nature, moves: {bad: {odds: 0.1, end: war}, fair: {odds: rest}}}
  - {name: sign, by: north, moves: {wait: {}, sign: {then: {agreed: 1}}}}
  - {name: talk, by: east, moves: {wait: {}, agree: {when: agreed == 1, end: settled}}}
outcomes:
  settled:
    kind: agreement
    pay: {north: "0.5 + 0.1 * (table == deal)", south: 0.3, east: 0.2 - 0.1 * READ}
  war:
    kind: war
    pay: {north: -0.4 + 0.2 * READ, south: -0.6 - 0.1 * climbed * READ, east: -0.1 * agreed}
  disaster: {kind: catastrophe, pay: {north: -1, south: -1, east: -1}}
rounds: 2
at_end: war
"""
GIVEN = {
    "table": "table",
    "in_force": "agreed",
    "signed": "agreed",
    "agreed": "agreed",
    "yielded": "agreed",
    "rung": "climbed",
    "mark": "trace",
    "believed": "stock",
    "made": "said",
    "support": "stock",
    "held": "said",
    "behind": "said",
    "endorsed": "unanswered",
    "attention": "care",
    "offer": "deal",
    "counter": "swap",
    "draft": "swap",
    "truce": "truce",
    "answered": "settled_up",
    "open": "unanswered",
    "settlement": "settled",
    "war": "war",
    "catastrophe": "disaster",
    "broken": "war",
    "rival": "act",
    "chance": "luck",
}
READ = {
    "absent_parties": ("part_share * (part_backing != endorsed)", 0),
    "announced_limit": ("part_cost", 0),
    "audience_costs": ("part_cost * part_stand", 0),
    "back_channel": ("part_face * (part_channel == in_public)", 0),
    "concession_weakness": ("part_contempt * (part_standing == lowered)", 0),
    "culpable_leader": ("part_price * (part_ruler == answerable)", 0),
    "fighting_teaches": ("part_first_expects - part_second_expects", 0),
    "guarantee": ("part_when_attacked + part_when_starting + part_honouring", 0),
    "patron_support": ("part_help * (part_backing == backed)", 0),
    "power_shift": ("part_strength", 0.5),
    "sabotage": ("part_faith", 0.6),
    "spent_threats": ("part_fear * part_made * (1 - part_spent * (part_believed == 0))", 0),
    "success_elsewhere": ("part_demand * part_fresh", 0),
}
"""What the crisis reads of a mechanism, and the number that this is at the off value."""
STAYS = {
    "counter_demands": "the answer can end the crisis, whatever delay escapes",
    "delayed_answers": "the answer can be signed, whatever delay escapes",
    "escalation_ladder": "the ladder keeps its risks",
    "first_strike": "a strike gains and harms",
    "mediator_promotion": "drafts can still be put forward, at an effort",
    "norm_erosion": "ignoring norms has a gain of its own",
    "simultaneous_strike": "a strike gains and harms",
    "spent_threats": "a threat weighs in full",
    "talks_for_form": "leaving clears the table",
}
"""Mechanisms whose contested effect ends at the off value while their moves stay, and which."""


TEXTS = (*(f"E(payoff[{one}])" for one in PARTIES), "P(settled)", "P(war)", "P(ever agreed == 1)")


def quantities(scenario: offramp.Scenario, *texts: str) -> np.ndarray:
    """(text,) quantities at nominal values."""
    meaning = understand(scenario)
    found = evaluate_queries(scenario, [parse_query(text, meaning) for text in texts], starts=0)
    return found.values[0]


def use(name: str, alias: str) -> dict[str, Any]:
    """The mechanism with its needs met; parties in turn, so that no two needs share one."""
    needs = MECHANISMS[name].with_
    parties = [need for need, one in needs.items() if one.kind == "party"]
    given: dict[str, Any] = {need: PARTIES[k % 3] for k, need in enumerate(parties)}
    for need, one in needs.items():
        if one.kind in ("variable", "level", "outcome", "step"):
            given[need] = GIVEN[need]
    return {"use": name, "as": alias, "with": given}


def crisis(*uses: dict[str, Any], read: str = "0") -> offramp.Scenario:
    """Three parties, two rounds, and the mechanisms after a step of south's and one of chance."""
    words = parse_yaml(CRISIS.replace("READ", f"({read})"), "crisis").plain()
    words["round"][2:2] = sorted(uses, key=lambda one: one["use"] != "simultaneous_strike")
    return offramp.read(json.dumps(words, indent=1))


@pytest.mark.parametrize("name", sorted(MECHANISMS))
def test_any_two_mechanisms_are_solved_with_a_certificate(name: str) -> None:
    for other in (one for one in sorted(MECHANISMS) if one > name):
        game = offramp.build(crisis(use(name, "one"), use(other, "two")))
        found = offramp.solve(game, starts=0).equilibria
        assert found.status[0] == "solved", (other, found.message[0])
        assert (found.regret[0] <= found.regret_bound[0] + 1e-9).all(), other
        assert found.residual[0] < 1e-8, other


@pytest.mark.parametrize("name", sorted(set(MECHANISMS) - set(STAYS)))
def test_at_its_off_value_the_crisis_is_the_one_without_it(name: str) -> None:
    read, still = READ.get(name, ("0", 0))
    off = {f"part_{key}": value for key, value in MECHANISMS[name].off.items()}
    fixed = ", ".join(f"set({key} = {value})" for key, value in off.items())
    with_it = crisis(use(name, "part"), read=read)
    switched_off = quantities(with_it, *(f"{text} | {fixed}" for text in TEXTS))
    without = quantities(crisis(read=str(still)), *TEXTS)
    np.testing.assert_allclose(switched_off, without, rtol=0, atol=1e-12)
    assert np.abs(quantities(with_it, *TEXTS) - without).max() > 1e-4, "here it is at work"


@pytest.mark.parametrize("name", sorted(set(MECHANISMS) - set(STAYS)))
def test_at_its_off_value_any_crisis_is_the_one_without_it(name: str) -> None:
    """Random crises of a few rounds, in which nothing reads what the mechanism gives."""

    @settings(max_examples=2, derandomize=True, database=None, deadline=None)
    @given(uses_of(name, limited=True, entropy=False))
    def the_same(words: dict[str, Any]) -> None:
        (used,) = (one for one in words["round"] if "use" in one)
        bare = {**words, "round": [one for one in words["round"] if one is not used]}
        off = {**used, "with": {**used["with"], **MECHANISMS[name].off}}
        there = {**words, "round": [off if one is used else one for one in words["round"]]}
        with_it, without = (
            offramp.solve(offramp.build(offramp.read(json.dumps(one, indent=1))), starts=0)
            for one in (there, bare)
        )
        assert with_it.equilibria.status[0] == without.equilibria.status[0] == "solved"
        payoffs = (one.equilibria.payoff[0][one.game.structure.start] for one in (with_it, without))
        np.testing.assert_allclose(*payoffs, rtol=0, atol=1e-12)

    the_same()


@pytest.mark.parametrize("name", sorted(STAYS))
def test_of_some_the_moves_stay_at_the_off_value(name: str) -> None:
    """So that nobody takes their off value for the crisis without them."""
    off = ", ".join(f"set(part_{key} = {value})" for key, value in MECHANISMS[name].off.items())
    scenario = crisis(use(name, "part"), read=READ.get(name, ("0", 0))[0])
    found = quantities(scenario, *(f"{text} | {off}" for text in TEXTS))
    assert np.abs(found - quantities(crisis(), *TEXTS)).max() > 1e-4


def test_the_page_names_those_whose_moves_stay() -> None:
    page = (ROOT / "docs" / "reference" / "mechanisms.md").read_text(encoding="utf-8")
    told = page.partition("their moves stay:")[2].partition("Any two")[0]
    assert sorted(re.findall(r"`(\w+)`", told)) == sorted(STAYS)
