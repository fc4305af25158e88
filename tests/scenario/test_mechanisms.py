"""Mechanisms: what `use`, `as` and `with` mean, where files are found, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from offramp.core.errors import OfframpError
from offramp.game import build
from offramp.scenario import Scenario, read, scenario_text
from offramp.scenario.model import Family, Quantity
from offramp.scenario.shelf import library_files
from offramp.testing import check_mechanism

from .base import BASE, changed

FATIGUE = """\
offramp: 1
mechanism: fatigue
about: Somebody grows tired. Holds where nobody rests.
source: {keller: part 2}
sources: {keller: {title: A study}}
with:
  who: {kind: party}
  table: {kind: variable}
  span: {kind: number, default: 2}
  price: {kind: expression, default: 0}
  lost: {kind: outcome}
  worst: {kind: level, default: deal}
parameters:
  pace: {value: 0.3, range: "uniform(0, 0.6)", unit: per month, source: {keller: page 3}}
  pain: {each: {who: 0.5, 1: 2 * pace}}
  blunt: 1 - pace
state:
  energy: {range: [0, span], start: span}
  mood: {levels: [fine, sour], start: fine}
steps:
  - name: tire
    by: nature
    moves:
      sink:
        when: energy > 0 and mood == fine
        odds: pace * blunt
        then: {energy: energy - 1, table: "if(energy == 1, worst, table)"}
        pay: {who: "-pain[who] * (1 - price)"}
      stay: {odds: rest, source: keller}
  - name: give_up
    by: who
    moves: {hold: {then: {mood: sour}}, collapse: {when: energy == 0, end: lost}}
off: {pace: 0, "pain[who]": 0}
expects: {war: higher}
"""
USE = "  - use: fatigue\n    with: {who: north, table: table, lost: war}\n"


def using(use: str = USE, *changes: tuple[str, str]) -> str:
    return changed(("  - name: answer", use + "  - name: answer"), *changes)


@pytest.fixture
def reading(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Reads a scenario's text beside FATIGUE, or beside the mechanisms given by name."""

    def read_beside(text: str, **mechanisms: str) -> Scenario:
        for name, words in (mechanisms or {"fatigue": FATIGUE}).items():
            (tmp_path / f"{name}.yaml").write_text(words, encoding="utf-8")
        (tmp_path / "crisis.yaml").write_text(text, encoding="utf-8")
        return read(tmp_path / "crisis.yaml")

    return read_beside


def test_what_a_mechanism_adds_bears_its_name(reading: Any) -> None:
    scenario = reading(using())
    assert [step.name for step in scenario.round] == [
        "act",
        "fatigue_tire",
        "fatigue_give_up",
        "answer",
        "chance",
    ]
    assert list(scenario.state) == ["rung", "left", "table", "fatigue_energy", "fatigue_mood"]
    assert scenario.state["fatigue_mood"].levels == ("fine", "sour")
    assert scenario.state["fatigue_energy"].range == (0, 2)
    pace = scenario.parameters["fatigue_pace"]
    assert isinstance(pace, Quantity)
    assert (pace.value, pace.range, pace.unit) == (0.3, "uniform(0, 0.6)", "per month")
    assert pace.source == {"fatigue_keller": "page 3"}
    assert scenario.sources["fatigue_keller"].title == "A study"
    pain = scenario.parameters["fatigue_pain"]
    assert isinstance(pain, Family)
    assert dict(pain.each) == {"north": 0.5, "1": "2 * fatigue_pace"}
    sink = scenario.round[1].moves["sink"]
    assert sink.when == "fatigue_energy > 0 and fatigue_mood == fine"
    assert sink.odds == "fatigue_pace * fatigue_blunt"
    assert sink.then == {
        "fatigue_energy": "fatigue_energy - 1",
        "table": "if(fatigue_energy == 1, deal, table)",
    }
    assert sink.pay == {"north": "-fatigue_pain[north] * (1 - 0)"}
    assert scenario.round[1].moves["stay"].source == "fatigue_keller"
    assert scenario.round[2].by == "north"
    assert scenario.round[2].moves["collapse"].end == "war"


def test_the_record_says_what_was_added_and_what_switches_it_off(reading: Any) -> None:
    record = reading(using()).mechanisms["fatigue"]
    assert record.from_ == "fatigue"
    assert record.off == {"fatigue_pace": 0, "fatigue_pain[north]": 0}
    assert record.expects == {"war": "higher"}
    assert record.parameters == ("fatigue_pace", "fatigue_pain", "fatigue_blunt")
    assert record.state == ("fatigue_energy", "fatigue_mood")
    assert record.steps == ("fatigue_tire", "fatigue_give_up")
    assert record.source == {"fatigue_keller": "part 2"}


def test_a_mechanism_may_be_used_twice_under_two_names(reading: Any) -> None:
    two = USE.replace("fatigue\n", "fatigue\n    as: one\n") + USE.replace(
        "fatigue\n", "fatigue\n    as: two\n    label: Again\n"
    ).replace("north", "south")
    scenario = reading(using(two))
    assert list(scenario.mechanisms) == ["one", "two"]
    assert list(scenario.sources) == ["memo", "fatigue_keller"], "its sources stand once"
    assert scenario.round[3].moves["sink"].pay == {"south": "-two_pain[south] * (1 - 0)"}
    assert scenario.mechanisms["two"].label == "Again"
    assert build(scenario).nodes > build(reading(using())).nodes


def test_a_parameter_may_be_given_another_entry(reading: Any) -> None:
    given = "lost: war, pace: {value: 0.1, unit: per day, source: memo}, blunt: 0.9, span: 1}"
    scenario = reading(using(USE.replace("lost: war}", given)))
    pace = scenario.parameters["fatigue_pace"]
    assert isinstance(pace, Quantity)
    assert (pace.value, pace.range, pace.unit, pace.source) == (0.1, None, "per day", "memo")
    assert scenario.parameters["fatigue_blunt"] == 0.9
    assert scenario.state["fatigue_energy"].range == (0, 1)


def test_an_expression_keeps_its_brackets(reading: Any) -> None:
    given = 'lost: war, price: "gain + left", worst: empty}'
    scenario = reading(using(USE.replace("lost: war}", given)))
    assert scenario.round[1].moves["sink"].pay == {
        "north": "-fatigue_pain[north] * (1 - (gain + left))"
    }
    assert "empty" in str(scenario.round[1].moves["sink"].then["table"])


def test_off_values_do_nothing(reading: Any) -> None:
    """At its off values the added steps never change what the other steps see."""
    scenario = reading(using())
    off: dict[str, float] = dict.fromkeys(("fatigue_pace", "fatigue_pain[north]"), 0.0)
    from offramp.scenario.setting import with_values

    game = build(with_values(scenario, off))
    odds = game.tables(game.nominal()).odds
    sinks = [e for e, m in enumerate(game.edge_move) if game.moves[m] == "fatigue_tire.sink"]
    assert sinks
    assert (odds[:, game.structure.odds_class[sinks]] == 0).all()


NESTED = """\
offramp: 1
mechanism: outer
about: Uses another.
with: {who: {kind: party}, table: {kind: variable}, over: {kind: outcome}}
parameters: {speed: 0.2}
state: {count: {range: [0, 1], start: 0}}
steps:
  - name: first
    by: who
    moves: {go: {then: {count: 1}}, rest_a_while: {}}
  - use: fatigue
    as: inner
    with: {who: who, table: table, lost: over, price: speed * count, pace: speed / 2}
  - use: fatigue
    with: {who: who, table: count, lost: over}
"""


def test_a_mechanism_may_use_another(reading: Any) -> None:
    use = "  - use: outer\n    as: big\n    with: {who: south, table: table, over: war}\n"
    scenario = reading(using(use), fatigue=FATIGUE, outer=NESTED)
    assert [step.name for step in scenario.round][1:6] == [
        "big_first",
        "big_inner_tire",
        "big_inner_give_up",
        "big_fatigue_tire",
        "big_fatigue_give_up",
    ]
    assert list(scenario.mechanisms) == ["big", "big_inner", "big_fatigue"]
    sink = scenario.round[2].moves["sink"]
    assert sink.pay == {"south": "-big_inner_pain[south] * (1 - (big_speed * big_count))"}
    pace = scenario.parameters["big_inner_pace"]
    assert isinstance(pace, Quantity)
    assert (pace.value, pace.unit) == ("big_speed / 2", "per month")
    assert "big_count" in scenario.round[4].moves["sink"].then
    build(scenario)


REFUSED = {
    "a need that is not met": (
        using(USE.replace(", lost: war", "")),
        "needs 'lost'",
        "- use: fatigue",
    ),
    "no with at all": (using("  - use: fatigue\n"), "needs 'who'", "- use: fatigue"),
    "something it does not know": (
        using(USE.replace("lost:", "pase: 1, lost:")),
        "did you mean 'pace'",
        "with: {who",
    ),
    "a number for a party": (using(USE.replace("north", "3")), "expected: a party", "with: {who"),
    "a formula for a party": (
        using(USE.replace("north", "north + 1")),
        "expected: a party",
        "with: {who",
    ),
    "a variable for a party": (
        using(USE.replace("north", "rung")),
        "'rung' is no party",
        "with: {who",
    ),
    "nobody": (using(USE.replace("north", "nroth")), "did you mean 'north'", "with: {who"),
    "a party for a variable": (
        using(USE.replace("table: table", "table: south")),
        "'south' is no variable",
        "with: {who",
    ),
    "a variable for an outcome": (using(USE.replace("war", "rung")), "is no outcome", "with: {who"),
    "an unknown level": (
        using(USE.replace("war}", "war, worst: deel}")),
        "did you mean 'deal'",
        "with: {who",
    ),
    "a word for a number": (
        using(USE.replace("war}", "war, span: two}")),
        "expected: a number",
        "with: {who",
    ),
    "a list for a number": (
        using(USE.replace("war}", "war, span: [1]}")),
        "expected: a number",
        "with: {who",
    ),
    "a truth value": (
        using(USE.replace("war}", "war, price: true}")),
        "expected: a expression",
        "with: {who",
    ),
    "an unknown name in an expression": (
        using(USE.replace("war}", "war, pace: gian}")),
        "did you mean 'gain'",
        "with: {who",
    ),
    "a name twice": (using(USE + USE), "use it under another name", "- use: fatigue"),
    "a name that is taken": (
        using(USE, ("  odd: 0.25", "  odd: 0.25\n  fatigue_pace: 1")),
        "there already",
        "- use: fatigue",
    ),
    "an unknown word": (using(USE.replace("with:", "width:")), "did you mean 'with'", "width:"),
    "an unknown mechanism": (
        using(USE.replace("fatigue", "fatige")),
        "did you mean 'fatigue'",
        "- use: fatige",
    ),
    "a number as a name": (using(USE.replace("fatigue", "7")), "expected: a text", "- use: 7"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_use_may_not_say(name: str, reading: Any) -> None:
    text, said, line = REFUSED[name]
    with pytest.raises(OfframpError) as caught:
        reading(text)
    error = caught.value
    assert said in str(error), str(error)
    assert error.place is not None
    assert Path(error.place.file).name == "crisis.yaml", str(error)
    assert text.splitlines()[error.place.line - 1].strip().startswith(line), str(error)


WRONG = {
    "an undeclared name in a formula": (
        "odds: pace * blunt",
        "odds: pace * gain",
        "'gain' is not declared",
    ),
    "an undeclared party": ("by: who", "by: north", "'north' is not declared"),
    "an undeclared outcome": ("end: lost", "end: war", "'war' is not declared"),
    "an undeclared variable": ('table: "if(', 'rung: "if(', "'rung' is not declared"),
    "an undeclared payee": ("pay: {who:", "pay: {south:", "'south' is not declared"),
    "an off value of nothing": ("off: {pace: 0,", "off: {pase: 0,", "did you mean 'pace'"),
    "an unknown kind": ("who: {kind: party}", "who: {kind: person}", "'person'"),
    "an unknown word": ("expects:", "expect:", "'expects'"),
    "no about": (
        "about: Somebody grows tired. Holds where nobody rests.\n",
        "",
        "'about' is missing",
    ),
    "a source it does not have": (
        "source: {keller: page 3}",
        "source: killer",
        "'fatigue_killer' is no source",
    ),
    "a start outside": ("start: span}", "start: span + 1}", "starts at 3"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_mechanism_may_not_say(name: str, reading: Any) -> None:
    old, new, said = WRONG[name]
    assert FATIGUE.count(old) == 1
    with pytest.raises(OfframpError) as caught:
        reading(using(), fatigue=FATIGUE.replace(old, new))
    error = caught.value
    assert said in str(error), str(error)
    assert error.place is not None
    assert Path(error.place.file).name == "fatigue.yaml", str(error)
    if new:
        at = FATIGUE.replace(old, new).splitlines()[error.place.line - 1]
        assert new.split("\n")[0].split(":")[0] in at, str(error)


@pytest.mark.parametrize("folder", ["", "mechanisms"])
@pytest.mark.parametrize("suffix", [".yaml", ".yml"])
def test_files_beside_the_scenario_are_found(tmp_path: Path, folder: str, suffix: str) -> None:
    """Also when the scenario is named from elsewhere, or from its own folder."""
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / f"fatigue{suffix}").write_text(FATIGUE)
    (tmp_path / "crisis.yaml").write_text(using())
    scenario = read(tmp_path / "crisis.yaml")
    assert "fatigue" in scenario.mechanisms
    before = Path.cwd()
    try:
        os.chdir(tmp_path)
        assert read("crisis.yaml") == scenario
        assert read(Path("crisis.yaml")) == scenario
    finally:
        os.chdir(before)


def test_a_file_beside_the_scenario_comes_before_the_library(tmp_path: Path) -> None:
    name = next(iter(library_files("mechanisms")))
    (tmp_path / f"{name}.yaml").write_text(
        FATIGUE.replace("mechanism: fatigue", f"mechanism: {name}")
    )
    (tmp_path / "crisis.yaml").write_text(using(USE.replace("fatigue", name)))
    assert f"{name}_tire" in [step.name for step in read(tmp_path / "crisis.yaml").round]


def test_a_text_without_a_folder_finds_the_library_only() -> None:
    with pytest.raises(OfframpError, match="no mechanism 'fatigue'"):
        read(using())


def test_a_mechanism_is_no_scenario() -> None:
    with pytest.raises(OfframpError, match="- use: fatigue"):
        read(FATIGUE)


@pytest.mark.parametrize("name", library_files("mechanisms"))
def test_library_mechanisms_fit_any_crisis(name: str) -> None:
    check_mechanism(library_files("mechanisms")[name])


def test_writing_it_out_changes_no_game(reading: Any) -> None:
    scenario = reading(using())
    again = read(scenario_text(scenario))
    assert again == scenario
    one, other = build(scenario), build(again)
    assert one.nodes == other.nodes
    assert (one.tables(one.nominal()).pay == other.tables(other.nominal()).pay).all()
    assert scenario_text(scenario) != BASE
