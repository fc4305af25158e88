"""Offramp against the yardstick: the same game, and the same results."""

from __future__ import annotations

from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from .generate import scenario_text
from .naive import solve_text
from .play import Play, report, solve_limited, solve_unlimited

offramp = pytest.importorskip("offramp")

WORKED = (Path(__file__).parent / "worked_example.yaml").read_text(encoding="utf-8")
KINDS = [(None, False), (None, True), (1, False), (4, False), (4, True)]


SEEDS = range(-len(KINDS), 60)
"""Below zero: the worked example in all kinds."""


@cache
def scenario(seed: int) -> tuple[str, dict[str, Any]]:
    """A text and what the yardstick says of it."""
    limit, entropy = KINDS[seed % len(KINDS)]
    if seed >= 0:
        text = scenario_text(seed, limit=limit, entropy=entropy)
    else:
        rounds = f"{limit}\nat_end: settlement" if limit else "unlimited"
        text = WORKED.replace("unlimited", rounds) + "values: entropy\n" * entropy
    return text, solve_text(text)


def as_play(game: Any) -> Play:
    """Offramp's arrays as the yardstick's lists, the start first and time forward if limited."""
    shape, numbers = game.structure, game.tables(game.nominal())
    play = Play(
        patience=numbers.patience[0].tolist(),
        precision=numbers.precision[0].tolist(),
        entropy=numbers.entropy,
        limit=shape.limit,
    )
    successors: dict[int, set[int]] = {shape.start: set()}
    waiting = [shape.start]
    while waiting:
        node = waiting.pop()
        for target in shape.target[shape.first[node] : shape.first[node + 1]].tolist():
            if target >= 0:
                successors[node].add(target)
                if target not in successors:
                    successors[target] = set()
                    waiting.append(target)
    nodes = list(successors)
    if shape.limit:
        nodes = list(TopologicalSorter(successors).static_order())[::-1]
    place = {node: index for index, node in enumerate(nodes)}
    for node in nodes:
        mover = int(shape.mover[node])
        play.movers.append(mover)
        play.rounds.append(0)
        play.edges.append([])
        for edge in range(shape.first[node], shape.first[node + 1]):
            pay, target = numbers.pay[0, shape.pay_class[edge]], int(shape.target[edge])
            end = None
            if target < 0:
                terminal = -(target + 1)
                factor = numbers.patience[0] if shape.turns[edge] else 1.0
                pay = pay + factor * numbers.end_pay[0, terminal]
                end = (str(shape.terminal_outcome[terminal]), None)
            odds = float(numbers.odds[0, shape.odds_class[edge]]) if mover < 0 else None
            to = place[target] if target >= 0 else -1
            play.edges[-1].append((tuple(pay.tolist()), odds, to, bool(shape.turns[edge]), end))
    return play


def agree_on_rounds(found: dict[str, Any], expected: dict[str, Any]) -> None:
    if expected["rounds"] is None:
        assert found["rounds"] is None
    else:
        assert found["rounds"] == pytest.approx(expected["rounds"], rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_game_is_the_same(seed: int):
    """Read, explored, merged and valued by Offramp, but solved by the yardstick."""
    text, expected = scenario(seed)
    game = offramp.build(offramp.read(text))
    assert game.nodes == expected["nodes"]
    play = as_play(game)
    solved = solve_limited(play) if play.limit else solve_unlimited(play)
    names = [str(index) for index in range(len(expected["outcomes"]) - 1)]
    found = report(play, solved, list(expected["payoff"]), names)
    assert list(found["outcomes"].values()) == pytest.approx(
        list(expected["outcomes"].values()), abs=1e-9
    )
    assert found["payoff"] == pytest.approx(expected["payoff"], abs=1e-9)
    assert found["value"] == pytest.approx(expected["value"], abs=1e-9)
    agree_on_rounds(found, expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_results_are_the_same(seed: int):
    """What a run at nominal values reports."""
    text, expected = scenario(seed)
    found = offramp.investigate(offramp.read(text), draws=0).summary()
    assert found["nodes"] == expected["nodes"]
    assert found["outcomes"] == pytest.approx(expected["outcomes"], abs=1e-8)
    assert found["payoff"] == pytest.approx(expected["payoff"], abs=1e-8)
    agree_on_rounds(found, expected)
    for outcome, values in found["outcomes_by"].items():
        by = expected["outcomes_by"].get(outcome, {})
        assert set(by) <= {str(value) for value in values}
        for value, p in values.items():
            assert p == pytest.approx(by.get(str(value), 0), abs=1e-8)
    assert set(expected["outcomes_by"]) <= set(found["outcomes_by"])
