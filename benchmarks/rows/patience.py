"""Play that absorbs slowly: patience near one and ends that are hardly ever reached."""

from __future__ import annotations

import numpy as np

from benchmarks.climbing import climber
from benchmarks.games import LAYERED, WHOLE, crisis
from benchmarks.judging import certificate_of
from benchmarks.rows.throughput import NOBODY, WORDS, Kind
from benchmarks.table import Row
from benchmarks.timing import Effort, least
from offramp.analysis import absorb
from offramp.solvers import Options, solve

PLACE = 50
TITLE = "Patience near one"
ABOUT = """
The crises of a thousand nodes where going on pays more than agreeing, so that play is absorbed
in few of a hundred or a thousand rounds: one draw of a batch of 50, one processor, certified.
There is no target; the prototype of the design needed 12 to 15 ms a draw at patience 0.99.
"""
LASTING = {0.99: 4.0, 0.999: 20.0}
"""What going on for ever in quiet is worth, by patience."""


def slow(kind: Kind, patience: float, effort: Effort) -> Row:
    """One kind of crisis at one patience."""
    size = (WHOLE if kind == "whole" else LAYERED)[3]
    game = crisis(size, whole=kind == "whole", patience=patience, lasting=LASTING[patience])
    structure, draws = game.structure, effort.pick(50, 2)
    tables, one = game.tables(game.draws(draws, seed=1)), Options(workers=1)
    own, found = least(
        lambda: solve(structure, tables, traced=(), starts=0, options=one), effort.pick(3, 1)
    )
    bare, used = least(climber(structure, tables), effort.pick(3, 1))
    absorbed = 1 / (1 + absorb(structure, found.strategy).rounds)
    return Row(
        name=f"patience-{kind}-{patience:g}",
        work=f"patience {patience:g}, {WORDS[kind]}",
        own=own / draws,
        unit="s",
        clock="processor",
        peer=NOBODY,
        certificate=certificate_of(found),
        facts={
            "nodes": structure.nodes,
            "draws": draws,
            "absorbed a round": float(np.nanmean(absorbed)),
            "least absorbed a round": float(np.nanmin(absorbed)),
            "sweeps a draw": float(np.abs(used).mean()),
            "not certified, ms a draw": 1000 * bare / draws,
        },
    )


ROWS = {
    "patience-layered-0.99": lambda effort: slow("layered", 0.99, effort),
    "patience-layered-0.999": lambda effort: slow("layered", 0.999, effort),
    "patience-whole-0.99": lambda effort: slow("whole", 0.99, effort),
    "patience-whole-0.999": lambda effort: slow("whole", 0.999, effort),
}
