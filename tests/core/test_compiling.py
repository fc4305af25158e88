"""Compiled code where nothing can be kept where it usually is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from offramp.core import compiling


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path | None], None]:
    """numba finds no folder of its own; the spare one is as given."""
    import numba
    from numba.core import config

    usual = numba.njit

    def failing(*kernel: Any, **options: Any) -> Any:
        if options.get("cache") and not config.CACHE_DIR:  # type: ignore[attr-defined]
            raise RuntimeError("cannot cache function: no locator available")
        return usual(*kernel, **options)

    def set_up(folder: Path | None) -> None:
        monkeypatch.setattr(numba, "njit", failing)
        monkeypatch.setattr(compiling, "spare_folder", lambda: folder)

    return set_up


def test_it_is_kept_among_the_temporary_files(
    nowhere: Callable[[Path | None], None], tmp_path: Path
) -> None:
    from numba.core import config

    nowhere(tmp_path)
    twice = compiling.njit(cache=True)(_twice)
    assert twice(2.0) == 4.0
    assert list(tmp_path.rglob("*.nbi"))
    assert not config.CACHE_DIR  # type: ignore[attr-defined]


def test_or_it_is_not_kept(nowhere: Callable[[Path | None], None]) -> None:
    nowhere(None)
    assert compiling.njit(cache=True)(_thrice)(2.0) == 6.0


def test_what_was_kept_by_other_kernels_is_not_run(
    nowhere: Callable[[Path | None], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """numba would take it, since the file of the kernel itself is what it was."""
    nowhere(tmp_path)
    for stamp, hits in (("today", 0), ("today", 1), ("tomorrow", 0)):
        monkeypatch.setattr(compiling, "kernels_stamp", lambda stamp=stamp: stamp)
        twice = compiling.njit(cache=True)(_twice)
        assert twice(2.0) == 4.0
        assert sum(twice.stats.cache_hits.values()) == hits


def test_a_command_may_change_without_the_kernels_being_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel, command = tmp_path / "kernels" / "sums.py", tmp_path / "apps" / "commands.py"
    told = {kernel: "from offramp.core.compiling import njit", command: "import tell_compiling"}
    monkeypatch.setattr(compiling, "__file__", str(tmp_path / "core" / "compiling.py"))
    for path, text in told.items():
        path.parent.mkdir()
        path.write_text(text)
    before = compiling.kernels_stamp.__wrapped__()
    command.write_text("from offramp.core.compiling import tell_compiling")
    assert compiling.kernels_stamp.__wrapped__() == before
    kernel.write_text(told[kernel] + "\n")
    assert compiling.kernels_stamp.__wrapped__() != before


@pytest.mark.parametrize("trouble", ["link", "open to all", "file", "nothing"])
def test_a_folder_that_others_may_write_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    name = next(iter(_spare(tmp_path)))
    name.rmdir()
    compiling.spare_folder.cache_clear()
    if trouble == "link":
        (tmp_path / "theirs").mkdir()
        name.symlink_to(tmp_path / "theirs")
    elif trouble == "open to all":
        name.mkdir()
        name.chmod(0o777)
    elif trouble == "file":
        name.write_text("")
    assert compiling.spare_folder() == (name if trouble == "nothing" else None)
    compiling.spare_folder.cache_clear()


def _spare(folder: Path) -> list[Path]:
    """The spare folder that is made where there is none."""
    compiling.spare_folder.cache_clear()
    found = compiling.spare_folder()
    assert found is not None
    assert found.stat().st_mode & 0o077 == 0
    return list(folder.iterdir())


def test_a_kernel_that_another_process_compiles_is_waited_for_while_that_goes_on(
    nowhere: Callable[[Path | None], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere(tmp_path)
    monkeypatch.setattr(compiling, "_elsewhere", {})
    asked: list[str] = []

    def going_on() -> bool:
        asked.append("_twice")
        if len(asked) == 2:  # the other process has come to its end
            assert compiling.njit(cache=True)(_twice_elsewhere)(2.0) == 4.0
        return len(asked) < 3

    compiling.expect_kernels(["_twice", "_thrice"], going_on)
    twice = compiling.njit(cache=True)(_twice)
    assert twice(2.0) == 4.0
    assert len(asked) == 3  # what it kept is of another kernel: this one is compiled here
    assert not sum(twice.stats.cache_hits.values())
    again = compiling.njit(cache=True)(_twice)
    assert again(2.0) == 4.0
    assert len(asked) == 3  # nothing is asked of what is kept
    assert sum(again.stats.cache_hits.values()) == 1


def test_who_asked_is_told_once_of_the_first_kernel_of_the_modules_named(
    nowhere: Callable[[Path | None], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere(None)
    monkeypatch.setattr(compiling, "_told", [])
    monkeypatch.setattr(compiling, "_compiling_words", str)
    told: list[str] = []
    compiling.tell_compiling(lambda _: told.append("any"))
    compiling.tell_compiling(lambda _: told.append("solvers"), of="offramp.solvers")
    compiling.tell_compiling(lambda _: told.append("here"), of=__name__)
    for kernel in (_twice, _thrice):
        compiling.njit(cache=True)(kernel)(2.0)
    assert told == ["any", "here"]


def _twice_elsewhere(number: float) -> float:
    return 2 * number


def _twice(number):
    return 2 * number


def _thrice(number):
    return 3 * number


def test_compiling_is_told_once_and_only_where_it_happens() -> None:
    told: list[str] = []
    compiling.tell_compiling(told.append)
    kernel = compiling.njit()(_thrice)
    assert not told
    assert kernel(1.0) + kernel(1) == 6
    assert len(told) == 1
    assert told[0].startswith("compiling the solver")
