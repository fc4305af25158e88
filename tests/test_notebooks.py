"""The worked notebooks: every cell runs, and what it ends with shows itself in few letters.

They are run as Python, cell by cell, without a kernel: what a notebook would show of the last
expression of a cell is asked of the object itself.
"""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONGEST, LARGEST = 2000, 100_000
"""Letters of an object at a prompt, and of what a notebook shows of it."""


def last_of(source: str, names: dict[str, Any]) -> Any:
    """Run a cell; the value of the expression with which it ends, None where it ends otherwise."""
    tree = ast.parse(source)
    end = tree.body[-1]
    if isinstance(end, ast.Expr):
        tree.body.pop()
    exec(compile(tree, "cell", "exec"), names)  # noqa: S102 - a cell of ours
    if not isinstance(end, ast.Expr):
        return None
    return eval(compile(ast.Expression(end.value), "cell", "eval"), names)  # noqa: S307 - as above


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda one: one.stem)
def test_a_notebook_runs_and_shows_what_it_finds(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = json.loads(notebook.read_text(encoding="utf-8"))
    assert (told["nbformat"], told["nbformat_minor"]) == (4, 5)
    for file in FOLDER.glob("*.yaml"):
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    shown = 0
    for cell in told["cells"]:
        if cell["cell_type"] != "code":
            continue
        assert cell["outputs"] == []  # kept without: what is shown is worked out anew
        value = last_of("".join(cell["source"]), names)
        if value is None:
            continue
        assert len(repr(value)) <= LONGEST, cell["id"]
        ways = [getattr(value, way, None) for way in ("_repr_html_", "_repr_svg_")]
        pictures = [way() for way in ways if way is not None]
        assert all(0 < len(one) <= LARGEST for one in pictures), cell["id"]
        shown += bool(pictures)
    assert shown >= 3


def test_there_is_one_for_each_kind_of_user() -> None:
    assert [one.stem for one in NOTEBOOKS] == ["analyst", "scholar", "teacher"]
