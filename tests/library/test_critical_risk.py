"""Critical risk: finer rungs lead to the ratio that decides who gives way."""

from __future__ import annotations

from math import ceil

import pytest

from offramp.study import model_named
from tests.library.canonical import played, replayed
from tests.library.refining import Document, document

NAME = "model-critical-risk"
REFERENCE = {"base": 0.2, "high_stakes": 0.4}
"""R among the reference values."""


def _finer(rise: float) -> Document:
    whole = document(NAME)
    whole["rounds"] = ceil((1 / rise + 2) / 2)
    whole["parameters"]["rise"]["value"] = rise
    return whole


def test_the_file_plays_both_reference_cases() -> None:
    given = played(NAME).solved.draws.columns()
    names = "R[a]", "R[b]"
    ratios = [float(given[name][0, 0]) for name in names]
    assert ratios == pytest.approx(list(REFERENCE.values()))
    for case, exact in REFERENCE.items():
        assert model_named("critical_risk").evaluate(case=case)["R"] == pytest.approx(exact)


@pytest.mark.parametrize(("account", "outcome"), [("", "b_prevails"), ("reversed", "a_prevails")])
def test_the_lower_critical_risk_gives_way_and_no_risk_is_run(account: str, outcome: str) -> None:
    one = played(NAME, account)
    assert one.value(f"P({outcome})") > 0.999
    assert one.value("P(disaster)") < 1e-3


@pytest.mark.parametrize("rise", [0.03, 0.01, 0.003])
@pytest.mark.parametrize("apart", [-1, 1])
def test_finer_rungs_tell_ever_closer_risks_apart(rise: float, apart: int) -> None:
    """B's prize is chosen so that its R differs from A's 0.2 by not quite two rungs."""
    R = 0.2 + apart * 1.9 * rise
    w = 3 * R / (1 - R)  # of (w − 0)/(w + 3)
    one = replayed(_finer(rise), w__b=w)
    assert one.value("P(b_prevails)") == pytest.approx(float(apart > 0), abs=0.001)
    assert one.value("P(disaster)") < 0.04


@pytest.mark.parametrize(("case", "exact"), list(REFERENCE.items()))
@pytest.mark.parametrize("above", [False, True])
def test_a_side_stands_firm_up_to_its_critical_risk(case: str, exact: float, above: bool) -> None:
    """B has little at stake and gives way next, so that only the first risk counts."""
    given = model_named("critical_risk").values(case=case)
    first = exact + (0.004 if above else -0.004)
    one = replayed(
        document(NAME), w__a=given["w"], s__a=given["s"], D=given["D"], w__b=0.1, first_risk=first
    )
    stands = one.share("a_acts.stand_firm", "a_acts.give_way")
    assert stands == pytest.approx(float(not above), abs=0.001)
