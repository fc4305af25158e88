"""Play in browsers: one person to the debrief; a class of three of whom one drops out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.conftest import Served, Visit, visiting
from tests.web.talks import PARLEY

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_one_person_plays_to_the_debrief(visit: Visit) -> None:
    (visit.served.folder / "parley.yaml").write_text(PARLEY, encoding="utf-8")
    page = visit.go("/play/parley.yaml?account=hopeful")
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
    visit.clean()
    assert visit.served.get("/play/at/nothing").status_code == 404
    body = {"name": "parley.yaml", "party": "east"}
    assert visit.served.post("/play", json=body).status_code == 400


def test_a_class_of_three_with_one_that_drops_out(visit: Visit, browser: Browser) -> None:
    served = visit.served
    teacher = visit.go("/play/model-three-in-turn")
    teacher.get_by_role("button", name="Open a class").click()
    code = teacher.locator("b.code").inner_text()
    rooms = [visiting(browser, served) for _ in range(3)]
    try:
        students = []
        for letter, room in zip("ABC", rooms, strict=True):
            own = room.__enter__()
            own.page.context.clear_cookies()  # students have no token
            page = own.go("/join")
            page.get_by_label("Code").fill(code.lower())
            page.get_by_label("Your name, or a letter").fill(letter)
            page.get_by_role("button", name="Join", exact=True).click()
            page.get_by_role("heading", name="You play").wait_for()
            students.append(own)
        first, second, third = (one.page for one in students)
        first.get_by_role("button", name="challenges", exact=True).click()
        second.get_by_role("button", name="answers", exact=True).click()
        third.get_by_text("What do you do?").wait_for()
        rooms[2].__exit__()  # and goes: the solved play makes the third's move
        first.get_by_text("It ended").wait_for(timeout=20_000)
        second.get_by_text("Your choices beside the solved play").wait_for()
        teacher.get_by_text("the solved play").first.wait_for()
        assert "A" in teacher.locator("[data-board]").inner_text()
        csv = served.get(f"/play/class/{code}/choices.csv").text.splitlines()
        assert len(csv) == 3  # heads and two choices by hand
        assert "Challenger: challenges" in served.get(f"/play/class/{code}/story.txt").text
        for own in students[:2]:
            own.clean()
        visit.clean()
    finally:
        for room in rooms[:2]:
            room.__exit__()


def test_students_reach_their_page_and_nothing_else(served: Served) -> None:
    import requests

    told = served.post(
        "/play/class", json={"name": "model-three-in-turn", "parties": ["one", "three"]}
    ).json()
    code, address = told["code"], served.address
    origin = {"origin": address}

    def join(name: str, **more: str) -> requests.Response:
        body = {"code": code, "name": name}
        return requests.post(f"{address}/join", json=body, headers=origin | more, timeout=10)

    assert requests.get(f"{address}/join", timeout=10).status_code == 200
    for path in ("/", "/play/model-three-in-turn", f"/play/class/{code}", "/runs"):
        assert requests.get(address + path, timeout=10).status_code == 403
    assert join("Ann", origin="http://evil.example").status_code == 403
    assert join(" ").status_code == 400
    secret = join("=SUM(A1)").json()["secret"]
    body = {"code": code, "secret": secret}

    def post(path: str, **more: Any) -> requests.Response:
        return requests.post(f"{address}{path}", json=body | more, headers=origin, timeout=10)

    assert post("/join/seat").json()["held"]
    assert post("/join/move", place=0, stamp=0).status_code == 400
    served.post(f"/play/class/{code}/begin", json={})
    assert post("/join/seat").json()["mine"]
    assert post("/join/seat", secret="guess").status_code == 400
    assert post("/join/move", place=0, stamp=0).json() == {"moved": True}
    assert "'=SUM(A1)" in served.get(f"/play/class/{code}/choices.csv").text
    served.post(f"/play/class/{code}/close", json={})
    assert join("Bo").status_code == 400
    assert served.get("/play/class/XXXXXX").status_code == 404


def test_whoever_is_silent_is_played_on(served: Served) -> None:
    from offramp.web.live.setting import Setting
    from offramp.web.play.routes import seats_of

    lesson = seats_of(served.site).teach(
        "model-three-in-turn", Setting(), ["one", "two"], odds=True
    )
    time = [0.0]
    lesson.clock = lambda: time[0]
    ann, bo = lesson.join("Ann"), lesson.join("Bo")
    assert (ann.group, bo.group) == (0, 0)
    table = lesson.tables[0]
    assert table.mover == 0
    time[0] = 8.0
    lesson.student(bo.secret)
    time[0] = 13.0  # nothing of Ann for longer than she may be silent
    lesson.look()
    assert ann.away
    assert table.over or table.mover == 1
    lesson.leave(bo)
    time[0] = 14.0
    lesson.look()
    assert not bo.away  # a page that was loaded again would be back by now
    time[0] = 17.0
    lesson.look()
    assert bo.away
    assert table.over
    with pytest.raises(IndexError):
        lesson.tables[1]
    assert lesson.join("Cy").group == 1  # the first group's game is over


def test_the_local_network_reaches_it_only_when_asked(tmp_path: Path) -> None:
    from offramp.web.server.running import own_addresses
    from offramp.web.server.site import make_site

    assert not [one for one in own_addresses() if one.startswith("127.")]
    assert make_site(tmp_path, 8000).hosts == make_site(tmp_path, 8000, ()).hosts
    assert "192.0.2.7:8000" in make_site(tmp_path, 8000, ("192.0.2.7",)).hosts
    assert "192.0.2.7:8000" not in make_site(tmp_path, 8000).hosts
