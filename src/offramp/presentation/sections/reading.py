"""How to read the report: its terms, and the rules of the game in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.presentation import facts
from offramp.presentation.contents import Content, Section
from offramp.presentation.text.numbers import count_of, few_of, sentence

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings

MOST_NAMED = 10
"""Ends or parties that a sentence lists."""


def rules_in_words(findings: Findings) -> tuple[str, ...]:
    """Who decides, what a round is, how the crisis can end, how large the game is."""
    scenario = findings.scenario
    parties = [facts.party_label(findings, name) for name in scenario.parties]
    unit = facts.time_unit(findings)
    chance = sum(step.by == "nature" for step in scenario.round)
    turned = f", {chance} of them turned by chance" if chance else ""
    ends = [facts.outcome_label(findings, name) for name in scenario.outcomes]
    limit = (
        f"After {count_of(scenario.limit, unit)} it is over"
        if scenario.limit
        else f"No number of {unit}s is set as a limit"
    )
    told = [
        f"{few_of(parties, MOST_NAMED, 'others')} {'decides' if len(parties) == 1 else 'decide'}",
        f"A {unit} has {count_of(len(scenario.round), 'step')}{turned}",
        f"The crisis can end in {count_of(len(ends), 'way')}: {few_of(ends, MOST_NAMED, 'others')}",
        limit,
    ]
    nodes = findings.nominal.attrs.get("nodes")
    if nodes:
        told.append(f"The rules lead to {count_of(int(nodes), 'different situation')}")
    return tuple(sentence(one) for one in told)


def _content(findings: Findings) -> Content:
    return {
        "unit": facts.time_unit(findings),
        "draws": facts.varied(findings) is not None,
        "game": rules_in_words(findings),
    }


SECTION = Section("How to read this report", 10, _content, folded=True)
