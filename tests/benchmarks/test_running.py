"""Every row is found, some are measured, and what was saved belongs to the page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.drawing import draw
from benchmarks.rows import chosen, find_groups
from benchmarks.table import read_table

ROOT = Path(__file__).resolve().parents[2]
SAVED = ROOT / "docs" / "reference" / "benchmarks.json"


def test_names_of_rows_are_words_and_belong_to_one_heading() -> None:
    names = [name for rows in chosen([]).values() for name in rows]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9.-]+", name) for name in names)
    for module in find_groups().values():
        assert module.TITLE
        assert module.ABOUT.strip().endswith(".")


def test_rows_are_chosen_by_name_or_heading() -> None:
    assert list(chosen(["help", "talks"])) == ["talks", "starting"]
    assert list(chosen(["help"])["starting"]) == ["help"]
    with pytest.raises(KeyError):
        chosen(["nothing"])


def test_a_row_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "nothing"]) == 2
    told = capsys.readouterr().err
    assert "nothing" in told
    assert "border-standoff" in told


def test_rows_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert "starting: help" in capsys.readouterr().out


def test_some_rows_are_measured_saved_and_measured_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.json"
    assert main(["--quick", "--only", "border-standoff", "--save", str(path)]) == 0
    assert main(["--quick", "--only", "help", "--save", str(path)]) == 0
    table = read_table(path)
    assert [row.name for row in table.rows] == ["border-standoff", "help"]
    found = table.row("border-standoff").certificate
    assert found is not None
    assert found.solved == found.draws == 20
    assert found.residual < 1e-10
    assert found.regret is not None
    assert found.bound is not None
    assert found.regret <= found.bound
    assert path.with_suffix(".svg").read_text().startswith("<svg")
    assert "| border-standoff |" in capsys.readouterr().out


def test_a_peer_that_is_absent_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks.rows import experiments, trees, turn_based
    from benchmarks.timing import Effort
    from tests.peers.games import random_game

    for name in ("sgamesolver", "pygambit"):
        monkeypatch.setitem(sys.modules, name, None)
    turn_based._peer.cache_clear()
    peer, difference = turn_based.beside(random_game(5, 1), 0.0, Effort(quick=True))
    assert "not installed" in peer.missing
    assert difference is None
    assert "not installed" in trees._on_offers.__wrapped__().missing
    assert "not installed" in experiments._peer.__wrapped__("no_such_program", 1).missing


def test_what_was_saved_is_whole_and_its_figure_is_drawn_from_it() -> None:
    table = read_table(SAVED)
    assert not table.quick
    names = {name for rows in chosen([]).values() for name in rows}
    assert {row.name for row in table.rows} == names
    assert SAVED.with_suffix(".svg").read_text(encoding="utf-8") == draw(table) + "\n"
    for row in table.rows:
        if row.certificate is not None:
            assert row.certificate.solved == row.certificate.draws, row.name
            assert row.certificate.residual < 1e-6, row.name
    told = json.dumps(json.loads(SAVED.read_text(encoding="utf-8")))
    assert not re.search(rf"\b{re.escape(os.uname().nodename)}\b", told)
    assert not re.search(r'"/\w+/', told)


@pytest.mark.slow
def test_a_quick_run_takes_less_than_a_minute_of_the_processor(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--save", str(tmp_path / "q.json")]
    before = os.times()
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    after = os.times()
    assert ran.returncode == 0, ran.stderr
    assert after.children_user - before.children_user < 60
    table = read_table(tmp_path / "q.json")
    assert {row.name for row in table.rows} == {n for rows in chosen([]).values() for n in rows}
    assert all(row.own is not None for row in table.rows)
