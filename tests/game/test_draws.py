"""Draws depend on index and seed only; ranges are the distributions that they name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import qmc

from offramp.core.errors import OfframpError
from offramp.game import build, nominal_draw
from offramp.game.draws import MAX_RANGES
from offramp.scenario import read, understand
from offramp.scenario.distributions import parse_distribution

from ..scenario.base import changed

RANGED = changed(
    (
        "  odd: 0.25",
        """\
  odd: {value: 0.25, range: "pert(0.1, 0.2, 0.5)"}
  later: {value: "2 * early + loss[north]"}
  early: {range: "choice(0.4, 0.1, 0.3, 0.2)"}
  loss: {each: {north: {range: "uniform(0, 1)"}, south: early ** 2}}
  both: {value: early / 2, range: "normal(5, 1)"}""",
    )
)
GAME = build(read(RANGED))
SCIPY = {
    "uniform(-1, 3)": stats.uniform(-1, 4),
    "triangular(0, 0.2, 1)": stats.triang(0.2, 0, 1),
    "triangular(2, 2, 4)": stats.triang(0, 2, 2),
    "triangular(2, 4, 4)": stats.triang(1, 2, 2),
    "pert(0, 0.25, 1)": stats.beta(2, 4),
    "pert(-2, 6, 6)": stats.beta(5, 1, -2, 8),
    "normal(3, 0.5)": stats.norm(3, 0.5),
    "lognormal(-1, 0.4)": stats.lognorm(0.4, scale=np.exp(-1)),
    "beta(2, 5)": stats.beta(2, 5),
    "beta(0.5, 0.5)": stats.beta(0.5, 0.5),
}
SHARES = np.array([2.0**-31, 1e-4, 0.02, 0.2, 0.25, 0.5, 0.75, 0.98, 1 - 1e-4, 1 - 2.0**-31])


def column(name: str, values: np.ndarray) -> np.ndarray:
    return values[:, GAME.nominal().names.index(name)]


@pytest.mark.parametrize("text", SCIPY)
def test_quantiles_and_medians_are_those_of_scipy(text: str) -> None:
    distribution = parse_distribution(text)
    assert distribution.quantile(SHARES) == pytest.approx(SCIPY[text].ppf(SHARES), rel=1e-9)
    assert distribution.median == pytest.approx(SCIPY[text].median(), rel=1e-12)
    low, high = distribution.bounds
    assert (low, high) == pytest.approx(SCIPY[text].support())


def test_a_choice_takes_each_value_equally_often() -> None:
    distribution = parse_distribution("choice(4, 1, 3, 2)")
    assert distribution.quantile(np.array([0.0, 0.1, 0.3, 0.6, 0.9, 1.0])).tolist() == [
        4,
        4,
        1,
        3,
        2,
        2,
    ]
    assert distribution.median == 2
    assert parse_distribution("choice(7)").median == 7
    assert distribution.bounds == (1, 4)


@pytest.mark.parametrize("name", ["uniform(2, 2)", "triangular(2, 2, 2)", "pert(2, 2, 2)"])
def test_a_range_of_one_point(name: str) -> None:
    assert parse_distribution(name).quantile(SHARES).tolist() == [2] * len(SHARES)


def test_a_range_may_be_calculated() -> None:
    distribution = parse_distribution(" uniform ( -(1 + 1) / 4 , max(1, 2) ) ")
    assert distribution.arguments == (-0.5, 2)
    assert parse_distribution(str(distribution)) == distribution


@pytest.mark.parametrize(
    "text",
    [
        "uniform(1)",
        "uniform(1, 0)",
        "uniform(1, 2, 3)",
        "triangular(0, 2, 1)",
        "pert(0, 1)",
        "normal(0, 0)",
        "normal(0, -1)",
        "lognormal(0, 0)",
        "beta(0, 1)",
        "beta(1, -1)",
        "choice()",
        "gamma(1, 2)",
        "uniform",
        "uniform(0, 1",
        "uniform(a, b)",
        "uniform(0, 1/0)",
        "",
        "uniform(-1e308, 1e308)",
        "lognormal(800, 1)",
        "0.5",
        "uniform(0, 1) + 1",
    ],
)
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(OfframpError):
        parse_distribution(text)


def test_nominal_values() -> None:
    values = GAME.nominal().values
    assert column("odd", values).tolist() == [0.25]
    assert column("early", values).tolist() == [0.2], "the lower median of a choice"
    assert column("loss[north]", values).tolist() == [0.5]
    assert column("later", values) == pytest.approx([0.9])
    assert column("both", values) == pytest.approx([0.1]), "a value stands before its range"
    assert GAME.nominal().seed is None
    assert not values.flags.writeable


def test_a_draw_depends_on_its_index_and_the_seed_only() -> None:
    many, few = GAME.draws(1000, seed=3), GAME.draws(128, seed=3)
    assert (many.values[:128] == few.values).all()
    assert (many.values[:100] == GAME.draws(100, seed=3).values).all()
    assert (many.values[:1] == GAME.draws(1, seed=3).values).all()
    assert not (GAME.draws(128, seed=4).values == few.values).all()
    assert (GAME.draws(8, seed=0).values == GAME.draws(8, seed=0).values).all(), "0 is a seed"


def test_draws_may_be_made_in_pieces() -> None:
    from offramp.game import draw

    meaning, whole = understand(read(RANGED)), GAME.draws(40, seed=3)
    pieces = [draw(meaning, 8, 3, first) for first in range(0, 40, 8)]
    assert (np.concatenate([piece.values for piece in pieces]) == whole.values).all()


def test_no_seed_draws_one_and_records_it() -> None:
    draws = GAME.draws(16)
    assert draws.seed is not None
    assert (GAME.draws(16, seed=draws.seed).values == draws.values).all()
    with pytest.raises(OfframpError, match="a whole number from 1"):
        GAME.draws(0, seed=1)


def test_derived_parameters_follow_in_every_draw() -> None:
    values = GAME.draws(256, seed=5).values
    early, loss = column("early", values), column("loss[north]", values)
    assert set(np.round(early, 12)) == {0.1, 0.2, 0.3, 0.4}
    assert column("later", values) == pytest.approx(2 * early + loss)
    assert column("loss[south]", values) == pytest.approx(early**2)
    assert abs(column("both", values).mean() - 5) < 0.1, "a range stands before the value's formula"
    assert np.unique(column("cost[north]", values)).tolist() == [0.04]


def test_draws_fill_their_ranges_evenly() -> None:
    values = np.sort(column("loss[north]", GAME.draws(1024, seed=1).values))
    assert np.abs(values - (np.arange(1024) + 0.5) / 1024).max() < 2 / 1024


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 70))
def test_draws_stay_in_their_ranges(seed: int, count: int) -> None:
    values = GAME.draws(count, seed=seed).values
    assert np.isfinite(values).all()
    assert ((column("odd", values) >= 0.1) & (column("odd", values) <= 0.5)).all()


def test_a_derived_value_that_fails_names_itself() -> None:
    text = RANGED.replace("2 * early + loss[north]", "1 / (early - 0.1)")
    meaning = understand(read(text))
    assert nominal_draw(meaning).seed is None
    with pytest.raises(OfframpError, match="'later' has no value in a draw of seed 1") as caught:
        build(read(text)).draws(64, seed=1)
    assert caught.value.place is not None


def test_too_many_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """The points have at most 21,201 dimensions, as many as scipy knows directions for."""
    assert qmc.Sobol.MAXDIM == MAX_RANGES
    monkeypatch.setattr("offramp.game.draws.MAX_RANGES", 4)
    with pytest.raises(OfframpError, match="5 assumptions have ranges") as caught:
        GAME.draws(4, seed=0)
    assert caught.value.place is not None
