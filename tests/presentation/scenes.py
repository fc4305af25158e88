"""A border standoff with claims, accounts and levers, and what the study finds of it."""

# ruff: noqa: E501
from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import Any

import offramp
from offramp.game import build
from offramp.scenario import Scenario, read
from offramp.study.accounts.comparison import compare
from offramp.study.claims.checking import check
from offramp.study.histories.turning import find_turning_points
from offramp.study.offramps.proposals import offramps
from offramp.study.runs.findings import Findings
from offramp.study.sensitivity.hanging_on import sensitivity
from offramp.study.solving.experiment import solve
from tests.study.chance import CHANCE

BORDER = Path(offramp.__file__).parent / "library" / "scenarios" / "border-standoff.yaml"
RANGES = {
    "north: 0.04": 'north: {value: 0.04, range: "uniform(0.02, 0.06)"}',
    "south: 0.06}": 'south: {value: 0.06, range: "uniform(0.03, 0.09)"}}',
    "strike_gain: {value: 0.10,": 'strike_gain: {value: 0.10, range: "uniform(0, 0.2)",',
    "slide: {value: 0.05,": 'slide: {value: 0.4, range: "uniform(0.1, 0.7)",',
    "  rung_factor:": (
        '  weariness: {value: 0.2, range: "uniform(0.1, 0.29)", unit: per month, source: invented, '
        "note: invented; chance that both give up the talks}\n  rung_factor:"
    ),
    "      nothing:\n": (
        "      tire: {odds: weariness, end: deadlock, label: the talks are given up}\n"
        "      nothing:\n"
    ),
    "rounds: unlimited": (
        "  deadlock: {kind: stalemate, label: Deadlock, pay: {north: 0.1, south: 0.1}}\n"
        "rounds: unlimited"
    ),
    "precision: 4": "precision: 2",
    "precision: 6": "precision: 3",
    "round:\n  - name: propose": (
        "round:\n  - {use: spent_threats, as: threats, label: Threats wear out (S9), "
        'with: {maker: north, fear: 0.8, spent: {value: 0.92, range: "uniform(0.75, 1)"}}}\n  '
        "- name: propose"
    ),
    "pay: {south: -0.01 * (table == compromise)}": (
        "pay: {south: -0.01 * (table == compromise) "
        "- threats_fear * (1 - threats_spent) * threats_made}"
    ),
}
MORE = """
claims:
  waiting:
    label: Waiting is the more dangerous
    says: Waiting is at least as dangerous as climbing.
    source: invented
    holds_when: P(disaster | do(north.act = wait)) >= P(disaster | do(north.act = climb))
  offers:
    label: It ends by a compromise
    says: The crisis ends by a compromise more often than by dictate.
    source: invented
    holds_when: P(settlement and table == compromise) > P(settlement and table == dictate)
  threats:
    label: Another threat changes nothing
    says: Another threat changes nothing.
    source: invented
    holds_when: >-
      P(settlement | do(north.threats_word = threaten))
      <= P(settlement | do(north.threats_word = silent)) + 0.05
accounts:
  north_tells: {label: As the north tells it, source: invented, parameters: {slide: 0.2, strike_gain: {value: 0.14, range: "uniform(0.1, 0.2)"}}}
  south_tells: {label: As the south tells it, source: invented, parameters: {slide: {value: 0.5, range: "uniform(0.3, 0.7)"}, strike_gain: 0.02, threats_spent: 0}}
levers:
  monitoring: {label: Monitors on the line, parameter: slide, towards: lower, held_by: [south], effort: {cost: 1, per: 0.1}, limit: 0.05}
  longer_talks: {label: Talks that last, parameter: weariness, towards: lower, held_by: [north, south], effort: {cost: 1, per: 0.05}, limit: 0.02}
  smaller_prize: {label: Less to be had from climbing, parameter: strike_gain, towards: lower, held_by: [north], effort: {cost: 1, per: 0.02}, limit: 0}
"""


@cache
def border() -> Scenario:
    """The border standoff with ranges, a mechanism, claims, accounts and levers."""
    text = BORDER.read_text()
    for old, new in RANGES.items():
        assert old in text
        text = text.replace(old, new)
    return read(text + MORE)


@cache
def studied(draws: int = 48) -> dict[str, Any]:
    """Fields of Findings as the study fills them."""
    scenario = border()
    verdicts = check(scenario, draws=draws, seed=3)
    sides = ("north_tells", "south_tells")
    return {
        "verdicts": verdicts,
        "comparisons": (compare(scenario, sides, draws=8, seed=3, verdicts=verdicts),),
        "sensitivity": sensitivity(scenario, "P(kind agreement)", points=32, seed=3),
        "turning": find_turning_points(solve(build(scenario))),
        "offramps": offramps(scenario, at_least=0.815, draws=16, seed=3),
    }


def with_study(findings: Findings, **other: Any) -> Findings:
    """The findings with what the study found of the border standoff; ``other`` replaces it."""
    return dataclasses.replace(findings, **{**studied(), **other})


LEVERS = """\
  envoys: {label: More envoys, parameter: talk, towards: higher, held_by: north, effort: {cost: 1, per: 0.1}, limit: 0.8}
  agenda: {label: A shorter agenda, parameter: hurry, towards: higher, held_by: south, effort: {cost: 2, per: 0.1}, limit: 0.4}
"""


@cache
def levered() -> Findings:
    """Findings of a game of chance in which levers of two holders bring agreement about."""
    from tests.presentation.mock import findings_of

    text = CHANCE.replace("pay: {north: 1, south: 1}", "pay: {north: 1, south: 0.2}")
    scenario = read(text + LEVERS)
    found = offramps(scenario, at_least=0.4, draws=16, seed=3)
    return dataclasses.replace(findings_of(scenario, 20), offramps=found)
