"""Rounds half as long: what is converted, and that chance alone keeps its ends and its timing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from offramp.apps.template import TEXT
from offramp.game import build
from offramp.scenario import read
from offramp.scenario.yaml_text import parse_yaml
from offramp.study import outcomes, solve
from offramp.study.halving import halve_rounds, with_rounds_halved
from tests.test_docs import DOCS, blocks_of

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


TUTORIALS = {
    "first-crisis": ("", {"hold", "refuse"}, {"cost"}),
    "account-to-game": ("strait.yaml", {"wait", "keep_closed"}, {"cost", "pressure"}),
    "put-an-argument-to-the-test": (
        "customs.yaml",
        {"hold", "wait"},
        {"relief", "strain", "out_of_hand"},
    ),
    "when-the-game-is-in-dispute": ("bridge.yaml", {"wait", "hold", "refuse"}, {"cost"}),
}
"""Page of a tutorial to its file, the moves that do not act, and what is per round."""
CHANCES = {"pressure", "out_of_hand"}
ROW = re.compile(
    r"^\| \[.*\]\(\.\./tutorials/(.*)\.md\) \| ([\d.]+) points \| ([\d.]+) in place of ([\d.]+) "
    r"\| ([\d.]+) points \| ([\d.]+) \|$",
    re.MULTILINE,
)


def tutorial(page: str) -> dict[str, Any]:
    """The crisis of a tutorial as plain data, without claims, accounts and levers."""
    name = TUTORIALS[page][0]
    blocks = blocks_of((DOCS / "tutorials" / f"{page}.md").read_text("utf-8"))
    text = [one.text for one in blocks if name and one.detail == name] or [
        TEXT.format(file="border.yaml", title="Border")
    ]
    words = parse_yaml(text[-1], page).plain()
    return {key: words[key] for key in words if key not in ("claims", "accounts", "levers")}


def converted_by_hand(page: str, parts: int, weight: float) -> dict[str, Any]:
    """The crisis in rounds ``parts`` times as short, by the table of the page, not by `halving`."""
    words, (_, waits, per_round) = tutorial(page), TUTORIALS[page]
    for party in words["parties"].values():
        party["patience"] **= 1 / parts

    def short(name: str, value: float) -> float:
        return 1 - (1 - value) ** (1 / parts) if name in CHANCES else value / parts

    for name in per_round:
        for one in words["parameters"][name].get("each", {"": words["parameters"][name]}).values():
            one["value"] = short(name, one["value"])
            del one["range"]
    for step in words["round"]:
        for name, move in step["moves"].items():
            pay = move.get("pay", {})
            pay.update({party: one / parts for party, one in pay.items() if isinstance(one, float)})
            if step["by"] != "nature" and name not in waits:
                step["moves"][name] = {**move, "weight": weight}
    return words


def solved(words: dict[str, Any]) -> tuple[dict[str, float], float]:
    """Probability of every end, and into how many further rounds play goes on."""
    found = outcomes(solve(build(read(words))), rounds=0)
    ends = map(str, found["outcome"].values)
    return dict(zip(ends, found["probability"].values[0], strict=True)), float(found["rounds"][0])


def test_the_tutorials_crises_keep_their_ends_in_days() -> None:
    """As the page says of each, within its last digit."""
    rows = ROW.findall((DOCS / "how-to" / "choose-a-scale.md").read_text("utf-8"))
    assert {row[0] for row in rows} == {*TUTORIALS}
    for page, *told in rows:
        ends, before = solved(tutorial(page))
        found = [before]
        for weight in (1, 1 / 7):
            there, further = solved(converted_by_hand(page, 7, weight))
            found += [100 * max(abs(there[end] - ends[end]) for end in ends), further / 7]
        assert found[1] < 5
        assert found[2] < before / 3
        moves, further, whole, weighed, longer = map(float, told)
        assert [moves, weighed] == pytest.approx(found[1::2], abs=0.051)
        assert [whole, further, longer] == pytest.approx(found[::2], abs=0.0051)


def test_halving_converts_as_by_hand() -> None:
    there, further = solved(converted_by_hand("account-to-game", 2, 1))
    strait = halve_rounds(read(tutorial("account-to-game")))
    assert strait.further[1] == pytest.approx(further / 2)
    assert {end: after for end, (_, after) in strait.ends.items()} == pytest.approx(there)
