"""How exact play with hidden nodes must be to count as solved.

The regret is that of `best_replies`, its bound that of `certificate`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LOOSE, GAIN = 1e-8, 1e-9
"""Most by which values miss the equations, and regrets exceed their bounds, in units of stakes."""


def is_loose(residual: Array, span: Array | float) -> NDArray[np.bool_]:
    """Whether values are not those of their play.

    What rounding does to log-odds as large as ``span`` comes back times the precision, in payoffs
    that others' answers to it change: where that is much, regrets alone certify.
    """
    return ~np.asarray(residual <= LOOSE + np.finfo(float).eps * span**2)
