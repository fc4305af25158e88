"""Gambit's trees: both dialects, the way there and back, and errors that say where."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offramp.interop import write_game
from offramp.interop.formats.efg import efg_text, parse_efg, read_efg
from offramp.interop.recall import has_recall, require_recall
from offramp.interop.tokens import FormatError
from offramp.interop.trees import ExtensiveGame
from offramp.interop.unfolding import structure_of, tables_of
from offramp.presentation.charts.game_tree import tree_picture

from .games import FORGETFUL, OLD_POKER, POKER, complaint, trees

GAMES = os.environ.get("GAMBIT_GAMES", "")
"""Folder with Gambit's own collection of games, which has another licence and is not kept here."""


def test_a_game_as_a_structure() -> None:
    game = parse_efg(POKER)
    structure, tables = structure_of(game), tables_of(game)
    assert game.players == ("Fred", "Alice")
    assert game.comment.endswith('two lines, with "quotes".')
    assert structure.mover.tolist() == [-1, 0, 1, 0, 1]
    assert structure.infoset.tolist() == [-1, -1, 0, -1, 0]
    assert structure.hidden
    assert structure.target.tolist() == [1, 3, 2, -3, -1, -2, 4, -6, -4, -5]
    assert tables.odds.tolist() == [[0.5, 0.5]]
    assert tables.end_pay[0].tolist() == [[2, -2], [1, -1], [1, -1], [-2, 2], [1, -1], [-1, 1]]


def test_the_old_dialect_is_the_same_game() -> None:
    old, new = parse_efg(OLD_POKER), parse_efg(POKER)
    assert tables_of(old).end_pay.tolist() == tables_of(new).end_pay.tolist()
    for name in ("mover", "first", "target", "infoset", "pay_class", "odds_class", "order"):
        assert (
            getattr(structure_of(old), name).tolist() == getattr(structure_of(new), name).tolist()
        )
    assert [old.infosets[i].number for i in old.decisions] == [9, 3, 5], "by first node"


def test_a_payoff_on_the_way_is_paid_there() -> None:
    game = parse_efg(
        'EFG 2 R "" { "A" }\np "" 1 1 "" { "x" "y" } 1 "fee" { -1 }\nt "" 0\nt "" 2 "" { 1/4 }'
    )
    pay = tables_of(game).pay[0, structure_of(game).pay_class, 0]
    assert pay.tolist() == [-1, -1]
    assert tables_of(game).end_pay[0, :, 0].tolist() == [0, 0.25]


def test_a_game_that_is_one_end() -> None:
    game = parse_efg('EFG 2 R "" { "A" "B" }\n"" t "" 1 "over" { 3, -1e-2 }')
    assert structure_of(game).nodes == 1
    assert tables_of(game).end_pay.tolist() == [[[3, -0.01]]]
    assert parse_efg(efg_text(game)) == game


@given(trees())
def test_writing_and_reading_is_the_identity(game: ExtensiveGame) -> None:
    again = parse_efg(efg_text(game))
    assert again == game
    assert parse_efg(efg_text(again)) == again
    tree_picture(game)
    if has_recall(game):
        for name in ("mover", "target", "infoset"):
            one, other = getattr(structure_of(game), name), getattr(structure_of(again), name)
            np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(tables_of(game).pay, tables_of(again).pay)


@given(st.integers(0, len(POKER) - 1), st.text(max_size=3), st.integers(0, 3))
def test_a_spoilt_file_is_an_error_not_a_crash(at: int, put: str, taken: int) -> None:
    text = POKER[:at] + put + POKER[at + taken :]
    error = complaint(lambda: require_recall(parse_efg(text)))
    assert error is None or (error.place is not None and error.found)


def test_files_are_written_whole_and_read_in_latin_1_too(tmp_path: Path) -> None:
    game = parse_efg(POKER)
    assert read_efg(write_game(game, tmp_path / "poker.efg")) == game
    old = tmp_path / "old.efg"
    old.write_bytes(POKER.replace("Fred", "Frédéric").encode("latin-1"))
    assert read_efg(old).players[0] == "Frédéric"
    with pytest.raises(FormatError, match="cannot be read"):
        read_efg(tmp_path / "absent.efg")


def spoilt(before: str, after: str, count: int = 1) -> str:
    assert before in POKER
    return POKER.replace(before, after, count)


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("NFG 1 R", (1, 1), "'NFG'"),
        (spoilt("EFG 2", "EFG 1"), (1, 5), "version '1'"),
        (spoilt('"Alice" }', '"Alice"'), (5, 1), "'c'"),
        (spoilt("1/2", "1/3"), (5, 6), "add up to 0.83"),
        (spoilt("1/2", "-1/2"), (5, 6), "negative"),
        (spoilt("1/2", "1/0"), (5, 19), "divides by zero"),
        (spoilt('p "" 2 1', 'p "" 3 1'), (7, 6), "player 3"),
        (spoilt("{ 2, -2 }", "{ 2 }"), (8, 6), "1 payoffs for 2 players"),
        (spoilt("{ 2, -2 }", "{ 2, x }"), (8, 23), "'x'"),
        (spoilt('{ "Raise" "Fold" }', "{ }"), (6, 8), "without actions"),
        (spoilt('1 2 "" { "Raise" "Fold" }', '1 1 "" { "Raise" }'), (11, 8), "1 actions here"),
        (spoilt('t "" 2 "Win" { 1, -1 }', 't "" 2 "Win" { 5, -1 }'), (10, 6), "other payoffs"),
        (POKER + 't "" 0', (16, 1), "'t'"),
        (POKER.rpartition('t "" 4')[0], (15, 1), "the end of the file"),
        (POKER[:-4], (15, 21), "the end of the file"),
        (spoilt('"Lose"', '"Lose'), (15, 8), "does not end"),
        (FORGETFUL, (5, 1), "'Driver' at information set 1 'motorway' has forgotten"),
    ],
)
def test_errors_say_where(text: str, where: tuple[int, int], words: str) -> None:
    with pytest.raises(FormatError) as caught:
        require_recall(parse_efg(text, "game.efg"))
    place = caught.value.place
    assert place is not None
    assert words in caught.value.found
    assert (place.file, place.line, place.column) == ("game.efg", *where)
    assert caught.value.expected


def test_a_forgetful_player_can_be_drawn_but_not_solved() -> None:
    game = parse_efg(FORGETFUL)
    assert "motorway" in tree_picture(game)
    assert parse_efg(efg_text(game)) == game
    with pytest.raises(FormatError, match="imperfect recall"):
        structure_of(game)


def test_too_much_of_anything_is_an_error() -> None:
    many = " ".join(f'"{k}"' for k in range(65))
    with pytest.raises(FormatError, match="more than 64 players"):
        parse_efg(f'EFG 2 R "" {{ {many} }} t "" 0')
    deep = 'EFG 2 R "" { "A" } ' + "".join(f'p "" 1 {k} "" {{ "x" }} 0 ' for k in range(1, 10_050))
    with pytest.raises(FormatError, match="depth 10,000"):
        parse_efg(deep + 't "" 0')
    with pytest.raises(FormatError, match=r"'9{300}'"):
        parse_efg(POKER.replace('c "" 1', f'c "" {"9" * 300}'))
    with pytest.raises(FormatError, match="too large"):
        tables_of(parse_efg(POKER.replace("{ 2, -2 }", f"{{ {'9' * 400}, 0 }}")))
    with pytest.raises(FormatError, match="'1e999'"):
        parse_efg(POKER.replace("{ 2, -2 }", "{ 1e999, 0 }"))


def test_a_tree_of_many_nodes() -> None:
    depth = 15
    lines = ['EFG 2 R "deep" { "A" "B" }']
    number = 0

    def grow(level: int) -> None:
        nonlocal number
        if level == depth:
            lines.append('t "" 1 "end" { 1, 0 }')
            return
        number += 1
        lines.append(f'p "" {level % 2 + 1} {number} "" {{ "l" "r" }} 0')
        grow(level + 1)
        grow(level + 1)

    grow(0)
    game = parse_efg("\n".join(lines))
    assert len(game.nodes) == 2 ** (depth + 1) - 1
    assert structure_of(game).nodes == 2**depth - 1
    assert len(tree_picture(game)) < 60_000


@pytest.mark.peer
def test_every_game_of_gambits_collection_is_read_or_refused() -> None:
    files = sorted(Path(GAMES).rglob("*.efg")) if GAMES else []
    if not files:
        pytest.skip("GAMBIT_GAMES does not name a folder with Gambit's .efg files")
    for path in files:
        game = read_efg(path)
        assert parse_efg(efg_text(game)) == game
        tree_picture(game)
        error = complaint(lambda game=game: structure_of(game))
        assert error is None or (error.place is not None and "imperfect recall" in error.found)
