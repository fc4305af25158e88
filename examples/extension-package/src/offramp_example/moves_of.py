"""E(moves_of[party]): how many choices of a party are expected from the start to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import ScenarioError, suggestion
from offramp.study import Quantity

if TYPE_CHECKING:
    from offramp.scenario import Meaning, Query
    from offramp.study.solving.play import Play


def _evaluated(play: Play, query: Query) -> NDArray[np.float64]:
    """(draw,) the uses of all edges that leave nodes of the party, added up."""
    party = _party(play.game.meaning, query)
    movers = np.repeat(play.structure.mover, np.diff(play.structure.first))
    number = list(play.game.meaning.scenario.parties).index(party)
    return play.uses[:, movers == number].sum(axis=1)


def _words(query: Query, meaning: Meaning) -> str:
    party = _party(meaning, query)
    return f"expected number of moves of {meaning.scenario.parties[party].label or party}"


def _party(meaning: Meaning, query: Query) -> str:
    """The party that is asked for; a ScenarioError where the text names none."""
    known = meaning.scenario.parties
    name = query.arguments[0] if query.arguments else ""
    if name not in known:
        raise ScenarioError(
            f"'{query.text}' names no party",
            expected="E(moves_of[party])",
            repair=suggestion(name, known),
        )
    return name


QUANTITY = Quantity(
    about="expected number of moves of a party", evaluate=_evaluated, words=_words, letters="E"
)
