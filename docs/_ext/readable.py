"""Writes `reference/library.md`: mechanisms, models and names in Python as plain text.

The pages that are made while the documentation is built hold nothing where they are read as they
are; this one does. `python docs/_ext/readable.py` renews it, and a test holds it to the library.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import offramp
from offramp.apps.listing import library_table
from offramp.apps.modelling import models_table
from offramp.presentation.showing import mechanism_facts, mechanism_words
from offramp.scenario.expansion import read_mechanism
from offramp.scenario.shelf import library_files

PAGE = Path(__file__).parents[1] / "reference" / "library.md"


def page() -> str:
    """The whole page."""
    return "\n".join([*_head(), *_scenarios(), *_mechanisms(), *_models(), *_names(), ""])


def _head() -> Iterator[str]:
    yield "# The library, to read"
    yield ""
    yield "What `offramp list`, `offramp show` and `help(offramp)` say, to be read without a build."


def _scenarios() -> Iterator[str]:
    yield from ("", "## Scenarios", "", "| name | group | title |", "|---|---|---|")
    for one in library_table()["scenarios"]:
        yield f"| `{one['name']}` | {one['group']} | {one['title']} |"


def _mechanisms() -> Iterator[str]:
    yield from ("", "## Mechanisms")
    for name, path in sorted(library_files("mechanisms").items()):
        words = mechanism_words(mechanism_facts(read_mechanism(path)[0]))
        yield from ("", f"### {name}", "", "```text", words, "```")


def _models() -> Iterator[str]:
    yield from ("", "## Canonical models", "", "| name | topic | title | played as |")
    yield "|---|---|---|---|"
    for one in models_table()["models"]:
        played = f"`{one['scenario']}`" if one["scenario"] else ""
        yield f"| `{one['name']}` | {one['family']} | {one['title']} | {played} |"


def _names() -> Iterator[str]:
    yield from ("", "## Names in Python", "", "| name | what it is |", "|---|---|")
    for name in sorted(offramp.__all__, key=str.lower):
        told = (inspect.getdoc(getattr(offramp, name)) or "").split("\n\n")[0]
        yield f"| `offramp.{name}` | {' '.join(told.split()).replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
