"""Texts of both directions: characters that turn others round, and isolates that hold them.

A text in Hebrew or Arabic, or a direction character in any text, can change the order in which
a reader sees what stands beside it: 97 % becomes % 79. So a direction character that is not
closed is refused where texts are read, and a text that can turn anything is shown between the
marks of an isolate (Unicode's bidirectional algorithm, UAX 9), outside of which it turns nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

OPEN, CLOSE = "\u2068", "\u2069"
"""First strong isolate and pop directional isolate: what stands between turns nothing else."""
_EMBEDDING, _ISOLATING = "\u202a\u202b\u202d\u202e", "\u2066\u2067\u2068"
_CLOSERS = {"\u202c": _EMBEDDING, "\u2069": _ISOLATING}
_PARAGRAPHS = "\n\r\x1c\x1d\x1e\x85\u2029"
_CONTROLS = "\u202a-\u202e\u2066-\u2069"
# the blocks that Unicode keeps for letters from right to left, and the marks U+061C and U+200F
_LEFTWARD = (
    "\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff"
)
_TURNING = re.compile(f"[{_LEFTWARD}{_CONTROLS}]")
_DROPPED = re.compile(f"[{_CONTROLS}]")
# what has no direction of its own, and no digit: it belongs to the letters on its two sides
_RUN = rf"[{_LEFTWARD}]+(?:[^\w\n{_CONTROLS}{_LEFTWARD}]+[{_LEFTWARD}]+)*"


def left_open(text: str) -> int | None:
    """Where the first direction character is that has no partner on its line; None without one."""
    opened: list[int] = []
    for at, sign in enumerate(text):
        if sign in _EMBEDDING or sign in _ISOLATING:
            opened.append(at)
        elif sign in _CLOSERS:
            if not opened or text[opened[-1]] not in _CLOSERS[sign]:
                return opened[-1] if opened and sign == CLOSE else at
            opened.pop()
        elif sign in _PARAGRAPHS and opened:
            break
    return opened[0] if opened else None


def complaint_of(sign: str) -> tuple[str, str, str]:
    """What is said of a direction character without a partner: found, expected, repair."""
    return (
        f"the direction character U+{ord(sign):04X} ({unicodedata.name(sign).lower()}) stands "
        "without its partner",
        "every direction character closed on the line on which it begins (U+202A, B, D, E by "
        "U+202C; U+2066 to U+2068 by U+2069): open ones turn the numbers beside them round",
        "take it out; words that run from right to left need none",
    )


def positions_of_controls(text: str) -> list[int]:
    """Where direction characters stand that have to be closed or that close one."""
    return [match.start() for match in _DROPPED.finditer(text)]


def isolated(text: str) -> str:
    """A text of a person's between the marks of an isolate, line by line, where it can turn others.

    Controls that are not closed are left out.
    """
    if not _TURNING.search(text):
        return text
    if left_open(text) is not None:
        text = _DROPPED.sub("", text)
    return re.sub(r"\S(?:[^\n]*\S)?", lambda line: f"{OPEN}{line[0]}{CLOSE}", text)


class Isolation:
    """Marks the texts of a scenario in whatever is said of it.

    ``texts`` are found whole, however their space is broken and whatever case a sentence gives
    them; of what else runs from right to left (a part of a text, say), every run is marked.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        turning = {" ".join(text.split()) for text in texts if _TURNING.search(text)}
        known = [
            r"\s+".join(map(re.escape, text.split()))
            for text in sorted(turning, key=len, reverse=True)
        ]
        self._pattern = re.compile("|".join([*known, _RUN, f"[{_CONTROLS}]"]), re.IGNORECASE)

    def __call__(self, text: str) -> str:
        """The text with isolates around every part that could turn the rest."""
        if not _TURNING.search(text):
            return text
        return self._pattern.sub(lambda part: isolated(part[0]), text)
