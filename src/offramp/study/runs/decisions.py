"""Doubts about precision: choices that are near to dice, or near to certainty, at every turn.

Near to dice is found without solving, from the most that a party can have at stake. Near to
certainty is looked for only where a precision is a bare number and large beside the ends, so that
nobody says that it is meant; the game, if small, is then solved at nominal values.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from offramp.core.errors import OfframpError
from offramp.game import Game
from offramp.scenario import Doubt, doubt_at
from offramp.study.solving.experiment import solve
from offramp.study.solving.workspace import Workspace

DICE = 0.2
"""Precision times stakes below which the better move is taken less than 55 times in 100."""
LARGE = 100.0
"""Precision times the spread of the ends from which certainty is looked for."""
CERTAIN = 0.999
SMALL = 500
"""Solved nodes up to which a game is solved for it."""


def decision_doubts(workspace: Workspace) -> Iterator[Doubt]:
    """A doubt for every party whose choices are near to dice, or near to certainty, everywhere."""
    scenario, game = workspace.scenario, workspace.game()
    try:
        tables = game.tables(game.nominal())
    except OfframpError:  # told by whoever solves it
        return
    stakes, ends = _stakes(game), _spread(tables.end_pay[0])
    for place, party in enumerate(game.meaning.parties):
        precision = float(tables.precision[0, place])
        if not _chooses(game, place) or not stakes[place] > 0:
            continue
        if precision * stakes[place] < DICE:
            yield doubt_at(
                scenario,
                "W207",
                f"with the precision {precision:g} all choices of '{party}' are near to dice: at "
                f"most {stakes[place]:.3g} is at stake for it",
                f"a gap of half of that decides nine times in ten with precision: "
                f"{4.4 / stakes[place]:.3g}",
                ("parties", party, "precision"),
            )
        bare = isinstance(scenario.parties[party].precision, int | float)
        if bare and precision * ends[place] > LARGE and _certain(game, place):
            yield doubt_at(
                scenario,
                "W208",
                f"with the precision {precision:g} every choice of '{party}' is near to certain",
                "lower it, or make it a parameter whose note says that it is meant so",
                ("parties", party, "precision"),
            )


def _chooses(game: Game, party: int) -> bool:
    structure = game.structure
    return bool(((np.diff(structure.first) > 1) & (structure.mover == party)).any())


def _stakes(game: Game) -> np.ndarray:
    """(party,) more than the difference between any two plays at nominal values; may be inf."""
    tables, structure = game.tables(game.nominal()), game.structure
    ends, pays = tables.end_pay[0], tables.pay[0][np.unique(structure.pay_class)]
    steps, limit = len(game.meaning.steps), game.scenario.limit
    with np.errstate(divide="ignore"):
        rounds = 1.0 / (1.0 - np.minimum(tables.patience[0], 1.0))
    rounds = np.minimum(rounds, limit) if limit else rounds
    with np.errstate(invalid="ignore"):
        flows = steps * rounds * _spread(pays)
    return _spread(ends) + np.where(np.isnan(flows), 0.0, flows)


def _spread(pays: np.ndarray) -> np.ndarray:
    """(party,) between the largest and the smallest of pays (…, party) and nothing."""
    return pays.max(axis=0, initial=0.0) - pays.min(axis=0, initial=0.0)


def _certain(game: Game, party: int) -> bool:
    """Whether the likeliest move has nearly all probability wherever a party has a choice."""
    structure = game.structure
    if structure.nodes > SMALL:
        return False
    found = solve(game, starts=0).equilibria
    if found.status[0] != "solved":
        return False
    nodes = np.flatnonzero((np.diff(structure.first) > 1) & (structure.mover == party))
    tops = [
        found.strategy[0, structure.first[node] : structure.first[node + 1]].max()
        for node in nodes.tolist()
    ]
    return min(tops) >= CERTAIN
