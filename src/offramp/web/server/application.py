"""The application: guard, pages of every part, our own files, and how errors are told."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from offramp.core.errors import OfframpError
from offramp.web.folder.files import Missing
from offramp.web.server.guard import Guard
from offramp.web.server.pages import LOOKS, page, static_file
from offramp.web.server.parts import find_parts
from offramp.web.server.site import Site, site_of

KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
NOT_THERE = "Nothing stands at this address."


def create_app(site: Site) -> FastAPI:
    """The page over a site. Every request passes the guard first."""
    app = FastAPI(title="Offramp", docs_url=None, redoc_url=None)
    app.state.site = site
    app.get("/open", include_in_schema=False)(_opened)
    app.get("/static/{name:path}", include_in_schema=False, response_model=None)(_static)
    app.post("/look", response_model=None)(_look)
    for one in find_parts():
        app.include_router(one.router)
    app.add_exception_handler(OfframpError, _told)
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(RequestValidationError, _told)
    unguarded = tuple(path for one in find_parts() for path in one.unguarded)
    app.add_middleware(Guard, site=site, unguarded=("/static/", *unguarded))
    return app


def _opened(request: Request, token: str = "", to: str = "/") -> Response:
    """Turn the token of the opening address into a cookie, and go on without it."""
    import secrets

    site = site_of(request)
    if not secrets.compare_digest(token.encode(), site.token.encode()):
        return PlainTextResponse("This is not the address that the terminal shows.", 403)
    own = to if to.startswith("/") and not urlsplit(to).netloc and "\\" not in to else "/"
    answer = RedirectResponse(own, 303)
    answer.set_cookie(site.cookie, site.token, httponly=True, samesite="strict", path="/")
    return answer


def _static(request: Request, name: str) -> Response:
    path = static_file(name)
    if path is None:
        raise HTTPException(404, NOT_THERE)
    marked = "max-age=31536000, immutable" if request.url.query else "no-cache"
    kept = {"cache-control": marked}  # what a module imports carries no mark of its content
    return FileResponse(path, media_type=KINDS.get(path.suffix, "text/plain"), headers=kept)


def _look(request: Request, to: str = "system") -> Response:
    """Light, dark or as the system has it, until the server ends."""
    site_of(request).kept["look"] = to if to in LOOKS else "system"
    return Response(status_code=204)


def _told(request: Request, error: Exception) -> Response:
    """What went wrong, in a page for readers and as data for programs."""
    if isinstance(error, OfframpError):
        status = 404 if isinstance(error, Missing) else 400
        facts: dict[str, Any] = error.as_dict()
    elif isinstance(error, RequestValidationError):
        status, facts = 422, _fields("The request does not fit this address.")
    elif isinstance(error, HTTPException):
        status = error.status_code
        facts = _fields(NOT_THERE if status == 404 else str(error.detail))
    else:
        raise error
    wants_page = request.method == "GET" and not request.url.path.endswith(".json")
    if wants_page and "text/html" in request.headers.get("accept", ""):
        return page(request, "error.html", {"error": facts, "status": status}, status)
    return JSONResponse({"error": facts}, status)


def _fields(found: str) -> dict[str, Any]:
    return OfframpError(found).as_dict()
