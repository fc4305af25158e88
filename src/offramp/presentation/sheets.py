"""Tables for spreadsheets: one row for each draw or point, no cell that runs as a formula."""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offramp.core.errors import Place, ResultError
from offramp.core.files import atomic_write
from offramp.scenario import understand
from offramp.scenario.setting import nominal_values

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from offramp.study.runs.findings import Findings

RUNS = ("=", "+", "-", "@", "\t", "\r")
"""Signs with which a text begins that a spreadsheet takes for a formula."""


def safe(cell: Any) -> Any:
    """A cell as a spreadsheet shows it: numbers as they are, no text that it would run."""
    if isinstance(cell, float) and cell != cell:
        return ""
    if isinstance(cell, str) and cell.startswith(RUNS):
        return f"'{cell}"
    return cell


def write_csv(path: str | Path, rows: Iterable[Iterable[Any]]) -> Path:
    """Rows as CSV, atomically; a number that is none is an empty cell. The path."""

    def writer(temporary: Path) -> None:
        with open(temporary, "w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(
                [safe(cell) for cell in row] for row in rows
            )

    return atomic_write(path, writer)


def scan_rows(found: xr.Dataset) -> Iterator[tuple[Any, ...]]:
    """Heads, then a row for every point of a scan: its values, ends, rounds, payoffs, status."""
    axes = [str(dim) for dim in found["rounds"].dims]
    outcomes = [str(one) for one in found["outcome"].values]
    parties = [str(one) for one in found["party"].values]
    asked = [str(one) for one in found["asked"].values] if "asked" in found.coords else []
    yield (
        *axes,
        *(f"P({name})" for name in outcomes),
        "rounds",
        *(f"payoff[{name}]" for name in parties),
        *asked,
        "status",
    )
    places = itertools.product(*(range(found.sizes[name]) for name in axes))
    for place in places:
        yield (
            *(
                found[name].values[i].item()
                if hasattr(found[name].values[i], "item")
                else str(found[name].values[i])
                for name, i in zip(axes, place, strict=True)
            ),
            *found["probability"].values[place].tolist(),
            found["rounds"].values[place].item(),
            *found["payoff"].values[place].tolist(),
            *(found["quantity"].values[place].tolist() if asked else ()),
            str(found["status"].values[place]),
        )


def frame_rows(frame: pd.DataFrame) -> Iterator[list[Any]]:
    """Heads, then the rows of a frame, as plain numbers and texts."""
    yield [str(name) for name in frame.columns]
    for row in frame.itertuples(index=False):
        yield [one.item() if hasattr(one, "item") else one for one in row]


def write_draws(path: str | Path, findings: Findings) -> Path:
    """A run as one row for each draw, the nominal values first, as CSV."""
    return write_csv(path, frame_rows(findings.frame()))


def require_sheets() -> None:
    """A ResultError where openpyxl is not installed."""
    try:
        import openpyxl  # noqa: F401
    except ImportError:
        raise ResultError(
            "openpyxl, which writes Excel files, is not installed",
            expected="the extra 'office'",
            repair="pip install 'offramp[office]', or take draws.csv",
            place=Place("--xlsx", 1, 1),
        ) from None


def write_workbook(path: str | Path, findings: Findings) -> Path:
    """A run as an Excel file: ends, draws, claims, off-ramps and assumptions, a sheet for each.

    No cell is a formula. Raises ResultError where openpyxl is not installed.
    """
    require_sheets()
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book, bold = Workbook(write_only=True), Font(bold=True)
    for title, rows in sheets_of(findings).items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "B2"
        told = [[_cell(one) for one in row] for row in rows]
        for place, width in enumerate(_widths(told), 1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        for number, row in enumerate(told):
            font = None if number else bold
            sheet.append([_written(sheet, one, font) for one in row])

    def writer(temporary: Path) -> None:
        book.save(temporary)

    return atomic_write(path, writer)


def sheets_of(findings: Findings) -> dict[str, Iterator[list[Any]]]:
    """Sheet to its rows, heads first; those of which a run has nothing are left out."""
    from offramp.core.showing import frame_of
    from offramp.study.claims.verdicts import Verdicts
    from offramp.study.runs.findings import ends_of

    frames = {"ends": frame_of(ends_of(findings)), "draws": findings.frame()}
    if findings.verdicts:
        frames["claims"] = Verdicts(findings.verdicts).frame()
    if findings.offramps is not None and findings.offramps.found:
        frames["off-ramps"] = findings.offramps.frame()
    meaning = understand(findings.scenario)
    nominal = nominal_values(meaning)
    frames["assumptions"] = frame_of(
        {
            "name": one.name,
            "nominal": nominal.get(one.name, math.nan),
            "unit": one.unit or "",
            "range": str(one.distribution or ""),
            "note": one.note or "",
        }
        for one in meaning.assumptions
    )
    return {title: frame_rows(frame) for title, frame in frames.items()}


def _cell(value: Any) -> Any:
    """A value that a sheet can hold: finite numbers, text, yes or no; nothing for nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, int | float | str) or value is None else str(value)


def _widths(rows: list[list[Any]]) -> list[int]:
    """Letters that a column needs: of its head and its first texts, within bounds."""
    columns = zip(*rows[:LOOKED_AT], strict=True)
    needs = (max(len(one) if isinstance(one, str) else 8 for one in column) for column in columns)
    return [min(WIDEST, need + 2) for need in needs]


LOOKED_AT, WIDEST = 50, 48
"""Rows by which the width of a column is set, and the most letters that it has."""


def _written(sheet: Any, value: Any, font: Any) -> Any:
    """A cell of a sheet. Text that would run is text all the same, and stays so when edited."""
    from openpyxl.cell import WriteOnlyCell

    runs = isinstance(value, str) and value.startswith(RUNS)
    if font is None and not runs:
        return value
    cell = WriteOnlyCell(sheet, value=value)
    if font is not None:
        cell.font = font
    if runs:
        cell.data_type, cell.quotePrefix = "s", True
    return cell
