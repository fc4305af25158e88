"""What each assumption does near the nominal values: a bar for half the width of its range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation.drawing import annotation, axis, bare, plain, rail, short, stacked
from offramp.presentation.gallery import Figure, Key, Panel, Table
from offramp.presentation.palette import INK, MUTED, account_colours
from offramp.presentation.plots import Plot
from offramp.presentation.sections.offramps import signed
from offramp.presentation.sections.sensitivity import found_of, labels_of
from offramp.presentation.text.numbers import figure_of
from offramp.study.solving.labels import assumption_words

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings
    from offramp.study.sensitivity.hanging_on import LocalSlope, Sensitivity

SHOWN = 12
RISE, FALL = account_colours(2)


def _caption(findings: Findings) -> str:
    return (
        "One row per assumption, the one with the longest reach on top. The bar shows how far the "
        "quantity moves if the assumption rises from its nominal value by half the width of its "
        "range, following its slope there: to the right the quantity grows, to the left it "
        "shrinks. It is a straight line drawn on from the nominal values, not a result at the end "
        "of the range."
    ) + (
        " Numbers are percentage points of the probability."
        if all(one.is_probability for one in found_of(findings))
        else ""
    )


def _rows(one: Sensitivity) -> list[LocalSlope]:
    return [row for row in one.local if np.isfinite(row.change)][:SHOWN]


def _plot(findings: Findings) -> Plot | list[Panel] | None:
    found, known = found_of(findings), labels_of(findings)
    panels = [
        Panel(one.words.capitalize() if len(found) > 1 else "", draw_slopes(one, known))
        for one in found
        if _rows(one)
    ]
    return panels or None


def draw_slopes(one: Sensitivity, known: Mapping[str, str]) -> Plot:
    """A row for each assumption with a slope and a range, called as ``known`` says."""
    rows = _rows(one)
    labels = [known.get(row.assumption, row.assumption) for row in rows]
    heights, layout = stacked(labels)
    scale = 100 if one.is_probability else 1
    reach = 1.15 * scale * max(1e-9, *(abs(row.change) for row in rows))
    drawing = Plot(
        layout=bare(
            **layout, xaxis=axis(range=[-reach, reach], nticks=6), shapes=[rail(y) for y in heights]
        )
    )
    drawing.add_vline(x=0, line={"color": MUTED, "width": 1})
    for row, label, y in zip(rows, labels, heights, strict=True):
        told = signed(scale * row.change)
        said = plain(f"{label}: {told}")
        drawing.add_scatter(
            x=short([0, scale * row.change]),
            y=[y, y],
            mode="lines",
            hoverinfo="text",
            hovertext=[said] * 2,
            line={"color": RISE if row.change >= 0 else FALL, "width": 10},
        )
        drawing.add_annotation(annotation(label, y, INK, x=0, xanchor="left", xref="paper"))
        drawing.add_annotation(annotation(told, y, MUTED, x=1, xanchor="right", xref="paper"))
    return drawing


def _table(findings: Findings) -> Table | None:
    rows = [
        (
            assumption_words(findings.scenario, row.assumption),
            row.assumption,
            figure_of(row.nominal),
            figure_of(row.half_width),
            figure_of(row.slope),
            signed(row.change),
            figure_of(row.elasticity),
        )
        for one in found_of(findings)
        for row in _rows(one)
    ]
    columns = (
        "Assumption",
        "Name",
        "Nominal",
        "Half the range",
        "Slope",
        "Reach of the bar",
        "Per cent for a per cent",
    )
    return Table(columns, tuple(rows), frozenset({2, 3, 4, 5, 6})) if rows else None


def _keys(findings: Findings) -> list[Key]:
    del findings
    return [
        Key("box", RISE, "grows with the assumption"),
        Key("box", FALL, "shrinks with the assumption"),
    ]


FIGURE = Figure(
    "assumption_slopes",
    "What each assumption does near the nominal values",
    80,
    _caption,
    _plot,
    _table,
    section="sensitivity",
    keys=_keys,
)
