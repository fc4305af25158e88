"""Play on the server: who reaches what, and who is played on. The long tour plays in browsers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Served
from tests.web.talks import PARLEY


def test_what_is_not_at_play_is_told(served: Served) -> None:
    (served.folder / "parley.yaml").write_text(PARLEY, encoding="utf-8")
    assert served.get("/play/at/nothing").status_code == 404
    body = {"name": "parley.yaml", "party": "east"}
    assert served.post("/play", json=body).status_code == 400


def test_students_reach_their_page_and_nothing_else(served: Served) -> None:
    import requests

    told = served.post(
        "/play/class", json={"name": "model-three-in-turn", "parties": ["one", "three"]}
    ).json()
    code, address = told["code"], served.address
    origin = {"origin": address}

    def join(name: str, **more: str) -> requests.Response:
        body = {"code": code, "name": name}
        return requests.post(f"{address}/join", json=body, headers=origin | more, timeout=10)

    assert requests.get(f"{address}/join", timeout=10).status_code == 200
    for path in ("/", "/play/model-three-in-turn", f"/play/class/{code}", "/runs"):
        assert requests.get(address + path, timeout=10).status_code == 403
    assert join("Ann", origin="http://evil.example").status_code == 403
    assert join(" ").status_code == 400
    secret = join("=SUM(A1)").json()["secret"]
    body = {"code": code, "secret": secret}

    def post(path: str, **more: Any) -> requests.Response:
        return requests.post(f"{address}{path}", json=body | more, headers=origin, timeout=10)

    assert post("/join/seat").json()["held"]
    assert post("/join/move", place=0, stamp=0).status_code == 400
    served.post(f"/play/class/{code}/begin", json={})
    assert post("/join/seat").json()["mine"]
    assert post("/join/seat", secret="guess").status_code == 400
    assert post("/join/move", place=0, stamp=0).json() == {"moved": True}
    assert "'=SUM(A1)" in served.get(f"/play/class/{code}/choices.csv").text
    served.post(f"/play/class/{code}/close", json={})
    assert join("Bo").status_code == 400
    assert served.get("/play/class/XXXXXX").status_code == 404


def test_whoever_is_silent_is_played_on(served: Served) -> None:
    from offramp.web.live.setting import Setting
    from offramp.web.play.routes import seats_of

    lesson = seats_of(served.site).teach(
        "model-three-in-turn", Setting(), ["one", "two"], odds=True
    )
    time = [0.0]
    lesson.clock = lambda: time[0]
    ann, bo = lesson.join("Ann"), lesson.join("Bo")
    assert (ann.group, bo.group) == (0, 0)
    table = lesson.tables[0]
    assert table.mover == 0
    time[0] = 8.0
    lesson.student(bo.secret)
    time[0] = 13.0  # nothing of Ann for longer than she may be silent
    lesson.look()
    assert ann.away
    assert table.over or table.mover == 1
    lesson.leave(bo)
    time[0] = 14.0
    lesson.look()
    assert not bo.away  # a page that was loaded again would be back by now
    time[0] = 17.0
    lesson.look()
    assert bo.away
    assert table.over
    with pytest.raises(IndexError):
        lesson.tables[1]
    assert lesson.join("Cy").group == 1  # the first group's game is over


def test_the_local_network_reaches_it_only_when_asked(tmp_path: Path) -> None:
    from offramp.web.server.running import own_addresses
    from offramp.web.server.site import make_site

    assert not [one for one in own_addresses() if one.startswith("127.")]
    assert make_site(tmp_path, 8000).hosts == make_site(tmp_path, 8000, ()).hosts
    assert "192.0.2.7:8000" in make_site(tmp_path, 8000, ("192.0.2.7",)).hosts
    assert "192.0.2.7:8000" not in make_site(tmp_path, 8000).hosts
