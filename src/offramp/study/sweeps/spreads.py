"""Means and exact quantiles of more numbers than fit in memory, by a few passes over them.

A quantile lies between two of the numbers in their order. Each is found digit by digit, 16 bits
at a time, as in a radix sort: a pass counts how many numbers begin with each digit, the next
looks only at those that begin as the one sought. So memory does not grow with the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Passes = Callable[[], Iterator[Array]]
"""Gives the numbers again each time it is called, piece by piece, each (number, column)."""
BITS = 16
SIGN = np.uint64(1 << 63)


@dataclass(frozen=True)
class Spread:
    """How many finite numbers a column has, their mean and quantiles; None where it has none."""

    count: int
    mean: float | None
    quantiles: Mapping[float, float | None]


def find_spreads(passes: Passes, shares: Sequence[float]) -> list[Spread]:
    """The spread of every column, as numpy's linear quantiles; what is not finite is left out."""
    counts, sums = _summed(passes)
    columns = len(counts)
    found: list[dict[float, float | None]] = [{} for _ in range(columns)]
    wanted: list[tuple[int, int]] = []
    for column, count in enumerate(counts):
        for share in shares:
            rank = share * (count - 1)
            wanted += [(column, math.floor(rank)), (column, math.ceil(rank))] if count else []
    wanted = list(dict.fromkeys(wanted))
    numbers = dict(zip(wanted, _selected(passes, wanted), strict=True)) if wanted else {}
    for column, count in enumerate(counts):
        for share in shares:
            rank = share * (count - 1)
            found[column][share] = (
                None
                if not count
                else _between(
                    numbers[column, math.floor(rank)], numbers[column, math.ceil(rank)], rank % 1
                )
            )
    means = [total / count if count else None for total, count in zip(sums, counts, strict=True)]
    return [Spread(*one) for one in zip(counts, means, found, strict=True)]


def _summed(passes: Passes) -> tuple[list[int], list[float]]:
    """How many finite numbers each column has, and their sum."""
    counts: list[int] = []
    parts: list[list[float]] = []
    for piece in passes():
        fine = np.isfinite(piece)
        if not parts:
            counts, parts = [0] * piece.shape[1], [[] for _ in range(piece.shape[1])]
        for column in range(piece.shape[1]):
            counts[column] += int(fine[:, column].sum())
            parts[column].append(float(piece[fine[:, column], column].sum()))
    return counts, [math.fsum(one) for one in parts]


def _selected(passes: Passes, wanted: Sequence[tuple[int, int]]) -> list[float]:
    """The numbers of given (column, rank) in the order of their column, counted from 0."""
    start = np.zeros(len(wanted), np.uint64)
    rank = np.array([one for _, one in wanted], np.int64)
    for shift in range(64 - BITS, -1, -BITS):
        counts = np.zeros((len(wanted), 1 << BITS), np.int64)
        for piece in passes():
            for column in {column for column, _ in wanted}:
                bits = _ordered(piece[np.isfinite(piece[:, column]), column])
                for place in (i for i, (own, _) in enumerate(wanted) if own == column):
                    counts[place] += _digits(bits, int(start[place]), shift)
        for place, row in enumerate(np.cumsum(counts, axis=1)):
            digit = int(np.searchsorted(row, rank[place], side="right"))
            rank[place] -= int(row[digit - 1]) if digit else 0
            start[place] |= np.uint64(digit << shift)
    back = np.where(start & SIGN, start ^ SIGN, ~start)
    return back.view(np.float64).tolist()


def _ordered(values: Array) -> NDArray[np.uint64]:
    """Whole numbers in the same order as the values."""
    bits = np.ascontiguousarray(values + 0.0).view(np.uint64)
    return np.where(bits & SIGN, ~bits, bits ^ SIGN)


def _digits(bits: NDArray[np.uint64], start: int, shift: int) -> NDArray[np.int64]:
    """How many of the numbers that begin as ``start`` have each digit next."""
    above = shift + BITS
    if above < 64:
        bits = bits[bits >> np.uint64(above) == np.uint64(start >> above)]
    digits = (bits >> np.uint64(shift)) & np.uint64((1 << BITS) - 1)
    return np.bincount(digits.astype(np.int64), minlength=1 << BITS)


def _between(low: float, high: float, share: float) -> float:
    """Linear interpolation, from the nearer end."""
    gap = high - low
    return low + gap * share if share < 0.5 else high - gap * (1 - share)
