"""A chart as a plotly figure, for notebooks and for whoever wants to point at a number."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from offramp.core.directions import Isolation
from offramp.study.charts.data import TONES, Area, Axis, Chart, Dots, Line, Words

if TYPE_CHECKING:
    import plotly.graph_objects as go

INK, MUTED, TRACK = "#1d2329", "#5a6570", "#e9edf0"


def draw_chart(chart: Chart) -> go.Figure:
    """The same axes, marks and colours as the SVG; the caption is not part of it."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for mark in chart.marks:
        if isinstance(mark, Words):
            figure.add_annotation(
                x=mark.x, y=mark.y, text=_clean(mark.text), showarrow=False,
                xanchor={"start": "left", "end": "right"}.get(mark.align, "center"),
            )  # fmt: skip
        else:
            figure.add_scatter(
                x=_listed(mark.x), y=_listed(mark.y), name=_clean(mark.name),
                showlegend=bool(mark.name), **_style(mark),
            )  # fmt: skip
    return figure.update_layout(
        title=_clean(chart.title), height=440, font={"color": INK}, template="none",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis=_axis(chart.x), yaxis=_axis(chart.y), margin={"l": 70, "r": 20, "t": 110, "b": 60},
    )  # fmt: skip


def _clean(text: str) -> str:
    """A text as plotly shows it: escaped, and unable to turn round what stands beside it."""
    return html.escape(Isolation()(text))


def _style(mark: Line | Area | Dots) -> dict[str, Any]:
    colour = TONES[mark.tone]
    if isinstance(mark, Area):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        return {"mode": "lines", "fill": "toself", "fillcolor": f"rgba({red},{green},{blue},0.3)",
                "line": {"width": 0, "color": colour}, "hoverinfo": "skip"}  # fmt: skip
    if isinstance(mark, Dots):
        symbol = "circle-open" if mark.hollow else "circle"
        return {"mode": "markers", "marker": {"color": colour, "size": 9, "symbol": symbol}}
    dash = "dash" if mark.dashed else "solid"
    return {"mode": "lines", "line": {"color": colour, "width": 2.2, "dash": dash}}


def _axis(axis: Axis) -> dict[str, Any]:
    return {"title": {"text": _clean(axis.title)}, "range": [axis.low, axis.high],
            "tickvals": list(axis.marks()), "gridcolor": TRACK, "zeroline": False,
            "tickfont": {"color": MUTED}}  # fmt: skip


def _listed(values: tuple[float, ...]) -> list[float | None]:
    return [value if value == value else None for value in values]
