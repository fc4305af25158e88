"""`describe`, `show` and the groups of `list` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from offramp.apps.listing import library_words
from offramp.presentation.shelves import library_table
from tests.apps.asking import Ask, answer, asker


@pytest.fixture(name="ask")
def _ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    return asker(capsys)


def test_describe_writes_words_data_and_a_picture(tmp_path: Path, ask: Ask) -> None:
    picture = tmp_path / "round.svg"
    code, out, _ = ask("describe", "border-standoff", "--picture", str(picture))
    assert code == 0
    assert "offered where rung is above calm" in out
    assert picture.read_text().startswith("<svg")
    told = answer(ask, "describe", "border-standoff")
    assert told["best"]["north"]["worth"] == pytest.approx(1)
    code, _, err = ask("describe", "border-standoff", "--picture", "round.png")
    assert code == 2
    assert "say round.svg" in err


def test_describe_tells_an_account(ask: Ask) -> None:
    whole = answer(ask, "describe", "model-honest-threats")
    told = answer(ask, "describe", "model-honest-threats", "--account", "forever_rare_test")
    assert "r = 0.3, range" in str(whole)
    assert "r = 0.1" in str(told)
    assert "r = 0.3, range" not in str(told)


def test_show_knows_mechanisms_scenarios_and_models(ask: Ask) -> None:
    for name, shown in (
        ("mediator_attention", "- use: mediator_attention"),
        ("border-standoff", "offramp describe border-standoff"),
        ("critical_risk", "offramp run model-critical-risk"),
    ):
        assert shown in ask("show", name)[1]
        assert answer(ask, "show", name)["name"] == name
    code, _, err = ask("show", "mediator_atention")
    assert code == 2
    assert "did you mean 'mediator_attention'?" in err


def test_cases_stand_before_examples_and_models() -> None:
    words = library_words()
    places = [words.index(one) for one in ("Cases:", "Examples:", "Mechanisms:", "Models,")]
    assert places == sorted(places)
    groups = {one["name"]: one["group"] for one in library_table()["scenarios"]}
    assert groups["trilateral-talks"] == "Cases"
    assert groups["border-standoff"] == "Examples"
    assert groups["model-norm"] == "Norms"
    assert "Other models" not in groups.values()


def test_a_mechanism_in_place_of_a_scenario_is_said_to_be_one(ask: Ask) -> None:
    code, _, err = ask("expand", "mediator_attention")
    assert code == 2
    assert "offramp show mediator_attention" in err


SLIP = """offramp: 1
title: A slip
parties: {north: {precision: 4, patience: 0.9}, south: {precision: 4, patience: 0.9}}
parameters: {cost: {value: 0.1, note: judgement}}
round:
  - {name: act, by: north, moves: {wait: {pay: {north: -0.1}}, stop: {end: over}}}
  - {name: answer, by: south, moves: {wait: {}, stop: {end: over}}}
outcomes: {over: {kind: agreement, pay: {south: 1}}}
rounds: unlimited
"""


def test_warnings_stand_in_check_and_at_the_head_of_a_run(tmp_path: Path, ask: Ask) -> None:
    file = tmp_path / "slip.yaml"
    file.write_text(SLIP)
    code, out, _ = ask("check", str(file))
    assert code == 0
    assert "reads well, with 1 warning" in out
    assert f"{file}:4:14: parameters.cost: W102: nobody reads the parameter 'cost'" in out
    (told,) = answer(ask, "check", str(file))["warnings"]
    assert (told["code"], told["line"], told["column"]) == ("W102", 4, 14)
    code, out, _ = ask("run", str(file), "--nominal", "--out", str(tmp_path / "out"))
    assert code == 0
    assert "W102" in out.partition("On the premises")[0]
    assert answer(ask, "run", str(file), "--nominal")["warnings"] == [told]


def test_errors_stand_on_standard_output_as_data(tmp_path: Path, ask: Ask) -> None:
    file = tmp_path / "slip.yaml"
    file.write_text(SLIP.replace("end: over", "end: ovr", 1).replace("south: 1", "sout: 1"))
    code, out, err = ask("check", str(file), "--json")
    assert code == 2
    told = json.loads(out)
    assert [one["line"] for one in told["errors"]] == [6, 8]
    assert told["errors"][0]["repair"] == "did you mean 'over'?"
    assert err.count("error:") == 2
