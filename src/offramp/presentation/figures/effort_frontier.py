"""How likely agreement becomes for how much effort, for each set of holders by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from offramp.presentation import facts
from offramp.presentation.drawing import axis, bare, plain, short
from offramp.presentation.gallery import Figure, Key, Panel, Table
from offramp.presentation.palette import ACCENT, INK, KINDS, MUTED, PAPER
from offramp.presentation.plots import Plot
from offramp.presentation.sections.offramps import asked_of, title_of
from offramp.presentation.text.numbers import figure_of, listed, percent
from offramp.presentation.text.offramps import aim_in_words

if TYPE_CHECKING:
    from offramp.study.offramps.records import Frontier, OffRamps
    from offramp.study.runs.findings import Findings

TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1]
ROWS = 12
"""Rows of the table for each set of holders."""


def _caption(findings: Findings) -> str:
    return (
        "One panel for each set of parties that hold levers together. From left to right their "
        "effort grows; the line shows the highest probability of the wanted end that was found "
        "for that effort or less. Where it is flat, more effort brings nothing; the dashed line "
        "is what was asked for, and dots are the changes listed here. Efforts in different panels "
        "are in different units and cannot be compared."
    )


def _panels(findings: Findings) -> list[tuple[OffRamps, Frontier]]:
    return [
        (one, front)
        for one in asked_of(findings)
        for front in one.frontier
        if len(front.effort) > 1
    ]


def _plot(findings: Findings) -> list[Panel] | None:
    labels = {name: facts.party_label(findings, name) for name in findings.scenario.parties}
    found = [effort_panel(asked, front, labels) for asked, front in _panels(findings)]
    return found or None


def _axes(reach: float) -> dict[str, Any]:
    """Effort up to ``reach`` along the foot, probability upwards."""
    return bare(
        240,
        margin={"l": 48, "r": 12, "t": 8, "b": 42},
        xaxis=axis(
            range=[-0.02 * reach, reach],
            nticks=6,
            title={"text": "effort", "standoff": 6, "font": {"size": 12, "color": MUTED}},
        ),
        yaxis=axis(
            range=[-0.02, 1.03], tickvals=TICKS, ticktext=[f"{100 * one:.0f} %" for one in TICKS]
        ),
    )


def effort_panel(asked: OffRamps, front: Frontier, labels: Mapping[str, str]) -> Panel:
    """The highest probability found up to each effort of one set of holders."""
    drawing = Plot(layout=_axes(float(max(front.effort)) * 1.04 or 1.0))
    drawing.add_hline(y=asked.at_least, line={"color": MUTED, "width": 1.2, "dash": "dash"})
    drawing.add_scatter(
        x=short(front.effort),
        y=short(front.probability),
        mode="lines",
        line={"color": KINDS["agreement"], "width": 2.5, "shape": "hv"},
        hoverinfo="skip",
    )
    own = [
        ramp
        for ramp in asked.found
        if ramp.effort
        and {*ramp.holders} == {*front.holders}
        and len(set(ramp.effort.values())) == 1
    ]
    drawing.add_scatter(
        x=short([max(ramp.effort.values()) for ramp in own]),
        y=short([ramp.after for ramp in own]),
        mode="markers",
        hoverinfo="text",
        hovertext=[plain(title_of(ramp)) for ramp in own],
        marker={"size": 11, "color": ACCENT, "line": {"color": PAPER, "width": 1.5}},
    )
    whose = listed([labels[name] for name in front.holders])
    return Panel(whose, drawing, f"probability of {aim_in_words(asked.outcome)}")


def _whose(findings: Findings, front: Frontier) -> str:
    return listed([facts.party_label(findings, name) for name in front.holders])


def _table(findings: Findings) -> Table | None:
    rows = []
    for _, front in _panels(findings):
        step = max(1, len(front.effort) // ROWS)
        kept = [*range(0, len(front.effort) - 1, step), len(front.effort) - 1]
        rows += [
            (
                _whose(findings, front),
                figure_of(float(front.effort[i])),
                percent(float(front.probability[i])),
            )
            for i in kept
        ]
    columns = ("Held by", "Effort up to", "Highest probability found")
    return Table(columns, tuple(rows), frozenset({1, 2})) if rows else None


def _keys(findings: Findings) -> list[Key]:
    return [
        Key("line", KINDS["agreement"], "highest probability found"),
        Key("dash", INK, "what was asked for"),
        Key("dot", ACCENT, "a change listed here"),
    ]


FIGURE = Figure(
    "effort_frontier",
    "How far effort leads",
    92,
    _caption,
    _plot,
    _table,
    section="offramps",
    keys=_keys,
)
