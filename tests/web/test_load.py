"""Load: fifty people move sliders at once, on loopback, each with time to think."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.web import Server, alone, sliders, together

SLOWEST, MEMORY, DEAREST = 1.2, 400_000_000, 0.05
"""Seconds within which 95 % of the answers come, bytes that the server takes at most, and seconds
of a processor that an answer takes at most."""
COMPILED = 30
"""Seconds of a processor that only a server takes which compiles the solver, once on a machine."""


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
        if server.cpu > COMPILED:  # what that takes of memory, the next server does not
            server.close()
            server = Server(tmp_path)
            client = server.client()
            key, controls = sliders(server, client)
        one = alone(server, client, key, controls)
        crowd = together(server, key, controls)
        told = f"{one.told('alone')}; {crowd.told('fifty')}"
        print(told)  # noqa: T201
        assert min(crowd.own) > 0, "somebody got no answer"
        assert crowd.memory < MEMORY, told
        assert crowd.cpu < DEAREST, told
        if quiet:
            assert one.quantile(0.5) <= 0.1, told
            assert one.quantile(0.95) <= 0.25, told
            assert crowd.quantile(0.95) <= SLOWEST, told
    finally:
        server.close()
