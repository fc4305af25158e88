"""Repairs by one click: the sentence of a repair as a change of the text, where it is one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from offramp.core.errors import Place

QUOTED = re.compile(r"'([^']+)'")
DEFAULTS = {
    "title": "A crisis",
    "rounds": "unlimited",
    "precision": "4",
    "kind": "agreement",
    "value": "0.5",
    "start": "0",
    "says": "What is claimed",
    "holds_when": "P(kind agreement) > 0.5",
    "moves": "{wait: {}}",
    "offramp": "1",
    "held_by": "[]",
    "about": "What it is",
    "parties": "{first: {precision: 4, patience: 0.9}, second: {precision: 4, patience: 0.9}}",
    "round": "[{name: act, by: first, moves: {wait: {}}}]",
    "towards": "lower",
    "to": "present",
}
"""What stands for a word that is missing, until somebody writes something better."""
MOST = 4
"""Repairs that are offered for one error."""


@dataclass(frozen=True)
class Repair:
    """Replace the text from ``start`` to ``end`` (characters from 0) by ``insert``."""

    words: str
    start: int
    end: int
    insert: str


def repairs_of(text: str, at: Place, found: str, repair: str, path: str) -> Iterator[Repair]:
    """The changes that a repair's sentence means; none where only a person can know."""
    spot = _Spot(text, at, found, path)
    if spot.begin > len(text):
        return
    for pattern, make in _SENTENCES:
        match = pattern.search(repair)
        if match:
            yield from list(make(spot, match))[:MOST]
            return


@dataclass(frozen=True)
class _Spot:
    """Where a complaint stands."""

    text: str
    at: Place
    found: str
    path: str

    @property
    def begin(self) -> int:
        """The position of its place, from 0."""
        before = self.text.split("\n")[: self.at.line - 1]
        return sum(len(line) + 1 for line in before) + self.at.column - 1

    @property
    def line_end(self) -> int:
        end = self.text.find("\n", self.begin)
        return len(self.text) if end < 0 else end

    def word(self) -> tuple[int, int] | None:
        """Where the word stands that the complaint names first: from its place, or on its line."""
        name = QUOTED.search(self.found)
        if name is None:
            return None
        pattern = re.compile(rf"(?<![\w]){re.escape(name[1])}(?![\w])")
        start = self.text.rfind("\n", 0, self.begin) + 1
        match = pattern.search(self.text, self.begin, self.line_end + 1) or pattern.search(
            self.text, start, self.line_end + 1
        )
        return match.span() if match else None

    def put(self, words: str, insert: str) -> Iterator[Repair]:
        """The named word replaced."""
        span = self.word()
        if span is not None and insert:
            yield Repair(words, *span, insert)


def _nearest(spot: _Spot, match: re.Match[str]) -> Iterator[Repair]:
    yield from spot.put(f"write {match[1]}", match[1])


def _one_of(spot: _Spot, match: re.Match[str]) -> Iterator[Repair]:
    for name in match[1].replace(", …", "").split(", "):
        yield from spot.put(f"write {name}", name)


def _missing(spot: _Spot, match: re.Match[str]) -> Iterator[Repair]:
    word = match[1]
    default = _default(spot, word)
    if not default:
        return
    entry = f"{word}: {default}"
    if not spot.path:
        end = "" if spot.text.endswith("\n") or not spot.text else "\n"
        yield Repair(f"add {word}", len(spot.text), len(spot.text), f"{end}{entry}\n")
        return
    flow = spot.text.find("{", spot.begin, spot.line_end)
    if flow >= 0:
        comma = "" if re.match(r"\s*\}", spot.text[flow + 1 :]) else ", "
        yield Repair(f"add {entry}", flow + 1, flow + 1, f"{entry}{comma}")
        return
    begin, margin = _first_entry(spot)
    yield Repair(f"add {entry}", begin, begin, f"{entry}\n{margin}")


def _first_entry(spot: _Spot) -> tuple[int, str]:
    """Where the first entry of a block stands, and the margin of its further lines."""
    start = spot.text.rfind("\n", 0, spot.begin) + 1
    line = spot.text[start : spot.line_end]
    opened = re.fullmatch(r"\s*(?:- )?[\w.\" -]+:\s*(?:#.*)?", line)
    if opened and spot.at.column <= len(line) and spot.path:
        start = min(spot.line_end + 1, len(spot.text))
        end = spot.text.find("\n", start)
        line = spot.text[start : end if end >= 0 else len(spot.text)]
    head = re.match(r"\s*(?:- )?", line)
    wide = len(head.group()) if head else 0
    return start + wide, " " * wide


def _default(spot: _Spot, word: str) -> str:
    if word == "by":
        named = re.search(r"^parties:\s*(?:\{\s*|\n\s+)(\w+)", spot.text, re.MULTILINE)
        return named[1] if named else "nature"
    if word == "name":
        return f"step_{spot.at.line}"
    return DEFAULTS.get(word, "")


def _brackets(spot: _Spot, match: re.Match[str]) -> Iterator[Repair]:
    del match
    span = re.compile(r"[^\s,\[\]{}#][^,\[\]{}#\n]*").match(spot.text, spot.begin)
    if span:
        value = span.group().rstrip()
        yield Repair("put it in brackets", span.start(), span.start() + len(value), f"[{value}]")


def _torn(spot: _Spot, match: re.Match[str]) -> Iterator[Repair]:
    """A text or number that a comma tore apart, put together again."""
    torn = re.match(r"'(.*)' is (?:torn apart|no number)", spot.found)
    if torn is None:
        return
    told = torn[1].partition(": ")[2] or torn[1]
    insert = match[1].partition(": ")[2]
    for words in (torn[1], told):
        pattern = re.compile(r"\s+".join(re.escape(one) for one in words.split()))
        start = spot.text.rfind("\n", 0, spot.begin) + 1
        span = pattern.search(spot.text, start)
        if span:
            keyed = words != told
            new = match[1] if keyed else insert
            yield Repair(f"write {new}", *span.span(), new)
            return


def _tabs(spot: _Spot, match: re.Match[str]) -> Iterator[Repair]:
    del match
    changed = re.sub(r"(?m)^[ \t]+", lambda one: one[0].replace("\t", "  "), spot.text)
    if changed != spot.text:
        yield Repair("replace the tabs that indent", 0, len(spot.text), changed)


def _without_limit(spot: _Spot, match: re.Match[str]) -> Iterator[Repair]:
    del match
    span = re.compile(r"[^\s#]+").match(spot.text, spot.begin)
    if span:
        yield Repair("write unlimited", *span.span(), "unlimited")
        yield Repair("write 12", *span.span(), "12")


def _in_range(spot: _Spot, match: re.Match[str]) -> Iterator[Repair]:
    """A nominal value put to the nearer end of its range."""
    span = re.compile(r"-?[\d.]+(?:e-?\d+)?").search(spot.text, spot.begin, spot.line_end)
    if span:
        value = float(span.group())
        near = min((match[1], match[2]), key=lambda one: abs(float(one) - value))
        yield Repair(f"write {near}", *span.span(), near)


_Maker = Callable[[_Spot, "re.Match[str]"], Iterator[Repair]]
_SENTENCES: tuple[tuple[re.Pattern[str], _Maker], ...] = (
    (re.compile(r"did you mean '([^']+)'\?"), _nearest),
    (re.compile(r"known here: (.+)"), _one_of),
    (re.compile(r"add '([\w]+):'"), _missing),
    (re.compile(r"put it in brackets"), _brackets),
    (re.compile(r"put the text in quotes: (.+)"), _torn),
    (re.compile(r"write the decimal point: (.+)"), _torn),
    (re.compile(r"replace the tab"), _tabs),
    (re.compile(r"write 'rounds: 12'"), _without_limit),
    (re.compile(r"choose a value from (\S+) to (\S+),"), _in_range),
    (re.compile(r"^write '([^'{}]+)'$"), _nearest),
)
