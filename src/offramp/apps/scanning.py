"""The command `scan`: ends, payoffs and time along one or two assumptions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from offramp.apps.options import (
    Account,
    Asked,
    Json,
    NoPassages,
    Scale,
    Settings,
    number_of,
    on_command_line,
    refuse,
)
from offramp.apps.progress import progress_bar
from offramp.apps.speaking import hand_over, say
from offramp.apps.telling import number_cell, paragraph, share_cell, table_of
from offramp.core.errors import OfframpError, ResultError

if TYPE_CHECKING:
    import xarray as xr

    from offramp.scenario import Scenario

MOST_ROWS, MOST_COLUMNS = 41, 9
MOST_NUMBERS = 10_000
Over = Annotated[
    tuple[str, ...],
    Parameter(
        name="--over",
        negative="",
        help="An assumption and its values: name=low:high:number, name=value,value,… or name alone "
        "for its range; a family or family[key]; of a switch its options. May be given twice.",
    ),
]
Quantities = Annotated[
    tuple[str, ...],
    Parameter(
        name="--quantity",
        negative="",
        help="A quantity as claims write it, such as 'P(war by 3)'; may be repeated.",
    ),
]


def scan_command(
    file: str,
    *,
    over: Over,
    quantity: Quantities = (),
    account: Account = None,
    set_: Settings = (),
    precision_scale: Scale = 1.0,
    picture: Path | None = None,
    csv: Path | None = None,
    no_passages: NoPassages = False,
    json: Json = False,
) -> None:
    """Follow the ends of FILE as one or two assumptions go through values, the others nominal.

    For example: offramp scan border-standoff --over slide=0:0.3:7 --picture slide.svg

    Parameters
    ----------
    picture
        Write the curves as this SVG file.
    csv
        Write a row for every point as this file.
    """
    if picture is not None and picture.suffix != ".svg":
        raise refuse(f"--picture {picture}", "a name that ends in .svg", "say scan.svg")
    from offramp.core.files import check_target

    for path, option in ((picture, "--picture"), (csv, "--csv")):
        if path is not None:
            check_target(path, option=option)
    more = tuple(("--over", one) for one in over) + tuple(("--quantity", one) for one in quantity)
    asked = Asked(
        "scan", file, 0, None, True, json, tuple(set_), account, precision_scale, repeated=more
    )
    asked = replace(asked, no_passages=no_passages)
    scenario = asked.scenario()
    found = _scanned(asked, scenario, over, quantity)
    if picture is not None:
        _draw(found, scenario, picture)
    if csv is not None:
        from offramp.presentation.sheets import scan_rows, write_csv

        write_csv(csv, scan_rows(found))
    hand_over(scan_data(asked, found)) if json else say(scan_words(found, picture, csv))
    if not (found["status"].values == "solved").any():
        sys.exit(1)


def _scanned(
    asked: Asked, scenario: Scenario, over: Sequence[str], quantities: Sequence[str]
) -> xr.Dataset:
    from offramp.study.scanning import scan

    lines = dict(_line(text) for text in over)
    if len(lines) < len(over):
        raise refuse("one assumption in two --over", "two different ones", "take one out")
    with progress_bar() as progress:
        try:
            return scan(
                scenario,
                lines,
                account=asked.account,
                quantities=quantities,
                precision_scale=asked.precision_scale,
                progress=progress,
            )
        except OfframpError as error:
            option = "--over" if isinstance(error, ResultError) else "--quantity"
            raise on_command_line(error, option) from None


def _line(text: str) -> tuple[str, Any]:
    """Name and values of ``name=low:high:number``, ``name=value,value`` or ``name``."""
    name, sign, values = text.partition("=")
    if not sign:
        return name.strip(), None
    parts = values.split(":")
    try:
        if len(parts) == 1:
            return name.strip(), _listed(values)
        if len(parts) > 3:
            raise ValueError("0:1:21")
        import numpy as np

        count = int(parts[2]) if len(parts) == 3 and parts[2].strip().isdigit() else 21
        if not 2 <= count <= MOST_NUMBERS or (len(parts) == 3 and not parts[2].strip().isdigit()):
            raise ValueError(f"{parts[0]}:{parts[1]}:21")
        values = np.linspace(number_of(parts[0]), number_of(parts[1]), count)
        return name.strip(), [float(f"{value:.12g}") for value in values]
    except ValueError as error:
        raise refuse(
            f"--over '{text}'",
            "name=low:high:number, name=value,value,… or a name with a range",
            f"write --over '{name.strip()}={_mended(parts, str(error))}'",
        ) from None


def _mended(parts: Sequence[str], otherwise: str) -> str:
    """Low, high and number with decimal points; else what is to be written."""
    if len(parts) == 1:
        return otherwise
    pointed = [part.strip().replace(",", ".") for part in parts[:2]]
    if not all(part.replace(".", "", 1).lstrip("-").isdigit() for part in pointed):
        return "0:1:21"
    number = parts[2].strip() if len(parts) == 3 and parts[2].strip().isdigit() else "21"
    return ":".join([*pointed, number])


def _listed(values: str) -> list[Any]:
    parts = [part.strip() for part in values.split(",") if part.strip()]
    if parts and all(part.replace("_", "a").isalnum() and part[0].isalpha() for part in parts):
        return parts
    return [number_of(part) for part in parts]


def _draw(found: xr.Dataset, scenario: Scenario, picture: Path) -> None:
    from offramp.core.files import write_text
    from offramp.presentation.charts.scan_picture import scan_svg
    from offramp.study.solving.labels import assumption_words

    kinds = {name: one.kind for name, one in scenario.outcomes.items()}
    labels = {name: one.label for name, one in scenario.outcomes.items() if one.label}
    labels |= {str(dim): assumption_words(scenario, str(dim)) for dim in found["rounds"].dims}
    write_text(picture, scan_svg(found, kinds, labels))


def scan_data(asked: Asked, found: xr.Dataset) -> dict[str, Any]:
    """A scan as JSON has it: one object for every point, None where it was not solved."""
    from offramp.presentation.records import plain
    from offramp.presentation.sheets import scan_rows

    heads, *rows = scan_rows(found)
    return plain(
        {
            "title": found.attrs["title"],
            "scenario_hash": found.attrs["scenario_hash"],
            "command": asked.words(None),
            "account": found.attrs["account"],
            "over": {str(dim): found[dim].values.tolist() for dim in found["rounds"].dims},
            "points": [dict(zip(heads, row, strict=True)) for row in rows],
        }
    )


def scan_words(found: xr.Dataset, picture: Path | None, csv: Path | None) -> str:
    """A scan as a table, and where the files are."""
    lines = [found.attrs["title"], ""]
    lines += _grid(found) if len(found["rounds"].dims) == 2 else _rows(found)
    missing = int((found["status"].values != "solved").sum())
    if missing:
        why = next(one for one in found["message"].values.ravel() if one)
        lines += ["", paragraph(f"{missing:,} points are not solved: {why}")]
    lines += [] if picture is None else ["", f"picture: {picture}"]
    lines += [] if csv is None else ["", f"table: {csv}"]
    return "\n".join(lines)


def _rows(found: xr.Dataset) -> list[str]:
    """Every point of one assumption: ends, further rounds, expected payoffs, what was asked."""
    from offramp.presentation.charts.scan_picture import likeliest

    (name,) = (str(dim) for dim in found["rounds"].dims)
    ends = likeliest(found)
    asked = [str(one) for one in found["asked"].values] if "asked" in found.coords else []
    parties = [str(one) for one in found["party"].values]
    heads = (name, *ends, f"further {found.attrs['round_unit']}s", *parties, *asked)
    rows: list[tuple[str, ...]] = []
    for place in _spread(found.sizes[name], MOST_ROWS):
        one = found.isel({name: place})
        rows.append(
            (
                _told(one[name].item()),
                *(_share(one["probability"].sel(outcome=end).item()) for end in ends),
                number_cell(one["rounds"].item()),
                *(number_cell(one["payoff"].sel(party=party).item()) for party in parties),
                *(number_cell(one["quantity"].values[i]) for i in range(len(asked))),
            )
        )
    note = "  Ends with their probabilities, then how long play goes on, then expected payoffs:"
    return [note, *table_of(heads, rows)]


def _grid(found: xr.Dataset) -> list[str]:
    """One number for every pair of values: the first assumption downwards, the second across."""
    from offramp.presentation.charts.scan_picture import shown_end

    down, across = (str(dim) for dim in found["rounds"].dims)
    shown, what = shown_end(found)
    columns = _spread(found.sizes[across], MOST_COLUMNS)
    heads = (f"{down} \\ {across}", *(_told(found[across].values[i]) for i in columns))
    rows = [
        (_told(found[down].values[i]), *(_share(shown[i, j]) for j in columns))
        for i in _spread(found.sizes[down], MOST_ROWS)
    ]
    return [f"  Probability of {what}:", *table_of(heads, rows)]


def _spread(count: int, most: int) -> list[int]:
    """All places of a row, or ``most`` of them evenly over it, both ends with them."""
    import numpy as np

    return sorted({round(i) for i in np.linspace(0, count - 1, min(count, most)).tolist()})


def _told(value: Any) -> str:
    return value if isinstance(value, str) else number_cell(float(value))


def _share(value: float) -> str:
    return share_cell(None if value != value else value)
