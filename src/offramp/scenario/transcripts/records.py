"""Passages of a transcript by speaker turn and sentence, and the words that point at them.

`12` is turn 12, `12-14` turns 12 to 14, `12:3` the third sentence of turn 12, `12:3-5` its
sentences 3 to 5, `12:3-14:1` from there to the first of turn 14. Commas stand between several.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

FORM = "passages such as 12, 12-14, 12:3, 12:3-5 or 12:3-14:1"
_PART = re.compile(r"(\d{1,6})(?::(\d{1,6}))?(?:\s*[-–]\s*(\d{1,6})(?::(\d{1,6}))?)?")
_POINT = re.compile(r"(\d{1,6})\.(\d{1,6})")


@dataclass(frozen=True)
class Passage:
    """One sentence: turn and sentence count from 1; ``speaker`` is '' where nobody is named."""

    turn: int
    sentence: int
    speaker: str
    text: str

    @property
    def at(self) -> str:
        """Where it stands, as one cites it."""
        return f"{self.turn}:{self.sentence}"


@dataclass(frozen=True)
class Part:
    """One span that is cited; sentences are 0 where whole turns are meant."""

    written: str
    first: tuple[int, int]
    last: tuple[int, int]


def parts_of(where: str) -> tuple[Part, ...] | None:
    """The spans that ``where`` names, in its order; None where it names none."""
    found: list[Part] = []
    for written in where.split(","):
        match = _PART.fullmatch(written.strip())
        if match is None:
            return None
        turn, sentence, second, third = (int(one) if one else 0 for one in match.groups())
        last = (second, third)
        if not second:
            last = (turn, sentence)
        elif sentence and not third:  # 12:3-5
            last = (turn, second)
        elif third and not sentence:  # 12-14:1
            sentence = 1
        text = written.strip().replace("–", "-").replace(" ", "")
        zero = "0" in match.groups() or not turn
        if zero or (turn, sentence or 1) > (last[0], last[1] or 10**7):
            return None
        found.append(Part(text, (turn, sentence), last))
    return tuple(found)


def meant_by(where: str) -> str:
    """What a decimal point was likely meant as; '' where there is none: 12.3 is 12:3."""
    return _POINT.sub(r"\1:\2", where) if _POINT.search(where) else ""


@dataclass(frozen=True)
class Transcript:
    """A file as its passages; ``file`` as the scenario names it, ``sha256`` of its bytes."""

    file: str
    sha256: str
    passages: tuple[Passage, ...]

    @cached_property
    def _turns(self) -> Mapping[int, tuple[int, int]]:
        """Turn to the positions of its first sentence and behind its last."""
        found: dict[int, tuple[int, int]] = {}
        for position, one in enumerate(self.passages):
            found[one.turn] = (found.get(one.turn, (position, 0))[0], position + 1)
        return found

    @cached_property
    def _windows(self) -> dict[int, dict[str, list[int]]]:
        """Number of sentences to the hashes of all spans of so many, and where they begin."""
        return {}

    def bare(self) -> Transcript:
        """The same places without any words or speakers."""
        return Transcript(self.file, self.sha256, without_words(self.passages))

    @property
    def turns(self) -> int:
        """How many turns there are."""
        return len(self._turns)

    @property
    def speakers(self) -> dict[str, int]:
        """Speaker to the number of turns, in the order of the text; '' for nobody named."""
        told: dict[str, int] = {}
        for first, _ in self._turns.values():
            speaker = self.passages[first].speaker
            told[speaker] = told.get(speaker, 0) + 1
        return told

    def span(self, part: Part) -> tuple[int, int] | None:
        """Positions of the first sentence and behind the last; None where it is not there."""
        first, last = self._turns.get(part.first[0]), self._turns.get(part.last[0])
        if first is None or last is None:
            return None
        start = first[0] + max(part.first[1] - 1, 0)
        end = last[0] + part.last[1] if part.last[1] else last[1]
        return (start, end) if start < first[1] and start < end <= last[1] else None

    def called(self, span: tuple[int, int]) -> str:
        """How a span of positions is cited: whole turns by their number alone."""
        first, last = self.passages[span[0]], self.passages[span[1] - 1]
        whole = span[0] == self._turns[first.turn][0] and span[1] == self._turns[last.turn][1]
        if whole:
            return f"{first.turn}" if first.turn == last.turn else f"{first.turn}-{last.turn}"
        if first.turn != last.turn:
            return f"{first.at}-{last.at}"
        same = first.sentence == last.sentence
        return first.at if same else f"{first.at}-{last.sentence}"

    def hash_of(self, span: tuple[int, int]) -> str:
        """SHA-256 of the speakers and words of a span, exactly as they are."""
        return words_hash(self.passages[span[0] : span[1]])

    def found(self, sha256: str, sentences: int) -> tuple[tuple[int, int], ...]:
        """Every span of so many sentences with exactly these words, whatever its numbers."""
        if sentences not in self._windows:
            starts: dict[str, list[int]] = {}
            for start in range(len(self.passages) - sentences + 1):
                starts.setdefault(self.hash_of((start, start + sentences)), []).append(start)
            self._windows[sentences] = starts
        own = self._windows[sentences].get(sha256, ())
        return tuple((start, start + sentences) for start in own)


def words_hash(passages: tuple[Passage, ...]) -> str:
    """SHA-256 of speakers and words; numbers of turns do not count."""
    told = [[one.speaker, one.text] for one in passages]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def without_words(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """The same places without words or speakers."""
    return tuple(Passage(one.turn, one.sentence, "", "") for one in passages)


Status = Literal["held", "new", "moved", "orphan", "unread"]


@dataclass(frozen=True)
class Found:
    """What became of one span that the scenario cites.

    ``held``: the words that were accepted stand where they are cited. ``new``: nobody has
    accepted them. ``moved``: they stand once, elsewhere (``now``). ``orphan``: they stand nowhere,
    or more than once (``times``). ``unread``: the file is not at hand.
    """

    source: str
    at: str
    status: Status
    now: str = ""
    times: int = 0
    passages: tuple[Passage, ...] = ()
    accepted: bool = False
    """Whether words were accepted for it."""


@dataclass(frozen=True)
class Evidence:
    """The transcripts of a scenario by source, and every span that it cites.

    ``withheld`` says that words are kept back: passages are then places alone.
    """

    transcripts: Mapping[str, Transcript] = field(default_factory=dict[str, Transcript])
    spans: Mapping[tuple[str, str], Found] = field(default_factory=dict[tuple[str, str], Found])
    missing: Mapping[str, str] = field(default_factory=dict[str, str])
    """Source to a file that is not there."""
    locked: bool = False
    withheld: bool = False
