"""Agent logit play of Gambit's games against values that Gambit gave, where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from offramp.interop import playing, unfolding
from offramp.interop.formats import efg
from offramp.solvers import limit, solve

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "gambit-efg"
VALUES = DATA / "qre_reference.json"

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(not VALUES.exists(), reason="Gambit's games and values are not here"),
]


def games() -> dict[str, dict]:
    """Every game with its precisions and profiles."""
    values = json.loads(VALUES.read_text(encoding="utf-8"))
    return {
        name: dict(game, precisions=values["lambdas"])
        for name, game in values["games"].items()
        if game.get("usable_reference")
    }


def read(name: str) -> efg.ExtensiveGame:
    return efg.read_efg(DATA / "canonical" / name.replace("/", "__"))


def test_profiles_at_five_precisions() -> None:
    """To 1e-4 where both versions of Gambit agree, and the residual of all."""
    agreed = 0
    for name, values in games().items():
        game = read(name)
        structure, tables = unfolding.structure_of(game), unfolding.tables_of(game)
        for precision, profile in zip(values["precisions"], values["flat"], strict=True):
            numbers = playing.with_common_precision(tables, precision)
            found = solve(structure, numbers, traced=(), starts=0)
            assert found.status[0] == "solved", (name, precision)
            assert found.residual[0] < 1e-10, (name, precision)
            if values.get("agreed_by_16_7"):
                slices = unfolding.edge_slices(game)
                mine = np.concatenate([found.strategy[0, low:high] for _, low, high in slices])
                np.testing.assert_allclose(mine, profile, atol=1e-4, err_msg=f"{name} {precision}")
                agreed += 1
    assert agreed == 5 * 127


def test_limits_are_certified() -> None:
    """Nobody regrets more than 1e-8 at any information set, relative to payoffs above one."""
    for name in games():
        game = read(name)
        found = limit(unfolding.structure_of(game), unfolding.tables_of(game))
        scale = max(1.0, float(np.abs(found.payoff).max()))
        assert found.regret_anywhere.max() <= 1e-8 * scale, name
