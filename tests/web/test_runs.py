"""Runs as jobs: the numbers of the command line, also when cut short; bundles that repeat them."""

from __future__ import annotations

import json
import shlex
import shutil
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from offramp.analysis.results import load
from offramp.core.errors import OfframpError, ResultError
from offramp.presentation.bundles import Options, differences, read_bundle, write_bundle
from offramp.scenario import read
from offramp.study import investigate
from offramp.study.runs.kept_draws import KeptDraws
from offramp.web.live.setting import Setting
from offramp.web.runs.jobs import INTERRUPTED, RUNNING, Job, find_jobs, new_job
from offramp.web.runs.line import Line
from offramp.web.runs.worker import work
from tests.apps.asking import asker
from tests.apps.test_evidence import WORD, all_texts, words_of_the_transcript
from tests.scenario.made_transcript import made_turns, written
from tests.web.conftest import Served
from tests.web.talks import PARLEY

MOVED = Setting("grim", (("cost[north]", 0.12),))


def asked(folder: Path, draws: int = 64, setting: Setting = MOVED) -> Job:
    return new_job(folder / "runs", "parley.yaml", read(PARLEY), setting, draws, 7)


def same(one: NDArray[Any], two: NDArray[Any]) -> bool:
    """Whether all is the same to the last bit."""
    return np.array_equal(one, two, equal_nan=two.dtype.kind == "f")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Job:
    job = asked(tmp_path_factory.mktemp("done"))
    work(job)
    assert job.state["status"] == "done", job.state
    return job


def test_a_job_finds_what_the_command_line_finds(
    done: Job, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "parley.yaml"
    file.write_text(PARLEY, encoding="utf-8")
    words = shlex.split(done.request["command"].replace("parley.yaml", str(file)))[1:]
    code, _, err = asker(capsys)(*words, "--out", str(tmp_path / "out"))
    assert code == 0, err
    for name in ("nominal.nc", "draws.nc"):
        ours, theirs = load(done.folder / name), load(tmp_path / "out" / name)
        for key in theirs.data_vars:
            assert np.array_equal(
                ours[key].values, theirs[key].values, equal_nan=theirs[key].dtype.kind == "f"
            )
    ours, theirs = (
        json.loads((folder / "summary.json").read_text("utf-8"))
        for folder in (done.folder, tmp_path / "out")
    )
    for key in ("outcomes", "payoff", "claims", "offramps"):
        assert ours[key] == theirs[key]
    assert set(done.files()) >= {"report.html", "brief.html", "bundle.zip", "results.csv"}


def test_a_job_without_passages_hands_out_no_word_of_them(tmp_path: Path) -> None:
    path = written(tmp_path, made_turns())
    job = new_job(
        tmp_path / "own" / "runs", path.name, read(path), Setting(), 0, None, no_passages=True
    )
    assert job.scenario().sources["talks"].file is not None  # it is looked for, and withheld
    work(job)
    assert job.state["status"] == "done", job.state
    assert "--no-passages" in job.request["command"]
    assert "[words withheld]" in (job.folder / "report.html").read_text("utf-8")
    assert not words_of_the_transcript() & set(WORD.findall(all_texts(tmp_path).lower()))


def test_draws_that_were_finished_are_not_solved_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from offramp.study.runs import investigation

    monkeypatch.setattr(investigation, "SIZE", 8)
    scenario = read(PARLEY)
    whole = investigate(scenario, draws=24, seed=3, brief=True).draws
    kept = KeptDraws(tmp_path)
    real, solved = investigation.solve_all, []

    def once(*given: Any, **more: Any) -> Any:
        solved.append(given[1].first)
        if len(solved) == 3:
            raise KeyboardInterrupt
        return real(*given, **more)

    monkeypatch.setattr(investigation, "solve_all", once)
    with pytest.raises(KeyboardInterrupt):
        investigate(scenario, draws=24, seed=3, brief=True, kept=kept)
    again = investigate(scenario, draws=24, seed=3, brief=True, kept=kept).draws
    assert solved == [0, 8, 16, 16]
    assert again is not None
    plain = {str, int, float}
    assert {type(value) for value in again.attrs.values()} <= plain  # none of a file's own kinds
    assert whole is not None
    assert set(again.data_vars) == set(whole.data_vars)
    for key in whole.data_vars:
        assert same(again[key].values, whole[key].values), key


def test_a_bundle_repeats_a_run_bit_for_bit(
    done: Job, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = asker(capsys)
    code, out, err = ask("run", "--from", str(done.folder / "bundle.zip"), "--json")
    assert code == 0, err
    assert json.loads(out)["repeated"] == {"same": True, "different": [], "versions_then": {}}
    code, out, err = ask(
        "run", "--from", str(done.folder / "bundle.zip"), "--out", str(tmp_path / "again")
    )
    assert code == 0, err
    assert "Every number is the same to the last bit as in the bundle." in out
    assert (tmp_path / "again" / "report.html").is_file()
    bent = tmp_path / "bent.zip"
    with zipfile.ZipFile(done.folder / "bundle.zip") as whole, zipfile.ZipFile(bent, "w") as other:
        for name in whole.namelist():
            content = whole.read(name).replace(b'"cost[north]": 0.12', b'"cost[north]": 0.1201')
            other.writestr(name, content)
    code, out, err = ask("run", "--from", str(bent), "--json")
    assert code == 1
    assert "nominal probability" in json.loads(out)["repeated"]["different"]
    code, _, err = ask("run", "border-standoff", "--from", str(bent))
    assert code == 2
    assert "one or the other" in err
    code, _, err = ask("run")
    assert code == 2
    assert "repair:" in err


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    findings = investigate(read(PARLEY), draws=0)
    whole = write_bundle(findings, read(PARLEY), Options(0, None), tmp_path / "whole.zip")
    assert (
        whole.read_bytes()
        == write_bundle(
            findings, read(PARLEY), Options(0, None), tmp_path / "twice.zip"
        ).read_bytes()
    )
    assert not differences(read_bundle(whole), findings)
    (tmp_path / "text.zip").write_text("no zip", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as empty:
        empty.writestr("readme", "nothing")
    with zipfile.ZipFile(tmp_path / "odd.zip", "w") as odd:
        odd.writestr("request.json", '{"options": [1]}')
        odd.writestr("scenario.yaml", PARLEY)
    for name in ("text.zip", "empty.zip", "odd.zip", "missing.zip"):
        with pytest.raises(ResultError):
            read_bundle(tmp_path / name)


def test_jobs_of_a_server_that_ended_can_be_gone_on_with(tmp_path: Path) -> None:
    job = asked(tmp_path, draws=0)
    job.say(RUNNING, "draws solved", 10, 64)
    line = Line(tmp_path / "runs")
    try:
        assert find_jobs(tmp_path / "runs") == [job]
        assert job.state["status"] == INTERRUPTED
        with pytest.raises(OfframpError):
            line.cancel(job)
        line.resume(job)
        status = wait_for(job, {"done"})
        assert status == "done", job.state
        with pytest.raises(OfframpError):
            line.resume(job)
    finally:
        line.close()


def wait_for(job: Job, wanted: set[str], seconds: float = 120) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until and job.state["status"] not in wanted:
        time.sleep(0.1)
    return job.state["status"]


def test_a_text_that_makes_no_game_is_told(tmp_path: Path) -> None:
    job = asked(tmp_path, 0, Setting("", (("slide", 2.0),)))
    work(job)
    assert job.state["status"] == "failed"
    assert "odds" in job.state["message"]


def test_a_run_hands_out_its_files_and_nothing_else(done: Job, served: Served) -> None:
    (served.folder / "parley.yaml").write_text(PARLEY, encoding="utf-8")
    run = done.name
    shutil.copytree(done.folder, served.site.folder.own / "runs" / run)
    brief = served.get(f"/runs/{run}/files/brief.html?show=true")
    assert "sandbox" in brief.headers["content-security-policy"]
    for path in ("nobody", f"{run}/files/..%2Frequest.json", f"{run}/files/state.json"):
        assert served.get(f"/runs/{path}").status_code == 404
    assert served.post("/runs", json={"name": "parley.yaml", "draws": -1}).status_code == 422
    assert served.post("/runs", json={"name": "../x.yaml", "draws": 1}).status_code == 400
