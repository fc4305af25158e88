"""A lasting shift of power: war beyond the bound of each protocol, which finer offers approach."""

from __future__ import annotations

from itertools import pairwise

import pytest

from offramp.study import model_named
from tests.library.canonical import Played, played, replayed
from tests.library.refining import with_fine

MODEL = model_named("powell_shift_infinite")
COST = 0.43  # no share that matters lies on a step


def _with_offers(fine: int, **given: float) -> Played:
    """Offers in steps of a tenth over ``fine``."""
    whole = with_fine("model-lasting-shift", fine)
    return replayed(whole, C__a=COST, C__b=COST, **given)


@pytest.mark.parametrize("case", ["war", "peace", "depends"])
def test_war_comes_where_the_closed_form_has_it(case: str) -> None:
    given, exact = MODEL.values(case=case), MODEL.evaluate(case=case)
    for rising_proposes, key in ((1, "war_rising_proposes"), (0, "war_any_protocol")):
        one = replayed(
            with_fine("model-lasting-shift", 10),
            a_proposes=rising_proposes,
            p__before=given["p1"],
            p__after=given["p2"],
            delta=given["delta"],
            C__a=given["C_A"],
            C__b=given["C_B"],
        )
        at_once = one.value("P(war by 1)")
        assert at_once == pytest.approx(float(exact[key]), abs=0.001)
        assert one.value("P(war)") == pytest.approx(at_once, abs=0.001)


def test_accounts_are_the_cases() -> None:
    for account in ("peace", "depends"):
        war = played("model-lasting-shift", account).value("P(war)")
        exact = MODEL.evaluate(case=account)["war_rising_proposes"]
        assert war == pytest.approx(float(exact), abs=0.001)
    assert played("model-lasting-shift", "depends_b").value("P(war)") < 0.001


@pytest.mark.parametrize(
    ("rising_proposes", "bound"), [(1, "rising_proposes"), (0, "any_protocol")]
)
@pytest.mark.parametrize("fine", [1, 5, 20])
def test_finer_offers_close_in_on_the_bound(rising_proposes: int, bound: str, fine: int) -> None:
    """War a step above the bound, and peace a step below it."""
    values = MODEL.evaluate({"C_A": COST, "C_B": COST})
    given = MODEL.values()
    threshold = (given["p1"] + values[f"rhs_{bound}"]) / given["delta"]
    for side in (-1, 1):
        later = threshold + side / (10 * fine)
        one = _with_offers(fine, a_proposes=rising_proposes, p__after=later)
        assert one.value("P(war by 1)") == pytest.approx(float(side > 0), abs=0.001)


@pytest.mark.parametrize(("rising_proposes", "worth"), [(1, 4.93), (0, 4.113)])
def test_finer_offers_make_peace_worth_what_it_is(rising_proposes: int, worth: float) -> None:
    """Peace leaves the side that only answers the worth of its war, where that can be paid.

    With p1 = 0.45 and p2 = 0.5: 1/(1 − delta) − W_B in period 1, or delta W_A of period 2, since
    even the whole first pie would not bring A down to its war.
    """
    errors = []
    for fine in (1, 5, 40):
        one = _with_offers(fine, a_proposes=rising_proposes, p__before=0.45, p__after=0.5)
        assert one.value("P(peace)") > 0.999
        errors.append(abs(one.value("E(payoff[a])") - worth))
    assert all(finer < coarser for coarser, finer in pairwise(errors)), errors
    assert errors[-1] < 0.01
