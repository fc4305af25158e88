"""P(outcome), also joined with a predicate on its final state and by the end of a round."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.scenario import Meaning, Query
from offramp.scenario.queries import UNRESOLVED, QueryReader
from offramp.scenario.text_cuts import Cut
from offramp.study.quantities import Quantity
from offramp.study.quantities.dependence import names_played
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.analysis.responses import Aim
    from offramp.game import Game
    from offramp.study.solving.play import Play


def _read(reader: QueryReader, head: Cut) -> Query | None:
    word, rest = head.word()
    if word == "unresolved" and not rest.text:
        return Query("", "outcome", outcomes=(UNRESOLVED,))
    outcomes = [outcome.name for outcome in reader.meaning.outcomes]
    if word not in outcomes:
        return None
    predicate, by = reader.narrowed(rest, word)
    return Query("", "outcome", (outcomes.index(word),), predicate, by)


def end_probability(play: Play, query: Query) -> NDArray[np.float64]:
    """Probability (draw,) that play ends in one of the outcomes asked for."""
    from offramp.game import ends_with

    if UNRESOLVED in query.outcomes:
        return play.absorbed.unresolved
    edges = ends_with(play.game, query.outcomes, query.predicate)
    return play.ending(edges, query.by)


def aim_at_ends(query: Query) -> Callable[[Game], Aim] | None:
    """The ends asked for, where slopes of their probability are known."""
    from offramp.analysis.responses import ending, ending_by
    from offramp.game import ends_with

    if query.by is not None or UNRESOLVED in query.outcomes:
        return None
    if query.predicate is None:
        return lambda game: ending(game.structure, query.outcomes)
    return lambda game: ending_by(ends_with(game, query.outcomes, query.predicate))


def _worded(query: Query, meaning: Meaning) -> str | None:
    if query.predicate is not None or query.by is not None:
        return None
    if UNRESOLVED in query.outcomes:
        return "probability of no end"
    name = meaning.outcomes[query.outcomes[0]].name
    label = meaning.scenario.outcomes[name].label
    return f"probability of {f'‹{label}›' if label else spoken(name)}"


QUANTITY = Quantity(
    about="probability that play ends in an outcome",
    evaluate=end_probability,
    arguments=_read,
    letters="P",
    form="P({})",
    words=_worded,
    slope=aim_at_ends,
    reads=names_played,
)
