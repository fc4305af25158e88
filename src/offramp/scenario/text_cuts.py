"""Cuts of a formula's text that remember where they begin, for errors with columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Cut:
    """A part of a text; ``offset`` is where it begins in the whole, from 0."""

    text: str
    offset: int = 0

    def part(self, low: int, high: int | None = None) -> Cut:
        """The characters ``low`` to ``high`` of this part."""
        return Cut(self.text[low:high], self.offset + low)

    def stripped(self) -> Cut:
        """Without the space around it."""
        return Cut(self.text.strip(), self.offset + len(self.text) - len(self.text.lstrip()))

    def spaced(self) -> str:
        """The text with single spaces."""
        return " ".join(self.text.split())

    def word(self) -> tuple[str, Cut]:
        """The first word ('' where there is none) and what follows it."""
        cut = self.stripped()
        match = re.match(r"[A-Za-z_]\w*", cut.text)
        end = match.end() if match else 0
        return cut.text[:end], cut.part(end).stripped()

    def outside(self) -> Iterator[int]:
        """The positions that are inside no brackets."""
        depth = 0
        for position, sign in enumerate(self.text):
            depth -= sign in ")]"
            if depth == 0:
                yield position
            depth += sign in "(["

    def split(self, sign: str) -> list[Cut]:
        """The parts between the ``sign`` that are inside no brackets."""
        ends = [i for i in self.outside() if self.text[i] == sign]
        lows = [0, *(end + 1 for end in ends)]
        return [self.part(low, high) for low, high in zip(lows, [*ends, None], strict=True)]

    def partition(self, sign: str) -> tuple[Cut, bool, Cut]:
        """Before and after the first ``sign`` inside no brackets, and whether there is one."""
        first = next((i for i in self.outside() if self.text[i] == sign), None)
        if first is None:
            return self, False, self.part(len(self.text))
        return self.part(0, first), True, self.part(first + 1)

    def has_word(self, word: str) -> bool:
        """Whether ``word`` stands inside no brackets."""
        bare = set(self.outside())
        found = re.finditer(rf"(?<![\w.]){word}(?![\w.])", self.text)
        return any(match.start() in bare for match in found)

    def closing(self, opened: int) -> int:
        """The position of the bracket that closes the one at ``opened``; -1 where none does."""
        depth = 0
        for position in range(opened, len(self.text)):
            depth += self.text[position] in "(["
            depth -= self.text[position] in ")]"
            if depth == 0:
                return position
        return -1
