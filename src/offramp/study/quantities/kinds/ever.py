"""P(ever predicate), P(ever predicate by n): whether a condition on the state ever holds.

Looked at are the start, every node that is reached, and the state after every `then`, the
final one included, before a round's variables are reset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.scenario import Query
from offramp.scenario.queries import QueryReader
from offramp.scenario.text_cuts import Cut
from offramp.study.quantities import Quantity
from offramp.study.quantities.dependence import names_played

if TYPE_CHECKING:
    from offramp.study.solving.play import Play


def _read(reader: QueryReader, head: Cut) -> Query | None:
    word, rest = head.word()
    if word != "ever" or not rest.text:
        return None
    event, by = reader.split_by(rest)
    return Query("", "ever", predicate=reader.predicate(event), by=by)


def _evaluated(play: Play, query: Query) -> NDArray[np.float64]:
    from offramp.game import holds_after, holds_at

    assert query.predicate is not None
    nodes = holds_at(play.game, query.predicate)
    return play.ever(nodes, holds_after(play.game, query.predicate), query.by)


QUANTITY = Quantity(
    about="probability that a condition on the state ever holds",
    evaluate=_evaluated,
    arguments=_read,
    letters="P",
    form="P(ever {})",
    reads=names_played,
)
