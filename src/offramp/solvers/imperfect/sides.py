"""The two sides of a fork: how they are told apart, and what the record of a draw says.

Source: Allgower & Georg (1990), Numerical continuation methods, on perturbed forks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TILT = 1e-3
"""Log-odds by which the two sides of a fork are told apart at precision 0."""
APART = 1e-6
"""Probabilities that differ by more belong to different equilibria."""
FORKED = (
    "The branch forks on its way; one side was taken, by a rule, and the others are kept as other "
    "equilibria."
)
STRAIGHT_ON = "The branch forks on its way; no side was found, and it was followed straight on."


def tilts(unknowns: int) -> NDArray[np.float64]:
    """(side, unknown) small log-odds to begin at, so that a branch takes either side of a fork.

    They are uneven, so that no symmetry of the game is kept.
    """
    share = np.mod(0.6180339887498949 * np.arange(1.0, unknowns + 1.0), 1.0)
    return np.outer([-TILT, TILT], 1.0 + 0.5 * share)
