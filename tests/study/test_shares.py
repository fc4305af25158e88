"""Shares of draws: the eight scramblings, the interval, and the second weighting."""

from __future__ import annotations

import math

import numpy as np
import pytest

from offramp.game import nominal_draw
from offramp.presentation.text.numbers import share_holds
from offramp.scenario import Meaning, read, understand
from offramp.study.claims.checking import check
from offramp.study.solving.shares import Share, concentrate, share_of, spread_draws

CLOSED_FORM = """
offramp: 1
title: Two chances
parties: {observer: {precision: 1}}
parameters:
  first: {value: 0.4, range: "uniform(0, 1)"}
  second: {value: 0.5, range: "uniform(0, 1)"}
round:
  - name: luck
    by: nature
    moves:
      both: {odds: first * second, end: agreed}
      neither: {odds: rest, end: nothing}
outcomes: {agreed: {kind: agreement}, nothing: {kind: stalemate}}
rounds: 1
at_end: nothing
claims:
  often: {says: It is agreed., holds_when: P(agreed) > 0.3}
"""
TRUE_SHARE = 1 - 0.3 + 0.3 * math.log(0.3)


def meaning_of(**ranges: str) -> Meaning:
    entries = "\n".join(f"  {name}: {entry}" for name, entry in ranges.items())
    start, tail = CLOSED_FORM.split("parameters:")[0], CLOSED_FORM.split("round:", 1)[1]
    return understand(read(f"{start}parameters:\n{entries}\nround:{tail}"))


def covering(seeds: range, draws: int) -> int:
    scenario = read(CLOSED_FORM)
    found = 0
    for seed in seeds:
        verdict = check(scenario, draws=draws, seed=seed, brief=True)[0]
        assert verdict.interval is not None
        found += verdict.interval[0] <= TRUE_SHARE <= verdict.interval[1]
    return found


def test_the_share_is_near_the_closed_form() -> None:
    verdict = check(read(CLOSED_FORM), draws=1024, seed=3)[0]
    assert verdict.share == pytest.approx(TRUE_SHARE, abs=0.01)
    assert verdict.nominal is False
    assert verdict.quantities["P(agreed)"] == pytest.approx(0.2, abs=1e-12)


def test_the_interval_covers_the_true_share_mostly() -> None:
    assert covering(range(20), 256) >= 16


@pytest.mark.slow
def test_the_interval_covers_the_true_share_in_90_to_99_of_100_seeds() -> None:
    assert 90 <= covering(range(100), 1000) <= 99


def test_scramblings_take_turns_and_are_even() -> None:
    draws = spread_draws(understand(read(CLOSED_FORM)), 1024, 5)
    for turn in range(8):
        own = draws.values[turn::8, 0]
        counts, _ = np.histogram(own, bins=128, range=(0, 1))
        assert (counts == 1).all()
    assert not np.allclose(draws.values[0::8], draws.values[1::8])


@pytest.mark.parametrize("count", [1, 5, 8, 1000])
def test_any_number_of_draws_and_the_same_again(count: int) -> None:
    meaning = understand(read(CLOSED_FORM))
    first, again = spread_draws(meaning, count, 0), spread_draws(meaning, count, 0)
    assert len(first) == count
    assert (first.values == again.values).all()
    assert first.seed == 0


def test_all_or_nothing_keeps_an_interval() -> None:
    every = np.ones(1000, np.bool_)
    always, never = share_of(every, every), share_of(~every, every)
    assert always.share == 1
    assert never.share == 0
    # Clopper and Pearson: 1 - 0.025^(1/1000)
    assert never.interval == pytest.approx((0, 0.003682), abs=1e-6)
    assert always.interval == pytest.approx((0.996318, 1), abs=1e-6)


def test_one_draw_says_almost_nothing() -> None:
    one = np.ones(1, np.bool_)
    assert share_of(one, one).interval == (0, 1)
    assert share_of(one, one, only_one=True).interval == (1, 1)


def test_no_draw_that_counts_has_no_share() -> None:
    found = share_of(np.ones(16, np.bool_), np.zeros(16, np.bool_))
    assert found.share is None
    assert found.interval is None


def test_the_interval_is_the_t_interval_of_eight_means() -> None:
    holds = np.random.default_rng(1).random(800) < np.repeat(0.4, 800)
    means = np.array([holds[turn::8].mean() for turn in range(8)])
    reach = 2.364624251592784 * means.std(ddof=1) / math.sqrt(8)
    found = share_of(holds, np.ones(800, np.bool_))
    assert found.interval == pytest.approx((means.mean() - reach, means.mean() + reach))


def test_a_uniform_range_becomes_a_triangle_with_its_top_at_the_nominal_value() -> None:
    meaning = meaning_of(first='{value: 0.3, range: "uniform(0.1, 0.9)"}', second="0.5")
    other = concentrate(meaning)
    distribution = other.assumptions[0].distribution
    assert distribution is not None
    shares = np.linspace(0.01, 0.99, 9)
    left = 0.1 + np.sqrt(shares * 0.8 * 0.2)
    right = 0.9 - np.sqrt((1 - shares) * 0.8 * 0.6)
    expected = np.where(shares < 0.25, left, right)
    assert distribution.quantile(shares) == pytest.approx(expected, abs=1e-9)
    assert nominal_draw(other).values[0] == pytest.approx(nominal_draw(meaning).values[0])


def test_a_choice_is_concentrated_too() -> None:
    meaning = meaning_of(first='{value: 0.2, range: "choice(0.1, 0.2, 0.3)"}', second="0.5")
    drawn = spread_draws(concentrate(meaning), 4096, 1).values[:, 0]
    # a triangle with its top in the middle third: 2/9, 5/9, 2/9
    assert np.isclose(drawn, 0.2).mean() == pytest.approx(5 / 9, abs=0.01)
    assert set(np.round(drawn, 6)) == {0.1, 0.2, 0.3}


def test_a_nominal_value_outside_its_range_draws_towards_that_end() -> None:
    meaning = meaning_of(first='{value: 1, range: "uniform(0.1, 0.9)"}', second="0.5")
    drawn = spread_draws(concentrate(meaning), 1024, 1).values[:, 0]
    assert drawn.mean() == pytest.approx(0.1 + 0.8 * 2 / 3, abs=0.01)


def test_a_share_is_worded_as_one_of_the_combinations_tried() -> None:
    share = Share(0.62, 0.6, 0.64, 620, 1000, 1000)
    assert share_holds(share, solved=988) == (
        "holds in 62 % of the combinations of assumptions tried (988 of 1,000 solved); "
        "this describes the assumptions, not the world; other ranges give another figure"
    )
    said = share_holds(share, solved=988, open_=3, vacuous=2)
    assert "(988 of 1,000 solved, of them 3 open, of them 2 vacuous)" in said
