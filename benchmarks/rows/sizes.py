"""One draw of crises of a thousand to a million nodes: time, memory, and growth."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from benchmarks.games import LAYERED
from benchmarks.rows import Measured
from benchmarks.rows.throughput import NOBODY, WORDS, Kind
from benchmarks.table import Aim, Certificate, Row
from benchmarks.timing import Effort, ask_child, growth

PLACE = 40
TITLE = "One draw of larger and larger crises"
ABOUT = """
The rules of the crises above with more levels, nominal values (precision 20), solved and
certified by one processor in a process of its own, the arrangement of the game in solving order
included. Exploration from the text and the ends are timed apart. Memory is the most that the
process has held: interpreter, exploration, solution and certificate.
"""
BOUND = {4: 0.012, 5: 0.13, 6: 2.0}
MEMORY = 2e9 / 2**30


@cache
def sized(kind: Kind, order: int, repeats: int) -> dict[str, Any]:
    """What a process of its own measures, see ``benchmarks.children``."""
    return ask_child("size", kind, str(order), str(repeats))


def one_draw(kind: Kind, asked: int, effort: Effort) -> Row:
    """One size; a quick run looks at none above ten thousand nodes."""
    order = min(asked, effort.pick(asked, 4))
    seen = sized(kind, order, effort.pick(3, 1))
    names = (
        "nodes",
        "reached",
        "edges",
        "components",
        "sweeps",
        "absorbed a round",
        "exploration, s",
        "ends, s",
        "arrangement, s",
        "memory, GiB",
    )
    return Row(
        name=f"size-{kind}-{asked}",
        work=f"{seen['nodes']:,} nodes, {WORDS[kind]}",
        own=seen["solve"],
        unit="s",
        clock="processor",
        peer=NOBODY,
        aim=Aim(BOUND[order]) if order in BOUND else None,
        certificate=Certificate(**seen["certificate"]),
        facts={name: seen[name] for name in names},
    )


def memory(kind: Kind, effort: Effort) -> Row:
    """The largest game in memory."""
    seen = sized(kind, effort.pick(6, 4), effort.pick(3, 1))
    return Row(
        name=f"memory-{kind}",
        work=f"memory for {seen['nodes']:,} nodes, {WORDS[kind]}",
        own=seen["memory, GiB"],
        unit="GiB",
        aim=Aim(MEMORY),
        facts={"before exploration, GiB": seen["base, GiB"]},
    )


def by_nodes(kind: Kind, effort: Effort) -> Row:
    """How the time of one draw grows with nodes."""
    orders = effort.pick(sorted(LAYERED), (3, 4))
    seen = [sized(kind, order, effort.pick(3, 1)) for order in orders]
    nodes = [one["nodes"] for one in seen]
    return Row(
        name=f"growth-{kind}",
        work=f"exponent in nodes, {min(nodes):,} to {max(nodes):,}, {WORDS[kind]}",
        own=growth(nodes, [one["solve"] for one in seen]),
        unit="exponent",
        aim=Aim(1.1),
        facts={
            "per sweep": growth(nodes, [one["solve"] / one["sweeps"] for one in seen]),
            "exploration": growth(nodes, [one["exploration, s"] for one in seen]),
        },
    )


def _rows(kind: Kind) -> dict[str, Measured]:
    """The rows of one kind of crisis."""
    rows: dict[str, Measured] = {
        f"size-{kind}-{order}": partial(one_draw, kind, order) for order in sorted(LAYERED)
    }
    rows[f"memory-{kind}"] = partial(memory, kind)
    rows[f"growth-{kind}"] = partial(by_nodes, kind)
    return rows


ROWS = {**_rows("layered"), **_rows("whole")}
