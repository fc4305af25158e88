"""Where random starts begin: they depend on the seed and their own number only.

Never on the draw, or on how draws are shared out. What is done with them stands in `searching`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.solvers.kernels.layout import Shape

Array = NDArray[np.float64]


def random_places(shape: Shape, seed: int, starts: int) -> Array:
    """Where in the box of values random starts begin, from 0 to 1 (start, head * lanes + lane).

    Odd starts are independent at every head; even ones put a party at one level everywhere,
    since independent ones average out within a round of a large game.
    """
    places = np.empty((starts, len(shape.heads) * shape.lanes))
    for start in range(starts):
        rng = np.random.default_rng([seed, start + 1000])
        share = rng.random((len(shape.heads), shape.lanes))
        if start % 2 == 0:
            share = 0.9 * rng.random(shape.lanes) + 0.1 * share
        places[start] = share.ravel()
    return places
