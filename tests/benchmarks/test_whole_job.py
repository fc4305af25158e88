"""Whole jobs are measured by turns beside another checkout, and say why where they cannot be."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.branching import Line, add_up
from benchmarks.rows import whole_job
from benchmarks.rows.whole_job import Facts
from benchmarks.timing import ChildError, Effort, reason_in, run_offramp


def scripted(ours: list[float], theirs: list[float | str]) -> Callable[[Path | None], Facts]:
    """A measurement that gives these figures, one after the other; a text is a failure."""
    figures = {False: list[float | str](ours), True: list(theirs)}

    def measure(source: Path | None) -> Facts:
        one = figures[source is not None].pop(0)
        if isinstance(one, str):
            raise ChildError(one)
        return {"own": one, "draws": 10 * one}

    return measure


def row(measure: Callable[[Path | None], Facts], beside: Path | None, repeats: int = 3):
    return whole_job._row("one", "work", "wall", measure, Effort(beside=beside), repeats=repeats)


def test_the_median_run_of_either_is_told_with_its_own_facts(tmp_path: Path) -> None:
    found = row(scripted([3, 1, 2], [30, 50, 40]), tmp_path)
    assert found.own == 2
    assert found.peer is not None
    assert found.peer.figure == 40
    assert found.peer.name == tmp_path.name
    assert found.ratio == 20
    assert found.facts == {"draws": 20, "draws (beside)": 400}


def test_a_long_run_beside_is_made_once(tmp_path: Path) -> None:
    assert row(scripted([3, 1, 2], [500]), tmp_path).ratio == 250


def test_without_a_checkout_or_with_one_that_fails_the_row_says_so(tmp_path: Path) -> None:
    alone = row(scripted([3, 1, 2], []), None).peer
    assert alone is not None
    assert "no checkout" in alone.missing
    failed = row(scripted([3, 1, 2], ["it cannot"] * 3), tmp_path).peer
    assert failed is not None
    assert failed.missing == "it cannot"


def test_a_text_that_is_not_there_is_a_reason(tmp_path: Path) -> None:
    found = whole_job.warm("one", tmp_path / "none.yaml", 3, Effort())
    assert found.own is None
    assert "not in this checkout" in found.note


def test_a_command_is_timed_and_its_failure_told() -> None:
    wall, processor, memory = run_offramp("--version")
    assert processor > 0
    assert 0 < wall < 60
    assert memory == 0.0 or 0.005 < memory < 4  # not every system tells
    with pytest.raises(ChildError, match="no-such-text"):
        run_offramp("run", "no-such-text")


def test_the_reason_is_the_error_and_not_its_repair() -> None:
    assert reason_in(["working", "error: there: no such word", "  repair: another"]) == (
        "there: no such word"
    )
    assert reason_in(["Traceback", "a.ValueError: no", "  repair: so"]) == "a.ValueError: no"
    assert reason_in([]) == "it said nothing"


def test_the_package_of_the_checkout_is_what_runs(tmp_path: Path) -> None:
    package = tmp_path / "src" / "offramp" / "apps"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").write_text("")
    (package / "cli.py").write_text("raise SystemExit('another one')")
    with pytest.raises(ChildError, match="another one"):
        run_offramp("--version", source=tmp_path)


def test_a_commit_names_the_checkout(tmp_path: Path) -> None:
    if subprocess.run(["git", "init", "-q", str(tmp_path)], check=False).returncode:
        pytest.skip("git is not installed")
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(
        ["git", "-C", str(tmp_path), *who, "commit", "-q", "--allow-empty", "-m", "x"], check=True
    )
    assert Effort(beside=tmp_path).beside_name.startswith("commit ")


def test_lines_add_up() -> None:
    found = add_up([Line("a", 8, 6, 1, 1, 0, 2.0), Line("b", 2, 1, 0, 0, 1, 7.0)])
    assert found == Line("all", 10, 7, 1, 1, 1, 3.0)


@pytest.mark.slow
def test_rows_are_measured_in_a_quick_look() -> None:
    for name, work in whole_job.ROWS.items():
        found = work(Effort(quick=True))
        assert found.own is not None, name
