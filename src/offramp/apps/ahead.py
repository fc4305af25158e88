"""First use: kernels that a command needs later are compiled in another process meanwhile.

What this process compiles itself, and in which order, does not change; where it comes to a kernel
that the other one is about, it waits for that, and compiles it only if the other has failed.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from contextlib import suppress
from functools import cache

from offramp.core.compiling import expect_kernels, tell_compiling

AHEAD = ("pull_draws", "follow_around")
"""Kernels of slopes and of turning points: nominal values and draws come before they are needed."""
SMALLEST = "border-standoff"
"""A scenario of the library that is solved in no time."""


@cache
def compile_ahead() -> None:
    """From the first kernel of the solver that is not kept, compile others in another process."""
    if (os.cpu_count() or 1) > 1:
        tell_compiling(lambda _words: _begin(), of="offramp.solvers")


def _begin() -> None:
    """Start the other process; it ends with this one."""
    quiet = subprocess.DEVNULL
    with suppress(OSError):
        other = subprocess.Popen(
            [sys.executable, "-m", "offramp.apps.ahead"], stdin=quiet, stdout=quiet, stderr=quiet
        )
        atexit.register(other.kill)
        expect_kernels(AHEAD, lambda: other.poll() is None)


def compile_kernels() -> None:
    """Compile the kernels by having them solve next to nothing."""
    import numpy as np

    import offramp
    from offramp.solvers.engine import Request
    from offramp.solvers.equilibria import Options
    from offramp.solvers.gradients.adjoint import Quantity, pull_back
    from offramp.solvers.gradients.adjoint_kernels import Known
    from offramp.solvers.kernels.units import in_units, units_of
    from offramp.solvers.perfect.draws import PerfectResults

    game = offramp.build(offramp.read(SMALLEST))
    structure, tables = game.structure, game.tables(game.nominal())
    zeros = np.zeros((1, structure.nodes, structure.parties))
    known = Known(zeros, zeros, np.zeros((1, structure.nodes)))
    pull_back(structure, tables, [0], known, [Quantity(party=0)], workers=1)
    numbers = in_units(tables, units_of(structure, tables))
    results = PerfectResults(Request(structure, numbers, Options()))
    shape = results.layout.shape
    nowhere = np.zeros((1, len(shape.heads) * shape.lanes))
    results.around(np.array([0]), np.zeros(1), nowhere, np.zeros((1, 2)))


if __name__ == "__main__":
    compile_kernels()
