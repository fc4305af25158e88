"""When it ends, over the assumptions: one panel per outcome with a band over the draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation import facts
from offramp.presentation.drawing import axis, bare, round_axis, short
from offramp.presentation.gallery import Figure, Key, Panel, Table
from offramp.presentation.palette import INK, MUTED, clear
from offramp.presentation.plots import Plot
from offramp.presentation.text.numbers import between, ordinal_time, percent

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings

FINER = 0.12
"""A panel that would fill less of the common scale than this has a scale of its own."""


def _shown(findings: Findings) -> tuple[Sequence[facts.End], Sequence[facts.End]]:
    """The ends that have panels, and those that are left out."""
    return facts.parted([end for end in facts.ends(findings) if end.name != "unresolved"])


def _caption(findings: Findings) -> str:
    _, rest = _shown(findings)
    return (
        "One panel per outcome, on one scale unless a panel says otherwise. The line is the "
        "probability that the crisis has ended so by then, at the nominal values; the band holds "
        "the middle nine tenths of the combinations of assumptions tried, the thin line is their "
        "median. A line that has become flat means that little more of this end is to come."
        + (f" The {len(rest):,} least likely ends are left out." if rest else "")
    )


def _plot(findings: Findings) -> list[Panel] | None:
    draws = facts.varied(findings)
    if draws is None or "by_round" not in draws or draws.sizes["round"] < 2:
        return None
    ends, _ = _shown(findings)
    common = max(_top(findings, end.name) for end in ends)
    return [_panel(findings, end, common) for end in ends]


def _panel(findings: Findings, end: facts.End, common: float) -> Panel:
    """A panel on the common scale, or on a finer one where it would show nothing."""
    own = _top(findings, end.name)
    finer = own < FINER * common
    last = int(findings.nominal["round"].values[-1])
    when = ordinal_time(facts.time_unit(findings), last)
    note = f"{_cell(_quantiles(findings, end.name), -1)} by the end of {when}"
    drawing = _drawing(findings, end, min(1.0, 1.08 * (own if finer else common)))
    return Panel(end.label, drawing, f"{note}; on a finer scale" if finer else note)


def _quantiles(findings: Findings, name: str) -> tuple[np.ndarray, ...]:
    """(round,) nominal, 5 % point, median and 95 % point."""
    assert findings.draws is not None
    values = findings.draws["by_round"].sel(outcome=name).transpose("draw", "round").values
    values = values[facts.solved(findings)]
    nominal = findings.nominal["by_round"].sel(outcome=name).isel(draw=0).values
    if not len(values):
        return nominal, nominal, nominal, nominal
    low, middle, high = np.nanquantile(values, [facts.LOW, 0.5, facts.HIGH], axis=0)
    return nominal, low, middle, high


def _top(findings: Findings, name: str) -> float:
    nominal, _, _, high = _quantiles(findings, name)
    return float(np.nan_to_num([*nominal, *high, 0.002]).max())


def _drawing(findings: Findings, end: facts.End, top: float) -> Plot:
    nominal, low, middle, high = _quantiles(findings, end.name)
    rounds = np.asarray(findings.nominal["round"].values, int)
    x = rounds.tolist()
    drawing = Plot(layout=bare(200, margin={"l": 44, "r": 8, "t": 6, "b": 42}))
    drawing.add_scatter(
        x=x + x[::-1],
        y=short([*high, *low[::-1]]),
        fill="toself",
        mode="lines",
        line={"width": 0},
        fillcolor=clear(end.colour, 0.28),
        hoverinfo="skip",
    )
    drawing.add_scatter(
        x=x,
        y=short(middle),
        mode="lines",
        hoverinfo="skip",
        line={"color": end.colour, "width": 1.2, "dash": "dot"},
    )
    drawing.add_scatter(
        x=x,
        y=short(nominal),
        mode="lines",
        line={"color": end.colour, "width": 3},
        hoverinfo="text",
        text=[
            f"{n}: {percent(p)} ({between(a, b)})".replace("<", "&lt;")
            for n, p, a, b in zip(x, nominal, low, high, strict=True)
        ],
    )
    drawing.update_layout(
        xaxis=round_axis(f"end of {facts.time_unit(findings)}", x[-1]),
        yaxis=axis(range=[0, top], tickformat=".1~%", nticks=5),
    )
    return drawing


def _table(findings: Findings) -> Table | None:
    draws = facts.varied(findings)
    if draws is None or "by_round" not in draws or draws.sizes["round"] < 2:
        return None
    ends, _ = _shown(findings)
    rounds = np.asarray(draws["round"].values, int)
    shown = np.unique(np.linspace(0, len(rounds) - 1, min(12, len(rounds))).round().astype(int))
    found = [_quantiles(findings, end.name) for end in ends]
    rows = [(str(rounds[i]), *(_cell(quantiles, i) for quantiles in found)) for i in shown]
    columns = (f"By the end of {facts.time_unit(findings)}", *(end.label for end in ends))
    note = "Nominal, and in brackets the middle nine tenths of the combinations."
    return Table(columns, tuple(rows), frozenset(range(1, len(columns))), note)


def _cell(quantiles: tuple[np.ndarray, ...], at: int) -> str:
    """The nominal probability with its interval at one round."""
    nominal, low, _, high = (float(quantity[at]) for quantity in quantiles)
    return f"{percent(nominal)} ({between(low, high)})"


def _keys(findings: Findings) -> tuple[Key, ...]:
    return (
        Key("line", INK, "at the nominal values"),
        Key("dash", MUTED, "median"),
        Key("band", MUTED, "middle nine tenths of the combinations tried"),
    )


FIGURE = Figure(
    "ends_by_round_spread",
    "The same over the assumptions",
    45,
    _caption,
    _plot,
    _table,
    section="time",
    keys=_keys,
)
