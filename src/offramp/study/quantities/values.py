"""Values of quantities over draws, as records."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from offramp.core.showing import Brief
from offramp.scenario import Intervention, Query

Array = NDArray[np.float64]
Interventions = tuple[Intervention, ...]


@dataclass(frozen=True, eq=False)
class Reach:
    """Where the commitments of some interventions matter, by draw.

    ``reached`` is the probability that the commitment ever applies; ``unoffered`` the share of
    its step's turns (with its condition holding) at which the move is not offered and the
    party chooses freely; nan where there are no such turns.
    """

    interventions: Interventions
    intervention: Intervention
    reached: Array
    unoffered: Array


@dataclass(frozen=True, eq=False, repr=False)
class QueryValues(Brief):
    """Values of quantities over draws; arrays are read-only.

    ``status`` (draw, query) is solved; vacuous (a step that the quantity commits is reached with
    probability below 1e-9); open (equilibria found disagree on it); undefined (no finite value,
    as of rounds where play may never end); or failed (its game was not solved). A vacuous or
    open quantity still has the value of the reported equilibrium.
    """

    queries: tuple[Query, ...]
    values: Array
    status: NDArray[np.str_]
    game: NDArray[np.int64]
    """(query,) number of the solved game it belongs to; -1 for a number that needs none."""
    reach: tuple[Reach, ...] = ()
    alternatives: Mapping[tuple[int, int], tuple[Array, ...]] = field(
        default_factory=dict[tuple[int, int], tuple[Array, ...]]
    )
    """(draw, game) to the values (query,) in every other equilibrium found of that game; only
    the entries of that game's quantities count."""
    uniqueness: Mapping[int, NDArray[np.str_]] = field(default_factory=dict[int, NDArray[np.str_]])
    """Game to what is known of its other equilibria, (draw,); see `Equilibria`."""

    def __post_init__(self) -> None:
        for array in (self.values, self.status, self.game):
            array.setflags(write=False)

    def of(self, query: Query) -> Array:
        """The values (draw,) of one quantity."""
        return self.values[:, self.queries.index(query)]

    def columns(self) -> dict[Query, Array]:
        """Quantity to values (draw,), as ``Claim.holds`` wants them."""
        return {query: self.values[:, i] for i, query in enumerate(self.queries)}

    def worlds(
        self, draw: int, queries: Iterable[Query] | None = None, *, most: int = 64
    ) -> Iterator[dict[Query, float]]:
        """All combinations of the equilibria found in one draw, the reported ones first.

        Quantities of one game always come from the same equilibrium of it. ``queries`` limits
        the games that are varied; at most ``most`` combinations are given.
        """
        chosen = self.queries if queries is None else tuple(queries)
        where = [self.queries.index(query) for query in chosen]
        games = sorted({int(self.game[i]) for i in where} - {-1})
        sets = [(self.values[draw], *self.alternatives.get((draw, g), ())) for g in games]
        for world in itertools.islice(itertools.product(*sets), most):
            row = self.values[draw].copy()
            for number, values in zip(games, world, strict=True):
                own = self.game == number
                row[own] = values[own]
            yield {query: float(row[i]) for query, i in zip(chosen, where, strict=True)}
