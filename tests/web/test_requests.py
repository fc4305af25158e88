"""Requests that nobody meant: generated ones, broken ones, hundreds at once; never a 500."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Served
from tests.web.test_forms import built


def everything(folder: Path) -> dict[str, bytes]:
    """Every file beside the folder and in it, but for what Offramp keeps in it."""
    return {
        str(path.relative_to(folder.parent)): path.read_bytes()
        for path in folder.parent.rglob("*")
        if path.is_file() and ".offramp" not in path.parts
    }


BODIES = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"\xff\xfe",
    b'{"name": "a.yaml", "text": "\\ud800"}',
    b'{"name": "a.yaml", "text": null}',
    b'{"name": 1, "text": "x"}',
    b'{"name": "' + b"a" * 2000 + b'.yaml", "text": "x"}',
    b"[" * 100_000,
    b'{"name": "a.yaml", "text": "a: ' + b"[" * 5000 + b'"}',
    b'{"name": "a.yaml", "text": "a: &x [*x, *x]"}',
    b'{"name": "a.yaml", "text": "a: !!python/object:os.system [x]"}',
    b'{"name": "a.yaml", "text": "---\\n---\\n", "change": "put", "fields": {}}',
    b'{"name": "a.yaml", "text": "offramp: 1\\n", "change": "put", "fields": {"path": ["a", "b"]}}',
    b'{"name": "a.yaml", "text": "x", "line": 1e999, "column": -5}',
)
POSTS = (
    "/folder/save",
    "/folder/copy",
    "/folder/rename",
    "/folder/restore",
    "/forms/new",
    "/forms/show",
    "/forms/change",
    "/editor/check",
    "/editor/tell",
    "/editor/doubt",
    "/editor/complete",
)


def test_broken_bodies_are_refused_in_words(served: Served) -> None:
    (served.folder / "kept.yaml").write_text("kept: 1\n")
    for path in POSTS:
        for body in BODIES:
            answer = served.post(path, data=body, headers={"content-type": "application/json"})
            assert answer.status_code in (200, 400, 404, 413, 422), (path, body[:60], answer.text)
            assert answer.status_code == 200 or answer.json()["error"]["found"]
    assert (served.folder / "kept.yaml").read_text() == "kept: 1\n"


def test_addresses_that_lead_outside_lead_nowhere(served: Served) -> None:
    (served.folder.parent / "secret.yaml").write_text("secret: 1\n")
    (served.folder / "link.yaml").symlink_to(served.folder.parent / "secret.yaml")
    for name in (
        "../secret.yaml",
        "%2e%2e/secret.yaml",
        "..%2fsecret.yaml",
        "link.yaml",
        "%00.yaml",
    ):
        for page in ("file", "edit", "told", "versions"):
            answer = served.get(f"/{page}/{name}")
            assert answer.status_code in (400, 403, 404), (page, name)
            assert "secret: 1" not in answer.text


def test_slow_clients_and_open_connections_do_not_stop_it(served: Served) -> None:
    port, waiting = served.site.port, []
    for number in range(200):
        one = socket.create_connection(("127.0.0.1", port))
        head = f"POST /editor/check HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        if number % 2:  # a body that never comes
            known = f"Cookie: {served.site.cookie}={served.site.token}\r\n"
            head += f"Origin: {served.address}\r\n{known}Content-Length: 9\r\n\r\n"
        one.sendall(head.encode())
        waiting.append(one)
    begun = time.monotonic()
    assert served.get("/").status_code == 200
    assert time.monotonic() - begun < 2
    for one in waiting:
        one.close()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_thousand_generated_requests(served: Served) -> None:
    """No answer is a fault of ours, and nothing is read or written outside the folder."""
    schemathesis: Any = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, Phase, settings

    served.site.folder.save("three.yaml", built(), None)
    (served.folder.parent / "secret.yaml").write_text("secret: 1\n")
    before = everything(served.folder)
    schema = schemathesis.openapi.from_dict(json.loads(served.get("/openapi.json").text))
    own = served.address
    cookies = {served.site.cookie: served.site.token}
    seen: list[int] = []
    steady = settings(
        max_examples=60,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.filter_too_much,
            HealthCheck.data_too_large,
        ],
    )
    for found in schema.get_all_operations():
        operation = found.ok()
        if "/open" in operation.path:
            continue

        @steady
        def ask(case: Any) -> None:
            answer = case.call(base_url=own, cookies=cookies, headers={"origin": own}, timeout=60)
            seen.append(answer.status_code)
            assert answer.status_code < 500, (case.as_curl_command(), answer.text)
            assert "secret: 1" not in answer.text

        schemathesis_given(operation)(ask)()
    assert len(seen) >= 1000
    after = everything(served.folder)
    outside = {name for name in after if not name.startswith(f"{served.folder.name}/")}
    assert outside == {"secret.yaml"}
    assert before.items() <= after.items()


def schemathesis_given(operation: Any) -> Any:
    """Hypothesis' given over the cases of one operation."""
    from hypothesis import given

    return given(case=operation.as_strategy())
