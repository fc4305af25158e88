"""Honest threats as a scenario: from which patience on no bluff is called."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from offramp.study import model_named
from tests.library.canonical import Played, played, replayed
from tests.library.refining import document

MODEL = model_named("honest_threats")
NAME = "model-honest-threats"
each_case = pytest.mark.parametrize("case", sorted(MODEL.cases))


def _threats(case: str, beyond: float, sharp: float) -> tuple[Played, float]:
    """The case's game a little beyond the least patience, and the worth of honesty in it."""
    given = MODEL.values(case=case)
    assert given["N"] in (10, math.inf)
    delta = MODEL.evaluate(case=case)["delta_star"] + beyond
    one = replayed(
        document(NAME),
        delta=delta,
        r=given["r"],
        pi=given["pi"],
        w_R=given["w_R"],
        fades=float(given["N"] == 10),
        sharp=sharp,
        sharper=10 * sharp,
    )
    period = given["pi"] * (1 - given["r"] + given["r"] * given["w_R"])
    return one, period / (1 - delta)


SHARPER = {"forever": (0.0015, 5_000), "forever_rare_test": (0.001, 8_000), "N10": (0.005, 1_000)}
"""How near play short of it is still followed: nearer, the branch winds on for ever more steps."""


@each_case
def test_the_least_patience_is_approached(case: str) -> None:
    """Whether a bluff is ever called changes within a distance that sharper players narrow."""
    for distance, sharp in ((0.01, 500), SHARPER[case]):
        beyond, _ = _threats(case, distance, sharp)
        short, _ = _threats(case, -distance, sharp)
        assert beyond.value("P(ever lost > 0)") < 0.001, distance
        assert short.value("P(ever lost > 0)") > 0.2, distance
    beyond, _ = _threats(case, 0.001, 8_000)
    assert beyond.value("P(ever lost > 0)") < 0.001


@each_case
def test_honesty_is_worth_what_it_should_be(case: str) -> None:
    errors = []
    for sharp in (20, 60, 200):
        one, worth = _threats(case, 0.02, sharp)
        errors.append(abs(one.value("E(payoff[defender])") - worth))
    assert all(sharper < blunter for blunter, sharper in pairwise(errors)), errors
    assert errors[-1] < 0.001


def test_the_honest_threaten_exactly_when_resolved() -> None:
    one = played(NAME)
    resolved = MODEL.values()["pi"]
    assert one.value("share speak.threaten speak.say_nothing") == pytest.approx(resolved, abs=1e-4)
    assert played(NAME, "N10").value("P(ever lost > 0)") < 0.001
    assert played(NAME, "forever_rare_test").value("P(ever lost > 0)") > 0.2
