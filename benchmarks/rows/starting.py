"""How long one waits for the program itself: help, and the first draw of a second process."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.table import Aim, Row
from benchmarks.timing import Effort, ask_child

PLACE = 70
TITLE = "Starting"
ABOUT = """
Seconds of the clock, the least of some starts. `offramp --help` loads neither numpy nor numba. A
second process (one after another that has compiled the solver and kept it) reads a scenario,
explores it and loads the compiled solver before its first draw.
"""


def asking_for_help(effort: Effort) -> Row:
    """The command line says how it is used."""
    command = [str(Path(sys.executable).with_name("offramp")), "--help"]
    best, processor = float("inf"), float("inf")
    for _ in range(effort.pick(7, 3)):
        before, begun = _children(), time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        best = min(best, time.perf_counter() - begun)
        processor = min(processor, _children() - before)
    return Row(
        name="help",
        work="`offramp --help`",
        own=best,
        unit="s",
        clock="wall",
        aim=Aim(0.3),
        facts={"processor, s": processor},
    )


def second_process(name: str, effort: Effort) -> Row:
    """From nothing to the first draw; the first of the starts may compile and is not counted."""
    compiling = _start(name)
    seen = [_start(name) for _ in range(effort.pick(4, 0))] or [compiling]
    best = min(seen, key=lambda one: one["before"])
    return Row(
        name=f"first-draw-{name}",
        work=f"before the first draw of {name}",
        own=best["before"],
        unit="s",
        clock="wall",
        aim=Aim(2.0),
        facts={
            "nodes": best["nodes"],
            "processor, s": min(one["processor"] for one in seen),
            "the start before, which may compile, s": compiling["before"],
        },
    )


def _start(name: str) -> dict[str, Any]:
    return ask_child("first", name, str(time.time()), timeout=600)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


ROWS = {
    "help": asking_for_help,
    "first-draw-border-standoff": lambda effort: second_process("border-standoff", effort),
    "first-draw-trilateral-talks": lambda effort: second_process("trilateral-talks", effort),
}
