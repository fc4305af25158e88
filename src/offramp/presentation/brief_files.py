"""The brief as a file: HTML, Markdown or Word, by the end of its name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from offramp.core.errors import Place, ResultError
from offramp.core.files import write_text
from offramp.presentation.brief import brief_markdown, brief_of
from offramp.presentation.brief_docx import write_docx
from offramp.presentation.page import brief_html

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings


def write_brief(findings: Findings, path: str | Path) -> Path:
    """The brief in the form that the end of the file's name says: .html, .md or .docx.

    Raises ResultError for another ending, where the extra that .docx needs is not installed, and
    where the file cannot be written.
    """
    place = Path(path)
    told = brief_of(findings)
    try:
        if place.suffix == ".html":
            return write_text(place, brief_html(findings, told))
        if place.suffix == ".md":
            return write_text(place, brief_markdown(told))
        if place.suffix == ".docx":
            return write_docx(told, place)
    except OSError as error:
        raise ResultError(
            f"the brief cannot be written: {error.strerror or error}",
            expected="a file in a folder that can be written",
            place=Place(str(place), 1, 1),
        ) from None
    raise ResultError(
        f"'{place.suffix or place.name}' is no form of a brief",
        expected="a name that ends in .html, .md or .docx",
        repair=f"say --out {place.with_suffix('.html')}",
    )
