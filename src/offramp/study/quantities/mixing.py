"""Quantities over draws of several combinations of switches: solved apart, told together.

Which game a quantity is about depends on the draw's switches and on what the quantity itself
sets. So for every combination, and within it for every set of quantities that the same draws
need, the rules are settled and an ordinary game is solved; no game is solved twice in a draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from offramp.game import Draws, combinations_of, fix, fixed_values, settled, settled_query
from offramp.scenario import Intervention, Meaning, Query
from offramp.solvers.equilibria import UNSEARCHED
from offramp.study.quantities.values import QueryValues, Reach
from offramp.study.solving.experiment import Progress

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
Rows = NDArray[np.intp]
Evaluated = Callable[
    [Meaning, tuple[Query, ...], Draws, Rows, tuple[int, ...], Progress | None], QueryValues
]
Fixed = tuple[tuple[str, float], ...]
Values = tuple[float, ...]


@dataclass(frozen=True, eq=False)
class _Piece:
    """Draws and quantities of one combination of switches."""

    values: Values
    rows: Rows
    positions: tuple[int, ...]


def mixed(
    meaning: Meaning,
    queries: tuple[Query, ...],
    draws: Draws,
    traced: tuple[int, ...],
    progress: Progress | None,
    evaluated: Evaluated,
) -> QueryValues:
    """The values of ``queries``, each draw and quantity in the game of its combination."""
    whole = _Whole(meaning, queries, draws)
    pieces = list(_pieces(meaning, queries, draws))
    total = sum(len(one.rows) for one in pieces)
    done = 0
    for piece in pieces:
        own = dict(zip(meaning.structural, piece.values, strict=True))
        part = fix(meaning, draws.rows(piece.rows), own)
        asked = {_without(queries[p], own): p for p in reversed(piece.positions)}
        at = {int(row): i for i, row in enumerate(piece.rows)}

        def tell(
            what: str, count: int, out_of: int, done: int = done, size: int = len(part)
        ) -> None:
            if progress is not None:
                progress(what, done + size * count // max(1, out_of), total)

        follow = tuple(at[one] for one in traced if one in at)
        found = evaluated(settled(meaning, own), tuple(asked), part, piece.rows, follow, tell)
        whole.take(piece, found, [_without(queries[p], own) for p in piece.positions])
        done += len(part)
    return whole.result()


def _pieces(meaning: Meaning, queries: tuple[Query, ...], draws: Draws) -> Iterator[_Piece]:
    """Every draw and quantity once, by combination and by what else its draw needs there."""
    groups: dict[Fixed, list[int]] = {}
    for position, query in enumerate(queries):
        groups.setdefault(_switches_fixed(meaning, query), []).append(position)
    needs: dict[Values, NDArray[np.bool_]] = {}
    for number, fixed in enumerate(groups):
        there = fix(meaning, draws, dict(fixed)) if fixed else draws
        for values, rows in combinations_of(meaning, there):
            own = needs.setdefault(values, np.zeros((len(draws), len(groups)), np.bool_))
            own[rows, number] = True
    listed = list(groups.values())
    for values, need in needs.items():
        wanted = np.flatnonzero(need.any(axis=1))
        patterns, which = np.unique(need[wanted], axis=0, return_inverse=True)
        for i, pattern in enumerate(patterns):
            rows = wanted[which.reshape(-1) == i]
            chosen = sorted(p for g in np.flatnonzero(pattern) for p in listed[g])
            yield _Piece(values, rows, tuple(chosen))


def _switches_fixed(meaning: Meaning, query: Query) -> Fixed:
    own = set(meaning.structural)
    given = fixed_values(query.interventions)
    return tuple(sorted((name, value) for name, value in given.items() if name in own))


def _without(query: Query, switches: Mapping[str, float]) -> Query:
    """The quantity in the game of a combination, which it need not set any more."""
    left = tuple(
        one
        if not one.values
        else replace(one, values=tuple(pair for pair in one.values if pair[0] not in switches))
        for one in query.interventions
    )
    return settled_query(replace(query, interventions=left), switches)


class _Whole:
    """Collects what was found in each combination."""

    def __init__(self, meaning: Meaning, queries: tuple[Query, ...], draws: Draws) -> None:
        shape = (len(draws), len(queries))
        self.queries = queries
        self.values = np.full(shape, np.nan)
        self.status = np.full(shape, "failed", dtype="<U9")
        self.reach: dict[tuple[tuple[Intervention, ...], Intervention], tuple[Array, Array]] = {}
        self.alternatives: dict[tuple[int, int], list[Array]] = {}
        self.uniqueness: dict[int, NDArray[np.str_]] = {}
        games: dict[object, int] = {}
        self.game = np.array([self._number(games, query) for query in queries], np.int64)

    @staticmethod
    def _number(games: dict[object, int], query: Query) -> int:
        """Quantities of one game in every draw have one number."""
        if query.kind == "static":
            return -1
        rules = tuple(
            one
            for one in query.interventions
            if not one.condition and one.kind not in ("deviate", "set", "off")
        )
        values = tuple(sorted(fixed_values(query.interventions).items()))
        return games.setdefault((rules, values), len(games))

    def take(self, piece: _Piece, found: QueryValues, asked: list[Query]) -> None:
        """Note what was found of some draws and quantities; ``asked`` as they were asked."""
        places = [found.queries.index(query) for query in asked]
        grid = piece.rows[:, None], np.array(piece.positions)
        self.values[grid], self.status[grid] = found.values[:, places], found.status[:, places]
        for position, query in zip(piece.positions, asked, strict=True):
            self._reached(self.queries[position], query, piece.rows, found.reach)
        for position, place in zip(piece.positions, places, strict=True):
            tags, game = found.uniqueness.get(int(found.game[place])), int(self.game[position])
            if tags is not None:
                blank = np.full(len(self.values), UNSEARCHED, dtype="<U40")
                self.uniqueness.setdefault(game, blank)[piece.rows] = tags
        for (draw, game), others in found.alternatives.items():
            own = [i for i, place in enumerate(places) if found.game[place] == game]
            for number in {int(self.game[piece.positions[i]]) for i in own}:
                rows = self.alternatives.setdefault((int(piece.rows[draw]), number), [])
                for place, values in enumerate(others):
                    if place == len(rows):
                        rows.append(np.full(len(self.queries), np.nan))
                    for i in own:
                        rows[place][piece.positions[i]] = values[places[i]]

    def _reached(self, query: Query, asked: Query, rows: Rows, reach: tuple[Reach, ...]) -> None:
        """How far the commitments of one quantity matter, under its own words."""
        for one in reach:
            if one.interventions != asked.interventions:
                continue
            for intervention, there in zip(query.interventions, asked.interventions, strict=True):
                if there == one.intervention:
                    count = len(self.values)
                    key = (query.interventions, intervention)
                    kept = self.reach.setdefault(
                        key, (np.full(count, np.nan), np.full(count, np.nan))
                    )
                    kept[0][rows], kept[1][rows] = one.reached, one.unoffered

    def result(self) -> QueryValues:
        """Everything together."""
        alternatives = {key: tuple(rows) for key, rows in self.alternatives.items()}
        reach = tuple(Reach(*key, *arrays) for key, arrays in self.reach.items())
        return QueryValues(
            self.queries, self.values, self.status, self.game, reach, alternatives, self.uniqueness
        )
