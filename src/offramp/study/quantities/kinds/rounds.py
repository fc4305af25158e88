"""E(rounds): how often play is expected to go on into a further round; none if it may never end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.scenario import Query
from offramp.study.quantities import Quantity
from offramp.study.solving.play import Play


def _evaluated(play: Play, query: Query) -> NDArray[np.float64]:
    del query
    return play.absorbed.rounds


QUANTITY = Quantity("expected number of further rounds", _evaluated)
