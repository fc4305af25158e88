"""A server with a folder of its own, a plain client, and a browser where there is one.

Every test here is marked ``web``. The browser is Chromium: that of the system, or the one that the
environment variable ``OFFRAMP_CHROMIUM`` names; it may ask nobody but the server.
"""

from __future__ import annotations

import logging
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("OFFRAMP_CHROMIUM") or next(
    (found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), ""
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
WIDTHS = {"phone": (390, 844), "laptop": (1280, 800), "wall": (1920, 1080)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.web)


@dataclass(frozen=True)
class Served:
    """A server that runs, and a client that has its cookie."""

    site: Any
    client: Any

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.site.port}"

    @property
    def folder(self) -> Path:
        return self.site.folder.root

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(self.address + path, timeout=30, **more)

    def post(self, path: str, **more: Any) -> Any:
        return self.client.post(self.address + path, timeout=60, **more)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A server over an empty folder, ended after the test."""
    folder = tmp_path / "crises"
    folder.mkdir()
    with serving(folder) as found:
        yield found


class serving:
    """A server over a folder, in a thread, as a context."""

    def __init__(self, folder: Path, *, no_passages: bool = False) -> None:
        pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
        import requests
        import uvicorn

        from offramp.web import create_app
        from offramp.web.server.site import make_site

        self._socket = socket.create_server(("127.0.0.1", 0))
        site = make_site(folder, self._socket.getsockname()[1], no_passages=no_passages)
        config = uvicorn.Config(
            create_app(site),
            log_level="warning",
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        server = self._server
        logging.getLogger("uvicorn.error").addFilter(lambda _: not server.should_exit)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        client = requests.Session()
        client.cookies.set(site.cookie, site.token)
        client.headers["origin"] = f"http://127.0.0.1:{site.port}"
        self.found = Served(site, client)

    def __enter__(self) -> Served:
        self._thread.start()
        return self.found

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self.found.client.close()
        self._socket.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, once for the tests of this folder; without one a test is skipped and says why."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium)")
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@dataclass
class Visit:
    """A page in the browser, what it complained of, and what it asked of other machines."""

    page: Page
    served: Served
    errors: list[str]
    strangers: list[str]

    def go(self, path: str) -> Page:
        self.page.goto(self.served.address + path)
        return self.page

    def clean(self) -> None:
        """Nothing in the console, and nobody else was asked for anything."""
        assert not self.errors
        assert not self.strangers


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    """A browser that has opened the page by its opening address."""
    with visiting(browser, served) as found:
        yield found


class visiting:
    """A browser of its own at a server, as a context; ``more`` goes to the browser's context."""

    def __init__(
        self, browser: Browser, served: Served, width: str = "laptop", **more: Any
    ) -> None:
        wide, tall = WIDTHS[width]
        self._context = browser.new_context(viewport={"width": wide, "height": tall}, **more)
        page = self._context.new_page()
        self.found = Visit(page, served, [], [])
        page.set_default_timeout(30_000)
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.on("pageerror", lambda error: self.found.errors.append(str(error)))
        page.route("**/*", self._only_ours)

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.found.errors.append(text)

    def _only_ours(self, route: Any) -> None:
        url = route.request.url
        if url.startswith(self.found.served.address + "/") or url.startswith("data:"):
            route.continue_()
        else:
            self.found.strangers.append(url)
            route.abort()

    def __enter__(self) -> Visit:
        self.found.page.goto(self.found.served.site.opening())
        return self.found

    def __exit__(self, *_: object) -> None:
        self._context.close()
