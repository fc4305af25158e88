"""Two texts side by side: which lines are the same, changed, gone or new, and where in a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any

Piece = tuple[str, bool]
"""A part of a line, and whether it differs."""
AROUND = 3
"""Equal lines that are shown on each side of a difference."""
LONGEST, PIECES = 5000, 400
"""Lines beyond which lines that stand often are no anchors; pieces beyond which a line is whole."""


@dataclass(frozen=True)
class Row:
    """A line of each text; None where a text has none. ``kind`` is same, changed, gone, new, cut.

    A row that is ``cut`` stands for ``count`` equal lines that are left out.
    """

    kind: str
    left: int | None = None
    right: int | None = None
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()
    count: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The row as plain data."""
        return asdict(self)


def difference(old: str, new: str) -> tuple[Row, ...]:
    """The rows of two texts beside each other; none where they are the same."""
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return ()
    rows: list[Row] = []
    codes = SequenceMatcher(None, before, after, autojunk=len(before) > LONGEST).get_opcodes()
    for number, (what, a, b, c, d) in enumerate(codes):
        if what == "equal":
            rows += _same(before, a, b, c, first=number == 0, last=number == len(codes) - 1)
        else:
            rows += _different(before[a:b], after[c:d], a, c)
    return tuple(rows)


def _same(
    lines: list[str], start: int, end: int, right: int, *, first: bool, last: bool
) -> Iterator[Row]:
    head, tail = 0 if first else AROUND, 0 if last else AROUND
    left_out = end - start - head - tail
    for i in range(start, end):
        inside = start + head <= i < end - tail
        if left_out > 1 and inside:
            if i == start + head:
                yield Row("cut", count=left_out)
            continue
        told = ((lines[i], False),)
        yield Row("same", i + 1, right + i - start + 1, told, told)


def _different(old: list[str], new: list[str], at: int, to: int) -> Iterator[Row]:
    for i in range(max(len(old), len(new))):
        if i >= len(new):
            yield Row("gone", at + i + 1, None, ((old[i], True),))
        elif i >= len(old):
            yield Row("new", None, to + i + 1, (), ((new[i], True),))
        else:
            before, after = _pieces(old[i], new[i])
            yield Row("changed", at + i + 1, to + i + 1, before, after)


def _pieces(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The parts of two lines, those that differ marked; whole words where letters would confuse."""
    one, other = _words(old), _words(new)
    if max(len(one), len(other)) > PIECES:
        return ((old, True),), ((new, True),)
    before: list[Piece] = []
    after: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        before.append(("".join(one[a:b]), what != "equal"))
        after.append(("".join(other[c:d]), what != "equal"))
    return tuple(p for p in before if p[0]), tuple(p for p in after if p[0])


def _words(line: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", line)
