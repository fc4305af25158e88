"""Drawing helpers that every figure shares: a bare layout, rows with dot and interval, bands."""

from __future__ import annotations

import html
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.directions import Isolation
from offramp.presentation.facts import Spread, axis_end
from offramp.presentation.gallery import Key
from offramp.presentation.palette import INK, MUTED, PAPER, RULE, TRACK, clear
from offramp.presentation.plots import Plot, Plotted
from offramp.presentation.text.numbers import tied

FONT = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
ROW, FOOT = 54, 16
"""Height of a row in pixels, the label above the marks; how far the marks are from its foot."""
LINE, WIDTH, MOST_LINES = 17, 42, 3
"""Height of a further line of a label in pixels, characters in a line, and most lines."""
MOST_MARKS = 240
"""Draws shown one by one; of more, this many evenly spaced quantiles."""
SPREAD_KEYS = (
    Key("dot", INK, "at the nominal values"),
    Key("bar", MUTED, "middle nine tenths of the combinations tried"),
    Key("tick", INK, "their median"),
    Key("strip", MUTED, "single combinations"),
)
NOMINAL_KEY = (Key("dot", INK, "at the nominal values"),)


@dataclass(frozen=True, eq=False)
class Row:
    """One row of a dot-and-interval drawing; ``text`` stands at its right end."""

    label: str
    spread: Spread
    colour: str
    text: str


def plain(text: str) -> str:
    """Text as plotly shows it letter by letter: its own markup has no meaning here."""
    return html.escape(text, quote=False).replace("$", "&#36;")


def bare(height: int, **layout: Any) -> dict[str, Any]:
    """A layout without ornaments; the width is the page's."""
    given: dict[str, Any] = {
        "height": height,
        "autosize": True,
        "margin": {"l": 8, "r": 20, "t": 6, "b": 34},
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": RULE, "font": {"color": INK}},
        "dragmode": False,
    }
    return {**given, **layout}


def axis(**more: Any) -> dict[str, Any]:
    """A quiet axis: thin grid, no zero line, no zoom."""
    return {
        "gridcolor": TRACK,
        "linecolor": RULE,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"color": MUTED, "size": 12},
        **more,
    }


def share_axis(top: float = 1.0, **more: Any) -> dict[str, Any]:
    """An axis of shares from 0 to the first round number that ``top`` fits."""
    end, step = axis_end(top)
    ticks = [i * step for i in range(round(end / step) + 1)]
    texts = [f"{100 * tick:.3g} %" if tick else "0" for tick in ticks]
    return axis(
        range=[-0.012 * end, 1.012 * end],
        tickvals=ticks,
        ticktext=texts,
        ticklabeloverflow="allow",
        **more,
    )


def draw_rows(rows: Sequence[Row], scale: Mapping[str, Any], low: float) -> Plot:
    """Rows of dot, interval, median and single draws; ``low`` is where labels begin."""
    heights, layout = stacked([row.label for row in rows])
    placed = list(zip(rows, heights, strict=True))
    return Plot(
        data=[trace for row, y in placed for trace in _traces(row, y)],
        layout=bare(
            **layout,
            xaxis=dict(scale),
            shapes=[rail(y) for _, y in placed],
            annotations=[text for row, y in placed for text in _texts(row, y, low)],
        ),
    )


def stacked(labels: Sequence[str], below: int = 34) -> tuple[list[float], dict[str, Any]]:
    """Where the lines of rows with these labels lie, in pixels, and a layout that fits them."""
    tall = [ROW + LINE * (len(_lines(label)) - 1) for label in labels]
    total = sum(tall)
    heights = [float(total - sum(tall[: place + 1]) + FOOT) for place in range(len(tall))]
    return heights, {
        "height": total + 6 + below,
        "margin": {"l": 8, "r": 20, "t": 6, "b": below},
        "yaxis": {"visible": False, "range": [0, total], "fixedrange": True},
    }


def _traces(row: Row, y: float) -> Iterator[dict[str, Any]]:
    if row.spread.known:
        marks = quantile_marks(row.spread.values)
        faint = 0.16 if len(marks) > 60 else 0.35
        yield _trace(
            marks, [y] * len(marks), mode="markers", opacity=faint, marker=_tick(row.colour, 13, 1)
        )
        yield _trace(
            [row.spread.low, row.spread.high],
            [y, y],
            mode="lines",
            line={"color": clear(row.colour, 0.55), "width": 7},
        )
        yield _trace([row.spread.middle], [y], mode="markers", marker=_tick(INK, 17, 2))
    if np.isfinite(row.spread.nominal):
        dot = {"size": 12, "color": row.colour, "line": {"color": "#fff", "width": 2}}
        said = f"{plain(row.label)}: {plain(row.text)}" if row.label else plain(row.text)
        yield _trace(
            [row.spread.nominal], [y], mode="markers", marker=dot, hoverinfo="text", text=[said]
        )


def _trace(x: Sequence[float], y: Sequence[float], **more: Any) -> dict[str, Any]:
    return {"type": "scatter", "x": short(x), "y": list(y), "hoverinfo": "skip", **more}


def _tick(colour: str, size: int, width: float) -> dict[str, Any]:
    return {
        "symbol": "line-ns-open",
        "size": size,
        "color": colour,
        "line": {"width": width, "color": colour},
    }


def rail(y: float) -> dict[str, Any]:
    """The line on which the marks of a row stand."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": y,
        "y1": y,
        "layer": "below",
        "line": {"color": TRACK, "width": 1.5},
    }


def _texts(row: Row, y: float, low: float) -> Iterator[dict[str, Any]]:
    if row.label:
        yield annotation(row.label, y, INK, xref="x", x=low, xanchor="left")
    yield annotation(row.text, y, MUTED, xref="paper", x=1, xanchor="right")


def _lines(text: str) -> list[str]:
    """A label in lines that fit beside a number on a telephone."""
    return textwrap.wrap(text, WIDTH, max_lines=MOST_LINES, placeholder=" …") or [""]


def lines_of(text: str) -> int:
    """How many lines a label takes."""
    return len(_lines(text))


def annotation(text: str, y: float, colour: str, **where: Any) -> dict[str, Any]:
    """Words above the line of a row: several lines, and what three do not hold where pointed at."""
    if len(" ".join(_lines(text))) < len(" ".join(text.split())):
        where = {"hovertext": plain(text), **where}
    return {
        "text": "<br>".join(plain(line) for line in _lines(text)),
        "align": "left",
        "y": y,
        "yref": "y",
        "yanchor": "bottom",
        "yshift": 11,
        "showarrow": False,
        "font": {"size": 13, "color": colour},
        "bgcolor": "rgba(255,255,255,0.75)",
        "borderpad": 1,
        **where,
    }


def quantile_marks(values: NDArray[np.float64] | None) -> list[float]:
    """All values, or ``MOST_MARKS`` evenly spaced quantiles of them."""
    kept = np.asarray([] if values is None else values, float)
    kept = np.sort(kept[np.isfinite(kept)])
    if len(kept) > MOST_MARKS:
        kept = np.quantile(kept, (np.arange(MOST_MARKS) + 0.5) / MOST_MARKS)
    return [float(value) for value in kept]


def short(values: Any) -> list[float | None]:
    """Numbers with six significant digits, so that a page stays small; nan is a gap."""
    flat = np.asarray(values, float).reshape(-1)
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in flat]


def round_axis(unit: str, rounds: int, **more: Any) -> dict[str, Any]:
    """An axis of rounds 1 to ``rounds``, named by the scenario's unit of time."""
    step = next(
        (s for s in (1, 2, 3, 5, 6, 10, 12, 20, 24, 50) if rounds / s <= 8), max(1, rounds // 8)
    )
    ticks = [1, *range(step, rounds + 1, step)] if step > 1 else list(range(1, rounds + 1))
    return axis(
        tickvals=ticks,
        ticktext=[str(tick) for tick in ticks],
        title={"text": plain(unit), "standoff": 6, "font": {"size": 12, "color": MUTED}},
        **more,
    )


def figure_json(drawing: Plotted, isolation: Isolation) -> str:
    """A drawing as JSON that may stand inside a page: no character in it can end a script.

    No text in it can turn round what stands beside it.
    """
    parts = drawing.to_plotly_json()
    layout = {name: one for name, one in parts["layout"].items() if name != "template"}
    content = _listed(
        {"data": parts["data"], "layout": layout}, lambda text: _isolated(text, isolation)
    )
    text = json.dumps(content, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _isolated(text: str, isolation: Isolation) -> str:
    """The text of a drawing, its lines and signs written as plotly reads them, with isolates."""
    text = tied(text)
    bare = html.unescape(text.replace("<br>", "\n"))
    shown = isolation(bare)
    return text if shown == bare else plain(shown).replace("\n", "<br>")


def _listed(value: Any, said: Callable[[str], str]) -> Any:
    """Arrays as lists, nan as null, texts as ``said`` writes them, everything else as it is."""
    if isinstance(value, str):
        return said(value)
    if isinstance(value, Mapping):
        return {key: _listed(one, said) for key, one in value.items()}
    if isinstance(value, np.ndarray):
        return _listed(value.tolist(), said)
    if isinstance(value, (list, tuple)):
        return [_listed(one, said) for one in value]
    if isinstance(value, np.generic):
        return _listed(value.item(), said)
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
