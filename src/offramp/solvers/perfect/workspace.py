"""Working arrays of a thread: values of a batch, its numbers, and those of each iteration.

What is done in them stands in `correcting` and `best_replies`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.kernels.abreast import jit_inside, rows_like
from offramp.solvers.kernels.backup import Numbers, numbers_like, scratch_for
from offramp.solvers.kernels.layout import Shape
from offramp.solvers.perfect.best_replies import ReplyWorkspace, reply_workspace
from offramp.solvers.perfect.correcting import Correction, correction_for
from offramp.solvers.perfect.records import TableArrays

Array = NDArray[np.float64]


class Workspace(NamedTuple):
    """Working arrays for draws abreast, or one alone; in solving order unless said otherwise."""

    values: Array
    """((position and terminal) * lanes + lane,) values that sweeps work on."""
    kept: Array
    """The same shape: values of solved draws."""
    given: Array
    """((node and terminal) * lanes + lane,) values in the order of the structure."""
    strategy: Array
    """(edge,) play in the order of the structure."""
    chance: Array
    """(edge,) play in solving order."""
    numbers: Numbers
    """The numbers of the batch."""
    level: Numbers
    """The numbers with the precisions of a rung."""
    lane: Array
    """(5 * lane,) scale, and room for residual, error of payoffs, largest gain, of best replies."""
    replies: ReplyWorkspace
    correction: Correction
    scratch: Array
    """For ``step_back``."""


@jit_inside
def workspace_for(like, shape: Shape, arrays: TableArrays):
    """Working arrays for one batch after the other. Rows are (row * lanes + lane,) and (edge,)."""
    lanes, edges = shape.lanes, len(shape.target)
    rows, classes = (len(shape.mover) + shape.terminals) * lanes, arrays.pay.shape[1]
    numbers, level = numbers_like(like, lanes, classes, arrays.odds, arrays.entropy)
    scratch = scratch_for(shape, like)
    return Workspace(
        rows_like(like, rows),
        rows_like(like, rows),
        rows_like(like, rows),
        rows_like(like, edges),
        rows_like(like, edges),
        numbers,
        level,
        rows_like(like, 5 * lanes),
        reply_workspace(shape, like),
        correction_for(shape, like, scratch),
        scratch,
    )
