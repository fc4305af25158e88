"""Every page: no serious fault that axe finds, nothing out of the window, all from the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.web.conftest import Served, Visit
from tests.web.faults import faults
from tests.web.test_forms import built

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGES = (
    "/",
    "/library",
    "/library/scenarios/border-standoff",
    "/library/mechanisms/spent_threats",
    "/library/models/rubinstein_infinite",
    "/file/three.yaml",
    "/file/slip.yaml",
    "/told/three.yaml",
    "/versions/three.yaml",
    "/edit/three.yaml",
    "/edit/three.yaml?pane=sentences",
    "/edit/three.yaml?pane=outline",
    "/edit/slip.yaml",
    "/nothing",
)


def filled(served: Served) -> None:
    mark = served.site.folder.save("three.yaml", built(), None)
    served.site.folder.save("three.yaml", built().replace("label: South", "label: The south"), mark)
    served.site.folder.save("slip.yaml", built().replace("by: south", "by: sout"), None)


def ready(visit: Visit, path: str) -> Any:
    page = visit.go(path)
    if path.startswith("/edit/"):
        page.wait_for_selector("#verdict[class]")
        page.wait_for_selector("#part-levers", state="attached")
        page.evaluate(
            "() => document.querySelectorAll('details').forEach(one => { one.open = true })"
        )
    return page


QUICK = ("/", "/file/three.yaml", "/edit/three.yaml", "/versions/three.yaml")


def complaints(
    browser: Browser, served: Served, wide: str, look: str, pages: tuple[str, ...] = PAGES
) -> list[str]:
    """One of the pages is meant not to be there."""
    return faults(browser, served, wide, look, pages, ready, meant="404")


def test_no_page_has_a_serious_fault(browser: Browser, served: Served) -> None:
    filled(served)
    assert complaints(browser, served, "laptop", "light", QUICK) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("wide", ["phone", "laptop", "wall"])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_no_page_has_one_at_any_width(
    browser: Browser, served: Served, wide: str, look: str
) -> None:
    filled(served)
    assert complaints(browser, served, wide, look) == []


def test_all_of_a_page_can_be_reached_by_keys(visit: Visit) -> None:
    filled(visit.served)
    page = ready(visit, "/edit/three.yaml")
    reached: list[str] = []
    wanted = {"save", "title", "Forms", "In sentences", "parties--north--label"}
    while not wanted <= set(reached) and len(reached) < 120:
        page.keyboard.press("Tab")
        told = page.evaluate(
            "() => document.activeElement.id || document.activeElement.textContent"
        )
        reached.append(told.strip())
        outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", told
    assert reached[0] == "To the content"
    assert wanted <= set(reached)
    page.locator(".cm-content").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert not page.evaluate("() => document.activeElement.closest('.cm-editor')")
