"""Work shared out among threads."""

from __future__ import annotations

from threading import Barrier

import pytest

from offramp.core.sharing import runs_of, share_out, threads_for


def test_every_draw_stands_in_one_run() -> None:
    assert [list(run) for run in runs_of(7, 3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert runs_of(0, 3) == []


def test_as_many_threads_as_asked_for() -> None:
    assert threads_for(3) == 3
    assert threads_for(0) >= 1


@pytest.mark.parametrize("threads", [1, 3])
def test_all_blocks_are_done_once_and_counted_in_order(threads: int) -> None:
    seen: list[int] = []
    told: list[tuple[int, int]] = []
    share_out(
        seen.extend,
        runs_of(10, 3),
        threads,
        progress=lambda done, total: told.append((done, total)),
        before=2,
    )
    assert sorted(seen) == list(range(10))
    assert [total for _, total in told] == [12] * 4
    counts = [done for done, _ in told]
    assert counts == sorted(counts)
    assert counts[-1] == 12


def test_threads_work_at_the_same_time() -> None:
    together = Barrier(2)  # breaks where one waits for the other in vain
    share_out(lambda run: together.wait(timeout=10), runs_of(2, 1), 2)


@pytest.mark.parametrize("threads", [1, 2])
def test_what_the_work_raises_is_raised(threads: int) -> None:
    def work(run: range) -> None:
        if 3 in run:
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        share_out(work, runs_of(6, 1), threads)
