"""The pages on which a crisis is explored: no serious fault, nothing out of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.conftest import Served, visiting
from tests.web.talks import PARLEY
from tests.web.test_pages import serious

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGES = (
    "/live/parley.yaml?account=grim&set=slide%3D0.1&beside=account%3Dgrim",
    "/live/parley.yaml/draws?of=end:war",
    "/runs",
    "/runs/of/parley.yaml?account=grim",
    "/desk/parley.yaml",
    "/game/parley.yaml",
    "/game/parley.yaml/state/1",
    "/game/model-ultimatum",
    "/play/parley.yaml",
    "/present/parley.yaml#accounts",
    "/join",
)
QUICK = ("/live/parley.yaml?account=grim", "/desk/parley.yaml", "/game/parley.yaml")


def played(served: Served) -> tuple[str, ...]:
    """A game and a class that are there to be looked at."""
    (served.folder / "parley.yaml").write_text(PARLEY, encoding="utf-8")
    body = {"name": "parley.yaml", "party": "south"}
    game = served.post("/play", json=body).json()["game"]
    parties = {"name": "parley.yaml", "parties": ["north", "south"]}
    code = served.post("/play/class", json=parties).json()["code"]
    served.post("/join", json={"code": code, "name": "Ann"})
    return f"/play/at/{game}?odds=true", f"/play/class/{code}"


def complaints(
    browser: Browser, served: Served, wide: str, look: str, pages: tuple[str, ...]
) -> list[str]:
    """What axe, the console and the width of the window have against the pages."""
    found: list[str] = []
    with visiting(browser, served, wide, color_scheme=look) as visit:
        for path in pages:
            page = visit.go(path)
            page.wait_for_load_state("networkidle")
            found += [f"{path} {one}" for one in serious(page)]
            over = page.evaluate(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            found += [f"{path} runs {over} px out of the window"] if over > 0 else []
        found += [*visit.errors, *visit.strangers]
    return found


def test_no_page_has_a_serious_fault(browser: Browser, served: Served) -> None:
    own = played(served)
    assert complaints(browser, served, "phone", "dark", (*QUICK, *own)) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("wide", ["phone", "laptop", "wall"])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_no_page_has_one_at_any_width(
    browser: Browser, served: Served, wide: str, look: str
) -> None:
    own = played(served)
    assert complaints(browser, served, wide, look, (*PAGES, *own)) == []
