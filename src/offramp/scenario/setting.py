"""Fixing assumptions by hand: the same scenario with some of its numbers set."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from graphlib import TopologicalSorter

import numpy as np

from offramp.core.errors import OfframpError, Place, ScenarioError, suggestion
from offramp.expressions import evaluate, names, parse
from offramp.scenario.meaning import Meaning
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
        if (
            entry is None
            or bool(key) != isinstance(entry, Family)
            or (isinstance(entry, Family) and key not in entry.each)
        ):
            raise ScenarioError(
                f"no assumption '{name}'",
                expected="a parameter, or family[key]",
                repair=suggestion(name, known),
                place=Place("--set", 1, 1),
            )
        if not math.isfinite(value):
            raise ScenarioError(
                f"{name} = {value}", expected="a finite number", place=Place("--set", 1, 1)
            )
        if isinstance(entry, Family):
            each = {**entry.each, key: _fixed(entry.each[key], value)}
            entries[base] = entry.model_copy(update={"each": each})
        else:
            entries[base] = _fixed(entry, value)
    copy = scenario.model_copy(update={"parameters": entries})
    return copy


def off_values(meaning: Meaning, mechanism: str) -> dict[str, float]:
    """Assumption to the value at which ``mechanism`` does nothing; empty where it has none.

    A family's name in the mechanism's `off` stands for all its entries.
    """
    values: dict[str, float] = {}
    own = [assumption.name for assumption in meaning.assumptions]
    for key, formula in meaning.scenario.mechanisms[mechanism].off.items():
        value = float(evaluate(parse(formula), {}).ravel()[0])
        whole = "[" not in key and key not in own
        wanted = [n for n in own if n.startswith(f"{key}[")] if whole else [key]
        values |= dict.fromkeys(wanted, value)
    return values


def nominal_values(meaning: Meaning) -> dict[str, float]:
    """Assumption to its nominal value; one whose formula has none is left out."""
    formulas = {one.name: one.formula for one in meaning.assumptions if one.formula is not None}
    read = {name: sorted(names(formula)) for name, formula in formulas.items()}
    found: dict[str, float] = {}
    for name in TopologicalSorter(read).static_order():
        if name not in formulas or not all(one in found for one in read[name]):
            continue
        given = {one: np.array([[found[one]]]) for one in read[name]}
        with contextlib.suppress(OfframpError):
            found[name] = float(evaluate(formulas[name], given).ravel()[0])
    return found


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
