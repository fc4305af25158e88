"""The ranges of assumptions: eight distributions by name, their medians and quantiles.

uniform(a, b), triangular(a, mode, b), pert(a, mode, b) (weight 4), normal(mean, sd),
lognormal(m, s) of the logarithm, beta(a, b), choice(x, y, …) and piecewise(x, m, y, n, z, …).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import ExpressionError, Place, ScenarioError, suggestion
from offramp.expressions import evaluate, names, number_text, parse

Array = NDArray[np.float64]

EDGE = 2.0**-31
"""Shares of a distribution are drawn from here to one minus this."""

SIGNATURES = {
    "uniform": "uniform(a, b) with a <= b",
    "triangular": "triangular(a, mode, b) with a <= mode <= b",
    "pert": "pert(a, mode, b) with a <= mode <= b",
    "normal": "normal(mean, sd) with sd > 0",
    "lognormal": "lognormal(m, s) with s > 0, both of the logarithm",
    "beta": "beta(a, b) with a > 0 and b > 0",
    "choice": "choice(x, y, …) with at least one number",
    "piecewise": "piecewise(x, m, y, n, z, …) with rising values and between them masses >= 0",
}

POINTED = re.compile(r"(?<=\d),(?=\d)")
"""A comma that stands where a decimal point does."""
COMMAS = re.compile(r"\s*-?\d+,\d+(\s*,\s+-?\d+,\d+)+\s*")
"""Numbers that are all written with a decimal comma, with further space between them."""


@dataclass(frozen=True)
class Distribution:
    """A named distribution of one number; ``arguments`` as written."""

    name: str
    arguments: tuple[float, ...]
    weights: tuple[float, ...] = ()
    """Of a choice: how often each argument is drawn, beside the others; () is all alike."""

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(number_text, self.arguments))})"

    def quantile(self, share: Array) -> Array:
        """The value below which ``share`` (0 to 1, any shape) of the distribution lies."""
        if self.weights:
            return _weighted(share, self.arguments, self.weights)
        with np.errstate(all="ignore"):
            return _QUANTILES[self.name](share, self.arguments)

    @property
    def median(self) -> float:
        """The nominal value where none is given; of a choice the lower median."""
        if self.name == "choice":
            ordered = sorted(self.arguments)
            return ordered[(len(ordered) - 1) // 2]
        return float(self.quantile(np.array([0.5]))[0])

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest value, infinite where there is none."""
        if self.name in ("uniform", "triangular", "pert", "piecewise"):
            return self.arguments[0], self.arguments[-1]
        if self.name == "choice":
            return min(self.arguments), max(self.arguments)
        if self.name == "normal":
            return -math.inf, math.inf
        return (0.0, math.inf) if self.name == "lognormal" else (0.0, 1.0)


def parse_distribution(text: str, place: Place | None = None) -> Distribution:
    """The distribution written in ``text``; a ScenarioError with place where it is none."""
    name, bracket, rest = text.strip().partition("(")
    name = name.strip()
    if name not in SIGNATURES or not bracket or not rest.endswith(")"):
        raise ScenarioError(
            f"'{text}' is no range",
            expected="one of " + ", ".join(SIGNATURES.values()),
            repair=_as_range(text, name),
            place=place,
            code="E405",
        )
    arguments = tuple(_number(part, place) for part in _split(rest[:-1]))
    if COMMAS.fullmatch(rest[:-1]) or not _valid(name, arguments):
        raise ScenarioError(
            f"'{text}' does not fit",
            expected=SIGNATURES[name],
            repair=_mended(name, rest[:-1], arguments),
            place=place,
            code="E405",
        )
    distribution = Distribution(name, arguments)
    if not np.isfinite(distribution.quantile(np.array([EDGE, 0.5, 1 - EDGE]))).all():
        raise ScenarioError(
            f"'{text}' reaches beyond the largest number",
            expected="a range whose values stay below 1e308",
            repair="choose another unit, or a narrower range",
            place=place,
            code="E405",
        )
    return distribution


_NUMBER = r"[-+]?\d+(?:[.,]\d+)?"
TWO_ENDS = re.compile(rf"\s*\[?\s*({_NUMBER})\s*(?:,\s|;|to|–|—|-|\.\.)\s*({_NUMBER})\s*\]?\s*")
"""Two numbers with a word or a sign between them."""


def _as_range(text: str, name: str) -> str:
    """The repair of a text that is no range: two numbers are the ends of a uniform one."""
    ends = TWO_ENDS.fullmatch(text)
    if ends is not None:
        low, high = sorted((one.replace(",", ".") for one in ends.groups()), key=float)
        return f'write "uniform({low}, {high})"'
    return SIGNATURES[name] if name in SIGNATURES else suggestion(name, SIGNATURES)


def _mended(name: str, inside: str, arguments: tuple[float, ...]) -> str:
    """The repair: the nearest range that fits."""
    pointed = POINTED.sub(".", inside)
    if pointed != inside:
        meant = tuple(_number(part, None) for part in _split(pointed))
        if _valid(name, meant):
            return f"write decimal numbers with a decimal point: '{name}({pointed})'"
    near = [
        one
        for one in (
            tuple(sorted(arguments)),
            (*arguments[:1], 1.0),
            (1.0, 1.0),
            (0.0, 0.5, 1.0),
            (0.0, 1.0, 0.5, 1.0, 2.0),
        )
        if _valid(name, one)
    ]
    return f"write it like '{Distribution(name, near[0])}'"


def _split(text: str) -> list[str]:
    """Arguments separated by the commas outside brackets."""
    parts: list[str] = []
    depth, last = 0, 0
    for position, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append(text[last:position])
            last = position + 1
    parts.append(text[last:])
    return parts


def _number(text: str, place: Place | None) -> float:
    expression = parse(text.strip(), None if place is None else place)
    if names(expression):
        raise ScenarioError(
            f"'{text.strip()}' stands in a range",
            expected="numbers only in a range",
            repair="write the number, or derive a parameter by `value`",
            place=place,
            code="E405",
        )
    try:
        return float(evaluate(expression, {}).ravel()[0])
    except ExpressionError as error:
        raise error.located(place) from None


def _valid(name: str, a: tuple[float, ...]) -> bool:
    if name == "choice":
        return len(a) >= 1
    if name == "piecewise":
        return _valid_pieces(a)
    if name in ("triangular", "pert"):
        return len(a) == 3 and a[0] <= a[1] <= a[2]
    if len(a) != 2:
        return False
    if name == "uniform":
        return a[0] <= a[1]
    return a[1] > 0 and (name != "beta" or a[0] > 0)


def _valid_pieces(a: tuple[float, ...]) -> bool:
    values, masses = a[::2], a[1::2]
    rising = all(low < high for low, high in pairwise(values))
    return len(a) >= 3 and len(a) % 2 == 1 and rising and min(masses) >= 0 and sum(masses) > 0


def _special() -> Any:
    from scipy import special  # pyright: ignore[reportMissingTypeStubs]

    return special


def _triangular(u: Array, a: tuple[float, ...]) -> Array:
    low, mode, high = a
    if high == low:
        return np.full_like(u, low)
    left = u * (high - low) * (mode - low)
    right = (1 - u) * (high - low) * (high - mode)
    split = (mode - low) / (high - low)
    return np.where(u < split, low + np.sqrt(left), high - np.sqrt(right))


def _pert(u: Array, a: tuple[float, ...]) -> Array:
    low, mode, high = a
    if high == low:
        return np.full_like(u, low)
    first = 1 + 4 * (mode - low) / (high - low)
    second = 1 + 4 * (high - mode) / (high - low)
    return low + (high - low) * _special().betaincinv(first, second, u)


def _piecewise(u: Array, a: tuple[float, ...]) -> Array:
    masses = np.array(a[1::2])
    below = np.concatenate(([0.0], np.cumsum(masses))) / masses.sum()
    below[-1] = 1.0
    low, high = np.array(a[::2])[:-1], np.array(a[::2])[1:]
    piece = np.clip(np.searchsorted(below, u, side="right") - 1, 0, len(masses) - 1)
    width = np.maximum(below[piece + 1] - below[piece], 1e-300)
    part = np.clip((u - below[piece]) / width, 0.0, 1.0)
    return low[piece] + part * (high[piece] - low[piece])


def _choice(u: Array, a: tuple[float, ...]) -> Array:
    values = np.array(a)
    return values[np.minimum((u * len(a)).astype(int), len(a) - 1)]


def _weighted(u: Array, a: tuple[float, ...], weights: tuple[float, ...]) -> Array:
    ends = np.cumsum(weights) / sum(weights)
    return np.array(a)[np.minimum(np.searchsorted(ends, u, side="right"), len(a) - 1)]


_QUANTILES: dict[str, Callable[[Array, tuple[float, ...]], Array]] = {
    "uniform": lambda u, a: a[0] + (a[1] - a[0]) * u,
    "triangular": _triangular,
    "pert": _pert,
    "normal": lambda u, a: a[0] + a[1] * _special().ndtri(u),
    "lognormal": lambda u, a: np.exp(a[0] + a[1] * _special().ndtri(u)),
    "beta": lambda u, a: _special().betaincinv(a[0], a[1], u),
    "choice": _choice,
    "piecewise": _piecewise,
}
