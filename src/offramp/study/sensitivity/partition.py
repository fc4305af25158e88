"""Parts of a variance, told from draws that have been solved anyway.

A sum of few products of orthonormal functions is fitted to all batches of draws but one and
tried on the draws of that one, in turn for every batch (cross-fitting, Chernozhukov and others
2018). With g the fit and e what it leaves in the batch, the part of the terms k of one kind is
sum(b_k^2) + 2 mean(g_k e): however badly g fits, it is expected to be too small by the part of
the same kind that e still holds, and never too large. So the parts that were found and mean(e^2),
what no term explains, add up to the variance.

What e holds of one input shows where draws that are neighbours in that input leave alike: the
mean of e times the e of its neighbours (Gamboa and others 2022 on such ranks). Draws of a sequence
that are close in one input stand in a fixed pattern in the others, so that this may also pick up
something of them. It therefore raises upper bounds only; lower ones go without. To groups of
several inputs, to what several do together and to all that a group is involved in, upper bounds
leave whatever is unexplained; and what several do together counts as seen by as much as it is
more than that, which such a pattern may pass off as theirs.

Reaches are Student's t times a standard error over batches. Seven degrees of freedom miss what
happens now and then, so that it is moderated (Smyth 2004) by that of independent draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from offramp.scenario.distributions import EDGE
from offramp.study.emulation.inputs import Input, places_of
from offramp.study.emulation.polynomials import DEGREE, Term, candidates, columns_of

Array = NDArray[np.float64]
Whole = NDArray[np.intp]
ROUNDED = 1e-6
"""Share of a variance that values of solved games are too rough to tell."""
ALIKE = 1e-4
"""What a function must add to those before it."""
PASSES = 2
POOL, TERMS = 400, 100
"""Most candidate terms, and most terms that are taken."""
PATIENCE = 12
"""Terms by which the error may fail to fall before no more are looked at."""
MODERATION = 5
"""Degrees of freedom that the standard error of independent draws counts for."""


@dataclass(frozen=True)
class Regressor(Input):
    """An input with functions that few draws cannot mistake for others.

    The value itself comes first, so that what goes straight up with it takes one term, then
    Legendre's polynomials of its place, orthonormal to what stands before. These stay small in
    the tails, where Hermite's of a high degree have all their weight and few draws lie.
    """

    @cached_property
    def most(self) -> int:
        """How many functions there are."""
        if self.distribution.name == "choice":
            return Input.most.func(self)
        return len(self._kept) - 1

    def polynomials(self, share: Array, degree: int) -> Array:
        """(draw, degree) the first functions, orthonormal over the range."""
        if self.distribution.name == "choice":
            return super().polynomials(share, degree)
        chosen = self._kept[: degree + 1]
        triangle = self._triangle[: degree + 1, : degree + 1]
        found = np.linalg.solve(triangle.T, self._raw(share)[:, chosen].T).T[:, 1:]
        return np.asarray(found, np.float64)

    @cached_property
    def _kept(self) -> list[int]:
        """The functions that are no sums of others before them."""
        diagonal = np.abs(np.diag(np.linalg.qr(self._weighted)[1]))
        return np.flatnonzero(diagonal > ALIKE).tolist()

    @cached_property
    def _triangle(self) -> Array:
        triangle: Array = np.linalg.qr(self._weighted[:, self._kept])[1].astype(np.float64)
        return triangle * np.sign(np.diag(triangle))[:, None]

    @cached_property
    def _weighted(self) -> Array:
        """The functions at places even in the normal score, times the roots of their weights."""
        from scipy import special  # pyright: ignore[reportMissingTypeStubs]

        score = np.linspace(-8, 8, 641)
        weight = np.exp(-(score**2) / 2)
        places = np.clip(special.ndtr(score), EDGE, 1 - EDGE)
        return self._raw(places) * np.sqrt(weight / weight.sum())[:, None]

    def _raw(self, share: Array) -> Array:
        low, middle, high = self.value(np.array([0.1, 0.5, 0.9]))
        value = (self.value(share) - middle) / ((high - low) or 1.0)
        rest = legendre.legvander(2 * share - 1, DEGREE)
        scale = np.sqrt(2.0 * np.arange(DEGREE + 1) + 1)
        columns = np.column_stack([np.ones(len(share)), value, (rest * scale)[:, 1:]])
        return np.asarray(columns, np.float64)


@dataclass(frozen=True, eq=False)
class Parts:
    """Shares of the variance of a quantity, each with its 95 % interval; arrays are read-only."""

    variance: float
    alone: Array
    """(group,) from one group of inputs, whatever the others are."""
    alone_interval: Array
    """(group, 2)"""
    involved: Array
    """(group,) from a group with all that it does together with others."""
    involved_interval: Array
    together: float
    """From several groups together that none of them brings alone."""
    together_interval: Array
    unexplained: float
    """What the fit leaves."""

    def __post_init__(self) -> None:
        for one in (
            self.alone,
            self.alone_interval,
            self.involved,
            self.involved_interval,
            self.together_interval,
        ):
            one.setflags(write=False)


def divide(
    inputs: Sequence[Input],
    values: Array,
    results: Array,
    batch: Whole,
    groups: Sequence[int],
    count: int,
) -> Parts:
    """Parts of the variance of ``results`` (draw,) at ``values`` (draw, input).

    ``batch`` (draw,) numbers the batches from 0 on, ``groups`` the group of every input, one of
    ``count``.
    """
    places, batches = places_of(inputs, values), int(batch.max()) + 1
    axes = [Regressor(**{one.name: getattr(i, one.name) for one in fields(Input)}) for i in inputs]
    scale = float(results.std())
    scaled = (results - results.mean()) / scale
    found, left = np.empty((batches, 2 * count + 1)), np.empty(len(results))
    for one in range(batches):
        out = batch == one
        found[one], left[out] = _tried(axes, places, scaled, out, groups, count)
    squares = _by_batch((left**2)[:, None], batch)
    variance = found[:, : count + 1].sum(axis=1) + squares[:, 0]
    mean = float(variance.mean())
    unknown = float(squares.mean()) / mean
    share = _Estimate(found / mean, variance / mean, unknown, len(results))
    alike = _by_batch(_alike(places, left, groups, count), batch)
    more = _Estimate((found[:, :count] + alike) / mean, variance / mean, unknown, len(results))
    hidden = np.clip(more.mean - share.mean[:count], 0, unknown)
    high = share.mean + share.reach + unknown
    single = np.bincount(np.asarray(groups), minlength=count) < 2
    high[:count][single] = (share.mean[:count] + hidden + more.reach)[single]
    low = share.mean - share.reach
    low[count] -= unknown
    interval = np.clip(np.stack([low, high], axis=1), 0, 1)
    told = _told(share.mean, hidden, unknown, count)
    if len(set(groups)) == 1:  # nothing else is there that could hold any of it
        told[:], interval[:] = 1, 1
        told[count], interval[count] = 0, 0
    own, rest = slice(count), slice(count + 1, None)
    return Parts(
        mean * scale**2,
        told[own],
        interval[own],
        told[rest],
        interval[rest],
        float(told[count]),
        interval[count],
        unknown,
    )


@dataclass(frozen=True, eq=False)
class _Estimate:
    """Shares of the variance over batches."""

    parts: Array
    """(batch, part)"""
    variance: Array
    """(batch,) with mean 1."""
    unknown: float
    draws: int

    @property
    def mean(self) -> Array:
        """(part,)"""
        return self.parts.mean(axis=0)

    @property
    def reach(self) -> Array:
        """(part,) how far from the mean a bound lies."""
        from scipy import special  # pyright: ignore[reportMissingTypeStubs]

        batches = len(self.parts)
        apart = self.parts - self.mean * self.variance[:, None]
        spread = apart.var(axis=0, ddof=1) / batches
        rare = (4 * np.maximum(self.mean, 0) * self.unknown + self.unknown**2) / self.draws
        freedom = batches - 1 + MODERATION
        error = np.sqrt(((batches - 1) * spread + MODERATION * rare) / freedom)
        return float(special.stdtrit(freedom, 0.975)) * error + ROUNDED


def _told(share: Array, hidden: Array, unknown: float, count: int) -> Array:
    """Parts as they are told, with their share of what the fit leaves.

    Each group has what neighbours show; the rest belongs to several together and to whoever is
    involved there.
    """
    given = hidden * min(1.0, unknown / (float(hidden.sum()) or 1.0))
    alone, joint, involved = share[:count] + given, share[count], share[count + 1 :]
    together = joint + unknown - float(given.sum())
    more = together / joint if joint > 0 else 1.0
    return np.clip(np.r_[alone, together, alone + more * (involved - share[:count])], 0, 1)


def _by_batch(values: Array, batch: Whole) -> Array:
    """(batch, part) means of values (draw, part)."""
    return np.array([values[batch == one].mean(axis=0) for one in range(int(batch.max()) + 1)])


def _alike(places: Array, left: Array, groups: Sequence[int], count: int) -> Array:
    """(draw, group) what is left of a draw times what is left of its neighbours in an input."""
    found = np.zeros((len(left), count))
    for column, group in zip(places.T, groups, strict=True):
        order = np.argsort(column, kind="stable")
        own = left[order]
        sides = np.r_[own[1], own, own[-2]]
        found[order, group] += own * (sides[2:] + sides[:-2]) / 2
    return found


def _tried(
    inputs: Sequence[Input],
    places: Array,
    results: Array,
    out: NDArray[np.bool_],
    groups: Sequence[int],
    count: int,
) -> tuple[Array, Array]:
    """Parts as a fit without one batch has them, set right by that batch; what it leaves there.

    In order: each group alone, several together, each group with others.
    """
    terms, coefficients, constant = fit(inputs, places[~out], results[~out])
    columns = columns_of(inputs, places[out], terms)
    left = results[out] - constant - columns @ coefficients
    parts = coefficients**2 + 2 * coefficients * (columns * left[:, None]).mean(axis=0)
    alone, involved, together = np.zeros(count), np.zeros(count), 0.0
    for term, part in zip(terms, parts, strict=True):
        own = {groups[position] for position, _ in term}
        if len(own) == 1:
            alone[list(own)] += part
        else:
            together += part
        involved[list(own)] += part
    return np.r_[alone, together, involved], left


def fit(
    inputs: Sequence[Input], places: Array, results: Array
) -> tuple[tuple[Term, ...], Array, float]:
    """Terms, their coefficients and the constant of a sum of few terms.

    Terms are taken one by one, each the one that leaves least, and as many of them as leave the
    least error where each draw is left out (corrected as Blatman and Sudret 2011 do). What the
    inputs weigh in a first fit says which terms a second one looks at.
    """
    most = max(min(POOL, len(results) // 2), 2 * len(inputs))
    weights = np.ones(len(inputs))
    terms: tuple[Term, ...] = ()
    coefficients, constant = np.zeros(0), 0.0
    for _ in range(PASSES):
        known = candidates(weights, [one.most for one in inputs], most)
        columns = columns_of(inputs, places, known)
        chosen = _selected(columns, results)
        whole = np.column_stack([np.ones(len(results)), columns[:, chosen]])
        constant, *rest = np.linalg.lstsq(whole, results, rcond=None)[0].tolist()
        terms, coefficients = tuple(known[i] for i in chosen), np.array(rest)
        weights = np.zeros(len(inputs))
        for term, coefficient in zip(terms, coefficients, strict=True):
            weights[[position for position, _ in term]] += coefficient**2
    return terms, coefficients, constant


def _selected(columns: Array, results: Array) -> list[int]:
    """The columns (draw, term) that a fit is made of, by orthogonal least squares.

    Whatever is chosen is taken out of all other columns, so that each is judged by what it adds;
    this goes by their products, so that only the chosen ones are ever worked out.
    """
    count, most = len(results), min(len(results) // 2, TERMS, columns.shape[1])
    centred, left = columns - columns.mean(axis=0), results - results.mean()
    products, match = centred.T @ centred, centred.T @ left
    size = np.diag(products).copy()
    nothing, leverage = 1e-10 * size, np.full(count, 1 / count)
    ways, rows = np.zeros((count, most)), np.zeros((most, columns.shape[1]))
    order: list[int] = []
    best, kept = _left_out(left, leverage, 0), 0
    for step in range(most):
        gain = np.where(size > nothing, match**2 / np.where(size > nothing, size, 1), 0)
        one = int(np.argmax(gain))
        if not gain[one] > 0 or step - kept >= PATIENCE:
            break
        before, root = rows[:step, one].copy(), np.sqrt(size[one])
        ways[:, step] = (centred[:, one] - ways[:, :step] @ before) / root
        rows[step] = (products[one] - before @ rows[:step]) / root
        left = left - ways[:, step] * (ways[:, step] @ left)
        match = match - rows[step] * (match[one] / root)
        size = size - rows[step] ** 2
        leverage = leverage + ways[:, step] ** 2
        order.append(one)
        error = _left_out(left, leverage, len(order))
        if error < best:
            best, kept = error, len(order)
    return order[:kept]


def _left_out(left: Array, leverage: Array, terms: int) -> float:
    """The mean square error where each draw is left out, dearer by the number of terms."""
    count = len(left)
    apart = left / (1 - np.minimum(leverage, 0.999))
    return float((apart**2).mean()) * count / max(count - terms - 1, 1)
