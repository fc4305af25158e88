"""Rows say what was measured beside what is to be reached, and are read back as written."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import words
from benchmarks.drawing import draw
from benchmarks.table import Aim, Certificate, Group, Peer, Row, Table, read_table, write_table

CERTIFICATE = Certificate(50, 50, 3e-13, 0.4, 3.66, "continued", "proved", 5e-12)
FAST = Row(
    "fast",
    "50 states",
    0.001,
    "s",
    "processor",
    Peer("peer 1.0", 1.5),
    Aim(1000.0, "ratio"),
    CERTIFICATE,
    {"nodes": 200.0, "sweeps": 64.5},
    group="one",
)
SLOW = Row(
    "size-whole-4",
    "many nodes",
    0.3,
    "s",
    "wall",
    aim=Aim(0.012),
    facts={"nodes": 10_800},
    group="one",
)
ALONE = Row(
    "alone",
    "memory",
    0.9,
    "GiB",
    peer=Peer("none", missing="no other program found"),
    aim=Aim(2.0),
    group="two",
)
TABLE = Table(
    "2026-01-31",
    {
        "processor": "a processor",
        "cores": 2,
        "memory_GiB": 23.4,
        "system": "Linux",
        "load_before": 0.1,
    },
    {"offramp": "0.1.0"},
    (Group("one", "First", "About it."), Group("two", "Second", "About that.")),
    (FAST, SLOW, ALONE),
    seconds=120.0,
)


def test_targets_bound_our_figure_or_the_ratio() -> None:
    assert FAST.ratio == 1500.0
    assert FAST.met is True
    assert SLOW.met is False
    assert ALONE.met is True
    assert replace(FAST, aim=Aim(2000.0, "ratio")).met is False
    assert replace(FAST, aim=None).met is None


def test_what_is_missing_or_quoted_gives_no_ratio() -> None:
    absent = replace(FAST, peer=Peer("peer", missing="not installed"))
    assert absent.ratio is None
    assert absent.met is None
    assert replace(FAST, peer=Peer("peer", 2.0, source="a paper")).ratio is None
    failed = replace(FAST, own=None, note="it failed")
    assert failed.ratio is None
    assert failed.met is None


@pytest.mark.parametrize("given", [{}, {"figure": 1.0, "missing": "both"}])
def test_a_peer_has_a_figure_or_a_reason(given: dict[str, float | str]) -> None:
    with pytest.raises(ValueError, match="a figure or the reason"):
        Peer("peer", **given)  # type: ignore[arg-type]


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "table.json"
    write_table(TABLE, path)
    assert read_table(path) == TABLE
    write_table(read_table(path), tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == path.read_text()


def test_what_is_not_finite_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "table.json"
    write_table(replace(TABLE, rows=(replace(FAST, facts={"x": float("nan")}),)), path)
    assert read_table(path).row("fast").facts["x"] is None


def test_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.json"
    path.write_text('{"format": 0}')
    with pytest.raises(ValueError, match="another version"):
        read_table(path)


def test_rows_measured_anew_take_the_place_of_old_ones() -> None:
    faster = replace(SLOW, own=0.01)
    joined = TABLE.with_rows([faster, replace(ALONE, name="new")])
    assert [row.name for row in joined.rows] == ["fast", "size-whole-4", "alone", "new"]
    assert joined.row("size-whole-4").met is True


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.00123, "s", "1.23 ms"),
        (2.0, "s", "2 s"),
        (0.9999, "s", "1 s"),
        (4.2e-5, "s", "42 µs"),
        (1234.0, "s", "1,234 s"),
        (0.7, "of a solve", "0.7 of a solve"),
        (1.0799, "exponent", "1.08"),
    ],
)
def test_figures_in_words(value: float, unit: str, said: str) -> None:
    assert words.figure(value, unit) == said


def test_cells_in_words() -> None:
    assert words.cells(FAST) == (
        "50 states",
        "1 ms",
        "peer 1.0: 1.5 s",
        "1,500×",
        "≥ 1,000×",
        "yes",
        "50 of 50 solved, residual 3e-13, regret 0.4 (bound 3.7), equal to 5e-12",
    )
    assert words.cells(SLOW, 2)[1] == "300 ms (wall, 2 cores)"
    assert words.cells(ALONE)[2] == "no other program found"
    stopped = replace(FAST, peer=Peer("peer", 20.0, beyond=True))
    assert words.peer_words(stopped) == "peer: over 20 s"
    assert words.ratio_words(stopped) == "over 20,000×"
    assert words.own_words(replace(FAST, own=None, note="why")) == "none: why"


def test_markdown_has_a_line_for_every_row() -> None:
    lines = list(words.markdown(TABLE))
    assert sum(line.startswith("| ") for line in lines) == len(TABLE.rows) + 2 * len(TABLE.groups)
    assert "## First" in lines


def test_the_figure_shows_every_time_and_says_what_was_missed() -> None:
    told = draw(TABLE)
    root = ET.fromstring(told)
    texts = [node.text for node in root.iter() if node.tag.endswith("text")]
    assert {"50 states", "many nodes", "First"} <= set(texts)
    assert "memory" not in texts
    assert "1 reach their target, 1 do not" in told
    with pytest.raises(ValueError, match="no time"):
        draw(replace(TABLE, rows=(ALONE,)))
