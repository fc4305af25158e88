"""A chart as one inline SVG element: no script, no font and no request; legible in print."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from offramp.core.directions import Isolation
from offramp.presentation.palette import INK, MUTED, PAPER, RULE, TONES
from offramp.study.charts.data import Area, Chart, Dots, Line, Words

WIDTH, PLOT, ROW = 680, 300, 20
"""Units of the drawing: its width, the height of the plot, the height of a line of legend."""
LEFT, RIGHT, TOP, FOOT = 68, 20, 14, 52
LETTER = 7.3
"""Mean width of a letter at the size of the legend."""
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True)
class Frame:
    """Where the plot lies in the drawing, and which numbers its sides are."""

    chart: Chart
    top: float

    def across(self, x: float) -> float:
        """Place of a number on the horizontal axis."""
        axis = self.chart.x
        return LEFT + (x - axis.low) / (axis.high - axis.low) * (WIDTH - LEFT - RIGHT)

    def down(self, y: float) -> float:
        """Place of a number on the vertical axis."""
        axis = self.chart.y
        return self.top + PLOT - (y - axis.low) / (axis.high - axis.low) * PLOT


def draw_svg(chart: Chart) -> str:
    """The chart as an SVG element with title and description for screen readers."""
    rows = list(_legend_rows(chart))
    frame = Frame(chart, TOP + ROW * len(rows) + (8 if rows else 0))
    height = frame.top + PLOT + FOOT
    key = re.sub(r"[^a-z0-9]+", "-", chart.title.lower()).strip("-")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="img" '
        f'width="{WIDTH}" height="{height:g}" aria-labelledby="{key}-title {key}-text" '
        f'style="max-width:100%;height:auto;font-family:{html.escape(FONT)}">',
        f'<title id="{key}-title">{_clean(chart.title)}</title>',
        f'<desc id="{key}-text">{_clean(chart.alternative)}</desc>',
        f'<rect width="{WIDTH}" height="{height:g}" rx="6" fill="{PAPER}"/>',
        _clip(f"{key}-areas", frame, 0),
        _clip(f"{key}-lines", frame, 3),
        *_legend(rows),
        *_areas(frame, key),
        *_axes(frame),
        *_marks(frame, key),
        "</svg>",
    ]
    return "\n".join(parts)


def _clip(key: str, frame: Frame, more: float) -> str:
    """A path that cuts off what lies more than so much outside the plot."""
    return (
        f'<clipPath id="{key}"><rect x="{LEFT - more:g}" y="{frame.top - more:g}" '
        f'width="{WIDTH - LEFT - RIGHT + 2 * more:g}" height="{PLOT + 2 * more:g}"/></clipPath>'
    )


def _legend_rows(chart: Chart) -> Iterator[list[tuple[float, Line | Area | Dots]]]:
    """Rows of (place, mark): every named mark once, as many in a row as fit."""
    row: list[tuple[float, Line | Area | Dots]] = []
    at, seen = float(LEFT), set[str]()
    for mark in chart.marks:
        if isinstance(mark, Words) or not mark.name or mark.name in seen:
            continue
        seen.add(mark.name)
        width = 46 + LETTER * len(mark.name)
        if row and at + width > WIDTH - 4:
            yield row
            row, at = [], float(LEFT)
        row.append((at, mark))
        at += width
    if row:
        yield row


def _legend(rows: Sequence[Sequence[tuple[float, Line | Area | Dots]]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        y = TOP + ROW * number + 6
        for at, mark in row:
            yield _sample(mark, at, y)
            yield (
                f'<text x="{at + 28:g}" y="{y + 4:g}" font-size="13" fill="{INK}">'
                f"{_clean(mark.name)}</text>"
            )


def _sample(mark: Line | Area | Dots, x: float, y: float) -> str:
    colour = TONES[mark.tone]
    if isinstance(mark, Area):
        return (
            f'<rect x="{x:g}" y="{y - 6:g}" width="20" height="12" fill="{colour}" '
            f'fill-opacity="0.3" stroke="{colour}" stroke-opacity="0.6"/>'
        )
    if isinstance(mark, Dots):
        return _dot(x + 10, y, colour, mark.hollow)
    return f'<path d="M{x:g} {y:g}h20" {_stroke(mark, colour)}/>'


def _stroke(line: Line, colour: str) -> str:
    dashes = ' stroke-dasharray="6 4"' if line.dashed else ""
    return f'fill="none" stroke="{colour}" stroke-width="2.2" stroke-linejoin="round"{dashes}'


def _dot(x: float, y: float, colour: str, hollow: bool) -> str:
    fill = PAPER if hollow else colour
    edge = colour if hollow else PAPER
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.6" fill="{fill}" stroke="{edge}" '
        f'stroke-width="{2 if hollow else 1.2}"/>'
    )


def _axes(frame: Frame) -> Iterator[str]:
    chart, foot, right = frame.chart, frame.top + PLOT, WIDTH - RIGHT
    for tick in chart.y.marks():
        y = frame.down(tick)
        yield f'<path d="M{LEFT} {y:.1f}H{right}" stroke="{RULE}" stroke-opacity="0.7"/>'
        yield _text(LEFT - 8, y + 4, _number(tick), "end", MUTED, 12)
    for place, tick in enumerate(chart.x.marks()):
        x = frame.across(tick)
        yield f'<path d="M{x:.1f} {foot:g}v5" stroke="{MUTED}"/>'
        told = chart.x.words[place] if chart.x.words else _number(tick)
        yield _text(x, foot + 19, told, "middle", MUTED, 12)
    yield f'<path d="M{LEFT} {foot:g}H{right}" stroke="{MUTED}"/>'
    yield _text((LEFT + right) / 2, foot + 41, chart.x.title, "middle", INK, 13)
    middle = frame.top + PLOT / 2
    yield (
        f'<text transform="translate(17 {middle:g}) rotate(-90)" text-anchor="middle" '
        f'font-size="13" fill="{INK}">{_clean(chart.y.title)}</text>'
    )


def _areas(frame: Frame, key: str) -> Iterator[str]:
    for mark in frame.chart.marks:
        if isinstance(mark, Area):
            points = " ".join(
                f"{frame.across(x):.1f},{frame.down(y):.1f}"
                for x, y in zip(mark.x, mark.y, strict=True)
            )
            yield (
                f'<polygon points="{points}" fill="{TONES[mark.tone]}" fill-opacity="0.3" '
                f'clip-path="url(#{key}-areas)"/>'
            )


def _marks(frame: Frame, key: str) -> Iterator[str]:
    """Lines, then dots, then words, each on top of the one before."""
    for mark in frame.chart.marks:
        if isinstance(mark, Line):
            stroke = _stroke(mark, TONES[mark.tone])
            yield f'<path d="{_path(frame, mark)}" {stroke} clip-path="url(#{key}-lines)"/>'
    for mark in frame.chart.marks:
        if isinstance(mark, Dots):
            for x, y in zip(mark.x, mark.y, strict=True):
                yield _dot(frame.across(x), frame.down(y), TONES[mark.tone], mark.hollow)
    for mark in frame.chart.marks:
        if isinstance(mark, Words):
            yield _text(
                frame.across(mark.x), frame.down(mark.y), mark.text, mark.align, INK, 13, halo=True
            )


def _path(frame: Frame, line: Line) -> str:
    steps, pen = [], "M"
    for x, y in zip(line.x, line.y, strict=True):
        if not (math.isfinite(x) and math.isfinite(y)):
            pen = "M"
            continue
        steps.append(f"{pen}{frame.across(x):.1f} {frame.down(y):.1f}")
        pen = "L"
    return "".join(steps)


def _text(
    x: float, y: float, text: str, anchor: str, colour: str, size: int, *, halo: bool = False
) -> str:
    edge = f' stroke="{PAPER}" stroke-width="3" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{colour}"{edge}>{_clean(text)}</text>'
    )


def _clean(text: str) -> str:
    """A text as SVG shows it: escaped, and unable to turn round what stands beside it."""
    return html.escape(Isolation()(text))


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")
