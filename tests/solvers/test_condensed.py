"""Rounds from head to head: what is left out changes no product, whatever the game."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

import offramp
from offramp.solvers.kernels.krylov import NO, ZERO
from offramp.solvers.kernels.layout import arrange
from offramp.solvers.perfect import condensed
from offramp.solvers.perfect.arclength import around_for, find_off
from offramp.solvers.perfect.condensed import push_rows, rows_of
from offramp.solvers.perfect.records import arrays_of
from offramp.solvers.perfect.slopes import push_back
from offramp.solvers.perfect.turning import open_draw
from offramp.testing.random_games import random_game

FORMS: tuple[dict[str, Any], ...] = (
    {"parties": 2, "width": 6},
    {"parties": 3, "width": 4, "levels": 3},
    {"parties": 4, "levels": 2},
    {"parties": 5, "width": 5},
)


@njit
def carried(
    shape: Any, rows: Any, arrays: Any, ends: Any, share: float, change: Any
) -> tuple[Any, Any]:
    """What changes of the heads become in a round, by rows and position by position."""
    work, lanes = around_for(shape, rows, arrays), shape.lanes
    open_draw(shape, arrays, work, 0, 0.0, ends)
    work.trial[: len(ends)] = ends
    work.trial[len(ends)] = share
    find_off(shape, work)
    inside = work.slopes.change
    for i in range(len(shape.heads)):
        for j in range(lanes):
            inside[shape.heads[i] * lanes + j] = change[i * lanes + j]
    push_rows(shape, inside, work.blocks)
    push_back(shape, work.level, ZERO, shape.reach, work.scratch, work.slopes, NO)
    plain = np.zeros_like(change)
    for i in range(len(shape.heads)):
        for j in range(lanes):
            plain[i * lanes + j] = inside[shape.heads[i] * lanes + j]
    return work.blocks.image.copy(), plain


@pytest.fixture(scope="module", autouse=True)
def always() -> Any:
    """Rows also where they would save nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(condensed, "SAVED", 0.0)
        patch.setattr(condensed, "WORK", 10**9)
        yield


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(FORMS), st.floats(0.0, 1.0))
def test_a_round_by_rows_is_the_round_position_by_position(
    seed: int, form: dict[str, Any], share: float
) -> None:
    structure, tables = random_game(seed, draws=1, **form)
    shape = arrange(structure).shape
    if not len(shape.heads):
        return
    rows, draw = rows_of(structure), np.random.default_rng(seed)
    unknown = len(shape.heads) * shape.lanes
    alive = np.arange(unknown) % shape.lanes < structure.parties
    ends, change = draw.normal(size=(2, unknown)) * alive
    by_rows, plain = carried(shape, rows, arrays_of(tables), ends, share, change)
    assert np.abs(plain).max() > 0
    np.testing.assert_allclose(by_rows, plain, rtol=0, atol=1e-12 * np.abs(plain).max())


def test_rows_depend_on_the_structure_alone_and_leave_most_of_it_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(condensed, "SAVED", 1.5)
    monkeypatch.setattr(condensed, "WORK", 8)
    structure = offramp.build(offramp.read("trilateral-talks-earlier")).structure
    rows, shape = rows_of(structure), arrange(structure).shape
    assert rows_of(structure) is rows
    assert set(shape.heads.tolist()) <= set(rows.kept.tolist())
    kept = rows.last[rows.kept] - rows.first[rows.kept]
    assert len(rows.kept) < structure.nodes / 5
    assert kept.sum() < structure.edges / 3
    assert rows.slots < structure.nodes


def test_nothing_is_left_out_of_a_game_too_large_to_be_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(condensed, "MOST", 3)
    structure, _ = random_game(3, draws=1)
    rows = rows_of(structure)
    assert len(rows.kept) == rows.slots == len(rows.into) == 0
    assert len(rows.begin) == len(arrange(structure).shape.target) + 1
