"""The server: who is let in, what is refused, and how it starts and ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.web.conftest import Served, Visit


def status(served: Served, path: str = "/", method: str = "GET", **headers: str) -> int:
    import requests

    return requests.request(method, served.address + path, headers=headers, timeout=10).status_code


def cookie(served: Served) -> str:
    return f"{served.site.cookie}={served.site.token}"


def test_the_token_lets_in_and_nothing_else_does(served: Served) -> None:
    assert status(served) == 403
    assert status(served, cookie=f"{served.site.cookie}=guess") == 403
    assert status(served, cookie=cookie(served)) == 200
    assert status(served, "/open?token=guess") == 403


def test_a_name_that_was_made_to_point_here_is_refused(served: Served) -> None:
    for host in ("evil.example", f"evil.example:{served.site.port}", "127.0.0.1:1", ""):
        assert status(served, host=host, cookie=cookie(served)) in (400, 421), host


def test_a_change_comes_from_our_own_page_only(served: Served) -> None:
    own, known = f"http://127.0.0.1:{served.site.port}", cookie(served)
    assert status(served, "/look?to=dark", "POST", cookie=known, origin=own) == 204
    for origin in ("", "null", "http://evil.example", "http://127.0.0.1:1", own + ".evil.example"):
        assert status(served, "/look?to=dark", "POST", cookie=known, origin=origin) == 403, origin
    for site in ("cross-site", "same-site", "none"):
        headers = {"cookie": known, "origin": own, "sec-fetch-site": site}
        assert status(served, "/look", "POST", **headers) == 403, site
    assert status(served, "/", cookie=known, **{"sec-fetch-site": "cross-site"}) == 403


def test_other_methods_and_large_bodies_are_refused(served: Served) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert status(served, "/", method, cookie=cookie(served)) == 405
    assert served.post("/look", data=b"x" * 5_000_000).status_code == 413
    assert served.post("/look", data=iter([b"x" * 1_000_000] * 6)).status_code == 413


def test_every_page_forbids_what_it_does_not_need(served: Served) -> None:
    answer = served.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "<script>" not in answer.text
    assert served.get("/").headers["content-security-policy"] != policy  # its own nonce each time


def test_the_opening_address_leads_only_to_ourselves(served: Served) -> None:
    for to in ("//evil.example/", "http://evil.example/", "/\\evil.example", "evil"):
        told = served.get(
            "/open", params={"token": served.site.token, "to": to}, allow_redirects=False
        )
        assert told.headers["location"] == "/", to


def test_errors_are_told_in_words(served: Served) -> None:
    answer = served.get("/nothing/here", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "Nothing stands at this address" in answer.text
    assert served.get("/static/../server/guard.py").status_code == 404
    assert served.get("/static/%2e%2e/server/guard.py").status_code == 404


def test_the_page_opens_in_a_browser_without_complaint(visit: Visit) -> None:
    page = visit.page
    assert page.locator("h1").inner_text() == "crises"
    assert "token" not in page.url
    page.select_option("[data-look-choice]", "dark")
    colour = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert colour == "rgb(19, 24, 28)"
    visit.clean()


def started(folder: Path) -> tuple[subprocess.Popen[str], int, str]:
    command = Path(sys.executable).with_name("offramp")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [str(command), "serve", str(folder), "--no-open", "--port", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = process.stdout.readline()
    assert "http://127.0.0.1" in told
    return process, port, told.strip().rpartition("token=")[2]


def busy() -> float:
    """How many times slower than a quiet machine this one may be; 1 where it is quiet."""
    return max(1.0, os.getloadavg()[0])


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_ctrl_c_ends_it_within_three_seconds_with_connections_open(tmp_path: Path) -> None:
    process, port, _ = started(tmp_path)
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(50)]
    for one in slow:
        one.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    _, said = process.communicate(timeout=10)
    assert time.monotonic() - begun < 3 * busy()
    assert process.returncode == 0
    assert "Traceback" not in said
    for one in slow:
        one.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_ctrl_c_waits_for_no_work(tmp_path: Path) -> None:
    """While the largest scenario's games are looked at, which takes seconds."""
    import requests

    process, port, token = started(tmp_path)
    own = f"http://127.0.0.1:{port}"
    session = requests.Session()
    session.get(f"{own}/open?token={token}", timeout=10)
    session.headers["origin"] = own
    asked = {"library": "trilateral-talks", "name": "a"}
    session.post(f"{own}/folder/copy", json=asked, timeout=10)
    text = (tmp_path / "a.yaml").read_text(encoding="utf-8")
    body = json.dumps({"name": "a.yaml", "text": text}).encode()
    lines = (
        "POST /editor/doubt HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Origin: {own}",
        f"Cookie: offramp_{port}={token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    head = "\r\n".join(lines) + "\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as asking:
        asking.sendall(head.encode() + body)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        _, said = process.communicate(timeout=20)
    assert time.monotonic() - begun < 3 * busy()
    assert (process.returncode, said) == (0, "")


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("offramp")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = [
            command,
            "serve",
            str(tmp_path),
            "--no-open",
            "--port",
            str(taken.getsockname()[1]),
        ]
        said = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert said.returncode == 2
    assert "repair:   leave --port out" in said.stderr


def test_what_is_served_of_others_is_what_was_built() -> None:
    """By checksum, each with its licence; nothing in it turns text into code."""
    from hashlib import sha256

    from offramp.web.server.pages import STATIC

    lines = (STATIC / "vendor" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {line.split()[1]: line.split()[0] for line in lines}
    assert {"codemirror.js", "dagre.js", "htmx.js", "LICENCES.txt"} == set(sums)
    for name, told in sums.items():
        assert sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == told, name
    wanted = json.loads((STATIC.parents[3] / "vendor" / "package.json").read_text("utf-8"))
    licences = (STATIC / "vendor" / "LICENCES.txt").read_text(encoding="utf-8")
    for name, version in wanted["devDependencies"].items():
        assert name == "esbuild" or f"{name} {version} (" in licences
    lock = (STATIC.parents[3] / "vendor" / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    assert "holds no text of its licence" not in licences
    for path in STATIC.rglob("*.js"):
        script = path.read_text(encoding="utf-8")
        assert "eval(" not in script, path.name
        assert "new Function" not in script, path.name
