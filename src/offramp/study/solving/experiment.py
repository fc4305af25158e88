"""Solving a game for draws of its assumptions, and what happens in the solved game."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from logging import getLogger
from typing import TYPE_CHECKING, Any, Never, overload

import numpy as np
from numpy.typing import NDArray

from offramp import solvers
from offramp.analysis import (
    Absorbed,
    absorb,
    move_uses,
    outcome_by_round,
    outcome_probability,
    probability_by,
)
from offramp.analysis.by_round import ended_by_round, rounds_shown
from offramp.analysis.results import UNRESOLVED, assemble, join_rows
from offramp.core.errors import ResultError
from offramp.core.showing import Brief
from offramp.game import Draws, Game, Tables, with_precision

if TYPE_CHECKING:
    import xarray as xr

LOG = getLogger(__name__)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False, repr=False)
class Solved(Brief):
    """A game, the draws of its assumptions, and an equilibrium of every draw."""

    game: Game
    draws: Draws
    tables: Tables
    equilibria: solvers.Equilibria

    def _shown(self) -> Iterator[str]:
        fine = int((self.equilibria.status == "solved").sum())
        yield f"{self.game.scenario.title!r}, {fine:,} of {len(self.draws):,} draws solved,"
        yield f"{self.game.structure.nodes:,} nodes"

    @property
    def strategy(self) -> NDArray[np.float64]:
        """(draw, edge) play in every draw; nan where the draw was not solved."""
        fine = self.equilibria.status == "solved"
        if fine.all():
            return self.equilibria.strategy
        return np.where(fine[:, None], self.equilibria.strategy, np.nan)


@dataclass(frozen=True, eq=False, repr=False)
class Mixture(Brief):
    """Draws of several combinations of switches, each solved in the game of its own."""

    game: Game
    """The one at the nominal options."""
    draws: Draws
    parts: tuple[tuple[NDArray[np.intp], Solved], ...]
    """Rows of the draws, and what was found in them."""

    def _shown(self) -> Iterator[str]:
        fine = int((self.status == "solved").sum())
        yield f"{self.game.scenario.title!r}, {fine:,} of {len(self.draws):,} draws solved,"
        yield f"{len(self.parts)} combinations of switches"

    @property
    def equilibria(self) -> Never:
        """None in common: games of other switches have other nodes; a ResultError says so."""
        raise ResultError(
            "these draws are of games with different switches, which have no equilibria in common",
            expected="draws of one combination of options",
            repair="look at each of `parts`, or fix the switches",
        )

    @property
    def status(self) -> NDArray[np.str_]:
        """(draw,) solved, or why not."""
        found = np.full(len(self.draws), "", dtype="<U40")
        for rows, solved in self.parts:
            found[rows] = solved.equilibria.status
        return found


@overload
def solve_all(game: Game, draws: None = None, **more: Any) -> Solved: ...
@overload
def solve_all(game: Game, draws: Draws, **more: Any) -> Solved | Mixture: ...
def solve_all(
    game: Game,
    draws: Draws | None = None,
    *,
    traced: Sequence[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
    **more: Any,
) -> Solved | Mixture:
    """`solve` for draws whose switches may differ: a `Mixture` where they are of several games."""
    if draws is None:
        return solve(game, traced=traced, progress=progress, **more)
    parts = game.parts(draws)
    if len(parts) == 1:
        return solve(parts[0][1], draws, traced=traced, progress=progress, **more)
    follow, found, done = set(traced or ()), [], 0
    for rows, own in parts:
        part = draws.rows(rows)

        def tell(count: int, _total: int, done: int = done) -> None:
            if progress is not None:
                progress(done + count, len(draws))

        chosen = [i for i, row in enumerate(rows.tolist()) if row in follow]
        found.append((rows, solve(own, part, traced=chosen, progress=tell, **more)))
        done += len(rows)
    return Mixture(game, draws, tuple(found))


def solve(
    game: Game,
    draws: Draws | None = None,
    *,
    precision_scale: float | NDArray[np.float64] = 1.0,
    traced: Sequence[int] | None = None,
    starts: int = 2,
    progress: Callable[[int, int], None] | None = None,
    known: NDArray[np.float64] | None = None,
    workers: int = 0,
) -> Solved:
    """Certified equilibria of ``game`` for ``draws``; without draws at nominal values.

    Every draw follows the principal branch; where values are ``known`` (see
    ``offramp.solvers.solve``) these are confirmed instead, but for draws whose index is in
    ``traced``. ``precision_scale`` multiplies every precision, one for all draws or (draw,).
    ``workers`` threads solve, one per processor if 0.
    """
    chosen = game.nominal() if draws is None else draws
    tables = with_precision(game.tables(chosen), precision_scale)
    follow = ((0,) if draws is None else ()) if traced is None else traced
    found = solvers.solve(
        game.structure,
        tables,
        traced=follow,
        starts=starts,
        progress=progress,
        known=known,
        options=solvers.Options(workers=workers),
    )
    solved = int((found.status == "solved").sum())
    LOG.debug("%s of %s draws solved, %s nodes", solved, len(chosen), game.structure.nodes)
    if solved < len(chosen):
        why = str(found.message[found.status != "solved"][0])
        LOG.warning("%s of %s draws not solved: %s", len(chosen) - solved, len(chosen), why)
    return Solved(game, chosen, tables, found)


def outcomes(
    solved: Solved | Mixture, *, rounds: int | None = None, attrs: Mapping[str, Any] | None = None
) -> xr.Dataset:
    """What happens in every draw, as one labelled dataset (see ``analysis.results``).

    ``rounds`` of probabilities by round are included; 0 leaves them out, None takes as many
    as it needs for 99.9 % of what ever ends. Of a mixture the games' datasets are joined.
    """
    if isinstance(solved, Mixture):
        return _joined(solved, rounds, attrs or {})
    game, found = solved.game, solved.equilibria
    structure, strategy = game.structure, solved.strategy
    absorbed = absorb(structure, strategy)
    pairs, by_probability = probability_by(structure, absorbed)
    fine = (found.status == "solved")[:, None]
    values: dict[str, Any] = {
        "probability": outcome_probability(structure, absorbed, len(game.meaning.outcomes)),
        "probability_by": by_probability,
        "payoff": np.where(fine, found.payoff[:, structure.start, :], np.nan),
        "rounds": absorbed.rounds,
        "move_uses": move_uses(
            structure, strategy, absorbed.visits, game.edge_move, len(game.moves)
        ),
        "parameters": solved.draws.values,
        **_certificate(found, absorbed),
    }
    if solved.tables.entropy:
        values["value"] = np.where(fine, found.value[:, structure.start, :], np.nan)
    shown = _rounds(solved, absorbed) if rounds is None else rounds
    if shown:
        ended = ended_by_round(structure, strategy, shown)
        values["by_round"] = outcome_by_round(structure, ended, len(game.meaning.outcomes))
    return assemble(values, _labels(game, pairs), attrs or {}, first_draw=solved.draws.first)


def _joined(solved: Mixture, rounds: int | None, attrs: Mapping[str, Any]) -> xr.Dataset:
    """The datasets of the games of a mixture as one, in the order of the draws."""
    if rounds is None:
        each = (_rounds(one, absorb(one.game.structure, one.strategy)) for _, one in solved.parts)
        rounds = max(each)
    found = [(rows, outcomes(one, rounds=rounds, attrs=attrs)) for rows, one in solved.parts]
    return join_rows(found, solved.draws.first)


def kind_probability(game: Game, probability: NDArray[np.float64]) -> dict[str, Any]:
    """Outcome kind to probability (draw,), from probabilities (draw, outcome + 1)."""
    kinds: dict[str, Any] = {}
    for position, outcome in enumerate(game.meaning.outcomes):
        kinds[outcome.kind] = kinds.get(outcome.kind, 0) + probability[:, position]
    return kinds


def _rounds(solved: Solved, absorbed: Absorbed) -> int:
    return rounds_shown(solved.game.structure, solved.strategy, 1 - absorbed.unresolved)


UNABSORBED = (
    "How play ends could not be computed to ten digits: ends are reached too slowly. "
    "Limit the rounds, or make some end likelier."
)


def _certificate(found: solvers.Equilibria, absorbed: Absorbed) -> dict[str, Any]:
    """What is certified of every draw; a draw whose ends are unknown is not solved."""
    several = np.zeros(len(found.status), np.int64)
    for other in found.others:
        several[other.draw] += 1
    names = (
        "residual",
        "regret",
        "regret_anywhere",
        "regret_bound",
        "condition",
        "sweeps",
        "status",
        "message",
        "branch",
        "uniqueness",
    )
    told = {name: getattr(found, name) for name in names} | {"several": several}
    lost = absorbed.failed & (found.status == "solved")
    if lost.any():
        told["status"] = np.where(lost, "unabsorbed", found.status)
        told["message"] = np.where(lost, UNABSORBED, found.message)
    return told


def _labels(game: Game, pairs: Sequence[tuple[int, int]]) -> dict[str, list[str]]:
    """The names of the members of every dimension."""
    meaning = game.meaning
    ends: list[str] = []
    for position, value in pairs:
        outcome = meaning.outcomes[position]
        assert outcome.by is not None
        variable = meaning.variables[outcome.by]
        ends.append(f"{outcome.name}: {variable.word(variable.low + value)}")
    return {
        "outcome": [outcome.name for outcome in meaning.outcomes] + [UNRESOLVED],
        "party": list(meaning.parties),
        "package_end": ends,
        "move": list(game.moves),
        "parameter": [assumption.name for assumption in meaning.assumptions],
        "parameter_unit": [assumption.unit or "1" for assumption in meaning.assumptions],
    }
