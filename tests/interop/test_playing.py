"""Games from files are solved: the order of the profile, figures, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from offramp.apps.cli import main
from offramp.interop import FormatError, read_game, solve_tree
from offramp.interop.formats.efg import parse_efg
from offramp.interop.formats.nfg import parse_nfg
from offramp.interop.trees import CHANCE, NONE, ExtensiveGame
from offramp.presentation import sentences

from .games import FORGETFUL, OLD_POKER, POKER, POKER_PLAY, run


def replies(game: ExtensiveGame, profile: list[list[float]], precision: float) -> list[float]:
    """By how much each probability misses the logit reply, worked out slowly from the records."""
    chance = dict(zip(game.decisions, profile, strict=True))

    def odds(node: int) -> list[float]:
        one = game.infosets[game.nodes[node].infoset]
        known = chance.get(game.nodes[node].infoset)
        return [float(p) for p in one.odds] if one.player == CHANCE else list(known or [])

    def worth(node: int, player: int) -> float:
        record = game.nodes[node]
        own = (
            0.0 if record.outcome == NONE else float(game.outcomes[record.outcome].payoffs[player])
        )
        if record.infoset == NONE:
            return own
        ways = zip(odds(node), game.children[node], strict=True)
        return own + sum(p * worth(child, player) for p, child in ways)

    def reach(node: int) -> float:
        parent, action = game.parents[node]
        return 1.0 if parent == NONE else reach(parent) * odds(parent)[action]

    missed = []
    for i in game.decisions:
        player, weights = game.infosets[i].player, np.array([reach(n) for n in game.members[i]])
        weights /= weights.sum()
        totals = precision * np.array(
            [
                sum(
                    w * worth(game.children[n][a], player)
                    for w, n in zip(weights, game.members[i], strict=True)
                )
                for a in range(len(game.infosets[i].actions))
            ]
        )
        reply = np.exp(totals - totals.max())
        missed += np.abs(reply / reply.sum() - chance[i]).tolist()
    return missed


@pytest.mark.parametrize("precision", sorted(POKER_PLAY))
def test_the_card_game_as_another_program_plays_it(precision: float) -> None:
    solved = solve_tree(parse_efg(POKER), precision)
    assert solved.solved
    assert [round(p, 9) for p, _ in solved.profile] == [round(p, 9) for p in POKER_PLAY[precision]]
    assert max(replies(solved.game, [list(p) for p in solved.profile], precision)) < 1e-10
    assert solved.residual < 1e-10
    assert 0 <= solved.regret == max(solved.regrets)
    assert solved.payoffs[0] == pytest.approx(-solved.payoffs[1])
    assert solved.precision == precision
    assert "agent logit" in sentences(solved)[0]


def test_the_order_is_that_of_first_nodes() -> None:
    new, old = solve_tree(parse_efg(POKER), 2), solve_tree(parse_efg(OLD_POKER), 2)
    assert np.allclose(np.concatenate(new.profile), np.concatenate(old.profile), atol=1e-12)
    assert [row["set"] for row in old.table] == [9, 9, 3, 3, 5, 5]
    assert [row["action"] for row in old.table][:2] == ["Raise", "Fold"]
    assert old.table[4]["reached"] == pytest.approx(
        sum(0.5 * row["probability"] for row in old.table if row["action"] == "Raise")
    )
    assert sum(new.beliefs[new.game.decisions[2]]) == pytest.approx(1)


def test_the_limit_of_the_card_game_is_its_equilibrium() -> None:
    """One equilibrium, in mixed strategies (Myerson 1991, section 2.1)."""
    solved = solve_tree(parse_efg(POKER), limit=True)
    assert np.allclose([p for p, _ in solved.profile], [1, 1 / 3, 2 / 3], atol=1e-6)
    assert solved.regret <= solved.regret_anywhere < 1e-7
    assert solved.precision > 1e3
    assert "limit" in sentences(solved)[0]


def test_a_strategic_game_is_solved_as_simultaneous_choices() -> None:
    solved = solve_tree(parse_nfg('NFG 1 R "" { "A" "B" } { 2 2 } 2 0 0 1 0 1 1 0'), 3)
    (up, _), (left, _) = solved.profile
    assert up == pytest.approx(1 / (1 + np.exp(-3 * (2 * left - (1 - left)))), abs=1e-9)
    assert left == pytest.approx(1 / (1 + np.exp(-3 * (0 * up - 1 * up + 1 * (1 - up)))), abs=1e-9)


def test_a_game_without_choices_is_solved() -> None:
    solved = solve_tree(
        parse_efg('EFG 2 R "" { "A" } c "" 1 "" { "x" 1/4 "y" 3/4 } 0 t "" 1 "" { 4 } t "" 0')
    )
    assert solved.profile == ()
    assert solved.payoffs == (1.0,)
    assert solved.regret < 1e-12


@pytest.mark.parametrize("precision", [0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_a_precision_that_does_not_fit(precision: float) -> None:
    with pytest.raises(FormatError, match="precision"):
        solve_tree(parse_efg(POKER), precision)


def test_the_command(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    path, picture = tmp_path / "poker.efg", tmp_path / "poker.svg"
    path.write_text(POKER)
    run("solve", path, "--precision", 2, "--json")
    said = json.loads(capsys.readouterr().out)
    assert [len(p) for p in said["profile"]] == [2, 2, 2]
    assert said["profile"][0][0] == pytest.approx(POKER_PLAY[2.0][0], abs=1e-9)
    assert said["precision"] == 2
    assert said["residual"] < 1e-10
    assert said["regret"] == max(said["regrets"])
    assert [one["player"] for one in said["sets"]] == [1, 1, 2]
    run("solve", path, "--picture", picture)
    words = capsys.readouterr().out
    assert "Fred" in words
    assert "(2 nodes)" in words
    assert picture.read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("name", "text", "options", "words"),
    [
        ("driver.efg", FORGETFUL, [], "driver.efg:5:1: imperfect recall"),
        ("poker.efg", POKER, ["--precision", "0"], "--precision 0"),
        ("poker.efg", POKER, ["--picture", "tree.png"], "--picture tree.png"),
        ("poker.efg", "nothing", [], "poker.efg:1:1"),
        ("poker.txt", POKER, [], "ends in .efg or .nfg"),
    ],
)
def test_the_command_complains(
    name: str,
    text: str,
    options: list[str],
    words: str,
    tmp_path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["solve", str(path), *options])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_files_are_told_apart_by_name(tmp_path) -> None:
    with pytest.raises(FormatError, match=r"absent\.efg"):
        read_game(tmp_path / "absent.efg")
