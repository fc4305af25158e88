"""Events: at which nodes a condition on the state holds, and after which moves it does."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError
from offramp.expressions import EvaluationError, Expression, evaluate
from offramp.game.compilation import Game
from offramp.game.exploration import Columns, Rows, words_of

Truths = NDArray[np.bool_]


def holds_at(game: Game, condition: Expression, step: int | None = None) -> Truths:
    """(node,) where ``condition`` holds; elsewhere than at ``step``, where given, nowhere.

    Before round 1, while private variables are drawn, nothing holds yet.

    The condition may read watched variables (see `build`) and what its step reads.
    """
    full = game.merged.representative
    chosen = game.structure.step >= 0
    if step is not None:
        chosen = game.structure.step == step
    truth = np.zeros(len(full), np.bool_)
    truth[chosen] = _truth(game, condition, game.reached.rows[full[chosen]])
    return truth


def holds_after(game: Game, condition: Expression) -> Truths:
    """(edge,) where ``condition`` holds in the state after `then`, before a round's reset.

    The condition may read watched variables only.
    """
    truth = np.zeros(game.structure.edges, np.bool_)
    source = np.repeat(np.arange(game.structure.nodes), np.diff(game.structure.first))
    rows = game.reached.rows[game.merged.representative]
    number = 0
    for step in game.meaning.steps:
        for move in step.moves:
            edges = np.flatnonzero(game.edge_move == number)
            number += 1
            before = rows[source[edges]]
            after = before.copy()
            values = game.reached.columns.values(before)
            for variable, formula in move.then:
                value = evaluate(formula, values)
                after[:, variable] = np.broadcast_to(value, (len(edges), 1))[:, 0].round()
            truth[edges] = _truth(game, condition, after)
    return truth


def takes(game: Game, step: int, move: int) -> Truths:
    """(edge,) that are the move at position ``move`` of the step at position ``step``."""
    number = sum(len(one.moves) for one in game.meaning.steps[:step]) + move
    return game.edge_move == number


def ends_with(game: Game, outcomes: Collection[int], condition: Expression | None) -> Truths:
    """(edge,) that end in one of ``outcomes`` where ``condition`` holds after `then`."""
    structure = game.structure
    terminal = np.maximum(-structure.target - 1, 0)
    own = np.isin(structure.terminal_outcome, list(outcomes))
    ending = (structure.target < 0) & (own[terminal] if len(own) else False)
    return ending if condition is None else ending & holds_after(game, condition)


def _truth(game: Game, condition: Expression, rows: Rows) -> Truths:
    columns: Columns = game.reached.columns
    if not len(rows):
        return np.zeros(0, np.bool_)
    try:
        value = evaluate(condition, columns.values(rows))
    except EvaluationError as error:
        words = words_of(game.meaning, columns, rows[min(error.row, len(rows) - 1)])
        raise GameError(
            f"'{condition}' has no value: {error.found} (state: {words})",
            expected=error.expected,
            repair=error.repair or "guard it with if(…)",
            code="E404",
        ) from None
    return np.broadcast_to(value != 0, (len(rows), 1))[:, 0]
