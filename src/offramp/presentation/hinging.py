"""What a result hinges on: assumptions by their reach, and whether the list of moves decides."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from offramp.presentation import facts
from offramp.presentation.gallery import Table
from offramp.presentation.ledger import meanings_of
from offramp.presentation.ramping import signed
from offramp.presentation.wording import figure_of, sentence, spaced, tied

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offramp.analysis.findings import Findings
    from offramp.study.sensitivities import Sensitivity

MOVES = 6
"""Moves written twice that the report lists."""


def found_of(findings: Findings) -> tuple[Sensitivity, ...]:
    """Every quantity that was looked at."""
    found = findings.sensitivity
    if found is None:
        return ()
    return tuple(found) if isinstance(found, (tuple, list)) else (found,)


def assumption_label(findings: Findings, name: str, meanings: Mapping[str, str]) -> str:
    """An assumption by its name, with what it means where that is short."""
    group = findings.scenario.mechanisms.get(name)
    if group is not None:
        return group.label or spaced(name).capitalize()
    meaning = meanings.get(name, "").rstrip(".")
    if meaning and len(meaning) <= 64 and meaning.lower() != "invented":
        return f"{name}: {meaning[:1].lower()}{meaning[1:]}"
    return name


def told_of(one: Sensitivity) -> tuple[str, ...]:
    """The study's sentences one by one, and what knowing one assumption would be worth."""
    parts = re.split(r"(?<=[a-z0-9%')])\.\s+(?=[A-Z])", one.sentence.rstrip("."))
    told = [f"{part}." for part in parts]
    return tuple(tied(part) for part in (*told, knowing_of(one)) if part)


def knowing_of(one: Sensitivity) -> str:
    """What knowing the assumption that alone brings most would be worth, in one sentence."""
    indices = one.indices
    if indices is None or indices.withheld or not indices.variance > 0:
        return ""
    names = list(indices.groups)
    top = int(indices.knowing.argmax())
    before = math.sqrt(indices.variance)
    after = math.sqrt(max(0.0, indices.variance - float(indices.knowing[top])))
    return sentence(
        f"if {names[top]} alone were known, the {one.words} would still vary over the other "
        f"assumptions, with a standard deviation of about {figure_of(after, 2)} in place of "
        f"{figure_of(before, 2)}"
    )


def menu_of(findings: Findings, one: Sensitivity) -> Table | None:
    """Moves of parties written twice, the largest change first."""
    rows = [
        (facts.party_label(findings, change.party),
         f"{_step(findings, change.step)}: {_move(findings, change.step, change.move)}",
         figure_of(change.before), figure_of(change.value), signed(change.change))
        for change in one.menu[:MOVES]
    ]  # fmt: skip
    columns = ("Party", "Move written twice", "Before", "After", "Difference")
    return Table(columns, tuple(rows), frozenset({2, 3, 4})) if rows else None


def _step(findings: Findings, name: str) -> str:
    for step in findings.scenario.round:
        if step.name == name:
            return step.label or spaced(name).capitalize()
    return spaced(name).capitalize()


def _move(findings: Findings, step: str, name: str) -> str:
    for one in findings.scenario.round:
        if one.name == step and name in one.moves:
            return one.moves[name].label or spaced(name)
    return spaced(name)


def labels_of(findings: Findings) -> dict[str, str]:
    """Assumption or group to its label."""
    meanings = meanings_of(findings)
    found = dict.fromkeys(meanings)
    for one in found_of(findings):
        found |= dict.fromkeys(one.indices.groups if one.indices else ())
    return {name: assumption_label(findings, name, meanings) for name in found}
