"""Off-ramps against closed forms and grids, and the rules that no proposal may break."""

from __future__ import annotations

import itertools
import json
import math
import re

import numpy as np
import pytest

from offramp.core.errors import ResultError, ScenarioError
from offramp.game import build
from offramp.presentation import as_json, figure, sentences
from offramp.presentation.text.offramps import (
    account_sentences,
    left_out_sentence,
    offramps_remarks,
)
from offramp.scenario import read, understand
from offramp.study.offramps.proposals import offramps
from offramp.study.offramps.records import OffRamps
from offramp.study.packages.without import readings
from offramp.study.quantities.evaluation import evaluate_queries
from tests.study.chance import CHANCE

ENVOYS = (
    "  envoys: {parameter: talk, towards: higher, held_by: north, "
    "effort: {cost: 1, per: 0.1}, limit: 0.6}\n"
)
AGENDA = (
    "  agenda: {parameter: hurry, towards: higher, held_by: [north], "
    "effort: {cost: 2, per: 0.1}, limit: 0.4}\n"
)
MONITORS = (
    "  monitors: {parameter: slide, towards: lower, held_by: HOLDER, "
    "effort: {cost: 1, per: 0.05}, limit: 0.05}\n"
)


def chance(talk, hurry, slide):
    agree = talk * hurry * 2.5
    return agree / (agree + slide)


def of_chance(efforts):
    """Probability of agreement for efforts (…, 3) of envoys, agenda and monitors."""
    return chance(
        0.2 + efforts[..., 0] / 10, 0.1 + efforts[..., 1] / 20, 0.2 - efforts[..., 2] / 20
    )


def by_levers(found: OffRamps):
    return {tuple(change.lever for change in ramp.changes): ramp for ramp in found.found[::-1]}


def test_single_levers_have_the_effort_of_the_closed_form() -> None:
    text = CHANCE + ENVOYS + AGENDA + MONITORS.replace("HOLDER", "south")
    found = by_levers(offramps(read(text), at_least=0.4, draws=0))
    talk = 0.4 / 0.6 * 0.2 / (0.1 * 2.5)
    ramp = found[("envoys",)]
    (change,) = ramp.changes
    assert (change.start, change.limit) == (0.2, 0.6)
    assert change.to == pytest.approx(talk, abs=1e-6)
    assert change.effort == pytest.approx((talk - 0.2) * 10, abs=1e-5)
    assert ramp.effort == {"north": pytest.approx(change.effort)}
    assert ramp.after == pytest.approx(0.4, abs=1e-6)
    assert ramp.after >= 0.4 - 1e-9
    slide = 0.05 * 0.6 / 0.4
    assert found[("monitors",)].effort == {"south": pytest.approx((0.2 - slide) * 20, abs=1e-5)}


def test_two_levers_of_one_holder_agree_with_a_grid() -> None:
    found = by_levers(offramps(read(CHANCE + ENVOYS + AGENDA), at_least=0.6, draws=0))
    assert list(found) == [("envoys", "agenda")]  # neither alone gets there
    effort = found["envoys", "agenda"].effort["north"]
    grid = np.stack(np.meshgrid(np.linspace(0, 4, 401), np.linspace(0, 6, 601), [0.0]), axis=-1)
    reached = of_chance(grid) >= 0.6
    least = grid.sum(axis=-1)[reached].min()
    assert effort <= least + 1e-6
    assert effort == pytest.approx(least, abs=0.02)
    assert effort == pytest.approx(2 * (math.sqrt(24) - 2), rel=1e-3)


def test_three_levers_of_one_holder_agree_with_a_grid() -> None:
    text = CHANCE + ENVOYS + AGENDA + MONITORS.replace("HOLDER", "north")
    found = by_levers(offramps(read(text), at_least=0.7, draws=0))
    axes = (np.linspace(0, 4, 81), np.linspace(0, 6, 121), np.linspace(0, 3, 61))
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    reached = of_chance(grid) >= 0.7
    least = grid.sum(axis=-1)[reached].min()
    effort = min(ramp.effort["north"] for ramp in found.values())
    assert effort <= least + 1e-6
    assert effort == pytest.approx(least, abs=max(0.01 * least, 0.05))


@pytest.mark.parametrize("at_least", [0.35, 0.5, 0.6])
def test_efforts_of_different_holders_are_a_front_and_never_a_sum(at_least: float) -> None:
    text = CHANCE + ENVOYS + MONITORS.replace("HOLDER", "south")
    ramps = [r for r in offramps(read(text), at_least=at_least, draws=0).found if r.balanced]
    step = 0.02
    axes = (np.arange(0, 4 + step / 2, step), [0.0], np.arange(0, 3 + step / 2, step))
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    reached = grid[of_chance(grid) >= at_least]
    assert any(len(ramp.changes) == 2 for ramp in ramps)
    for ramp in ramps:
        mine = np.array([ramp.effort.get("north", 0.0), 0.0, ramp.effort.get("south", 0.0)])
        assert of_chance(mine) >= at_least - 1e-6
        less = (reached <= mine - step).all(axis=1) if mine.all() else np.zeros(len(reached), bool)
        assert not less.any()  # no point of the grid asks a whole step less of both
        assert of_chance(mine) == pytest.approx(at_least, abs=1e-3)


def test_a_lever_held_together_costs_each_holder_its_whole_effort() -> None:
    text = CHANCE + MONITORS.replace("HOLDER", "[north, south]")
    (ramp,) = offramps(read(text), at_least=0.4, draws=0).found
    assert ramp.holders == ("north", "south")
    assert ramp.effort["north"] == ramp.effort["south"] == ramp.changes[0].effort


# One decision: North agrees with probability 1 / (1 + exp(-5 (aid - stake + 1))).
DECISION = """
offramp: 1
title: One decision
parties: {north: {precision: 5}, south: {precision: 5}}
parameters: {aid: 0.2, stake: 1.5}
round:
  - name: answer
    by: north
    moves: {agree: {end: deal}, refuse: {end: apart}}
outcomes:
  deal: {kind: agreement, pay: {north: aid, south: 0.5}}
  apart: {kind: stalemate, pay: {north: stake - 1}}
rounds: 1
at_end: apart
levers:
  help: {parameter: aid, towards: higher, held_by: south, effort: {cost: 1, per: 0.1}, limit: LIMIT}
  relax: {parameter: stake, towards: lower, held_by: HOLDER, effort: {cost: 3, per: 0.1}, limit: 1}
"""


def test_one_decision_has_the_thresholds_of_the_logit() -> None:
    need = 0.3 + math.log(0.8 / 0.2) / 5
    text = DECISION.replace("LIMIT", "1").replace("HOLDER", "[south, north]")
    found = offramps(read(text), at_least=0.8, draws=0)
    ramp = by_levers(found)[("help",)]
    assert ramp.changes[0].to - 0.2 == pytest.approx(need, abs=1e-6)
    assert ramp.after == pytest.approx(0.8, abs=1e-6)
    gain = 0.8 * ramp.changes[0].to + 0.2 * 0.5 - ramp.payoff_before["north"]
    assert ramp.gains["north"] == pytest.approx(gain, abs=1e-6)


def test_the_cheaper_lever_goes_to_its_limit_before_the_other_moves() -> None:
    text = DECISION.replace("LIMIT", "0.5").replace("HOLDER", "[north, south]")
    text = text.replace("held_by: south", "held_by: [north, south]")
    found = offramps(read(text), at_least=0.8, draws=0)
    ramp = by_levers(found)[("help", "relax")]
    need = 0.3 + math.log(4) / 5
    moved = {change.lever: abs(change.to - change.start) for change in ramp.changes}
    assert moved["help"] == pytest.approx(0.3, rel=0.01)
    assert moved["relax"] == pytest.approx(need - 0.3, rel=0.02)
    assert ramp.effort["south"] == pytest.approx(3 + 30 * (need - 0.3), rel=0.01)


def test_what_cannot_be_reached_is_said_with_what_comes_nearest() -> None:
    text = CHANCE + ENVOYS + MONITORS.replace("HOLDER", "south")
    found = offramps(read(text), at_least=0.9, draws=0)
    assert not found.found
    assert found.nearest is not None
    assert found.nearest.after == pytest.approx(chance(0.6, 0.1, 0.05), abs=1e-6)
    assert "no change of its levers within their limits" in sentences(found)[0]
    assert not found.found
    assert as_json(found)["nearest"]["probability_after"] == found.nearest.after


def test_a_peak_between_two_values_is_found() -> None:
    text = CHANCE.replace("talk * hurry * 2.5", "0.3 * exp(-2000 * (hurry - 0.2345) ** 2)")
    text = text.replace("levers:\n", "levers:\n" + AGENDA)
    (ramp,) = offramps(read(text), at_least=0.595, draws=0).found
    wanted = 0.2345 - math.sqrt(math.log(0.3 / (0.2 * 0.595 / 0.405)) / 2000)
    assert ramp.changes[0].to == pytest.approx(wanted, abs=1e-6)


# Three equilibria near: the chance of stopping jumps along the lever.
JUMPING = """
offramp: 1
title: Stop or go on
parties: {north: {patience: 0.95, precision: 4}, south: {precision: 1, patience: 0.9}}
parameters: {spoils: 0.2}
round:
  - {name: choose, by: north, moves: {stop: {end: deal}, go_on: {pay: {north: spoils}}}}
  - {name: month, by: nature, moves: {slip: {odds: 0.002, end: war}, on: {odds: rest}}}
outcomes:
  deal: {kind: agreement}
  war: {kind: war}
rounds: unlimited
levers:
  share: {parameter: spoils, towards: lower, held_by: north, effort: {cost: 1, per: 1}, limit: -0.1}
"""


def test_a_jump_gives_a_bracketed_threshold() -> None:
    found = offramps(read(JUMPING), at_least=0.97, draws=0)
    (ramp,) = [r for r in found.found if r.changes]
    assert ramp.jump is not None
    assert ramp.jump[0] < 0.97 <= ramp.jump[1]
    (change,) = ramp.changes
    assert change.beside - change.to == pytest.approx(0, abs=1e-5)
    assert ramp.branch == "traced"
    game = build(read(JUMPING))
    from offramp.game import fix
    from offramp.study import outcomes, solve

    for value, expected in ((change.beside, ramp.jump[0]), (change.to, ramp.after)):
        draws = fix(game.meaning, game.nominal(), {"spoils": value})
        reached = outcomes(solve(game, draws, traced=(0,)), rounds=0)["probability"].values[0, 0]
        assert reached == pytest.approx(expected, abs=1e-3)
    assert any("jumps there" in text for text in sentences(ramp))


# Escalation in every guise would bring agreement here; none of it may be proposed.
ESCALATION = """
offramp: 1
title: Coercion
parties:
  north: {label: North, patience: 0.9, precision: 3}
  south: {label: South, patience: 0.9, precision: 3}
parameters:
  toll: {value: 0.03, range: "uniform(0.02, 0.04)"}
  doom: 0.1
  offer: {value: -1.6, range: "uniform(-1.65, -1.55)"}
state:
  rung: {levels: [calm, struck], start: calm}
round:
  - name: act
    by: north
    moves:
      wait: {}
      strike: {then: {rung: struck}, force: true, pay: {north: -1, south: -0.1}}
      blockade: {then: {rung: struck}, pay: {north: -1, south: -0.1}}
      mobilise: {then: {rung: struck}, pay: {north: -1}}
  - name: answer
    by: south
    moves:
      yield: {end: deal}
      resist: {pay: {south: -toll * (1 + 8 * rung)}}
  - name: fate
    by: nature
    moves:
      doomsday: {odds: doom * (1 + 0.2 * rung), end: war}
      on: {odds: rest}
outcomes:
  deal: {kind: agreement, pay: {north: 1, south: offer}}
  war: {kind: war, pay: {north: -3, south: -1.2}}
rounds: unlimited
levers:
  sanctions: {parameter: toll, towards: higher, held_by: north, effort: {cost: 1, per: 1}, limit: 1}
  terms: {parameter: offer, towards: higher, held_by: north, effort: {cost: 1, per: 0.5}, limit: 3}
"""


def test_escalation_that_would_bring_agreement_is_never_proposed() -> None:
    scenario = read(ESCALATION)
    meaning = understand(scenario)
    from offramp.scenario import parse_query

    texts = ("P(deal)", "P(deal | do(north.act = strike, once))", "P(deal | set(toll = 1))")
    values = evaluate_queries(scenario, [parse_query(text, meaning) for text in texts]).values[0]
    assert (values[1:] > values[0] + 0.01).all()  # escalation would work
    found = offramps(scenario, at_least=float(values[0]) + 0.01, draws=64, seed=3)
    assert found.found
    for ramp in found.found:
        assert {change.lever for change in ramp.changes} <= {"terms"}
        assert not re.search("strike|blockade|mobilise", ramp.first_step)
        assert ramp.danger_after <= ramp.danger_before + 1e-9
    reasons = {one.name: left_out_sentence(one) for one in found.excluded}
    assert "South" in reasons["sanctions"]
    assert "strike" not in " ".join(reasons)  # acts of force are not even looked at


def slow_escalation() -> str:
    """Mobilising costs the South nothing for four rounds, and ninefold tolls from then on."""
    text = re.sub("      (strike|blockade): .*\n", "", ESCALATION)
    text = text.replace(
        "mobilise: {then: {rung: struck}, pay: {north: -1}}",
        "mobilise: {when: clock == 0, then: {clock: 1}, pay: {north: -0.4}}",
    )
    text = text.replace("state:\n", "state:\n  clock: {range: [0, 5], start: 0}\n")
    text = text.replace("(1 + 8 * rung)", "(1 + 20 * (clock == 5))")
    text = text.replace("odds: doom * (1 + 0.2 * rung)", "odds: doom")
    text = text.replace(
        "on: {odds: rest}", "on: {odds: rest, then: {clock: 'if(clock > 0, min(clock + 1, 5), 0)'}}"
    )
    text = text.replace("  rung: {levels: [calm, struck], start: calm}\n", "")
    return re.sub("levers:\n(.*\n)*", "", text)


def test_an_escalation_that_takes_its_time_is_no_first_step() -> None:
    scenario = read(slow_escalation())
    meaning = understand(scenario)
    from offramp.scenario import parse_query

    texts = (
        "P(deal)",
        "P(deal | do(north.act = mobilise, once))",
        "P(war)",
        "P(war | do(north.act = mobilise, once))",
    )
    values = evaluate_queries(scenario, [parse_query(text, meaning) for text in texts]).values[0]
    assert values[1] > values[0] + 0.02  # it would work
    assert values[3] < values[2]  # and even make war less likely
    found = offramps(scenario, at_least=float(values[1]) - 0.005, draws=0)
    assert not [ramp for ramp in found.found if "mobilise" in ramp.first_step]
    reasons = {one.name: left_out_sentence(one) for one in found.excluded}
    assert "raises the losses of South" in reasons["North: mobilise"]


BRINK = """
offramp: 1
title: The brink
parties: {north: {precision: 5}, south: {precision: 5}}
parameters: {doom: 0.1}
round:
  - {name: answer, by: south, moves: {yield: {end: deal}, resist: {}}}
  - {name: fate, by: nature, moves: {doomsday: {odds: doom, end: war}, on: {odds: rest}}}
outcomes:
  deal: {kind: agreement, pay: {north: 1}}
  war: {kind: war, pay: {north: -5, south: -5}}
  apart: {kind: stalemate}
rounds: 1
at_end: apart
levers:
  brink: {parameter: doom, towards: higher, held_by: north, effort: {cost: 1, per: 0.1}, limit: 0.9}
"""


def test_a_risk_that_would_deter_is_no_off_ramp() -> None:
    def deal(doom: float) -> float:
        return 1 / (1 + math.exp(-25 * doom))

    before, after = (1 - deal(0.1)) * 0.1, (1 - deal(0.4)) * 0.4
    assert deal(0.4) > 0.999
    assert after < before  # even war itself would become less likely
    found = offramps(read(BRINK), at_least=0.98, draws=0)
    assert found.before == pytest.approx(deal(0.1))
    assert not any(ramp.changes for ramp in found.found)
    (left,) = found.excluded
    assert "losses there likelier" in left_out_sentence(
        left
    ) or "even if everybody plays" in left_out_sentence(left)


def test_without_anything_but_escalation_nothing_is_proposed() -> None:
    text = re.sub("  terms: .*\n", "", ESCALATION)
    text = re.sub("      wait: {}\n", "", text)
    found = offramps(read(text), at_least=0.95, draws=0)
    named = json.dumps([as_json(one) for one in found.found])
    assert not re.search("sanctions|strike|blockade|mobilise", named)


def test_what_raises_danger_in_some_of_the_draws_is_refused() -> None:
    text = CHANCE.replace("odds: slide,", "odds: slide + (wind - 0.7) * (talk - 0.2),")
    text = text.replace(
        'talk: {value: 0.2, range: "uniform(0.1, 0.4)", unit: per month}', "talk: 0.2"
    )
    text = text.replace("talk * hurry * 2.5", "0.05 + (talk - 0.2) / 1000")
    text = text.replace("  hurry:", '  wind: {value: 0.5, range: "uniform(0, 1)"}\n  hurry:')
    found = offramps(read(text + ENVOYS), at_least=0.22, draws=256, seed=1)
    assert not found.found
    (left,) = found.excluded
    assert re.search(
        r"raises the probability of war and catastrophe in \d+ %", left_out_sentence(left)
    )
    assert offramps(read(text + ENVOYS), at_least=0.22, draws=0).found  # nominal values alone


def test_the_share_of_draws_is_that_of_the_closed_form() -> None:
    text = CHANCE + ENVOYS
    found = offramps(read(text), at_least=0.3, draws=256, seed=5)
    (ramp,) = found.found
    talk = ramp.changes[0].to
    # agreement where max(talk', talk) / 4 * 0.7 >= 0.3 * slide, with talk' and slide uniform
    own = np.linspace(0.1, 0.4, 4001)[:, None]
    slide = np.linspace(0.1, 0.3, 2001)[None, :]
    truth = (np.maximum(own, talk) / 4 * 0.7 >= 0.3 * slide).mean()
    assert ramp.works is not None
    assert ramp.works.share == pytest.approx(truth, abs=0.02)
    assert ramp.works.tried == 256
    assert ramp.without is not None
    assert ramp.without.share == pytest.approx((own / 4 * 0.7 >= 0.3 * slide).mean(), abs=0.02)
    assert ramp.works_other is not None
    assert found.seed == 5


def test_a_settlement_below_going_on_is_imposed() -> None:
    text = CHANCE.replace("pay: {north: 1, south: 1}", "pay: {north: 1, south: 0.1}")
    text = text.replace(
        "  - name: month",
        """  - name: answer
    by: south
    moves:
      yield: {end: settlement}
      go_on: {pay: {south: 0.2}}
  - name: month""",
    ).replace("talk * hurry * 2.5", "0")
    text = text.replace(
        'slide: {value: 0.2, range: "uniform(0.1, 0.3)", unit: per month}', "slide: 0.1"
    )
    text += (
        "  haste: {parameter: talk, towards: higher, held_by: south, "
        "effort: {cost: 1, per: 0.1}, limit: 5}\n"
    )
    text = text.replace("precision: 6", "precision: 1 / (talk * 5)")
    game = build(read(text))
    floor = readings(game, (0,)).values["game"][0]
    # going on: 0.2 a month, a war worth -1 with 0.1, patience 0.9
    assert floor[1] == pytest.approx((0.2 - 0.1) / (1 - 0.9 * 0.9), rel=1e-9)
    found = offramps(read(text), at_least=0.9, draws=0)
    for ramp in found.found:
        assert ramp.imposed_on == ("south",)
        assert ramp.below["south"] == 1
        assert any("imposed" in one for one in sentences(ramp))
        assert as_json(ramp)["imposed"] is True
    assert found.found
    said = " ".join(offramps_remarks(found))
    assert "several readings, side by side" in said
    assert found.without is not None
    assert found.without.readings["game"]["south"] == pytest.approx(floor[1])
    assert not math.isfinite(found.without.readings["declared"]["south"])
    text = text.replace("parameters:\n", "parameters:\n  reservation: {each: {south: 9}}\n", 1)
    named = offramps(read(text), at_least=0.9, draws=0)
    assert named.without is not None
    assert named.without.readings["declared"]["south"] == 9
    assert all(ramp.floor["south"] == 9 for ramp in named.found)


def test_first_steps_count_and_have_no_effort() -> None:
    found = offramps(read("border-standoff"), at_least=0.995, draws=0)
    names = [ramp.first_step for ramp in found.found]
    assert names
    assert set(names) <= {
        "north.propose = offer",
        "south.answer = accept",
        "north.act = wait",
        "north.act = warn",
        "north.act = step_down",
        "north.propose = hold",
    }
    meaning = understand(read("border-standoff"))
    from offramp.scenario import parse_query

    for ramp in found.found:
        assert ramp.effort == {}
        assert as_json(ramp)["lever"] is None
        query = parse_query(f"P(settlement | do({ramp.first_step}, once))", meaning)
        value = evaluate_queries(meaning, [query]).values[0, 0]
        assert ramp.after == pytest.approx(value, abs=1e-9)


def test_aims_other_than_agreement_and_ceasefire_are_refused() -> None:
    scenario = read(CHANCE + ENVOYS)
    for outcome in ("war", "capitulation", "stalemate", "catastrophe", "nonsense"):
        with pytest.raises(ResultError, match="off-ramp"):
            offramps(scenario, outcome=outcome, draws=0)
    one = offramps(scenario, outcome="settlement", at_least=0.3, draws=0)
    two = offramps(scenario, outcome="agreement", at_least=0.3, draws=0)
    assert one.found[0].changes[0].to == two.found[0].changes[0].to
    with pytest.raises(ResultError, match="at_least"):
        offramps(scenario, at_least=1.5, draws=0)
    with pytest.raises(ScenarioError):
        offramps(scenario, account="nobody", draws=0)


def test_a_change_is_told_on_every_account() -> None:
    """At each account's own nominal values; one that is beyond the lever's value keeps its own."""
    text = (
        CHANCE
        + ENVOYS
        + """accounts:
  calm: {label: The calm, parameters: {slide: 0.1, talk: 0.75}}
  rough: {parameters: {slide: 0.29}}
"""
    )
    found = offramps(read(text), at_least=0.4, draws=0)
    talk = found.found[0].changes[0].to
    assert found.accounts["calm"] == pytest.approx(chance(0.75, 0.1, 0.1))
    assert found.accounts["rough"] == pytest.approx(chance(0.2, 0.1, 0.29))
    assert talk < 0.75
    after = found.found[0].accounts
    assert after["calm"] == pytest.approx(chance(0.75, 0.1, 0.1))
    assert after["rough"] == pytest.approx(chance(talk, 0.1, 0.29))
    assert sentences(found)[0].startswith("On the premises of the analyst's middle, no account's")
    calm, rough = account_sentences(found)
    assert calm.startswith("On the premises of the account ‹The calm›, as encoded here, an agreem")
    assert calm.endswith("without any change.")
    assert rough.endswith(
        "without any change, and the same change does not bring it to 40 % or more."
    )
    assert as_json(found.found[0])["accounts"]["rough"] == after["rough"]
    assert offramps(read(text), at_least=0.4, draws=0, account="calm").accounts == {}


def test_an_account_is_told_as_it_tells_itself() -> None:
    text = CHANCE + ENVOYS + "accounts: {calm: {label: The calm, parameters: {slide: 0.1}}}\n"
    found = offramps(read(text), at_least=0.4, draws=0, account="calm")
    assert found.before == pytest.approx(chance(0.2, 0.1, 0.1))
    assert sentences(found)[0].startswith(
        "On the premises of the account ‹The calm›, as encoded here,"
    )
    met = offramps(read(text), at_least=0.3, draws=0, account="calm")
    assert met.met
    assert not met.found
    assert "without any change" in sentences(met)[0]


def test_levers_on_one_parameter_add_up_and_idle_ones_are_named() -> None:
    text = CHANCE + ENVOYS + ENVOYS.replace("envoys", "friends").replace("north", "south")
    text += ENVOYS.replace("envoys", "idle").replace("limit: 0.6", "limit: 0.2")
    found = offramps(read(text), at_least=0.4, draws=0)
    both = by_levers(found)["envoys", "friends"]
    assert sum(c.to - c.start for c in both.changes) == pytest.approx(0.4 / 0.6 * 0.8 - 0.2, 1e-5)
    assert [one.name for one in found.excluded] == ["idle"]


def everything() -> list[OffRamps]:
    chances = CHANCE + ENVOYS + AGENDA + MONITORS.replace("HOLDER", "south")
    return [
        offramps(read(chances), at_least=0.4, draws=64, seed=1),
        offramps(read(chances), at_least=0.99, draws=64, seed=1),
        offramps(read(CHANCE + ENVOYS), at_least=0.1, draws=16, seed=1),
        offramps(read(ESCALATION), at_least=0.9, draws=16, seed=1),
        offramps(read(JUMPING), at_least=0.97, draws=0),
        offramps(read("border-standoff"), at_least=0.995, draws=8, seed=1),
    ]


FORBIDDEN = re.compile(
    r"\b(best|optimal|optimum|likely true|should|must|ought|need(s)? to|has to|have to|"
    r"recommend\w*|advis\w*|please|let us|confiden\w+)\b",
    re.IGNORECASE,
)
OPENINGS = (
    "On the premises of the analyst's middle, ",
    "What a party has without agreement has several readings",
    "A first step by which its holder loses, or which takes what another put forward",
    "The first step ‹",
    "Of the settlements that follow, ",
    "The scenario's own numbers ",
    "On the premises of ‹",
    "On the premises of the account ‹",
    "It takes an effort of ",
    "At the nominal values, compared with no change",
    "That the probability is then at least ",
    "With the ranges concentrated ",
    "Without the change it holds ",
    "The probability jumps there",
    "The settlements that follow are worth less ",
    "Another equilibrium was found ",
    "Only changes that aim at ",
    "Efforts are in the levers' own units",
    "A settlement that leaves",
    "The change of ‹",
    "‹",
)


def test_no_sentence_commands_ranks_or_claims_truth() -> None:
    told = [text for found in everything() for text in sentences(found)]
    assert len(told) > 40
    for text in told:
        assert not FORBIDDEN.search(text), text
        assert text.startswith(OPENINGS), text
        assert text.endswith("."), text
        if " of the combinations of assumptions tried" in text:
            assert "this describes the assumptions, not the world" in text


def test_results_are_plain_and_repeatable() -> None:
    text = CHANCE + ENVOYS + MONITORS.replace("HOLDER", "south")
    one, two = (offramps(read(text), at_least=0.4, draws=32, seed=9) for _ in range(2))
    assert json.dumps(as_json(one), allow_nan=False) == json.dumps(as_json(two), allow_nan=False)
    first = as_json(one)["offramps"][0]
    assert {
        "lever",
        "from",
        "to",
        "effort",
        "holders",
        "probability_before",
        "probability_after",
        "works",
        "imposed",
        "gains",
    } <= first.keys()
    rows = one.table
    assert len(rows) == sum(max(1, len(ramp.changes)) for ramp in one.found)
    assert len(figure(one)) == len(one.frontier)
    for front in one.frontier:
        assert (np.diff(front.probability) >= 0).all()
        assert (np.diff(front.effort) >= 0).all()


def test_every_pair_beats_both_of_its_levers_or_shares_the_effort() -> None:
    text = CHANCE + ENVOYS + AGENDA + MONITORS.replace("HOLDER", "south")
    found = by_levers(offramps(read(text), at_least=0.4, draws=0))
    for levers, ramp in found.items():
        if len(levers) == 2:
            alone = [found[name,] for name in levers if (name,) in found]
            for one, holder in itertools.product(alone, one_holder(ramp, alone)):
                assert ramp.effort[holder] < one.effort.get(holder, math.inf)


def one_holder(ramp, alone):
    """The holders whose effort the pair lowers, where a lever alone is theirs."""
    return [h for h in ramp.effort if all(h in one.effort for one in alone)]


# levers on assumptions that do not take every number

STEPS = """
offramp: 1
title: Steps
parties: {north: {precision: 1}, south: {precision: 1}}
parameters:
  teams: TEAMS
  pause: {value: 0.1, range: "uniform(0.05, 0.2)"}
  worth_of: {each: {0: 0.1, 1: 0.1, 2: 0.2, 3: 0.45, 4: 0.5}}
round:
  - name: fate
    by: nature
    moves: {deal: {odds: "ODDS", end: deal}, apart: {odds: rest, end: apart}}
outcomes: {deal: {kind: agreement, pay: {north: 1, south: 1}}, apart: {kind: stalemate}}
rounds: 1
at_end: apart
levers:
  more: {parameter: teams, towards: higher, held_by: north, effort: {cost: 1, per: 1}, limit: LIMIT}
"""


def stepped(teams: str, odds: str, limit: float, more: str = "") -> str:
    text = STEPS.replace("TEAMS", teams).replace("ODDS", odds).replace("LIMIT", str(limit))
    return text + more


@pytest.mark.parametrize(
    ("teams", "odds", "limit", "wanted", "to", "probability"),
    [
        # 0.1 + 0.03 teams >= 0.5 from 13.3 on
        ('{value: 0, range: "choice(0, 1, 2)"}', "0.1 + 0.03 * teams", 20, 0.5, 14, 0.52),
        ('{value: 3, range: "choice(1, 2, 3, 5)"}', "0.05 * teams", 12.7, 0.449, 9, 0.45),
        # read by a family, without a range
        ("1", "worth_of[teams]", 4, 0.4, 3, 0.45),
        ("0", "worth_of[teams + 1]", 3, 0.15, 1, 0.2),
        # some numbers only, and the limit
        ('{value: 0.1, range: "choice(0.1, 0.25, 0.4)"}', "teams", 0.8, 0.2, 0.25, 0.25),
        ('{value: 0.1, range: "choice(0.1, 0.25, 0.4)"}', "teams", 0.8, 0.5, 0.8, 0.8),
    ],
)
def test_a_lever_stops_where_its_assumption_has_a_value(
    teams: str, odds: str, limit: float, wanted: float, to: float, probability: float
) -> None:
    (ramp,) = offramps(read(stepped(teams, odds, limit)), at_least=wanted, draws=16, seed=1).found
    (change,) = ramp.changes
    assert change.to == to
    assert change.effort == pytest.approx(to - change.start)
    assert ramp.after == pytest.approx(probability)
    told = " ".join(sentences(ramp))
    assert "takes whole numbers only" in told or "takes some values only" in told
    assert "jumps" not in told


def test_the_smallest_whole_steps_of_two_levers() -> None:
    """0.05 teams + pause >= 0.28: of (4, -), (3, 0.13) and (2, 0.18) the last is the least."""
    more = (
        "  longer: {parameter: pause, towards: higher, held_by: north, "
        "effort: {cost: 1, per: 0.1}, limit: 0.2}\n"
    )
    text = stepped('{value: 0, range: "choice(0, 1, 2, 3)"}', "0.05 * teams + pause", 5, more)
    found = by_levers(offramps(read(text), at_least=0.28, draws=0))
    assert set(found) == {("more",), ("more", "longer")}  # a longer pause alone: 0.2 at most
    assert found["more",].changes[0].to == 4
    teams, pause = found["more", "longer"].changes
    assert teams.to == 2
    assert pause.to == pytest.approx(0.18, abs=1e-5)


def test_a_limit_less_than_one_step_away_is_told() -> None:
    text = stepped('{value: 0, range: "choice(0, 1, 2)"}', "0.1 + 0.3 * teams", 0.6)
    found = offramps(read(text), at_least=0.2, draws=0)
    assert not found.found
    (left,) = found.excluded
    assert "takes whole numbers" in left_out_sentence(left)
    assert "0.6 is less than 1 away" in left_out_sentence(left)


def test_nearest_in_whole_steps() -> None:
    text = stepped('{value: 0, range: "choice(0, 1, 2)"}', "0.1 + 0.03 * teams", 7.5)
    found = offramps(read(text), at_least=0.9, draws=0)
    assert found.nearest is not None
    assert found.nearest.changes[0].to == 7


def test_every_lever_has_its_curve_also_where_nothing_is_missing() -> None:
    text = CHANCE + ENVOYS + MONITORS.replace("HOLDER", "south")
    for at_least in (0.4, 0.1):  # the second is so without any change
        envoys, monitors = offramps(read(text), at_least=at_least, draws=0).curves
        assert envoys.probability == pytest.approx(chance(envoys.values, 0.1, 0.2))
        assert monitors.danger == pytest.approx(1 - chance(0.2, 0.1, monitors.values))
        assert (envoys.values[0], envoys.values[-1]) == (0.2, 0.6)
        assert envoys.effort[-1] == pytest.approx(4)
        assert monitors.best == pytest.approx(chance(0.2, 0.1, 0.05))


def test_half_of_what_is_missing_is_asked_for_where_nobody_says_how_much() -> None:
    rare = offramps(read(CHANCE + ENVOYS), draws=0)
    assert (rare.at_least, rare.halved) == (0.5, False)
    often = CHANCE.replace("hurry: {value: 0.1}", "hurry: {value: 0.6}")
    often = often.replace("slide: {value: 0.2", "slide: {value: 0.05")
    found = offramps(read(often + ENVOYS), draws=0)
    before = chance(0.2, 0.6, 0.05)
    assert found.before == pytest.approx(before)
    assert found.at_least == pytest.approx((1 + before) / 2)
    assert found.halved
    assert not found.met
    assert "which halves what is missing" in sentences(found)[0]


def test_a_change_to_the_limit_names_the_limit() -> None:
    """Not what rounding makes of it, as 1.9e-16 for 0."""
    lever = ENVOYS.replace("towards: higher", "towards: lower").replace("0.6", "0")
    text = CHANCE.replace("drift: {odds: slide", "drift: {odds: slide * talk") + lever
    found = offramps(read(text), at_least=0.6, draws=0)
    assert [one.values[-1] for one in found.curves] == [0.0]
    from offramp.study.offramps.levers import Handle

    handle = Handle("l", "l", "a", 0, 0.25, 0.0, 1.0, (0,), "")
    assert handle.value(1 - 1e-15) == 0.0
    assert handle.value(0.5) == 0.125


def test_mixes_of_the_same_levers_are_one_group() -> None:
    text = CHANCE + ENVOYS + AGENDA + MONITORS.replace("HOLDER", "south")
    found = offramps(read(text), at_least=0.7, draws=0)
    for group in found.groups:
        moved = [{one.lever for one in found.found[i].changes if one.part >= 0.05} for i in group]
        assert all(one == moved[0] for one in moved)
    assert sorted(itertools.chain(*found.groups)) == [*range(len(found.found))]
    assert len(found.groups) < len(found.found)
    count, kinds = len(found.found), len(found.groups)
    assert f"{count} changes, of {kinds} sets of levers or steps, were found" in (
        sentences(found)[0].replace("\u00a0", " ")
    )
