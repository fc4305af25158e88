"""What each mechanism changes: probability with it on minus off, against what the account says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from offramp.presentation.drawing import axis, bare, plain, short
from offramp.presentation.gallery import Figure, Key, Table
from offramp.presentation.mechanics import Effect, Mechanism, mechanisms_of
from offramp.presentation.palette import INK, KINDS, MUTED, RULE, TRACK
from offramp.presentation.wording import percent, points

if TYPE_CHECKING:
    from offramp.analysis.findings import Findings

ROW = 52


def _pairs(findings: Findings) -> list[tuple[Mechanism, Effect]]:
    return [(one, effect) for one in mechanisms_of(findings) for effect in one.effects]


def _caption(findings: Findings) -> str:
    return (
        "One row per mechanism and kind of end for which the account states a direction. The mark "
        "shows by how many percentage points the probability of that end differs between the "
        "mechanism being on and being off, all other assumptions at their nominal values: to the "
        "right of the middle line it is higher with the mechanism on. A filled mark has the "
        "direction that the account states, a hollow one has not."
    )


def _plot(findings: Findings) -> go.Figure | None:
    pairs = _pairs(findings)
    if not pairs:
        return None
    reach = max(0.01, *(abs(effect.change) for _, effect in pairs)) * 1.15
    drawing = go.Figure(layout=bare(ROW * len(pairs) + 44))
    drawing.update_layout(
        xaxis=axis(range=[-reach, reach], tickformat="+.1~%", nticks=7),
        yaxis={"visible": False, "range": [-0.45, len(pairs) - 0.2], "fixedrange": True},
    )
    drawing.add_vline(x=0, line={"color": MUTED, "width": 1})
    for position, (mechanism, effect) in enumerate(pairs):
        _draw(drawing, mechanism, effect, float(len(pairs) - 1 - position), reach)
    return drawing


def _draw(drawing: go.Figure, mechanism: Mechanism, effect: Effect, y: float, reach: float) -> None:
    colour = KINDS.get(effect.kind, INK)
    drawing.add_hline(y=y, line={"color": TRACK, "width": 1.5}, layer="below")
    drawing.add_scatter(x=short([0, effect.change]), y=[y, y], mode="lines", hoverinfo="skip",
                        line={"color": colour, "width": 4})  # fmt: skip
    drawing.add_scatter(
        x=short([effect.change]), y=[y], mode="markers", hoverinfo="text",
        hovertext=[plain(f"{mechanism.label}, {effect.kind}: {points(effect.change)}")],
        marker={"size": 13, "color": colour if effect.held else "#fff",
                "line": {"color": colour, "width": 2.5}},
    )  # fmt: skip
    for text, where, tint in (
        (mechanism.label, {"x": 0, "xanchor": "left", "xref": "paper"}, INK),
        (f"{effect.kind} {points(effect.change)}",
         {"x": 1, "xanchor": "right", "xref": "paper"}, MUTED),
    ):  # fmt: skip
        drawing.add_annotation(text=plain(text), y=y, yref="y", yshift=19, showarrow=False,
                               font={"size": 13, "color": tint}, bgcolor="rgba(255,255,255,0.75)",
                               borderpad=1, **where)  # fmt: skip


def _table(findings: Findings) -> Table | None:
    rows = [
        (one.label, effect.kind, effect.stated, points(effect.change), effect.verdict,
         percent(effect.share) if effect.draws else "")
        for one, effect in _pairs(findings)
    ]  # fmt: skip
    columns = ("Mechanism", "Kind of end", "The account says", "Change, on against off",
               "Verdict at nominal values", "Same sign, share of combinations solved")  # fmt: skip
    note = ("The last column describes the assumptions, not the world; other ranges give "
            "another figure.")  # fmt: skip
    return Table(columns, tuple(rows), frozenset({3, 5}), note) if rows else None


def _keys(findings: Findings) -> list[Key]:
    kinds = dict.fromkeys(effect.kind for _, effect in _pairs(findings))
    return [Key("dot", MUTED, "as the account says"), Key("ring", MUTED, "not as the account says"),
            *(Key("box", KINDS.get(kind, RULE), kind) for kind in kinds)]  # fmt: skip


FIGURE = Figure(
    "mechanism_changes", "What each mechanism changes", 70, _caption, _plot, _table,
    section="mechanisms", keys=_keys,
)  # fmt: skip
