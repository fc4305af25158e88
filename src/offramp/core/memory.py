"""How much memory there is to be had, and what becomes of memory that is given back."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

PLENTY = 1 << 33
"""Taken where the system does not tell."""


TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
"""Parameters of ``mallopt``, as malloc.h of the GNU C library numbers them."""


def reuse_memory() -> None:
    """Let this process use again what it frees, rather than hand it back to the system.

    The GNU C library maps large arrays anew each time, page by page: with hundreds of games solved
    one after the other that costs a tenth of the work. One heap for all threads keeps what one has
    freed for the next. Elsewhere nothing happens. Source: mallopt(3) of the Linux manual.
    """
    with suppress(OSError, AttributeError, TypeError):
        adjust = ctypes.CDLL(None).mallopt
        adjust(MMAP_THRESHOLD, 1 << 30)
        adjust(TRIM_THRESHOLD, (1 << 31) - 1)
        adjust(ARENA_MAX, 1)


def free_memory() -> int:
    """Bytes that this process can still be given: the least that any limit on it leaves."""
    return max(min(_left(), default=PLENTY), 0)


def bytes_of(*things: object) -> int:
    """About how many bytes the arrays take that are reached from some records and containers."""
    met: dict[int, object] = {}
    waiting, total = list(things), 0
    while waiting:
        thing = waiting.pop()
        if id(thing) in met:
            continue
        met[id(thing)] = thing
        size = getattr(thing, "nbytes", None)
        if isinstance(size, int):
            total += size
        elif isinstance(thing, Mapping):
            waiting += thing.values()
        elif isinstance(thing, (tuple, list)):
            waiting += thing
        elif hasattr(thing, "__dataclass_fields__") and hasattr(thing, "__dict__"):
            waiting += vars(thing).values()
    return total


def _left() -> Iterator[int]:
    """What each limit leaves, as far as the system tells."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        yield 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvail"))
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        with suppress(OSError, ValueError):
            group = Path("/sys/fs/cgroup")
            yield int((group / limit).read_text()) - int((group / used).read_text())
    if sys.platform != "win32":
        import resource

        soft = resource.getrlimit(resource.RLIMIT_AS)[0]
        if soft != resource.RLIM_INFINITY:
            with suppress(OSError, ValueError):
                pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
                yield soft - pages * resource.getpagesize()
