"""All that is wrong with a text, and what it may not mean, each at its place with its repairs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from offramp.core.errors import OfframpError, Place
from offramp.scenario import Doubt, Scenario, doubts_of, understand
from offramp.scenario.every_error import all_errors_in
from offramp.scenario.reading import read_as
from offramp.web.editor.repairs import Repair, repairs_of

TOKEN = re.compile(r"[\w.]+|\"(?:[^\"\\]|\\.)*\"?|'[^']*'?|\S")


@dataclass(frozen=True)
class Complaint:
    """Something at a line and column (from 1) over ``length`` characters; ``code`` of a warning."""

    line: int
    column: int
    length: int
    found: str
    expected: str
    repair: str
    path: str
    code: str
    repairs: tuple[Repair, ...]

    def as_dict(self) -> dict[str, Any]:
        """The complaint as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Checked:
    """A text that was read: its errors and warnings in its order, and the scenario if it is one."""

    errors: tuple[Complaint, ...]
    warnings: tuple[Complaint, ...]
    scenario: Scenario | None


def checked(text: str, file: str, path: Path | None) -> Checked:
    """Read a text as if it lay at ``path``; all that is wrong, or may not mean what it says.

    Nothing is built or solved; `deeper` looks at the game.
    """
    try:
        scenario = read_as(text, file, path)
    except OfframpError as error:
        errors = all_errors_in(text, file, path) or (error,)
        return Checked(tuple(_wrong(text, file, errors)), (), None)
    return Checked((), tuple(_doubtful(text, file, doubts_of(understand(scenario)))), scenario)


def deeper(text: str, file: str, scenario: Scenario) -> tuple[Complaint, ...]:
    """All warnings: also moves never on offer, ends never reached, … as its games show.

    Takes seconds in games of many thousand states. Raises OfframpError where the game cannot be
    explored, or has no numbers.
    """
    from offramp.study import find_doubts
    from offramp.study.solving.workspace import Workspace

    workspace = Workspace(scenario)
    game = workspace.game()
    game.tables(game.nominal())
    return tuple(_doubtful(text, file, find_doubts(workspace)))


def of_error(text: str, file: str, error: OfframpError) -> Complaint:
    """An error at its place, or at the beginning where it has none in this text."""
    at = error.place if error.place and error.place.file == file else Place(file, 1, 1)
    return _complaint(text, at, error, "")


def _wrong(text: str, file: str, errors: Iterable[OfframpError]) -> Iterator[Complaint]:
    for error in errors:
        yield of_error(text, file, error)


def _doubtful(text: str, file: str, doubts: Iterable[Doubt]) -> Iterator[Complaint]:
    for one in doubts:
        at = one.place if one.place and one.place.file == file else Place(file, 1, 1)
        yield _complaint(text, at, one, one.code)


def _complaint(text: str, at: Place, told: OfframpError | Doubt, code: str) -> Complaint:
    lines = text.split("\n")
    line = lines[at.line - 1].rstrip("\r") if at.line <= len(lines) else ""
    match = TOKEN.match(line, at.column - 1)
    expected = told.expected if isinstance(told, OfframpError) else ""
    return Complaint(
        at.line,
        at.column,
        len(match.group()) if match else 0,
        told.found,
        expected,
        told.repair,
        told.path,
        code,
        tuple(repairs_of(text, at, told.found, told.repair, told.path)),
    )
