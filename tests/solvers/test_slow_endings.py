"""Where play ends slowly: draws are followed past folds, and best replies are found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.games import Size, crisis
from offramp.solvers import solve
from offramp.solvers.kernels.certificate import numbers_of
from offramp.solvers.kernels.layout import arrange
from offramp.solvers.kernels.scaling import fill_terminals
from offramp.solvers.perfect import records as teams
from offramp.testing.careful_branch import trace_branch, trace_carefully
from offramp.testing.random_games import random_game
from offramp.testing.reference_solver import regret_plainly, settle_plainly

SMALL = Size(2, 4, 0, 0)
"""Will and attention are spent: one component of some forty nodes."""
SLOW = {
    "layered": {"size": Size(1, 2, 1, 1), "patience": 0.99, "lasting": 4.0},
    "one component": {"size": Size(1, 2, 1, 1), "whole": True, "patience": 0.99, "lasting": 4.0},
    "hardly ending": {"size": SMALL, "patience": 0.999, "lasting": 20.0},
}


def slow_crisis(draws: int, size: Size, **form):
    game = crisis(size, **form)
    return game.structure, game.tables(game.draws(draws, seed=1))


def cut(tables, rows):
    names = ("pay", "odds", "end_pay", "patience", "precision")
    return replace(tables, **{name: getattr(tables, name)[rows] for name in names})


def folds_of(structure, tables, draw: int) -> int:
    """How often the principal branch of a draw turns back."""
    layout = arrange(structure)
    values = np.zeros((structure.nodes + structure.terminals) * layout.shape.lanes)
    fill_terminals(layout.shape, tables.end_pay[draw], values)
    return trace_branch(layout, numbers_of(layout, tables, draw), values).folds


@pytest.mark.parametrize("form", SLOW.values(), ids=SLOW.keys())
def test_draws_are_followed_past_folds_to_where_the_branch_leads(form):
    structure, tables = slow_crisis(13, **form)
    found = solve(structure, tables, traced=(), starts=0)
    assert set(found.status) == {"solved"}
    assert set(found.branch) == {"traced"}
    for draw in range(5):
        value, _, message = trace_carefully(structure, tables, draw)
        assert not message
        assert found.value[draw] == pytest.approx(value, abs=1e-9 * np.abs(value).max())
    assert sum(folds_of(structure, tables, draw) > 0 for draw in range(13)) >= 5
    for draw in range(3):
        value = found.value[draw]
        assert settle_plainly(structure, tables, draw, value) == pytest.approx(value, abs=1e-9)


def test_random_games_with_folds_end_where_their_branches_do():
    structure, tables = random_game(
        5, draws=25, ending=0.15, precision=(5, 20), patience=(0.85, 0.97), parties=3, width=100
    )
    found = solve(structure, tables, traced=(), starts=0)
    assert set(found.branch) == {"traced"}
    for draw in range(10):
        value, _, message = trace_carefully(structure, tables, draw)
        assert not message
        assert found.value[draw] == pytest.approx(value, abs=1e-9)
    assert sum(folds_of(structure, tables, draw) > 0 for draw in range(25)) >= 5


def test_draws_that_turn_back_have_the_same_bits_in_any_company(monkeypatch):
    structure, tables = slow_crisis(11, **SLOW["layered"])
    whole = solve(structure, tables, traced=(), starts=0)
    names = ("value", "strategy", "residual", "regret", "sweeps")
    rows = np.array([7, 2, 10])
    part = solve(structure, cut(tables, rows), traced=(), starts=0)
    monkeypatch.setattr(teams, "ALONE", 0)
    alone = solve(structure, tables, traced=(), starts=0)
    for name in names:
        assert getattr(part, name).tobytes() == getattr(whole, name)[rows].tobytes(), name
        assert getattr(alone, name).tobytes() == getattr(whole, name).tobytes(), name


@pytest.mark.parametrize("lasting", [0.45, 20.0])
def test_regrets_are_those_of_exact_best_replies(lasting):
    structure, tables = slow_crisis(40, SMALL, patience=0.999, lasting=lasting)
    found = solve(structure, tables, traced=(), starts=0)
    assert set(found.status) == {"solved"}
    scale = np.abs(found.value).max(initial=1.0)
    for draw in range(40):
        exact = regret_plainly(structure, tables, draw, found.strategy[draw])[1]
        over = found.regret[draw] - exact[structure.start]
        assert over.min() > -1e-11 * scale, "an upper bound, up to the rounding of dense solves"
        assert over.max() < 1e-7 * scale
        over = found.regret_anywhere[draw] - exact.max(axis=0)
        assert -1e-11 * scale < over.min() <= over.max() < 1e-7 * scale
