"""The pages of live assumptions, and what they ask while something is moved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Timer
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.responses import Response

from offramp.core.errors import ResultError
from offramp.web.live.newest import Newest, Superseded
from offramp.web.live.reading import Outdated, shelf_of
from offramp.web.live.setting import Setting, setting_of
from offramp.web.server.pages import page, view
from offramp.web.server.parts import Link
from offramp.web.server.site import Site, site_of

router = APIRouter()
TABS = (Link(30, "What follows", "/live/{name}"),)
LATER, SMALL = 2.5, "border-standoff"
"""Seconds after the start until the solver is got ready, and the game it is got ready with."""
ASKER = 64
"""Letters by which a window is known at most."""
Layer = Callable[[Any, Setting, str], dict[str, Any]]


def layer_named(name: str) -> Layer | None:
    """What works a layer out; None for a name that is none. The solver is loaded with the first."""
    from offramp.web.live.answers import at_once, claims_as_of, followed

    layers: dict[str, Layer] = {"ends": at_once, "followed": followed, "claims": claims_as_of}
    return layers.get(name)


def newest_of(site: Site) -> Newest:
    """The solver threads of a server."""
    return site.keep("live newest", Newest)


def warm(site: Site) -> None:
    """Get the solver ready a little after the first page, which must not wait for it."""
    timer = Timer(LATER, _solve_once, (site,))
    timer.daemon = True
    site.kept["live timer"] = timer
    timer.start()


def close(site: Site) -> None:
    """Nothing more is solved."""
    if "live timer" in site.kept:
        site.kept["live timer"].cancel()
    if "live newest" in site.kept:
        newest_of(site).close()


def _solve_once(site: Site) -> None:
    """Load the kernels, or compile them where nobody has on this machine; see ``state_of``."""
    from offramp.core.compiling import tell_compiling

    def compiling(words: str) -> None:
        site.kept["live compiling"] = words

    def work() -> None:
        follows = layer_named("followed")
        assert follows is not None
        follows(shelf_of(site).compiled(SMALL), Setting(), SMALL)
        site.kept["live compiling"] = ""

    tell_compiling(compiling)
    newest_of(site).ask("warm", work)


@router.get("/live/state.json", response_model=None)
def state_of(request: Request) -> dict[str, str]:
    """What the solver does that takes long: 'compiling …', or the empty string."""
    return {"compiling": site_of(request).kept.get("live compiling", "")}


@router.get("/live/{name:path}/{layer}.json", response_model=None)
async def layer_of(request: Request, name: str, layer: str) -> Response:
    """One layer of what follows from the setting in the address, or 409 where it is outdated."""
    site, asked = site_of(request), request.query_params
    setting, key = setting_of(asked.multi_items()), asked.get("key", "")[:ASKER]
    if layer == "draws":
        return JSONResponse(await asyncio.to_thread(_draws, site, name, setting, asked.get("of")))
    follows = layer_named(layer)
    if follows is None:
        return JSONResponse({"error": {"found": f"no layer '{layer[:ASKER]}'"}}, 404)

    def work() -> dict[str, Any]:
        return follows(shelf_of(site).compiled(name, key), setting, name)

    asker = f"{asked.get('asker', '')[:ASKER]} {layer}"
    try:
        return JSONResponse(await asyncio.wrap_future(newest_of(site).ask(asker, work)))
    except Superseded as gone:
        return JSONResponse({"superseded": str(gone)}, 409)
    except Outdated as changed:
        return JSONResponse({"error": changed.as_dict()}, 409)


@router.get("/live/{name:path}/draws.csv", response_model=None)
def draws_file(request: Request, name: str, of: str = "") -> Response:
    """Every draw behind a number, with every assumption that was drawn."""
    from offramp.web.live.draws import draws_table

    setting = setting_of(request.query_params.multi_items())
    text = draws_table(shelf_of(site_of(request)).compiled(name), setting, of)
    told = {"content-disposition": 'attachment; filename="draws.csv"'}
    return PlainTextResponse(text, media_type="text/csv", headers=told)


@view(router, "/live/{name:path}/draws", "live/draws.html")
def draws_page(request: Request, name: str, of: str = "") -> dict[str, Any]:
    """What stands behind one number of a setting."""
    setting = setting_of(request.query_params.multi_items())
    return _draws(site_of(request), name, setting, of)


@router.get("/live/{name:path}.json", response_model=None)
def live_facts(request: Request, name: str) -> dict[str, Any]:
    """What can be moved, as the setting of the address has it."""
    from offramp.web.live.controls import controls_of

    setting = setting_of(request.query_params.multi_items())
    compiled = shelf_of(site_of(request)).compiled(name)
    scenario = compiled.scenario
    return {
        "name": name,
        "key": compiled.key,
        "title": scenario.title,
        "about": scenario.about or "",
        "query": setting.query,
        "claims": len(scenario.claims),
        "parties": [
            {"name": key, "label": one.label or key} for key, one in scenario.parties.items()
        ],
        **controls_of(compiled, setting),
    }


@router.get("/live/{name:path}", response_model=None)
def live_page(request: Request, name: str) -> Response:
    """The page that shows it; nothing is solved or compiled for the page itself."""
    scenario, query = shelf_of(site_of(request)).scenario(name), ""
    with suppress(ResultError):  # the page itself says what is wrong with its address
        query = setting_of(request.query_params.multi_items()).query
    facts = {"name": name, "title": scenario.title, "query": query}
    return page(request, "live/live.html", facts)


def _draws(site: Site, name: str, setting: Setting, of: str | None) -> dict[str, Any]:
    from offramp.web.live.draws import draws_behind

    compiled = shelf_of(site).compiled(name)
    return {"name": name} | draws_behind(compiled, setting, of or "", name)
