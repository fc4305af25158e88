"""What axe, the console and the width of the window have against pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tests.web.conftest import Served, Visit, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def serious(page: Any) -> list[str]:
    """What axe finds that is serious or worse, each with the first element that has it."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def faults(
    browser: Browser,
    served: Served,
    wide: str,
    look: str,
    pages: Sequence[str],
    ready: Callable[[Visit, str], Any],
    meant: str | None = None,
) -> list[str]:
    """Everything found on pages, each made ``ready``; the console may say what is ``meant``."""
    found: list[str] = []
    with visiting(browser, served, wide, color_scheme=look) as visit:
        for path in pages:
            page = ready(visit, path)
            found += [f"{path} {one}" for one in serious(page)]
            over = page.evaluate(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            found += [f"{path} runs {over} px out of the window"] if over > 0 else []
        found += [one for one in visit.errors if meant is None or meant not in one]
        found += visit.strangers
    return found
