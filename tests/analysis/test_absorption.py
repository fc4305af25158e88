"""Visits and ends against closed forms, dense linear algebra and iteration."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from offramp.analysis import (
    Absorbed,
    absorb,
    absorption,
    edge_uses,
    eliminate,
    move_uses,
    outcome_probability,
    probability_by,
    visits,
)
from offramp.game import Structure
from offramp.testing.random_games import random_game
from tests.analysis.chains import chain, random_strategy, sources, transition


def ladder(size: int):
    """Gambler's ruin: nodes 0 .. size-1 up or down by one; begins in the middle."""
    middle = size // 2
    name = [middle, *(n for n in range(size) if n != middle)]
    place = {old: new for new, old in enumerate(name)}
    edges = []
    for old in name:
        down = place[old - 1] if old > 0 else -1
        up = place[old + 1] if old < size - 1 else -2
        edges.append([down, up])
    return chain(edges)


@pytest.mark.parametrize("exit_odds", [0.5, 1e-3, 1e-12, 1e-60])
def test_geometric_absorption_keeps_its_relative_accuracy(exit_odds: float) -> None:
    structure = chain([[0, -1]])
    found = absorb(structure, np.array([[1 - exit_odds, exit_odds]]))
    np.testing.assert_allclose(found.visits, [[1 / exit_odds]], rtol=1e-12)
    np.testing.assert_allclose(found.terminal, [[1.0]], rtol=1e-12)
    assert found.unresolved[0] == 0.0
    np.testing.assert_allclose(found.rounds, [(1 - exit_odds) / exit_odds], rtol=1e-12)


def test_slow_absorption_splits_its_mass_rightly() -> None:
    """Two nodes that swap; way out 1e-12 from one, 3e-12 from the other."""
    structure = chain([[1, -1], [0, -2]])
    a, b = 1e-12, 3e-12
    found = absorb(structure, np.array([[1 - a, a, 1 - b, b]]))
    whole = a + b - a * b
    np.testing.assert_allclose(found.terminal, [[a / whole, (1 - a) * b / whole]], rtol=1e-11)
    np.testing.assert_allclose(found.visits, [[1 / whole, (1 - a) / whole]], rtol=1e-11)


@pytest.mark.parametrize("up", [0.5, 0.4, 0.75])
def test_gamblers_ruin(up: float) -> None:
    structure = ladder(9)
    found = absorb(structure, np.tile([1 - up, up], (1, 9)).reshape(1, -1))
    ratio = (1 - up) / up
    ruin = 0.5 if up == 0.5 else 1 - (1 - ratio**5) / (1 - ratio**10)
    np.testing.assert_allclose(found.terminal, [[ruin, 1 - ruin]], rtol=1e-12)
    if up == 0.5:  # expected length 5 * 5, of which the last step goes out
        np.testing.assert_allclose(found.rounds, [24.0], rtol=1e-12)


def test_a_class_closed_in_one_draw_only_is_found() -> None:
    """0 goes out, or into 1 and 2, which swap; the second draw closes their way out."""
    structure = chain([[-1, 1], [2], [1, -2]])
    open_draw = [0.25, 0.75, 1.0, 0.6, 0.4]
    closed = [0.25, 0.75, 1.0, 1.0, 0.0]
    found = absorb(structure, np.array([open_draw, closed]))
    np.testing.assert_allclose(found.terminal, [[0.25, 0.75], [0.25, 0.0]], rtol=1e-12)
    assert found.unresolved[0] == 0.0
    assert found.unresolved[1] == pytest.approx(0.75, rel=1e-12)
    assert np.isnan(found.rounds[1])
    assert np.isfinite(found.rounds[0])
    assert np.array_equal(np.isinf(found.visits[1]), [False, True, True])
    uses = edge_uses(structure, np.array([open_draw, closed]), found.visits)
    assert uses[1, 4] == 0.0
    assert np.isinf(uses[1, 3])


def test_nodes_passed_on_the_way_into_a_closed_class_have_finite_visits() -> None:
    """One component by its shape; in this draw 0 and 1 are passed once, then 2 repeats itself."""
    structure = chain([[1], [2, -1], [2, 0]])
    found = absorb(structure, np.array([[1.0, 1.0, 0.0, 1.0, 0.0]]))
    np.testing.assert_array_equal(found.visits, [[1.0, 1.0, np.inf]])
    assert found.unresolved[0] == pytest.approx(1.0, rel=1e-14)


def test_a_way_out_counts_however_faint_it_is_and_none_does_not() -> None:
    structure = chain([[0, -1]])
    found = absorb(structure, np.array([[1.0, 1e-300], [1.0, 5e-324], [1.0, 0.0]]))
    np.testing.assert_array_equal(found.unresolved, [0.0, 0.0, 1.0])
    np.testing.assert_allclose(found.terminal[:, 0], [1.0, 1.0, 0.0], rtol=1e-12)
    np.testing.assert_allclose(found.visits[:2, 0], [1e300, np.inf], rtol=1e-12)
    assert found.visits[2, 0] == np.inf


def test_ways_out_fainter_than_any_number() -> None:
    """0 and 1 swap; the ways out, 1e-300 twice over, are a power of ten apart."""
    structure = chain([[1, 2], [0, 3], [1, -1], [0, -2]])
    odds = np.array([[1.0, 1e-300, 1.0, 1e-300, 1.0, 1e-300, 1.0, 1e-299]])
    found = absorb(structure, odds)
    np.testing.assert_allclose(found.terminal, [[1 / 11, 10 / 11]], rtol=1e-11)
    assert found.unresolved[0] == 0.0
    assert np.isnan(found.rounds[0])


def exact_ends(structure: Structure, odds: NDArray[np.float64]) -> list[Fraction]:
    """Where play that begins at node 0 ends, in fractions, each row adding to exactly 1."""
    rows: list[dict[int, Fraction]] = []
    for node in range(structure.nodes):
        row: dict[int, Fraction] = {}
        for edge in range(structure.first[node], structure.first[node + 1]):
            goal = int(structure.target[edge])
            row[goal] = row.get(goal, Fraction(0)) + Fraction(float(odds[edge]))
        rows.append({goal: odd / sum(row.values()) for goal, odd in row.items() if odd})
    for node in range(structure.nodes - 1, 0, -1):
        stays = rows[node].pop(node, Fraction(0))
        if not rows[node]:
            rows[node] = {-99: Fraction(1)}  # for ever
            stays = Fraction(0)
        out = {goal: odd / (1 - stays) for goal, odd in rows[node].items()}
        for other in range(node):
            share = rows[other].pop(node, Fraction(0))
            for goal, odd in out.items() if share else ():
                rows[other][goal] = rows[other].get(goal, Fraction(0)) + share * odd
    stays = rows[0].pop(0, Fraction(0))
    ends = [rows[0].get(-k - 1, Fraction(0)) for k in range(structure.terminals)]
    return [end / (1 - stays) if stays < 1 else end for end in ends]


@pytest.mark.parametrize("seed", range(40))
def test_faint_odds_agree_with_exact_arithmetic(seed: int) -> None:
    """Odds of 10^-k, k up to 300, and none at all: ends and unresolved are right and add to 1."""
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(2, 7))
    edges = [rng.choice(range(-2, nodes), 3, replace=False).tolist() for _ in range(nodes)]
    structure = chain(edges)
    odds = np.where(
        rng.random(structure.edges) < 0.25, 0.0, 10.0 ** -rng.uniform(0, 300, structure.edges)
    )
    odds[structure.first[:-1]] = 1.0
    found = absorb(structure, odds[None])
    whole = found.terminal.sum() + found.unresolved[0]
    assert whole == pytest.approx(1.0, abs=1e-12)
    ends = [float(end) for end in exact_ends(structure, odds)]
    np.testing.assert_allclose(found.terminal[0], ends, rtol=1e-9, atol=1e-300)


def test_a_structure_without_any_end_is_unresolved() -> None:
    structure = chain([[1], [0]])
    found = absorb(structure, np.ones((1, 2)))
    assert found.unresolved[0] == pytest.approx(1.0, rel=1e-14)
    np.testing.assert_allclose(outcome_probability(structure, found, 1), [[0.0, 1.0]])


def test_play_may_enter_a_component_behind_its_head() -> None:
    """Start -> node 2 at step 1 of the cycle 1 -> 2 -> 1."""
    structure = chain([[2], [2, -1], [1, -2]], step=[0, 0, 1])
    odds = np.array([[1.0, 0.5, 0.5, 0.5, 0.5]])
    found = absorb(structure, odds)
    np.testing.assert_allclose(found.visits, [[1.0, 2 / 3, 4 / 3]], rtol=1e-14)
    np.testing.assert_allclose(found.terminal, [[1 / 3, 2 / 3]], rtol=1e-14)


def test_a_failed_draw_is_nan_and_does_not_touch_the_others() -> None:
    structure, _ = random_game(3)
    strategy = random_strategy(structure, 5, 1)
    spoilt = strategy.copy()
    spoilt[2] = np.nan
    found, whole = absorb(structure, spoilt), absorb(structure, strategy)
    assert np.array_equal(found.failed, [False, False, True, False, False])
    assert np.isnan(found.visits[2]).all()
    keep = ~found.failed
    np.testing.assert_array_equal(found.visits[keep], whole.visits[keep])
    np.testing.assert_array_equal(found.terminal[keep], whole.terminal[keep])


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    rounds=st.sampled_from([0, 0, 0, 4]),
    steps=st.integers(1, 4),
    width=st.integers(1, 9),
    levels=st.integers(1, 3),
    zeros=st.sampled_from([0.0, 0.0, 0.3]),
)
def test_random_games_agree_with_dense_algebra(
    seed: int, rounds: int, steps: int, width: int, levels: int, zeros: float
) -> None:
    structure, _ = random_game(seed, rounds=rounds, steps=steps, width=width, levels=levels)
    strategy = random_strategy(structure, 3, seed, zeros=zeros)
    found = absorb(structure, strategy)
    np.testing.assert_allclose(
        found.terminal.sum(axis=1) + found.unresolved, 1.0, rtol=0, atol=1e-12
    )
    assert (found.terminal >= 0).all()
    assert (found.unresolved >= 0).all()
    begin = np.zeros(structure.nodes)
    begin[structure.start] = 1.0
    for draw, odds in enumerate(strategy):
        move, leave = transition(structure, odds)
        kept = np.isfinite(found.visits[draw]) & (found.visits[draw] > 0)
        caught = np.isinf(found.visits[draw])
        never = found.visits[draw] == 0
        assert not move[np.ix_(kept | caught, never)].any()
        flow = np.linalg.solve(np.eye(kept.sum()) - move[np.ix_(kept, kept)].T, begin[kept])
        np.testing.assert_allclose(found.visits[draw, kept], flow, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found.terminal[draw], flow @ leave[kept], atol=1e-12)
        lost = flow @ move[np.ix_(kept, caught)].sum(axis=1) + begin[caught].sum()
        assert found.unresolved[draw] == pytest.approx(lost, abs=1e-12)
        assert (found.unresolved[draw] > 0) == (lost > 0)
        assert not leave[caught].any()


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), zeros=st.sampled_from([0.0, 0.3]))
def test_iteration_agrees_with_elimination(seed: int, zeros: float) -> None:
    structure, _ = random_game(seed, steps=2, width=12, levels=2)
    strategy = random_strategy(structure, 4, seed, zeros=zeros)
    direct = absorb(structure, strategy)
    iterated = absorb(structure, strategy, elimination=eliminate(structure, work=0))
    assert not iterated.failed.any()
    np.testing.assert_allclose(iterated.terminal, direct.terminal, atol=1e-12)
    np.testing.assert_allclose(iterated.unresolved, direct.unresolved, atol=1e-12)
    np.testing.assert_allclose(iterated.rounds, direct.rounds, rtol=1e-9)


def test_iteration_refuses_what_it_cannot_tell() -> None:
    structure = ladder(5)
    plan = eliminate(structure, work=0)
    strategy = np.tile([0.5, 0.5], 5)[None, :].copy()
    strategy[:, structure.target < 0] = 1e-12
    strategy[:, np.flatnonzero(structure.target < 0) ^ 1] = 1 - 1e-12
    found = absorb(structure, strategy, elimination=plan)
    assert found.failed.all()
    assert not absorb(structure, strategy).failed.any()


def test_a_large_full_component_agrees_with_dense_algebra() -> None:
    structure, _ = random_game(1, steps=1, width=120, moves=8)
    strategy = random_strategy(structure, 2, 5)
    plan = eliminate(structure)
    assert (np.diff(structure.component) - plan.full).max() > 20
    move, _ = transition(structure, strategy[1])
    begin = np.eye(structure.nodes)[structure.start]
    expected = np.linalg.solve(np.eye(structure.nodes) - move.T, begin)
    np.testing.assert_allclose(visits(structure, strategy)[1], expected, rtol=1e-11, atol=1e-14)


def test_draws_do_not_depend_on_how_they_are_grouped() -> None:
    structure, _ = random_game(8, width=10)
    strategy = random_strategy(structure, 33, 2)
    together = absorb(structure, strategy)
    for draw in (0, 17, 32):
        alone = absorb(structure, strategy[draw : draw + 1])
        np.testing.assert_array_equal(alone.visits[0], together.visits[draw])
        np.testing.assert_array_equal(alone.terminal[0], together.terminal[draw])
        np.testing.assert_array_equal(alone.rounds[0], together.rounds[draw])


@given(seed=st.integers(0, 10_000), draws=st.integers(1, 19), zeros=st.sampled_from([0.0, 0.3]))
@settings(max_examples=40)
def test_eight_draws_abreast_have_the_bits_of_each_alone(
    seed: int, draws: int, zeros: float
) -> None:
    """Also where some have no way out, hardly any, or no numbers at all."""
    structure, _ = random_game(seed, steps=2, width=12, levels=2)
    strategy, rng = (
        random_strategy(structure, draws, seed, zeros=zeros),
        np.random.default_rng(seed),
    )
    faint = rng.random(draws) < 0.2
    leaving = structure.target < 0
    strategy[np.ix_(faint, leaving)] *= 1e-200
    strategy[rng.random(draws) < 0.1] = np.nan
    abreast = absorb(structure, strategy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(absorption, "ABREAST", -1)
        alone = absorb(structure, strategy)
    for one in fields(Absorbed):
        np.testing.assert_array_equal(getattr(abreast, one.name), getattr(alone, one.name))


def test_rounds_leave_out_the_edges_into_the_end_of_the_limit() -> None:
    """Two rounds of one node each: goes on once, then at_end."""
    structure = chain([[1, -1], [-2, -1]], at_end=[2], limit=2)
    found = absorb(structure, np.array([[0.8, 0.2, 0.5, 0.5]]))
    np.testing.assert_allclose(found.rounds, [0.8], rtol=1e-15)
    np.testing.assert_allclose(found.terminal, [[0.6, 0.4]], rtol=1e-15)


def test_outcomes_and_values_of_by() -> None:
    """Terminals 0 and 2 are one outcome with values 3 and 1; terminal 1 has no value."""
    structure = chain([[-1, -2, -3]], outcome=[1, 0, 1], by=[3, -1, 1])
    found = absorb(structure, np.array([[0.2, 0.3, 0.5]]))
    np.testing.assert_allclose(outcome_probability(structure, found, 2), [[0.3, 0.7, 0.0]])
    pairs, probability = probability_by(structure, found)
    assert pairs == ((1, 1), (1, 3))
    np.testing.assert_allclose(probability, [[0.5, 0.2]])


def test_without_by_there_are_no_pairs() -> None:
    structure = chain([[-1]])
    pairs, probability = probability_by(structure, absorb(structure, np.ones((2, 1))))
    assert pairs == ()
    assert probability.shape == (2, 0)


def test_moves_add_up_the_uses_of_their_edges() -> None:
    structure, _ = random_game(5)
    strategy = random_strategy(structure, 3, 4)
    seen = visits(structure, strategy)
    label = np.arange(structure.edges) % 4 - 1
    uses = edge_uses(structure, strategy, seen)
    expected = np.stack([uses[:, label == move].sum(axis=1) for move in range(3)], axis=1)
    np.testing.assert_allclose(move_uses(structure, strategy, seen, label, 3), expected, rtol=1e-12)
    np.testing.assert_allclose(
        np.stack([np.bincount(sources(structure), row, structure.nodes) for row in uses]), seen
    )


def test_components_out_of_proportion_do_not_matter() -> None:
    """Iterated and eliminated components in one structure, and acyclic parts between them."""
    structure, _ = random_game(9, steps=3, width=10, levels=4, ending=0.05)
    strategy = random_strategy(structure, 3, 1)
    sizes = np.diff(structure.component)[structure.cyclic]
    assert len(sizes) > 1
    mixed = eliminate(structure, largest=int(sizes.max()) - 1)
    assert {1, 2} <= set(mixed.kind.tolist())
    direct, other = absorb(structure, strategy), absorb(structure, strategy, elimination=mixed)
    np.testing.assert_allclose(other.visits, direct.visits, rtol=1e-11)
    np.testing.assert_allclose(other.terminal, direct.terminal, atol=1e-13)
    assert (other.error > 0).all()
