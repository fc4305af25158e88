"""What must not change an equilibrium: names, orders, dead weight, halves, shifts and scales.

Worth at the start is compared under the slow reference solver.
"""

from __future__ import annotations

import ast
import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from offramp.game import Game, build
from offramp.scenario import Scenario, read
from offramp.testing.reference_solver import solve_plainly
from offramp.testing.strategies import Words, scenario_words

from ..oracle.generate import scenario_text

MOST = 40
lawful = settings(max_examples=10)


def worth_of(game: Game) -> dict[str, float]:
    """Each party's value at the start at nominal values."""
    try:
        value, _ = solve_plainly(game.structure, game.tables(game.nominal()))
    except ArithmeticError:
        assume(False)
        raise
    return dict(zip(game.meaning.parties, value[game.structure.start].tolist(), strict=True))


def worth(words: Words | Scenario) -> dict[str, float]:
    game = build(words if isinstance(words, Scenario) else read(words))
    assume(game.structure.nodes <= MOST)
    return worth_of(game)


def moves_of(words: Words) -> list[Words]:
    return [move for step in words["round"] for move in step["moves"].values()]


def same(one: dict[str, float], other: dict[str, float]) -> None:
    assert other == pytest.approx(one, abs=1e-9)


@lawful
@given(scenario_words())
def test_merging_changes_no_value(words: Words) -> None:
    scenario = read(words)
    merged, full = build(scenario), build(scenario, watched=scenario.state)
    assume(full.structure.nodes <= MOST)
    assert merged.nodes <= full.nodes
    assert merged.structure.nodes <= full.structure.nodes
    same(worth_of(merged), worth_of(full))


@pytest.mark.parametrize(
    ("seed", "limit"), [(7, None), (14, None), (21, None), (4, 2), (23, 2), (25, 2)]
)
def test_merging_changes_no_value_of_a_generated_crisis(seed: int, limit: int | None) -> None:
    """Of these the liveness of variables merges some nodes; values agree in every full state."""
    scenario = read(scenario_text(seed, limit=limit))
    merged, full = build(scenario), build(scenario, watched=scenario.state)
    assert merged.structure.nodes < full.structure.nodes
    value, strategy = solve_plainly(merged.structure, merged.tables(merged.nominal()))
    whole, _ = solve_plainly(full.structure, full.tables(full.nominal()))
    assert whole[0] == pytest.approx(value[0], abs=1e-9)
    spread = merged.unmerged_strategy(strategy[None, :])
    assert spread.shape == (1, len(merged.reached.target))
    assert np.add.reduceat(spread[0], merged.reached.first[:-1]) == pytest.approx(1)
    everywhere, _ = solve_plainly(merged.unmerged, merged.tables(merged.nominal()))
    assert everywhere == pytest.approx(value[merged.merged.node], abs=1e-9)


@lawful
@given(scenario_words())
def test_a_variable_that_nothing_reads_changes_no_value(words: Words) -> None:
    more = copy.deepcopy(words)
    more["state"]["idle"] = {"range": [0, 3], "start": 1}
    for number, move in enumerate(moves_of(more)):
        move.setdefault("then", {})["idle"] = number % 4
    game, heavier = build(read(words)), build(read(more))
    assume(game.structure.nodes <= MOST)
    assert heavier.structure.nodes == game.structure.nodes
    assert heavier.nodes >= game.nodes
    same(worth_of(game), worth_of(heavier))


@lawful
@given(scenario_words())
def test_what_cannot_be_reached_changes_no_value(words: Words) -> None:
    more = copy.deepcopy(words)
    more["state"]["gate"] = {"range": [0, 5], "start": 0}
    more["outcomes"]["never"] = {"kind": "catastrophe", "pay": {"north": "-1 / 0"}}
    for step in more["round"]:
        odds = {"odds": 0.5} if step["by"] == "nature" else {}
        step["moves"]["never"] = {
            "when": "gate > 0",
            "then": {"gate": "gate + 7"},
            "end": "never",
        } | odds
    game, wider = build(read(words)), build(read(more))
    assume(game.structure.nodes <= MOST)
    assert (wider.nodes, wider.structure.nodes) == (game.nodes, game.structure.nodes)
    same(worth_of(game), worth_of(wider))


@lawful
@given(scenario_words(), st.randoms(use_true_random=False))
def test_the_order_of_parties_moves_and_variables_does_not_matter(words: Words, rng: Any) -> None:
    other = copy.deepcopy(words)

    def shuffled(entries: dict[str, Any]) -> dict[str, Any]:
        items = list(entries.items())
        rng.shuffle(items)
        return dict(items)

    for section in ("parties", "state", "outcomes", "parameters"):
        other[section] = shuffled(other[section])
    for step in other["round"]:
        step["moves"] = shuffled(step["moves"])
    same(worth(words), worth(other))


@lawful
@given(scenario_words())
def test_names_do_not_matter(words: Words) -> None:
    """Parties get new names, which come in another alphabetic order."""
    text = str(words)
    new = {"north": "zulu", "south": "mike", "east": "alfa"}
    for old, name in new.items():
        text = text.replace(old, name)
    renamed = worth(ast.literal_eval(text))
    same({new[party]: value for party, value in worth(words).items()}, renamed)


@lawful
@given(scenario_words())
def test_a_chance_move_may_be_told_in_two_halves(words: Words) -> None:
    halved = copy.deepcopy(words)
    for step in halved["round"]:
        if step["by"] == "nature":
            for name, move in list(step["moves"].items()):
                if move["odds"] != "rest":
                    move["odds"] = f"({move['odds']}) / 2"
                step["moves"][f"{name}_again"] = copy.deepcopy(move)
    same(worth(words), worth(halved))


@lawful
@given(scenario_words(), st.sampled_from((0.125, 0.5, 4, 1000)))
def test_payoffs_may_be_counted_in_another_unit(words: Words, unit: float) -> None:
    """All pays times a unit, all precisions divided by it: the same play, values times the unit."""
    scaled = copy.deepcopy(words)
    for paid in (*moves_of(scaled), *scaled["outcomes"].values()):
        paid["pay"] = {party: f"({pay}) * {unit}" for party, pay in paid.get("pay", {}).items()}
    for party in scaled["parties"].values():
        party["precision"] = f"({party['precision']}) / {unit}"
    values = {party: value * unit for party, value in worth(words).items()}
    assert worth(scaled) == pytest.approx(values, rel=1e-8, abs=1e-9 * max(unit, 1))


@lawful
@given(scenario_words(), st.sampled_from((-3, 0.25, 10)))
def test_a_sum_that_comes_in_any_case_changes_no_play(words: Words, gift: float) -> None:
    """North gets the gift with every outcome, its interest with every round that is completed."""
    shifted = copy.deepcopy(words)
    interest = gift * (1 - shifted["parties"]["north"]["patience"])

    def raised(paid: Words, by: float) -> None:
        paid.setdefault("pay", {})
        paid["pay"]["north"] = f"({paid['pay'].get('north', 0)}) + {by}"

    for outcome in shifted["outcomes"].values():
        raised(outcome, gift)
    for move in shifted["round"][-1]["moves"].values():
        if "end" not in move:
            raised(move, interest)
    values = worth(words)
    same({**values, "north": values["north"] + gift}, worth(shifted))


@lawful
@given(scenario_words(entropy=False))
def test_more_precise_by_the_ladder_is_more_precise_by_the_text(words: Words) -> None:
    """Tables with every precision doubled are those of the text with every precision doubled."""
    from offramp.game import with_precision

    double = copy.deepcopy(words)
    for party in double["parties"].values():
        party["precision"] = f"2 * ({party['precision']})"
    game, other = build(read(words)), build(read(double))
    one = with_precision(game.tables(game.nominal()), 2)
    assert np.allclose(one.precision, other.tables(other.nominal()).precision)
