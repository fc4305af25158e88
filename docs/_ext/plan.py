"""The directives ``plan`` and ``doors``: rooms, modules and public names with their first lines."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import fastapi  # noqa: F401  before autodoc takes all imports for type checking: pydantic minds
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import offramp

PACKAGE = Path(offramp.__file__).parent
PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


@cache
def _layers() -> dict[str, list[str]]:
    """By package, its folders in the order in which `lint-imports` lets them import each other."""
    tools = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]
    return {
        container: [
            name
            for layer in (*reversed(contract["layers"]), *contract.get("exhaustive_ignores", ()))
            for name in re.split(r"\s*[|:]\s*", layer)
        ]
        for contract in tools["importlinter"]["contracts"]
        if contract["type"] == "layers"
        for container in contract.get("containers", ())
    }


def _folders(folder: Path) -> list[Path]:
    """The packages inside a package: in their order where one is kept, else by name."""
    package = ".".join(("offramp", *folder.relative_to(PACKAGE).parts))
    order = _layers().get(package, [])
    found = {path.parent.name: path.parent for path in folder.glob("*/__init__.py")}
    known = [found.pop(name) for name in order if name in found]
    return [*known, *(found[name] for name in sorted(found))]


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]


def _entry(name: str, line: str) -> nodes.list_item:
    text = nodes.paragraph("", "", nodes.literal(text=name), nodes.Text(f"  {line}"))
    return nodes.list_item("", text)


def _listed(entries: list[nodes.list_item]) -> nodes.bullet_list:
    return nodes.bullet_list("", *entries, bullet="-")


def _folded(words: str, inside: nodes.Node) -> list[nodes.Node]:
    """What a reader sees after opening ``words``."""
    before = f"<details><summary>{words}</summary>"
    return [
        nodes.raw("", before, format="html"),
        inside,
        nodes.raw("", "</details>", format="html"),
    ]


class Plan(SphinxDirective):
    """Every room in its order, with its sub-rooms and, folded, its files, in the code's words."""

    def run(self) -> list[nodes.Node]:
        """One list of rooms, each holding a list of rooms and a list of files."""
        for path in PACKAGE.rglob("*.py"):
            self.env.note_dependency(str(path))
        return [_listed([_room(room) for room in _folders(PACKAGE)])]


def _room(folder: Path) -> nodes.list_item:
    """A folder by its first line, then the folders in it, then its files."""
    item = _entry(f"{folder.name}/", _first_line(folder / "__init__.py"))
    if rooms := [_room(inner) for inner in _folders(folder)]:
        item += _listed(rooms)
    if files := [_entry(path.name, _first_line(path)) for path in _files(folder)]:
        several = f"{len(files)} files" if len(files) > 1 else "1 file"
        item += _folded(several, _listed(files))
    return item


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py")


class Doors(SphinxDirective):
    """The names in every room's ``__all__``, with the first sentence of their docstrings."""

    def run(self) -> list[nodes.Node]:
        """One list of rooms, each holding a list of names; rooms without names are left out."""
        rooms = []
        for folder in _folders(PACKAGE):
            room = folder.name
            door = importlib.import_module(f"offramp.{room}")
            self.env.note_dependency(str(folder / "__init__.py"))
            names = [_entry(name, _said(getattr(door, name))) for name in _public(door)]
            if names:
                item = _entry(f"offramp.{room}", _first_line(folder / "__init__.py"))
                item += _listed(names)
                rooms.append(item)
        return [_listed(rooms)]


def _public(door: Any) -> list[str]:
    return list(getattr(door, "__all__", ()))


def _said(thing: object) -> str:
    """The docstring's first paragraph, where the thing has one of its own."""
    if not (inspect.isclass(thing) or inspect.isroutine(thing) or inspect.ismodule(thing)):
        return ""
    paragraph = (inspect.getdoc(thing) or "").split("\n\n")[0]
    return " ".join(paragraph.split())


def setup(app: Sphinx) -> dict[str, Any]:
    """Register both directives."""
    app.add_directive("plan", Plan)
    app.add_directive("doors", Doors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
