"""What players do: a game and its numbers in, certified equilibria out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from offramp.solvers.equilibria import Equilibria, Options, Other
from offramp.solvers.kernels.units import Units, in_payoffs, in_units, units_of

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
    units, plain = _measured(structure, tables)
    known = known if known is None or units.plain else units.numbers(known)
    rest = (traced, starts, seed, progress, options or Options(), known)
    return in_payoffs(_solve_in_units(structure, plain, *rest), units)


def limit(
    structure: Structure,
    tables: Tables,
    regret: float = 1e-8,
    *,
    progress: Callable[[int, int], None] | None = None,
    options: Options | None = None,
) -> Equilibria:
    """Where the branch from precision 0 leads: followed until nobody regrets more than ``regret``.

    ``regret`` is a share of what a party has at stake (``units``). All precisions of a draw are
    raised by one factor, so they count by what they are to each other only. ``reached`` holds
    those at which the branch was left, and where the residual was taken; the play is what
    sharpening makes of it (``limits``), and ``regret_anywhere`` certifies that play, at every
    information set given its beliefs (payoff units). Where it stays too large the draw is
    'uncertified', and a message says so. At a fork of the branch one side is taken, always the
    same.
    """
    from offramp.solvers.imperfect.small.limits import find_limit

    units, plain = _measured(structure, tables)
    return in_payoffs(find_limit(structure, plain, regret, progress, options or Options()), units)


def _measured(structure: Structure, tables: Tables) -> tuple[Units, Tables]:
    """The units of each party, and the numbers in them."""
    from offramp.solvers.perfect.draws import check_shapes

    check_shapes(structure, tables)
    units = units_of(structure, tables)
    return units, in_units(tables, units)


def _solve_in_units(
    structure: Structure, tables: Tables, traced: Sequence[int], starts: int, seed: int,
    progress: Callable[[int, int], None] | None, options: Options,
    known: NDArray[np.float64] | None,
) -> Equilibria:  # fmt: skip
    """The engine that takes the game solves it."""
    if options.device != "cpu":
        from offramp.solvers.gpu.jax_draws import device_for, solve_batches

        device = device_for(structure, options.device)
        if device is not None and known is None:
            return solve_batches(structure, tables, traced, starts, seed, progress, options, device)
    if structure.hidden:
        from offramp.solvers.imperfect.small.draws import solve_hidden

        return solve_hidden(structure, tables, traced, starts, seed, progress, options)
    from offramp.solvers.perfect.draws import solve_game

    return solve_game(structure, tables, traced, starts, seed, progress, options, known)
