"""Offramp against the yardstick: the same game, and the same results."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .generate import scenario_text
from .naive import play_of, solve_text
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


def at_nominal_values(text: str) -> dict[str, Any]:
    """Offramp's findings in the yardstick's form."""
    found = offramp.investigate(offramp.read(text), draws=0).nominal.isel(draw=0)
    by: dict[str, dict[str, float]] = {}
    if "probability_by" in found:
        for label, p in found.probability_by.to_series().items():
            outcome, value = str(label).split(": ")
            by.setdefault(outcome, {})[value] = float(p)
    rounds = float(found.rounds)
    by_round = {name: found.by_round.sel(outcome=name).values for name in found.outcome.values}
    return {
        "nodes": found.attrs["nodes"],
        "outcomes": found.probability.to_series().to_dict(),
        "outcomes_by": by,
        "by_round": by_round,
        "payoff": found.payoff.to_series().to_dict(),
        "value": found["value" if "value" in found else "payoff"].to_series().to_dict(),
        "rounds": None if np.isnan(rounds) else rounds,
        "status": str(found.status.item()),
        "branch": str(found.branch.item()),
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_the_results_are_the_same(seed: int):
    """What a run at nominal values reports."""
    text, expected = scenario(seed)
    found = at_nominal_values(text)
    assert (found["status"], found["branch"]) == ("solved", "traced")
    assert found["nodes"] == expected["nodes"]
    assert found["outcomes"] == pytest.approx(expected["outcomes"], abs=1e-8)
    assert found["payoff"] == pytest.approx(expected["payoff"], abs=1e-8)
    assert found["value"] == pytest.approx(expected["value"], abs=1e-8)
    agree_on_rounds(found, expected)
    for outcome in {*found["outcomes_by"], *expected["outcomes_by"]}:
        said = found["outcomes_by"].get(outcome, {})
        by = expected["outcomes_by"].get(outcome, {})
        for value in {*said, *by}:
            assert said.get(value, 0) == pytest.approx(by.get(value, 0), abs=1e-8)
    for outcome, cumulative in expected["by_round"].items():
        shown = found["by_round"][outcome]
        count = min(len(shown), len(cumulative))
        assert shown[:count] == pytest.approx(cumulative[:count], abs=1e-8)


@pytest.mark.parametrize("seed", [-5, 4, 8])
def test_the_command_says_the_same(seed: int, tmp_path: Path):
    text, expected = scenario(seed)
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "offramp.apps.cli", "run", str(file), "--nominal", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert said["nodes"] == expected["nodes"]
    assert said["outcomes"] == pytest.approx(expected["outcomes"], abs=1e-8)
    assert said["payoff"] == pytest.approx(expected["payoff"], abs=1e-8)
    agree_on_rounds(said, expected)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["medium", "large"])
@pytest.mark.parametrize("seed", range(6))
def test_larger_scenarios(size: str, seed: int):
    entropy, limit = seed % 2 == 1, (None, 3, 5)[seed % 3] if size == "medium" else None
    text = scenario_text(seed, limit=limit, entropy=entropy, size=size)
    expected, found = solve_text(text), at_nominal_values(text)
    assert found["nodes"] == expected["nodes"]
    assert found["outcomes"] == pytest.approx(expected["outcomes"], abs=1e-8)
    assert found["payoff"] == pytest.approx(expected["payoff"], abs=1e-8)
    agree_on_rounds(found, expected)


@pytest.mark.slow
@pytest.mark.parametrize("scale", [3.0, 8.0])
@pytest.mark.parametrize("seed", range(30))
def test_the_same_branch_at_high_precisions(seed: int, scale: float):
    """Where several equilibria are likely: both follow the branch that starts at precision 0."""
    text = scenario_text(seed, entropy=seed % 3 == 0)
    _, play = play_of(text)
    play.precision = [scale * precision for precision in play.precision]
    value = solve_unlimited(play, longest=0.1).value[0]
    result = offramp.investigate(
        offramp.read(text), draws=0, precision_scale=scale, brief=True
    ).nominal.isel(draw=0)
    found = result["value" if "value" in result else "payoff"]
    assert found.values == pytest.approx(value, abs=1e-8)
