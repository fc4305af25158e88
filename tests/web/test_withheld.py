"""A server that withholds the words of transcripts: they are in no page, no data and no file."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from offramp.scenario import read
from offramp.web.folder.files import Folder
from offramp.web.live.reading import Shelf
from offramp.web.live.setting import Setting
from offramp.web.runs.jobs import DONE, FILES, find_jobs, new_job
from offramp.web.runs.line import Line
from offramp.web.server.parts import find_parts
from offramp.web.server.site import make_site
from tests.apps.test_evidence import WORD, words_of_the_transcript
from tests.scenario.base import quantity_of
from tests.scenario.made_transcript import made_turns, written
from tests.web.conftest import Served, serving

NAME, WRONG, OLD = "border.yaml", "wrong.yaml", "old.yaml"
LINK = re.compile(r"(?:href|src|action)=\"(/[^\"#]*)")
FIELD = re.compile(r"\{(\w+)")
ASIDE = ("/static/", "/library", "/open")
"""Addresses that show nothing of the folder."""
COINED = words_of_the_transcript()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A crisis and its transcript, earlier versions, a text that is wrong, and a past run."""
    folder = tmp_path_factory.mktemp("own")
    path = written(folder, made_turns())
    text = path.read_text("utf-8")
    path.unlink()
    own, words = Folder.at(folder), made_turns()[33][1][0].lower()
    mark = own.save(NAME, text.replace("what a month of waiting costs", repr(words)), None)
    own.save(NAME, text.replace("A ceasefire on a border", f"About {words!r}"), mark)
    mark = own.save(OLD, text, None)
    own.save(OLD, "offramp: 1\ntitle: Nothing yet\n", mark)
    own.save(WRONG, text.replace("value: 0.1\n", f"value: {words!r}\n"), None)
    run = new_job(folder / ".offramp" / "runs", NAME, read(folder / NAME), Setting(), 0, None)
    for name in FILES:
        (run.folder / name).write_text(words, encoding="utf-8")
    run.say(DONE)
    return folder


def words_in(text: str) -> set[str]:
    """Words of the transcript in a text."""
    return COINED & set(WORD.findall(text.lower()))


def addresses(served: Served) -> Iterator[str]:
    """Every address of every part, with all that is there in its fields."""
    from starlette.routing import Route

    runs = [one.name for one in (served.folder / ".offramp" / "runs").iterdir()]
    game = served.post("/play", json={"name": NAME, "party": "north"}).json()
    code = served.post("/play/class", json={"name": NAME, "parties": ["north", "south"]}).json()
    there = {
        "layer": ("ends", "followed", "claims"),
        "node": range(3),
        "number": (1, 2),
        "run": runs,
        "game": [str(one) for one in game.values()],
        "code": [str(one) for one in code.values()],
    }
    gets = [one for part in find_parts() for one in part.router.routes if isinstance(one, Route)]
    routes = {one.path for one in gets if "GET" in (one.methods or ())}
    for route in sorted(routes):
        names = FILES if "/files/" in route else (NAME, WRONG, OLD)
        told = {"name": names, **there}
        for values in itertools.product(*(told.get(key, ()) for key in FIELD.findall(route))):
            filled = iter(map(str, values))
            yield re.sub(r"\{[^}]*\}", lambda _, filled=filled: next(filled), route)
    yield from (f"/runs/compare?a={one}&b={one}" for one in runs)


def shown(served: Served) -> dict[str, str]:
    """Address to what is shown there: all that the parts have, and all that pages lead to."""
    found: dict[str, str] = {}
    waiting = ["/?q=the", *addresses(served)]
    while waiting:
        at = waiting.pop()
        if at in found or at.startswith(ASIDE):
            continue
        answer = served.get(at, headers={"accept": "text/html"})
        found[at] = answer.text
        if "html" in answer.headers.get("content-type", ""):
            waiting += [one.replace("&amp;", "&") for one in LINK.findall(answer.text)]
    return found


def answers(served: Served) -> Iterator[tuple[str, str]]:
    """What is said to a text that is sent: it names a transcript whose words are not in it."""
    text = (served.folder / NAME).read_text("utf-8")
    asked = {"name": NAME, "text": text, "line": 3, "column": 1, "change": "", "fields": {}}
    for to in ("check", "tell", "doubt", "complete"):
        yield to, served.post(f"/editor/{to}", json=asked).text
    for to in ("show", "change"):
        yield to, served.post(f"/forms/{to}", json=asked).text
    for wanted in sorted(COINED)[:3]:
        yield wanted, served.get(f"/index.json?q={wanted}").json()["files"]


def test_words_are_nowhere_on_a_server_that_withholds_them(folder: Path) -> None:
    with serving(folder, no_passages=True) as served:
        found = shown(served)
        assert {at: words_in(text) for at, text in found.items() if words_in(text)} == {}
        for what, told in answers(served):
            assert not told or not words_in(str(told)), what
    assert "[words withheld]" in found[f"/told/{NAME}"]
    assert "whose words are withheld" in found[f"/file/{NAME}"]
    assert "1 run is not shown" in found["/runs"]


def test_a_run_that_is_asked_for_there_has_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Line, "_serve", lambda _: None)  # it waits
    with serving(folder, no_passages=True) as served:
        answer = served.post("/runs", json={"name": NAME, "draws": 0})
        page = served.get(f"/runs/{answer.json()['run']}").text
    (run,) = (one for one in find_jobs(folder / ".offramp" / "runs") if one.withheld)
    assert run.name == answer.json()["run"]
    assert "--no-passages" in page
    assert "[words withheld]" in run.text
    assert not words_in(page + run.text + (run.folder / "request.json").read_text("utf-8"))


def test_words_that_a_transcript_gets_later_are_withheld_as_well(tmp_path: Path) -> None:
    path = written(tmp_path, made_turns())
    text = path.read_text("utf-8").replace(
        "what a month of waiting costs", "one two three four five"
    )
    path.write_text(text, encoding="utf-8")
    shelf = Shelf(make_site(tmp_path, 8000, no_passages=True))
    assert quantity_of(shelf.scenario(NAME), "cost").note == "one two three four five"
    assert shelf.scenario(NAME) is shelf.scenario(NAME)
    with (tmp_path / "talks.txt").open("a", encoding="utf-8") as talks:
        talks.write("\n\nHost: One two three four five.\n")
    assert quantity_of(shelf.scenario(NAME), "cost").note == "[words withheld]"


def test_on_another_they_are_shown(folder: Path) -> None:
    """At some of the same addresses: the first test can fail."""
    with serving(folder) as served:
        (run,) = (one.name for one in find_jobs(folder / ".offramp" / "runs") if not one.withheld)
        parts = ("edit", "file", "versions", "told", "live", "present")
        whole = [f"/{part}/{NAME}{end}" for part in parts for end in ("", ".json")]
        whole += ["/", f"/version/1/{OLD}", f"/runs/{run}", f"/runs/{run}/files/report.html"]
        for at in whole:
            assert words_in(served.get(at).text), at
        told = dict(answers(served))
    assert words_in(told["check"]) | words_in(told["show"])
