"""Many variations of one game solved at once, and what a search for changes reads from each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp import solvers
from offramp.analysis import absorb
from offramp.core.errors import GameError
from offramp.core.sharing import share_each, threads_for
from offramp.game import Draws, Game, Tables, nominal_draw
from offramp.study.solving.experiment import Solved, solve

Array = NDArray[np.float64]
Truths = NDArray[np.bool_]
DANGERS = ("war", "catastrophe")
CHUNK_BYTES = 100_000_000


@dataclass(frozen=True, eq=False)
class Standing:
    """What follows in every variation (draw,) of a game; nan where it was not solved."""

    reached: Array
    """Probability of the ends that are aimed at."""
    danger: Array
    """Probability of war and catastrophe together."""
    payoff: Array
    """(draw, party) expected discounted pays."""
    regret: Array
    """(draw, party) what the best reply to the others' play would add to that."""
    ends: Array
    """(draw, terminal) probability of each end that is aimed at."""
    worth: Array
    """(draw, terminal, party) what each of them is worth when it comes."""
    elsewhere: Array
    """Least probability of the ends aimed at in other equilibria found; nan where none was."""
    residual: Array
    branch: NDArray[np.str_]
    uniqueness: NDArray[np.str_]

    @property
    def solved(self) -> Truths:
        """(draw,) whether there are numbers."""
        return np.isfinite(self.reached) & np.isfinite(self.danger)

    def rows(self, order: NDArray[np.intp]) -> Standing:
        """Some of the variations, in this order."""
        return Standing(*(getattr(self, field.name)[order] for field in fields(Standing)))

    def row(self, draw: int) -> Standing:
        """That of one variation."""
        return self.rows(np.array([draw]))


@dataclass(frozen=True, eq=False)
class Bench:
    """A game, and the outcomes (positions) that are aimed at and that count as danger."""

    game: Game
    aim: tuple[int, ...]
    danger: tuple[int, ...]

    @cached_property
    def nominal(self) -> Solved:
        """The game as it is, solved at nominal values."""
        return solve(self.game, self.game.nominal(), starts=0)

    def stand(self, draws: Draws, *, progress: Callable[[int], None] | None = None) -> Standing:
        """Every draw solved on its principal branch; one whose numbers make no game is not."""
        parts = []
        for low, part in self._parts(draws):
            parts.append(self._stand(part))
            if progress is not None:
                progress(min(low + len(part), len(draws)))
        return _joined(parts)

    def _parts(self, draws: Draws) -> Iterator[tuple[int, Draws]]:
        structure = self.game.structure
        each = 8 * (2 * structure.nodes * (structure.parties + 1) + 4 * structure.edges)
        size = max(1, min(CHUNK_BYTES // each, 512))
        for low in range(0, len(draws), size):
            yield low, rows_of(draws, slice(low, low + size))

    def _stand(self, draws: Draws) -> Standing:
        try:
            return self._solved(draws)
        except GameError:
            return self._where_fit(draws)

    def _where_fit(self, draws: Draws) -> Standing:
        """The same where some of the draws make no game: they are not solved."""
        fit = find_fit(self.game, draws)
        count, parties = len(draws), self.game.structure.parties
        found = self._solved(rows_of(draws, fit)) if fit.any() else None
        terminals = int(self._own(self.aim).sum()) if found is None else found.ends.shape[1]
        shapes = ((), (), (parties,), (parties,), (terminals,), (terminals, parties), (), ())
        whole = Standing(
            *(np.full((count, *shape), np.nan) for shape in shapes),
            *(np.full(count, "", dtype="<U40") for _ in range(2)),
        )
        if found is not None:
            for field in fields(Standing):
                getattr(whole, field.name)[fit] = getattr(found, field.name)
        return whole

    def _solved(self, draws: Draws) -> Standing:
        """Every draw in the game of its own switches."""
        parts = self.game.parts(draws)
        if len(parts) == 1:
            return replace(self, game=parts[0][1])._in_one_game(draws)
        found = list(
            share_each(
                lambda part: replace(self, game=part[1])._in_one_game(draws.rows(part[0])),
                parts,
                threads_for(0),
            )
        )
        order = np.argsort(np.concatenate([rows for rows, _ in parts]))
        return _joined(found).rows(order)

    def _in_one_game(self, draws: Draws) -> Standing:
        solved = solve(self.game, draws, starts=0)
        found, structure = solved.equilibria, self.game.structure
        fine = found.status == "solved"
        ends = absorb(structure, solved.strategy).terminal
        payoff = np.where(fine[:, None], found.payoff[:, structure.start, :], np.nan)
        aimed = self._own(self.aim)
        return Standing(
            ends[:, aimed].sum(axis=1),
            ends[:, self._own(self.danger)].sum(axis=1),
            payoff,
            np.where(fine[:, None], found.regret, np.nan),
            ends[:, aimed],
            solved.tables.end_pay[:, aimed],
            self._elsewhere(found),
            found.residual,
            found.branch,
            found.uniqueness,
        )

    def _own(self, outcomes: Sequence[int]) -> Truths:
        """(terminal,) whether it belongs to one of ``outcomes``."""
        return np.isin(self.game.structure.terminal_outcome, list(outcomes))

    def _elsewhere(self, found: solvers.Equilibria) -> Array:
        least = np.full(len(found.status), np.nan)
        if found.others:
            play = np.stack([other.strategy for other in found.others])
            ends = absorb(self.game.structure, play).terminal
            reached = ends[:, self._own(self.aim)].sum(axis=1)
            for other, value in zip(found.others, reached, strict=True):
                least[other.draw] = np.fmin(least[other.draw], value)
        return least


def _joined(parts: Sequence[Standing]) -> Standing:
    """Standings one after the other; of games with fewer ends the rest has probability 0."""
    if len(parts) == 1:
        return parts[0]
    widest = max(part.ends.shape[1] for part in parts)
    found: dict[str, NDArray[Any]] = {}
    for field in fields(Standing):
        arrays = [getattr(part, field.name) for part in parts]
        if field.name in ("ends", "worth"):
            arrays = [_wide(array, widest) for array in arrays]
        found[field.name] = np.concatenate(arrays)
    return Standing(**found)


def _wide(array: Array, ends: int) -> Array:
    return np.pad(array, [(0, 0), (0, ends - array.shape[1]), *[(0, 0)] * (array.ndim - 2)])


def bench_of(game: Game, aim: Sequence[int]) -> Bench:
    """A bench on which ``game`` is varied, looking at the outcomes ``aim`` (positions)."""
    kinds = [outcome.kind for outcome in game.meaning.outcomes]
    danger = tuple(i for i, kind in enumerate(kinds) if kind in DANGERS)
    return Bench(game, tuple(aim), danger)


def rows_of(draws: Draws, which: slice | Truths) -> Draws:
    """Some of the draws."""
    return draws.rows(np.arange(len(draws))[which])


def nominal_rows(game: Game, count: int) -> Draws:
    """The nominal values ``count`` times, to be varied."""
    one = nominal_draw(game.meaning)
    return Draws(one.names, np.repeat(one.values, count, axis=0), one.seed, one.first)


def find_fit(game: Game, draws: Draws) -> Truths:
    """(draw,) whether the values make a game: odds are odds, patience and precision in bounds."""
    if all(tables_or_none(one, draws.rows(rows)) is not None for rows, one in game.parts(draws)):
        return np.ones(len(draws), np.bool_)
    if len(draws) == 1:
        return np.zeros(1, np.bool_)
    half = len(draws) // 2
    halves = (slice(0, half), slice(half, None))
    return np.concatenate([find_fit(game, rows_of(draws, part)) for part in halves])


def tables_or_none(game: Game, draws: Draws) -> Tables | None:
    """The numbers of the game, or None where one of the draws makes none."""
    try:
        return game.tables(draws)
    except GameError:
        return None
