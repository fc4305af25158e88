"""P(reach party.step = move): whether play ever comes to the step with the move on offer."""

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
    if word != "reach" or not rest.text:
        return None
    return Query("", "reach", made=reader.made(rest, "reach"))


def _evaluated(play: Play, query: Query) -> NDArray[np.float64]:
    from offramp.game import takes

    assert query.made is not None
    edges = takes(play.game, *query.made)
    source = np.repeat(np.arange(play.structure.nodes), np.diff(play.structure.first))
    nodes = np.zeros(play.structure.nodes, np.bool_)
    nodes[source[edges]] = True
    return play.ever(nodes)


QUANTITY = Quantity(
    about="probability that a move is ever on offer",
    evaluate=_evaluated,
    arguments=_read,
    letters="P",
    form="P(reach {})",
    reads=names_played,
)
