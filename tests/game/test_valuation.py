"""Numbers of a game: each formula once per state that it tells apart, and once for all games."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from offramp.expressions import Expression, evaluate, names
from offramp.game import Draws, Game, Tables, build, intervene
from offramp.game import valuation as module
from offramp.scenario import parse_query, read, understand, with_values
from tests.presentation.mock import LIBRARY

TABLES = [one.name for one in dataclasses.fields(Tables)]


def copied(draws: Draws) -> Draws:
    """Other draws with the same values."""
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


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Expression]:
    """The formulas that are evaluated from here on; nothing is known of any before."""
    formulas: list[Expression] = []

    def counted(formula: Any, values: Any) -> Any:
        formulas.append(formula)
        return evaluate(formula, values)

    monkeypatch.setattr(module, "evaluate", counted)
    monkeypatch.setattr(module, "_known", module._Kept(module.MOST_KEPT))
    return formulas


def test_games_of_one_draw_share_what_is_equal(
    games: list[Game], asked: list[Expression], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second game evaluates next to nothing, and has the numbers that it has alone."""
    draws, known = games[0].draws(16, seed=4), module._known
    for game in games:
        before = len(asked)
        shared = game.tables(draws)
        here = len(asked) - before
        monkeypatch.setattr(module, "_known", module._Kept(module.MOST_KEPT))
        alone = game.tables(draws)
        afresh = len(asked) - before - here
        monkeypatch.setattr(module, "_known", known)
        for name in TABLES:
            assert np.array_equal(getattr(shared, name), getattr(alone, name)), name
        assert here <= afresh
    assert here < 0.5 * afresh


def test_only_what_reads_a_changed_assumption_is_evaluated_again(
    games: list[Game], asked: list[Expression]
) -> None:
    game = games[0]
    draws = game.draws(16, seed=4)
    game.tables(draws)
    before = len(asked)
    game.tables(copied(draws))
    assert len(asked) == before
    spread = [i for i in range(len(draws.names)) if np.ptp(draws.values[:, i]) > 0]
    values = draws.values.copy()
    values[:, spread[0]] *= 1.0 + 2.0**-50
    changed = game.tables(dataclasses.replace(draws, values=values))
    again = asked[before:]
    assert all(draws.names[spread[0]] in names(formula) for formula in again)
    assert again
    assert changed.draws == 16


def test_values_are_forgotten_where_there_is_no_room() -> None:
    row = np.arange(10.0)
    kept = module._Kept(most=3 * (module.ENTRY + row.nbytes))
    for name in "abc":
        kept.keep((name,), row.copy())
    assert kept.of(("a",)) is not None  # and is the last that was used
    kept.keep(("d",), row.copy())
    assert [kept.of((name,)) is not None for name in "abcd"] == [True, False, True, True]
    table = np.zeros((10, 3))
    seen = kept.keep(("seen",), table[:, 0])
    assert not np.shares_memory(seen, table)
    assert kept.keep(("large",), np.zeros(5000)).shape == (5000,)
    assert kept.of(("large",)) is None
    assert kept.of(("seen",)) is not None
    for count in range(10):
        kept.keep((count, b"x" * module.ENTRY), np.zeros(0))
    assert kept.size <= kept.most
    assert sum(kept.of((count, b"x" * module.ENTRY)) is not None for count in range(10)) == 1


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
