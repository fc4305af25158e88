"""Numbers that do not depend on play: parameters, worth, and formulas of both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.expressions import Number, evaluate
from offramp.game import Draws
from offramp.scenario import Query
from offramp.study.quantities import Quantity
from offramp.study.solving.play import Play


def static_value(draws: Draws, query: Query) -> NDArray[np.float64]:
    """The value (draw,) of a formula of parameters."""
    value = evaluate(query.expression or Number(0), draws.columns())
    return np.broadcast_to(value, (1, len(draws)))[0]


def _evaluated(play: Play, query: Query) -> NDArray[np.float64]:
    return static_value(play.draws, query)


QUANTITY = Quantity("a number that does not depend on play", _evaluated)
