"""Presenting: the figures of the sliders, revealed in order, by keys alone."""

from __future__ import annotations

import pytest

from offramp.scenario import read
from offramp.web.live.answers import at_once
from offramp.web.live.games import Games
from offramp.web.live.setting import Setting
from offramp.web.present.questions import questions_of
from tests.web.conftest import Visit
from tests.web.talks import PARLEY


def test_what_is_presented_is_what_follows() -> None:
    parley = Games().of(read(PARLEY))
    setting = Setting("grim", (("slide", 0.1),))
    told = {one["name"]: one for one in questions_of(parley, setting)["questions"]}
    ends = {one["label"]: one["probability"] for one in at_once(parley, setting)["ends"]}
    for step in told["ends"]["steps"]:
        assert step["share"] == pytest.approx(ends[step["says"]], abs=1e-12)
    shares = [one["share"] for one in told["ends"]["steps"]]
    assert shares == sorted(shares, reverse=True)
    assert len(told["accounts"]["steps"]) == 3
    for step in told["accounts"]["steps"]:
        assert sum(part[1] for part in step["parts"]) == pytest.approx(1)
    assert told["moved"]["steps"][0]["says"] == "slide: 0.1"
    plain = Games().of(read("model-ultimatum"))
    names = [one["name"] for one in questions_of(plain, Setting())["questions"]]
    assert "moved" not in names


def test_a_presentation_by_keys_alone(visit: Visit) -> None:
    (visit.served.folder / "parley.yaml").write_text(PARLEY, encoding="utf-8")
    page = visit.go("/present/parley.yaml?account=hopeful")
    assert page.get_by_text("Not a forecast.").is_visible()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("heading", name="Who is at the table?").is_visible()
    steps = page.locator("[data-slide=parties] [data-step]")
    assert not steps.first.is_visible()
    page.keyboard.press("ArrowRight")
    assert steps.first.is_visible()
    assert not steps.nth(1).is_visible()
    page.keyboard.press("End")
    page.get_by_role("heading", name="What can this not tell?").wait_for()
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
        if page.locator("[data-slide=claims]").is_visible():
            break
    verdict = page.locator("[data-slide=claims] [data-verdict]").first
    verdict.wait_for(state="attached")
    page.get_by_role("button", name="Reveal all").click()
    verdict.wait_for()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert page.url.endswith("#title")
    visit.clean()
