"""The yardstick itself against games solved by hand."""

from __future__ import annotations

from math import exp, log
from pathlib import Path

import numpy as np
import pytest

from .generate import scenario_text
from .naive import NaiveError, Scope, median, parsed, play_of, solve_text, value_of
from .play import Curve, solve_unlimited

WORKED = (Path(__file__).parent / "worked_example.yaml").read_text(encoding="utf-8")


def test_the_worked_example_has_its_published_numbers():
    result = solve_text(WORKED, moves=True)
    assert result["nodes"] == 45
    assert result["outcomes"] == pytest.approx(
        {"settlement": 0.9905097324978, "disaster": 0.0094902675022, "unresolved": 0}, abs=1e-10
    )
    assert result["payoff"] == pytest.approx(
        {"north": 0.7254098224433, "south": 0.1238899593880}, abs=1e-10
    )
    assert result["rounds"] == pytest.approx(1.1168069226859, abs=1e-10)
    first = result["moves"][0, "propose", (1, 0, 0)]
    expected = {"hold": 0.2513035662, "offer": 0.1489418197, "demand": 0.5997546141}
    assert first == pytest.approx(expected, abs=1e-10)


def test_a_far_limit_comes_close_to_no_limit():
    """Few plays last 40 rounds, so that the two can hardly differ."""
    free = solve_text(WORKED)
    bound = solve_text(WORKED.replace("unlimited", "40\nat_end: disaster"))
    assert bound["outcomes"] == pytest.approx(free["outcomes"], abs=1e-6)
    assert bound["payoff"] == pytest.approx(free["payoff"], abs=1e-6)
    assert bound["rounds"] == pytest.approx(free["rounds"], abs=1e-6)
    assert bound["nodes"] > 1000


CHOICE = """
parties: {north: {precision: 2}, south: {precision: 1}}
round:
  - name: choose
    by: north
    moves:
      a: {end: one, pay: {north: 0.3}}
      b: {end: two}
      c: {end: two, pay: {north: -0.5, south: 2}}
outcomes: {one: {kind: war, pay: {south: 1}}, two: {kind: war, pay: {north: 0.1}}}
rounds: 1
at_end: two
"""


@pytest.mark.parametrize("entropy", [False, True])
def test_one_decision_is_the_logit_formula(entropy):
    result = solve_text(CHOICE + "values: entropy\n" * entropy)
    weights = np.exp(2 * np.array([0.3, 0.1, -0.4]))
    sigma = weights / weights.sum()
    assert result["nodes"] == 1
    assert result["outcomes"] == pytest.approx(
        {"one": sigma[0], "two": sigma[1] + sigma[2], "unresolved": 0}, abs=1e-14
    )
    north, south = sigma @ [0.3, 0.1, -0.4], sigma @ [1, 0, 2]
    assert result["payoff"] == pytest.approx({"north": north, "south": south}, abs=1e-14)
    own = (log(weights.sum()) - log(3)) / 2 if entropy else north
    assert result["value"] == pytest.approx({"north": own, "south": south}, abs=1e-14)
    assert result["rounds"] == 0


@pytest.mark.parametrize("entropy", [False, True])
def test_two_steps_are_backward_induction(entropy):
    result = solve_text(
        """
parties: {north: {precision: 3}, south: {precision: 5}}
round:
  - {name: first, by: north, moves: {stop: {end: peace}, dare: {pay: {north: 0.2}}}}
  - {name: second, by: south, moves: {yield_it: {end: won}, fight: {end: lost}}}
outcomes:
  peace: {kind: agreement}
  won: {kind: capitulation, pay: {north: 1, south: -0.5}}
  lost: {kind: war, pay: {north: -1, south: -0.7}}
rounds: 1
at_end: peace
"""
        + "values: entropy\n" * entropy
    )
    fight = 1 / (1 + exp(5 * 0.2))
    q = 0.2 + (1 - fight) - fight
    dare = 1 / (1 + exp(-3 * q))
    assert result["outcomes"]["lost"] == pytest.approx(dare * fight, abs=1e-14)
    assert result["outcomes"]["peace"] == pytest.approx(1 - dare, abs=1e-14)
    assert result["payoff"]["north"] == pytest.approx(dare * q, abs=1e-14)
    if entropy:
        assert result["value"]["north"] == pytest.approx(log((1 + exp(3 * q)) / 2) / 3, abs=1e-14)
        second = log((exp(-5 * 0.5) + exp(-5 * 0.7)) / 2) / 5
        assert result["value"]["south"] == pytest.approx(dare * second, abs=1e-14)


GEOMETRIC = """
parties: {north: {precision: 1, patience: 0.9}}
parameters: {p: 0.2}
state: {seen: {range: [0, 3], start: 0}}
round:
  - name: luck
    by: nature
    moves:
      stop: {odds: p, end: over, pay: {north: 1}}
      more: {odds: rest, then: {seen: "min(seen + 1, 3)"}, pay: {north: 0.1}}
outcomes: {over: {kind: stalemate, pay: {north: 2}, by: seen}}
rounds: unlimited
"""


def test_geometric_absorption():
    result = solve_text(GEOMETRIC)
    assert result["nodes"] == 4
    assert result["outcomes"] == pytest.approx({"over": 1, "unresolved": 0}, abs=1e-14)
    by = {"0": 0.2, "1": 0.16, "2": 0.128, "3": 0.512}
    assert result["outcomes_by"]["over"] == pytest.approx(by, abs=1e-13)
    assert result["rounds"] == pytest.approx(4, abs=1e-12)
    value = (0.2 * 3 + 0.8 * 0.1) / (1 - 0.9 * 0.8)
    assert result["payoff"]["north"] == pytest.approx(value, abs=1e-13)
    cumulative = [1 - 0.8**n for n in range(1, 7)]
    assert result["by_round"]["over"] == pytest.approx(cumulative, abs=1e-13)


def test_a_limit_discounts_its_end_by_one_further_round():
    text = GEOMETRIC.replace("rounds: unlimited", "rounds: 2\nat_end: tired")
    tired = "outcomes: {tired: {kind: stalemate, pay: {north: 5 + seen}}, "
    result = solve_text(text.replace("outcomes: {", tired))
    assert result["nodes"] == 2  # round 1 with 0 seen, round 2 with 1
    assert result["outcomes"]["tired"] == pytest.approx(0.64, abs=1e-14)
    late = 0.2 * 3 + 0.8 * (0.1 + 0.9 * 7)
    expected = 0.2 * 3 + 0.8 * (0.1 + 0.9 * late)
    assert result["payoff"]["north"] == pytest.approx(expected, abs=1e-14)
    assert result["rounds"] == pytest.approx(0.8, abs=1e-14)  # round 2 completed does not count
    assert result["by_round"]["tired"] == pytest.approx([0, 0.64], abs=1e-14)


def test_a_variable_of_the_round_is_reset_before_at_end_but_not_before_other_ends():
    result = solve_text(
        """
parties: {north: {precision: 1}}
state: {flag: {range: [0, 1], start: 0, scope: round}, n: {range: [1, 2], start: 1}}
round:
  - {name: raise_it, by: north, moves: {up: {then: {flag: 1}}}}
  - name: luck
    by: nature
    moves:
      stop: {odds: flag / 4, end: over, then: {n: n + flag}}
      more: {odds: rest}
outcomes:
  over: {kind: war, pay: {north: 10 * flag + n}, by: n}
  tired: {kind: stalemate, pay: {north: -flag}}
rounds: 3
at_end: tired
"""
    )
    assert result["nodes"] == 6  # in every round flag is 0 at its first step, 1 at its second
    assert result["outcomes_by"] == {"over": {"2": pytest.approx(1 - 0.75**3)}}
    assert result["payoff"]["north"] == pytest.approx(12 * (1 - 0.75**3), abs=1e-13)


def test_a_closed_class_is_unresolved():
    result = solve_text(
        """
parties: {north: {precision: 1, patience: 0.5}}
state: {stuck: {range: [0, 1], start: 0}}
round:
  - name: luck
    by: nature
    moves:
      stop: {when: not stuck, odds: 0.1, end: over}
      stick: {odds: 0.3, then: {stuck: 1}}
      more: {odds: rest, pay: {north: stuck}}
outcomes: {over: {kind: war}}
rounds: unlimited
"""
    )
    assert result["outcomes"] == pytest.approx({"over": 0.25, "unresolved": 0.75}, abs=1e-14)
    assert result["rounds"] is None
    stuck = 0.7 / (1 - 0.5)
    assert result["payoff"]["north"] == pytest.approx(
        0.5 * 0.3 * stuck / (1 - 0.5 * 0.6), abs=1e-14
    )


STOP_OR_GO = """
parties: {north: {precision: 4, patience: 0.95}}
round: [{name: act, by: north, moves: {stop: {end: over}, go: {pay: {north: 0.08}}}}]
outcomes: {over: {kind: stalemate}}
rounds: unlimited
"""


def test_the_branch_is_the_one_from_precision_zero():
    """One decision with three equilibria under the payoff convention; one under entropy."""
    value = solve_text(STOP_OR_GO)["value"]["north"]
    fixed, ladder = 0.0, np.linspace(0, 4, 4001)
    for precision in ladder:  # the lowest equilibrium at every precision: iteration from below
        for _ in range(60 if precision < 4 else 5000):
            q = 0.08 + 0.95 * fixed
            fixed = q / (1 + exp(-precision * q))
    assert value == pytest.approx(fixed, abs=1e-9)
    assert value == pytest.approx(0.218, abs=1e-3)
    value = solve_text(STOP_OR_GO + "values: entropy\n")["value"]["north"]
    q = 0.08 + 0.95 * value
    assert value == pytest.approx(log((1 + exp(4 * q)) / 2) / 4, abs=1e-13)


@pytest.mark.parametrize("entropy", [False, True])
def test_the_derivatives_of_the_equations(entropy):
    _, play = play_of(WORKED + "values: entropy\n" * entropy)
    curve, rng = Curve(play), np.random.default_rng(1)
    point = np.append(rng.normal(size=curve.unknowns) / 5, 0.7)
    way = rng.normal(size=curve.unknowns + 1)
    _, jacobian, slope = curve.parts(point)
    change = (curve.parts(point + 1e-6 * way)[0] - curve.parts(point - 1e-6 * way)[0]) / 2e-6
    assert jacobian @ way[:-1] + slope * way[-1] == pytest.approx(change, abs=1e-7)


@pytest.mark.parametrize("seed", range(4))
def test_shorter_steps_along_the_curve_change_nothing(seed):
    _, play = play_of(scenario_text(seed, entropy=seed % 2 == 1))
    long, short = solve_unlimited(play), solve_unlimited(play, longest=0.02)
    assert long.value == pytest.approx(short.value, abs=1e-11)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2 ** 2", -4),
        ("2 ** -1", 0.5),
        ("2 ** 3 ** 2", 512),
        ("1 - 2 - 3", -4),
        ("8 / 4 / 2", 1),
        ("1 < 2 <= 2", 1),
        ("3 > 2 > 1 == 1", 1),
        ("not 1 == 2", 1),
        ("0.5 * (2 and 3)", 0.5),
        ("0 and 1 / 0", 0),
        ("1 or 1 / 0", 1),
        ("if(0, 1 / 0, 7)", 7),
        ("if (1, 2, 1 / 0)", 2),
        ("clip(5, 0, 3) + max(1, 2, 3) - min(4, 3)", 3),
        ("abs(-2) + exp(0) + log(1) + sqrt(4)", 5),
    ],
)
def test_expressions(text, value):
    assert value_of(parsed(text), Scope({})) == value


def test_what_is_no_expression():
    for text in ("'a'", "a.b", "f(1)", "[1]", "1 if 2 else 3", "1 // 2", "5 % 2", "True", "x"):
        with pytest.raises(NaiveError):
            value_of(parsed(text), Scope({}))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("uniform(1, 2)", 1.5),
        ("triangular(0, 0.5, 1)", 0.5),
        ("triangular(0, 0, 1)", 1 - 0.5**0.5),
        ("pert(0, 2, 4)", 2),
        ("normal(-1, 3)", -1),
        ("lognormal(0.5, 2)", exp(0.5)),
        ("beta(1, 1)", 0.5),
        ("beta(1, 3)", 1 - 0.5 ** (1 / 3)),
        ("choice(3, 1, 2)", 2),
        ("choice(4, 1, 3, 2)", 2),
    ],
)
def test_medians(text, value):
    assert median(text) == pytest.approx(value, abs=1e-12)


def test_worth_families_and_derived_parameters():
    """Everything is put into one pay and read back from the payoff."""
    text = """
parties: {north: {precision: 1}, south: {precision: 1}}
parameters:
  early: {value: "2 * late + cost[south]"}
  late: {range: "uniform(0, 1)"}
  cost: {each: {north: 1, south: {value: 10 * late}}}
  slide: {each: {calm: 100, hot: 200, wild: 300}}
  toll: {each: {-1: 1000, 0: 2000, 1: 3000}}
  bonus: {each: {deal: 10000, none: 20000}}
issues:
  land: {options: [low, high], weight: {north: late}, worth: {north: [0, 4e5]}}
  gold: {options: [some], weight: {north: 1, south: 1}, worth: {north: [1e6], south: [7]}}
packages: {deal: {land: high}, other: {land: high, gold: some}}
state:
  rung: {levels: [calm, hot], start: hot}
  mood: {levels: [calm, hot, wild], start: 2}
  table: {levels: [none, deal], start: deal}
  depth: {range: [-2, "1 - 1"], start: -2}
round: [{name: act, by: north, moves: {only: {pay: {north: PAY}, end: over}}}]
outcomes: {over: {kind: war}}
rounds: 1
at_end: over
"""
    for pay, value in {
        "early": 6,
        "cost[north]": 1,
        "slide[rung] + slide[mood] + slide[calm]": 600,
        "toll[depth + 1] + toll[-1 + 0] + toll[rung]": 5000,
        "bonus[table] + bonus[none]": 30000,
        "worth[north, table] + worth[south, table]": 2e5,
        "worth[north, other] + worth[south, other]": 1.2e6 + 7,
        "worth[north, none]": 0,
    }.items():
        result = solve_text(text.replace("PAY", f'"{pay}"'))
        assert result["payoff"]["north"] == pytest.approx(value)


def test_generated_texts_are_valid_and_repeatable():
    for seed in (0, 1, 4):
        for limit, entropy in ((None, False), (None, True), (3, False)):
            text = scenario_text(seed, limit=limit, entropy=entropy)
            assert text == scenario_text(seed, limit=limit, entropy=entropy)
            assert sum(solve_text(text)["outcomes"].values()) == pytest.approx(1, abs=1e-12)
