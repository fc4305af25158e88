"""Load: fifty people move sliders at once, on loopback, each with time to think."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

USERS, SECONDS = 50, 40
SLOWEST, MEMORY, DEAREST = 1.2, 400_000_000, 0.06
"""Seconds within which 95 % of the answers come, bytes that the server takes at most, and seconds
of a processor that an answer takes at most."""
TALKS = "trilateral-talks"


class Server:
    """`offramp serve` in a process of its own, so that its memory is its own."""

    def __init__(self, folder: Path) -> None:
        words = [sys.executable, "-m", "offramp.apps.cli", "serve", str(folder), "--no-open"]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.opening = self.process.stdout.readline().split()[-1]
        self.address = self.opening.partition("/open")[0]

    @property
    def memory(self) -> int:
        """Bytes that it holds now."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text("ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    @property
    def cpu(self) -> float:
        """Seconds of processors that it has taken."""
        told = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def client(self) -> Any:
        """A session that has its cookie."""
        import requests

        client = requests.Session()
        client.get(self.opening, timeout=60)
        return client

    def close(self) -> None:
        """Interrupt it as Ctrl-C does."""
        self.process.terminate()
        self.process.communicate(timeout=20)


def ask(server: Server, client: Any, key: str, asker: str, moved: dict[str, float]) -> float:
    """Seconds that one slider's move takes to its new ends."""
    begun = time.perf_counter()
    query = [("key", key), ("asker", asker), *(("set", f"{k}={v}") for k, v in moved.items())]
    answer = client.get(f"{server.address}/live/{TALKS}/ends.json", params=query, timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "solved"
    return time.perf_counter() - begun


def sliders(server: Server, client: Any) -> tuple[str, list[dict[str, Any]]]:
    """The key of the talks, and their sliders; everything is compiled then."""
    page = client.get(f"{server.address}/live/{TALKS}.json", timeout=300).json()
    found = [one for one in page["controls"] if one["kind"] == "slider"]
    for layer in ("ends", "followed"):
        address = f"{server.address}/live/{TALKS}/{layer}.json"
        assert client.get(address, params={"key": page["key"]}, timeout=300).status_code == 200
    return page["key"], found


def use(
    server: Server, place: int, key: str, controls: list[Any], until: float, waits: list[float]
) -> None:
    """One person: think, move a slider, wait for the answer."""
    luck, client, moved = random.Random(place), server.client(), dict[str, float]()
    while time.monotonic() < until:
        time.sleep(luck.uniform(0.5, 1.5))
        one = luck.choice(controls)
        moved[one["name"]] = one["low"] + luck.random() * (one["high"] - one["low"])
        waits.append(ask(server, client, key, f"user{place}", moved))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_one_and_then_fifty_people_move_sliders(tmp_path: Path) -> None:
    pytest.importorskip("fastapi")
    quiet = os.getloadavg()[0] < 1  # times of a machine that does other work say nothing
    server = Server(tmp_path)
    try:
        client = server.client()
        key, controls = sliders(server, client)
        luck = random.Random(0)
        alone = []
        for _ in range(60):
            one = luck.choice(controls)
            value = one["low"] + luck.random() * (one["high"] - one["low"])
            alone.append(ask(server, client, key, "alone", {one["name"]: value}))
        alone.sort()
        waits: list[list[float]] = [[] for _ in range(USERS)]
        until, before = time.monotonic() + SECONDS, server.cpu
        people = [
            threading.Thread(target=use, args=(server, i, key, controls, until, waits[i]))
            for i in range(USERS)
        ]
        for one in people:
            one.start()
        most = 0
        for one in people:
            one.join()
            most = max(most, server.memory)
        every = sorted(wait for own in waits for wait in own)
        median, late = every[len(every) // 2], every[int(0.95 * len(every))]
        each = (server.cpu - before) / len(every)
        told = (
            f"alone: median {alone[30]:.3f} s, 95 % {alone[56]:.3f} s; {USERS} people: "
            f"{len(every)} answers, median {median:.3f} s, 95 % {late:.3f} s, "
            f"{1000 * each:.0f} ms of a processor each; {most / 1e6:.0f} MB"
        )
        print(told)  # noqa: T201
        assert all(own for own in waits), "somebody got no answer"
        assert most < MEMORY, told
        assert each < DEAREST, told
        if quiet:
            assert alone[30] <= 0.1, told
            assert alone[56] <= 0.25, told
            assert late <= SLOWEST, told
    finally:
        server.close()
