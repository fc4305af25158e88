"""Many governments on one line, and packages over several issues: finer menus, same answers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import offramp
from offramp.scenario import with_account
from offramp.study import model_named
from offramp.study.packages.packaging import packages
from tests.library.canonical import Played, played, replayed
from tests.library.refining import Document, document, scenario_of, step

PLACES = "model-many-places"
VOTES = {
    "P_10_beats_7": 0.49630723781388486,
    "P_10_beats_4": 0.5753424657534246,
    "P_7_beats_4": 0.6336779911373708,
}
"""The reference values of the case 'initial'."""
SOLUTIONS = {
    "two_issue_logroll": (0.7, 0.8, 0.7220251091703056, 0.7412663755458515),
    "single_pie": (0.35, 0.65, 0.35, 0.65),
    "interior": (0.6166666666666667, 0.46, 0.6253333333333333, 0.4496),
    "three": (0.6, 0.7, 0.6170454545454546, 0.6829545454545455),
}
"""nash_A, nash_B, ks_A and ks_B among the reference values."""


@pytest.mark.parametrize("name", VOTES)
def test_votes_are_those_of_the_closed_form(name: str) -> None:
    _, j, _, k = name.split("_")
    text = (
        f"P(early_wins | do(early.early_proposes = years_{int(j):02d}), "
        f"do(late.late_proposes = years_{int(k):02d}))"
    )
    assert played(PLACES).value(text) == pytest.approx(VOTES[name], abs=1e-9)


def test_the_weighted_mean_stands_beside() -> None:
    given = played(PLACES).solved.draws.columns()
    assert given["mean_place"][0, 0] == pytest.approx(7.389955686853766, abs=1e-9)


@pytest.mark.parametrize("account", ["", "alike"])
def test_both_propose_the_place_that_beats_every_other(account: str) -> None:
    exact = model_named("spatial_ec_emissions").evaluate()["condorcet"]
    one = played(PLACES, account)
    assert one.uses[f"early_proposes.years_{exact:02.0f}"] > 0.99
    assert one.uses[f"late_proposes.years_{exact:02.0f}"] > 0.99
    assert offramp.solve(one.game).equilibria.others == ()


def test_finer_places_lead_to_the_weighted_median() -> None:
    """Odd numbers of steps leave 7 years out; what is proposed lies half a step beside it."""
    for count in (5, 11, 21):
        whole = document(PLACES)
        for variable in ("first", "second", "decided"):
            whole["state"][variable] |= {"range": [0, count], "start": 0}
        for name, variable in (("early_proposes", "first"), ("late_proposes", "second")):
            moves = {f"place_{k:02d}": {"then": {variable: k}} for k in range(count + 1)}
            step(whole, name)["moves"] = moves
        chance = step(whole, "vote")["moves"]["for_the_first"]
        for variable in ("second", "first"):
            chance["odds"] = chance["odds"].replace(
                f"- {variable})", f"- 4 - 6 * {variable} / {count})"
            )
        for outcome in whole["outcomes"].values():
            pays = {
                k: str(v).replace("decided)", f"4 - 6 * decided / {count})")
                for k, v in outcome["pay"].items()
            }
            outcome["pay"] = pays
        whole.pop("claims")
        one = Played(scenario_of(whole))
        named = {int(k[-2:]): v for k, v in one.uses.items() if k.startswith("early_proposes")}
        mean = sum((4 + 6 * k / count) * v for k, v in named.items())
        assert mean == pytest.approx(7, abs=3 / count + 1e-6)


def _menu(parts: int, a: Sequence[float], b: Sequence[float], d_A: float, d_B: float) -> Document:
    """The issues in steps of 1/``parts``; packages with a name are those of the frontier."""
    whole = document("model-packages")
    count = len(a)
    order = range(1, count + 1)
    shares = [k / parts for k in range(parts + 1)]
    whole["issues"] = {
        f"issue_{i}": {
            "options": [f"issue_{i}_{k}" for k in range(parts + 1)],
            "weight": {"a": f"weight_a[{i}]", "b": f"weight_b[{i}]"},
            "worth": {"a": shares, "b": shares[::-1]},
        }
        for i in order
    }
    frontier = [
        {
            f"issue_{i + 1}": f"issue_{i + 1}_{min(parts, max(0, k - parts * i))}"
            for i in range(count)
        }
        for k in range(count * parts + 1)
    ]
    whole["packages"] = {f"part_{k}": one for k, one in enumerate(frontier)}
    whole["state"]["table"] |= {"levels": list(whole["packages"]), "start": "part_0"}
    for name in ("a_offers", "b_offers"):
        moves = {f"offer_{k}": {"then": {"table": f"part_{k}"}} for k in range(len(frontier))}
        step(whole, name)["moves"] = moves
    values = {
        "weight_a": dict(enumerate(a, 1)),
        "weight_b": dict(enumerate(b, 1)),
        "reservation": {"a": d_A, "b": d_B},
    }
    for name, each in values.items():
        whole["parameters"][name] = {"each": each, "unit": "utility", "note": "judgement"}
    for block in ("claims", "accounts"):
        whole.pop(block)
    return whole


def _menu_of(case: str, parts: int) -> Document:
    return _menu(parts, **model_named("package_nash_ks").values(case=case))


def _told(whole: Document) -> tuple[list[float], list[float]]:
    """Nash's and Kalai and Smorodinsky's worths (A, B) on a menu."""
    found = packages(scenario_of(whole), draws=0, most_solved=0)
    zone = next(zone for zone in found.zones if zone.basis == "declared")
    best = [found.worth[one[0]].tolist() for one in (zone.nash, zone.kalai_smorodinsky)]
    return best[0], best[1]


@pytest.mark.parametrize("case", SOLUTIONS)
def test_finer_menus_lead_to_both_solutions(case: str) -> None:
    """Within two steps of an issue on every menu; three issues go to 20 parts, others to 40."""
    nash, smorodinsky = SOLUTIONS[case][:2], SOLUTIONS[case][2:]
    for parts in (5, 20) if case == "three" else (5, 40):
        found = _told(_menu_of(case, parts))
        assert found[0] == pytest.approx(nash, abs=2 / parts)
        assert found[1] == pytest.approx(smorodinsky, abs=2 / parts)
    assert found[0] == pytest.approx(nash, abs=0.03)
    assert found[1] == pytest.approx(smorodinsky, abs=0.03)


@pytest.mark.parametrize("account", ["", "single_pie", "interior"])
def test_the_file_is_within_a_step_of_both_solutions(account: str) -> None:
    scenario = offramp.read("model-packages")
    told = with_account(scenario, account) if account else scenario
    found = packages(told, draws=0, most_solved=0)
    zone = next(zone for zone in found.zones if zone.basis == "declared")
    exact = SOLUTIONS[account or "two_issue_logroll"]
    for one, values in ((zone.nash, exact[:2]), (zone.kalai_smorodinsky, exact[2:])):
        assert found.worth[one[0]].tolist() == pytest.approx(values, abs=0.06)


@pytest.mark.parametrize("case", SOLUTIONS)
def test_offers_in_turn_lead_to_nash(case: str) -> None:
    """As the risk that talks fail and the steps shrink together."""
    exact = SOLUTIONS[case][:2]
    errors = []
    for parts, risk in ((5, 0.4), (40, 0.05)):
        one = replayed(
            _menu_of(case, parts),
            risk=risk,
            crumb=0.02 / parts,
            sharp=400 * parts,
            patience=0.99999,
        )
        payoff = one.values("E(payoff[a])", "E(payoff[b])")
        errors.append(max(abs(p - e) for p, e in zip(payoff, exact, strict=True)))
    assert errors[-1] < 0.03
    assert errors[-1] <= errors[0]
