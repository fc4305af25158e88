"""Gambit reads what Offramp writes and finds the same agent logit equilibria.

Both follow the principal branch of agent quantal response equilibria (McKelvey & Palfrey 1998;
Turocy 2005). The comparison is made where pygambit is installed: `pip install "offramp[peers]"`.
"""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from offramp.interop import solve_tree, tree_of
from offramp.interop.formats.efg import efg_text, parse_efg
from offramp.interop.formats.nfg import nfg_text, parse_nfg
from offramp.interop.recall import has_recall
from offramp.interop.trees import ExtensiveGame
from offramp.scenario import read
from tests.interop.games import OLD_POKER, POKER, trees
from tests.interop.quirks import (
    WORDS,
    plain_text,
    quirky_text,
    sample,
    strategic_sample,
    strategic_text,
    worth_of,
)
from tests.interop.test_limits import at_random, strategic
from tests.interop.test_nfg import LISTED, NAMED
from tests.interop.test_scenarios import RESOLVE, ROUNDS

AGREEMENT = 1e-6
pytestmark = [pytest.mark.peer, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def gambit() -> ModuleType:
    try:
        import pygambit  # type: ignore[import-not-found]
    except ImportError as absent:
        pytest.skip(f"pygambit is not installed ({absent})")
    return pygambit


def play_of_gambit(gambit: ModuleType, path: Path, precision: float) -> list[float]:
    """The agent logit profile, flat; Gambit can stop at another precision than asked."""
    game = gambit.read_efg(str(path))
    (profile,) = gambit.qre.logit_solve_lambda(game, precision, first_step=0.01)
    assert profile.lam == pytest.approx(precision, rel=1e-7)
    return [
        float(chance)
        for player in game.players
        for _, actions in profile.profile[player]
        for _, chance in actions
    ]


@pytest.mark.parametrize("precision", [0.5, 2.0])
@pytest.mark.parametrize("text", [POKER, OLD_POKER], ids=["new", "old"])
def test_a_card_game(text: str, precision: float, gambit: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "game.efg"
    path.write_text(efg_text(parse_efg(text)))
    solved = solve_tree(parse_efg(text), precision)
    theirs = play_of_gambit(gambit, path, precision)
    assert np.abs(np.concatenate(solved.profile) - theirs).max() < AGREEMENT


@pytest.mark.parametrize("text", [RESOLVE, ROUNDS], ids=["private", "unseen"])
def test_exported_scenarios(text: str, gambit: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "game.efg"
    tree = tree_of(read(text), logit=True)
    path.write_text(efg_text(tree))
    solved = solve_tree(tree)
    theirs = play_of_gambit(gambit, path, 1.0)
    assert len(theirs) > 8
    assert np.abs(np.concatenate(solved.profile) - theirs).max() < AGREEMENT


@pytest.mark.parametrize("text", [LISTED, NAMED], ids=["payoffs", "outcomes"])
def test_strategic_games_are_read(text: str, gambit: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "game.nfg"
    game = parse_nfg(text)
    path.write_text(nfg_text(game))
    theirs = gambit.read_nfg(str(path))
    assert [len(theirs.get_strategies(player)) for player in theirs.players] == [2, 2]
    assert [[float(pay) for pay in row] for row in theirs.to_arrays()[0]] == [[3, 0], [0, 2]]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(game=trees())
def test_any_tree_is_read(game: ExtensiveGame, gambit: ModuleType, tmp_path: Path) -> None:
    plain = without_names(game)
    path = tmp_path / "game.efg"
    path.write_text(efg_text(plain))
    theirs = gambit.read_efg(str(path))
    again = parse_efg(theirs.to_efg())
    assert [n.infoset for n in again.nodes] == [n.infoset for n in plain.nodes]
    assert [again.outcomes[n.outcome].payoffs for n in again.nodes if n.outcome >= 0] == [
        plain.outcomes[n.outcome].payoffs for n in plain.nodes if n.outcome >= 0
    ]
    met_again = any(
        one.odds and len(own) > 1 for one, own in zip(game.infosets, game.members, strict=True)
    )
    assert theirs.is_perfect_recall == has_recall(game) or met_again, "Gambit minds chance too"


def without_names(game: ExtensiveGame) -> ExtensiveGame:
    """The same tree with names that differ, as pygambit wants them."""
    from dataclasses import replace

    return replace(
        game,
        players=tuple(f"player {k}" for k in range(len(game.players))),
        infosets=tuple(
            replace(one, label=f"set {i}", actions=tuple(f"a{k}" for k in range(len(one.actions))))
            for i, one in enumerate(game.infosets)
        ),
        outcomes=tuple(replace(one, label=f"end {one.number}") for one in game.outcomes),
        nodes=tuple(replace(node, label="") for node in game.nodes),
    )


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_trees_with_quirks_are_those_that_gambit_reads_without(
    first: int, gambit: ModuleType
) -> None:
    """Gambit refuses most quirks, so that it is given the plain file of the same game."""
    for seed in range(first, first + 20):
        game = sample(seed, tuple(word for word in WORDS if word))
        theirs = gambit.read_efg(BytesIO(plain_text(game).encode()))
        profile = theirs.mixed_behavior_profile(rational=True)
        for player in theirs.players:
            for history in theirs.get_infosets(player):
                here = game.root
                for action in history.actions:
                    here = here.branches[action]
                chances = {a: game.profile[here.player, here.number, a] for a in here.branches}
                at = gambit.H.path(*history.actions)
                assert theirs.get_actions(at) == list(chances)
                profile.set_mixed_action(at, {a: str(p) for a, p in chances.items()})
        worth = tuple(Fraction(str(profile.payoffs[player])) for player in theirs.players)
        assert worth_of(parse_efg(quirky_text(game, seed)), game.profile) == worth


def test_strategic_files_are_those_that_gambit_reads(gambit: ModuleType) -> None:
    for seed in range(100):
        sizes, table = strategic_sample(seed)
        text = strategic_text(sizes, table, seed)
        theirs = gambit.read_nfg(BytesIO(text.encode()))
        arrays, game = theirs.to_arrays(), parse_nfg(text)
        strides = np.cumprod((1, *sizes[:-1]))
        for cell in table:
            outcome = game.cells[int(np.dot(strides, cell))]
            own = game.outcomes[outcome].payoffs if outcome >= 0 else (0,) * len(sizes)
            assert own == tuple(Fraction(str(array[cell])) for array in arrays)


@pytest.mark.parametrize("rest", ["</game>", "\x1a", 'EFG 2 R "u" { "A" } t "" 0', "# end"])
def test_gambit_reads_on_to_the_end_of_the_tree_only(rest: str, gambit: ModuleType) -> None:
    theirs = gambit.read_efg(BytesIO((POKER + rest).encode()))
    assert parse_efg(theirs.to_efg()).nodes[0].infoset == parse_efg(POKER + rest).nodes[0].infoset
    assert len(parse_efg(theirs.to_efg()).nodes) == len(parse_efg(POKER + rest).nodes)


def test_gambit_opens_no_other_version_either(gambit: ModuleType) -> None:
    with pytest.raises(ValueError, match="version 2"):
        gambit.read_efg(BytesIO(POKER.replace("EFG 2", "EFG 1").encode()))


def test_limits_of_random_strategic_games(gambit: ModuleType, tmp_path: Path) -> None:
    """In units of everybody's stakes both follow the same branch to the same equilibrium."""
    for seed in range(15):
        row, column = at_random(seed)
        solved = solve_tree(parse_nfg(strategic(row, column)), limit=True)
        path = tmp_path / "game.nfg"
        path.write_text(strategic(row / np.ptp(row), column / np.ptp(column)))
        game = gambit.read_nfg(str(path))
        found = gambit.nash.logit_solve(game).equilibrium
        theirs = [float(p) for player in game.players for _, p in found[player]]
        assert np.abs(np.concatenate(solved.profile) - theirs).max() < 1e-4, seed
