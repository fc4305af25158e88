"""Direction characters in the texts of scenarios and games: refused where they are left open."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from offramp.core.errors import OfframpError, ScenarioError
from offramp.interop.formats.efg import read_efg
from offramp.interop.formats.nfg import read_nfg
from offramp.scenario import read
from tests.scenario.base import BASE


def test_a_character_that_is_left_open_is_refused_where_it_stands() -> None:
    with pytest.raises(ScenarioError) as caught:
        read(BASE.replace("title: ", "title: a \u202e", 1))
    text = str(caught.value)
    assert re.match(
        r"text:\d+:10: the direction character U\+202E \(right-to-left override\)", text
    )
    assert "expected: every direction character closed" in text
    assert "repair:   take it out" in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ('about: "one \\u202Etwo"', 0, 13),
        ('about: "one \\\\u202E \\u202B"', 0, 21),
        ("about: one \u2067two", 0, 12),
        ("about: 'one \u2066two\u2069 \u2068three'", 0, 19),
        ('about: "one \\u2067a\\u2069 \\U0000202C"', 0, 27),
        ("about: |\n  one\n  two \u2067three\n  four\u2069", 2, 7),
        ("about: >-\n  one\n  two \u2069three", 2, 7),
        ("sources: {talk: {title: one, speaker: two\u202d}}", 0, 42),
        ("sources: {talk: {title: one, note: '\u202c'}}", 0, 37),
        ("parameters: {c: {value: 0.1, unit: a\u2066b, note: n}}", 0, 37),
    ],
)
def test_line_and_column_are_those_of_the_character(written: str, line: int, column: int) -> None:
    head = "offramp: 1\ntitle: t\n"
    with pytest.raises(ScenarioError) as caught:
        read(f"{head}{written}\nrounds: unlimited\n")
    place = caught.value.place
    assert place is not None
    assert (place.line, place.column) == (3 + line, column)
    assert "direction character" in caught.value.found


@pytest.mark.parametrize(
    "title", ["הפסקת אש 2026", "a \u202eb\u202c c", "\u2067هدنة\u2069 7", "a\u200fb", "a\u200eb"]
)
def test_texts_that_close_what_they_open_are_read(title: str) -> None:
    assert read(BASE + f"about: {json.dumps(title)}\n").about == title


def test_a_mapping_is_read_in_the_same_way() -> None:
    with pytest.raises(ScenarioError, match="direction character U\\+2067"):
        read({"offramp": 1, "title": "a \u2067b"})


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.efg", 'EFG 2 R "one \u202etwo" { "A" }\nt "" 1 "" { 0 }\n', "a.efg:1:14"),
        ("b.efg", 'EFG 2 R "one" { "A" }\nt "" 1 "win \u2067" { 0 }\n', "b.efg:2:13"),
        ("c.nfg", 'NFG 1 R "one" { "A\u202c" } { 1 }\n\n0\n', "c.nfg:1:19"),
    ],
)
def test_games_of_other_programs_too(name: str, text: str, place: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OfframpError, match="direction character") as caught:
        (read_efg if name.endswith("efg") else read_nfg)(path)
    assert str(caught.value.place).endswith(place)
