"""Numbers that do not depend on play: parameters, worth, and formulas of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.expressions import Number, evaluate, names
from offramp.scenario import Meaning, Query
from offramp.study.quantities import Quantity

if TYPE_CHECKING:
    from offramp.game import Draws
    from offramp.study.solving.play import Play


def static_value(draws: Draws, query: Query) -> NDArray[np.float64]:
    """The value (draw,) of a formula of parameters."""
    value = evaluate(query.expression or Number(0), draws.columns())
    return np.broadcast_to(value, (1, len(draws)))[0]


def _evaluated(play: Play, query: Query) -> NDArray[np.float64]:
    return static_value(play.draws, query)


def _names(meaning: Meaning, query: Query) -> frozenset[str]:
    del meaning
    return frozenset[str]() if query.expression is None else names(query.expression)


QUANTITY = Quantity(
    about="a number that does not depend on play", evaluate=_evaluated, letters="", reads=_names
)
