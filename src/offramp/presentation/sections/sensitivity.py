"""What a result hinges on: assumptions by their reach, and whether the list of moves decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.presentation import facts
from offramp.presentation.contents import Content, Section
from offramp.presentation.gallery import Table
from offramp.presentation.sections.ledger import meanings_of, with_meaning
from offramp.presentation.sections.offramps import signed
from offramp.presentation.text.numbers import figure_of
from offramp.presentation.text.sensitivity import sensitivity_sentences
from offramp.study.solving.labels import assumption_words, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offramp.study.runs.findings import Findings
    from offramp.study.sensitivity.hanging_on import Sensitivity

MOVES = 6
"""Moves written twice that the report lists."""


def found_of(findings: Findings) -> tuple[Sensitivity, ...]:
    """Every quantity that was looked at."""
    found = findings.sensitivity
    if found is None:
        return ()
    return tuple(found) if isinstance(found, (tuple, list)) else (found,)


def assumption_label(findings: Findings, name: str, meanings: Mapping[str, str]) -> str:
    """An assumption or group as words, with what it means where that is short."""
    words = assumption_words(findings.scenario, name)
    if name.removeprefix("mechanism ") in findings.scenario.mechanisms:
        return words
    family = (meanings[one] for one in meanings if one.partition("[")[0] == name)
    return with_meaning(words, meanings.get(name) or next(family, ""))


def told_of(one: Sensitivity) -> tuple[str, ...]:
    """The study's sentences one by one."""
    return sensitivity_sentences(one)


def menu_of(findings: Findings, one: Sensitivity) -> Table | None:
    """Moves of parties written twice, the largest change first."""
    rows = [
        (
            facts.party_label(findings, change.party),
            f"{_step(findings, change.step)}: {_move(findings, change.step, change.move)}",
            figure_of(change.before),
            figure_of(change.value),
            signed(change.change),
        )
        for change in one.menu[:MOVES]
    ]
    columns = ("Party", "Move written twice", "Before", "After", "Difference")
    return Table(columns, tuple(rows), frozenset({2, 3, 4})) if rows else None


def _step(findings: Findings, name: str) -> str:
    for step in findings.scenario.round:
        if step.name == name:
            return step.label or spoken(name).capitalize()
    return spoken(name).capitalize()


def _move(findings: Findings, step: str, name: str) -> str:
    for one in findings.scenario.round:
        if one.name == step and name in one.moves:
            return one.moves[name].label or spoken(name)
    return spoken(name)


def labels_of(findings: Findings) -> dict[str, str]:
    """Assumption or group to its label."""
    meanings = meanings_of(findings)
    found = dict.fromkeys(meanings)
    for one in found_of(findings):
        found |= dict.fromkeys(one.indices.groups if one.indices else ())
    return {name: assumption_label(findings, name, meanings) for name in found}


def _content(findings: Findings) -> Content:
    found = found_of(findings)
    return {
        "spread": any(one.indices is not None for one in found),
        "found": [
            {"sentences": told_of(one), "words": one.words, "menu": menu_of(findings, one)}
            for one in found
        ],
    }


SECTION = Section("Which assumptions matter", 120, _content, found_of, folded=True)
