"""The scale of values, which errors are measured by, and the worth of the ends, compiled.

What they are for stands in `correcting` and `certificate`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.core.compiling import njit
from offramp.solvers.kernels.abreast import four_of, larger, nothing_in, save_four, size, where_more
from offramp.solvers.kernels.backup import Numbers
from offramp.solvers.kernels.layout import Shape

Array = NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def fill_scale(shape: Shape, numbers: Numbers, values, scale):
    """Scale of each party's values: the largest pay, end or value met (1 where all are 0).

    ``scale`` is (lane,), ``values`` (row * lanes + lane,).
    """
    lanes = shape.lanes
    for j in range(0, lanes, 4):
        most = nothing_in(values)
        for r in range(j, len(numbers.pay), lanes):
            most = larger(size(four_of(numbers.pay, r)), most)
        for r in range(j, len(values), lanes):
            most = larger(size(four_of(values, r)), most)
        save_four(scale, j, where_more(most, 0.0, most, 1.0))


def fill_terminals(shape: Shape, end_pay: Array, values: Array) -> None:
    """Write the worth (terminal, party) of the terminals behind the nodes."""
    values.reshape(-1, shape.lanes)[len(shape.mover) :, : end_pay.shape[1]] = end_pay
