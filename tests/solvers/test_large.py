"""Large and cyclic games with information sets against the slow reading, and laws."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from offramp.core.errors import GameError
from offramp.game.structure import Structure, Tables
from offramp.solvers import Equilibria, Options, limit, solve
from offramp.solvers.engine import Request
from offramp.solvers.imperfect.large.draws import limit_large, solve_large
from offramp.testing.random_information import haggle, random_unseen_game
from offramp.testing.random_trees import random_tree
from offramp.testing.reference_solver import solve_plainly
from tests.solvers.slow_information import (
    beliefs_plainly,
    best_reply_plainly,
    solve_slowly,
    values_plainly,
)

ALONE = Options(workers=1)


def solved(
    structure: Structure, tables: Tables, traced: tuple[int, ...] = (0,), starts: int = 0
) -> Equilibria:
    return solve_large(Request(structure, tables, ALONE, traced=frozenset(traced), starts=starts))


def strike_game(precision: float, quiet: float = 0.1) -> tuple[Structure, Tables]:
    """Every round two parties wait or strike, the second without having seen the first."""
    structure = Structure(
        mover=np.array([0, 1, 1], np.int16),
        first=np.array([0, 2, 4, 6]),
        target=np.array([1, 2, 0, -1, -2, -3]),
        turns=np.array([False, False, True, False, False, False]),
        pay_class=np.array([0, 0, 1, 0, 0, 0], np.int32),
        odds_class=np.full(6, -1, np.int32),
        step=np.array([0, 1, 1], np.int16),
        start=0,
        parties=2,
        terminals=3,
        order=np.array([2, 1, 0]),
        component=np.array([0, 1, 3]),
        cyclic=np.array([False, True]),
        limit=0,
        terminal_outcome=np.arange(3, dtype=np.int32),
        terminal_by=np.full(3, -1, np.int32),
        at_end_edge=np.zeros(6, bool),
        infoset=np.array([-1, 0, 0], np.int32),
    )
    tables = Tables(
        pay=np.array([[[0.0, 0.0], [quiet, quiet]]]),
        odds=np.zeros((1, 0)),
        end_pay=np.array([[[-1.0, 0.6], [0.6, -1.0], [-0.2, -0.2]]]),
        patience=np.array([[0.9, 0.9]]),
        precision=np.array([[precision, precision]]),
    )
    return structure, tables


def meeting_game() -> tuple[Structure, Tables]:
    """Rounds begin in two ways that meet before one party decides unseen by the other."""
    structure = Structure(
        mover=np.array([1, 1, 0, 1, 1], np.int16),
        first=np.array([0, 2, 4, 6, 8, 10]),
        target=np.array([2, -1, 2, -1, 3, 4, 0, -2, 1, -3]),
        turns=np.array([False, False, False, False, False, False, True, False, True, False]),
        pay_class=np.array([0, 0, 1, 1, 0, 0, 0, 0, 1, 0], np.int32),
        odds_class=np.full(10, -1, np.int32),
        step=np.array([0, 0, 1, 2, 2], np.int16),
        start=0,
        parties=2,
        terminals=3,
        order=np.array([4, 3, 2, 1, 0]),
        component=np.array([0, 5]),
        cyclic=np.array([True]),
        limit=0,
        terminal_outcome=np.arange(3, dtype=np.int32),
        terminal_by=np.full(3, -1, np.int32),
        at_end_edge=np.zeros(10, bool),
        infoset=np.array([-1, -1, -1, 0, 0], np.int32),
    )
    tables = Tables(
        pay=np.array([[[0.0, 0.0], [-0.1, 0.2]]]),
        odds=np.zeros((1, 0)),
        end_pay=np.array([[[0.3, 0.1], [0.6, -1.0], [-0.2, 0.4]]]),
        patience=np.array([[0.9, 0.8]]),
        precision=np.array([[3.0, 4.0]]),
    )
    return structure, tables


def test_rounds_that_begin_differently_may_meet_before_an_unseen_move() -> None:
    structure, tables = meeting_game()
    found = solved(structure, tables)
    value, strategy = solve_slowly(structure, tables)
    assert found.status[0] == "solved"
    np.testing.assert_allclose(found.value[0], value, atol=1e-10)
    np.testing.assert_allclose(found.strategy[0], strategy, atol=1e-10)
    np.testing.assert_allclose(found.belief[0], beliefs_plainly(structure, strategy), atol=1e-10)
    for party in range(2):
        best = best_reply_plainly(structure, tables, 0, strategy, party)
        assert found.regret[0, party] == pytest.approx(best - value[0, party], abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_random_rounds_equal_the_slow_reading(seed: int) -> None:
    """Values, play, beliefs and best replies, both conventions, one and two levels."""
    structure, tables = random_unseen_game(
        seed, heads=2, parties=2 + seed % 2, levels=1 + (seed % 4 == 3), entropy=seed % 3 == 2
    )
    assert structure.hidden
    found = solved(structure, tables)
    value, strategy = solve_slowly(structure, tables)
    assert found.status[0] == "solved"
    assert found.branch[0] == "traced"
    assert found.residual[0] < 1e-13
    np.testing.assert_allclose(found.value[0], value, atol=1e-10)
    np.testing.assert_allclose(found.strategy[0], strategy, atol=1e-10)
    np.testing.assert_allclose(found.belief[0], beliefs_plainly(structure, strategy), atol=1e-10)
    raw = dataclasses.replace(tables, entropy=False)
    payoff = values_plainly(structure, raw, 0, strategy)
    np.testing.assert_allclose(found.payoff[0], payoff, atol=1e-10)
    for party in range(structure.parties):
        best = best_reply_plainly(structure, tables, 0, strategy, party)
        assert found.regret[0, party] >= best - payoff[structure.start, party] - 1e-13
        assert found.regret[0, party] == pytest.approx(
            best - payoff[structure.start, party], abs=1e-9
        )
    assert (found.regret <= found.regret_anywhere).all()
    assert (found.regret_anywhere <= found.regret_bound + 1e-9).all()


def test_a_draw_ends_where_it_does_whether_it_is_to_be_traced_or_not() -> None:
    structure, tables = random_unseen_game(40, heads=4, moves=3, draws=8)
    traced = solved(structure, tables, tuple(range(8)))
    others = solved(structure, tables, ())
    assert set(others.branch) == {"traced"}
    np.testing.assert_array_equal(others.value, traced.value)


def test_a_draw_does_not_depend_on_the_others() -> None:
    structure, tables = random_unseen_game(3, draws=4)
    together = solved(structure, tables, (), starts=2)
    for draw in range(4):
        rows = slice(draw, draw + 1)
        alone = Tables(
            tables.pay[rows],
            tables.odds[rows],
            tables.end_pay[rows],
            tables.patience[rows],
            tables.precision[rows],
        )
        found = solved(structure, alone, (), starts=2)
        np.testing.assert_array_equal(found.value[0], together.value[draw])
        np.testing.assert_array_equal(found.regret[0], together.regret[draw])


@pytest.mark.parametrize("informed", [0, 1])
def test_types_that_differ_in_nothing_are_no_types(informed: int) -> None:
    value, _ = solve_plainly(*haggle(4, 2, types=1, informed=informed, fight=(0.25,)))
    structure, tables = haggle(4, 2, informed=informed, fight=(0.25, 0.25))
    found = solved(structure, tables)
    np.testing.assert_allclose(found.value[0, structure.start], value[0], atol=1e-12)
    hidden = structure.infoset >= 0
    np.testing.assert_allclose(found.belief[0, hidden], 0.5, atol=1e-12)


@pytest.mark.parametrize("informed", [0, 1])
def test_a_long_haggle_with_types(informed: int) -> None:
    """8,781 nodes with the ends: at precision 50, and in the limit by regret."""
    structure, tables = haggle(11, 3, informed=informed, precision=50.0)
    assert structure.nodes == 3193
    found = solved(structure, tables)
    assert found.status[0] == "solved"
    assert found.branch[0] == "traced"
    assert found.residual[0] < 1e-13
    assert (found.regret_anywhere <= found.regret_bound).all()
    limit = limit_large(Request(structure, tables, ALONE, regret=np.full(1, 1e-4)))
    assert limit.status[0] == "solved"
    assert (limit.regret_anywhere <= 1e-4).all()
    assert (limit.reached[0] > 50.0).all()


def test_first_strike_shows_all_equilibria_at_high_precision() -> None:
    """Peace, war, and the play between them from which both begin."""
    found = solved(*strike_game(40.0), starts=2)
    assert found.uniqueness[0] == "several found"
    wait = sorted([found.strategy[0, 0], *(other.strategy[0] for other in found.others)])
    assert wait[0] < 1e-6
    assert wait[-1] > 1.0 - 1e-4
    assert any(0.9 < share < 0.999 for share in wait)
    assert found.residual[0] < 1e-14
    only = solved(*strike_game(3.0), starts=2)
    assert only.uniqueness[0] == "not refuted by 16 starts"


def test_odds_of_zero_are_the_limit_of_small_odds() -> None:
    structure, tables = haggle(4, 2)
    never = dataclasses.replace(tables, odds=np.array([[1.0, 0.0]]))
    hardly = dataclasses.replace(tables, odds=np.array([[1.0 - 1e-13, 1e-13]]))
    exact, near = solved(structure, never), solved(structure, hardly)
    assert exact.status[0] == "solved"
    np.testing.assert_allclose(exact.strategy[0], near.strategy[0], atol=1e-9)
    assert set(np.unique(exact.belief[0])) <= {0.0, 1.0}


def test_no_numbers_no_game() -> None:
    structure, tables = strike_game(5.0)
    found = solved(structure, dataclasses.replace(tables, patience=np.array([[1.0, 0.9]])))
    assert found.status[0] == "invalid"
    assert np.isnan(found.regret).all()


def test_a_set_over_the_beginning_of_rounds_is_no_round() -> None:
    games = (random_unseen_game(seed, heads=2) for seed in range(50))
    structure, tables = next(game for game in games if game[0].mover[0] >= 0)
    infoset = structure.infoset.copy()
    infoset[structure.step == 0] = infoset.max() + 1
    with pytest.raises(GameError):
        solved(dataclasses.replace(structure, infoset=infoset), tables)


@pytest.mark.parametrize(("factor", "party"), [(1e-12, 0), (1e-5, 1), (3e7, 0), (1e12, 1)])
def test_units_change_no_play_in_rounds_that_repeat(factor: float, party: int) -> None:
    """One party's payoffs times a number, and its precision divided by it."""
    structure, tables = strike_game(3.0)
    units = np.ones(2)
    units[party] = factor
    other = dataclasses.replace(
        tables,
        pay=tables.pay * units,
        end_pay=tables.end_pay * units,
        precision=tables.precision / units,
    )
    plain, scaled = solve(structure, tables, options=ALONE), solve(structure, other, options=ALONE)
    assert np.allclose(plain.strategy, scaled.strategy, rtol=0, atol=1e-9)
    assert np.allclose(plain.value * units, scaled.value, rtol=1e-9, atol=1e-9 * units.min())
    assert len(plain.others) == len(scaled.others)


def test_limits_of_large_games_are_those_of_small_ones() -> None:
    """Two ways to one place, both certified."""
    for seed in range(6):
        structure, tables = random_tree(seed, rounds=1, steps=2)
        small, large = (
            limit(structure, tables),
            limit_large(Request(structure, tables, ALONE, regret=np.full(1, 1e-8))),
        )
        assert (large.status[0], small.status[0]) == ("solved", "solved")
        assert large.regret_anywhere.max() <= 1e-8, seed
        assert np.allclose(small.strategy, large.strategy, rtol=0, atol=1e-6), seed


def test_the_limit_of_rounds_that_repeat_depends_on_nobodys_units() -> None:
    structure, tables = strike_game(3.0)
    units = np.array([1e9, 1e-3])
    other = dataclasses.replace(
        tables,
        pay=tables.pay * units,
        end_pay=tables.end_pay * units,
        precision=tables.precision / units,
    )
    plain, scaled = limit(structure, tables), limit(structure, other)
    assert (plain.status[0], scaled.status[0]) == ("solved", "solved")
    assert (scaled.regret_anywhere[0] <= 4e-8 * units).all()
    assert np.allclose(plain.strategy, scaled.strategy, rtol=0, atol=1e-9)
