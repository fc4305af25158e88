"""Draws, claims, accounts, levers, sweeps and emulators over switches."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

import offramp
from offramp.core.errors import ResultError
from offramp.game import build, fix, nominal_draw
from offramp.scenario import parse_query, read, understand, with_values
from offramp.study import evaluate_queries
from offramp.study.accounts.comparison import compare
from offramp.study.claims.checking import check
from offramp.study.offramps.proposals import offramps
from offramp.study.runs.effects import mechanism_effects
from offramp.study.sensitivity.hanging_on import sensitivity
from offramp.study.solving.experiment import Mixture, outcomes, solve_all
from offramp.study.solving.precisions import at_precisions, odds_of
from offramp.study.solving.workspace import Workspace
from tests.scenario.test_switches import MECHANISM, USING

TEXT = """offramp: 1
title: A bridge
parties:
  east: {patience: 0.9, precision: 6}
  west: {patience: 0.9, precision: 6}
parameters:
  cost: {value: 0.08, range: "uniform(0.04, 0.12)"}
  fear: {value: 0.3, range: "uniform(0.1, 0.5)"}
  silent: {value: 0.02, range: "uniform(0, 0.04)"}
switches:
  draft: {options: [absent, present], value: absent, range: "choice(absent, present)"}
  word: {options: [soft, firm], value: soft, range: "choice(soft, firm)"}
state:
  table: {levels: [empty, share, middle], start: empty}
  workers: {levels: [home, sent], start: home}
round:
  - name: propose
    by: east
    moves:
      hold: {pay: {east: -cost - silent}}
      offer: {when: table == empty, then: {table: share}}
      draft_it: {when: draft == present and table == share, then: {table: middle}}
      send: {when: workers == home, then: {workers: sent}, pay: {east: -fear}}
  - name: answer
    by: west
    moves:
      refuse: {pay: {west: "-cost * (1 + workers) - 0.1 * (word == firm)"}}
      accept: {when: table != empty, end: shared}
      close: {end: closed}
outcomes:
  shared: {kind: agreement, by: table, pay: {east: 0.5, west: "0.1 + 0.4 * (table == middle)"}}
  closed: {kind: stalemate, pay: {east: -0.4, west: 0.2}}
rounds: unlimited
claims:
  seen: {says: Seen., holds_when: "P(shared | do(east.propose = send, once)) > P(shared)"}
  unseen: {says: Unseen., holds_when: "P(shared | surprise(east.propose = send)) > P(shared)"}
accounts:
  one: {asserts: [draft], switches: {draft: present, word: firm}, start: {table: share}}
  two: {bar: [east.propose = send], parameters: {cost: 0.05}}
levers:
  publish: {switch: draft, to: present, held_by: [east], effort: 1}
"""


@pytest.fixture(scope="module")
def scenario() -> offramp.Scenario:
    return read(TEXT)


def test_a_dataset_over_switches_is_that_of_each_draw_by_itself(scenario: offramp.Scenario) -> None:
    game = build(scenario)
    draws = game.draws(16, 3)
    found = solve_all(game, draws)
    assert isinstance(found, Mixture)
    assert len(found.parts) == 2  # the word changes pays only
    dataset = outcomes(found, rounds=2)
    for row in range(16):
        one = outcomes(solve_all(game, draws.rows(np.array([row]))), rounds=2)
        for name in ("probability", "payoff", "rounds", "move_uses", "parameters", "by_round"):
            assert dataset[name].values[row] == pytest.approx(one[name].values[0], abs=1e-13)
        ends = dict(zip(one.package_end.values, one.probability_by.values[0], strict=True))
        for label, value in zip(
            dataset.package_end.values, dataset.probability_by.values[row], strict=True
        ):
            assert value == pytest.approx(ends.get(label, 0.0), abs=1e-13)
    assert dataset.draw.values.tolist() == list(range(16))


def test_a_run_over_switches_tells_all_that_it_tells_elsewhere(scenario: offramp.Scenario) -> None:
    found = offramp.investigate(scenario, draws=16, seed=3)
    told = offramp.summary(found)
    assert told["draws"]["solved"] == 16
    assert set(told["outcomes_by"]["shared"]) == {"share", "middle"}
    assert told["claims"]["seen"]["manner"] == "foreseen"
    assert told["claims"]["unseen"]["manner"] == "as a surprise"
    assert "come as a surprise" in told["claims"]["unseen"]["sentence"]
    assert set(told["precisions"]) == {"", "one", "two"}
    assert offramp.report(found)


def brute(scenario: offramp.Scenario, quantity: str) -> dict[str, float]:
    """Shapley values over all coalitions of what tells the two accounts apart."""
    parts = {
        "draft": {"draft": (1.0, 0.0)},
        "word": {"word": (1.0, 0.0)},
        "start": {"start table": (1.0, 0.0)},
        "bar propose.send": {"bar propose.send": (0.0, 1.0)},
        "cost": {"cost": (0.08, 0.05)},
    }
    meaning = understand(scenario)
    query, names = parse_query(quantity, meaning), list(parts)

    def worth(taken: frozenset[str]) -> float:
        values = {
            assumption: pair[part in taken]
            for part, own in parts.items()
            for assumption, pair in own.items()
        }
        draws = fix(meaning, nominal_draw(meaning), values)
        return float(evaluate_queries(meaning, [query], draws, traced=(0,)).values[0, 0])

    found = {}
    for name in names:
        rest = [one for one in names if one != name]
        found[name] = 0.0
        for size in range(len(names)):
            weight = 1 / (len(names) * math.comb(len(rest), size))
            for chosen in itertools.combinations(rest, size):
                before = frozenset(chosen)
                found[name] += weight * (worth(before | {name}) - worth(before))
    return found


def test_attribution_over_switches_is_that_by_brute_force(scenario: offramp.Scenario) -> None:
    found = compare(scenario, ("one", "two"), "P(shared)", draws=0, seed=1)
    wanted = brute(scenario, "P(shared)")
    assert {one.group: one.nominal for one in found.contributions} == pytest.approx(
        wanted, abs=1e-10
    )
    standing = {one.group: one.standing for one in found.contributions}
    assert standing["draft"] == ("stated", "silent")
    assert standing["word"] == ("analyst", "silent")
    assert standing["start"] == ("stated", "silent")
    assert standing["bar propose.send"] == ("silent", "stated")
    assert not {"fear", "silent"} & {one.group for one in found.contributions}


def test_attribution_over_draws_adds_up(scenario: offramp.Scenario) -> None:
    found = compare(scenario, ("one", "two"), "P(shared)", draws=8, seed=1)
    assert found.counted == 8
    first, second = found.mean
    assert first is not None
    assert second is not None
    parts = [one.mean for one in found.contributions if one.mean is not None]
    assert len(parts) == len(found.contributions)
    assert sum(parts) == pytest.approx(second - first, abs=1e-10)


def test_a_lever_puts_a_switch_to_its_option(scenario: offramp.Scenario) -> None:
    meaning = understand(scenario)
    query = parse_query("P(shared | set(draft = present))", meaning)
    put = float(evaluate_queries(meaning, [query]).values[0, 0])
    found = offramps(scenario, at_least=put - 0.01, draws=8, seed=1)
    (ramp,) = [one for one in found.found if one.changes]
    (change,) = ramp.changes
    assert (change.option(change.start), change.option(change.to)) == ("absent", "present")
    assert ramp.after == pytest.approx(put, abs=1e-10)
    assert ramp.effort == {"east": 1.0}


def test_shares_of_the_variance_know_switches(scenario: offramp.Scenario) -> None:
    found = sensitivity(scenario, "P(shared)", points=32, seed=1, menu=False)
    assert found.indices is not None
    assert {"draft", "word"} <= set(found.indices.groups)
    assert {one.assumption for one in found.local} == {"cost", "fear", "silent"}


def test_a_sweep_is_the_same_whatever_its_parts(scenario: offramp.Scenario, tmp_path: Path) -> None:
    whole = offramp.sweep(scenario, tmp_path / "one.zarr", draws=24, seed=3, chunk=24)
    parts = offramp.sweep(scenario, tmp_path / "two.zarr", draws=24, seed=3, chunk=5)
    for name in ("probability", "payoff", "probability_by", "parameters"):
        assert whole[name].values == pytest.approx(parts[name].values, abs=1e-15)
    assert set(whole.package_end.values) == {"shared: share", "shared: middle"}
    assert '"draft": ["absent", "present"]' in whole.attrs["switches"]
    with pytest.raises(ResultError, match="strategies of the 2 games"):
        offramp.sweep(scenario, tmp_path / "three.zarr", draws=8, seed=3, keep=["strategy"])


def test_an_emulator_is_of_one_game(scenario: offramp.Scenario) -> None:
    draws = outcomes(solve_all(game := build(scenario), game.draws(64, 3)), rounds=0)
    with pytest.raises(ResultError, match="the switch 'draft' varies"):
        offramp.emulate(draws, scenario=scenario)


def test_verdicts_of_an_option_fixed_by_hand_are_those_of_its_draws(
    scenario: offramp.Scenario,
) -> None:
    fixed = with_values(scenario, {"draft": "present", "word": "firm"})
    (seen, _) = check(fixed, draws=16, seed=2, accounts=[""], brief=True)
    meaning = understand(fixed)
    assert not [one for one in meaning.assumptions if one.options and one.distribution is not None]
    assert seen.declared.tried == 16


def test_a_mechanism_that_a_switch_turns_off_has_an_effect(tmp_path: Path) -> None:
    (tmp_path / "watchers.yaml").write_text(MECHANISM)
    (tmp_path / "watched.yaml").write_text(USING % "")
    scenario = read(tmp_path / "watched.yaml")
    game = build(scenario)
    (effect,) = mechanism_effects(game, game.draws(8, 1))
    meaning = understand(scenario)
    both = [parse_query(text, meaning) for text in ("P(over by 2)", "P(over by 2 | off(eyes))")]
    found = evaluate_queries(meaning, both)
    assert found.status[0].tolist() == ["solved", "solved"]
    assert effect.off == {"eyes_sent": 0.0, "eyes_price": 0.0}
    assert effect.change["stalemate"] == pytest.approx(0.0, abs=1e-9)
    told = offramp.investigate(scenario, draws=8, seed=1, account="blind")
    assert offramp.report(told)


def test_a_verdict_has_the_other_manner_beside_it(scenario: offramp.Scenario) -> None:
    told = offramp.summary(offramp.investigate(scenario, draws=0))["claims"]
    state = {True: "holds", False: "does not hold"}
    assert told["seen"]["other_way"] == {"as a surprise": state[told["unseen"]["nominal"]]}
    assert told["unseen"]["other_way"] == {"foreseen": state[told["seen"]["nominal"]]}
    assert any("come as a surprise, it" in remark for remark in told["seen"]["remarks"])


def test_precision_is_told_as_odds(scenario: offramp.Scenario) -> None:
    found = at_precisions(Workspace(scenario), ("", "one"), (0.5, 1, 10))
    assert [one.asked for one in found] == [0.5, 1, 10, 0.5, 1, 10]
    assert all(one.status == "solved" and one.scale == one.asked for one in found)
    assert found[1].odds["east"] == pytest.approx(math.exp(0.6))
    assert odds_of(16.0) == pytest.approx(4.953, abs=1e-3)
    query = parse_query("P(shared)", understand(scenario))
    wanted = evaluate_queries(scenario, [query], precision_scale=10).values[0, 0]
    assert found[2].outcomes["shared"] == pytest.approx(wanted, abs=1e-12)


def test_a_game_built_at_one_option_does_not_take_another_silently(
    scenario: offramp.Scenario,
) -> None:
    game = offramp.build(scenario)
    whole = understand(scenario)
    (switch,) = whole.structural[:1]
    option = scenario.switches[switch].options[-1]
    text = f"E(rounds | set({switch} = {option}))"
    assert np.isfinite(evaluate_queries(whole, [parse_query(text, whole)]).values).all()
    with pytest.raises(offramp.OfframpError, match="built at one of them"):
        evaluate_queries(game.meaning, [parse_query(text, game.meaning)])
