"""The edge of the system: no traceback, no warning, a sentence and an exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from offramp.apps import cli, commands
from tests.apps.asking import Ask, asker
from tests.scenario.base import BASE

OFFRAMP = [sys.executable, "-m", "offramp.apps.cli"]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(BASE)
    return asker(capsys)


@pytest.mark.parametrize(
    "words",
    [
        ("run", "small.yaml", "--draws", "4.9"),
        ("run", "small.yaml", "--seed", "1.5"),
        ("claims", "small.yaml", "--draws", "2.5"),
        ("compare", "small.yaml", "--draws", "99999999999"),
        ("sensitivity", "small.yaml", "--points", "32.5"),
        ("packages", "small.yaml", "--draws", "0.5"),
        ("offramps", "small.yaml", "--draws", "1e99"),
        ("histories", "small.yaml", "--count", "2.5"),
        ("histories", "small.yaml", "--draws", "1000000"),
        ("sweep", "small.yaml", "--draws", "3.7"),
        ("sweep", "small.yaml", "--chunk", "99999999999"),
        ("sweep", "small.yaml", "--starts", "1000000000"),
        ("sweep", "small.yaml", "--workers", "100000"),
        ("emulate", "small.yaml", "--over", "10.5"),
        ("emulate", "small.yaml", "--check", "1000000000"),
        ("emulate", "small.yaml", "--most", "0"),
    ],
)
def test_numbers_that_are_not_whole_or_too_large(ask: Ask, words: tuple[str, ...]) -> None:
    code, out, err = ask(*words)
    assert (code, out) == (2, "")
    assert f"{words[2]} {words[3]}" in err
    assert "a whole number from" in err


def test_every_whole_number_of_every_command_is_read_as_such() -> None:
    """No option is left to a reader that rounds."""
    import inspect
    import typing

    for name in commands.app:
        if name.startswith("-"):
            continue
        function = commands.app[name].default_command
        assert function is not None
        told = typing.get_type_hints(function, include_extras=True)
        for option in inspect.signature(function).parameters:
            assert told[option] not in (int, int | None), f"{name} --{option}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("solve", "g.efg", "--precision", "0,5"), "say --precision 0.5"),
        (("offramps", "small.yaml", "--at-least", "0,75"), "say --at-least 0.75"),
        (("run", "small.yaml", "--set", "gain=1,5"), "write --set 'gain=1.5'"),
        (("run", "small.yaml", "--precision-scale", "2,5"), "say --precision-scale 2.5"),
        (("run", "small.yaml", "--precision-scale", "nan"), "a number"),
    ],
)
def test_decimal_commas_in_options(ask: Ask, words: tuple[str, ...], said: str) -> None:
    code, _, err = ask(*words)
    assert code == 2
    assert said in err


@pytest.mark.parametrize(
    "words",
    [
        ("run", "small.yaml", "--out", "n" * 300),
        ("run", "small.yaml", "--out", "small.yaml"),
        ("run", "small.yaml", "--out", "s3://bucket/run"),
        ("sweep", "small.yaml", "--store", "n" * 300),
        ("sweep", "small.yaml", "--store", "gs://bucket/store.zarr"),
        ("sweep", "small.yaml", "--table", "."),
        ("sweep", "small.yaml", "--table", "/dev/full"),
        ("export", "small.yaml", "--to", "small.yaml/game.efg"),
        ("emulate", "small.yaml", "--table", "n" * 256),
        ("model", "fearon1995-uniform", "--picture", "n" * 260 + ".svg"),
    ],
)
def test_targets_are_looked_at_before_anything_is_solved(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    def solved(*_: object, **__: object) -> None:
        raise AssertionError("solved all the same")

    for place in (
        "offramp.study.investigate",
        "offramp.study.sweeps.run_sweep",
        "offramp.study.emulation.emulate",
        "offramp.interop.tree_of",
    ):
        monkeypatch.setattr(place, solved)
    code, out, err = ask(*words)
    assert (code, out) == (2, "")
    assert "cannot be written" in err or "is an address" in err
    assert [one.name for one in Path().iterdir()] == ["small.yaml"]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OSError(28, "No space left on device", "x.csv"), 2, "'x.csv': No space left"),
        (PermissionError(13, "Permission denied"), 2, "Permission denied"),
        (MemoryError(), 2, "not enough memory"),
        (ImportError("libx.so: failed to map segment from shared object"), 2, "not enough memory"),
        (RuntimeError("can't start new thread"), 2, "not enough memory"),
        (RecursionError("maximum recursion depth exceeded"), 2, "nested too deeply"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), 2, "UTF-8"),
        (ImportError("No module named 'x'"), 2, "cannot be loaded"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (BrokenPipeError(), 0, ""),
    ],
)
def test_whatever_ends_a_command_is_a_sentence(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(commands, "obey", fail)
    left, out, err = ask("list")
    assert (left, out) == (code, "")
    assert said in err
    assert "Traceback" not in err


def test_an_interrupted_import_is_an_interrupt() -> None:
    error = ImportError("numpy failed to initialise")
    error.__cause__ = KeyboardInterrupt()
    assert cli.sentence_of(error) == cli.INTERRUPTED


def test_a_mistake_of_ours_keeps_its_traceback(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "obey", lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        ask("list")


@pytest.mark.parametrize(
    ("redirected", "said"),
    [(">&-", "no standard output"), ("> /dev/full", "No space left"), ("2>&- >&-", "")],
)
def test_output_that_goes_nowhere(redirected: str, said: str) -> None:
    command = f"'{sys.executable}' -m offramp.apps.cli schema {redirected}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.timeout(250)
@pytest.mark.parametrize("size", [3_000_000])
def test_little_address_space_is_a_sentence(tmp_path: Path, size: int) -> None:
    from tests.core.test_bounds import counters

    (tmp_path / "many.yaml").write_text(counters(3, 999))
    command = f"ulimit -v {size}; exec '{sys.executable}' -m offramp.apps.cli check many.yaml"
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "can be reached" in done.stderr or "not enough memory" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_new_scenario_is_whole_and_its_hint_holds(ask: Ask) -> None:
    for name, file in (("first", "first.yaml"), ("x.yaml", "x.yaml"), ("y.yml", "y.yml")):
        code, out, _ = ask("new", name)
        assert code == 0
        assert out.rstrip().endswith(f"try: offramp check {file}")
    code, out, _ = ask("new", "two words")
    assert out.rstrip().endswith("offramp check 'two words.yaml'")
    assert ask("new", "s3://bucket/x")[0] == 2
    assert ask("new", "no/such/folder")[0] == 2


def test_after_a_full_disk_the_name_is_free_again(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        code, _, err = ask("new", "abc")
    assert code == 2
    assert "No space left" in err
    assert not Path("abc.yaml").exists()
    assert ask("new", "abc")[0] == 0


@pytest.mark.parametrize("kind", ["plain", "unseen by the next", "everything unseen"])
def test_check_takes_time_in_proportion_to_the_steps(kind: str) -> None:
    """Calls of functions, which do not depend on the machine: twice the steps, about twice."""
    few, many = (_calls(kind, steps) for steps in (60, 120))
    assert many < (5.0 if kind == "everything unseen" else 2.4) * few


def _calls(kind: str, steps: int) -> int:
    import cProfile

    from offramp.apps.listing import checked

    def unseen(i: int) -> str:
        names = {"plain": [], "unseen by the next": [i - 1], "everything unseen": range(0, i, 2)}
        return f"unseen: [{', '.join(f's{one}' for one in names[kind])}], " if i % 2 else ""

    rows = "\n".join(
        f"  - {{name: s{i}, by: {'north' if i % 2 else 'south'}, {unseen(i)}"
        "moves: {go: {}, stop: {end: x}}}"
        for i in range(steps)
    )
    text = (
        "offramp: 1\ntitle: Steps\nparties: {north: {patience: 0.9, precision: 4}, "
        f"south: {{patience: 0.9, precision: 4}}}}\nround:\n{rows}\n"
        "outcomes: {x: {kind: war, pay: {north: 1}}}\nrounds: unlimited\n"
    )
    profile = cProfile.Profile()
    checked(text)
    profile.runcall(checked, text)
    return sum(one.callcount for one in profile.getstats())


def test_what_is_missing_is_called_as_the_help_calls_it(ask: Ask) -> None:
    code, _, err = ask("check")
    assert code == 2
    assert err == "error: offramp check: FILE is missing\n  try: offramp check --help\n"
    code, _, err = ask("run")  # which may be told a bundle instead
    assert code == 2
    assert "run without FILE" in err


def test_per_cent_are_told_as_a_share(ask: Ask) -> None:
    code, _, err = ask("offramps", "small.yaml", "--at-least", "97")
    assert code == 2
    assert "say --at-least 0.97" in err


def test_a_family_is_set_whole(ask: Ask) -> None:
    told = [
        ask("run", "small.yaml", "--nominal", "--json", *settings)[1]
        for settings in (
            ("--set", "cost=0.5"),
            ("--set", "cost[north]=0.5", "--set", "cost[south]=0.5"),
        )
    ]
    whole, singly = (json.loads(one) for one in told)
    assert whole["outcomes"] == singly["outcomes"]
    code, _, err = ask("run", "small.yaml", "--nominal", "--set", "costs=0.5")
    assert (code, "did you mean 'cost'" in err) == (2, True)


def test_the_repair_of_a_tree_without_end_reads(ask: Ask) -> None:
    code, _, err = ask("export", "small.yaml", "--to", "tree.efg")
    assert code == 2
    told = re.findall(r"'((?:rounds|at_end): \w+)'", err)
    assert len(told) == 2
    Path("few.yaml").write_text(BASE.replace("rounds: unlimited", "\n".join(told)))
    assert ask("check", "few.yaml")[0] == 0
