"""Sweeps over a Dask cluster: the same numbers as by threads, whatever happens to workers."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from dask import config
from distributed import LocalCluster

from offramp.core.errors import ResultError
from offramp.scenario import read, scenario_text
from offramp.study.sweeps import Chunk, cluster, local
from offramp.study.sweeps.ordering import Order


def order_of(chunk: int, traced: int, starts: int = 0) -> Order:
    scenario = read("border-standoff")
    return Order(
        scenario=scenario_text(scenario),
        scenario_hash=scenario.content_hash,
        seed=1,
        chunk=chunk,
        traced=traced,
        starts=starts,
    )


def by_part(chunks: Iterator[Chunk]) -> dict[Any, Chunk]:
    found: dict[Any, Chunk] = {}
    for chunk in chunks:
        assert chunk.part not in found, "a part came twice"
        found[chunk.part] = chunk
    return found


def assert_same(one: dict[Any, Chunk], other: dict[Any, Chunk]) -> None:
    assert one.keys() == other.keys()
    for part, chunk in one.items():
        assert chunk.messages == other[part].messages
        assert chunk.data.keys() == other[part].data.keys()
        for name, values in chunk.data.items():
            assert values.tobytes() == other[part].data[name].tobytes(), (part, name)


@contextmanager
def local_cluster() -> Iterator[Any]:
    nowhere: Any = None
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=nowhere,
        silence_logs=50,
        memory_limit=0,
    ) as found:
        yield found


def test_two_workers_solve_as_threads_do() -> None:
    order = order_of(chunk=16, traced=2)
    parts = [*order.parts(0, 48), *order.parts(100, 130)]
    here = by_part(local.solve_chunks(order, parts))
    assert_same(here, by_part(cluster.solve_chunks(order, parts, workers=2)))
    assert np.isfinite(here[parts[0]].data["probability"]).all()


def test_a_cluster_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    order = order_of(chunk=16, traced=0)
    with pytest.raises(
        ResultError, match=r"no worker can be reached at tcp://127\.0\.0\.1:1"
    ) as why:
        list(cluster.solve_chunks(order, order.parts(0, 16), address="tcp://127.0.0.1:1"))
    assert "scheduler" in why.value.expected
    with pytest.raises(ResultError, match="no worker can be reached at nonsense"):
        list(cluster.solve_chunks(order, order.parts(0, 16), address="nonsense"))


def test_a_worker_of_another_version_is_refused() -> None:
    order = order_of(chunk=16, traced=0)
    with pytest.raises(ResultError, match=r"has version .* of Offramp, the sweep is of 0\.0"):
        cluster.solve_part(order, order.parts(0, 16)[0], "0.0")


@pytest.mark.slow
@pytest.mark.parametrize("allowed", [0, 3])
def test_workers_killed_every_few_seconds(allowed: int) -> None:
    """A worker dies every two seconds, once it or the other has got anywhere since the last.

    With 0 allowed failures the scheduler gives every part up; it is then begun again.
    """
    order = order_of(chunk=256, traced=4, starts=2)
    parts = order.parts(0, 192 * 256)
    here = by_part(local.solve_chunks(order, parts))
    with config.set({"distributed.scheduler.allowed-failures": allowed}), local_cluster() as there:
        killer = Killer(there, random.Random(allowed))
        killer.start()
        try:
            chunks = cluster.solve_chunks(order, parts, address=there.scheduler_address)
            found = by_part(killer.watched(chunks))
        finally:
            killer.over.set()
            killer.join()
    assert killer.killed >= 3
    assert_same(here, found)


class Killer(threading.Thread):
    def __init__(self, there: Any, chance: random.Random) -> None:
        super().__init__()
        self.there, self.chance = there, chance
        self.over, self.moved, self.killed = threading.Event(), threading.Event(), 0

    def watched(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        for chunk in chunks:
            self.moved.set()
            yield chunk

    def run(self) -> None:
        while not self.over.wait(2.0):
            alive = [nanny.pid for nanny in self.there.workers.values() if nanny.pid is not None]
            if alive and self.moved.is_set():
                self.moved.clear()
                os.kill(self.chance.choice(alive), signal.SIGKILL)
                self.killed += 1
