"""Solving without certificates where the solver has no option for it: the climb alone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.solvers import Options
from offramp.solvers.backup import gather_numbers
from offramp.solvers.layout import arrange
from offramp.solvers.sweeps import climb, workspace
from offramp.solvers.throughput import sheets_of


def climber_apart(
    structure: Structure, tables: Tables, workers: int = 1
) -> Callable[[], NDArray[np.int64]]:
    """A call that solves every draw as ``solvers.solve`` does, and certifies none.

    It gives the number of sweeps (draw,), negative where no fixed point was reached.
    """
    shape, sheets, options = arrange(structure).shape, sheets_of(tables), Options()
    draws = np.arange(tables.draws)
    size = max(1, min(64, -(-tables.draws // (2 * workers))))
    blocks = [draws[low : low + size] for low in range(0, tables.draws, size)]

    def run(block: NDArray[np.int64]) -> NDArray[np.int64]:
        return climb_all(shape, sheets, block, options.tolerance, options.sweeps)

    def work() -> NDArray[np.int64]:
        if workers == 1:
            return np.concatenate([run(block) for block in blocks])
        with ThreadPoolExecutor(workers) as pool:
            return np.concatenate(list(pool.map(run, blocks)))

    return work


@njit(nogil=True, error_model="numpy")  # not cached: a cache would not see the solver change
def climb_all(shape, sheets, draws, tolerance, limit):
    """Sweeps of every draw; its values are thrown away."""
    nodes, lanes = len(shape.mover), shape.lanes
    work, scratch = workspace(shape)
    used = np.zeros(len(draws), np.int64)
    for i, draw in enumerate(draws):
        numbers = gather_numbers(
            shape, sheets.pay[draw], sheets.odds[draw], sheets.patience[draw],
            sheets.precision[draw], sheets.entropy,
        )  # fmt: skip
        values, scale = np.zeros((nodes + shape.terminals) * lanes), np.ones(lanes)
        for k in range(shape.terminals):
            for j in range(sheets.end_pay.shape[2]):
                values[(nodes + k) * lanes + j] = sheets.end_pay[draw, k, j]
        used[i] = climb(shape, numbers, values, scale, tolerance, limit, work, scratch)
    return used
