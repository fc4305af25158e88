"""Crisis signalling with ever more private values: where its three equilibria come from.

A never learns B's war payoff, so the game of any number of values is one equation in the
probability that B resists. It is solved here without a solver, for more values than a tree holds.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, ndtr

import offramp
from offramp.scenario import with_account
from offramp.study import model_named
from tests.library.canonical import made_of

Array = NDArray[np.float64]
Values = tuple[Array, Array]
"""Deviations from the mean, and how likely each is."""
Three = tuple[Values, Values, Values]
"""Those of A's war payoff, of its payoff of backing down, and of B's war payoff."""
CASE = {
    "S_A": 0.0,
    "V_A": 1.0,
    "C_B": 0.0,
    "barW_A": -1.9,
    "barW_B": -2.9,
    "bar_a": -1.2,
    "V_B": 1.0,
}
TRUE = [0.2511046159764004, 0.594722829453469, 0.8133217203282922]
"""pR_0, pR_1 and pR_2 of the case 'three_eq' among the reference values."""


def likely(count: int) -> Values:
    """Equally likely values: the middles of as many parts of a normal distribution."""
    middles = [NormalDist().inv_cdf((k + 0.5) / count) for k in range(count)]
    return np.array(middles), np.full(count, 1 / count)


def evenly(count: int, step: float) -> Values:
    """Values a step apart, each as likely as what is nearest to it."""
    values: Array = np.linspace(-1, 1, count, dtype=np.float64) * (count - 1) / 2 * step
    edges = ndtr(np.concatenate([[-np.inf], (values[1:] + values[:-1]) / 2, [np.inf]]))
    return values, np.diff(edges)


def _between(excess: Callable[[float], float], low: float, high: float) -> float:
    root: Any = brentq(excess, low, high)
    return float(root)


def alike(values: Values) -> Three:
    """The same values for all three private payoffs."""
    return values, values, values


def resisting(drawn: Three, sharp: float, points: int = 801) -> list[float]:
    """Every equilibrium's probability that B resists, at the numbers of CASE."""
    war, shame, own = drawn
    fight, retreat = CASE["barW_A"] + war[0][:, None], CASE["bar_a"] + shame[0][None, :]
    weight = war[1][:, None] * shame[1][None, :]
    firm = expit(sharp * (fight - retreat))
    later = firm * fight + (1 - firm) * retreat

    def excess(resist: float) -> float:
        worth = (1 - resist) * CASE["V_A"] + resist * later
        challenge = weight * expit(sharp * (worth - CASE["S_A"]))
        stands = (challenge * firm).sum() / challenge.sum()
        gain = stands * (CASE["barW_B"] + own[0]) + (1 - stands) * CASE["V_B"] - CASE["C_B"]
        return resist - float((own[1] * expit(sharp * gain)).sum())

    grid = np.linspace(0, 1, points)
    off = [excess(float(at)) for at in grid]
    return [
        _between(excess, float(low), float(high))
        for low, high, a, b in zip(grid, grid[1:], off, off[1:], strict=False)
        if a * b <= 0
    ]


def test_the_solver_finds_every_root_at_the_numbers_of_the_scenario() -> None:
    scenario = with_account(offramp.read("model-crisis-signalling"), "three_eq")
    game = offramp.build(scenario)
    found = offramp.solve(game).equilibria
    plays = [found.strategy[0], *(other.strategy for other in found.others)]
    solved = sorted(made_of(game, play, "reply.resist", "reply.concede") for play in plays)
    values = {one.name: one.formula for one in game.meaning.assumptions}
    assert str(values["war_step"]) == "0.55"
    roots = resisting((evenly(8, 0.55), evenly(5, 0.95), likely(5)), 16)
    assert solved == pytest.approx(roots, abs=2e-4)  # weights have four places in the file
    assert solved == pytest.approx(TRUE, abs=0.02)


@pytest.mark.parametrize("count", [5, 7, 9, 11, 15])
def test_equally_likely_values_lose_the_upper_equilibrium(count: int) -> None:
    """Nobody of a few such types of A stands firm: B resists for sure, instead of with 0.813."""
    assert resisting(alike(likely(count)), 20)[-1] > 0.9999


def test_choice_too_soft_for_the_gaps_leaves_one_equilibrium() -> None:
    """Many values alone do not do it: at precision 20 the errors blur the other two away."""
    assert resisting(alike(likely(101)), 20) == pytest.approx([0.262], abs=0.002)
    assert len(resisting(alike(evenly(65, 0.1)), 20)) == 1


def test_choice_too_sharp_for_the_gaps_adds_equilibria() -> None:
    assert len(resisting(alike(evenly(33, 0.2)), 100)) > 3
    assert len(resisting(alike(evenly(9, 0.7)), 100)) > 3


@pytest.mark.parametrize(
    ("count", "step", "sharp", "most"),
    [(65, 0.1, 30, 0.07), (65, 0.1, 60, 0.02), (129, 0.05, 100, 0.005), (257, 0.025, 200, 0.003)],
)
def test_more_values_and_sharper_choice_lead_to_all_three(
    count: int, step: float, sharp: float, most: float
) -> None:
    """From 65 values each on, with precision up to 6 for a step of 0.1: exactly three."""
    assert resisting(alike(evenly(count, step)), sharp, 401) == pytest.approx(TRUE, abs=most)


def test_the_values_are_those_of_the_closed_form() -> None:
    exact = model_named("crisis_signalling_probit").evaluate(case="three_eq")
    assert pytest.approx([exact[f"pR_{k}"] for k in range(3)], abs=1e-9) == TRUE
