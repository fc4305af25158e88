"""The figure of off-ramps: probability against effort, a panel for each set of holders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.study.offramps.words import aim_in_words
from offramp.study.solving.saying import joined

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from offramp.study.offramps.records import OffRamps

INK, LINE, MARK, ASKED = "#1d2329", "#0f766e", "#17505c", "#9aa1a8"


def draw_frontiers(ramps: OffRamps) -> go.Figure:
    """One panel a set of holders: the highest probability found up to each effort.

    Dots are the changes found that these holders alone would make; the grey line is what was
    asked for. Efforts of different panels have different units.
    """
    from plotly.subplots import make_subplots

    panels = ramps.frontier
    titles = [joined([ramps.labels[name] for name in one.holders]) for one in panels]
    figure = make_subplots(
        rows=1, cols=max(1, len(panels)), subplot_titles=titles or None, shared_yaxes=True
    )
    for column, one in enumerate(panels, 1):
        figure.add_scatter(
            x=one.effort, y=one.probability, mode="lines", line={"color": LINE, "shape": "hv"},
            showlegend=False, row=1, col=column,
        )  # fmt: skip
        own = [ramp for ramp in ramps.found if ramp.effort and {*ramp.holders} == {*one.holders}
               and len(set(ramp.effort.values())) == 1]  # fmt: skip
        figure.add_scatter(
            x=[max(ramp.effort.values()) for ramp in own], y=[ramp.after for ramp in own],
            text=[" + ".join(change.label for change in ramp.changes) for ramp in own],
            mode="markers", marker={"color": MARK, "size": 9}, showlegend=False, row=1, col=column,
        )  # fmt: skip
        figure.update_xaxes(title_text="effort", rangemode="tozero", row=1, col=column)
    if panels:
        figure.add_hline(y=ramps.at_least, line={"color": ASKED, "dash": "dash"})
    figure.update_yaxes(tickformat=".0%", range=[0, 1])
    figure.update_layout(
        title=f"Probability of {aim_in_words(ramps.outcome)} against effort", height=360,
        plot_bgcolor="rgba(0,0,0,0)", paper_bgcolor="rgba(0,0,0,0)", font={"color": INK},
    )  # fmt: skip
    return figure


def caption(ramps: OffRamps) -> str:
    """How the figure is read."""
    return (
        "One panel for each set of parties that hold levers together. The line rises to the "
        f"highest probability of {aim_in_words(ramps.outcome)} found for an effort up to the one "
        "below it; dots are changes that reach the dashed line. Efforts in different panels have "
        "different units and are not compared."
    )
