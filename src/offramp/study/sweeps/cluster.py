"""The parts of a sweep solved by a Dask cluster: one that is there, or processes of this machine.

Workers solve parts and send back their chunks; they never touch the store. A part whose worker
dies is solved again by another: it depends on the order and on its draws only, so that it
comes out the same wherever and however often it is solved.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from offramp.core.errors import Place, ResultError
from offramp.core.version import VERSION
from offramp.study.sweeps.ordering import Order, Part
from offramp.study.sweeps.solving import Chunk, solve_chunk

if TYPE_CHECKING:
    from distributed import Client

TRIES = 50
"""How many workers may die while they solve one part before the sweep ends with an error."""
PATIENCE = 60
"""Seconds to wait for a scheduler to answer and for the first worker to be there."""
RESUME = "give the same command again: what is in the store is kept"


def solve_chunks(
    order: Order, parts: Iterable[Part], *, address: str = "", workers: int = 0
) -> Iterator[Chunk]:
    """The chunks of ``parts`` as they come, from the cluster at ``address``, or ``workers`` here.

    Two parts are under way for every thread of the cluster, whose workers may come and go.
    Raises ResultError where Dask is missing, no worker can be reached, the workers have
    another version of Offramp, or one part ends worker after worker.
    """
    with _connected(address, workers) as client:
        yield from _Gathering(client, order, parts, address).chunks()


def solve_part(order: Order, part: Part, version: str) -> Chunk:
    """On a worker: the chunk of a part, if the worker has the version that asks for it."""
    if version != VERSION:
        raise ResultError(
            f"a worker has version {VERSION} of Offramp, the sweep is of {version}",
            expected="the same version on every worker, so that every draw is solved alike",
            repair=f"install offramp=={version} where the workers run",
        )
    return solve_chunk(order, part)


class _Gathering:
    """Parts handed out, and chunks taken in, over one connection."""

    def __init__(self, client: Client, order: Order, parts: Iterable[Part], address: str) -> None:
        from distributed import as_completed

        self.client, self.order, self.left, self.address = client, order, iter(parts), address
        self.arriving: Any = as_completed()
        self.under_way: dict[Any, Part] = {}
        self.tries: dict[Part, int] = {}

    def chunks(self) -> Iterator[Chunk]:
        """The chunks in the order of their arrival; what is under way ends with the consumer."""
        self._hand_out()
        try:
            for future in self.arriving:
                chunk = self._taken(future)
                self._hand_out()
                if chunk is not None:
                    yield chunk
        finally:
            self.client.cancel(list(self.under_way))

    def _hand_out(self) -> None:
        """Keep two parts under way for every thread that there is now."""
        threads: Any = self.client.nthreads()
        wanted = 2 * max(1, sum(threads.values()))
        for part in islice(self.left, max(0, wanted - len(self.under_way))):
            self._begin(part)

    def _begin(self, part: Part) -> None:
        self.tries[part] = self.tries.get(part, 0) + 1
        future = self.client.submit(solve_part, self.order, part, VERSION, pure=False)
        self.under_way[future] = part
        self.arriving.add(future)

    def _taken(self, future: Any) -> Chunk | None:
        """The chunk that has come; None where its worker died, and the part was begun again."""
        from distributed import CancelledError, KilledWorker

        part = self.under_way.pop(future)
        try:
            return future.result()
        except KilledWorker:
            if self.tries[part] >= TRIES:
                raise self._error(
                    f"{TRIES} workers in a row ended while they solved draws {part.first} to "
                    f"{part.stop - 1}",
                    "workers that last for one part of the sweep",
                    "give them more memory, or make the parts smaller with --chunk in a new store",
                ) from None
            self._begin(part)
            return None
        except (CancelledError, OSError):
            raise self._error(
                "the connection to the cluster is lost", "a cluster that lasts", RESUME
            ) from None
        finally:
            future.release()

    def _error(self, found: str, expected: str, repair: str) -> ResultError:
        return unreachable("--dask" if self.address else "--workers", found, expected, repair)


@contextmanager
def _connected(address: str, workers: int) -> Iterator[Client]:
    """A client of the cluster at ``address``, or of one made here for as long as it is needed."""
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError:
        raise unreachable(
            "--dask" if address else "--workers",
            "Dask is not installed",
            "the extra for clusters",
            'pip install "offramp[cluster]"',
        ) from None
    nowhere: Any = None
    if not address:
        with (
            _lasting(),
            LocalCluster(
                n_workers=max(1, workers),
                threads_per_worker=1,
                processes=True,
                memory_limit=0,
                host="127.0.0.1",
                dashboard_address=nowhere,
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        with Client(address, timeout=PATIENCE) as client:
            client.wait_for_workers(1, timeout=PATIENCE)
            yield client
    except (OSError, ValueError, ImportError) as error:
        raise unreachable(
            "--dask",
            f"no worker can be reached at {address} ({type(error).__name__}: {error})",
            "the address of a Dask scheduler that has workers, such as tcp://127.0.0.1:8786",
            "begin the scheduler and its workers first, or use --workers",
        ) from None


@contextmanager
def _lasting() -> Iterator[None]:
    """A scheduler made meanwhile never gives up a part because its workers died."""
    from dask import config

    with config.set({"distributed.scheduler.allowed-failures": TRIES}):
        yield


def unreachable(where: str, found: str, expected: str, repair: str) -> ResultError:
    """An error about a cluster, placed at the option that asks for it."""
    return ResultError(found, expected=expected, repair=repair, place=Place(where, 1, 1))
