"""Weights of moves where somebody does not see everything: what a move weighs, not how often it
stands there."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from offramp.core.errors import OfframpError
from offramp.game import build
from offramp.game.structure import Structure, Tables
from offramp.scenario import read
from offramp.solvers import Equilibria, Options, solve
from offramp.solvers.engine import Request
from offramp.solvers.imperfect.large.draws import solve_large
from offramp.solvers.imperfect.small.draws import solve_small
from offramp.testing.random_information import random_unseen_game
from offramp.testing.random_trees import random_tree
from tests.solvers.test_belief_slopes import check_slopes

ALONE = Options(workers=1)


def weighed(structure: Structure, tables: Tables, seed: int) -> tuple[Structure, Tables]:
    """The same game with random weights at every decision, alike within information sets."""
    rng = np.random.default_rng(seed)
    count, kinds = np.diff(structure.first), structure.odds_class.copy()
    odds, known = [tables.odds], {}
    width = tables.odds.shape[1]
    for node in np.flatnonzero(structure.mover >= 0).tolist():
        key = int(structure.infoset[node]) if structure.infoset[node] >= 0 else -1 - node
        if key not in known:
            weights = rng.uniform(0.2, 3.0, (tables.draws, count[node]))
            odds.append(np.log(weights / weights.sum(axis=1, keepdims=True)))
            known[key] = width
            width += int(count[node])
        begin = structure.first[node]
        kinds[begin : begin + count[node]] = known[key] + np.arange(count[node])
    return (
        dataclasses.replace(structure, odds_class=kinds.astype(np.int32)),
        dataclasses.replace(tables, odds=np.concatenate(odds, axis=1)),
    )


def doubled(structure: Structure, tables: Tables) -> tuple[Structure, Tables]:
    """Every move of a party twice, each with half its weight (all weights are there)."""
    count = np.diff(structure.first)
    own = structure.mover >= 0
    times = np.where(own, 2, 1)
    first = np.concatenate([[0], np.cumsum(count * times)])
    order = np.concatenate(
        [
            np.tile(np.arange(structure.first[n], structure.first[n + 1]), times[n])
            for n in range(structure.nodes)
        ]
    )
    names = ("target", "turns", "pay_class", "odds_class", "at_end_edge")
    edges = {name: getattr(structure, name)[order] for name in names}
    party = np.repeat(own, np.diff(first))
    odds = tables.odds.copy()
    kinds = np.unique(edges["odds_class"][party])
    odds[:, kinds] -= np.log(2.0)
    return dataclasses.replace(structure, first=first, **edges), dataclasses.replace(
        tables, odds=odds
    )


def ends_alike(one: Equilibria, other: Equilibria, structure: Structure) -> None:
    """Values, beliefs, and the play of both copies of a move together."""
    assert set(one.status) == set(other.status) == {"solved"}
    np.testing.assert_allclose(other.value, one.value, rtol=0, atol=1e-12)
    np.testing.assert_allclose(other.belief, one.belief, rtol=0, atol=1e-12)
    count = np.diff(structure.first)
    begin = 0
    for node in range(structure.nodes):
        low, wide = structure.first[node], int(count[node])
        once = one.strategy[:, low : low + wide]
        both = other.strategy[:, begin : begin + wide]
        begin += wide
        if structure.mover[node] >= 0:
            both = both + other.strategy[:, begin : begin + wide]
            begin += wide
        np.testing.assert_allclose(both, once, rtol=0, atol=1e-12)


@pytest.mark.parametrize("engine", [solve_small, solve_large])
@pytest.mark.parametrize("seed", range(4))
def test_a_move_written_twice_with_half_the_weight_changes_nothing(seed, engine) -> None:
    structure, tables = random_tree(seed, draws=2, types=[(2, 2), (2, 1), (1, 3), (2, 1, 2)][seed])
    structure, tables = weighed(structure, tables, seed)
    assert structure.weighed
    twice = doubled(structure, tables)
    once = engine(Request(structure, tables, ALONE))
    ends_alike(once, engine(Request(*twice, ALONE)), structure)


@pytest.mark.parametrize("entropy", [False, True], ids=["payoff", "entropy"])
@pytest.mark.parametrize("seed", range(4))
def test_so_it_is_in_rounds_that_repeat(seed: int, entropy: bool) -> None:
    plain = random_unseen_game(seed, heads=2, parties=2 + seed % 2, entropy=entropy)
    structure, tables = weighed(*plain, seed)
    once = solve(structure, tables, traced=(), starts=0, options=ALONE)
    twice = solve(*doubled(structure, tables), traced=(), starts=0, options=ALONE)
    ends_alike(once, twice, structure)
    assert (once.regret_anywhere <= once.regret_bound + 1e-9).all()
    assert once.residual.max() < 1e-12


@pytest.mark.parametrize("seed", range(4))
def test_weights_that_are_all_alike_are_none(seed: int) -> None:
    structure, tables = random_tree(seed, draws=2)
    heavy, with_them = weighed(structure, tables, seed)
    count = np.repeat(np.diff(heavy.first), np.diff(heavy.first))
    party = np.repeat(heavy.mover >= 0, np.diff(heavy.first))
    odds = with_them.odds.copy()
    odds[:, heavy.odds_class[party]] = -np.log(count[party])
    alike = dataclasses.replace(with_them, odds=odds)
    for engine in (solve_small, solve_large):
        none = engine(Request(structure, tables, ALONE))
        some = engine(Request(heavy, alike, ALONE))
        np.testing.assert_allclose(some.strategy, none.strategy, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_both_engines_agree_where_moves_have_weights(seed: int) -> None:
    plain = random_tree(seed, draws=3, precision=(2.0, 10.0), rounds=1 + seed % 2, steps=2)
    structure, tables = weighed(*plain, seed)
    small, large = (find(Request(structure, tables, ALONE)) for find in (solve_small, solve_large))
    assert set(small.status) == set(large.status) == {"solved"}
    np.testing.assert_allclose(large.strategy, small.strategy, rtol=0, atol=1e-8)


@pytest.mark.parametrize("entropy", [False, True], ids=["payoff", "entropy"])
def test_slopes_by_weights_are_those_of_differences(entropy: bool) -> None:
    tree = weighed(*random_tree(1, patience=(0.6, 0.95), entropy=entropy), 1)
    rounds = weighed(*random_unseen_game(2, heads=2, entropy=entropy), 2)
    assert check_slopes(*tree, 1) > 3
    assert check_slopes(*rounds, 2) > 3


BLUFF = """offramp: 1
title: A bluff
parties: {{north: {{precision: 3}}, south: {{precision: 4}}}}
private: {{kind: {{levels: [soft, hard], odds: {{soft: 0.6, hard: 0.4}}, known_to: [north]}}}}
round:
  - name: demand
    by: north
    moves: {{threaten: {{{threaten}}}, {more} wait: {{end: status_quo}}}}
  - {{name: answer, by: south, moves: {{settle: {{end: deal, weight: "{weight}"}}, refuse: {{}}}}}}
  - name: act
    by: north
    moves: {{fight: {{end: war, force: true}}, back_down: {{end: status_quo}}}}
outcomes:
  deal: {{kind: agreement, pay: {{north: 0.6, south: -0.1}}}}
  status_quo: {{kind: stalemate, pay: {{north: 0, south: 0.2}}}}
  war: {{kind: war, pay: {{north: "-0.5 + (kind == hard)", south: -0.6}}}}
rounds: 1
at_end: status_quo
"""


def test_a_text_may_weigh_moves_where_types_are_hidden() -> None:
    """A threat twice, with weight 1 each, is a threat with weight 2."""
    once = build(read(BLUFF.format(threaten="weight: 2", more="", weight="3")))
    more = "bluster: {weight: 1},"
    twice = build(read(BLUFF.format(threaten="weight: 1", more=more, weight="3")))
    found = [solve(game.structure, game.tables(game.nominal())) for game in (once, twice)]
    starts = [game.structure.start for game in (once, twice)]
    one, other = (each.value[0, start] for each, start in zip(found, starts, strict=True))
    np.testing.assert_allclose(other, one, rtol=0, atol=1e-12)


def test_a_weight_that_reads_what_its_mover_does_not_know_is_refused() -> None:
    text = BLUFF.format(threaten="weight: 2", more="", weight="1 + (kind == hard)")
    with pytest.raises(OfframpError, match="is known to north"):
        build(read(text))


UNSEEN = """offramp: 1
title: Two at once
parties: {north: {precision: 3}, south: {precision: 4}}
state: {stance: {levels: [low, high], start: low}}
round:
  - {name: first, by: north, moves: {up: {then: {stance: high}}, stay: {}}}
  - name: second
    by: south
    unseen: [first]
    moves: {go: {end: war, weight: "1 + (stance == high)"}, halt: {end: calm}}
outcomes:
  war: {kind: war, pay: {north: -1, south: 0.2}}
  calm: {kind: stalemate, pay: {north: 0.1, south: 0}}
rounds: 1
at_end: calm
"""


def test_a_weight_that_reads_what_an_unseen_move_did_is_refused() -> None:
    with pytest.raises(OfframpError):
        build(read(UNSEEN))
    plain = build(read(UNSEEN.replace('"1 + (stance == high)"', "2")))
    found = solve(plain.structure, plain.tables(plain.nominal()))
    assert found.status[0] == "solved"
