"""Assumptions about the game itself: switches, definitions, starts, surprises and conditions.

Generated games against the text in which a person has fixed every switch by hand, and against
the slow reading.
"""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

import numpy as np
import pytest

from .claims import (
    Change,
    Played,
    absorbing,
    ending,
    ever,
    ever_by,
    making,
    offering,
    played,
    together,
    true_at,
    uses,
)
from .generate import scenario_text
from .naive import load, solve_text
from .test_claims import predicates
from .twists import SWITCHES, by_hand, loaded, twisted
from .words import written

offramp = pytest.importorskip("offramp")
from offramp.core.errors import OfframpError  # noqa: E402
from offramp.game import build, draw, nominal_draw  # noqa: E402
from offramp.scenario import parse_query, understand  # noqa: E402
from offramp.study import evaluate_queries  # noqa: E402

KINDS = [(None, False), (None, True), (1, False), (3, False), (3, True)]
QUICK, ALL = range(24), range(24, 200)
SEEDS = [*QUICK, *(pytest.param(seed, marks=pytest.mark.slow) for seed in ALL)]
COMBINATIONS = list(itertools.product(*(range(len(options)) for options in SWITCHES.values())))


def kind_of(seed: int) -> dict[str, Any]:
    limit, entropy = KINDS[seed % len(KINDS)]
    return {"limit": limit, "entropy": entropy}


def asked(scenario: Any) -> list[str]:
    ends = [f"P({name})" for name in scenario.outcomes]
    return [*ends, *(f"E(payoff[{party}])" for party in scenario.parties)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_combination_is_the_text_edited_by_hand(seed: int) -> None:
    """Each by itself, set in a claim and drawn, to 1e-12; and the slow reading to 1e-9."""
    text = twisted(seed, **kind_of(seed), weights=seed % 2 == 0)
    scenario = offramp.read(text)
    meaning = understand(scenario)
    plain = asked(scenario)
    names = list(SWITCHES)
    rng = Random(seed)
    for options in rng.sample(COMBINATIONS, 2):
        chosen = dict(zip(names, options, strict=True))
        hand = by_hand(text, chosen)
        words = ", ".join(f"{name} = {SWITCHES[name][place]}" for name, place in chosen.items())
        queries = [f"{query[:-1]} | set({words}))" for query in plain]
        try:
            edited = offramp.read(hand)
            wanted = evaluate_queries(edited, [parse_query(q, understand(edited)) for q in plain])
        except OfframpError:  # a step without a move, an odds that is none: so it must be in both
            with pytest.raises(OfframpError):
                evaluate_queries(meaning, [parse_query(q, meaning) for q in queries])
            continue
        found = evaluate_queries(meaning, [parse_query(q, meaning) for q in queries])
        assert found.status.tolist() == wanted.status.tolist()
        assert found.values == pytest.approx(wanted.values, abs=1e-12, rel=1e-12, nan_ok=True)
        slow = solve_text(hand)
        told = [
            *list(slow["outcomes"].values())[: len(scenario.outcomes)],
            *slow["payoff"].values(),
        ]
        assert found.values[0] == pytest.approx(told, abs=1e-9, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    "seed", [*range(8), *(pytest.param(s, marks=pytest.mark.slow) for s in range(8, 40))]
)
def test_draws_over_switches_do_not_hang_on_their_number(seed: int) -> None:
    """A draw is the same alone and among others, and is its combination fixed by hand."""
    text = twisted(seed, **kind_of(seed))
    meaning = understand(offramp.read(text))
    game = build(meaning)
    try:
        many = draw(meaning, 24, seed)
        values = evaluate_queries(
            meaning, plain := [parse_query(q, meaning) for q in asked(meaning.scenario)], many
        ).values
    except OfframpError:
        pytest.skip("some combination is no game")
    few = draw(meaning, 5, seed, first=11)
    assert (few.values == many.values[11:16]).all()
    alone = evaluate_queries(meaning, plain, few).values
    assert alone == pytest.approx(values[11:16], abs=1e-15, rel=1e-15, nan_ok=True)
    assert sum(len(rows) for rows, _ in game.parts(many)) == 24
    places = [many.names.index(name) for name in SWITCHES]
    for row in (0, 7, 23):
        chosen = {n: int(many.values[row, p]) for n, p in zip(SWITCHES, places, strict=True)}
        edited = understand(offramp.read(by_hand(text, chosen)))
        numbers = nominal_draw(edited)
        own = [many.names.index(name) for name in numbers.names]
        there = type(numbers)(numbers.names, many.values[row : row + 1, own].copy(), seed)
        queries = [parse_query(q, edited) for q in asked(edited.scenario)]
        told = evaluate_queries(edited, queries, there).values[0]
        assert values[row] == pytest.approx(told, abs=1e-12, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_move_written_twice_with_half_the_weight_changes_nothing(seed: int) -> None:
    rng = Random(seed)
    data = loaded(twisted(seed, **kind_of(seed), weights=seed % 3 == 0))
    once = written(data, Random(0))
    for step in data["round"]:
        if step["by"] == "nature":
            continue
        name = rng.choice(list(step["moves"]))
        share = rng.choice(["0.5", "0.25", "0.1"])
        own = dict(step["moves"][name] or {})
        weight = own.get("weight", 1)
        moves = {}
        for one, move in step["moves"].items():
            moves[one] = move
            if one == name:
                moves[one] = own | {"weight": f"({weight}) * {share}"}
                moves[f"{one}_again"] = own | {"weight": f"({weight}) * (1 - {share})"}
        step["moves"] = moves
    twice = written(data, Random(0))
    found = []
    for text in (once, twice):
        meaning = understand(offramp.read(text))
        try:
            queries = [parse_query(query, meaning) for query in asked(meaning.scenario)]
            found.append(evaluate_queries(meaning, queries).values)
        except OfframpError:
            found.append(np.zeros(0))
    assert found[1] == pytest.approx(found[0], abs=1e-12, rel=1e-12, nan_ok=True)


def some_change(game: Any, rng: Random, kind: str, when: str | None = None) -> Change:
    steps = [step for step in game.data["round"] if step["by"] != "nature"]
    step = rng.choice(steps)
    return Change(kind, step["by"], step["name"], rng.choice(list(step["moves"])), when=when)


def told_by_hand(one: Played, game: Any, rng: Random) -> dict[str, float | None]:
    """Quantities that are new, and what is conditioned, by the slow reading."""
    outcomes = list(game.data["outcomes"])
    first, last = outcomes[0], outcomes[-1]
    test, other, _ = predicates(game, rng)
    made = some_change(game, rng, "after")
    name = f"{made.party}.{made.step} = {made.move}"
    came, more = true_at(one, test), true_at(one, other)
    taken, offered = (f(one, made.step, made.move) for f in (making, offering))
    found: dict[str, float | None] = {
        f"P(ever {test} by 1": ever_by(one, came, 1),
        f"P(ever {other} by 3": ever_by(one, more, 3),
        f"E(times {name}": uses(one, taken),
        f"P(reach {name}": absorbing(one, offered),
    }

    def given(both: float, certain: float) -> float | None:
        return None if certain < 1e-9 else both / certain

    certain, after = ever(one, test), absorbing(one, taken)
    for outcome in dict.fromkeys([first, last]):
        both = together(one, [came], ending(one, {outcome}))
        found[f"P({outcome}; given {test}"] = given(both, certain)
        both = together(one, [taken], ending(one, {outcome}, other))
        found[f"P({outcome} and ({other}); after({name})"] = given(both, after)
    pair = together(one, [came, taken], None)
    both = together(one, [came, taken], ending(one, {last}))
    found[f"P({last}; given {test}, after({name})"] = given(both, pair)
    found[f"P(ever {other}; given {test}"] = given(together(one, [came, more], None), certain)
    found[f"P(reach {name}; given {test}"] = given(together(one, [came, offered], None), certain)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_new_words_are_what_the_slow_reading_says(seed: int) -> None:
    text = scenario_text(seed + 400, **kind_of(seed))
    game, rng = load(text), Random(seed)
    begun, words = {}, []
    for variable in rng.sample(game.variables, min(2, len(game.variables))):
        begun[variable.name] = rng.randint(variable.low, variable.high)
        words.append(f"{variable.name} = {variable.word(begun[variable.name])}")
    start = f"start({', '.join(words)})"
    condition = predicates(game, rng)[1]
    changes: list[tuple[list[Change], dict[str, int]]] = [
        ([], {}),
        ([], begun),
        ([some_change(game, rng, "surprise")], {}),
        ([some_change(game, rng, "surprise", condition)], begun),
        ([some_change(game, rng, "do"), some_change(game, rng, "surprise")], {}),
    ]
    expected: dict[str, float | None] = {}
    for own, there in changes:
        tail = ", ".join([*([start] if there else []), *map(str, own)])
        for query, value in told_by_hand(played(text, own, {}, there), game, rng).items():
            head, _, conditions = query.partition("; ")
            behind = ", ".join(part for part in (tail, conditions) if part)
            expected[f"{head} | {behind})" if behind else f"{head})"] = value
    meaning = understand(offramp.read(text))
    found = evaluate_queries(meaning, [parse_query(query, meaning) for query in expected])
    for query, value, status in zip(found.queries, found.values[0], found.status[0], strict=True):
        wanted = expected[query.text]
        if wanted is None:
            assert not np.isfinite(value) or status == "vacuous", query.text
            assert status in ("vacuous", "undefined"), (query.text, status)
        else:
            assert value == pytest.approx(wanted, abs=1e-9, rel=1e-9), (query.text, status)
