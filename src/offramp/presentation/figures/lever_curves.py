"""Lever curves: the wanted end, and war, as each lever alone goes to its limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from offramp.presentation import facts
from offramp.presentation.drawing import axis, bare, plain, short
from offramp.presentation.gallery import Figure, Key, Panel, Table
from offramp.presentation.palette import KINDS, MUTED
from offramp.presentation.plots import Plot
from offramp.presentation.sections.offramps import asked_of
from offramp.presentation.text.numbers import figure_of, listed, percent
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.offramps.curves import LeverCurve
    from offramp.study.offramps.records import OffRamps
    from offramp.study.runs.findings import Findings

TICKS = [0, 0.25, 0.5, 0.75, 1]
MOST = 24
"""Levers that are drawn."""


def _caption(findings: Findings) -> str:
    del findings
    return (
        "One panel for each lever. From left to right it alone is moved from its nominal value to "
        "its limit, all else at the nominal values and all play decided anew; the lines are the "
        "probabilities of the end that is aimed at and of war and catastrophe. "
        "All levers are shown, also those that are left out of the changes because they raise "
        "another party's harm."
    )


def _curves(findings: Findings) -> list[tuple[OffRamps, LeverCurve]]:
    return [(one, curve) for one in asked_of(findings) for curve in one.curves]


def _plot(findings: Findings) -> list[Panel] | None:
    panels = [
        Panel(plain(curve.label), curve_drawing(asked, curve), _note(findings, curve))
        for asked, curve in _curves(findings)[:MOST]
    ]
    return panels or None


def curve_drawing(asked: OffRamps, curve: LeverCurve) -> Plot:
    """The two probabilities along one lever, dots where it has options or steps."""
    values = np.asarray(curve.values, float)
    low, high = float(values.min()), float(values.max())
    margin = 0.06 * (high - low) or 0.5
    across: dict[str, Any] = {"range": [low - margin, high + margin], "nticks": 5}
    if curve.options:
        across |= {
            "tickvals": values.tolist(),
            "ticktext": [plain(spoken(curve.option(i))) for i in range(len(values))],
        }
    unit = f", {curve.unit}" if curve.unit and curve.unit != "1" else ""
    title = {"text": plain(f"{curve.called}{unit}"), "standoff": 6}
    drawing = Plot(
        layout=bare(
            210,
            margin={"l": 44, "r": 12, "t": 8, "b": 42},
            xaxis=axis(**across, title=title | {"font": {"size": 12, "color": MUTED}}),
            yaxis=axis(
                range=[-0.03, 1.03],
                tickvals=TICKS,
                ticktext=[f"{100 * one:.0f} %" for one in TICKS],
            ),
        )
    )
    drawing.add_hline(y=asked.at_least, line={"color": MUTED, "width": 1, "dash": "dash"})
    for shares, kind in ((curve.probability, "agreement"), (curve.danger, "war")):
        drawing.add_scatter(
            x=short(values),
            y=short(shares),
            mode="markers" if curve.options else "lines",
            hoverinfo="skip",
            line={"color": KINDS[kind], "width": 2.2},
            marker={"color": KINDS[kind], "size": 9},
        )
    return drawing


def _note(findings: Findings, curve: LeverCurve) -> str:
    return f"held by {_held_by(findings, curve)}"


def _held_by(findings: Findings, curve: LeverCurve) -> str:
    return listed([facts.party_label(findings, name) for name in curve.holders])


def _table(findings: Findings) -> Table | None:
    rows = []
    for _, curve in _curves(findings):
        last = len(curve.values) - 1
        for place in dict.fromkeys(round(last * part) for part in (0, 0.25, 0.5, 0.75, 1)):
            rows.append(
                (
                    curve.label,
                    _held_by(findings, curve),
                    spoken(curve.option(place)) or figure_of(float(curve.values[place])),
                    figure_of(float(curve.effort[place])),
                    _share(curve.probability[place]),
                    _share(curve.danger[place]),
                )
            )
    columns = ("Lever", "Held by", "At", "Effort", "Probability", "War and catastrophe")
    return Table(columns, tuple(rows), frozenset({3, 4, 5})) if rows else None


def _share(value: float) -> str:
    return percent(float(value)) if np.isfinite(value) else "not solved"


def _keys(findings: Findings) -> list[Key]:
    del findings
    return [
        Key("line", KINDS["agreement"], "the end that is aimed at"),
        Key("line", KINDS["war"], "war and catastrophe"),
        Key("dash", MUTED, "what was asked for"),
    ]


FIGURE = Figure(
    "lever_curves",
    "What each lever does on the way to its limit",
    91,
    _caption,
    _plot,
    _table,
    section="offramps",
    keys=_keys,
)
