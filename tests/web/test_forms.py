"""Forms: a crisis from nothing, comments kept, and the same text that a person would write."""

from __future__ import annotations

from difflib import unified_diff
from functools import cache
from typing import Any

import pytest

from offramp.core.errors import OfframpError
from offramp.presentation import describe
from offramp.scenario import read
from offramp.scenario.shelf import library_files
from offramp.web.forms.changes import changed
from offramp.web.forms.facts import form_facts, precision_words
from offramp.web.forms.patterns import PATTERNS
from offramp.web.forms.roundtrip import rewritten
from offramp.web.forms.values import name_of
from tests.web.conftest import Served, Visit

STARTER = 'offramp: 1\ntitle: "Three"\ntime: {round: month}\nrounds: unlimited\n'
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("add_source", {"title": "A memo", "speaker": "An analyst", "date": "2026", "kind": "memo"}),
    ("add_party", {"label": "North"}),
    ("add_party", {"label": "South"}),
    ("add_party", {"label": "The mediator"}),
    ("add_issue", {"label": "Land", "options": "all north, split, all south"}),
    ("order_options", {"issue": "land", "party": "north", "order": "all_south, split, all_north"}),
    ("add_package", {"label": "Compromise", "issue.land": "split"}),
    ("add_variable", {"label": "Tension", "levels": "calm, tense"}),
    ("add_end", {"label": "Settlement", "kind": "agreement"}),
    ("add_end", {"label": "War", "kind": "war"}),
    ("add_step", {"by": "the_mediator", "label": "propose", "move": "waits"}),
    ("add_move", {"step": "0", "label": "lays a draft on the table"}),
    (
        "change_state",
        {
            "step": 0,
            "move": "lays_a_draft_on_the_table",
            "variable": "table",
            "level": "compromise",
        },
    ),
    ("add_step", {"by": "south", "label": "answer", "move": "refuses"}),
    ("add_move", {"step": "1", "label": "accepts", "end": "settlement"}),
    (
        "put",
        {
            "path": ["round", 1, "moves", "accepts", "when"],
            "value": "table == compromise",
            "kind": "formula",
        },
    ),
    ("add_step", {"by": "north", "label": "act", "move": "holds back"}),
    ("add_move", {"step": "2", "label": "attacks", "end": "war"}),
    ("put", {"path": ["round", 2, "moves", "attacks", "force"], "value": True}),
    ("add_number", {"label": "cost of a month", "value": "0.05", "low": "0.02", "high": "0.1"}),
    ("pay", {"step": 2, "move": "holds_back", "party": "north", "value": "-cost_of_a_month"}),
    ("pay", {"step": 2, "move": "holds_back", "party": "south", "value": "-cost_of_a_month"}),
    (
        "order_ends",
        {
            "order.north": {"settlement": 2, "war": 1},
            "order.south": {"settlement": 2, "war": 1},
            "order.the_mediator": {"settlement": 2, "war": 1},
        },
    ),
    ("add_account", {"label": "The north", "source": "an_analyst"}),
    ("add_account", {"label": "The south"}),
    (
        "put_range",
        {
            "path": ["accounts", "the_south", "parameters", "cost_of_a_month"],
            "value": "0.09",
            "low": "",
            "high": "",
        },
    ),
    (
        "add_claim",
        {"pattern": "commits_more", "end": "kind agreement", "move": "north.act = holds_back"},
    ),
    (
        "add_lever",
        {
            "label": "Relief",
            "parameter": "cost_of_a_month",
            "towards": "lower",
            "limit": "0.01",
            "cost": "1",
            "per": "0.05",
            "held_by": ["the_mediator"],
        },
    ),
)


@cache
def _begun() -> str:
    return _built(STEPS, STARTER)


def built(more: tuple[tuple[str, dict[str, Any]], ...] = ()) -> str:
    """The text that the forms write for the crisis of the tests, and for ``more`` changes."""
    return _built(more, _begun())


def _built(steps: tuple[tuple[str, dict[str, Any]], ...], text: str) -> str:
    for change, fields in steps:
        text = changed(text, "three.yaml", change, fields)
    return text


def test_a_crisis_of_three_parties_from_nothing() -> None:
    text = built()
    scenario = read(text)
    assert list(scenario.parties) == ["north", "south", "the_mediator"]
    assert scenario.outcomes["settlement"].pay["north"] == "settlement_worth[north]"
    assert [step.by for step in scenario.round] == ["the_mediator", "south", "north"]
    assert scenario.round[2].moves["attacks"].force
    assert list(scenario.accounts) == ["the_north", "the_south"]
    assert next(iter(scenario.claims.values())).says == (
        "Agreement becomes likelier if North holds back whenever it can, and all know it."
    )
    assert scenario.levers["relief"].held_by == ("the_mediator",)
    assert list(scenario.issues["land"].worth["north"]) == [1, 0.5, 0]
    assert max(map(len, text.splitlines())) <= 110
    assert "  north: {label: North, patience: 0.95, precision: 4}" in text
    facts = form_facts(text, "three.yaml", None)
    assert facts["numbers"][0]["name"] == "cost_of_a_month"
    assert facts["ends"][1]["place"] == {"north": 1, "south": 1, "the_mediator": 1}


def test_switches_and_who_knows_what() -> None:
    attacks = ["round", 2, "moves", "attacks", "when"]
    when = {"path": attacks, "value": "observers == absent", "kind": "formula"}
    silent = {"path": ["accounts", "the_south", "switches", "observers"], "value": "absent"}
    weak = {"path": ["private", "the_resolve", "odds", "weak"], "value": "0.3", "kind": "formula"}
    text = built(
        (
            ("rounds", {"rounds": "3", "at_end": "war"}),
            ("add_switch", {"label": "Observers", "options": "present, absent", "open": "yes"}),
            ("put", when),
            ("put", silent),
            (
                "add_secret",
                {"label": "The resolve", "levels": "weak, firm", "known_to": ["north", "south"]},
            ),
            ("put", weak),
            ("unsee", {"step": 2, "earlier": "answer", "value": True}),
            ("unsee", {"step": 2, "earlier": "propose", "value": True}),
            ("unsee", {"step": 2, "earlier": "propose", "value": False}),
        )
    )
    scenario = read(text)
    switch = scenario.switches["observers"]
    assert (switch.options, switch.value) == (("present", "absent"), "present")
    assert str(switch.range) == "choice(present, absent)"
    assert scenario.accounts["the_south"].switches == {"observers": "absent"}
    assert scenario.private["the_resolve"].known_to == ("north", "south")
    assert scenario.round[2].unseen == ("answer",)
    facts = form_facts(text, "three.yaml", None)
    assert facts["secrets"][0]["odds"] == {"weak": "0.3", "firm": "rest"}
    assert facts["accounts"]["switches"][0]["cells"] == ["", "absent"]
    assert facts["steps"][2]["unseen"] == ["answer"]
    assert [one["name"] for one in facts["steps"][2]["earlier"]] == ["propose", "answer"]
    told = str(describe(scenario).as_dict())
    assert "decides at act, without seeing answer of this round" in told
    assert "weak with odds of 0.3" in told
    assert "known to north and south only" in told
    seen = changed(text, "x.yaml", "unsee", {"step": 2, "earlier": "answer", "value": False})
    assert read(seen).round[2].unseen == ()


QUICK = ("border-standoff", "model-trust-mediator", "model-norm", "trilateral-talks")
EVERY = [
    name if name in QUICK else pytest.param(name, marks=pytest.mark.slow)
    for name in sorted(library_files("scenarios"))
]


@pytest.mark.parametrize("name", EVERY)
def test_a_text_that_nothing_changes_stays_as_it_is(name: str) -> None:
    text = library_files("scenarios")[name].read_text(encoding="utf-8")
    assert rewritten(text, name, lambda document: None) == text


def test_a_change_leaves_all_other_lines_and_comments_alone() -> None:
    text = library_files("scenarios")["trilateral-talks"].read_text(encoding="utf-8")
    text = text.replace("parties:\n", "# who decides\nparties:\n", 1)
    party = next(iter(read(text).parties))
    put = {"path": ["parties", party, "patience"], "value": "0.5", "kind": "formula"}
    new = changed(text, "x.yaml", "put", put)
    lines = [
        one for one in unified_diff(text.splitlines(), new.splitlines(), n=0) if one[0] in "+-"
    ]
    assert len(lines) == 4
    assert "# who decides\nparties:\n" in new
    moved = changed(text, "x.yaml", "move", {"path": ["round", 2], "by": -1})
    assert sorted(moved.splitlines()) == sorted(text.splitlines())
    assert changed(moved, "x.yaml", "move", {"path": ["round", 1], "by": 1}) == text


def test_comments_inside_what_changes_stay() -> None:
    text = built().replace("parties:\n", "parties:\n  # the three of them\n")
    text = text.replace("  south: {label: South", "  # below the line\n  south: {label: South")
    new = changed(text, "x.yaml", "add_party", {"label": "Europe"})
    assert "  # the three of them\n" in new
    assert "  # below the line\n  south:" in new
    assert read(new).parties["europe"].label == "Europe"


def test_long_entries_are_written_on_several_lines() -> None:
    label = "North is asked by everybody at the table to take back all that it has said so far"
    text = changed(built(), "x.yaml", "add_move", {"step": "2", "label": label})
    assert max(map(len, text.splitlines())) < 130
    assert label in {move.label for move in read(text).round[2].moves.values()}


def test_every_pattern_makes_a_claim_that_reads() -> None:
    text = built()
    use = {"mechanism": "spent_threats", "with.maker": "north"}
    text = changed(text, "x.yaml", "use_mechanism", {**use, "at": "0"})
    filled = {
        "end": "war",
        "other": "kind agreement",
        "move": "south.answer = accepts",
        "party": "south",
        "mechanism": "spent_threats",
        "parameter": "cost_of_a_month",
        "number": "6",
        "from": "0.02",
    }
    for one in PATTERNS:
        text = changed(text, "x.yaml", "add_claim", {"pattern": one.name, **filled})
    claims = read(text).claims
    assert len(claims) == 1 + len(PATTERNS)
    assert "War is likelier than agreement." in {one.says for one in claims.values()}
    text = changed(
        text,
        "x.yaml",
        "take_stand",
        {"account": "the_north", "mechanism": "spent_threats", "stand": "denies"},
    )
    assert read(text).accounts["the_north"].denies == ("spent_threats",)
    text = changed(
        text,
        "x.yaml",
        "take_stand",
        {"account": "the_north", "mechanism": "spent_threats", "stand": "silent"},
    )
    assert read(text).accounts["the_north"].denies == ()


def test_the_same_mechanism_twice_has_two_names() -> None:
    use = ("use_mechanism", {"mechanism": "spent_threats", "with.maker": "north"})
    other = ("use_mechanism", {"mechanism": "spent_threats", "with.maker": "south"})
    assert list(read(built((use, other))).mechanisms) == ["spent_threats", "spent_threats_2"]


@pytest.mark.parametrize(
    ("change", "fields", "found"),
    [
        ("nothing", {}, "no change of a form"),
        ("add_party", {"label": " "}, "missing"),
        ("add_party", {"label": "!!"}, "makes no name"),
        ("put", {"path": [], "value": "x"}, "no such place"),
        ("put", {"path": ["round", 99, "label"], "value": "x"}, "no place for this"),
        ("put", {"path": ["title", "x"], "value": "x"}, "no place for this"),
        ("drop", {"path": ["parties", "nobody"]}, "no place for this"),
        ("move", {"path": ["round", 0], "to": "x"}, "no step 'x' any more"),
        ("rounds", {"rounds": "-3"}, "no number of rounds"),
        ("add_end", {"label": "x", "kind": "sale"}, "name and a kind"),
        ("order_ends", {"order.north": {"settlement": 1}}, "does not name every end"),
        ("use_mechanism", {"mechanism": "../../etc"}, "no mechanism"),
        ("use_mechanism", {"mechanism": "spent_threats"}, "'maker' is missing"),
        ("add_lever", {"parameter": "cost_of_a_month", "limit": "0"}, "nobody holds"),
        (
            "put_range",
            {"path": ["parameters", "cost_of_a_month"], "value": "1", "low": "2", "high": "1"},
            "lies above",
        ),
        (
            "put_range",
            {"path": ["parameters", "cost_of_a_month"], "value": "1", "low": "2", "high": ""},
            "one end only",
        ),
        ("add_number", {"label": "x", "value": "nan"}, "no number"),
        ("add_formula", {"label": "x", "formula": " "}, "formula is missing"),
        (
            "add_expert",
            {"parameter": "cost_of_a_month", "label": "Anna", "low": "1", "high": "2"},
            "range of its own",
        ),
        (
            "add_expert",
            {"parameter": "war_worth[north]", "label": "Anna", "low": "2", "high": "1"},
            "does not lie below",
        ),
    ],
)
def test_what_does_not_fit_is_told(change: str, fields: dict[str, Any], found: str) -> None:
    with pytest.raises(OfframpError, match=found):
        changed(built(), "x.yaml", change, fields)


def test_a_range_whose_ends_are_both_taken_out_goes() -> None:
    path = ["parameters", "cost_of_a_month"]
    empty = {"path": path, "value": "0.06", "low": "", "high": ""}
    scenario = read(changed(built(), "x.yaml", "put_range", empty))
    number: Any = scenario.parameters["cost_of_a_month"]
    assert (number.value, number.range) == (0.06, None)


def test_formulas_with_a_name_and_what_experts_say() -> None:
    text = built().replace("parameters:\n", "parameters:\n  # what it costs\n", 1)
    say = {"parameter": "settlement_worth[north]", "low": "0.2", "high": "0.6"}
    for change, fields in (
        ("add_formula", {"label": "Half the cost", "formula": "cost_of_a_month / 2"}),
        ("pay", {"step": "act", "move": "holds_back", "party": "north", "value": "-half_the_cost"}),
        ("add_expert", {**say, "label": "Anna", "weight": "2"}),
        ("add_expert", {**say, "label": "Ben", "high": "0.9"}),
    ):
        text = changed(text, "x.yaml", change, fields)
    scenario: Any = read(text)
    assert "  # what it costs\n" in text
    assert "define:\n  half_the_cost: cost_of_a_month / 2\n" in text
    assert scenario.round[2].moves["holds_back"].pay["north"] == "-half_the_cost"
    judged = scenario.parameters["settlement_worth"].each["north"]
    assert [one.weight for one in judged.experts.values()] == [2, 1]
    assert judged.range.startswith("piecewise(0.2,")
    facts = form_facts(text, "x.yaml", None)
    assert facts["formulas"] == [{"name": "half_the_cost", "formula": "cost_of_a_month / 2"}]
    said = {one["name"]: one["experts"] for one in facts["numbers"]}["settlement_worth[north]"]
    assert [one["range"] for one in said] == ["uniform(0.2, 0.6)", "uniform(0.2, 0.9)"]
    path = ["parameters", "settlement_worth", "each", "north", "experts"]
    for name in ("anna", "ben"):
        text = changed(text, "x.yaml", "drop", {"path": [*path, name]})
    text = changed(text, "x.yaml", "put", {"path": ["define", "half_the_cost"], "value": "0.1"})
    assert read(text).define == {"half_the_cost": "0.1"}
    assert "experts" not in text


def test_a_step_is_found_by_its_name_wherever_it_stands() -> None:
    first = {"path": ["round", "act"], "to": "propose"}
    text = changed(built(), "x.yaml", "move", first)
    text = changed(text, "x.yaml", "put", {"path": ["round", "answer", "label"], "value": "reply"})
    scenario = read(text)
    assert [step.name for step in scenario.round] == ["act", "propose", "answer"]
    assert scenario.round[2].label == "reply"
    twice = text.replace("name: answer", "name: act")
    assert [one["key"] for one in form_facts(twice, "x.yaml", None)["steps"]] == [0, "propose", 2]


def test_names_from_labels() -> None:
    assert name_of("The European Union (EU)") == "the_european_union_eu"
    assert name_of("Österreich") == "osterreich"
    assert name_of("2026 talks") == "n_2026_talks"
    assert name_of("nature") == "nature_"
    assert name_of("North", {"north"}) == "north_2"
    assert name_of("Россия").isidentifier()


def test_precision_is_told_as_choices_out_of_a_hundred() -> None:
    assert "60 times in 100" in precision_words(4)
    assert precision_words("sharp") == ""


def test_forms_of_a_broken_text_wait_and_of_a_strange_one_show(served: Served) -> None:
    told = served.post("/forms/show", json={"name": "a.yaml", "text": "offramp: [1\n"})
    assert "The forms wait for the text" in told.json()["html"]
    strange = "offramp: 1\nparties: 3\nround: {a: b}\noutcomes: [x]\naccounts: yes\nstate: {a: 1}\n"
    assert served.post("/forms/show", json={"name": "a.yaml", "text": strange}).status_code == 200
    for name in QUICK:
        text = library_files("scenarios")[name].read_text(encoding="utf-8")
        shown = served.post("/forms/show", json={"name": "a.yaml", "text": text})
        assert shown.status_code == 200, name


def test_script_in_every_text_is_shown_as_text(served: Served) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    text = built()
    for word in ("North", "A memo", "Settlement", "Land", "Tension", "accepts", "Relief", "Three"):
        text = text.replace(f"label: {word}", f"label: '{evil}'").replace(f'"{word}"', f"'{evil}'")
    text = text.replace("title: A memo", f"title: '{evil}'")
    served.site.folder.save("evil.yaml", text, None)
    pages = [
        served.get(path).text
        for path in ("/", "/file/evil.yaml", "/told/evil.yaml", "/edit/evil.yaml")
    ]
    pages.append(
        served.post("/forms/show", json={"name": "evil.yaml", "text": text}).json()["html"]
    )
    pages.append(served.get("/file/evil.yaml/picture.svg").text)
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_an_end_can_be_worth_what_lies_on_the_table() -> None:
    text = changed(built(), "x.yaml", "worth_of_table", {"end": "settlement"})
    settled = read(text).outcomes["settlement"]
    assert settled.pay["south"] == "worth[south, table]"
    assert settled.by == "table"


def test_script_in_a_text_does_not_run(visit: Visit) -> None:
    evil = '"><img src=x onerror=alert(1)><script>alert(1)</script>'
    text = built().replace("label: North", f"label: '{evil}'").replace('"Three"', f"'{evil}'")
    visit.served.site.folder.save("evil.yaml", text, None)
    said: list[str] = []

    def hear(dialog: Any) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    visit.page.on("dialog", hear)
    for path in ("/", "/file/evil.yaml", "/told/evil.yaml", "/edit/evil.yaml"):
        page = visit.go(path)
    page.wait_for_selector("#part-levers", state="attached")
    page.get_by_role("button", name="In sentences").click()
    page.locator("#sentences h2").first.wait_for()
    assert page.locator("#sentences img").count() == 0
    assert not said
    visit.clean()
