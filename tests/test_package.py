"""A package of somebody else: it installs without a network, and its own tests pass, unedited."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from offramp.core.errors import ScenarioError
from offramp.scenario.shelf import libraries

ROOT = Path(__file__).resolve().parents[1]
INSTALL = (
    "pip --disable-pip-version-check install --quiet --no-index --no-deps --no-build-isolation "
    "--no-compile --target site ."
)


def run(folder: Path, words: str) -> str:
    """A module of Python run in a folder, which must succeed; what it prints."""
    path = os.pathsep.join((str(folder / "site"), str(ROOT / "src")))
    ran = subprocess.run(
        [sys.executable, "-m", *words.split()],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path, "COLUMNS": "200", "NO_COLOR": "1"},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_example_is_installed_found_and_keeps_to_the_kit(tmp_path: Path) -> None:
    folder = tmp_path / "example"
    shutil.copytree(ROOT / "examples" / "extension-package", folder)
    run(folder, INSTALL)
    assert not any((folder / "site").glob("offramp"))
    unused = " -p no:schemathesis -p no:zarr"  # plugins that take seconds to load
    assert "4 passed" in run(folder, "pytest -q -p no:cacheprovider" + unused)


@pytest.mark.parametrize(
    "value", ["nobody_has_this.library", "offramp.scenario.nothing", "json.tool"]
)
def test_a_library_that_is_not_there_is_told(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("ours", value, "offramp.library")
    monkeypatch.setattr("offramp.scenario.shelf.metadata.entry_points", lambda group: [point])
    with pytest.raises(ScenarioError, match=f"'ours' of an installed package is not at '{value}'"):
        libraries.__wrapped__()
