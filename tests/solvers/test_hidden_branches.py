"""One way to one equilibrium: both engines for hidden information follow every draw's branch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from offramp.game import build
from offramp.game.structure import Structure, Tables
from offramp.scenario import read
from offramp.solvers import Equilibria, Options, solve
from offramp.solvers.engine import Request
from offramp.solvers.imperfect.large.continuation import branch_at
from offramp.solvers.imperfect.large.draws import solve_large
from offramp.solvers.imperfect.large.following import CAREFUL
from offramp.solvers.imperfect.large.set_layout import arrange_sets
from offramp.solvers.imperfect.small.draws import solve_small
from offramp.solvers.kernels.units import in_units, units_of
from offramp.study.solving.shares import spread_draws
from offramp.testing.random_information import random_unseen_game
from offramp.testing.random_trees import random_tree
from tests.solvers.test_trees import CHICKEN, two_by_two

ALONE = Options(workers=1)
BOTH: tuple[Callable[[Request], Equilibria], ...] = (solve_small, solve_large)
TIGHT = CAREFUL._replace(longest=0.1, loose=1e-6, far=0.02, most=6000)


def crisis(name: str, draws: int) -> tuple[Structure, Tables]:
    """A scenario of the library, in units of what is at stake, for draws of its assumptions."""
    game = build(read(name))
    tables = game.tables(spread_draws(game.meaning, draws, 1))
    return game.structure, in_units(tables, units_of(game.structure, tables))


def sharper(tables: Tables, factor: float) -> Tables:
    return dataclasses.replace(tables, precision=factor * tables.precision)


def by_both(structure: Structure, tables: Tables, starts: int = 0) -> tuple[Equilibria, Equilibria]:
    """What each engine finds if it is made to solve the game."""
    small, large = (find(Request(structure, tables, ALONE, starts=starts)) for find in BOTH)
    return small, large


def test_the_biased_mediator_has_one_answer_whatever_engine_solves_it() -> None:
    """Nothing is asked for but the defaults: not even that a draw be traced."""
    structure, tables = crisis("model-biased-mediator", 64)
    usual = solve(structure, tables, traced=(), starts=0, options=ALONE)
    for found in by_both(structure, tables):
        assert set(found.status) == {"solved"}
        assert set(found.branch) == {"traced"}
        assert set(found.message) == {""}
        np.testing.assert_allclose(found.strategy, usual.strategy, rtol=0, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("model-two-signals", 1.0),
        ("model-two-signals", 5.0),
        ("model-arms-race", 1.0),
        ("model-trust-mediator", 2.0),
        ("model-preemption", 1.0),
    ],
)
def test_branches_that_turn_back_end_at_one_place(name: str, factor: float) -> None:
    structure, tables = crisis(name, 8)
    small, large = by_both(structure, sharper(tables, factor))
    assert set(large.branch) == {"traced"}
    np.testing.assert_allclose(large.strategy, small.strategy, rtol=0, atol=1e-8)


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[pytest.mark.slow] * (seed == 3)) for seed in range(12)]
)
def test_random_trees_have_one_answer_at_high_precision(seed: int) -> None:
    types = [(2, 2), (2, 1), (1, 3), (1, 1)][seed % 4]
    structure, tables = random_tree(
        seed, draws=4, types=types, precision=(5.0, 40.0), entropy=seed % 5 == 0
    )
    small, large = by_both(structure, tables)
    np.testing.assert_allclose(large.strategy, small.strategy, rtol=0, atol=1e-8)


@pytest.mark.parametrize("seed", range(12))
def test_long_steps_lead_where_short_ones_do(seed: int) -> None:
    """Rounds that repeat, at precisions at which other equilibria are near."""
    structure, tables = random_unseen_game(
        seed, heads=1 + seed % 3, parties=2 + seed % 2, draws=3, precision=(5.0, 40.0)
    )
    game = arrange_sets(structure)
    for draw in range(tables.draws):
        plays = []
        for control in (CAREFUL, TIGHT):
            branch = branch_at(game, tables, draw)
            assert branch.follow(1.0, control)
            plays.append(branch.state.chance)
        np.testing.assert_allclose(plays[0], plays[1], rtol=0, atol=1e-8)


def test_at_a_fork_both_engines_take_the_same_side_and_say_so() -> None:
    """Chicken: at low precision the play of both is alike, later one gives way."""
    for precision in (1.0, 2.0, 5.0, 20.0):
        for found in by_both(*two_by_two(CHICKEN, precision)):
            assert found.branch[0] == "traced"
            assert "forks" in found.message[0]
            assert found.uniqueness[0] == "several found"
            assert len(found.others) == 2
            assert found.strategy[0, 1] > 0.8
            assert found.strategy[0, 2] > 0.8
    for found in by_both(*two_by_two(CHICKEN, 0.3)):
        assert found.message[0] == ""
        assert found.strategy[0, 1] == pytest.approx(found.strategy[0, 3], abs=1e-12)
