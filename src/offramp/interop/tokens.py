"""The words of Gambit's files, with the place of each: quoted texts, braces, commas and numbers."""

from __future__ import annotations

import re
from bisect import bisect_right
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, NoReturn

from offramp.core.errors import OfframpError, Place

MAX_BYTES = 64 * 1024 * 1024
MAX_DIGITS = 400
MAX_EXPONENT = 300
_TOKEN = re.compile(r'"(?P<text>(?:\\"|[^"])*)"|(?P<mark>[{},])|(?P<word>[^\s{},"]+)|(?P<open>")')
_NUMBER = re.compile(
    r"(?P<sign>[-+]?)(?:(?P<top>\d+)/(?P<bottom>\d+)"
    r"|(?P<mantissa>\d+\.?\d*|\.\d+)(?:[eE](?P<exponent>[-+]?\d{1,9}))?)"
)


class FormatError(OfframpError):
    """A file of another program is not what its format says, or holds what Offramp lacks."""


class Token(NamedTuple):
    """A word of the file: ``kind`` is 'text', 'word', a mark ('{', '}', ',') or 'end'."""

    kind: str
    value: str
    offset: int


class Reader:
    """Reads a file's words one after the other; errors name file, line and column."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.text = text
        self._tokens = _TOKEN.finditer(text)
        self._breaks: list[int] | None = None
        self._numbers: dict[str, Fraction] = {}
        self.ahead = Token("end", "", 0)
        self.step()

    def step(self) -> Token:
        """The word that was ahead; the next one is read."""
        now = self.ahead
        match = next(self._tokens, None)
        if match is None:
            self.ahead = Token("end", "", len(self.text))
        elif match.lastgroup == "open":
            self.fail("a quoted text that does not end", 'a closing "', 'add the missing "',
                      match.start())  # fmt: skip
        else:
            kind = match.lastgroup or "word"
            value = match.group(kind)
            if kind == "text":
                value = value.replace('\\"', '"')
            self.ahead = Token(value if kind == "mark" else kind, value, match.start())
        return now

    def take(self, kind: str, expected: str) -> Token:
        """The word ahead, which must be of this kind."""
        if self.ahead.kind != kind:
            self.fail(expected=expected)
        return self.step()

    def skip(self, mark: str) -> bool:
        """Whether the word ahead is this mark, which is then stepped over."""
        if self.ahead.kind != mark:
            return False
        self.step()
        return True

    def number(self, expected: str) -> Fraction:
        """The number ahead: whole, decimal, with an exponent, or a fraction."""
        token = self.take("word", expected)
        known = self._numbers.get(token.value)
        if known is None:
            known = self._numbers[token.value] = self._number_of(token, expected)
        return known

    def whole(self, expected: str, most: int) -> int:
        """The whole number from 0 to ``most`` ahead."""
        token = self.take("word", expected)
        if not token.value.isascii() or not token.value.isdigit():
            self.fail(f"'{token.value}'", expected, "", token.offset)
        if len(token.value) > 18 or int(token.value) > most:
            self.fail(f"'{token.value}'", f"{expected}, at most {most:,}", "", token.offset)
        return int(token.value)

    def place(self, offset: int) -> Place:
        """File, line and column of a position in the text."""
        if self._breaks is None:
            self._breaks = [match.start() for match in re.finditer("\n", self.text)]
        line = bisect_right(self._breaks, offset - 1) if offset else 0
        start = self._breaks[line - 1] + 1 if line else 0
        return Place(self.name, line + 1, offset - start + 1)

    def fail(
        self, found: str = "", expected: str = "", repair: str = "", offset: int | None = None
    ) -> NoReturn:
        """Raise a FormatError at a position, by default that of the word ahead."""
        if not found:
            found = _shown(self.ahead)
        place = self.place(self.ahead.offset if offset is None else offset)
        raise FormatError(found, expected=expected, repair=repair, place=place)

    def _number_of(self, token: Token, expected: str) -> Fraction:
        match = _NUMBER.fullmatch(token.value) if len(token.value) <= MAX_DIGITS else None
        if match is None:
            self.fail(f"'{token.value}'", f"{expected}: such as 3, 0.25, 1e-3 or 1/4", "",
                      token.offset)  # fmt: skip
        sign = -1 if match["sign"] == "-" else 1
        if match["top"]:
            if not int(match["bottom"]):
                self.fail(f"'{token.value}' divides by zero", expected, "", token.offset)
            return sign * Fraction(int(match["top"]), int(match["bottom"]))
        exponent = int(match["exponent"] or 0)
        if abs(exponent) > MAX_EXPONENT:
            self.fail(f"'{token.value}'", f"an exponent within ±{MAX_EXPONENT}", "", token.offset)
        return sign * Fraction(match["mantissa"]) * Fraction(10) ** exponent


def read_game_text(path: str | Path) -> str:
    """The text of a file of bounded size; a FormatError where it cannot be read.

    Old files may hold letters in Latin-1, which are understood.
    """
    path = Path(path)
    place = Place(str(path), 1, 1)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FormatError("a file that is too large", place=place,
                              expected=f"at most {MAX_BYTES // 2**20} MiB")  # fmt: skip
        raw = path.read_bytes()
    except OSError as error:
        raise FormatError(
            f"the file cannot be read: {error.strerror}",
            expected="a file of a game",
            repair="look at its path",
            place=place,
        ) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def read_head(reader: Reader, format_: str, rival: str, version: str) -> str:
    """The first line up to the players: which format it is, its version and dialect; the title."""
    found = reader.ahead
    if found.kind != "word" or found.value != format_:
        reader.fail(
            expected=f"'{format_}', with which every .{format_.lower()} file begins",
            repair=f"an .{rival.lower()} file is read as such by its name"
            if found.value == rival
            else "look whether this is a Gambit file",
        )
    reader.step()
    told = reader.take("word", f"the version of the format, {version}")
    if told.value != version:
        reader.fail(f"version '{told.value}' of the format", f"version {version}",
                    "open and save the game in Gambit", told.offset)  # fmt: skip
    kind = reader.take("word", "'R' or 'D'")
    if kind.value not in ("R", "D"):
        reader.fail(f"'{kind.value}'", "'R' or 'D'", "write R", kind.offset)
    return reader.take("text", "the title in quotation marks").value


def quoted(text: str) -> str:
    """A text between quotation marks, as Gambit reads it back.

    Gambit has no way to write a text that ends in a backslash: it gets a space after it.
    """
    inner = text.replace('"', '\\"')
    return f'"{inner} "' if inner.endswith("\\") else f'"{inner}"'


def number_text(value: Fraction) -> str:
    """A number exactly: whole, decimal where that is short, or a fraction."""
    if value.denominator == 1:
        return str(value.numerator)
    left, twos, fives = value.denominator, 0, 0
    while left % 2 == 0:
        left, twos = left // 2, twos + 1
    while left % 5 == 0:
        left, fives = left // 5, fives + 1
    places = max(twos, fives)
    if left != 1 or places > 40 or value.denominator <= 10:
        return f"{value.numerator}/{value.denominator}"
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _shown(token: Token) -> str:
    if token.kind == "end":
        return "the end of the file"
    return f'"{token.value}"' if token.kind == "text" else f"'{token.value}'"
