"""What parties have without agreement: reservation values, and whose consent an agreement takes.

A party's reservation value is what it expects at the start of the game solved without
agreement: every move of a party into the ends in question is taken away wherever the step
offers another. Ends that chance brings, or that a step offers alone, stay possible; how
probable they are is kept in ``left``. Where no party's move leads there, the game is as it was.

A party's consent is taken by an agreement if, by its own moves alone, it could keep every
agreement from coming, whatever all others and chance do. That hangs on the rules only, not on
any number. Steps whose moves are not seen count here as if they were seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import OfframpError
from offramp.game import Draws, Game, intervene
from offramp.scenario import Intervention
from offramp.study.solving.variation import bench_of
from offramp.study.solving.workspace import Workspace

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reservations:
    """Reservation values in every draw, read-only; nan where the game was not solved."""

    values: Array
    """(draw, party)."""
    left: Array
    """(draw,) probability of agreement that stays."""
    replies: Array
    """(draw, party) what a party expects there by its best reply to the others' play."""

    def __post_init__(self) -> None:
        self.values.setflags(write=False)
        self.replies.setflags(write=False)
        self.left.setflags(write=False)


def without_agreement(game: Game, aim: Sequence[int], workspace: Workspace) -> Game | None:
    """The game in which no party can move into an outcome of ``aim`` where it can do otherwise.

    None where that makes no game.
    """
    ends = [
        Intervention("bar", s, m)
        for s, step in enumerate(game.meaning.steps)
        for m, move in enumerate(step.moves)
        if move.end in aim and step.mover >= 0
    ]
    if not ends:
        return game
    try:
        changed = intervene(game.whole, ends)
        return workspace.build(changed.meaning, changed.watched)
    except OfframpError:
        return None


def reservation_values(
    game: Game,
    aim: Sequence[int],
    draws: Draws | None = None,
    *,
    workspace: Workspace | None = None,
    progress: Callable[[int], None] | None = None,
) -> Reservations:
    """What each party expects without an end in ``aim`` (positions of outcomes).

    Without ``draws`` at nominal values; ``progress`` is told how many draws are done.
    """
    barred = without_agreement(game, aim, workspace or Workspace(game.scenario))
    rows = game.nominal() if draws is None else draws
    if barred is None or not len(rows):
        shape = len(rows), len(game.meaning.parties)
        unknown = np.full(shape, np.nan)
        return Reservations(unknown, np.full(len(rows), np.nan), unknown.copy())
    bench = bench_of(barred, aim)
    stand = bench.stand(rows, progress=progress)
    return Reservations(stand.payoff, stand.reached, stand.payoff + stand.regret)


def consenting(game: Game, aim: Sequence[int]) -> tuple[int, ...]:
    """Parties (positions) whose consent an outcome of ``aim`` takes, from the rules alone."""
    return tuple(party for party in range(game.structure.parties) if not _forced(game, aim, party))


def _forced(game: Game, aim: Sequence[int], party: int) -> bool:
    """Whether the others and chance together can bring about ``aim`` against ``party``.

    Backwards from the ends: a node is lost to the party if it moves there and every edge leads
    to such an end or lost node, or if somebody else moves there and one edge does.
    """
    structure = game.structure
    aimed = np.isin(structure.terminal_outcome, list(aim))
    own = structure.mover == party
    ends = structure.target < 0
    at_end = np.zeros(structure.edges, np.bool_)
    at_end[ends] = aimed[-structure.target[ends] - 1]
    goal = np.where(ends, 0, structure.target)
    first = structure.first[:-1]
    lost = np.zeros(structure.nodes, np.bool_)
    while True:
        leads = np.where(ends, at_end, lost[goal])
        every = np.logical_and.reduceat(leads, first)
        some = np.logical_or.reduceat(leads, first)
        now = np.where(own, every, some)
        if bool((now == lost).all()):
            return bool(lost[structure.start])
        lost = now
