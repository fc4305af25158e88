"""The words of Gambit's files, with the place of each: quoted texts, braces, commas, numbers."""

from __future__ import annotations

import re
from bisect import bisect_right
from fractions import Fraction
from typing import NamedTuple, NoReturn

from offramp.core.directions import complaint_of, left_open
from offramp.core.errors import OfframpError, Place, readable

MAX_DIGITS = 400
MAX_EXPONENT = 300
_TOKEN = re.compile(
    r'"(?P<text>(?:\\"|[^"])*)"|(?P<mark>[{},\x00\x1a])|(?P<word>[^\s{},"\x00\x1a]+)|(?P<open>")'
)
_BREAK = re.compile(r"\r\n?|\n")
_NUMBER = re.compile(
    r"(?P<sign>[-+]?)(?:(?P<top>\d+)/(?P<bottom>\d+)"
    r"|(?P<mantissa>\d+\.?\d*|\.\d+)(?:[eE](?P<exponent>[-+]?\d{1,9}))?)"
)


class FormatError(OfframpError):
    """A file of another program is not what its format says, or holds what Offramp lacks."""


class Token(NamedTuple):
    """A word of the file: ``kind`` is 'text', 'word', a mark ('{', '}', ','), 'open' or 'end'.

    'open' is a quotation mark that nothing closes. The marks of a text's end from other days
    (U+0000, U+001A) are marks too.
    """

    kind: str
    value: str
    offset: int

    @property
    def shown(self) -> str:
        """The word as a sentence quotes it."""
        if self.kind == "end":
            return "the end of the file"
        return f'"{self.value}"' if self.kind == "text" else f"'{self.value}'"


class Reader:
    """Reads a file's words one after the other; errors name file, line and column.

    What a person has to know of how the file was read is noted.
    """

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.text = text
        self._noted: dict[str, list[int]] = {}
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
        else:
            kind = match.lastgroup or "word"
            value = match.group(kind)
            if kind == "text":
                self._refuse_turning(value, match.start(kind))
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

    @property
    def at_number(self) -> bool:
        """Whether the word ahead is a number."""
        return self.ahead.kind == "word" and bool(_NUMBER.fullmatch(self.ahead.value))

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
            self._breaks = [match.end() - 1 for match in _BREAK.finditer(self.text)]
        line = bisect_right(self._breaks, offset - 1) if offset else 0
        start = self._breaks[line - 1] + 1 if line else 0
        return Place(self.name, line + 1, offset - start + 1)

    def note(self, sentence: str, offset: int) -> None:
        """Keep what a person has to know of how the file was read at a position."""
        self._noted.setdefault(sentence, []).append(offset)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noted: each sentence once, with the first of its places."""
        return tuple(
            readable(f"{self.place(places[0])}: {sentence}")
            + (f" (and at {len(places) - 1:,} more places)" if len(places) > 1 else "")
            for sentence, places in self._noted.items()
        )

    def fail(
        self, found: str = "", expected: str = "", repair: str = "", offset: int | None = None
    ) -> NoReturn:
        """Raise a FormatError at a position, by default that of the word ahead."""
        if not found and self.ahead.kind == "open":
            found, expected = "a quoted text that does not end", 'a closing "'
            repair = 'add the missing "'
        if not found:
            found = self.ahead.shown
        place = self.place(self.ahead.offset if offset is None else offset)
        raise FormatError(found, expected=expected, repair=repair, place=place)

    def names(self, expected: str, most: int, what: str) -> tuple[str, ...]:
        """Quoted names up to the closing brace."""
        names: list[str] = []
        while not self.skip("}"):
            if len(names) == most:
                self.fail(
                    f"more than {most:,} {what}", f"at most {most:,} {what}", "solve a smaller game"
                )
            names.append(self.take("text", f"{expected} in quotation marks, or '}}'").value)
            self.skip(",")
        return tuple(names)

    def _refuse_turning(self, text: str, offset: int) -> None:
        """A direction character without its partner would turn round what a reader sees."""
        at = left_open(text)
        if at is not None:
            self.fail(*complaint_of(text[at]), offset + at)

    def _number_of(self, token: Token, expected: str) -> Fraction:
        match = _NUMBER.fullmatch(token.value) if len(token.value) <= MAX_DIGITS else None
        if match is None:
            self.fail(
                f"'{token.value}'", f"{expected}: such as 3, 0.25, 1e-3 or 1/4", "", token.offset
            )
        sign = -1 if match["sign"] == "-" else 1
        if match["top"]:
            if not int(match["bottom"]):
                self.fail(f"'{token.value}' divides by zero", expected, "", token.offset)
            return sign * Fraction(int(match["top"]), int(match["bottom"]))
        exponent = int(match["exponent"] or 0)
        if abs(exponent) > MAX_EXPONENT:
            self.fail(f"'{token.value}'", f"an exponent within ±{MAX_EXPONENT}", "", token.offset)
        return sign * Fraction(match["mantissa"]) * Fraction(10) ** exponent


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
