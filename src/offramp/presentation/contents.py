"""The table of contents: what a section of the report is, and the folder scan that finds them all.

A new section is one new file in `sections/` that names a ``SECTION``, or an entry point of the
group ``offramp.sections`` in another package; nothing else has to be edited. The name of the
file is the name of the section, and a template of that name may stand beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from offramp.core.registry import SECTIONS, plugin_files, plugins

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings

Content = Mapping[str, Any]
"""What the template of a section finds under ``content``."""


def _nothing(findings: Findings) -> Content:
    return {}


def _always(findings: Findings) -> bool:
    return True


@dataclass(frozen=True)
class Section:
    """A section of the report; ``order`` says where it stands among the others.

    ``content`` is what its template shows, `NAME.html` beside the section's file `NAME.py`. A
    section without a template shows each of ``content["sentences"]``, if there are any, and its
    figures. It is left out where ``there`` says that there is nothing to tell.
    """

    title: str
    order: int
    content: Callable[[Findings], Content] = _nothing
    there: Callable[[Findings], object] = _always
    folded: bool = False
    """Whether it stands behind its title until it is opened."""


def find_sections() -> dict[str, Section]:
    """Every section by name, in the order of the report; OfframpError where two share a name."""
    found = plugins(*SECTIONS, "SECTION", Section)
    return dict(sorted(found.items(), key=lambda one: (one[1].order, one[0])))


def section_template(name: str) -> tuple[str, str, Callable[[], bool]] | None:
    """Text and file of the template of ``sections/NAME.html``, as jinja2 asks for it; or None."""
    folder, _, file = name.partition("/")
    module = plugin_files(*SECTIONS).get(file.removesuffix(".html"))
    if folder != "sections" or module is None:
        return None
    path = module.with_suffix(".html")
    if not path.is_file():
        return '{% include "plain.html" %}', name, lambda: False
    written = path.stat().st_mtime_ns
    return path.read_text("utf-8"), str(path), lambda: path.stat().st_mtime_ns == written
