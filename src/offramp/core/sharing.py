"""Work on many draws, shared out among threads of this process, or their questions collected."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from threading import Condition, Lock, Thread, local
from typing import Any, Generic, TypeVar

Block = TypeVar("Block", bound=Sized)
Item = TypeVar("Item")
Result = TypeVar("Result")
Question = TypeVar("Question")
Answer = TypeVar("Answer")
Progress = Callable[[int, int], None]
"""Told how many draws are done, of how many."""


_here = local()
"""Whether the other processors are ``busy`` with what this thread has its work from, or beside."""


def threads_for(asked: int) -> int:
    """How many threads: as many as asked for, or with 0 one per processor.

    With 0 a thread that is one of several at work, or takes what they have found, is alone.
    """
    return asked or (1 if getattr(_here, "busy", False) else os.cpu_count() or 1)


def _be_busy() -> None:
    _here.busy = True


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
    with ThreadPoolExecutor(threads, initializer=_be_busy) as pool:
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
    before = getattr(_here, "busy", False)
    with ThreadPoolExecutor(threads, initializer=_be_busy) as pool:
        ahead = iter(items)
        begun = deque(pool.submit(work, item) for item in islice(ahead, threads))
        while begun:
            found = begun.popleft().result()
            begun.extend(pool.submit(work, item) for item in islice(ahead, 1))
            _here.busy = before or bool(begun)
            try:
                yield found
            finally:
                _here.busy = before


class _StoppedError(BaseException):
    """What ends the searches that asked together with the one in which a failure is raised."""


class Batching(Generic[Question, Answer]):
    """Searches side by side, whose questions are answered together.

    Each goes on in a thread of its own until it asks; once all of them have asked, ``answer`` is
    called with all that they ask, in the order of the searches. Which questions stand together
    therefore never depends on how the threads run.
    """

    def __init__(self, answer: Callable[[Sequence[Question]], Sequence[Answer]]) -> None:
        self._answer, self._here = answer, local()
        self._changed, self._open = Condition(), 0
        self._asked: dict[tuple[int, ...], Question] = {}
        self._told: dict[tuple[int, ...], Answer | BaseException] = {}

    def ask(self, question: Question) -> Answer:
        """The answer, once everybody has asked; at once where nothing else goes on.

        What ``answer`` raises is raised in the first that asked; the others end there.
        """
        place: tuple[int, ...] = getattr(self._here, "place", ())
        with self._changed:
            self._asked[place] = question
            self._open += not place
            self._answer_all()
            self._changed.wait_for(lambda: place in self._told)
            self._open -= not place
            told = self._told.pop(place)
        if isinstance(told, BaseException):
            raise told
        return told

    def each(self, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """What ``work`` makes of every item, all of them side by side, in their order.

        What they ask meanwhile is answered together; ``work`` may call ``each`` again. Of what
        they raise the first in their order is raised here, after all have ended.
        """
        if len(items) < 2:
            return [work(item) for item in items]
        place: tuple[int, ...] = getattr(self._here, "place", ())
        found: dict[int, Result] = {}
        failed: dict[int, BaseException] = {}
        left = len(items)

        def do(i: int) -> None:
            nonlocal left
            self._here.place = (*place, i)
            try:
                found[i] = work(items[i])
            except BaseException as error:
                failed[i] = error
            with self._changed:
                left -= 1
                if left or not place:  # else the one that waits for all goes on in its stead
                    self._open -= 1
                    self._answer_all()

        with self._changed:
            self._open += len(items) - bool(place)
        threads = [Thread(target=do, args=(i,), daemon=True) for i in range(len(items))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[min(failed)]
        return [found[i] for i in range(len(items))]

    def _answer_all(self) -> None:
        """Answer where nobody is left who has not asked."""
        if not self._asked or len(self._asked) < self._open:
            return
        places = sorted(self._asked)
        told: Sequence[Any]
        try:
            told = self._answer([self._asked[place] for place in places])
        except BaseException as error:
            told = [error, *(_StoppedError() for _ in places[1:])]
        self._asked.clear()
        self._told.update(zip(places, told, strict=True))
        self._changed.notify_all()
