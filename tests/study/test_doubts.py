"""Slips of meaning: each is found with its code and place, and the library has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from offramp.scenario import read
from offramp.scenario.every_error import all_errors
from offramp.scenario.shelf import library_files
from offramp.study import find_doubts, mechanism_effects
from tests.study.slips import PAGE, SLIPS, SOUND, Slip, found, page, warnings_of
from tests.test_docs import PAGES, blocks_of


def test_a_sound_text_raises_no_doubt() -> None:
    assert warnings_of(SOUND) == ()


@pytest.mark.parametrize("slip", SLIPS, ids=[slip.name for slip in SLIPS])
def test_every_slip_is_found(slip: Slip) -> None:
    told = found(slip)
    assert told is not None, warnings_of(slip.text)
    assert told["repair"]
    key = slip.at.rpartition(".")[2]
    line = slip.text.splitlines()[told["line"] - 1]
    assert key.isdigit() or key in line or key in ("likely", "words")
    assert told["column"] <= len(line)


def test_the_page_of_slips_is_what_is_found() -> None:
    assert len(SLIPS) >= 25
    assert PAGE.read_text("utf-8") == page(), "renew it: python -m tests.study.slips"


@pytest.mark.parametrize("name", library_files("scenarios"))
def test_none_is_false_in_the_library(name: str) -> None:
    assert [str(one) for one in find_doubts(read(name))] == []


NOT_YET = {"W113"}
"""What a page's own `offramp evidence FILE --accept` takes away."""
REFUSED = {"torn.yaml"}
"""Texts that a page shows to be refused, as its own blocks do."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_none_is_false_in_the_texts_of_the_docs(page: Path, tmp_path: Path) -> None:
    blocks = [one for one in blocks_of(page.read_text()) if one.note == "file"]
    files = [one.detail for one in blocks if one.detail.endswith(".yaml")]
    for one in blocks:
        (tmp_path / one.detail).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / one.detail).write_text(one.text)
    for name in sorted({*files} - REFUSED):
        if "\nmechanism:" not in (tmp_path / name).read_text():
            found = find_doubts(read(tmp_path / name))
            assert [str(one) for one in found if one.code not in NOT_YET] == []


PRESSING = """offramp: 1
mechanism: pressing
about: Somebody presses; what that weighs is for the scenario to say.
with:
  presser: {kind: party, about: who presses}
parameters:
  weight: {value: 0.4, range: "uniform(0.1, 0.8)", note: what it weighs}
state:
  pressed: {range: [0, 1], start: 0, scope: round}
gives:
  weight:
    about: what refusing costs while somebody presses
    line: "pay: {PARTY: -weight * pressed}"
steps:
  - {name: press, by: presser, moves: {leave: {}, press: {then: {pressed: 1}}}}
off: {weight: 0}
expects: {agreement: higher}
"""


def pressed(folder: Path, gives: bool = True, reads: bool = False) -> Path:
    """A scenario that uses the mechanism, and reads what it gives or does not."""
    text = PRESSING
    if not gives:
        head, _, rest = PRESSING.partition("gives:")
        text = head + "steps:" + rest.partition("steps:")[2]
    (folder / "pressing.yaml").write_text(text)
    use = "round:\n  - {use: pressing, as: aid, with: {presser: north}}\n"
    whole = SOUND.replace("round:\n", use, 1)
    if reads:
        whole = whole.replace('"-cost[south]"', '"-cost[south] - aid_weight * aid_pressed"')
    (folder / "whole.yaml").write_text(whole)
    return folder / "whole.yaml"


def test_what_a_mechanism_gives_has_to_be_read(tmp_path: Path) -> None:
    found = find_doubts(read(pressed(tmp_path)))
    first = next(one for one in found if one.code == "W110")
    assert "– pay: {PARTY: -aid_weight * aid_pressed}" in first.repair
    assert "what refusing costs" in first.found
    assert find_doubts(read(pressed(tmp_path, reads=True))) == ()


def test_an_inert_mechanism_is_not_connected_and_has_no_effect(tmp_path: Path) -> None:
    from offramp.game import build
    from offramp.presentation.sections.mechanisms import Effect, effect_sentences

    idle = read(pressed(tmp_path, gives=False))
    assert "W111" in {one.code for one in find_doubts(idle)}
    (effect,) = mechanism_effects(build(idle), None)
    assert not effect.connected
    told = Effect("agreement", "higher", 0.0, float("nan"), 0, False, connected=False)
    assert "not connected" in effect_sentences(told)[0]
    assert "changes nothing" not in effect_sentences(told)[0]
    busy = read(pressed(tmp_path, gives=False, reads=True))
    (effect,) = mechanism_effects(build(busy), None)
    assert effect.connected


WRONG = """offramp: 1
title: Many errors
parties: {north: {precision: 4, patience: 0.9}, south: {precision: 4, patience: nope}}
parameters: {cost: {value: 0.1, range: "unform(0, 1)"}, other: othr + 1}
state: {rung: {levels: [calm, tense], start: calm}}
round:
  - {name: act, by: north, moves: {wait: {pay: {nort: 1}}, stop: {end: ovr, when: rung > clam}}}
outcomes: {over: {kind: agreement, pay: {south: cst}}}
rounds: unlimited
claims: {one: {says: x, holds_when: "P(ovr) > 0.5"}}
"""


def test_all_errors_of_a_text_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG)
    found = [one.found for one in all_errors(str(file))]
    words = ("nope", "unform", "othr", "'nort'", "'ovr' is no outcome", "clam", "cst")
    for word in words:
        assert sum(word in one for one in found) == 1 + (word == words[4])
    assert len(found) == 8


def test_all_errors_of_shape_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(
        SOUND.replace("title:", "titel:", 1).replace("rounds: unlimited", "rounds: many")
    )
    found = all_errors(str(file))
    assert len(found) == 3
    assert [one.place.line for one in found if one.place] == [1, 2, 41]


def test_a_text_that_reads_well_has_no_error(tmp_path: Path) -> None:
    file = tmp_path / "right.yaml"
    file.write_text(SOUND)
    assert all_errors(str(file)) == ()
    file.write_text("offramp: 1\n  title: [")
    assert len(all_errors(str(file))) == 1
