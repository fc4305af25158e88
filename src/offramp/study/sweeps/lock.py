"""One writer at a time: a lock that the system lets go when its holder ends, however it ends."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Held(Exception):
    """Somebody else holds the lock; the text says who."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of the file at ``path``. Raises Held with its holder, and OSError."""
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+", encoding="utf-8") as file:
        if not _take(file.fileno()):
            raise Held(file.read(200).strip() or "unknown")
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate(0)
            _release(file.fileno())


if sys.platform == "win32":
    import msvcrt

    BEYOND = 1 << 30
    """Where the locked byte lies, so that the text can be read by others."""

    def _take(number: int) -> bool:
        os.lseek(number, BEYOND, os.SEEK_SET)
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(number, 0, os.SEEK_SET)
        return True

    def _release(number: int) -> None:
        os.lseek(number, BEYOND, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(number: int) -> bool:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_UN)
