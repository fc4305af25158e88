"""The crises of the library: what one draw of them costs."""

from __future__ import annotations

import numpy as np

from benchmarks.games import settled_game
from benchmarks.judging import certificate_of
from benchmarks.table import Aim, Certificate, Row
from benchmarks.timing import Effort, ask_child, least
from offramp.analysis import absorb, eliminate
from offramp.solvers import Options, solve

PLACE = 35
TITLE = "Crises of the library"
ABOUT = """
One draw out of many on one processor: numbers from assumptions, solution, certificate and the
probabilities of all ends. The aim for the talks is a hundred thousand draws in eight minutes on
two processors, which is 9.6 ms a draw for each.
"""
AIM = 8 * 60 * 2 / 100_000


def one_draw(name: str, bound: float | None, effort: Effort) -> Row:
    """A scenario of the library."""
    game = settled_game(name)
    structure, draws = game.structure, effort.pick(400, 20)
    spread, one, plan = game.draws(draws, seed=1), Options(workers=1), eliminate(structure)
    repeats = effort.pick(4, 1)
    making, tables = least(lambda: game.tables(spread), repeats)
    solving, found = least(
        lambda: solve(structure, tables, traced=(), starts=0, options=one), repeats
    )
    ending, absorbed = least(lambda: absorb(structure, found.strategy, elimination=plan), repeats)
    sizes = np.diff(structure.component)
    return Row(
        name=name,
        work=name,
        own=(making + solving + ending) / draws,
        unit="s",
        clock="processor",
        aim=None if bound is None else Aim(bound),
        certificate=certificate_of(found),
        facts={
            "nodes": structure.nodes,
            "reached": game.nodes,
            "edges": structure.edges,
            "largest component": int(sizes.max()),
            "parties": structure.parties,
            "draws": draws,
            "absorbed a round": float(np.nanmean(1 / (1 + absorbed.rounds))),
            "sweeps a draw": float(found.sweeps.mean()),
            "tables, ms": 1000 * making / draws,
            "solution and certificate, ms": 1000 * solving / draws,
            "ends, ms": 1000 * ending / draws,
        },
    )


def swept(effort: Effort) -> Row:
    """A draw of the talks on its way into the store of a sweep."""
    before, draws = effort.pick((512, 2560), (16, 80))
    seen = ask_child("sweep", "trilateral-talks", str(before), str(draws), timeout=600)
    return Row(
        name="sweep",
        work="trilateral-talks, on its way into a store",
        own=seen["seconds"],
        unit="s",
        clock="wall",
        aim=Aim(AIM / 2),
        certificate=Certificate(**seen["certificate"]),
        facts={
            "a hundred thousand draws, minutes": seen["seconds"] * 100_000 / 60,
            "memory, GiB": seen["memory, GiB"],
            "draws": draws,
            f"memory after {before:,} draws, GiB": seen["before, GiB"],
        },
    )


ROWS = {
    "border-standoff": lambda effort: one_draw("border-standoff", None, effort),
    "trilateral-talks": lambda effort: one_draw("trilateral-talks", AIM, effort),
    "sweep": swept,
}
