"""Work on many draws, shared out among threads of this process, or their questions collected."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
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
"""Of this thread: whether the other processors are ``busy`` with what it has its work from, or
beside; and the ``crew`` that it belongs to."""


def threads_for(asked: int) -> int:
    """How many threads: as many as asked for, or with 0 one per processor.

    With 0 a thread that is one of several at work, or takes what they have found, is alone; one of
    a crew has those besides that have nothing to do.
    """
    if asked or getattr(_here, "busy", False):
        return asked or 1
    crew: _Crew | None = getattr(_here, "crew", None)
    return (os.cpu_count() or 1) if crew is None else 1 + crew.idle


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
            _go_on()
            do(block)
        return
    with ThreadPoolExecutor(threads, initializer=_be_busy) as pool:
        for _ in pool.map(do, blocks):
            pass


def share_each(
    work: Callable[[Item], Result], items: Sequence[Item], threads: int
) -> Iterator[Result]:
    """What ``work`` makes of every item, in their order, by ``threads`` at a time.

    Items are begun as results are taken, so that few results wait in memory. Those of a crew take
    items off each other whenever they have nothing to do.
    """
    before, crew = getattr(_here, "busy", False), getattr(_here, "crew", None)
    if crew is not None and not before and len(items) > 1:
        yield from crew.each(work, items)
        return
    if threads == 1 or len(items) < 2:
        yield from map(work, items)
        return
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


def side_by_side(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """What each of some works finds, in their order, as many at a time as there are processors.

    A work may have works of its own done side by side: whoever has nothing to do takes them. What
    the first in their order raises is raised; the others that were begun come to their end before.
    """
    crew: _Crew | None = getattr(_here, "crew", None)
    threads = threads_for(0)
    if crew is not None or threads == 1:
        return [work() for work in works] if crew is None else crew.do(works)
    crew = _Crew(threads)
    others = [Thread(target=crew.help, daemon=True) for _ in range(threads - 1)]
    for other in others:
        other.start()
    _here.crew = crew
    try:
        return crew.do(works)
    finally:
        _here.crew = None
        crew.leave()
        for other in others:
            other.join()


class _StoppedError(BaseException):
    """What ends works and searches beside the one in which a failure is raised."""


@dataclass(eq=False)
class _Work:
    """One work, what it found or raised, and whether it has ended."""

    do: Callable[[], Any]
    found: Any = None
    failed: BaseException | None = None
    ended: bool = False


class _Crew:
    """Threads that do what stands in one queue, those that put it there among them."""

    def __init__(self, threads: int) -> None:
        self._changed, self._queue, self._threads = Condition(), deque[_Work](), threads
        self.idle, self.left = 0, False

    def do(self, works: Sequence[Callable[[], Result]]) -> list[Result]:
        """See ``side_by_side``."""
        own = [_Work(work) for work in works]
        self._put(own)
        try:
            self._help_until(
                lambda: all(one.ended for one in own) or any(one.failed is not None for one in own)
            )
        finally:
            self._take_back(own)
        failed = [one.failed for one in own if one.failed is not None]
        if failed:
            raise min(failed, key=lambda error: isinstance(error, _StoppedError))
        return [one.found for one in own]

    def each(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """See ``share_each``."""
        ahead, begun = iter(items), deque[_Work]()

        def begin() -> None:
            open_ones = sum(not one.ended for one in begun)
            count = min(self._threads + 1 - open_ones, 2 * self._threads - len(begun))
            more = [_Work(partial(work, item)) for item in islice(ahead, max(0, count))]
            begun.extend(more)
            self._put(more)

        begin()
        try:
            while begun:
                while not begun[0].ended:
                    begin()  # one more than there are threads: who comes to an end goes on at once
                    self._help_once(lambda: begun[0].ended, begun)
                first = begun.popleft()
                if first.failed is not None:
                    raise first.failed
                begin()
                yield first.found
        finally:
            self._take_back(begun)

    def help(self) -> None:
        """Do what stands in the queue until all leave."""
        _here.crew = self
        with suppress(_StoppedError):
            self._help_until(lambda: self.left)

    def leave(self) -> None:
        """Begin nothing more; what goes on stops where ``_go_on`` is asked."""
        with self._changed:
            self.left = True
            self._queue.clear()
            self._changed.notify_all()

    def _put(self, works: Sequence[_Work]) -> None:
        """Put works before all others into the queue."""
        _go_on()
        with self._changed:
            self._queue.extendleft(reversed(works))
            self._changed.notify_all()

    def _take_back(self, works: Iterable[_Work]) -> None:
        """Let those not begun be, and wait for the others."""
        with self._changed:
            for one in [one for one in works if one in self._queue]:
                self._queue.remove(one)
                one.ended, one.failed = True, _StoppedError()
            self._changed.wait_for(lambda: self.left or all(one.ended for one in works))

    def _help_until(self, done: Callable[[], bool]) -> None:
        """Do what stands in the queue, of whomever, until it is done."""
        while self._help_once(done):
            pass

    def _help_once(self, done: Callable[[], bool], among: Collection[_Work] | None = None) -> bool:
        """Do one work, of whomever or ``among`` some; no if it is done before there is any."""
        one = self._next(done, among)
        if one is None:
            return False
        try:
            one.found = one.do()
        except BaseException as error:
            one.failed = error
            if not isinstance(error, Exception):  # an interrupt
                self.leave()
        with self._changed:
            one.ended = True
            self._changed.notify_all()
        return True

    def _next(self, done: Callable[[], bool], among: Collection[_Work] | None) -> _Work | None:
        """The first work that there is to do, once there is one; None once it is done."""

        def fit() -> _Work | None:
            if among is None:
                return self._queue[0] if self._queue else None
            return next((one for one in among if one in self._queue), None)

        with self._changed:
            self._wait(lambda: done() or fit() is not None)
            one = None if done() else fit()
            if one is not None:
                self._queue.remove(one)
            return one

    def _wait(self, until: Callable[[], bool]) -> None:
        """Have nothing to do until something is so."""
        self.idle += 1
        try:
            self._changed.wait_for(lambda: until() or self.left)
        except BaseException:  # an interrupt
            self.leave()
            raise
        finally:
            self.idle -= 1
        if not until():
            _go_on()


def _go_on() -> None:
    """Raise where the crew of this thread has left."""
    crew: _Crew | None = getattr(_here, "crew", None)
    if crew is not None and crew.left:
        raise _StoppedError


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
        _go_on()
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
        left, crew, busy = len(items), getattr(_here, "crew", None), getattr(_here, "busy", False)

        def do(i: int) -> None:
            nonlocal left
            self._here.place = (*place, i)
            _here.crew, _here.busy = crew, busy
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
