"""The page in a browser: a server on this machine only, over the rooms behind it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_DOORS = {"serve": "server.running", "create_app": "server.application", "Site": "server.site"}
"""Every name and the file it comes from, which is loaded when the name is first used."""

__all__ = ["serve", "create_app", "Site"]

if TYPE_CHECKING:
    from offramp.web.server.application import create_app
    from offramp.web.server.running import serve
    from offramp.web.server.site import Site


def __getattr__(name: str) -> Any:
    """Load what serves when one of its names is asked for."""
    if name not in _DOORS:
        raise AttributeError(f"module 'offramp.web' has no attribute '{name}'")
    return getattr(import_module(f"offramp.web.{_DOORS[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_DOORS])
