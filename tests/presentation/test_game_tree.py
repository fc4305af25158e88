"""Pictures of trees: well-formed, with everything on them while small, folded when large."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given, settings

import offramp
from offramp.interop import solve_tree
from offramp.interop.formats.efg import parse_efg
from offramp.interop.trees import ExtensiveGame
from offramp.presentation.charts.game_tree import LEGIBLE, tree_picture
from tests.interop.games import POKER, trees

SVG = "{http://www.w3.org/2000/svg}"


def words_of(picture: str) -> list[str]:
    root = ElementTree.fromstring(picture)
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def test_a_small_tree_shows_everything() -> None:
    picture = tree_picture(parse_efg(POKER))
    words = words_of(picture)
    assert words.count("Raise") == 2
    assert "Red 1/2" in words
    assert "2, −2 Win Big" in words
    assert {"Fred", "Alice"} <= set(words)
    assert picture.count('stroke-dasharray="5 4"') == 1, "one set has two nodes"
    assert "more node" not in picture


def test_play_stands_at_the_moves() -> None:
    solved = solve_tree(parse_efg(POKER), 2)
    words = words_of(offramp.figure(solved))
    assert "Raise 0.803" in words
    assert "Meet 0.702" in words


@settings(max_examples=40)
@given(trees())
def test_any_tree_gives_a_picture_that_browsers_read(game: ExtensiveGame) -> None:
    for most in (4, LEGIBLE):
        picture = tree_picture(game, most=most)
        root = ElementTree.fromstring(picture)
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        for text in root.iter(f"{SVG}text"):
            assert 0 <= float(text.attrib["x"]) <= width
            assert 0 <= float(text.attrib["y"]) <= height


def test_a_large_tree_is_folded() -> None:
    chance = " ".join(f'"{k}" 1/40' for k in range(40))
    wide = parse_efg(
        f'EFG 2 R "" {{ "A" }} c "" 1 "" {{ {chance} }} 0 '
        + " ".join(f'p "" 1 {k} "" {{ "x" "y" }} 0 t "" 0 t "" 0' for k in range(1, 41))
    )
    words = words_of(tree_picture(wide))
    assert "… and 16 more moves" in words
    assert "2 more nodes" in words
    assert words.count("x") >= 10
