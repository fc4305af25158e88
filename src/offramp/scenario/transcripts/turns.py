"""Blocks of text become turns of speakers and their sentences, by rules that a person can check.

A line that begins with a name and a colon begins a turn. Where names are given, what follows
without one belongs to the turn before it; where no name is given at all, as in a memo, every
paragraph is a turn.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from offramp.scenario.transcripts.records import Passage

LONGEST_NAME = 48
NEAR = 64
"""Characters on either side of a mark that say whether a sentence ends there."""
_TIME = r"[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?[\])]?\s*[-–]?\s*"
_LABEL = re.compile(rf"(?:{_TIME})?([^\W\d_][^:!?;\"“”]{{0,{LONGEST_NAME - 1}}}?)\s?:(?:\s+|$)")
_PARTICLES = frozenset(
    re.findall(r"\w+", "the of von van de da di du der den bin al el la le for and")
)
_END = re.compile(r"[.!?…]+[\"”’»)\]]*(?=\s)|[。！？]+[”』」）]*")
_TITLES = frozenset(
    re.findall(r"\w+", "mr mrs ms dr prof st gen col maj capt lt sgt adm sen rep gov amb vs")
)
_COUNTED = frozenset(re.findall(r"\w+", "no nos art arts para paras p pp vol ch sec fig"))
"""Short for something else in front of a number only: No. 5, but also the answer No."""
_HIDDEN = re.compile(r"[\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Block:
    """A paragraph by its lines, as they stand in the file; a heading is no part of a turn."""

    lines: tuple[str, ...]
    heading: bool = False


def passages_of(blocks: Iterable[Block]) -> tuple[Passage, ...]:
    """The sentences of a text in their order, with turn, sentence and speaker."""
    pieces = tuple(_pieces(blocks))
    named = any(speaker is not None for speaker, _, _ in pieces)
    turns: list[tuple[str, list[str]]] = []
    open_turn = False
    for speaker, text, heading in pieces:
        if speaker is not None:
            turns.append((speaker, []))
        elif heading or not named or not open_turn:
            turns.append(("", []))
        open_turn = named and not heading and (open_turn or speaker is not None)
        turns[-1][1].extend(sentences_of(text))
    told = [turn for turn in turns if turn[1]]
    return tuple(
        Passage(number, position, speaker, text)
        for number, (speaker, sentences) in enumerate(told, 1)
        for position, text in enumerate(sentences, 1)
    )


def _pieces(blocks: Iterable[Block]) -> Iterator[tuple[str | None, str, bool]]:
    """Speaker (None where none is named), text, and whether it is a heading."""
    for block in blocks:
        speaker: str | None = None
        lines: list[str] = []
        for line in map(clean, block.lines):
            label = None if block.heading else _label(line)
            if label is not None:
                if lines or speaker is not None:
                    yield speaker, joined(lines), False
                speaker, lines = label[0], [label[1]]
            else:
                lines.append(line)
        if any(lines) or speaker is not None:
            yield speaker, joined(lines), block.heading


def _label(line: str) -> tuple[str, str] | None:
    """Speaker and the rest of a line that begins with a name and a colon; None for others."""
    match = _LABEL.match(line)
    if match is None:
        return None
    words = match[1].strip().split()
    if not 1 <= len(words) <= 6 or words[0][0].islower():
        return None
    for word in words:
        letter = word.lstrip("(«'’")[:1]
        if letter.islower() and word.strip("(),.").lower() not in _PARTICLES:
            return None
    return " ".join(words), line[match.end() :]


def clean(text: str) -> str:
    """A line without marks that nobody sees, composed (NFC), every run of blanks one blank."""
    seen = _HIDDEN.sub("", _CONTROL.sub(" ", unicodedata.normalize("NFC", text)))
    return " ".join(seen.split())


def joined(lines: Iterable[str]) -> str:
    """Lines of a paragraph as one; a word that a hyphen parts at the end of a line is put together.

    The hyphen stays, since nobody can tell whether it was there before the line was broken.
    """
    text = ""
    for line in filter(None, lines):
        parted = len(text) > 1 and text[-1] == "-" and text[-2].isalpha()
        text += line if parted or not text else f" {line}"
    return text


def sentences_of(text: str) -> Iterator[str]:
    """The sentences of a text; they end at . ! ? … where what follows begins one."""
    start = 0
    for match in _END.finditer(text):
        if match.end() <= start or not _ends(text, match):
            continue
        yield text[start : match.end()].strip()
        start = match.end()
    rest = text[start:].strip()
    if rest:
        yield rest


def _ends(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence ends with these marks."""
    if match.group()[0] in "。！？":
        return True
    after = text[match.end() : match.end() + NEAR].lstrip().lstrip("\"“‘«([¿¡'’")[:1]
    if not after or after.islower() or not after.isalnum():
        return False
    if match.group() != ".":
        return True
    before = (
        text[max(0, match.start() - NEAR) : match.start()]
        .rpartition(" ")[2]
        .lstrip("(“\"‘'")
        .lower()
    )
    if before in _COUNTED and after.isdigit():
        return False
    letters = before.split(".")
    return before not in _TITLES and any(len(one) != 1 or one.isdigit() for one in letters)
