"""What the forms ask: their pieces for a text, a change of it, and a new crisis."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from offramp.web.folder.routes import with_ending
from offramp.web.folder.withheld import require_open
from offramp.web.forms.changes import changed
from offramp.web.forms.facts import form_facts
from offramp.web.server.pages import part, workshop
from offramp.web.server.site import site_of

router = APIRouter()
STARTER = "offramp: 1\ntitle: {title}\ntime: {{round: month}}\nrounds: unlimited\n"
Value = str | int | bool | list[str | int] | dict[str, int]


class Shown(BaseModel):
    """A text whose forms are wanted."""

    name: str = Field(max_length=300)
    text: str = Field(max_length=1_000_000)


class Asked(Shown):
    """A change of a text by a form."""

    change: str = Field(max_length=40)
    fields: dict[str, Value] = Field(default_factory=dict[str, Value], max_length=200)


class Begun(BaseModel):
    """The name of a new crisis."""

    name: str = Field(max_length=300)


@router.post("/forms/show")
def show(request: Request, asked: Shown) -> dict[str, str]:
    """The forms of a text."""
    return {"html": _html(request, asked.name, asked.text)}


@router.post("/forms/change")
def change(request: Request, asked: Asked) -> dict[str, str]:
    """The text after a change, and its forms. Nothing is saved."""
    text = changed(asked.text, asked.name, asked.change, asked.fields)
    return {"text": text, "html": _html(request, asked.name, text)}


@router.post("/forms/new")
def new(request: Request, asked: Begun) -> dict[str, str]:
    """A new crisis: a file that says little more than its name."""
    name = with_ending(asked.name)
    title = name.rpartition("/")[2].rsplit(".", 1)[0].replace("-", " ").replace("_", " ").strip()
    quoted = '"' + title.capitalize().replace("\\", "\\\\").replace('"', '\\"') + '"'
    site_of(request).folder.save(name, STARTER.format(title=quoted), None)
    return {"to": f"/edit/{part(name)}", "file": name}


def _html(request: Request, name: str, text: str) -> str:
    folder = site_of(request).folder
    require_open(site_of(request), name, text)
    folder.refuse_links(name, text)
    facts = form_facts(text, name, folder.path(name))
    return workshop().get_template("forms.html").render(facts)
