"""Information sets: what is kept apart, what is shared, and laws that any reading must keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from offramp.core.errors import GameError
from offramp.game import Game, build, carry_strategy, holds_at, intervene
from offramp.scenario import parse_query, read, understand
from offramp.study import evaluate_queries

from ..oracle.veiled_texts import veiled_text

FOLDER = Path(__file__).parent / "scenarios"
KINDS: list[dict[str, Any]] = [
    {"limit": 1, "private": True},
    {"limit": 2, "private": True},
    {"limit": 3},
    {},
]

STRIKES = """\
offramp: 1
title: Strikes
parties: {north: {precision: 3, patience: 0.9}, south: {precision: 5, patience: 0.9}}
state:
  weather: {levels: [rain, sun], start: sun}
  struck: {levels: [quiet, struck_first], start: quiet, scope: round}
  rung: {range: [0, 2], start: 0}
round:
  - name: sky
    by: nature
    moves: {rain: {odds: 0.5, then: {weather: rain}}, sun: {odds: 0.5, then: {weather: sun}}}
  - {name: north_acts, by: north, moves: {wait: {}, strike: {then: {struck: struck_first}}}}
  - name: south_acts
    by: south
    unseen: [north_acts]
    moves:
      wait: {then: {rung: "min(rung + struck, 2)"}}
      strike: {pay: {south: 0.1 * weather}, then: {rung: "min(rung + 1, 2)"}}
  - name: end
    by: nature
    moves:
      war: {odds: 0.1 + 0.2 * rung, end: war}
      peace: {odds: 0.1, end: peace}
      go_on: {odds: rest}
outcomes:
  peace: {kind: agreement, pay: {north: 1, south: 1}}
  war: {kind: war, pay: {north: -1, south: -1}}
rounds: unlimited
"""


def members(game: Game) -> list[list[int]]:
    infoset = game.structure.infoset
    return [np.flatnonzero(infoset == one).tolist() for one in range(infoset.max() + 1)]


def test_private_resolve() -> None:
    game = build(read(FOLDER / "resolve.yaml"))
    structure = game.structure
    assert game.nodes == 6
    assert structure.nodes == 7
    assert structure.step.tolist() == [-1, 0, 0, 1, 1, 2, 2]
    assert members(game) == [[3, 4]]
    assert game.moves[-2:] == ("private resolve.low", "private resolve.high")
    condition = parse_query("P(ever resolve == low)", game.meaning).predicate
    assert condition is not None
    assert holds_at(game, condition).tolist() == [False, True, False, True, False, True, False]


def test_simultaneous_strikes() -> None:
    game = build(read(FOLDER / "first-strike.yaml"))
    assert game.nodes == game.structure.nodes == 3
    assert members(game) == [[1, 2]]


def test_rounds_share_what_everybody_knows() -> None:
    """Only the one step between the unseen move and its answer is kept apart."""
    game = build(read(STRIKES))
    seen = build(read(STRIKES.replace("    unseen: [north_acts]\n", "")))
    assert game.nodes == seen.nodes
    assert game.structure.nodes == seen.structure.nodes
    assert np.bincount(game.structure.infoset[game.structure.infoset >= 0]).tolist() == [2] * 6
    assert game.structure.cyclic.any()


@pytest.mark.parametrize("seed", range(60))
def test_the_structure_keeps_its_word(seed: int) -> None:
    """One mover and the same moves in a set; each of its nodes on one way from a known node."""
    game = build(read(veiled_text(seed, **KINDS[seed % len(KINDS)])))
    structure = game.structure
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    inside = structure.target >= 0
    entries = np.bincount(structure.target[inside], minlength=structure.nodes)
    before = np.full(structure.nodes, -1)
    before[structure.target[inside]] = source[inside]
    for nodes in members(game):
        moves = {tuple(game.edge_move[structure.first[n] : structure.first[n + 1]]) for n in nodes}
        assert len(moves) == 1
        assert len({int(structure.mover[n]) for n in nodes}) == 1
        assert structure.mover[nodes[0]] >= 0
        assert len({int(structure.step[n]) for n in nodes}) == 1
        ways = [ways_to(n, before, entries, structure) for n in nodes]
        assert set.intersection(*map(set, ways)), "no node that all of them follow from"


def ways_to(node: int, before: Any, entries: Any, structure: Any) -> list[int]:
    """The nodes before one, back to the first that several edges, or a round, lead to."""
    way = []
    while entries[node] == 1 and (structure.step[node] != 0 or structure.infoset[node] >= 0):
        node = int(before[node])
        way.append(node)
    if structure.step[structure.start] < 0:
        while node != structure.start:
            node = int(before[node])
            way.append(node)
    return way


def quantities(text: str) -> list[float]:
    scenario = read(text)
    meaning = understand(scenario)
    asked = [f"P({outcome})" for outcome in scenario.outcomes]
    asked += [f"E(payoff[{party}])" for party in scenario.parties]
    return evaluate_queries(scenario, [parse_query(q, meaning) for q in asked]).values[0].tolist()


def test_what_everybody_knows_is_a_first_draw_in_public() -> None:
    private = (FOLDER / "resolve.yaml").read_text().replace("[north]", "[north, south]")
    assert not build(read(private)).structure.hidden
    public = private.replace(
        "private: {resolve: {levels: [low, high], odds: {low: 0.7, high: 0.3}, "
        "known_to: [north, south]}}\n",
        "state: {resolve: {levels: [low, high], start: low}}\n",
    ).replace(
        "round:\n",
        "round:\n  - {name: draw, by: nature, moves: {low: {odds: 0.7}, "
        "high: {odds: 0.3, then: {resolve: high}}}}\n",
    )
    assert quantities(private) == pytest.approx(quantities(public), abs=1e-12)


def test_what_nobody_knows_is_its_mean() -> None:
    """With one round and pays that read it, a draw that nobody knows counts on average."""
    text = (FOLDER / "resolve.yaml").read_text().replace("[north]", "[]")
    mean = text.replace(
        "private: {resolve: {levels: [low, high], odds: {low: 0.7, high: 0.3}, known_to: []}}\n", ""
    ).replace("fight: {each: {low: -0.6, high: 0.1}}", "fight: -0.39")
    mean = mean.replace("fight[resolve]", "fight")
    assert quantities(text) == pytest.approx(quantities(mean), abs=1e-10)


def test_what_is_unseen_but_settled_changes_nothing() -> None:
    seen = (FOLDER / "first-strike.yaml").read_text()
    settled = seen.replace("{wait: {}, strike: {then", "{strike: {then")
    assert quantities(settled) == pytest.approx(
        quantities(settled.replace("    unseen: [north_acts]\n", "")), abs=1e-12
    )


def test_a_commitment_is_carried_by_the_way_to_each_node() -> None:
    base = build(read(FOLDER / "first-strike.yaml"))
    text = "P(no_answer | deviate(north.north_acts = wait, once))"
    changed = intervene(base.meaning, parse_query(text, base.meaning).interventions)
    deviated = build(changed.meaning, changed.watched)
    strategy = np.array([[0.25, 0.75, 0.4, 0.6, 0.4, 0.6]])
    assert carry_strategy(base, deviated, strategy).tolist() == [[1.0, 0.4, 0.6]]


def test_a_commitment_that_its_party_cannot_keep() -> None:
    """A condition on what the party has not seen tells states apart that it cannot."""
    meaning = understand(read(FOLDER / "first-strike.yaml"))
    text = "P(no_answer | do(south.south_acts = wait, when struck == strike_by_north))"
    changed = intervene(meaning, parse_query(text, meaning).interventions)
    with pytest.raises(GameError, match="'south' cannot tell apart"):
        build(changed.meaning)


TREE = """\
offramp: 1
title: A tree
parties: {{north: {{precision: 1}}, south: {{precision: 1}}}}
private: {{kind: {{range: [1, 8], odds: {odds}, known_to: north}}}}
round:
  - {{name: offer, by: north, moves: {moves}}}
  - {{name: answer, by: south, moves: {{accept: {{end: deal}}, refuse: {{}}}}}}
outcomes: {{deal: {{kind: agreement, pay: {{north: kind}}}}}}
rounds: {rounds}
at_end: deal
"""


def tree(rounds: int, moves: int) -> str:
    odds = "{" + ", ".join(f"{k}: rest" for k in range(1, 9)) + "}"
    return TREE.format(
        odds=odds,
        moves="{" + ", ".join(f"m{i}: {{pay: {{south: {i}}}}}" for i in range(moves)) + "}",
        rounds=rounds,
    )


def test_a_large_tree() -> None:
    """8 kinds, 11 offers, 4 rounds: 140,544 histories of which south tells every 8 together."""
    game = build(read(tree(4, 11)))
    histories = 8 * (1 + 11) * sum(11**n for n in range(4))
    assert game.nodes == histories == 140_544
    structure = game.structure
    assert structure.nodes == histories + 1
    sizes = np.bincount(structure.infoset[structure.infoset >= 0])
    assert (sizes == 8).all()
    assert len(sizes) == 11 * sum(11**n for n in range(4))


def test_too_large_a_tree_says_so() -> None:
    with pytest.raises(GameError, match="histories have to be told apart") as caught:
        build(read(tree(20, 11)), most_nodes=100_000)
    assert caught.value.place is not None
    assert caught.value.place.line == 4
