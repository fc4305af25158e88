"""Runs a sweep in a process of its own that is killed at random moments; then lets it end.

    python killing.py SCENARIO STORE DRAWS CHUNK KILLS SEED

The process is forked from this one, where everything heavy is loaded already, so that its
whole life is the sweep. Prints how many draws were in the store after each kill.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from offramp.scenario import read, scenario_text
from offramp.study.sweeps import Order, Part, Wishes, conducting, run_sweep, solve_chunk

conducting.TRACED = 4


def load(scenario: str) -> None:
    """Load what a sweep loads, so that it is there before the processes are forked."""
    import zarr  # noqa: F401  # pyright: ignore[reportUnusedImport]

    whole = read(scenario)
    solve_chunk(Order(scenario_text(whole), whole.content_hash, 3, 8, traced=2), Part(0, 0, 8))


def begun(scenario: str, store: Path, draws: int, chunk: int) -> int:
    """The number of a process that sweeps."""
    child = os.fork()
    if not child:
        os.setsid()
        run_sweep(read(scenario), store, Wishes(draws=draws, seed=3, chunk=chunk))
        os._exit(0)
    return child


def there(store: Path) -> int:
    """How many draws have a record."""
    records = (json.loads(path.read_text()) for path in store.glob("sweep/records/*/*.json"))
    return sum(record["part"][2] for record in records)


def main(scenario: str, folder: str, draws: str, chunk: str, kills: str, seed: str) -> None:
    """Measure an undisturbed sweep, then disturb another."""
    store, rng = Path(folder), random.Random(int(seed))
    spare = store.with_name("spare.zarr")
    load(scenario)
    start = time.monotonic()
    os.waitpid(begun(scenario, spare, int(draws), int(chunk)), 0)
    whole = time.monotonic() - start
    shutil.rmtree(spare)
    found = []
    for _ in range(int(kills)):
        child = begun(scenario, store, int(draws), int(chunk))
        time.sleep(rng.uniform(0, whole))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found.append(there(store))
    _, ended = os.waitpid(begun(scenario, store, int(draws), int(chunk)), 0)
    sys.stdout.write(json.dumps(found) + "\n")
    sys.exit(os.waitstatus_to_exitcode(ended))


if __name__ == "__main__":
    main(*sys.argv[1:])
