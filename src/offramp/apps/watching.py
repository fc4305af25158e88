"""Watching a file: a command is done again whenever the file was saved."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from offramp.apps.options import refuse
from offramp.apps.speaking import complain
from offramp.core.errors import OfframpError

PAUSE = 0.5
"""Seconds between two looks at the file."""


def watched(file: str, again: Callable[[], None]) -> None:
    """Do ``again`` now and after every change of ``file``, until interrupted.

    A mistake in the file is told and waited out. Raises ScenarioError where there is no file.
    """
    path = Path(file)
    if not path.is_file():
        raise refuse(
            f"--watch with '{file}'", "the path of a file", "copy it with: offramp expand NAME"
        )
    seen = -1
    try:
        while True:
            stamp = _stamp(path)
            if stamp != seen and stamp != -1:
                seen = stamp
                _tried(again)
                complain(f"watching {file}; Ctrl-C ends")
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        return


def _tried(again: Callable[[], None]) -> None:
    try:
        again()
    except OfframpError as error:
        complain(f"error: {error}")
    except SystemExit:  # it was told already
        return


def _stamp(path: Path) -> int:
    """When the file was changed; -1 while it is not there, as editors leave it when they save."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return -1
