"""A job on disk: what was asked, how far it is, and what it found, in a folder of its own."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from offramp.core.errors import OfframpError
from offramp.core.files import read_json, write_text
from offramp.core.provenance import now
from offramp.presentation.bundles import Options
from offramp.scenario import Scenario, scenario_text
from offramp.scenario.reading import read_as
from offramp.scenario.shelf import library_files
from offramp.scenario.transcripts.quoting import without_passages
from offramp.web.folder.files import Missing
from offramp.web.live.setting import Setting

QUEUED, RUNNING, DONE = "queued", "running", "done"
FAILED, CANCELLED, INTERRUPTED = "failed", "cancelled", "interrupted"
RESUMABLE = (FAILED, CANCELLED, INTERRUPTED)
NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
FILES: Mapping[str, str] = {
    "report.html": "text/html",
    "brief.html": "text/html",
    "brief.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "summary.json": "application/json",
    "results.csv": "text/csv",
    "nominal.nc": "application/x-netcdf",
    "draws.nc": "application/x-netcdf",
    "scenario.yaml": "text/yaml",
    "bundle.zip": "application/zip",
}
"""What a finished job hands out."""
MOST_JSON = 50_000_000


@dataclass(frozen=True)
class Job:
    """A job's folder; its state is read from there, so that any process may ask."""

    folder: Path

    @property
    def name(self) -> str:
        """What it is called in addresses: when it was asked for, and six digits by chance."""
        return self.folder.name

    @property
    def request(self) -> dict[str, Any]:
        """What was asked."""
        return read_json(self.folder / "request.json", MOST_JSON)

    @property
    def state(self) -> dict[str, Any]:
        """Status, what is being done, done and total, and a message."""
        return read_json(self.folder / "state.json", MOST_JSON)

    @property
    def chunks(self) -> Path:
        """Where finished parts of the draws are kept."""
        return self.folder / "parts"

    def say(self, status: str, what: str = "", done: int = 0, total: int = 0, **more: Any) -> None:
        """Write how far it is."""
        told = {"status": status, "what": what, "done": done, "total": total, "message": ""}
        told |= {"at": now(), **more}
        write_text(self.folder / "state.json", json.dumps(told, ensure_ascii=False))

    @property
    def text(self) -> str:
        """The text as it was when the job was asked for, with every mechanism written out."""
        return (self.folder / "asked.yaml").read_text("utf-8")

    def scenario(self) -> Scenario:
        """What its text says.

        The files of its sources are looked for where they lie beside the scenario itself. A job
        that was asked for without passages has none of their words.
        """
        found = read_as(self.text, self.request["file"], self.place)
        return without_passages(found) if self.withheld else found

    @property
    def withheld(self) -> bool:
        """Whether it was asked for without the words of transcripts."""
        return bool(self.request.get("no_passages"))

    @property
    def place(self) -> Path:
        """Where the scenario lies: in the folder that holds all jobs, or in the library."""
        file: str = self.request["file"]
        known = library_files("scenarios")
        return known[file] if file in known else self.folder.parents[2] / file

    def options(self) -> Options:
        """Draws, seed and setting."""
        told = self.request["options"]
        return Options(**told)

    def files(self) -> dict[str, int]:
        """Name to size of what it hands out."""
        there = ((name, self.folder / name) for name in FILES)
        return {name: path.stat().st_size for name, path in there if path.is_file()}

    def summary(self) -> dict[str, Any]:
        """The numbers of a finished job; Missing before."""
        path = self.folder / "summary.json"
        if not path.is_file():
            raise Missing(f"the run {self.name} has no results", expected="a run that is done")
        return read_json(path, MOST_JSON)


def new_job(
    folder: Path,
    file: str,
    scenario: Scenario,
    setting: Setting,
    draws: int,
    seed: int | None,
    no_passages: bool = False,
) -> Job:
    """Write down a job, with a seed drawn where none is given.

    With ``no_passages`` no word of a transcript is in anything that is written.
    """
    scenario = without_passages(scenario) if no_passages else scenario
    used = secrets.randbits(32) if seed is None and draws else seed
    given = Options(draws, used, setting.account, setting.given, setting.precision)
    options = given.plain()
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    job = Job(folder / f"{stamp}-{secrets.token_hex(3)}")
    rest = ("--draws", str(draws), "--seed", str(used)) if draws else ("--nominal",)
    rest += ("--no-passages",) if no_passages else ()
    told = {
        "file": file,
        "title": scenario.title,
        "scenario_hash": scenario.content_hash,
        "options": options,
        "query": setting.query,
        "command": setting.command(file, *rest),
        "asked": now(),
        "no_passages": no_passages,
    }
    write_text(job.folder / "asked.yaml", scenario_text(scenario))
    write_text(job.folder / "request.json", json.dumps(told, ensure_ascii=False, indent=2))
    job.say(QUEUED)
    return job


def find_jobs(folder: Path) -> list[Job]:
    """Every job of a folder, the latest first."""
    if not folder.is_dir():
        return []
    there = [one for one in folder.iterdir() if NAME.fullmatch(one.name) and not one.is_symlink()]
    whole = [one for one in there if (one / "state.json").is_file()]
    return [Job(one) for one in sorted(whole, reverse=True)]


def job_named(folder: Path, name: str) -> Job:
    """The job of that name; Missing where there is none."""
    path = folder / name
    if not NAME.fullmatch(name) or path.is_symlink() or not (path / "state.json").is_file():
        raise Missing(f"there is no run '{name[:40]}'", expected="a run of this folder")
    return Job(path)


def require_draws(draws: int, most: int) -> int:
    """The number of draws, 0 for nominal values only; an OfframpError beyond ``most``."""
    if not 0 <= draws <= most:
        raise OfframpError(f"{draws} combinations", expected=f"0 to {most:,}")
    return draws
