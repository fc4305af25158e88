"""The ledger of assumptions: every number with meaning, range, unit and where it comes from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from offramp.expressions import Number
from offramp.presentation import facts
from offramp.presentation.contents import Content, Section
from offramp.presentation.premises import cited, day
from offramp.presentation.text.elicitation import expert_words
from offramp.presentation.text.evidence import Shown, shown_passages
from offramp.presentation.text.numbers import count_of, figure_of, inside, listed
from offramp.scenario import Assumption, understand
from offramp.scenario.citing import where_words
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.scenario.distributions import Distribution
    from offramp.study.runs.findings import Findings

JUDGEMENT = "analyst's judgement"
SHORT = 84
"""Characters of a meaning that still fits behind a name."""
_SAYS_SO = re.compile(
    r"^\s*analyst['’]s judgement\s*[;:,.]?\s*|\s*[;,.]\s*analyst['’]s judgement\s*$", re.IGNORECASE
)


@dataclass(frozen=True)
class Entry:
    """One assumption as the report shows it; ``place`` 0..100 is the nominal in its range."""

    name: str
    meaning: str
    nominal: str
    formula: str
    range: str
    shape: str
    unit: str
    sources: str
    judged: bool
    place: float | None
    passages: tuple[Shown, ...] = ()
    experts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """The assumptions of one mechanism, or those of the crisis itself."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Reference:
    """One source of the scenario, written out; ``account`` where it is no study."""

    keys: tuple[str, ...]
    title: str
    who: str
    stance: str
    account: bool


def ledger_of(findings: Findings) -> tuple[Group, ...]:
    """Every assumption, grouped by the mechanism that brought it; the crisis' own come first."""
    owner = {
        name: key
        for key, record in findings.scenario.mechanisms.items()
        for name in (*record.parameters, *record.switches)
    }
    titles: dict[str, str] = {"": "The crisis itself"}
    for key, record in findings.scenario.mechanisms.items():
        titles[key] = record.label or spoken(key).capitalize()
    groups: dict[str, list[Entry]] = {key: [] for key in titles}
    values = _nominal_values(findings)
    meaning = understand(findings.scenario)
    experts = expert_words(meaning)
    for assumption in meaning.assumptions:
        if assumption.structural and assumption.path[0] != "switches":
            continue  # where accounts differ in the rules: that is told with them
        group = groups[owner.get(assumption.name.partition("[")[0], "")]
        entry = _entry(findings, assumption, values)
        group.append(replace(entry, experts=experts.get(assumption.name, ())))
    return tuple(
        Group(titles[key], _said_once(entries)) for key, entries in groups.items() if entries
    )


_MEANINGS: WeakKeyDictionary[Findings, Mapping[str, str]] = WeakKeyDictionary()
"""Found once for the many rows of a report that ask."""


def meanings_of(findings: Findings) -> Mapping[str, str]:
    """Assumption to what it means in the scenario's words, '' where it does not say."""
    if findings not in _MEANINGS:
        _MEANINGS[findings] = {
            assumption.name: _meaning(assumption.note or "").partition(";")[0]
            for assumption in understand(findings.scenario).assumptions
        }
    return _MEANINGS[findings]


def with_meaning(label: str, meaning: str) -> str:
    """'red line: troops for Russia', or the label alone where the meaning is long or none."""
    meaning = meaning.rstrip(".")
    if meaning and len(meaning) <= SHORT and meaning.lower() not in ("invented", "judgement"):
        return f"{label}: {inside(meaning)}"
    return label


def ledger_sentence(groups: tuple[Group, ...]) -> str:
    """How many numbers there are, how many are judgement, how many have a range."""
    entries = [entry for group in groups for entry in group.entries]
    total = len(entries)
    if total == 0:
        return "The scenario names no numbers apart from those written into its formulas."
    judged = sum(entry.judged for entry in entries)
    ranged = sum(bool(entry.range) for entry in entries)
    return (
        f"The scenario names {count_of(total, 'number')}: {total - judged:,} with a source, "
        f"{judged:,} without one, marked as {JUDGEMENT}. A source can stand for the idea while the "
        f"number is judgement; the meaning says so where it is. {ranged:,} of the numbers "
        f"{'has' if ranged == 1 else 'have'} a range from which the combinations were chosen; "
        f"{total - ranged:,} {'was' if total - ranged == 1 else 'were'} held fixed."
    )


def references_of(findings: Findings) -> tuple[Reference, ...]:
    """Every source of the scenario once, with all keys by which it is cited."""
    prefixes = tuple(f"{record.from_}_" for record in findings.scenario.mechanisms.values())
    found: dict[tuple[str, ...], list[str]] = {}
    for key, source in findings.scenario.sources.items():
        who = ", ".join(part for part in (source.speaker, source.kind, day(source.date)) if part)
        told = "; ".join(p for p in (source.stance, source.note) if p and p != "none")
        brought = "study" if prefixes and key.startswith(prefixes) else "account"
        called = source.title or source.note or spoken(key).capitalize()
        found.setdefault((called, who, told, brought), []).append(key)
    return tuple(
        Reference(tuple(keys), title, who, told, brought == "account")
        for (title, who, told, brought), keys in found.items()
    )


def _nominal_values(findings: Findings) -> Mapping[str, float]:
    if "parameters" not in findings.nominal:
        return {}
    names = facts.names_along(findings.nominal, "parameter")
    values = np.asarray(findings.nominal["parameters"].values, float).reshape(-1)
    return dict(zip(names, values.tolist(), strict=True))


def _entry(findings: Findings, assumption: Assumption, values: Mapping[str, float]) -> Entry:
    constant = isinstance(assumption.formula, Number)
    written = assumption.formula.value if isinstance(assumption.formula, Number) else math.nan
    nominal = values.get(assumption.name, float(written))
    spread = assumption.distribution
    note = assumption.note or ""
    return Entry(
        name=assumption.name,
        meaning=_meaning(note),
        nominal=spoken(assumption.word(nominal)) if assumption.options else figure_of(nominal),
        formula="" if constant or assumption.formula is None else str(assumption.formula),
        range="" if spread is None else _options_of(assumption) or _ends_of(spread),
        shape="" if spread is None else spread.name,
        unit=assumption.unit or "",
        sources=_sources(findings, assumption.source),
        judged=assumption.source is None,
        place=_place(nominal, spread),
        passages=shown_passages(findings.scenario, assumption.source),
    )


def _options_of(assumption: Assumption) -> str:
    """The options that a switch is drawn from, the weights behind them; '' of a number."""
    spread = assumption.distribution
    if spread is None or not assumption.options:
        return ""
    words = [spoken(assumption.word(value)) for value in spread.arguments]
    if spread.weights:
        words = [
            f"{word} (weight {figure_of(weight)})"
            for word, weight in zip(words, spread.weights, strict=True)
        ]
    return listed(words, "or")


def _ends_of(spread: Distribution) -> str:
    """The ends of a range in words, or what stands in their place."""
    values = [figure_of(value) for value in spread.arguments]
    if spread.name == "uniform":
        return f"{values[0]} to {values[1]}"
    if spread.name == "piecewise":
        median = figure_of(spread.median)
        return f"{values[0]} to {values[-1]}, median {median}"
    if spread.name in ("triangular", "pert"):
        return f"{values[0]} to {values[2]}, mode {values[1]}"
    if spread.name == "normal":
        return f"mean {values[0]}, deviation {values[1]}"
    if spread.name == "choice":
        return listed(values, "or")
    return f"parameters {listed(values)}"


def _meaning(note: str) -> str:
    text = _SAYS_SO.sub("", note)
    return text[:1].upper() + text[1:]


def _sources(findings: Findings, source: Any) -> str:
    if source is None:
        return ""
    if isinstance(source, str):
        return cited(source, findings.scenario)
    scenario = findings.scenario
    places = [(cited(key, scenario), where_words(scenario, key, at)) for key, at in source.items()]
    return listed([f"{told} ({where})" for told, where in places])


def _place(nominal: float, spread: Distribution | None) -> float | None:
    """Where the nominal value stands between the ends of its range, in per cent."""
    if spread is None or not math.isfinite(nominal):
        return None
    low, high = spread.bounds
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = (float(end) for end in spread.quantile(np.array([0.01, 0.99])))
    return None if high <= low else float(np.clip(100 * (nominal - low) / (high - low), 0, 100))


def _said_once(entries: list[Entry]) -> tuple[Entry, ...]:
    """The meaning of a family and the words behind it stand at its first entry only."""
    kept: list[Entry] = []
    previous: Entry | None = None
    for entry in entries:
        same = (
            previous is not None
            and entry.meaning == previous.meaning
            and entry.name.partition("[")[0] == previous.name.partition("[")[0]
        )
        if same and entry.meaning:
            seen = previous is not None and entry.passages == previous.passages
            passages = () if seen else entry.passages
            kept.append(replace(entry, meaning="", passages=passages))
        else:
            kept.append(entry)
        previous = entry
    return tuple(kept)


def _content(findings: Findings) -> Content:
    groups = ledger_of(findings)
    return {
        "groups": groups,
        "sentence": ledger_sentence(groups),
        "references": references_of(findings),
    }


SECTION = Section("The ledger of assumptions", 170, _content, folded=True)
