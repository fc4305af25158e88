"""P(outcome), also joined with a predicate on its final state and by the end of a round."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.game import ends_with
from offramp.scenario import Query
from offramp.scenario.queries import UNRESOLVED
from offramp.study.quantities import Quantity
from offramp.study.solving.play import Play


def end_probability(play: Play, query: Query) -> NDArray[np.float64]:
    """Probability (draw,) that play ends in one of the outcomes asked for."""
    if UNRESOLVED in query.outcomes:
        return play.absorbed.unresolved
    edges = ends_with(play.game, query.outcomes, query.predicate)
    return play.ending(edges, query.by)


QUANTITY = Quantity("probability that play ends in an outcome", end_probability)
