"""Work on many draws, shared out among threads of this process."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from threading import Lock
from typing import TypeVar

Block = TypeVar("Block", bound=Sized)
Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[int, int], None]
"""Told how many draws are done, of how many."""


def threads_for(asked: int) -> int:
    """How many threads: as many as asked for, or with 0 one per processor."""
    return asked or os.cpu_count() or 1


def runs_of(draws: int, size: int) -> list[range]:
    """The draws from 0 on, ``size`` at a time."""
    return [range(low, min(low + size, draws)) for low in range(0, draws, size)]


def share_out(
    work: Callable[[Block], object],
    blocks: Sequence[Block],
    threads: int,
    *,
    progress: Progress | None = None,
    before: int = 0,
) -> None:
    """Do ``work`` on every block of draws, by ``threads`` at a time.

    ``progress`` is told after every block, one at a time; ``before`` draws count as done
    already. What the work raises is raised here, after what has begun has ended.
    """
    done, total, lock = before, before + sum(map(len, blocks)), Lock()

    def do(block: Block) -> None:
        nonlocal done
        work(block)
        with lock:
            done += len(block)
            if progress is not None:
                progress(done, total)

    if threads == 1 or len(blocks) < 2:
        for block in blocks:
            do(block)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(do, blocks):
            pass


def share_each(
    work: Callable[[Item], Result], items: Sequence[Item], threads: int
) -> Iterator[Result]:
    """What ``work`` makes of every item, in their order, by ``threads`` at a time.

    Items are begun as results are taken, so that few results wait in memory.
    """
    if threads == 1 or len(items) < 2:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        ahead = iter(items)
        begun = deque(pool.submit(work, item) for item in islice(ahead, threads))
        while begun:
            found = begun.popleft().result()
            begun.extend(pool.submit(work, item) for item in islice(ahead, 1))
            yield found
