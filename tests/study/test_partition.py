"""Parts of a variance against functions whose parts are known; how often intervals hold them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from offramp.game.sobol import sobol_points
from offramp.scenario.distributions import parse_distribution
from offramp.study.emulation.inputs import input_of
from offramp.study.sensitivity.indices import stretches
from offramp.study.sensitivity.partition import ROUNDED, Parts, divide

Array = np.ndarray
EVEN = np.linspace(0, 1, 100_001)[:-1] + 5e-6


@dataclass(frozen=True)
class Case:
    """A sum of functions of one number each, and what is added to it.

    That is what they do together, and by how much (standard deviation) each draw is off by itself.
    """

    alone: Sequence[Callable[[Array], Array]]
    joint: Callable[[Array], Array] | None = None
    joint_variance: float = 0.0
    off: float = 0.0

    @property
    def shares(self) -> Array:
        own = np.array([np.var(one(EVEN)) for one in self.alone])
        return own / (own.sum() + self.joint_variance + self.off**2)

    @property
    def together(self) -> float:
        return 1 - float(self.shares.sum())

    def parts(self, count: int, seed: int) -> Parts:
        """As told from the draws of a run."""
        places = sobol_points(len(self.alone), count, seed)
        results = sum(one(places[:, i]) for i, one in enumerate(self.alone))
        if self.joint is not None:
            results = results + self.joint(places)
        results = results + self.off * np.random.default_rng(seed).standard_normal(count)
        return told(places, np.asarray(results), EACH)

    def found(self, count: int, seeds: int) -> Found:
        """Over seeds 0.., what is measured in these tests."""
        return Found(self.shares, [self.parts(count, seed) for seed in range(seeds)])


@dataclass(frozen=True)
class Found:
    """Parts over seeds beside the shares (input,) that are true."""

    shares: Array
    parts: Sequence[Parts]

    @property
    def held(self) -> Array:
        """(input,) how often intervals hold the share."""
        return np.mean([held(self.shares, one) for one in self.parts], axis=0)

    @property
    def width(self) -> float:
        """The mean width of intervals of inputs that do something."""
        return float(
            np.mean([np.ptp(one.alone_interval[self.shares > 0], axis=1) for one in self.parts])
        )

    @property
    def off(self) -> float:
        """How far what is told is from the shares, as a root mean square."""
        return float(np.sqrt(np.mean([(one.alone - self.shares) ** 2 for one in self.parts])))

    @property
    def claimed(self) -> int:
        """How often something is said to come from several together."""
        return sum(bool(one.together_interval[0] > 0) for one in self.parts)


EACH = "uniform(0, 1)"


def told(values: Array, results: Array, text: str) -> Parts:
    """Parts of ``results`` at ``values`` (draw, input), all of one range."""
    ranges = parse_distribution(text)
    inputs = [input_of(f"a{i}", column, ranges, None) for i, column in enumerate(values.T)]
    count = len(inputs)
    return divide(inputs, values, results, stretches(len(results)), range(count), count)


def held(shares: Array, parts: Parts) -> Array:
    """(input,) whether each interval holds the share."""
    low, high = parts.alone_interval.T
    return (low <= shares) & (shares <= high)


def slope(size: float) -> Callable[[Array], Array]:
    return lambda x: size * x


def curve(size: float) -> Callable[[Array], Array]:
    return lambda x: size / (1 + np.exp(-12 * (x - 0.5)))


def centred(u: Array) -> Array:
    return np.pi * (2 * u - 1)


SUMS = {
    "straight": Case([slope(1), slope(2)]),
    "bent": Case([lambda x: np.exp(2 * x), lambda x: 3 * x**2, lambda x: np.sin(6 * x)]),
    "logit": Case([lambda x: 1 / (1 + np.exp(-12 * (x - 0.4))), np.sqrt]),
    "kinks": Case([lambda x: abs(x - 0.4), lambda x: np.maximum(x - 0.6, 0)]),
    "steps": Case([lambda x: 1.0 * (x > 0.3), lambda x: 0.5 * (x > 0.7)]),
    "idle": Case([slope(1), slope(0), np.exp, slope(0)]),
    "unequal": Case(
        [slope(1), lambda x: 0.6 * x**2, lambda x: 0.4 * np.sqrt(x), curve(0.2), slope(0.1)]
    ),
    "step and line": Case([lambda x: 1.0 * (x > 0.3), slope(1)]),
    "twenty": Case([slope(1 + i % 3) for i in range(20)]),
    "twenty bent": Case([np.exp, slope(0.3)] * 10),
    "three of twenty": Case([slope(1), lambda x: 0.6 * np.exp(x), curve(0.4)] + [slope(0)] * 17),
    "a little off": Case([slope(1), curve(0.5)], off=0.05),
    "off": Case([slope(1), np.square], off=0.15),
}
JOINT = {
    "product": Case([slope(0.5), slope(0.5)], lambda u: (u[:, 0] - 0.5) * (u[:, 1] - 0.5), 1 / 144),
    "either or": Case([slope(0)] * 4, lambda u: 1.0 * ((u[:, 0] > 0.5) ^ (u[:, 1] > 0.5)), 0.25),
    "ishigami": Case(
        [
            lambda x: (1 + 0.1 * np.pi**4 / 5) * np.sin(centred(x)),
            lambda x: 7 * np.sin(centred(x)) ** 2,
            slope(0),
        ],
        lambda u: 0.1 * (centred(u[:, 2]) ** 4 - np.pi**4 / 5) * np.sin(centred(u[:, 0])),
        0.01 * np.pi**8 * (1 / 18 - 1 / 50),
    ),
}


def test_a_sum_of_straight_lines_is_told_exactly() -> None:
    for count in (64, 400):
        parts = SUMS["straight"].parts(count, 3)
        assert parts.alone == pytest.approx([0.2, 0.8], abs=1e-9)
        assert np.ptp(parts.alone_interval, axis=1) == pytest.approx(2 * ROUNDED)
        assert parts.together_interval[0] == 0
        assert parts.together_interval[1] <= 2 * ROUNDED
        assert parts.variance == pytest.approx(5 / 12)


@pytest.mark.parametrize("name", SUMS)
def test_intervals_hold_the_shares_of_sums(name: str) -> None:
    found = SUMS[name].found(64, 6)
    assert found.held.mean() >= 0.8
    assert found.claimed <= 1


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("count", [64, 200, 400, 1000])
def test_intervals_hold_the_shares_of_sums_in_nine_of_ten_of_200_seeds(
    name: str, count: int
) -> None:
    """Of each input; of twenty the mean, as one may stand in a poor pattern with another."""
    found = SUMS[name].found(count, 200)
    assert found.held.mean() >= 0.9
    assert found.held.min() >= 0.9 or len(found.held) > 5
    assert found.claimed <= 10


@pytest.mark.parametrize(
    ("name", "count", "width", "off"),
    [
        ("step and line", 400, 0.085, 0.01),
        ("steps", 400, 0.1, 0.015),
        ("logit", 64, 0.03, 0.01),
        ("off", 400, 0.14, 0.05),
        ("off", 1000, 0.08, 0.03),
    ],
)
def test_intervals_are_not_as_wide_as_what_the_fit_leaves(
    name: str, count: int, width: float, off: float
) -> None:
    """Of steps the fit leaves 5 to 20 %, of sums that are off as much as they are off."""
    found = SUMS[name].found(count, 5)
    assert found.width <= width
    assert found.off <= off
    assert found.held.mean() >= 0.8


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("count", [64, 200, 400, 1000])
def test_of_sums_that_are_off_they_are_95_percent_intervals(count: int) -> None:
    """Nothing is even there, so that no draws are more exact than they let see."""
    assert 0.9 <= SUMS["off"].found(count, 200).held.mean() <= 0.995


def test_inputs_that_do_nothing_are_told_as_nothing() -> None:
    case = SUMS["three of twenty"]
    for count in (64, 400):
        found = [case.parts(count, seed) for seed in range(5)]
        idle = np.array([one.alone_interval[case.shares == 0] for one in found])
        assert np.mean(idle[..., 0] == 0) >= 0.93
        assert idle[..., 1].mean() < 0.01
        assert max(one.alone[case.shares == 0].max() for one in found) < 0.01


@pytest.mark.parametrize("name", JOINT)
def test_what_several_do_together_is_found(name: str) -> None:
    case = JOINT[name]
    for count, seed in ((400, 1), (400, 2), (1000, 3)):
        parts = case.parts(count, seed)
        low, high = parts.together_interval
        assert 0 < low <= case.together <= high
        assert parts.together == pytest.approx(case.together, abs=0.1)
        assert held(case.shares, parts).mean() >= 0.5
        assert parts.unexplained < 0.3


def test_with_too_few_draws_it_is_left_open() -> None:
    case = JOINT["ishigami"]
    parts = case.parts(64, 0)
    assert parts.together_interval[1] - parts.together_interval[0] > 0.5
    assert held(case.shares, parts).all()


def test_of_one_input_all_is_its_own() -> None:
    for shape in (slope(1), lambda x: np.sin(40 * x), lambda x: 1.0 * (x > 0.97)):
        parts = Case([shape]).parts(64, 5)
        assert parts.alone.tolist() == [1]
        assert parts.alone_interval.tolist() == [[1, 1]]
        assert parts.together == 0
        assert parts.together_interval.tolist() == [0, 0]


@pytest.mark.parametrize(
    "text", ["normal(1, 2)", "lognormal(0, 0.5)", "choice(0, 1, 1, 5)", "pert(0, 1, 5)"]
)
def test_ranges_of_every_kind(text: str) -> None:
    """A logistic curve of one range and a straight line of another, against a fine grid."""
    one, two = parse_distribution(text), parse_distribution("triangular(0, 1, 3)")
    places, batch = sobol_points(2, 512, 4), stretches(512)
    places = np.clip(places, 2.0**-31, 1 - 2.0**-31)
    values = np.column_stack([one.quantile(places[:, 0]), two.quantile(places[:, 1])])

    def bend(x: Array) -> Array:
        return 1 / (1 + np.exp(1 - x))

    inputs = [input_of("a", values[:, 0], one, None), input_of("b", values[:, 1], two, None)]
    results = bend(values[:, 0]) + 0.2 * values[:, 1]
    parts = divide(inputs, values, results, batch, [0, 1], 2)
    own = np.array([np.var(bend(one.quantile(EVEN))), np.var(0.2 * two.quantile(EVEN))])
    assert parts.alone == pytest.approx(own / own.sum(), abs=0.01)
    low, high = parts.alone_interval.T
    assert ((low <= own / own.sum()) & (own / own.sum() <= high)).all()
    assert parts.together_interval[0] == 0


def test_members_of_a_group_do_nothing_together_but_by_themselves() -> None:
    """The product of two inputs of one group belongs to the group alone."""
    places, batch = sobol_points(3, 256, 2), stretches(256)
    even = parse_distribution("uniform(0, 1)")
    inputs = [input_of(f"a{i}", column, even, None) for i, column in enumerate(places.T)]
    results = places[:, 0] * places[:, 1] + places[:, 2]
    parts = divide(inputs, places, results, batch, [0, 0, 1], 2)
    assert parts.alone == pytest.approx(np.array([7, 12]) / 19, abs=1e-6)
    assert parts.together_interval[0] == 0
    apart = divide(inputs, places, results, batch, [0, 1, 2], 3)
    assert apart.together == pytest.approx(1 / 19, abs=1e-6)
    assert apart.involved == pytest.approx(np.array([4, 4, 12]) / 19, abs=1e-6)
