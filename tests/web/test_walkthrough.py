"""From nothing to a crisis of three parties with two accounts, in Chromium, by the forms alone.

The steps are those of docs/how-to/serve.md, in its order and in its words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from offramp.scenario import read
from tests.web.conftest import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def part(page: Page, name: str) -> Locator:
    return page.locator(f"#part-{name}")


def text(page: Page) -> str:
    """The text as the editor holds it; only what is in view is drawn, so it is asked of it."""
    return "\n".join(page.locator(".cm-line").all_inner_texts())


def add(form: Locator, button: str, **fields: str) -> None:
    """Fill a form in by the words that stand at its fields, and send it."""
    for label, value in fields.items():
        words = re.compile(f"^{re.escape(label.replace('_', ' '))}$")
        own = form.locator("label").filter(has=form.page.locator("span", has_text=words))
        place = own.locator("input, select").first
        if place.evaluate("one => one.tagName") == "SELECT":
            place.select_option(label=value)
        else:
            place.fill(value)
    form.get_by_role("button", name=button, exact=True).click()


def form(page: Page, name: str, change: str) -> Locator:
    return part(page, name).locator(f"form[data-change={change}]")


def step(page: Page, number: int) -> Locator:
    return page.locator("#part-round li.step").nth(number - 1)


def test_the_walk_through(visit: Visit) -> None:
    page = visit.page
    page.get_by_label("New crisis").fill("three-parties")
    page.get_by_role("button", name="Begin without YAML").click()
    page.wait_for_url("**/edit/three-parties.yaml")
    page.wait_for_selector("#part-crisis")
    _crisis_and_parties(page)
    _table_and_ends(page)
    _round(page)
    _worths_and_numbers(page)
    _accounts_claims_and_lever(page)
    page.wait_for_selector("#verdict.right, #verdict.warned")
    page.get_by_role("button", name="In sentences").click()
    sentences = page.locator("#sentences")
    sentences.get_by_text("Every month, in this order").wait_for()
    assert "South (south) decides at answer" in sentences.inner_text()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("saved as a version of its own").wait_for()
    _check(visit)
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("heading", name="A quarrel over a valley").wait_for()
    assert page.locator("img.picture").evaluate("one => one.decode().then(() => one.naturalWidth)")
    _brief(visit)
    visit.clean()


def _brief(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("link", name="Full run").click()
    page.get_by_label("Combinations of assumptions").fill("32")
    page.get_by_label("Seed").fill("1")
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_selector("[data-status=done]", timeout=240_000)
    page.get_by_role("link", name="The brief, on two pages").click()
    page.get_by_text("Not a forecast").first.wait_for()
    told = page.locator("body").inner_text()
    assert "A quarrel over a valley" in told
    assert "The southern account" in told


def _crisis_and_parties(page: Page) -> None:
    title = part(page, "crisis").get_by_label("Title", exact=True).first
    title.fill("A quarrel over a valley")
    title.press("Tab")
    add(
        form(page, "crisis", "add_source"), "Add a source", Title="Two interviews", Kind="interview"
    )
    for name in ("North", "South", "The mediator"):
        add(form(page, "parties", "add_party"), "Add a party", Another_party=name)
        part(page, "parties").get_by_role("heading", name=name).wait_for()


def _table_and_ends(page: Page) -> None:
    add(
        form(page, "table", "add_issue"),
        "Add an issue",
        Another_issue="The valley",
        Its_options="to the south, shared, to the north",
    )
    order = page.get_by_label("Order for South, from least to most wanted")
    order.fill("to_the_north, shared, to_the_south")
    order.press("Enter")
    page.locator("#issues--the_valley--worth--south").wait_for()
    packages = form(page, "table", "add_package")
    add(packages, "Add a package", Another_package="sharing", The_valley="shared")
    part(page, "state").get_by_text("What lies on the table").wait_for()
    for name, kind in (("Settlement", "agreement"), ("War", "war"), ("Deadlock", "stalemate")):
        add(form(page, "ends", "add_end"), "Add an end", Another_end=name, Kind=kind)
        part(page, "ends").get_by_role("heading", name=name).wait_for()


def _round(page: Page) -> None:
    steps = form(page, "round", "add_step")
    for number, (who, name, move) in enumerate(
        (
            ("North", "act", "holds back"),
            ("The mediator", "propose", "waits"),
            ("South", "answer", "refuses"),
        ),
        1,
    ):
        fields = {
            "Another step: who decides": who,
            "What it is called": name,
            "Its first move": move,
        }
        add(steps, "Add a step", **fields)
        step(page, number).wait_for()
    add(step(page, 2).locator("form"), "Add a move", Another_move="lays sharing on the table")
    move = step(page, 2).locator("details", has_text="lays sharing on the table").first
    move.wait_for()
    move.locator("summary").click()
    move.get_by_label("What lies on the table becomes").select_option("sharing")
    step(page, 2).get_by_text("table becomes sharing").wait_for()
    add(
        step(page, 3).locator("form"),
        "Add a move",
        Another_move="accepts",
        It_leads_to="Settlement",
    )
    accepts = step(page, 3).locator("details", has_text="accepts").first
    accepts.wait_for()
    accepts.locator("summary").click()
    when = accepts.get_by_label("On offer only if")
    when.fill("table == sharing")
    when.press("Tab")
    step(page, 3).get_by_text("if table == sharing").wait_for()
    add(step(page, 3).locator("form"), "Add a move", Another_move="leaves", It_leads_to="Deadlock")
    add(step(page, 1).locator("form"), "Add a move", Another_move="attacks", It_leads_to="War")
    attacks = step(page, 1).locator("details", has_text="attacks").first
    attacks.wait_for()
    attacks.locator("summary").click()
    attacks.get_by_label("an act of force").check()
    step(page, 1).locator(".flag", has_text="force").wait_for()
    page.get_by_role("button", name="Put step 1 later").click()
    step(page, 1).get_by_text("1. The mediator").wait_for()
    page.set_viewport_size({"width": 1280, "height": 2400})  # both ends of the way are in view
    step(page, 2).locator(".stephead").drag_to(step(page, 3).locator(".stephead"))
    step(page, 3).get_by_text("3. North").wait_for()
    page.set_viewport_size({"width": 1280, "height": 800})


def _worths_and_numbers(page: Page) -> None:
    places = {
        "Settlement": {"North": "2", "South": "3", "The mediator": "3"},
        "War": {"North": "3", "South": "1", "The mediator": "1"},
        "Deadlock": {"North": "1", "South": "2", "The mediator": "2"},
    }
    for end, own in places.items():
        for party, place in own.items():
            page.get_by_label(f"Place of {end} for {party}").select_option(place)
    part(page, "ends").get_by_role("button", name="Write numbers for this ordering").click()
    page.locator("#parameters--settlement_worth--each--north--low").wait_for()
    add(
        form(page, "numbers", "add_number"),
        "Add a number",
        Another_number="cost of a month",
        Value="0.05",
        **{"from": "0.02", "to": "0.1"},
    )
    page.locator("#parameters--cost_of_a_month--value").wait_for()
    move = step(page, 3).locator("details", has_text="holds back").first
    move.locator("summary").click()
    for party in ("North", "South"):
        field = move.get_by_label(f"Pays {party}")
        field.fill("-cost_of_a_month")
        field.press("Tab")
        page.wait_for_function(
            "wanted => [...document.querySelectorAll('.cm-line')].length > 0 && "
            "document.getElementById(wanted)?.value === '-cost_of_a_month'",
            arg=f"round--2--moves--holds_back--pay--{party.lower()}",
        )


def _accounts_claims_and_lever(page: Page) -> None:
    for name in ("The northern account", "The southern account"):
        add(form(page, "accounts", "add_account"), "Add an account", Another_account=name)
        page.locator("#part-accounts th", has_text=name).wait_for()
    cell = page.get_by_label("value of cost_of_a_month as The southern account has it")
    cell.fill("0.09")
    cell.press("Enter")
    claims = form(page, "claims", "add_claim")
    claims.get_by_label("A sentence").select_option("commits_more")
    add(claims, "Add the claim", end="any agreement", who_does_what="North holds back")
    part(page, "claims").get_by_text("Agreement becomes likelier if North holds back").wait_for()
    levers = form(page, "levers", "add_lever")
    levers.get_by_label("The mediator").check()
    add(levers, "Add a lever", What_is_done="Relief", It_moves="cost_of_a_month", as_far_as="0.01")
    part(page, "levers").get_by_text("The mediator can move", exact=False).or_(
        part(page, "levers").get_by_text("the_mediator can move", exact=False)
    ).first.wait_for()


def _check(visit: Visit) -> None:
    scenario = read(visit.served.folder / "three-parties.yaml")
    assert [one.label for one in scenario.parties.values()] == ["North", "South", "The mediator"]
    assert [one.name for one in scenario.round] == ["propose", "answer", "act"]
    assert scenario.round[2].moves["attacks"].force
    assert len(scenario.accounts) == 2
    assert scenario.accounts["the_southern_account"].parameters["cost_of_a_month"] == 0.09
    assert list(scenario.levers) == ["relief"]
