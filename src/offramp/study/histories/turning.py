"""Turning points, and histories drawn at random: where the probability of an end is decided.

Let h be the probability of an end from a node on. A move changes it from h before to h after
the move. How much a move decides is |h after - h before|, summed over all uses of the move
that are to be expected; its mean change is that of a use. Over all moves of a node the mean
change is 0: what one move adds, the others take away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.analysis import absorb, edge_uses
from offramp.core.arrays import sealed
from offramp.core.showing import Brief
from offramp.game import Game
from offramp.solvers.gradients.adjoint import ACCEPTED, worth_ahead
from offramp.study.solving.experiment import Solved
from offramp.study.solving.labels import spoken

Array = NDArray[np.float64]
FELT = 1e-9
"""Moves that decide less than this are left out."""
NOTICED = 5e-4
"""A smaller mean change is told as none."""
MOST_MOVES = 100_000
"""Moves after which a play drawn at random is stopped."""


@dataclass(frozen=True, repr=False)
class TurningPoint(Brief):
    """What one move does to the probability of one end, over all its uses."""

    outcome: str
    step: str
    by: str
    """Label of the party, or ``nature``."""
    move: str
    label: str
    change: float
    """Mean change of the probability by a use, from -1 to 1."""
    largest: float
    """The change furthest from 0 that a use can bring."""
    uses: float
    """Expected number of uses."""
    decides: float
    """|change| of a use times its expected number, summed over all uses."""
    ends: bool
    """Whether the move itself ends the crisis."""

    def _shown(self) -> Iterator[str]:
        yield f"{self.step}.{self.move} by {self.by} towards {self.outcome} ({self.change:+.3g})"


def find_turning_points(solved: Solved, count: int | None = 5) -> tuple[TurningPoint, ...]:
    """The ``count`` moves that decide most about each outcome, outcome by outcome; None is all.

    At the first draw of ``solved``; none where that was not solved, and no outcome whose
    probability cannot be had from every node.
    """
    if solved.equilibria.status[0] != "solved":
        return ()
    game, structure = solved.game, solved.game.structure
    play = solved.strategy[:1]
    absorbed = absorb(structure, play)
    if absorbed.failed[0]:
        return ()
    uses = edge_uses(structure, play, absorbed.visits)[0]
    source = np.repeat(np.arange(structure.nodes), np.diff(structure.first))
    found: list[TurningPoint] = []
    for position, outcome in enumerate(game.meaning.outcomes):
        at_end = (structure.terminal_outcome == position).astype(float)
        ahead, residual = worth_ahead(structure, play[0], at_end)
        if not residual <= ACCEPTED:
            continue
        spot = np.where(
            structure.target >= 0, structure.target, structure.nodes - 1 - structure.target
        )
        change = np.concatenate([ahead, at_end])[spot] - ahead[source]
        points = _by_move(game, outcome.name, np.where(np.isfinite(uses), uses, 0.0), change)
        points.sort(key=lambda one: -one.decides)
        found += points[:count]
    return tuple(found)


def _by_move(game: Game, outcome: str, uses: Array, change: Array) -> list[TurningPoint]:
    """One outcome's turning points, a move each."""
    found: list[TurningPoint] = []
    number = -1
    for step, words in zip(game.meaning.steps, game.scenario.round, strict=True):
        party = game.scenario.parties.get(words.by)
        by = "nature" if party is None else party.label or spoken(words.by)
        for move in step.moves:
            number += 1
            own = (game.edge_move == number) & (uses > 0)
            decides = float((uses[own] * np.abs(change[own])).sum())
            if not decides > FELT:
                continue
            total, changes = float(uses[own].sum()), change[own]
            found.append(
                TurningPoint(
                    outcome,
                    step.name,
                    by,
                    move.name,
                    words.moves[move.name].label or spoken(move.name),
                    float((uses[own] * changes).sum()) / total,
                    float(changes[np.argmax(np.abs(changes))]),
                    total,
                    decides,
                    move.end is not None,
                )
            )
    return found


def sample_histories(
    game: Game, strategy: Array, plays: int, seed: int | None = None
) -> tuple[list[dict[str, Any]], int]:
    """Histories drawn at random as long rows, one for every move, and the seed that repeats them.

    ``strategy`` (edge,) is the play of one draw. Steps that offer a single move are left out
    unless it ends the crisis. A history depends on ``seed`` and its own number only.
    """
    used = int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else seed
    odds = sealed(strategy[None])[0]
    rows: list[dict[str, Any]] = []
    for play, own in enumerate(np.random.SeedSequence(used).spawn(plays), 1):
        rows += _row(game, odds, play, np.random.default_rng(own))
    return rows, used


def _row(game: Game, odds: Array, play: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    structure, names = game.structure, game.moves
    rows: list[dict[str, Any]] = []
    node, turn, end = structure.start, 1, ""
    for _ in range(MOST_MOVES):
        low, high = int(structure.first[node]), int(structure.first[node + 1])
        below = np.cumsum(odds[low:high])
        edge = low + min(
            int(np.searchsorted(below, rng.random() * below[-1], "right")), high - low - 1
        )
        goal = int(structure.target[edge])
        if high - low > 1 or goal < 0:
            step = game.meaning.rules[int(structure.step[node])]
            by = "nature" if step.mover < 0 else game.meaning.parties[step.mover]
            move = names[int(game.edge_move[edge])].split(".", 1)[1]
            rows.append({"history": play, "round": turn, "step": step.name, "by": by, "move": move})
        turn += int(structure.turns[edge])
        if goal < 0:
            end = game.meaning.outcomes[int(structure.terminal_outcome[-goal - 1])].name
            break
        node = goal
    return [row | {"outcome": end or "unresolved"} for row in rows]
