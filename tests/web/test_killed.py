"""A server is killed while it runs and saves: all that was finished is there, and goes on."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from offramp.analysis.results import load
from offramp.scenario import read
from offramp.web.folder.files import Folder, mark_of
from offramp.web.live.setting import Setting
from offramp.web.runs.jobs import Job, new_job
from offramp.web.runs.worker import work
from tests.web.talks import PARLEY
from tests.web.test_server import started

DRAWS, SEED = 3200, 7
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="processes of Unix"),
]


def asking(port: int, token: str) -> Any:
    """A client with the cookie of a server."""
    import requests

    client = requests.Session()
    client.headers["origin"] = f"http://127.0.0.1:{port}"
    client.get(f"http://127.0.0.1:{port}/open?token={token}", timeout=30)
    return client


def running(job: Job) -> bool:
    """Whether a process of the job is there."""
    mark = str(job.folder).encode()
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark in file.read_bytes():
                return True
        except OSError:
            continue
    return False


@pytest.mark.timeout(600)
def test_a_server_that_is_killed_loses_nothing_that_was_finished(tmp_path: Path) -> None:
    (tmp_path / "parley.yaml").write_text(PARLEY, encoding="utf-8")
    process, port, token = started(tmp_path)
    client, own = asking(port, token), f"http://127.0.0.1:{port}"
    asked = {"name": "parley.yaml", "draws": DRAWS, "seed": SEED}
    job = Job(tmp_path / ".offramp" / "runs" / client.post(f"{own}/runs", json=asked).json()["run"])
    kept = _saved_until_killed(process, client, own, job)
    _versions_are_there(tmp_path, kept)
    until = time.monotonic() + 30
    while running(job) and time.monotonic() < until:
        time.sleep(0.1)
    assert not running(job)  # it has noticed that its server has gone
    there = sorted(job.chunks.glob("*.nc"))
    assert 0 < len(there) < DRAWS // 100
    before = {path: path.stat().st_mtime_ns for path in there}
    process, port, token = started(tmp_path)
    try:
        client, own = asking(port, token), f"http://127.0.0.1:{port}/runs/{job.name}"
        assert client.get(f"{own}.json").json()["state"]["status"] == "interrupted"
        assert client.post(f"{own}/resume", json={}).status_code == 200
        while client.get(f"{own}.json").json()["state"]["status"] in ("queued", "running"):
            time.sleep(0.3)
        assert client.get(f"{own}.json").json()["state"]["status"] == "done", job.state
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert {path: path.stat().st_mtime_ns for path in there} == before  # none was solved again
    whole = new_job(tmp_path / "whole", "parley.yaml", read(PARLEY), Setting(), DRAWS, SEED)
    work(whole)
    ours, theirs = load(job.folder / "draws.nc"), load(whole.folder / "draws.nc")
    assert set(ours.data_vars) == set(theirs.data_vars)
    for key in ours.data_vars:
        one, two = ours[key].values, theirs[key].values
        assert np.array_equal(one, two, equal_nan=one.dtype.kind == "f"), key


def _saved_until_killed(process: Any, client: Any, own: str, job: Job) -> list[str]:
    """The texts whose saving was confirmed, of one file, before the server was killed over it."""
    import requests

    kept, mark = list[str](), None
    Thread(target=_kill_over, args=(process, job), daemon=True).start()
    while True:
        text = f"offramp: 1\ntitle: {len(kept)}\n" + f"# {'x' * 80}\n" * 5000
        asked = {"name": "a.yaml", "text": text, "based_on": mark}
        try:
            mark = client.post(f"{own}/folder/save", json=asked, timeout=30).json()["mark"]
        except requests.RequestException:
            break
        kept.append(text)
    process.communicate(timeout=10)
    assert len(kept) > 3
    return kept


def _kill_over(process: Any, job: Job) -> None:
    """Kill the server as soon as a part of the run is finished, whatever it does meanwhile."""
    while not list(job.chunks.glob("*.nc")):
        time.sleep(0.01)
    process.kill()


def _versions_are_there(root: Path, kept: list[str]) -> None:
    """Every text whose saving was confirmed; the file is whole, and can be saved again."""
    folder = Folder.at(root)
    versions = folder.history("a.yaml").versions()
    assert [folder.history("a.yaml").text(one.number) for one in versions[: len(kept)]] == kept
    assert folder.text("a.yaml").startswith("offramp: 1\n")
    assert folder.text("a.yaml") in [folder.history("a.yaml").text(one.number) for one in versions]
    folder.save("a.yaml", "after: 1\n", mark_of(folder.text("a.yaml")))
