"""Direction characters: which are left open, and isolates around whatever could turn the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offramp.core.directions import Isolation, isolated, left_open

CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
mixed = st.text(st.sampled_from("ab 7%\nאבحر٣" + CONTROLS), max_size=24)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("plain", None),
        ("הפסקת אש", None),
        ("a \u200f b \u200e c \u061c d", None),
        ("a \u202eb", 2),
        ("a \u202eb\u202c c", None),
        ("a \u2067b\u202a c\u202c\u2069", None),
        ("a\u202c", 1),
        ("a \u2067b\u202c", 4),
        ("a \u2067b \u202ac\u2069", 5),
        ("\u2067one\ntwo\u2069", 0),
        ("one\n\u2066two\u2069\nthree\u2069", 15),
    ],
)
def test_the_first_character_without_a_partner_is_found(text: str, place: int | None) -> None:
    assert left_open(text) == place


def test_a_text_that_turns_nothing_stays_as_it_is() -> None:
    for text in ("A ceasefire, 97 %", "Перемирие — 97 %", "停火 97 %", "naïve\u00a0café"):
        assert isolated(text) is text
        assert Isolation([text])(text) is text


def test_known_texts_are_marked_whole_and_others_run_by_run() -> None:
    say = Isolation(["הפסקת אש 2026", "הפסקת אש"])
    assert say("ends in הפסקת אש 97 %.") == "ends in \u2068הפסקת אש\u2069 97 %."
    assert (
        say("ends in הפסקת\n  אש 2026 3 %")
        == "ends in \u2068הפסקת\u2069\n  \u2068אש 2026\u2069 3 %"
    )
    assert Isolation()("הפסקת אש 2026, 97 %") == "\u2068הפסקת אש\u2069 2026, 97 %"


def test_the_case_of_a_mixed_text_does_not_hide_it() -> None:
    assert Isolation(["UN א1ב plan"])("Un א1ב PLAN 4 %") == "\u2068Un א1ב PLAN\u2069 4 %"


def test_what_a_cut_left_open_is_taken_out() -> None:
    assert isolated("a \u202eb") == "\u2068a b\u2069"
    assert Isolation()("cut \u202elabel … 97 %") == "cut label … 97 %"


@given(mixed, mixed)
def test_nothing_said_of_texts_is_left_open(one: str, two: str) -> None:
    said = Isolation([one])(f"{one} 97 %, {two} 3 %")
    assert left_open(said) is None
    assert "".join(c for c in said if c not in CONTROLS) == "".join(
        c for c in f"{one} 97 %, {two} 3 %" if c not in CONTROLS
    )
