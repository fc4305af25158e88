"""``python -m benchmarks.gpu``: draws a second on a graphics processor, beside this processor.

    python -m benchmarks.gpu [--draws 8192] [--device gpu] [--games talks whole3] [--repeats 3]

Prints JSON: what it was measured on, and for every game the draws a second of three ways of
work with the certificate of what was solved. `compiled` is all on the processors; `proposed` is
the device alone, which certifies nothing; `certified` is the two together, what a user gets.
Times are by the clock, the least of the repeats; compiling is told apart. `--device jax` runs
the same program on whatever JAX runs on: without a graphics processor that is slower than the
compiled solver, and shows only that the numbers are right.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.games import WHOLE, crisis, settled_game
from benchmarks.judging import certificate_of
from benchmarks.machine import describe_machine, find_versions
from benchmarks.timing import least
from offramp.core.errors import OfframpError
from offramp.game import Game
from offramp.solvers import Equilibria, Options, solve
from offramp.solvers.gpu.jax_draws import DeviceSolver, device_for
from offramp.solvers.kernels.layout import arrange

GAMES: dict[str, Callable[[], Game]] = {
    "talks": lambda: settled_game("trilateral-talks"),
    "whole3": lambda: crisis(WHOLE[3], whole=True),
    "whole4": lambda: crisis(WHOLE[4], whole=True),
    "slow3": lambda: crisis(WHOLE[3], whole=True, patience=0.99),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where the device cannot be had."""
    parser = argparse.ArgumentParser(description="Draws a second on a graphics processor.")
    parser.add_argument("--draws", type=int, default=8192)
    parser.add_argument("--device", choices=("gpu", "jax"), default="gpu")
    parser.add_argument("--games", nargs="+", choices=tuple(GAMES), default=list(GAMES))
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args(arguments)
    rows, device = [], None
    for name in asked.games:
        game = GAMES[name]()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                device = device_for(game.structure, asked.device)
        except (OfframpError, UserWarning) as reason:
            print(reason, file=sys.stderr)
            return 1
        rows.append(measure(name, game, asked.draws, asked.device, device, asked.repeats))
    told = {
        "device": f"{getattr(device, 'device_kind', '')} ({getattr(device, 'platform', '')})",
        "machine": describe_machine(),
        "versions": {**find_versions(), "jax": version("jax")},
        "rows": rows,
    }
    print(json.dumps(told, indent=2))
    return 0


def measure(
    name: str, game: Game, draws: int, asked: str, device: Any, repeats: int
) -> dict[str, Any]:
    """One game: rates of the three ways of work, how far they agree, the certificate."""
    structure, tables = game.structure, game.tables(game.draws(draws, seed=1))
    batches = DeviceSolver(arrange(structure), device, Options())
    parts = np.array_split(np.arange(draws), -(-draws // batches.lanes))

    def propose() -> list[Any]:
        return [batches.propose(tables, rows) for rows in parts]

    def certify(device: str) -> Equilibria:
        return solve(structure, tables, traced=(), starts=0, options=Options(device=device))

    begun = time.perf_counter()
    batches.propose(tables, parts[0])
    first = time.perf_counter() - begun
    timed = {
        "compiled": least(lambda: certify("cpu"), repeats, clock=time.perf_counter),
        "proposed": least(propose, repeats, clock=time.perf_counter),
        "certified": least(lambda: certify(asked), repeats, clock=time.perf_counter),
    }
    ours, theirs = timed["compiled"][1], timed["certified"][1]
    return {
        "game": name,
        "nodes": structure.nodes,
        "parties": structure.parties,
        "draws": draws,
        "lanes": batches.lanes,
        "first_batch_with_compiling_s": round(first, 2),
        "draws_per_second": {way: round(draws / spent, 1) for way, (spent, _) in timed.items()},
        "left_to_the_processor": int(sum((~one.solved).sum() for one in timed["proposed"][1])),
        "largest_difference": float(np.nanmax(np.abs(ours.value - theirs.value))),
        "certificate": asdict(certificate_of(theirs)),
    }


if __name__ == "__main__":
    raise SystemExit(main())
