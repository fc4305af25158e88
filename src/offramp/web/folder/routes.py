"""The pages of library and folder."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from offramp.web.server.pages import view
from offramp.web.server.parts import Link
from offramp.web.server.site import site_of

router = APIRouter()
MENU = (Link(10, "Folder", "/"), Link(20, "Library", "/library"))


@view(router, "/", "folder.html")
def folder_page(request: Request) -> dict[str, Any]:
    """The files of the user's folder."""
    return {"files": [{"name": one} for one in site_of(request).folder.files()]}
