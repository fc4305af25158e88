"""Everything in a scenario that may cite a source, with what it cites and the words that it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from offramp.scenario.model import Scenario

WORDS = ("says", "label", "about", "note")
"""Texts that may stand beside a source."""
KINDS: Mapping[str, str] = {
    "parameters": "parameter",
    "switches": "switch",
    "issues": "issue",
    "private": "private variable",
    "mechanisms": "mechanism",
    "round": "step",
    "outcomes": "outcome",
    "claims": "claim",
    "accounts": "account",
    "levers": "lever",
}


@dataclass(frozen=True)
class Cited:
    """One entry that may cite: where it stands, what it is called, its citation and its texts."""

    path: tuple[str | int, ...]
    kind: str
    name: str
    source: str | Mapping[str, str] | None
    quote: bool
    texts: Mapping[str, str]

    @property
    def keys(self) -> tuple[str, ...]:
        """The sources that are cited."""
        return (self.source,) if isinstance(self.source, str) else tuple(self.source or ())


def citations_of(scenario: Scenario) -> Iterator[Cited]:
    """Every entry that may cite a source, whether it does or not; steps in their order."""
    for name, entry in scenario.parameters.items():
        yield from _parameter(entry, ("parameters", name), name, "parameter")
    for section in ("switches", "issues", "private"):
        for name, words in getattr(scenario, section).items():
            yield _cited(words, (section, name), KINDS[section], name)
    for position, step in enumerate(scenario.round):
        yield _cited(step, ("round", position), "step", step.name)
        for name, move in step.moves.items():
            yield _cited(move, ("round", position, "moves", name), "move", f"{step.name}.{name}")
    for section in ("outcomes", "mechanisms", "claims"):
        for name, words in getattr(scenario, section).items():
            yield _cited(words, (section, name), KINDS[section], name)
    for name, account in scenario.accounts.items():
        path = ("accounts", name)
        yield _cited(account, path, "account", name)
        for one, entry in account.parameters.items():
            at = (*path, "parameters", one)
            yield from _parameter(entry, at, f"{name}: {one}", "entry of an account")
        for one, entry in account.switches.items():
            if not isinstance(entry, str):
                at = (*path, "switches", one)
                yield _cited(entry, at, "entry of an account", f"{name}: {one}")
    for name, lever in scenario.levers.items():
        yield _cited(lever, ("levers", name), "lever", name)


def where_words(scenario: Scenario, key: str, where: str) -> str:
    """'passage 12:3', 'passages 3, 12-14' of a source with a file; else the words themselves."""
    source = scenario.sources.get(key)
    if source is None or source.file is None:
        return where
    return f"{'passages' if ',' in where or '-' in where else 'passage'} {where}"


def _parameter(entry: Any, path: tuple[str | int, ...], name: str, kind: str) -> Iterator[Cited]:
    """A number, and every entry of a family by itself where it has a source or text of its own."""
    yield _cited(entry, path, kind, name)
    experts: Mapping[str, Any] = getattr(entry, "experts", {})
    for expert, words in experts.items():
        yield _cited(words, (*path, "experts", expert), "expert", f"{name}: {expert}")
    each: Mapping[str, Any] = getattr(entry, "each", {})
    for key, one in each.items():
        if not isinstance(one, (int, float, str)):
            yield from _parameter(one, (*path, "each", key), f"{name}[{key}]", kind)


def _cited(words: Any, path: tuple[str | int, ...], kind: str, name: str) -> Cited:
    texts = {word: str(text) for word in WORDS if (text := getattr(words, word, None))}
    return Cited(
        path, kind, name, getattr(words, "source", None), getattr(words, "quote", False), texts
    )
