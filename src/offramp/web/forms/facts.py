"""What the forms show of a text: its parts as plain data, whatever state it is in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from offramp.core.errors import OfframpError
from offramp.scenario import Scenario
from offramp.scenario.reading import read_as
from offramp.scenario.shelf import library_files
from offramp.scenario.yaml_text import parse_yaml
from offramp.web.forms.ends import KINDS
from offramp.web.forms.patterns import PATTERNS
from offramp.web.forms.pieces import mechanism_at
from offramp.web.forms.values import mapping, number_or_text, range_of, sequence, step_name, text_of

STEP = 0.1
"""The difference in payoff at which a party's precision is told."""


def form_facts(text: str, file: str, path: Path | None) -> dict[str, Any]:
    """Everything that the forms show. ``wrong`` where the text is no YAML; then nothing else."""
    try:
        document = parse_yaml(text, file).plain() if text.strip() else {}
    except OfframpError as error:
        line = error.place.line if error.place else 1
        return {"wrong": {"found": error.found, "line": line}}
    if not isinstance(document, dict):
        return {"wrong": {"found": "the text is not a scenario", "line": 1}}
    try:
        scenario = read_as(text, file, path)
    except OfframpError:
        scenario = None
    parties = dict(_labelled(document, "parties"))
    return {
        "wrong": None,
        "crisis": _crisis(document),
        "labels": parties,
        "sources": dict(_labelled(document, "sources", "title")),
        "parties": list(_parties(document)),
        "issues": list(_issues(document, parties)),
        "packages": list(_packages(document)),
        "variables": list(_variables(document)),
        "switches": list(_switches(document)),
        "secrets": list(_secrets(document, parties)),
        "steps": list(_steps(document, parties, scenario)),
        "ends": list(_ends(document, parties)),
        "numbers": list(_numbers(document)),
        "formulas": list(_formulas(document)),
        "accounts": _accounts(document, scenario),
        "claims": list(_claims(document)),
        "levers": list(_levers(document)),
        "choices": _choices(document, scenario, parties),
        "kinds": KINDS,
        "patterns": PATTERNS,
        "shelf": shelf(),
    }


def _labelled(document: Any, part: str, word: str = "label") -> Iterator[tuple[str, str]]:
    for name, entry in mapping(document.get(part)).items():
        yield str(name), str(mapping(entry).get(word) or name)


def _crisis(document: Any) -> dict[str, Any]:
    return {
        "title": text_of(document.get("title")),
        "about": " ".join(text_of(document.get("about")).split()),
        "round": text_of(mapping(document.get("time")).get("round")),
        "rounds": text_of(document.get("rounds")),
        "at_end": text_of(document.get("at_end")),
    }


def _parties(document: Any) -> Iterator[dict[str, Any]]:
    for name, entry in mapping(document.get("parties")).items():
        own = mapping(entry)
        yield {
            "name": str(name),
            **{
                word: text_of(own.get(word)) for word in ("label", "about", "patience", "precision")
            },
            "meaning": precision_words(own.get("precision")),
        }


def precision_words(precision: Any) -> str:
    """What a precision means: how often the better of two moves is chosen. '' for a formula."""
    if isinstance(precision, bool) or not isinstance(precision, (int, float)):
        return ""
    share = 1 / (1 + math.exp(-min(max(precision, 0), 1e4) * STEP))
    return (
        f"of two moves that differ by {STEP:g} in what they are worth, it chooses the better one "
        f"{100 * share:.0f} times in 100"
    )


def _issues(document: Any, parties: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name, entry in mapping(document.get("issues")).items():
        own = mapping(entry)
        options = list(map(text_of, sequence(own.get("options"))))
        weight, worth = mapping(own.get("weight")), mapping(own.get("worth"))
        rows = []
        for party, label in parties.items():
            values = list(map(text_of, sequence(worth.get(party))))
            rows.append(
                {
                    "party": party,
                    "label": label,
                    "weight": text_of(weight.get(party)),
                    "worth": ", ".join(values),
                    "order": _order(options, sequence(worth.get(party))),
                }
            )
        label = text_of(own.get("label"))
        yield {"name": str(name), "label": label, "options": options, "rows": rows}


def _order(options: list[str], worths: list[Any]) -> list[str]:
    """The options from what is worth least to what is worth most, where that can be told."""
    plain = all(isinstance(one, (int, float)) for one in worths)
    if len(worths) != len(options) or not plain:
        return options
    return [options[i] for i in sorted(range(len(options)), key=lambda i: (worths[i], i))]


def _packages(document: Any) -> Iterator[dict[str, Any]]:
    for name, entry in mapping(document.get("packages")).items():
        chosen = {str(issue): text_of(option) for issue, option in mapping(entry).items()}
        yield {"name": str(name), "chosen": chosen}


def _variables(document: Any) -> Iterator[dict[str, Any]]:
    for name, entry in mapping(document.get("state")).items():
        own = mapping(entry)
        yield {
            "name": str(name),
            "label": text_of(own.get("label")),
            "levels": list(map(text_of, sequence(own.get("levels")))),
            "range": text_of(own.get("range")),
            "start": text_of(own.get("start")),
            "scope": text_of(own.get("scope")) or "crisis",
        }


def _switches(document: Any) -> Iterator[dict[str, Any]]:
    for name, entry in mapping(document.get("switches")).items():
        own = mapping(entry)
        told = {word: text_of(own.get(word)) for word in ("label", "value", "range")}
        options = list(map(text_of, sequence(own.get("options"))))
        pairs = {one: one.replace("_", " ") for one in options}
        yield {"name": str(name), "options": options, "pairs": pairs, **told}


def _secrets(document: Any, parties: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name, entry in mapping(document.get("private")).items():
        own = mapping(entry)
        odds, known = mapping(own.get("odds")), own.get("known_to")
        levels = list(map(text_of, sequence(own.get("levels")))) or list(map(str, odds))
        yield {
            "name": str(name),
            "label": text_of(own.get("label")),
            "odds": {level: text_of(odds.get(level)) for level in levels},
            "known_to": [parties.get(one, one) for one in _listed(known)],
        }


def _steps(
    document: Any, parties: Mapping[str, str], scenario: Scenario | None = None
) -> Iterator[dict[str, Any]]:
    steps = sequence(document.get("round"))
    names = list(map(step_name, steps))
    for at, entry in enumerate(steps):
        own = mapping(entry)
        alone = names[at].isidentifier() and names.count(names[at]) == 1
        where = {"at": at, "key": names[at] if alone else at}
        if "use" in own:
            name = text_of(own.get("use"))
            about = next((one for one in shelf() if one["name"] == name), None)
            given = {str(k): text_of(v) for k, v in mapping(own.get("with")).items()}
            called = text_of(own.get("as")) or name
            record = scenario.mechanisms.get(called) if scenario else None
            gives = [{"about": one.about, "line": one.line or ""} for one in _gives(record)]
            told = {"as": called, "label": text_of(own.get("label")), "given": given}
            told["gives"] = gives
            yield {**where, "kind": "use", "name": name, "about": about, **told}
            continue
        by = text_of(own.get("by"))
        yield {
            **where,
            "kind": "step",
            "name": text_of(own.get("name")),
            "label": text_of(own.get("label")),
            "by": by,
            "who": "Chance" if by == "nature" else parties.get(by, by or "nobody yet"),
            "moves": list(_moves(own, parties)),
            "earlier": [] if by == "nature" else _earlier(document, at, by),
            "unseen": _listed(own.get("unseen")),
        }


def _earlier(document: Any, at: int, by: str) -> list[dict[str, str]]:
    """Steps of the round before one, of chance or of somebody else."""
    before = [mapping(one) for one in sequence(document.get("round"))[:at]]
    others = [one for one in before if "name" in one and text_of(one.get("by")) != by]
    return [
        {"name": text_of(one["name"]), "label": text_of(one.get("label") or one["name"])}
        for one in others
    ]


def _listed(value: Any) -> list[str]:
    """Names that may stand alone or in a list."""
    return [value] if isinstance(value, str) else list(map(text_of, sequence(value)))


def _gives(record: Any) -> list[Any]:
    return list(record.gives.values()) if record is not None else []


def _moves(step: Mapping[str, Any], parties: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name, entry in mapping(step.get("moves")).items():
        own = mapping(entry)
        pays = mapping(own.get("pay"))
        yield {
            "name": str(name),
            **{word: text_of(own.get(word)) for word in ("label", "when", "end", "odds")},
            "then": {str(k): text_of(v) for k, v in mapping(own.get("then")).items()},
            "pay": {party: text_of(pays.get(party)) for party in parties},
            "force": own.get("force") is True,
        }


def _ends(document: Any, parties: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    ends = {str(name): mapping(one) for name, one in mapping(document.get("outcomes")).items()}
    values = {one["name"]: one["value"] for one in _numbers(document)}
    pays = {name: mapping(one.get("pay")) for name, one in ends.items()}
    places = {party: _places({e: pays[e].get(party) for e in ends}, values) for party in parties}
    for name, own in ends.items():
        yield {
            "name": name,
            "label": text_of(own.get("label")),
            "kind": text_of(own.get("kind")),
            "pay": {party: text_of(pays[name].get(party)) for party in parties},
            "place": {party: places[party][name] for party in parties},
        }


def _places(pays: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, int]:
    """End to its place from 1 (worth least), as far as numbers tell it."""
    worths: dict[str, float] = {}
    for end, told in pays.items():
        found = number_or_text(values.get(text_of(told).replace(" ", ""), text_of(told)))
        worths[end] = 0.0 if isinstance(found, str) else float(found)
    ranks = sorted(set(worths.values()))
    return {end: ranks.index(worth) + 1 for end, worth in worths.items()}


def _numbers(document: Any) -> Iterator[dict[str, Any]]:
    for name, entry in mapping(document.get("parameters")).items():
        own = mapping(entry)
        if "each" not in own:
            yield _number(str(name), ["parameters", str(name)], entry)
            continue
        for key, one in mapping(own.get("each")).items():
            path = ["parameters", str(name), "each", str(key)]
            about = {word: own.get(word) for word in ("unit", "note", "source")}
            yield _number(f"{name}[{key}]", path, one, about)


def _number(
    name: str, path: list[str], entry: Any, family: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A number as the form has it; ``other`` is a range that is not uniform."""
    own = mapping(entry)
    value = own.get("value") if isinstance(entry, dict) else entry
    given = own.get("range")
    ends = range_of(given)
    about = {word: own.get(word) or (family or {}).get(word) for word in ("unit", "note", "source")}
    source = about.pop("source")
    return {
        "name": name,
        "path": path,
        "value": text_of(value),
        "low": ends[0] if ends else "",
        "high": ends[1] if ends else "",
        "other": "" if ends else text_of(given),
        "experts": list(_experts(own, path)),
        "source": ", ".join(source) if isinstance(source, dict) else text_of(source),
        **{word: text_of(one) for word, one in about.items()},
    }


def _experts(entry: Mapping[str, Any], path: list[str]) -> Iterator[dict[str, Any]]:
    """What each of several experts says of a number, whose pool is its range."""
    for name, told in mapping(entry.get("experts")).items():
        own = mapping(told)
        weight = text_of(own.get("weight"))
        place = [*path, "experts", str(name)]
        yield {
            "name": str(name),
            "range": text_of(own.get("range")),
            "weight": weight,
            "path": place,
        }


def _formulas(document: Any) -> Iterator[dict[str, str]]:
    for name, formula in mapping(document.get("define")).items():
        yield {"name": str(name), "formula": text_of(formula)}


def _accounts(document: Any, scenario: Scenario | None) -> dict[str, Any]:
    """Accounts side by side: a row for every number and mechanism, a cell for every account."""
    accounts = mapping(document.get("accounts"))
    told = [{"name": str(name), "label": label} for name, label in _labelled(document, "accounts")]
    numbers = []
    for one in _numbers(document):
        cells = []
        for account in accounts:
            entry = mapping(mapping(accounts[account]).get("parameters")).get(one["name"])
            path = ["accounts", str(account), "parameters", one["name"]]
            cells.append(_number(one["name"], path, entry))
        numbers.append({"name": one["name"], "common": one, "cells": cells})
    mechanisms = []
    for name in scenario.mechanisms if scenario else _used(document):
        stands = [_stand(mapping(accounts[account]), name) for account in accounts]
        mechanisms.append({"name": name, "stands": stands})
    switches = []
    for one in _switches(document):
        told_of = (mapping(mapping(each).get("switches")) for each in accounts.values())
        own = [stated.get(one["name"]) for stated in told_of]
        cells = [text_of(mapping(cell).get("value") if mapping(cell) else cell) for cell in own]
        switches.append(one | {"cells": cells})
    return {"told": told, "numbers": numbers, "switches": switches, "mechanisms": mechanisms}


def _used(document: Any) -> list[str]:
    uses = [mapping(one) for one in sequence(document.get("round"))]
    return [text_of(one.get("as") or one["use"]) for one in uses if "use" in one]


def _stand(account: Mapping[str, Any], mechanism: str) -> str:
    for word in ("asserts", "denies"):
        given = account.get(word)
        if mechanism == given or mechanism in sequence(given):
            return word
    return "silent"


def _claims(document: Any) -> Iterator[dict[str, str]]:
    for name, entry in mapping(document.get("claims")).items():
        own = mapping(entry)
        told = {word: " ".join(text_of(own.get(word)).split()) for word in ("says", "holds_when")}
        yield {"name": str(name), **told, "source": text_of(own.get("source"))}


def _levers(document: Any) -> Iterator[dict[str, str]]:
    for name, entry in mapping(document.get("levers")).items():
        own = mapping(entry)
        words = ("label", "parameter", "switch", "to", "towards", "limit")
        told = {word: text_of(own.get(word)) for word in words}
        effort = own.get("effort")
        cost = mapping(effort)
        told["effort"] = (
            f"{text_of(cost.get('cost'))} for every {text_of(cost.get('per'))}"
            if cost
            else text_of(effort)
        )
        yield {"name": str(name), "held_by": text_of(own.get("held_by")), **told}


def _choices(
    document: Any, scenario: Scenario | None, parties: Mapping[str, str]
) -> dict[str, Any]:
    """What can be chosen where a name is wanted: value to words."""
    ends = dict(_labelled(document, "outcomes"))
    kinds = {mapping(one).get("kind") for one in mapping(document.get("outcomes")).values()}
    names = [one["name"] for one in _numbers(document)]
    if scenario is not None:
        from offramp.scenario import understand

        own = ("parameters",)
        names = [one.name for one in understand(scenario).assumptions if one.path[0] in own]
    levels = {level for one in _variables(document) for level in one["levels"]}
    return {
        "party": dict(parties),
        "mover": {**parties, "nature": "chance"},
        "outcome": ends,
        "end": {**ends, **{f"kind {kind}": f"any {kind}" for kind in KINDS if kind in kinds}},
        "move": dict(_all_moves(document, scenario, parties)),
        "parameter": {name: name for name in names},
        "mechanism": {
            name: name for name in (scenario.mechanisms if scenario else _used(document))
        },
        "variable": dict(_labelled(document, "state")),
        "level": {level: level for level in sorted(levels)},
        "package": {name: name for name in mapping(document.get("packages"))},
        "switch": dict(_labelled(document, "switches")),
        "step": {one["name"]: one["label"] or one["name"] for one in _plain_steps(document)},
    }


def _plain_steps(document: Any) -> Iterator[dict[str, str]]:
    for one in sequence(document.get("round")):
        own = mapping(one)
        if "name" in own:
            yield {"name": text_of(own["name"]), "label": text_of(own.get("label"))}


def _all_moves(
    document: Any, scenario: Scenario | None, parties: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """'party.step = move' to words, of every step whose mover is no chance."""
    if scenario is not None:
        for step in scenario.round:
            if step.by != "nature":
                for name, move in step.moves.items():
                    who = parties.get(step.by, step.by)
                    yield f"{step.by}.{step.name} = {name}", f"{who} {move.label or name}"
        return
    for step in _steps(document, parties):
        if step["kind"] == "step" and step["by"] != "nature":
            for move in step["moves"]:
                told = f"{step['who']} {move['label'] or move['name']}"
                yield f"{step['by']}.{step['name']} = {move['name']}", told


@cache
def shelf() -> tuple[dict[str, Any], ...]:
    """The library's mechanisms: one sentence each, what each needs, and where it does nothing."""
    found = []
    for name, path in sorted(library_files("mechanisms").items()):
        try:
            one = mechanism_at(path)
        except OfframpError:
            continue
        about = " ".join(one.about.split()).replace("{round}", "round")
        off = ", ".join(f"{key} = {text_of(value)}" for key, value in one.off.items())
        needs = [
            {
                "name": need,
                "kind": words.kind,
                "default": text_of(words.default),
                "about": (words.about or need).replace("{round}", "round"),
            }
            for need, words in one.with_.items()
        ]
        sentence = about.partition(". ")[0].rstrip(".")
        found.append({"name": name, "about": f"{sentence}.", "off": off, "needs": needs})
    return tuple(found)
