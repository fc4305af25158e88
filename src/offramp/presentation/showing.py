"""A part of the library in words: what a mechanism, scenario or model is, needs and gives."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from offramp.presentation.text.formulas import formula_words
from offramp.presentation.text.numbers import listed
from offramp.presentation.text.rules import move_sentences, named, step_sentence, variable_sentence
from offramp.scenario.model import Use

if TYPE_CHECKING:
    from offramp.scenario import Scenario
    from offramp.scenario.model import Mechanism, Need, Source
    from offramp.study.models import Model

WIDE = 96


def mechanism_facts(mechanism: Mechanism) -> dict[str, Any]:
    """What a mechanism is, needs, adds and gives, with a `use:` block to paste."""
    return {
        "kind": "mechanism",
        "name": mechanism.mechanism,
        "about": _one_line(mechanism.about),
        "needs": [_need(name, need) for name, need in mechanism.with_.items()],
        "parameters": list(_parameters(mechanism)),
        "switches": [
            f"{named(name, one.label)}: one of {', '.join(one.options)}; {one.value} by default"
            for name, one in mechanism.switches.items()
        ],
        "state": [variable_sentence(name, one) for name, one in mechanism.state.items()],
        "define": [f"{name} is {formula_words(one)}" for name, one in mechanism.define.items()],
        "steps": list(_steps(mechanism)),
        "gives": [
            f"{name}: {_one_line(one.about)}" + (f" Line: {one.line}" if one.line else "")
            for name, one in mechanism.gives.items()
        ],
        "off": dict(mechanism.off),
        "expects": dict(mechanism.expects),
        "sources": [cited(one) for one in mechanism.sources.values()],
        "use": use_block(mechanism),
    }


def use_block(mechanism: Mechanism) -> str:
    """YAML to paste into a round: what has to be given, and as comments what may be."""
    lines = [f"- use: {mechanism.mechanism}"]
    needed = [name for name, one in mechanism.with_.items() if one.default is None]
    lines += ["  with:"] if needed else ["  # with:"]
    for name, need in mechanism.with_.items():
        about = f"{need.kind}: {_one_line(need.about or name)}"
        if need.default is None:
            lines.append(f"    {name}: {name.upper()}  # {about}")
        else:
            lines.append(f"    # {name}: {need.default}  # {about}")
    for name, entry in mechanism.parameters.items():
        if not hasattr(entry, "each"):
            value = getattr(entry, "value", entry)
            told = _one_line(getattr(entry, "note", None) or "")
            lines.append(f"    # {name}: {value}" + (f"  # {told}" if told else ""))
    lines += [f"    # {name}: {one.value}" for name, one in mechanism.switches.items()]
    return "\n".join(lines)


def mechanism_words(facts: Mapping[str, Any]) -> str:
    """The facts of a mechanism as text."""
    lines = [f"{facts['name']}, a mechanism", "", *_folded(facts["about"])]
    for heading, key in (
        ("It needs from the scenario (with)", "needs"),
        ("Its numbers; each may be replaced through with", "parameters"),
        ("Its switches", "switches"),
        ("Its variables", "state"),
        ("Its formulas", "define"),
        ("Its steps, in this order", "steps"),
        ("It gives the scenario to read", "gives"),
        ("Sources", "sources"),
    ):
        lines += _block(heading, facts[key])
    if facts["off"]:
        off = listed([f"{key} = {value}" for key, value in facts["off"].items()])
        lines += ["", f"It does nothing at {off}."]
    if facts["expects"]:
        told = [f"{way} probability of {kind}" for kind, way in facts["expects"].items()]
        lines += ["", f"The library's file expects a {listed(told)}; 'expects' in use replaces it."]
    lines += ["", "To paste into the round of a scenario:", ""]
    lines += [f"  {line}" for line in facts["use"].splitlines()]
    return "\n".join(lines)


def scenario_facts(name: str, scenario: Scenario) -> dict[str, Any]:
    """What a scenario of the library is and holds."""
    return {
        "kind": "scenario",
        "name": name,
        "title": scenario.title,
        "about": _one_line(scenario.about or ""),
        "parties": [named(key, one.label) for key, one in scenario.parties.items()],
        "steps": [
            f"{number}. {named(step.name, step.label)}, by {_mover(scenario, step.by)}"
            for number, step in enumerate(scenario.round, 1)
        ],
        "outcomes": [named(key, one.label) for key, one in scenario.outcomes.items()],
        "mechanisms": [
            f"{named(key, one.label)}, from {one.from_}" for key, one in scenario.mechanisms.items()
        ],
        "switches": [named(key, one.label) for key, one in scenario.switches.items()],
        "accounts": [named(key, one.label) for key, one in scenario.accounts.items()],
        "claims": [_one_line(one.says) for one in scenario.claims.values()],
        "levers": [named(key, one.label) for key, one in scenario.levers.items()],
        "sources": [cited(one) for one in scenario.sources.values()],
    }


def scenario_words(facts: Mapping[str, Any]) -> str:
    """The facts of a scenario as text."""
    lines = [facts["title"], "", *_folded(facts["about"])]
    for heading, key in (
        ("Parties", "parties"),
        ("The round", "steps"),
        ("Ends", "outcomes"),
        ("Mechanisms", "mechanisms"),
        ("Switches", "switches"),
        ("Accounts", "accounts"),
        ("Claims", "claims"),
        ("Levers", "levers"),
        ("Sources", "sources"),
    ):
        lines += _block(heading, facts[key])
    name = facts["name"]
    lines += ["", f"offramp describe {name}   tells all of it;   offramp run {name}   solves it"]
    return "\n".join(lines)


def model_facts(name: str, model: Model) -> dict[str, Any]:
    """What a canonical model is, its parameters and results with their meaning."""
    from offramp.study.models import said

    return {
        "kind": "model",
        "name": name,
        "title": model.title,
        "topic": model.family,
        "status": model.status,
        "teaches": _one_line(model.teaches),
        "game": _one_line(model.definition),
        "parameters": [
            f"{key} = {said(one.default)}: {one.about} [{one.span}]"
            for key, one in model.parameters.items()
        ],
        "results": [f"{key}: {about}" for key, about in model.results.items()],
        "cases": list(model.cases),
        "scenario": model.scenario,
        "note": _one_line(model.note),
        "sources": list(model.citation),
    }


def model_words(facts: Mapping[str, Any]) -> str:
    """The facts of a model as text."""
    lines = [f"{facts['title']} ({facts['status']})", "", *_folded(facts["teaches"])]
    lines += ["", *_folded(facts["game"])] if facts["game"] else []
    for heading, key in (
        ("Parameters", "parameters"),
        ("Results", "results"),
        ("Cases (--case)", "cases"),
        ("Sources", "sources"),
    ):
        lines += _block(heading, facts[key])
    lines += ["", *_folded(facts["note"])] if facts["note"] else []
    lines += ["", f"offramp model {facts['name']}   works it out"]
    if facts["scenario"]:
        lines.append(f"offramp run {facts['scenario']}   plays it as a scenario")
    return "\n".join(lines)


def _need(name: str, need: Need) -> str:
    default = "" if need.default is None else f", {need.default} by default"
    return f"{name} ({need.kind}{default}): {_one_line(need.about or name)}"


def _parameters(mechanism: Mechanism) -> Iterator[str]:
    for name, entry in mechanism.parameters.items():
        each: Mapping[str, Any] | None = getattr(entry, "each", None)
        if each is None:
            yield _number(name, entry, entry)
            continue
        for key, one in each.items():
            yield _number(f"{name}[{key}]", one, entry)


def _number(name: str, entry: Any, family: Any) -> str:
    """A number with its range, unit and what it means."""
    value = getattr(entry, "value", entry)
    told = name if value is None else f"{name} = {formula_words(value)}"
    spread = getattr(entry, "range", None)
    told += f", range {spread}" if spread else ""
    unit = getattr(entry, "unit", None) or getattr(family, "unit", None)
    told += f", {unit}" if unit else ""
    note = getattr(entry, "note", None) or getattr(family, "note", None)
    return f"{told}: {_one_line(note)}" if note else told


def _steps(mechanism: Mechanism) -> Iterator[str]:
    earlier: list[str] = []
    for number, step in enumerate(mechanism.steps, 1):
        if isinstance(step, Use):
            yield f"{number}. What {step.use} does."
            continue
        yield f"{number}. {step_sentence(step, {}, earlier)}"
        yield from (f"   - {one}" for one in move_sentences(step, {}))
        earlier.append(step.name)


def _mover(scenario: Scenario, by: str) -> str:
    return "chance" if by == "nature" else scenario.parties[by].label or by


def cited(one: Source) -> str:
    """A source in one line: who and when, the title, and where it stands."""
    head = f"{one.speaker} ({one.date})" if one.speaker and one.date else one.speaker or ""
    parts = [part for part in (head, one.title, _one_line(one.note or "")) if part]
    told = [part if part.endswith("?") else f"{part.rstrip('.')}." for part in parts]
    return " ".join(told)


def _block(heading: str, lines: Sequence[str]) -> list[str]:
    """A heading with its lines, long ones folded; nothing where there are none."""
    if not lines:
        return []
    told = ["", f"{heading}:"]
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        told += textwrap.wrap(
            line.strip(), WIDE, initial_indent=f"  {indent}", subsequent_indent=f"    {indent}"
        )
    return told


def _folded(text: str) -> list[str]:
    return textwrap.wrap(text, WIDE)


def _one_line(text: str) -> str:
    return " ".join(text.split())
