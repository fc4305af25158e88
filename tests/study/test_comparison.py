"""Accounts compared: Shapley values against an average over orders that is known by hand."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

from offramp.core.errors import ScenarioError
from offramp.presentation import as_json, figure, sentences
from offramp.presentation.text.comparison import apart
from offramp.scenario import read
from offramp.study.accounts.attribution import (
    coalitions_along,
    interactions,
    marginals_along,
    mean_and_error,
    orders,
    paired,
    shapley_values,
    swaps_along,
)
from offramp.study.accounts.comparison import compare

NATURE = """
offramp: 1
title: Three chances
parties: {observer: {precision: 1}}
parameters:
  a: {value: 0.2, range: "uniform(0.1, 0.3)"}
  b: {value: 0.5, range: "uniform(0.4, 0.6)"}
  c: {value: 0.1, range: "uniform(0, 0.2)"}
round:
  - name: luck
    by: nature
    moves:
      yes_: {odds: a * b + c, end: agreed}
      no_: {odds: rest, end: nothing}
outcomes: {agreed: {kind: agreement}, nothing: {kind: stalemate}}
rounds: 1
at_end: nothing
claims:
  often: {says: It is agreed., holds_when: P(agreed) > 0.3}
  both: {says: Both., holds_when: P(agreed) > 0.3 and P(nothing) > 0.1}
accounts:
  calm: {label: As the calm tell it}
  bold:
    parameters:
      a: {value: 0.7, range: "uniform(0.6, 0.8)"}
      b: {value: 0.9, range: "uniform(0.8, 1)"}
      c: {value: 0.15, range: "uniform(0.1, 0.2)"}
"""
CALM, BOLD = {"a": 0.2, "b": 0.5, "c": 0.1}, {"a": 0.7, "b": 0.9, "c": 0.15}


def by_orders(value: Callable[[dict[str, float]], float]) -> dict[str, float]:
    """The average over all orders, one order after the other."""
    total = dict.fromkeys(CALM, 0.0)
    every = list(itertools.permutations(CALM))
    for order in every:
        now = dict(CALM)
        for name in order:
            before = value(now)
            now[name] = BOLD[name]
            total[name] += (value(now) - before) / len(every)
    return total


def test_shapley_values_are_the_average_over_orders_and_known_by_hand() -> None:
    found = compare(read(NATURE), ("calm", "bold"), "P(agreed)", draws=0)
    pieces = {one.group: one.nominal for one in found.contributions}
    # a * b + c: half of the product's cross difference each, and c by itself
    by_hand = {"a": 0.5 * (0.5 + 0.9) / 2, "b": 0.4 * (0.2 + 0.7) / 2, "c": 0.05}
    assert pieces == pytest.approx(by_orders(lambda x: x["a"] * x["b"] + x["c"]), abs=1e-12)
    assert pieces == pytest.approx(by_hand, abs=1e-12)
    assert found.nominal == pytest.approx((0.2, 0.78), abs=1e-12)
    assert sum(by_hand.values()) == pytest.approx(0.58, abs=1e-12)
    assert found.exact


def test_the_interaction_is_that_of_the_product() -> None:
    found = compare(read(NATURE), ("calm", "bold"), "P(agreed)", draws=0)
    pairs = {frozenset((one.first, one.second)): one.value for one in found.interactions}
    assert pairs[frozenset("ab")] == pytest.approx(0.5 * 0.4, abs=1e-12)
    assert pairs[frozenset("ac")] == pytest.approx(0, abs=1e-12)
    assert found.interaction is not None
    assert {found.interaction.first, found.interaction.second} == {"a", "b"}
    said = sentences(found)[0].replace("‹b› and ‹a›", "‹a› and ‹b›")
    assert said.endswith("; ‹a› and ‹b› together add +20.0 points beyond what each adds by itself.")
    assert "together" not in apart(found)
    assert found.words == "the probability of agreed"


def test_pieces_of_the_mean_use_the_same_random_numbers_on_both_accounts() -> None:
    found = compare(read(NATURE), ("calm", "bold"), "P(agreed)", draws=64, seed=2)
    pieces = {one.group: one for one in found.contributions}
    # positions u, v, w are shared: a moves by 0.5 and b by 0.4 in every draw
    assert found.mean[0] == pytest.approx(0.2, abs=0.01)
    assert pieces["c"].mean == pytest.approx(0.05, abs=0.01)
    assert pieces["a"].mean == pytest.approx(0.35, abs=0.01)
    assert pieces["b"].mean == pytest.approx(0.18, abs=0.01)
    total = sum(one.mean or 0 for one in found.contributions)
    assert found.mean[1] is not None
    assert total == pytest.approx(found.mean[1] - (found.mean[0] or 0), abs=1e-12)
    assert all((one.mean_error or 0) < 0.02 for one in found.contributions)
    assert found.counted == 64


def test_outcomes_and_verdicts_stand_side_by_side() -> None:
    found = compare(read(NATURE), ("calm", "bold"), draws=64, seed=2)
    rows = {one.outcome: one for one in found.outcomes}
    assert rows["agreed"].nominal == pytest.approx((0.2, 0.78), abs=1e-12)
    assert rows["nothing"].nominal == pytest.approx((0.8, 0.22), abs=1e-12)
    assert found.quantity == "P(kind agreement)"
    verdicts = {(one.name, one.account): one.nominal for one in found.verdicts}
    assert verdicts["often", "calm"] is False
    assert verdicts["often", "bold"] is True
    assert sentences(found)[0].startswith(
        "On the premises of the account ‹As the calm tell it› and of the account ‹bold›"
    )
    assert figure(found)[0].drawing.data
    assert as_json(found)["claims"]["bold"]["often"]["nominal"] is True


def test_a_claim_is_attributed_by_its_left_minus_right() -> None:
    found = compare(read(NATURE), ("calm", "bold"), "often", draws=0)
    assert found.nominal == pytest.approx((-0.1, 0.48), abs=1e-12)
    with pytest.raises(ScenarioError, match="no single comparison"):
        compare(read(NATURE), ("calm", "bold"), "both", draws=0)


def test_the_scenario_as_written_is_an_account_too_and_may_not_differ() -> None:
    found = compare(read(NATURE), ("", "calm"), draws=8, seed=1)
    assert found.contributions == ()
    assert sentences(found)[0].endswith("the two accounts have the same numbers.")
    assert found.nominal[0] == found.nominal[1]


def test_more_groups_than_twelve_are_sampled_with_an_error() -> None:
    many = [f"p{i}" for i in range(14)]
    text = (
        NATURE.split("parameters:")[0]
        + "parameters: {"
        + ", ".join(f"{name}: 0.01" for name in many)
        + "}\nround:"
        + NATURE.split("round:", 1)[1].split("accounts:")[0].replace("a * b + c", " + ".join(many))
        + "accounts: {other: {parameters: {"
        + ", ".join(f"{name}: {0.01 + 0.001 * i}" for i, name in enumerate(many))
        + "}}}\n"
    )
    found = compare(read(text), ("", "other"), "P(agreed)", draws=0, seed=1)
    assert not found.exact
    pieces = {one.group: one for one in found.contributions}
    assert pieces["p13"].nominal == pytest.approx(0.013, abs=1e-12)
    assert pieces["p13"].nominal_error == pytest.approx(0, abs=1e-12)
    assert all(abs(one.value) < 1e-12 for one in found.interactions)
    assert found.interaction is None


def test_mixtures_are_asked_by_their_own_rules_where_formulas_differ() -> None:
    text = NATURE.replace(
        'c: {value: 0.1, range: "uniform(0, 0.2)"}', "c: {value: a / 2}", 1
    ).replace('c: {value: 0.15, range: "uniform(0.1, 0.2)"}', "c: 0.15", 1)
    found = compare(read(text), ("calm", "bold"), "P(agreed | set(a = 0.4))", draws=0)
    assert found.nominal == pytest.approx((0.4 * 0.5 + 0.2, 0.4 * 0.9 + 0.15), abs=1e-12)
    pieces = {one.group: one.nominal for one in found.contributions}
    assert pieces == pytest.approx({"a": 0, "b": 0.16, "c": -0.05}, abs=1e-12)


def test_accounts_that_cannot_be_mixed_are_an_error() -> None:
    text = NATURE.replace('c: {value: 0.1, range: "uniform(0, 0.2)"}', "c: {value: a / 2}", 1)
    text = text.replace('a: {value: 0.7, range: "uniform(0.6, 0.8)"}', "a: {value: c * 2}", 1)
    with pytest.raises(ScenarioError, match="follows itself"):
        compare(read(text), ("calm", "bold"), "P(agreed)", draws=0)


def test_random_games_of_five_groups_equal_the_average_over_orders() -> None:
    random = np.random.default_rng(7)
    worth = random.normal(size=32)
    every = list(itertools.permutations(range(5)))
    average = np.mean(
        [marginals_along(o, [worth[c] for c in coalitions_along(o)]) for o in every], axis=0
    )
    assert shapley_values(worth) == pytest.approx(average, abs=1e-12)
    assert shapley_values(worth).sum() == pytest.approx(worth[-1] - worth[0])


def test_interactions_of_a_product_of_three() -> None:
    # worth 1 only when all three are there: each pair's index is 1/2
    worth = np.zeros(8)
    worth[7] = 1
    found = interactions(worth)
    assert found[0, 1] == found[1, 2] == found[0, 2] == pytest.approx(0.5)


def test_sampled_neighbours_estimate_the_interaction() -> None:
    worth = np.random.default_rng(5).normal(size=32)
    gains: dict[tuple[int, int], list[float]] = {}
    for order in orders(5, 4000, 1):
        for one, two, before, alone in swaps_along(order):
            gain = worth[alone | (1 << one)] - worth[before | (1 << one)]
            key = min(one, two), max(one, two)
            gains.setdefault(key, []).append(gain - worth[alone] + worth[before])
    exact = interactions(worth)
    for (one, two), own in gains.items():
        error = float(np.std(own)) / math.sqrt(len(own))
        assert np.mean(own) == pytest.approx(exact[one, two], abs=4 * error)


def test_sampled_orders_cover_the_exact_values() -> None:
    random = np.random.default_rng(3)
    worth = random.normal(size=64)
    exact, inside = shapley_values(worth), 0
    for seed in range(60):
        sampled = orders(6, 64, seed)
        assert (sampled[1] == sampled[0][::-1]).all()
        added = np.array(
            [marginals_along(o, [worth[c] for c in coalitions_along(o)]) for o in sampled]
        )
        mean, error = mean_and_error(paired(added))
        inside += int((abs(mean - exact) <= 2.04 * error).sum())
    assert 0.9 <= inside / 360 <= 0.99
    assert math.isnan(mean_and_error(np.ones((1, 2)))[1][0])
