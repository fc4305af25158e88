"""Live assumptions in a browser: a slider, its layers, its address, and what stands behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.conftest import Served, Visit
from tests.web.talks import PARLEY


@pytest.fixture
def parley(served: Served) -> Path:
    file = served.folder / "parley.yaml"
    file.write_text(PARLEY, encoding="utf-8")
    return file


def test_accounts_switches_reset_and_what_is_unchanged(visit: Visit, parley: Path) -> None:
    page = visit.go("/live/parley.yaml")
    page.get_by_role("button", name="The grim").click()
    page.locator("[data-whose]", has_text="The grim").wait_for()
    page.get_by_role("button", name="absent").click()
    page.locator("[data-whose]", has_text="with one assumption moved by hand").wait_for()
    assert "account=grim" in page.url
    assert "set=guard%3Dabsent" in page.url
    page.get_by_label("Hide what is unchanged").check()
    assert page.locator(".control[data-name]:visible").count() == 1
    page.get_by_role("button", name="Reset all").click()
    page.wait_for_url(lambda url: "guard" not in url)
    assert page.locator(".control[data-name]:visible").count() == 0
    page.get_by_label("Hide what is unchanged").uncheck()
    page.get_by_label("Find an assumption").fill("share")
    assert page.locator(".control[data-name]:visible").count() == 1
    visit.clean()


def test_two_settings_stand_beside_each_other_and_claims_say_as_of(
    visit: Visit, parley: Path
) -> None:
    page = visit.go("/live/parley.yaml?set=slide%3D0.3")
    page.get_by_role("button", name="Keep these figures beside what follows").click()
    page.get_by_role("button", name="The hopeful").click()
    page.locator(".change", has_text="points").first.wait_for()
    assert "beside=set%3Dslide%253D0.3" in page.url
    page.get_by_text("As of this setting, on the premises of the account ‹The hopeful›").wait_for()
    page.reload()  # the address says it all
    page.locator(".change", has_text="points").first.wait_for()
    visit.clean()


def test_a_figure_opens_its_draws_and_a_source_its_passage(visit: Visit, parley: Path) -> None:
    page = visit.go("/live/parley.yaml")
    control = page.locator(".control[data-name='share']")
    control.locator("summary").click()
    assert "A clerk" in control.inner_text()
    assert "line 4" in control.inner_text()
    line = control.get_by_role("link").get_attribute("href")
    assert line is not None
    number = int(line.rpartition("#line-")[2])
    assert "share:" in PARLEY.splitlines()[number - 1]
    page.locator("table.bars tr", has_text="War").locator(".figure").click()
    page.get_by_role("heading", name="Probability of ‹War›").wait_for()
    assert page.locator("tbody tr").count() == 64
    csv = visit.served.get("/live/parley.yaml/draws.csv?of=end:war").text.splitlines()
    assert len(csv) == 65
    assert csv[0].startswith("draw,end:war,")
    visit.clean()


def test_a_setting_that_makes_no_game_is_told_and_a_changed_text_too(
    visit: Visit, parley: Path
) -> None:
    page = visit.go("/live/parley.yaml")
    key = visit.served.get("/live/parley.yaml.json").json()["key"]
    page.get_by_label("slide, exact value").fill("1.5")
    page.keyboard.press("Tab")
    page.locator("[data-state].wrong").wait_for()
    visit.errors.clear()  # the browser itself notes the answer 400
    parley.write_text(PARLEY.replace("value: 0.5", "value: 0.55"), encoding="utf-8")
    visit.served.site.kept.pop("live shelf")
    answer = visit.served.get(f"/live/parley.yaml/ends.json?key={key}")
    assert answer.status_code == 409
    assert "has changed since" in answer.json()["error"]["found"]
    assert visit.served.get("/live/nobody.yaml").status_code == 404
    assert visit.served.get("/live/parley.yaml/ends.json?set=share%3Dnan").status_code == 400
    assert visit.served.get("/live/parley.yaml/draws.json?of=end:x").status_code == 400
    assert visit.served.get("/live/parley.yaml/other.json").status_code == 404


def test_links_keep_the_setting_before_any_script_runs(served: Served, parley: Path) -> None:
    query = "account=grim&set=cost%5Bnorth%5D%3D0.12"
    for here in ("live", "runs/of", "desk"):
        told = served.get(f"/{here}/parley.yaml?{query}").text.replace("&amp;", "&")
        for place in ("live", "runs/of", "desk", "game", "play", "present"):
            assert f'href="/{place}/parley.yaml?{query}"' in told, (here, place)
        assert 'href="/edit/parley.yaml"' in told
