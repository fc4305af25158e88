"""`offramp.solve`: a game solved for any draws, also where their switches make several games."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

from offramp.game import Draws, Game
from offramp.study.solving.experiment import Mixture, Solved, solve_all


@overload
def solve(
    game: Game, draws: None = None, *, traced: Sequence[int] | None = None, **more: Any
) -> Solved: ...
@overload
def solve(
    game: Game, draws: Draws, *, traced: Sequence[int] | None = None, **more: Any
) -> Solved | Mixture: ...
def solve(
    game: Game, draws: Draws | None = None, *, traced: Sequence[int] | None = None, **more: Any
) -> Solved | Mixture:
    """Certified equilibria of ``game`` for ``draws``; without draws at nominal values.

    Draws whose index is in ``traced``, and the nominal one, are traced along the principal
    branch; for the other words see ``offramp.study.solving.experiment.solve``. Draws of several
    combinations of switches become a `Mixture`, each solved in the game of its own; `outcomes`
    takes either.
    """
    return solve_all(game, draws, traced=traced, **more)
