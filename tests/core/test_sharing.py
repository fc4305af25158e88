"""Work shared out among threads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from threading import Barrier
from time import monotonic, sleep

import pytest

from offramp.core.errors import ResultError
from offramp.core.sharing import Batching, runs_of, share_each, share_out, side_by_side, threads_for


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


def test_questions_of_works_side_by_side_are_answered_together() -> None:
    asked: list[list[int]] = []

    def answer(questions: Sequence[int]) -> list[int]:
        asked.append(list(questions))
        return [-question for question in questions]

    batching = Batching(answer)

    def work(item: int) -> list[int]:
        more = batching.each(batching.ask, [10 * item, 10 * item + 1] if item < 3 else [])
        return [batching.ask(item), *more, *(batching.ask(100 * item) for _ in range(item - 1))]

    expected = [[-1, -10, -11], [-2, -20, -21, -200], [-3, -300, -300]]
    assert batching.each(work, [1, 2, 3]) == expected
    first = [[10, 11, 20, 21, 3], [1, 2, 300], [200, 300]]
    assert asked == first
    assert batching.each(work, [1, 2, 3]) == expected
    assert asked == first * 2
    assert batching.ask(5) == -5
    assert asked[-1] == [5]


def test_what_an_answer_raises_ends_all_that_asked_and_is_raised_once() -> None:
    def answer(questions: Sequence[int]) -> list[int]:
        if 0 in questions:
            raise ResultError("nothing", expected="more")
        return list(questions)

    batching, gone_on = Batching(answer), list[int]()

    def work(item: int) -> int:
        if item == 3:
            return batching.ask(7) + batching.ask(8)
        told = batching.ask(item - 1)
        gone_on.append(item)
        return told + batching.ask(item)

    with pytest.raises(ResultError, match="nothing"):
        batching.each(work, range(4))
    assert gone_on == []
    assert batching.each(work, [5, 6]) == [9, 11]


def test_results_are_taken_in_order_while_others_are_worked_on() -> None:
    begun: list[int] = []

    def work(item: int) -> int:
        begun.append(item)
        return item * item

    found = share_each(work, range(9), 2)
    assert next(found) == 0
    assert len(begun) <= 4  # two at work, one taken, one begun in its place
    assert [*found] == [item * item for item in range(1, 9)]
    assert sorted(begun) == list(range(9))


def test_whoever_works_beside_others_is_alone() -> None:
    assert list(share_each(lambda _: threads_for(0), [1, 2], 2)) == [1, 1]
    inside = [threads_for(0) for _ in share_each(str, [1, 2, 3], 2)]
    assert inside[:2] == [1, 1]
    assert threads_for(3) == 3
    assert inside[-1] == threads_for(0)  # the last one has nobody beside it


def test_what_the_work_raises_is_raised_when_its_result_is_due() -> None:
    def work(item: int) -> int:
        if item == 1:
            raise ResultError("no such item", expected="0")
        return item

    found = share_each(work, [0, 1, 2], 2)
    assert next(found) == 0
    with pytest.raises(ResultError, match="no such item"):
        next(found)


@pytest.fixture
def three_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)


def test_works_side_by_side_go_on_at_once_and_are_found_in_their_order(
    three_processors: None,
) -> None:
    together = Barrier(3)  # breaks where one waits for the others in vain

    def work(number: int) -> int:
        together.wait(timeout=10)
        return number * number

    assert side_by_side([partial(work, n) for n in range(6)]) == [n * n for n in range(6)]
    assert threads_for(0) == 3


def test_a_work_has_works_of_its_own_done_by_whoever_is_idle(three_processors: None) -> None:
    together = Barrier(3)

    def meet(number: int) -> int:
        together.wait(timeout=10)
        return number

    def work(number: int) -> list[int]:
        return [*share_each(meet, range(6), 1)] if number else side_by_side([partial(int, 7)])

    assert side_by_side([partial(work, 0), partial(work, 1)]) == [[7], [0, 1, 2, 3, 4, 5]]


def test_the_first_failure_in_their_order_is_raised_and_may_be_caught(
    three_processors: None,
) -> None:
    done: list[int] = []

    def work(number: int) -> int:
        if number in (1, 2):
            raise ResultError(f"no {number}", expected="0")
        done.append(number)
        return number

    def caught() -> str:
        try:
            return str(side_by_side([partial(work, n) for n in range(40)]))
        except ResultError as error:
            return error.found

    assert side_by_side([caught, caught, partial(int, 3)]) == ["no 1", "no 1", 3]
    assert len(done) < 80
    with pytest.raises(ResultError, match="no 2"):
        side_by_side([partial(work, 0), partial(work, 2), partial(work, 5)])


def test_an_interrupt_ends_what_others_are_about(three_processors: None) -> None:
    begun: list[int] = []

    def long(blocks: int) -> None:
        share_out(lambda run: (begun.append(1), sleep(0.02)), runs_of(blocks, 1), 1)

    def interrupted() -> None:
        sleep(0.1)
        raise KeyboardInterrupt

    started = monotonic()
    with pytest.raises(KeyboardInterrupt):
        side_by_side([interrupted, partial(long, 3000), partial(long, 3000)])
    assert monotonic() - started < 5
    assert begun
    assert threads_for(0) == 3
