"""Sobol points are scipy's, at every index."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from offramp.game.sobol import BITS, sobol_points


def of_scipy(dimensions: int, count: int, seed: int, first: int) -> np.ndarray:
    sampler = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    if first:
        return sampler.fast_forward(first).random(count)
    return sampler.random_base2(int(count - 1).bit_length())[:count]


@pytest.mark.parametrize("dimensions", [1, 2, 3, 30, 400])
@pytest.mark.parametrize("first", [0, 1, 5, 64, 1000])
def test_points_are_those_of_scipy(dimensions: int, first: int) -> None:
    for seed in (0, 7, 2**40):
        found = sobol_points(dimensions, 37, seed, first)
        assert np.array_equal(found, of_scipy(dimensions, 37, seed, first))


def test_every_dimension_is_that_of_scipy() -> None:
    most = qmc.Sobol.MAXDIM
    assert np.array_equal(sobol_points(most, 3, 1), of_scipy(most, 3, 1, 0))


def test_points_far_on_are_found_at_once() -> None:
    far = 3_000_000
    assert np.array_equal(sobol_points(2, 4, 5, far), of_scipy(2, 4, 5, far))
    last = sobol_points(2, 1, 5, 2**BITS - 1)
    assert ((last >= 0) & (last < 1)).all()
