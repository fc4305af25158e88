"""Forms in Chromium under quick hands: what is done before the last answer came is not lost."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from offramp.scenario import Scenario, read
from offramp.web.forms import routes
from tests.web.conftest import Served, Visit, visiting
from tests.web.test_forms import built

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

FILE = "three.yaml"
SLOW = 0.4
"""Seconds that the server of these tests thinks about a change at least."""

LISTENING = """() => {
  window.heard = [];
  const at = document.querySelector(".forms-told.waits");
  new MutationObserver(() => window.heard.push(at.textContent)).observe(at, { childList: true });
}"""
"""Have kept what is said while changes wait, however short it is shown."""


@pytest.fixture
def hands(browser: Browser, served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """The forms of the crisis of three parties, at a server that is slow to answer."""
    change = routes.changed

    def slowly(*given: Any) -> str:
        time.sleep(SLOW)
        return change(*given)

    monkeypatch.setattr(routes, "changed", slowly)
    served.site.folder.save(FILE, built(), None)
    with visiting(browser, served) as visit:
        visit.go(f"/edit/{FILE}").wait_for_selector("#part-parties")
        yield visit
        assert not [one for one in visit.errors if "status of 400" not in one]


@contextmanager
def drawing(page: Page) -> Iterator[None]:
    """The forms are drawn anew at the end of what is done inside."""
    page.evaluate("() => document.querySelector('#part-parties').classList.add('old')")
    yield
    page.locator("#part-parties:not(.old)").wait_for()


def saved(visit: Visit) -> Scenario:
    """The crisis as the button writes it into the file."""
    visit.page.get_by_role("button", name="Save", exact=True).click()
    visit.page.get_by_text("saved as a version of its own").wait_for()
    return read(visit.served.folder / FILE)


def field(page: Page, change: str, label: str) -> Locator:
    return page.locator(f"form[data-change={change}]").get_by_label(label, exact=True).first


def step(page: Page, number: int) -> Locator:
    return page.locator("#part-round li.step").nth(number - 1)


def test_one_after_the_other_and_the_next_begun_before_the_last_is_drawn(hands: Visit) -> None:
    page, party = hands.page, field(hands.page, "add_party", "Another party")
    page.evaluate(LISTENING)
    with drawing(page):
        party.focus()
        for name in ("East", "West"):
            page.keyboard.type(name)
            page.keyboard.press("Enter")
            page.keyboard.press("Enter")  # once more than is meant
        page.keyboard.type("Up")
    assert any(one.startswith("Writing ") for one in page.evaluate("() => window.heard"))
    assert party.evaluate("one => one === document.activeElement")
    page.keyboard.type("land")
    move = step(page, 2).locator("form[data-change=add_move]")
    with drawing(page):
        page.keyboard.press("Enter")
        move.get_by_label("Another move").fill("leaves")
        move.get_by_label("It leads to").select_option("war")
    move.get_by_role("button").dblclick()
    scenario = saved(hands)  # which waits for the move
    assert list(scenario.parties)[3:] == ["east", "west", "upland"]
    assert scenario.round[1].moves["leaves"].end == "war"
    assert "leaves_2" not in scenario.round[1].moves


def test_steps_that_have_moved_since_they_were_drawn(hands: Visit) -> None:
    page = hands.page
    with drawing(page):
        step(page, 1).get_by_role("button", name="Put step 1 later").click(click_count=2)
        added = step(page, 2).locator("form[data-change=add_move]")
        added.get_by_label("Another move").fill("walks out")
        page.keyboard.press("Enter")
        step(page, 2).get_by_role("button", name="Put step 2 earlier").press("Enter")
    focused = page.evaluate("() => document.activeElement.getAttribute('aria-label')")
    assert focused is None or focused.startswith("Put step")
    assert [one.name for one in saved(hands).round] == ["answer", "act", "propose"]
    with drawing(page):
        page.get_by_role("button", name="Remove step 3").click(click_count=2)
        added = step(page, 3).locator("form[data-change=add_move]")  # of the one that goes
        added.get_by_label("Another move").fill("stays away")
        page.keyboard.press("Enter")
    page.get_by_text("Not written: stays away. There is no step 'propose' any more.").wait_for()
    scenario = saved(hands)
    assert [one.name for one in scenario.round] == ["answer", "act"]
    assert "walks_out" in scenario.round[0].moves


def test_a_field_is_not_taken_from_under_the_hands(hands: Visit) -> None:
    page = hands.page
    page.locator("#parties--north--label").fill("The north")
    page.locator("#parties--north--patience").fill("0.8")  # the label is sent meanwhile
    page.keyboard.press("ArrowLeft")
    time.sleep(2 * SLOW)
    page.keyboard.type("9")
    about = page.locator("#parties--north--about")
    about.fill("A republic")
    page.keyboard.press("Control+s")  # without leaving the field
    page.get_by_text("saved as a version of its own").wait_for()
    page.locator("#part-parties").get_by_role("heading", name="The north").wait_for()
    north = read(hands.served.folder / FILE).parties["north"]
    assert (north.label, north.patience, north.about) == ("The north", 0.98, "A republic")
    low, high = (page.locator(f"#parameters--cost_of_a_month--{end}") for end in ("low", "high"))
    value = page.locator("#parameters--cost_of_a_month--value")
    value.fill("0.06")
    low.fill("0.01")
    time.sleep(2 * SLOW)
    high.fill("0.3")
    found: Any = saved(hands).parameters["cost_of_a_month"]
    assert (found.value, str(found.range)) == (0.06, "uniform(0.01, 0.3)")


def test_what_is_written_in_the_text_meanwhile_stays(hands: Visit) -> None:
    page = hands.page
    field(page, "add_party", "Another party").fill("East")
    page.keyboard.press("Enter")
    page.locator(".cm-line", has_text=re.compile("^title:")).click()
    page.keyboard.press("Home")
    page.keyboard.type("# a note\n")
    page.locator("#part-parties").get_by_role("heading", name="East").wait_for()
    saved(hands)
    assert "# a note\ntitle:" in (hands.served.folder / FILE).read_text("utf-8")
    assert "east:" in (hands.served.folder / FILE).read_text("utf-8")


def test_a_repair_is_made_where_the_error_stands_now(hands: Visit) -> None:
    page, right = hands.page, "by: south"
    place = hands.served.folder / FILE
    place.write_text(place.read_text("utf-8").replace(right, "by: sout"), encoding="utf-8")
    page.reload()
    repair = page.locator("#problems button.repair").first
    repair.wait_for()
    page.locator(".cm-line", has_text=re.compile("^title:")).click()
    page.keyboard.press("Home")
    page.keyboard.insert_text("# a note\n")
    page.evaluate("() => document.querySelector('#problems button.repair').click()")
    repair.click()  # when the text has been read anew
    page.locator("#problems li.error").first.wait_for(state="detached")
    saved(hands)
    assert place.read_text("utf-8") == built().replace("title:", "# a note\ntitle:", 1)


def test_what_is_refused_is_told_and_comes_back(hands: Visit) -> None:
    page, number = hands.page, field(hands.page, "add_number", "Another number")
    number.fill("pride")
    value = field(page, "add_number", "Value")
    value.fill("much")
    page.keyboard.press("Enter")
    assert number.input_value() == ""
    page.get_by_text("'much' is no number").wait_for()
    assert (number.input_value(), value.input_value()) == ("pride", "much")
    with drawing(page):
        page.keyboard.press("Enter")
        number.fill("shame")  # before the other is refused once more
        party = field(page, "add_party", "Another party")
        party.fill("East")
        party.press("Enter")
    told = page.locator("form[data-change=add_number] [role=alert]")
    assert told.inner_text().startswith("Not written: pride, much. 'much' is no number")
    assert number.input_value() == "shame"
    low = page.locator("#parameters--cost_of_a_month--low")
    low.fill("")
    low.press("Enter")
    page.get_by_role("alert").get_by_text("has one end only").wait_for()
