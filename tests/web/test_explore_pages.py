"""The pages on which a crisis is explored: no serious fault, nothing out of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.web.conftest import Served, Visit
from tests.web.faults import faults
from tests.web.talks import PARLEY

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


def ready(visit: Visit, path: str) -> Any:
    page = visit.go(path)
    page.wait_for_load_state("networkidle")
    return page


def test_no_page_has_a_serious_fault(browser: Browser, served: Served) -> None:
    own = played(served)
    assert faults(browser, served, "phone", "dark", (*QUICK, *own), ready) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("wide", ["phone", "laptop", "wall"])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_no_page_has_one_at_any_width(
    browser: Browser, served: Served, wide: str, look: str
) -> None:
    own = played(served)
    assert faults(browser, served, wide, look, (*PAGES, *own), ready) == []
