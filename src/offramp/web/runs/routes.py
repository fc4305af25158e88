"""The pages of runs: ask for one, watch it, take its files, lay two side by side."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.responses import Response

from offramp.core.bounds import MAX_SEED
from offramp.web.folder.files import Missing
from offramp.web.folder.withheld import closed, require_open
from offramp.web.live.reading import shelf_of
from offramp.web.live.setting import setting_of
from offramp.web.runs.jobs import DONE, FILES, RESUMABLE, Job, find_jobs, job_named, new_job
from offramp.web.runs.line import Line
from offramp.web.server.pages import view
from offramp.web.server.parts import Link
from offramp.web.server.site import Site, site_of

router = APIRouter()
MENU = (Link(30, "Runs", "/runs"),)
TABS = (Link(40, "Full run", "/runs/of/{name}"),)
MOST_DRAWS = 100_000
"""Combinations of one run here; sweeps do more."""
PAGES = ("report.html", "brief.html")
ALONE = "sandbox allow-scripts allow-downloads; frame-ancestors 'self'"
"""Of a report: it has a strict policy of its own, and shares nothing with these pages."""


class Asked(BaseModel):
    """What a run is asked for with."""

    name: str = Field(max_length=400)
    query: str = Field("", max_length=20_000)
    draws: int = Field(1000, ge=0, le=MOST_DRAWS)
    seed: int | None = Field(None, ge=0, le=MAX_SEED)
    no_passages: bool = False


def line_of(site: Site) -> Line:
    """The line of jobs of a server."""
    return site.keep("runs line", lambda: Line(site.folder.own / "runs"))


def close(site: Site) -> None:
    """End the run that is going on; what it has finished is kept."""
    if "runs line" in site.kept:
        line_of(site).close()


@router.post("/runs", response_model=None)
def ask_run(request: Request, asked: Asked) -> dict[str, Any]:
    """Put a run into the line; its name."""
    from urllib.parse import parse_qsl

    site = site_of(request)
    setting = setting_of(parse_qsl(asked.query))
    compiled = shelf_of(site).compiled(asked.name)
    compiled.telling(setting)  # refuses what makes no game
    line = line_of(site)
    job = new_job(
        line.folder,
        asked.name,
        compiled.scenario,
        setting,
        asked.draws,
        asked.seed,
        asked.no_passages or site.no_passages,
    )
    line.add(job)
    return {"run": job.name}


@router.post("/runs/{run}/cancel", response_model=None)
def cancel_run(request: Request, run: str) -> dict[str, Any]:
    """End a run; what it has finished is kept."""
    site = site_of(request)
    line_of(site).cancel(_job(site, run))
    return {"run": run}


@router.post("/runs/{run}/resume", response_model=None)
def resume_run(request: Request, run: str) -> dict[str, Any]:
    """Go on with a run that was cut short."""
    site = site_of(request)
    line_of(site).resume(_job(site, run))
    return {"run": run}


@router.get("/runs/{run}/files/{name}", response_model=None)
def run_file(request: Request, run: str, name: str, show: bool = False) -> Response:
    """A file of a finished run, to keep or (of pages) to look at."""
    job = _job(site_of(request), run)
    path = job.folder / name
    if name not in FILES or not path.is_file():
        raise Missing(f"the run has no file '{name[:60]}'", expected="a file of the run")
    if show and name in PAGES:
        return FileResponse(
            path, media_type="text/html", headers={"content-security-policy": ALONE}
        )
    return FileResponse(path, media_type=FILES[name], filename=f"{run}-{name}")


@view(router, "/runs/of/{name:path}", "runs/ask.html")
def ask_page(request: Request, name: str) -> dict[str, Any]:
    """What a run of this scenario can be asked for with, and its past runs."""
    site = site_of(request)
    setting = setting_of(request.query_params.multi_items())
    scenario = shelf_of(site).compiled(name).scenario
    line = line_of(site)
    own = [job for job in _jobs(site) if job.request["file"] == name]
    return {
        "name": name,
        "title": scenario.title,
        "query": setting.query,
        "setting": [f"{key} = {value}" for key, value in setting.values],
        "account": setting.account,
        "account_label": _account_label(scenario, setting.account),
        "precision": setting.precision,
        "runs": [_told(line, job) for job in own],
        "most": MOST_DRAWS,
        "transcripts": any(one.file for one in scenario.sources.values()),
    }


@view(router, "/runs/compare", "runs/compare.html")
def compare_page(request: Request, a: str, b: str) -> dict[str, Any]:
    """Two finished runs beside each other."""
    from offramp.web.runs.comparing import compared

    site = site_of(request)
    return compared(_job(site, a), _job(site, b))


@view(router, "/runs/{run}", "runs/run.html")
def run_page(request: Request, run: str) -> dict[str, Any]:
    """One run: how far it is, and what it hands out."""
    site = site_of(request)
    line, job = line_of(site), _job(site, run)
    others = [one for one in _jobs(site) if one != job and one.state["status"] == DONE]
    return _told(line, job) | {
        "files": [{"name": name, "size": size} for name, size in job.files().items()],
        "others": [_told(line, one) for one in others],
    }


@view(router, "/runs", "runs/list.html")
def runs_page(request: Request) -> dict[str, Any]:
    """Every run of the folder, the latest first."""
    site = site_of(request)
    shown, line = _jobs(site), line_of(site)
    left_out = len(find_jobs(line.folder)) - len(shown)
    return {"runs": [_told(line, job) for job in shown], "left_out": left_out}


def _jobs(site: Site) -> list[Job]:
    """The jobs that are shown: where words of transcripts are withheld, none that has any."""
    there = find_jobs(line_of(site).folder)
    return [job for job in there if job.withheld or not closed(site, job.text)]


def _job(site: Site, run: str) -> Job:
    """The job of that name; Missing where there is none, Withheld where it has words."""
    job = job_named(line_of(site).folder, run)
    if not job.withheld:
        require_open(site, job.request["file"], job.text)
    return job


def _told(line: Line, job: Job) -> dict[str, Any]:
    asked, state = job.request, line.state(job)
    options = asked["options"]
    return {
        "run": job.name,
        "file": asked["file"],
        "title": asked["title"],
        "asked": asked["asked"],
        "command": asked["command"],
        "query": asked["query"],
        "draws": options["draws"],
        "seed": options["seed"],
        "account": options["account"],
        "moved": len(options["settings"]),
        "hash": asked["scenario_hash"],
        "state": state,
        "resumable": state["status"] in RESUMABLE,
        "done": state["status"] == DONE,
    }


def _account_label(scenario: Any, account: str) -> str:
    return (scenario.accounts[account].label or account) if account in scenario.accounts else ""
