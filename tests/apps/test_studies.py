"""The commands that put an account to the test: JSON, words, exit codes and located errors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import offramp
from offramp.apps.cli import main
from offramp.scenario import fixed, read, with_account
from tests.apps.asking import Ask, answer, asker

# Agreement has the odds hurry : slide; waiting or climbing changes North's pay alone.
QUARREL = """
offramp: 1
title: A quarrel at a border
parties:
  north: {label: North, patience: 0.9, precision: 4}
  south: {label: South, patience: 0.9, precision: 4}
parameters:
  hurry: {value: 0.2, range: "uniform(0.1, 0.3)"}
  slide: {value: 0.3, range: "uniform(0.2, 0.4)"}
  prize: {value: 0.5, range: "uniform(0.2, 0.8)"}
round:
  - name: act
    by: north
    moves:
      wait: {}
      climb: {pay: {north: prize}}
  - name: month
    by: nature
    moves:
      agree: {odds: hurry, end: settlement}
      drift: {odds: slide, end: war}
      on: {odds: rest}
outcomes:
  settlement: {kind: agreement, pay: {north: 1, south: 1}}
  war: {kind: war, pay: {north: -1, south: -1}}
rounds: unlimited
claims:
  C1: {says: Agreement is likelier than war., holds_when: "P(settlement)  >  P(war)"}
  C2:
    says: Waiting costs North.
    holds_when: E(payoff[north] | do(north.act = wait)) < E(payoff[north])
accounts:
  hopeful: {label: The hopeful, parameters: {hurry: 0.3, slide: 0.2}}
  grim: {label: The grim, parameters: {slide: {value: 0.35, range: "uniform(0.3, 0.4)"}}}
levers:
  envoys:
    {parameter: hurry, towards: higher, held_by: north, effort: {cost: 1, per: 0.1}, limit: 0.5}
"""


@pytest.fixture
def quarrel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The scenario's file, in a folder of its own that is the working folder."""
    (tmp_path / "quarrel.yaml").write_text(QUARREL)
    monkeypatch.chdir(tmp_path)
    return "quarrel.yaml"


@pytest.fixture
def ask(quarrel: str, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run one command in this process: exit code, standard output and error."""
    del quarrel
    return asker(capsys)


def test_claims_as_json(ask: Ask) -> None:
    said = answer(ask, "claims", "quarrel.yaml", "--draws", "64", "--seed", "0")
    first = said["claims"]["C1"]
    assert {"share", "interval", "nominal", "open", "vacuous", "restates", "quantities"} <= {*first}
    assert first["quantities"] == {
        "P(settlement)": pytest.approx(0.4, abs=1e-12),
        "P(war)": pytest.approx(0.6, abs=1e-12),
    }
    assert first["nominal"] is False
    assert first["interval"][0] <= first["share"] <= first["interval"][1]
    assert first["accounts"]["hopeful"]["nominal"] is True
    assert first["accounts"]["hopeful"]["quantities"]["P(settlement)"] == pytest.approx(0.6)
    assert said["claims"]["C2"]["nominal"] is True
    assert said["seed"] == 0
    again = answer(ask, "claims", "quarrel.yaml", "--draws", "64", "--seed", "0")
    assert again == said


def test_claims_at_nominal_values_on_one_account(ask: Ask) -> None:
    said = answer(ask, "claims", "quarrel.yaml", "--nominal", "--account", "hopeful")
    assert said["claims"]["C1"]["share"] is None
    assert said["claims"]["C1"]["nominal"] is True
    assert [*said["claims"]["C1"]["accounts"]] == ["hopeful"]


def test_set_fixes_an_assumption_on_every_account(ask: Ask) -> None:
    said = answer(ask, "claims", "quarrel.yaml", "--nominal", "--set", "slide=0.1")
    first = said["claims"]["C1"]
    assert first["quantities"]["P(settlement)"] == pytest.approx(2 / 3)
    assert first["accounts"]["grim"]["quantities"]["P(settlement)"] == pytest.approx(2 / 3)
    assert first["accounts"]["hopeful"]["quantities"]["P(settlement)"] == pytest.approx(3 / 4)
    told = with_account(fixed(read(QUARREL), {"slide": 0.1}), "grim")
    assert getattr(told.parameters["slide"], "value", None) == 0.1


def test_compare(ask: Ask) -> None:
    words = ("compare", "quarrel.yaml", "--accounts", "hopeful,grim", "--nominal")
    said = answer(ask, *words, "--quantity", "P(war)", "--quantity", "C1")
    assert said["accounts"] == ["hopeful", "grim"]
    assert said["quantity"] == "P(war)"
    apart = 0.35 / 0.55 - 0.4
    pieces = {one["group"]: one["nominal"] for one in said["contributions"]}
    assert sum(pieces.values()) == pytest.approx(apart)
    # hurry first: 0.2/0.4 - 0.2/0.5; hurry second: 0.35/0.55 - 0.35/0.65
    assert pieces["hurry"] == pytest.approx((0.5 - 0.4 + 0.35 / 0.55 - 0.35 / 0.65) / 2)
    assert len(said["quantities"]) == 2
    assert said["outcomes"]["war"]["nominal"] == [pytest.approx(0.4), pytest.approx(0.35 / 0.55)]
    code, out, _ = ask("compare", "quarrel.yaml", "--draws", "16", "--seed", "1")
    assert code == 0
    assert "The hopeful" in out


def test_sensitivity(ask: Ask) -> None:
    said = answer(ask, "sensitivity", "quarrel.yaml", "--draws", "200", "--seed", "1")
    assert said["quantity"] == "P(kind agreement)"
    assert said["nominal"] == pytest.approx(0.4)
    slopes = {row["name"]: row["slope"] for row in said["rows"] if row["what"] == "slope"}
    assert slopes["hurry"] == pytest.approx(0.3 / 0.25)
    assert {row["name"] for row in said["rows"] if row["what"] == "share"} == {
        "hurry",
        "slide",
        "prize",
    }
    words = ("sensitivity", "quarrel.yaml", "--quantity", "E(payoff[north])", "--nominal")
    nominal = answer(ask, *words)
    assert all(row["what"] == "slope" for row in nominal["rows"])
    code, out, _ = ask(*words)
    assert code == 0
    assert "prize" in out


def test_offramps(ask: Ask) -> None:
    words = ("offramps", "quarrel.yaml", "--outcome", "agreement", "--at-least", "0.5")
    (ramp,) = answer(ask, *words, "--draws", "32", "--seed", "2")["offramps"]
    assert ramp["lever"] == "envoys"
    assert ramp["from"] == pytest.approx(0.2)
    assert ramp["to"] == pytest.approx(0.3, abs=1e-4)
    assert ramp["effort"] == pytest.approx(1, abs=1e-3)
    assert ramp["probability_before"] == pytest.approx(0.4)
    assert ramp["probability_after"] == pytest.approx(0.5, abs=1e-4)
    assert 0 <= ramp["works"] <= 1
    code, out, _ = ask(*words, "--nominal")
    assert code == 0
    assert "envoys" in out


def test_histories(ask: Ask) -> None:
    said = answer(ask, "histories", "quarrel.yaml", "--nominal", "--outcome", "settlement")
    assert said["histories"]
    assert {one["outcome"] for one in said["histories"]} == {"settlement"}
    shares = [one["probability"] for one in said["histories"]]
    assert shares == sorted(shares, reverse=True)
    code, out, _ = ask("histories", "quarrel.yaml", "--nominal")
    assert code == 0
    assert "settlement" in out or "war" in out


def test_a_run_includes_what_is_declared(ask: Ask) -> None:
    said = answer(ask, "run", "quarrel.yaml", "--draws", "16", "--seed", "1")
    assert said["claims"]["C1"]["nominal"] is False
    assert said["claims"]["C1"]["tried"] == 16
    assert said["accounts"]["hopeful"]["outcomes"]["war"] == pytest.approx(0.4)
    assert said["offramps"][0]["lever"] == "envoys"
    assert "sensitivity" not in said
    hopeful = answer(ask, "run", "quarrel.yaml", "--nominal", "--account", "hopeful")
    assert hopeful["outcomes"]["war"] == pytest.approx(0.4)
    assert hopeful["title"] == "A quarrel at a border (The hopeful)"


def test_a_run_tells_every_account_beside_the_scenario_as_written(ask: Ask) -> None:
    code, out, _ = ask("run", "quarrel.yaml", "--draws", "16", "--seed", "1", "--out", "out")
    assert code == 0
    assert "On the premises of the analyst's middle, no account's premises:" in out
    assert re.search(r"outcome, nominal\s+hopeful\s+grim\s+middle \(no account\)", out)
    assert re.search(r"war\s+40 %\s+64 %\s+60 %", out)
    assert re.search(r"claim\s+hopeful\s+grim\s+middle \(no account\)\s+left, right, margin", out)
    assert "On the premises of the account ‹The grim›, as encoded here, an agreement has" in out
    said = json.loads((Path("out") / "summary.json").read_text())
    assert said["premises"] == "the analyst's middle, no account's premises"


def test_the_help_of_run_states_its_limits(capsys: pytest.CaptureFixture[str]) -> None:
    from offramp.study.claims import checking
    from offramp.study.offramps.proposals import HALF
    from offramp.study.runs import inquiry as declared
    from offramp.study.runs import investigation
    from offramp.study.sensitivity import indices

    with pytest.raises(SystemExit):
        main(["run", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    for number in (
        f"more than {declared.SEARCHED_NODES} solved nodes",
        f"at most {declared.MOST_NODES:,} solved nodes",
        f"first {declared.PAIRS} pairs",
        f"one combination in {declared.CLAIMED}, but at least {declared.FEWEST};",
        f"one in {checking.OTHER} of these, but at least {checking.LEAST},",
        f"in at most {declared.Extent(1000, 1).ramp_draws} combinations",
        f"from {indices.LEAST} combinations on shares of its variance",
        f"of probability {HALF}, or where it is as probable already",
        f"at most {investigation.NARRATED:,} nodes",
        f"effects in at most {investigation.EFFECT_DRAWS} combinations",
        "with a mechanism off in at most 16 combinations",
    ):
        assert number in told, number


def test_findings_hold_all_parts() -> None:
    scenario = read(QUARREL)
    found = offramp.investigate(scenario, draws=8, seed=1)
    assert [one.account for one in found.verdicts] == [""] * 2 + ["hopeful"] * 2 + ["grim"] * 2
    assert len(found.comparisons) == 1
    assert found.sensitivity is not None
    assert found.offramps is not None
    assert found.sensitivity.nominal == pytest.approx(0.4)
    assert found.offramps.found
    assert [*found.accounts] == ["hopeful", "grim"]
    said = offramp.summary(found)
    json.dumps(said, allow_nan=False)
    assert {"claims", "accounts", "comparisons", "sensitivity", "offramps"} <= {*said}


def test_a_scenario_that_declares_nothing_has_nothing_more() -> None:
    bare = QUARREL[: QUARREL.index("claims:")]
    said = offramp.summary(offramp.investigate(read(bare), draws=4, seed=1))
    assert not {"claims", "accounts", "comparisons", "sensitivity", "offramps"} & {*said}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "--account", "hopefull"), "hopeful"),
        (("claims", "--account", "nobody"), "no account 'nobody'"),
        (("claims", "--draws", "0"), "--draws 0"),
        (("claims", "--set", "hury=1"), "hurry"),
        (("compare", "--accounts", "hopeful,hopeful"), "two accounts"),
        (("compare", "--accounts", "hopeful,grimm"), "grim"),
        (("compare", "--quantity", "P(wa)"), "war"),
        (("sensitivity", "--quantity", "P("), "quantity:1:1"),
        (("sensitivity", "--points", "48"), "power of two"),
        (("sensitivity", "--groups", "odd"), "--groups odd"),
        (("offramps", "--outcome", "war"), "agreement or ceasefire"),
        (("offramps", "--at-least", "1.5"), "--at-least"),
        (("histories", "--outcome", "wars"), "war"),
        (("histories", "--count", "0"), "--count"),
    ],
)
def test_unfit_options_end_with_code_2_and_a_sentence(
    ask: Ask, words: tuple[str, ...], said: str
) -> None:
    code, out, err = ask(words[0], "quarrel.yaml", *words[1:])
    assert code == 2
    assert err.startswith("error: ")
    assert said in err
    assert not out


def test_without_claims_or_accounts_the_commands_say_so(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "bare.yaml").write_text(QUARREL[: QUARREL.index("claims:")])
    for command in ("claims", "compare"):
        code, _, err = ask(command, "bare.yaml")
        assert code == 2
        assert "a scenario with a block" in err


def test_words_give_no_advice(ask: Ask) -> None:
    for words in (
        ("claims", "--nominal"),
        ("compare", "--nominal"),
        ("sensitivity", "--nominal"),
        ("offramps", "--nominal"),
        ("histories", "--nominal"),
    ):
        _, out, _ = ask(words[0], "quarrel.yaml", *words[1:])
        assert not re.search(r"\b(best|optimal|should|must|likely true)\b", out, re.IGNORECASE)
