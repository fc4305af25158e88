"""Sobol points at any index, the same as scipy's, without loading all of scipy's statistics.

A point is the exclusive or of a shift and of one direction number for every 1 in the Gray code
of its index (Antonov & Saleev 1979), so that any point is found at once; the direction numbers
are those of Joe & Kuo (2008), scrambled as by Matousek (1998), from scipy's own table.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BITS = 30
"""Binary digits of a point; so many indices that there are points for: 2 to that power."""
TABLE = "stats/_sobol_direction_numbers.npz"
Integers = NDArray[np.int64]


def sobol_points(dimensions: int, count: int, seed: int, first: int = 0) -> NDArray[np.float64]:
    """Points ``first``.. of the scrambling named by ``seed``, (count, dimensions) in [0, 1)."""
    shift, directions = _scrambled(dimensions, seed)
    index = np.arange(first, first + count)
    gray = index ^ (index >> 1)
    points = np.repeat(shift[None, :], count, axis=0)
    for bit in range(int(gray.max(initial=0)).bit_length()):
        points ^= np.where((gray >> bit & 1)[:, None], directions[:, bit], 0)
    return points.astype(np.float64) / (1 << BITS)


@lru_cache(maxsize=16)
def _scrambled(dimensions: int, seed: int) -> tuple[Integers, Integers]:
    """Shift (dimension,) and direction numbers (dimension, bit) of a scrambling."""
    (rng,) = np.random.default_rng(seed).spawn(1)
    digits = np.arange(BITS)
    tossed = rng.integers(0, 2, size=(dimensions, BITS), dtype=np.uint32)
    shift = (tossed.astype(np.int64) << digits).sum(axis=1)
    lower = np.tril(rng.integers(0, 2, size=(dimensions, BITS, BITS), dtype=np.uint32))
    lower[:, digits, digits] = 1
    plain = _directions(dimensions)
    bits = (plain[:, :, None] >> digits[::-1]) & 1  # the highest first
    mixed = np.einsum("dpk,djk->djp", lower.astype(np.int64), bits) & 1
    return shift, (mixed << digits[::-1]).sum(axis=2)


@lru_cache(maxsize=4)
def _directions(dimensions: int) -> Integers:
    """Direction numbers (dimension, bit) before scrambling, by Joe & Kuo's recurrence."""
    polynomial, begun = _table(dimensions)
    degree = np.array([int(one).bit_length() - 1 for one in polynomial], np.int64)
    found = np.zeros((dimensions, BITS), np.int64)
    for bit in range(BITS):
        given = np.flatnonzero(bit < degree)
        if len(given):
            found[given, bit] = begun[given, bit]
        rest = np.flatnonzero((bit >= degree) & (degree > 0))
        own = degree[rest]
        number = found[rest, bit - own]
        for k in range(int(own.max(initial=0))):
            uses = (k < own) & (polynomial[rest] >> np.maximum(own - 1 - k, 0) & 1 == 1)
            number[uses] ^= found[rest[uses], bit - k - 1] << (k + 1)
        found[rest, bit] = number
    found[degree == 0] = 1
    return found << np.arange(BITS - 1, -1, -1)


def _table(dimensions: int) -> tuple[Integers, Integers]:
    """Polynomials (dimension,) and first direction numbers (dimension, bit)."""
    spec = find_spec("scipy")
    assert spec is not None
    assert spec.origin is not None
    with np.load(Path(spec.origin).parent / TABLE) as table:
        return table["poly"][:dimensions], table["vinit"][:dimensions]
