"""The question that a report answers: hash, versions, seed and the command that repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from offramp.presentation import facts
from offramp.presentation.contents import Content, Section
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings

VERSION = "version_"
WORDS: Mapping[str, str] = {
    "title": "Scenario",
    "scenario": "Scenario file",
    "scenario_hash": "Scenario hash",
    "account": "Account",
    "command": "Command that repeats this",
    "created": "Made",
    "seed": "Seed",
    "draws": "Combinations tried",
    "nodes": "Situations in the game",
    "solved_nodes": "Situations after merging",
    "values": "Convention of values",
    "precision_scale": "All precisions multiplied by",
    "round_unit": "One round",
    "round_limit": "Limit of rounds",
    "seconds": "Seconds taken",
}


def question_of(findings: Findings) -> tuple[tuple[str, str], ...]:
    """(name in words, value) of everything known about the run, the common ones first."""
    known = facts.asked(findings)
    if "scenario_hash" not in known:
        known = {**known, "scenario_hash": findings.scenario.content_hash}
    versions = [key for key in known if key.startswith(VERSION)]
    order = [*(key for key in WORDS if key in known), *(key for key in known if key not in WORDS)]
    told = [
        (WORDS.get(key, spoken(key).capitalize()), _value(key, known[key]))
        for key in order
        if key not in versions and str(known[key]) != ""
    ]
    if versions:
        listed = ", ".join(f"{key.removeprefix(VERSION)} {known[key]}" for key in versions)
        told.append(("Versions", listed))
    return tuple(told)


def _value(key: str, value: object) -> str:
    return "none" if key == "round_limit" and str(value) == "0" else str(value)


def _content(findings: Findings) -> Content:
    return {"asked": question_of(findings)}


SECTION = Section("Provenance", 200, _content, folded=True)
