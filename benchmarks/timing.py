"""Clocks: the least of some calls, work in a process of its own, and growth rates."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Effort:
    """How hard to measure."""

    quick: bool = False
    """Small sizes and few repeats: to see that everything runs, not to publish."""
    beside: Path | None = None
    """Another checkout, of an earlier commit, to measure the whole job of as well."""

    @property
    def beside_name(self) -> str:
        """That checkout's commit; its folder's name where git does not know it."""
        if self.beside is None:
            return ""
        words = ["git", "-C", str(self.beside), "rev-parse", "--short", "HEAD"]
        told = subprocess.run(words, capture_output=True, text=True, check=False)
        return f"commit {told.stdout.strip()}" if told.returncode == 0 else self.beside.name

    def pick(self, full: Any, quick: Any) -> Any:
        """One of two settings."""
        return quick if self.quick else full


class ChildError(Exception):
    """A process of its own did not answer; the message says why, in one line."""


def least(
    work: Callable[[], Answer],
    repeats: int = 5,
    *,
    clock: Callable[[], float] = time.process_time,
    within: float = 6.0,
    warm: bool = True,
) -> tuple[float, Answer]:
    """Least seconds of one call over ``repeats``, and what the last call gave.

    A first call that compiles is not counted if ``warm``; calls stop when ``within`` seconds
    have been spent. The least is the time with least disturbance by other work.
    """
    answer = work() if warm else None
    best, begun = float("inf"), time.perf_counter()
    for _ in range(repeats):
        start = clock()
        answer = work()
        best = min(best, clock() - start)
        if time.perf_counter() - begun > within:
            break
    assert answer is not None
    return best, answer


def least_wall(work: Callable[[], Answer], repeats: int = 5) -> tuple[float, Answer]:
    """The same in seconds of the clock on the wall."""
    return least(work, repeats, clock=time.perf_counter)


def peak_memory() -> float:
    """Most memory (GiB) that this process has held.

    The high-water mark of its own memory where the system tells it: what `getrusage` counts
    may include the process that started this one.
    """
    held = held_by("self")
    if held:
        return held
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2 ** (30 if sys.platform == "darwin" else 20)


def held_by(process: int | str) -> float:
    """Most memory (GiB) that a process has held so far; 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    peaks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(peaks[0]) / 2**20 if peaks else 0.0


def ask_child(
    *arguments: str, timeout: float = 300.0, source: Path | None = None
) -> dict[str, Any]:
    """What ``python -m benchmarks.children ARGUMENTS`` prints as JSON on its last line.

    With the package of the checkout ``source`` in place of this one's. Raises ChildError where
    it fails or takes longer than ``timeout`` seconds.
    """
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.children", *arguments]
    try:
        ran = subprocess.run(
            command,
            cwd=ROOT,
            env=_environment(source),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ChildError(f"no answer within {timeout:g} s") from None
    lines = ran.stdout.strip().splitlines()
    if ran.returncode or not lines:
        raise ChildError(reason_in(ran.stderr.strip().splitlines()))
    return json.loads(lines[-1])


def run_offramp(
    *arguments: str, source: Path | None = None, **environment: str
) -> tuple[float, float, float]:
    """One command: its seconds on the wall, those of processors, and most memory held (GiB).

    ``source`` as for ``ask_child``. Raises ChildError where the command fails.
    """
    command = [sys.executable, "-m", "offramp.apps.cli", *arguments]
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        started = subprocess.Popen(
            command, env=_environment(source) | environment, stdout=said, stderr=said
        )
        memory, ended = 0.0, 0
        while not ended:
            time.sleep(0.02)
            memory = max(memory, held_by(started.pid))
            ended, status, used = os.wait4(started.pid, os.WNOHANG)
        started.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - begun
        said.seek(0)
        told = said.read().decode("utf-8", "replace").strip().splitlines()
    if started.returncode:
        raise ChildError(reason_in(told))
    return wall, used.ru_utime + used.ru_stime, memory


def reason_in(told: Sequence[str]) -> str:
    """The line of what a process said that tells why it failed: its error, or else the last."""
    errors = [line for line in told if re.match(r"(error|[\w.]*Error): ", line)]
    line = errors[-1] if errors else told[-1] if told else "it said nothing"
    return line.removeprefix("error: ").replace(f"{ROOT}{os.sep}", "").strip()[:200]


def _environment(source: Path | None) -> dict[str, str]:
    """That of this process, with the package of another checkout first."""
    return dict(os.environ) if source is None else {**os.environ, "PYTHONPATH": f"{source / 'src'}"}


def growth(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Exponent of the power of size by which seconds grow: slope of the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def cores() -> int:
    """How many processors there are."""
    return os.cpu_count() or 1
