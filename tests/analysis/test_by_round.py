"""Ends and states by round, against powers of the dense chain and against absorption."""

from __future__ import annotations

import numpy as np
import pytest

from offramp.analysis import absorb, ended_by_round, outcome_by_round, rounds_shown, state_by_round
from offramp.testing.random_games import random_game
from tests.analysis.chains import chain, random_strategy, transition


def test_geometric_ends() -> None:
    structure = chain([[0, -1]])
    strategy = np.array([[0.75, 0.25], [0.5, 0.5]])
    ended = ended_by_round(structure, strategy, 6)
    n = np.arange(1, 7)
    np.testing.assert_allclose(ended[:, :, 0], [1 - 0.75**n, 1 - 0.5**n], rtol=1e-14)


def test_rounds_shown_is_the_first_that_resolves_enough() -> None:
    structure = chain([[0, -1]])
    half = np.array([[0.5, 0.5]])
    assert rounds_shown(structure, half) == 10  # 1 - 2**-10 > 0.999
    assert rounds_shown(structure, np.array([[0.5, 0.5], [np.nan, np.nan]])) == 10
    assert rounds_shown(structure, np.array([[0.75, 0.25]])) == 25
    assert rounds_shown(structure, np.array([[0.999, 0.001]])) == 120
    assert rounds_shown(structure, half, most=4) == 4


def test_rounds_shown_counts_only_what_ever_ends() -> None:
    structure = chain([[-1, 1], [1]])
    strategy = np.array([[0.4, 0.6, 1.0]])
    assert rounds_shown(structure, strategy) == 120
    assert rounds_shown(structure, strategy, ever=np.array([0.4])) == 1


def test_what_happens_at_the_limit_belongs_to_the_last_round() -> None:
    structure = chain([[1, -1], [-2, -1]], at_end=[2], limit=2)
    strategy = np.array([[0.8, 0.2, 0.5, 0.5]])
    assert rounds_shown(structure, strategy) == 2
    ended = ended_by_round(structure, strategy, 2)
    np.testing.assert_allclose(ended[0], [[0.2, 0.0], [0.6, 0.4]], rtol=1e-14)


@pytest.mark.parametrize(("seed", "rounds"), [(1, 0), (2, 0), (3, 5), (4, 0)])
def test_random_games_agree_with_powers_of_the_chain(seed: int, rounds: int) -> None:
    structure, _ = random_game(seed, rounds=rounds, steps=3, width=5)
    strategy = random_strategy(structure, 3, seed)
    shown = 5
    ended = ended_by_round(structure, strategy, shown)
    label = np.arange(structure.nodes) % 3
    state = state_by_round(structure, strategy, label, 3, shown)
    for draw, odds in enumerate(strategy):
        move, leave = transition(structure, odds)
        now = np.eye(structure.nodes)[structure.start]
        total = np.zeros(structure.terminals)
        for turn in range(shown):
            assert state.ended[draw, turn] == pytest.approx(total.sum(), abs=1e-14)
            levels = np.bincount(label, now, 3)
            np.testing.assert_allclose(state.level[draw, turn], levels, atol=1e-14)
            for _ in range(3):
                total = total + now @ leave
                now = now @ move
            np.testing.assert_allclose(ended[draw, turn], total, atol=1e-14)


def test_many_rounds_approach_absorption() -> None:
    structure, _ = random_game(6, ending=0.3)
    strategy = random_strategy(structure, 4, 1)
    found = absorb(structure, strategy)
    ended = ended_by_round(structure, strategy, 2_000)
    np.testing.assert_allclose(ended[:, -1], found.terminal, atol=1e-12)
    assert (np.diff(ended, axis=1) >= 0).all()
    going_on = 1 - ended.sum(axis=2)
    np.testing.assert_allclose(going_on.sum(axis=1), found.rounds, rtol=1e-9)


def test_outcomes_add_up_their_terminals_and_unresolved_is_nothing() -> None:
    structure = chain([[-1, -2, -3, 0]], outcome=[1, 0, 1])
    ended = ended_by_round(structure, np.array([[0.1, 0.2, 0.3, 0.4]]), 2)
    shown = outcome_by_round(structure, ended, 2)
    np.testing.assert_allclose(shown[0], [[0.2, 0.28], [0.4, 0.56], [0, 0]], rtol=1e-14)


def test_heads_without_a_label_belong_to_no_level() -> None:
    structure = chain([[1, -1], [0, -1]])
    state = state_by_round(structure, np.full((1, 4), 0.5), np.array([-1, 0]), 1, 3)
    np.testing.assert_allclose(state.level[0, :, 0], [0.0, 0.5, 0.0])
    np.testing.assert_allclose(state.ended[0], [0.0, 0.5, 0.75])
