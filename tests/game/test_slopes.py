"""Derivatives of the tables by assumptions against differences of the tables themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from offramp.core.errors import GameError
from offramp.game import Draws, Game, build, fix
from offramp.game.slopes import TABLES, table_slopes
from offramp.scenario import read
from tests.oracle.generate import scenario_text

FOLLOWING = """
offramp: 1
title: What follows what
rounds: unlimited
parties:
  north: {patience: keen, precision: 2 * keen + base}
parameters:
  base: {value: 0.5, range: "uniform(0.2, 0.8)"}
  twice: {value: 2 * base}
  keen: {value: base / twice + 0.3}
  root: {value: 0, range: "uniform(0, 1)"}
  odd: {each: {0: {value: 0.2}, 1: {value: base * 0.6}}}
state:
  level: {range: [0, 1], start: 0}
round:
  - name: luck
    by: nature
    moves:
      up: {odds: "odd[level]", then: {level: 1}}
      down: {odds: base / 4, then: {level: 0}}
      over: {odds: rest, end: over}
  - name: act
    by: north
    moves:
      on: {pay: {north: "sqrt(root) * level + twice ** 2"}}
      off: {pay: {north: keen - base * level}, end: over}
outcomes:
  over: {kind: stalemate, pay: {north: twice * level}}
"""


def game_of(text: str, folder: Path) -> Game:
    path = folder / "scenario.yaml"
    path.write_text(text)
    return build(read(path))


def differences(game: Game, name: str, step: float = 1e-5) -> dict[str, np.ndarray]:
    """Differences in one assumption: to both sides, to the right, to the left."""
    nominal = game.nominal()
    at = nominal.values[0, nominal.names.index(name)]
    steps = (0, 1, -1, 2, -2)
    values = [fix(game.meaning, nominal, {name: at + k * step}).values[0] for k in steps]
    tables = game.tables(Draws(nominal.names, np.array(values), None))
    found = {}
    for table in TABLES:
        here, up, down, far_up, far_down = getattr(tables, table)
        both = (8 * (up - down) - (far_up - far_down)) / (12 * step)
        right = (4 * up - far_up - 3 * here) / (2 * step)
        left = (3 * here - 4 * down + far_down) / (2 * step)
        found[table] = np.stack([both, right, left])
    return found


def agree(value: np.ndarray, expected: np.ndarray) -> bool:
    """Whether a derivative is that of both sides, or of one where there is a kink."""
    return bool((np.abs(value - expected) <= 1e-8 + 1e-6 * np.abs(value)).any(axis=0).all())


@pytest.mark.parametrize("seed", range(12))
def test_derivatives_of_generated_games_are_those_of_their_tables(
    seed: int, tmp_path: Path
) -> None:
    game = game_of(scenario_text(seed, entropy=seed % 2 == 1), tmp_path)
    nominal = game.nominal()
    tables, slopes = game.tables(nominal), table_slopes(game.valuation, nominal)
    for name in nominal.names:
        try:
            expected = differences(game, name)
        except GameError:
            continue  # the nominal value is at the edge of what makes a game
        for table, value in slopes.along(tables, name).items():
            assert agree(value, expected[table]), (name, table)


def test_what_follows_by_formula_counts(tmp_path: Path) -> None:
    game = game_of(FOLLOWING, tmp_path)
    nominal = game.nominal()
    tables, slopes = game.tables(nominal), table_slopes(game.valuation, nominal)
    for name in ("base", "twice", "keen", "odd[1]"):
        expected = differences(game, name)
        for table, value in slopes.along(tables, name).items():
            assert agree(value, expected[table]), (name, table)
    held = table_slopes(game.valuation, nominal, ["base"], fixed=["twice"])
    assert held.along(tables, "base")["end_pay"] == pytest.approx(0)


def test_a_slope_that_is_infinite_is_no_number_where_it_matters(tmp_path: Path) -> None:
    game = game_of(FOLLOWING, tmp_path)
    nominal = game.nominal()
    tables, slopes = game.tables(nominal), table_slopes(game.valuation, nominal)
    along = slopes.along(tables, "root")["pay"]
    assert np.isnan(along).any()
    ones = {name: np.ones(getattr(tables, name).shape[1:]) for name in TABLES}
    found = dict(zip(slopes.assumptions, slopes.dot(ones), strict=True))
    assert np.isnan(found["root"])
    assert np.isfinite([value for name, value in found.items() if name != "root"]).all()


def test_an_unknown_assumption_is_named(tmp_path: Path) -> None:
    game = game_of(FOLLOWING, tmp_path)
    with pytest.raises(GameError, match="no assumption 'bas'"):
        table_slopes(game.valuation, game.nominal(), ["bas"])
