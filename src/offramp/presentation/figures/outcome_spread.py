"""How the crisis ends: probability of each outcome, nominal and over the combinations tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from offramp.presentation import facts
from offramp.presentation.drawing import NOMINAL_KEY, SPREAD_KEYS, Row, draw_rows, share_axis
from offramp.presentation.gallery import Figure, Key, Table
from offramp.presentation.wording import between, percent

if TYPE_CHECKING:
    from offramp.analysis.findings import Findings


def _caption(findings: Findings) -> str:
    text = (
        "One row per way in which the crisis can end. The dot is its probability when every "
        "assumption has its nominal value."
    )
    if facts.varied(findings) is None:
        return text
    solved, _ = facts.counts(findings)
    return (
        f"{text} The bar holds the middle nine tenths of the {solved:,} combinations of "
        "assumptions solved, the upright line is their median, each faint line one combination. "
        "A long bar means that the result hangs on which assumptions are chosen."
    )


def _plot(findings: Findings) -> go.Figure:
    rows = [
        Row(end.label, end.spread, end.colour, percent(end.spread.nominal))
        for end in facts.ends(findings)
    ]
    return draw_rows(rows, share_axis(), 0.0)


def _table(findings: Findings) -> Table:
    plain_columns = ("Outcome", "Nominal")
    if facts.varied(findings) is None:
        rows = [(end.label, percent(end.spread.nominal)) for end in facts.ends(findings)]
        return Table(plain_columns, tuple(rows), frozenset({1}))
    rows = [
        (end.label, percent(end.spread.nominal), percent(end.spread.middle),
         between(end.spread.low, end.spread.high))
        for end in facts.ends(findings)
    ]  # fmt: skip
    columns = (*plain_columns, "Median", "Middle nine tenths")
    return Table(columns, tuple(rows), frozenset({1, 2, 3}))


def _keys(findings: Findings) -> tuple[Key, ...]:
    kinds = {end.kind: end.colour for end in reversed(facts.ends(findings))}
    marks = NOMINAL_KEY if facts.varied(findings) is None else SPREAD_KEYS
    return (*marks, *(Key("box", colour, kind) for kind, colour in reversed(kinds.items())))


FIGURE = Figure(
    "outcome_spread", "Probability of each outcome", 10, _caption, _plot, _table,
    section="outcomes", keys=_keys, beside=True,
)  # fmt: skip
