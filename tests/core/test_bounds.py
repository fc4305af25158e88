"""Whole numbers as they are asked for, in Python and on the command line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import offramp
from offramp.core.bounds import BoundError, as_whole, whole_number
from offramp.core.errors import OfframpError
from offramp.core.memory import free_memory
from offramp.game import exploration
from offramp.study.sweeps import Wishes
from tests.scenario.base import BASE

GAME = offramp.build(offramp.read(BASE))


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ("-3", -3), ("4.0", 4), ("1e3", 1000), ("0x1f", 31), (" 12 ", 12), ("1_000", 1000)],
)
def test_whole_numbers_are_read_exactly(text: str, value: int) -> None:
    assert as_whole(text) == value


@pytest.mark.parametrize(
    "text", ["4.9", "1.5", "3,5", "nan", "inf", "1e999999999", "many", "", "4.000001", "9" * 60]
)
def test_all_else_stays_a_text_and_is_refused(text: str) -> None:
    assert as_whole(text) == text
    with pytest.raises(BoundError, match="a whole number from 1 to 10"):
        whole_number(as_whole(text), "--draws", 1, 10)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [4.9, 4.0, "4", np.float64(3), 0, 10_000_001])
def test_draws_in_python_are_whole(value: Any) -> None:
    with pytest.raises((OfframpError, TypeError)):
        GAME.draws(value, seed=1)


@pytest.mark.parametrize("value", [np.int64(4), True, np.uint8(2)])
def test_whole_numbers_of_other_kinds_are_taken(value: Any) -> None:
    assert len(GAME.draws(value, seed=value)) == int(value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"chunk": 99_999_999_999}, "1 to 1,000,000"),
        ({"starts": 10**9}, "0 to 10,000"),
        ({"workers": 10**6}, "whole number from 1 to"),
        ({"seed": 1.5}, "seed 1.5"),
        ({"draws": 3.7}, "draws 3.7"),
        ({"seed": 2**63}, "whole number from 0"),
    ],
)
def test_a_sweep_says_the_largest_number(given: dict[str, Any], said: str) -> None:
    with pytest.raises(OfframpError, match=said):
        Wishes(**given).check()


def test_draws_that_memory_does_not_hold_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offramp.game.compilation.free_memory", lambda: 10 * GAME.bytes_of_a_draw)
    assert len(GAME.draws(10, seed=1)) == 10
    with pytest.raises(OfframpError, match="at most 10 draws"):
        GAME.draws(11, seed=1)


def test_free_memory_is_some() -> None:
    assert 1 << 20 < free_memory() < 1 << 60


COUNTERS = """offramp: 1
title: Counters
parties: {north: {patience: 0.9, precision: 4}}
state: {%s}
round:
  - {name: s, by: north, moves: {%s, stop: {end: x}}}
outcomes: {x: {kind: war, pay: {north: a0}}}
rounds: unlimited
"""


def counters(count: int, top: int) -> str:
    """So many counters that each go up to ``top``, one at a time."""
    state = ", ".join(f"a{i}: {{range: [0, {top}], start: 0}}" for i in range(count))
    moves = ", ".join(
        f"m{i}: {{when: a{i} < {top}, then: {{a{i}: a{i} + 1}}}}" for i in range(count)
    )
    return COUNTERS % (state, moves)


@pytest.mark.parametrize(("count", "top"), [(3, 999), (9, 9), (2, 31_622), (30, 1)])
def test_what_memory_does_not_hold_is_refused_in_time(
    monkeypatch: pytest.MonkeyPatch, count: int, top: int
) -> None:
    """A thousand million states; the bound is lower here, so that it is quick."""
    monkeypatch.setattr(exploration, "MAX_BYTES", 20_000_000)
    with pytest.raises(OfframpError, match=r"more than [\d,]+ nodes .* can be reached"):
        offramp.build(offramp.read(counters(count, top)))


@pytest.mark.parametrize(("count", "top"), [(2, 99), (3, 19), (10, 1)])
def test_a_game_that_fits_is_whole(count: int, top: int) -> None:
    assert offramp.build(offramp.read(counters(count, top))).nodes == (top + 1) ** count


@pytest.mark.parametrize("count", [62, 200, 1500])
def test_more_combinations_than_numbers_are_a_sentence(count: int) -> None:
    with pytest.raises(OfframpError, match=r"combinations of values"):
        offramp.build(offramp.read(counters(count, 1)))


@pytest.mark.parametrize("cost", ["1e308", "-1e200", "choice(1e101, 2e101)"])
def test_payoffs_near_the_largest_number_are_told(cost: str) -> None:
    quantity = f'{{range: "{cost}"}}' if "choice" in cost else f"{{value: {cost}}}"
    text = (
        counters(1, 1)
        .replace("north: a0", "north: cost")
        .replace("state:", f"parameters: {{cost: {quantity}}}\nstate:")
    )
    game = offramp.build(offramp.read(text))
    with pytest.raises(OfframpError, match="payoffs from"):
        game.tables(game.nominal())
