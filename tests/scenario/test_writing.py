"""What is written reads as the same scenario and the same game; content has one name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offramp.core.directions import left_open
from offramp.game import build
from offramp.scenario import Scenario, read, scenario_text
from offramp.scenario.shelf import library_files
from offramp.testing.strategies import Words, scenario_words

from ..oracle.generate import scenario_text as generated_text
from .base import BASE, changed


def is_kept(scenario: Scenario) -> None:
    text = scenario_text(scenario)
    again = read(text)
    assert again == scenario, text
    assert again.content_hash == scenario.content_hash
    assert scenario_text(again) == text
    one, other = build(scenario), build(again)
    assert one.nodes == other.nodes
    for draws in (one.nominal(), one.draws(3, seed=1)):
        for (rows, part), (_, copy) in zip(one.parts(draws), other.parts(draws), strict=True):
            tables, written = (game.tables(draws.rows(rows)) for game in (part, copy))
            for array in ("pay", "odds", "end_pay", "patience", "precision"):
                assert np.array_equal(getattr(tables, array), getattr(written, array))


@settings(max_examples=15)
@given(scenario_words())
def test_what_is_written_reads_back(words: Words) -> None:
    is_kept(read(words))


@pytest.mark.parametrize("name", sorted(library_files("scenarios")))
def test_library_scenarios_read_back(name: str) -> None:
    is_kept(read(name))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("limit", [None, 3])
def test_generated_texts_read_back(seed: int, limit: int | None) -> None:
    is_kept(read(generated_text(seed, limit=limit, entropy=seed % 2 == 1)))


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20))
def test_any_text_is_kept(text: str) -> None:
    words = {"label": text, "about": text, "colour": text}
    scenario = read(BASE).model_copy()
    party = scenario.parties["north"].model_copy(update=words)
    scenario = scenario.model_copy(update={"parties": {**scenario.parties, "north": party}})
    if left_open(text) is None and all(c not in text for c in "\ufffe\uffff"):
        assert read(scenario_text(scenario)) == scenario


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
        "null",
        "~",
        "true",
        "1",
        "1.5",
        "1e3",
        ".5",
        "0x10",
        "-",
        "- a",
        "? a",
        ": a",
        "a: b",
        "a #b",
        "#a",
        "[a]",
        "{a}",
        "a, b",
        "'a'",
        '"a"',
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a`",
        "",
        " a ",
        "a\nb",
        "a\tb",
        "\\",
        "a\u2028b",
        "a\u00a0b",
        "\u202ea\u202c",
        "\ufeffa",
        "\U0001f54a",
        "---",
        "...",
        "2026-01-31",
        "12:30",
        "<<",
        "=",
        "é",
        "name with spaces",
        "trailing ",
        "_",
        "NULL",
        "None",
    ],
)
def test_texts_that_yaml_would_read_otherwise(text: str) -> None:
    party = read(BASE).parties["south"].model_copy(update={"label": text})
    scenario = read(BASE)
    scenario = scenario.model_copy(update={"parties": {**scenario.parties, "south": party}})
    assert read(scenario_text(scenario)).parties["south"].label == text


@settings(max_examples=30)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_is_kept(value: float) -> None:
    from offramp.scenario.setting import with_values

    scenario = with_values(read(BASE), {"gain": value})
    assert read(scenario_text(scenario)) == scenario


def test_the_hash_names_the_content() -> None:
    base = read(BASE)
    assert read(BASE).content_hash == base.content_hash
    assert len(base.content_hash) == 16
    assert read("# a remark\n" + BASE).content_hash == base.content_hash
    assert read(BASE.replace("  odd: 0.25", "  odd: 0.250")).content_hash == base.content_hash
    for old, new in (("odd: 0.25", "odd: 0.26"), ("A test", "Another"), ("wait: {}", "hold: {}")):
        assert read(changed((old, new))).content_hash != base.content_hash
    assert hash(read(BASE)) == hash(base)
    assert read(BASE) == base


def test_a_scenario_cannot_be_changed() -> None:
    with pytest.raises(Exception, match="frozen"):
        read(BASE).title = "Another"  # type: ignore[misc]
