"""Offramp and sgamesolver side by side: one process, the same random turn-based games.

    python benchmarks/peers_sgamesolver.py [--states 50 100] [--successors 3] [--repeats 5]

Needs sgamesolver installed beside Offramp; `--without-peer` times Offramp alone. Both go from
precision 0 to precision 3 and hold the game in memory already: reading the scenario and building
arrays is timed on neither side. Times are processor seconds of this process with one BLAS thread,
the best of the repeats; sgamesolver solves each game once, at its default tolerances. Every time
of Offramp includes the certificate that is printed beside it. Its three ways of work:

- `traced`: follow the branch, certify, estimate the condition, search for other equilibria;
- `single`: one draw up the ladder of precisions, certify;
- `batch`: the same for many draws in one call, time per draw.
"""

# ruff: noqa: E402 - one thread has to be asked for before numpy is imported
# pyright: reportMissingImports=false

from __future__ import annotations

import argparse
import os

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from offramp.game import Draws, Game
from offramp.solvers import Equilibria, solve
from peers.games import TurnGame, random_game
from peers.offramp_side import offramp_game, state_values
from peers.sgamesolver_side import load_sgamesolver, peer_game, peer_solve

HEADINGS = (
    "states",
    "next",
    "nodes",
    "edges",
    "way",
    "peer s",
    "offramp ms",
    "ratio",
    "difference",
    "residual",
    "regret",
    "branch",
)
BATCH = 50


@dataclass(frozen=True)
class Row:
    """One line of the table; times in processor seconds, the rest in units of payoff."""

    states: int
    successors: int
    nodes: int
    edges: int
    way: str
    peer: float | None
    own: float
    difference: float | None
    residual: float
    regret: float
    branch: str

    def words(self) -> tuple[str, ...]:
        """The cells as they are printed; a dash where the peer did not run."""
        ratio = None if self.peer is None else self.peer / self.own
        return (
            str(self.states),
            str(self.successors),
            str(self.nodes),
            str(self.edges),
            self.way,
            _shown(self.peer, ".2f"),
            f"{1000 * self.own:.3f}",
            _shown(ratio, ",.0f"),
            _shown(self.difference, ".1e"),
            f"{self.residual:.1e}",
            f"{self.regret:.4f}",
            self.branch,
        )


def main() -> None:
    """Print one line for every size."""
    asked = _asked()
    print("  ".join(f"{heading:>10}" for heading in HEADINGS))
    for _ in _measured(random_game(5, 1), asked, peer=False):
        pass  # what is compiled once is compiled now
    for states in asked.states:
        game = random_game(states, asked.seed, successors=asked.successors or None)
        for row in _measured(game, asked, peer=not asked.without_peer):
            print("  ".join(f"{word:>10}" for word in row.words()), flush=True)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--states", type=int, nargs="+", default=[50, 100])
    parser.add_argument("--successors", type=int, default=3, help="next states of a move, 0: all")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-peer", action="store_true")
    return parser.parse_args()


def _measured(game: TurnGame, asked: argparse.Namespace, peer: bool) -> Iterator[Row]:
    seconds = peer_value = None
    if peer:
        load_sgamesolver()
        held = peer_game(game)
        seconds, homotopy = _best(lambda: peer_solve(held, tight=False), 1)
        peer_value = homotopy.equilibrium.values
    built = offramp_game(game)
    for way, work, draws in _ways(built):
        own, found = _best(work, asked.repeats)
        if set(found.status) != {"solved"}:
            raise SystemExit(f"{game.name}, {way}: {found.message[found.status != 'solved'][0]}")
        value = state_values(game, built, found.value[0])
        yield Row(
            states=game.states,
            successors=int((game.odds[0, 0] > 0).sum()),
            nodes=built.structure.nodes,
            edges=built.structure.edges,
            way=way,
            peer=seconds,
            own=own / draws,
            difference=None if peer_value is None else float(np.abs(value - peer_value).max()),
            residual=float(found.residual.max()),
            regret=float(found.regret.max()),
            branch=str(found.branch[0]),
        )


def _ways(built: Game) -> Iterator[tuple[str, Callable[[], Equilibria], int]]:
    """Name of the way of work, the call, and how many draws it solves."""
    nominal = built.nominal()
    one = built.tables(nominal)
    many = built.tables(Draws(nominal.names, np.repeat(nominal.values, BATCH, axis=0), None))
    yield "traced", lambda: solve(built.structure, one), 1
    yield "single", lambda: solve(built.structure, one, traced=(), starts=0), 1
    yield "batch", lambda: solve(built.structure, many, traced=(), starts=0), BATCH


def _best(work: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Fewest processor seconds of one call, and what the last call gave."""
    seconds = []
    result: Any = None
    for _ in range(repeats):
        began = time.process_time()
        result = work()
        seconds.append(time.process_time() - began)
    return min(seconds), result


def _shown(number: float | None, form: str) -> str:
    return "-" if number is None else format(number, form)


if __name__ == "__main__":
    main()
