"""How a page is told: facts become HTML by a template, and stand as JSON beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from offramp.web.server.parts import ROOM, find_parts
from offramp.web.server.site import site_of

if TYPE_CHECKING:
    from starlette.datastructures import State

STATIC = ROOM / "static"
TEMPLATES = ROOM / "templates"
REPORT = ROOM.parent / "presentation" / "templates"
LOOKS = ("system", "light", "dark")
Facts = Callable[..., dict[str, Any]]


def view(router: APIRouter, path: str, template: str) -> Callable[[Facts], Facts]:
    """A page: its function gives facts, told by ``template`` at ``path``, as data at ``path``.json.

    The function's first argument is ``request: Request``.
    """

    def add(facts: Facts) -> Facts:
        @wraps(facts)
        def told(**named: Any) -> HTMLResponse:
            return page(named["request"], template, facts(**named))

        beside = "/index.json" if path == "/" else f"{path}.json"
        router.add_api_route(beside, facts, response_model=None, name=f"{facts.__name__}_json")
        router.add_api_route(path, told, response_class=HTMLResponse, response_model=None)
        return facts

    return add


def page(
    request: Request, template: str, facts: Mapping[str, Any], status: int = 200
) -> HTMLResponse:
    """The facts as a page, or as the piece of one that a template without a head makes."""
    state: State = request.state
    menu = sorted(link for part in find_parts() for link in part.menu)
    tabs = sorted(link for part in find_parts() for link in part.tabs)
    html = (
        workshop()
        .get_template(template)
        .render(
            facts,
            menu=menu,
            tabs=tabs,
            here=request.url.path,
            nonce=state.nonce,
            look=site_of(request).kept.get("look", "system"),
            folder_name=site_of(request).folder.root.name or "/",
            withheld=site_of(request).no_passages,
        )
    )
    return HTMLResponse(html, status)


@cache
def workshop() -> Environment:
    """The templates of this room; those of the report are beside them as ``report/…``."""
    made = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader(TEMPLATES), PrefixLoader({"report": FileSystemLoader(REPORT)})]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    from offramp.presentation.text.numbers import percent

    made.filters["percent"] = percent
    made.filters["part"] = part
    made.globals["asset"] = asset
    return made


def svg(picture: str) -> Response:
    """A picture of ours, in which nothing can run."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    headers = {"content-security-policy": policy, "cache-control": "no-store"}
    return Response(picture, media_type="image/svg+xml", headers=headers)


def part(name: str) -> str:
    """A file's name as part of an address."""
    return quote(name, safe="/")


@cache
def asset(name: str) -> str:
    """The address of a file of ours, with its content's mark so that a browser may keep it."""
    import hashlib

    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{mark}"


def static_file(name: str) -> Path | None:
    """A file of ours that may be shown, or None."""
    known = {path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*")}
    path = known.get(name)
    return path if path is not None and path.is_file() else None
