"""E(rounds): how often play is expected to go on into a further round; none if it may never end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.scenario import Meaning, Query
from offramp.scenario.queries import QueryReader
from offramp.scenario.text_cuts import Cut
from offramp.study.quantities import Quantity
from offramp.study.quantities.dependence import names_played

if TYPE_CHECKING:
    from offramp.analysis.responses import Aim
    from offramp.game import Game
    from offramp.study.solving.play import Play


def _read(reader: QueryReader, head: Cut) -> Query | None:
    del reader
    return Query("", "rounds") if head.text == "rounds" else None


def _evaluated(play: Play, query: Query) -> NDArray[np.float64]:
    del query
    return play.absorbed.rounds


def _aim(query: Query) -> Callable[[Game], Aim]:
    from offramp.analysis.responses import lasting

    del query
    return lambda game: lasting(game.structure)


def _worded(query: Query, meaning: Meaning) -> str:
    del query, meaning
    return "expected number of further rounds"


QUANTITY = Quantity(
    about="expected number of further rounds",
    evaluate=_evaluated,
    arguments=_read,
    letters="E",
    form="E(rounds)",
    words=_worded,
    slope=_aim,
    reads=names_played,
)
