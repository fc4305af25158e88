"""Who may ask: this machine's own pages with the token, in bodies of bounded size.

Loopback is no boundary: any page that a browser shows can send requests to it. So the Host is
checked (against names that were made to point here), Origin and Sec-Fetch-Site on every request
that changes something, and a token that only the opening address carries becomes a cookie.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from offramp.web.server.site import Site

MOST_BODY = 4_000_000
"""Bytes of a body; a scenario has at most a million."""
PATIENCE = 20.0
"""Seconds within which a body has to arrive."""
READING = ("GET", "HEAD")
METHODS = (*READING, "POST")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
SENTENCES = {
    403: "This page is open to the browser in which it was opened. Use the address that the "
    "terminal shows.",
    405: "Only GET and POST are answered here.",
    408: "The request did not arrive in time.",
    413: "The request is larger than this page takes.",
    421: "This server is not called by that name.",
}


class Guard:
    """Refuses what is none of ours before anything else sees it, and marks every answer."""

    def __init__(self, app: Any, site: Site, unguarded: tuple[str, ...] = ()) -> None:
        self._app, self._site, self._unguarded = app, site, ("/open", *unguarded)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        headers = _headers(scope)
        status = self._refused(scope, headers)
        body = b""
        if not status and scope["method"] not in READING:
            status, body = await _body(headers, receive)
            receive = _again(body, receive)
        if status:
            await _refuse(send, status)
            return
        await self._app(scope, receive, _marking(send, nonce))

    def _refused(self, scope: Any, headers: Mapping[str, str]) -> int:
        """The status of a refusal, or 0."""
        if headers.get("host", "").lower() not in self._site.hosts:
            return 421
        if scope["method"] not in METHODS:
            return 405
        opening = scope["path"] == "/open"
        if scope["method"] not in READING:
            if headers.get("origin", "") != f"http://{headers['host'].lower()}":
                return 403
            if headers.get("sec-fetch-site", "same-origin") != "same-origin":
                return 403
        elif headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not opening:
            return 403
        free = any(scope["path"].startswith(one) for one in self._unguarded)
        return 0 if free or self._knows(headers) else 403

    def _knows(self, headers: Mapping[str, str]) -> bool:
        """Whether the browser carries the token."""
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self._site.cookie)
        except CookieError:
            return False
        given = found.value if found else ""
        return secrets.compare_digest(given.encode(), self._site.token.encode())


def _headers(scope: Any) -> dict[str, str]:
    """Header to value; of one that stands twice nothing that could pass."""
    found: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").lower()
        found[name] = "" if name in found and name != "cookie" else value.decode("latin-1")
    return found


async def _body(headers: Mapping[str, str], receive: Any) -> tuple[int, bytes]:
    """The whole body, and the status of a refusal or 0."""
    told = headers.get("content-length", "0")
    if not told.isdigit() or int(told) > MOST_BODY:
        return 413, b""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return 408, b""
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > MOST_BODY:
                    return 413, b""
                if not message.get("more_body"):
                    return 0, b"".join(parts)
    except TimeoutError:
        return 408, b""


def _again(body: bytes, receive: Any) -> Any:
    """A receiver that hands out the body that was read."""
    told = False

    async def repeat() -> Any:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return repeat


def _marking(send: Any, nonce: str) -> Any:
    """A sender that adds the headers which every answer has, where it has none of its own."""
    policy = POLICY.format(nonce=nonce)

    async def mark(message: Any) -> None:
        if message["type"] == "http.response.start":
            own = {name.decode("latin-1").lower() for name, _ in message["headers"]}
            added = {"content-security-policy": policy, "cache-control": "no-store", **HEADERS}
            message["headers"] = [
                *message["headers"],
                *((k.encode(), v.encode()) for k, v in added.items() if k not in own),
            ]
        await send(message)

    return mark


async def _refuse(send: Any, status: int) -> None:
    told = SENTENCES[status].encode()
    headers = {
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(told)),
        "connection": "close",
        **HEADERS,
    }
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": told})
