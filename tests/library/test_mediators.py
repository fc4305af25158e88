"""Mediators as scenarios: whose word is believed about resolve, and whose about good faith."""

from __future__ import annotations

from itertools import pairwise

import pytest

from offramp.study import model_named
from tests.library.canonical import Played, played, replayed
from tests.library.refining import Document, document, step

BIASED, VOUCHING = model_named("biased_mediator"), model_named("trust_mediator")


def _with_demands(count: int) -> Document:
    """Demands from half of the pie on, in steps of 1/``count``."""
    whole = document("model-biased-mediator")
    whole["state"]["asked"]["range"] = [0, count]
    step(whole, "demand")["moves"] = {
        f"ask_{k}": {"then": {"asked": k}} for k in range(count // 2 + 1, count)
    }
    whole["parameters"]["parts"]["value"] = count
    return whole


def _resolve(case: str, **changed: float) -> Played:
    given = BIASED.values(case=case)
    return replayed(
        document("model-biased-mediator"),
        **{
            "q": given["q"],
            "cost__tough": given["l"],
            "cost__soft": given["h"],
            "c_1": given["c_1"],
            "c_M": given["c_M"],
            "accuracy": given["accuracy"],
            **changed,
        },
    )


@pytest.mark.parametrize("case", sorted(BIASED.cases))
def test_beliefs_after_an_honest_report(case: str) -> None:
    """A mediator on A's side says what it saw; A asks for more after “soft” only."""
    exact = BIASED.evaluate(case=case)
    one = _resolve(case, beta=1, sharp=20_000)
    texts = (
        "P(settlement and type == tough and asked == 6)",
        "P(settlement and asked == 6)",
        "P(war)",
        "P(settlement and asked == 8)",
    )
    careful_tough, careful, war, daring = one.values(*texts)
    assert careful_tough / careful == pytest.approx(exact["mu_tough"], abs=1e-4)
    assert war / (war + daring) == pytest.approx(exact["mu_weak"], abs=1e-4)
    assert one.uses["report.say_tough"] == pytest.approx(careful, abs=1e-4)


@pytest.mark.parametrize("case", sorted(BIASED.cases))
def test_the_least_bias_that_is_believed(case: str) -> None:
    """From the least weight on reports are heeded; below it there is war as without them."""
    given, exact = BIASED.values(case=case), BIASED.evaluate(case=case)
    heeded = given["q"] * (1 - given["accuracy"])
    above = _resolve(case, beta=1.02 * exact["beta_min"], sharp=20_000).value("P(war)")
    assert above == pytest.approx(heeded, abs=0.002)
    below = [
        given["q"] - _resolve(case, beta=0.9 * exact["beta_min"], sharp=sharp).value("P(war)")
        for sharp in (4_000, 20_000, 100_000)
    ]
    assert all(sharper < blunter for blunter, sharper in pairwise(below)), below
    assert 0 <= below[-1] < 0.01


def test_finer_demands_make_it_exact() -> None:
    """What both types accept, and what only the soft do, lie between two steps."""
    low, high = 0.19, 0.39
    weak = BIASED.evaluate({"l": low, "h": high})["mu_weak"]
    exact = 0.44 * (0.5 + low) + 0.56 * ((1 - weak) * (0.5 + high) + weak * (0.5 - 0.1))
    errors = []
    for count in (10, 20, 30):
        one = replayed(_with_demands(count), cost__tough=low, cost__soft=high, beta=1)
        errors.append(abs(one.value("E(payoff[a])") - exact))
        assert errors[-1] < 1 / count
    assert all(finer < coarser for coarser, finer in pairwise(errors)), errors


@pytest.mark.parametrize("case", sorted(VOUCHING.cases))
def test_trustworthy_sides_meet_where_the_mediator_is_credible(case: str) -> None:
    account = "" if case == "moderate" else case
    met = played("model-trust-mediator", account).value("P(cooperation)")
    credible = VOUCHING.evaluate(case=case)["credible"]
    assert met == pytest.approx(0.4**2 * credible, abs=0.001)


GAIN = "E(payoff[mediator] | deviate(mediator.announce = {}, when candour == free and {}))"
MIXED = {
    "g_exploit1": "first == trusty_one and second == untrusty_two",
    "g_exploit2": "first == untrusty_one and second == trusty_two",
    "g_CC": "first == trusty_one and second == trusty_two",
}
LIKELY = {"g_exploit1": 0.4 * 0.6, "g_exploit2": 0.6 * 0.4, "g_CC": 0.4 * 0.4}


@pytest.mark.parametrize("worth", sorted(MIXED))
@pytest.mark.parametrize("given", [-0.01, 0.01])
def test_vouching_brings_a_believed_mediator_what_the_closed_form_asks_of(
    worth: str, given: float
) -> None:
    """Where the word is believed, vouching is worth g: its sign decides what is credible.

    Believed it is where nearly all are candid, who cannot but tell the truth.
    """
    errors = []
    for sharp in (5, 10, 30):
        one = replayed(
            document("model-trust-mediator"),
            **{worth: given},
            sharp=sharp,
            sharper=100 * sharp,
            candid_share=0.99,
        )
        pair = MIXED[worth]
        vouching, declining = one.values(GAIN.format("vouch", pair), GAIN.format("decline", pair))
        gain = (vouching - declining) / (LIKELY[worth] * 0.01)
        errors.append(abs(gain - given))
    assert all(sharper < blunter for blunter, sharper in pairwise(errors)), errors
    assert errors[-1] < 1e-6
    others = {name: 1.0 if name == "g_CC" else -0.5 for name in MIXED}
    credible = VOUCHING.evaluate({**others, worth: given})["credible"]
    assert credible == ((given > 0) == (worth == "g_CC"))
