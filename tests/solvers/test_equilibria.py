"""Several equilibria, folds, uniqueness and what the tags promise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from offramp.solvers import Options, solve
from offramp.solvers.kernels.certificate import estimate_norm
from offramp.testing.careful_branch import trace_carefully
from offramp.testing.random_games import random_game

from .games import stop_or_continue


def excess(value: float, precision: float = 4.0, patience: float = 0.95) -> float:
    onward = 0.08 + patience * value
    return onward / (1.0 + np.exp(-precision * onward)) - value


def test_three_equilibria_are_found_and_the_principal_one_reported():
    exact = [brentq(excess, *ends, xtol=1e-15) for ends in ((0, 0.4), (0.4, 0.8), (1, 1.6))]
    assert exact == pytest.approx([0.218, 0.485, 1.535], abs=1e-3)
    result = solve(*stop_or_continue(4.0))
    assert result.branch[0] == "traced"
    assert result.value[0, 0, 0] == pytest.approx(exact[0], abs=1e-12)
    assert result.uniqueness[0] == "several found"
    found = sorted(other.value[0, 0] for other in result.others_of(0))
    assert found == pytest.approx(exact[1:], abs=1e-11)


def test_beyond_the_fold_the_branch_lands_on_the_other_side():
    structure, tables = stop_or_continue(12.0)
    result = solve(structure, tables)
    assert result.branch[0] == "traced"
    assert abs(excess(result.value[0, 0, 0], 12.0)) < 1e-12
    assert result.value[0, 0, 0] > 1.5
    untraced = solve(structure, tables, traced=())
    assert untraced.value[0, 0, 0] == pytest.approx(result.value[0, 0, 0], abs=1e-10)


def test_draws_that_turn_back_end_where_a_careful_trace_does():
    structure, tables = random_game(
        4, draws=40, ending=0.01, precision=(5, 30), patience=(0.95, 0.99), parties=4, width=20
    )
    result = solve(structure, tables, traced=(), starts=0)
    assert set(result.status) == {"solved"}
    assert set(result.branch) == {"traced"}
    folds = 0
    for draw in range(12):
        value, turned, message = trace_carefully(structure, tables, draw)
        assert not message
        assert result.value[draw] == pytest.approx(value, abs=1e-8 * np.abs(value).max())
        folds += turned > 0
    assert folds >= 2


def test_small_precision_is_proved_unique():
    structure, tables = random_game(1, precision=(0.01, 0.05), patience=(0.6, 0.8))
    assert solve(structure, tables).uniqueness[0] == "proved"


def test_one_mover_under_entropy_is_proved_unique():
    structure, tables = stop_or_continue(4.0)
    assert solve(structure, replace(tables, entropy=True)).uniqueness[0] == "proved"


def test_unstable_equilibria_of_a_proved_game_do_not_exist():
    for seed in range(12):
        structure, tables = random_game(seed, precision=(0.2, 1.0), draws=2)
        result = solve(structure, tables, traced=(0, 1))
        assert (result.uniqueness != "several found").all()


@pytest.mark.parametrize("precision", [50.0, 100.0])
def test_high_precision_is_solved_or_says_why(precision):
    structure, tables = random_game(7, draws=6, parties=3, precision=(precision, precision))
    result = solve(structure, tables, traced=range(6))
    for draw in range(6):
        if result.status[draw] == "solved":
            assert result.residual[draw] < 1e-9
            assert (result.regret_anywhere[draw] <= result.regret_bound[draw] + 1e-9).all()
        else:
            assert result.message[draw].endswith(".")


def test_condition_is_that_of_the_dense_matrix():
    from offramp.testing.reference_solver import back_up_plainly, dense_jacobian

    structure, tables = random_game(4)
    result = solve(structure, tables)
    _, strategy, total = back_up_plainly(structure, tables, 0, result.value[0])
    matrix = np.eye(result.value[0].size) - dense_jacobian(structure, tables, 0, strategy, total)
    assert result.condition[0] == pytest.approx(np.linalg.cond(matrix, 1), rel=0.3)


def test_a_branch_that_turns_back_in_too_large_a_game_says_that_it_was_not_followed():
    structure, tables = random_game(
        4, draws=12, ending=0.01, precision=(5, 30), patience=(0.95, 0.99), parties=4, width=20
    )
    result = solve(structure, tables, traced=(), starts=0, options=Options(rescue_nodes=3))
    left = result.branch != "traced"
    assert left.any()
    assert set(result.branch[left & (result.status == "solved")]) <= {"fixed_point"}
    assert all("could not be followed" in message for message in result.message[left])
    assert result.residual[result.status == "solved"].max() < 1e-9


def test_known_values_are_confirmed_and_say_so():
    structure, tables = random_game(4, width=8, draws=3)
    first = solve(structure, tables, traced=(), starts=0)
    again = solve(structure, tables, traced=(0,), starts=0, known=first.value)
    assert again.branch.tolist() == ["traced", "continued", "continued"]
    assert again.value == pytest.approx(first.value, abs=1e-11)
    shifted = solve(structure, tables, traced=(), starts=0, known=first.value + 0.1)
    assert set(shifted.branch) == {"traced"}
    assert shifted.value == pytest.approx(first.value, abs=1e-11)


def test_others_are_certified_by_residual_and_regret_of_their_own():
    structure, tables = stop_or_continue(4.0)
    result = solve(structure, tables)
    assert len(result.others) == 2
    for other in result.others:
        assert other.residual < 1e-12
        assert (other.regret <= result.regret_bound[0] + 1e-9).all()
        assert (other.regret >= 0.0).all()


@pytest.mark.parametrize("size", [1, 2, 7, 40])
def test_the_norm_of_an_inverse_is_estimated_from_below_and_always_the_same(size: int) -> None:
    rng = np.random.default_rng(size)
    for _ in range(20):
        matrix = rng.normal(size=(size, size))
        exact = np.abs(matrix).sum(axis=0).max()
        twice = {estimate_norm(matrix.__matmul__, matrix.T.__matmul__, size) for _ in range(2)}
        assert len(twice) == 1
        assert 0.5 * exact <= twice.pop() <= exact * (1 + 1e-12)
