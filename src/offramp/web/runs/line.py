"""The line of jobs of one server: one runs at a time, the others wait their turn."""

from __future__ import annotations

import atexit
import subprocess
import sys
from collections import deque
from pathlib import Path
from threading import Condition, Thread
from typing import Any

from offramp.core.errors import OfframpError
from offramp.web.runs.jobs import CANCELLED, INTERRUPTED, QUEUED, RESUMABLE, RUNNING, Job, find_jobs

ALGEBRA = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
PATIENCE = 1.0
"""Seconds that a process has to end."""


class Line:
    """Jobs in the order in which they were asked for; each in a process that can be ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._waiting: deque[Job] = deque()
        self._running: tuple[Job, subprocess.Popen[bytes]] | None = None
        self._cancelled: set[Job] = set()
        self._changed = Condition()
        self._open = True
        for job in find_jobs(folder):  # an earlier server has ended over them
            if job.state["status"] in (QUEUED, RUNNING):
                job.say(INTERRUPTED)
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def add(self, job: Job) -> None:
        """Put a job at the end of the line."""
        with self._changed:
            job.say(QUEUED)
            self._waiting.append(job)
            self._changed.notify()

    def resume(self, job: Job) -> None:
        """Go on with a job that was cut short; finished parts of its draws are taken from disk."""
        status = job.state["status"]
        if status not in RESUMABLE or self._knows(job):
            raise OfframpError(
                f"the run is {status}", expected="a run that was cut short or cancelled"
            )
        self.add(job)

    def cancel(self, job: Job) -> None:
        """End a job that runs or waits; what it has finished is kept."""
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)
                job.say(CANCELLED)
                return
            if self._running is None or self._running[0] != job:
                status = job.state["status"]
                raise OfframpError(f"the run is {status}", expected="a run that runs or waits")
            process = self._running[1]
            self._cancelled.add(job)
            process.terminate()

    def state(self, job: Job) -> dict[str, Any]:
        """How far a job is, and how many stand before it."""
        with self._changed:
            told = job.state
            if job in self._waiting:
                told["before"] = self._waiting.index(job) + (self._running is not None)
            elif told["status"] in (QUEUED, RUNNING) and not self._knows_now(job):
                told["status"] = INTERRUPTED
            return told

    def close(self) -> None:
        """End what runs; nothing more is begun."""
        with self._changed:
            self._open = False
            self._waiting.clear()
            running = self._running
            self._changed.notify_all()
        if running is not None:
            running[1].terminate()
            try:
                running[1].wait(PATIENCE)
            except subprocess.TimeoutExpired:
                running[1].kill()

    def _knows(self, job: Job) -> bool:
        with self._changed:
            return self._knows_now(job)

    def _knows_now(self, job: Job) -> bool:
        return job in self._waiting or (self._running is not None and self._running[0] == job)

    def _serve(self) -> None:
        while True:
            with self._changed:
                while self._open and not self._waiting:
                    self._changed.wait()
                if not self._open:
                    return
                job = self._waiting.popleft()
                process = _begin(job)
                self._running = job, process
            process.wait()
            with self._changed:
                if job in self._cancelled:
                    self._cancelled.discard(job)
                    job.say(CANCELLED)
                elif job.state["status"] in (QUEUED, RUNNING):
                    job.say(INTERRUPTED, message="The process ended before the run was done.")
                self._running = None


def _begin(job: Job) -> subprocess.Popen[bytes]:
    import os

    threads = {name: os.environ.get(name, "1") for name in ALGEBRA}
    with open(job.folder / "errors.txt", "ab") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "offramp.web.runs.worker", str(job.folder), str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={**os.environ, **threads},
        )
