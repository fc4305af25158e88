"""One new file and no edit: what the how-to pages add to a copy is found, run, told and tested."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("src/offramp")
FILES = {
    "write-a-mechanism": {
        "weariness.yaml": "library/mechanisms",
        "weary-talks.yaml": "library/scenarios",
    },
    "add-an-engine": {"single_decisions.py": "solvers/engines"},
    "add-a-model": {"least_share.py": "study/models"},
    "add-a-quantity": {"moves_made.py": "study/quantities/kinds"},
    "add-a-file-format": {"bimatrix.py": "interop/formats"},
    "add-a-figure": {"moves_of_parties.py": "presentation/figures"},
    "add-a-section": {"turned_by_chance.py": "presentation/sections"},
}
"""By page of the how-to: its files, and the folders into which the page says that they go."""
CLAIM = """
claims:
  endless:
    says: It goes on for more than a few moves.
    source: weariness_memo
    holds_when: E(moves_made) > 5
"""
TESTED = (
    "solvers/test_engines.py",
    "study/test_models.py",
    "study/test_queries.py",
    "interop/test_formats.py",
    "presentation/test_gallery.py",
    "presentation/test_sections.py",
    "scenario/test_mechanisms.py",
    "library/test_conformance.py",
    "test_house.py",
)
"""One file of tests for each kind at least; the others collect what is new in the same way."""
COMMANDS: dict[str, tuple[str, ...]] = {
    "list": ("list",),
    "models": ("list", "--models"),
    "check": ("check", "weary-talks"),
    "run": ("run", "weary-talks", "--draws", "4", "--seed", "1", "--out", "told"),
    "help": ("solve", "--help"),
    "export": ("export", "dispute.yaml", "--to", "dispute.bimatrix"),
    "solve": ("solve", "dispute.bimatrix"),
    "decision": ("solve", "one.efg", "--json"),
    "model": ("model", "least_share"),
}
CALLS = """
import contextlib, io, json, sys
from offramp.apps.cli import main

told = {}
for name, words in json.load(sys.stdin).items():
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            main(words)
        except SystemExit as end:
            if end.code:
                raise
    told[name] = printed.getvalue()
print(json.dumps(told))
"""
"""One process for all commands: what takes long is to import."""
DECISION = 'EFG 2 R "" { "A" } p "" 1 1 "" { "l" "r" } 0 t "" 1 "" { 1 } t "" 2 "" { 0 }'
BEFORE: dict[str, str] = {}
"""What stood in the copy before anything was added."""
NAMES = {file.partition(".")[0] for files in FILES.values() for file in files}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and its tests with the files of the how-to, compiled kernels included."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("src", "tests"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy2(ROOT / name, folder / name)
    BEFORE.update(contents(folder))
    for page, files in FILES.items():
        for file, place in files.items():
            (folder / PACKAGE / place / file).write_text(
                shelved(page, file, place), encoding="utf-8"
            )
    return folder


def written(page: str, file: str) -> str:
    """A file that a page of the how-to writes."""
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- file: {re.escape(file)} -->\n```\w+\n(.*?)^```$", text, re.M | re.S)
    assert found is not None
    return found[1]


def shelved(page: str, file: str, place: str) -> str:
    """The same in its folder: in the library it names its schema; the scenario has a claim too."""
    text = written(page, file)
    if place.startswith("library/"):
        schema = place.removeprefix("library/").removesuffix("s")
        text = f"# yaml-language-server: $schema=../schema/{schema}.schema.json\n{text}"
    return text + (CLAIM if place == "library/scenarios" else "")


def contents(folder: Path) -> dict[str, str]:
    """Every file of a folder by name, without what is compiled."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for top in ("src", "tests")
        for path in (folder / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def run(copy: Path, *words: str, given: str = "") -> str:
    """What Python prints in the copy, where it must succeed."""
    ran = subprocess.run(
        [sys.executable, *words],
        cwd=copy,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(copy / "src"), "COLUMNS": "200", "NO_COLOR": "1"},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def told(copy: Path) -> dict[str, str]:
    """What every command prints in the copy."""
    (copy / "dispute.yaml").write_text(written("gambit-files", "dispute.yaml"), encoding="utf-8")
    (copy / "one.efg").write_text(DECISION, encoding="utf-8")
    return json.loads(run(copy, "-c", CALLS, given=json.dumps(COMMANDS)))


def test_the_scenario_with_the_mechanism_is_checked_and_listed(told: dict[str, str]) -> None:
    assert "weariness" in told["list"]
    assert "Talks between two tired parties" in told["list"]
    assert "mechanisms:  north_weariness, south_weariness" in told["check"]


def test_the_report_has_the_section_the_figure_and_the_claim(
    copy: Path, told: dict[str, str]
) -> None:
    assert "report: " in told["run"]
    text = (copy / "told" / "report.html").read_text(encoding="utf-8")
    moves, chance, mechanisms = (
        text.index(f'<section id="{one}"') for one in ("moves", "turned_by_chance", "mechanisms")
    )
    assert moves < text.index('id="figure-moves_of_parties"') < chance < mechanisms
    assert "is expected" in text[chance:mechanisms]
    assert 'id="claim-endless"' in text


def test_the_format_is_named_written_read_and_solved(told: dict[str, str]) -> None:
    assert ".bimatrix" in told["help"]
    assert "agent logit equilibrium" in told["solve"]


def test_the_engine_solves_what_it_takes(told: dict[str, str]) -> None:
    decision = json.loads(told["decision"])
    assert decision["branch"] == "fixed_point"  # the others trace a branch to it
    assert decision["profile"][0][0] == pytest.approx(1 / (1 + math.exp(-1)))


def test_the_model_is_listed_and_evaluated(told: dict[str, str]) -> None:
    assert "least_share" in told["models"]
    assert "0.3" in told["model"]


def test_the_tests_of_the_library_collect_what_is_new(copy: Path) -> None:
    folders = [f"tests/{name}" for name in TESTED]
    told = run(copy, "-m", "pytest", "-n", "0", "-rA", "-k", " or ".join(NAMES), *folders)
    passed = [line for line in told.splitlines() if line.startswith("PASSED")]
    for name in NAMES:
        assert any(re.search(rf"\b{name}\b", line) for line in passed), name


def test_nothing_else_has_changed(copy: Path) -> None:
    """The last test of the file: also running and testing has left every other file as it was."""
    new = {
        (PACKAGE / place / file).as_posix()
        for page in FILES.values()
        for file, place in page.items()
    }
    after = contents(copy)
    assert {*after} - {*BEFORE} == new
    assert all(after[name] == what for name, what in BEFORE.items())
