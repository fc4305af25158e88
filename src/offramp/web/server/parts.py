"""What a page is added by: each folder of this room that has a file ``routes`` with a ``router``.

Such a file may also name ``MENU`` (links of the page's head), ``TABS`` (links of every file of the
folder), ``UNGUARDED`` (beginnings of paths that need no token: who joins has none yet),
``warm`` and ``close`` (functions of the site that are called once when the server has started and
when it has ended).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import APIRouter

ROOM = Path(__file__).parents[1]


@dataclass(frozen=True, order=True)
class Link:
    """A link of the head or of a file, in order of ``at``; ``{name}`` stands for the file."""

    at: int
    words: str
    to: str


@dataclass(frozen=True)
class Part:
    """What one folder adds to the page."""

    name: str
    router: APIRouter
    menu: tuple[Link, ...]
    tabs: tuple[Link, ...]
    unguarded: tuple[str, ...]
    warm: Callable[[Any], None]
    close: Callable[[Any], None]


@cache
def find_parts() -> tuple[Part, ...]:
    """Every part, in the order of names."""
    found: list[Part] = []
    for file in sorted(ROOM.glob("*/routes.py")):
        module: Any = import_module(f"offramp.web.{file.parent.name}.routes")
        menu, tabs, unguarded = (
            tuple(getattr(module, word, ())) for word in ("MENU", "TABS", "UNGUARDED")
        )
        warm, close = (getattr(module, word, _leave) for word in ("warm", "close"))
        found.append(Part(file.parent.name, module.router, menu, tabs, unguarded, warm, close))
    return tuple(found)


def _leave(site: Any) -> None:
    """Nothing to get ready or to end."""
    del site
