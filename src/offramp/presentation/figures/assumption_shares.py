"""How much of the spread comes from each assumption, alone and together with others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation.drawing import annotation, bare, plain, rail, share_axis, short, stacked
from offramp.presentation.gallery import Figure, Key, Panel, Table
from offramp.presentation.palette import ACCENT, INK, MUTED, PAPER, clear
from offramp.presentation.plots import Plot
from offramp.presentation.sections.sensitivity import found_of, labels_of
from offramp.presentation.text.numbers import between, figure_of, percent

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings
    from offramp.study.sensitivity.indices import Indices

SHOWN = 12


def _caption(findings: Findings) -> str:
    return (
        "One row per assumption. The bar is the part of the spread that would go, on average, if "
        "this assumption alone were known: long bars are worth finding out about. The ring is the "
        "part that would stay if all the others were known; where it lies to the right of its bar, "
        "the assumption works together with others. Where the combinations tried do not tell, the "
        "ring stands at the end of the bar. Thin lines are 95 % intervals; they allow for what the "
        "combinations tried do not tell. "
        "The shares describe the assumptions, not the world; other ranges give other shares."
    )


def _indices(findings: Findings) -> list[tuple[str, Indices]]:
    return [
        (one.words, one.indices)
        for one in found_of(findings)
        if one.indices is not None and not one.indices.withheld
    ]


def _order(one: Indices) -> list[int]:
    return [int(i) for i in np.argsort(-np.nan_to_num(one.first), kind="stable")[:SHOWN]]


def _plot(findings: Findings) -> list[Panel] | None:
    found, known = _indices(findings), labels_of(findings)
    panels = [
        Panel(words.capitalize() if len(found) > 1 else "", draw_shares(one, known))
        for words, one in found
    ]
    return panels or None


def draw_shares(one: Indices, known: Mapping[str, str]) -> Plot:
    """A row for each assumption or group, called as ``known`` says."""
    names, order = list(one.groups), _order(one)
    labels = [known.get(names[i], names[i]) for i in order]
    heights, layout = stacked(labels)
    whole, rails = {**share_axis(), "range": [-0.02, 1.04]}, [rail(y) for y in heights]
    drawing = Plot(layout=bare(**layout, xaxis=whole, shapes=rails))
    for i, label, y in zip(order, labels, heights, strict=True):
        first, total = _clip(one.first[i]), _clip(one.total[i])
        said = plain(f"{label}: {percent(first)} alone, {percent(total)} with others")
        drawing.add_scatter(
            x=short([0, first]),
            y=[y, y],
            mode="lines",
            hoverinfo="text",
            hovertext=[said] * 2,
            line={"color": clear(ACCENT, 0.7), "width": 10},
        )
        for ends, line, colour, width in (
            (one.first_interval[i], y, INK, 1.5),
            (one.total_interval[i], y - 7, MUTED, 1),
        ):
            drawing.add_scatter(
                x=short([_clip(v) for v in ends]),
                y=[line, line],
                mode="lines",
                hoverinfo="skip",
                line={"color": colour, "width": width},
            )
        drawing.add_scatter(
            x=short([total]),
            y=[y - 7],
            mode="markers",
            hoverinfo="skip",
            marker={"size": 8, "color": PAPER, "line": {"color": MUTED, "width": 1.8}},
        )
        drawing.add_annotation(annotation(label, y, INK, x=0, xanchor="left", xref="x"))
        end = annotation(percent(first), y, MUTED, x=1, xanchor="right", xref="paper")
        drawing.add_annotation(end)
    return drawing


def _clip(value: float) -> float:
    return float(np.clip(value, 0, 1))


def _table(findings: Findings) -> Table | None:
    rows = []
    for _, one in _indices(findings):
        names = list(one.groups)
        for i in _order(one):
            left = np.sqrt(max(0.0, one.variance - float(one.knowing[i])))
            rows.append(
                (
                    names[i],
                    percent(_clip(one.first[i])),
                    between(*(_clip(v) for v in one.first_interval[i])),
                    percent(_clip(one.total[i])),
                    between(*(_clip(v) for v in one.total_interval[i])),
                    f"{figure_of(float(np.sqrt(one.variance)), 2)} to {figure_of(float(left), 2)}",
                )
            )
    columns = (
        "Assumption",
        "Alone",
        "Interval",
        "With others",
        "Interval",
        "Standard deviation, if it were known",
    )
    return Table(columns, tuple(rows), frozenset({1, 2, 3, 4, 5})) if rows else None


def _keys(findings: Findings) -> list[Key]:
    del findings
    return [
        Key("bar", ACCENT, "alone"),
        Key("ring", MUTED, "together with others"),
        Key("line", INK, "interval"),
    ]


FIGURE = Figure(
    "assumption_shares",
    "Where the spread comes from",
    81,
    _caption,
    _plot,
    _table,
    section="sensitivity",
    keys=_keys,
)
