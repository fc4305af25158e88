"""File formats of games, one file each; a new one is one new file and no edit.

A file names a ``FORMAT``; another package offers one as an entry point of the group
``offramp.formats``. The name of the file or entry point is how the names of such files end:
`efg.py` reads and writes `*.efg`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from offramp.core.errors import Place, suggestion
from offramp.core.files import write_text
from offramp.core.registry import FORMATS, plugins, suffixes_in_words
from offramp.interop.strategic import StrategicGame
from offramp.interop.tokens import FormatError
from offramp.interop.trees import ExtensiveGame

Game = ExtensiveGame | StrategicGame


@dataclass(frozen=True)
class Format:
    """A kind of file: what it holds, how it is read, and the text that is written.

    ``read`` takes a path and raises a FormatError with file, line and column where the file is
    unfit; ``text`` takes a game of either form. Reading what was written gives the same play.
    """

    about: str
    read: Callable[[str | Path], Game]
    text: Callable[[Game], str]


def find_formats() -> dict[str, Format]:
    """Every format by the suffix of its files without the dot; OfframpError where two share it."""
    return plugins(*FORMATS, "FORMAT", Format)


def format_of(path: str | Path, repair: str = "") -> Format:
    """The format of a file by its name; a FormatError where no format has that suffix."""
    found = find_formats()
    name = Path(path).suffix.lower().removeprefix(".")
    if name not in found:
        raise FormatError(
            f"a file named '{Path(path).name}'",
            place=Place(str(path), 1, 1),
            expected=f"a name that ends in {suffixes_in_words()}",
            repair=suggestion(name, found) or repair,
        )
    return found[name]


def read_game(path: str | Path) -> Game:
    """The game of a file, in the format that its name tells; FormatError where it is unfit."""
    return format_of(
        path, f"name a game in such a way; a scenario is solved with: offramp run {path}"
    ).read(path)


def write_game(game: Game, path: str | Path) -> Path:
    """Write a game in the format that the name of the file tells, whole or not at all; the path."""
    return write_text(path, format_of(path).text(game))
