"""The report in a real browser: every figure drawn, nothing said on the console, nothing asked."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from offramp.core.files import write_text
from offramp.presentation import report
from tests.presentation.mock import findings_of, scenario_named

CHROMIUM = next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-extensions",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=60000",
)


def browse(*arguments: str, profile: Path) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    return subprocess.run(
        [CHROMIUM, *QUIET, f"--user-data-dir={profile}", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
@pytest.mark.parametrize("width", [1280, 390])
def test_a_browser_draws_it_all_and_asks_for_nothing(tmp_path: Path, width: int) -> None:
    path = write_text(
        tmp_path / "report.html",
        report(findings_of(scenario_named("trilateral-talks"), 100, failed=2)),
    )
    log = tmp_path / "net.json"
    ran = browse(
        f"--window-size={width},900",
        f"--log-net-log={log}",
        "--dump-dom",
        path.as_uri(),
        profile=tmp_path / "profile",
    )
    places = len(re.findall(r'class="drawing[ "]', ran.stdout))
    assert places > 20
    assert f'data-drawn="{places}"' in ran.stdout
    assert ran.stdout.count('class="main-svg"') >= places
    assert "CONSOLE" not in ran.stderr
    # the log's way of saying which page a request was made for
    assert not re.findall(r'site=file://[^"]*","url":"(https?:[^"]+)"', log.read_text())


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
def test_it_prints(tmp_path: Path) -> None:
    path = write_text(
        tmp_path / "report.html", report(findings_of(scenario_named("border-standoff"), 0))
    )
    paper = tmp_path / "report.pdf"
    browse(f"--print-to-pdf={paper}", path.as_uri(), profile=tmp_path / "profile")
    assert paper.read_bytes().startswith(b"%PDF")
    assert paper.stat().st_size > 20_000
