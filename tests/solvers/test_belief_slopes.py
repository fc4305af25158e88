"""Slopes where somebody does not see everything: beliefs change with every number as well."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from offramp import solvers
from offramp.analysis.responses import respond, respond_draws
from offramp.core.errors import OfframpError
from offramp.game import Draws, build, fix, nominal_draw
from offramp.game.structure import Structure, Tables
from offramp.scenario import read, understand
from offramp.solvers.engine import Request
from offramp.solvers.imperfect.large.draws import solve_large
from offramp.study.quantities.asking import ask
from offramp.study.sensitivity.slopes import SlopeFinder
from offramp.testing.random_information import haggle, random_unseen_game
from offramp.testing.random_trees import random_tree
from tests.solvers.test_adjoint import (
    ACCURACY,
    NAMES,
    ROUNDING,
    STEP,
    aims_of,
    differences,
    directions,
    moved,
    moved_values,
    values_of,
)


def keep_weights(
    structure: Structure, tables: Tables, changes: list[dict[str, np.ndarray]]
) -> None:
    """Let changes of the logarithms of weights keep these adding to 1."""
    rng = np.random.default_rng(0)
    for change in changes:
        if not change["odds"].any():
            continue
        for node in np.flatnonzero(structure.mover >= 0):
            rows = structure.odds_class[structure.first[node] : structure.first[node + 1]]
            step = rng.normal(size=len(rows))
            change["odds"][rows] = step - step @ np.exp(tables.odds[0, rows])


def check_slopes(structure: Structure, tables: Tables, seed: int) -> int:
    """By every table and by all at once, against differences of solved games; how many."""
    here, found = values_of(structure, tables)
    responses = respond(structure, tables, found, aims_of(structure))
    changes = directions(structure, tables, np.random.default_rng(seed))
    if structure.weighed:
        keep_weights(structure, tables, changes)
    expected = differences(lambda by: values_of(structure, moved(tables, changes, by))[0])
    checked = 0
    for position, response in enumerate(responses):
        if response.message:
            continue
        checked += 1
        assert response.value == pytest.approx(here[0, position], abs=1e-9)
        slope = [sum((response.slopes[n] * c[n]).sum() for n in NAMES) for c in changes]
        allowed = ACCURACY * np.abs(slope).max() + ROUNDING * max(1.0, abs(response.value))
        assert np.abs(slope - expected[:, position]).max() <= allowed
    return checked


@pytest.mark.parametrize("entropy", [False, True], ids=["payoff", "entropy"])
@pytest.mark.parametrize("seed", range(4))
def test_slopes_in_trees_are_those_of_differences(entropy: bool, seed: int) -> None:
    types = [(2, 2), (2, 1), (1, 3), (2, 1, 2)][seed]
    patience = (0.6, 0.95)
    structure, tables = random_tree(
        seed, types=types, rounds=1 + seed % 2, patience=patience, entropy=entropy
    )
    assert structure.hidden
    assert check_slopes(structure, tables, seed) == len(aims_of(structure))


@pytest.mark.parametrize("entropy", [False, True], ids=["payoff", "entropy"])
@pytest.mark.parametrize("seed", range(4))
def test_slopes_in_rounds_that_repeat_are_those_of_differences(entropy: bool, seed: int) -> None:
    structure, tables = random_unseen_game(
        seed, heads=1 + seed % 3, parties=2 + seed % 2, levels=1 + seed // 3, entropy=entropy
    )
    endless = 1 if seed == 1 else 0  # play may never end, and rounds have no slope
    assert check_slopes(structure, tables, seed) == len(aims_of(structure)) - endless


def test_slopes_at_high_precision_are_those_of_differences() -> None:
    """Beliefs and play far from even."""
    structure, tables = random_tree(6, precision=(10.0, 20.0), patience=(0.6, 0.95))
    assert check_slopes(structure, tables, 6) > 3


def test_slopes_do_not_depend_on_the_engine_that_solved() -> None:
    structure, tables = random_tree(4, types=(2, 2), rounds=2, steps=2, draws=3)
    alone = solvers.Options(workers=1)
    small = solvers.solve(structure, tables, traced=(), starts=0, options=alone)
    large = solve_large(Request(structure, tables, alone))
    aims = aims_of(structure)
    for one, other in zip(
        respond_draws(structure, tables, small, aims),
        respond_draws(structure, tables, large, aims),
        strict=True,
    ):
        assert (one.message == "").all()
        for name in NAMES:
            np.testing.assert_allclose(one.slopes[name], other.slopes[name], atol=1e-8)


def test_a_draw_has_the_same_slopes_alone_and_beside_others() -> None:
    structure, tables = random_unseen_game(5, draws=4)
    found = solvers.solve(structure, tables, traced=(), starts=0)
    aims = aims_of(structure)
    together = respond_draws(structure, tables, found, aims)
    alone = respond_draws(structure, tables, found, aims, draws=[2], workers=1)
    for all_of_them, one in zip(together, alone, strict=True):
        for name in NAMES:
            np.testing.assert_array_equal(all_of_them.slopes[name][2], one.slopes[name][0])


def test_odds_of_zero_leave_slopes_that_are_numbers() -> None:
    structure, tables = haggle(4, 2)
    never = Tables(
        tables.pay, np.array([[1.0, 0.0]]), tables.end_pay, tables.patience, tables.precision
    )
    found = solvers.solve(structure, never, traced=(), starts=0)
    for response in respond(structure, never, found, aims_of(structure)):
        assert all(np.isfinite(slope).all() for slope in response.slopes.values())


@pytest.mark.parametrize("name", ["model-biased-mediator", "model-two-signals"])
def test_slopes_by_assumptions_where_somebody_does_not_see_everything(name: str) -> None:
    meaning = understand(read(name))
    assert build(meaning.scenario).structure.hidden
    queries: list[Any] = [ask(("outcome", one.name), meaning) for one in meaning.outcomes[:2]]
    queries += [ask(("payoff", party), meaning) for party in meaning.parties]
    found = SlopeFinder(meaning, queries).at()
    assert (found.message == "").all()
    nominal, checked = nominal_draw(meaning), 0
    for column, assumption in enumerate(found.assumptions[:6]):
        at = nominal.names.index(assumption)
        try:
            values = moved_values(meaning, queries, assumption)
        except OfframpError:  # the nominal value is at the edge of what makes a game
            continue
        bend = np.abs(values[1] - 2 * values[0] + values[-1]) / STEP
        if (bend > 1e-2).any():
            continue  # at a kink
        expected = differences(lambda by, values=values: values[round(by / STEP)])
        top = np.abs(found.slopes[0]).max(axis=1)
        error = np.abs(found.slopes[0, :, column] - expected)
        allowed = ACCURACY * top + ROUNDING * np.maximum(1, np.abs(found.values[0]))
        assert (error <= allowed).all(), (assumption, at)
        checked += 1
    assert checked >= 2


def test_a_draw_with_another_number_has_slopes_of_its_own() -> None:
    meaning = understand(read("model-biased-mediator"))
    query = ask(("payoff", next(iter(meaning.parties))), meaning)
    nominal = nominal_draw(meaning)
    name = next(one.name for one in meaning.assumptions if one.distribution is not None)
    value = float(nominal.values[0, nominal.names.index(name)])
    other = fix(meaning, nominal, {name: 1.01 * value}).values[0]
    draws = Draws(nominal.names, np.stack([nominal.values[0], other]), None)
    found = SlopeFinder(meaning, [query]).at(draws)
    assert (found.message == "").all()
    assert np.abs(found.slopes[0] - found.slopes[1]).max() > 0.0
