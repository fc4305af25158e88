"""Strategic games: both versions of the format, as trees, and trees as strategic games."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offramp.interop import (
    FormatError,
    StrategicGame,
    strategic_form,
    structure_of,
    tables_of,
    write_game,
)
from offramp.interop.formats.efg import parse_efg
from offramp.interop.formats.nfg import nfg_text, parse_nfg, read_nfg
from offramp.interop.trees import NONE, Outcome

from .games import FORGETFUL, POKER, complaint, labels, numbers

LISTED = 'NFG 1 R "Sexes" { "A" "B" } { 2 2 }\n\n3 2 0 0 0 0 2 3\n'
NAMED = """NFG 1 R "Sexes" { "A" "B" }
{ { "1" "2" }
{ "1" "2" }
}
"comment"
{
{ "both opera" 3, 2 }
{ "both ball" 2, 3 }
}
1 0 0 2
"""


@st.composite
def games(draw: st.DrawFn) -> StrategicGame:
    players = draw(st.lists(labels, min_size=1, max_size=3))
    strategies = tuple(tuple(draw(st.lists(labels, min_size=1, max_size=3))) for _ in players)
    cells = prod(map(len, strategies))
    listed = draw(st.booleans())
    count = cells if listed else draw(st.integers(0, 4))
    outcomes = tuple(
        Outcome(k + 1, "" if listed else draw(labels), tuple(draw(numbers) for _ in players))
        for k in range(count)
    )
    chosen = range(cells) if listed else [draw(st.integers(NONE, count - 1)) for _ in range(cells)]
    return StrategicGame(
        draw(labels), tuple(players), strategies, outcomes, tuple(chosen), draw(labels), listed
    )


def test_both_versions_are_the_same_game() -> None:
    listed, named = parse_nfg(LISTED), parse_nfg(NAMED)
    assert listed.listed
    assert not named.listed
    assert listed.strategies == named.strategies == (("1", "2"), ("1", "2"))
    for game in (listed, named):
        tree = game.tree
        assert structure_of(tree).infoset.tolist() == [-1, 0, 0]
        ends = tables_of(tree).end_pay[0].tolist()
        assert ends == [[3, 2], [0, 0], [0, 0], [2, 3]]


def test_the_first_players_strategy_changes_fastest() -> None:
    game = parse_nfg('NFG 1 D "" { "A" "B" } { 3 2 } 0 0 1 0 2 0 3 0 4 0 5 0')
    ends = tables_of(game.tree).end_pay[0, :, 0].tolist()
    assert ends == [0, 3, 1, 4, 2, 5], "the tree has the first player's strategy change slowest"


@given(games())
def test_writing_and_reading_is_the_identity(game: StrategicGame) -> None:
    assert parse_nfg(nfg_text(game)) == game


@given(games())
def test_the_tree_of_a_strategic_game_has_its_strategic_form(game: StrategicGame) -> None:
    again = strategic_form(game.tree)
    nothing = (Fraction(0),) * len(game.players)
    pays = [nothing if c == NONE else game.outcomes[c].payoffs for c in game.cells]
    assert [again.outcomes[c].payoffs for c in again.cells] == pays


def test_reduced_strategies_of_a_tree() -> None:
    form = strategic_form(parse_efg(POKER))
    assert form.strategies == (("11", "12", "21", "22"), ("1", "2"))
    worth = {
        names: form.outcomes[cell].payoffs[0]
        for names, cell in zip(
            ((a, b) for b, a in product(form.strategies[1], form.strategies[0])),
            form.cells,
            strict=True,
        )
    }
    assert worth["12", "1"] == Fraction(1, 2)
    assert worth["11", "1"] == 0
    assert worth["22", "2"] == 0


def test_forgetful_and_large_trees_have_no_strategic_form() -> None:
    with pytest.raises(FormatError, match="imperfect recall"):
        strategic_form(parse_efg(FORGETFUL))
    sets = " ".join(f'p "" 1 {k} "" {{ "x" "y" }} 0 t "" 0' for k in range(1, 18))
    chance = " ".join(f'"{k}" 1/17' for k in range(17))
    wide = parse_efg(
        f'EFG 2 R "" {{ "A" }} c "" 1 "" {{ {chance} }} 0 '
        + sets.replace('t "" 0', 't "" 0 t "" 0')
    )
    with pytest.raises(FormatError, match="combinations"):
        strategic_form(wide)


def test_files(tmp_path) -> None:
    game = parse_nfg(NAMED)
    assert read_nfg(write_game(game, tmp_path / "sexes.nfg")) == game


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("EFG 2 R", (1, 1), "'EFG'"),
        (LISTED.replace("NFG 1", "NFG 2"), (1, 5), "version '2'"),
        (LISTED.replace("{ 2 2 }", "{ 2 }"), (1, 29), "strategies of 1 players"),
        (LISTED.replace("{ 2 2 }", "{ 2 0 }"), (1, 29), "player 2 has no strategy"),
        (LISTED.replace("{ 2 2 }", "{ 9999 9999 }"), (1, 29), "combinations"),
        (LISTED.replace("2 3\n", "2\n"), (4, 1), "the end of the file"),
        (LISTED.replace("2 3\n", "2 3 4\n"), (3, 17), "'4'"),
        (NAMED.replace("3, 2", "3"), (7, 1), "1 payoffs for 2 players"),
        (NAMED.replace("1 0 0 2", "1 0 0 3"), (10, 7), "'3'"),
    ],
)
def test_errors_say_where(text: str, where: tuple[int, int], words: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_nfg(text, "game.nfg")
    place = caught.value.place
    assert place is not None
    assert words in caught.value.found
    assert (place.line, place.column) == where


@given(st.integers(0, len(NAMED) - 1), st.text(max_size=3), st.integers(0, 3))
def test_a_spoilt_file_is_an_error_not_a_crash(at: int, put: str, taken: int) -> None:
    error = complaint(lambda: parse_nfg(NAMED[:at] + put + NAMED[at + taken :]))
    assert error is None or error.place is not None
