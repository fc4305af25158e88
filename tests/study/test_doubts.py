"""Slips of meaning: each is found with its code and place, and the library has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from offramp.scenario import read
from offramp.scenario.every_error import all_errors
from offramp.scenario.shelf import library_files
from offramp.study import find_doubts, mechanism_effects
from tests.test_docs import PAGES, blocks_of

SOUND = """offramp: 1
title: A text without slips
sources:
  memo: {title: A memo, date: "2020"}
parties:
  north: {precision: 4, patience: 0.9}
  south: {precision: 4, patience: 0.9}
parameters:
  cost: {each: {north: 0.1, south: 0.2}, source: memo}
  gain: {value: 0.3, range: "uniform(0, 1)"}
  tired: {value: 0.1, range: "uniform(0, 0.2)"}
switches:
  ally: {options: [absent, there], value: absent, range: "choice(absent, there)"}
define: {weary: tired * rung}
issues:
  land:
    options: [kept, shared]
    weight: {north: 1, south: 1}
    worth: {north: [1, 0], south: [0, 1]}
packages:
  share: {land: shared}
state:
  rung: {levels: [calm, tense], start: calm}
  table: {levels: [empty, share], start: empty}
round:
  - name: act
    by: north
    moves:
      wait: {pay: {north: "-cost[north] - weary"}}
      climb: {when: rung == calm, then: {rung: tense}, force: true}
      call: {when: ally == there, end: helped}
      offer: {then: {table: share}}
  - name: answer
    by: south
    moves:
      refuse: {pay: {south: "-cost[south]"}}
      accept: {when: table == share, end: settled}
outcomes:
  settled: {kind: agreement, pay: {north: "worth[north, table]", south: "worth[south, table]"}}
  helped: {kind: war, pay: {north: gain, south: -1}}
rounds: unlimited
claims:
  likely: {says: it is likely, holds_when: "P(settled) > 0.5"}
"""
CLIMB = "climb: {when: rung == calm, then: {rung: tense}, force: true}"
SLIPS: dict[str, tuple[str, str, str, str]] = {
    "a nominal value outside its range": (
        "W101",
        "gain.value",
        "gain: {value: 0.3",
        "gain: {value: 3",
    ),
    "a parameter nobody reads": ("W102", "parameters.gain", "north: gain", "north: 0.3"),
    "a parameter of an unread formula": ("W102", "parameters.tired", " - weary", ""),
    "choices that are near to dice": (
        "W207",
        "north.precision",
        "north: {precision: 4",
        "north: {precision: 0.001",
    ),
    "choices that are near to certain": (
        "W208",
        "south.precision",
        "south: {precision: 4",
        "south: {precision: 4000",
    ),
    "an unread formula": ("W106", "define.weary", " - weary", ""),
    "a parameter that is only set in a claim": (
        "W102",
        "parameters.gain",
        "P(settled) > 0.5",
        "P(settled | set(gain = 1)) > 0.5",
    ),
    "a key of a family nobody reads": (
        "W103",
        "each.south",
        'south: "-cost[south]"',
        'south: "-cost[north]"',
    ),
    "a switch nobody reads": ("W104", "switches.ally", "ally == there", "rung == tense"),
    "a variable that is only set": (
        "W105",
        "state.mood",
        f"{CLIMB}",
        f"{CLIMB}\n      sulk: {{then: {{mood: 1}}}}",
    ),
    "a variable that only reads itself": (
        "W105",
        "state.mood",
        CLIMB,
        f"{CLIMB}\n      sulk: {{then: {{mood: 1 - mood}}}}",
    ),
    "a source nobody cites": ("W107", "sources.memo", ", source: memo", ""),
    "a package that never lies on the table": (
        "W108",
        "packages.keep",
        "  share: {land: shared}",
        "  share: {land: shared}\n  keep: {land: kept}",
    ),
    "a package that leaves an issue out": (
        "W109",
        "packages.share",
        "issues:",
        "issues:\n  aid: {options: [none_given, some], weight: {north: 1}, worth: {north: [0, 1]}}",
    ),
    "an end that no move leads to": ("W201", "outcomes.helped", "end: helped", "force: true"),
    "an end behind a condition that never holds": (
        "W201",
        "outcomes.settled",
        "table == share",
        "table == share and table == empty",
    ),
    "a move that is never offered": (
        "W202",
        "moves.accept",
        "when: table == share,",
        "when: rung > tense,",
    ),
    "a move behind an option that nobody has": (
        "W202",
        "moves.call",
        "ally == there",
        "ally > there",
    ),
    "a step that is never reached": (
        "W203",
        "round.1",
        '      wait: {pay: {north: "-cost[north] - weary"}}\n'
        "      climb: {when: rung == calm, then: {rung: tense}, force: true}\n"
        "      call: {when: ally == there, end: helped}\n"
        "      offer: {then: {table: share}}",
        '      wait: {pay: {north: "-cost[north] - weary"}, end: helped}\n'
        "      call: {when: ally == there, end: helped}",
    ),
    "a party without a step": (
        "W204",
        "parties.west",
        "parties:",
        "parties:\n  west: {precision: 4, patience: 0.9}",
    ),
    "a party with one move only": (
        "W204",
        "parties.south",
        "      accept: {when: table == share, end: settled}\n",
        "",
    ),
    "a party to whom nothing is paid": (
        "W205",
        "parties.south",
        'refuse: {pay: {south: "-cost[south]"}}',
        "refuse: {}",
    ),
    "a party that only delays or uses force": (
        "W206",
        "parties.north",
        "      offer: {then: {table: share}}",
        "      stall: {then: {table: share}}",
    ),
    "a claim about a probability above 1": (
        "W301",
        "claims.likely",
        "P(settled) > 0.5",
        "P(settled) > 1.5",
    ),
    "a claim in per cent": ("W301", "claims.likely", "P(settled) > 0.5", "P(settled) < 50"),
    "a claim that compares a thing with itself": (
        "W301",
        "claims.likely",
        "P(settled) > 0.5",
        "P(settled) >= P(settled)",
    ),
    "a claim that no sum can fail": (
        "W301",
        "claims.likely",
        "P(settled) > 0.5",
        "P(settled) + P(helped) >= 0",
    ),
    "a claim with an impossible half": (
        "W301",
        "claims.likely",
        "P(settled) > 0.5",
        "P(settled) > 0.5 and E(rounds) < 0",
    ),
}


def slipped(name: str) -> str:
    """The sound text with one slip."""
    _, _, old, new = SLIPS[name]
    assert SOUND.count(old) >= 1, name
    text = SOUND.replace(old, new, 1)
    if "mood" in text:
        text = text.replace("state:", "state:\n  mood: {range: [0, 1], start: 0}")
    if "set(gain" in text:
        text = text.replace("north: gain", "north: 0.3")
    if name == "a party to whom nothing is paid":
        text = text.replace(', south: "worth[south, table]"', "").replace(", south: -1", "")
        text = text.replace("cost: {each: {north: 0.1, south: 0.2}", "cost: {each: {north: 0.1}")
    if name == "a party that only delays or uses force":
        text = text.replace("call: {", "call: {force: true, ")
    return text


def test_a_sound_text_raises_no_doubt() -> None:
    assert find_doubts(read(SOUND)) == ()


@pytest.mark.parametrize("name", SLIPS)
def test_every_slip_is_found(name: str) -> None:
    code, at, _, _ = SLIPS[name]
    found = find_doubts(read(slipped(name)))
    own = [one for one in found if one.code == code and at in one.path]
    assert own, [str(one) for one in found]
    assert own[0].repair
    assert own[0].place is not None
    key = at.rpartition(".")[2]
    line = slipped(name).splitlines()[own[0].place.line - 1]
    assert key.isdigit() or key in line or at == "claims.likely"


@pytest.mark.parametrize("name", library_files("scenarios"))
def test_none_is_false_in_the_library(name: str) -> None:
    assert [str(one) for one in find_doubts(read(name))] == []


NOT_YET = {"W113"}
"""What a page's own `offramp evidence FILE --accept` takes away."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_none_is_false_in_the_texts_of_the_docs(page: Path, tmp_path: Path) -> None:
    blocks = [one for one in blocks_of(page.read_text()) if one.note == "file"]
    files = [one.detail for one in blocks if one.detail.endswith(".yaml")]
    for one in blocks:
        (tmp_path / one.detail).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / one.detail).write_text(one.text)
    for name in files:
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
