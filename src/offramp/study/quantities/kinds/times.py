"""E(times party.step = move): how often a move is expected to be made."""

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
    if word != "times" or not rest.text:
        return None
    return Query("", "times", made=reader.made(rest, "times"))


def _evaluated(play: Play, query: Query) -> NDArray[np.float64]:
    from offramp.game import takes

    assert query.made is not None
    edges = takes(play.game, *query.made)
    return np.ascontiguousarray(play.uses[:, edges]).sum(axis=1)


QUANTITY = Quantity(
    about="expected number of times that a move is made",
    evaluate=_evaluated,
    arguments=_read,
    letters="E",
    form="E(times {})",
    reads=names_played,
)
