"""The shape of explored games: the yardstick's counts, components, order, read-only arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from offramp.core.errors import OfframpError
from offramp.game import Game, build
from offramp.scenario import read

from ..oracle.generate import scenario_text
from ..oracle.naive import survey
from ..scenario.base import BASE, changed
from .chains import following, members, reaches

WORKED = Path(__file__).parents[1] / "oracle" / "worked_example.yaml"
TEXTS = {
    "base": BASE,
    "limited": changed(("rounds: unlimited", "rounds: 3\nat_end: war")),
    "worked": WORKED.read_text(encoding="utf-8"),
    **{f"generated {seed}": scenario_text(seed) for seed in range(8)},
    **{f"generated {seed}, limited": scenario_text(seed, limit=3) for seed in range(4)},
}
GAMES: dict[str, Game] = {name: build(read(text)) for name, text in TEXTS.items()}
each_game = pytest.mark.parametrize("name", TEXTS)


@each_game
def test_as_many_nodes_as_the_yardstick_counts(name: str) -> None:
    assert GAMES[name].nodes == survey(TEXTS[name])[0]


def test_the_worked_example_has_45_nodes() -> None:
    assert GAMES["worked"].nodes == 45


@each_game
def test_edges_go_on_by_one_step_and_turn_at_the_last(name: str) -> None:
    game = GAMES[name]
    for structure in (game.structure, game.unmerged):
        steps = len(game.meaning.steps)
        assert structure.start == 0
        assert structure.step[0] == 0
        assert (np.diff(structure.first) >= 1).all()
        source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
        inside = structure.target >= 0
        after = structure.step[structure.target[inside]]
        assert (after == (structure.step[source[inside]] + 1) % steps).all()
        assert (structure.turns[inside] == (after == 0)).all()
        assert (structure.step[source[structure.turns]] == steps - 1).all()
        assert (structure.target[structure.at_end_edge] < 0).all()
        assert structure.turns[structure.at_end_edge].all()
        assert (-structure.target[~inside] - 1 < structure.terminals).all()


@each_game
def test_components_are_what_a_plain_search_finds(name: str) -> None:
    structure = GAMES[name].structure
    reach = reaches(structure)
    done: set[int] = set()
    for nodes, cyclic in zip(members(structure), structure.cyclic, strict=True):
        inside = set(nodes.tolist())
        for node in inside:
            assert {other for other in reach[node] if node in reach[other]} | {node} == inside
            assert set(following(structure, node)) <= done | inside, "sinks come first"
            assert (node in reach[node]) == cyclic
        assert (np.diff(structure.step[nodes]) <= 0).all(), "steps fall inside a component"
        done |= inside
    assert done == set(range(structure.nodes))


@each_game
def test_every_cycle_passes_the_first_step(name: str) -> None:
    """Without the nodes at step 0 nothing comes back to itself."""
    structure = GAMES[name].structure
    before: dict[int, int] = {}
    for node in np.argsort(structure.step, kind="stable")[::-1]:
        on = [other for other in following(structure, int(node)) if structure.step[other] > 0]
        assert all(other in before for other in on)
        before[int(node)] = 1


@each_game
def test_a_limit_leaves_no_cycle(name: str) -> None:
    structure = GAMES[name].structure
    assert structure.cyclic.any() == (structure.limit == 0 and structure.cyclic.any())


@each_game
def test_arrays_are_read_only(name: str) -> None:
    game = GAMES[name]
    tables = game.tables(game.nominal())
    arrays = [*vars(game.structure).values(), *vars(tables).values()]
    assert not any(a.flags.writeable for a in arrays if isinstance(a, np.ndarray))


@each_game
def test_odds_add_up_and_belong_to_nature(name: str) -> None:
    game = GAMES[name]
    structure, odds = game.structure, game.tables(game.draws(8, seed=1)).odds
    for node in range(structure.nodes):
        classes = structure.odds_class[structure.first[node] : structure.first[node + 1]]
        if structure.mover[node] >= 0:
            assert (classes == -1).all()
        else:
            assert odds[:, classes].sum(axis=1) == pytest.approx(1, abs=1e-12)


def test_a_bound_of_nodes_is_kept() -> None:
    nodes = GAMES["base"].nodes
    assert build(read(BASE), most_nodes=nodes).nodes == nodes
    with pytest.raises(OfframpError, match=f"more than {nodes - 1}") as caught:
        build(read(BASE), most_nodes=nodes - 1)
    assert caught.value.place is not None
    wide = changed(
        ("range: [0, 2], start: 2", "range: [0, 100000], start: 0"),
        ('"max(left - 1, 0)"', '"min(left + 1, 100000)"'),
    )
    with pytest.raises(OfframpError, match="more than 20,000 nodes"):
        build(read(wide), most_nodes=20_000)


def test_ten_thousand_rounds_are_explored_at_once() -> None:
    game = build(read(changed(("rounds: unlimited", "rounds: 10000\nat_end: war"))))
    assert game.nodes == 119_994
    assert not game.structure.cyclic.any()


def test_nodes_are_told_in_words() -> None:
    game = GAMES["base"]
    assert game.node_words(0) == "north at 'act' when rung = calm, left = 2, table = empty"
