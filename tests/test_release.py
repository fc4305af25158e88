"""What is released: wheel and source are built without a network, whole, and say what they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import offramp

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "offramp"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Ending of its name to each file that is released."""
    folder = tmp_path_factory.mktemp("dist")
    ran = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return {path.suffix: path for path in folder.iterdir() if path.name[0] != "."}


def own_files() -> set[str]:
    """Every file of the package, as it is named below `src`."""
    return {
        path.relative_to(SOURCES.parent).as_posix()
        for path in SOURCES.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_is_the_package_with_its_data_and_starts(
    built: dict[str, Path], tmp_path: Path
) -> None:
    with zipfile.ZipFile(built[".whl"]) as wheel:
        names = set(wheel.namelist())
        wheel.extractall(tmp_path)
    assert {name for name in names if ".dist-info/" not in name} == own_files()
    assert any(name.endswith("entry_points.txt") for name in names)
    ran = subprocess.run(
        [sys.executable, "-m", "offramp.apps.cli", "list", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    told = json.loads(ran.stdout)
    assert told["scenarios"]
    assert all(one["file"].startswith(str(tmp_path)) for one in told["scenarios"])


def test_the_source_holds_what_builds_and_tests_it(built: dict[str, Path]) -> None:
    with tarfile.open(built[".gz"]) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {f"src/{name}" for name in own_files()} <= names
    assert {
        "pyproject.toml",
        "Makefile",
        "LICENSE",
        "CITATION.cff",
        "tests/test_release.py",
    } <= names


def test_how_to_cite_it_says_what_the_package_says() -> None:
    cited = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert cited["version"] == offramp.__version__
    assert cited["license"] == project["license"]
    assert cited["keywords"] == project["keywords"]
    assert [one["name"] for one in cited["authors"]] == [one["name"] for one in project["authors"]]
