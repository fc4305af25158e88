"""Probabilities given that something happens: P(X | given p) = P(X and ever p) / P(ever p).

Whether it has happened so far is a hidden variable of the game that is looked at (see
``offramp.game.interventions``); play is that of the game without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.expressions import Expression, Logical, Name
from offramp.game import ends_with, holds_after, holds_at
from offramp.scenario import Intervention, Query

if TYPE_CHECKING:
    from offramp.study.solving.play import Play

Array = NDArray[np.float64]


def own_event(query: Query) -> tuple[Intervention, ...]:
    """What a conditioned quantity asks for itself, where that may come before the condition."""
    if not query.conditions or query.kind not in ("ever", "reach"):
        return ()
    if query.made is not None:
        return (Intervention("reach", *query.made),)
    return (Intervention("given", when=query.predicate),)


def conditioned(play: Play, query: Query, happened: Sequence[str]) -> tuple[Array, Array]:
    """(draw,) the quantity given its conditions, nan where they never come true; and how likely.

    ``happened`` are the hidden variables of its conditions, and behind them that of what it asks
    for itself where it has one.
    """
    events = happened[: len(query.conditions)]
    certain = certain_of(play, events)
    if query.kind in ("ever", "reach"):
        both = _ever(play, _all(happened), query.by)
    else:
        both = _ending(play, query, _all(events), certain)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(certain > 0, both / certain, np.nan), certain


def certain_of(play: Play, happened: Sequence[str]) -> Array:
    """(draw,) how likely the conditions are to come true, all of them."""
    return _ever(play, _all(happened), None)


def _ending(play: Play, query: Query, events: Expression, certain: Array) -> Array:
    """(draw,) probability of the ends of a quantity with the conditions come true before."""
    game = play.game
    if -1 in query.outcomes:
        every = range(len(game.meaning.outcomes))
        return np.maximum(certain - play.ending(ends_with(game, every, events)), 0.0)
    wanted = events if query.predicate is None else Logical("and", (query.predicate, events))
    return play.ending(ends_with(game, query.outcomes, wanted), query.by)


def _ever(play: Play, events: Expression, by: int | None) -> Array:
    return play.ever(holds_at(play.game, events), holds_after(play.game, events), by)


def _all(happened: Sequence[str]) -> Expression:
    parts = tuple(Name(name) for name in happened)
    return parts[0] if len(parts) == 1 else Logical("and", parts)
