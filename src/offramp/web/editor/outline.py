"""The outline of a text: sections and their entries with their lines, also while it is broken."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from offramp.web.editor.whereabouts import walk

SECTIONS = {
    "sources": "Sources",
    "parties": "Parties",
    "parameters": "Numbers",
    "switches": "Switches",
    "define": "Formulas",
    "issues": "On the table",
    "packages": "Packages",
    "state": "What changes",
    "private": "What only some know",
    "round": "The round",
    "outcomes": "Ends",
    "claims": "Claims",
    "accounts": "Accounts",
    "levers": "Levers",
}


@dataclass(frozen=True)
class Section:
    """A section: its words, its line, and its entries with theirs."""

    name: str
    words: str
    line: int
    entries: tuple[tuple[str, int], ...]

    def as_dict(self) -> dict[str, Any]:
        """The section as plain data."""
        return asdict(self)


def sections_of(text: str) -> tuple[Section, ...]:
    """The sections of a text in its order."""
    done = walk(text)
    found: list[Section] = []
    for path, line in done.lines.items():
        if len(path) == 1:
            name = path[0]
            found.append(Section(name, SECTIONS.get(name, name), line, _entries(done, name)))
    return tuple(found)


def _entries(done: Any, section: str) -> tuple[tuple[str, int], ...]:
    if section not in SECTIONS:
        return ()
    found: dict[str, tuple[str, int]] = {}
    for path, line in done.lines.items():
        if path[0] != section or len(path) < 2:
            continue
        name = path[1]
        if section == "round":
            if len(path) == 3 and path[2] in ("name", "use"):
                told = done.values.get(path, "")
                found[name] = (f"use {told}" if path[2] == "use" else told, line)
        elif len(path) == 2:
            found[name] = (name, line)
    return tuple(found.values())
