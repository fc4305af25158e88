"""The slow reference, the sweeps and the homotopy say the same."""

from __future__ import annotations

import numpy as np
import pytest

from offramp.solvers import solve
from offramp.testing.random_games import random_game
from offramp.testing.reference_solver import regret_plainly, solve_plainly


def agree(seed: int, **shape) -> bool:
    """Whether all three were compared (where there is one equilibrium), and that they agree."""
    structure, tables = random_game(seed, **shape)
    fast = solve(structure, tables, traced=(), starts=1)
    traced = solve(structure, tables, traced=(0,), starts=1)
    assert set(fast.status) | set(traced.status) == {"solved"}
    assert traced.branch[0] == "traced"
    if traced.uniqueness[0] == "several found":
        return False
    value, strategy = solve_plainly(structure, tables, rungs=8)
    payoff, regret = regret_plainly(structure, tables, 0, strategy)
    for result in (fast, traced):
        assert result.value[0] == pytest.approx(value, abs=1e-9)
        assert result.payoff[0] == pytest.approx(payoff, abs=1e-9)
        assert result.strategy[0] == pytest.approx(strategy, abs=1e-9)
        assert result.residual[0] < 1e-11
        assert (result.regret[0] >= regret[structure.start] - 1e-14).all()
        assert (result.regret_anywhere[0] >= regret.max(axis=0) - 1e-14).all()
        assert result.regret[0] == pytest.approx(regret[structure.start], abs=1e-7)
        assert result.regret_anywhere[0] == pytest.approx(regret.max(axis=0), abs=1e-7)
        assert (result.regret_anywhere <= result.regret_bound + 1e-9).all()
    return True


@pytest.mark.parametrize("entropy", [False, True])
def test_reference_sweeps_and_homotopy_agree(entropy):
    shapes = [
        {"steps": 2, "width": 2, "precision": (1.0, 12.0)},
        {"steps": 1, "width": 3, "precision": (1.0, 6.0)},
        {"steps": 3, "width": 2, "parties": 3, "levels": 2},
        {"steps": 2, "width": 2, "rounds": 3, "patience": (0.8, 1.0)},
        {"steps": 2, "width": 2, "patience": (0.98, 0.99)},
    ]
    compared = sum(
        agree(10 * seed + kind, entropy=entropy, **shape)
        for kind, shape in enumerate(shapes)
        for seed in range(21)
    )
    assert compared >= 95


def test_more_than_four_parties():
    assert agree(5, parties=6, width=3)
    assert agree(6, parties=6, width=3, entropy=True)


def test_limit_of_rounds_with_patience_one():
    structure, tables = random_game(1, rounds=4, patience=(1.0, 1.0), precision=(20.0, 60.0))
    result = solve(structure, tables)
    value, _ = solve_plainly(structure, tables, rungs=2)
    assert result.value[0] == pytest.approx(value, abs=1e-12)
    assert result.branch[0] == "traced"
    assert result.uniqueness[0] == "proved"
    assert (result.regret_anywhere <= result.regret_bound).all()


def test_sharp_play_is_backward_induction_in_a_finite_game():
    structure, tables = random_game(2, rounds=2, precision=(1e7, 1e7))
    result = solve(structure, tables)
    assert (result.regret_anywhere < 1e-5).all()
    chosen = np.maximum.reduceat(result.strategy[0], structure.first[:-1])
    assert (chosen[structure.mover >= 0] > 0.999).all()


def test_play_that_never_ends_has_values():
    structure, tables = random_game(3, ending=0.0, patience=(0.9, 0.9))
    assert agree(3, ending=0.0, patience=(0.9, 0.9))
    assert np.isfinite(solve(structure, tables).value).all()
