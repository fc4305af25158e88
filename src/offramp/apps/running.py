"""What `run` does: read, solve with a progress bar, write, and say where the report is."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offramp.core.errors import Place, ScenarioError

MAX_DRAWS = 10_000_000


@dataclass(frozen=True)
class RunOptions:
    """The options of `run` as given."""

    file: str
    draws: int
    seed: int | None
    account: str | None
    nominal: bool
    settings: tuple[str, ...]
    out: Path | None
    json: bool
    precision_scale: float

    def command(self, seed: int | None) -> str:
        """The command line that repeats the run, with the seed that was used."""
        words = ["offramp", "run", self.file]
        words += ["--nominal"] if self.nominal else ["--draws", str(self.draws)]
        words += ["--seed", str(seed)] if seed is not None and not self.nominal else []
        for setting in self.settings:
            words += ["--set", setting]
        if self.precision_scale != 1:
            words += ["--precision-scale", f"{self.precision_scale:g}"]
        return shlex.join(words)


def run_file(options: RunOptions) -> tuple[Any, bool]:
    """Run a scenario: the JSON object or words that name the report, and whether it was solved."""
    _check(options)
    from offramp.scenario import read
    from offramp.scenario.setting import with_values

    scenario = with_values(read(options.file), _settings(options.settings))
    from offramp.study import investigate, summary, write_results

    with _progress(options) as progress:
        findings = investigate(
            scenario,
            draws=0 if options.nominal else options.draws,
            seed=options.seed,
            precision_scale=options.precision_scale,
            command=options.command,
            brief=options.json and options.out is None,
            progress=progress,
        )
    folder = options.out
    if folder is None and not options.json:
        folder = Path("offramp-results") / Path(options.file).stem
    written = None
    if folder is not None:
        from offramp.presentation import report

        written = write_results(findings, folder, report(findings))
    told = summary(findings)
    solved = told["certificate"]["status"] == "solved"
    return told if options.json else _words(told, written), solved


def _check(options: RunOptions) -> None:
    def refuse(found: str, expected: str, repair: str) -> ScenarioError:
        place = Place("command line", 1, 1)
        return ScenarioError(found, expected=expected, repair=repair, place=place)

    if options.account is not None:
        raise refuse("--account is reserved", "a scenario with one account",
                     "leave it out; scenarios with several accounts come later")  # fmt: skip
    if not 1 <= options.draws <= MAX_DRAWS:
        raise refuse(f"--draws {options.draws}", f"1 to {MAX_DRAWS:,}", "say --draws 1000")
    if options.seed is not None and options.seed < 0:
        raise refuse(f"--seed {options.seed}", "a whole number from 0 on", "say --seed 1")
    if not 0 < options.precision_scale < 1e6:
        raise refuse(f"--precision-scale {options.precision_scale:g}", "a number above 0",
                     "say --precision-scale 2")  # fmt: skip
    if options.out is not None and options.out.exists() and not options.out.is_dir():
        raise refuse(f"'{options.out}' is a file", "a folder for the results", "name a folder")


def _settings(settings: tuple[str, ...]) -> dict[str, float]:
    values: dict[str, float] = {}
    for setting in settings:
        name, sign, value = setting.partition("=")
        try:
            values[name.strip()] = float(value)
        except ValueError:
            raise ScenarioError(
                f"--set '{setting}'",
                expected="name=value or family[key]=value with a number",
                repair=f"write --set '{name.strip()}=0.1'" if sign else "write name=value",
                place=Place("--set", 1, 1),
            ) from None
    return values


@contextmanager
def _progress(options: RunOptions) -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar on a terminal (stderr), nothing elsewhere: (what, done, total) -> None."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description:44}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn(), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def step(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield step


def _words(told: dict[str, Any], report: Path | None) -> str:
    """Outcomes, certificate and the path of the report in a few lines."""
    lines = [told["title"], ""]
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
    lines += ["", f"  {certificate['sentence']}"]
    if report is not None:
        lines += ["", f"report: {report}"]
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "    –  " if value is None else f"{100 * value:6.2f} %"
