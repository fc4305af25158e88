"""Offramp and Gambit side by side on trees with information sets: one process, the same games.

    python benchmarks/peers_gambit.py [--draws 200] [--without-peer]

Needs pygambit installed beside Offramp (extra `peers`). Both hold the games in memory already:
reading files and building arrays is timed on neither side. Gambit follows the branch of the
agent logit equilibrium (`logit_solve_lambda`, its default steps); Offramp's times include the
residual and the regret printed beside them. Times are processor seconds of this process; the
draws at the end use all processors and are in seconds of the clock.
"""

# pyright: reportMissingImports=false

from __future__ import annotations

import argparse
import io
import os
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from offramp.core.errors import OfframpError
from offramp.game import build
from offramp.interop import tree_of
from offramp.interop.formats.efg import efg_text
from offramp.scenario import read
from offramp.scenario.setting import with_values
from offramp.solvers import Equilibria, Options, limit, solve
from offramp.testing.random_information import haggle

SIGNALLING = """
offramp: 1
title: Crisis signalling
parties: {challenger: {precision: 10}, defender: {precision: 10}}
parameters:
  firm:
    each:
      weak: {value: -0.4, range: "uniform(-0.7, -0.1)"}
      strong: {value: 0.2, range: "uniform(0, 0.4)"}
  cost: {value: 0.3, range: "uniform(0.1, 0.6)"}
  war:
    each:
      soft: {value: -0.8, range: "uniform(-1, -0.5)"}
      hard: {value: -0.1, range: "uniform(-0.3, 0.1)"}
private:
  will: {levels: [weak, strong], odds: {weak: 0.6, strong: 0.4}, known_to: [challenger]}
  mettle: {levels: [soft, hard], odds: {soft: 0.5, hard: 0.5}, known_to: [defender]}
round:
  - {name: act, by: challenger, moves: {accept: {end: status_quo}, challenge: {}}}
  - {name: reply, by: defender, moves: {concede: {end: concession}, resist: {}}}
  - {name: last, by: challenger, moves: {back_down: {end: retreat}, stand_firm: {end: war}}}
outcomes:
  status_quo: {kind: stalemate}
  concession: {kind: capitulation, pay: {challenger: 1, defender: -0.4}}
  retreat: {kind: capitulation, pay: {challenger: "-cost", defender: 0.5}}
  war: {kind: war, pay: {challenger: "firm[will]", defender: "war[mettle]"}}
rounds: 1
at_end: status_quo
"""
HEADINGS = (
    "game",
    "sets",
    "nodes",
    "way",
    "gambit",
    "offramp",
    "ratio",
    "difference",
    "residual",
    "regret",
)


class Row(NamedTuple):
    """One line of the table; times in milliseconds a draw."""

    game: str
    sets: int
    nodes: int
    way: str
    peer: float | None
    own: float
    difference: float | None
    found: Equilibria

    def words(self) -> tuple[str, ...]:
        """The cells as they are printed; a dash where the peer did not run."""
        ratio = None if self.peer is None else self.peer / self.own
        return (
            self.game,
            str(self.sets),
            str(self.nodes),
            self.way,
            _shown(self.peer, ".3f"),
            f"{self.own:.4f}",
            _shown(ratio, ",.0f"),
            _shown(self.difference, ".1e"),
            f"{np.nanmax(self.found.residual):.1e}",
            f"{np.nanmax(self.found.regret):.1e}",
        )


def main() -> None:
    """Print one line for every game and way of work."""
    parser = argparse.ArgumentParser(description="Offramp beside Gambit.")
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--without-peer", action="store_true")
    asked = parser.parse_args()
    gambit = None if asked.without_peer else load_gambit()
    rows = [HEADINGS, *(row.words() for row in _rows(asked.draws, gambit))]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS))]
    print(
        f"peer: {'none' if gambit is None else 'pygambit ' + gambit.__version__}; "
        f"milliseconds a draw, {os.cpu_count()} processors"
    )
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


def load_gambit() -> Any:
    """The package, or None where it is not installed (Offramp's extra `peers`)."""
    try:
        import pygambit
    except ImportError:
        return None
    return pygambit


def _rows(draws: int, gambit: Any) -> Iterator[Row]:
    scenario = read(SIGNALLING)
    game = build(scenario)
    spread, many = game.draws(draws, seed=1), game.draws(10_000, seed=1)
    structure = game.structure
    sets = count_sets(structure)
    one, tables = Options(workers=1), game.tables(spread)
    games = [] if gambit is None else games_of(gambit, scenario, spread)
    for way, work, solver in (
        ("precision 10", lambda: solve(structure, tables, starts=0, options=one), to_precision),
        ("limit 1e-8", lambda: limit(structure, tables, regret=1e-8, options=one), to_limit),
    ):
        found, own = _timed(work)
        peer, difference = None, None
        if games:
            profiles, peer = _timed(lambda s=solver: [s(gambit, one) for one in games])
            peer *= 1000 / draws
            difference = max(apart(found, structure, d, p) for d, p in enumerate(profiles))
        yield Row(
            "signalling", sets, structure.nodes, way, peer, 1000 * own / draws, difference, found
        )
    tables = game.tables(many)
    found, own = _timed(lambda: solve(structure, tables, starts=0), time.perf_counter)
    yield Row("signalling", sets, structure.nodes, "10,000 draws", None, own / 10, None, found)
    yield from _haggling(one)


def _haggling(one: Options) -> Iterator[Row]:
    """Alternating offers, with one type and with two; Gambit does not finish them."""
    structure, tables = haggle(types=1, draws=20)
    found, own = _timed(lambda: solve(structure, tables, traced=(), starts=0, options=one))
    sets = count_sets(structure)
    yield Row("11 offers", sets, structure.nodes, "precision 10", None, 50 * own, None, found)
    for precision in (10.0, 50.0):
        structure, tables = haggle(types=2, precision=precision)
        found, own = _timed(lambda s=structure, t=tables: solve(s, t, starts=0, options=one))
        sets, way = count_sets(structure), f"precision {precision:g}"
        yield Row("two types", sets, structure.nodes, way, None, 1000 * own, None, found)
    found, own = _timed(lambda: limit(structure, tables, regret=1e-4))
    yield Row("two types", sets, structure.nodes, "limit 1e-4", None, 1000 * own, None, found)


def _timed(
    work: Callable[[], Any], clock: Callable[[], float] = time.process_time
) -> tuple[Any, float]:
    """The answer of a second call (the first compiles), and the seconds it took."""
    work()
    begun = clock()
    answer = work()
    return answer, clock() - begun


def count_sets(structure: Any) -> int:
    """How many information sets there are, those of one node included."""
    own = structure.infoset[structure.mover >= 0]
    return int((own < 0).sum() + len(set(own[own >= 0].tolist())))


def games_of(gambit: Any, scenario: Any, spread: Any) -> list[Any]:
    """The game of every draw as Gambit holds it."""
    found = []
    for draw in range(len(spread)):
        values = dict(zip(spread.names, map(float, spread.values[draw]), strict=True))
        text = efg_text(tree_of(with_values(scenario, values), logit=True))
        found.append(gambit.read_efg(io.StringIO(text)))
    return found


def to_precision(gambit: Any, game: Any) -> list[float]:
    """The first probability of every information set; payoffs are in units of 1 / precision."""
    (found,) = gambit.qre.logit_solve_lambda(game, 1.0)
    return _firsts(game, found.profile)


def to_limit(gambit: Any, game: Any) -> list[float]:
    """The same where the branch ends."""
    found = gambit.nash.logit_solve(game).equilibrium
    return _firsts(game, found)


def _firsts(game: Any, profile: Any) -> list[float]:
    sets = (actions for player in game.players for _, actions in profile[player])
    return [float(next(iter(actions))[1]) for actions in sets]


def apart(found: Equilibria, structure: Any, draw: int, profile: list[float]) -> float:
    """Largest gap between the sorted first probabilities: the two number sets differently."""
    seen: dict[tuple[int, int], float] = {}
    for node in np.flatnonzero(structure.mover >= 0).tolist():
        infoset = int(structure.infoset[node])
        key = (int(structure.mover[node]), infoset if infoset >= 0 else -1 - node)
        seen[key] = float(found.strategy[draw, structure.first[node]])
    return float(np.abs(np.sort(list(seen.values())) - np.sort(profile)).max())


def _shown(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


if __name__ == "__main__":
    try:
        main()
    except OfframpError as error:
        raise SystemExit(str(error)) from None
