"""Rounds half as long: what is converted, and that chance alone keeps its ends and its timing."""

from __future__ import annotations

import pytest

from offramp.scenario import read
from offramp.study.halving import halve_rounds, with_rounds_halved

CHANCE = """\
offramp: 1
title: Chance
time: {round: week}
parties: {south: {patience: 0.81, precision: 4}}
parameters:
  slide: {value: 0.19, unit: per week}
  toll: {each: {south: 0.1}, unit: worth a week}
  prize: {value: 1, unit: worth}
round:
  - name: week
    by: nature
    moves:
      war: {odds: slide, end: war}
      on: {odds: rest, pay: {south: "-toll[south]"}}
outcomes: {war: {kind: war, pay: {south: -prize}}}
rounds: unlimited
"""


def test_what_is_per_round_is_converted_and_nothing_else() -> None:
    shorter, converted = with_rounds_halved(read(CHANCE))
    assert converted == ("slide", "toll")
    from offramp.game import build

    game = build(shorter)
    values = dict(zip(game.nominal().names, game.nominal().values[0], strict=True))
    assert values["slide"] == pytest.approx(0.1)
    assert values["toll[south]"] == pytest.approx(0.05)
    assert values["prize"] == 1
    assert game.tables(game.nominal()).patience[0, 0] == pytest.approx(0.9)
    limited = CHANCE.replace("rounds: unlimited", "rounds: 5\nat_end: war")
    assert with_rounds_halved(read(limited))[0].rounds == 10


def test_what_chance_alone_decides_keeps_its_timing() -> None:
    """A hazard h a round: 1/h - 1 further rounds; half of 1/h' - 1 with h' = 1 - √(1 - h)."""
    found = halve_rounds(read(CHANCE))
    assert found.ends["war"] == (pytest.approx(1), pytest.approx(1))
    assert found.further == (pytest.approx(1 / 0.19 - 1), pytest.approx((1 / 0.1 - 1) / 2))
    assert not found.timing_moves


def test_a_timing_that_is_made_by_the_round_is_told() -> None:
    text = CHANCE.replace("slide: {value: 0.19, unit: per week}", "slide: 0.19")
    found = halve_rounds(read(text))  # nobody said that the chance is per week
    assert found.converted == ("toll",)
    assert found.timing_moves
