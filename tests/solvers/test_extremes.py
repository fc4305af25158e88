"""Extreme numbers: what is called solved is right, by another reading in decimals of 60 digits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offramp import solvers
from offramp.game.structure import Structure, Tables
from offramp.testing.random_games import random_game
from tests.solvers.exact import exact_payoffs
from tests.solvers.games import stop_or_continue


def extreme_game(seed: int) -> tuple[Structure, Tables]:
    """A small cyclic game; pays over 21, patience over 9, precision over 6 orders of magnitude."""
    rng = np.random.default_rng(seed)
    structure, tables = random_game(
        seed,
        steps=int(rng.integers(1, 4)),
        width=int(rng.integers(1, 4)),
        parties=int(rng.integers(1, 4)),
        ending=float(rng.choice([0.0, 0.05, 0.3])),
        nature=bool(rng.integers(2)),
    )

    def spread(low: float, high: float, shape: tuple[int, ...]) -> np.ndarray:
        return 10.0 ** rng.uniform(low, high, shape)

    kind = rng.integers(4)
    size = spread(0, 0, tables.pay.shape)
    if kind == 1:  # every pay of its own size
        size = spread(-9, 12, tables.pay.shape)
    elif kind == 2:  # every party in units of its own
        size = np.broadcast_to(spread(-9, 12, (1, 1, structure.parties)), tables.pay.shape)
    pay = tables.pay * size * (rng.random(tables.pay.shape) < 0.7)
    end_pay = tables.end_pay * spread(0, 12 if kind == 3 else 0, tables.end_pay.shape)
    return structure, replace(
        tables,
        pay=pay,
        end_pay=end_pay,
        patience=1.0 - spread(-9, -0.5, tables.patience.shape),
        precision=spread(-2, 4, tables.precision.shape) / np.maximum(1e-300, size.max()),
    )


def stakes(
    structure: Structure, tables: Tables, value: np.ndarray, chance: np.ndarray
) -> np.ndarray:
    """(party,) the largest value or pay on the ways that play takes, and rounding of any other."""
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    taken, there = chance > 1e-9, {structure.start}
    for _ in range(structure.nodes):
        there |= {
            int(t)
            for s, t in zip(source[taken], structure.target[taken], strict=True)
            if s in there and t >= 0
        }
    on_the_way = np.isin(source, list(there)) & taken
    paid = tables.pay[0, structure.pay_class].copy()
    ends = structure.target < 0
    paid[ends] += tables.end_pay[0, -structure.target[ends] - 1]
    largest = np.abs(paid[on_the_way]).max(axis=0, initial=0.0)
    trace = 1e-12 * np.abs(paid).max(axis=0)
    return np.maximum(largest, np.abs(value[list(there)]).max(axis=0)) + trace


def judge(seeds: range) -> tuple[int, list[int]]:
    """How many games are solved, and the seeds of those that are wrong."""
    solved, wrong = 0, []
    for seed in seeds:
        structure, tables = extreme_game(seed)
        found = solvers.solve(structure, tables, starts=0)
        if found.status[0] != "solved":
            continue
        solved += 1
        exact = exact_payoffs(structure, tables, 0, found.value[0])
        if exact is None:
            wrong.append(seed)
            continue
        value, chance = exact
        off = np.abs(found.payoff[0] - value)[structure.start]
        if (off > 1e-8 * stakes(structure, tables, value, chance)).any():
            wrong.append(seed)
    return solved, wrong


def test_what_is_called_solved_is_right() -> None:
    solved, wrong = judge(range(60))
    assert not wrong
    assert solved >= 45


@pytest.mark.slow
def test_what_is_called_solved_is_right_in_fifteen_hundred_games() -> None:
    solved, wrong = judge(range(60, 1560))
    assert not wrong
    assert solved >= 1_100


@pytest.mark.parametrize("entropy", [False, True])
@pytest.mark.parametrize("patience", [0.9, 0.999, 0.999_99, 1 - 1e-7, 1 - 1e-9])
@pytest.mark.parametrize(("precision", "pay"), [(86.0, -600.0), (4.0, -60_000.0), (700.0, -1.0)])
def test_who_is_paid_nothing_for_ever_has_nothing(
    entropy: bool, patience: float, precision: float, pay: float
) -> None:
    """Waiting for ever pays 0, and what is costly is chosen with odds of exp(-344) or less."""
    structure, tables = stop_or_continue(precision, patience)
    structure = replace(structure, target=np.array([0, 0]), turns=np.array([True, True]))
    tables = replace(tables, pay=np.array([[[0.0], [pay]]]), entropy=entropy)
    found = solvers.solve(structure, tables)
    assert found.status[0] == "solved"
    assert abs(found.payoff[0, 0, 0]) < 1e-100


@pytest.mark.parametrize("size", [1e3, 1e6, 1e9, 1e12, 1e15])
def test_ends_that_nobody_chooses_blur_nothing(size: float) -> None:
    """One party pays a tenth a round for ever; stopping costs ``size``: -0.1 / (1 - patience)."""
    structure, tables = stop_or_continue(4.0, 0.95, -0.1)
    found = solvers.solve(structure, replace(tables, end_pay=np.full((1, 1, 1), -size)))
    assert found.status[0] == "solved"
    assert found.payoff[0, 0, 0] == pytest.approx(-2.0, rel=1e-9)


@settings(max_examples=30)
@given(
    seed=st.integers(0, 10_000),
    party=st.integers(0, 1),
    size=st.floats(-6.0, 6.0),
    entropy=st.booleans(),
    patience=st.sampled_from([0.7, 0.95, 0.99999]),
)
def test_units_change_no_play(
    seed: int, party: int, size: float, entropy: bool, patience: float
) -> None:
    """One party's payoffs in other units: play, values and regrets are what they were."""
    structure, tables = random_game(seed, width=3, draws=2, precision=(0.5, 3.0), entropy=entropy)
    tables = replace(tables, patience=np.full_like(tables.patience, patience))
    factor = np.ones(structure.parties)
    factor[party] = 10.0**size
    other = replace(
        tables,
        pay=tables.pay * factor,
        end_pay=tables.end_pay * factor,
        precision=tables.precision / factor,
    )
    before, after = (solvers.solve(structure, one, traced=(0, 1)) for one in (tables, other))
    assert before.status.tolist() == after.status.tolist()
    np.testing.assert_allclose(after.strategy, before.strategy, atol=1e-9)
    np.testing.assert_allclose(after.value / factor, before.value, rtol=1e-8, atol=1e-9)
    assert before.uniqueness.tolist() == after.uniqueness.tolist()


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), party=st.integers(0, 1), size=st.floats(-6.0, 12.0))
def test_a_constant_at_all_ends_changes_no_play(seed: int, party: int, size: float) -> None:
    """Where all play ends and nothing is discounted a constant means nothing to anybody."""
    structure, tables = random_game(seed, rounds=3, width=3, precision=(0.5, 3.0))
    even = np.round(tables.end_pay * 1024.0) / 1024.0  # so that no digit is lost at 1e12
    tables = replace(tables, patience=np.ones_like(tables.patience), end_pay=even)
    constant = np.zeros(structure.parties)
    constant[party] = np.round(10.0**size)
    before = solvers.solve(structure, tables)
    after = solvers.solve(structure, replace(tables, end_pay=even + constant))
    np.testing.assert_allclose(after.strategy, before.strategy, atol=1e-9)
    np.testing.assert_allclose(after.regret, before.regret, atol=1e-9)
    assert after.status[0] == "solved"
    assert not after.others
