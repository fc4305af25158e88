"""A part of a sweep is a pure function of its order and draws; a bad draw is a status."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from offramp import solvers
from offramp.game import Draws
from offramp.scenario import read
from offramp.study.solving import workspace
from offramp.study.sweeps import Chunk, Order, Part, Stopped, plan_for, solve_chunk
from offramp.study.sweeps.codes import WORDS, decode, encode
from offramp.study.sweeps.local import solve_chunks
from offramp.study.sweeps.solving import Plan
from tests.study.sweeping.scenes import TEXT, UNFIT, joined, order_of, same

EVERYTHING = {
    "keep": ("strategy", "move_uses", "by_round"),
    "rounds": 5,
    "quantities": (
        "P(settlement and rung == clashes)",
        "P(disaster by 3)",
        "P(disaster | do(south.refuse = refuse))".replace("south.refuse", "south.south"),
        "cost[north] + slide",
    ),
}


def status_of(chunk: Chunk) -> list[str]:
    return decode("status", chunk.data["status"]).tolist()


def test_an_order_is_what_it_wrote_down() -> None:
    order = order_of(**EVERYTHING)
    assert Order.of(order.plain()) == order
    assert pickle.loads(pickle.dumps(order)) == order


def test_parts_hold_every_draw_once() -> None:
    order = order_of(chunk=16)
    assert order.parts(0, 40) == [Part(0, 0, 16), Part(1, 16, 16), Part(2, 32, 8)]
    assert order.parts(10, 20) == [Part(0, 10, 6), Part(1, 16, 4)]
    assert order.parts(16, 16) == []


@pytest.mark.parametrize("text", [TEXT, UNFIT])
def test_a_draw_does_not_depend_on_its_chunk_or_thread(text: str) -> None:
    whole = solve_chunk(order_of(text, chunk=40, **EVERYTHING), Part(0, 0, 40))
    for size in (1, 7, 16):
        order = order_of(text, chunk=size, **EVERYTHING)
        plan = plan_for(order)
        few = 3 if size == 1 else 40  # one by one is slow, and says as much in three
        found = list(solve_chunks(order, order.parts(40 - few, 40), workers=3, plan=plan))
        rows = {name: values[40 - few :].tobytes() for name, values in whole.data.items()}
        assert joined(found) == rows
        messages = {i: one for chunk in found for i, one in chunk.messages.items()}
        assert messages == {i: one for i, one in whole.messages.items() if i >= 40 - few}


def test_a_chunk_solved_twice_is_the_same_chunk() -> None:
    order = order_of(**EVERYTHING)
    same(solve_chunk(order, Part(1, 16, 16)), solve_chunk(order, Part(1, 16, 16), threads=2))


def test_draws_are_those_of_a_run() -> None:
    chunk = solve_chunk(order_of(), Part(1, 16, 16))
    game = plan_for(order_of()).game
    assert np.array_equal(chunk.data["parameters"], game.draws(32, 3).values[16:])


def test_every_draw_follows_its_branch() -> None:
    branch = solve_chunk(order_of(traced=4), Part(0, 0, 8)).data["branch"]
    assert decode("branch", branch).tolist() == ["traced"] * 8


def test_a_draw_that_makes_no_game_has_a_status_and_a_message() -> None:
    chunk = solve_chunk(order_of(UNFIT, chunk=64), Part(0, 0, 64))
    slide = chunk.data["parameters"][:, 2]
    unfit = [i for i, word in enumerate(status_of(chunk)) if word == "unfit"]
    assert unfit == np.flatnonzero(slide > 1).tolist()
    assert unfit == list(chunk.messages)
    assert np.isnan(chunk.data["probability"][unfit]).all()
    assert np.isfinite(np.delete(chunk.data["probability"], unfit, axis=0)).all()
    one = chunk.messages[unfit[0]]
    assert f"the odds of 'disaster' are {slide[unfit[0]]:.6g} (in draw {unfit[0]} of seed 3" in one
    assert "expected: odds from 0 to 1" in one


def test_a_draw_whose_formula_has_no_value_has_a_status_too() -> None:
    text = TEXT.replace("title", "about: roots\ntitle").replace(
        "  gain:", "  root: {value: sqrt(0.3 - slide)}\n  gain:"
    )
    chunk = solve_chunk(order_of(text, chunk=32), Part(0, 0, 32))
    unfit = [i for i, word in enumerate(status_of(chunk)) if word == "unfit"]
    assert 0 < len(unfit) < 32
    assert "'root' has no value in a draw of seed 3" in chunk.messages[unfit[0]]


def test_a_draw_that_does_not_converge_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = solvers.Options
    monkeypatch.setattr(
        solvers, "Options", lambda **given: usual(**given, sweeps=2, rescue_nodes=0)
    )
    chunk = solve_chunk(order_of(traced=0), Part(0, 0, 16))
    words = status_of(chunk)
    assert "failed" in words
    lost = [i for i, word in enumerate(words) if word == "failed"]
    assert all("could not be followed" in chunk.messages[i] for i in lost)
    assert np.isnan(chunk.data["payoff"][lost]).all()


def test_a_mistake_of_ours_costs_one_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    usual, values = Plan.solve, plan_for(order_of()).game.draws(16, 3).values[11]

    def breaking(plan: Plan, draws: Draws, traced: list[int], threads: int):
        if (draws.values == values).all(axis=1).any():
            raise ZeroDivisionError("nothing to divide by")
        return usual(plan, draws, traced, threads)

    right = solve_chunk(order_of(), Part(0, 0, 16))
    monkeypatch.setattr(Plan, "solve", breaking)
    chunk = solve_chunk(order_of(), Part(0, 0, 16))
    assert status_of(chunk) == ["solved"] * 11 + ["broken"] + ["solved"] * 4
    assert "ZeroDivisionError: nothing to divide by" in chunk.messages[11]
    left = [i for i in range(16) if i != 11]
    assert np.array_equal(chunk.data["probability"][left], right.data["probability"][left])


def test_quantities_are_those_of_claims() -> None:
    chunk = solve_chunk(order_of(**EVERYTHING), Part(0, 0, 16))
    values = chunk.data["quantity_value"]
    data = chunk.data["parameters"]
    assert np.allclose(values[:, 3], data[:, 0] + data[:, 2], rtol=1e-15)
    assert (values[:, 1] <= chunk.data["probability"][:, 1] + 1e-12).all()
    assert np.allclose(values[:, 1], chunk.data["by_round"][:, 1, 2], atol=1e-14)
    words = decode("quantity_status", chunk.data["quantity_status"])
    assert set(words.ravel()) <= {"solved", "vacuous"}


def test_a_sweep_builds_the_game_of_an_intervention_once(monkeypatch: pytest.MonkeyPatch) -> None:
    order, built = order_of(**EVERYTHING), []
    plan, plain = plan_for(order), workspace.build

    def counted(meaning: Any, kept: Any) -> Any:
        built.append(meaning)
        return plain(meaning, kept)

    monkeypatch.setattr(workspace, "build", counted)
    parts = order.parts(0, 48)
    assert len(parts) > 1
    found = list(solve_chunks(order, parts, workers=2, plan=plan))
    assert len(found) == len(parts)
    assert len(built) == 1


def test_who_no_longer_wants_a_chunk_can_say_so() -> None:
    with pytest.raises(Stopped):
        solve_chunk(order_of(), Part(0, 0, 16), stopped=lambda: True)


def test_what_nobody_takes_is_given_up() -> None:
    order = order_of(chunk=8)
    chunks = solve_chunks(order, order.parts(0, 800), workers=2)
    assert next(iter(chunks)).part.count == 8
    chunks.close()  # pyright: ignore[reportAttributeAccessIssue]


def test_words_survive_their_numbers() -> None:
    for name, words in WORDS.items():
        assert len(words) < 128
        assert words[0] == "missing"
        assert decode(name, encode(name, np.array(words))).tolist() == list(words)
        assert decode(name, encode(name, np.array(["quite new"]))).tolist() == ["other"]


def test_the_scenario_of_an_order_is_read_as_it_was() -> None:
    order = order_of()
    assert read(order.scenario).content_hash == order.scenario_hash
