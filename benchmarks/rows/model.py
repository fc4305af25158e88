"""The cost model: how the time of a solve grows with everything that is in a game."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from benchmarks.climbing import climber
from benchmarks.table import Row
from benchmarks.timing import Effort, least
from offramp.testing.random_games import random_game

PLACE = 100
TITLE = "The cost model"
ABOUT = """
Random games of one large component, solved by one processor and not certified: seconds are
fitted by a · nodes^x · moves^m · parties^p · draws^d · sweeps^s, by least squares of the
logarithms. Moves are edges a node, sweeps those of a draw. The figure is a, with all exponents
set to one: nanoseconds for an edge, party and sweep.
"""
NAMES = ("nodes", "moves", "parties", "draws", "sweeps")


class Point(NamedTuple):
    """One measured game."""

    nodes: float
    moves: float
    parties: float
    draws: float
    sweeps: float
    seconds: float


def fitted(effort: Effort) -> Row:
    """All exponents from one grid of games."""
    points = np.array([_point(*setting, effort) for setting in _grid(effort)])
    logs = np.log(points)
    design = np.column_stack([np.ones(len(logs)), logs[:, :-1]])
    found, *_ = np.linalg.lstsq(design, logs[:, -1], rcond=None)
    spread = np.exp(np.std(logs[:, -1] - design @ found))
    work = points[:, :-1].prod(axis=1)
    facts: dict[str, float | str] = {
        f"exponent of {name}": float(one) for name, one in zip(NAMES, found[1:], strict=True)
    }
    return Row(
        name="cost-model",
        work=f"nanoseconds for an edge, party and sweep ({len(points)} games)",
        own=float(np.median(1e9 * points[:, -1] / work)),
        unit="ns",
        facts=facts | {"typical error, factor": float(spread)},
    )


def _grid(effort: Effort) -> list[tuple[int, int, int, int]]:
    """Width of a step, most moves, parties, draws."""
    if effort.quick:
        return [(w, m, p, d) for w in (30, 120) for m in (2, 5) for p in (2, 5) for d in (2, 9)]
    sides: list[Any] = [(100, 400, 1600), (2, 4, 8), (2, 4, 8), (8, 24)]
    return [(w, m, p, d) for w in sides[0] for m in sides[1] for p in sides[2] for d in sides[3]]


def _point(width: int, moves: int, parties: int, draws: int, effort: Effort) -> Point:
    structure, tables = random_game(
        1,
        width=width,
        moves=moves,
        parties=parties,
        draws=draws,
        steps=3,
        ending=0.1,
        precision=(2.0, 10.0),
        patience=(0.9, 0.97),
        nature=True,
    )
    work = climber(structure, tables)
    seconds, used = least(work, effort.pick(2, 1), within=0.5, warm=False)
    return Point(
        structure.nodes,
        structure.edges / structure.nodes,
        parties,
        draws,
        float(np.abs(used).mean()),
        seconds,
    )


ROWS = {"cost-model": fitted}
