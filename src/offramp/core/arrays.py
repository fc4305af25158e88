"""Arrays as compiled code takes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def sealed(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """The numbers as a read-only view, so that kernels are compiled for one kind of array only."""
    view = np.ascontiguousarray(numbers, np.float64).view()
    view.setflags(write=False)
    return view
