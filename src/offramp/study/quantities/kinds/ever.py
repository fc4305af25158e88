"""P(ever predicate): whether the state ever satisfies a condition, however play ends.

Looked at are the start, every node that is reached, and the state after every `then`, the
final one included, before a round's variables are reset.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.game import holds_after, holds_at
from offramp.scenario import Query
from offramp.study.quantities import Quantity
from offramp.study.solving.play import Play


def _evaluated(play: Play, query: Query) -> NDArray[np.float64]:
    assert query.predicate is not None
    nodes = holds_at(play.game, query.predicate)
    return play.ever(nodes, holds_after(play.game, query.predicate))


QUANTITY = Quantity("probability that a condition on the state ever holds", _evaluated)
