"""The figure: every timed row beside its peer and its target, and how time grows with nodes.

One SVG element without script, font or request. Times are on a logarithmic scale: a full dot is
Offramp, a ring the peer (an arrow where it was stopped), a bar what is to be reached.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.table import Row, Table

WIDTH, LEFT, RIGHT, TOP = 860, 330, 40, 64
LINE, GAP, HEIGHT = 19, 15, 300
INK, MUTED, RULE, OURS, THEIRS, MISSED = (
    "#1d2329",
    "#5a6570",
    "#d9dee3",
    "#1f6f8b",
    "#b4562a",
    "#a3262a",
)
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
TITLE = "Seconds of Offramp and of other programs for the same work"
UNITS = {-9: "1 ns", -6: "1 µs", -3: "1 ms", 0: "1 s", 3: "1,000 s"}


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis: decades, and where they begin and end in the drawing."""

    low: int
    high: int
    begin: float
    end: float

    def at(self, value: float) -> float:
        """Place of a number."""
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.begin + share * (self.end - self.begin)

    def decades(self) -> range:
        """Exponents of ten that are marked."""
        return range(self.low, self.high + 1)


def scale_of(values: Iterable[float], begin: float, end: float) -> Scale:
    """The decades that hold all values."""
    logs = [math.log10(value) for value in values]
    return Scale(math.floor(min(logs)), math.ceil(max(logs)), begin, end)


def draw(table: Table) -> str:
    """The figure of a table that has timed rows; raises ValueError where it has none."""
    timed = [row for row in table.rows if row.unit == "s" and row.own]
    if not timed:
        raise ValueError("there is no time to draw")
    dots, foot = _dots(table, timed)
    sizes = [row for row in timed if row.name.startswith("size-")]
    growth, foot = _growth(sizes, foot + 78) if sizes else ([], foot + 40)
    summary = (
        f"{len(timed)} timed rows; {sum(row.met is True for row in timed)} reach their target, "
        f"{sum(row.met is False for row in timed)} do not. The table holds every number."
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {foot:g}" role="img" '
            f'width="{WIDTH}" height="{foot:g}" aria-labelledby="bench-title bench-text" '
            f'style="max-width:100%;height:auto;font-family:{html.escape(FONT)}">',
            f'<title id="bench-title">{TITLE}</title>',
            f'<desc id="bench-text">{html.escape(summary)}</desc>',
            f'<rect width="{WIDTH}" height="{foot:g}" rx="6" fill="#ffffff"/>',
            *_legend(),
            *dots,
            *growth,
            "</svg>",
        ]
    )


def _legend() -> Iterator[str]:
    marks = (
        (_dot(0, 0, OURS), "Offramp"),
        (_ring(0, 0), "the program beside it"),
        (_bar(0, 0, MUTED), "to reach, reached"),
        (_bar(0, 0, MISSED), "to reach, missed"),
    )
    for place, (mark, text) in zip((24, 120, 300, 460), marks, strict=True):
        yield f'<g transform="translate({place} 24)">{mark}</g>'
        yield _text(place + 14, 28.5, text, "start", INK, 13)


def _dots(table: Table, timed: Sequence[Row]) -> tuple[list[str], float]:
    """One line for every timed row under its heading, and where they end."""
    values = [value for row in timed for value in (row.own, _peer(row), _aim(row)) if value]
    scale = scale_of(values, LEFT, WIDTH - RIGHT)
    lines, y = [], float(TOP)
    for group in table.groups:
        rows = [row for row in timed if row.group == group.name]
        if not rows:
            continue
        lines.append(_text(14, y + GAP, group.title, "start", INK, 13, bold=True))
        y += GAP + 8
        for row in rows:
            y += LINE
            lines += _line(row, y - 6, scale)
        y += 8
    grid = []
    for decade in scale.decades():
        x = scale.at(10.0**decade)
        grid.append(f'<path d="M{x:.1f} {TOP - 8}V{y:g}" stroke="{RULE}"/>')
        if decade in UNITS:
            grid.append(_text(x, TOP - 14, UNITS[decade], "middle", MUTED, 12))
            grid.append(_text(x, y + 16, UNITS[decade], "middle", MUTED, 12))
    return grid + lines, y


def _line(row: Row, y: float, scale: Scale) -> Iterator[str]:
    assert row.own is not None
    yield _text(LEFT - 12, y + 4, _short(row.work), "end", INK, 12)
    peer, aim, own = _peer(row), _aim(row), scale.at(row.own)
    if peer is not None:
        yield f'<path d="M{own:.1f} {y:g}H{scale.at(peer):.1f}" stroke="{RULE}" stroke-width="3"/>'
        yield _ring(scale.at(peer), y)
        if row.peer is not None and row.peer.beyond:
            yield f'<path d="M{scale.at(peer) + 7:.1f} {y - 4:g}l6 4l-6 4" {_stroke(THEIRS)}/>'
    if aim is not None:
        yield _bar(scale.at(aim), y, MISSED if row.met is False else MUTED)
    yield _dot(own, y, OURS)


def _growth(sizes: Sequence[Row], top: float) -> tuple[list[str], float]:
    """Seconds of one draw by nodes, both axes logarithmic."""
    points = [(float(row.facts["nodes"]), float(row.own or 0), row) for row in sizes]
    bottom = top + HEIGHT
    x = scale_of([nodes for nodes, _, _ in points], 96, WIDTH - 220)
    y = scale_of(
        [value for _, own, row in points for value in (own, _aim(row)) if value], bottom, top
    )
    parts = [_text(14, top - 22, "One draw by the number of nodes", "start", INK, 13, bold=True)]
    for decade in y.decades():
        level = y.at(10.0**decade)
        parts.append(f'<path d="M{x.begin:g} {level:.1f}H{x.end:g}" stroke="{RULE}"/>')
        parts.append(_text(x.begin - 8, level + 4, _seconds(decade), "end", MUTED, 12))
    for decade in x.decades():
        parts.append(_text(x.at(10.0**decade), bottom + 20, f"{10**decade:,}", "middle", MUTED, 12))
    for kind, colour, words in (("layered", OURS, "layered"), ("whole", THEIRS, "one component")):
        mine = [(x.at(n), y.at(own), row) for n, own, row in points if f"-{kind}-" in row.name]
        if not mine:
            continue
        path = "L".join(f"{across:.1f} {down:.1f}" for across, down, _ in mine)
        parts.append(f'<path d="M{path}" {_stroke(colour)}/>')
        parts += [_dot(across, down, colour) for across, down, _ in mine]
        across, down, _ = mine[-1]
        parts.append(_text(across + 12, down + 4, words, "start", colour, 13))
    for nodes, _, row in points:
        if (aim := _aim(row)) is not None and "-layered-" in row.name:
            colour = MISSED if row.met is False else MUTED
            parts.append(f'<path d="M{x.at(nodes) - 9:.1f} {y.at(aim):.1f}h18" {_stroke(colour)}/>')
    parts.append(_text((x.begin + x.end) / 2, bottom + 42, "nodes", "middle", INK, 13))
    return parts, bottom + 58


def _peer(row: Row) -> float | None:
    """The peer's seconds where it was measured in this run."""
    return None if row.peer is None or row.peer.source else row.peer.figure


def _aim(row: Row) -> float | None:
    """The seconds that are to be reached."""
    if row.aim is None:
        return None
    peer = _peer(row)
    if row.aim.of == "ratio":
        return None if peer is None else peer / row.aim.bound
    return row.aim.bound


def _seconds(decade: int) -> str:
    unit = 3 * (decade // 3)
    names = {-9: "ns", -6: "µs", -3: "ms", 0: "s", 3: ",000 s"}
    number = 10 ** (decade - unit)
    return f"{number}{names[unit]}" if unit == 3 else f"{number} {names[unit]}"


def _short(text: str) -> str:
    text = text.replace("`", "")
    return text if len(text) <= 50 else f"{text[:49]}…"


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.6" fill="{colour}" stroke="#ffffff"/>'


def _ring(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.4" fill="#ffffff" {_line_of(THEIRS)}/>'


def _bar(x: float, y: float, colour: str) -> str:
    return f'<path d="M{x:.1f} {y - 7:g}v14" {_stroke(colour)}/>'


def _line_of(colour: str) -> str:
    return f'stroke="{colour}" stroke-width="2"'


def _stroke(colour: str) -> str:
    return f'fill="none" {_line_of(colour)}'


def _text(
    x: float, y: float, text: str, anchor: str, colour: str, size: int, *, bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{colour}"{weight}>{html.escape(text)}</text>'
    )
