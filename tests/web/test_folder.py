"""Library and folder: copies, names, versions, differences, search; nothing outside or lost."""

from __future__ import annotations

import multiprocessing
import os
import re
import time
from pathlib import Path

import pytest

from offramp.core.errors import OfframpError
from offramp.web.folder.differences import difference
from offramp.web.folder.files import Changed, Folder, Missing, mark_of
from tests.web.conftest import Served, Visit

TEXT = """offramp: 1
title: A quarrel
parties: {north: {precision: 4, patience: 0.9}, south: {precision: 4, patience: 0.9}}
round:
  - {name: act, by: north, moves: {wait: {pay: {north: -0.1}}, stop: {end: over}}}
outcomes: {over: {kind: agreement, pay: {north: 1}}}
rounds: unlimited
"""
OUTSIDE = (
    "../secret.yaml",
    "/etc/passwd",
    "a/../../secret.yaml",
    "..%2fsecret.yaml",
    ".offramp/lock",
    ".hidden.yaml",
    "a\\b.yaml",
    "a//b.yaml",
    "x\x00.yaml",
    "a.yaml\n",
    "CON:.yaml",
    "a/b/c/d/e.yaml",
    "notes.txt",
    "",
)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Folder:
    own = tmp_path / "own"
    own.mkdir()
    (tmp_path / "secret.yaml").write_text("secret: 1\n")
    return Folder.at(own)


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_name_leads_outside(folder: Folder, name: str) -> None:
    for act in (
        lambda: folder.text(name),
        lambda: folder.save(name, TEXT, None),
        lambda: folder.history(name),
        lambda: folder.rename(name, "b.yaml"),
    ):
        with pytest.raises(OfframpError):
            act()
    assert [one.name for one in folder.root.parent.iterdir()] in (
        ["own", "secret.yaml"],
        ["secret.yaml", "own"],
    )


def test_links_are_not_followed(folder: Folder) -> None:
    (folder.root / "link.yaml").symlink_to(folder.root.parent / "secret.yaml")
    (folder.root / "deep").symlink_to(folder.root.parent)
    folder.save("a.yaml", TEXT.replace("round:\n", "round:\n  - use: link\n"), None)
    assert folder.files() == ("a.yaml",)
    for name in ("link.yaml", "deep/secret.yaml"):
        with pytest.raises(OfframpError, match="is a link"):
            folder.text(name)
        with pytest.raises(OfframpError, match="is a link"):
            folder.save(name, TEXT, None)
    with pytest.raises(OfframpError, match="is a link"):
        folder.readable("a.yaml")


def test_every_version_is_kept_and_none_is_overwritten_unseen(folder: Folder) -> None:
    first = folder.save("a.yaml", TEXT, None)
    with pytest.raises(OfframpError, match="exists already"):
        folder.save("a.yaml", "other", None)
    second = folder.save("a.yaml", TEXT + "# more\n", first)
    with pytest.raises(Changed):
        folder.save("a.yaml", "lost", first)
    (folder.root / "a.yaml").write_text("by another program\n")
    with pytest.raises(Changed):
        folder.save("a.yaml", "lost", second)
    folder.save("a.yaml", TEXT, mark_of("by another program\n"))
    kept = [
        folder.history("a.yaml").text(one.number) for one in folder.history("a.yaml").versions()
    ]
    assert kept == [TEXT, TEXT + "# more\n", "by another program\n", TEXT]


def test_a_name_that_is_taken_stays_and_versions_go_along(folder: Folder) -> None:
    folder.save("a.yaml", TEXT, None)
    folder.save("b.yaml", "b", None)
    with pytest.raises(OfframpError, match="exists already"):
        folder.rename("a.yaml", "b.yaml")
    folder.rename("a.yaml", "sub/c.yaml")
    assert folder.files() == ("b.yaml", "sub/c.yaml")
    assert len(folder.history("sub/c.yaml").versions()) == 1
    with pytest.raises(Missing):
        folder.text("a.yaml")


def _save_often(root: Path, name: str) -> None:
    folder = Folder.at(root)
    for number in range(8):
        for _ in range(50):
            text = folder.text("a.yaml")
            try:
                folder.save("a.yaml", f"{text}{name} {number}\n", mark_of(text))
                break
            except OfframpError:
                continue


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs two processes that start at once")
def test_two_writers_lose_nothing(folder: Folder) -> None:
    folder.save("a.yaml", "begun\n", None)
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_save_often, args=(folder.root, name)) for name in "xy"]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    lines = folder.text("a.yaml").splitlines()
    assert sorted(lines[1:]) == sorted(f"{name} {i}" for name in "xy" for i in range(8))
    assert len(folder.history("a.yaml").versions()) == 17


def test_what_another_wrote_since_the_last_save_is_kept_too(folder: Folder) -> None:
    (folder.root / "a.yaml").write_text("by hand\n")
    folder.save("a.yaml", TEXT, mark_of("by hand\n"))
    assert [one.number for one in folder.history("a.yaml").versions()] == [1, 2]
    assert folder.history("a.yaml").text(1) == "by hand\n"


def test_a_difference_is_told_line_by_line() -> None:
    old = "".join(f"line {i}\n" for i in range(30))
    new = old.replace("line 12\n", "line twelve\n").replace("line 20\n", "") + "line 30\n"
    rows = difference(old, new)
    changed = next(one for one in rows if one.kind == "changed")
    assert (changed.left, changed.right) == (13, 13)
    assert changed.after == (("line ", False), ("twelve", True))
    assert [one.left for one in rows if one.kind == "gone"] == [21]
    assert [one.right for one in rows if one.kind == "new"] == [30]
    shown = sum(one.kind != "cut" for one in rows) + sum(one.count for one in rows)
    assert shown == 31
    assert difference(old, old) == ()
    assert difference("x" * 10_000, "y" * 10_000)[0].after == (("y" * 10_000, True),)


def test_the_library_is_shown_copied_and_searched(served: Served) -> None:
    told = served.get("/library.json").json()
    assert {"Cases", "Examples", "Mechanisms"} <= told["groups"].keys()
    found = served.get("/library.json", params={"q": "powell shift"}).json()
    assert 0 < found["found"] < found["all"] == told["all"]
    assert served.get("/library/scenarios/border-standoff").status_code == 200
    assert served.get("/library/mechanisms/spent_threats").status_code == 200
    assert served.get("/library/models/rubinstein_infinite").status_code == 200
    picture = served.get("/library/scenarios/border-standoff/picture.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert served.get("/library/scenarios/nothing").status_code == 404
    asked = {"library": "border-standoff", "name": "mine"}
    assert served.post("/folder/copy", json=asked).json()["to"] == "/file/mine.yaml"
    refused = served.post("/folder/copy", json=asked)
    assert refused.status_code == 400
    assert "exists already" in refused.json()["error"]["found"]
    page = served.get("/file/mine.yaml")
    assert "A standoff on a border" in page.text
    assert served.get("/file/mine.yaml.json").json()["parties"]
    assert [one["name"] for one in served.get("/index.json?q=standoff").json()["files"]] == [
        "mine.yaml"
    ]
    assert served.get("/index.json?q=nowhere").json()["files"] == []
    versions = served.get("/versions/mine.yaml")
    assert versions.status_code == 200
    (read,) = set(re.findall(r'href="(/version/[^"]+)"', versions.text))
    assert served.get(read).text == served.folder.joinpath("mine.yaml").read_text()
    below = {"library": "border-standoff", "name": "below/12"}
    assert served.post("/folder/copy", json=below).json()["to"] == "/file/below/12.yaml"
    assert served.get("/versions/below/12.yaml").status_code == 200


def test_what_cannot_be_read_is_said_and_shown(served: Served) -> None:
    (served.folder / "slip.yaml").write_text(TEXT.replace("by: north", "by: nort"))
    (served.folder / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    assert "&#39;nort&#39; is no party" in served.get("/file/slip.yaml").text
    assert served.get("/").status_code == 200
    assert served.get("/file/binary.yaml").status_code == 400


def test_a_form_that_is_sent_before_the_scripts_are_there_waits_for_them(visit: Visit) -> None:
    page = visit.page
    page.route("**/static/page.js*", lambda route: (time.sleep(1), route.fallback())[1])
    page.goto(f"{visit.served.address}/library/scenarios/border-standoff", wait_until="commit")
    page.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_url("**/file/border-standoff.yaml")
    assert visit.served.site.folder.files() == ("border-standoff.yaml",)


def test_library_to_folder_to_versions_in_a_browser(visit: Visit) -> None:
    page = visit.go("/library")
    page.get_by_label("Search").fill("standoff")
    page.get_by_role("link", name="A standoff on a border").click()
    page.get_by_label("Copy into the folder as").fill("mine")
    page.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_url("**/file/mine.yaml")
    folder = visit.served.site.folder
    text = folder.text("mine.yaml")
    folder.save("mine.yaml", text.replace("precision: 4", "precision: 5", 1), mark_of(text))
    page.get_by_role("link", name="Versions").click()
    page.locator("tr.changed").wait_for()
    assert page.locator("tr.changed mark").all_inner_texts() == ["4", "5"]
    page.get_by_role("button", name="Make it the newest, version 1").click()
    page.wait_for_selector(".versions li:nth-child(3)")
    assert folder.text("mine.yaml") == text
    visit.clean()
