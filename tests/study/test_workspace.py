"""A run compiles each game once: counted, and bounded in what is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from offramp.analysis import elimination
from offramp.analysis.absorption import absorb, probability_ever
from offramp.core.memory import bytes_of
from offramp.game import Structure, build, compilation
from offramp.scenario import read, understand
from offramp.solvers.kernels import layout
from offramp.study import investigate
from offramp.study.solving import workspace as workspaces
from offramp.study.solving.workspace import Workspace


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, Counter[object]]:
    """What was compiled, arranged and eliminated, and how often."""
    found: dict[str, Counter[object]] = {}

    def count(module: Any, name: str, what: Callable[..., object]) -> None:
        inner, own = getattr(module, name), found.setdefault(name, Counter())

        def counting(*given: Any, **named: Any) -> Any:
            own[what(*given)] += 1
            return inner(*given, **named)

        monkeypatch.setattr(module, name, counting)

    count(workspaces, "build", lambda meaning, kept: (compilation.rules_of(meaning), kept))
    count(layout, "_heads", lambda structure, *_: structure.content)
    count(elimination, "_pattern", lambda structure, nodes, *_: (structure.content, min(nodes)))
    return found


@pytest.mark.parametrize(
    "name", ["border-standoff", pytest.param("trilateral-talks", marks=pytest.mark.slow)]
)
def test_a_run_compiles_each_game_once(name: str, counted: dict[str, Counter[object]]) -> None:
    investigate(read(name), draws=0)
    assert {what: max(own.values()) for what, own in counted.items()} == {
        "build": 1,
        "_heads": 1,
        "_pattern": 1,
    }


def test_accounts_that_differ_in_numbers_share_one_structure() -> None:
    here = Workspace(read("border-standoff"))
    games = [here.game(account) for account in ("", *here.scenario.accounts)]
    assert len({id(game.structure) for game in games}) == 1
    for game, account in zip(games, ("", *here.scenario.accounts), strict=True):
        alone = build(here.meaning(account))
        assert game.meaning is here.meaning(account)
        assert game.structure.content == alone.structure.content
        ours, theirs = game.tables(game.nominal()), alone.tables(alone.nominal())
        for table in ("pay", "odds", "end_pay", "patience", "precision"):
            np.testing.assert_array_equal(getattr(ours, table), getattr(theirs, table))


def test_what_is_watched_is_kept_apart() -> None:
    here = Workspace(read("border-standoff"))
    meaning = here.meaning()
    every = [variable.name for variable in meaning.variables]
    assert here.build(meaning) is here.build(meaning)
    assert here.build(meaning, every) is here.build(meaning, every[::-1])
    assert here.build(meaning, every).structure.nodes == build(meaning, every).structure.nodes


def test_games_not_used_for_longest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Workspace(read("border-standoff"))
    meaning = here.meaning()
    first = here.build(meaning)
    assert bytes_of(first) > sum(
        part.nbytes for part in vars(first.structure).values() if isinstance(part, np.ndarray)
    )
    other = here.build(meaning, [meaning.variables[0].name])
    assert here.build(meaning) is first
    monkeypatch.setattr(workspaces, "MOST_BYTES", bytes_of(first, other) - 1)
    third = here.build(meaning, [meaning.variables[1].name])
    assert here.build(meaning, [meaning.variables[1].name]) is third
    assert here.build(meaning) is first
    assert here.build(meaning, [meaning.variables[0].name]) is not other


def test_a_structure_remembers_and_sends_only_its_shape() -> None:
    import pickle

    structure = build(understand(read("border-standoff"))).structure
    assert elimination.eliminate(structure) is elimination.eliminate(structure)
    assert elimination.eliminate(structure, work=0) is not elimination.eliminate(structure)
    assert layout.arrange(structure) is layout.arrange(structure)
    sent: Structure = pickle.loads(pickle.dumps(structure))
    assert sent.content == structure.content
    assert layout.arrange(sent) is not layout.arrange(structure)
    even = np.repeat(1 / np.diff(structure.first), np.diff(structure.first))[None]
    nodes = structure.step == 1
    ever = probability_ever(structure, even, nodes=nodes)
    np.testing.assert_array_equal(ever, probability_ever(structure, even, nodes=nodes))
    assert ever <= absorb(structure, even).visits[:, nodes].sum(axis=1) + 1e-12
