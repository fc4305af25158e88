"""Fixing assumptions by hand: the same scenario with some of its numbers set."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from graphlib import TopologicalSorter

import numpy as np

from offramp.core.errors import OfframpError, ScenarioError, suggestion
from offramp.expressions import evaluate, names, parse
from offramp.scenario.meaning import Meaning
from offramp.scenario.model import Family, Quantity, Scenario, Switch

BY_HAND = "set by hand for this run"


def with_values(
    scenario: Scenario, values: Mapping[str, float | str], *, note: str = BY_HAND
) -> Scenario:
    """The scenario with assumptions fixed; a family's entry is named ``cost[north]``.

    A family's own name stands for all its entries. A switch is given the name of an option, or
    its number. A fixed assumption has no range any more. Raises ScenarioError for an unknown name.
    """
    entries, switches = dict(scenario.parameters), dict(scenario.switches)
    for name, value in entry_values(scenario, values).items():
        if name.strip() in switches:
            switches[name.strip()] = _put(name.strip(), switches[name.strip()], value)
            continue
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
                repair=suggestion(name, known if key else [*known, *_families(scenario)]),
            )
        if isinstance(value, str):
            raise ScenarioError(f"{name} = {value}", expected="a number")
        if not math.isfinite(value):
            raise ScenarioError(f"{name} = {value}", expected="a finite number")
        if isinstance(entry, Family):
            each = {**entry.each, key: _fixed(entry.each[key], value, note)}
            entries[base] = entry.model_copy(update={"each": each})
        else:
            entries[base] = _fixed(entry, value, note)
    return scenario.model_copy(update={"parameters": entries, "switches": switches})


def entry_values(scenario: Scenario, values: Mapping[str, float | str]) -> dict[str, float | str]:
    """Values by single assumption: a family's own name stands for all its entries.

    An entry that is named itself keeps the value given for it.
    """
    found: dict[str, float | str] = {}
    for name, value in values.items():
        entry = scenario.parameters.get(name.strip())
        if isinstance(entry, Family):
            found |= {f"{name.strip()}[{key}]": value for key in entry.each}
    single = {
        name: value
        for name, value in values.items()
        if not isinstance(scenario.parameters.get(name.strip()), Family)
    }
    return {
        **{name: value for name, value in found.items() if name not in _spaceless(single)},
        **single,
    }


def _spaceless(values: Mapping[str, float | str]) -> set[str]:
    return {name.replace(" ", "") for name in values}


def _put(name: str, switch: Switch, value: float | str) -> Switch:
    """A switch at one option, given by its name or number."""
    options = switch.options
    option = value.strip() if isinstance(value, str) else ""
    if not isinstance(value, str) and 0 <= value < len(options) and value == int(value):
        option = options[int(value)]
    if option not in options:
        raise ScenarioError(
            f"{name} = {value}",
            expected="one of: " + ", ".join(options),
            repair=suggestion(str(value), options),
        )
    return switch.model_copy(update={"value": option, "range": None, "weights": {}})


def off_values(meaning: Meaning, mechanism: str) -> dict[str, float]:
    """Assumption to the value at which ``mechanism`` does nothing; empty where it has none.

    A family's name in the mechanism's `off` stands for all its entries.
    """
    values: dict[str, float] = {}
    own = [assumption.name for assumption in meaning.assumptions]
    switches = meaning.scenario.switches
    for key, formula in meaning.scenario.mechanisms[mechanism].off.items():
        if key in switches:
            options = switches[key].options
            values[key] = float(options.index(formula) if formula in options else formula)
            continue
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


def _fixed(entry: object, value: float, told: str) -> Quantity:
    kept = entry if isinstance(entry, Quantity) else Quantity(value=0)
    note = "; ".join(part for part in (kept.note, told) if part)
    return kept.model_copy(update={"value": value, "range": None, "experts": {}, "note": note})


def _families(scenario: Scenario) -> list[str]:
    return [name for name, entry in scenario.parameters.items() if isinstance(entry, Family)]


def _entry_names(scenario: Scenario) -> list[str]:
    return [*scenario.switches] + [
        one
        for name, entry in scenario.parameters.items()
        for one in (
            [f"{name}[{key}]" for key in entry.each] if isinstance(entry, Family) else [name]
        )
    ]
