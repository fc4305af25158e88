"""The command that shows Offramp in a browser on this machine."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from offramp.apps.options import NoPassages, refuse, whole
from offramp.apps.speaking import say


def serve_command(
    place: str | None = None,
    *,
    port: Annotated[int, whole(0, 65535, 8000)] = 0,
    no_open: Annotated[bool, Parameter(negative="")] = False,
    network: Annotated[bool, Parameter(negative="")] = False,
    no_passages: NoPassages = False,
) -> None:
    """Open Offramp in a browser: write, check and change scenarios in a folder, without YAML.

    Nothing leaves this machine, and nothing is stored outside the folder. Ctrl-C ends it.

    For example: offramp serve my-crises

    Parameters
    ----------
    place
        A folder, or a file in one; without it, the current folder.
    port
        The port to listen on; 0 takes a free one.
    no_open
        Only say the address.
    network
        Let students on the local network join a class by its code; whoever is on that network
        then reaches the page where codes are typed, and nothing else.
    """
    try:
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError:
        raise refuse(
            "the page needs packages that are not installed",
            "Offramp with its extra 'web'",
            'pip install "offramp[web]"',
        ) from None
    from offramp.web import serve

    serve(
        place,
        port=port,
        open_browser=not no_open,
        network=network,
        no_passages=no_passages,
        tell=_tell,
    )


def _tell(address: str) -> None:
    import sys

    say(f"Offramp is at {address}\nCtrl-C ends it; what was saved is in the folder.")
    sys.stdout.flush()
