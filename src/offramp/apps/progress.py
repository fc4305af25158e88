"""A progress bar with remaining time on a terminal, and nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

Step = Callable[[str, int, int], None]


@contextmanager
def progress_bar() -> Iterator[Step | None]:
    """A bar on a terminal (stderr), nothing elsewhere: (what, done, total) -> None.

    Each task has its own line with the time that it has taken and is still to take; what is
    done is taken off but for the last few lines.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:44}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _steps(bar)


@contextmanager
def busy(what: str) -> Iterator[None]:
    """A bar with the time taken, on a terminal, for what is one long step."""
    with progress_bar() as tell:
        if tell is not None:
            tell(what, 0, 1)
        yield


LINES = 8
"""Most lines of progress shown at once."""


def _steps(bar: Any) -> Step:
    tasks: dict[str, Any] = {}
    lock = Lock()

    def step(what: str, done: int, total: int) -> None:
        with lock:  # several threads may begin something
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
                for old in list(tasks)[:-LINES]:
                    bar.update(tasks[old], visible=False)
            bar.update(tasks[what], completed=done, total=total)

    return step
