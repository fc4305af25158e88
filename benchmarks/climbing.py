"""Solving without certificates: only the climb up the ladder of precisions, to be timed apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from offramp.game.structure import Structure, Tables
from offramp.solvers import Options, solve


def climber(
    structure: Structure, tables: Tables, workers: int = 1
) -> Callable[[], NDArray[np.int64]]:
    """A call that solves every draw as ``solvers.solve`` does, and certifies none.

    It gives the number of sweeps (draw,), negative where no fixed point was reached.
    """
    options = Options(workers=workers, certified=False)

    def work() -> NDArray[np.int64]:
        found = solve(structure, tables, traced=(), starts=0, options=options)
        return np.where(found.status == "solved", found.sweeps, -found.sweeps)

    return work
