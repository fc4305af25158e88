"""What an engine is: which games it takes, how it solves them, and the rows that it fills.

A new engine is one new file of `engines` that names an ``ENGINE``, or an entry point of the group
``offramp.engines`` in another package; nothing else has to be edited. All engines solve the
equations of logit play (McKelvey & Palfrey 1995, 1998: Quantal response equilibria).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import GameError
from offramp.core.registry import ENGINES, plugins
from offramp.core.sharing import Progress
from offramp.solvers.equilibria import UNSEARCHED, Equilibria, Options, Other, not_refuted

if TYPE_CHECKING:
    from offramp.game.structure import Structure, Tables
    from offramp.solvers.kernels.layout import Layout

Array = NDArray[np.float64]
NO_START = not_refuted(0)
"""That no start led to a solution says no more than that nobody looked."""


@dataclass(frozen=True, eq=False)
class Request:
    """What an engine is asked: a game, the numbers of its draws, and what is wanted of them."""

    structure: Structure
    tables: Tables
    """Their shapes fit, and payoffs are in units of what is at stake (`kernels.units`)."""
    options: Options
    progress: Progress | None = None
    traced: frozenset[int] = frozenset()
    """Draws whose branch is followed around folds; for the others see ``Engine.policy``."""
    starts: int = 0
    """Random starts from which every draw is solved again."""
    seed: int = 0
    known: Array | None = None
    """(draw, node, party) values that may solve the draws already."""
    regret: Array | None = None
    """(draw,) where the limit is asked for: the regret at which a branch is left."""

    @cached_property
    def invalid(self) -> list[str]:
        """(draw,) a sentence where the numbers describe no game, else the empty string."""
        return find_invalid(self.structure, self.tables)

    def of(
        self, rows: NDArray[np.int64], known: Array | None, progress: Progress | None
    ) -> Request:
        """The same of some draws."""
        traced = np.flatnonzero(np.isin(rows, list(self.traced)))
        return replace(
            self,
            tables=rows_of(self.tables, rows),
            traced=frozenset(traced.tolist()),
            known=known,
            progress=progress,
        )


@dataclass(frozen=True)
class Engine:
    """A way to solve some games."""

    order: int
    """Engines are asked in rising order, and the first one that takes a game solves it."""
    policy: str
    """One sentence: what it takes, and what it does with draws that are not traced."""
    takes: Callable[[Request], bool]
    solve: Callable[[Request], Equilibria]
    limit: Callable[[Request], Equilibria] | None = None
    """Where branches lead; None for an engine that only solves at given precisions."""


@cache
def find_engines() -> tuple[Engine, ...]:
    """Every engine of the folder and of installed packages, in the order in which they are asked.

    Raises OfframpError where two share a name or a file names no ENGINE.
    """
    found = plugins(*ENGINES, "ENGINE", Engine)
    return tuple(sorted(found.values(), key=lambda engine: engine.order))


def answer(request: Request) -> Equilibria:
    """What the first engine that takes the game finds."""
    wants_limit = request.regret is not None
    for engine in find_engines():
        find = engine.limit if wants_limit else engine.solve
        if find is not None and engine.takes(request):
            return find(request)
    raise GameError("no engine takes this game", expected="a game that an engine takes")


class Results:
    """Rows for all draws, blank until they are filled; every draw writes only its own.

    What is never filled says so: values and certificates are nan, and every move is as likely.
    """

    def __init__(self, request: Request, layout: Layout, branch: str) -> None:
        from offramp.solvers.kernels.certificate import bound_regret

        structure, tables = request.structure, request.tables
        draws, nodes, parties = tables.draws, structure.nodes, structure.parties
        self.request, self.structure, self.tables = request, structure, tables
        self.options, self.layout, self.invalid = request.options, layout, request.invalid
        count = np.diff(structure.first)
        self.value = np.full((draws, nodes, parties), np.nan)
        self.payoff = np.full_like(self.value, np.nan) if tables.entropy else self.value
        self.strategy = np.tile(np.repeat(1.0 / count, count), (draws, 1))
        self.belief = np.zeros((0, 0))
        """(draw, node), or empty where everybody always knows the node."""
        self.residual, self.condition = np.full((2, draws), np.nan)
        self.regret, self.anywhere, self.reached = np.full((3, draws, parties), np.nan)
        self.bound = bound_regret(layout, tables)
        self.sweeps = np.zeros(draws, np.int64)
        self.branch: Any = [branch] * draws
        """A list, or an array where many rows are filled at once; so are the next three."""
        self.uniqueness: Any = [UNSEARCHED] * draws
        self.status: Any = ["invalid" if text else "solved" for text in self.invalid]
        self.message: Any = list(self.invalid)
        self.others: list[list[Other]] = [[] for _ in range(draws)]

    def equilibria(self) -> Equilibria:
        """Everything together, read-only."""
        uniqueness = np.array(self.uniqueness, dtype=str)
        return Equilibria(
            value=self.value,
            payoff=self.payoff,
            strategy=self.strategy,
            residual=self.residual,
            regret=self.regret,
            regret_anywhere=self.anywhere,
            regret_bound=self.bound,
            branch=np.array(self.branch, dtype=str),
            uniqueness=np.where(uniqueness == NO_START, UNSEARCHED, uniqueness),
            others=tuple(other for draw in self.others for other in draw),
            condition=self.condition,
            sweeps=self.sweeps,
            status=np.array(self.status, dtype=str),
            message=np.array(self.message, dtype=str),
            belief=self.belief,
            reached=self.reached,
        )


def rows_of(tables: Tables, rows: NDArray[np.int64]) -> Tables:
    """The tables of some draws."""
    names = [one.name for one in fields(tables) if one.name != "entropy"]
    return replace(tables, **{name: getattr(tables, name)[rows] for name in names})


def check_shapes(structure: Structure, tables: Tables) -> None:
    """Tables that do not fit the structure are a mistake in the caller, not in a draw."""
    draws, parties = tables.draws, structure.parties
    odds = int(structure.odds_class.max(initial=-1)) + 1
    expected = {
        "pay": (draws, int(structure.pay_class.max()) + 1, parties),
        "odds": (draws, odds),
        "end_pay": (draws, structure.terminals, parties),
        "patience": (draws, parties),
        "precision": (draws, parties),
    }
    for name, shape in expected.items():
        found = getattr(tables, name).shape
        fits = len(found) == len(shape) and found[0] == shape[0] and found[2:] == shape[2:]
        exact = name in ("end_pay", "patience", "precision")
        if not fits or found[1] < shape[1] or (exact and found != shape):
            raise GameError(
                f"the table '{name}' has shape {found}", expected=f"a shape of {shape} or more rows"
            )


def find_invalid(structure: Structure, tables: Tables) -> list[str]:
    """(draw,) a sentence where its numbers describe no game, else the empty string."""
    cyclic = bool(structure.cyclic.any())
    with np.errstate(invalid="ignore"):
        finite = np.ones(tables.draws, bool)
        for table in (tables.pay, tables.odds, tables.end_pay):
            finite &= np.isfinite(table).all(axis=tuple(range(1, table.ndim)))
        patient = ((tables.patience > 0) & (tables.patience <= 1)).all(axis=1)
        endless = (tables.patience >= 1).any(axis=1) & cyclic
        sharp = ((tables.precision > 0) & np.isfinite(tables.precision)).all(axis=1)
    sentences = [
        (~finite, "A pay or an odds is not a finite number. Mend the expression that gives it."),
        (~patient, "A patience is outside (0, 1]. Mend the parameter or its range."),
        (
            endless,
            "A patience of 1 has no finite value in a crisis without a limit of rounds. "
            "Lower the patience or give a limit.",
        ),
        (~sharp, "A precision is not a positive number. Mend the parameter or its range."),
    ]
    return [
        next((text for wrong, text in sentences if wrong[draw]), "") for draw in range(tables.draws)
    ]
