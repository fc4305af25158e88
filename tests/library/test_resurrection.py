"""A leader who gambles for resurrection: finer offers and more fates lead to the closed form."""

from __future__ import annotations

from statistics import NormalDist

import pytest

from offramp.study import model_named
from tests.library.canonical import played, replayed
from tests.library.refining import Document, document, step

NAME = "model-resurrection"
MODEL = model_named("resurrection")
WHOLE = 0.358655254, 0.5, 0.5, 0.1000000009865877
"""Reservations of losing, losing_high_var, ahead and hopeless among the reference values."""


def _finer(parts: int, fates: int) -> Document:
    whole = document(NAME)
    whole["state"]["offered"]["range"] = [0, parts]
    moves = {f"offer_{k}": {"then": {"offered": k}} for k in range(parts + 1)}
    step(whole, "offer")["moves"] = moves
    whole["state"]["fate"]["range"] = [0, fates - 1]
    step(whole, "fortune")["moves"] = {
        f"fate_{k}": {"odds": "rest", "then": {"fate": k}, "end": "war"} for k in range(fates)
    }
    shock = {k: NormalDist().inv_cdf((k + 0.5) / fates) for k in range(fates)}
    whole["parameters"]["shock"]["each"] = shock
    given = {"parts": parts, "crumb": 0.08 / parts, "sharp": 100 * parts}
    for name, value in given.items():
        whole["parameters"][name]["value"] = value
    return whole


@pytest.mark.parametrize("account", ["", "ahead", "hopeless", "country"])
def test_the_rival_offers_the_least_that_is_taken(account: str) -> None:
    if account == "country":
        exact = MODEL.evaluate()["national_reservation"]
    else:
        exact = MODEL.evaluate(case=account or "losing")["reservation"]
    one = played(NAME, account)
    offered = one.mean("offer.offer_", "20")
    assert -0.01 < offered - exact < 0.05
    assert one.value("P(settlement)") > 0.99


def test_war_where_no_offer_is_enough() -> None:
    """The range closes where b times the chance to survive exceeds both costs of war."""
    exact = MODEL.evaluate(case="losing_high_var")
    assert exact["pr_survive_if_fight"] > 0.1 + 0.15
    assert played(NAME, "losing_high_var").value("P(war)") > 0.99
    # A rival to whom war is dear pays what it takes.
    one = replayed(document(NAME), sigma=0.4, c_rival=0.4)
    assert one.mean("offer.offer_", "20") == pytest.approx(exact["reservation"], abs=0.001)


def test_finer_offers_and_more_fates_make_it_exact() -> None:
    errors = []
    for parts, fates in ((10, 8), (160, 200)):
        one = replayed(_finer(parts, fates))
        errors.append(abs(one.mean("offer.offer_", str(parts)) - WHOLE[0]))
    assert errors[-1] < 0.005
    assert errors[-1] < errors[0] / 2


@pytest.mark.parametrize(("case", "exact"), list(zip(MODEL.cases, WHOLE, strict=True)))
def test_at_many_fates_every_case_comes_near(case: str, exact: float) -> None:
    one = replayed(_finer(80, 100), c_rival=0.6, **MODEL.values(case=case))
    assert one.mean("offer.offer_", "80") == pytest.approx(exact, abs=1 / 80 + 0.005)


@pytest.mark.parametrize("fates", [20, 80, 320])
def test_the_chance_to_survive_is_met_by_the_share_of_fates(fates: int) -> None:
    share = sum(NormalDist().inv_cdf((k + 0.5) / fates) >= 1 for k in range(fates)) / fates
    exact = MODEL.evaluate()["pr_survive_if_fight"]
    assert share == pytest.approx(exact, abs=0.5 / fates)
