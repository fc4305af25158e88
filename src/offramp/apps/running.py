"""What `run` does: read, solve with a progress bar, write, and say where the report is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offramp.apps.ahead import compile_ahead
from offramp.apps.listing import warning_words
from offramp.apps.options import NO_MORE, Asked, Files, refuse
from offramp.apps.progress import progress_bar
from offramp.apps.run_tables import run_words
from offramp.apps.telling import folded, others_word, table_of
from offramp.core.errors import Place, ResultError
from offramp.core.files import check_target
from offramp.presentation.text.numbers import few_of

if TYPE_CHECKING:
    from offramp.scenario import Scenario
    from offramp.study.runs.findings import Findings

NAME = 23
"""Letters of an outcome's name at least, so that tables of several runs can be compared."""


def run_file(
    asked: Asked, out: Path | None, files: Files = NO_MORE
) -> tuple[Any, bool, Path | None]:
    """Run a scenario: JSON or words, whether it was solved, and the path of the report."""
    folder = out
    if folder is None and not asked.json:
        folder = Path("offramp-results") / Path(asked.file).stem
    if folder is not None:
        check_target(folder, folder=True, option="--out")
        if not files.force:
            refuse_finished(folder)
    if files.xlsx:
        from offramp.presentation.sheets import require_sheets

        require_sheets()
    scenario = asked.scenario()
    from offramp.presentation import report, summary, write_results

    findings = investigated(asked, scenario, brief=asked.json and out is None)
    if files.live and folder is not None:
        findings = _with_sliders(findings, asked, files.live)
    written = None
    if folder is not None:
        written = write_results(findings, folder, report(findings), xlsx=files.xlsx)
    told = summary(findings)
    solved = told["certificate"]["status"] == "solved"
    words = _words(told, written)
    if files.live and findings.knots is None:
        words += "\nNo number has a range, so that the report has no sliders."
    return told if asked.json else words, solved, written


def refuse_finished(folder: Path) -> None:
    """A ResultError where a folder holds the results of a run that came to its end."""
    if (folder / "report.html").exists() and (folder / "summary.json").exists():
        raise ResultError(
            f"'{folder}' holds the results of a finished run",
            expected="a folder without a report, so that nothing is lost",
            repair="name another with --out, or say --force",
            place=Place(str(folder), 1, 1),
        )


def show(report: Path) -> None:
    """The report in the browser of whoever asked; where there is none, nothing happens."""
    import webbrowser

    with suppress(webbrowser.Error):
        webbrowser.open(report.resolve().as_uri())


def require_file(file: str | None) -> str:
    """The file; an error where neither it nor a bundle is named."""
    if file is None:
        raise refuse("run without FILE", "a scenario", "say offramp run border-standoff")
    return file


def repeat_bundle(
    path: Path, out: Path | None, json: bool, plain: bool, files: Files
) -> tuple[Any, bool]:
    """Run a bundle again: what is told of it, and whether it is the same to the last bit.

    ``plain`` says that nothing else was asked for: file and options are the bundle's.
    """
    from offramp.core.provenance import versions
    from offramp.presentation import report, summary, write_results
    from offramp.presentation.bundles import differences, read_bundle
    from offramp.scenario import fixed
    from offramp.study import investigate

    if not plain:
        raise refuse(
            f"--from {path} beside a file or other options",
            "one or the other: the bundle says what is run, and how",
            f"say offramp run --from {path}",
        )
    folder = out if out is not None or json else Path("offramp-results") / path.stem
    if folder is not None:
        check_target(folder, folder=True, option="--out")
        if not files.force:
            refuse_finished(folder)
    bundle = read_bundle(path)
    options, told = bundle.options, bundle.scenario
    with progress_bar() as progress:
        findings = investigate(
            fixed(told, options.settings) if options.settings else told,
            draws=options.draws,
            seed=options.seed,
            account=options.account,
            precision_scale=options.precision_scale,
            command=lambda _: f"offramp run --from {path.name}",
            progress=progress,
        )
    written = None if folder is None else write_results(findings, folder, report(findings))
    other = differences(bundle, findings)
    here = versions()
    changed = {name: one for name, one in bundle.versions.items() if here.get(name) != one}
    if json:
        repeated = {"same": not other, "different": list(other), "versions_then": changed}
        return summary(findings) | {"repeated": repeated}, not other
    return "\n".join([_words(summary(findings), written), "", _repeated(other, changed)]), not other


def _repeated(other: Sequence[str], changed: Mapping[str, str]) -> str:
    """Whether a run was repeated to the last bit, and with which other versions if not."""
    if not other:
        return "Every number is the same to the last bit as in the bundle."
    told = f"{len(other)} of the bundle's quantities differ: {few_of(other, 5, 'others')}."
    if not changed:
        return f"{told} The versions are the same; the machine or its libraries are not."
    then = ", ".join(f"{name} {one}" for name, one in changed.items())
    return f"{told} The bundle was made with {then}."


def _with_sliders(findings: Findings, asked: Asked, count: int) -> Findings:
    """With solved points for the sliders of the report."""
    from offramp.game import build
    from offramp.study.runs.knots import find_knots

    with progress_bar() as progress:
        game, scale = build(findings.scenario), asked.precision_scale
        return replace(
            findings, knots=find_knots(game, count, precision_scale=scale, progress=progress)
        )


def investigated(asked: Asked, scenario: Scenario, *, brief: bool = False) -> Findings:
    """Everything that a run finds, as the options ask for it, with its progress shown."""
    from offramp.study import investigate

    compile_ahead()
    with progress_bar() as progress:
        return investigate(
            scenario,
            draws=asked.tried,
            seed=asked.seed,
            account=asked.account or "",
            precision_scale=asked.precision_scale,
            command=asked.words,
            brief=brief,
            progress=progress,
        )


def _words(told: Mapping[str, Any], report: Path | None) -> str:
    """Outcomes, certificate and the path of the report in a few lines."""
    lines = [told["title"], *(f"  warning: {warning_words(one)}" for one in told["warnings"])]
    lines += ["", f"  On the premises of {told['premises']}:"]
    lines += table_of(*_outcomes(told["outcomes"]))
    certificate = told["certificate"]
    lines += ["", f"  {certificate['sentence']}", *run_words(told)]
    if report is not None:
        lines += ["", f"report: {report}"]
    return "\n".join(lines)


def _outcomes(found: Mapping[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Heads and rows of the outcomes, the likeliest first, with their spread where it is known."""
    spread = isinstance(next(iter(found.values())), Mapping)
    nominal = {name: one["nominal"] if spread else one for name, one in found.items()}
    nominal = {name: one for name, one in nominal.items() if name != "unresolved" or one}
    shown, rest = folded({name: one or 0.0 for name, one in nominal.items()})
    rows = [
        (f"{name:{NAME}}", _share(nominal[name]), *(_range(found[name]) if spread else ()))
        for name in shown
    ]
    if rest:
        together = _share(sum(nominal[name] or 0.0 for name in rest))
        rows.append((others_word(rest), together, *("",) * spread))
    return ("outcome", "nominal", *("  5 % – 95 % of draws",) * spread), rows


def _range(one: Mapping[str, float | None]) -> tuple[str]:
    return (f"  {_share(one['q05'])} – {_share(one['q95'])}",)


def _share(value: float | None) -> str:
    return "    –  " if value is None else f"{100 * value:6.2f} %"
