"""Agreement of two coders: Cohen's kappa (1960) and its large-sample error.

The error is that of Fleiss, Cohen and Everitt 1969, Psychological Bulletin 72:323-327. It is an
approximation, and a poor one for a dozen claims. Where it is 0, as for kappa 1, there is no
interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from offramp.study.coders.records import Agreement

NORMAL = 1.959963984540054
"""Between minus and plus this lie 95 % of a standard normal."""


def kappa_of(first: Sequence[str], second: Sequence[str], pair: tuple[int, int]) -> Agreement:
    """The agreement of two lists of classes, one entry for each claim that both have."""
    count = len(first)
    if count == 0:
        return Agreement(*pair, 0, None, None, None, None, None)
    known = sorted({*first, *second})
    table = np.zeros((len(known), len(known)))
    for one, other in zip(first, second, strict=True):
        table[known.index(one), known.index(other)] += 1 / count
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, expected = float(np.trace(table)), float(rows @ columns)
    if 1 - expected < 1e-12:
        return Agreement(*pair, count, observed, expected, None, None, None)
    kappa = (observed - expected) / (1 - expected)
    error = kappa_error(table, kappa, count)
    if error < 1e-12:  # as for full agreement: the approximation says nothing then
        return Agreement(*pair, count, observed, expected, kappa, None, None)
    low, high = max(-1.0, kappa - NORMAL * error), min(1.0, kappa + NORMAL * error)
    return Agreement(*pair, count, observed, expected, kappa, low, high)


def kappa_error(table: NDArray[np.float64], kappa: float, count: int) -> float:
    """The standard error of kappa for a table (class, class) of shares of ``count`` items."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    expected = float(rows @ columns)
    both = rows[None, :] + columns[:, None]  # of cell (i, j): the row share of j, column share of i
    diagonal = np.diag(table)
    same = float((diagonal * (1 - (rows + columns) * (1 - kappa)) ** 2).sum())
    apart = table * both**2
    other = (1 - kappa) ** 2 * float(apart.sum() - np.trace(apart))
    less = (kappa - expected * (1 - kappa)) ** 2
    variance = (same + other - less) / (count * (1 - expected) ** 2)
    return math.sqrt(max(variance, 0.0))
