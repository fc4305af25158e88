"""What Gambit's formats have around a game: the letters of the file, its head, and what follows."""

from __future__ import annotations

import codecs
from pathlib import Path

from offramp.core.errors import Place
from offramp.core.files import read_regular
from offramp.interop.tokens import FormatError, Reader
from offramp.interop.trees import MAX_PLAYERS

MAX_BYTES = 64 * 1024 * 1024
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""How a file begins that says what its letters are; that of UTF-32 begins as one of UTF-16."""
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
}


def open_game(path: str | Path) -> Reader:
    """A reader of a file of bounded size; a FormatError where it cannot be read.

    Letters are UTF-8 unless the first bytes show UTF-16 or UTF-32, and what is none of these is
    understood as Windows-1252, which has all letters of Latin-1. The reader notes what it took.
    """
    raw = read_regular(path, MAX_BYTES, expected="a file of a game", kind=FormatError)
    letters = _letters(raw)
    name = NAMES[letters]
    try:
        text = raw.decode(letters)
    except UnicodeDecodeError as error:
        raise FormatError(
            f"byte {error.start + 1:,} is no letter of {name}",
            expected="a text file in UTF-8",
            repair="save the file as UTF-8",
            place=Place(str(path), 1, 1),
        ) from None
    reader = Reader(text, str(path))
    if name != "UTF-8":
        reader.note(f"the letters are not UTF-8 and were read as {name}", 0)
    return reader


def _letters(raw: bytes) -> str:
    """How the letters of a file are written, by Python's name."""
    for mark, name in MARKS.items():
        if raw.startswith(mark):
            return name
    begins = [byte == 0 for byte in raw[:2]]
    if begins in ([False, True], [True, False]):  # half of an English letter in UTF-16 is 0
        return "utf-16-le" if begins[1] else "utf-16-be"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def read_head(
    reader: Reader, format_: str, rival: str, version: str
) -> tuple[str, tuple[str, ...]]:
    """Title and players, after what says the format, its version and its dialect."""
    found = reader.ahead
    if found.kind != "word" or found.value != format_:
        reader.fail(
            expected=f"'{format_}', with which every .{format_.lower()} file begins",
            repair=f"an .{rival.lower()} file is read as such by its name"
            if found.value == rival
            else "look whether this is a Gambit file; a scenario is named NAME.yaml and solved "
            "with: offramp run NAME.yaml",
        )
    reader.step()
    told = reader.take("word", f"the version of the format, {version}")
    if told.value != version:
        reader.fail(
            f"version '{told.value}' of the format",
            f"version {version}",
            f"write {version} here: whatever else version {version} writes in another way "
            "is then shown at its place",
            told.offset,
        )
    kind = reader.take("word", "'R' or 'D'")
    if kind.value not in ("R", "D"):
        reader.fail(f"'{kind.value}'", "'R' or 'D'", "write R", kind.offset)
    title = reader.take("text", "the title in quotation marks").value
    at = reader.take("{", "the players, between braces").offset
    players = reader.names("a player's name", MAX_PLAYERS, "players")
    if not players:
        reader.fail(
            "a game without players",
            "at least one player",
            'name the players between the braces, such as { "A" "B" }',
            at,
        )
    return title, players


def note_rest(reader: Reader, what: str) -> None:
    """Note whatever stands after the end of the game, which nobody reads."""
    rest = reader.ahead
    if rest.kind != "end":
        again = "another game begins here" if rest.value in ("EFG", "NFG") else rest.shown
        reader.note(f"what stands after the end of {what} was not read ({again})", rest.offset)
