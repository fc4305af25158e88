"""The brief as a Word file, by python-docx (extra ``office``): two pages of A4."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offramp.core.errors import ResultError

if TYPE_CHECKING:
    from offramp.presentation.brief import Brief, Part
    from offramp.presentation.gallery import Table

WIDE, TALL, MARGIN = 210, 297, 12
"""Millimetres of the paper."""
SIZE, SMALL, TINY = 8.5, 7.5, 7.0
"""Points of text, tables and notes."""


def write_docx(told: Brief, path: Path) -> Path:
    """Write the brief to ``path``; a ResultError where python-docx is not installed."""
    require_docx()
    import docx
    from docx.enum.text import WD_BREAK
    from docx.shared import Mm, Pt

    paper: Any = docx.Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(WIDE), Mm(TALL)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(MARGIN))
    style = paper.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(SIZE)
    style.paragraph_format.space_after = Pt(2)
    style.paragraph_format.space_before = Pt(0)
    paper.core_properties.title = told.title
    paper.core_properties.comments = told.caveat
    _line(paper, told.title, 13, bold=True)
    _line(paper, told.caveat, SMALL, bold=True)
    for one in told.answer:
        _line(paper, f"{one.lead} {one.text}", SIZE)
    for part in told.first:
        _part(paper, part)
    paper.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
    for part in told.second:
        _part(paper, part)
    _line(paper, told.made, TINY)
    partial = path.with_name(f".{path.name}.part")
    paper.save(partial)
    os.replace(partial, path)
    return path


def require_docx() -> None:
    """Raise a ResultError where python-docx is not installed."""
    try:
        import docx
    except ImportError:
        raise ResultError(
            "a brief as .docx takes python-docx, which is not installed",
            expected="the extra 'office'",
            repair="pip install 'offramp[office]', or name a file that ends in .html or .md",
        ) from None
    del docx


def _part(paper: Any, part: Part) -> None:
    _line(paper, part.heading, SIZE + 1, bold=True, before=3)
    for text in part.sentences:
        _line(paper, f"• {text}", SMALL)
    if part.table is not None:
        _table(paper, part.table, part.under)
        if part.table.note:
            _line(paper, part.table.note, TINY, before=2)
    for text in part.notes:
        _line(paper, text, TINY)


def _line(paper: Any, text: str, size: float, *, bold: bool = False, before: float = 0) -> None:
    from docx.shared import Pt

    line = paper.add_paragraph()
    line.paragraph_format.space_before = Pt(before)
    run = line.add_run(_kept(text))
    run.bold, run.font.size = bold, Pt(size)


def _table(paper: Any, table: Table, under: tuple[str, ...] = ()) -> None:
    from docx.shared import Pt

    grid = paper.add_table(rows=0, cols=len(table.columns))
    grid.style = "Light Grid Accent 1" if "Light Grid Accent 1" in paper.styles else None
    below = ("", *(under or ("",) * len(table.rows)))
    for row, text in zip((table.columns, *table.rows), below, strict=True):
        cells = grid.add_row().cells
        for cell, words in zip(cells, row, strict=True):
            _cell(cell, words, Pt(TINY), bold=row is table.columns)
        if text:
            across = grid.add_row().cells
            _cell(across[0].merge(across[-1]), text, Pt(TINY - 0.5))


def _cell(cell: Any, text: str, size: Any, *, bold: bool = False) -> None:
    run = cell.paragraphs[0].add_run(_kept(text))
    run.font.size, run.bold = size, bold
    cell.paragraphs[0].paragraph_format.space_after = 0


def _kept(text: str) -> str:
    """The text with no line ending between a number and its per cent sign."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")
