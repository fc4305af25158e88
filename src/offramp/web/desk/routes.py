"""The page of the off-ramp desk; a search runs beside the sliders and can be replaced."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from offramp.core.errors import ResultError
from offramp.web.live.newest import Newest, Superseded
from offramp.web.live.reading import shelf_of
from offramp.web.live.setting import setting_of
from offramp.web.server.pages import view
from offramp.web.server.parts import Link
from offramp.web.server.site import Site, site_of

router = APIRouter()
TABS = (Link(50, "Off-ramps", "/desk/{name}"),)
ASKER, MOST = 64, 200


def _desk(site: Site) -> Newest:
    """One thread: a search takes seconds to minutes."""
    return site.keep("desk newest", lambda: Newest(threads=1))


def _progress(site: Site) -> dict[str, tuple[int, str]]:
    """Asker to the number of the newest search, and how far it is."""
    return site.keep("desk progress", dict[str, tuple[int, str]])


@router.get("/desk/{name:path}/found.json", response_model=None)
async def found(request: Request, name: str) -> Response:
    """Search for off-ramps; 409 where the same window has asked for another since."""
    site, asked = site_of(request), request.query_params
    setting, question = setting_of(asked.multi_items()), _question(asked)
    asker = asked.get("asker", "")[:ASKER]
    progress = _progress(site)
    if len(progress) > MOST:
        progress.clear()
    number = progress.get(asker, (0, ""))[0] + 1
    progress[asker] = number, "waiting"

    def tell(what: str, done: int, total: int) -> None:
        if progress.get(asker, (number, ""))[0] != number:
            raise Superseded("another search was asked for")
        progress[asker] = number, f"{what}: {done:,} of {total:,}" if total > 1 else what

    def work() -> dict[str, Any]:
        from offramp.web.desk.searching import find_ramps

        tell("reading", 0, 1)
        return find_ramps(shelf_of(site).compiled(name), setting, question, tell)

    try:
        return JSONResponse(await asyncio.wrap_future(_desk(site).ask(asker, work)))
    except Superseded as gone:
        return JSONResponse({"superseded": str(gone)}, 409)


@router.get("/desk/{name:path}/progress.json", response_model=None)
def progress_of(request: Request, name: str, asker: str = "") -> dict[str, str]:
    """How far the search of a window is."""
    return {"name": name, "says": _progress(site_of(request)).get(asker[:ASKER], (0, ""))[1]}


@view(router, "/desk/{name:path}", "desk/desk.html")
def desk_page(request: Request, name: str) -> dict[str, Any]:
    """What can be chosen at the desk."""
    from offramp.web.desk.searching import choices_of

    setting = setting_of(request.query_params.multi_items())
    compiled = shelf_of(site_of(request)).compiled(name)
    return {
        "name": name,
        "title": compiled.scenario.title,
        "query": setting.query,
        "moved": len(setting.values),
        "accounts": [
            {"name": key, "label": one.label or key}
            for key, one in compiled.scenario.accounts.items()
        ],
        "account": setting.account,
        **choices_of(compiled, setting),
    }


def _question(asked: Any) -> Any:
    """Aim, probability, levers and holders from an address."""
    from offramp.web.desk.searching import Question

    text = asked.get("at_least", "0.5")
    try:
        at_least = float(text)
    except ValueError:
        raise ResultError(f"at_least={text[:20]}", expected="a probability") from None
    levers, holders = asked.getlist("lever")[:MOST], asked.getlist("holder")[:MOST]
    return Question(asked.get("outcome", "agreement"), at_least, tuple(levers), tuple(holders))
