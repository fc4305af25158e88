"""The likeliest histories in words, and how the state stands as rounds begin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.analysis.by_round import state_by_round
from offramp.analysis.histories import History, likeliest, likeliest_by_outcome
from offramp.core.showing import Brief
from offramp.game import Game

STORIES = 5
MOST_LEVELS = 12


@dataclass(frozen=True)
class Moment:
    """One move of a history, in words."""

    round: int
    """Number of the round, from 1."""
    step: str
    by: str
    """Label of the party, or ``nature``."""
    move: str
    sentence: str


@dataclass(frozen=True, repr=False)
class Story(Brief):
    """A complete history in words; ``probability`` is its own, not its outcome's."""

    probability: float
    outcome: str
    moments: tuple[Moment, ...]


@dataclass(frozen=True, eq=False, repr=False)
class StateOverTime(Brief):
    """How a state variable stands as each round begins, at nominal values."""

    variable: str
    levels: tuple[str, ...]
    level: NDArray[np.float64]
    """(round, level) probability; what is missing to 1 has ended before."""


def stories(
    game: Game, strategy: NDArray[np.float64]
) -> tuple[tuple[Story, ...], tuple[Story, ...], bool]:
    """The likeliest histories, the likeliest of each outcome, and whether none was missed.

    ``strategy`` (edge,) is the play of one draw.
    """
    search = likeliest(game.structure, strategy, STORIES)
    by_outcome = likeliest_by_outcome(game.structure, strategy, len(game.meaning.outcomes))
    return (
        tuple(story_of(game, history) for history in search.histories),
        tuple(story_of(game, history) for history in by_outcome if history is not None),
        search.complete,
    )


def states_over_time(
    game: Game, strategy: NDArray[np.float64], rounds: int
) -> tuple[StateOverTime, ...]:
    """For every variable that lasts beyond a round: the chance of each level as rounds begin.

    ``strategy`` (1, edge). Variables with one level or more than a dozen are left out.
    """
    shown: list[StateOverTime] = []
    play = game.unmerged_strategy(strategy)
    for column, variable in enumerate(game.meaning.variables):
        levels = variable.high - variable.low + 1
        if variable.every_round or not 2 <= levels <= MOST_LEVELS:
            continue
        label = game.reached.rows[:, column].astype(np.int64) - variable.low
        over = state_by_round(game.unmerged, play, label, levels, rounds)
        words = tuple(variable.word(value) for value in range(variable.low, variable.high + 1))
        shown.append(StateOverTime(variable.name, words, over.level[0]))
    return tuple(shown)


def story_of(game: Game, history: History) -> Story:
    """A history as moments; steps that offered a single move are left out."""
    structure, scenario = game.structure, game.scenario
    source = np.searchsorted(structure.first, history.edges, side="right") - 1
    moments: list[Moment] = []
    number = 1
    for edge, node in zip(history.edges, source, strict=True):
        position = int(structure.step[node])
        name = game.moves[int(game.edge_move[edge])].split(".", 1)[1]
        if position < 0:
            moments.append(_drawn(game, position, name))
            continue
        step = scenario.round[position]
        offered = int(structure.first[node + 1] - structure.first[node])
        if offered > 1 or structure.target[edge] < 0:
            by = "nature" if step.by == "nature" else (scenario.parties[step.by].label or step.by)
            words = step.moves[name].label or name.replace("_", " ")
            sentence = f"{by}: {words}" if by != "nature" else words
            moments.append(Moment(number, step.name, by, name, sentence))
        number += int(structure.turns[edge])
    return Story(history.probability, game.meaning.outcomes[history.outcome].name, tuple(moments))


def _drawn(game: Game, position: int, value: str) -> Moment:
    """What nature drew before round 1."""
    _, variable = game.meaning.rules[position].path
    label = game.scenario.private[str(variable)].label or str(variable).replace("_", " ")
    words = f"{label}: {value.replace('_', ' ')}"
    return Moment(1, game.meaning.rules[position].name, "nature", value, words)
