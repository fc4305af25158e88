"""Offramp's answer to a turn-based game: which node is which state, and the values found there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offramp.game import Game, build
from offramp.scenario import read

from .games import Floats, TurnGame


def offramp_game(game: TurnGame) -> Game:
    """The game as Offramp reads it from its scenario text."""
    return build(read(game.text))


def state_nodes(game: TurnGame, built: Game) -> NDArray[np.int64]:
    """The solved node at which the period begins in each state, (state,).

    Raises KeyError where a state is not reached.
    """
    reached = built.reached
    heads = np.flatnonzero(reached.step == 0)
    names = list(game.variables[0])
    columns = [reached.columns.names.index(name) for name in names]
    node_of = {
        tuple(int(value) for value in reached.rows[head, columns]): int(built.merged.node[head])
        for head in heads
    }
    wanted = [tuple(state[name] for name in names) for state in game.variables]
    return np.array([node_of[values] for values in wanted], np.int64)


def state_values(game: TurnGame, built: Game, value: Floats) -> Floats:
    """Values (node, party) of the solved nodes as values (state, party) of the game."""
    return value[state_nodes(game, built)]


def state_choices(game: TurnGame, built: Game, strategy: Floats) -> Floats:
    """Odds (edge,) as the odds of the owner's moves in each state, (state, move).

    The parties' steps come in the parties' order, and who is not the owner has one move.
    """
    structure = built.structure
    choices = np.zeros(game.pay.shape[:2])
    for state, head in enumerate(state_nodes(game, built)):
        node = head
        for _ in range(game.owner[state]):
            node = structure.target[structure.first[node]]
        first = structure.first[node]
        choices[state, : game.moves[state]] = strategy[first : structure.first[node + 1]]
    return choices
