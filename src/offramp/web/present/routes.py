"""The page for a projector."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from offramp.web.live.reading import shelf_of
from offramp.web.live.setting import setting_of
from offramp.web.server.pages import view
from offramp.web.server.parts import Link
from offramp.web.server.site import site_of

router = APIRouter()
TABS = (Link(70, "Present", "/present/{name}"),)


@view(router, "/present/{name:path}", "present/present.html")
def present_page(request: Request, name: str) -> dict[str, Any]:
    """The questions of a scenario at a setting, one screen each."""
    from offramp.web.present.questions import questions_of

    setting = setting_of(request.query_params.multi_items())
    compiled = shelf_of(site_of(request)).compiled(name)
    told = {"name": name, "key": compiled.key, "query": setting.query}
    return told | questions_of(compiled, setting)
