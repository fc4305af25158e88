"""Where things stand: probability of each level of each watched variable as rounds begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation import facts
from offramp.presentation.drawing import axis, bare, plain, round_axis, short
from offramp.presentation.gallery import Figure, Key, Panel, Table
from offramp.presentation.palette import DARKEST, INK, PAPER, RULE, level_colours
from offramp.presentation.plots import Plot
from offramp.presentation.text.numbers import percent

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings

STACKED = 6
"""Variables with more levels are drawn as a strip of shades instead of stacked bars."""
MOST_ROUNDS, FEWEST_ROUNDS = 36, 4
GOES_ON = 0.02
"""Rounds are drawn while the crisis still goes on with at least this probability."""


def _moving(findings: Findings) -> list[facts.Watched]:
    """Variables that stand at more than one level at some beginning of a round."""
    return [
        one
        for one in facts.watched(findings)
        if (np.nan_to_num(one.probability).max(axis=0) > 0).sum() > 1
    ]


def _shown(one: facts.Watched) -> int:
    """How many rounds are drawn."""
    going = np.nan_to_num(one.probability).sum(axis=1) >= GOES_ON
    last = int(np.flatnonzero(going)[-1]) + 1 if going.any() else 1
    return min(len(one.rounds), MOST_ROUNDS, max(last, FEWEST_ROUNDS))


def _caption(findings: Findings) -> str:
    unit = facts.time_unit(findings)
    return (
        f"One panel per variable of the crisis. Each column is the beginning of a {unit}: the "
        "shades are the probabilities of the variable's levels, from the lowest (light, below) to "
        "the highest (dark, above); the white rest is the probability that the crisis has ended "
        "before. All assumptions have their nominal values."
    )


def _plot(findings: Findings) -> list[Panel] | None:
    return [_panel(findings, one) for one in _moving(findings)] or None


def _panel(findings: Findings, one: facts.Watched) -> Panel:
    if len(one.levels) > STACKED:
        return Panel(one.label, _strip(findings, one), "darker is likelier; blank is never")
    colours = level_colours(len(one.levels))
    keys = tuple(Key("box", *pair) for pair in zip(colours, one.levels, strict=True))
    return Panel(one.label, _stack(findings, one), keys=keys)


def _stack(findings: Findings, one: facts.Watched) -> Plot:
    rounds = one.rounds[: _shown(one)]
    drawing = Plot(
        layout=bare(190, margin={"l": 44, "r": 8, "t": 6, "b": 42}, bargap=0.08, barmode="stack")
    )
    for position, colour in enumerate(level_colours(len(one.levels))):
        part = one.probability[: len(rounds), position]
        drawing.add_bar(
            x=rounds.tolist(),
            y=short(part),
            marker={"color": colour, "line": {"width": 0}},
            hoverinfo="text",
            hovertext=[f"{plain(one.levels[position])}: {plain(percent(p))}" for p in part],
        )
    drawing.update_layout(
        xaxis=round_axis(f"beginning of {facts.time_unit(findings)}", int(rounds[-1])),
        yaxis=axis(range=[0, 1], tickvals=[0, 0.5, 1], ticktext=["0", "50 %", "100 %"]),
    )
    return drawing


def _strip(findings: Findings, one: facts.Watched) -> Plot:
    rounds = one.rounds[: _shown(one)]
    drawing = Plot(
        layout=bare(60 + 20 * len(one.levels), margin={"l": 70, "r": 8, "t": 6, "b": 42})
    )
    drawing.add_heatmap(
        x=rounds.tolist(),
        y=[plain(level) for level in one.levels],
        z=[short(column) for column in one.probability[: len(rounds)].T],
        zmin=0,
        zmax=1,
        colorscale=[[0, PAPER], [1, DARKEST]],
        showscale=False,
        xgap=1,
        ygap=1,
    )
    drawing.update_layout(
        xaxis=round_axis(f"beginning of {facts.time_unit(findings)}", int(rounds[-1])),
        yaxis=axis(type="category", tickfont={"color": INK, "size": 12}),
    )
    return drawing


def _table(findings: Findings) -> Table | None:
    rows = []
    for one in _moving(findings):
        shown = np.unique(
            np.linspace(0, len(one.rounds) - 1, min(8, len(one.rounds))).round().astype(int)
        )
        for i in shown:
            there = [
                f"{level} {percent(float(p))}"
                for level, p in zip(one.levels, one.probability[i], strict=True)
                if p > 0
            ]
            rows.append((one.label, str(one.rounds[i]), ", ".join(there) or "ended"))
    columns = ("Variable", f"Beginning of {facts.time_unit(findings)}", "Levels and probabilities")
    return Table(columns, tuple(rows), frozenset({1})) if rows else None


def _keys(findings: Findings) -> tuple[Key, ...]:
    return (Key("hollow", RULE, "the crisis has ended before"),)


FIGURE = Figure(
    "levels_by_round",
    "Where things stand as each round begins",
    60,
    _caption,
    _plot,
    _table,
    section="levels",
    keys=_keys,
)
