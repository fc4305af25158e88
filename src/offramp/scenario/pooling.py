"""Several experts' ranges of one number, and their linear pool, which is exact.

Experts say shares (quantiles) or lay chips into bins (roulette), as in the Sheffield framework
(O'Hagan et al. 2006, Uncertain Judgements). Between what an expert said nothing is assumed but
evenness: the distribution function goes straight from point to point. No form is fitted. Such
distributions are closed under the linear pool (Stone 1961), sum of weight times distribution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from pydantic_core import PydanticCustomError

from offramp.core.errors import OfframpError, ScenarioError
from offramp.scenario.distributions import Distribution, parse_distribution

Array = NDArray[np.float64]
FORMS = ("uniform", "piecewise")
"""Ranges that experts give: those whose distribution function goes straight from point to point."""


def from_quantiles(points: Mapping[float, float]) -> Distribution:
    """The range of an expert who says below which value which share lies.

    ``points`` is share to value, with 0 and 1 (the ends of what is thought possible) among the
    shares. Raises ScenarioError where shares or values do not rise.
    """
    shares = sorted(points)
    values = [points[share] for share in shares]
    whole = len(shares) >= 2 and shares[0] == 0 and shares[-1] == 1
    if not whole or not all(low < high for low, high in pairwise(values)):
        raise ScenarioError(
            "shares and values that do not rise together from 0 to 1",
            expected="the least value (share 0), the greatest (share 1), values rising between",
            repair="say shares 0, 0.25, 0.5, 0.75 and 1 with five rising values",
            code="E406",
        )
    return _pieces(values, [high - low for low, high in pairwise(shares)])


def from_chips(bins: Sequence[tuple[float, float, float]]) -> Distribution:
    """The range of an expert who laid chips into bins (low, high, chips), in rising order.

    What lies between two bins gets no chips. Raises ScenarioError for bins that overlap, or no
    chips at all.
    """
    ordered = sorted(bins)
    edges: list[float] = []
    chips: list[float] = []
    fits = all(low < high and count >= 0 for low, high, count in ordered)
    for low, high, count in ordered:
        if edges and low < edges[-1]:
            fits = False
        elif not edges or low > edges[-1]:
            chips += [0.0] if edges else []
            edges.append(low)
        edges.append(high)
        chips.append(count)
    if not fits or not chips or sum(chips) <= 0:
        raise ScenarioError(
            "bins that overlap, or hold no chips",
            expected="bins side by side, low < high, with chips from 0 on and one at least",
            repair="say the bins as low, high, chips in three columns",
            code="E406",
        )
    return _pieces(edges, chips)


def _pieces(values: Sequence[float], masses: Sequence[float]) -> Distribution:
    told: list[float] = [float(values[0])]
    for value, mass in zip(values[1:], masses, strict=True):
        told += [float(mass), float(value)]
    return Distribution("piecewise", tuple(told))


def share_below(values: Array, arguments: tuple[float, ...]) -> Array:
    """The share of ``piecewise(arguments)`` below ``values`` (any shape)."""
    masses = np.array(arguments[1::2])
    below = np.concatenate(([0.0], np.cumsum(masses))) / masses.sum()
    interpolated: Any = np.interp  # its types hang on those of its arguments
    return np.asarray(interpolated(values, np.array(arguments[::2]), below), np.float64)


def straight(one: Distribution) -> Distribution:
    """A range that experts may give as ``piecewise``; a ScenarioError for another."""
    if one.name == "uniform" and one.arguments[0] < one.arguments[1]:
        return Distribution("piecewise", (one.arguments[0], 1.0, one.arguments[1]))
    if one.name != "piecewise":
        raise ScenarioError(
            f"'{one}' is no range that an expert gives",
            expected="uniform(a, b) with a < b, or piecewise(x, m, y, n, z, …)",
            repair="'offramp elicit' writes it from quantiles or chips",
            code="E406",
        )
    return one


def pooled(ranges: Sequence[Distribution], weights: Sequence[float]) -> Distribution:
    """The linear pool of experts' ranges: the sum of weight times distribution, exactly."""
    own = [straight(one) for one in ranges]
    edges = np.unique(np.concatenate([one.arguments[::2] for one in own]))
    shares = [share_below(edges, one.arguments) for one in own]
    below = np.average(np.stack(shares), axis=0, weights=np.asarray(weights, float))
    return _pieces(edges.tolist(), np.maximum(np.diff(below), 0.0).tolist())


def exact_text(one: Distribution) -> str:
    """The range as text with every digit."""
    return f"{one.name}({', '.join(repr(float(value)) for value in one.arguments)})"


def pooled_text(ranges: Sequence[str], weights: Sequence[float]) -> str:
    """The pool of ranges that are written out, with every digit."""
    return exact_text(pooled([parse_distribution(text) for text in ranges], weights))


def with_pool(data: Any) -> Any:
    """The words of a number, with the pool as its range where it has experts.

    A range that is written beside them has to be their pool. What is no mapping, or has no ranges,
    is left to whoever checks shapes.
    """
    if not isinstance(data, dict):
        return data
    words = cast("dict[str, Any]", data)
    given = words.get("experts")
    if not isinstance(given, dict) or not given:
        return words
    experts = cast("dict[str, Any]", given)
    try:
        ranges = [str(one["range"]) for one in experts.values()]
        weights = [float(one.get("weight", 1)) for one in experts.values()]
    except (AttributeError, KeyError, TypeError, ValueError):
        return words
    if min(weights) <= 0:
        return words
    try:
        pool = pooled_text(ranges, weights)
        written = words.get("range")
        if written is not None and parse_distribution(str(written)) != parse_distribution(pool):
            raise ScenarioError(
                "a range beside 'experts' that is not their pool",
                expected="no range: the pool of the experts is the range",
                repair="remove 'range'",
                code="E406",
            )
    except OfframpError as error:
        told_so = {"found": error.found, "expected": error.expected, "repair": error.repair}
        raise PydanticCustomError("experts", "{found}", told_so) from None
    return {**words, "range": pool}
