"""What the scenario sets up, in words: who decides, how a round goes, what is on the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from offramp.presentation import facts
from offramp.presentation.gallery import Table
from offramp.presentation.wording import count_of, few_of, sentence, spaced

if TYPE_CHECKING:
    from offramp.analysis.findings import Findings
    from offramp.scenario import Scenario


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


def texts_of(scenario: Scenario) -> Iterator[str]:
    """Every text of the scenario, whatever it is for."""
    left: list[Any] = [scenario.model_dump(mode="json")]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            left += one.values()
        elif isinstance(one, Sequence):
            left += one


def packages_of(findings: Findings) -> Table | None:
    """What each package says on each issue; None without packages."""
    scenario = findings.scenario
    if not scenario.packages:
        return None
    rows = [
        (
            issue.label or spaced(name).capitalize(),
            *(
                spaced(package.get(name, "not part of it"))
                for package in scenario.packages.values()
            ),
        )
        for name, issue in scenario.issues.items()
    ]
    columns = ("Issue", *(spaced(name).capitalize() for name in scenario.packages))
    return Table(columns, tuple(rows))
