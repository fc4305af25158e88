"""The command `new` with a kind: what it writes keeps to the kit as it stands, and is found."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

from offramp.apps.cli import main
from offramp.apps.template import KINDS

NAMES = {
    "mechanism": "weary_of_it",
    "scenario": "first-try",
    "case": "the-toll",
    "figure": "what_is_paid",
    "quantity": "all_moves",
}


def new(*words: str, code: int = 0) -> None:
    with pytest.raises(SystemExit) as end:
        main(["new", *words])
    assert (end.value.code or 0) == code, words


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_keeps_to_the_kit(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the test that is written beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    new(kind, NAMES[kind])
    (test,) = tmp_path.glob("test_*.py")
    (check,) = (one for name, one in runpy.run_path(str(test)).items() if name.startswith("test_"))
    try:
        check()
    finally:
        sys.modules.pop(NAMES[kind], None)


def test_the_full_scenario_has_what_the_small_one_has_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    new("scenario", "full", "--example", "full")
    new("full-alone", "--example", "full")
    whole, alone = (Path(f"{name}.yaml").read_text("utf-8") for name in ("full", "full-alone"))
    assert whole.splitlines()[4:] == alone.splitlines()[4:]
    assert {path.name for path in tmp_path.iterdir()} == {
        "full.yaml",
        "full-alone.yaml",
        "test_full.py",
    }


def test_in_a_package_a_figure_is_taken_from_beside_its_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "__init__.py").touch()
    new("figure", "ours/paid")
    assert "from .paid import FIGURE" in (tmp_path / "ours" / "test_paid.py").read_text("utf-8")
    assert 'paid = "PACKAGE.paid:FIGURE"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("mechanism",), "say offramp new mechanism first_try"),
        (("mechnism", "mine"), "did you mean 'mechanism'?"),
        (("mechanism", "Bad-Name"), "say offramp new mechanism bad_name"),
        (("quantity", "taken"), "'test_taken.py' exists already"),
        (("figure", "mine", "--example", "full"), "leave out --example"),
        (("figure", "nowhere/mine"), "'nowhere/mine.py' cannot be written"),
        ((), "say offramp new first-try"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    words: tuple[str, ...],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_taken.py").touch()
    new(*words, code=2)
    assert told in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["test_taken.py"]
