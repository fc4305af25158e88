"""Extensions: what a folder of our own and the entry points of other packages offer by name.

A plug-in is one file; its name is the file's or the entry point's. Names can be listed
without loading anything, so that a room may know a word whose meaning lives further down.
Mechanisms and scenarios are data: their folders stand in the library, and packages that bring
others name theirs by an entry point of the group ``offramp.library``.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from offramp.core.errors import OfframpError

ENGINES = ("offramp.solvers.engines", "offramp.engines")
QUANTITIES = ("offramp.study.quantities.kinds", "offramp.quantities")
MODELS = ("offramp.study.models", "offramp.models")
FORMATS = ("offramp.interop.formats", "offramp.formats")
FIGURES = ("offramp.presentation.figures", "offramp.figures")
SECTIONS = ("offramp.presentation.sections", "offramp.sections")
"""Folder and entry-point group of each kind of extension."""


def plugin_names(package: str, group: str) -> tuple[str, ...]:
    """Names of the files of ``package`` and of the entry points of ``group``, in order.

    Raises OfframpError where two share a name.
    """
    found: dict[str, str] = {}
    for name, origin in _listed(package, group):
        if name in found:
            raise OfframpError(
                f"two extensions are called '{name}': {found[name]} and {origin}",
                expected="every extension a name of its own",
                repair=f"rename the one in {origin}",
            )
        found[name] = origin
    return tuple(sorted(found))


def suffixes_in_words(*others: str) -> str:
    """How names of files of games may end, and ``others``: '.efg, .nfg or .svg'."""
    *most, last = (*(f".{name}" for name in plugin_names(*FORMATS)), *others)
    return f"{', '.join(most)} or {last}" if most else last


def plugins(package: str, group: str, attribute: str, kind: type[Any]) -> dict[str, Any]:
    """Name to what each plug-in offers: ``attribute`` of a file, the object of an entry point.

    Raises OfframpError where two share a name, or what is offered is no ``kind``.
    """
    names = plugin_names(package, group)
    entries = {entry.name: entry for entry in _entries(group, tuple(sys.path))}
    loaded: dict[str, Any] = {}
    for name in names:
        if name in entries:
            origin, offered = entries[name].value, entries[name].load()
        else:
            origin = f"{name}.py"
            module = importlib.import_module(f"{package}.{name}")
            offered = getattr(module, attribute, None)
        if not isinstance(offered, kind):
            raise OfframpError(
                f"'{origin}' has no {kind.__name__}",
                expected=f"{attribute} = {kind.__name__}(…)",
                repair=f"name one {attribute} at the top level of the file",
            )
        loaded[name] = offered
    return loaded


def plugin_files(package: str, group: str) -> dict[str, Path]:
    """Name to the file of each plug-in's module, beside which what belongs to it may stand."""
    found = {path.stem: path for path in _modules(package)}
    for entry in _entries(group, tuple(sys.path)):
        spec = find_spec(entry.module)
        if spec is not None and spec.origin:
            found[entry.name] = Path(spec.origin)
    return found


def _listed(package: str, group: str) -> Iterator[tuple[str, str]]:
    for path in _modules(package):
        yield path.stem, f"{path.parent.name}/{path.name}"
    for entry in sorted(_entries(group, tuple(sys.path)), key=lambda entry: entry.name):
        yield entry.name, entry.value


def _modules(package: str) -> Iterator[Path]:
    for folder in _folders(package):
        for path in sorted(Path(folder).glob("*.py")):
            if not path.stem.startswith("_"):
                yield path


@cache
def _entries(group: str, path: tuple[str, ...]) -> EntryPoints:
    """The entry points of a group; ``path`` is where they are looked for, once."""
    del path
    return entry_points(group=group)


def _folders(package: str) -> list[str]:
    """Where the package's files are, found without loading it."""
    if package in sys.modules:
        return list(sys.modules[package].__path__)
    top, *parts = package.split(".")
    return [str(Path(folder).joinpath(*parts)) for folder in sys.modules[top].__path__]
