"""Commas where none can be, and repairs that hold when they are followed."""

from __future__ import annotations

import re

import pytest

import offramp
from offramp.core.errors import ScenarioError
from offramp.scenario.distributions import parse_distribution

TEXT = """offramp: 1
title: A small crisis
parties: {north: {patience: 0.9, precision: 4}}
parameters:
  cost: {value: 1, note: judgement}
round:
  - {name: s, by: north, moves: {wait: {pay: {north: -cost}}, stop: {end: x}}}
outcomes: {x: {kind: war, label: War, pay: {north: cost}}}
rounds: unlimited
"""


def complaint(text: str) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        offramp.read(text)
    return caught.value


@pytest.mark.parametrize(
    ("written", "torn"),
    [
        ("note: judgement", "note: a, b and c"),
        ("note: judgement", "note: costs 3,5 a month"),
        ("note: judgement", "unit: per month, each, note: judgement"),
        ("label: War", 'label: War, or what they call "order"'),
        ("label: War", "label: the end, as feared, at last"),
        ("patience: 0.9", "label: North, the republic of, patience: 0.9"),
        ("note: judgement", "note: a, b, a, b"),
    ],
)
def test_a_text_torn_at_a_comma_goes_into_quotes(written: str, torn: str) -> None:
    text = TEXT.replace(written, torn)
    error = complaint(text)
    assert "torn apart at a comma" in error.found
    match = re.fullmatch(r"put the text in quotes: (\w+): (\".*\")", error.repair)
    assert match is not None
    plain = match[2][1:-1].replace('\\"', '"')
    assert offramp.read(text.replace(plain, match[2], 1)).title == "A small crisis"


@pytest.mark.parametrize(
    ("written", "torn", "said"),
    [
        ("value: 1", "value: 0,1", "value: 0.1"),
        ("value: 1", "value: -12,05", "value: -12.05"),
        ("patience: 0.9", "patience: 0,9", "patience: 0.9"),
        ("north: cost", "north: -0,5", "north: -0.5"),
        ("precision: 4", "precision: 4,5", "precision: 4.5"),
    ],
)
def test_a_decimal_comma_becomes_a_point(written: str, torn: str, said: str) -> None:
    text = TEXT.replace(written, torn)
    error = complaint(text)
    assert error.repair == f"write the decimal point: {said}"
    assert offramp.read(text.replace(torn, said)).title == "A small crisis"


@pytest.mark.parametrize("value", ["0,1", "0,5 * cost", "cost + 1,25"])
def test_a_decimal_comma_in_quotes_or_on_a_line_of_its_own(value: str) -> None:
    error = complaint(TEXT.replace("value: 1", f'value: "{value}"'))
    assert "point" in error.repair
    block = TEXT.replace("  cost: {value: 1, note: judgement}", f"  cost:\n    value: {value}")
    assert "point" in complaint(block).repair


@pytest.mark.parametrize("text", ["{a: x, b: y}", "{a: x , b: y}", "{a: [1, 2], b: 'x, y'}"])
def test_commas_that_stand_where_they_may(text: str) -> None:
    from offramp.scenario.yaml_text import parse_yaml

    assert list(parse_yaml(text, "text").mapping) == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        "uniform(0,05, 0,2)",
        "choice(0,1, 0,2)",
        "triangular(0,1, 0,2, 0,3)",
        "normal(0,5, 0,1)",
        "pert(0,5, 1, 2)",
        "uniform(-1,5, 2)",
        "beta(1,5, 2,5)",
        "uniform(2, 1)",
        "normal(1, -1)",
        "normal(1)",
        "pert(3, 1, 2)",
        "beta(0, 1)",
        "uniform(1)",
        "lognormal(0, 0)",
        "triangular(1, 2)",
    ],
)
def test_the_repair_of_a_range_is_a_range(text: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_distribution(text)
    match = re.search(r"'(.+)'", caught.value.repair)
    assert match is not None
    assert parse_distribution(match[1]).name == text.partition("(")[0]
    if re.search(r"\d,\d", text):
        assert "decimal point" in caught.value.repair


@pytest.mark.parametrize("text", ["uniform(0,5)", "choice(0,1)", "choice(1,2,3)", "normal(0, 5)"])
def test_ranges_of_whole_numbers_stay_as_they_are(text: str) -> None:
    assert parse_distribution(text).arguments[0] in (0.0, 1.0)


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("north: -cost", "north: -cost * round_number"),
        ("label: War, pay: {north: cost}", "pay: {north: cost + round_number}"),
        ("stop: {end: x}", "stop: {when: round_number > 3, end: x}"),
        ("rounds: unlimited", "at_end: x\nrounds: unlimited"),
        ("rounds: unlimited", "rounds: 12"),
        (
            "parameters:",
            "private: {type: {levels: [a, b], odds: {a: 1/2, b: 1/2}, known_to: "
            "[north]}}\nparameters:",
        ),
    ],
)
def test_the_repair_of_a_limit_of_rounds_holds(written: str, instead: str) -> None:
    text = TEXT.replace(written, instead)
    for word, value in re.findall(r"'(rounds|at_end): (\w+)'", complaint(text).repair):
        if word == "rounds" and value == "12":
            text = text.replace("rounds: unlimited", "rounds: 12")
        elif word == "at_end":
            text += f"at_end: {value}\n"
    assert offramp.read(text).limit == 12


def test_what_cannot_be_used_is_not_proposed() -> None:
    error = complaint(TEXT.replace("north: -cost", "north: -cost * round_numbr"))
    assert "round_number" not in error.repair
