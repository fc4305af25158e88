"""The pages of the game view."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from markupsafe import Markup

from offramp.web.live.reading import shelf_of
from offramp.web.live.setting import setting_of
from offramp.web.server.pages import view
from offramp.web.server.parts import Link
from offramp.web.server.site import site_of

router = APIRouter()
TABS = (Link(55, "Game", "/game/{name}"),)


@view(router, "/game/{name:path}/state/{node}", "game/state.html")
def state_page(request: Request, name: str, node: int) -> dict[str, Any]:
    """One state of the game and what is around it."""
    from offramp.web.game.views import state_at

    setting = setting_of(request.query_params.multi_items())
    compiled = shelf_of(site_of(request)).compiled(name)
    told = {"name": name, "title": compiled.scenario.title, "query": setting.query}
    return told | state_at(compiled, setting, node)


@view(router, "/game/{name:path}", "game/game.html")
def game_page(request: Request, name: str) -> dict[str, Any]:
    """The game as a picture, a flow and a list of states."""
    from offramp.web.game.views import overview

    setting = setting_of(request.query_params.multi_items())
    compiled = shelf_of(site_of(request)).compiled(name)
    about = {"name": name, "title": compiled.scenario.title, "query": setting.query}
    found = overview(compiled, setting)
    return about | found | {one: _allowed(found[one]) for one in ("tree", "strip")}


def _allowed(picture: str) -> Markup:
    """A picture of ours without style attributes, which the page's policy forbids; our own style
    sheet says the same."""
    return Markup(re.sub(r' style="[^"<>]*"', "", picture))
