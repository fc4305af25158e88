"""A thousand draws of a crisis of a thousand nodes: with and without certificates, and growth."""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

import numpy as np

from benchmarks.climbing import climber
from benchmarks.games import LAYERED, WHOLE, crisis
from benchmarks.judging import certificate_of
from benchmarks.table import Aim, Certificate, Peer, Row
from benchmarks.timing import Effort, cores, growth, least, least_wall
from offramp.analysis import absorb, eliminate
from offramp.game import Game
from offramp.solvers import Options, solve

PLACE = 30
TITLE = "A thousand draws of a crisis of a thousand nodes"
ABOUT = """
Four parties, precision 10 to 20, patience 0.925 to 0.975, 20 assumptions drawn anew in every
draw. *Layered*: will and attention are only ever spent, so that the crisis falls into components
solved one after another, as most scenarios of the library do. *One component*: they come back.
The whole call is timed, after compilation, with tables of numbers made beforehand (their time is
among the facts).
"""
NOBODY = Peer("none", missing="no other program found")
Kind = Literal["layered", "whole"]
WORDS = {"layered": "layered", "whole": "one component"}
DRAWS, FEW = 1000, 100


class Throughput(NamedTuple):
    """Seconds of all draws, by all processors (wall) or of one (processor)."""

    nodes: int
    edges: int
    components: int
    draws: int
    tables: float
    bare_wall: float
    bare: float
    wall: float
    full: float
    outcomes: float
    sweeps: float
    most: float
    absorption: float
    certificate: Certificate


def game_of(kind: Kind, order: int = 3) -> Game:
    """The crisis of about 10 to the power of ``order`` nodes."""
    return crisis((WHOLE if kind == "whole" else LAYERED)[order], whole=kind == "whole")


@cache
def measured(kind: Kind, draws: int, repeats: int) -> Throughput:
    """All times of one kind of crisis."""
    game = game_of(kind)
    structure, spread = game.structure, game.draws(draws, seed=1)
    making, tables = least(lambda: game.tables(spread), repeats)
    bare_wall, used = least_wall(climber(structure, tables, cores()), repeats)
    bare, _ = least(climber(structure, tables), repeats)
    wall, _ = least_wall(lambda: solve(structure, tables, traced=(), starts=0), repeats)
    one = Options(workers=1)
    full, found = least(lambda: solve(structure, tables, traced=(), starts=0, options=one), repeats)
    plan = eliminate(structure)
    ending, absorbed = least(lambda: absorb(structure, found.strategy, elimination=plan), repeats)
    return Throughput(
        structure.nodes,
        structure.edges,
        len(structure.cyclic),
        draws,
        making,
        bare_wall,
        bare,
        wall,
        full,
        ending,
        float(np.abs(used).mean()),
        float(np.abs(used).max()),
        float(np.nanmean(1 / (1 + absorbed.rounds))),
        certificate_of(found),
    )


def thousand(kind: Kind, effort: Effort, *, certified: bool) -> Row:
    """All draws at once on all processors."""
    seen = measured(kind, effort.pick(DRAWS, FEW), effort.pick(5, 2))
    per_draw = 1000 / seen.draws
    time, wall = (seen.full, seen.wall) if certified else (seen.bare, seen.bare_wall)
    facts = {
        "nodes": seen.nodes,
        "edges": seen.edges,
        "components": seen.components,
        "draws": seen.draws,
        "absorbed a round": seen.absorption,
        "sweeps a draw": seen.sweeps,
        "most sweeps": seen.most,
        "one processor, ms a draw": time * per_draw,
        "tables, ms a draw": seen.tables * per_draw,
        "outcomes, ms a draw": seen.outcomes * per_draw,
    }
    bound = (2.0 if certified else 1.0) * effort.pick(1.0, FEW / DRAWS)
    return Row(
        name=f"draws-{kind}{'-certified' if certified else ''}",
        work=f"{WORDS[kind]}, {'' if certified else 'not '}certified",
        own=wall,
        unit="s",
        clock="wall",
        peer=NOBODY,
        aim=Aim(bound),
        certificate=seen.certificate if certified else None,
        facts=facts,
        note="" if certified else "its answers are those certified in the next row",
    )


def stretch(kind: Kind, effort: Effort) -> Row:
    """What stands between us and a quarter of a millisecond a draw."""
    seen = measured(kind, effort.pick(DRAWS, FEW), effort.pick(5, 2))
    return Row(
        name=f"draw-{kind}",
        work=f"{WORDS[kind]}, one draw, not certified",
        own=seen.bare / seen.draws,
        unit="s",
        clock="processor",
        peer=NOBODY,
        aim=Aim(0.00025, stretch=True),
        facts={
            "sweeps a draw": seen.sweeps,
            "one sweep, ms": 1000 * seen.bare / (seen.draws * seen.sweeps),
        },
    )


def by_draws(effort: Effort) -> Row:
    """How the time of the certified call grows with the number of draws."""
    game = game_of("layered")
    counts = effort.pick((50, 200, 800, 3200), (20, 60))
    times, found = [], None
    for count in counts:
        tables = game.tables(game.draws(count, seed=1))
        one = Options(workers=1)
        seconds, found = least(
            lambda t=tables, o=one: solve(game.structure, t, traced=(), starts=0, options=o),
            effort.pick(3, 1),
        )
        times.append(seconds)
    assert found is not None
    return Row(
        name="growth-draws",
        work=f"exponent in draws, {counts[0]:,} to {counts[-1]:,} draws, layered",
        own=growth(counts, times),
        unit="exponent",
        aim=Aim(1.1),
        certificate=certificate_of(found),
        facts={
            f"{count:,} draws, s": seconds for count, seconds in zip(counts, times, strict=True)
        },
    )


ROWS = {
    "draws-layered": lambda effort: thousand("layered", effort, certified=False),
    "draws-layered-certified": lambda effort: thousand("layered", effort, certified=True),
    "draws-whole": lambda effort: thousand("whole", effort, certified=False),
    "draws-whole-certified": lambda effort: thousand("whole", effort, certified=True),
    "draw-layered": lambda effort: stretch("layered", effort),
    "draw-whole": lambda effort: stretch("whole", effort),
    "growth-draws": by_draws,
}
