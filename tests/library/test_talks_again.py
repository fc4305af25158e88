"""The second encoding of the talks: each side opens, each telling reaches each kind of end."""

from __future__ import annotations

from pathlib import Path

import pytest

import offramp
from offramp.scenario import with_account

TEXT = Path(__file__).resolve().parents[2] / "examples" / "talks-again" / "talks-again.yaml"
TELLINGS = ("", "as_broadcast", "kyiv_as_reported", "washington_as_reported")
KINDS = {"agreement", "ceasefire", "stalemate", "capitulation", "war", "catastrophe"}


@pytest.fixture(scope="module")
def scenario() -> offramp.Scenario:
    return offramp.read(TEXT)


@pytest.fixture(scope="module")
def game(scenario: offramp.Scenario) -> offramp.game.Game:
    return offramp.build(scenario)


def test_its_size(game) -> None:
    assert 1600 <= game.structure.nodes <= 2400


@pytest.mark.parametrize("account", TELLINGS)
def test_each_telling_can_reach_each_kind_of_end(scenario, account: str) -> None:
    told = offramp.build(with_account(scenario, account) if account else scenario)
    found = offramp.outcomes(offramp.solve(told, precision_scale=0.25, starts=0), rounds=0)
    for kind in KINDS:
        ends = [name for name, one in scenario.outcomes.items() if one.kind == kind]
        assert float(found.probability.sel(outcome=ends).sum()) > 1e-4, kind


def test_nobody_can_only_delay_or_use_force(game) -> None:
    """Every party can put something forward, or support what others have put forward."""
    for party in game.meaning.parties:
        steps = [step for step in game.scenario.round if step.by == party]
        moves = {(step.name, name): move for step in steps for name, move in step.moves.items()}
        peaceful = [
            name
            for (_, name), move in moves.items()
            if not (move and move.force) and name not in ("delay", "hold_over", "hold", "silent")
        ]
        assert len(peaceful) >= 3, (party, peaceful)


def test_the_draft_that_no_account_knows_is_there_by_a_switch_only(scenario, game) -> None:
    assert scenario.switches["mediator_own_draft"].value == "not_prepared"
    uses = offramp.outcomes(offramp.solve(game, starts=0), rounds=0).move_uses
    drafted = [str(one) for one in uses.move.values if str(one).endswith("redraft")]
    assert drafted
    assert all(float(uses.sel(move=one)[0]) == 0 for one in drafted)
