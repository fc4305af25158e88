"""Whatever happens to a sweep, going on makes the store of one that was left in peace."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from offramp.core.errors import ResultError
from offramp.study.sweeps import Going, local, read_sweep, solving, sweep, sweep_summary
from offramp.study.sweeps.store import Store
from tests.study.sweeping.scenes import TEXT, UNFIT, files_of, scenario

DRAWS, CHUNK = 40, 16
KILLER = Path(__file__).with_name("killing.py")


def swept(store: Path, text: str = UNFIT, **given: Any) -> xr.Dataset:
    usual: dict[str, Any] = {"draws": DRAWS, "seed": 3, "chunk": CHUNK}
    return sweep(scenario(text), store, **(usual | given))


@pytest.fixture(scope="module")
def peaceful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a sweep that was left in peace."""
    store = tmp_path_factory.mktemp("peaceful") / "S.zarr"
    swept(store)
    return store


@pytest.fixture
def copied(peaceful: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(peaceful, tmp_path / "copied.zarr"))


def assert_whole(store: Path, peaceful: Path) -> None:
    """The same files, and every draw counted once."""
    assert files_of(store) == files_of(peaceful)
    told = sweep_summary(store)
    assert sum(told["draws"]["status"].values()) == DRAWS
    assert told["statistics"]["status"] == told["draws"]["status"]
    assert told["statistics"]["done"] == DRAWS


# an end at any moment


class Killed(BaseException):
    """Stands for an end that nothing can catch or clean up after."""


@contextmanager
def ending_at(moment: int, monkeypatch: pytest.MonkeyPatch, *, torn: bool) -> Iterator[list[str]]:
    """The process ends at its ``moment``-th write: before the file is in its place, or ``torn``."""
    written: list[str] = []
    usual_replace, usual_unlink = os.replace, Path.unlink

    def replace(source: Path, target: Path) -> None:
        written.append(str(target))
        if len(written) == moment:
            if torn:
                content = Path(source).read_bytes()
                Path(source).write_bytes(content[: len(content) // 2])
            else:
                usual_replace(source, target)
            raise Killed
        if len(written) > moment:
            raise Killed  # a process that has ended writes nothing more
        usual_replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        yield written
    assert Path.unlink is usual_unlink


@pytest.fixture(scope="module")
def chunks() -> dict[tuple[object, ...], solving.Chunk]:
    return {}


@pytest.fixture
def remembered(
    monkeypatch: pytest.MonkeyPatch, chunks: dict[tuple[object, ...], solving.Chunk]
) -> None:
    """Chunks that were solved once are handed over at once, so that many ends can be tried."""
    usual = solving.solve_chunk

    def solve(order: solving.Order, part: solving.Part, **given: object) -> solving.Chunk:
        if (order, part) not in chunks:
            chunks[order, part] = usual(order, part, **given)  # type: ignore[arg-type]
        return chunks[order, part]

    monkeypatch.setattr(local, "solve_chunk", solve)


@pytest.mark.usefixtures("remembered")
def test_an_end_at_any_write(
    peaceful: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ending_at(10**6, monkeypatch, torn=False) as written:
        swept(tmp_path / "whole.zarr")
    moments = len(written)
    assert moments > 3 * 15
    rng = random.Random(1)
    for moment in sorted({1, 2, moments, *rng.sample(range(3, moments), 5)}):
        store = tmp_path / f"{moment}.zarr"
        with ending_at(moment, monkeypatch, torn=bool(moment % 2)), pytest.raises(Killed):
            swept(store)
        seen: list[Going] = []
        swept(store, progress=seen.append)
        assert_whole(store, peaceful)
        assert seen[0].done + seen[-1].solved_now == DRAWS
        shutil.rmtree(store)


@pytest.mark.usefixtures("remembered")
def test_an_end_while_more_draws_are_added(
    peaceful: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept(tmp_path / "20.zarr", draws=20)
    for moment in (1, 9, 18, 27):
        store = Path(shutil.copytree(tmp_path / "20.zarr", tmp_path / f"{moment}.zarr"))
        with ending_at(moment, monkeypatch, torn=moment in (9, 27)), pytest.raises(Killed):
            swept(store)
        swept(store)
        assert_whole(store, peaceful)
        shutil.rmtree(store)


def killed(store: Path, folder: Path, kills: int, seed: int) -> list[int]:
    """How many draws were in the store after each kill at a random moment of a real process."""
    text = folder / "scenario.yaml"
    text.write_text(UNFIT, encoding="utf-8")
    words = [str(text), str(store), str(DRAWS), str(CHUNK), str(kills), str(seed)]
    ran = subprocess.run(
        [sys.executable, str(KILLER), *words], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_sigkill_at_three_random_moments(peaceful: Path, tmp_path: Path) -> None:
    there = killed(tmp_path / "S.zarr", tmp_path, 3, seed=5)
    assert len(there) == 3
    assert_whole(tmp_path / "S.zarr", peaceful)


@pytest.mark.slow
def test_sigkill_at_thirty_random_moments(peaceful: Path, tmp_path: Path) -> None:
    seen: set[int] = set()
    for seed in range(10):
        store = tmp_path / f"{seed}.zarr"
        seen |= set(killed(store, tmp_path, 3, seed))
        assert_whole(store, peaceful)
    assert len(seen) > 1  # some ends came after a chunk was there, some before


# interruptions


@pytest.mark.parametrize("after", [0, 2])
def test_an_interruption_keeps_what_is_there(after: int, peaceful: Path, tmp_path: Path) -> None:
    store, seen = tmp_path / "S.zarr", []

    def press(going: Going) -> None:
        seen.append(going)
        if len(seen) > after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        swept(store, progress=press)
    told = json.loads((store / "sweep/statistics.json").read_text())
    assert told["sessions"][-1]["ended"] == "interrupted"
    assert told["done"] == seen[-1].done
    if after:
        words = read_sweep(store)["status"].values.tolist()
        assert words.count("missing") == DRAWS - seen[-1].done
        assert sweep_summary(store)["draws"]["status"]["missing"] == DRAWS - seen[-1].done
    swept(store)
    assert_whole(store, peaceful)


@pytest.mark.parametrize("room", [0, 20])
def test_a_full_disk_is_said_and_gone_on_from(
    room: int, peaceful: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, written = os.replace, []

    def replace(source: Path, target: Path) -> None:
        written.append(target)
        if len(written) > room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        usual(source, target)

    store = tmp_path / "S.zarr"
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(ResultError) as caught:
            swept(store)
    assert "cannot be written: No space left on device" in caught.value.found
    assert "what is committed is kept, and the same command goes on" in caught.value.repair
    assert not list((store / "sweep" / "new").iterdir())
    swept(store)
    assert_whole(store, peaceful)


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits on the size of files")
def test_a_file_that_cannot_grow(peaceful: Path, tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    store = tmp_path / "S.zarr"
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, before[1]))
    try:
        with pytest.raises(ResultError, match="cannot be written: File too large"):
            swept(store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    swept(store)
    assert_whole(store, peaceful)


# damage


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(bytes(content))


def emptied(path: Path) -> None:
    path.write_bytes(b"")


DAMAGE = [truncated, flipped, emptied, Path.unlink]
RECORD = "sweep/records/0000/0000001.json"


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        (truncated, "payoff/c/1/0"),
        (flipped, "status/c/1"),
        (emptied, "draw/c/1"),
        (Path.unlink, "regret/c/1/0"),
        *((damage, RECORD) for damage in DAMAGE),
    ],
)
def test_a_damaged_chunk_is_solved_again_and_that_is_said(
    damage: Callable[[Path], None], name: str, peaceful: Path, copied: Path
) -> None:
    damage(copied / name)
    seen: list[Going] = []
    swept(copied, progress=seen.append)
    assert_whole(copied, peaceful)
    missing = name == RECORD and damage is Path.unlink  # never was there, as far as one can tell
    assert seen[-1].solved_now == CHUNK
    assert seen[-1].solved_again == (0 if missing else CHUNK)


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        (flipped, "zarr.json"),
        (truncated, "payoff/zarr.json"),
        (emptied, "outcome/c/0"),
        (Path.unlink, "payoff/zarr.json"),
    ],
)
def test_damaged_metadata_are_made_again(
    damage: Callable[[Path], None], name: str, peaceful: Path, copied: Path
) -> None:
    damage(copied / name)
    seen: list[Going] = []
    swept(copied, progress=seen.append)
    assert_whole(copied, peaceful)
    assert seen[-1].solved_now == 0


def test_reading_damaged_metadata_says_how_to_mend_them(copied: Path) -> None:
    (copied / "zarr.json").write_bytes(b"{")
    with pytest.raises(ResultError, match="cannot be read") as caught:
        read_sweep(copied)
    assert "give the sweep's command again: it mends them" in caught.value.repair


@pytest.mark.parametrize("damage", DAMAGE[:3])
def test_a_damaged_order_is_a_clear_refusal(damage: Callable[[Path], None], copied: Path) -> None:
    damage(copied / "sweep/order.json")
    with pytest.raises(ResultError, match=r"what '.*' is a sweep of cannot be read"):
        swept(copied)
    with pytest.raises(ResultError, match=r"what '.*' is a sweep of cannot be read"):
        read_sweep(copied)


def test_a_run_that_was_killed_is_told_as_killed(peaceful: Path, copied: Path) -> None:
    store = Store(copied)
    told = store.get_json("statistics.json")
    assert told is not None
    told["sessions"][0]["ended"] = "running"
    store.put_json("statistics.json", told)
    swept(copied)
    told = store.get_json("statistics.json")
    assert told is not None
    assert [one["ended"] for one in told["sessions"]] == ["killed", "finished"]
    assert_whole(copied, peaceful)


def test_damaged_statistics_do_no_harm(peaceful: Path, copied: Path) -> None:
    (copied / "sweep/statistics.json").write_bytes(b"nonsense")
    swept(copied)
    assert_whole(copied, peaceful)


def test_a_corrupted_number_is_not_read_as_a_number(copied: Path) -> None:
    flipped(copied / "payoff/c/1/0")
    with pytest.raises(RuntimeError):
        read_sweep(copied)["payoff"].values  # noqa: B018


# other processes, clocks, folders


def test_a_clock_that_jumps_changes_nothing(
    peaceful: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = iter(np.random.default_rng(0).normal(0, 1e6, 10**6))
    monkeypatch.setattr(time, "time", lambda: 1.8e9 + next(hours))
    swept(tmp_path / "S.zarr")
    for path in (tmp_path / "S.zarr").rglob("*"):
        os.utime(path, (0, 0))
    swept(tmp_path / "S.zarr")
    assert_whole(tmp_path / "S.zarr", peaceful)
    run = json.loads((tmp_path / "S.zarr/sweep/statistics.json").read_text())["sessions"][0]
    assert 0 < run["seconds"] < 600


def test_two_writers_one_is_told_who_the_other_is(peaceful: Path, tmp_path: Path) -> None:
    store, refused = tmp_path / "S.zarr", []

    def another(going: Going) -> None:
        with pytest.raises(ResultError) as caught:
            swept(store)
        refused.append(caught.value)

    swept(store, progress=another)
    assert len(refused) == 4
    assert f"is being written by process {os.getpid()} on " in refused[0].found
    assert "wait until it is done, or end it" in refused[0].repair
    assert_whole(store, peaceful)


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_the_lock_of_a_dead_writer_holds_nobody_up(peaceful: Path, tmp_path: Path) -> None:
    store = tmp_path / "S.zarr"
    code = (
        "import sys, time, pathlib; from offramp.study.sweeps.store import Store\n"
        f"with Store(pathlib.Path({str(store)!r})).writing():\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ResultError, match=f"is being written by process {other.pid} on "):
            swept(store)
        other.send_signal(signal.SIGKILL)
    assert f"process {other.pid}" in (store / "sweep/lock").read_text()
    swept(store)
    assert_whole(store, peaceful)


@contextmanager
def powerless() -> Iterator[None]:
    """Without the rights of the superuser, if these tests have them."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="needs rights on folders")
def test_a_store_that_may_only_be_read(peaceful: Path, copied: Path) -> None:
    for folder in (copied, *copied.parents):
        if folder.owner() == copied.owner():
            folder.chmod(0o755)
        if folder == Path(os.environ.get("TMPDIR", "/tmp")):
            break
    (copied / RECORD).unlink()
    for path in (copied, *copied.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = files_of(copied)
    with powerless():
        with pytest.raises(ResultError) as caught:
            swept(copied)
        assert "cannot be written: Permission denied" in caught.value.found
        assert read_sweep(copied).sizes["draw"] == DRAWS
    assert files_of(copied) == before
    for path in (copied, *copied.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    swept(copied)
    assert_whole(copied, peaceful)


def test_a_scenario_edited_between_runs(peaceful: Path, copied: Path) -> None:
    (copied / RECORD).unlink()
    with pytest.raises(ResultError, match="the scenario differs"):
        swept(copied, TEXT)
    swept(copied)
    assert_whole(copied, peaceful)


def test_a_store_that_was_only_just_begun(peaceful: Path, tmp_path: Path) -> None:
    (tmp_path / "S.zarr/sweep").mkdir(parents=True)
    assert Store(tmp_path / "S.zarr").task() is None
    swept(tmp_path / "S.zarr")
    assert_whole(tmp_path / "S.zarr", peaceful)
