"""The directive ``bibliography``: every work and document that the library cites, each once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from offramp.scenario.shelf import library_files
from offramp.scenario.yaml_text import parse_yaml, read_text

WORKS = ("article", "book", "chapter")


@dataclass(frozen=True)
class Cited:
    """A source as one file has it; what follows a semicolon in its note is that file's own."""

    file: str
    key: str
    kind: str
    speaker: str
    date: str
    title: str
    place: str

    @property
    def words(self) -> str:
        """The citation in one line."""
        head = f"{self.speaker} ({self.date})" if self.speaker else self.date
        parts = [one for one in (head, self.title, self.place) if one]
        return " ".join(one if one.endswith("?") else f"{one}." for one in parts)

    @property
    def order(self) -> tuple[str, str]:
        """Works by the surname of the first author, documents by their day."""
        first = re.split(r", | and ", self.speaker)[0].split()
        return (first[-1] if self.kind in WORKS and first else "", self.date + self.title)


def library_citations() -> Iterator[Cited]:
    """Every entry of ``sources`` in scenarios and mechanisms; what is invented is left out."""
    for shelf in ("scenarios", "mechanisms"):
        for file, path in library_files(shelf).items():
            text = re.search(r"^sources:.*?(?=^\w|\Z)", read_text(path), re.DOTALL | re.MULTILINE)
            told = parse_yaml(text[0], str(path)).mapping["sources"].mapping if text else {}
            for key, node in told.items():
                one = {word: " ".join(str(v.value).split()) for word, v in node.mapping.items()}
                if one["kind"] != "invented":
                    kind, speaker, date, title = (
                        one.get(word, "") for word in ("kind", "speaker", "date", "title")
                    )
                    place = one.get("note", "").partition(";")[0] if kind in WORKS else ""
                    yield Cited(file, key, kind, speaker, date, title, place)


class Bibliography(SphinxDirective):
    """Works by author or, with ``documents`` as argument, documents of the time by day."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """One list."""
        wanted = not self.arguments
        found: dict[str, list[Cited]] = {}
        for one in library_citations():
            if (one.kind in WORKS) == wanted:
                found.setdefault(one.words, []).append(one)
        items = []
        for words, uses in sorted(found.items(), key=lambda pair: pair[1][0].order):
            told = nodes.paragraph("", f"{words} In ")
            for number, file in enumerate(sorted({one.file for one in uses})):
                told += [nodes.Text(", ")] * (number > 0)
                shelf = "mechanisms" if file in library_files("mechanisms") else "scenarios"
                uri = f"gallery/{shelf}/{file}.html"
                told += nodes.reference("", "", nodes.literal(text=file), refuri=uri)
            items.append(nodes.list_item("", told))
        return [nodes.bullet_list("", *items, bullet="-")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("bibliography", Bibliography)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
