"""Rows of eight draws: their arithmetic, and results that hang on no neighbour and no machine."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from offramp.solvers import Equilibria, Options, solve
from offramp.solvers.kernels import abreast
from offramp.solvers.kernels.layout import arrange
from offramp.solvers.perfect import records as teams
from offramp.testing.random_games import random_game
from offramp.testing.reference_solver import solve_plainly

ROOT = Path(__file__).resolve().parents[2]
EXACT = (
    "value",
    "payoff",
    "strategy",
    "residual",
    "regret",
    "regret_anywhere",
    "sweeps",
    "status",
    "branch",
    "uniqueness",
    "message",
)
HARD = {"precision": (8.0, 60.0), "patience": (0.8, 0.99), "width": 5}
FORMS = {
    "plain": {"parties": 3},
    "components": {"parties": 4, "levels": 3},
    "five parties, entropy": {"parties": 5, "entropy": True, **HARD},
    "nine parties": {"parties": 9, "steps": 2, **HARD},
    "one step": {"steps": 1, "precision": (2.0, 12.0)},
    "one party": {"parties": 1, "nature": False, **HARD},
    "limit of rounds": {"rounds": 3, "parties": 2},
    "one node": {"rounds": 1, "steps": 1, "width": 1, "nature": False},
    "one move": {"moves": 1, "parties": 2},
}


def same_bits(found: Equilibria, expected: Equilibria, rows: np.ndarray | slice) -> None:
    """What was found are these rows of what was expected, to the last bit."""
    for name in EXACT:
        one, other = getattr(found, name), getattr(expected, name)[rows]
        assert one.tobytes() == np.ascontiguousarray(other).tobytes(), name


def cut(tables, rows):
    names = ("pay", "odds", "end_pay", "patience", "precision")
    return replace(tables, **{name: getattr(tables, name)[rows] for name in names})


# Arithmetic


@njit
def exponentials(array, result):
    for row in range(len(array)):
        abreast.save(result, row, abreast.exponential(abreast.load(array, row)))


@njit
def work_out(a, b, result):
    """Every operation on rows, then on four parties: 14 results one after the other."""
    one, two = abreast.load(a, 0), abreast.load(b, 0)
    abreast.save(result, 0, one + two * 2.0)
    abreast.save(result, 1, 3.0 - one / two)
    abreast.save(result, 2, abreast.larger(one, two))
    abreast.save(result, 3, abreast.smaller(one, two))
    abreast.save(result, 4, abreast.size(one))
    abreast.save(result, 5, abreast.root(abreast.size(two)))
    abreast.save(result, 6, abreast.where_more(one, two, 1.0 * one, two * 0.5))
    four, more = abreast.four_of(a, 0), abreast.four_of(b, 0)
    abreast.save(result, 7, abreast.sum_of(four + more * two))
    abreast.save(result, 8, abreast.most_of(four))
    abreast.save(result, 9, abreast.sum_of(abreast.nothing_in(a) - four))
    abreast.save_four(result, 10, abreast.where_more(more, 0.5, four / 4.0, more))
    abreast.put(result, 14, 0, abreast.get(a, 3, abreast.many(a) - 1))


def worked_out(a, b):
    """The same by numpy."""
    whole = [a[0] + b[0] * 2.0, 3.0 - a[0] / b[0], np.where(a[0] > b[0], a[0], b[0])]
    whole += [np.where(b[0] > a[0], a[0], b[0]), np.abs(a[0]), np.sqrt(np.abs(b[0]))]
    whole += [np.where(a[0] > b[0], a[0], b[0] * 0.5)]
    four = a[:4] + b[:4] * b[0]
    whole += [((four[0] + four[1]) + four[2]) + four[3], a[:4].max(axis=0)]
    less = 0.0 - a[:4]
    whole += [((less[0] + less[1]) + less[2]) + less[3]]
    whole += list(np.where(b[:4] > 0.5, a[:4] / 4.0, b[:4]))
    return np.array(whole)


def test_operations_are_those_of_numpy_to_the_last_bit():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 4, abreast.WIDTH))
    b[0, 5] = a[0, 5]
    found = np.zeros((15, abreast.WIDTH))
    work_out(a, b, found)
    assert np.array_equal(found[:14], worked_out(a, b))
    assert found[14, 0] == a[3, -1]
    alone = np.zeros(15)
    for k in range(abreast.WIDTH):
        work_out(a[:, k].copy(), b[:, k].copy(), alone)
        assert np.array_equal(alone[:14], found[:14, k])
    assert alone[14] == a[3, -1]


def test_what_is_no_number_is_the_second_or_stays():
    a = np.full((4, abreast.WIDTH), np.nan)
    b = np.ones((4, abreast.WIDTH))
    found = np.zeros((15, abreast.WIDTH))
    work_out(a, b, found)
    assert (found[2:4] == 1.0).all()
    assert np.isnan(found[4]).all()


def test_exponentials_err_by_two_units_in_the_last_place():
    rng = np.random.default_rng(2)
    near, far = np.linspace(-1.0, 0.0, 40_000), -700.0 * rng.random(40_000)
    tiny = -(10.0 ** rng.uniform(-300, 0, 20_000))
    x = np.concatenate([near, far, tiny]).reshape(-1, abreast.WIDTH)
    found, exact = np.zeros_like(x), np.exp(x.astype(np.longdouble))
    if exact.dtype.itemsize == x.dtype.itemsize:
        pytest.skip("numpy has no numbers here that are longer than those under test")
    exponentials(x, found)
    told = x >= abreast.LEAST
    units = np.abs(found - exact)[told] / np.spacing(exact[told].astype(float))
    assert units.max() < 2.0
    assert (found[~told] == 0.0).all()
    flat = np.zeros(x.size)
    exponentials(x.ravel(), flat)
    assert np.array_equal(flat, found.ravel())


@pytest.mark.parametrize(
    ("x", "expected"), [(0.0, 1.0), (-0.0, 1.0), (-np.inf, 0.0), (-1e300, 0.0), (-691.0, 0.0)]
)
def test_exponentials_at_the_ends(x, expected):
    found = np.zeros(1)
    exponentials(np.array([x]), found)
    assert found[0] == expected


def test_the_exponential_of_no_number_is_none():
    found = np.zeros(1)
    exponentials(np.array([np.nan]), found)
    assert np.isnan(found[0])


def test_rows_begin_where_a_vector_may():
    for count in (0, 1, 2, 7, 100):
        rows = abreast.new_rows(count)
        assert rows.shape == (count, abreast.WIDTH)
        assert rows.ctypes.data % (8 * abreast.WIDTH) == 0
        assert not rows.any()


def test_rows_that_lie_apart_are_refused():
    apart = np.zeros((8, abreast.WIDTH))[::2]
    with pytest.raises(TypingError, match="one after the other"):
        exponentials(apart, np.zeros((4, abreast.WIDTH)))


# Whoever stands beside a draw


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_draw_has_the_same_bits_in_any_company(form, monkeypatch):
    structure, tables = random_game(4, draws=21, **form)
    one = Options(workers=1)
    whole = solve(structure, tables, traced=(), starts=2, options=one)
    order = np.random.default_rng(0).permutation(21)
    for rows in (order, order[:5], order[5:13]):
        part = solve(structure, cut(tables, rows), traced=(), starts=2, options=one)
        same_bits(part, whole, rows)
    shared = solve(structure, tables, traced=(), starts=2, options=Options(workers=3))
    same_bits(shared, whole, slice(None))
    monkeypatch.setattr(teams, "ALONE", 0)
    assert teams.like_for(arrange(structure).shape).ndim == 1
    alone = solve(structure, tables, traced=(), starts=2, options=one)
    same_bits(alone, whole, slice(None))
    assert [other.draw for other in alone.others] == [other.draw for other in whole.others]


def test_draws_that_are_put_off_end_the_same(monkeypatch):
    structure, tables = random_game(9, draws=19, width=6, ending=0.05)
    precision, patience = np.full((19, 2), 0.3), np.full((19, 2), 0.5)
    late = np.array([2, 7, 11, 12, 18])
    precision[late], patience[late] = 12.0, 0.99
    tables = replace(tables, precision=precision, patience=patience)
    whole = solve(structure, tables, traced=(), starts=2)
    early = np.setdiff1d(np.arange(19), late)
    assert (whole.sweeps > 0).all()
    assert whole.sweeps[late].min() > 1.5 * whole.sweeps[early].max(), (
        "they keep the others waiting"
    )
    monkeypatch.setattr(teams, "ALONE", 0)
    alone = solve(structure, tables, traced=(), starts=2)
    same_bits(alone, whole, slice(None))


def test_many_draws_are_those_of_the_slow_solver():
    structure, tables = random_game(6, draws=11, width=3, precision=(1.0, 6.0))
    found = solve(structure, tables, traced=(), starts=0)
    for draw in range(11):
        value, strategy = solve_plainly(structure, tables, draw, rungs=8)
        assert found.value[draw] == pytest.approx(value, abs=1e-9)
        assert found.strategy[draw] == pytest.approx(strategy, abs=1e-9)


def test_without_certificates_the_solutions_are_the_same():
    structure, tables = random_game(4, draws=13, parties=3, levels=2)
    whole = solve(structure, tables, traced=(), starts=2)
    bare = solve(structure, tables, traced=(), starts=2, options=Options(certified=False))
    for name in ("value", "strategy", "residual", "sweeps", "status", "branch"):
        assert np.array_equal(getattr(bare, name), getattr(whole, name)), name
    assert np.isnan(bare.regret).all()
    assert np.isnan(bare.regret_anywhere).all()
    assert set(bare.uniqueness) == {"not looked for"}
    assert not bare.others


# Other machines


def some_solutions() -> list[np.ndarray]:
    """Values, play and certificates of two games, under either convention."""
    kept = []
    for entropy in (False, True):
        form = {"parties": 3, "levels": 2, "precision": (2.0, 15.0), "entropy": entropy}
        found = solve(*random_game(1 + entropy, draws=11, **form), traced=(0,), starts=2)
        assert set(found.status) == {"solved"}
        kept += [found.value, found.strategy, found.regret, found.residual]
    return kept


SOLVES = """
import sys
import numpy as np
from tests.solvers.test_abreast import some_solutions

np.savez(sys.argv[1], *some_solutions())
"""


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    "environment",
    [{"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}, {"NUMBA_BOUNDSCHECK": "1"}],
    ids=["no wide vectors", "no row that is not there"],
)
def test_other_ways_to_compile_change_no_bit(tmp_path, environment):
    told = {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), **environment}
    done = subprocess.run(
        [sys.executable, "-c", SOLVES, str(tmp_path / "kept.npz")],
        cwd=ROOT,
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "kept.npz") as kept:
        for one, two in zip(some_solutions(), kept.values(), strict=True):
            assert one.tobytes() == two.tobytes()


OUTSIDE = """
import numpy as np
from numba import njit
from offramp.solvers.kernels.abreast import four_of, get, load, put, save, save_four

@njit
def reads(array, row):
    save(array, 0, load(array, row))

@njit
def writes(array, row):
    put(array, row, 0, get(array, 0, 0))

@njit
def four(array, row):
    save_four(array, row, four_of(array, 0))

for shape in ((6,), (6, 8)):
    for kernel, last in ((reads, 5), (writes, 5), (four, 2)):
        kernel(np.zeros(shape), last)
        for row in (last + 1, -1):
            try:
                kernel(np.zeros(shape), row)
            except IndexError:
                continue
            raise AssertionError(f"{kernel} {shape} {row}")
"""


def test_a_row_that_is_not_there_is_an_error_where_that_is_asked_for():
    done = subprocess.run(
        [sys.executable, "-c", OUTSIDE],
        env={**os.environ, "NUMBA_BOUNDSCHECK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
