"""E(payoff[party]): the expected discounted pays of a party from the start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.scenario import Query
from offramp.study.quantities import Quantity
from offramp.study.solving.play import Play


def _evaluated(play: Play, query: Query) -> NDArray[np.float64]:
    return play.payoff[:, query.party or 0]


QUANTITY = Quantity("expected discounted pays of a party", _evaluated)
