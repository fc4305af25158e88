"""How the server starts and ends: one process on this machine, gone within seconds of Ctrl-C."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from offramp.core.errors import OfframpError, Place
from offramp.web.server.parts import find_parts
from offramp.web.server.site import Site, make_site

HOST, EVERYWHERE = "127.0.0.1", "0.0.0.0"
ELSEWHERE = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737): the system says by which way it would go there."""
GRACE = 1
"""Seconds that open streams have to end."""


def serve(
    target: str | Path | None = None,
    *,
    port: int = 0,
    open_browser: bool = True,
    network: bool = False,
    no_passages: bool = False,
    tell: Callable[[str], None] = lambda words: None,
) -> None:
    """Serve a folder, or the folder of a file, until interrupted; 0 takes a free port.

    With ``network`` the local network reaches it too, for classes: only the page where students
    join is open there. With ``no_passages`` no word of a transcript is shown. ``tell`` is given
    the opening address. Raises OfframpError where there is no such folder or the port is taken.
    """
    folder, to = _place(target)
    listening = _listen(port, EVERYWHERE if network else HOST)
    others = own_addresses() if network else ()
    site = make_site(folder, listening.getsockname()[1], others, no_passages=no_passages)
    run(site, listening, lambda: _ready(site, to, open_browser, tell))


def run(site: Site, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Run the server over an open socket until it is told to end."""
    import uvicorn

    from offramp.web.server.application import create_app

    config = uvicorn.Config(
        create_app(site),
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="off",
        ws="none",
        timeout_keep_alive=5,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)
    threading.Thread(target=_when_started, args=(server, ready), daemon=True).start()
    logging.getLogger("uvicorn.error").addFilter(lambda _: not server.should_exit)
    with suppress(KeyboardInterrupt):  # which is how it is ended
        server.run(sockets=[listening])
    for one in find_parts():
        one.close(site)
    _leave()


def _leave() -> None:
    """Wait for nobody's work: what is still being worked out in a thread, no page will show.

    Files are written whole or not at all, so that nothing is torn by it.
    """
    own = (threading.current_thread(), threading.main_thread())
    until = time.monotonic() + GRACE
    for one in threading.enumerate():
        if one not in own and not one.daemon:
            one.join(max(until - time.monotonic(), 0))
            if one.is_alive():
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(0)


def _when_started(server: object, ready: Callable[[], None]) -> None:
    for _ in range(1000):
        if getattr(server, "started", False):
            ready()
            return
        time.sleep(0.01)


def _ready(site: Site, to: str, open_browser: bool, tell: Callable[[str], None]) -> None:
    address = site.opening(to)
    tell(address)
    if open_browser:
        import webbrowser

        webbrowser.open(address)
    for one in find_parts():
        one.warm(site)


def _place(target: str | Path | None) -> tuple[Path, str]:
    """The folder that is served and the page that opens first."""
    from urllib.parse import quote

    path = Path(target or ".")
    if path.is_dir():
        return path, "/"
    if path.is_file():
        return path.parent, f"/file/{quote(path.name)}"
    from offramp.scenario.shelf import library_files

    if str(target) in library_files("scenarios"):
        return Path("."), f"/library/scenarios/{quote(str(target))}"
    raise OfframpError(
        f"'{target}' is neither a folder, a file nor a scenario of the library",
        expected="a folder that is there, or a file in one",
        repair="make the folder first",
        place=Place(str(target), 1, 1),
    )


def own_addresses() -> tuple[str, ...]:
    """The addresses by which the local network knows this machine; nothing is sent to find out."""
    found: set[str] = set()
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(ELSEWHERE)
        found.add(probe.getsockname()[0])
    with suppress(OSError):
        found.update(socket.gethostbyname_ex(socket.gethostname())[2])
    return tuple(sorted(one for one in found if not one.startswith("127.")))


def _listen(port: int, host: str = HOST) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise OfframpError(
            f"nothing can listen on port {port}: {error.strerror}",
            expected="a port that is free",
            repair="leave --port out: a free one is taken",
            place=Place("--port", 1, 1),
        ) from None
    listening.listen(256)
    return listening
