"""The command `brief`: a run told on two pages."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from offramp.apps.options import (
    Account,
    Asked,
    Draws,
    Nominal,
    NoPassages,
    Scale,
    Seed,
    Settings,
    refuse,
)
from offramp.apps.speaking import say

FORMS = (".html", ".md", ".docx")


def brief_command(
    file: str,
    *,
    out: Path,
    draws: Draws = 1000,
    seed: Seed = None,
    account: Account = None,
    nominal: Nominal = False,
    set_: Settings = (),
    no_passages: NoPassages = False,
    precision_scale: Scale = 1.0,
) -> None:
    """Solve FILE as `run` does and tell it on two pages, for A4 and letter.

    For example: offramp brief border-standoff --out border.html

    Parameters
    ----------
    out
        The file: .html, .md, or .docx (takes python-docx, the extra 'office').
    """
    more = {"--out": str(out)}
    asked = Asked(
        "brief", file, draws, seed, nominal, False, tuple(set_), account, precision_scale, more
    )
    path, solved = briefed(replace(asked, no_passages=no_passages), out)
    say(f"brief: {path}")
    if not solved:
        sys.exit(1)


def briefed(asked: Asked, out: Path) -> tuple[Path, bool]:
    """Run a scenario and write its brief: the file, and whether it was solved.

    Everything that can be refused is refused before anything is solved.
    """
    if out.suffix not in FORMS:
        raise refuse(
            f"--out '{out}'",
            "a file whose name ends in .html, .md or .docx",
            f"say --out '{out.with_suffix('.html')}'",
        )
    from offramp.core.files import check_target

    check_target(out, folder=False, option="--out")
    if out.suffix == ".docx":
        from offramp.presentation.brief_docx import require_docx

        require_docx()
    scenario = asked.scenario()
    from offramp.apps.running import investigated
    from offramp.presentation import write_brief

    findings = investigated(asked, scenario)
    return write_brief(findings, out), str(findings.nominal["status"].values[0]) == "solved"
