"""Tables for spreadsheets: one row for each draw or point, no cell that runs as a formula."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offramp.core.files import atomic_write

if TYPE_CHECKING:
    import xarray as xr

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
