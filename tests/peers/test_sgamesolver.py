"""Offramp and sgamesolver give the same values to every state of turn-based stochastic games.

sgamesolver follows the Markov logit quantal response equilibrium in payoff convention
(Eibelshäuser & Poensgen) from precision 0, as Offramp does. Its values are kept beside this
file, so that the comparison is made where sgamesolver is not installed as well.

To compare with sgamesolver itself (release 1.0.2 is built from source), in an environment of its
own that has Offramp:

    pip install numpy cython setuptools wheel
    pip install --no-build-isolation sgamesolver==1.0.2
    pytest tests/peers -m peer                # compare
    cd tests && python -m peers.sgamesolver_side    # write the kept values anew
"""

from __future__ import annotations

import numpy as np
import pytest

from offramp.solvers import solve

from .games import PRECISION, TurnGame, shared_games
from .offramp_side import offramp_game, state_choices, state_values
from .sgamesolver_side import fingerprint, load_sgamesolver, peer_answer, stored_values

GAMES = shared_games()
AGREEMENT = 1e-6

every_game = pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)


def test_the_kept_values_are_those_of_these_games() -> None:
    kept = stored_values()
    assert kept["precision"] == PRECISION
    assert {name: entry["fingerprint"] for name, entry in kept["games"].items()} == {
        game.name: fingerprint(game) for game in GAMES
    }


@every_game
def test_values_equal_the_kept_ones(game: TurnGame) -> None:
    kept = np.array(stored_values()["games"][game.name]["value"])
    built = offramp_game(game)
    found = solve(built.structure, built.tables(built.nominal()))
    assert found.status[0] == "solved", found.message[0]
    difference = np.abs(state_values(game, built, found.value[0]) - kept).max()
    assert difference < AGREEMENT


@pytest.mark.peer
@every_game
def test_values_and_choices_equal_those_of_sgamesolver(game: TurnGame) -> None:
    try:
        load_sgamesolver()
    except ImportError as absent:
        pytest.skip(f"sgamesolver is not installed, its kept values are compared ({absent})")
    answer = peer_answer(game)
    assert abs(answer.precision - PRECISION) < 1e-9, "it stopped at another precision"
    assert answer.residual < 1e-9
    built = offramp_game(game)
    found = solve(built.structure, built.tables(built.nominal()))
    difference = np.abs(state_values(game, built, found.value[0]) - answer.value).max()
    assert difference < AGREEMENT
    choices = state_choices(game, built, found.strategy[0])
    assert np.abs(choices - answer.strategy).max() < AGREEMENT
    kept = np.array(stored_values()["games"][game.name]["value"])
    assert np.abs(kept - answer.value).max() < 1e-9, "the kept values are of another version"
