"""Fixing assumptions by hand: the same scenario with some of its numbers set."""

from __future__ import annotations

import math
from collections.abc import Mapping

from offramp.core.errors import Place, ScenarioError, suggestion
from offramp.scenario.model import Family, Quantity, Scenario


def with_values(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with assumptions fixed; a family's entry is named ``cost[north]``.

    A fixed assumption has no range any more. Raises ScenarioError for an unknown name.
    """
    entries = dict(scenario.parameters)
    for name, value in values.items():
        base, _, key = name.replace(" ", "").partition("[")
        key = key.removesuffix("]")
        entry = entries.get(base)
        known = _entry_names(scenario)
        if entry is None or bool(key) != isinstance(entry, Family) or (
            isinstance(entry, Family) and key not in entry.each
        ):  # fmt: skip
            raise ScenarioError(
                f"no assumption '{name}'",
                expected="a parameter, or family[key]",
                repair=suggestion(name, known),
                place=Place("--set", 1, 1),
            )
        if not math.isfinite(value):
            raise ScenarioError(f"{name} = {value}", expected="a finite number",
                                place=Place("--set", 1, 1))  # fmt: skip
        if isinstance(entry, Family):
            each = {**entry.each, key: _fixed(entry.each[key], value)}
            entries[base] = entry.model_copy(update={"each": each})
        else:
            entries[base] = _fixed(entry, value)
    copy = scenario.model_copy(update={"parameters": entries})
    return copy


def _fixed(entry: object, value: float) -> Quantity:
    kept = entry if isinstance(entry, Quantity) else Quantity(value=0)
    note = "; ".join(part for part in (kept.note, "set by hand for this run") if part)
    return kept.model_copy(update={"value": value, "range": None, "note": note})


def _entry_names(scenario: Scenario) -> list[str]:
    return [
        one
        for name, entry in scenario.parameters.items()
        for one in (
            [f"{name}[{key}]" for key in entry.each] if isinstance(entry, Family) else [name]
        )
    ]
