"""Histories told against enumeration, turning points against the probabilities from every node."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from offramp.analysis import absorb, outcome_probability
from offramp.core.errors import ResultError
from offramp.game import build
from offramp.presentation import as_json, figure, sentences
from offramp.scenario import read
from offramp.study import solve
from offramp.study.histories.retelling import histories
from offramp.study.histories.turning import find_turning_points, sample_histories

FINITE = """
offramp: 1
title: Two rounds
parties: {north: {precision: 3, label: North}, south: {precision: 2, label: South}}
state: {table: {range: [0, 1], start: 0}, rung: {range: [0, 2], start: 0}}
round:
  - name: propose
    by: north
    moves: {hold: {}, offer: {then: {table: 1}}, climb: {when: rung < 2, then: {rung: rung + 1}}}
  - name: answer
    by: south
    moves: {accept: {when: table == 1, end: deal}, refuse: {pay: {south: -0.1}}}
  - name: month
    by: nature
    moves: {slip: {odds: 0.1 * rung + 0.02, end: war}, on: {odds: rest}}
outcomes:
  deal: {kind: agreement, pay: {north: 0.5, south: 0.6}}
  war: {kind: war, pay: {north: -1, south: -1}}
  apart: {kind: stalemate}
rounds: 2
at_end: apart
"""


def enumerate_all(structure, odds):
    """(probability, edges, terminal) of every history."""
    found: list[tuple[float, tuple[int, ...], int]] = []
    begun: list[tuple[float, tuple[int, ...], int]] = [(1.0, (), structure.start)]
    while begun:
        share, edges, node = begun.pop()
        for edge in range(structure.first[node], structure.first[node + 1]):
            goal = int(structure.target[edge])
            entry = (share * odds[edge], (*edges, edge), goal)
            (found if goal < 0 else begun).append(entry)
    return found


def brute(game, odds, outcome):
    """move to (uses, sum of |change| over uses, sum of change), from all histories."""
    structure = game.structure
    history = enumerate_all(structure, odds)
    wins = [structure.terminal_outcome[-end - 1] == outcome for _, _, end in history]

    def from_here(prefix):
        own = [
            (p, w)
            for (p, edges, _), w in zip(history, wins, strict=True)
            if edges[: len(prefix)] == prefix
        ]
        total = sum(p for p, _ in own)
        return sum(p for p, w in own if w) / total, total

    found: dict[int, np.ndarray] = {}
    for prefix in {edges[:k] for _, edges, _ in history for k in range(1, len(edges) + 1)}:
        after, mass = from_here(prefix)
        before, _ = from_here(prefix[:-1])
        move = int(game.edge_move[prefix[-1]])
        gain = after - before
        found[move] = found.get(move, np.zeros(3)) + mass * np.array([1, abs(gain), gain])
    return found


def test_turning_points_are_those_of_full_enumeration() -> None:
    game = build(read(FINITE))
    solved = solve(game)
    points = find_turning_points(solved, None)
    for position, outcome in enumerate(game.meaning.outcomes):
        expected = brute(game, solved.strategy[0], position)
        own = {f"{p.step}.{p.move}": p for p in points if p.outcome == outcome.name}
        felt = {game.moves[m]: v for m, v in expected.items() if v[1] > 1e-9}
        assert own.keys() == felt.keys()
        for name, (uses, decides, total) in felt.items():
            assert own[name].uses == pytest.approx(uses, abs=1e-12)
            assert own[name].decides == pytest.approx(decides, abs=1e-12)
            assert own[name].change == pytest.approx(total / uses, abs=1e-12)
        weights = [p.decides for p in points if p.outcome == outcome.name]
        assert weights == sorted(weights, reverse=True)


def test_what_one_move_adds_the_others_take_away() -> None:
    solved = solve(build(read("border-standoff")))
    points = find_turning_points(solved, None)
    for outcome in ("settlement", "disaster"):
        for step in ("propose", "answer", "act", "fortune"):
            own = [p for p in points if (p.outcome, p.step) == (outcome, step)]
            assert sum(p.uses * p.change for p in own) == pytest.approx(0, abs=1e-10)
    by_move = {(p.outcome, p.move): p.change for p in points}
    assert by_move["settlement", "accept"] > 0
    assert by_move["disaster", "climb"] > 0
    assert by_move["disaster", "step_down"] < 0


def test_histories_of_one_end_have_their_share_of_it() -> None:
    told = histories(read(FINITE), outcome="deal", count=100)
    assert told.complete
    assert sum(told.shares) == pytest.approx(1)
    assert {one.outcome for one in told.histories} == {"deal"}
    assert {one.outcome for one in told.turning} == {"deal"}
    game = build(read(FINITE))
    odds = solve(game).strategy[0]
    ends = [
        p
        for p, _, end in enumerate_all(game.structure, odds)
        if game.structure.terminal_outcome[-end - 1] == 0
    ]
    assert told.probability == pytest.approx(sum(ends))
    assert [h.probability for h in told.histories] == pytest.approx(sorted(ends, reverse=True))


def test_kinds_and_unknown_ends() -> None:
    one = histories(read(FINITE), outcome="agreement")
    assert one.histories == histories(read(FINITE), outcome="deal").histories
    with pytest.raises(ResultError, match="no outcome"):
        histories(read(FINITE), outcome="peace")


def test_sampled_histories_are_long_rows_that_a_seed_repeats() -> None:
    one = histories(read(FINITE), drawn=50, seed=4)
    assert one.drawn == histories(read(FINITE), drawn=50, seed=4).drawn
    few = histories(read(FINITE), drawn=10, seed=4).drawn
    assert one.drawn[: len(few)] == few
    assert one.seed == 4
    assert {row["history"] for row in one.drawn} == set(range(1, 51))
    assert set(one.drawn[0]) == {"history", "round", "step", "by", "move", "outcome"}
    assert isinstance(histories(read(FINITE), drawn=1).seed, int)


def test_sampled_ends_are_as_frequent_as_solved_ones() -> None:
    game = build(read("border-standoff"))
    odds = solve(game).strategy[0]
    rows, _ = sample_histories(game, odds, 4000, 11)
    ended = {row["history"]: row for row in rows}
    found = absorb(game.structure, odds[None])
    ends = outcome_probability(game.structure, found, len(game.meaning.outcomes))[0]
    for expected, outcome in zip(ends, game.meaning.outcomes, strict=False):
        share = np.mean([row["outcome"] == outcome.name for row in ended.values()])
        assert abs(share - expected) <= 4.5 * np.sqrt(expected * (1 - expected) / 4000) + 1e-12
    rounds = np.array([row["round"] - 1 for row in ended.values()])
    assert abs(rounds.mean() - found.rounds[0]) < 4.5 * rounds.std() / np.sqrt(4000)


def test_sentences_table_and_figure() -> None:
    told = histories(read("border-standoff"), drawn=3, seed=1)
    for text in sentences(told):
        assert text.startswith(("On the premises of ‹", "‹"))
        assert text.endswith(".")
        assert not re.search(r"\b(should|must|best|optimal|likely true)\b", text)
    json.dumps(as_json(told), allow_nan=False)
    assert len(figure(told)) == 2
    assert {"history", "probability", "outcome"} <= told.table[0].keys()
