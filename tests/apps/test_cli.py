"""The command line as a person meets it: exit codes, JSON, files, and nothing half done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.scenario.base import BASE, changed

OFFRAMP = [sys.executable, "-m", "offramp.apps.cli"]


def offramp(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [*OFFRAMP, *words], cwd=cwd, capture_output=True, text=True, timeout=250, check=False
    )


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(BASE)
    return path


def test_the_worked_example_as_json() -> None:
    """Numbers of the language's worked example, computed independently of this code."""
    done = offramp("run", "border-standoff", "--nominal", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["nodes"] == 45
    assert said["outcomes"]["settlement"] == pytest.approx(0.9905097324978, abs=1e-10)
    assert said["outcomes"]["disaster"] == pytest.approx(0.0094902675022, abs=1e-10)
    assert said["payoff"]["north"] == pytest.approx(0.7254098224433, abs=1e-10)
    assert said["payoff"]["south"] == pytest.approx(0.1238899593880, abs=1e-10)
    assert said["rounds"] == pytest.approx(1.1168069226859, abs=1e-10)
    certificate = said["certificate"]
    assert certificate["status"] == "solved"
    assert certificate["branch"] == "traced"
    for party, regret in certificate["regret"].items():
        assert 0 <= regret <= certificate["regret_bound"][party]


def test_a_run_with_draws_writes_its_files_and_names_the_report(scenario: Path) -> None:
    done = offramp("run", "small.yaml", "--draws", "16", "--seed", "0", cwd=scenario.parent)
    assert done.returncode == 0, done.stderr
    folder = scenario.parent / "offramp-results" / "small"
    report = Path("offramp-results") / "small" / "report.html"
    assert done.stdout.strip().endswith(str(report))
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "report.html",
        "summary.json",
        "results.csv",
        "draws.csv",
        "nominal.nc",
        "draws.nc",
        "scenario.yaml",
    }
    said = json.loads((folder / "summary.json").read_text())
    assert said["draws"]["count"] == said["draws"]["solved"] == 16
    assert set(said["outcomes"]["settled"]) >= {"nominal", "mean", "q05", "q50", "q95"}


def test_json_alone_writes_nothing(scenario: Path) -> None:
    done = offramp("run", "small.yaml", "--draws", "4", "--json", cwd=scenario.parent)
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)
    assert [path.name for path in scenario.parent.iterdir()] == ["small.yaml"]


def test_the_same_seed_gives_the_same_numbers(scenario: Path) -> None:
    words = ("run", str(scenario), "--draws", "8", "--seed", "3", "--json")
    first, second = (json.loads(offramp(*words).stdout) for _ in range(2))
    assert first["outcomes"] == second["outcomes"]
    assert first["draws"]["seed"] == 3


def test_set_fixes_a_family_member(scenario: Path) -> None:
    plain = json.loads(offramp("run", str(scenario), "--nominal", "--json").stdout)
    words = ("run", str(scenario), "--nominal", "--json", "--set", "cost[north]=0.4")
    dear = json.loads(offramp(*words).stdout)
    assert dear["payoff"]["north"] < plain["payoff"]["north"]
    assert dear["scenario_hash"] != plain["scenario_hash"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "small.yaml", "--set", "cots[north]=1"), "cost[north]"),
        (("run", "small.yaml", "--set", "gain"), "name=value"),
        (("run", "small.yaml", "--account", "x"), "no account 'x'"),
        (("run", "small.yaml", "--draws", "0"), "--draws 0"),
        (("run", "small.yaml", "--draws", "many"), "many"),
        (("run", "small.yaml", "--seed", "-1"), "--seed"),
        (("run", "small.yaml", "--precision-scale", "0"), "--precision-scale"),
        (("run", "smal"), "neither a file nor a scenario"),
        (("run", "absent.yaml"), "cannot be read"),
        (("runn", "small.yaml"), "runn"),
        (("check", "small.yaml", "--nope"), "--nope"),
        (("new", "small"), "exists already"),
    ],
)
def test_unfit_input_ends_with_code_2_and_a_sentence(
    scenario: Path, words: tuple[str, ...], said: str
) -> None:
    done = offramp(*words, cwd=scenario.parent)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert scenario.read_text() == BASE


def test_bad_input_overwrites_nothing(scenario: Path) -> None:
    folder = scenario.parent / "out"
    words = ("run", "small.yaml", "--draws", "4", "--out", "out")
    assert offramp(*words, cwd=scenario.parent).returncode == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    scenario.write_text(changed(("odds: odd", "odds: od")))
    done = offramp(*words, "--force", cwd=scenario.parent)
    assert done.returncode == 2
    assert done.stderr.startswith("error: small.yaml:35:")
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_killed_run_leaves_no_half_written_file(scenario: Path) -> None:
    """Killed at several moments; what bears a final name is complete, or was there before."""
    folder = scenario.parent / "out"
    words = [*OFFRAMP, "run", str(scenario), "--draws", "3000", "--seed", "1", "--out", str(folder)]
    for wait in (0.4, 1.5, 3.0, 4.0):
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in folder.iterdir() if folder.exists() else ():
            if path.name.startswith("."):
                continue
            if path.suffix == ".json":
                json.loads(path.read_text())
            elif path.suffix == ".html":
                assert path.read_text().rstrip().endswith("</html>")
            elif path.suffix == ".csv":
                assert path.read_text().endswith("\n")
            elif path.suffix == ".nc":
                from offramp.analysis.results import load

                load(path)


def test_interrupting_says_so(scenario: Path) -> None:
    words = [
        *OFFRAMP,
        "run",
        str(scenario),
        "--draws",
        "200000",
        "--out",
        str(scenario.parent / "o"),
    ]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(6)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "interrupted" in said
    assert "Traceback" not in said
    assert not (scenario.parent / "o" / "report.html").exists()


def test_new_check_expand_schema_list(tmp_path: Path) -> None:
    assert offramp("new", "first", cwd=tmp_path).returncode == 0
    checked = offramp("check", "first.yaml", "--json", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout)["solved_nodes"] > 0
    assert json.loads(checked.stdout)["information_sets"] == 0
    assert json.loads(checked.stdout)["warnings"] == []
    text = (tmp_path / "first.yaml").read_text()
    (tmp_path / "second.yaml").write_text(text.replace("value: 0.55", "value: 0.9"))
    warned = offramp("check", "second.yaml", cwd=tmp_path)
    line = next(i for i, words in enumerate(text.splitlines(), 1) if "value: 0.55" in words)
    assert f"warning:     second.yaml:{line}:" in warned.stdout, warned
    assert "choose a value from 0.4 to 0.7, or widen the range" in warned.stdout
    expanded = offramp("expand", "trilateral-talks")
    assert expanded.returncode == 0, expanded.stderr
    assert "- use:" not in expanded.stdout
    for words in (("schema",), ("schema", "--mechanism")):
        assert "$defs" in json.loads(offramp(*words).stdout)
    listed = json.loads(offramp("list", "--json").stdout)
    assert {"border-standoff", "trilateral-talks"} <= {e["name"] for e in listed["scenarios"]}


def test_expanded_text_is_the_same_game(tmp_path: Path) -> None:
    text = offramp("expand", "trilateral-talks").stdout
    (tmp_path / "expanded.yaml").write_text(text)
    words = ("--nominal", "--json")
    first = json.loads(offramp("run", "trilateral-talks", *words).stdout)
    second = json.loads(offramp("run", "expanded.yaml", *words, cwd=tmp_path).stdout)
    assert first == second


def test_help_is_quick() -> None:
    """Under 0.3 s of processor time, in the least of three starts; others add to each."""
    assert min(spent_on("--help") for _ in range(3)) < 0.3


def spent_on(*words: str) -> float:
    """Seconds of processor time that a command takes."""
    before = os.times()
    assert offramp(*words).returncode == 0
    after = os.times()
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system
