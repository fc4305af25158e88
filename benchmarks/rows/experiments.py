"""What an experiment costs in programs that run many: a trivial one there, a solved game here."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from benchmarks.judging import certificate_of
from benchmarks.table import Peer, Row
from benchmarks.timing import ChildError, Effort, ask_child, least
from offramp.analysis import absorb, eliminate
from offramp.game import build
from offramp.scenario import read
from offramp.solvers import Options, solve

PLACE = 80
TITLE = "An experiment in other programs"
ABOUT = """
These programs do other work: NegMAS simulates negotiators, the EMA workbench runs any model over
sampled assumptions. Theirs is the least that an experiment costs: two parties who concede with
time over ten outcomes, and a model that adds two numbers. Ours is a draw of border-standoff (45
nodes) with numbers, equilibrium, certificate and ends, out of many. One processor each.
"""


def overhead(package: str, words: str, count: int, effort: Effort) -> Row:
    """One program beside a draw."""
    game = build(read("border-standoff"))
    structure, draws = game.structure, effort.pick(1000, 100)
    spread, one, plan = game.draws(draws, seed=1), Options(workers=1), eliminate(structure)

    def work():
        tables = game.tables(spread)
        found = solve(structure, tables, traced=(), starts=0, options=one)
        absorb(structure, found.strategy, elimination=plan)
        return found

    own, found = least(work, effort.pick(4, 1))
    return Row(
        name=f"experiment-{package.partition('_')[0]}",
        work=f"a draw of border-standoff; there {words}",
        own=own / draws,
        unit="s",
        clock="processor",
        peer=_peer(package, effort.pick(count, count // 10)),
        certificate=certificate_of(found),
        facts={"draws": draws, "nodes": structure.nodes},
    )


@cache
def _peer(package: str, count: int) -> Peer:
    try:
        name = f"{package} {version(package)}"
    except PackageNotFoundError:
        return Peer(package, missing="not installed (extra peers)")
    try:
        seen = ask_child(package.partition("_")[0], str(count))
    except ChildError as failed:
        return Peer(name, missing=str(failed))
    return Peer(name, seen["seconds"], note="a trivial experiment; no equilibrium")


ROWS = {
    "experiment-negmas": lambda effort: overhead("negmas", "a negotiation", 500, effort),
    "experiment-ema": lambda effort: overhead("ema_workbench", "an experiment", 5000, effort),
}
