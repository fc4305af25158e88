"""When things happen: ends by the end of every round, and the state at its beginning.

Forward equations of the chain: Kemeny & Snell (1960), Finite Markov chains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.analysis.absorption import spread
from offramp.core.arrays import sealed

if TYPE_CHECKING:
    from offramp.game.structure import Structure

MOST_ROUNDS = 120
RESOLVED = 0.999
BLOCK = 10


def rounds_shown(
    structure: Structure,
    strategy: NDArray[np.float64],
    ever: NDArray[np.float64] | None = None,
    *,
    most: int = MOST_ROUNDS,
) -> int:
    """Rounds until 99.9 % of what ever ends has ended in every draw, at most ``most``.

    ``ever`` (draw,) is the probability that play ends at all; 1 where it is not given. Draws
    that are nan are passed over. A limit of rounds is never exceeded.
    """
    most = min(most, structure.limit) if structure.limit else most
    walk = _Walk(structure, strategy)
    goal = RESOLVED * (np.ones(len(strategy)) if ever is None else ever)
    done = 0
    while done < most:
        total = walk.on(min(BLOCK, most - done)).sum(axis=2)
        enough = ((total >= goal[:, None]) | np.isnan(total) | np.isnan(goal)[:, None]).all(axis=0)
        if enough.any():
            return done + int(np.argmax(enough)) + 1
        done += total.shape[1]
    return most


def ended_by_round(
    structure: Structure, strategy: NDArray[np.float64], rounds: int
) -> NDArray[np.float64]:
    """Probability (draw, round, terminal) of having ended there by the end of each round.

    Exact propagation of ``strategy`` (draw, edge). What happens at the end of a limit of rounds
    belongs to its last round.
    """
    return _Walk(structure, strategy).on(rounds)


def outcome_by_round(
    structure: Structure, ended: NDArray[np.float64], outcomes: int
) -> NDArray[np.float64]:
    """The same by outcome: (draw, outcome + 1, round); the last, ``unresolved``, is 0 throughout.

    That play will never end is not known by the end of any round.
    """
    draws, rounds, _ = ended.shape
    result = np.zeros((draws, outcomes + 1, rounds))
    for terminal, outcome in enumerate(structure.terminal_outcome):
        result[:, outcome] += ended[:, :, terminal]
    return result


@dataclass(frozen=True, eq=False)
class StateByRound:
    """Where play stands at the beginning of each round; probabilities."""

    level: NDArray[np.float64]
    """(draw, round, level)"""
    ended: NDArray[np.float64]
    """(draw, round) already ended before the round begins."""


def state_by_round(
    structure: Structure,
    strategy: NDArray[np.float64],
    label: NDArray[np.integer],
    levels: int,
    rounds: int,
) -> StateByRound:
    """Distribution of ``label`` (node,), such as a variable's level, as each round begins.

    Only the labels of nodes at step 0 are read; heads labelled -1 belong to no level.
    """
    state = np.zeros((len(strategy), rounds, levels))
    ended = _Walk(structure, strategy, np.asarray(label, np.int64)).on(rounds, state)
    before = np.zeros(ended.shape[:2])
    before[:, 1:] = ended[:, :-1].sum(axis=2)
    return StateByRound(state, before)


class _Walk:
    """Play carried forwards some rounds at a time, in all draws."""

    def __init__(
        self,
        structure: Structure,
        strategy: NDArray[np.float64],
        label: NDArray[np.int64] | None = None,
    ) -> None:
        self._structure = structure
        self._strategy = sealed(strategy)
        self._label = np.full(structure.nodes, -1) if label is None else label
        self._sweep = np.argsort(structure.step, kind="stable")
        self._mass = np.zeros((len(strategy), structure.nodes))
        self._mass[:, structure.start] = 1.0
        self._draw()
        self._ended = np.zeros((len(strategy), structure.terminals))

    def _draw(self) -> None:
        """What nature draws before round 1 is drawn: play stands at the beginning of round 1."""
        game = self._structure
        before = self._sweep[game.step[self._sweep] < 0]
        for node in before:
            held = self._mass[:, node].copy()
            self._mass[:, node] = 0.0
            for edge in range(game.first[node], game.first[node + 1]):
                self._mass[:, game.target[edge]] += held * self._strategy[:, edge]

    def on(self, rounds: int, state: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Cumulative ends (draw, round, terminal) of the next rounds; fills ``state``."""
        from offramp.analysis import forward

        game, draws = self._structure, len(self._strategy)
        ended = np.zeros((draws, rounds, game.terminals))
        if state is None:
            state = np.zeros((draws, rounds, 0))
        ended[:, :1] = self._ended[:, None]

        def work(low: int, high: int) -> None:
            forward.play_rounds(
                low,
                high,
                self._sweep,
                game.step,
                game.first,
                game.target,
                self._strategy,
                self._mass,
                self._label,
                ended,
                state,
            )

        spread(work, draws)
        self._ended = ended[:, -1] if rounds else self._ended
        return ended
