"""Two compiled loops: numbering states by a hash table, and strongly connected components."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import LINKED, njit

Integers = NDArray[np.int64]


@njit(nogil=True, **LINKED)
def place_of_key(key: int | np.int64, table: Integers) -> np.int64:
    """Where ``key`` stands or would stand (open addressing, multiplicative hash)."""
    mask = len(table) - 1
    hashed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    place = np.int64(hashed >> np.uint64(20)) & mask
    while table[place] != -1 and table[place] != key:
        place = (place + 1) & mask
    return place


@njit(cache=True, nogil=True)
def number_keys(keys: Integers, table: Integers, ids: Integers, count: int, out: Integers) -> int:
    """Number each key by first appearance, from ``count``; returns the new count.

    ``table`` (-1 where free) and ``ids`` are changed in place and must have room: a power
    of two at least twice the number of keys. ``out`` receives the numbers.
    """
    for i in range(len(keys)):
        place = place_of_key(keys[i], table)
        if table[place] == -1:
            table[place] = keys[i]
            ids[place] = count
            count += 1
        out[i] = ids[place]
    return count


@njit(cache=True, nogil=True)
def _rehash(old: Integers, old_ids: Integers, table: Integers, ids: Integers) -> None:
    for i in range(len(old)):
        if old[i] != -1:
            place = place_of_key(old[i], table)
            table[place] = old[i]
            ids[place] = old_ids[i]


def fresh_table(size: int) -> tuple[Integers, Integers]:
    """An empty hash table (keys, numbers) with ``size`` places, a power of two."""
    return np.full(size, -1, np.int64), np.zeros(size, np.int64)


def rehashed(keys: Integers, ids: Integers, size: int) -> tuple[Integers, Integers]:
    """The same table with ``size`` places, a power of two."""
    table, numbers = fresh_table(size)
    _rehash(keys, ids, table, numbers)
    return table, numbers


class Numbering:
    """Numbers integer keys (>= 0) by first appearance."""

    def __init__(self) -> None:
        self.count = 0
        self._table, self._ids = fresh_table(1 << 12)

    def number(self, keys: Integers) -> Integers:
        """The numbers of ``keys`` (any length), new ones from ``count`` on."""
        need = 2 * (self.count + len(keys))
        if need > len(self._table):
            size = 1 << int(2 * need - 1).bit_length()
            self._table, self._ids = rehashed(self._table, self._ids, size)
        out = np.empty(len(keys), np.int64)
        keys = np.ascontiguousarray(keys, np.int64)
        self.count = number_keys(keys, self._table, self._ids, self.count, out)
        return out


def first_of_each(numbers: Integers, count: int) -> Integers:
    """Where each number 0..count-1 stands first among ``numbers``, which hold them all."""
    first = np.empty(count, np.int64)
    first[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)
    return first


@njit(cache=True, nogil=True)
def strong_components(first: Integers, target: Integers) -> tuple[Integers, int]:
    """Component of every node, numbered sinks first (Tarjan 1972, without recursion).

    ``target`` below 0 leaves the graph. Returns (component (node,), how many).
    """
    n = len(first) - 1
    component = np.full(n, -1, np.int64)
    index = np.full(n, -1, np.int64)
    low = np.zeros(n, np.int64)
    cursor = first[:-1].copy()
    stack, trail = np.empty(n, np.int64), np.empty(n, np.int64)
    stacked, found, clock = 0, 0, 0
    for root in range(n):
        if index[root] >= 0:
            continue
        depth = 0
        trail[0] = root
        while depth >= 0:
            node = trail[depth]
            if index[node] < 0:
                index[node] = low[node] = clock
                clock += 1
                stack[stacked] = node
                stacked += 1
            child = -1
            while cursor[node] < first[node + 1]:
                other = target[cursor[node]]
                if other >= 0 and index[other] < 0:
                    child = other
                    break
                if other >= 0 and component[other] < 0:
                    low[node] = min(low[node], low[other])
                cursor[node] += 1
            if child >= 0:
                depth += 1
                trail[depth] = child
                continue
            if low[node] == index[node]:
                while True:
                    stacked -= 1
                    component[stack[stacked]] = found
                    if stack[stacked] == node:
                        break
                found += 1
            depth -= 1
    return component, found
