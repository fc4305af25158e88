"""The parts of a sweep solved by threads of this process: the default way.

`solve_chunks` is the pattern for any other way (a cluster): it takes an order and the parts
that are missing, and yields their chunks in any order of arrival, each part exactly once. It
ends when all have come; when its consumer closes it, or raises, it gives up what is still to
do and returns soon. What it raises ends the sweep with what is committed kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from threading import Event

from offramp.study.sweeps.ordering import Order, Part
from offramp.study.sweeps.solving import Chunk, Plan, plan_of, solve_chunk


def solve_chunks(
    order: Order, parts: Iterable[Part], *, workers: int | None = None, plan: Plan | None = None
) -> Iterator[Chunk]:
    """The chunks of ``parts`` as they get done, by ``workers`` threads (one per processor).

    At most one part per thread, and those that wait to be taken, are held at a time. A part with
    draws that are traced, which take long, may use all the threads. A graphics processor gets
    one part after the other.
    """
    threads = workers or os.cpu_count() or 1
    at_once = threads if order.device == "cpu" else 1
    ready = plan or plan_of(order)
    left = iter(parts)
    stop = Event()
    with ThreadPoolExecutor(threads, thread_name_prefix="sweep") as pool:

        def begin(part: Part) -> Future[Chunk]:
            own = threads if part.first < order.traced or at_once == 1 else 1
            return pool.submit(
                solve_chunk, order, part, plan=ready, threads=own, stopped=stop.is_set
            )

        running = {begin(part) for part in islice(left, at_once)}
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for one in done:
                    chunk = one.result()
                    running |= {begin(part) for part in islice(left, 1)}
                    yield chunk
        finally:
            stop.set()
