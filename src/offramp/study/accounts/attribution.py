"""Shapley values and interactions: a difference divided among the groups that make it.

The worth of a coalition of groups is a quantity when these groups are as one account has them
and the others as the other account has them. A group's Shapley value is what it adds on
average over all orders in which the groups can change (Shapley 1953); the interaction of two
groups is what they add together beyond what each adds by itself, on average over what else
has changed (Grabisch and Roubens 1999).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


def shapley_values(worth: Array) -> Array:
    """Shapley values (group, …) of all coalitions' ``worth`` (coalition, …).

    Coalition c holds group g where bit g of c is 1, so there are 2 to the number of groups.
    """
    groups = _groups(worth)
    sizes = _sizes(groups)
    found = np.zeros((groups, *worth.shape[1:]))
    for group in range(groups):
        without = np.flatnonzero(~_holds(groups, group))
        weight = np.array([_weight(size, groups - 1) for size in sizes[without]]) / groups
        found[group] = np.tensordot(weight, worth[without | (1 << group)] - worth[without], 1)
    return found


def interactions(worth: Array) -> Array:
    """Shapley interaction indices (group, group) of all coalitions' ``worth`` (coalition,)."""
    groups = _groups(worth)
    sizes = _sizes(groups)
    found = np.zeros((groups, groups))
    for one in range(groups):
        for two in range(one):
            rest = np.flatnonzero(~_holds(groups, one) & ~_holds(groups, two))
            weight = np.array([_weight(size, groups - 2) for size in sizes[rest]]) / (groups - 1)
            both, first, second = (1 << one) | (1 << two), 1 << one, 1 << two
            added = worth[rest | both] - worth[rest | first] - worth[rest | second] + worth[rest]
            found[one, two] = found[two, one] = float(weight @ added)
    return found


def orders(groups: int, count: int, seed: int) -> Integers:
    """``count`` orders of the groups (order, group); every second one is its forerunner reversed.

    A reversed order makes the average steadier: a group that came early then comes late.
    """
    random = np.random.default_rng(seed)
    found = np.empty((count, groups), np.int64)
    for row in range(0, count, 2):
        found[row] = random.permutation(groups)
        if row + 1 < count:
            found[row + 1] = found[row][::-1]
    return found


def coalitions_along(order: Sequence[int]) -> list[int]:
    """The coalitions met when the groups change in this order: nobody first, all last."""
    found = [0]
    for group in order:
        found.append(found[-1] | (1 << int(group)))
    return found


def marginals_along(order: Sequence[int], worth: Sequence[float]) -> Array:
    """What each group (group,) adds when the groups change in this order."""
    found = np.empty(len(order))
    found[np.asarray(order)] = np.diff(np.asarray(worth))
    return found


def swaps_along(order: Sequence[int]) -> list[tuple[int, int, int, int]]:
    """Neighbours in an order with what their interaction needs beyond the coalitions along it.

    (first, second, coalition before both, the one with the second alone). Over random orders
    what comes before a pair of neighbours is spread as the interaction index weighs it.
    """
    before = coalitions_along(order)
    return [
        (int(one), int(two), before[i], before[i] | (1 << int(two)))
        for i, (one, two) in enumerate(itertools.pairwise(order))
    ]


def mean_and_error(samples: Array) -> tuple[Array, Array]:
    """Mean and standard error (group,) of independent ``samples`` (sample, group)."""
    count = len(samples)
    if count < 2:
        return samples.mean(axis=0), np.full(samples.shape[1], np.nan)
    return samples.mean(axis=0), samples.std(axis=0, ddof=1) / math.sqrt(count)


def paired(samples: Array) -> Array:
    """Means of neighbours (pair, group): an order and its reverse are one independent sample."""
    if len(samples) % 2:
        samples = np.concatenate([samples, samples[-1:]])
    return (samples[0::2] + samples[1::2]) / 2


def _groups(worth: Array) -> int:
    return len(worth).bit_length() - 1


def _sizes(groups: int) -> Integers:
    return np.array([one.bit_count() for one in range(1 << groups)], np.int64)


def _holds(groups: int, group: int) -> NDArray[np.bool_]:
    return (np.arange(1 << groups) >> group & 1).astype(np.bool_)


def _weight(size: int, others: int) -> float:
    """1 over the number of coalitions of this size among the others."""
    return 1 / math.comb(others, int(size))
