"""YAML at its edges: right, or one clear complaint, and never slow."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from offramp.core.errors import OfframpError
from offramp.game import build
from offramp.scenario import read

from .base import BASE, changed

SLIDE = "      slide: {when: rung == tense, odds: odd, end: war}\n"
BLOCKS = """\
      slide:
        when: >-
          rung ==
          tense
        odds: |
          odd
          + 0
        end: war
"""
LEVEL = "rung == tense"

# What reads as the same scenario as BASE.
SAME = {
    "byte order mark": "\ufeff" + BASE,
    "line ends of Windows": BASE.replace("\n", "\r\n"),
    "line ends of long ago": BASE.replace("\n", "\r"),
    "a beginning of the document": "---\n" + BASE,
    "an end of the document": BASE + "...\n",
    "a version of YAML": "%YAML 1.2\n---\n" + BASE,
    "an older version of YAML": "%YAML 1.1\n---\n" + BASE,
    "a question mark for a key": changed(("title: A test", "? title\n: A test")),
    "quoted keys": changed(("title: A test", "\"title\": 'A test'")),
    "an escape": changed(("title: A test", r'title: "A\x20te\u0073t"')),
    "a tab between words": changed(("wait: {}", "wait: {\t}")),
    "comments": "# first\n" + BASE.replace("state:\n", "state: # what changes\n  # more\n"),
    "a formula over two lines": changed((f"when: {LEVEL}", "when: rung\n          == tense")),
    "a quoted formula over two lines": changed(
        (f"when: {LEVEL}", 'when: "rung ==\n         tense"')
    ),
    "no last line end": BASE.rstrip("\n"),
}

# name: (text, what the message says, line, column or 0 where it does not matter)
REFUSED = {
    "an alias bomb": (
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n" + BASE,
        "anchor or alias",
        1,
        4,
    ),
    "a merge key": (
        changed(("  north: {patience", "  <<: {a: 1}\n  north: {patience")),
        "'<<'",
        4,
        3,
    ),
    "a merge of an alias": (
        changed(("  north: {patience", "  <<: *a\n  north: {patience")),
        "alias",
        4,
        7,
    ),
    "a NUL": (changed(("A memo", "A \0 memo")), "a control character", 11, 19),
    "a NUL in an escape": (
        changed(("title: A test", r'title: "A\0test"')),
        "control character",
        2,
        8,
    ),
    "a bell": (changed(("A memo", "A \x07 memo")), "a control character", 11, 19),
    "half a character": (
        changed(("title: A test", r'title: "A \ud83d"')),
        "half of a character",
        2,
        8,
    ),
    "an empty key": (BASE + "'': 1\n", "unknown word ''", 41, 0),
    "no key": (BASE + ": 1\n", "'null' stands where a name", 41, 0),
    "a list as a key": (BASE + "? [a, b]\n: 1\n", "a key that is no name", 41, 3),
    "a mapping as a key": (BASE + "? {a: b}\n: 1\n", "a key that is no name", 41, 3),
    "a fraction as a key": (changed(("wait: {}", "1.5: {}")), "a key that is no name", 24, 7),
    "a key twice inside brackets": (
        changed(("pay: {north: gain}", "pay: {north: gain, north: 1}")),
        "'north' stands twice",
        25,
        75,
    ),
    "a byte order mark inside": (
        changed(("title: A test", "\ufefftitle: A test")),
        "<U+FEFF>title",
        2,
        1,
    ),
    "a tag": (changed(("odd: 0.25", "odd: !!float 1")), "the tag", 8 + 1, 8),
    "deep brackets": (BASE + "z: " + "[" * 100_000 + "\n", "nested more than 24 deep", 41, 0),
    "deep braces": (BASE + "z: " + "{a: " * 100_000 + "\n", "nested more than 24 deep", 41, 0),
    "deep lists": (BASE + "z:\n" + "".join("  " * d + "-\n" for d in range(1, 40)), "deep", 0, 0),
    "fifty thousand values": (
        BASE + "z: {" + ", ".join(f"k{i}: 1" for i in range(26_000)) + "}\n",
        "more than 50,000",
        41,
        0,
    ),
    "a word without end": (BASE + "z: !" + "a" * 900_000 + "\n", "a word of 900,001", 41, 4),
    "a megabyte": (BASE + "# x\n" * 300_000, "characters", 1, 1),
    "an unclosed quote": (changed(("title: A test", 'title: "A test')), "not YAML", 0, 0),
    "a formula with brackets": (
        changed(('north: "-cost[north]"', "north: -cost[north]")),
        "needs quotes",
        36,
        0,
    ),
    "a block with a wrong name": (
        BASE.replace(SLIDE, BLOCKS.replace("  tense", "  tnse")),
        "unknown name 'tnse'",
        36,
        15,
    ),
    "a wrong name on a second line": (
        changed((f"when: {LEVEL}", "when: rung\n          == tnse")),
        "unknown name 'tnse'",
        35,
        21,
    ),
    "a second document": (BASE + "...\ntitle: Another\n", "second document", 42, 1),
}


@pytest.mark.parametrize("name", SAME)
def test_other_ways_to_write_the_same(name: str) -> None:
    assert read(SAME[name] + ("" if "\n" in SAME[name] else " ")) == read(BASE)


def test_formulas_in_blocks() -> None:
    scenario = read(BASE.replace(SLIDE, BLOCKS))
    assert build(scenario).nodes == build(read(BASE)).nodes


@pytest.mark.parametrize("name", REFUSED)
def test_complaints_about_yaml(name: str) -> None:
    text, said, line, column = REFUSED[name]
    began = time.process_time()
    with pytest.raises(OfframpError) as caught:
        read(text)
    assert time.process_time() - began < 5
    error = caught.value
    assert error.place is not None
    assert said in str(error), str(error)
    assert line in (0, error.place.line), str(error)
    assert column in (0, error.place.column), str(error)
    assert len(str(error)) < 2_000


def test_json_is_yaml(tmp_path: Path) -> None:
    """Mappings and JSON files read alike, characters beyond 16 bits and long lines included."""
    words = {**plain(), "title": "Peace \U0001f54a \u2013 '\"\\ "}
    scenario = read(words)
    assert scenario.title == words["title"]
    path = tmp_path / "crisis.yaml"
    path.write_text(json.dumps(words), encoding="utf-8")
    assert read(path) == scenario
    path.write_text(json.dumps(words, ensure_ascii=False, indent=1), encoding="utf-8")
    assert read(path) == scenario


def plain() -> dict[str, object]:
    return {
        "offramp": 1,
        "title": "Plain",
        "parties": {"north": {"precision": 1, "patience": 0.5}},
        "round": [{"name": "act", "by": "north", "moves": {"go": {"end": "over"}, "wait": {}}}],
        "outcomes": {"over": {"kind": "stalemate", "pay": {"north": 1}}},
        "rounds": "unlimited",
    }


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", {"a": object()}, 1j])
def test_a_mapping_with_what_yaml_does_not_know(value: object) -> None:
    with pytest.raises(OfframpError, match="the mapping is not a scenario") as caught:
        read({**plain(), "about": value})
    assert caught.value.place is not None


def test_numbers_and_dates_may_be_texts() -> None:
    scenario = read(
        changed(("title: A test", "title: 1914"), ("{title: A memo}", "{date: 2026-01-31}"))
    )
    assert scenario.title == "1914"
    assert scenario.sources["memo"].date == "2026-01-31"


@pytest.mark.parametrize("name", ["a" * 5_000, "a\0b", "a\0b.yaml", "", "no/such/place", "."])
def test_names_that_are_no_files(name: str) -> None:
    with pytest.raises(OfframpError) as caught:
        read(name)
    assert len(str(caught.value)) < 7_000
