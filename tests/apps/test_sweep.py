"""`offramp sweep`: what it says, what it prints, and how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from offramp.apps import cli
from offramp.apps.sweeping import interrupted_words, live_words, time_word
from offramp.study.sweeps import Going, conducting
from tests.study.sweeping.scenes import TEXT, UNFIT

Ran = tuple[int, str, str]


@pytest.fixture(autouse=True, scope="module")
def few_traced() -> Iterator[None]:
    """Four draws are traced, which takes most of the time of a small sweep."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conducting, "TRACED", 4)
        yield


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two scenarios, in which commands run."""
    (tmp_path / "border.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "unfit.yaml").write_text(UNFIT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> Ran:
    code = 0
    try:
        cli.main(["sweep", *words])
    except SystemExit as ended:
        code = int(ended.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def test_words_say_what_was_found_and_where(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = ran(
        capsys,
        "unfit.yaml",
        "--draws",
        "40",
        "--seed",
        "3",
        "--chunk",
        "16",
        "--quantity",
        "P(disaster by 3)",
        "--table",
        "all.csv",
    )
    assert (code, err) == (0, "")
    told = out.split()
    for word in (
        "A border, swept",
        "outcome",
        "median",
        "settlement",
        "any agreement",
        "north",
        "P(disaster by 3)",
        "draws solved (7 unfit), seed 3",
        "largest residual",
        "no regret exceeds what logit play can lose",
        "This time 40 draws were solved",
        "store: offramp-results/unfit.zarr",
        "table: all.csv",
    ):
        assert " ".join(word.split()) in " ".join(told), out
    assert (folder / "all.csv").read_text().count("\n") > 40 * 20
    code, out, _ = ran(capsys, "unfit.yaml")
    assert "Everything was in the store already" in out


def test_json_has_summary_statistics_and_the_command(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("border.yaml", "--draws", "8", "--seed", "1", "--store", "S.zarr", "--json")
    code, out, err = ran(capsys, *words, "--keep", "move_uses", "--set", "slide=0.3")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["draws"]["count"] == told["draws"]["solved"] == 8
    assert told["draws"]["status"] == {"solved": 8}
    assert told["command"] == (
        "offramp sweep border.yaml --draws 8 --seed 1 --set slide=0.3 --keep move_uses"
    )
    assert set(told["outcomes"]) == {"settlement", "disaster", "unresolved"}
    assert set(told["agreement"]) == {"mean", "q05", "q50", "q95", "draws"}
    assert told["certificate"]["regret_within_bound"] is True
    assert told["statistics"]["done"] == 8
    assert told["statistics"]["sessions"][0]["ended"] == "finished"
    assert told["statistics"]["sessions"][0]["draws_per_second"] > 0


def test_more_draws_are_added(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran(capsys, "border.yaml", "--draws", "8", "--seed", "1")
    code, out, _ = ran(capsys, "border.yaml", "--draws", "20")
    assert code == 0
    assert "20 of 20 draws solved, seed 1" in out
    assert "This time 12 draws were solved" in out


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario and a store of 8 of its draws."""
    folder = tmp_path_factory.mktemp("begun")
    (folder / "border.yaml").write_text(TEXT, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, suppress(SystemExit):
        patch.chdir(folder)
        cli.main(["sweep", "border.yaml", "--draws", "8", "--seed", "1"])
    return folder


COMPLAINTS = [
    (("--draws", "0"), "--draws 0", "say --draws 1000"),
    (("--draws", "8", "--seed", "2"), "seed 1, not 2", "leave --seed out"),
    (("--draws", "8", "--account", "hawks"), "account none, not hawks", "say --account as before"),
    (
        ("--set", "gain=0.5"),
        "the scenario differs (parameters.gain.value: 0.3 in the store, 0.5",
        "put the scenario back",
    ),
    (("--keep", "strategies"), "'strategies' cannot be kept", "did you mean 'strategy'?"),
    (("--quantity", "P(peace)"), "peace", ""),
    (("--workers", "2", "--dask", "tcp://x:1"), "--workers beside --dask", "leave --workers out"),
    (("--device", "abacus"), "there is no device 'abacus'", "leave --device out"),
    (
        ("--store", "border.yaml"),
        "'border.yaml' cannot be written: it is no folder",
        "name another with --store",
    ),
]


@pytest.mark.parametrize(("words", "found", "repair"), COMPLAINTS)
def test_what_does_not_fit_is_said(
    words: tuple[str, ...],
    found: str,
    repair: str,
    begun: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(begun)
    code, out, err = ran(capsys, "border.yaml", *words)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert found in err
    assert f"repair:   {repair}" in err or not repair
    assert "expected: " in err


def test_nothing_solved_is_exit_code_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = UNFIT.replace("uniform(0.05, 1.2)", "uniform(1.1, 1.2)")
    (folder / "never.yaml").write_text(text, encoding="utf-8")
    code, out, err = ran(capsys, "never.yaml", "--draws", "8")
    assert (code, err) == (1, "")
    assert "0 of 8 draws solved (8 unfit)" in out


def test_a_graphics_processor_that_is_not_there_is_said_and_done_without(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("jax")
    code, out, _ = ran(capsys, "border.yaml", "--draws", "8", "--seed", "1", "--device", "gpu")
    assert code == 0
    if "JAX finds no graphics processor" in " ".join(out.split()):
        code, _, _ = ran(capsys, "border.yaml", "--draws", "8", "--device", "cpu")
        assert code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_ctrl_c_ends_soon_and_says_how_to_go_on(folder: Path) -> None:
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from offramp.study.sweeps import conducting; conducting.TRACED = 4\n"
        "from offramp.apps.cli import main\n"
        "main('sweep border.yaml --draws 1000000 --chunk 64 --seed 1'.split())"
    )
    words = [sys.executable, "-c", code]
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        records = folder / "offramp-results/border.zarr/sweep/records"
        end = time.monotonic() + 120
        while not any(records.glob("*/*.json")) and time.monotonic() < end:
            time.sleep(0.1)
        run.send_signal(signal.SIGINT)
        try:
            out, err = run.communicate(timeout=60)
        finally:
            run.kill()
    assert (run.returncode, out) == (130, "")
    assert err.startswith("interrupted; ")
    assert "of 1,000,000 draws are in 'offramp-results/border.zarr'" in err
    assert err.endswith("the same command goes on from there\n")
    told = json.loads((records.parent / "statistics.json").read_text())
    assert told["sessions"][-1]["ended"] == "interrupted"
    assert sum(told["status"].values()) == told["done"] >= 64


def test_nothing_heavy_is_loaded_before_the_first_draw(folder: Path) -> None:
    """Seconds differ between machines; what is loaded does not."""
    code = (
        "import os, sys\n"
        "from offramp.study.sweeps.solving import Plan\n"
        "def solve(*_):\n"
        "    print(*sorted({name.partition('.')[0] for name in sys.modules}), 'scipy.stats'\n"
        "          if 'scipy.stats' in sys.modules else '', flush=True)\n"
        "    os._exit(0)\n"
        "Plan.solve = solve\n"
        "from offramp.apps.cli import main\n"
        "main(['sweep', 'border.yaml'])\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(told.stdout.split())
    assert "numba" in loaded
    assert not loaded & {"xarray", "pandas", "zarr", "dask", "plotly", "netCDF4", "scipy.stats"}


def test_an_interruption_before_anything_was_done() -> None:
    assert interrupted_words(Path("S.zarr"), None) == (
        "interrupted; nothing is lost in 'S.zarr'; the same command goes on from there"
    )


def test_times_are_said_in_two_units() -> None:
    said = [time_word(seconds) for seconds in (0.04, 9.94, 59.4, 61, 3599, 7260, 90_000)]
    assert said == ["0.0 s", "9.9 s", "59 s", "1 min 1 s", "59 min 59 s", "2 h 1 min", "1 d 1 h"]


def test_the_bar_shows_rate_rest_and_failures() -> None:
    going = Going(1000, 100, {"failed": 2, "solved": 98}, 100, 0, 4.0, 25.0)
    assert live_words(going) == "25 a second, 36 s to go, 2 failed"
