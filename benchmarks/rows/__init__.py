"""Everything that is measured: one file for each heading, found by looking into this folder.

A file says its ``TITLE`` and ``ABOUT``, and maps the names of its rows to functions of an
``Effort`` in ``ROWS``, in the order of the table; ``PLACE`` orders the files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

from benchmarks.table import Group, Row
from benchmarks.timing import Effort

Measured = Callable[[Effort], Row]


def find_groups() -> dict[str, ModuleType]:
    """Every file of rows by its name, in the order of the table."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    found = [(name, import_module(f"{__name__}.{name}")) for name in names]
    return dict(sorted(found, key=lambda one: one[1].PLACE))


def chosen(only: list[str]) -> dict[str, Mapping[str, Measured]]:
    """Rows by group: all of them, or those whose name or group is in ``only``.

    Raises KeyError with a name that is neither.
    """
    groups = find_groups()
    known = {*groups, *(name for module in groups.values() for name in module.ROWS)}
    for name in only:
        if name not in known:
            raise KeyError(name)
    picked = {
        group: {
            name: measure
            for name, measure in module.ROWS.items()
            if not only or group in only or name in only
        }
        for group, module in groups.items()
    }
    return {group: rows for group, rows in picked.items() if rows}


def headings() -> tuple[Group, ...]:
    """The headings of the table."""
    return tuple(
        Group(name, module.TITLE, " ".join(module.ABOUT.split()))
        for name, module in find_groups().items()
    )
