"""Gaussian process: a straight plane and a smooth surface that bends where the draws say so.

The covariance is that of Matern with smoothness 5/2, a linear one and noise (Rasmussen and
Williams 2006). With few inputs each has a length of its own; with many, the inputs are scaled
by what a polynomial of the same draws says that they weigh, and one length is left. Lengths
and sizes come from the largest marginal likelihood (scikit-learn) of at most 256 of the draws.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.study.emulation.inputs import Input

Array = NDArray[np.float64]
MOST = 1500
"""Most draws of a process: its work grows with their cube."""
TUNED = 256
"""Most draws that lengths and sizes are found with."""
FEW = 8
"""Inputs up to which each has a length of its own."""
FLOOR = 1e-3
"""What an input that weighs nothing weighs all the same."""
ROWS = 2048
SURE = 1.959963984540054
"""Standard deviations on either side of a 95 % interval."""
JITTER = 1e-10
STEPS, ENOUGH = 60, 1e-6
"""Most steps of the search for the largest likelihood, and the relative gain that ends it."""


@dataclass(frozen=True, eq=False)
class Process:
    """A fitted process; arrays are read-only.

    ``scale`` (input,) multiplies coordinates, ``length`` (input,) divides them again in the
    bent part; ``points`` (draw, input) are scaled training places, ``pull`` (draw,) what
    each adds. Sizes are in units of ``spread`` around ``centre``.
    """

    inputs: tuple[Input, ...]
    scale: Array
    length: Array
    bent: float
    straight: float
    noise: float
    centre: float
    spread: float
    points: Array
    pull: Array

    def __post_init__(self) -> None:
        for array in (self.scale, self.length, self.points, self.pull):
            array.setflags(write=False)

    def predict(self, places: Array) -> Array:
        """(draw,) mean values at ``places`` (draw, input)."""
        found = np.empty(len(places))
        for low in range(0, len(places), ROWS):
            part = slice(low, low + ROWS)
            near = self._covariance(self._scaled(places[part]), self.points)
            found[part] = near @ self.pull
        return self.centre + self.spread * found

    def interval(self, places: Array) -> tuple[Array, Array]:
        """(draw,) ends of the interval that the process gives 95 % to, for a new solved draw."""
        from scipy.linalg import solve_triangular  # pyright: ignore[reportMissingTypeStubs]

        reach = np.empty(len(places))
        for low in range(0, len(places), ROWS):
            part = slice(low, low + ROWS)
            asked = self._scaled(places[part])
            near = self._covariance(asked, self.points)
            known = solve_triangular(self.root, near.T, lower=True, check_finite=False)
            own = self.bent + self.straight * (asked**2).sum(axis=1) + self.noise
            reach[part] = np.sqrt(np.maximum(own - (known**2).sum(axis=0), 0))
        middle, half = self.predict(places), SURE * self.spread * reach
        return middle - half, middle + half

    @cached_property
    def root(self) -> Array:
        """The triangular root of the covariance of the training draws."""
        whole = self._covariance(self.points, self.points)
        whole[np.diag_indices(len(whole))] += self.noise + JITTER * float(np.diag(whole).mean())
        return np.asarray(np.linalg.cholesky(whole), np.float64)

    def _scaled(self, places: Array) -> Array:
        return _coordinates(self.inputs, places) * self.scale

    def _covariance(self, one: Array, other: Array) -> Array:
        """(draw, draw) Matern 5/2 and linear covariance of scaled coordinates."""
        near, far = one / self.length, other / self.length
        square = (near**2).sum(axis=1)[:, None] + (far**2).sum(axis=1) - 2 * near @ far.T
        apart = np.sqrt(np.maximum(5 * square, 0))
        bend = (1 + apart + apart**2 / 3) * np.exp(-apart)
        return self.bent * bend + self.straight * (one @ other.T)


def fit_process(
    inputs: Sequence[Input],
    places: Array,
    values: Array,
    weights: Array,
    seed: int,
    near: Process | None = None,
) -> Process:
    """The process through ``values`` (draw,) at ``places`` (draw, input).

    ``weights`` (input,) is what each input weighs; of more than 1,500 draws as many are taken
    at random by ``seed``. The search for lengths and sizes begins at those of ``near``, which
    saves steps.
    """
    from scipy.linalg import cho_solve  # pyright: ignore[reportMissingTypeStubs]

    rows = np.random.default_rng(seed).permutation(len(values))[:MOST]
    centre, spread = float(values[rows].mean()), float(values[rows].std()) or 1.0
    own = len(inputs) <= FEW
    scale = np.ones(len(inputs)) if own else np.sqrt(np.maximum(weights, 0) + FLOOR)
    points = _coordinates(inputs, places[rows]) * scale
    told = (values[rows] - centre) / spread
    length, bent, straight, noise = _tuned(points[:TUNED], told[:TUNED], own, near)
    empty = Process(
        tuple(inputs),
        scale,
        np.broadcast_to(length, len(inputs)).copy(),
        bent,
        straight,
        noise,
        centre,
        spread,
        points,
        np.zeros(len(rows)),
    )
    pull = cho_solve((empty.root, True), told)
    parts = {name: getattr(empty, name) for name in empty.__dataclass_fields__}
    return Process(**{**parts, "pull": pull})


def _tuned(
    points: Array, values: Array, own: bool, near: Process | None
) -> tuple[Array, float, float, float]:
    """Lengths, and the sizes of the bent part, the straight part and the noise."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, DotProduct, Matern, WhiteKernel

    length: Any = np.full(points.shape[1], 2.0) if own else 1.0
    bent, straight, noise = 1.0, 0.1, 1e-2
    if near is not None:
        length = near.length if own else float(near.length[0])
        bent, straight, noise = near.bent, near.straight, near.noise
    kernel = (
        ConstantKernel(bent, (1e-4, 1e4)) * Matern(length, (1e-2, 1e4), nu=2.5)
        + ConstantKernel(straight, (1e-6, 1e4)) * DotProduct(0.0, "fixed")
        + WhiteKernel(noise, (1e-8, 10.0))
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a size at its bound is none to speak of
        search: Any = _largest
        fitted = GaussianProcessRegressor(kernel, optimizer=search).fit(points, values)
    found: Any = fitted.kernel_
    told = found.get_params()
    return (
        np.atleast_1d(np.asarray(told["k1__k1__k2__length_scale"], float)),
        float(told["k1__k1__k1__constant_value"]),
        float(told["k1__k2__k1__constant_value"]),
        float(told["k2__noise_level"]),
    )


def _largest(negative: Any, start: Array, bounds: Array) -> tuple[Array, float]:
    """Where the likelihood is largest, as far as anybody can tell apart."""
    from scipy.optimize import minimize  # pyright: ignore[reportMissingTypeStubs]

    start = np.clip(start, bounds[:, 0], bounds[:, 1])
    found = minimize(
        negative,
        start,
        jac=True,
        bounds=bounds,
        method="L-BFGS-B",
        options={"maxiter": STEPS, "ftol": ENOUGH, "gtol": 1e-3},
    )
    return np.asarray(found.x, np.float64), float(found.fun)


def _coordinates(inputs: Sequence[Input], places: Array) -> Array:
    """(draw, input) places as numbers with mean 0 and variance 1 over the range."""
    return np.column_stack([one.polynomials(places[:, i], 1)[:, 0] for i, one in enumerate(inputs)])
