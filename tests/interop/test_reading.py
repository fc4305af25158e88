"""Files that do not keep to their format: read rightly, with a note that says how, or refused."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from offramp.apps.cli import main
from offramp.core.errors import OfframpError, ScenarioError
from offramp.core.numbers import told_apart
from offramp.game import build
from offramp.interop import ExtensiveGame, FormatError, solve_tree, structure_of, tables_of
from offramp.interop.formats.efg import efg_text, parse_efg, read_efg
from offramp.interop.formats.nfg import nfg_text, parse_nfg, read_nfg
from offramp.presentation.charts.game_tree import tree_picture
from offramp.scenario import read, understand

from .games import run
from .quirks import (
    ENCODINGS,
    plain_text,
    quirky_text,
    sample,
    strategic_sample,
    strategic_text,
    worth_of,
)

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "public"
HEAD = 'EFG 2 R "" { "A" "B" } ""\n'


def pennies(*numbers: int) -> str:
    """Matching pennies, its four ends with outcomes of these numbers."""
    one, two, three, four = numbers
    return HEAD + (
        'p "" 1 1 "" { "h" "t" } 0\n'
        f'p "" 2 1 "" {{ "h" "t" }} 0\nt "" {one} "" {{ 1, -1 }}\nt "" {two} "" {{ -1, 1 }}\n'
        f'p "" 2 1 "" {{ "h" "t" }} 0\nt "" {three} "" {{ -1, 1 }}\nt "" {four} "" {{ 1, -1 }}\n'
    )


def refused(text: str, words: str, *, strategic: bool = False) -> tuple[int, int]:
    """Line and column of the error that has these words."""
    with pytest.raises(FormatError, match=words) as caught:
        (parse_nfg if strategic else parse_efg)(text)
    assert caught.value.place is not None
    assert caught.value.expected
    return caught.value.place.line, caught.value.place.column


@pytest.mark.parametrize("seed", range(150))
def test_quirks_change_no_payoff(seed: int) -> None:
    game = sample(seed)
    found = parse_efg(quirky_text(game, seed + 1))
    assert worth_of(found, game.profile) == game.worth
    assert worth_of(parse_efg(plain_text(game)), game.profile) == game.worth
    again = parse_efg(efg_text(found))
    assert again == found
    assert not [note for note in again.notes if "outcome 0" in note]
    tree_picture(found)


@pytest.mark.parametrize("seed", range(60))
def test_strategic_files_have_the_payoffs_that_were_written(seed: int) -> None:
    sizes, table = strategic_sample(seed)
    game = parse_nfg(strategic_text(sizes, table, seed))
    assert tuple(map(len, game.strategies)) == sizes
    strides = np.cumprod((1, *sizes[:-1]))
    zero = (0,) * len(sizes)
    for cell, pays in table.items():
        outcome = game.cells[int(np.dot(strides, cell))]
        assert (game.outcomes[outcome].payoffs if outcome >= 0 else zero) == pays
    assert not game.notes
    assert parse_nfg(nfg_text(game)) == game


# outcome 0


@pytest.mark.parametrize("numbers", [(0, 1, 2, 3), (1, 0, 2, 3), (3, 2, 1, 0), (7, 5, 3, 0)])
@pytest.mark.parametrize("limit", [False, True])
def test_payoffs_of_an_outcome_0_count(numbers: tuple[int, ...], limit: bool) -> None:
    game = parse_efg(pennies(*numbers))
    solved = solve_tree(game, limit=limit)
    assert np.allclose(np.concatenate(solved.profile), 0.5, atol=1e-9)
    assert np.allclose(solved.payoffs, 0, atol=1e-9)
    assert len(game.notes) == 1
    assert "outcome 0" in game.notes[0]
    assert all(outcome.number for outcome in game.outcomes), "0 is for none"
    assert parse_efg(efg_text(game)).notes == ()


def test_a_toll_of_number_0_counts_on_the_way_and_a_bare_0_pays_nothing() -> None:
    game = parse_efg(
        HEAD + 'p "" 1 1 "" { "go" "stay" } 0\np "" 2 1 "" { "let" "stop" } 0 "toll" { -1/2, 0 }\n'
        't "" 1 "" { 2, 1 }\nt "" 2 "" { 0, 0 }\nt "" 3 "" { 0, 0 }\n'
    )
    pay = tables_of(game).pay[0, structure_of(game).pay_class, 0].tolist()
    assert pay == [0, 0, -0.5, -0.5]


def test_an_outcome_0_of_two_meanings_is_refused() -> None:
    tree = HEAD + 'p "" 1 1 "" { "x" "y" "z" } 0\n'
    assert refused(tree + 't "" 0 "a" { 1, 2 }\nt "" 0\nt "" 0\n', "without payoffs") == (4, 6)
    assert refused(tree + 't "" 0 "b"\nt "" 0\nt "" 0 "a" { 1, 2 }\n', "in line 5") == (3, 6)
    assert refused(tree + 't "" 0 "a" { 1, 2 }\nt "" 0 "b" { 2, 1 }\nt "" 0', "other payoffs") == (
        4,
        6,
    )
    for same in ('t "" 0\nt "" 0 "b"\nt "" 0\n', 't "" 0 "" { 0, 0 }\nt "" 0\nt "" 0\n'):
        game = parse_efg(tree + same)
        assert game.notes == ()
        assert not tables_of(game).end_pay.any()


def test_strategic_outcomes_that_seem_to_be_counted_from_0_are_said() -> None:
    head = 'NFG 1 R "" { "A" "B" } { 2 2 } ""\n{ { "a" 1, 2 } { "b" 3, 4 } { "c" 5, 6 } }\n'
    assert "counts outcomes from 1" in parse_nfg(head + "0 1 2 1").notes[0]
    assert "outcome 3" in parse_nfg(head + "2 1 0 0").tree.notes[0]
    assert parse_nfg(head + "0 1 2 3").notes == ()
    assert parse_nfg(head + "1 1 2 2").notes == ()
    assert refused(head + "1 2 3 4", "'4'", strategic=True) == (3, 7)


# players


@pytest.mark.parametrize(
    "text",
    [
        'EFG 2 R "Nobody" { } "" t "" 0',
        'EFG 2 R "Nobody" {}\nc "" 1 "" { "x" 1 } 0 t "" 0',
        'EFG 2 D "Nobody" {\n}\nt "" 1 "" { }',
    ],
)
def test_a_tree_without_players_is_refused(text: str) -> None:
    assert refused(text, "without players") == (1, 18)


@pytest.mark.parametrize("rest", ["{ } 0", '{ } "" { } 0', "{ 1 } 0"])
def test_a_strategic_game_without_players_is_refused(rest: str) -> None:
    assert refused('NFG 1 R "" { } ' + rest, "without players", strategic=True) == (1, 12)


@pytest.mark.parametrize("limit", [False, True])
@pytest.mark.parametrize(
    ("tree", "worth"),
    [
        ('t "" 1 "" { 3, 4 }', (3, 4)),
        ('t "" 0', (0, 0)),
        ('c "" 1 "" { "x" 1/4 "y" 3/4 } 0 t "" 1 "" { 4, 8 } t "" 0', (1, 2)),
    ],
)
def test_a_game_in_which_nobody_moves_is_solved(
    tree: str, worth: tuple[int, int], limit: bool
) -> None:
    solved = solve_tree(parse_efg(HEAD + tree), limit=limit)
    assert solved.solved
    assert solved.payoffs == worth


# the order of moves


def listed_again(first: str, again: str) -> str:
    """A set of two nodes: at the first `a` pays 1, at the second what is named there does."""
    return HEAD + (
        f'c "" 1 "" {{ "u" 1/2 "v" 1/2 }} 0\np "" 1 1 "" {{ {first} }} 0\nt "" 1 "" {{ 1, 0 }}\n'
        f't "" 0\np "" 1 1 "" {{ {again} }} 0\nt "" 0\nt "" 1\n'
    )


def test_moves_in_another_order_are_matched_by_name() -> None:
    game = parse_efg(listed_again('"a" "b"', '"b" "a"'))
    assert len(game.notes) == 1
    assert ":6:8: actions that stand in another order" in game.notes[0]
    (press,) = solve_tree(game, 2.0).profile
    assert press[0] == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-12)
    plain = parse_efg(listed_again('"a" "b"', '"a" "b"'))
    assert solve_tree(plain, 2.0).profile[0][0] == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize(
    ("again", "odds"), [('"y" 2/3 "x" 1/3', (1 / 3, 2 / 3)), ('"x" 1/3 "y" 2/3', (1 / 3, 2 / 3))]
)
def test_moves_of_chance_in_another_order(again: str, odds: tuple[float, float]) -> None:
    game = parse_efg(
        HEAD + 'p "" 1 1 "" { "l" "r" } 0\nc "" 1 "" { "x" 1/3 "y" 2/3 } 0\nt "" 1 "" { 3, 0 }\n'
        f't "" 0\nc "" 1 "" {{ {again} }} 0\nt "" 1\nt "" 0\n'
    )
    first = again.startswith('"x"')
    worth = solve_tree(game).payoffs
    chance = solve_tree(game).profile[0]
    right = 3 * odds[0] if first else 3 * odds[1]
    assert worth[0] == pytest.approx(chance[0] * 3 * odds[0] + chance[1] * right)
    assert bool(game.notes) != first


@pytest.mark.parametrize(
    ("first", "again"),
    [('"a" "b"', '"a" "c"'), ('"a" "b"', '"b" "b"'), ('"a" "b"', '"b" ""'), ('"" "b"', '"b" "c"')],
)
def test_moves_with_other_names_are_refused(first: str, again: str) -> None:
    assert refused(listed_again(first, again), "here and .* before") == (6, 8)


def test_repeated_names_are_matched_by_place_only() -> None:
    ends = 't "" 0\n' * 3
    text = HEAD + (
        'c "" 1 "" { "u" 1/2 "v" 1/2 } 0\np "" 1 1 "" { "a" "a" "b" } 0\n'
        + ends
        + 'p "" 1 1 "" { AGAIN } 0\n'
        + ends
    )
    assert parse_efg(text.replace("AGAIN", '"a" "a" "b"')).notes == ()
    assert refused(text.replace("AGAIN", '"b" "a" "a"'), "actions 'b', 'a', 'a' here") == (7, 8)


def test_names_that_are_missing_are_those_of_their_place() -> None:
    game = parse_efg(listed_again('"" "b"', '"a" ""'))
    assert game.notes == ()
    assert [one.actions for one in game.infosets if one.player == 0] == [("a", "b")]
    assert parse_efg(efg_text(game)) == game
    blank = listed_again('"" ""', '"b" "a"') + "EFG"
    assert parse_efg(blank).infosets[-1].actions == ("b", "a")


def test_a_set_named_before_its_actions_is_refused() -> None:
    assert refused(HEAD + 'p "" 1 1 0\nt "" 0\n', "'0'") == (2, 10)


# rounded odds


def chance(*odds: str) -> str:
    moves = " ".join(f'"{k}" {p}' for k, p in enumerate(odds))
    return HEAD + f'c "" 1 "" {{ {moves} }} 0\n' + 't "" 0\n' * len(odds)


@pytest.mark.parametrize(
    "odds",
    [
        ("0.33",) * 3,
        ("0.3333",) * 3,
        ("0.14",) * 7,
        (".17",) * 6,
        ("1/3", "1/3", "0.33"),
        ("3.3e-1",) * 3,
        ("0.0123457", "0.987654"),
        ("0.1",) * 9,
        ("0.3333333",) * 3,
    ],
)
def test_rounded_odds_are_divided_by_their_sum_and_said(odds: tuple[str, ...]) -> None:
    game = parse_efg(chance(*odds))
    assert sum(game.infosets[0].odds) == 1
    assert "rounded decimals" in game.notes[0]
    assert len(game.notes) == 1


@pytest.mark.parametrize(
    "odds",
    [
        ("0.5", "0.4"),
        ("0.33", "0.33", "0.43"),
        ("0.33", "0.33", "0.3"),
        ("0.5", "0.25", "0.2"),
        ("1/3", "1/3"),
        ("0.3333", "0.3333", "0.3324"),
        ("0.5", "0.500001"),
        ("1", "0.001"),
        ("0.999", "0"),
    ],
)
def test_a_slip_in_odds_is_refused(odds: tuple[str, ...]) -> None:
    assert refused(chance(*odds), "add up to (?!1[ :]|1$)") == (2, 6)


@pytest.mark.parametrize(
    "odds",
    [
        ("0.33", "0.33", "0.34"),
        ("1/3", "2/3"),
        ("1", "0"),
        ("0.1", "0.2", "0.7000000000000001"),
        ("0.50", "0.5"),
    ],
)
def test_odds_that_add_up_are_taken_as_they_are(odds: tuple[str, ...]) -> None:
    assert parse_efg(chance(*odds)).notes == ()


def test_odds_beyond_1_are_refused() -> None:
    assert refused(chance("33", "67"), "above 1") == (2, 6)
    assert refused(chance("9" * 390, "1"), "above 1") == (2, 6)


# what stands after the game


@pytest.mark.parametrize(
    "rest",
    [
        "</game>",
        "\x1a",
        "\x1a\x1a\x00",
        '# made "by hand',
        "{ 1, 2 }",
        "// end",
        'EFG 2 R "u" { "A" }',
    ],
)
def test_what_stands_after_the_tree_is_said(rest: str) -> None:
    for text in (HEAD + 't "" 1 "" { 1, 2 }\n' + rest, HEAD + 't "" 1 "" { 1, 2 }' + rest):
        game = parse_efg(text)
        assert tables_of(game).end_pay.tolist() == [[[1, 2]]]
        assert len(game.notes) == 1
        assert "after the end of the tree" in game.notes[0]
    assert ("another game" in parse_efg(HEAD + 't "" 0\n' + rest).notes[0]) == ("EFG" in rest)


@pytest.mark.parametrize("rest", ["</game>", "\x1a", 'NFG 1 R "u" { "A" } { 1 } 3', '"'])
def test_what_stands_after_a_strategic_game_is_said(rest: str) -> None:
    game = parse_nfg('NFG 1 R "" { "A" "B" } { 1 1 } 1 2\n' + rest)
    assert "after the end of the game" in game.notes[0]
    assert game.tree.notes == game.notes


def test_marks_of_the_end_inside_a_tree_are_refused() -> None:
    assert refused(HEAD + 'p "" 1 1 "" { "x" } 0\n\x1at "" 0\n', "U.001A") == (3, 1)


def test_nodes_and_numbers_too_many_are_no_leftovers() -> None:
    assert refused(HEAD + 't "" 0\np "" 1 1 "" { "x" } 0\nt "" 0\n', "'p'") == (3, 1)
    many = 'NFG 1 R "" { "A" "B" } { 1 1 } 1 2\n3'
    assert refused(many, "'3'", strategic=True) == (2, 1)


# versions and letters


@pytest.mark.parametrize(
    ("head", "repair"),
    [('EFG 1 R "" { "A" "B" } ""\n', "write 2"), ('EFG 3 D "" { "A" "B" }\n', "write 2")],
)
def test_the_repair_of_another_version_works(head: str, repair: str) -> None:
    rest = 'p "" 1 1 "" { "x" "y" } 0\nt "" 1 "" { 1, 0 }\nt "" 0\n'
    with pytest.raises(FormatError, match="version") as caught:
        parse_efg(head + rest)
    assert caught.value.repair.startswith(repair)
    assert "Gambit" not in caught.value.repair, "Gambit opens no other version either"
    place = caught.value.place
    assert place is not None
    at = place.column - 1
    assert len(parse_efg(head[:at] + "2" + head[at + 1 :] + rest).nodes) == 3


@pytest.mark.parametrize("encoding", range(len(ENCODINGS)))
def test_letters(encoding: int, tmp_path: Path) -> None:
    name, encode = ENCODINGS[encoding]
    title = "“Limited” – cost in €, é"
    for path, read_file, text in (
        (tmp_path / "g.efg", read_efg, f'EFG 2 R "{title}" {{ "A" }} t "" 0'),
        (tmp_path / "g.nfg", read_nfg, f'NFG 1 R "{title}" {{ "A" }} {{ 1 }} 3'),
    ):
        path.write_bytes(encode(text))
        game = read_file(path)
        assert game.title == title
        assert len(game.notes) == (name != "UTF-8")
        assert all(f"read as {name}" in note for note in game.notes)


@pytest.mark.parametrize(
    "raw", [b"\xff\xfeE\x00F", b'EFG 2 R "\x81" { "A" } t "" 0', b"\xfe\xff\xd8\x00\x00E"]
)
def test_letters_that_are_none_are_refused(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "g.efg"
    path.write_bytes(raw)
    with pytest.raises(FormatError, match="is no letter") as caught:
        read_efg(path)
    assert "UTF-8" in caught.value.repair


def test_lines_end_as_on_any_machine() -> None:
    for end in ("\n", "\r\n", "\r"):
        text = (HEAD + 'p "" 1 1 "" { "x" } 0\nt "" y\n').replace("\n", end)
        with pytest.raises(FormatError, match="'y'") as caught:
            parse_efg(text)
        assert caught.value.place is not None
        assert (caught.value.place.line, caught.value.place.column) == (3, 6)


# the commands


def test_notes_are_told_once_on_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "g.efg"
    path.write_bytes((HEAD + 'p "" 1 1 "" { "x" "y" } 0\nt "" 0\nt "" 0\n\x1a').encode("utf-16"))
    run("solve", path)
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("note: ") == 2
    assert out.count("read as UTF-16") == 1
    run("solve", path, "--json")
    out, err = capsys.readouterr()
    assert err == ""
    assert [note.startswith(str(path)) for note in json.loads(out)["notes"]] == [True, True]


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("run", "--nominal"),
        ("sweep", "--draws", "8"),
        ("claims",),
        ("packages",),
        ("offramps", "--outcome", "x", "--at-least", "0.5"),
        ("histories",),
        ("compare",),
        ("sensitivity", "--quantity", "P(x)"),
        ("export", "--to", "x.efg"),
    ],
)
@pytest.mark.parametrize("name", ["g.efg", "G.NFG"])
def test_a_game_given_to_another_command_is_sent_to_solve(
    command: tuple[str, ...], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes('EFG 2 R "é" { "A" } t "" 0'.encode("utf-16"))
    with pytest.raises(SystemExit) as ended:
        main([command[0], str(path), *command[1:]])
    assert ended.value.code == 2
    assert f"offramp solve {path}" in capsys.readouterr().err


def test_games_and_scenarios_under_other_names(tmp_path: Path) -> None:
    path = tmp_path / "game.yaml"
    path.write_text('\nEFG 2 R "" { "A" }\n"" t "" 0')
    with pytest.raises(ScenarioError, match="game in Gambit's format") as caught:
        read(path)
    assert "offramp solve NAME.efg" in caught.value.repair
    with pytest.raises(FormatError) as told:
        parse_efg("offramp: 1\ntitle: A dispute\n")
    assert "offramp run NAME.yaml" in told.value.repair


# digits


@pytest.mark.parametrize(
    ("value", "others", "told"),
    [
        (0.99, (1,), "0.99"),
        (1.0000001, (1,), "1.0000001"),
        (1.0, (1.0,), "1"),
        (1 + 2**-52, (1.0,), "1.0000000000000002"),
        (0.1 + 0.2, (), "0.3"),
        (0.3, (0.1 + 0.2,), "0.29999999999999999"),
        (Fraction(2, 3), (0.666667,), "0.6666667"),
    ],
)
def test_numbers_are_told_apart(value: float, others: tuple[float, ...], told: str) -> None:
    assert told_apart(value, *others) == told


def test_sums_that_miss_1_by_little_show_it() -> None:
    refused(chance("0.500001", "1/2"), "add up to 1.000001")
    refused(chance("1/2", "50000002/100000000"), "add up to 1.00000002")
    scenario = (
        "offramp: 1\ntitle: T\nparties: {a: {precision: 2, patience: 0.9}}\n"
        "round:\n  - name: s\n    by: nature\n"
        "    moves: {x: {odds: 0.5}, y: {odds: 0.50000001, end: e}}\n"
        "outcomes: {e: {kind: stalemate}, f: {kind: stalemate}}\nrounds: 2\nat_end: f\n"
    )
    game = build(understand(read(scenario)))
    with pytest.raises(OfframpError, match=r"add up to 1\.00000001 "):
        game.tables(game.nominal())


# the cases of the public reports


@pytest.mark.skipif(not CASES.exists(), reason="the cases of public reports are not here")
@pytest.mark.parametrize(
    ("name", "precision", "play"),
    [
        ("zero-based-ends.efg", 1.0, [0.5, 0.5, 0.5, 0.5]),
        ("zero-based-costly.efg", 1.0, [0.666673, 0.333327, 0.731059, 0.268941]),
        ("moves-reordered.efg", 2.0, [0.880797, 0.119203]),
        ("rounded-odds.efg", 1.0, [0.5, 0.5]),
        ("trailing-tag.efg", 1.0, [0.548144, 0.451856, 0.731059, 0.268941]),
        ("utf-16.efg", 1.0, [0.548144, 0.451856, 0.731059, 0.268941]),
        ("windows-1252.efg", 1.0, [0.548144, 0.451856, 0.731059, 0.268941]),
    ],
)
def test_cases_of_public_reports(name: str, precision: float, play: list[float]) -> None:
    game: ExtensiveGame = read_efg(CASES / name)
    assert game.notes
    solved = solve_tree(game, precision)
    np.testing.assert_allclose(np.concatenate(solved.profile), play, atol=1e-5)
