"""What a `use` may say otherwise: expectations, labels of moves, notes; and what a round is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from offramp.core.errors import ScenarioError
from offramp.scenario import Scenario, read, scenario_text
from offramp.scenario.model import Quantity

PRESSING = """offramp: 1
mechanism: pressing
about: Somebody presses in some {round}s.
sources: {book: {title: A book}}
with:
  presser: {kind: party, about: who presses}
parameters:
  weight:
    value: 0.4
    unit: worth per {round}
    source: book
    note: what it weighs; analyst's judgement
  chance: {value: 0.5, range: "uniform(0, 1)", note: how often}
state:
  pressed: {range: [0, 1], start: 0, scope: round, label: "Pressed this {round}"}
steps:
  - name: press
    by: presser
    moves:
      leave: {label: leaves it}
      press: {then: {pressed: 1}, pay: {presser: -weight}, label: presses}
  - name: luck
    by: nature
    moves: {leave: {odds: rest}, hit: {odds: chance * pressed}}
off: {chance: 0}
expects: {agreement: higher}
"""
CRISIS = """offramp: 1
title: A crisis
time: {round: day}
sources: {memo: {title: A memo}}
parties: {north: {precision: 4, patience: 0.9}}
round:
  - use: pressing
    with: {presser: north, WITH}
    MORE
  - {name: act, by: north, moves: {wait: {}, stop: {end: over}}}
outcomes: {over: {kind: agreement, pay: {north: 1}}}
rounds: unlimited
"""


def told(folder: Path, with_: str = "", more: str = "") -> Scenario:
    (folder / "pressing.yaml").write_text(PRESSING)
    text = CRISIS.replace(", WITH", f", {with_}" if with_ else "").replace("MORE", more or "# -")
    (folder / "crisis.yaml").write_text(text)
    return read(folder / "crisis.yaml")


def number(scenario: Scenario, name: str) -> Any:
    entry = scenario.parameters[f"pressing_{name}"]
    assert isinstance(entry, Quantity)
    return entry


def test_units_and_labels_follow_the_round(tmp_path: Path) -> None:
    scenario = told(tmp_path)
    assert number(scenario, "weight").unit == "worth per day"
    assert scenario.state["pressing_pressed"].label == "Pressed this day"
    assert scenario.mechanisms["pressing"].about == "Somebody presses in some days."
    (tmp_path / "crisis.yaml").write_text(
        (tmp_path / "crisis.yaml").read_text().replace("time: {round: day}\n", "")
    )
    assert number(read(tmp_path / "crisis.yaml"), "weight").unit == "worth per round"


def test_a_number_keeps_its_unit_and_note(tmp_path: Path) -> None:
    plain = number(told(tmp_path, "weight: 0.2"), "weight")
    assert (plain.value, plain.unit, plain.source) == (0.2, "worth per day", None)
    assert plain.note == "what it weighs; analyst's judgement"
    sourced = number(told(tmp_path, "weight: {value: 0.3, source: memo}"), "weight")
    assert (sourced.source, sourced.note) == ("memo", "what it weighs")
    own = number(told(tmp_path, "weight: {value: 0.3, note: mine, unit: points}"), "weight")
    assert (own.note, own.unit) == ("mine", "points")


def test_a_note_alone_replaces_the_note_alone(tmp_path: Path) -> None:
    chance = number(told(tmp_path, "chance: {note: as the memo tells it}"), "chance")
    assert (chance.value, chance.range, chance.note) == (
        0.5,
        "uniform(0, 1)",
        "as the memo tells it",
    )


def test_what_is_expected_may_be_the_scenarios_own_word(tmp_path: Path) -> None:
    library = told(tmp_path).mechanisms["pressing"]
    assert (dict(library.expects), library.expects_here) == ({"agreement": "higher"}, False)
    own = told(tmp_path, more="expects: {agreement: lower}").mechanisms["pressing"]
    assert (dict(own.expects), own.expects_here) == ({"agreement": "lower"}, True)
    none = told(tmp_path, more="expects: {}").mechanisms["pressing"]
    assert dict(none.expects) == {}


def test_moves_may_be_called_otherwise(tmp_path: Path) -> None:
    scenario = told(
        tmp_path, more="moves: {press: {label: leans on it}, luck.leave: {label: no luck}}"
    )
    first, second = scenario.round[0], scenario.round[1]
    assert first.moves["press"].label == "leans on it"
    assert first.moves["press"].then == {"pressing_pressed": 1}
    assert first.moves["leave"].label == "leaves it"
    assert second.moves["leave"].label == "no luck"
    assert read(scenario_text(scenario)) == scenario


@pytest.mark.parametrize(
    ("move", "found", "repair"),
    [
        ("pres", "has no move 'pres'", "did you mean 'press'?"),
        ("leave", "has several moves 'leave'", ""),
    ],
)
def test_a_move_that_is_not_there_is_an_error(
    tmp_path: Path, move: str, found: str, repair: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        told(tmp_path, more=f"moves: {{{move}: {{label: x}}}}")
    assert found in caught.value.found
    assert repair in caught.value.repair
    assert caught.value.place is not None
    assert caught.value.place.line == 9
