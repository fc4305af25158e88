"""How the crisis ends: probability of each outcome, nominal and over the combinations tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.presentation import facts
from offramp.presentation.drawing import NOMINAL_KEY, SPREAD_KEYS, Row, draw_rows, share_axis
from offramp.presentation.gallery import Figure, Fold, Key, Panel, Table
from offramp.presentation.text.numbers import between, percent

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings


def _caption(findings: Findings) -> str:
    text = (
        "One row per way in which the crisis can end, the likeliest first. The dot is its "
        "probability when every assumption has its nominal value."
    )
    if facts.varied(findings) is None:
        return text
    solved, _ = facts.counts(findings)
    return (
        f"{text} The bar holds the middle nine tenths of the {solved:,} combinations of "
        "assumptions solved, the upright line is their median, each faint line one combination. "
        "A long bar means that the result hangs on which assumptions are chosen."
    )


def _plot(findings: Findings) -> list[Panel]:
    shown, rest = facts.parted(facts.ends(findings))
    rows = [Row(end.label, end.spread, end.colour, percent(end.spread.nominal)) for end in shown]
    top = max(row.spread.most for row in rows)
    return [Panel("", draw_rows(rows, share_axis(top), 0.0), facts.folded_words(rest))]


def _table(findings: Findings) -> Table:
    plain_columns = ("Outcome", "Nominal")
    ends = facts.ends(findings)
    shown, rest = facts.parted(ends)
    fold = Fold(len(shown), facts.folded_words(rest)) if rest else None
    if facts.varied(findings) is None:
        rows = [(end.label, percent(end.spread.nominal)) for end in ends]
        return Table(plain_columns, tuple(rows), frozenset({1}), fold=fold)
    rows = [
        (
            end.label,
            percent(end.spread.nominal),
            percent(end.spread.middle),
            between(end.spread.low, end.spread.high),
        )
        for end in ends
    ]
    columns = (*plain_columns, "Median", "Middle nine tenths")
    return Table(columns, tuple(rows), frozenset({1, 2, 3}), fold=fold)


def _keys(findings: Findings) -> tuple[Key, ...]:
    kinds = {end.kind: end.colour for end in reversed(facts.ends(findings))}
    marks = NOMINAL_KEY if facts.varied(findings) is None else SPREAD_KEYS
    return (*marks, *(Key("box", colour, kind) for kind, colour in reversed(kinds.items())))


FIGURE = Figure(
    "outcome_spread",
    "Probability of each outcome",
    10,
    _caption,
    _plot,
    _table,
    section="outcomes",
    keys=_keys,
    beside=True,
)
