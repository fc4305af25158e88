"""A work is cited in the same words wherever the library cites it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

EXTENSIONS = Path(__file__).resolve().parents[2] / "docs" / "_ext"
JOURNAL = re.compile(r"[A-Z][A-Za-z ]+ \d+(\(\d+\))?: \d+–\d+")


@pytest.fixture(scope="module")
def citations() -> list[Any]:
    sys.path.insert(0, str(EXTENSIONS))
    try:
        import bibliography  # pyright: ignore[reportMissingImports]
    finally:
        sys.path.pop(0)
    return list(bibliography.library_citations())


def test_a_work_has_the_same_words_in_every_file(citations: list[Any]) -> None:
    words: dict[tuple[str, str], set[str]] = {}
    for one in citations:
        words.setdefault((one.title.casefold()[:18], one.date), set()).add(one.words)
    assert {key: found for key, found in words.items() if len(found) > 1} == {}


def test_articles_say_volume_and_pages_and_works_where_they_appeared(citations: list[Any]) -> None:
    for one in citations:
        if one.kind == "article":
            assert JOURNAL.fullmatch(one.place), f"{one.file}: {one.words}"
        elif one.kind in ("book", "chapter"):
            assert one.place, f"{one.file}: {one.words}"
        if one.kind in ("article", "book", "chapter"):
            assert one.speaker, f"{one.file}: {one.words}"
            assert re.fullmatch(r"\d{4}", one.date), f"{one.file}: {one.words}"
