"""`offramp emulate`: what it prints is labelled as emulated, whatever the form."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import offramp
from offramp.apps.cli import main
from tests.study.test_emulation import GAMBLE

QUICK = ("--method", "polynomial", "--seed", "1", "--over", "256")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of the gamble."""
    folder = tmp_path_factory.mktemp("emulate")
    findings = offramp.investigate(offramp.read(GAMBLE), draws=128, seed=5, brief=True)
    offramp.write_results(findings, folder / "run")
    return folder / "run"


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run one command in this process: exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)

    def asked(*words: str) -> tuple[int, str, str]:
        code = 0
        try:
            main(["emulate", *words])
        except SystemExit as left:
            code = int(left.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return asked


def test_as_json(ask: Any, run: Path) -> None:
    code, out, err = ask(str(run), *QUICK, "--at", "gain=1", "--check", "16", "--json")
    assert code == 0, err
    said = json.loads(out)
    assert said["emulated"] is True
    assert said["label"] == "emulated, not solved"
    assert said["learnt"]["used"] == said["learnt"]["offered"] == 128
    assert {*said["quantities"]} == {"P(won)", "P(lost)", "P(unresolved)"}
    for one in said["quantities"].values():
        assert one["emulated"] is True
        assert one["error"]["rms"] >= 0
    won = said["quantities"]["P(won)"]
    assert won["error"]["rms"] < 0.02
    assert won["check"]["rms"] < 0.02
    assert won["at"]["low"] < won["at"]["value"] < won["at"]["high"]
    assert {share["name"] for share in won["shares"]} == {"sharp", "gain", "cost"}
    assert won["over"]["draws"] == 256
    assert won["unexplained"] < 0.05
    assert said["check"]["first"] == 128
    assert said["at"]["values"]["cost"] == 0.3
    assert said["sum_to_one"] is True
    assert said["command"].startswith("offramp emulate ")
    assert "--seed 1" in said["command"]
    assert said["assumptions"]["sharp"]["range"] == "uniform(1.0, 3.0)"


def test_as_words(ask: Any, run: Path) -> None:
    code, out, err = ask(
        str(run),
        *QUICK,
        "--quantity",
        "P(kind agreement)",
        "--at",
        "gain=2.5",
        "--picture",
        "held.svg",
        "--table",
        "points.csv",
        "--out",
        "emulator.json",
    )
    assert code == 0, err
    assert out.startswith("EMULATED, NOT SOLVED: A gamble")
    assert "EMULATED mean" in out
    assert "What EMULATED P(kind agreement) hangs on" in out
    assert "EMULATED at gain = 2.5" in out
    assert "WARNING: gain = 2.5 lies outside the draws learnt from" in out
    assert "need not add up to one" in out
    assert "emulated table: points.csv" in out
    with open("points.csv", newline="", encoding="utf-8") as opened:
        rows = list(csv.reader(opened))
    assert rows[0][-2:] == ["emulated P(kind agreement)", "emulation error P(kind agreement)"]
    assert len(rows) == 257
    svg = Path("held.svg").read_text(encoding="utf-8")
    assert "Emulated beside solved" in svg
    again = ask("--from", "emulator.json", "--over", "256", "--json")
    assert again[0] == 0
    said = json.loads(again[1])
    assert said["emulated"] is True
    assert {*said["quantities"]} == {"P(kind agreement)"}


def test_what_is_too_far_off_is_refused(ask: Any, run: Path) -> None:
    words = (str(run), *QUICK, "--quantity", "P(won)", "--allow", "1e-5")
    code, out, err = ask(*words)
    assert (code, out) == (2, "")
    assert "the emulator of P(won) is off by" in err
    assert "expected: at most 1e-05" in err
    assert ask(*words, "--anyway", "--out", "far.json")[0] == 0
    code, out, err = ask("--from", "far.json", "--allow", "1e-5")
    assert (code, out) == (2, "")
    assert "is off by" in err
    assert not list(Path().glob("held*"))


def test_a_store_is_learnt_from(ask: Any) -> None:
    offramp.sweep(offramp.read(GAMBLE), draws=64, store="gamble.zarr", seed=5)
    code, out, err = ask("gamble.zarr", *QUICK, "--quantity", "P(won)", "--anyway", "--json")
    assert code == 0, err
    assert json.loads(out)["learnt"]["used"] == 64


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), "neither DRAWS nor --from"),
        (("RUN", "--from", "x.json"), "DRAWS beside --from"),
        (("--from", "x.json"), "'x.json' cannot be read"),
        (("--from", "x.json", "--quantity", "P(won)"), "--quantity beside --from"),
        (("nowhere",), "nowhere:1:1: the file cannot be read"),
        (("RUN", "--quantity", "P(wonn)"), "the draws do not hold 'P(wonn)'"),
        (("RUN", "--at", "gain"), "--at 'gain'"),
        (("RUN", "--seed", "-1"), "--seed -1"),
        (("RUN", "--over", "0"), "--over 0"),
        (("RUN", "--check", "-3"), "--check -3"),
        (("RUN", "--method", "proces"), "no method 'proces'"),
        (("RUN", "--allow", "0"), "an allowed error of 0"),
        (("RUN", "--picture", "x.png"), "--picture x.png"),
    ],
)
def test_errors(ask: Any, run: Path, words: tuple[str, ...], found: str) -> None:
    code, out, err = ask(*(str(run) if word == "RUN" else word for word in words))
    assert code == 2
    assert not out
    assert found in err
    assert "expected:" in err


def test_help_loads_nothing_heavy() -> None:
    command = Path(sys.executable).with_name("offramp")
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", str(command), "emulate", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "--anyway" in ran.stdout
    assert not imported & {"sklearn", "numpy", "scipy", "xarray", "zarr", "numba"}
