"""Preemption under strategic risk: finer signals lead to the cutoff of the continuous game."""

from __future__ import annotations

import pytest

import offramp
from offramp.study import model_named
from tests.library.canonical import Played, made_of, played, replayed
from tests.library.refining import Document, document, step

NAME = "model-preemption"
WAITS = "share a_acts.wait a_acts.strike", "share b_acts.wait b_acts.strike"
SMALL = {
    "base": (1, -1, 1.9933333333333334),
    "secure_second_strike": (1, -0.2, 1.1933333333333334),
    "no_advantage": (0.2, -0.2, 0.39333333333333337),
}
"""F, S and theta_cutoff of the reference values, with W = 0 and sigma = 0.02."""


def _finer(kinds: int, reach: int) -> Document:
    """``kinds`` values of peace, and errors of up to ``reach`` of their steps."""
    whole = document(NAME)
    whole["state"]["theta"]["range"] = [0, kinds - 1]
    values = {f"theta_{k}": {"odds": "rest", "then": {"theta": k}} for k in range(kinds)}
    step(whole, "draw")["moves"] = values
    for name in ("a_looks", "b_looks"):
        step(whole, name)["moves"] = {
            f"sees_{k}": {"when": f"abs(theta - {k - reach}) <= {reach}", "odds": "rest"}
            for k in range(kinds + 2 * reach)
        }
    whole["parameters"]["kinds"]["value"] = kinds
    whole["parameters"]["errors"]["value"] = 2 * reach + 1
    return whole


def _cutoff(one: Played, low: float, high: float) -> float:
    """Where waiting begins, read from how often it is done."""
    waits = one.values(*WAITS)
    assert waits[0] == pytest.approx(waits[1], abs=1e-9)
    return high - (high - low) * waits[0]


@pytest.mark.parametrize("account", ["", "secure_second_strike", "no_advantage"])
def test_the_cutoff_is_within_half_a_step(account: str) -> None:
    given = {"sigma": 0.3125}
    exact = model_named("preemption_global_game").evaluate(given, case=account or "base")
    found = _cutoff(played(NAME, account), 0, 3)
    assert found == pytest.approx(exact["theta_cutoff"], abs=0.125 / 2)


@pytest.mark.parametrize(
    ("kinds", "reach"), [(8, 1), (20, 2), pytest.param(36, 4, marks=pytest.mark.slow)]
)
def test_finer_signals_make_the_cutoff_exact(kinds: int, reach: int) -> None:
    """Within half a step between values of peace, wherever the steps lie: 0.1, 0.06, 0.034."""
    exact = model_named("preemption_global_game").evaluate({"sigma": 0.3})["theta_cutoff"]
    between = 0.6 / (2 * reach + 1)
    low = exact - 0.43 * kinds * between
    whole = _finer(kinds, reach)
    whole["parameters"]["theta_low"]["value"] = low
    one = replayed(whole, sigma=0.3, sharp=20)
    assert _cutoff(one, low, low + kinds * between) == pytest.approx(exact, abs=between / 2 + 0.001)


@pytest.mark.parametrize("case", SMALL)
def test_small_errors_lead_to_the_reference_values(case: str) -> None:
    """With sigma = 0.02 and values of peace around the cutoff, 0.008 apart."""
    F, S, exact = SMALL[case]
    low = round(exact - 0.1, 2)
    whole = document(NAME)
    whole["parameters"]["theta_low"]["value"] = low
    one = replayed(whole, F=F, S=S, sigma=0.02, sharp=100)
    assert _cutoff(one, low, low + 24 * 0.008) == pytest.approx(exact, abs=0.008)


def test_striking_always_is_an_equilibrium_as_well() -> None:
    game = offramp.build(offramp.read(NAME))
    others = offramp.solve(game).equilibria.others
    waits = [made_of(game, one.strategy, "a_acts.wait", "a_acts.strike") for one in others]
    assert min(waits) < 0.01
