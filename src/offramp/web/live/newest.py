"""Newest request wins: of everybody who asks, only what was asked last waits for an answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Condition, Thread
from typing import Any

THREADS = 2
"""Solver threads."""


class Superseded(Exception):
    """A newer question of the same asker came before this one was begun."""


class Newest:
    """Threads that answer one question of every asker at a time, and the newest of each.

    Askers take turns in the order in which they came; whoever asks again while still waiting keeps
    the place in the queue, and the older question ends with `Superseded`.
    """

    def __init__(self, threads: int = THREADS) -> None:
        self._waiting: OrderedDict[str, tuple[Future[Any], Callable[[], Any]]] = OrderedDict()
        self._busy: set[str] = set()
        self._changed = Condition()
        self._open = True
        self._threads = [Thread(target=self._serve, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def ask(self, asker: str, work: Callable[[], Any]) -> Future[Any]:
        """Let ``work`` be done; the answer, or `Superseded` where the asker asked again."""
        found: Future[Any] = Future()
        with self._changed:
            if not self._open:
                found.set_exception(Superseded("closing"))
                return found
            older = self._waiting.get(asker)
            self._waiting[asker] = found, work
            self._changed.notify()
        if older is not None:
            _fail(older[0], Superseded("a newer question came"))
        return found

    def close(self) -> None:
        """No more questions; what waits is superseded, what is being answered is finished."""
        with self._changed:
            self._open = False
            left = [future for future, _ in self._waiting.values()]
            self._waiting.clear()
            self._changed.notify_all()
        for future in left:
            _fail(future, Superseded("closing"))

    def _serve(self) -> None:
        while True:
            with self._changed:
                asker = self._next()
                while asker is None:
                    if not self._open:
                        return
                    self._changed.wait()
                    asker = self._next()
                future, work = self._waiting.pop(asker)
                self._busy.add(asker)
            try:
                if future.set_running_or_notify_cancel():
                    future.set_result(work())
            except Exception as error:
                _fail(future, error)
            finally:
                with self._changed:
                    self._busy.discard(asker)
                    self._changed.notify()

    def _next(self) -> str | None:
        """Who waits longest and is not being answered."""
        return next((asker for asker in self._waiting if asker not in self._busy), None)


def _fail(future: Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
