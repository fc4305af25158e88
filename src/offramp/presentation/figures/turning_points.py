"""At which moves the probability of each end changes most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from offramp.presentation.drawing import annotation, axis, bare, plain, rail, short, stacked
from offramp.presentation.gallery import Figure, Key, Panel, Table
from offramp.presentation.palette import INK, KINDS, MUTED, account_colours
from offramp.presentation.plots import Plot
from offramp.presentation.sections.turning import Turned, move_words, points_of, turned_of, typical
from offramp.presentation.text.numbers import figure_of, points

if TYPE_CHECKING:
    from offramp.study.histories.turning import TurningPoint
    from offramp.study.runs.findings import Findings

RISE, FALL = account_colours(2)
MIXED = KINDS["stalemate"]


def _caption(findings: Findings) -> str:
    return (
        "One panel for each end of the crisis, one row for each of the moves that decide most "
        "about it. The bar shows how far the probability of that end is after the move from what "
        "it was just before, on average over the times that the move is made: to the right the "
        "move makes the end more probable, to the left less. Moves higher up decide more, because "
        "they change more or are made more often. A grey bar to both sides is a move that raises "
        "it at some times and lowers it at others, by that much. A move that ends the crisis is "
        "an end itself."
    )


def _plot(findings: Findings) -> list[Panel] | None:
    return turning_panels(turned_of(findings)) or None


def turning_panels(turned: Sequence[Turned]) -> list[Panel]:
    """A panel for each end, all on one scale."""
    sizes = (typical(one) or abs(one.change) for own in turned for one in own.points)
    reach = 1.15 * max(sizes, default=0.0)
    return [_panel(one, max(reach, 1e-6)) for one in turned]


def _panel(turned: Turned, reach: float) -> Panel:
    labels = [move_words(one) for one in turned.points]
    heights, layout = stacked(labels)
    ticks = [-0.8 * reach, 0.0, 0.8 * reach]
    scale = axis(
        range=[-reach, reach],
        tickvals=ticks,
        ticktext=["less probable", "as before", "more probable"],
    )
    drawing = Plot(layout=bare(**layout, xaxis=scale, shapes=[rail(y) for y in heights]))
    drawing.add_vline(x=0, line={"color": MUTED, "width": 1})
    for one, label, y in zip(turned.points, labels, heights, strict=True):
        size, said = typical(one), _mean(one)
        drawing.add_scatter(
            x=short([0, one.change] if size is None else [-size, size]),
            y=[y, y],
            mode="lines",
            hoverinfo="text",
            hovertext=[plain(f"{label}: {said}")] * 2,
            line={
                "color": MIXED if size is not None else RISE if one.change >= 0 else FALL,
                "width": 10,
            },
        )
        drawing.add_annotation(annotation(label, y, INK, x=0, xanchor="left", xref="paper"))
        drawing.add_annotation(
            annotation(said.partition("\u00a0")[0], y, MUTED, x=1, xanchor="right", xref="paper")
        )
    return Panel(turned.label, drawing, "change of its probability, in percentage points")


def _table(findings: Findings) -> Table | None:
    rows = [
        (
            own.label,
            move_words(one),
            _mean(one),
            points(one.largest),
            figure_of(one.uses),
            figure_of(one.decides),
        )
        for own in turned_of(findings)
        for one in own.points
    ]
    columns = ("End", "Move", "Mean change", "Largest change", "Times made", "Decides")
    note = "What a move decides is the size of its changes, summed over the times that it is made."
    return Table(columns, tuple(rows), frozenset({2, 3, 4, 5}), note) if rows else None


def _mean(one: TurningPoint) -> str:
    size = typical(one)
    return points(one.change) if size is None else f"±{points(size).removeprefix('+')}"


def _keys(findings: Findings) -> list[Key]:
    if not points_of(findings):
        return []
    return [
        Key("box", RISE, "more probable after the move"),
        Key("box", FALL, "less probable after the move"),
        Key("box", MIXED, "more at some times, less at others (typical size)"),
    ]


FIGURE = Figure(
    "turning_points", "Where it turns", 60, _caption, _plot, _table, section="turning", keys=_keys
)
