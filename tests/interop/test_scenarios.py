"""Scenarios as trees: the same play as in Offramp, whoever solves the file."""

from __future__ import annotations

import json

import numpy as np
import pytest

from offramp.apps.cli import main
from offramp.core.errors import GameError
from offramp.game import build
from offramp.interop import solve_tree, tree_of
from offramp.interop.formats.efg import efg_text, parse_efg
from offramp.interop.formats.nfg import parse_nfg
from offramp.scenario import read
from offramp.solvers import solve

from .games import run

RESOLVE = """
offramp: 1
title: Resolve
parties: {north: {precision: 5}, south: {precision: 4}}
parameters: {fight: {each: {low: -0.6, high: 0.1}}}
private: {resolve: {levels: [low, high], odds: {low: 0.7, high: 0.3}, known_to: [north]}}
round:
  - {name: act, by: north, moves: {yield: {end: status_quo}, press: {}}}
  - {name: reply, by: south, moves: {concede: {end: concession}, resist: {}}}
  - {name: last, by: north, moves: {back_down: {end: retreat}, fight: {end: war}}}
outcomes:
  status_quo: {kind: stalemate}
  concession: {kind: capitulation, pay: {north: 1, south: -0.5}}
  retreat: {kind: capitulation, pay: {north: -0.4, south: 0.2}}
  war: {kind: war, pay: {north: "fight[resolve]", south: -0.8}}
rounds: 1
at_end: status_quo
"""
"""The example of the language's page on information; its values were computed independently."""

ROUNDS = """
offramp: 1
title: Two strikes
parties: {north: {precision: 3, patience: 0.8}, south: {precision: 5, patience: 0.9}}
state: {anger: {range: [0, 2], start: 0}}
round:
  - name: weather
    by: nature
    moves: {calm: {odds: 0.3}, storm: {odds: rest, then: {anger: "min(anger + 1, 2)"}}}
  - name: north_acts
    by: north
    moves: {wait: {}, strike: {pay: {north: 0.3 - 0.2 * anger, south: -1}}}
  - name: south_acts
    by: south
    unseen: [north_acts]
    moves: {hold: {pay: {south: -0.1 * anger}}, hit: {pay: {north: -1, south: 0.2}}}
  - name: talk
    by: north
    moves: {leave: {end: peace}, stay: {pay: {north: 0.05 * anger}}}
outcomes:
  peace: {kind: agreement, pay: {north: 0.5, south: 0.4}}
  over: {kind: stalemate, pay: {north: -0.2, south: 0.1 * anger}}
rounds: 2
at_end: over
"""


def outcomes_of(text: str) -> dict[str, float]:
    """Probability of every outcome, by the equilibrium of the tree that is written."""
    solved = solve_tree(parse_efg(efg_text(tree_of(read(text), logit=True))))
    assert solved.solved
    game, found = solved.game, dict[str, float]()
    for node, record in enumerate(game.nodes):
        if record.infoset < 0:
            name = game.outcomes[record.outcome].label.rpartition(" ")[0]
            found[name] = found.get(name, 0.0) + float(solved.reach[node])
    return found


def test_the_example_with_a_private_variable() -> None:
    found = outcomes_of(RESOLVE)
    assert found == pytest.approx(
        {
            "status_quo": 0.354077156526,
            "concession": 0.219374573504,
            "retreat": 0.198872253828,
            "war": 0.227676016142,
        },
        abs=1e-10,
    )


def test_sets_labels_and_odds_of_the_example() -> None:
    game = tree_of(read(RESOLVE))
    assert [len(game.members[i]) for i in game.decisions] == [1, 1, 1, 1, 2]
    chance = game.infosets[game.nodes[0].infoset]
    assert chance.actions == ("low", "high")
    assert sum(chance.odds) == 1
    labels = [one.label for one in game.infosets]
    assert len(set(labels)) == len(labels)
    assert "Precision: north 5, south 4" in game.comment


def test_discounting_and_unseen_moves_over_two_rounds() -> None:
    """The file's play at precision 1 is the scenario's, node by node."""
    game = build(read(ROUNDS))
    found = solve(game.structure, game.tables(game.nominal()))
    tree = tree_of(read(ROUNDS), logit=True)
    solved = solve_tree(parse_efg(efg_text(tree)))
    assert tree.players == ("north 1", "north 2", "south 1", "south 2")
    assert solved.solved
    spot = {0: game.structure.start}
    chances = dict(zip(tree.decisions, solved.profile, strict=True))
    compared = 0
    for node, children in enumerate(tree.children):
        if not children:
            continue
        low = int(game.structure.first[spot[node]])
        own = found.strategy[0, low : low + len(children)]
        infoset = tree.nodes[node].infoset
        expected = chances.get(infoset) or [float(p) for p in tree.infosets[infoset].odds]
        np.testing.assert_allclose(own, expected, atol=1e-9)
        compared += infoset in chances
        for k, child in enumerate(children):
            spot[child] = int(game.structure.target[low + k])
    assert compared > 20


def test_the_worths_at_the_start_are_those_of_the_scenario() -> None:
    tree = tree_of(read(ROUNDS))
    assert tree.players == ("north", "south")
    ends = {one.payoffs for one in tree.outcomes}
    assert len(ends) == len(tree.outcomes) or len({o.label for o in tree.outcomes}) == len(ends)
    calm = next(o for o in tree.outcomes if o.label == "peace 1")
    assert [float(p) for p in calm.payoffs] == [0.5, 0.4]


def test_what_has_no_tree_is_refused() -> None:
    with pytest.raises(GameError, match="need not end"):
        tree_of(read("border-standoff"))
    with pytest.raises(GameError, match="a tree of"):
        tree_of(read(ROUNDS.replace("rounds: 2", "rounds: 12")))
    with pytest.raises(GameError, match="players"):
        tree_of(read(CHAIN), logit=True)


CHAIN = """
offramp: 1
title: A long wait
parties: {north: {precision: 1, patience: 0.9}}
round:
  - {name: act, by: north, moves: {wait: {pay: {north: 1}}, stop: {end: over}}}
outcomes: {over: {kind: stalemate}}
rounds: 100
at_end: over
"""


def test_the_command(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "resolve.yaml"
    path.write_text(RESOLVE)
    for kind in ("efg", "nfg", "svg"):
        run("export", path, "--to", tmp_path / f"game.{kind}", "--json")
        said = json.loads(capsys.readouterr().out)
        assert said["nodes"] == 15
    assert parse_efg((tmp_path / "game.efg").read_text()).players == ("north", "south")
    assert len(parse_nfg((tmp_path / "game.nfg").read_text()).strategies[0]) == 9
    assert "war" in (tmp_path / "game.svg").read_text()
    run("export", path, "--to", tmp_path / "set.efg", "--set", "fight[high]=0.7")
    assert "information sets" in capsys.readouterr().out
    pays = {o.payoffs[0] for o in parse_efg((tmp_path / "set.efg").read_text()).outcomes}
    assert 0.7 in {float(pay) for pay in pays}


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--to", "game.txt"], "--to game.txt"), (["--to", "g.efg", "--set", "fihgt=1"], "fihgt")],
)
def test_the_command_complains(
    options: list[str], words: str, tmp_path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "resolve.yaml"
    path.write_text(RESOLVE)
    with pytest.raises(SystemExit) as ended:
        main(["export", str(path), *options])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err
