"""The question that a report answers: hash, versions, seed and the command that repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from offramp.presentation import facts
from offramp.presentation.wording import spaced

if TYPE_CHECKING:
    from offramp.analysis.findings import Findings

WORDS: Mapping[str, str] = {
    "title": "Scenario",
    "scenario": "Scenario file",
    "scenario_hash": "Scenario hash",
    "account": "Account",
    "command": "Command that repeats this",
    "created": "Made",
    "seed": "Seed",
    "draws": "Combinations tried",
    "offramp_version": "Offramp",
    "offramp": "Offramp",
    "python": "Python",
    "numpy": "numpy",
    "numba": "numba",
    "xarray": "xarray",
    "nodes": "Situations in the game",
    "solved_nodes": "Situations after merging",
    "conventions": "Conventions",
}


def question_of(findings: Findings) -> tuple[tuple[str, str, str], ...]:
    """(key, name in words, value) of everything known about the run, the common ones first."""
    known = facts.asked(findings)
    if "scenario_hash" not in known:
        known = {**known, "scenario_hash": findings.scenario.content_hash}
    order = [*(key for key in WORDS if key in known), *(key for key in known if key not in WORDS)]
    return tuple(
        (key, WORDS.get(key, spaced(key).capitalize()), str(known[key]))
        for key in order
        if str(known[key]) != ""
    )
