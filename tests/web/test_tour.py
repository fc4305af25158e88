"""The long tour, in Chromium: a crisis of three parties from nothing, and what is done with it.

By the forms alone to two accounts; broken in the text and mended by clicks; on the sliders, in full
runs, at the desk and at play. The first steps are those of docs/how-to/serve.md, in its words.
"""

from __future__ import annotations

import json
import re
import shlex
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from offramp.presentation.text.numbers import percent
from offramp.scenario import read
from offramp.web.live.setting import setting_of
from tests.apps.asking import asker
from tests.web.conftest import Visit, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from tests.apps.asking import Ask

FILE = "three-parties.yaml"
NOTEBOOKS = Path(__file__).parents[2] / "examples" / "notebooks"
SLIPS = {
    "by: south": "'sout'",
    "end: settlement": "'settlemen'",
    "north: -cost_of_a_month": "'cost_of_a_mont'",
}
"""Whose last letter is taken out, each with what the error names."""


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


@pytest.mark.timeout(600)
def test_the_long_tour(
    visit: Visit, browser: Browser, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """In the order in which a person would do it; every figure is held against the command line."""
    page = visit.page
    page.set_default_timeout(180_000)  # on a new machine the solver is compiled meanwhile
    page.get_by_label("New crisis").fill("three-parties")
    page.get_by_role("button", name="Begin without YAML").dblclick()
    page.wait_for_url(f"**/edit/{FILE}")
    page.wait_for_selector("#part-crisis")
    _crisis_and_parties(page)
    _table_and_ends(page)
    _round(page)
    _worths_and_numbers(page)
    _accounts_claims_and_lever(page)
    _told_and_saved(visit)
    _broken_and_mended(page)
    _overview(page)
    _sliders(visit, asker(capsys))
    _runs(visit)
    _brief(visit, tmp_path)
    _desk(page)
    _play(page)
    _class(visit, browser)
    visit.clean()


def _told_and_saved(visit: Visit) -> None:
    page = visit.page
    page.wait_for_selector("#verdict.right, #verdict.warned")
    page.get_by_role("button", name="In sentences").click()
    sentences = page.locator("#sentences")
    sentences.get_by_text("Every month, in this order").wait_for()
    assert "South (south) decides at answer" in sentences.inner_text()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("saved as a version of its own").wait_for()
    written = (visit.served.folder / FILE).read_text("utf-8")
    assert written == (NOTEBOOKS / FILE).read_text("utf-8")  # with which a notebook goes on
    scenario = read(visit.served.folder / FILE)
    assert [one.label for one in scenario.parties.values()] == ["North", "South", "The mediator"]
    assert [one.name for one in scenario.round] == ["propose", "answer", "act"]
    assert scenario.round[2].moves["attacks"].force
    assert len(scenario.accounts) == 2
    assert scenario.accounts["the_southern_account"].parameters["cost_of_a_month"] == 0.09
    assert list(scenario.levers) == ["aid_for_the_valley"]


def _broken_and_mended(page: Page) -> None:
    """Letters are taken out by hand; every error stands at its line, and goes by a click."""
    page.set_viewport_size({"width": 1280, "height": 3200})  # the editor draws what is in view
    lines = text(page).splitlines()
    places = {}
    for right in SLIPS:
        place = next(i for i, one in enumerate(lines) if right in one)
        end = len(lines[place]) - lines[place].index(right) - len(right)
        page.locator(".cm-line").nth(place).click()
        for key in ("End", *["ArrowLeft"] * end, "Backspace", "Escape"):
            page.keyboard.press(key)
        places[right] = place + 1
    page.wait_for_function("() => document.querySelectorAll('#problems li.error').length === 3")
    errors = page.locator("#problems li.error")
    for right, found in SLIPS.items():
        error = errors.filter(has_text=found)
        assert error.get_by_role("button", name=f"Line {places[right]}", exact=True).count() == 1
        marked = page.locator(".cm-line").nth(places[right] - 1).locator(".cm-lintRange-error")
        assert marked.inner_text() == found.strip("'")
    for left in (2, 1, 0):
        errors.first.locator("button.repair").first.click()
        page.wait_for_function(
            "left => document.querySelectorAll('#problems li.error').length === left", arg=left
        )
    page.locator("#state", has_text=re.compile("^saved$")).wait_for()  # the text is as it was
    assert text(page).splitlines() == lines
    page.set_viewport_size({"width": 1280, "height": 800})


def _overview(page: Page) -> None:
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("heading", name="A quarrel over a valley").wait_for()
    assert page.locator("img.picture").evaluate("one => one.decode().then(() => one.naturalWidth)")


def _sliders(visit: Visit, ask: Ask) -> None:
    """A slider is moved: what follows is what the command line gives."""
    page = visit.page
    page.get_by_role("link", name="What follows").click()
    page.get_by_role("button", name="The northern account").click()
    page.locator("[data-whose]", has_text="The northern account").wait_for()
    page.get_by_label("cost of a month", exact=True).focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    page.get_by_text("Followed from precision 0: the same play.").wait_for()
    query = urlsplit(page.url).query
    setting = setting_of(parse_qsl(query))
    assert setting.account == "the_northern_account"
    assert dict(setting.values) == {"cost_of_a_month": pytest.approx(0.053, abs=0.01)}
    words = shlex.split(setting.command(str(visit.served.folder / FILE), "--nominal"))[1:]
    code, out, err = ask(*words, "--json")
    assert code == 0, err
    said = json.loads(out)
    told = visit.served.get(f"/live/{FILE}/ends.json?{query}").json()
    ours = {one["name"]: one["probability"] for one in told["ends"]}
    assert ours == pytest.approx(said["outcomes"], abs=1e-12, rel=0)
    worths = {one["party"]: one["value"] for one in told["payoffs"]}
    assert worths == pytest.approx(said["payoff"], abs=1e-12, rel=0)
    shown = page.locator("table.bars tr", has_text="Settlement").locator(".figure").inner_text()
    assert shown == percent(said["outcomes"]["settlement"])
    assert "instead of 0.05" in page.locator("[data-moved]").first.inner_text()
    page.get_by_text("As of this setting, on the premises of").wait_for()


def _runs(visit: Visit) -> None:
    """A run of the setting is cancelled and gone on with; a second one stands beside it."""
    page = visit.page
    page.get_by_role("link", name="Full run of this setting").click()
    page.get_by_text("With what was moved by hand").wait_for()
    page.get_by_label("Combinations of assumptions").fill("32")
    page.get_by_label("Seed").fill("1")
    page.get_by_role("button", name="Start the run").dblclick()  # which makes one run
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled.").wait_for()
    page.get_by_role("button", name="Go on with it").click()
    page.get_by_text("Running").wait_for()
    page.locator("progress:visible").wait_for()
    page.wait_for_selector("[data-status=done]", timeout=120_000)
    page.get_by_role("heading", name="What it found").wait_for()
    page.get_by_role("link", name="The same setting on the sliders").click()
    page.get_by_role("link", name="Full run", exact=True).click()
    page.get_by_role("link", name="Take that away").click()
    page.get_by_label("Combinations of assumptions").fill("0")
    page.get_by_role("button", name="Start the run").click()
    page.get_by_role("heading", name="What it found").wait_for(timeout=120_000)
    page.get_by_role("button", name="Lay side by side").click()
    page.get_by_role("heading", name="Two runs side by side").wait_for()
    assert "cost_of_a_month" in page.locator("table").first.inner_text()


def _brief(visit: Visit, folder: Path) -> None:
    """The brief is looked at, taken, and opened from the disk; it asks nobody for anything."""
    page = visit.page
    page.get_by_role("link", name="Runs").click()
    page.get_by_role("heading", name="Runs", exact=True).wait_for()
    assert page.locator("tbody tr").count() == 2
    page.locator("tbody tr").last.get_by_role("link").click()
    with page.expect_download() as taking:
        page.get_by_role("link", name="brief.html").click()
    taking.value.save_as(folder / "brief.html")
    page.get_by_role("link", name="The brief, on two pages").click()
    page.get_by_text("Not a forecast").first.wait_for()
    there = page.locator("body").inner_text()
    assert "A quarrel over a valley" in there
    own = page.context.new_page()
    own.goto((folder / "brief.html").as_uri())
    assert own.locator("body").inner_text() == there
    own.close()


def _desk(page: Page) -> None:
    """Off-ramps are looked for, and one is tried on the sliders."""
    page.go_back()
    page.get_by_role("link", name="The same setting on the sliders").click()
    page.get_by_role("link", name="Look for off-ramps").click()
    page.get_by_label("with a probability of at least").fill("85")
    page.get_by_role("button", name="Look for off-ramps").click()
    page.get_by_role("heading", name="What was found").wait_for(timeout=60_000)
    page.get_by_role("link", name="Try it on the sliders").first.click()
    page.locator(".change", has_text="points").first.wait_for()
    assert "beside=account%3Dthe_northern_account" in page.url
    assert "settlement_worth" in page.url


def _play(page: Page) -> None:
    """South is played to the end; the debrief lays every choice beside the solved play."""
    page.get_by_role("link", name="Play", exact=True).click()
    page.get_by_text("with the setting of the sliders").wait_for()
    page.get_by_role("button", name="Play South").click()
    page.get_by_text("You play South").wait_for()
    page.get_by_label("Show the solved probabilities").check()
    page.get_by_text("solved play:").or_(page.get_by_text("It ended")).first.wait_for()
    for _ in range(60):
        if page.get_by_text("Your choices beside the solved play").count():
            break
        page.locator(".move").last.click()
        page.locator(".move:enabled").or_(page.get_by_text("It ended")).first.wait_for()
    page.get_by_text("The solved play makes every move").wait_for()
    page.get_by_role("link", name="Another seat, or again").click()


def _class(visit: Visit, browser: Browser) -> None:
    """Three seats in three browsers; North's student goes, and North is played as solved."""
    teacher = visit.page
    teacher.get_by_role("button", name="Open a class").click()
    code = teacher.locator("b.code").inner_text()
    with ExitStack() as open_rooms:
        leaving = visiting(browser, visit.served)
        students = [
            leaving.__enter__(),
            *(open_rooms.enter_context(visiting(browser, visit.served)) for _ in range(2)),
        ]
        for letter, own in zip("ABC", students, strict=True):
            _join(own, code, letter)
        _, south, mediator = (one.page for one in students)
        mediator.get_by_role("button", name="waits", exact=True).click()
        south.get_by_role("button", name="refuses", exact=True).click()
        students[0].page.get_by_text("What do you do?").wait_for()
        students[0].go("/join")  # whoever goes elsewhere has left; the silent are told by a clock
        leaving.__exit__()
        ended = mediator.get_by_text("It ended").first
        ended.or_(mediator.locator(".move:enabled")).first.wait_for()
        if not ended.is_visible():  # North held back, and the next month begins
            mediator.get_by_role("button", name="waits", exact=True).click()
            south.get_by_role("button", name="leaves", exact=True).click()
        for page in (south, mediator):
            page.get_by_text("Your choices beside the solved play").wait_for()
        teacher.get_by_text("the solved play").first.wait_for()
        csv = visit.served.get(f"/play/class/{code}/choices.csv").text.splitlines()
        assert len(csv) in (3, 5)  # heads and the choices by hand
        assert "South: refuses" in visit.served.get(f"/play/class/{code}/story.txt").text
        for own in students[1:]:
            own.clean()


def _join(student: Visit, code: str, letter: str) -> None:
    student.page.context.clear_cookies()  # students have no token
    page = student.go("/join")
    page.get_by_label("Code").fill(code.lower())
    page.get_by_label("Your name, or a letter").fill(letter)
    page.get_by_role("button", name="Join", exact=True).dblclick()
    page.get_by_role("heading", name="You play").wait_for()


def _crisis_and_parties(page: Page) -> None:
    source = form(page, "crisis", "add_source")
    source.get_by_label("Title", exact=True).fill("Two interviews")
    source.get_by_label("Kind", exact=True).fill("interview")
    title = part(page, "crisis").get_by_label("Title", exact=True).first
    title.fill("A quarrel over a valley")
    source.get_by_role("button", name="Add a source").click(
        delay=600
    )  # the title is sent meanwhile
    part(page, "crisis").get_by_text("Two interviews").wait_for()
    assert title.input_value() == "A quarrel over a valley"
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
    step(page, 3).locator("details", has_text="leaves").first.wait_for()
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
    hidden = step(page, 3).get_by_role("group", name="Decides without having seen")
    hidden.get_by_label("answer").check()
    page.locator(".cm-line", has_text="unseen: [answer]").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.locator(".cm-line", has_text="unseen: [answer]").wait_for(state="detached")


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
            arg=f"round--act--moves--holds_back--pay--{party.lower()}",
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
    fields = {"It moves": "settlement_worth[south]", "towards": "higher", "as far as": "1.5"}
    add(levers, "Add a lever", What_is_done="Aid for the valley", **fields)
    part(page, "levers").get_by_text("The mediator can move", exact=False).or_(
        part(page, "levers").get_by_text("the_mediator can move", exact=False)
    ).first.wait_for()
