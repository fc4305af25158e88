"""Switches, definitions, weights and what accounts say of the rules: read, refused, written out."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

import offramp
from offramp.core.errors import GameError, OfframpError, ScenarioError
from offramp.game import build, draw, nominal_draw
from offramp.scenario import (
    off_values,
    parse_query,
    read,
    scenario_text,
    understand,
    with_account,
    with_values,
)
from offramp.scenario.json_schema import language_schema
from offramp.scenario.standing import standing_of
from offramp.scenario.yaml_text import parse_yaml

TEXT = """offramp: 1
title: A crossing
sources: {memo: {title: A memo}}
parties: {east: {precision: 4, patience: 0.9}, west: {precision: 4, patience: 0.9}}
parameters:
  cost: 0.1
  fear: {value: 0.3, range: "uniform(0.1, 0.5)"}
  toll: {each: {absent: 0, present: 0.2}}
switches:
  draft:
    options: [absent, present]
    value: absent
    range: "choice(absent, present)"
    weights: {present: 3}
  word: {options: [soft, firm], value: soft, source: memo}
define: {strain: "cost * (1 + sent)", busy: sent == out, both: "strain + toll[draft]"}
state:
  sent: {levels: [home, out], start: "if(word == firm, 1, 0)"}
round:
  - name: act
    by: east
    moves:
      wait: {pay: {east: -both}}
      send: {when: not busy, then: {sent: out}, weight: 0.5}
  - name: answer
    by: west
    moves:
      refuse: {pay: {west: -strain}}
      accept: {when: draft == present or busy, end: done}
      leave: {end: over}
outcomes: {done: {kind: agreement, pay: {east: 1, west: 0.3}}, over: {kind: stalemate}}
rounds: unlimited
"""
MORE = """accounts:
  one: {switches: {draft: present}, asserts: [draft, fear], parameters: {fear: 0.2, cost: 0.2}}
  two: {start: {sent: out}, bar: [east.act = send]}
levers: {publish: {switch: draft, to: present, held_by: west, effort: 2}}
claims: {it: {says: So., holds_when: "P(done | set(draft = present), start(sent = out)) > 0.1"}}
"""


def test_a_text_with_all_the_words_reads_and_reads_again() -> None:
    scenario = read(TEXT + MORE)
    jsonschema.validate(parse_yaml(TEXT + MORE, "text").plain(), language_schema())
    assert read(scenario_text(scenario)) == scenario
    meaning = understand(scenario)
    assert meaning.structural == ("draft", "word", "start sent", "bar act.send")
    assert [one.options for one in meaning.assumptions[-4:-2]] == [
        ("absent", "present"),
        ("soft", "firm"),
    ]


@pytest.mark.parametrize(
    ("was", "now", "found", "place"),
    [
        ("value: absent", "value: abscent", "no option of 'draft'", "value: abscent"),
        ("choice(absent, present)", "choice(absent, presnt)", "no option", '"choice('),
        ("choice(absent, present)", "uniform(0, 1)", "no range of a switch", '"uniform('),
        ("choice(absent, present)", "choice(absent, absent)", "stands twice", '"choice('),
        ("weights: {present: 3}", "weights: {presnt: 3}", "is not in the range", "presnt"),
        ("weights: {present: 3}", "weights: {present: 0}", "expected", "0}"),
        ("options: [soft, firm]", "options: [soft, soft]", "stands twice", "soft]"),
        ("options: [soft, firm]", "options: [firm, soft]", "", ""),
        ("options: [soft, firm]", "options: [out, firm]", "stands at position", "out, firm"),
        (
            "word: {options",
            "cost: {options",
            "is a switch here and a parameter already",
            "cost: {opt",
        ),
        ("if(word == firm, 1, 0)", "if(word == firm, 7, 0)", "", ""),
        ("if(word == firm, 1, 0)", "if(wrod == firm, 1, 0)", "number or level", "if(wrod"),
        ("when: draft == present", "when: drft == present", "unknown name 'drft'", "drft"),
        ("when: not busy", "when: strain > 0", "reads the parameter 'cost'", "strain > 0"),
        ("busy: sent == out", "busy: sent == out and strain", "reads the parameter 'cost'", "busy"),
        ('strain: "cost', 'strain: "both + cost', "is defined by itself", "both"),
        ("weight: 0.5", "weight: draft", "", ""),
        ("start: {sent: out}", "start: {snet: out}", "no variable of the state", "snet"),
        (
            "bar: [east.act = send]",
            "bar: [east.act = sned]",
            "has no move 'sned'",
            "east.act = sned",
        ),
        ("bar: [east.act = send]", "bar: [east.send]", "names no move", "east.send"),
        ("bar: [east.act = send]", "bar: [west.act = send]", "no step of 'west'", "west.act"),
        ("switches: {draft: present}", "switches: {drat: present}", "no switch", "drat"),
        ("switches: {draft: present}", "switches: {draft: presnt}", "no option", "presnt"),
        ("asserts: [draft, fear]", "asserts: [draft, feer]", "no mechanism, switch or", "feer"),
        ("asserts: [draft, fear]", "denies: [draft]", "no mechanism of this scenario", "draft]"),
        ("to: present", "to: absent", "at 'absent' already", "absent"),
        ("to: present", "to: presnt", "no option", "presnt"),
        ("to: present, ", "", "'to' is missing", "publish"),
        (
            "switch: draft, to: present",
            "switch: draft, parameter: cost, to: present",
            "both a",
            "publish",
        ),
        ("effort: 2", "effort: {cost: 2, per: 1}", "cost and per beside a switch", "{cost"),
        ("set(draft = present)", "set(draft = presnt)", "no option of 'draft'", "presnt"),
        ("start(sent = out)", "start(snet = out)", "'snet' is no variable", "snet"),
        ("start(sent = out)", "start(sent = far)", "unknown name 'far'", "far"),
        ("start(sent = out)", "start(sent = 3)", "no value of 'sent'", "3)"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(was: str, now: str, found: str, place: str) -> None:
    text = (TEXT + MORE).replace(was, now, 1)
    assert text != TEXT + MORE
    if not found:
        read(text)
        return
    with pytest.raises(OfframpError) as error:
        read(text)
    told = str(error.value)
    assert found in told
    assert error.value.place is not None
    line, column = text.splitlines()[error.value.place.line - 1], error.value.place.column - 1
    assert place[:4] in line[max(0, column - 12) : column + 40], (told, line[column:])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("E(rounds | given sent == out)", "a condition stands behind"),
        ("P(ever sent == out by 2 | given sent == out)", "'by' or a condition"),
        ("P(done | surprise(east.act = send, once))", "a surprise comes once"),
        ("P(done | after(east.act = sned))", "has no move 'sned'"),
        ("P(done | given)", "a predicate is missing"),
        ("P(reach east.act)", "assigns nothing"),
        ("E(times east.act = sned)", "has no move 'sned'"),
    ],
)
def test_a_quantity_that_cannot_be_says_so(query: str, found: str) -> None:
    with pytest.raises(ScenarioError, match=found.replace("(", r"\(")):
        parse_query(query, understand(read(TEXT)))


def test_a_draw_s_options_come_behind_its_numbers_and_as_often_as_they_weigh() -> None:
    meaning = understand(read(TEXT))
    many = draw(meaning, 4096, 5)
    options = many.values[:, many.names.index("draft")]
    assert set(options) == {0.0, 1.0}
    assert options.mean() == pytest.approx(0.75, abs=0.01)
    assert (many.values[:, many.names.index("word")] == 0).all()


def test_too_many_combinations_are_refused_with_what_to_fix() -> None:
    seven = "\n".join(
        f"  s{i}: {{options: [a{i}, b{i}], value: a{i}, range: 'choice(a{i}, b{i})'}}"
        for i in range(7)
    )
    text = TEXT.replace("switches:\n", f"switches:\n{seven}\n")
    with pytest.raises(GameError, match="combinations") as error:
        draw(understand(read(text)), 8, 1)
    assert "take the range of" in error.value.repair


def test_an_account_that_bars_the_only_move_of_a_state_is_told_so() -> None:
    text = TEXT + "accounts: {gone: {bar: [east.act = wait]}}\n"
    told = understand(with_account(read(text), "gone"))
    with pytest.raises(GameError, match="which the account bars"):
        build(told)


def test_a_start_outside_its_range_names_the_combination() -> None:
    text = TEXT.replace("if(word == firm, 1, 0)", "if(word == firm, 7, 0)")
    with pytest.raises(OfframpError, match="starts at 7"):
        build(understand(with_values(read(text), {"word": "firm"})))


def test_what_accounts_say_stands_in_their_tellings() -> None:
    scenario = read(TEXT + MORE)
    one, two = (understand(with_account(scenario, name)) for name in ("one", "two"))
    value = dict(zip(nominal_draw(one).names, nominal_draw(one).values[0], strict=True))
    assert (value["draft"], value["cost"], value["start sent"], value["bar act.send"]) == (
        1,
        0.2,
        0,
        0,
    )
    there = dict(zip(nominal_draw(two).names, nominal_draw(two).values[0], strict=True))
    assert (there["draft"], there["start sent"], there["bar act.send"]) == (0, 1, 1)
    standing = {name: standing_of(scenario, "one", name) for name in value}
    assert standing["draft"] == standing["fear"] == "stated"
    assert standing["cost"] == "analyst"
    assert standing["start sent"] == standing["toll[absent]"] == "silent"
    assert standing_of(scenario, "two", "start sent") == "stated"
    assert standing_of(scenario, "two", "bar act.send") == "stated"


MECHANISM = """offramp: 1
mechanism: watchers
about: Watchers see what is done. Holds if they are there.
with: {north: {kind: party}}
parameters: {price: 0.1}
switches: {sent: {options: [away, near], value: near, range: "choice(away, near)"}}
define: {sight: "price * (sent == near)"}
state: {seen: {levels: [unseen_yet, seen_now], start: unseen_yet}}
steps:
  - name: look
    by: north
    moves:
      skip: {weight: 2}
      look: {when: sent == near, then: {seen: seen_now}, pay: {north: -sight}}
off: {sent: away, price: 0}
"""
USING = """offramp: 1
title: Watched
parties: {east: {precision: 4, patience: 0.9}}
round:
  - {use: watchers, as: eyes, with: {north: east%s}}
  - {name: go, by: east, moves: {stay: {}, leave: {end: over}}}
outcomes: {over: {kind: stalemate}}
rounds: unlimited
accounts: {blind: {denies: [eyes]}}
"""


def test_a_mechanism_brings_switches_and_definitions_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "watchers.yaml").write_text(MECHANISM)
    (tmp_path / "watched.yaml").write_text(USING % "")
    scenario = read(tmp_path / "watched.yaml")
    assert list(scenario.switches) == ["eyes_sent"]
    assert scenario.define == {"eyes_sight": "eyes_price * (eyes_sent == near)"}
    assert scenario.mechanisms["eyes"].switches == ("eyes_sent",)
    assert scenario.mechanisms["eyes"].off == {"eyes_sent": "away", "eyes_price": 0}
    assert off_values(understand(scenario), "eyes") == {"eyes_sent": 0.0, "eyes_price": 0.0}
    told = with_account(scenario, "blind")
    assert told.switches["eyes_sent"].value == "away"
    assert told.switches["eyes_sent"].range is None
    assert read(scenario_text(scenario)) == scenario
    (tmp_path / "fixed.yaml").write_text(USING % ", sent: away")
    assert read(tmp_path / "fixed.yaml").switches["eyes_sent"].range is None


def test_a_weight_below_nothing_is_refused_with_its_draw() -> None:
    text = TEXT.replace("weight: 0.5", "weight: fear - 0.2")
    game = build(understand(read(text)))
    draws = game.draws(16, 1)
    rows, own = game.parts(draws)[0]
    with pytest.raises(GameError, match="the weight of 'send' is"):
        own.tables(draws.rows(rows))


def test_nature_has_no_weights() -> None:
    text = TEXT.replace(
        "  - name: answer",
        "  - {name: luck, by: nature, moves: {x: {odds: 1, weight: 2}}}\n  - name: answer",
    )
    with pytest.raises(ScenarioError, match="nature's move 'x' has a weight"):
        offramp.read(text)
