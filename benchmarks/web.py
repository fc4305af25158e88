"""``python -m benchmarks.web``: the speeds of the page, with the seconds of processors beside them.

    python -m benchmarks.web [--people 50] [--seconds 40] [--cold]

How long a server takes to be up and to show its first page, a slider's move of the talks to its new
ends for one person alone, then the same while fifty move sliders with time to think. ``--cold``
begins with an empty compilation cache: then it tells how long editor and library took meanwhile.
Times are of the machine as it is; only those of a machine that does nothing else mean something.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TALKS = "trilateral-talks"
MOVES = 60
"""Moves of a slider by one person alone."""
THOUGHT = (0.5, 1.5)
"""Seconds that each of many people thinks before a move, at least and at most."""


class Server:
    """`offramp serve` in a process of its own, so that its memory and its time are its own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        words = [sys.executable, "-m", "offramp.apps.cli", "serve", str(folder), "--no-open"]
        begun = time.perf_counter()
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
        )
        assert self.process.stdout is not None
        self.opening = self.process.stdout.readline().split()[-1]
        self.up = time.perf_counter() - begun
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
        client.headers["origin"] = self.address
        return client

    def close(self) -> None:
        """Interrupt it as Ctrl-C does."""
        self.process.terminate()
        self.process.communicate(timeout=20)


@dataclass(frozen=True)
class Waits:
    """Seconds that answers took, and seconds of a processor for each of them."""

    each: list[float]
    cpu: float
    memory: int = 0
    own: list[int] = field(default_factory=list[int])
    """Answers that each of the people got."""

    def quantile(self, share: float) -> float:
        """Seconds within which that share of the answers came."""
        return sorted(self.each)[min(int(share * len(self.each)), len(self.each) - 1)]

    def told(self, who: str) -> str:
        """In a line."""
        held = f", at most {self.memory / 1e6:.0f} MB" if self.memory else ""
        return (
            f"{who}: {len(self.each)} answers, median {self.quantile(0.5):.3f} s, "
            f"95 % within {self.quantile(0.95):.3f} s, {1000 * self.cpu:.0f} ms of a processor "
            f"each{held}"
        )


def sliders(server: Server, client: Any) -> tuple[str, list[dict[str, Any]]]:
    """The key of the talks, and their sliders; everything is compiled then."""
    page = client.get(f"{server.address}/live/{TALKS}.json", timeout=300).json()
    found = [one for one in page["controls"] if one["kind"] == "slider"]
    for layer in ("ends", "followed"):
        address = f"{server.address}/live/{TALKS}/{layer}.json"
        assert client.get(address, params={"key": page["key"]}, timeout=300).status_code == 200
    return page["key"], found


def ask(server: Server, client: Any, key: str, asker: str, moved: dict[str, float]) -> float:
    """Seconds that one slider's move takes to its new ends."""
    begun = time.perf_counter()
    query = [("key", key), ("asker", asker), *(("set", f"{k}={v}") for k, v in moved.items())]
    answer = client.get(f"{server.address}/live/{TALKS}/ends.json", params=query, timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "solved"
    return time.perf_counter() - begun


def alone(server: Server, client: Any, key: str, controls: list[Any], moves: int = MOVES) -> Waits:
    """One person moves one slider after the other, without a thought."""
    luck, before = random.Random(0), server.cpu
    each = []
    for _ in range(moves):
        one = luck.choice(controls)
        value = one["low"] + luck.random() * (one["high"] - one["low"])
        each.append(ask(server, client, key, "alone", {one["name"]: value}))
    return Waits(each, (server.cpu - before) / moves)


def together(
    server: Server, key: str, controls: list[Any], people: int = 50, seconds: float = 40
) -> Waits:
    """Many people, each of whom thinks, moves a slider and waits for the answer."""
    waits: list[list[float]] = [[] for _ in range(people)]
    until, before = time.monotonic() + seconds, server.cpu

    def use(place: int) -> None:
        luck, client, moved = random.Random(place), server.client(), dict[str, float]()
        while time.monotonic() < until:
            time.sleep(luck.uniform(*THOUGHT))
            one = luck.choice(controls)
            moved[one["name"]] = one["low"] + luck.random() * (one["high"] - one["low"])
            waits[place].append(ask(server, client, key, f"user{place}", moved))

    threads = [threading.Thread(target=use, args=(place,)) for place in range(people)]
    for one in threads:
        one.start()
    most = 0
    for one in threads:
        one.join()
        most = max(most, server.memory)
    every = [wait for own in waits for wait in own]
    return Waits(every, (server.cpu - before) / max(len(every), 1), most, list(map(len, waits)))


def timed(client: Any, address: str) -> float:
    """Seconds until a page is whole."""
    begun = time.perf_counter()
    client.get(address, timeout=600).raise_for_status()
    return time.perf_counter() - begun


def cold(folder: Path) -> str:
    """With an empty compilation cache: what works meanwhile, and until the first ends."""
    server = Server(folder, NUMBA_CACHE_DIR=tempfile.mkdtemp(dir=folder))
    try:
        client = server.client()
        begun, said = time.perf_counter(), ""
        asked = threading.Thread(target=sliders, args=(server, server.client()))
        asked.start()
        slowest = 0.0
        while asked.is_alive():
            slowest = max(slowest, timed(client, f"{server.address}/library"))
            told = client.get(f"{server.address}/live/state.json", timeout=60).json()
            said = told["compiling"] or said
            time.sleep(0.5)
        return (
            f"empty compilation cache: first ends after {time.perf_counter() - begun:.0f} s and "
            f"{server.cpu:.0f} s of processors; meanwhile the page said '{said}', and the "
            f"library took {slowest:.2f} s at most; the server holds {server.memory / 1e6:.0f} MB"
        )
    finally:
        server.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print, a line each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--cold", action="store_true", help="with an empty compilation cache")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
        if given.cold:
            print(cold(Path(name)))
            return 0
        server = Server(Path(name))
        try:
            print(f"server up: {server.up:.2f} s, {server.cpu:.2f} s of processors")
            client = server.client()
            for words, path in (("first page", "/"), ("library", "/library")):
                print(f"{words}: {timed(client, server.address + path):.3f} s")
            key, controls = sliders(server, client)
            print(alone(server, client, key, controls).told("a slider of the talks, alone"))
            crowd = together(server, key, controls, given.people, given.seconds)
            print(crowd.told(f"{given.people} people at once"))
        finally:
            server.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
