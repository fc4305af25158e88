"""The games at the options of switches: one of each, however many ask at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from offramp.game import Game, build
from offramp.scenario import read
from tests.web.talks import PARLEY

ASKING, TURNS = 8, 8


def test_threads_that_ask_at_once_are_given_the_same_games(tmp_path: Path) -> None:
    (tmp_path / "parley.yaml").write_text(PARLEY, encoding="utf-8")
    scenario = read(tmp_path / "parley.yaml")
    for _ in range(TURNS):
        _asked_at_once(build(scenario))


def _asked_at_once(game: Game) -> None:
    draws, ready = game.draws(64, 1), Barrier(ASKING)

    def ask(_: int) -> list[Game]:
        ready.wait()
        parts = game.parts(draws)
        for rows, own in parts:
            own.tables(draws.rows(rows))  # which refuses rows of another game
        return [own for _, own in parts]

    with ThreadPoolExecutor(ASKING) as threads:
        first, *others = threads.map(ask, range(ASKING))
    assert len(first) == 2
    for found in others:
        assert [id(own) for own in found] == [id(own) for own in first]
