"""The editor: every error and warning at its place, repairs that mend, words that could stand."""

from __future__ import annotations

import pytest

from offramp.scenario.shelf import library_files
from offramp.web.editor.complaints import checked, deeper
from offramp.web.editor.completion import completions
from offramp.web.editor.outline import sections_of
from offramp.web.editor.whereabouts import locate, walk
from tests.web.conftest import Served, Visit

TEXT = library_files("scenarios")["border-standoff"].read_text(encoding="utf-8")
SLIPS = {
    "by: south": "by: sout",
    "rung < strikes": "rungg < strikes",
    "source: invented, note: invented}": "source: ivented, note: invented}",
    "end: settlement": "end: setlement",
    "worth[north, table]": "worth[nort, table]",
}


def broken(*slips: tuple[str, str]) -> str:
    text = TEXT
    for right, wrong in slips:
        assert right in text
        text = text.replace(right, wrong, 1)
    return text


def mended(text: str, most: int = 10) -> str:
    """The text after every first repair that is offered, one after the other."""
    for _ in range(most):
        repairs = [one.repairs[0] for one in checked(text, "x.yaml", None).errors if one.repairs]
        if not repairs:
            break
        one = repairs[0]
        text = text[: one.start] + one.insert + text[one.end :]
    return text


def test_every_error_stands_at_its_place() -> None:
    text = broken(*SLIPS.items())
    found = checked(text, "x.yaml", None).errors
    lines = text.splitlines()
    told = {lines[one.line - 1][one.column - 1 :][: one.length] for one in found}
    assert {"sout", "rungg", "ivented", "setlement", "nort"} <= told
    assert mended(text) == TEXT


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        *SLIPS.items(),
        ("kind: war", "kind: wars"),
        ("precision: 6", "precison: 6"),
        ("options: [stay, leave]", "options: stay"),
        ("rounds: unlimited", "rounds: many"),
        ("    by: south\n", "\tby: south\n"),
        ("patience: 0.95", "patience: 0,95"),
        ("title: A standoff on a border\n", ""),
        ("{kind: war, label", "{label"),
        ("scope: round", "scope: rund"),
    ],
)
def test_one_click_mends(right: str, wrong: str) -> None:
    text = broken((right, wrong))
    before = checked(text, "x.yaml", None).errors
    assert before
    after = checked(mended(text), "x.yaml", None).errors
    assert not {one.found for one in after} & {one.found for one in before}


def test_warnings_stand_beside_errors_but_apart() -> None:
    text = broken(
        ("strike_gain: {value: 0.10", "strike_gain: {value: 0.10, range: 'uniform(0.2, 0.3)'")
    )
    told = checked(text, "x.yaml", None)
    assert not told.errors
    assert [one.code for one in told.warnings] == ["W101"]
    assert told.warnings[0].repairs[0].insert == "0.2"
    assert told.scenario is not None
    assert [one.code for one in deeper(text, "x.yaml", told.scenario)] == ["W101"]


@pytest.mark.parametrize("name", ["border-standoff", "model-trust-mediator", "trilateral-talks"])
def test_a_walk_finds_the_keys_that_a_reader_finds(name: str) -> None:
    from offramp.scenario.yaml_text import Node, parse_yaml

    text = library_files("scenarios")[name].read_text(encoding="utf-8")
    found: list[tuple[str, ...]] = []

    def keys(node: Node, path: tuple[str, ...]) -> None:
        for key, one in node.mapping.items():
            found.append((*path, key))
            keys(one, (*path, key))
        for number, one in enumerate(node.items):
            keys(one, (*path, str(number)))

    keys(parse_yaml(text, "x"), ())
    assert walk(text).seen == found


def words(text: str) -> list[str]:
    """What could stand at the bar in a text."""
    at = text.index("|")
    before = text[:at]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return [one.label for one in completions(text.replace("|", "", 1), line, column, None)]


@pytest.mark.parametrize(
    ("right", "begun", "could"),
    [
        ("by: south", "by: |", ["north", "south", "nature"]),
        ("end: settlement", "end: |", ["settlement", "disaster"]),
        ("kind: war", "kind: |", ["agreement", "ceasefire", "capitulation", "stalemate", "war"]),
        ("source: invented", "source: |", ["invented"]),
        ("pay: {north: -2", "pay: {|: -2", ["north", "south"]),
        ("then: {table: dictate}", "then: {|}", ["rung", "table", "warned"]),
        ("start: empty", "start: |", ["empty", "compromise", "dictate"]),
        ("round:\n", "round:\n  - use: |\n", ["mediator_attention", "spent_threats"]),
        ("rung < strikes", "rung < |", ["rung", "strikes", "cost[north]", "min"]),
        ("precision: 4", "precision: 4, |", ["label", "patience", "about"]),
        ("rounds: unlimited", "rou|", ["round", "rounds", "accounts"]),
    ],
)
def test_words_of_the_language_and_of_the_text(right: str, begun: str, could: list[str]) -> None:
    assert right in TEXT
    found = words(TEXT.replace(right, begun, 1))
    assert set(could) <= set(found)


def test_words_while_the_text_is_no_yaml_yet() -> None:
    assert "south" in words("parties: {north: {}, south: {}}\nround:\n  - {name: a, by: |")
    assert locate("claims:\n  one:\n    holds_when: P(w", 3, 20).path[-1] == "holds_when"


def test_the_outline_of_a_broken_text() -> None:
    told = {one.name: one for one in sections_of(TEXT.replace("parties:", "parties: {", 1))}
    assert "parties" in told
    whole = {one.name: one for one in sections_of(TEXT)}
    assert [name for name, _ in whole["round"].entries] == ["propose", "answer", "act", "fortune"]


def test_sentences_and_doubts_of_a_text_that_is_not_saved(served: Served) -> None:
    asked = {"name": "new.yaml", "text": TEXT}
    told = served.post("/editor/tell", json=asked).json()
    assert told["errors"] == []
    assert "Every month, in this order" in [one["heading"] for one in told["told"]["parts"]]
    assert served.post("/editor/doubt", json=asked).json()["warnings"] == []
    wrong = served.post("/editor/tell", json={**asked, "text": broken(*SLIPS.items())}).json()
    assert wrong["told"] is None
    assert wrong["errors"]
    outside = served.post("/editor/check", json={**asked, "name": "../x.yaml"})
    assert outside.status_code == 400


def test_what_another_window_saved_is_not_overwritten(visit: Visit) -> None:
    visit.served.site.folder.save("a.yaml", TEXT, None)
    page = visit.go("/edit/a.yaml")
    page.wait_for_selector("#verdict.right")
    visit.served.site.folder.save("a.yaml", "another: 1\n", visit_mark(TEXT))
    page.locator(".cm-content").focus()
    page.keyboard.type("# mine")
    page.keyboard.press("Control+s")
    page.get_by_text("was changed by another window or program").wait_for()
    assert visit.served.site.folder.text("a.yaml") == "another: 1\n"
    page.get_by_role("button", name="Save mine as the newest").click()
    page.get_by_text("saved as a version of its own").wait_for()
    assert visit.served.site.folder.text("a.yaml") == f"# mine{TEXT}"
    visit.errors[:] = [one for one in visit.errors if "400" not in one]
    visit.clean()


def visit_mark(text: str) -> str:
    from offramp.web.folder.files import mark_of

    return mark_of(text)
