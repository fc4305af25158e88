"""Inputs of an emulator: the assumptions that vary, and the place of a value in its range.

A place is the share of the range's distribution below the value, so that whatever the range,
places are even between 0 and 1. Where the range is not known it is taken as even between the
least and the greatest value of the draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.scenario.distributions import EDGE, Distribution, parse_distribution
from offramp.scenario.pooling import share_below

Array = NDArray[np.float64]
MOST_VALUES = 11
"""Most values of a choice whose polynomials tell them all apart."""


@dataclass(frozen=True)
class Input:
    """One assumption that varies in the draws.

    ``range`` is its distribution as text, with every digit; ``known`` says whether it is the
    scenario's. ``least`` and ``greatest`` are met in the training draws; ``usual`` is the
    nominal value, or the middle of the draws where no scenario is known.
    """

    name: str
    range: str
    known: bool
    least: float
    greatest: float
    usual: float

    @cached_property
    def distribution(self) -> Distribution:
        """The range as a distribution."""
        return parse_distribution(self.range)

    def share(self, value: Array) -> Array:
        """The place of values (any shape) in the range, just above 0 to just below 1."""
        one = self.distribution
        with np.errstate(all="ignore"):
            found = _SHARES[one.name](np.asarray(value, float), one.arguments)
        return np.clip(found, EDGE, 1 - EDGE)

    def value(self, share: Array) -> Array:
        """The values at places in the range."""
        return self.distribution.quantile(share)

    def holds(self, value: float) -> bool:
        """Whether a value lies among those of the training draws."""
        if self.distribution.name == "choice":
            return value in self.distribution.arguments
        return self.least <= value <= self.greatest

    @cached_property
    def most(self) -> int:
        """The highest degree of its polynomials that tells something new."""
        if self.distribution.name != "choice":
            return 99
        return min(len(set(self.distribution.arguments)), MOST_VALUES) - 1

    def polynomials(self, share: Array, degree: int) -> Array:
        """(draw, degree) polynomials 1 to ``degree``, orthonormal over the range.

        Hermite's of the normal score for normal and lognormal ranges, for a choice those over
        its values, else Legendre's of the place.
        """
        if self.distribution.name in ("normal", "lognormal"):
            return _hermite(share, degree)
        if self.distribution.name == "choice":
            return self._discrete(share, degree)
        return _legendre(2 * share - 1, degree)[:, 1:]

    def _discrete(self, share: Array, degree: int) -> Array:
        """Orthonormal polynomials over the values of a choice, each as often as it is written."""
        values = np.array(sorted(self.distribution.arguments))
        low, high = values[0], values[-1]
        scaled = _legendre(2 * (values - low) / (high - low) - 1, degree)
        _, triangle = np.linalg.qr(scaled / np.sqrt(len(values)))
        asked = _legendre(2 * (self.value(share) - low) / (high - low) - 1, degree)
        signs = np.sign(np.diag(triangle))
        found = np.linalg.solve(triangle.T, asked.T).T * signs
        return np.asarray(found[:, 1:], np.float64)


def input_of(
    name: str, values: Array, distribution: Distribution | None, nominal: float | None
) -> Input:
    """The input that ``values`` (draw,) of an assumption are of."""
    low, high = float(values.min()), float(values.max())
    text = f"uniform({low!r}, {high!r})" if distribution is None else exact(distribution)
    usual = (low + high) / 2 if nominal is None else nominal
    return Input(name, text, distribution is not None, low, high, usual)


def exact(distribution: Distribution) -> str:
    """The distribution as text with every digit."""
    return f"{distribution.name}({', '.join(repr(float(one)) for one in distribution.arguments)})"


def places_of(inputs: Sequence[Input], values: Array) -> Array:
    """(draw, input) places of values (draw, input)."""
    return np.column_stack([one.share(values[:, i]) for i, one in enumerate(inputs)])


def even_places(count: int, inputs: int, seed: int) -> Array:
    """(count, inputs) places of a scrambled Sobol sequence."""
    from scipy.stats import qmc  # pyright: ignore[reportMissingTypeStubs]

    sampler = qmc.Sobol(inputs, scramble=True, rng=np.random.default_rng(seed))
    points = sampler.random_base2(max(0, int(count - 1).bit_length()))[:count]
    return np.clip(points, EDGE, 1 - EDGE)


def place_chunks(count: int, inputs: int, seed: int, rows: int = 1 << 15) -> Iterator[Array]:
    """The same places as ``even_places``, at most ``rows`` (a power of two) at a time."""
    if count <= rows:
        yield even_places(count, inputs, seed)
        return
    from scipy.stats import qmc  # pyright: ignore[reportMissingTypeStubs]

    sampler = qmc.Sobol(inputs, scramble=True, rng=np.random.default_rng(seed))
    for low in range(0, count, rows):
        yield np.clip(sampler.random(rows)[: count - low], EDGE, 1 - EDGE)


def _legendre(x: Array, degree: int) -> Array:
    """(draw, degree + 1) Legendre polynomials with mean square 1 between -1 and 1."""
    from numpy.polynomial.legendre import legvander

    scale = np.sqrt(2.0 * np.arange(degree + 1) + 1)
    return np.asarray(legvander(x, degree) * scale, np.float64)


def _hermite(share: Array, degree: int) -> Array:
    from numpy.polynomial.hermite_e import hermevander
    from scipy import special  # pyright: ignore[reportMissingTypeStubs]

    scale = np.sqrt(special.factorial(np.arange(degree + 1)))
    return (hermevander(special.ndtri(share), degree) / scale)[:, 1:]


def _special() -> Any:
    from scipy import special  # pyright: ignore[reportMissingTypeStubs]

    return special


def _even(x: Array, a: tuple[float, ...]) -> Array:
    return (x - a[0]) / (a[1] - a[0])


def _triangle(x: Array, a: tuple[float, ...]) -> Array:
    low, mode, high = a
    left = np.maximum(x - low, 0) ** 2 / ((high - low) * (mode - low))
    right = 1 - np.maximum(high - x, 0) ** 2 / ((high - low) * (high - mode))
    return np.where(x < mode, left, right)


def _pert(x: Array, a: tuple[float, ...]) -> Array:
    low, mode, high = a
    first = 1 + 4 * (mode - low) / (high - low)
    second = 1 + 4 * (high - mode) / (high - low)
    return _special().betainc(first, second, np.clip((x - low) / (high - low), 0, 1))


def _choice(x: Array, a: tuple[float, ...]) -> Array:
    """The middle of the places that a value of a choice has."""
    values = np.array(a)  # in the order written, in which places go
    nearest = np.abs(x[..., None] - values).argmin(axis=-1)
    return (nearest + 0.5) / len(values)


_SHARES: dict[str, Callable[[Array, tuple[float, ...]], Array]] = {
    "uniform": _even,
    "triangular": _triangle,
    "pert": _pert,
    "normal": lambda x, a: _special().ndtr((x - a[0]) / a[1]),
    "lognormal": lambda x, a: _special().ndtr((np.log(np.maximum(x, 1e-300)) - a[0]) / a[1]),
    "beta": lambda x, a: _special().betainc(a[0], a[1], np.clip(x, 0, 1)),
    "choice": _choice,
    "piecewise": share_below,
}
