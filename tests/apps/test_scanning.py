"""`scan` on the command line: words, data, a picture, a table."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.apps.asking import Ask, answer, asker
from tests.study.test_scanning import QUARREL


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    monkeypatch.chdir(tmp_path)
    Path("quarrel.yaml").write_text(QUARREL)
    return asker(capsys)


def test_one_assumption(ask: Ask) -> None:
    words = ("scan", "quarrel.yaml", "--over", "slide=0.1:0.5:3")
    code, out, _ = ask(*words, "--picture", "p.svg", "--csv", "t.csv", "--quantity", "P(war by 1)")
    assert code == 0
    assert "0.5    71 %  29 %" in out
    assert ET.parse("p.svg").getroot().tag.endswith("svg")
    rows = list(csv.DictReader(Path("t.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["slide"] for row in rows] == ["0.1", "0.3", "0.5"]
    assert float(rows[0]["P(war by 1)"]) == pytest.approx(0.1)
    told = answer(ask, *words)
    assert told["points"][1]["P(war)"] == pytest.approx(0.6)
    assert told["command"] == "offramp scan quarrel.yaml --over slide=0.1:0.5:3"


def test_two_assumptions_are_a_grid(ask: Ask) -> None:
    code, out, _ = ask("scan", "quarrel.yaml", "--over", "slide", "--over", "door")
    assert code == 0
    assert "Probability of an agreement" in out
    assert "slide \\ door  shut  open" in out


@pytest.mark.parametrize(
    ("over", "repair"),
    [
        ("slide=0,1:0,5:3", "slide=0.1:0.5:3"),
        ("slide=a:b", "slide=0:1:21"),
        ("slide=0:1:none", "slide=0:1:21"),
        ("slid", "did you mean 'slide'?"),
    ],
)
def test_slips_are_met_with_what_is_meant(ask: Ask, over: str, repair: str) -> None:
    code, _, err = ask("scan", "quarrel.yaml", "--over", over)
    assert code == 2
    assert repair in err
