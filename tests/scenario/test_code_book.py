"""The code book: its terms as the page prints them, and every kind of departure from it."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from pathlib import Path

import pytest

import offramp
from offramp.scenario.by_the_book import departures
from offramp.scenario.code_book import TERMS, WORDS, band_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "code-book.md"
KEPT = """offramp: 1
title: By the book
parties:
  north: {precision: 8, patience: 0.9}
  south: {precision: 16, patience: 0.96}
parameters:
  cost: {range: "uniform(0.05, 0.15)", unit: stake, note: "code book: little; judgement"}
  loss: {range: "uniform(-3, -1.05)", unit: stake, note: "code book: more than all"}
  slide: {value: 0.3, range: "uniform(0.2, 0.8)", note: "code book: unlikely to likely"}
  luck: {range: "uniform(0.01, 0.99)", note: "code book: unknown chance"}
  span: {value: 40, range: "uniform(20, 60)", unit: kilometres, note: "code book: counted"}
  both: {value: cost + 0.01, note: worked out}
issues:
  land: {options: [a, b], weight: {north: 0.7}, worth: {north: [0, 1]}}
  troops: {options: [stay, leave], weight: {north: 0.3}, worth: {north: [1, 0]}}
packages: {deal: {land: a, troops: stay}}
round:
  - name: act
    by: north
    moves: {wait: {pay: {north: -cost - 0 * (both + span)}}, stop: {end: over}}
  - {name: reply, by: south, moves: {wait: {}, stop: {end: over}}}
  - {name: luck_turn, by: nature, moves: {bad: {odds: slide * luck, end: lost}, none: {odds: rest}}}
outcomes:
  over: {kind: agreement, pay: {north: "worth[north, deal]", south: 1}}
  lost: {kind: war, pay: {north: loss}}
rounds: unlimited
"""


def codes(text: str) -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in departures(offramp.read(text))]


def test_a_text_by_the_book_departs_nowhere() -> None:
    assert codes(KEPT) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('note: "code book: little; judgement"', "note: judgement", ("B101", "parameters.cost")),
        ("code book: little", "code book: litle", ("B103", "parameters.cost")),
        ("uniform(0.05, 0.15)", "uniform(0.05, 0.16)", ("B104", "parameters.cost")),
        ("uniform(-3, -1.05)", "uniform(-3, -1)", ("B104", "parameters.loss")),
        ("uniform(0.2, 0.8)", "normal(0.5, 0.2)", ("B104", "parameters.slide")),
        ("unlikely to likely", "likely to unlikely", ("B103", "parameters.slide")),
        ("unlikely to likely", "likely to much", ("B103", "parameters.slide")),
        ("uniform(0.01, 0.99)", "uniform(0.4, 0.6)", ("B105", "parameters.luck")),
        ("unit: kilometres, ", "", ("B106", "parameters.span")),
        ("patience: 0.96", "patience: 0.999", ("B201", "parties.south.patience")),
        ("precision: 16", "precision: 100", ("B202", "parties.south.precision")),
        (
            "worth: {north: [1, 0]}",
            "worth: {north: [1, 0.2]}",
            ("B203", "issues.troops.worth.north"),
        ),
        ("weight: {north: 0.3}", "weight: {north: 0.4}", ("B204", "issues.land.weight.north")),
    ],
)
def test_every_departure_is_told(old: str, new: str, expected: tuple[str, str]) -> None:
    assert KEPT.count(old) == 1
    assert codes(KEPT.replace(old, new)) == [expected]


def test_a_judgement_without_a_range() -> None:
    text = KEPT.replace('range: "uniform(0.05, 0.15)", unit', "value: 0.1, unit")
    text = text.replace("code book: little; ", "")
    assert codes(text) == [("B102", "parameters.cost"), ("B101", "parameters.cost")]


def test_numbers_of_mechanisms_are_left_alone() -> None:
    scenario = offramp.read("trilateral-talks")
    brought = {name for one in scenario.mechanisms.values() for name in one.parameters}
    found = {one.path.split(".")[1] for one in departures(scenario) if one.code[:2] == "B1"}
    assert brought
    assert not brought & found


def test_scales_have_no_gaps() -> None:
    for scale in ("chance", "size", "patience", "precision"):
        own = [one for one in TERMS if one.scale == scale and not one.word.startswith("unknown")]
        assert all(a.high == b.low for a, b in pairwise(own))


def test_glosses_are_what_the_formulas_give() -> None:
    """Half-lives and odds, worked out anew."""
    for one in TERMS:
        numbers = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", one.gloss)]
        if one.scale == "patience" and numbers:
            lives = [math.log(0.5) / math.log(end) for end in (one.low, one.high)]
            assert numbers[-2:] == [float(round(life)) for life in lives]
        if one.scale == "precision" and len(numbers) == 3:
            odds = [math.exp(end * 0.1) for end in (one.low, one.high)]
            assert numbers[:2] == pytest.approx(odds, rel=0.03)


def test_the_page_prints_the_terms() -> None:
    page = PAGE.read_text("utf-8")
    for one in TERMS:
        if one.scale != "other":
            assert f"| {one.word} | {one.low:g} to {one.high:g} | {one.gloss} |" in page


def test_bands() -> None:
    assert band_of("likely") == (WORDS["likely"], WORDS["likely"])
    assert band_of("almost nothing to some") == (WORDS["almost nothing"], WORDS["some"])
    assert band_of("so so") is None
