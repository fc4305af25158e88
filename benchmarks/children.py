"""Work that needs a process of its own: ``python -m benchmarks.children WHAT …`` prints JSON.

- ``size KIND ORDER REPEATS``: explore, solve and certify one crisis, with memory;
- ``sweep SCENARIO BEFORE DRAWS``: what a store takes to be extended, with memory;
- ``first SCENARIO SINCE``: from a moment (seconds since 1970) to the first draw;
- ``slider MOVES``: from a server's start to the first move of a slider, and of later ones;
- ``branches GAMES DRAWS SCALE …``: draws that are where a careful trace of the branch is;
- ``negmas COUNT``, ``ema COUNT``: what one trivial experiment costs there;
- ``gambit-offers``: Gambit on the game of alternating offers with 11 offers.
"""

# pyright: reportMissingImports=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any


def size(kind: str, order: str, repeats: str) -> dict[str, Any]:
    """One crisis, from its rules to its ends."""
    import numpy as np

    from benchmarks.games import LAYERED, WHOLE, crisis
    from benchmarks.judging import certificate_of
    from benchmarks.timing import least, peak_memory
    from offramp.analysis import absorb, eliminate
    from offramp.solvers import Options, solve
    from offramp.solvers.kernels.layout import arrange

    whole, one = kind == "whole", Options(workers=1)
    sizes = WHOLE if whole else LAYERED
    compiling = 5 if int(order) > 4 else 3  # large games are solved by kernels of their own
    small = crisis(sizes[compiling], whole=whole)
    found = solve(small.structure, small.tables(small.nominal()), traced=(), starts=0, options=one)
    absorb(small.structure, found.strategy)
    base = peak_memory()
    exploring, game = least(
        lambda: crisis.__wrapped__(sizes[int(order)], whole=whole), 1, warm=False
    )
    structure, tables = game.structure, game.tables(game.nominal())
    solving, found = least(
        lambda: solve(structure, tables, traced=(), starts=0, options=one),
        int(repeats),
        warm=False,
        within=20.0,
    )
    memory = peak_memory()
    arranging, _ = least(lambda: arrange(structure), 1, warm=False)
    ending, absorbed = least(
        lambda: absorb(structure, found.strategy, elimination=eliminate(structure)), 1, warm=False
    )
    return {
        "nodes": structure.nodes,
        "reached": game.nodes,
        "edges": structure.edges,
        "components": len(structure.cyclic),
        "sweeps": int(found.sweeps[0]),
        "absorbed a round": float(1 / (1 + np.nan_to_num(absorbed.rounds[0]))),
        "exploration, s": exploring,
        "solve": solving,
        "arrangement, s": arranging,
        "ends, s": ending,
        "memory, GiB": memory,
        "base, GiB": base,
        "certificate": asdict(certificate_of(found)),
    }


def sweep(name: str, before: str, draws: str) -> dict[str, Any]:
    """Seconds of the clock a draw when a store of ``before`` draws is extended to ``draws``."""
    import tempfile

    import numpy as np

    from benchmarks.timing import peak_memory
    from offramp.study.sweeps import sweep as solve_into

    with tempfile.TemporaryDirectory() as folder:
        store = f"{folder}/sweep.zarr"
        solve_into(name, store, draws=int(before), seed=1)
        base, begun = peak_memory(), time.perf_counter()
        solve_into(name, store, draws=int(draws), seed=1)
        seconds, memory = time.perf_counter() - begun, peak_memory()
        found = solve_into(name, store, draws=int(draws), seed=1).load()
    solved = found["status"].values == "solved"
    return {
        "seconds": seconds / (int(draws) - int(before)),
        "memory, GiB": memory,
        "before, GiB": base,
        "certificate": {
            "draws": len(solved),
            "solved": int(solved.sum()),
            "residual": float(np.max(found["residual"].values[solved])),
            "regret": float(np.max(found["regret"].values[solved])),
            "bound": float(np.max(found["regret_bound"].values[solved])),
            "branch": ", ".join(sorted(set(found["branch"].values.tolist()))),
        },
    }


def first(name: str, since: str) -> dict[str, Any]:
    """Seconds until all is ready for the first draw; loading the solver is part of that."""
    from benchmarks.games import settled_game
    from offramp.solvers import Options, solve

    game = settled_game(name)
    structure, tables = game.structure, game.tables(game.draws(2, seed=1))
    one = Options(workers=1)

    def work() -> Any:
        return solve(structure, tables, traced=(), starts=0, options=one)

    work()
    done, processor = time.time(), time.process_time()
    found = work()
    draws = time.process_time() - processor
    return {
        "before": done - float(since) - draws,
        "processor": processor - draws,
        "draws": draws,
        "solved": bool((found.status == "solved").all()),
        "nodes": structure.nodes,
    }


def slider(moves: str) -> dict[str, Any]:
    """Seconds to the ends after the first move of a server started anew; then of later moves."""
    import tempfile
    from pathlib import Path

    from benchmarks.web import Server, alone, sliders

    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            client = server.client()
            key, controls = sliders(server, client)
            first = alone(server, client, key, controls, 1).each[0]
            since = time.perf_counter() - begun
            later = alone(server, client, key, controls, int(moves))
        finally:
            server.close()
    return {
        "own": since,
        "server up, s": server.up,
        "the first move alone, s": first,
        "a later move, median, s": later.quantile(0.5),
        "a later move, processor, s": later.cpu,
    }


def branches(games: str, draws: str, *scales: str) -> dict[str, Any]:
    """The share (%) of draws of crises and random games, and what became of the others."""
    from benchmarks.branching import add_up, lines

    found = add_up(lines([], scales=list(map(float, scales)), few=int(draws), games=int(games)))
    return {
        "own": 100 * found.same / max(found.same + found.other, 1),
        "draws": found.draws,
        "ended elsewhere": found.other,
        "another tag": found.untagged,
        "the careful trace says nothing": found.silent,
        "a draw, ms": found.milliseconds,
    }


def negmas(count: str) -> dict[str, Any]:
    """Seconds a negotiation: two parties who concede with time over ten outcomes."""
    from negmas import SAOMechanism, make_issue
    from negmas.preferences import LinearAdditiveUtilityFunction
    from negmas.sao.negotiators import TimeBasedConcedingNegotiator

    def negotiate() -> Any:
        session = SAOMechanism(issues=[make_issue(10, "share")], n_steps=10)
        for sign in (1.0, -1.0):
            worth: Any = {"share": lambda x, s=sign: 0.5 + s * (x - 4.5) / 9}
            function = LinearAdditiveUtilityFunction(worth, issues=session.issues)
            session.add(TimeBasedConcedingNegotiator(), preferences=function)
        return session.run().agreement

    agreed = negotiate() is not None
    begun = time.process_time()
    for _ in range(int(count)):
        negotiate()
    return {"seconds": (time.process_time() - begun) / int(count), "agreed": agreed}


def ema(count: str) -> dict[str, Any]:
    """Seconds an experiment of a model that only adds two numbers, one process."""
    from ema_workbench import Model, RealParameter, ScalarOutcome, perform_experiments

    def add(x: float = 0.0, y: float = 0.0) -> dict[str, float]:
        return {"z": x + y}

    model = Model("trivial", function=add)
    model.uncertainties = [RealParameter("x", 0, 1), RealParameter("y", 0, 1)]
    model.outcomes = [ScalarOutcome("z")]
    perform_experiments(model, 10)
    begun = time.process_time()
    perform_experiments(model, int(count))
    return {"seconds": (time.process_time() - begun) / int(count)}


def gambit_offers() -> dict[str, Any]:
    """Seconds that Gambit needs for the game of alternating offers at precision 10."""
    import pygambit

    from benchmarks.offers import offers_text

    game = pygambit.read_efg(io.StringIO(offers_text(precision=10.0)))
    begun = time.process_time()
    pygambit.qre.logit_solve_lambda(game, 1.0)
    return {"seconds": time.process_time() - begun}


WORK: dict[str, Callable[..., dict[str, Any]]] = {
    "size": size,
    "sweep": sweep,
    "first": first,
    "slider": slider,
    "branches": branches,
    "negmas": negmas,
    "ema": ema,
    "gambit-offers": gambit_offers,
}


if __name__ == "__main__":
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        answer = WORK[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(answer))
