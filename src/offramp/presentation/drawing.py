"""Drawing helpers that every figure shares: a bare layout, rows with dot and interval, bands."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from offramp.presentation.facts import Spread
from offramp.presentation.gallery import Key
from offramp.presentation.palette import INK, MUTED, RULE, TRACK, clear

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
ROW = 58
"""Height of one row, in pixels: the label above, the marks below."""
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


def bare(height: int, **layout: Any) -> go.Layout:
    """A layout without ornaments; the width is the page's."""
    given: dict[str, Any] = {
        "height": height,
        "autosize": True,
        "margin": {"l": 8, "r": 12, "t": 6, "b": 34},
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": RULE, "font": {"color": INK}},
        "dragmode": False,
    }
    return go.Layout({**given, **layout})


def axis(**more: Any) -> dict[str, Any]:
    """A quiet axis: thin grid, no zero line, no zoom."""
    return {
        "gridcolor": TRACK, "linecolor": RULE, "zeroline": False, "fixedrange": True,
        "tickfont": {"color": MUTED, "size": 12}, **more,
    }  # fmt: skip


def share_axis(**more: Any) -> dict[str, Any]:
    """An axis from 0 to 100 %."""
    return axis(
        range=[-0.012, 1.012], tickvals=[0, 0.25, 0.5, 0.75, 1],
        ticktext=["0", "25 %", "50 %", "75 %", "100 %"], **more,
    )  # fmt: skip


def draw_rows(rows: Sequence[Row], scale: Mapping[str, Any], low: float) -> go.Figure:
    """Rows of dot, interval, median and single draws; ``low`` is where labels begin."""
    drawing = go.Figure(layout=bare(ROW * len(rows) + 40, xaxis=dict(scale)))
    drawing.update_layout(
        yaxis={"visible": False, "range": [-0.45, len(rows) - 0.2], "fixedrange": True}
    )
    for position, row in enumerate(rows):
        _draw_row(drawing, row, float(len(rows) - 1 - position), low)
    return drawing


def _draw_row(drawing: go.Figure, row: Row, y: float, low: float) -> None:
    drawing.add_hline(y=y, line={"color": TRACK, "width": 1.5}, layer="below")
    hover = f"{plain(row.label)}: {plain(row.text)}"
    if row.spread.known:
        marks = quantile_marks(row.spread.values)
        _trace(drawing, marks, [y] * len(marks), mode="markers", marker=_tick(row.colour, 13, 1),
               opacity=0.16 if len(marks) > 60 else 0.35)  # fmt: skip
        ends = [row.spread.low, row.spread.high]
        _trace(drawing, ends, [y, y], mode="lines",
               line={"color": clear(row.colour, 0.55), "width": 7})  # fmt: skip
        _trace(drawing, [row.spread.middle], [y], mode="markers", marker=_tick(INK, 17, 2))
    if np.isfinite(row.spread.nominal):
        _trace(drawing, [row.spread.nominal], [y], mode="markers", hoverinfo="text", text=[hover],
               marker={"size": 12, "color": row.colour, "line": {"color": "#fff", "width": 2}})  # fmt: skip
    _write(drawing, row.label, y, xref="x", x=low, xanchor="left", color=INK)
    _write(drawing, row.text, y, xref="paper", x=1, xanchor="right", color=MUTED)


def _trace(drawing: go.Figure, x: Sequence[float], y: Sequence[float], **more: Any) -> None:
    drawing.add_scatter(x=short(x), y=list(y), **{"hoverinfo": "skip", **more})


def _tick(colour: str, size: int, width: float) -> dict[str, Any]:
    return {"symbol": "line-ns-open", "size": size, "color": colour,
            "line": {"width": width, "color": colour}}  # fmt: skip


def _write(drawing: go.Figure, text: str, y: float, *, color: str, **where: Any) -> None:
    drawing.add_annotation(
        text=plain(text), y=y, yref="y", yshift=21, showarrow=False,
        font={"size": 13, "color": color}, bgcolor="rgba(255,255,255,0.75)", borderpad=1, **where,
    )  # fmt: skip


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
    return axis(tickvals=ticks, ticktext=[str(tick) for tick in ticks],
                title={"text": plain(unit), "standoff": 6, "font": {"size": 12, "color": MUTED}},
                **more)  # fmt: skip


def figure_json(drawing: go.Figure) -> str:
    """A drawing as JSON that may stand inside a page: no character in it can end a script."""
    drawing.layout.template = None
    text = json.dumps(_listed(drawing.to_plotly_json()), allow_nan=False, ensure_ascii=False,
                      separators=(",", ":"))  # fmt: skip
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _listed(value: Any) -> Any:
    """Arrays as lists, nan as null, everything else as it is."""
    if isinstance(value, Mapping):
        return {key: _listed(one) for key, one in value.items()}
    if isinstance(value, np.ndarray):
        return _listed(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_listed(one) for one in value]
    if isinstance(value, np.generic):
        return _listed(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
