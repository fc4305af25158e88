"""Offers without end: on finer shares the branch that is followed reaches the closed form."""

from __future__ import annotations

from itertools import pairwise

import pytest

from offramp.study import model_named
from tests.library.canonical import Played, replayed
from tests.library.refining import Document, with_fine


def endless_offers(fine: int) -> Document:
    """Alternating offers without a last round, in steps of a tenth over ``fine``."""
    whole: Document = with_fine("model-alternating-offers", fine) | {"rounds": "unlimited"}
    outcomes = {key: one for key, one in whole["outcomes"].items() if key != "nothing_agreed"}
    return {key: one for key, one in whole.items() if key != "at_end"} | {"outcomes": outcomes}


def _offers(fine: int, **given: float) -> Played:
    """Nobody errs by as much as a step; a fiftieth of one breaks ties."""
    return replayed(endless_offers(fine), sharp=100_000, crumb=0.002 / fine, **given)


@pytest.mark.parametrize(
    ("model", "case", "result"),
    [
        ("rubinstein_infinite", "equal", "share_1"),
        pytest.param("rubinstein_infinite", "unequal", "share_1", marks=pytest.mark.slow),
        ("rubinstein_infinite", "patient2", "share_1"),
        pytest.param("rubinstein_outside_option", "not_binding", "share_1", marks=pytest.mark.slow),
        ("rubinstein_outside_option", "binding", "share_1"),
        ("rubinstein_war_option", "B_constrained", "share_A_when_proposing"),
        pytest.param(
            "rubinstein_war_option",
            "none_binding",
            "share_A_when_proposing",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_finer_shares_come_nearer(model: str, case: str, result: str) -> None:
    """Off by about a step at most; counting back from an end is off by several."""
    given, exact = model_named(model).values(case=case), model_named(model).evaluate(case=case)
    fitted = (
        {
            "delta__one": given["delta"],
            "delta__two": given["delta"],
            "outside__one": given["p"] - given["c_A"],
            "outside__two": 1 - given["p"] - given["c_B"],
        }
        if model == "rubinstein_war_option"
        else {
            "delta__one": given["delta_1"],
            "delta__two": given["delta_2"],
            "outside__two": given.get("outside_2", 0),
        }
    )
    share = exact.get(result, 1 - exact.get("share_2", 0))
    errors = []
    for fine in (1, 5, 20):
        value = _offers(fine, **fitted).value("E(payoff[one])")
        errors.append(abs(value - share))
        assert errors[-1] < 1.1 / (10 * fine), (fine, value)
    assert all(finer < coarser for coarser, finer in pairwise(errors)), errors
    assert errors[-1] < 0.005
