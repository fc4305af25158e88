"""Canonical models as scenarios: each comes near its closed form, nearer on a finer grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

import offramp
from offramp import solvers
from offramp.scenario import understand, with_account
from offramp.scenario.shelf import library_files
from offramp.study import find_models, model_named
from offramp.study.claims.checking import check
from tests.library.canonical import made_of, played, replayed
from tests.library.refining import document, with_errors, with_fine, with_parts, with_types

NAMES = [name for name in sorted(library_files("scenarios")) if name.startswith("model-")]
MODELS = find_models()


@dataclass(frozen=True)
class Near:
    """A scenario's account and a case of a closed form: what is read for a result, how near."""

    name: str
    account: str
    model: str
    case: str
    read: dict[str, tuple[str, float]]


WAR = {"pr_war": ("P(war)", 0.001)}
ASKED = {"x": ("mean demand.ask_ 20", 0.001)}
ULTIMATUM = ASKED | WAR | {"EU_A": ("E(payoff[a])", 0.001), "EU_B": ("E(payoff[b])", 0.001)}
TWO_TYPES = ASKED | WAR | {"EU_A": ("E(payoff[a])", 0.004), "EU_B": ("E(payoff[b])", 0.004)}
# At a corner the risk is off by as much as half of one of eight types.
CORNER = ASKED | {"pr_war": ("P(war)", 0.0625), "EU_A": ("E(payoff[a])", 0.01)}
SHIFT = {"V_A": ("E(payoff[a])", 0.02), "V_B": ("E(payoff[b])", 0.02)}
# A step, where rounding would leave three: see model-alternating-offers.
FIRST = {"share_1": ("E(payoff[one])", 0.0101)}
SECOND = {"share_2": ("E(payoff[two])", 0.0101)}
CRISIS = {
    "SQ_0": ("P(status_quo)", 0.01),
    "CD_0": ("P(concession)", 0.01),
    "SF_0": ("P(war)", 0.01),
    "BD_0": ("P(backing_down)", 0.01),
    "pC_0": ("share challenge.challenge challenge.keep_quiet", 0.01),
    "pR_0": ("share reply.resist reply.concede", 0.02),
    "pF_0": ("share last_word.stand_firm last_word.back_down", 0.025),
}
# Who never backs down is there when the other never does, without anybody's responding.
NERVES = {
    "pr_war": ("P(war)", 0.02),
    "pr_1_stays_to_end": ("P(war | deviate(two.two_acts = wait))", 0.03),
    "pr_2_stays_to_end": ("P(war | deviate(one.one_acts = wait))", 0.03),
}
LADDER = {"pr_disaster": ("P(disaster)", 0.0075)}
RACE = {"pr_build": ("share a_decides.arm a_decides.rest_content", 0.003)}
SPOILED = {"pr_breakdown": ("P(breakdown)", 0.001)}
TALKS = {
    "y_first": ("mean offer.offer_ 20", 0.02),
    "EU_A": ("E(payoff[a])", 0.02),
    "pr_battle": ("share reply.fight reply.accept", 0.001),
    "pr_final_war": ("P(war_to_the_end)", 0.001),
}
SEMI = TALKS | {"pr_final_war": ("P(war_to_the_end)", 0.003)}
LOGIT = {"Y1": ("P(status_quo)", 1e-9), "Y3": ("P(giving_way)", 1e-9), "Y4": ("P(conflict)", 1e-9)}
FRONTS = {
    "Y1": ("P(left_borne)", 1e-9),
    "Y2": ("P(left_resisted)", 1e-9),
    "Y3": ("P(right_borne)", 1e-9),
    "Y4": ("P(right_resisted)", 1e-9),
}
IN_TURN = {
    "Y1": ("P(status_quo)", 1e-9),
    "Y3": ("P(no_answer)", 1e-9),
    "Y5": ("P(target_helped)", 1e-9),
    "Y6": ("P(challenger_helped)", 1e-9),
}

CASES = [
    Near("model-ultimatum", "", "fearon1995_uniform", "base", ULTIMATUM),
    Near("model-ultimatum", "no_risk", "fearon1995_uniform", "no_risk", ULTIMATUM),
    Near("model-ultimatum", "corner_x1", "fearon1995_uniform", "corner_x1", CORNER),
    Near("model-two-types", "", "fearon1995_two_type", "risky", TWO_TYPES),
    Near("model-two-types", "safe", "fearon1995_two_type", "safe", TWO_TYPES),
    Near("model-shifting-power", "", "powell_shift_finite", "T5_jump_late", SHIFT),
    Near("model-shifting-power", "T5_ramp", "powell_shift_finite", "T5_ramp", SHIFT),
    Near("model-alternating-offers", "", "rubinstein_infinite", "equal", FIRST),
    Near("model-alternating-offers", "unequal", "rubinstein_infinite", "unequal", FIRST),
    Near("model-alternating-offers", "patient2", "rubinstein_infinite", "patient2", FIRST),
    Near(
        "model-alternating-offers",
        "not_binding",
        "rubinstein_outside_option",
        "not_binding",
        SECOND,
    ),
    Near("model-alternating-offers", "binding", "rubinstein_outside_option", "binding", SECOND),
    Near(
        "model-alternating-offers",
        "war_option",
        "rubinstein_war_option",
        "B_constrained",
        {"share_A_when_proposing": ("E(payoff[one])", 0.0101)},
    ),
    Near("model-crisis-signalling", "", "crisis_signalling_probit", "interior", CRISIS),
    Near("model-audience-costs", "", "fearon1994_attrition", "asym_cost", NERVES),
    Near("model-audience-costs", "symmetric", "fearon1994_attrition", "symmetric", NERVES),
    Near(
        "model-audience-costs",
        "asym_war",
        "fearon1994_attrition",
        "asym_war",
        {"pr_war": ("P(war)", 0.04)},
    ),
    Near("model-brinkmanship", "one_rung", "brinkmanship_ladder", "one_rung", LADDER),
    Near("model-brinkmanship", "coarse", "brinkmanship_ladder", "coarse_2x0.5_then_war", LADDER),
    Near("model-arms-race", "", "arms_race_uniform", "interior", RACE),
    Near("model-arms-race", "multiplier", "arms_race_uniform", "multiplier", RACE),
    Near("model-arms-race", "steep", "arms_race_uniform", "steep", RACE),
    Near("model-spoiler", "", "spoiler_trust_update", "strong_moderates", SPOILED),
    Near("model-spoiler", "weak_moderates", "spoiler_trust_update", "weak_moderates", SPOILED),
    Near("model-spoiler", "low_trust_gain", "spoiler_trust_update", "low_trust_gain", SPOILED),
    Near("model-fighting-talks", "", "bargain_while_fighting_2x2", "screen", TALKS),
    Near("model-fighting-talks", "pool", "bargain_while_fighting_2x2", "pool", TALKS),
    Near("model-fighting-talks", "semi", "bargain_while_fighting_2x2", "semi", SEMI),
    Near("model-strategic-choice", "", "egame12", "logit", LOGIT),
    Near("model-two-fronts", "", "egame122", "logit", FRONTS),
    Near("model-three-in-turn", "", "egame123", "logit", IN_TURN),
]


@pytest.mark.parametrize("near", CASES, ids=lambda one: f"{one.name}-{one.account or 'base'}")
def test_it_comes_near_its_closed_form(near: Near) -> None:
    expected = model_named(near.model).evaluate(case=near.case)
    texts = [text for text, _ in near.read.values()]
    values = played(near.name, near.account).values(*texts)
    for (result, (_, tolerance)), value in zip(near.read.items(), values, strict=True):
        assert value == pytest.approx(expected[result], abs=tolerance), result


FORKED = Near("model-brinkmanship", "", "brinkmanship_ladder", "skip", LADDER)


def test_where_its_branch_forks_both_sides_and_the_even_way_are_found() -> None:
    """Both play alike up to a precision of about 2.2; then either may be the one that holds."""
    expected = model_named("brinkmanship_ladder").evaluate(case="skip")["pr_disaster"]
    play = played("model-brinkmanship")
    disaster, pay = play.everywhere("disaster")
    assert play.solved.equilibria.uniqueness.item() == "several found"
    even = np.isclose(pay[:, 0], pay[:, 1])
    assert even.sum() == 1
    assert disaster[even] == pytest.approx(expected, abs=0.0075)
    for side in ((0, 0.5), (0.5, 0)):
        at = np.abs(pay - side).max(axis=1) < 0.001
        assert at.any()
        assert disaster[at] == pytest.approx(0, abs=0.001)


@pytest.mark.parametrize(
    "near", [*CASES, FORKED], ids=lambda one: f"{one.name}-{one.account or 'base'}"
)
def test_its_numbers_are_those_of_the_closed_form(near: Near) -> None:
    """Parameters of the same name have the same value, so that the same game is compared."""
    values = model_named(near.model).values(case=near.case)
    stated = played(near.name, near.account)
    names = [one.name for one in stated.game.meaning.assumptions]
    for name in set(names) & set(values):
        if np.isscalar(values[name]):
            drawn = stated.solved.draws.values[0][names.index(name)]
            assert drawn == pytest.approx(values[name]), name


def _shrinks(errors: list[float], most: float) -> None:
    assert errors[-1] < most, errors
    assert errors[-1] < errors[0] / 2, errors


def test_more_types_make_the_ultimatum_exact() -> None:
    case = {"p": 0.9, "c_A": 0.05, "c_B_high": 0.6}
    exact = model_named("fearon1995_uniform").evaluate(case="corner_x1")["pr_war"]
    games = [replayed(with_types("model-ultimatum", count), **case) for count in (4, 20, 40)]
    _shrinks([abs(one.value("P(war)") - exact) for one in games], 1 / 80 + 0.001)


def test_finer_demands_make_the_ultimatum_exact() -> None:
    """The best demand lies between two steps of the coarse grid."""
    exact = model_named("fearon1995_uniform").evaluate({"c_A": 0.146})
    errors = []
    for parts in (10, 20, 40):
        one = replayed(with_parts(with_types("model-ultimatum", parts), parts), c_A=0.146)
        errors.append(abs(one.value("E(payoff[a])") - exact["EU_A"]))
        assert one.mean("demand.ask_", str(parts)) == pytest.approx(exact["x"], abs=1 / parts)
    _shrinks(errors, 0.001)


@pytest.mark.parametrize("account", ["", "T5_ramp"])
def test_finer_offers_make_shifting_power_exact(account: str) -> None:
    exact = model_named("powell_shift_finite").evaluate(case=account or "T5_jump_late")
    errors = []
    for fine in (1, 10, 80):
        whole = with_fine("model-shifting-power", fine)
        whole["parameters"] |= whole["accounts"][account]["parameters"] if account else {}
        one = replayed(whole, sharp=200_000, crumb=0.0002)
        errors.append(abs(one.value("E(payoff[a])") - exact["V_A"]))
    _shrinks(errors, 0.002)


def test_war_comes_in_the_last_period_before_the_jump() -> None:
    exact = model_named("powell_shift_finite").evaluate(case="T5_jump_late")
    one = played("model-shifting-power")
    first = int(exact["first_war_period"]) + 1
    assert one.value(f"P(war by {first - 1})") < 0.001
    assert one.value(f"P(war by {first})") > 0.999
    assert played("model-shifting-power", "T5_ramp").value("P(peace)") > 0.999


@pytest.mark.parametrize("rounds", [1, 4, 7])
def test_alternating_offers_with_a_last_round(rounds: int) -> None:
    case = f"T{rounds}"
    given = model_named("rubinstein_finite").values(case=case)
    exact = model_named("rubinstein_finite").evaluate(case=case)["share_1"]
    whole = with_fine("model-alternating-offers", 40) | {"rounds": rounds}
    one = replayed(
        whole, delta__one=given["delta_1"], delta__two=given["delta_2"], sharp=100_000, crumb=0.0003
    )
    assert one.value("E(payoff[one])") == pytest.approx(exact, abs=0.005)


def test_more_values_keep_crisis_signalling_near() -> None:
    exact = model_named("crisis_signalling_probit").evaluate(case="interior")
    one = replayed(with_errors("model-crisis-signalling", 7), sharp=30)
    values = one.values(*(text for text, _ in CRISIS.values()))
    assert values == pytest.approx([exact[result] for result in CRISIS], abs=0.015)


def test_three_equilibria_of_crisis_signalling() -> None:
    """As many as the closed form has, each near one of them."""
    scenario = with_account(offramp.read("model-crisis-signalling"), "three_eq")
    game = offramp.build(scenario)
    found = offramp.solve(game).equilibria
    exact = model_named("crisis_signalling_probit").evaluate(case="three_eq")
    plays = [found.strategy[0], *(other.strategy for other in found.others)]
    resist = sorted(made_of(game, play, "reply.resist", "reply.concede") for play in plays)
    assert resist == pytest.approx([exact[f"pR_{k}"] for k in range(3)], abs=0.02)


@pytest.mark.parametrize("name", ["model-first-strike", "model-trust"])
def test_both_equilibria_of_waiting_and_striking_are_found(name: str) -> None:
    game = offramp.build(offramp.read(name))
    found = offramp.solve(game).equilibria
    plays = [found.strategy[0], *(other.strategy for other in found.others)]
    waits = sorted(made_of(game, play, "a_acts.wait", "a_acts.strike") for play in plays)
    assert waits[0] < 0.01
    assert waits[-1] > 0.99
    if name == "model-trust":  # and the mixed one between them
        exact = model_named("trust_stag_hunt").evaluate()["t_star"]
        assert waits[1] == pytest.approx(exact, abs=0.02)


def test_peace_needs_more_than_an_equilibrium() -> None:
    """The branch leads to the equilibrium that is safer against doubt."""
    trust = model_named("trust_stag_hunt")
    for account in ("", "first_strike", "defensive"):
        safe = trust.evaluate(case=account or "base")["risk_dominant_peace"]
        assert (played("model-trust", account).value("P(peace)") > 0.5) == safe
    closed = model_named("first_strike_range").evaluate(case="closed")
    assert not closed["peace_eq_exists"]
    assert played("model-first-strike", "closed").value("P(kind war)") > 0.99
    assert played("model-first-strike", "safe_against_doubt").value("P(peace)") > 0.99


@pytest.mark.parametrize("account", ["", "three_way", "enforced"])
def test_indivisible(account: str) -> None:
    indivisible = model_named("indivisible_issue")
    exact = indivisible.evaluate(case={"": "war", "three_way": "three_way"}.get(account, "war"))
    key = "lottery_peace_possible" if account == "enforced" else "peace_possible"
    peace = played("model-indivisible", account).value("P(kind agreement)")
    assert peace == pytest.approx(float(exact[key]), abs=0.001)


@pytest.mark.parametrize("account", ["", "certain", "separating", "attack"])
def test_regions_of_unilateral_deterrence(account: str) -> None:
    deterrence = model_named("unilateral_deterrence")
    case = account or "bluff"
    given, exact = deterrence.values(case=case), deterrence.evaluate(case=case)
    one = played("model-deterrence", account)
    hard = given["p_Ch"]
    demands = hard * exact["x_H"] + (1 - hard) * exact["x_S"]
    assert one.value("share begin.demand begin.stay") == pytest.approx(demands, abs=0.01)
    if demands:
        soft = given["p_Def"] + (1 - given["p_Def"]) * exact["y_S"]
        resisted = one.value("share reply.resist reply.concede")
        assert resisted == pytest.approx(soft, abs=0.02)


def test_threshold_of_rudimentary_deterrence() -> None:
    threshold = model_named("rudimentary_deterrence").evaluate()["p_star"]
    for step in (-0.01, 0.01):
        one = replayed(document("model-rudimentary-deterrence"), p_B=threshold + step, sharp=2000)
        assert one.value("P(status_quo)") == pytest.approx(float(step > 0), abs=0.001)


def test_reputation_before_three_challengers() -> None:
    exact = model_named("chain_store_reputation").evaluate(case="n3_mix")
    one = played("model-reputation")
    assert one.value("share first_enters.enter first_enters.stay_out") > 0.999
    strong = 0.1
    fought = strong + (1 - strong) * exact["pr_weak_fights"]
    assert one.value("share first_answered.fight first_answered.give_in") == pytest.approx(
        fought, abs=0.005
    )
    # Seen to fight, it is strong with b², and the second challenger stays out with 1/a.
    assert strong / fought == pytest.approx(exact["posterior_after_fight"])
    assert one.uses["second_enters.stay_out"] / fought == pytest.approx(0.5, abs=0.01)
    assert played("model-reputation", "deterred").uses["first_enters.enter"] < 0.001


def test_a_spoiler_needs_strong_moderates() -> None:
    threshold = model_named("spoiler_strength_threshold").evaluate(case="base")["s_star"]
    for step in (-0.03, 0.03):
        one = replayed(document("model-spoiler"), s=threshold + step, sharp=2000)
        assert (one.value("P(breakdown)") > 0.1) == (step > 0)


@pytest.mark.parametrize("case", ["observed", "half_observed", "after_erosion"])
def test_threshold_of_restraint(case: str) -> None:
    norm = model_named("norm_enforcement")
    given, threshold = norm.values(case=case), norm.evaluate(case=case)["delta_star"]
    for step in (-0.01, 0.01):
        one = replayed(
            document("model-norm"),
            delta=threshold + step,
            **{name: given[name] for name in ("T", "R", "P", "m")},
        )
        assert one.value("share act.restrain act.break") == pytest.approx(
            float(step > 0), abs=0.001
        )


@pytest.mark.parametrize("case", sorted(MODELS["losing_leader_regime"].cases))
def test_threshold_of_a_losing_leader(case: str) -> None:
    leader = model_named("losing_leader_regime")
    given, threshold = leader.values(case=case), leader.evaluate(case=case)["q_star"]
    for step in (-0.02, 0.02):
        one = replayed(document("model-losing-leader"), q=threshold + step, **given)
        assert one.value("P(kind war)") == pytest.approx(float(step > 0), abs=0.001)


def test_the_limit_needs_no_precision_from_the_file() -> None:
    """From mild precision the limit reaches the ultimatum's closed form by itself."""
    game = offramp.build(offramp.read("model-ultimatum"))
    tables = game.tables(game.nominal())
    found = solvers.limit(game.structure, tables, regret=1e-6)
    assert found.status.item() == "solved"
    exact = model_named("fearon1995_uniform").evaluate()
    payoff = found.payoff[0, game.structure.start]
    assert payoff == pytest.approx([exact["EU_A"], exact["EU_B"]], abs=1e-5)


OPEN = {
    "model-brinkmanship": {"disaster_deters", "the_jump_hardly_matters"},
    "model-trust": {"survivable_forces_help"},
    "model-biased-mediator": {
        "bias_is_believed",
        "who_is_heeded_tells_the_truth",
        "better_eyes_need_less_bias",
    },
    "model-honest-threats": {"patience_keeps_threats_honest", "memory_keeps_threats_honest"},
    "model-trust-mediator": {"who_would_regret_is_believed", "truth_pays_where_it_is_believed"},
}
"""Claims on games of several equilibria, where the file says so."""


@pytest.mark.parametrize("name", NAMES)
def test_its_claims_hold(name: str) -> None:
    for verdict in check(offramp.read(name), draws=0, accounts=[""], brief=True):
        fine = {"holds", "open"} if verdict.name in OPEN.get(name, ()) else {"holds"}
        assert verdict.state in fine, (verdict.name, verdict.state)


@pytest.mark.parametrize("name", NAMES)
def test_it_says_whose_it_is_and_where_its_numbers_come_from(name: str) -> None:
    scenario = offramp.read(name)
    linked = {key: one for key, one in MODELS.items() if one.scenario == name}
    about = scenario.about or ""
    assert linked
    assert scenario.title.startswith("Model: ")
    assert "What it teaches:" in about
    assert any(key in about for key in linked)
    # A stylised model says so; nobody's theorem is claimed.
    canonical = all(one.canonical for one in linked.values())
    assert about.startswith("After " if canonical else "Stylised, after ")
    assert scenario.sources
    for source in scenario.sources.values():
        assert source.title
        assert source.speaker
        assert source.date
    for assumption in understand(scenario).assumptions:
        assert assumption.unit, assumption.name
        assert assumption.source or "judgement" in (assumption.note or ""), assumption.name
    for claim in scenario.claims.values():
        assert claim.source


def test_links_lead_to_scenarios() -> None:
    assert {one.scenario for one in MODELS.values() if one.scenario} == set(NAMES)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_played_or_says_why_not(name: str) -> None:
    model = MODELS[name]
    assert model.scenario or model.note
    assert not model.note or model.note.endswith(".")
