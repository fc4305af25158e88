"""The whole job: a command from its start to its report, first use, a slider, and branches.

With ``--beside FOLDER`` every row is measured of the checkout in that folder too, by turns.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from benchmarks.table import Aim, Peer, Row
from benchmarks.timing import ROOT, ChildError, Effort, ask_child, run_offramp

PLACE = 36
TITLE = "The whole job"
ABOUT = """
`offramp run` from its start to the report that it writes, the median of three runs after one that
may compile; then with nothing compiled. A slider's move is of the page of the talks, its server
started anew. Draws are held against a slow and careful trace of the branch. Beside our figures,
where one was named (`--beside`), those of an earlier commit, by turns and on the same game.
"""
SHIPPED = Path("src") / "offramp" / "library" / "scenarios"
SMALL = ROOT / SHIPPED / "border-standoff.yaml"
UNTUNED = ROOT.parent / "shared" / "cases" / "independent" / "talks-b.yaml"
LONG = 120.0
"""Seconds from which the checkout beside is run no second time."""

Facts = Mapping[str, float | str]
OWN = "own"
"""The key of the figure itself among the facts of a measurement."""


def warm(
    name: str, text: Path, draws: int, effort: Effort, *, share: float | None = None, once: str = ""
) -> Row:
    """A run of a text, compiled before; ``share`` of the earlier commit's time is aimed at.

    ``once`` is the name under which a library that has no such text held the same game.
    """
    many = effort.pick(draws, 2)
    work = f"`run {text.stem}`, {many:,} draws, with its report"
    if effort.quick:
        return _row(name, work, "wall", lambda _: _looked(), effort)
    if not text.is_file():
        return Row(name, work, None, "s", note="the text is not in this checkout")

    def text_in(source: Path | None) -> Path:
        if source is None or not once:
            return text
        own = source / SHIPPED / text.name
        return own if own.is_file() else own.with_stem(once)

    def measure(source: Path | None) -> Facts:
        return _ran(text_in(source), many, source)

    for source in (None, effort.beside):  # once for either, so that what is timed is compiled
        with contextlib.suppress(ChildError):
            _ran(text_in(source), 2, source)
    aim = None if share is None else Aim(1 / share, of="ratio")
    return _row(name, work, "wall", measure, effort, aim=aim)


def cold(effort: Effort) -> Row:
    """A run of a small text with nothing compiled; as it is, in a quick look."""

    def measure(source: Path | None) -> Facts:
        with tempfile.TemporaryDirectory() as folder:
            seen = dict(
                _looked() if effort.quick else _ran(SMALL, 2, source, NUMBA_CACHE_DIR=folder)
            )
        wall, processor = seen.pop(OWN), seen.pop("processor, s")
        return {OWN: processor, "wall, s": wall, **seen}

    work = "`run border-standoff`, 2 draws, nothing compiled"
    return _row("first-use", work, "processor", measure, effort, aim=Aim(30.0), repeats=1)


def slider(effort: Effort) -> Row:
    """From the start of a server to the ends after the first move of a slider."""

    def measure(source: Path | None) -> Facts:
        return ask_child("slider", effort.pick("60", "3"), timeout=600, source=source)

    work = "page of the talks, from the server's start to its first moved slider"
    return _row("first-move", work, "wall", measure, effort)


def branches(effort: Effort) -> Row:
    """Share of draws that are where the careful trace is."""

    def measure(source: Path | None) -> Facts:
        return ask_child(
            "branches", *effort.pick(("80", "4"), ("8", "1")), timeout=900, source=source
        )

    return _row(
        "branch-certainty",
        "draws tagged traced that end where a careful trace does",
        "",
        measure,
        effort,
        unit="%",
        repeats=1,
    )


def _row(
    name: str,
    work: str,
    clock: str,
    measure: Callable[[Path | None], Facts],
    effort: Effort,
    *,
    unit: str = "s",
    aim: Aim | None = None,
    repeats: int = 3,
) -> Row:
    """Measure by turns, and tell the run that is the median of its checkout's."""
    ours, theirs, missing = list[Facts](), list[Facts](), "no checkout was named (`--beside`)"
    for _ in range(effort.pick(repeats, 1)):
        ours.append(measure(None))
        if effort.beside is not None and not (theirs and float(theirs[0][OWN]) > LONG):
            try:
                theirs.append(measure(effort.beside))
            except ChildError as failed:
                missing = str(failed)
    facts = dict(_median(ours))
    own, peer = facts.pop(OWN), Peer("an earlier commit", missing=missing)
    if theirs:
        beside = dict(_median(theirs))
        peer = Peer(effort.beside_name, float(beside.pop(OWN)))
        facts |= {f"{fact} (beside)": value for fact, value in beside.items()}
    return Row(name, work, float(own), unit, clock=clock, peer=peer, aim=aim, facts=facts)


def _median(seen: list[Facts]) -> Facts:
    return sorted(seen, key=lambda one: float(one[OWN]))[len(seen) // 2]


def _ran(text: Path, draws: int, source: Path | None, **environment: str) -> Facts:
    with tempfile.TemporaryDirectory() as folder:
        words = ("run", str(text), "--draws", str(draws), "--seed", "1", "--out", f"{folder}/out")
        wall, processor, memory = run_offramp(*words, source=source, **environment)
    return {OWN: wall, "processor, s": processor, "memory, GiB": memory, "draws": draws}


@cache
def _looked() -> Facts:
    """One small run for all rows of a quick look."""
    return _ran(SMALL, 2, None)


ROWS = {
    "run-talks": lambda effort: warm(
        "run-talks",
        ROOT / SHIPPED / "trilateral-talks-earlier.yaml",
        1000,
        effort,
        share=0.4,
        once="trilateral-talks",
    ),
    "run-talks-now": lambda effort: warm(
        "run-talks-now", ROOT / SHIPPED / "trilateral-talks.yaml", 256, effort
    ),
    "run-untuned": lambda effort: warm("run-untuned", UNTUNED, 128, effort, share=0.1),
    "first-use": cold,
    "first-move": slider,
    "branch-certainty": branches,
}
