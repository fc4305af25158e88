"""Bargaining while fighting where the tough are rare: finer offers lead to the closed form."""

from __future__ import annotations

import pytest

import offramp
from offramp.scenario import with_account
from tests.library.canonical import Played, played
from tests.library.refining import Document, document, scenario_of, step

EXACT = {
    "y_first": 0.09,
    "EU_A": 0.8553571428571429,
    "pr_battle": 0.14285714285714282,
    "pr_final_war": 0.095,
    "mu_star": 0.7,
}
"""The reference values of the case 'semi'."""


def _finer(parts: int, sharp: float) -> Document:
    """Offers in steps of 1/20, and in steps of 1/``parts`` where the first one matters."""
    whole = document("model-fighting-talks")
    coarse = range(0, parts // 2 + 1, parts // 20)
    near = range(parts * 8 // 100, parts * 12 // 100 + 1)
    for name, variable, offers in (
        ("offer", "first", sorted({*coarse, *near})),
        ("last_offer", "second", coarse),
    ):
        whole["state"][variable]["range"] = [0, parts // 2]
        moves = {f"offer_{k}": {"then": {variable: k}} for k in offers}
        step(whole, name)["moves"] = moves
    given = {"parts": parts, "sharp": sharp, "crumb": 10 / sharp}
    for name, value in given.items():
        whole["parameters"][name]["value"] = value
    return whole


def test_finer_first_offers_make_the_semi_separating_war_exact() -> None:
    """One step above 0.09 the weak are not indifferent by a tie: the first offer is there."""
    errors = []
    for parts, sharp in ((20, 2000), (400, 20_000)):
        one = Played(with_account(scenario_of(_finer(parts, sharp)), "semi"))
        assert one.mean("offer.offer_", str(parts)) == pytest.approx(0.09, abs=max(1 / parts, 0.01))
        assert one.value("share reply.fight reply.accept") == pytest.approx(
            EXACT["pr_battle"], abs=0.001
        )
        errors.append(abs(one.value("E(payoff[a])") - EXACT["EU_A"]))
    assert errors[-1] < 0.003
    assert errors == sorted(errors, reverse=True)
    assert one.mean("offer.offer_", "400") == pytest.approx(EXACT["y_first"], abs=1 / 400 + 1e-4)
    assert one.value("P(war_to_the_end)") == pytest.approx(EXACT["pr_final_war"], abs=0.001)


def test_a_refusal_raises_the_belief_to_where_a_is_indifferent() -> None:
    one = played("model-fighting-talks", "semi")
    assert 0.1 / one.uses["reply.fight"] == pytest.approx(EXACT["mu_star"], abs=0.01)
    # A mostly risks the end, and now and then buys peace: that keeps the weak indifferent.
    assert 0.01 < one.share("last_offer.offer_09", "last_offer.offer_02") < 0.1


def test_one_equilibrium_is_found() -> None:
    scenario = with_account(offramp.read("model-fighting-talks"), "semi")
    assert offramp.solve(offramp.build(scenario)).equilibria.others == ()
