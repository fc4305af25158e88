"""What players do: a game and its numbers in, certified equilibria out.

Equations: McKelvey & Palfrey (1995, 1998), Quantal response equilibria for normal and extensive
form games; what each engine does with them stands in its own modules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from offramp.solvers.engine import Request, answer, check_shapes
from offramp.solvers.equilibria import Equilibria, Options, Other
from offramp.solvers.kernels.units import in_payoffs, in_units, units_of, with_even_span

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

    Every draw follows the principal branch, and is searched for other equilibria from ``starts``
    random starts, which depend on ``seed`` only; draws in ``traced`` from more of them, with 0 none
    from any. A draw's result never depends on the other draws. ``progress(done, total)`` counts
    draws and may be called from any thread. A draw that fails is a status with a message, never an
    exception; tables that do not fit the structure raise GameError. ``known`` (draw, node, party)
    are values that solve every component already, from a game that goes on as this one does: they
    are confirmed and spare the way, or are passed over. Where ``options.device`` cannot be used a
    warning says why, and the compiled solver does all; DeviceError says what to install.
    Equations: McKelvey & Palfrey (1998).
    """
    check_shapes(structure, tables)
    units = units_of(structure, tables)
    request = Request(
        structure,
        in_units(tables, units),
        options or Options(),
        progress,
        traced=frozenset(int(draw) for draw in traced),
        starts=starts,
        seed=seed,
        known=known if known is None or units.plain else units.numbers(known),
    )
    return in_payoffs(answer(request), units)


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
    check_shapes(structure, tables)
    units = units_of(structure, tables)
    even, target = with_even_span(structure, in_units(tables, units), regret)
    request = Request(structure, even, options or Options(), progress, regret=target)
    return in_payoffs(answer(request), units)
