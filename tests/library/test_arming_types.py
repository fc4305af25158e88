"""An arms race with few types has equilibria that a continuum lacks; when they go, and where to."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit

import offramp
from offramp.scenario import with_account
from offramp.study import model_named
from tests.library.canonical import Played, replayed
from tests.library.refining import with_types

Array = NDArray[np.float64]
NAME = "model-arms-race"
ARMING = "share a_decides.arm a_decides.rest_content"


def replies(types: int, sharp: float, arming: Array, mu: float = 0.05, d: float = 0.6) -> Array:
    """How often a side arms where the other does with ``arming``, for costs up to 1."""
    costs = (np.arange(types) + 0.5) / types
    gain = mu * (1 - arming) + d * arming
    return expit(sharp * (gain - costs[:, None])).mean(axis=0)


def fixed_points(types: int, sharp: float, **numbers: float) -> Array:
    """Every share of arming that answers itself, to 1e-4: the symmetric equilibria."""
    grid = np.linspace(0, 1, 20_001)
    excess = replies(types, sharp, grid, **numbers) - grid
    return grid[:-1][np.signbit(excess[:-1]) != np.signbit(excess[1:])]


def _all_of(whole: dict[str, object], sharp: float) -> tuple[Played, int]:
    one = replayed(whole, sharp=sharp)
    return one, len(offramp.solve(one.game).equilibria.others)


@pytest.mark.parametrize("account", ["", "multiplier", "steep"])
def test_errors_as_wide_as_the_gaps_leave_one_equilibrium(account: str) -> None:
    scenario = offramp.read(NAME)
    game = offramp.build(with_account(scenario, account) if account else scenario)
    assert offramp.solve(game).equilibria.others == ()


def test_sharper_choice_brings_the_second_equilibrium_of_ten_types_back() -> None:
    """As the reply of ten types says, which is worked out here without any solver."""
    exact = model_named("arms_race_uniform").evaluate(case="interior")["pr_build"]
    one, others = _all_of(with_types(NAME, 10), 500)
    points = fixed_points(10, 500)
    assert others >= 1
    assert np.abs(points - one.value(ARMING)).min() < 1e-4
    assert points == pytest.approx([0.1, 0.19, 0.199], abs=0.001)
    assert abs(points - exact).max() < 1.1 / 10


@pytest.mark.parametrize("types", [10, 20, 40, 160])
def test_spurious_equilibria_close_in_on_the_true_one(types: int) -> None:
    """With best replies as good as exact they never go, but lie within 1.1 types of it."""
    exact = model_named("arms_race_uniform").evaluate(case="interior")["pr_build"]
    points = fixed_points(types, 2000 * types)
    assert len(points) > 1
    assert abs(points - exact).max() < 1.12 / types + 1e-4


@pytest.mark.parametrize(("types", "most"), [(10, 0.01), (20, 0.001), (40, 0.0001)])
def test_types_and_sharpness_together_lead_to_the_continuum(types: int, most: float) -> None:
    """To 0.111111, the reference value of the case 'interior'; sharp is 2 for every type."""
    points = fixed_points(types, 2 * types)
    assert len(points) == 1
    assert abs(points[0] - 0.1111111111111111) < most
