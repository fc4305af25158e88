"""The canonical models: reference values, records, figures, membership, errors, the command."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from offramp.apps.cli import main
from offramp.presentation import figure
from offramp.study.charts.data import Words
from offramp.study.models import ModelError, find_models, model_named
from offramp.testing import check_model

CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("model_cases.json").read_text(encoding="utf-8")
)["cases"]
MODELS = find_models()
each_model = pytest.mark.parametrize("name", MODELS)


@pytest.mark.parametrize("case", CASES, ids=[f"{one['model']}-{one['case']}" for one in CASES])
def test_the_reference_values(case: dict[str, Any]) -> None:
    """By the parameters as given, and by the record's own case of that name."""
    model = MODELS[case["model"]]
    assert model.values(case["params"]) == model.values(case=case["case"])
    found = model.evaluate(case["params"])
    for name, expected in case["expected"].items():
        if isinstance(expected, (bool, str)):
            assert found[name] == expected, name
            assert type(found[name]) is type(expected), name
        else:
            assert found[name] == pytest.approx(expected, rel=0, abs=case["tolerance"]), name


def test_every_reference_case_is_another_case_of_a_record() -> None:
    known = [(one["model"], one["case"]) for one in CASES]
    assert len(known) == len({*known})
    assert {*known} <= {(name, case) for name, model in MODELS.items() for case in model.cases}


@each_model
def test_a_record_is_complete(name: str) -> None:
    check_model(MODELS[name], name)


@each_model
def test_a_figure_can_be_drawn_and_loads_nothing(name: str) -> None:
    chart = MODELS[name].figure()
    text = figure(chart)
    root = ElementTree.fromstring(text)
    spoken = {child.tag.rpartition("}")[2]: child.text for child in root}
    assert spoken["title"] == chart.title
    assert spoken["desc"] == chart.alternative
    assert "script" not in text
    assert set(re.findall(r"https?://[^\"]+", text)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\b(nan|inf)\b", text)
    for mark in chart.marks:
        assert isinstance(mark, Words) or len(mark.x) == len(mark.y)


def test_the_three_equilibria_of_crisis_signalling_are_members_and_nothing_between() -> None:
    model = model_named("crisis_signalling_probit")
    for resist in (0.2511046159764004, 0.594722829453469, 0.8133217203282922):
        assert model.largest_gain({"pR": resist}) < 1e-9
    for resist in (0.1, 0.4, 0.7, 0.95):
        assert model.largest_gain({"pR": resist}) > 1e-3


def test_a_root_of_crisis_signalling_beyond_double_precision_is_found() -> None:
    """Nothing changes sign below 1 − 1e−9 here; B resists for sure."""
    found = model_named("crisis_signalling_probit").evaluate({"barW_B": -2.6, "bar_a": -0.4})
    assert found["n_equilibria"] == 1
    assert found["pR_0"] == pytest.approx(1, abs=1e-12)
    assert 0 <= found["CD_0"] < 1e-9
    outcomes = sum(found[f"{name}_0"] for name in ("SQ", "CD", "SF", "BD"))
    assert outcomes == pytest.approx(1, abs=1e-12)


def test_both_equilibria_of_trust_and_the_mixed_one_are_members() -> None:
    model = model_named("trust_stag_hunt")
    mixed = model.evaluate()["t_star"]
    for one in (0.0, mixed, 1.0):
        assert model.largest_gain({"cooperate_1": one, "cooperate_2": one}) < 1e-12
    assert model.largest_gain({"cooperate_1": 0.5, "cooperate_2": 0.5}) > 0.01
    assert model.largest_gain({"cooperate_1": 1, "cooperate_2": 0}) > 0.1


def test_waiting_and_striking_are_both_equilibria_where_the_range_is_open() -> None:
    model = model_named("first_strike_range")
    for x, waits in ((0.5, True), (0.4, False), (0.6, False)):
        gain = model.largest_gain({"strike_A": 0, "strike_B": 0, "x": x})
        assert (gain <= 1e-12) is waits
        assert model.largest_gain({"strike_A": 1, "strike_B": 1, "x": x}) <= 1e-12


def test_deterrence_held_up_by_beliefs_is_a_member() -> None:
    model = model_named("unilateral_deterrence")
    given = {"p_Def": 0.2, "p_Ch": 0.3}
    least = model.evaluate(given)["y_S_steadfast"]
    steadfast = {"x_H": 0, "x_S": 0, "y_S": least}
    assert model.largest_gain(steadfast, given) < 1e-12
    assert model.largest_gain({**steadfast, "belief": 0.8}, given) > 1e-3
    assert model.largest_gain({**steadfast, "y_S": least - 0.1}, given) > 1e-3


def test_a_model_with_one_equilibrium_says_so() -> None:
    with pytest.raises(ModelError, match="one equilibrium"):
        model_named("critical_risk").largest_gain({"R": 0.2})


@pytest.mark.parametrize(
    ("name", "given", "found", "expected"),
    [
        ("fearon1995_uniform", {"q": 1}, "no parameter 'q'", "c_B_high"),
        ("fearon1995_uniform", {"p": 0}, "0 does not fit", "ends left out"),
        ("fearon1995_uniform", {"p": "half"}, "half does not fit", "probability that A wins"),
        ("fearon1995_uniform", {"p": True}, "True does not fit", "probability that A wins"),
        ("fearon1995_uniform", {"c_A": float("inf")}, "does not fit", "from 0 on"),
        ("fearon1995_uniform", {"c_B_low": 0.5}, "c_B_low = 0.5", "below c_B_high"),
        ("powell_shift_infinite", {"p2": 0.1}, "p1 = 0.3 and p2 = 0.1", "p1 below p2"),
        ("powell_shift_finite", {"p": []}, "does not fit", "each 0 to 1"),
        ("powell_shift_finite", {"p": [0.2, 1.5]}, "1.5 does not fit", "each 0 to 1"),
        ("rubinstein_finite", {"T": 2.5}, "2.5 does not fit", "whole, 1 to"),
        ("honest_threats", {"N": 0}, "0 does not fit", "whole, from 1 on"),
        ("egame12", {"error": "gumbel"}, "gumbel does not fit", "probit_agent or"),
        ("brinkmanship_ladder", {"h": (0.1, 0.5)}, "h ends with 0.5", "1 as the last risk"),
        ("crisis_signalling_probit", {"V_A": -1}, "S_A = 0 and V_A = -1", "S_A below V_A"),
        ("bargain_while_fighting_2x2", {"k_high": 0.9}, "worth of refusing", "0 or more"),
        ("spatial_ec_emissions", {"position": [1, 2]}, "lists of [2, 10]", "every actor"),
        ("package_nash_ks", {"a": [1, 2, 3]}, "3 weights of A and 2 of B", "every issue"),
        ("trust_stag_hunt", {"W": 2}, "W = 2", "W and F below R"),
        ("unilateral_deterrence", {"c_SQ": 2}, "c_SQ = 2", "c_SQ below c_DC"),
    ],
)
def test_parameters_that_do_not_fit(
    name: str, given: dict[str, Any], found: str, expected: str
) -> None:
    with pytest.raises(ModelError) as raised:
        model_named(name).evaluate(given)
    assert found in str(raised.value)
    assert expected in raised.value.expected


def test_unknown_names_come_with_the_nearest() -> None:
    with pytest.raises(ModelError) as raised:
        model_named("critical_risks")
    assert raised.value.repair == "did you mean 'critical_risk'?"
    with pytest.raises(ModelError) as raised:
        model_named("critical_risk").evaluate(case="bases")
    assert raised.value.repair == "did you mean 'base'?"


def test_a_list_without_zone_of_agreement_or_patience_is_said() -> None:
    assert model_named("package_nash_ks").evaluate({"d_A": 0.95, "d_B": 0.9}) == {
        "zone": False,
        "linkage_gains": True,
    }
    bound = model_named("honest_threats").evaluate({"r": 0.3, "N": 2})
    assert bound == {"delta_star": float("inf"), "possible": False}


def test_the_command_lists_the_models(capsys: pytest.CaptureFixture[str]) -> None:
    _run("list", "--models", "--json")
    listed = json.loads(capsys.readouterr().out)["models"]
    assert [one["name"] for one in listed] == list(MODELS)
    _run("list", "--models")
    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in MODELS)


@each_model
def test_the_commands_of_the_gallery_run(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for case in MODELS[name].cases:
        _run("model", name, "--case", case, "--json")
        told = json.loads(capsys.readouterr().out)
        assert set(told["results"]) == set(MODELS[name].evaluate(case=case))
        _run("model", name, "--case", case)
        assert MODELS[name].title in capsys.readouterr().out


def test_the_command_sets_values_and_writes_the_figure(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    picture = tmp_path / "ladder.svg"
    words = ("model", "brinkmanship_ladder", "--set", "h=0.1, 0.1,0.6,1", "--set", "D=1")
    _run(*words, "--picture", str(picture), "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["parameters"] == {"h": [0.1, 0.1, 0.6, 1.0], "D": 1.0}
    assert told["results"]["pr_disaster"] == pytest.approx(0.13885249639, abs=1e-10)
    assert picture.read_text().startswith("<svg")
    _run("model", "honest_threats", "--set", "N=inf", "--json")
    assert json.loads(capsys.readouterr().out)["parameters"]["N"] == "inf"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("model", "critical_risc"), "did you mean 'critical_risk'?"),
        (("model", "critical_risk", "--set", "w"), "name=value"),
        (("model", "critical_risk", "--set", "w=-9"), "submitting between"),
        (("model", "critical_risk", "--case", "none"), "no case 'none'"),
    ],
)
def test_the_command_says_what_does_not_fit(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    assert left.value.code == 2
    assert said in capsys.readouterr().err


def _run(*words: str) -> None:
    """The command in this process; it may leave with code 0."""
    code: object = 0
    try:
        main(list(words))
    except SystemExit as left:
        code = left.code
    assert code in (None, 0), words
