"""Polynomial chaos: a sum of few products of orthonormal polynomials of the inputs.

Candidate terms are those of an anisotropic hyperbolic set: low degrees, few inputs at a time,
and more of the inputs that matter. Least angle regression puts them in an order, least squares
fits the first of them, and the corrected leave-one-out error says how many (Blatman and Sudret
2011, Journal of Computational Physics 230: 2345-2367). What matters is found by a ridge
regression on single inputs, then from the fit itself, and the fit is made again.
"""

from __future__ import annotations

import heapq
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.study.emulation.inputs import Input

Array = NDArray[np.float64]
Term = tuple[tuple[int, int], ...]
"""(input, degree) of every factor."""
ROWS = 8192
"""Draws whose terms are worked out at a time."""
POOL, TERMS, DEGREE, ORDER = 1000, 400, 12, 4
"""Most candidate terms, terms kept, degree of one input, and inputs in one term."""
BENT, STEEP, FARTHEST = 0.75, 0.5, 3.0
"""Of the hyperbolic set: its exponent, how much dearer an input gets for each tenth of the
variance, and how dear it gets at most."""
PASSES = 2


@dataclass(frozen=True, eq=False)
class Polynomial:
    """A fitted polynomial; ``coefficients`` (term,), read-only."""

    inputs: tuple[Input, ...]
    constant: float
    terms: tuple[Term, ...]
    coefficients: Array

    def __post_init__(self) -> None:
        self.coefficients.setflags(write=False)

    def predict(self, places: Array) -> Array:
        """(draw,) values at ``places`` (draw, input)."""
        found = np.full(len(places), self.constant)
        for low in range(0, len(places), ROWS):
            part = slice(low, low + ROWS)
            found[part] += columns_of(self.inputs, places[part], self.terms) @ self.coefficients
        return found

    def interval(self, places: Array) -> tuple[Array, Array] | None:
        """A polynomial states no interval of its own."""
        del places
        return None

    @cached_property
    def weights(self) -> Array:
        """(input,) total share of each input in the variance of the polynomial."""
        found = np.zeros(len(self.inputs))
        for term, coefficient in zip(self.terms, self.coefficients, strict=True):
            for position, _ in term:
                found[position] += coefficient**2
        whole = float((self.coefficients**2).sum())
        return found / whole if whole > 0 else found


def fit_polynomial(inputs: Sequence[Input], places: Array, values: Array) -> Polynomial:
    """The polynomial of ``places`` (draw, input) that ``values`` (draw,) are best told by."""
    most = min(POOL, max(len(values) // 3, 2))
    weights = _single(inputs, places, values)
    fitted = None
    for _ in range(PASSES):
        terms = candidates(weights, [one.most for one in inputs], most)
        fitted = _fitted(tuple(inputs), places, values, terms)
        weights = fitted.weights
    assert fitted is not None
    return fitted


def columns_of(inputs: Sequence[Input], places: Array, terms: Sequence[Term]) -> Array:
    """(draw, term) values of terms."""
    degrees: dict[int, int] = {}
    for term in terms:
        for position, degree in term:
            degrees[position] = max(degree, degrees.get(position, 0))
    single = {i: inputs[i].polynomials(places[:, i], degree) for i, degree in degrees.items()}
    columns = np.empty((len(places), len(terms)))
    for number, term in enumerate(terms):
        first, degree = term[0]
        column = single[first][:, degree - 1]
        for position, degree in term[1:]:
            column = column * single[position][:, degree - 1]
        columns[:, number] = column
    return columns


def candidates(weights: Array, most_degree: Sequence[int], most: int) -> list[Term]:
    """The ``most`` cheapest terms; the less an input weighs (input,), the dearer its degrees."""
    top = weights.max() if weights.max() > 0 else 1.0
    dear = 1 + np.clip(-STEEP * np.log10(weights / top + 1e-12), 0, FARTHEST - 1)
    order = [int(i) for i in np.argsort(dear, kind="stable")]

    def cost(term: Term) -> float:
        return sum((dear[order[i]] * k) ** BENT for i, k in term) ** (1 / BENT)

    heap: list[tuple[float, Term]] = [(cost(((0, 1),)), ((0, 1),))]
    found: list[Term] = []
    while heap and len(found) < most:
        _, term = heapq.heappop(heap)
        found.append(tuple((order[i], k) for i, k in term))
        for further in _successors(term, [most_degree[i] for i in order]):
            heapq.heappush(heap, (cost(further), further))
    return found


def _successors(term: Term, most_degree: Sequence[int]) -> list[Term]:
    """Each term comes from exactly one other: one degree more, or the next input, or one more."""
    position, degree = term[-1]
    found = []
    if degree < min(DEGREE, most_degree[position]):
        found.append((*term[:-1], (position, degree + 1)))
    if position + 1 < len(most_degree):
        if degree == 1:
            found.append((*term[:-1], (position + 1, 1)))
        if len(term) < ORDER:
            found.append((*term, (position + 1, 1)))
    return found


def _single(inputs: Sequence[Input], places: Array, values: Array) -> Array:
    """(input,) how much each input weighs by itself, by a ridge regression."""
    from sklearn.linear_model import RidgeCV

    degree = 3 if 3 * len(inputs) < len(values) else 1
    terms: list[Term] = [
        ((i, k),) for i, one in enumerate(inputs) for k in range(1, min(degree, one.most) + 1)
    ]
    fitted: Any = RidgeCV(alphas=np.logspace(-2, 4, 13))
    fitted.fit(columns_of(inputs, places, terms), values)
    found = np.zeros(len(inputs))
    for ((position, _),), coefficient in zip(terms, np.ravel(fitted.coef_), strict=True):
        found[position] += coefficient**2
    return found


def _fitted(
    inputs: tuple[Input, ...], places: Array, values: Array, terms: Sequence[Term]
) -> Polynomial:
    """Least squares on the first terms of the order that least angle regression gives."""
    from sklearn.linear_model import lars_path

    columns = columns_of(inputs, places, terms)
    count = len(values)
    spread = columns.std(axis=0)
    scaled = (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1) / np.sqrt(count)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # terms that are alike are left out, and that is fine
        _, order, _ = lars_path(
            scaled,
            values - values.mean(),
            method="lar",
            max_iter=min(count // 2, len(terms), TERMS),
        )
    chosen, coefficients = _least_squares(columns[:, order], values)
    kept = tuple(terms[int(i)] for i in order[:chosen])
    return Polynomial(inputs, float(coefficients[0]), kept, coefficients[1:].copy())


def _least_squares(columns: Array, values: Array) -> tuple[int, Array]:
    """How many of the columns (draw, term) leave the least error, and their coefficients.

    The error is that of leaving each draw out, times n / (n - terms); coefficients start with
    the constant.
    """
    count = len(values)
    whole = np.hstack([np.ones((count, 1)), columns])
    basis, triangle = np.linalg.qr(whole)
    along = basis.T @ values
    left = values[:, None] - np.cumsum(basis * along, axis=1)
    leverage = np.minimum(np.cumsum(basis**2, axis=1), 0.999)
    terms = np.arange(1, whole.shape[1] + 1)
    error = ((left / (1 - leverage)) ** 2).mean(axis=0) * count / np.maximum(count - terms, 1)
    fine = np.abs(np.diag(triangle)) > 1e-10 * np.sqrt(count)
    error[~np.logical_and.accumulate(fine)] = np.inf
    best = int(np.argmin(error))
    upper = triangle[: best + 1, : best + 1]
    return best, np.asarray(np.linalg.solve(upper, along[: best + 1]), np.float64)
