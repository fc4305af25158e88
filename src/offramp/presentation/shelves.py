"""The library as entries: what each scenario, mechanism and model is, whose, and from where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from offramp.core.errors import OfframpError
from offramp.scenario.shelf import library_files
from offramp.scenario.yaml_text import Node, parse_yaml, read_text

CASES, EXAMPLES, MECHANISMS = "Cases", "Examples", "Mechanisms"
TOLD = ("title", "about", "parties", "sources")
"""The sections of a text from which an entry is told."""
SHELVES = {"scenarios": "title", "mechanisms": "about"}


@dataclass(frozen=True)
class ShelfEntry:
    """One thing of the library; ``wrong`` says why its file cannot be read, where it cannot."""

    shelf: str
    name: str
    title: str
    about: str
    group: str
    parties: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    file: str = ""
    wrong: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The entry as plain data."""
        return asdict(self)

    def holds(self, words: str) -> bool:
        """Whether every word stands somewhere in it, in any case."""
        text = " ".join(
            (self.name, self.title, self.about, self.group, *self.parties, *self.sources)
        ).casefold()
        return all(one in text for one in words.casefold().split())


def library_entries() -> tuple[ShelfEntry, ...]:
    """Scenarios, then mechanisms, then models in closed form, each by name."""
    topics = _topics()
    files = [(shelf, *one) for shelf in SHELVES for one in sorted(library_files(shelf).items())]
    told = [file_entry(*one, topics, brief=True) for one in files]
    return (*told, *_model_entries())


def file_entry(
    shelf: str,
    name: str,
    path: Path,
    topics: Mapping[str, str] | None = None,
    *,
    brief: bool = False,
) -> ShelfEntry:
    """A scenario or mechanism in a file, as far as its text tells without being understood.

    With ``brief`` only the sections are read that are told, which is several times as fast.
    """
    try:
        text = read_text(path)
        entries = parse_yaml(_told_part(text) if brief else text, str(path)).mapping
    except OfframpError as error:
        return ShelfEntry(shelf, name, name, "", "", file=str(path), wrong=error.found)
    about = _text(entries, "about")
    if shelf == "mechanisms":
        title, group = name.replace("_", " ").capitalize(), MECHANISMS
    else:
        title = _text(entries, "title") or name
        group = (topics or {}).get(name) or _group(name, entries)
    parties = entries["parties"].mapping if "parties" in entries else {}
    sources = entries["sources"].mapping if "sources" in entries else {}
    return ShelfEntry(
        shelf,
        name,
        title,
        about,
        group,
        tuple(_text(one.mapping, "label") or key for key, one in parties.items()),
        tuple(cited for cited in (_citation(one.mapping) for one in sources.values()) if cited),
        str(path),
    )


def _told_part(text: str) -> str:
    """The sections of a text that an entry tells; the whole text where it has no such sections."""
    kept: list[str] = []
    wanted = False
    for line in text.splitlines(keepends=True):
        if line[:1].isalpha():
            wanted = line.partition(":")[0] in TOLD
        if wanted:
            kept.append(line)
    return "".join(kept) or text


def library_table() -> dict[str, list[dict[str, str]]]:
    """Name, title or about, group and file of every scenario and mechanism of the library."""
    table: dict[str, list[dict[str, str]]] = {}
    topics = _topics()
    for shelf, word in SHELVES.items():
        table[shelf] = []
        for name, path in sorted(library_files(shelf).items()):
            entry = file_entry(shelf, name, path, topics)
            said = entry.about if word == "about" else entry.title
            said = f"cannot be read: {entry.wrong}" if entry.wrong else said
            one = {"name": name, word: said, "file": entry.file}
            table[shelf].append(one | ({"group": entry.group} if shelf == "scenarios" else {}))
    return table


def _topics() -> dict[str, str]:
    """Scenario to the topic of the canonical model that it plays."""
    from offramp.study.models import find_models

    return {one.scenario: one.family for one in find_models().values() if one.scenario}


def _group(name: str, entries: Mapping[str, Node]) -> str:
    """'Cases', or 'Examples' where the text says that it is invented."""
    if name.startswith("model-"):
        return "Other models"
    sources = entries["sources"].mapping if "sources" in entries else {}
    kinds = {str(one.mapping["kind"].value) for one in sources.values() if "kind" in one.mapping}
    return EXAMPLES if "invented" in kinds else CASES


def _model_entries() -> list[ShelfEntry]:
    from offramp.study.models import find_models

    return [
        ShelfEntry(
            "models",
            name,
            one.title,
            " ".join(one.teaches.split()),
            one.family,
            sources=tuple(one.citation),
        )
        for name, one in find_models().items()
    ]


def _text(entries: Mapping[str, Node], word: str) -> str:
    value = entries[word].value if word in entries else ""
    told = " ".join(str(value).split()) if isinstance(value, (str, int, float)) else ""
    return told.replace("{round}", "round")


def _citation(source: Mapping[str, Node]) -> str:
    """Speaker, date, title and note of a source, as far as it has them."""
    speaker, date = _text(source, "speaker"), _text(source, "date")
    head = f"{speaker} ({date})" if speaker and date else speaker or date
    parts = [head, _text(source, "title"), _text(source, "note")]
    return ". ".join(part.rstrip(".") for part in parts if part)
