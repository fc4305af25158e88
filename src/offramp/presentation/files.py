"""The files of a run: each is complete or absent, and the report comes last."""

from __future__ import annotations

import json
from pathlib import Path

from offramp.analysis.results import save, write_table
from offramp.core.errors import Place, ResultError
from offramp.core.files import write_text
from offramp.presentation.run_summary import summary
from offramp.presentation.sheets import write_draws, write_workbook
from offramp.scenario import scenario_text
from offramp.study.runs.findings import Findings


def write_results(
    findings: Findings, folder: str | Path, html: str | None = None, *, xlsx: bool = False
) -> Path:
    """Write summary, tables, scenario and (given ``html``) the report into ``folder``.

    ``draws.csv`` has a row for every draw; with ``xlsx`` an Excel file has it too, and more.

    Returns the path of the report, or of the folder without one. Raises ResultError where
    the folder cannot be written; files that were there stay whole.
    """
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        write_text(place / "scenario.yaml", scenario_text(findings.scenario))
        save(place / "nominal.nc", findings.nominal)
        if findings.draws is not None:
            save(place / "draws.nc", findings.draws)
        write_table(place / "results.csv", findings.nominal, findings.draws)
        write_draws(place / "draws.csv", findings)
        if xlsx:
            write_workbook(place / "results.xlsx", findings)
        write_text(
            place / "summary.json",
            json.dumps(summary(findings), indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        )
        if html is None:
            return place
        write_text(place / "report.html", html)
    except OSError as error:
        raise ResultError(
            f"the results cannot be written: {error.strerror or error}",
            expected="a folder that can be written, with room for them",
            repair="name another with --out",
            place=Place(str(place), 1, 1),
        ) from None
    return place / "report.html"
