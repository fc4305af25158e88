"""When it ends: probability of each outcome by the end of every round, at nominal values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.presentation import facts
from offramp.presentation.drawing import axis, bare, round_axis, short
from offramp.presentation.gallery import Figure, Key, Table
from offramp.presentation.palette import RULE, clear
from offramp.presentation.plots import Plot
from offramp.presentation.text.numbers import percent

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings

MOST_ROWS = 24


def _rounds(findings: Findings) -> NDArray[np.int64]:
    return np.asarray(findings.nominal["round"].values, int)


def _of(findings: Findings, end: facts.End) -> NDArray[np.float64]:
    """(round,) the probability of having ended so by the end of each round."""
    shares = findings.nominal["by_round"].sel(outcome=list(end.names)).isel(draw=0)
    return shares.transpose("round", "outcome").values.sum(axis=1)


def _named(findings: Findings) -> tuple[facts.End, ...]:
    ends = facts.ends(findings)
    return facts.few_ends([end for end in ends if end.name != "unresolved"])


def _caption(findings: Findings) -> str:
    unit = facts.time_unit(findings)
    return (
        f"Above each {unit}, the coloured parts are the probabilities that the crisis has ended "
        f"in each way by the end of that {unit}; the white part above them is the probability "
        "that it still goes on. All assumptions have their nominal values."
    )


def _plot(findings: Findings) -> Plot | None:
    if findings.nominal.sizes.get("round", 0) < 2 or "by_round" not in findings.nominal:
        return None
    rounds = _rounds(findings)
    unit = facts.time_unit(findings)
    drawing = Plot(layout=bare(300, margin={"l": 44, "r": 10, "t": 8, "b": 44}))
    total = np.zeros(len(rounds))
    for end in _named(findings):
        part = np.nan_to_num(_of(findings, end))
        total = total + part
        drawing.add_scatter(
            x=rounds.tolist(),
            y=short(part),
            stackgroup="ends",
            mode="lines",
            line={"width": 0.8, "color": "#fff"},
            fillcolor=clear(end.colour, 0.92),
            hoverinfo="text",
            text=[
                f"{end.label}, by {unit} {n}: {percent(p)}".replace("<", "&lt;")
                for n, p in zip(rounds, part, strict=True)
            ],
        )
    drawing.update_layout(
        xaxis=round_axis(f"end of {unit}", int(rounds[-1])),
        yaxis=axis(
            range=[0, 1],
            tickvals=[0, 0.25, 0.5, 0.75, 1],
            ticktext=["0", "25 %", "50 %", "75 %", "100 %"],
        ),
        hovermode="x unified",
    )
    drawing.add_scatter(
        x=rounds.tolist(),
        y=short(total),
        mode="lines",
        hoverinfo="skip",
        line={"color": RULE, "width": 1},
    )
    return drawing


def _table(findings: Findings) -> Table | None:
    if findings.nominal.sizes.get("round", 0) < 2 or "by_round" not in findings.nominal:
        return None
    rounds = _rounds(findings)
    named = _named(findings)
    parts = [_of(findings, end) for end in named]
    shown = np.unique(
        np.linspace(0, len(rounds) - 1, min(MOST_ROWS, len(rounds))).round().astype(int)
    )
    rows = [
        (
            str(rounds[i]),
            *(percent(float(part[i])) for part in parts),
            percent(max(0.0, 1 - float(sum(part[i] for part in parts)))),
        )
        for i in shown
    ]
    columns = (
        f"By the end of {facts.time_unit(findings)}",
        *(end.label for end in named),
        "Goes on",
    )
    return Table(columns, tuple(rows), frozenset(range(1, len(columns))))


def _keys(findings: Findings) -> list[Key]:
    return [
        *(Key("box", end.colour, end.label) for end in _named(findings)),
        Key("hollow", RULE, "goes on"),
    ]


FIGURE = Figure(
    "ends_by_round",
    "How the ends add up over time",
    40,
    _caption,
    _plot,
    _table,
    section="time",
    keys=_keys,
)
