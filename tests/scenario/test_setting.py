"""Assumptions fixed by hand."""

from __future__ import annotations

import math

import pytest

from offramp.core.errors import OfframpError
from offramp.game import build
from offramp.scenario import Scenario, read, understand
from offramp.scenario.model import Family, Quantity
from offramp.scenario.setting import with_values

from .base import BASE, changed


def nominal(scenario: Scenario) -> dict[str, float]:
    draws = build(scenario).nominal()
    return dict(zip(draws.names, draws.values[0].tolist(), strict=True))


def test_values_are_fixed_and_lose_their_range() -> None:
    scenario = with_values(read(BASE), {"gain": 0.5, "cost[north]": 0.25, "odd": 0})
    assert nominal(scenario) == {"cost[north]": 0.25, "cost[south]": 0.06, "gain": 0.5, "odd": 0}
    gain = scenario.parameters["gain"]
    assert isinstance(gain, Quantity)
    assert (gain.range, gain.source, gain.note) == (None, "memo", "set by hand for this run")
    cost = scenario.parameters["cost"]
    assert isinstance(cost, Family)
    assert cost.each["south"] == 0.06
    assert set(build(scenario).draws(64, seed=1).values[:, 2].tolist()) == {0.5}


def test_the_given_scenario_stays_as_it_is() -> None:
    scenario = read(BASE)
    before = scenario.content_hash
    changed_one = with_values(scenario, {"gain": 0.5})
    assert scenario.content_hash == before != changed_one.content_hash
    assert with_values(scenario, {}) == scenario


def test_what_follows_by_formula_follows() -> None:
    text = changed(("  odd: 0.25", "  odd: 0.25\n  twice: 2 * gain\n  thrice: 3 * twice"))
    values = nominal(with_values(read(text), {"gain": 0.2}))
    assert (values["twice"], values["thrice"]) == pytest.approx((0.4, 1.2))
    values = nominal(with_values(read(text), {"twice": 1}))
    assert (values["gain"], values["thrice"]) == pytest.approx((0.1, 3))


def test_spaces_in_a_name_do_not_matter() -> None:
    assert nominal(with_values(read(BASE), {"cost[ north ]": 1}))["cost[north]"] == 1


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("gian", "gain"),
        ("cost[nroth]", "cost[north]"),
        ("gain[north]", "did you mean"),
        ("", "known here"),
        ("cost[]", "cost"),
        ("rung", "known here"),
        ("[", "known here"),
    ],
)
def test_unknown_names(name: str, near: str) -> None:
    with pytest.raises(OfframpError) as caught:
        with_values(read(BASE), {name: 1})
    assert f"no assumption '{name}'" in str(caught.value)
    assert near in caught.value.repair


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none(value: float) -> None:
    with pytest.raises(OfframpError, match="a finite number"):
        with_values(read(BASE), {"gain": value})


def test_values_that_do_not_fit_are_refused_by_the_game() -> None:
    scenario = with_values(read(BASE), {"odd": 1.5})
    understand(scenario)
    game = build(scenario)
    with pytest.raises(OfframpError, match=r"odds of 'slide' are 1\.5") as caught:
        game.tables(game.nominal())
    assert caught.value.place is not None, "the scenario keeps its places"
