"""What each end is worth to each party at nominal values, and which are best and worst."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offramp.game.compilation import Game


@dataclass(frozen=True)
class End:
    """An end that can be reached: the outcome, the level it is told apart by ('' without), pays.

    ``pay`` (party,) is what the end itself is worth when it comes, in units of payoff, without
    what was paid on the way and not discounted.
    """

    outcome: str
    by: str
    pay: tuple[float, ...]


def ends_of(game: Game) -> tuple[End, ...]:
    """Every end that can be reached, at nominal values, in the order of the outcomes.

    Ends of one outcome and level with different pays stand one after the other.
    """
    structure, meaning = game.structure, game.meaning
    pays = game.tables(game.nominal()).end_pay[0]
    found: dict[End, None] = {}
    for terminal in np.argsort(structure.terminal_outcome, kind="stable"):
        outcome = meaning.outcomes[int(structure.terminal_outcome[terminal])]
        by = ""
        if outcome.by is not None:
            variable = meaning.variables[outcome.by]
            by = variable.word(int(structure.terminal_by[terminal]) + variable.low)
        found[End(outcome.name, by, tuple(map(float, pays[terminal])))] = None
    return tuple(found)
