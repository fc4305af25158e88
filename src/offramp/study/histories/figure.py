"""The figure of turning points: how far each move raises or lowers the probability of an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.study.solving.saying import spoken

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from offramp.study.histories.retelling import Retold

INK, RISE, FALL = "#1d2329", "#17505c", "#d9762b"
ROW = 26
CAPTION = (
    "One panel for each end. A bar is a move: to the right it raises the probability of that end, "
    "to the left it lowers it, on average over the times that it is made. The moves at the top "
    "decide most: what each changes counts as often as it is made."
)


def draw_turning_points(told: Retold) -> go.Figure:
    """A panel an outcome, its moves from the one that decides most downwards."""
    from plotly.subplots import make_subplots

    outcomes = list(dict.fromkeys(one.outcome for one in told.turning))
    figure = make_subplots(
        rows=max(1, len(outcomes)), cols=1, subplot_titles=[spoken(o) for o in outcomes] or None
    )
    for row, outcome in enumerate(outcomes, 1):
        own = [one for one in told.turning if one.outcome == outcome]
        figure.add_bar(
            x=[one.change for one in own],
            y=[one.label if one.by == "nature" else f"{one.by}: {one.label}" for one in own],
            orientation="h", marker={"color": [RISE if p.change > 0 else FALL for p in own]},
            customdata=[one.uses for one in own], showlegend=False,
            hovertemplate="%{x:+.1%} by a use, %{customdata:.2g} uses<extra></extra>",
            row=row, col=1,
        )  # fmt: skip
    figure.update_xaxes(tickformat="+.0%", zeroline=True)
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_layout(
        title="Turning points", height=140 + ROW * len(told.turning) + 50 * len(outcomes),
        plot_bgcolor="rgba(0,0,0,0)", paper_bgcolor="rgba(0,0,0,0)", font={"color": INK},
    )  # fmt: skip
    return figure
