"""``python -m benchmarks --branch``: do draws end where a careful trace of the branch ends?

The crises of the benchmarks, every scenario of the library in which everybody sees all, random
games with several equilibria, and texts named on the command line, at several precisions: the
share of draws that are tagged `traced` and end where `offramp.testing.careful_branch` does, to
1e-8 of the largest value; those that do not; those with another tag; and what solving costs,
certificates apart. A trace that itself comes to no end is counted apart: it says nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.games import LAYERED, WHOLE, crisis, settled_game
from offramp.game import Game
from offramp.game.structure import Structure, Tables
from offramp.scenario.shelf import library_files
from offramp.solvers import Options, solve
from offramp.testing.careful_branch import trace_carefully
from offramp.testing.random_games import random_game

SAME = 1e-8
SCALES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
FORMS = (
    {"ending": 0.15, "precision": (5, 20), "patience": (0.85, 0.97), "parties": 3, "width": 30},
    {"ending": 0.01, "precision": (5, 30), "patience": (0.95, 0.99), "parties": 4, "width": 12},
    {"ending": 0.02, "precision": (5, 30), "patience": (0.9, 0.99), "parties": 3, "width": 5},
    {"ending": 0.05, "precision": (5, 30), "patience": (0.9, 0.99), "parties": 2, "width": 6},
)
"""Random games in which branches fold often."""


@dataclass(frozen=True)
class Line:
    """What was found for one game at one precision."""

    name: str
    draws: int
    same: int
    other: int
    untagged: int
    silent: int
    """Draws of which the careful trace says nothing."""
    milliseconds: float


def compare(name: str, structure: Structure, tables: Tables) -> Line:
    """Solve every draw and trace it carefully."""
    options = Options(workers=1, certified=False)
    solve(structure, tables, traced=(), starts=0, options=options)
    began = time.process_time()
    found = solve(structure, tables, traced=(), starts=0, options=options)
    spent = time.process_time() - began
    same = other = untagged = silent = 0
    for draw in range(tables.draws):
        value, _, message = trace_carefully(structure, tables, draw)
        gap = np.abs(found.value[draw] - value).max() / max(1.0, np.abs(value).max())
        if found.status[draw] != "solved" or found.branch[draw] != "traced":
            untagged += 1
        elif message:
            silent += 1
        else:
            same += bool(gap <= SAME)
            other += not gap <= SAME
    cost = 1e3 * spent / tables.draws
    return Line(name, tables.draws, same, other, untagged, silent, cost)


def lines(
    texts: Sequence[str], *, scales: Sequence[float] = SCALES, few: int = 8, games: int = 300
) -> Iterator[Line]:
    """One line for every game and precision: ``few`` draws of crises, two of random ``games``."""
    for name, game in named_games(texts):
        structure = game.structure
        if structure.hidden or not structure.cyclic.any():
            continue
        tables = game.tables(game.draws(few, seed=3))
        for scale in scales:
            sharp = replace(tables, precision=tables.precision * scale)
            yield compare(f"{name} x{scale:g}", structure, sharp)
    for seed in range(games):
        form = FORMS[seed % len(FORMS)]
        structure, tables = random_game(seed, draws=2, **form)
        scale = scales[seed // len(FORMS) % len(scales)]
        sharp = replace(tables, precision=tables.precision * scale)
        yield compare(f"random game {seed} x{scale:g}", structure, sharp)


def named_games(texts: Sequence[str]) -> Iterator[tuple[str, Game]]:
    """The crises, the library's scenarios, and texts."""
    yield "crisis, layered", crisis(LAYERED[3])
    yield "crisis, one component", crisis(WHOLE[3], whole=True)
    yield "crisis, layered, slow", crisis(LAYERED[3], patience=0.99, lasting=4.0)
    yield "crisis, one component, slow", crisis(WHOLE[3], whole=True, patience=0.999, lasting=20.0)
    for name in [*library_files("scenarios"), *texts]:
        yield name, settled_game(name)


def add_up(every: Iterable[Line]) -> Line:
    """All lines as one; the cost of a draw is the mean."""
    lines = list(every)
    draws = sum(line.draws for line in lines)
    return Line(
        name="all",
        draws=draws,
        same=sum(line.same for line in lines),
        other=sum(line.other for line in lines),
        untagged=sum(line.untagged for line in lines),
        silent=sum(line.silent for line in lines),
        milliseconds=sum(line.draws * line.milliseconds for line in lines) / max(draws, 1),
    )


def show_branches(texts: Sequence[str], *, quick: bool) -> int:
    """Print line by line, then the sum; 1 where more than one in a thousand ends elsewhere."""
    columns = "draws  same other untagged silent ms a draw"
    print(f"{'game':<44}{columns}")
    every: list[Line] = []
    asked: dict[str, Any] = {"scales": SCALES[:2], "few": 2, "games": 8} if quick else {}
    for line in lines(texts, **asked):
        every.append(line)
        print(
            f"{line.name[-43:]:<44}{line.draws:>5}{line.same:>6}{line.other:>6}{line.untagged:>9}"
            f"{line.silent:>7}{line.milliseconds:>10.2f}",
            flush=True,
        )
    found = add_up(every)
    same, other = found.same, found.other
    print(
        f"{same + other} draws tagged traced and traced carefully, {same} end at the same place "
        f"({same / max(1, same + other):.2%}); {found.untagged} with another tag, {found.silent} "
        "of which the careful trace says nothing."
    )
    return int(other > 0.001 * (same + other))
