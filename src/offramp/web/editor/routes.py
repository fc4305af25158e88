"""The page on which a crisis is written, and what it asks while one writes."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from offramp.core.errors import OfframpError
from offramp.presentation import describe
from offramp.scenario.reading import read_as
from offramp.web.editor.complaints import checked, deeper, of_error
from offramp.web.editor.completion import completions
from offramp.web.editor.outline import sections_of
from offramp.web.folder.files import mark_of
from offramp.web.folder.withheld import read_shown, require_open
from offramp.web.server.pages import view
from offramp.web.server.parts import Link
from offramp.web.server.site import site_of

router = APIRouter()
KEPT = 16
"""Texts whose warnings are kept in memory."""
TABS = (Link(20, "Write", "/edit/{name}"), Link(25, "In sentences", "/told/{name}"))


class Written(BaseModel):
    """A text that may not be saved yet, and the file that it is to be."""

    name: str = Field(max_length=300)
    text: str = Field(max_length=1_000_000)


class Begun(Written):
    """A text and the place in it, from 1, before which something is being written."""

    line: int = Field(ge=1, le=100_000)
    column: int = Field(ge=1, le=100_000)


@view(router, "/edit/{name:path}", "edit.html")
def edit_page(request: Request, name: str) -> dict[str, Any]:
    """Forms and text of a file beside each other."""
    text = site_of(request).folder.text(name)
    require_open(site_of(request), name, text)
    return {"file": name, "text": text, "mark": mark_of(text), "title": _title(text, name)}


@view(router, "/told/{name:path}", "told.html")
def told_page(request: Request, name: str) -> dict[str, Any]:
    """A file in plain sentences."""
    told = describe(read_shown(site_of(request), name)).as_dict()
    return {"file": name, **told}


@router.post("/editor/check")
def check(request: Request, asked: Written) -> dict[str, Any]:
    """All errors and the warnings of a text at their places, and its outline."""
    beside = _beside(request, asked)
    told = checked(asked.text, asked.name, beside)
    return {
        "errors": [one.as_dict() for one in told.errors],
        "warnings": [one.as_dict() for one in told.warnings],
        "outline": [one.as_dict() for one in sections_of(asked.text)],
    }


@router.post("/editor/tell")
def tell(request: Request, asked: Written) -> dict[str, Any]:
    """A text in plain sentences; its errors where it cannot be read or is no game."""
    beside = _beside(request, asked)
    try:
        return {"errors": [], "told": describe(read_as(asked.text, asked.name, beside)).as_dict()}
    except OfframpError as error:
        return {"errors": [of_error(asked.text, asked.name, error).as_dict()], "told": None}


@router.post("/editor/doubt")
def doubt(request: Request, asked: Written) -> dict[str, Any]:
    """All warnings of a text, those that need its games included. One text at a time."""
    beside, site = _beside(request, asked), site_of(request)
    known = site.keep("doubts", OrderedDict[str, dict[str, Any]])
    mark = mark_of(f"{asked.name}\n{asked.text}")
    with site.keep("doubting", Lock):
        if mark not in known:
            known[mark] = _doubts(asked, beside)
            while len(known) > KEPT:
                known.popitem(last=False)
        return known[mark]


def _doubts(asked: Written, beside: Path) -> dict[str, Any]:
    told = checked(asked.text, asked.name, beside)
    errors, warnings = told.errors, told.warnings
    if told.scenario is not None:
        try:
            warnings = deeper(asked.text, asked.name, told.scenario)
        except OfframpError as error:
            errors = (of_error(asked.text, asked.name, error),)
    return {
        "errors": [one.as_dict() for one in errors],
        "warnings": [one.as_dict() for one in warnings],
    }


@router.post("/editor/complete")
def complete(request: Request, asked: Begun) -> dict[str, Any]:
    """What could stand at a place."""
    found = completions(asked.text, asked.line, asked.column, _beside(request, asked).parent)
    return {"words": [one.as_dict() for one in found]}


def _beside(request: Request, asked: Written) -> Path:
    """Where the file of a text lies, beside which mechanisms and sources are looked for."""
    folder = site_of(request).folder
    require_open(site_of(request), asked.name, asked.text)
    folder.refuse_links(asked.name, asked.text)
    return folder.path(asked.name)


def _title(text: str, name: str) -> str:
    from offramp.web.editor.whereabouts import walk

    return walk(text).values.get(("title",), "") or name
