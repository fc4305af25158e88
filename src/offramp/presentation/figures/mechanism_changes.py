"""What each mechanism changes: probability with it on minus off, beside the library's guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.presentation.drawing import annotation, axis, bare, plain, rail, short, stacked
from offramp.presentation.gallery import Figure, Key, Table
from offramp.presentation.palette import INK, KINDS, MUTED, RULE
from offramp.presentation.plots import Plot
from offramp.presentation.sections.mechanisms import Effect, Mechanism, mechanisms_of
from offramp.presentation.text.numbers import GAP, MINUS, percent, points

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings

TITLE = {"text": "change in percentage points", "standoff": 6, "font": {"size": 12, "color": MUTED}}
STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)


def _pairs(findings: Findings) -> list[tuple[Mechanism, Effect]]:
    return [(one, effect) for one in mechanisms_of(findings) for effect in one.effects]


def _caption(findings: Findings) -> str:
    return (
        "One row per mechanism and kind of end for which the library expects a direction. The mark "
        "shows by how many percentage points the probability of that end differs between the "
        "mechanism being on and being off, all other assumptions at their nominal values: to the "
        "right of the middle line it is higher with the mechanism on. A filled mark has the "
        "direction that the library expects (no account states it), a hollow one has not or is "
        "under one point, which is negligible."
    )


def _plot(findings: Findings) -> Plot | None:
    pairs = _pairs(findings)
    if not pairs:
        return None
    reach = max(0.01, *(abs(effect.change) for _, effect in pairs)) * 1.15
    ticks, texts = _ticks(reach)
    heights, layout = stacked([mechanism.label for mechanism, _ in pairs], below=50)
    scale = axis(range=[-reach, reach], tickvals=ticks, ticktext=texts, title=dict(TITLE))
    drawing = Plot(layout=bare(**layout, xaxis=scale, shapes=[rail(y) for y in heights]))
    drawing.add_vline(x=0, line={"color": MUTED, "width": 1})
    for (mechanism, effect), y in zip(pairs, heights, strict=True):
        _draw(drawing, mechanism, effect, y)
    return drawing


def _ticks(reach: float) -> tuple[list[float], list[str]]:
    """Round changes on both sides of 0, and their words in percentage points."""
    step = next(step for step in STEPS if 3 * step >= reach)
    ticks = [step * n for n in range(-3, 4) if abs(step * n) <= reach]
    return ticks, [f"{100 * t:+.3g}".replace("-", MINUS) if t else "0" for t in ticks]


def _draw(drawing: Plot, mechanism: Mechanism, effect: Effect, y: float) -> None:
    colour = KINDS.get(effect.kind, INK)
    drawing.add_scatter(
        x=short([0, effect.change]),
        y=[y, y],
        mode="lines",
        hoverinfo="skip",
        line={"color": colour, "width": 4},
    )
    drawing.add_scatter(
        x=short([effect.change]),
        y=[y],
        mode="markers",
        hoverinfo="text",
        hovertext=[plain(f"{mechanism.label}, {effect.kind}: {points(effect.change)}")],
        marker={
            "size": 13,
            "color": colour if effect.held and not effect.negligible else "#fff",
            "line": {"color": colour, "width": 2.5},
        },
    )
    drawing.add_annotation(annotation(mechanism.label, y, INK, x=0, xanchor="left", xref="paper"))
    change = points(effect.change).removesuffix(f"{GAP}points")
    drawing.add_annotation(annotation(change, y, MUTED, x=1, xanchor="right", xref="paper"))


def _table(findings: Findings) -> Table | None:
    rows = [
        (
            one.label,
            effect.kind,
            effect.stated,
            points(effect.change),
            effect.verdict,
            percent(effect.share) if effect.draws else "",
        )
        for one, effect in _pairs(findings)
    ]
    columns = (
        "Mechanism",
        "Kind of end",
        "The library expects",
        "Change, on against off",
        "Verdict at nominal values",
        "Same sign, share of combinations solved",
    )
    note = (
        "The last column describes the assumptions, not the world; other ranges give "
        "another figure."
    )
    return Table(columns, tuple(rows), frozenset({3, 5}), note) if rows else None


def _keys(findings: Findings) -> list[Key]:
    kinds = dict.fromkeys(effect.kind for _, effect in _pairs(findings))
    return [
        Key("dot", MUTED, "as the library expects"),
        Key("ring", MUTED, "negligible, or not as expected"),
        *(Key("box", KINDS.get(kind, RULE), kind) for kind in kinds),
    ]


FIGURE = Figure(
    "mechanism_changes",
    "What each mechanism changes",
    70,
    _caption,
    _plot,
    _table,
    section="mechanisms",
    keys=_keys,
)
