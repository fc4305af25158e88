"""The games of the benchmarks are what the table says of them."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.games import LAYERED, WHOLE, as_arrays, crisis
from benchmarks.offers import offers_text
from offramp.interop import playing, unfolding
from offramp.interop.formats.efg import parse_efg
from offramp.solvers import Options, solve
from offramp.testing.random_information import haggle
from tests.peers.games import random_game
from tests.peers.offramp_side import offramp_game, state_values

ALONE = Options(workers=1)


@pytest.mark.parametrize("order", [3, 4])
def test_sizes_are_of_their_order(order: int) -> None:
    layered, whole = crisis(LAYERED[order]).structure, crisis(WHOLE[order], whole=True).structure
    for structure in (layered, whole):
        assert abs(structure.nodes / 10**order - 1) < 0.15
        assert structure.parties == 4
    assert np.diff(layered.component).max() < 100
    assert np.diff(whole.component).max() > 0.99 * whole.nodes


def test_arrays_and_text_are_the_same_game() -> None:
    game = random_game(8, 2, patience=(0.95, 0.9, 0.85), fewest=1, most=4)
    structure, tables = as_arrays(game)
    found = solve(structure, tables, traced=(), starts=0, options=ALONE)
    built = offramp_game(game)
    other = solve(built.structure, built.tables(built.nominal()), traced=(), starts=0)
    np.testing.assert_allclose(
        found.value[0, : game.states], state_values(game, built, other.value[0]), atol=1e-10
    )


def test_offers_are_the_same_game_in_gambits_format() -> None:
    game = parse_efg(offers_text(10.0))
    structure, tables = unfolding.structure_of(game), unfolding.tables_of(game)
    found = solve(structure, playing.with_common_precision(tables, 1.0), starts=0, options=ALONE)
    haggled, numbers = haggle(types=1, precision=10.0, patience=1.0)
    other = solve(haggled, numbers, starts=0, options=ALONE)
    np.testing.assert_allclose(
        found.value[0, structure.start], 10 * other.value[0, haggled.start], atol=1e-10
    )
