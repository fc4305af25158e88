"""Parts of a variance against functions whose parts are known; how often intervals hold them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from offramp.game.sobol import sobol_points
from offramp.scenario.distributions import parse_distribution
from offramp.study.emulation.inputs import input_of
from offramp.study.sensitivity.partition import ROUNDED, Parts, divide

Array = np.ndarray
EVEN = np.linspace(0, 1, 100_001)[:-1] + 5e-6


@dataclass(frozen=True)
class Case:
    """A sum of functions of one number each, and what is added to it that they do together."""

    alone: Sequence[Callable[[Array], Array]]
    joint: Callable[[Array], Array] | None = None
    joint_variance: float = 0.0

    @property
    def shares(self) -> Array:
        own = np.array([np.var(one(EVEN)) for one in self.alone])
        return own / (own.sum() + self.joint_variance)

    @property
    def together(self) -> float:
        return 1 - float(self.shares.sum())

    def parts(self, count: int, seed: int, *, one_scrambling: bool = False) -> Parts:
        places, batch = draws(count, len(self.alone), seed, one_scrambling)
        results = sum(one(places[:, i]) for i, one in enumerate(self.alone))
        if self.joint is not None:
            results = results + self.joint(places)
        even = parse_distribution("uniform(0, 1)")
        inputs = [input_of(f"a{i}", column, even, None) for i, column in enumerate(places.T)]
        return divide(inputs, places, np.asarray(results), batch, range(len(inputs)), len(inputs))


def draws(count: int, inputs: int, seed: int, one_scrambling: bool) -> tuple[Array, Array]:
    """Places and batches, as a run makes them or as they are made for the purpose."""
    if one_scrambling:
        return sobol_points(inputs, count, seed), np.arange(count) * 8 // count
    seeds = np.random.SeedSequence(seed).generate_state(8)
    places = np.empty((count, inputs))
    for turn in range(8):
        places[turn::8] = sobol_points(inputs, len(range(turn, count, 8)), int(seeds[turn]))
    return places, np.arange(count) % 8


def slope(size: float) -> Callable[[Array], Array]:
    return lambda x: size * x


def centred(u: Array) -> Array:
    return np.pi * (2 * u - 1)


SUMS = {
    "straight": Case([slope(1), slope(2)]),
    "bent": Case([lambda x: np.exp(2 * x), lambda x: 3 * x**2, lambda x: np.sin(6 * x)]),
    "logit": Case([lambda x: 1 / (1 + np.exp(-12 * (x - 0.4))), np.sqrt]),
    "kinks": Case([lambda x: abs(x - 0.4), lambda x: np.maximum(x - 0.6, 0)]),
    "steps": Case([lambda x: 1.0 * (x > 0.3), lambda x: 0.5 * (x > 0.7)]),
    "idle": Case([slope(1), slope(0), np.exp, slope(0)]),
    "twenty": Case([slope(1 + i % 3) for i in range(20)]),
    "twenty bent": Case([np.exp, slope(0.3)] * 10),
}
JOINT = {
    "product": Case([slope(0.5), slope(0.5)], lambda u: (u[:, 0] - 0.5) * (u[:, 1] - 0.5), 1 / 144),
    "either or": Case([slope(0)] * 4, lambda u: 1.0 * ((u[:, 0] > 0.5) ^ (u[:, 1] > 0.5)), 0.25),
    "ishigami": Case(
        [lambda x: (1 + 0.1 * np.pi**4 / 5) * np.sin(centred(x)),
         lambda x: 7 * np.sin(centred(x)) ** 2, slope(0)],
        lambda u: 0.1 * (centred(u[:, 2]) ** 4 - np.pi**4 / 5) * np.sin(centred(u[:, 0])),
        0.01 * np.pi**8 * (1 / 18 - 1 / 50),
    ),
}  # fmt: skip


def held(case: Case, parts: Parts) -> Array:
    """(input,) whether each interval holds the share."""
    low, high = parts.alone_interval.T
    return (low <= case.shares) & (case.shares <= high)


def test_a_sum_of_straight_lines_is_told_exactly() -> None:
    for count in (64, 400):
        parts = SUMS["straight"].parts(count, 3)
        assert parts.alone == pytest.approx([0.2, 0.8], abs=1e-9)
        assert np.ptp(parts.alone_interval, axis=1) == pytest.approx(2 * ROUNDED)
        assert parts.together_interval[0] == 0
        assert parts.together_interval[1] <= 2 * ROUNDED
        assert parts.variance == pytest.approx(5 / 12)


@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("one_scrambling", [False, True])
def test_intervals_hold_the_shares_of_sums(name: str, one_scrambling: bool) -> None:
    case = SUMS[name]
    found = [case.parts(64, seed, one_scrambling=one_scrambling) for seed in range(6)]
    assert np.mean([held(case, parts) for parts in found]) >= 0.8
    assert sum(parts.together_interval[0] > 0 for parts in found) <= 1


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("count", [64, 256, 1000])
def test_intervals_hold_the_shares_of_sums_in_nine_of_ten_of_200_seeds(
    name: str, count: int
) -> None:
    """Of smooth sums they are a few millionths wide; where they are wide, they are outer bounds."""
    case = SUMS[name]
    found = [case.parts(count, seed) for seed in range(200)]
    assert np.mean([held(case, parts) for parts in found], axis=0).min() >= 0.9
    assert sum(parts.together_interval[0] > 0 for parts in found) <= 10


@pytest.mark.parametrize("name", JOINT)
def test_what_several_do_together_is_found(name: str) -> None:
    case = JOINT[name]
    parts = case.parts(400, 1)
    low, high = parts.together_interval
    assert 0 < low <= case.together <= high
    assert held(case, parts).all()
    assert parts.unexplained < 0.3


def test_with_too_few_draws_it_is_left_open() -> None:
    case = JOINT["ishigami"]
    parts = case.parts(64, 0, one_scrambling=True)
    assert parts.together_interval[1] - parts.together_interval[0] > 0.5
    assert held(case, parts).all()


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
    places, batch = draws(512, 2, 4, one_scrambling=False)
    places = np.clip(places, 2.0**-31, 1 - 2.0**-31)
    values = np.column_stack([one.quantile(places[:, 0]), two.quantile(places[:, 1])])

    def curve(x: Array) -> Array:
        return 1 / (1 + np.exp(1 - x))

    inputs = [input_of("a", values[:, 0], one, None), input_of("b", values[:, 1], two, None)]
    results = curve(values[:, 0]) + 0.2 * values[:, 1]
    parts = divide(inputs, values, results, batch, [0, 1], 2)
    own = np.array([np.var(curve(one.quantile(EVEN))), np.var(0.2 * two.quantile(EVEN))])
    assert parts.alone == pytest.approx(own / own.sum(), abs=0.01)
    low, high = parts.alone_interval.T
    assert ((low <= own / own.sum()) & (own / own.sum() <= high)).all()
    assert parts.together_interval[0] == 0


def test_members_of_a_group_do_nothing_together_but_by_themselves() -> None:
    """The product of two inputs of one group belongs to the group alone."""
    places, batch = draws(256, 3, 2, one_scrambling=False)
    even = parse_distribution("uniform(0, 1)")
    inputs = [input_of(f"a{i}", column, even, None) for i, column in enumerate(places.T)]
    results = places[:, 0] * places[:, 1] + places[:, 2]
    parts = divide(inputs, places, results, batch, [0, 0, 1], 2)
    assert parts.alone == pytest.approx(np.array([7, 12]) / 19, abs=1e-6)
    assert parts.together_interval[0] == 0
    apart = divide(inputs, places, results, batch, [0, 1, 2], 3)
    assert apart.together == pytest.approx(1 / 19, abs=1e-6)
    assert apart.involved == pytest.approx(np.array([4, 4, 12]) / 19, abs=1e-6)
