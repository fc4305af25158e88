"""What objects show of themselves: a line at a prompt, a table in a notebook, rows for a paper."""

from __future__ import annotations

import csv
import inspect
import logging
import pydoc
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import offramp
from offramp.core.errors import OfframpError
from offramp.presentation.sheets import safe, sheets_of, write_csv, write_workbook
from offramp.study import find_models
from offramp.study.claims.verdicts import Verdicts
from offramp.study.runs.findings import Findings
from tests.interop.games import POKER
from tests.presentation.mock import findings_of
from tests.presentation.scenes import border, with_study

LONGEST = 2000


@cache
def whole() -> Findings:
    return with_study(findings_of(border(), 20))


@cache
def everything() -> dict[str, Any]:
    scenario, found = border(), whole()
    game = offramp.build(scenario)
    solved = offramp.solve(game)
    tree = offramp.tree_of(offramp.read("model-two-types"))
    return {
        "scenario": scenario,
        "game": game,
        "structure": game.structure,
        "meaning": game.meaning,
        "draws": game.draws(8, seed=1),
        "solved": solved,
        "tables": solved.tables,
        "equilibria": solved.equilibria,
        "outcomes": offramp.outcomes(solved),
        "findings": found,
        "verdicts": found.verdicts,
        "verdict": found.verdicts[0],
        "comparison": found.comparisons[0],
        "sensitivity": found.sensitivity,
        "turning": found.turning,
        "offramps": found.offramps,
        "histories": offramp.histories(scenario),
        "description": offramp.describe(scenario),
        "tree": tree,
        "play": offramp.solve_tree(tree),
        "models": find_models(),
        "model": next(iter(find_models().values())),
        "drawing": offramp.figure(next(iter(find_models().values()))),
        "workspace": offramp.Workspace(scenario),
        "packages": offramp.packages(offramp.read("model-packages"), draws=0),
        "scan": offramp.scan(scenario, {"slide": [0.1, 0.2]}),
    }


def test_no_object_fills_the_screen() -> None:
    told = {name: repr(one) for name, one in everything().items()}
    assert {name: len(text) for name, text in told.items() if len(text) > LONGEST} == {}
    assert all(str(one) for one in told.values())


def test_a_notebook_shows_tables() -> None:
    for name in ("findings", "verdicts", "verdict", "comparison", "offramps", "play", "histories"):
        shown = everything()[name]._repr_html_()
        assert "<table" in shown, name
        assert len(shown) < 20_000, name


def test_a_notebook_shows_texts_as_texts() -> None:
    assert "<h4>How it can end</h4><ul><li>" in everything()["description"]._repr_html_()
    models = everything()["models"]
    name, model = next(iter(models.items()))
    assert name in models._repr_html_()
    assert all(parameter in model._repr_html_() for parameter in model.parameters)
    evil = replace(model, title="<script>alert(1)</script>")
    assert "<script>" not in evil._repr_html_()


def test_a_figure_brings_what_draws_it_once() -> None:
    shown = offramp.figure(offramp.histories(border()))._repr_html_()
    assert shown.count("plotly.js v") == 1


def test_frames_and_latex_hold_the_numbers() -> None:
    found = whole()
    verdicts = Verdicts(found.verdicts)
    frame = verdicts.frame()
    assert len(frame) == len(found.verdicts)
    assert set(frame["account"]) == {one.account for one in found.verdicts}
    told = verdicts.latex()
    assert told.startswith("\\begin{tabular}")
    assert "\\toprule" in told
    assert len(found.comparisons[0].frame()) == len(found.comparisons[0].table)
    assert "settlement" in found.latex()


def test_a_frame_has_one_row_for_each_draw() -> None:
    found = whole()
    frame = found.frame()
    assert len(frame) == 1 + 20
    assert frame["draw"].iloc[0] == "nominal"
    for name in ("P(settlement)", "payoff[north]", "slide", "rounds", "status"):
        assert name in frame
    assert found.draws is not None
    assert frame["P(settlement)"].to_numpy()[1:] == pytest.approx(
        found.draws["probability"].sel(outcome="settlement").values
    )


def test_experiments_are_those_of_the_workbench() -> None:
    found = whole()
    experiments, outcomes = found.to_experiments()
    assert {"scenario", "policy", "model", "slide"} <= set(experiments)
    assert "P(settlement)" in outcomes
    assert all(len(column) == len(experiments) for column in outcomes.values())


def test_play_by_the_names_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "poker.efg"
    path.write_text(POKER)
    solved = offramp.solve_tree(offramp.read_game(path))
    play = solved.play
    for sets in play.values():
        for chances in sets.values():
            assert sum(chances.values()) == pytest.approx(1)
    flat = [p for sets in play.values() for own in sets.values() for p in own.values()]
    assert flat == [p for own in solved.profile for p in own]


def test_the_front_door_names_what_is_useful() -> None:
    told = pydoc.plain(pydoc.render_doc(offramp))
    for name in offramp.__all__:
        assert hasattr(offramp, name)
        assert name in told
    for name in ("claims", "histories", "scan", "compare"):
        assert getattr(offramp, name).__name__ == name
        assert inspect.getdoc(getattr(offramp, name))


def test_own_figures_stand_in_the_report() -> None:
    drawing = offramp.Plot()
    drawing.add_scatter(x=[0, 1], y=[0, 1])
    page = offramp.report(whole(), figures=[("Mine alone", drawing)])
    assert "Mine alone" in page
    assert "Mine alone" not in offramp.report(whole())
    with pytest.raises(OfframpError, match="no figure"):
        offramp.report(whole(), figures=[3])  # type: ignore[list-item]  wrong on purpose


def test_messages_go_to_a_logger(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="offramp"):
        offramp.solve(offramp.build(offramp.read("border-standoff")))
    assert any("1 of 1 draws solved" in one.getMessage() for one in caplog.records)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-cmd", "@x", "\tx"])
def test_no_cell_is_run_as_a_formula(tmp_path: Path, cell: str) -> None:
    path = write_csv(tmp_path / "t.csv", [["a"], [cell], [1.5], [np.nan]])
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    assert rows[1:] == [[f"'{cell}"], ["1.5"], []] or rows[1:] == [[f"'{cell}"], ["1.5"], [""]]
    assert safe(-1.5) == -1.5


def test_an_excel_file_has_the_same_rows(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = write_workbook(tmp_path / "r.xlsx", whole())
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [*sheets_of(whole())]
    assert len(list(book["draws"].rows)) == 22
    assert all(one.data_type != "f" for sheet in book for row in sheet.rows for one in row)
