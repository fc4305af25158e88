"""What a small change of each assumption does to a quantity: exact slopes, no differences.

Each game that the quantities need is compiled once; at every draw it is solved and
linearised once, and one transposed solve a quantity gives the slopes by all assumptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from offramp.analysis.responses import Aim, respond_draws
from offramp.game import Draws, Game, fix, fixed_values, intervene, nominal_draw
from offramp.game.slopes import Derivatives, table_slopes
from offramp.scenario import Intervention, Meaning, Query, Scenario, understand
from offramp.study.quantities import find_quantities
from offramp.study.solving.experiment import solve
from offramp.study.solving.workspace import Workspace

Array = NDArray[np.float64]
UNKNOWN = "Slopes of this kind of quantity are not computed."
KINK = "A formula has no slope here, as a square root at 0 has none."


@dataclass(frozen=True, eq=False)
class QuantitySlopes:
    """Quantities and their slopes by assumptions over draws; arrays are read-only.

    A slope counts everything that follows from the assumption by formula. Where ``message``
    is not empty some or all slopes are withheld (nan), and it says why.
    """

    queries: tuple[Query, ...]
    assumptions: tuple[str, ...]
    values: Array
    """(draw, query)"""
    slopes: Array
    """(draw, query, assumption), in units of the quantity per unit of the assumption."""
    message: NDArray[np.str_]
    """(draw, query)"""

    def __post_init__(self) -> None:
        for array in (self.values, self.slopes, self.message):
            array.setflags(write=False)


class SlopeFinder:
    """The games that some quantities need, compiled once; ``at`` finds slopes at any draws.

    ``fixed`` assumptions are given a value in all draws and follow no formula. Slopes of
    quantities are known where their kind gives one, under do, bar, set and off; other
    quantities get a message.
    """

    def __init__(
        self,
        scenario: Scenario | Meaning,
        queries: Iterable[Query],
        *,
        assumptions: Sequence[str] | None = None,
        fixed: Iterable[str] = (),
        workspace: Workspace | None = None,
    ) -> None:
        self.meaning = scenario if isinstance(scenario, Meaning) else understand(scenario)
        self.queries = tuple(dict.fromkeys(queries))
        named = tuple(one.name for one in self.meaning.assumptions if not one.structural)
        self.assumptions = named if assumptions is None else tuple(assumptions)
        self._fixed = frozenset(fixed)
        self._workspace = workspace or Workspace(self.meaning.scenario)
        self._games = tuple(self._compiled())

    def at(
        self,
        draws: Draws | None = None,
        *,
        precision_scale: float = 1.0,
        traced: Sequence[int] | None = None,
    ) -> QuantitySlopes:
        """Values and slopes at ``draws``; without draws at nominal values, traced."""
        chosen = nominal_draw(self.meaning) if draws is None else draws
        follow = ((0,) if draws is None else ()) if traced is None else tuple(traced)
        shape = (len(chosen), len(self.queries))
        values, message = np.full(shape, np.nan), np.full(shape, UNKNOWN, dtype="<U200")
        slopes = np.full((*shape, len(self.assumptions)), np.nan)
        for one in self._games:
            for rows, game, here in one.of(chosen):
                own = tuple(i for i, row in enumerate(rows.tolist()) if row in follow)
                for position, *found in game.found(self, here, precision_scale, own):
                    values[rows, position], slopes[rows, position], message[rows, position] = found
        return QuantitySlopes(self.queries, self.assumptions, values, slopes, message)

    @property
    def fixed(self) -> frozenset[str]:
        """Assumptions that follow no formula in the draws."""
        return self._fixed

    def _compiled(self) -> Iterator[_Game]:
        """One game for all quantities under the same interventions."""
        aims = [_aim_of(query) for query in self.queries]
        groups: dict[tuple[Intervention, ...], dict[int, Callable[[Game], Aim]]] = {}
        for position, (query, aim) in enumerate(zip(self.queries, aims, strict=True)):
            if aim is not None:
                groups.setdefault(query.interventions, {})[position] = aim
        for interventions, positions in groups.items():
            changed = intervene(self.meaning, interventions)
            reads = frozenset[str]().union(*(self.queries[i].reads for i in positions))
            game = self._workspace.build(changed.meaning, reads | changed.watched)
            yield _Game(game, fixed_values(interventions), tuple(positions.items()))


@dataclass(frozen=True, eq=False)
class _Game:
    """One compiled game, the assumptions fixed in it, and what is differentiated."""

    game: Game
    given: Mapping[str, float]
    aims: tuple[tuple[int, Callable[[Game], Aim]], ...]

    @cached_property
    def derivatives(self) -> Derivatives:
        """Of what the game pays."""
        return Derivatives(self.game.valuation)

    def of(self, draws: Draws) -> Iterator[tuple[NDArray[np.intp], _Game, Draws]]:
        """Rows of the draws, the game of their switches, and these draws with what is fixed."""
        here = fix(self.game.meaning, draws, self.given) if self.given else draws
        for rows, game in self.game.parts(here):
            yield rows, self if game is self.game else self._at(game), here.rows(rows)

    def _at(self, game: Game) -> _Game:
        return self._known.setdefault(id(game), replace(self, game=game))

    @cached_property
    def _known(self) -> dict[int, _Game]:
        return {}

    def found(
        self, finder: SlopeFinder, here: Draws, precision_scale: float, traced: tuple[int, ...]
    ) -> Iterator[tuple[int, Array, Array, NDArray[np.str_]]]:
        """Position of a quantity; by draw its value, slopes by the assumptions, and message."""
        game = self.game
        solved = solve(game, here, precision_scale=precision_scale, traced=traced, starts=0)
        slopes = table_slopes(
            game.valuation,
            here,
            finder.assumptions,
            fixed=finder.fixed | self.given.keys(),
            precision_scale=precision_scale,
            derivatives=self.derivatives,
        )
        unfelt = np.isin(finder.assumptions, list(self.given))
        responses = respond_draws(
            game.structure, solved.tables, solved.equilibria, [aim(game) for _, aim in self.aims]
        )
        for (position, _), response in zip(self.aims, responses, strict=True):
            found = np.where(unfelt, 0.0, slopes.dots(response.slopes))
            kink = np.where(np.isfinite(found).all(axis=1), "", KINK)
            message = np.where(response.message == "", kink, response.message)
            yield position, response.value, found, message


def _aim_of(query: Query) -> Callable[[Game], Aim] | None:
    """What is differentiated in a game for this quantity; None where slopes are not known."""
    if any(one.kind == "deviate" or one.condition for one in query.interventions):
        return None
    slope = find_quantities()[query.kind].slope
    return None if slope is None else slope(query)
