"""Many draws: independence, statuses, progress, and an import that stays light."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from offramp.core.errors import GameError
from offramp.solvers import Options, solve
from offramp.testing.random_games import random_game


def some_draws(tables, draws):
    fields = ("pay", "odds", "end_pay", "patience", "precision")
    return replace(tables, **{name: getattr(tables, name)[draws] for name in fields})


def test_a_draw_depends_on_itself_only():
    structure, tables = random_game(1, draws=9, width=6, precision=(3.0, 15.0))
    whole = solve(structure, tables, traced=(), options=Options(workers=2))
    for part in (slice(0, 4), slice(4, 9)):
        alone = solve(structure, some_draws(tables, part), traced=(), options=Options(workers=1))
        assert np.array_equal(alone.value, whole.value[part])
        assert np.array_equal(alone.regret, whole.regret[part])
        assert np.array_equal(alone.uniqueness, whole.uniqueness[part])


def test_a_failing_draw_stops_no_other():
    structure, tables = random_game(1, draws=4)
    pay, patience, precision = (
        np.array(table) for table in (tables.pay, tables.patience, tables.precision)
    )
    pay[1, 0, 0] = np.nan
    patience[2, 0] = 1.0
    precision[3, 1] = -1.0
    broken = replace(tables, pay=pay, patience=patience, precision=precision)
    result = solve(structure, broken, traced=())
    assert list(result.status) == ["solved", "invalid", "invalid", "invalid"]
    assert "not a finite number" in result.message[1]
    assert "without a limit" in result.message[2]
    assert "precision" in result.message[3]
    assert result.message[0] == ""
    assert np.isnan(result.value[1:]).all()
    assert np.isfinite(result.strategy).all()
    assert np.array_equal(result.value[0], solve(structure, tables, traced=()).value[0])


def test_no_sweeps_allowed_is_a_failure_with_a_cure():
    structure, tables = random_game(3, width=6)
    options = Options(sweeps=1, rescue_nodes=0)
    result = solve(structure, tables, traced=(), options=options)
    assert result.status[0] == "failed"
    assert "Lower the precision" in result.message[0]
    assert result.residual[0] > 1e-6
    assert np.isnan(result.regret[0]).all()
    sums = np.add.reduceat(result.strategy[0], structure.first[:-1])
    assert sums == pytest.approx(1.0)


def test_tables_that_do_not_fit_are_an_error():
    structure, tables = random_game(1)
    with pytest.raises(GameError, match="patience"):
        solve(structure, replace(tables, patience=tables.patience[:, :1]))


def test_progress_counts_every_draw():
    structure, tables = random_game(1, draws=130, rounds=2)
    seen = []
    solve(structure, tables, progress=lambda done, total: seen.append((done, total)))
    assert max(seen) == (130, 130)
    assert len(seen) >= 2


def test_arrays_are_read_only():
    structure, tables = random_game(1)
    result = solve(structure, tables)
    for array in (result.value, result.strategy, result.regret, structure.target, tables.pay):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@pytest.mark.parametrize("precision", [1e-12, 1e-8, 1e-4])
def test_entropy_values_are_stable_at_tiny_precision(precision):
    structure, tables = random_game(2, entropy=True, precision=(precision, precision))
    plain = replace(tables, entropy=False)
    entropy, payoff = solve(structure, tables), solve(structure, plain)
    gap = np.abs(entropy.value - payoff.value).max()
    assert gap <= 50 * precision + 1e-13
    assert (entropy.status == "solved").all()


def test_entropy_is_the_limit_of_its_own_expansion():
    from offramp.solvers.kernels.backup import worth_with_shocks

    total = np.array([0.3, -0.2, 0.11])
    for precision in (1e-9, 1e-7, 1e-3, 0.19, 0.21, 3.0, 400.0):
        import math

        top = total.max()
        exact = top + math.log(math.fsum(np.exp(precision * (total - top))) / 3) / precision
        mean = math.fsum(total) / 3
        if precision < 1e-2:
            third = math.fsum((total - mean) ** 3) / 3
            exact = mean + precision * total.var() / 2 + precision**2 * third / 6
        found = worth_with_shocks(total, 3, top, precision)
        assert found == pytest.approx(exact, abs=2e-11 if precision == 1e-3 else 1e-14)


def test_the_door_is_light():
    code = "import sys, offramp.solvers; assert 'numba' not in sys.modules, 'numba'"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_known_values_that_are_no_numbers_are_passed_over() -> None:
    structure, tables = random_game(3, draws=3)
    found = solve(structure, tables, traced=(), starts=0)
    known = found.value.copy()
    known[1] = np.nan
    again = solve(structure, tables, traced=(), starts=0, known=known)
    assert (again.status == "solved").all()
    np.testing.assert_allclose(again.value, found.value, atol=1e-9)
