"""The directives ``plan`` and ``doors``: rooms, modules and public names with their first lines."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import offramp

PACKAGE = Path(offramp.__file__).parent
ROOMS = (
    "core",
    "expressions",
    "scenario",
    "game",
    "solvers",
    "analysis",
    "study",
    "estimation",
    "interop",
    "presentation",
    "apps",
    "testing",
    "library",
)


def _rooms() -> list[str]:
    return [room for room in ROOMS if (PACKAGE / room / "__init__.py").is_file()]


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]


def _entry(name: str, line: str) -> nodes.list_item:
    text = nodes.paragraph("", "", nodes.literal(text=name), nodes.Text(f"  {line}"))
    return nodes.list_item("", text)


def _listed(entries: list[nodes.list_item]) -> nodes.bullet_list:
    return nodes.bullet_list("", *entries, bullet="-")


class Plan(SphinxDirective):
    """Every room in its order, with its modules; the words are those of the code."""

    def run(self) -> list[nodes.Node]:
        """One list of rooms, each holding a list of modules."""
        rooms = []
        for room in _rooms():
            files = sorted((PACKAGE / room).rglob("*.py"))
            for path in files:
                self.env.note_dependency(str(path))
            item = _entry(room, _first_line(PACKAGE / room / "__init__.py"))
            modules = [
                _entry(path.relative_to(PACKAGE).as_posix(), _first_line(path))
                for path in files
                if path.name != "__init__.py"
            ]
            if modules:
                item += _listed(modules)
            rooms.append(item)
        return [_listed(rooms)]


class Doors(SphinxDirective):
    """The names in every room's ``__all__``, with the first sentence of their docstrings."""

    def run(self) -> list[nodes.Node]:
        """One list of rooms, each holding a list of names; rooms without names are left out."""
        rooms = []
        for room in _rooms():
            door = importlib.import_module(f"offramp.{room}")
            self.env.note_dependency(str(PACKAGE / room / "__init__.py"))
            names = [_entry(name, _said(getattr(door, name))) for name in _public(door)]
            if names:
                item = _entry(f"offramp.{room}", _first_line(PACKAGE / room / "__init__.py"))
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
