"""Verdicts of claims whose truth is known by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from offramp.core.errors import ScenarioError
from offramp.presentation import figure, sentences
from offramp.presentation.records import claims_as_json
from offramp.presentation.text.claims import premise
from offramp.scenario import Scenario, parse_query, read, read_claims, understand
from offramp.study.claims.checking import check
from offramp.study.claims.deciding import find_deciding
from offramp.study.claims.restating import Concern, literature_of, restated
from offramp.study.claims.verdicts import Verdict
from offramp.study.quantities.dependence import behind, behind_query

THREE_EQUILIBRIA = """
offramp: 1
title: Stop or go on
parties: {party: {patience: 0.95, precision: 4}}
round:
  - name: choose
    by: party
    moves:
      stop: {end: stopped}
      go_on: {pay: {party: 0.08}}
outcomes: {stopped: {kind: stalemate}}
rounds: unlimited
claims:
  worth_much: {says: Going on is worth much., holds_when: "E(payoff[party]) > 0.3"}
  worth_some: {says: Going on is worth something., holds_when: "E(payoff[party]) > 0.1"}
  worth_three: {says: All are far apart., holds_when: "E(payoff[party]) > 0.5"}
"""
TALKS = """
offramp: 1
title: Talks
parties: {maker: {precision: 5}, taker: {precision: 5}}
parameters:
  gain: {value: 0.6, range: "uniform(0.2, 1)"}
  scorn: {value: 0.5, range: "uniform(0.4, 0.6)"}
  haste: {value: 0.3, range: "uniform(0.2, 0.4)"}
  spare: 0.1
state:
  standing: {levels: [low, high], start: high}
round:
  - name: propose
    by: maker
    moves:
      offer: {}
      wait: {end: nothing}
  - name: reading
    by: nature
    moves:
      lowered: {odds: scorn, then: {standing: low}}
      kept: {odds: rest}
  - name: answer
    by: taker
    moves:
      accept: {end: settled, pay: {taker: "gain - haste"}}
      refuse: {when: standing == low, end: nothing}
outcomes:
  settled: {kind: agreement, pay: {maker: 1}}
  nothing: {kind: stalemate}
rounds: 1
at_end: nothing
mechanisms:
  weakness:
    from: weakness
    label: A concession is read as weakness (S7)
    about: >-
      An offer lowers its maker's standing. Holds, in the literature, where others watch.
      Does not hold with one opponent only.
    off: {scorn: 0}
    parameters: [scorn]
    state: [standing]
    steps: [reading]
  hurry:
    from: hurry
    label: Haste (S9)
    about: Haste costs.
    off: {haste: 0}
    parameters: [haste]
claims:
  lowers:
    says: Making the offer lowers its maker's standing.
    holds_when: P(ever standing == low | do(maker.propose = offer)) > 0.1
  effect:
    says: Weakness makes agreement less likely than it would be.
    holds_when: P(settled) < P(settled | off(weakness))
  gains:
    says: The taker gains.
    holds_when: gain > 0.5
  refused:
    says: Acceptance has its price.
    holds_when: E(payoff[taker] | bar(taker.answer = refuse)) < E(payoff[taker]) + spare * scorn
  never:
    says: A refusal at a high standing matters.
    holds_when: P(settled | do(taker.answer = refuse, when standing == high)) > 0.5
  fails:
    says: An offer may come to nothing.
    holds_when: P(nothing | do(maker.propose = offer)) > 0.05
  unreached:
    says: An answer after waiting.
    holds_when: P(settled | do(maker.propose = wait), do(taker.answer = accept)) > 0.5
accounts:
  soft: {label: As the soft tell it, parameters: {scorn: 0, gain: 0.3}}
  same: {label: The same numbers, parameters: {spare: 0.1}}
"""


def verdict_of(verdicts: tuple[Verdict, ...], name: str, account: str = "") -> Verdict:
    return next(one for one in verdicts if (one.name, one.account) == (name, account))


@pytest.fixture(scope="module")
def talks() -> Scenario:
    return read(TALKS)


@pytest.fixture(scope="module")
def verdicts(talks: Scenario) -> tuple[Verdict, ...]:
    return check(talks, draws=256, seed=1)


def test_three_equilibria_make_the_verdicts_on_which_they_disagree_open() -> None:
    """Worth 0.218, 0.485 and 1.535: all above 0.1, and not all above 0.3 or 0.5."""
    found = {one.name: one for one in check(read(THREE_EQUILIBRIA), draws=8, seed=1)}
    assert found["worth_some"].nominal is True
    assert found["worth_some"].share == 1
    for name in ("worth_much", "worth_three"):
        assert found[name].state == "open"
        assert found[name].nominal is None
        assert found[name].share is None
        assert found[name].open == 1
        assert "has a verdict in none of" in sentences(found[name])[0]
    alone = {one.name: one for one in check(read(THREE_EQUILIBRIA), draws=0)}
    assert alone["worth_much"].open == 1
    assert alone["worth_some"].open == 0
    assert "is open (equilibria found disagree on it)" in sentences(alone["worth_much"])[0]


def test_several_equilibria_at_nominal_values_are_searched_for_in_every_draw() -> None:
    text = THREE_EQUILIBRIA.replace("{party: 0.08}", "{party: reward}").replace(
        "round:", 'parameters: {reward: {value: 0.08, range: "uniform(0.079, 0.081)"}}\nround:', 1
    )
    found = {one.name: one for one in check(read(text), draws=16, seed=1)}
    assert found["worth_much"].open == 16
    assert found["worth_much"].share is None
    assert found["worth_much"].concentrated.share is None
    assert found["worth_much"].searched
    assert found["worth_some"].open == 0
    assert found["worth_some"].share == 1


def test_shares_and_nominal_values_known_by_hand(verdicts: tuple[Verdict, ...]) -> None:
    lowers, gains = (verdict_of(verdicts, name) for name in ("lowers", "gains"))
    assert lowers.nominal is True
    assert lowers.share == 1
    text = "P(ever standing == low | do(maker.propose = offer))"
    assert lowers.quantities[text] == pytest.approx(0.5, abs=1e-12)
    assert lowers.margin_nominal == pytest.approx(0.4, abs=1e-12)
    assert lowers.margin == pytest.approx(0.4, abs=0.005)
    # gain is uniform on 0.2 to 1; under the second weighting triangular with its top at 0.6
    assert gains.share == pytest.approx(5 / 8, abs=0.01)
    assert gains.share_other == pytest.approx(1 - 0.5 * (0.3 / 0.4) ** 2, abs=0.03)
    assert gains.interval is not None
    assert gains.interval[0] <= 5 / 8 <= gains.interval[1]


def test_a_claim_about_a_mechanism_restates_it(verdicts: tuple[Verdict, ...]) -> None:
    lowers = verdict_of(verdicts, "lowers")
    assert lowers.restates == "weakness"
    assert lowers.without["weakness"].nominal is False
    assert lowers.without["weakness"].lost == 1
    assert lowers.without["hurry"].nominal is True
    assert any("restates premise S7 (A concession is read" in one for one in sentences(lowers)[1:])
    assert lowers.literature["weakness"] == (
        "Holds, in the literature, where others watch. Does not hold with one opponent only."
    )


def test_a_claim_that_compares_with_the_mechanism_off_does_not(
    verdicts: tuple[Verdict, ...],
) -> None:
    effect = verdict_of(verdicts, "effect")
    assert effect.without["weakness"].nominal is False
    assert effect.restates == ""
    assert effect.rests_on in (("weakness",), ())
    assert "weakness" in effect.literature


def test_a_claim_restates_no_mechanism_that_it_is_not_about(verdicts: tuple[Verdict, ...]) -> None:
    fails = verdict_of(verdicts, "fails")
    assert "weakness" in fails.rests_on
    assert fails.without["weakness"].lost == 1
    assert fails.restates == ""
    assert any(
        "rests on S7 (A concession is read as weakness)" in one for one in sentences(fails)[1:]
    )
    lonely = {"weakness": fails.without["weakness"]}
    nothing = Concern(varied=False, named=False)
    assert restated(True, lonely, {"weakness": nothing}) == ("", ("weakness",))


def test_a_verdict_depends_on_what_its_quantities_can_read() -> None:
    text = TALKS.replace(
        "spare: 0.1", 'spare: {value: 0.1, range: "uniform(0, 0.2)"}\n  half: gain / 2', 1
    )
    text = text.replace("odds: scorn, then", 'odds: "min(half, scorn)", then')
    meaning = understand(read(text))
    own = {claim.name: behind(meaning, claim) for claim in read_claims(meaning)}
    assert own["gains"] == {"gain"}
    assert own["lowers"] == {"gain", "half", "scorn", "haste"}
    assert own["refused"] == {"gain", "half", "scorn", "haste", "spare"}
    fixed = parse_query("P(settled | set(gain = 1), off(hurry))", meaning)
    assert behind_query(meaning, fixed) == {"half", "scorn"}
    assert behind_query(meaning, parse_query("half | set(gain = 1)", meaning)) == {"half"}
    assert behind_query(meaning, parse_query("half", meaning)) == {"half", "gain"}


def test_vacuous_claims_have_no_share(verdicts: tuple[Verdict, ...]) -> None:
    unreached = verdict_of(verdicts, "unreached")
    assert unreached.state == "says nothing"
    assert unreached.nominal is None
    assert unreached.vacuous == 256
    assert unreached.share is None


def test_accounts_are_of_equal_standing_and_solved_once_where_they_agree(
    talks: Scenario, verdicts: tuple[Verdict, ...]
) -> None:
    assert [one.account for one in verdicts[:: len(talks.claims)]] == ["", "soft", "same"]
    soft, same = (verdict_of(verdicts, "gains", account) for account in ("soft", "same"))
    assert soft.nominal is False
    assert soft.share == 0
    assert sentences(same)[0].startswith(
        "On the premises of the account ‹The same numbers›, as encoded"
    )
    assert same.share == verdict_of(verdicts, "gains").share
    lone = check(talks, draws=0, accounts=("soft",))
    assert {one.account for one in lone} == {"soft"}
    with pytest.raises(ScenarioError, match="no account"):
        check(talks, draws=0, accounts=("softer",))


def test_one_assumption_decides_and_is_named(verdicts: tuple[Verdict, ...]) -> None:
    deciding = verdict_of(verdicts, "gains").deciding
    assert deciding is not None
    assert deciding.names == ("gain",)
    assert deciding.density > 0.85
    assert deciding.coverage > 0.85
    assert deciding.conditions[0].threshold == pytest.approx(0.5, abs=0.06)
    assert verdict_of(verdicts, "lowers").deciding is None


def test_two_assumptions_decide_together() -> None:
    values = np.random.default_rng(1).random((1024, 6))
    every = np.ones(1024, np.bool_)
    found = find_deciding("abcdef", values, (values[:, 1] > 0.5) & (values[:, 4] < 0.6), every)
    assert found is not None
    assert found.names == ("b", "e")
    assert [one.sign for one in found.conditions] == [">=", "<="]
    assert found.holds
    assert min(found.density, found.coverage) > 0.85
    either = find_deciding("abcdef", values, (values[:, 1] > 0.5) | (values[:, 4] < 0.6), every)
    assert either is not None
    assert not either.holds
    assert set(either.names) == {"b", "e"}


def test_nothing_is_said_to_decide_what_is_decided_by_chance() -> None:
    for seed in range(10):
        random = np.random.default_rng(seed)
        values, holds = random.random((512, 20)), random.random(512) < 0.4
        assert find_deciding([str(i) for i in range(20)], values, holds, holds | ~holds) is None


def test_precisions_and_sentence_and_json(verdicts: tuple[Verdict, ...]) -> None:
    lowers = verdict_of(verdicts, "lowers")
    assert dict(lowers.precision) == {0.5: True, 1.0: True, 2.0: True, 5.0: True, 10.0: True}
    assert sentences(lowers)[0] == (
        "On the premises of the analyst's middle, no account's premises, as encoded here, the "
        "claim ‹Making the offer lowers its maker's standing› (the analyst's words) holds in "
        "100 % of the combinations of assumptions tried (256 of 256 solved), and at nominal "
        "values; this describes the assumptions, not the world; other ranges give another figure; "
        "its committed moves are foreseen by all."
    )
    told = json.loads(json.dumps(claims_as_json(verdicts), allow_nan=False))
    for word in ("share", "interval", "nominal", "open", "vacuous", "restates", "quantities"):
        assert word in told["lowers"]
    assert told["lowers"]["accounts"]["soft"]["nominal"] is False
    assert figure(lowers)[0].drawing.data
    assert lowers.table[1]["draws"] == 256


def test_no_sentence_advises_or_speaks_of_the_world(verdicts: tuple[Verdict, ...]) -> None:
    wrong = re.compile(
        r"\b(best|optimal|should|must|likely|likelihood|confidence|confident|probabl[ye]|"
        r"recommend\w*|prove[sn]?)\b",
        re.IGNORECASE,
    )
    for one in verdicts:
        for said in (sentences(one)[0].replace(one.says.rstrip("."), ""), *sentences(one)[1:]):
            assert not wrong.search(said), said
            assert said[0].isupper()
            assert said.endswith(".")


def test_a_scenario_without_claims_has_no_verdict() -> None:
    assert check(read(TALKS.split("claims:")[0]), draws=8) == ()


def test_the_worked_example_agrees_with_values_computed_elsewhere() -> None:
    text = (Path(__file__).parents[1] / "oracle" / "worked_example.yaml").read_text()
    scenario = read(f"""{text}
claims:
  waiting_invites_attack:
    says: A party that does not climb is attacked.
    holds_when: P(disaster | do(north.act = wait)) > P(disaster | do(north.act = climb))
""")
    found = check(scenario, draws=100, seed=0)[0]
    assert found.nominal is False
    assert found.share == 0
    assert found.declared.tried == 1  # no assumption has a range
    assert list(found.quantities.values()) == pytest.approx([0, 0.0187379292177], abs=1e-12)


def test_premises_and_literature_in_words() -> None:
    assert premise("a", "Haste (S9)") == "S9 (Haste)"
    assert premise("a", "Absent parties (S1, S4)") == "S1, S4 (Absent parties)"
    assert premise("a", "Haste") == "‹Haste›"
    assert literature_of("It costs. Holds, in theory, here. Does not hold there.") == (
        "Holds, in theory, here. Does not hold there."
    )
    assert literature_of("It costs.") == ""
