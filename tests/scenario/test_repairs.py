"""What people write by habit is met with what they mean: each repair, put in, makes the text read.

The slips are those of people who tried the language for the first time.
"""

from __future__ import annotations

import re

import pytest

from offramp.core.errors import OfframpError
from offramp.scenario import read, with_values
from offramp.scenario.model import Quantity
from tests.scenario.base import family_of

TEXT = """\
offramp: 1
title: A ceasefire on a border
parties: {north: {patience: 0.95, precision: 4}, south: {patience: 0.9, precision: 4}}
sources: {memoirs: {title: Memoirs}}
parameters:
  cost: {value: 0.1, range: "uniform(0.05, 0.2)", note: judgement}
  strain: {each: {north: 0.1, south: 0.2}}
state: {agreed: {range: [0, 1], start: 0}}
round:
  - {name: answer, by: south, moves: {accept: {then: {agreed: 1}, end: truce}, refuse: {}}}
  - {name: act, by: north, moves: {wait: {pay: {north: "-cost"}}, strike: {end: war, force: true}}}
outcomes: {truce: {kind: ceasefire, pay: {north: 0.3}}, war: {kind: war, pay: {south: "-1.5"}}}
rounds: unlimited
claims:
  one: {says: all is well, holds_when: "P(truce) > 0.5", source: memoirs}
"""

# what is written, in place of what, and the text that the repair tells to write
SLIPS: dict[str, tuple[str, str, str]] = {
    "a kind as an outcome": ("P(truce)", "P(ceasefire)", "P(kind ceasefire)"),
    "a kind by a round": ("P(truce)", "P(ceasefire by 3)", "P(kind ceasefire by 3)"),
    "by day": ("P(truce)", "P(truce by day 13)", "P(truce by 13)"),
    "by days": ("P(truce)", "P(truce by 13 days)", "P(truce by 13)"),
    "a range in words": ('"uniform(0.05, 0.2)"', "0.1 to 0.3", '"uniform(0.1, 0.3)"'),
    "a range with a dash": ('"uniform(0.05, 0.2)"', "0.1–0.3", '"uniform(0.1, 0.3)"'),
    "a range as a list": ('"uniform(0.05, 0.2)"', "[0.1, 0.3]", '"uniform(0.1, 0.3)"'),
    "a decimal comma in a claim": ("0.5", "0,6", "0.6"),
    "a decimal comma in a formula": ("1.5", "1,5", "1.5"),
    "a decimal comma in braces": ("value: 0.1", "value: 0,6", "value: 0.6"),
    "a colon in a text in braces": (
        "says: all is well",
        "says: all is: well",
        'says: "all is: well"',
    ),
    "a colon in a text": (
        "title: A ceasefire on a border",
        "title: A ceasefire: on a border",
        'title: "A ceasefire: on a border"',
    ),
    "a page behind a source": (
        "source: memoirs",
        "source: memoirs p. 12",
        'source: {memoirs: "p. 12"}',
    ),
}


def complaint(text: str) -> OfframpError:
    with pytest.raises(OfframpError) as told:
        read(text)
    return told.value


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_met_with_what_is_meant(name: str) -> None:
    right, slip, meant = SLIPS[name]
    read(TEXT)
    assert TEXT.count(right) == 1
    error = complaint(TEXT.replace(right, slip))
    assert error.place is not None
    assert error.place.line == 1 + TEXT[: TEXT.index(right)].count("\n")
    assert meant in error.repair
    read(TEXT.replace(right, meant))


def test_yes_is_no_number() -> None:
    assert complaint(TEXT.replace("agreed: 1", "agreed: yes")).repair == "write 1 for 'yes'"


def test_a_message_speaks_of_quantities_as_they_are_written() -> None:
    error = complaint(TEXT.replace("P(truce) > 0.5", "P(truce) is much larger than P(war)"))
    assert not re.search(r"(?<!\w)_+\d", str(error))
    assert "P(truce) is much larger than P(war)" in error.found
    assert "'>'" in error.repair


def test_a_family_is_set_whole_and_its_entries_singly() -> None:
    scenario = read(TEXT)
    told = with_values(scenario, {"strain": 0.4, "strain[south]": 0.7})
    entries = family_of(told, "strain").each
    values = {key: one.value for key, one in entries.items() if isinstance(one, Quantity)}
    assert values == {"north": 0.4, "south": 0.7}


def test_a_slip_in_python_does_not_speak_of_the_command_line() -> None:
    with pytest.raises(OfframpError) as told:
        with_values(read(TEXT), {"stain": 0.4})
    assert told.value.place is None
    assert told.value.repair == "did you mean 'strain'?"
