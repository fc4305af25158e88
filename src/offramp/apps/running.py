"""What `run` does: read, solve with a progress bar, write, and say where the report is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from offramp.apps.options import Asked, refuse
from offramp.apps.progress import progress_bar
from offramp.apps.telling import run_words


def run_file(asked: Asked, out: Path | None) -> tuple[Any, bool]:
    """Run a scenario: the JSON object or words that name the report, and whether it was solved."""
    if out is not None and out.exists() and not out.is_dir():
        raise refuse(f"'{out}' is a file", "a folder for the results", "name a folder")
    scenario = asked.scenario()
    from offramp.study import investigate, summary, write_results

    with progress_bar() as progress:
        findings = investigate(
            scenario,
            draws=asked.tried,
            seed=asked.seed,
            account=asked.account or "",
            precision_scale=asked.precision_scale,
            command=asked.words,
            brief=asked.json and out is None,
            progress=progress,
        )
    folder = out
    if folder is None and not asked.json:
        folder = Path("offramp-results") / Path(asked.file).stem
    written = None
    if folder is not None:
        from offramp.presentation import report

        written = write_results(findings, folder, report(findings))
    told = summary(findings)
    solved = told["certificate"]["status"] == "solved"
    return told if asked.json else _words(told, written), solved


def _words(told: Mapping[str, Any], report: Path | None) -> str:
    """Outcomes, certificate and the path of the report in a few lines."""
    lines = [told["title"], "", f"  On the premises of {told['premises']}:"]
    spread = isinstance(next(iter(told["outcomes"].values())), dict)
    head = "nominal    5 % – 95 % of draws" if spread else "nominal"
    lines.append(f"  {'outcome':24} {head}")
    for name, value in told["outcomes"].items():
        if spread:
            shown = f"{_share(value['nominal'])}    {_share(value['q05'])} – {_share(value['q95'])}"
        else:
            shown = _share(value)
        if name != "unresolved" or (value["nominal"] if spread else value):
            lines.append(f"  {name:24} {shown}")
    certificate = told["certificate"]
    lines += ["", f"  {certificate['sentence']}", *run_words(told)]
    if report is not None:
        lines += ["", f"report: {report}"]
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "    –  " if value is None else f"{100 * value:6.2f} %"
