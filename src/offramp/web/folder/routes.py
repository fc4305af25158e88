"""The pages of library and folder."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from offramp.core.errors import OfframpError
from offramp.presentation.shelves import ShelfEntry, file_entry, library_entries
from offramp.web.folder.differences import difference
from offramp.web.folder.files import mark_of
from offramp.web.folder.shown import file_facts, library_facts, library_picture, library_text
from offramp.web.folder.withheld import Withheld, closed, read_shown, require_open
from offramp.web.server.pages import part, svg, view
from offramp.web.server.parts import Link
from offramp.web.server.site import Site, site_of

router = APIRouter()
MENU = (Link(10, "Folder", "/"), Link(20, "Library", "/library"))
TABS = (Link(10, "Overview", "/file/{name}"), Link(90, "Versions", "/versions/{name}"))
MOST_WORDS = 200


@view(router, "/", "folder.html")
def folder_page(request: Request, q: str = "") -> dict[str, Any]:
    """The files of the user's folder; with ``q`` those that hold all its words."""
    site = site_of(request)
    files = [_row(site, name) for name in site.folder.files()]
    words = q[:MOST_WORDS].casefold().split()
    shown = [one for one in files if all(word in one.pop("searched") for word in words)]
    return {"files": shown, "all": len(files), "q": q[:MOST_WORDS]}


@view(router, "/library", "library.html")
def library_page(request: Request, q: str = "", shelf: str = "") -> dict[str, Any]:
    """The library by groups; with ``q`` what holds all its words, with ``shelf`` one shelf."""
    entries = shelf_of(site_of(request))
    found = [one for one in entries if shelf in ("", one.shelf) and one.holds(q[:MOST_WORDS])]
    groups: dict[str, list[ShelfEntry]] = {}
    for one in sorted(found, key=_place):
        groups.setdefault(_heading(one), []).append(one)
    told = {heading: [one.as_dict() for one in own] for heading, own in groups.items()}
    shelves = {"": "everything", "scenarios": "scenarios", "mechanisms": "mechanisms"}
    shelves |= {"models": "models in closed form"}
    return {
        "groups": told,
        "found": len(found),
        "all": len(entries),
        "q": q[:MOST_WORDS],
        "shelf": shelf,
        "shelves": shelves,
    }


@router.get("/library/{shelf}/{name}/picture.svg", response_class=Response)
def library_drawing(shelf: str, name: str) -> Response:
    """The picture of a scenario or model."""
    return svg(library_picture(shelf, name))


@view(router, "/library/{shelf}/{name}", "library_one.html")
def library_one(request: Request, shelf: str, name: str) -> dict[str, Any]:
    """A scenario, mechanism or model: what it is, needs, gives and rests on."""
    return library_facts(shelf, name)


@router.get("/file/{name:path}/picture.svg", response_class=Response)
def file_drawing(request: Request, name: str) -> Response:
    """The round of a scenario in the folder."""
    from offramp.presentation.charts.round_strip import round_picture

    return svg(round_picture(read_shown(site_of(request), name)))


@router.get("/file/{name:path}/text", response_class=Response)
def file_text(request: Request, name: str) -> Response:
    """The file as it is, to be downloaded."""
    site = site_of(request)
    text = site.folder.text(name)
    require_open(site, name, text)
    return Response(
        text,
        media_type="application/yaml; charset=utf-8",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{part(_last(name))}"},
    )


@view(router, "/file/{name:path}", "file.html")
def file_page(request: Request, name: str) -> dict[str, Any]:
    """A file of the folder: what it is, or what is wrong with it."""
    site = site_of(request)
    facts = file_facts(site, name)
    return {"file": name, **facts, "versions": len(site.folder.history(name).versions())}


@router.get("/version/{number:int}/{name:path}", response_class=Response)
def version_text(request: Request, name: str, number: int) -> Response:
    """A version as it was saved."""
    text = site_of(request).folder.history(name).text(number)
    require_open(site_of(request), name, text)
    return Response(text, media_type="text/plain; charset=utf-8")


@view(router, "/versions/{name:path}", "versions.html")
def versions_page(request: Request, name: str, left: int = 0, right: int = 0) -> dict[str, Any]:
    """Every version of a file, and two of them side by side; 0 stands for the file as it is."""
    folder = site_of(request).folder
    text, history = folder.text(name), folder.history(name)
    versions = history.versions()
    left = left or max([one.number for one in versions if one.mark != mark_of(text)], default=0)
    old = history.text(left) if left else text
    new = history.text(right) if right else text
    require_open(site_of(request), name, text, old, new)
    told = [
        {"number": one.number, "when": one.when, "mark": one.mark, "size": one.size}
        for one in reversed(versions)
    ]
    return {
        "file": name,
        "mark": mark_of(text),
        "versions": told,
        "left": left,
        "right": right,
        "rows": [row.as_dict() for row in difference(old, new)],
    }


class Named(BaseModel):
    """A name for a new file."""

    name: str = Field(max_length=300)


class Copied(Named):
    """What is copied: a scenario of the library or a file of the folder, and its new name."""

    library: str = Field(default="", max_length=300)
    file: str = Field(default="", max_length=300)


class Saved(Named):
    """A text for a file, and the mark of what the writer last saw; none for a new file."""

    text: str = Field(max_length=1_000_000)
    based_on: str | None = Field(default=None, max_length=64)


class Renamed(Named):
    """A file's new name."""

    file: str = Field(max_length=300)


class Restored(BaseModel):
    """A version that is to be the newest again."""

    file: str = Field(max_length=300)
    number: int
    based_on: str = Field(max_length=64)


@router.post("/folder/copy")
def copy(request: Request, asked: Copied) -> dict[str, str]:
    """Copy a scenario of the library, or a file of the folder, to a new name."""
    folder = site_of(request).folder
    text = library_text(asked.library) if asked.library else folder.text(asked.file)
    name = with_ending(asked.name)
    folder.save(name, text, None)
    return {"to": f"/file/{part(name)}", "file": name}


@router.post("/folder/save")
def save(request: Request, asked: Saved) -> dict[str, str]:
    """Save a text as the newest version of a file; Changed where another has written meanwhile."""
    name = with_ending(asked.name)
    mark = site_of(request).folder.save(name, asked.text, asked.based_on)
    return {"to": f"/file/{part(name)}", "file": name, "mark": mark}


@router.post("/folder/rename")
def rename(request: Request, asked: Renamed) -> dict[str, str]:
    """Give a file another name; its versions go with it."""
    name = with_ending(asked.name)
    site_of(request).folder.rename(asked.file, name)
    return {"to": f"/file/{part(name)}", "file": name}


@router.post("/folder/restore")
def restore(request: Request, asked: Restored) -> dict[str, str]:
    """Save an earlier version as the newest one; nothing is lost by it."""
    folder = site_of(request).folder
    text = folder.history(asked.file).text(asked.number)
    folder.save(asked.file, text, asked.based_on)
    return {"to": f"/versions/{part(asked.file)}", "file": asked.file}


def shelf_of(site: Site) -> tuple[ShelfEntry, ...]:
    """The library's entries, read once."""
    return site.keep("library", library_entries)


def warm(site: Site) -> None:
    """Read the library before somebody asks for it."""
    shelf_of(site)


def with_ending(name: str) -> str:
    """A file's name with its ending, which a person may leave out."""
    bare = name.strip()
    if not bare:
        raise OfframpError("there is no name", expected="a name", repair="say first-try")
    return bare if bare.endswith((".yaml", ".yml")) else f"{bare}.yaml"


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _row(site: Site, name: str) -> dict[str, Any]:
    """What the list shows of a file."""
    from datetime import datetime

    folder = site.folder
    path = folder.path(name)
    try:
        text = folder.text(name)
    except OfframpError:
        text = ""
    entry = file_entry("scenarios", name, path)
    if closed(site, text):
        entry = _entry_shown(site, name)
        text = entry.title
    return {
        "name": name,
        "title": entry.title,
        "parties": entry.parties,
        "wrong": entry.wrong,
        "when": datetime.fromtimestamp(path.stat().st_mtime).strftime("%Y-%m-%d %H:%M"),
        "versions": len(folder.history(name).versions()),
        "searched": f"{name} {text}".casefold(),
    }


def _entry_shown(site: Site, name: str) -> ShelfEntry:
    """The entry of a file that names a transcript, without words of that."""
    try:
        told = read_shown(site, name)
    except Withheld as error:
        return ShelfEntry("scenarios", name, name, "", "", wrong=error.found)
    parties = tuple(one.label or key for key, one in told.parties.items())
    return ShelfEntry("scenarios", name, told.title, "", "", parties)


def _heading(entry: ShelfEntry) -> str:
    if entry.shelf == "models":
        return f"Closed form: {entry.group}"
    special = entry.group in ("Cases", "Examples", "Mechanisms")
    return entry.group if special else f"Model as a scenario: {entry.group}"


def _place(entry: ShelfEntry) -> tuple[int, str, str]:
    groups = {"Cases": 0, "Examples": 1, "Mechanisms": 2}
    return groups.get(entry.group, 3 if entry.shelf == "scenarios" else 4), entry.group, entry.name
