"""Files at the edge: what is no regular file is never opened, and targets are looked at first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from offramp.core.errors import ResultError, ScenarioError
from offramp.core.files import atomic_write, check_target, read_json, read_regular, write_text
from offramp.interop import read_game
from offramp.scenario import read
from offramp.study.emulation import emulate, read_surrogate


@pytest.fixture(params=["pipe", "folder", "device", "link to a device", "socket of nothing"])
def irregular(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Something that is no regular file, under a name that every reader takes."""
    path = tmp_path / "game.efg"
    if request.param == "pipe":
        os.mkfifo(path)
    elif request.param == "folder":
        path.mkdir()
    elif request.param == "device":
        return Path("/dev/null")
    elif request.param == "link to a device":
        path.symlink_to("/dev/zero")
    else:
        path.symlink_to(tmp_path / "absent")
    return path


@pytest.mark.timeout(20)
def test_what_is_no_file_is_refused_at_once(irregular: Path) -> None:
    for reader in (lambda one: read_regular(one, 100), read_json, read_surrogate, read, emulate):
        with pytest.raises(
            (ResultError, ScenarioError), match=r"is no|not a file|cannot be read|a game in"
        ):
            reader(irregular)
    if irregular.suffix == ".efg":
        with pytest.raises(Exception, match=r"is not a file|cannot be read"):
            read_game(irregular)


@pytest.mark.parametrize("size", [101, 5_000, 3_000_000])
def test_no_more_than_the_bound_is_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"x" * size)
    assert read_regular(path, size) == b"x" * size
    with pytest.raises(ResultError, match=f"{size:,} bytes"):
        read_regular(path, 100)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 100_000, "{", ""])
def test_json_that_is_none_or_too_deep_is_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "deep.json"
    path.write_text(text)
    with pytest.raises(ResultError, match=r"is not JSON"):
        read_json(path)


@pytest.mark.parametrize(
    ("name", "folder", "why"),
    [
        ("n" * 300, False, "too long"),
        ("n" * 300, True, "too long"),
        ("/".join(["deep" * 50] * 30), True, "too long"),
        (".", False, "folder"),
        ("there.txt", True, "no folder"),
        ("there.txt/below", False, "no folder"),
        ("/dev/full", False, "no regular file"),
        ("s3://bucket/name", True, "address"),
        ("https://example.org/x", False, "address"),
        ("gs:/bucket", False, "address"),
    ],
)
def test_targets_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, folder: bool, why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.txt").write_text("kept")
    with pytest.raises(ResultError, match=why):
        check_target(name, folder=folder, option="--out")
    assert [one.name for one in tmp_path.iterdir()] == ["there.txt"]


@pytest.mark.parametrize(("name", "folder"), [("new/er/one", True), ("a.csv", False), ("x", True)])
def test_targets_that_can(tmp_path: Path, name: str, folder: bool) -> None:
    check_target(tmp_path / name, folder=folder)
    assert not list(tmp_path.iterdir())


def test_the_longest_name_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 251 + ".txt")
    check_target(path)
    assert write_text(path, "whole").read_text() == "whole"


def test_a_device_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ResultError, match="no regular file"):
        write_text(pipe, "text")
    assert pipe.is_fifo()


def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path) -> None:
    def full(path: Path) -> None:
        path.write_text("a part")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        atomic_write(tmp_path / "x.yaml", full)
    assert not list(tmp_path.iterdir())
