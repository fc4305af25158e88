"""What players do: a game and its numbers in, certified equilibria out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from offramp.solvers.equilibria import Equilibria, Options, Other

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from offramp.game.structure import Structure, Tables

__all__ = ["Equilibria", "Options", "Other", "limit", "solve"]


def solve(
    structure: Structure,
    tables: Tables,
    *,
    traced: Sequence[int] = (0,),
    starts: int = 2,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    options: Options | None = None,
    known: NDArray[np.float64] | None = None,
) -> Equilibria:
    """Logit equilibria of every draw on the branch that begins at precision 0, certified.

    Draws in ``traced`` follow the principal branch around folds and are searched for other
    equilibria by Newton's method; the others climb a ladder of precisions and are solved
    again from ``starts`` random starts, which depend on ``seed`` only. A draw's result never
    depends on the other draws. ``progress(done, total)`` counts draws and may be called from
    any thread. A draw that fails is a status with a message, never an exception; tables that
    do not fit the structure raise GameError. ``known`` (draw, node, party) are values that
    solve every component already, from a game that goes on as this one does: they are
    confirmed and spare the ladder, or are passed over. Where ``options.device`` cannot be used
    a warning says why, and the compiled solver does all; DeviceError says what to install.
    Equations: McKelvey & Palfrey (1998).
    """
    chosen = options or Options()
    if chosen.device != "cpu":
        from offramp.solvers.accelerated import device_for, solve_batches

        device = device_for(structure, chosen.device)
        if device is not None and known is None:
            return solve_batches(structure, tables, traced, starts, seed, progress, chosen, device)
    if structure.hidden:
        from offramp.solvers.hidden import solve_hidden

        return solve_hidden(structure, tables, traced, starts, seed, progress, chosen)
    from offramp.solvers.driver import solve_game

    return solve_game(structure, tables, traced, starts, seed, progress, chosen, known)


def limit(
    structure: Structure,
    tables: Tables,
    regret: float = 1e-8,
    *,
    progress: Callable[[int, int], None] | None = None,
    options: Options | None = None,
) -> Equilibria:
    """Where the branch from precision 0 leads: followed until nobody regrets more than ``regret``.

    All precisions of a draw are raised by one factor; ``reached`` holds the precisions at the
    end, ``regret_anywhere`` what they certify, at every information set given its beliefs
    (payoff units), whatever the reason why following stopped; a message says so where it
    stopped early. At a fork of the branch one side is taken, always the same.
    """
    from offramp.solvers.hidden import find_limit

    return find_limit(structure, tables, regret, progress, options or Options())
