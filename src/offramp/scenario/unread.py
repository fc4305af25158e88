"""What is written and then read by nobody: parameters, switches, variables, sources, packages.

A name counts as read where something that matters reads it: patience, precision, conditions,
pays, odds and weights, the worth of issues, what an outcome is told apart by, a claim. A name that
only an unread one reads is unread too. A number that is worked out from others and has a note is
told for the reader, and a source whose author and year stand in a text is cited there. Texts are
read word by word, so that a doubt is raised
where a name stands nowhere, and never where it is only hard to see what reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from offramp.scenario.citing import citations_of
from offramp.scenario.doubts import Doubt, doubt_at
from offramp.scenario.meant import Path
from offramp.scenario.model import Family, Quantity, Scenario

WORD = re.compile(r"[A-Za-z_]\w*")
LOOKUP = re.compile(r"([A-Za-z_]\w*)\s*\[([^\[\]]*)\]")
ASSIGNED = re.compile(r"[A-Za-z_][\w.]*\s*(?:\[[^\[\]]*\])?\s*=(?!=)")
"""In a claim, what an intervention gives a value to: that is no reading."""
SPECIAL = ("reservation",)
"""Families that `packages` reads by their name."""

Texts = list[str]


def unread_doubts(scenario: Scenario) -> Iterator[Doubt]:
    """A doubt for everything that nobody reads, in the order of the text."""
    texts = _texts_read(scenario, _rules(scenario))
    read = frozenset(word for text in texts for word in WORD.findall(text))
    given = {name for one in scenario.mechanisms.values() for name in one.gives}
    yield from _sources(scenario)
    for name, entry in scenario.parameters.items():
        if name in read or name in SPECIAL:
            if isinstance(entry, Family) and name not in SPECIAL:
                yield from _entries(scenario, name, entry, texts)
        elif name not in given and not _told(scenario, entry):
            yield _unread(scenario, "W102", "parameter", name, ("parameters", name))
    for name in scenario.switches:
        if name not in read and name not in given:
            yield _unread(scenario, "W104", "switch", name, ("switches", name))
    for name in scenario.define:
        if name not in read and name not in given:
            yield _unread(scenario, "W106", "formula", name, ("define", name))
    for section in ("state", "private"):
        for name in getattr(scenario, section):
            if name not in read and name not in given:
                yield _unread(scenario, "W105", "variable", name, (section, name))
    yield from _packages(scenario, read)
    yield from _given(scenario)


def _unread(scenario: Scenario, code: str, kind: str, name: str, path: Path) -> Doubt:
    owner = next(
        (
            one
            for one, record in scenario.mechanisms.items()
            if name in (*record.parameters, *record.switches, *record.state, *record.define)
        ),
        "",
    )
    of = f" of the mechanism '{owner}'" if owner else ""
    return doubt_at(
        scenario,
        code,
        f"nobody reads the {kind} '{name}'{of}, so that it changes nothing",
        "let a condition, pay, odds, formula or claim read it, or remove it",
        path,
    )


def _texts_read(scenario: Scenario, rules: Texts) -> Texts:
    """All texts that matter: the rules, then what stands behind the names that they read."""
    behind = _behind(scenario)
    waiting, seen, texts = list(rules), set[str](), list[str]()
    while waiting:
        text = waiting.pop()
        texts.append(text)
        for word in WORD.findall(text):
            if word in behind and word not in seen:
                seen.add(word)
                waiting += behind[word]
    return texts


def _rules(scenario: Scenario, without: Iterable[str] = ()) -> Texts:
    """Formulas that matter by themselves; of all steps but those ``without``."""
    left = frozenset(without)
    found: list[Any] = []
    for party in scenario.parties.values():
        found += [party.patience, party.precision]
    for issue in scenario.issues.values():
        found += [*issue.weight.values(), *(one for worth in issue.worth.values() for one in worth)]
    for private in scenario.private.values():
        found += [*private.odds.values(), *(private.range or ())]
    for step in scenario.round:
        for move in step.moves.values() if step.name not in left else ():
            found += [move.when, move.odds, move.weight, *move.pay.values()]
    for outcome in scenario.outcomes.values():
        found += [outcome.by, *outcome.pay.values()]
    for entry in scenario.parameters.values():
        found += _told(scenario, entry)
    found += [ASSIGNED.sub(" ", str(one.holds_when)) for one in scenario.claims.values()]
    return [str(one) for one in found if one is not None]


def _told(scenario: Scenario, entry: Any) -> Texts:
    """The formulas of a number that is told for the reader: worked out from others, with a note."""
    quantities = entry.each.values() if isinstance(entry, Family) else (entry,)
    if not getattr(entry, "note", None):
        return []
    texts = [text for one in quantities for text in _values(one)]
    ranged = any(getattr(one, "range", None) for one in quantities)
    words = {word for text in texts for word in WORD.findall(text)}
    return [] if ranged or not words & scenario.parameters.keys() else texts


def _behind(scenario: Scenario) -> dict[str, Texts]:
    """Name to the texts that give it its value."""
    behind: dict[str, Texts] = {}
    for name, entry in scenario.parameters.items():
        behind[name] = _values(entry)
    for account in scenario.accounts.values():
        for name, entry in account.parameters.items():
            behind.setdefault(name.partition("[")[0].strip(), []).extend(_values(entry))
        for name, start in account.start.items():
            behind.setdefault(name, []).append(str(start))
    for name, formula in scenario.define.items():
        behind[name] = [str(formula)]
    for name, words in scenario.state.items():
        behind.setdefault(name, []).extend(map(str, (words.start, *(words.range or ()))))
    for step in scenario.round:
        for move in step.moves.values():
            for name, formula in move.then.items():
                behind.setdefault(name, []).append(str(formula))
    return behind


def _values(entry: Any) -> Texts:
    if isinstance(entry, Family):
        return [text for one in entry.each.values() for text in _values(one)]
    value = entry.value if isinstance(entry, Quantity) else entry
    return [] if value is None else [str(value)]


def _entries(scenario: Scenario, name: str, family: Family, texts: Texts) -> Iterator[Doubt]:
    """Keys of a family that is read which nobody looks up."""
    keys = [key.strip() for text in texts for base, key in LOOKUP.findall(text) if base == name]
    if not keys or any(key not in family.each for key in keys):
        return
    for key in family.each:
        if key not in keys:
            yield doubt_at(
                scenario,
                "W103",
                f"nobody reads '{name}[{key}]', although other entries of '{name}' are read",
                "read it where the others are read, or remove the entry",
                ("parameters", name, "each", key),
            )


def _sources(scenario: Scenario) -> Iterator[Doubt]:
    """Sources of the scenario's own that nothing cites."""
    cited = {key for one in citations_of(scenario) for key in one.keys}
    brought = tuple(f"{record.from_}_" for record in scenario.mechanisms.values())
    prose = frozenset(re.findall(r"\w+", " ".join(_prose(scenario))))
    for key, words in scenario.sources.items():
        year = (words.date or "")[:4]
        authors = re.findall(r"\w{2,}", words.speaker or "")
        if year in prose and prose.intersection(authors):
            continue
        if key not in cited and not (brought and key.startswith(brought)):
            yield doubt_at(
                scenario,
                "W107",
                f"nobody cites the source '{key}'",
                f"write 'source: {key}' where it is used, or remove it",
                ("sources", key),
            )


def _prose(scenario: Scenario) -> Iterator[str]:
    """What is told beside the formulas: of the scenario, its parts, its numbers."""
    told: list[Any] = [scenario, *scenario.parameters.values(), *scenario.sources.values()]
    for section in ("state", "private", "switches", "issues", "outcomes", "claims", "accounts"):
        told += getattr(scenario, section).values()
    told += [*scenario.round, *(one for step in scenario.round for one in step.moves.values())]
    for one in told:
        yield from (text for word in ("about", "note") if (text := getattr(one, word, None)))


def _packages(scenario: Scenario, read: frozenset[str]) -> Iterator[Doubt]:
    """Packages that can never lie on the table, and such as leave an issue out."""
    levels = {level for words in scenario.state.values() for level in words.levels or ()}
    levels |= {level for words in scenario.private.values() for level in words.levels or ()}
    levels |= {option for words in scenario.switches.values() for option in words.options}
    for name, package in scenario.packages.items():
        if name not in read and name not in levels:
            yield doubt_at(
                scenario,
                "W108",
                f"the package '{name}' is no level of any variable, and nobody reads its worth",
                f"add '{name}' to the levels of the variable that says what is on the table, or "
                "remove it",
                ("packages", name),
            )
        left = [issue for issue in scenario.issues if issue not in package]
        if left:
            yield doubt_at(
                scenario,
                "W109",
                f"the package '{name}' says nothing of {' and '.join(map(repr, left))}, which then "
                "counts for nothing in it",
                f"add '{left[0]}: {scenario.issues[left[0]].options[0]}' or another option",
                ("packages", name),
            )


def _given(scenario: Scenario) -> Iterator[Doubt]:
    """What a mechanism gives the scenario to read and the scenario does not read."""
    for alias, record in scenario.mechanisms.items():
        if not record.gives:
            continue
        texts = _texts_read(scenario, _rules(scenario, record.steps))
        read = {word for text in texts for word in WORD.findall(text)}
        for name, words in record.gives.items():
            if name in read:
                continue
            about = " ".join(words.about.split())
            line = f" – {words.line}" if words.line else ""
            yield doubt_at(
                scenario,
                "W110",
                f"the mechanism '{alias}' is not connected: nothing outside it reads '{name}' "
                f"({about})",
                f"let the scenario read it{line}",
                ("mechanisms", alias),
            )
