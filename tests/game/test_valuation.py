"""Numbers of a game: each formula once per state that it tells apart, and once for all games."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from offramp.expressions import evaluate
from offramp.game import Draws, Game, Tables, build, intervene
from offramp.game import valuation as module
from offramp.scenario import parse_query, read, understand, with_values
from tests.presentation.mock import LIBRARY

TABLES = [one.name for one in dataclasses.fields(Tables)]


def copied(draws: Draws) -> Draws:
    """The same draws, of which nothing is known yet."""
    return dataclasses.replace(draws, values=draws.values.copy())


@pytest.fixture
def games() -> list[Game]:
    """The talks, and the talks in which a mediator always stays."""
    whole = read(LIBRARY / "trilateral-talks-earlier.yaml")
    meaning = understand(with_values(whole, {"mediator_own_draft": "prepared"}))
    step = next(one for one in meaning.steps if one.mover >= 0 and len(one.moves) > 1)
    move = f"{meaning.parties[step.mover]}.{step.name} = {step.moves[0].name}"
    query = parse_query(f"P({meaning.outcomes[0].name} | bar({move}))", meaning)
    return [build(meaning), build(intervene(meaning, query.interventions).meaning)]


def test_games_of_one_draw_share_what_is_equal(
    games: list[Game], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second game evaluates next to nothing, and has the numbers that it has alone."""
    asked: list[object] = []

    def counted(formula: Any, values: Any) -> Any:
        asked.append(formula)
        return evaluate(formula, values)

    monkeypatch.setattr(module, "evaluate", counted)
    draws = games[0].draws(16, seed=4)
    for game in games:
        before = len(asked)
        shared = game.tables(draws)
        here = len(asked) - before
        alone = game.tables(copied(draws))
        afresh = len(asked) - before - here
        for name in TABLES:
            assert np.array_equal(getattr(shared, name), getattr(alone, name)), name
        assert here <= afresh
    assert here < 0.5 * afresh


def test_a_formula_is_asked_for_states_that_differ_in_what_it_reads(games: list[Game]) -> None:
    told = 0
    for group in games[0].valuation.pays:
        for _, formula in group.pays:
            one = group.readings.of(formula, group.rows, games[0].valuation.columns)
            values = np.concatenate([*one.states.values()], axis=1) if one.states else None
            if values is not None:
                assert len(np.unique(values, axis=0)) == len(values) == len(one.first)
            else:
                assert len(one.first) == 1
            told += len(one.first) < len(group.rows)
    assert told
