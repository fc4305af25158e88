"""Play against the solved rest: honest moves, nothing hidden shown, debriefs that add up."""

from __future__ import annotations

import numpy as np
import pytest

from offramp.core.errors import OfframpError
from offramp.game import build
from offramp.scenario import read
from offramp.study.solving.experiment import Solved, solve
from offramp.web.play.looking_back import choice_rows, debrief
from offramp.web.play.table import Table
from offramp.web.play.worths import Worths
from tests.web.talks import PARLEY


@pytest.fixture(scope="module")
def parley() -> Solved:
    return solve(build(read(PARLEY)), starts=0)


@pytest.mark.parametrize(
    "name", ["parley", "border-standoff", "model-ultimatum", "model-two-types"]
)
def test_moves_are_worth_what_their_node_is_worth_on_average(name: str) -> None:
    solved = solve(build(read(PARLEY if name == "parley" else name)), starts=0)
    worths, structure = Worths(solved), solved.game.structure
    average = np.zeros((structure.nodes, structure.parties))
    np.add.at(average, worths.source, worths.play[:, None] * worths.edge)
    assert average == pytest.approx(worths.node, abs=1e-9)


def test_a_game_of_the_solved_play_alone_has_its_ends_as_often_as_it_says(parley: Solved) -> None:
    from offramp.study.solving.experiment import outcomes

    told = outcomes(parley, rounds=0)["probability"].values[0]
    plays = [Table(parley, set(), seed=seed) for seed in range(2000)]
    ends = np.bincount([play.outcome or 0 for play in plays], minlength=2) / len(plays)
    assert all(play.over for play in plays)
    assert ends == pytest.approx(told[:2], abs=4 * 0.5 / np.sqrt(len(plays)))
    paid = np.mean([[play.got(0), play.got(1)] for play in plays], axis=0)
    assert paid == pytest.approx(parley.equilibria.payoff[0, 0], abs=0.05)


def test_a_person_plays_to_the_end_and_is_debriefed(parley: Solved) -> None:
    table = Table(parley, {1}, seed=4)
    while not table.over:
        view = table.view(1, odds=True)
        assert view["mine"]
        assert sum(one["probability"] for one in view["moves"]) == pytest.approx(1)
        assert "probability" not in table.view(1)["moves"][0]
        with pytest.raises(OfframpError, match="not your turn"):
            table.choose(0, 0, view["stamp"])
        with pytest.raises(OfframpError, match="no such move"):
            table.choose(1, 9, view["stamp"])
        storm = next(one["place"] for one in view["moves"] if one["label"] == "storms the bridge")
        table.choose(1, storm, view["stamp"])
    told = debrief(table, 1, [table])
    assert told["choices"]
    for one in told["choices"]:
        (own,) = [each for each in one["moves"] if each["chosen"]]
        assert own["label"] == "storms the bridge"
        assert one["cost"] == pytest.approx(max(m["worth"] for m in one["moves"]) - own["worth"])
        assert own["others"] >= 1
    assert told["cost"] > 0  # war is worth less to South than what else it has
    assert len(list(choice_rows(table))) == len(told["choices"])
    final = table.view(1)
    assert final["over"]
    assert final["got"] == pytest.approx(table.got(1))


def test_a_seat_that_is_left_is_played_on_at_once(parley: Solved) -> None:
    table = Table(parley, {0, 1}, seed=1)
    assert table.mover == 0
    table.leave(0)
    assert table.over or table.mover == 1
    table.leave(1)
    assert table.over


HIDDEN = """
offramp: 1
title: A bluff
parties: {north: {precision: 4}, south: {precision: 4}}
parameters: {weak: {value: 0.5}}
private:
  strength:
    levels: [weak_side, strong_side]
    known_to: [north]
    odds: {weak_side: weak, strong_side: rest}
round:
  - {name: show, by: north, moves: {bluff: {}, fold: {end: peace}}}
  - {name: hide, by: north, moves: {left: {}, right: {}}}
  - {name: call, by: south, unseen: [hide], moves: {call: {end: war}, give: {end: peace}}}
outcomes:
  peace: {kind: agreement, pay: {north: 0.2, south: 0.2}}
  war:
    kind: war
    pay: {north: "if(strength == weak_side, -1, 1)", south: "if(strength == weak_side, 1, -1)"}
rounds: 1
at_end: peace
"""


def test_nobody_is_shown_what_their_party_does_not_see() -> None:
    solved = solve(build(read(HIDDEN)), starts=0)
    seen = set()
    for seed in range(12):
        table = Table(solved, {0, 1}, seed=seed)
        north = table.view(0)
        assert "side" in str(north["state"])
        table.choose(0, [one["label"] for one in north["moves"]].index("bluff"), north["stamp"])
        table.choose(0, seed % 2, table.view(0)["stamp"])
        south = table.view(1)
        told = str(south["history"]) + str(south["state"])
        assert "weak side" not in told
        assert "strong side" not in told
        assert "left" not in told
        assert "right" not in told
        seen.add(told)
        worth = table.worths.of_moves(table.node, 1)
        table.choose(1, 0, south["stamp"])
        final = str(table.view(1)["history"])  # all is shown when it is over
        assert "side" in final
        assert "left" in final or "right" in final
        assert np.isfinite(worth).all()
    assert len(seen) == 1  # whatever was hidden, South saw the same
