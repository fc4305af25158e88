"""The first account: its size, what each telling can reach, its certificates on every draw."""

from __future__ import annotations

import numpy as np
import pytest

import offramp
from offramp.scenario import with_account
from offramp.study import mechanism_effects

ROWS = [f"S{number}" for number in range(1, 14)]
TELLINGS = ("", "as_broadcast", "kyiv_as_reported", "washington_as_reported")
KINDS = {"agreement", "ceasefire", "stalemate", "capitulation", "war", "catastrophe"}


@pytest.fixture(scope="module")
def scenario() -> offramp.Scenario:
    return offramp.read("trilateral-talks")


@pytest.fixture(scope="module")
def game(scenario: offramp.Scenario) -> offramp.game.Game:
    return offramp.build(scenario)


def test_it_is_small_enough_to_be_solved_many_times(game) -> None:
    assert 1600 <= game.structure.nodes <= 2400


def test_every_row_of_the_account_has_its_mechanism_or_issue(game) -> None:
    """S14 is the outcomes of the scenario itself."""
    labels = " ".join(record.label or "" for record in game.scenario.mechanisms.values())
    for row in ROWS:
        assert f"{row})" in labels or f"{row}," in labels, row
    assert len(game.scenario.issues) == 6
    kinds = {outcome.kind for outcome in game.meaning.outcomes}
    assert kinds == KINDS


def test_every_mechanism_says_when_it_holds_and_can_be_switched_off(game) -> None:
    for name, record in game.scenario.mechanisms.items():
        assert record.off, name
        assert record.about is not None
        assert "Holds" in record.about, name
        assert "not hold" in record.about, name
        assert record.source is not None, name


def test_every_assumption_has_a_unit_and_says_where_it_comes_from(game) -> None:
    """Moves that an account bars are told in what is said about it."""
    for assumption in game.meaning.assumptions:
        if assumption.name.startswith("bar "):
            continue
        assert assumption.unit or assumption.options, assumption.name
        assert assumption.source or "judgement" in (assumption.note or ""), assumption.name


def test_what_a_mechanism_does_is_told_whether_it_was_expected_or_not(game) -> None:
    """Every effect has a number for every kind of end; under a point it is called negligible."""
    from offramp.presentation.sections.mechanisms import Effect

    effects = mechanism_effects(game, game.draws(8, seed=5))
    assert len(effects) == len(game.scenario.mechanisms)
    told = [
        Effect(kind, way, one.change[kind], one.share[kind], one.draws, one.held(kind))
        for one in effects
        for kind, way in one.expects.items()
    ]
    assert told
    for one in told:
        assert np.isfinite(one.change)
        assert "account" not in one.verdict
        assert (one.verdict == "negligible") == (1e-9 <= abs(one.change) < 0.01)


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
            if not (move and move.force) and name not in ("delay", "hold", "silent")
        ]
        assert len(peaceful) >= 3, (party, peaceful)


def test_the_draft_that_no_account_knows_is_there_by_a_switch_only(scenario, game) -> None:
    assert scenario.switches["mediator_own_draft"].value == "not_prepared"
    uses = offramp.outcomes(offramp.solve(game, starts=0), rounds=0).move_uses
    drafted = [str(one) for one in uses.move.values if str(one).endswith("redraft")]
    assert drafted
    assert all(float(uses.sel(move=one)[0]) == 0 for one in drafted)


def _regrets_within_bounds(game, count: int, scale: float) -> None:
    """With a draft of the mediator's own and without."""
    draws = game.draws(count, seed=2)
    parts = game.parts(draws)
    assert len(parts) == 2
    for rows, own in parts:
        _regrets_of(own, draws.rows(rows), scale)


def _regrets_of(game, draws, scale: float) -> None:
    solved = offramp.solve(game, draws, precision_scale=scale, starts=0)
    found = solved.equilibria
    fine = found.status == "solved"
    assert set(found.branch) <= {"traced", "continued", "fixed_point"}
    bound = found.regret_bound[fine]
    assert (found.regret[fine] <= bound).all()
    assert (found.regret_anywhere[fine] <= bound).all()
    assert (found.regret[fine] >= 0).all()
    assert found.residual[fine].max() < 1e-11 * np.ptp(game.tables(solved.draws).end_pay)  # stakes
    assert all(message for message in found.message[~fine])
    assert fine.mean() > 0.9


def test_regret_is_within_its_bound_on_every_draw(game) -> None:
    _regrets_within_bounds(game, 100, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1.0, 4.0])
def test_regret_is_within_its_bound_on_a_thousand_draws(game, scale: float) -> None:
    _regrets_within_bounds(game, 1000, scale)


def test_high_precision_ends_with_honest_statuses(game) -> None:
    _regrets_within_bounds(game, 8, 4.0)


def test_outcomes_add_up(game) -> None:
    solved = offramp.solve(game, game.draws(16, seed=3), starts=0)
    probability = offramp.outcomes(solved, rounds=0)["probability"].values
    np.testing.assert_allclose(probability.sum(axis=1), 1, atol=1e-12)
