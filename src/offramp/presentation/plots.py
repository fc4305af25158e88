"""A drawing as plotly reads it in the page: plain dictionaries, which nothing validates.

Plotly's own objects look every property up in its schema; for a report that is a large part of
the whole work. A test holds all figures to that schema instead. Whoever wants plotly's object
asks for it (`Plot.to_plotly`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import plotly.graph_objects as go

Part = dict[str, Any]


class Plotted(Protocol):
    """What stands in a report as a drawing: a `Plot`, or a figure of plotly's own."""

    def to_plotly_json(self) -> Part:
        """``data`` and ``layout`` as plotly.js reads them."""
        ...

    def to_html(self, **options: Any) -> str:
        """See plotly's method of that name."""
        ...


class Plot:
    """Traces, and the layout that they stand in; methods are called as in plotly."""

    def __init__(self, data: Iterable[Part] = (), layout: Part | None = None) -> None:
        self.data: list[Part] = list(data)
        self.layout: Part = dict(layout or {})

    def add_traces(self, traces: Iterable[Part]) -> None:
        """Further traces, each with its type."""
        self.data += traces

    def add_scatter(self, **trace: Any) -> None:
        """Dots, lines or areas."""
        self.data.append({"type": "scatter", **trace})

    def add_bar(self, **trace: Any) -> None:
        """Bars."""
        self.data.append({"type": "bar", **trace})

    def add_heatmap(self, **trace: Any) -> None:
        """Cells in shades."""
        self.data.append({"type": "heatmap", **trace})

    def add_annotation(self, words: Part) -> None:
        """Words at a place."""
        self.layout["annotations"] = [*self.layout.get("annotations", ()), words]

    def add_shape(self, shape: Part) -> None:
        """A line or a rectangle."""
        self.layout["shapes"] = [*self.layout.get("shapes", ()), shape]

    def add_vline(self, x: float, line: Part) -> None:
        """A line over the whole height at a number of the horizontal axis."""
        ends = {"x0": x, "x1": x, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain"}
        self.add_shape({"type": "line", **ends, "line": line})

    def add_hline(self, y: float, line: Part) -> None:
        """A line over the whole width at a number of the vertical axis."""
        ends = {"x0": 0, "x1": 1, "xref": "x domain", "y0": y, "y1": y, "yref": "y"}
        self.add_shape({"type": "line", **ends, "line": line})

    def update_layout(self, **layout: Any) -> None:
        """Set parts of the layout that it lacks so far."""
        self.layout |= layout

    def to_plotly_json(self) -> Part:
        """``data`` and ``layout`` as plotly.js reads them."""
        return {"data": self.data, "layout": self.layout}

    def to_plotly(self) -> go.Figure:
        """The same as a figure of plotly's own, validated, without a template."""
        import plotly.graph_objects as go

        drawing = go.Figure(data=self.data, layout=self.layout)
        drawing.layout.template = None
        return drawing

    def to_html(self, **options: Any) -> str:
        """See plotly's method of that name."""
        return self.to_plotly().to_html(**options)
