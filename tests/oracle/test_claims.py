"""Offramp's quantities under interventions against the slow reading, on generated games."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from .claims import Change, Played, absorbing, ended_by, ending, ever, further_rounds, played
from .generate import scenario_text
from .naive import load

offramp = pytest.importorskip("offramp")
from offramp.scenario import parse_query, understand  # noqa: E402
from offramp.study import evaluate_queries  # noqa: E402

KINDS = [(None, False), (None, True), (1, False), (3, False), (3, True)]
SEEDS = range(200, 230)


def predicates(game: Any, rng: Random) -> list[str]:
    """Conditions on the state, on a round's variables too."""
    one, two = rng.choice(game.variables), rng.choice(game.variables)
    word = one.word(rng.randint(one.low, one.high))
    return [
        f"{one.name} == {word}",
        f"{one.name} + {two.name} > {rng.randint(-1, 3)} or not {two.name}",
        f"{two.name} != {two.start}",
    ]


def some_changes(game: Any, rng: Random) -> list[list[Change]]:
    """Commitments of every kind at the parties' steps."""
    steps = [step for step in game.data["round"] if step["by"] != "nature"]

    def one(kind: str, once: bool = False, when: str | None = None) -> Change:
        step = rng.choice(steps)
        return Change(kind, step["by"], step["name"], rng.choice(list(step["moves"])), once, when)

    condition = predicates(game, rng)[0]
    other = predicates(game, rng)[1]
    return [
        [],
        [one("do")],
        [one("do", True)],
        [one("do", False, condition)],
        [one("do", True, other)],
        [one("bar")],
        [one("bar", True)],
        [one("deviate")],
        [one("deviate", True)],
        [one("deviate", False, other)],
        [one("do"), one("deviate", True, condition)],
        [one("do", True), one("bar"), one("do", False, other)],
    ]


def read_off(one: Played, game: Any, tests: list[str]) -> dict[str, float | None]:
    """All kinds of quantities, as they are written."""
    outcomes = list(game.data["outcomes"])
    kind = game.data["outcomes"][outcomes[0]]["kind"]
    same = {name for name in outcomes if game.data["outcomes"][name]["kind"] == kind}
    found: dict[str, float | None] = {"E(rounds": further_rounds(one)}
    for name in outcomes:
        found[f"P({name}"] = absorbing(one, ending(one, {name}))
    first, last = outcomes[0], outcomes[-1]
    found[f"P(kind {kind}"] = absorbing(one, ending(one, same))
    found[f"P({first} and {tests[0]}"] = absorbing(one, ending(one, {first}, tests[0]))
    found[f"P({last} and ({tests[1]})"] = absorbing(one, ending(one, {last}, tests[1]))
    found[f"P({last} by 2"] = ended_by(one, {last}, 2, None)
    found[f"P({last} and {tests[2]} by 3"] = ended_by(one, {last}, 3, tests[2])
    for test in tests:
        found[f"P(ever {test}"] = ever(one, test)
    for party, value in zip(game.parties, one.payoff[0], strict=True):
        found[f"E(payoff[{party}]"] = float(value)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_quantities_under_interventions_are_the_same(seed: int) -> None:
    limit, entropy = KINDS[seed % len(KINDS)]
    text = scenario_text(seed, limit=limit, entropy=entropy)
    game, rng = load(text), Random(seed)
    tests = predicates(game, rng)
    free = [name for name, entry in game.data["parameters"].items() if not isinstance(entry, dict)]
    expected: dict[str, float | None] = {}
    for number, changes in enumerate(some_changes(game, rng)):
        values = {free[0]: 0.37} if free and number in (2, 7) and unread(game, free[0]) else {}
        tail = ", ".join([*map(str, changes), *(f"set({n} = {v})" for n, v in values.items())])
        found = read_off(played(text, changes, values), game, tests)
        expected |= {f"{q} | {tail})" if tail else f"{q})": v for q, v in found.items()}
    scenario = offramp.read(text)
    meaning = understand(scenario)
    values = evaluate_queries(scenario, [parse_query(q, meaning) for q in expected])
    for query, value, status in zip(
        values.queries, values.values[0], values.status[0], strict=True
    ):
        wanted = expected[query.text]
        if wanted is None:
            assert np.isnan(value), query.text
            assert status == "undefined", query.text
        else:
            close = pytest.approx(wanted, abs=1e-9, rel=1e-9)
            assert value == close, (query.text, status)


def unread(game: Any, name: str) -> bool:
    """Whether no other parameter's value reads this one."""
    others = {key: entry for key, entry in game.data["parameters"].items() if key != name}
    return name not in str(others) and name not in str(game.data.get("issues", {}))
