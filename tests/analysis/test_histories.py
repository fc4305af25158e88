"""Likeliest histories against full enumeration, and what is ever reached."""

from __future__ import annotations

import time

import numpy as np
import pytest

from offramp.analysis import likeliest, likeliest_by_outcome, probability_ever
from offramp.testing.random_games import random_game
from tests.analysis.chains import chain, random_strategy


def enumerate_all(structure, odds):
    """Every history of a game without cycles: (probability, edges, terminal)."""
    found = []
    open_ones: list[tuple[float, tuple[int, ...], int]] = [(1.0, (), structure.start)]
    while open_ones:
        share, edges, node = open_ones.pop()
        for edge in range(structure.first[node], structure.first[node + 1]):
            goal = structure.target[edge]
            entry = (share * odds[edge], (*edges, edge), goal)
            if goal < 0:
                found.append((entry[0], entry[1], -goal - 1))
            elif odds[edge] > 0:
                open_ones.append(entry)
    return sorted(found, key=lambda one: (-one[0], one[1]))


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_enumeration(seed: int) -> None:
    structure, _ = random_game(seed, rounds=2, steps=3, width=3)
    odds = random_strategy(structure, 1, seed)[0]
    everything = enumerate_all(structure, odds)
    found = likeliest(structure, odds, 12)
    assert found.complete
    assert [one.edges for one in found.histories] == [one[1] for one in everything[:12]]
    for one, (share, _, terminal) in zip(found.histories, everything, strict=False):
        assert one.probability == pytest.approx(share, rel=1e-12)
        assert one.terminal == terminal
        assert one.outcome == structure.terminal_outcome[terminal]
    for outcome, best in enumerate(likeliest_by_outcome(structure, odds, structure.terminals)):
        shares = [one for one in everything if one[2] == outcome]
        assert (best is None) == (not shares)
        if best is not None:
            assert best.edges == shares[0][1]


def test_waiting_makes_longer_histories_of_falling_probability() -> None:
    structure = chain([[0, -1]])
    found = likeliest(structure, np.array([0.9, 0.1]), 20)
    assert found.complete
    expected = 0.1 * 0.9 ** np.arange(20)
    np.testing.assert_allclose([one.probability for one in found.histories], expected)
    assert [len(one.edges) for one in found.histories] == list(range(1, 21))


@pytest.mark.parametrize("exit_odds", [1e-12, 1e-17, 1e-250])
def test_waiting_that_costs_nothing_does_not_trap_the_search(exit_odds: float) -> None:
    """Staying has probability 1 in floating point; leaving takes two moves."""
    structure = chain([[0, 1], [-1]], step=[0, 1])
    found = likeliest(structure, np.array([1 - exit_odds, exit_odds, 1.0]), 3)
    assert found.complete
    assert [len(one.edges) for one in found.histories] == [2, 3, 4]


def test_many_equal_histories_do_not_slow_the_search_down() -> None:
    """2**30 histories of the same probability."""
    structure = chain([*([n + 1, n + 1] for n in range(29)), [-1, -2]])
    found = likeliest(structure, np.full(60, 0.5), 5, bound=1_000)
    assert found.complete
    assert [one.probability for one in found.histories] == [0.5**30] * 5
    assert len({one.edges for one in found.histories}) == 5


def test_an_exhausted_bound_is_said() -> None:
    structure = chain([[1, 1], [2, 2], [-1, -1]])
    found = likeliest(structure, np.full(6, 0.5), 8, bound=4)
    assert not found.complete
    assert len(found.histories) < 8
    assert likeliest(structure, np.full(6, 0.5), 9).complete


def test_an_outcome_without_probability_has_no_history() -> None:
    structure = chain([[-1, -2]])
    assert likeliest_by_outcome(structure, np.array([1.0, 0.0]), 2)[1] is None
    assert likeliest(structure, np.array([1.0, 0.0]), 5).histories[0].probability == 1.0


def test_a_game_of_many_nodes_takes_no_time() -> None:
    structure, _ = random_game(2, steps=5, width=300, ending=0.02)
    odds = random_strategy(structure, 1, 3)[0]
    likeliest(structure, odds, 1)
    begin = time.perf_counter()
    found = likeliest(structure, odds, 10)
    likeliest_by_outcome(structure, odds, structure.terminals)
    assert time.perf_counter() - begin < 1.0
    assert found.complete
    assert len(found.histories) == 10


def test_ever_is_a_first_passage() -> None:
    """Gambler at 1 of 0..3: ever at 2 before ruin; the edge counts like its node."""
    structure = chain([[-1, 1], [0, -2]])
    odds = np.full((1, 4), 0.5)
    at_two = probability_ever(structure, odds, nodes=np.array([False, True]))
    np.testing.assert_allclose(at_two, [0.5])
    going_down = np.array([True, False, False, False])
    np.testing.assert_allclose(probability_ever(structure, odds, edges=going_down), [2 / 3])
    none = probability_ever(structure, odds, nodes=np.array([False, False]))
    np.testing.assert_allclose(none, [0.0])
