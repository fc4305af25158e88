"""Where in a scenario a place of its text is, also while the text is no YAML yet.

A person who writes has brackets open and words unfinished; a reader of YAML gives up there. So the
lines are walked with their margins and brackets only, and every key is noted on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

KEY = re.compile(
    r"(\"(?:[^\"\\]|\\.)*\"|'[^']*'|\w+ *\[[^\[\]]*\]|[^\s,\[\]{}#&*!|>'\"%@`:][^,\[\]{}#:]*?)"
    r"\s*:(?=\s|$)"
)
MOST_LINES = 20_000


@dataclass
class _Frame:
    """A mapping or list that is open; ``key`` is the entry that is being written in it."""

    margin: int
    kind: str
    key: str | None = None
    count: int = -1
    flow: bool = False


@dataclass(frozen=True)
class Whereabouts:
    """The keys that lead to a place, whether a key is wanted there, and the word begun there."""

    path: tuple[str, ...]
    wants_key: bool
    word: str
    flow: bool


@dataclass
class Walk:
    """A walk over a text: ``seen`` holds the path of every key on the way, in order."""

    frames: list[_Frame] = field(default_factory=list[_Frame])
    seen: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    values: dict[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str])
    lines: dict[tuple[str, ...], int] = field(default_factory=dict[tuple[str, ...], int])
    text_margin: int | None = None

    def line(self, line: str, number: int) -> None:
        """Walk over a line."""
        margin = len(line) - len(line.lstrip(" "))
        content = line.strip()
        if self.text_margin is not None:
            if not content or margin > self.text_margin:
                return
            self.text_margin = None
        if not content or content.startswith("#"):
            return
        if not any(frame.flow for frame in self.frames):
            margin, line = self._block(line, margin)
            match = KEY.match(line, margin)
            if match:
                self._enter(margin, match, number)
                margin = match.end()
                if re.match(r"\s*[|>][+-]?\d?\s*(#.*)?$", line[margin:]):
                    self.text_margin = match.start()
                    return
        self._flow(line, margin, number)

    def path(self) -> tuple[str, ...]:
        """The keys and positions that are open."""
        found: list[str] = []
        for frame in self.frames:
            if frame.kind == "list":
                found.append(str(max(frame.count, 0)))
            elif frame.key is not None:
                found.append(frame.key)
        return tuple(found)

    def _block(self, line: str, margin: int) -> tuple[int, str]:
        """Close what a smaller margin closes, and open the lists whose dashes stand here."""
        while line[margin : margin + 2] == "- " or line[margin:] == "-":
            self._close(margin, dash=True)
            if not self.frames or self.frames[-1].kind != "list":
                self.frames.append(_Frame(margin, "list"))
            self.frames[-1].count += 1
            rest = line[margin + 1 :]
            margin += 1 + len(rest) - len(rest.lstrip(" "))
        self._close(margin, dash=False)
        return margin, line

    def _close(self, margin: int, *, dash: bool) -> None:
        while self.frames:
            last = self.frames[-1]
            deeper = last.margin > margin
            same_list = last.kind == "list" and last.margin == margin and not dash
            if not (deeper or same_list):
                return
            self.frames.pop()

    def _enter(self, margin: int, match: re.Match[str], number: int) -> None:
        if not self.frames or self.frames[-1].margin < margin or self.frames[-1].kind == "list":
            self.frames.append(_Frame(margin, "map"))
        self.frames[-1].key = match[1].strip("\"'")
        self._note(number)

    def _note(self, number: int) -> None:
        path = self.path()
        self.seen.append(path)
        self.lines.setdefault(path, number)

    def _flow(self, line: str, start: int, number: int) -> None:
        """Brackets, commas and keys of a line from ``start`` on."""
        at, word = start, start
        while at < len(line):
            sign = line[at]
            if sign in "\"'":
                end = _closing(line, at)
                if end is None:
                    break
                at = end
            elif sign == "#" and (at == 0 or line[at - 1] == " "):
                break
            elif sign in "{[":
                self.frames.append(_Frame(10_000, "map" if sign == "{" else "list", flow=True))
                self.frames[-1].count += sign == "["
                word = at + 1
            elif sign in "}]," and self.frames and self.frames[-1].flow:
                self._value(line[word:at])
                self._after(sign)
                word = at + 1
            elif (
                sign == ":" and self._in_flow_map() and line[at + 1 : at + 2] in (" ", "", "{", "[")
            ):
                self.frames[-1].key = line[word:at].strip().strip("\"'")
                self._note(number)
                word = at + 1
            at += 1
        self._value(line[word:].partition(" #")[0])

    def _in_flow_map(self) -> bool:
        return bool(self.frames) and self.frames[-1].flow and self.frames[-1].kind == "map"

    def _after(self, sign: str) -> None:
        if sign in "}]":
            self.frames.pop()
        elif self.frames[-1].kind == "list":
            self.frames[-1].count += 1
        else:
            self.frames[-1].key = None

    def _value(self, text: str) -> None:
        told = text.strip().strip("\"'")
        if told and not told.startswith(("{", "[")):
            self.values.setdefault(self.path(), told)


def _closing(line: str, at: int) -> int | None:
    """Where the quotation that begins at ``at`` ends; None where it is open."""
    sign, begun = line[at], at
    if begun and (line[begun - 1].isalnum() or line[begun - 1] == "_"):
        return at  # an apostrophe inside a word
    at += 1
    while at < len(line):
        if line[at] == "\\" and sign == '"':
            at += 1
        elif line[at] == sign:
            return at
        at += 1
    return None


def walk(text: str) -> Walk:
    """The walk over a whole text."""
    done = Walk()
    for number, line in enumerate(_lines(text), 1):
        done.line(line, number)
    return done


def locate(text: str, line: int, column: int) -> Whereabouts:
    """Where the place is before which stand ``column`` - 1 characters of line ``line``."""
    lines = list(_lines(text))
    before = lines[line - 1][: column - 1] if line <= len(lines) else ""
    match = re.search(r"[\w.]*$", before)
    word = match.group() if match else ""
    done = Walk()
    for number, one in enumerate(lines[: line - 1], 1):
        done.line(one, number)
    head = before[: len(before) - len(word)]
    if any(frame.flow for frame in done.frames) or head.strip(" -"):
        done.line(f"{head}", line)
    else:
        _blank(done, head)
    last = done.frames[-1] if done.frames else None
    flow = bool(last and last.flow)
    path = done.path()
    if flow and last and last.kind == "map":
        return Whereabouts(path, last.key is None, word, True)
    wants_key = not flow and not head.strip(" -")
    return Whereabouts(path, wants_key, word, flow)


def _blank(done: Walk, head: str) -> None:
    """A line on which nothing but its margin and dashes stands yet."""
    margin = len(head) - len(head.lstrip(" "))
    margin, _ = done._block(head.rstrip() + " ", margin) if "-" in head else (len(head), "")
    done._close(margin, dash=False)
    while done.frames and done.frames[-1].kind == "map" and done.frames[-1].margin >= margin:
        done.frames.pop()


def _lines(text: str) -> Iterator[str]:
    yield from text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:MOST_LINES]
