"""Errors that say where, what was found, what was expected, and the nearest repair.

Every message a person can meet is built here from the same five fields, so that
one test can hold all of them to the same form and a web page can show the parts.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

LONGEST = 600
"""Most characters of one field of an error."""


@dataclass(frozen=True, order=True)
class Place:
    """A position in a text a person wrote; line and column count from 1.

    ``whole`` marks a value over several lines, where columns further on cannot be told.
    """

    file: str
    line: int
    column: int
    whole: bool = field(default=False, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def shifted(self, columns: int) -> Place:
        """The place ``columns`` further to the right on the same line."""
        return self if self.whole else replace(self, column=self.column + columns)


class OfframpError(Exception):
    """Something a person can mend; the command line ends with ``exit_code``.

    Fields: ``found`` (one sentence), ``expected``, ``repair``, ``place`` and the
    dotted ``path`` inside the document. All but ``found`` may be empty; ``code`` stays the same
    whatever the words are. Each is one line
    of bounded length without control characters, whatever text it quotes. ``offset`` is the
    character (from 0) of the text it is about where that shows.
    """

    exit_code = 2
    offset = 0
    usual = "E999"
    """The code of its kind where it is given none; `offramp.core.codes` has what codes mean."""

    def __init__(
        self,
        found: str,
        *,
        expected: str = "",
        repair: str = "",
        place: Place | None = None,
        path: str = "",
        code: str = "",
    ) -> None:
        self.code = code or self.usual
        self.found = readable(found)
        self.expected = readable(expected)
        self.repair = readable(repair)
        self.place = place
        self.path = readable(path)
        super().__init__(self.found)

    def located(self, place: Place | None, path: str = "") -> Self:
        """The same error where the text begins at ``place``; its own place and path are kept."""
        same = type(self).__new__(type(self), *self.args)
        same.__dict__ |= self.__dict__
        same.place = self.place or (place.shifted(self.offset) if place else None)
        same.path = self.path or readable(path)
        return same

    def saying(self, found: str, repair: str | None = None) -> Self:
        """The same error that says something else was found, and with another ``repair``."""
        same = type(self).__new__(type(self), readable(found))
        same.__dict__ |= self.__dict__
        same.found = readable(found)
        same.repair = self.repair if repair is None else readable(repair)
        return same

    def as_dict(self) -> dict[str, str | int | None]:
        """Place and sentences as plain data."""
        place = self.place
        return {
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
            "path": self.path,
            "code": self.code,
            "found": self.found,
            "expected": self.expected,
            "repair": self.repair,
        }

    def __str__(self) -> str:
        where = ": ".join(str(part) for part in (self.place, self.path) if part)
        lines = [f"{where}: {self.found}" if where else self.found]
        if self.expected:
            lines.append(f"  expected: {self.expected}")
        if self.repair:
            lines.append(f"  repair:   {self.repair}")
        return "\n".join(lines)


def readable(text: str) -> str:
    """The text on one line, control characters by their number, its middle left out if long."""
    shown = "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in text)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 101]}…{shown[-100:]}"


class ScenarioError(OfframpError):
    """The text of a scenario or mechanism does not say what the language allows."""


class TextError(ScenarioError):
    """The text of a file is no YAML, or none that the language takes."""

    usual = "E101"


class UnreadableError(ScenarioError):
    """A file of a text is not there, or cannot be read."""

    usual = "E102"


class MechanismError(ScenarioError):
    """The text of a mechanism, or what is given to one, does not fit."""

    usual = "E602"


class EvidenceError(ScenarioError):
    """A transcript, or what is cited of it, is not as the scenario says."""

    usual = "E802"


class ExpressionError(ScenarioError):
    """An expression cannot be read, or has no finite value where it is needed."""

    usual = "E401"


class GameError(OfframpError):
    """The scenario reads well but what it describes is not a game that can be played."""

    usual = "E905"


class ResultError(OfframpError):
    """Results cannot be read or written."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name closest to ``name``, or the empty string when none is close."""
    choices = sorted(set(known))
    close = difflib.get_close_matches(name, choices, n=1, cutoff=0.5)
    if close:
        return close[0]
    folded = {choice.lower(): choice for choice in choices}
    return folded.get(name.lower(), "")


def suggestion(name: str, known: Iterable[str]) -> str:
    """A repair sentence: the nearest known name, or the list when nothing is near."""
    choices = sorted(set(known))
    close = nearest(name, choices)
    if close:
        return f"did you mean '{close}'?"
    if not choices:
        return ""
    listed = ", ".join(choices[:8]) + (", …" if len(choices) > 8 else "")
    return f"known here: {listed}"
