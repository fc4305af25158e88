"""What one server knows: its folder, where it listens, its token, and what is kept in memory."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from offramp.web.folder.files import Folder

if TYPE_CHECKING:
    from fastapi import Request

T = TypeVar("T")
LOCAL = ("127.0.0.1", "localhost", "[::1]")
"""How this machine calls itself."""


@dataclass(frozen=True)
class Site:
    """One server. ``kept`` holds what its pages keep in memory: caches, jobs, games at play.

    Nothing of it is written outside ``folder``; ``names`` are the hosts by which it may be asked.
    With ``no_passages`` no word of a transcript is in anything that it shows.
    """

    folder: Folder
    port: int
    names: tuple[str, ...] = LOCAL
    no_passages: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    kept: dict[str, Any] = field(default_factory=dict[str, Any])
    lock: Lock = field(default_factory=Lock)

    @property
    def hosts(self) -> frozenset[str]:
        """The values of a Host header that are its own."""
        bare = self.names if self.port == 80 else ()
        return frozenset((*bare, *(f"{name}:{self.port}" for name in self.names)))

    @property
    def cookie(self) -> str:
        """The cookie's name; cookies do not tell ports apart."""
        return f"offramp_{self.port}"

    def opening(self, to: str = "/") -> str:
        """The address that opens the page in a browser, with the token."""
        from urllib.parse import quote

        own = f"http://{self.names[0]}:{self.port}/open?token={self.token}"
        return own if to == "/" else f"{own}&to={quote(to)}"

    def keep(self, name: str, make: Callable[[], T]) -> T:
        """What is kept under ``name``; made once, at first need."""
        with self.lock:
            if name not in self.kept:
                self.kept[name] = make()
            return self.kept[name]


def make_site(
    folder: Path, port: int, others: tuple[str, ...] = (), *, no_passages: bool = False
) -> Site:
    """The site of a folder that exists; ``others`` are further names of this machine."""
    return Site(Folder.at(folder), port, (*LOCAL, *others), no_passages)


def site_of(request: Request) -> Site:
    """The site that a request was made to."""
    return request.app.state.site
