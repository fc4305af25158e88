"""The figure of a sensitivity: shares of variance, and a tornado of changes near nominal values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from offramp.study.sensitivity.hanging_on import LocalSlope, Sensitivity
    from offramp.study.sensitivity.indices import Indices

INK, MUTED, RISE, FALL, TOTAL = "#1d2329", "#5a6570", "#17505c", "#d9762b", "#9aa1a8"
SHOWN = 12
ROW = 26


def draw_sensitivity(found: Sensitivity) -> go.Figure:
    """Two panels, or one where no indices are there: at most twelve rows each.

    The title is the quantity; the text under it says how each panel is read.
    """
    from plotly.subplots import make_subplots

    shown = found.indices is not None and not found.indices.withheld
    local = [one for one in found.local if np.isfinite(one.change)][:SHOWN]
    headings = ["Share of the variance over all ranges"] if shown else []
    figure = make_subplots(
        rows=1, cols=1 + shown, horizontal_spacing=0.28,
        subplot_titles=[*headings, "Change for half the width of each range, by the slope"],
    )  # fmt: skip
    if shown and found.indices is not None:
        _draw_shares(figure, found.indices)
    _draw_tornado(figure, local, 1 + shown)
    rows = max(len(local), min(SHOWN, len(found.indices.groups)) if found.indices else 0, 3)
    figure.update_layout(
        title=f"What the {found.words} hangs on", height=150 + ROW * rows, showlegend=shown,
        plot_bgcolor="rgba(0,0,0,0)", paper_bgcolor="rgba(0,0,0,0)", font={"color": INK},
        legend={"orientation": "h", "y": -0.12}, barmode="overlay",
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", automargin=True)
    return figure


def caption(found: Sensitivity) -> str:
    """How the figure is read, for a reader who knows no statistics."""
    told = []
    if found.indices is not None and not found.indices.withheld:
        told.append(
            "Dots: the part of the variance that would go if this assumption alone were known; "
            "rings: the part that would stay if all others were known, where the combinations "
            "tried tell it from the dot; lines: 95 % intervals."
        )
    told.append(
        "Bars: the slope at nominal values times half the width of the assumption's range; a "
        "straight line drawn on, not a result at the end of the range."
    )
    return " ".join(told)


def _draw_shares(figure: go.Figure, indices: Indices) -> None:
    """Dots for first order, rings for total, each with its interval."""
    names = list(indices.groups)
    order = np.argsort(-indices.total, kind="stable")[:SHOWN]
    kinds = (
        ("alone", "circle", RISE, indices.first, indices.first_interval),
        ("with others", "circle-open", TOTAL, indices.total, indices.total_interval),
    )
    for name, symbol, colour, value, interval in kinds:
        error: dict[str, Any] = {
            "type": "data", "symmetric": False, "color": colour, "thickness": 1.5, "width": 0,
            "array": interval[order, 1] - value[order],
            "arrayminus": value[order] - interval[order, 0],
        }  # fmt: skip
        figure.add_scatter(
            x=value[order], y=[names[i] for i in order], error_x=error, name=name, mode="markers",
            marker={"symbol": symbol, "size": 9, "color": colour}, row=1, col=1,
        )  # fmt: skip
    figure.update_xaxes(tickformat=".0%", row=1, col=1)


def _draw_tornado(figure: go.Figure, local: list[LocalSlope], column: int) -> None:
    """One bar an assumption, from 0 to the change for a rise; the colour is its direction."""
    figure.add_bar(
        x=[one.change for one in local], y=[one.assumption for one in local], orientation="h",
        marker={"color": [RISE if one.change >= 0 else FALL for one in local]},
        showlegend=False, row=1, col=column,
    )  # fmt: skip
    figure.update_xaxes(zeroline=True, zerolinecolor=MUTED, row=1, col=column)
