"""Sliders in the report: knots are solved points, and between them only what is trusted."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from offramp.core.errors import ResultError
from offramp.game import build
from offramp.scenario import fixed, read
from offramp.study.runs.knots import POINTS, TRUSTED, Knots, find_knots
from offramp.study.solving.experiment import outcomes, solve
from tests.apps.asking import Ask, asker
from tests.web.talks import PARLEY

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def knots() -> Knots:
    found = find_knots(build(read(PARLEY)), 2)
    assert found is not None
    return found


def test_knots_are_what_the_command_line_gives(knots: Knots) -> None:
    sizes = knots.probability.shape[:-1]
    assert np.prod(sizes) <= POINTS
    for place in [(0, 0), knots.nominal, tuple(size - 1 for size in sizes)]:
        chosen = {n: float(v[i]) for n, v, i in zip(knots.names, knots.values, place, strict=True)}
        told = outcomes(solve(build(fixed(read(PARLEY), chosen))), rounds=0)
        assert knots.probability[place] == pytest.approx(told["probability"].values[0], abs=1e-12)


def test_the_nominal_value_and_the_ends_of_the_range_are_knots(knots: Knots) -> None:
    game = build(read(PARLEY))
    row = dict(zip(game.nominal().names, game.nominal().values[0], strict=True))
    for name, values, place in zip(knots.names, knots.values, knots.nominal, strict=True):
        assert values[place] == row[name]
        assert (np.diff(values) > 0).all()
    assert set(knots.names) == {"cost[north]", "share"}
    only = next(v for n, v in zip(knots.names, knots.values, strict=True) if n == "share")
    assert (only[0], only[-1]) == (0.2, 0.8)


def test_interpolation_is_exact_where_it_has_to_be_and_its_error_is_told(
    knots: Knots, monkeypatch: pytest.MonkeyPatch
) -> None:
    axes = (np.array([0.0, 0.5, 2.0]), np.array([1.0, 2.0]))
    grid = np.array([[1 + 2 * x + y + 3 * x * y for y in axes[1]] for x in axes[0]])
    plane = Knots(("x", "y"), axes, (0, 0), ("one",), grid[..., None], 0.0)
    points = np.array(list(itertools.product([0.0, 0.2, 0.5, 1.7, 2.0], [1.0, 1.3, 2.0])))
    x, y = points.T
    assert plane.at(points)[:, 0] == pytest.approx(1 + 2 * x + y + 3 * x * y)
    assert 0 < knots.error <= TRUSTED  # a smooth game, and 33 knots of each
    assert knots.between
    monkeypatch.setattr("offramp.study.runs.knots.POINTS", 4)
    sharp = PARLEY.replace("precision: 4", "precision: 30").replace("(0.2, 0.5", "(-0.9, 0.5")
    coarse = find_knots(build(read(sharp)), 2)
    assert coarse is not None
    assert coarse.probability.shape[:-1] == (3, 3)  # the ends and the nominal value
    assert coarse.error > TRUSTED
    assert not coarse.between


def test_what_cannot_have_sliders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = build(read("border-standoff"))
    assert find_knots(plain, 3) is None  # no range
    for count in (0, 7):
        with pytest.raises(ResultError):
            find_knots(plain, count)
    words = ("border-standoff", "--nominal", "--live", "2", "--out", str(tmp_path / "out"))
    code, out, err = asker(capsys)("run", *words)
    assert code == 0, err
    assert "no sliders" in out
    assert "data-knots" not in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_a_report_with_sliders_opens_without_a_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser
) -> None:
    ask: Ask = asker(capsys)
    file = tmp_path / "parley.yaml"
    file.write_text(PARLEY, encoding="utf-8")
    words = (str(file), "--account", "hopeful", "--nominal")
    code, _, err = ask("run", *words, "--live", "2", "--out", str(tmp_path / "out"))
    assert code == 0, err
    page = browser.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    try:
        page.goto((tmp_path / "out" / "report.html").as_uri())
        handle = page.get_by_label("share", exact=True).or_(page.locator("#knot-1")).first
        handle.focus()
        page.keyboard.press("End")
        place = page.locator("[data-knots]")
        assert page.locator("[data-solved]").inner_text() == "Solved at these values."
        shown = json.loads(place.get_attribute("data-shares") or "[]")
        data = json.loads(page.locator("#knots-data").inner_text())
        first = data["assumptions"][0]
        chosen = f"{first['name']}={first['knots'][-1]!r}"
        code, out, err = ask("run", *words, "--set", chosen, "--json")
        assert code == 0, err
        said = json.loads(out)["outcomes"]
        assert shown == pytest.approx(list(said.values()), abs=1e-12)
        page.get_by_role("button", name="Nominal values").click()
        code, out, err = ask("run", *words, "--json")
        shown = json.loads(place.get_attribute("data-shares") or "[]")
        assert shown == pytest.approx(list(json.loads(out)["outcomes"].values()), abs=1e-12)
        assert len(asked) == 1
        assert not errors
    finally:
        page.close()
