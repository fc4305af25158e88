"""`offramp packages`: JSON, words, exit codes and located errors; `run` includes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.apps.asking import Ask, answer, asker
from tests.study.test_packages import HAGGLE, NOTHING


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run one command in this process: exit code, standard output and error."""
    (tmp_path / "haggle.yaml").write_text(HAGGLE)
    (tmp_path / "nothing.yaml").write_text(NOTHING)
    monkeypatch.chdir(tmp_path)
    return asker(capsys)


def test_as_json(ask: Ask) -> None:
    said = answer(ask, "packages", "haggle.yaml", "--draws", "32", "--seed", "0")
    assert said["parties"] == ["north", "south"]
    assert said["combinations"] == 9
    assert {*said["packages"]} == {"swap", "halves", "all_ours", "land_alone"}
    swap = said["packages"]["swap"]
    assert swap["worth"]["north"] == pytest.approx(0.7)
    assert swap["zones"]["declared"] | {"share_other": 1, "interval": 0} == {
        "inside": True,
        "short": {},
        "share": 1.0,
        "interval": 0,
        "solved": 32,
        "tried": 32,
        "share_other": 1,
    }
    declared = said["zones"]["declared"]
    assert declared["nash"][0]["name"] == "swap"
    assert declared["reservation"] == {"north": 0.25, "south": 0.3}
    assert said["seed"] == 0
    assert answer(ask, "packages", "haggle.yaml", "--draws", "32", "--seed", "0") == said


def test_as_words(ask: Ask) -> None:
    code, out, _ = ask("packages", "haggle.yaml", "--nominal")
    assert code == 0
    assert "swap (Nash, Kalai-Smorodinsky)" in out
    assert "without agreement" in out
    assert not re.search(r"\b(best|optimal|should|must|likely true)\b", out, re.IGNORECASE)


def test_options(ask: Ask) -> None:
    said = answer(
        ask,
        "packages",
        "haggle.yaml",
        "--nominal",
        "--parties",
        "south",
        "--reservation",
        "south = 1 - weight",
        "--set",
        "weight=0.6",
    )
    assert said["parties"] == ["south"]
    assert said["zones"]["given"]["reservation"] == {"south": pytest.approx(0.4)}
    assert "--reservation" in said["command"]
    assert "--parties south" in said["command"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("nothing.yaml",), "has no issues"),
        (("haggle.yaml", "--parties", "north,suth"), "'suth' is no party"),
        (("haggle.yaml", "--reservation", "north"), "--reservation 'north'"),
        (("haggle.yaml", "--reservation", "north=0.3 +"), "stops after '+'"),
        (("haggle.yaml", "--reservation", "north=E(rounds)"), "E(rounds)"),
        (("haggle.yaml", "--draws", "0"), "--draws 0"),
    ],
)
def test_errors(ask: Ask, words: tuple[str, ...], found: str) -> None:
    code, out, err = ask("packages", *words)
    assert code == 2
    assert not out
    assert found in err
    assert "expected:" in err


def test_a_run_includes_it(ask: Ask) -> None:
    said = answer(ask, "run", "haggle.yaml", "--draws", "16", "--seed", "1")
    own = answer(ask, "packages", "haggle.yaml", "--draws", "16", "--seed", "1")
    assert said["packages"] == own["packages"]
    assert said["packages_about"]["zones"] == own["zones"]
    assert "packages" not in answer(ask, "run", "nothing.yaml", "--nominal")
    scaled = answer(ask, "run", "haggle.yaml", "--nominal", "--precision-scale", "2")
    assert "packages" not in scaled
