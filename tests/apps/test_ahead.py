"""First use: what another process compiles is what this one will ask for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from offramp.apps import ahead

SAME = """
from offramp.apps.ahead import AHEAD, compile_kernels
from offramp.solvers.gradients.adjoint_kernels import pull_draws
from offramp.solvers.perfect.turning import follow_around
kernels = {kernel.__name__: kernel for kernel in (pull_draws, follow_around)}
assert set(kernels) == set(AHEAD)
compile_kernels()
before = {name: set(kernel.signatures) for name, kernel in kernels.items()}
assert all(before.values())
import offramp
game = offramp.build(offramp.read("trilateral-talks-earlier"))
draws = game.draws(64, seed=3)
found = offramp.solve(game, draws, precision_scale=5.0, starts=0)
offramp.offramps(offramp.read("border-standoff"), draws=0)
assert {name: set(kernel.signatures) for name, kernel in kernels.items()} == before
print(follow_around.stats.cache_hits, "ok")
"""
COLD = """
from numba.core import event
from offramp.apps.ahead import AHEAD
met = []
class Listener(event.Listener):
    def on_start(self, event):
        met.append(event.data["dispatcher"].py_func.__name__)
    def on_end(self, event):
        pass
event.register("numba:compile", Listener())
from offramp.apps.cli import main
try:
    main(["run", "border-standoff", "--draws", "16", "--seed", "1", "--out", "found"])
except SystemExit:
    pass
assert "follow_branches" in met
assert not set(AHEAD) & set(met), met
print("ok")
"""


def _ran(text: str, folder: Path | None = None, kept: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [sys.executable, "-c", text],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=kept,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_compiled_ahead_is_what_games_and_slopes_ask_for() -> None:
    assert _ran(SAME).endswith("ok\n")


@pytest.mark.slow
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="nothing is compiled ahead on one processor")
def test_a_first_run_compiles_none_of_it_itself(tmp_path: Path) -> None:
    kept = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    assert _ran(COLD, tmp_path, kept).endswith("ok\n")


def test_on_one_processor_nothing_is_compiled_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []

    def tell(say: object, *, of: str) -> None:
        told.append((say, of))

    monkeypatch.setattr(ahead, "tell_compiling", tell)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    ahead.compile_ahead.cache_clear()
    ahead.compile_ahead()
    assert not told
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    ahead.compile_ahead.cache_clear()
    ahead.compile_ahead()
    ahead.compile_ahead()  # one other process is enough, however many runs there are
    assert len(told) == 1
    ahead.compile_ahead.cache_clear()
