"""How the crisis ends on each account, side by side at their own nominal values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.presentation import facts
from offramp.presentation.drawing import LINE, annotation, bare, lines_of, plain, share_axis, short
from offramp.presentation.gallery import Figure, Key, Table
from offramp.presentation.palette import INK
from offramp.presentation.plots import Plot
from offramp.presentation.sections.claims import account_label
from offramp.presentation.sections.comparison import account_ends, outcomes_by_account
from offramp.presentation.text.numbers import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offramp.study.runs.findings import Findings

ROW, BAR = 58, 22


def _caption(findings: Findings) -> str:
    return (
        "One bar per account, and one for the analyst's middle, which is no account's, each at its "
        "own nominal values. None is the base of another. A bar is the whole of "
        "what can happen; each coloured part is one end of the crisis and as long as that end is "
        "probable inside the encoded game. Parts of one colour that differ in length from bar to "
        "bar are where the accounts disagree."
    )


def _share(end: facts.End, own: Mapping[str, float]) -> float:
    return sum(own.get(name, 0.0) for name in end.names)


def _plot(findings: Findings) -> Plot | None:
    found = outcomes_by_account(findings)
    if len(found) < 2:
        return None
    labels = [account_label(findings, account) for account in found]
    tall = [ROW + LINE * (lines_of(label) - 1) for label in labels]
    total = sum(tall)
    drawing = Plot(
        layout=bare(
            total + 40,
            barmode="stack",
            bargap=0,
            xaxis=share_axis(),
            yaxis={"visible": False, "range": [0, total], "fixedrange": True},
        )
    )
    places = [total - sum(tall[: i + 1]) + BAR / 2 + 4 for i in range(len(found))]
    for end in account_ends(findings):
        values = [_share(end, own) for own in found.values()]
        drawing.add_bar(
            x=short(values),
            y=places,
            orientation="h",
            width=BAR,
            hoverinfo="text",
            hovertext=[plain(f"{end.label} {percent(one)}") for one in values],
            marker={"color": end.colour, "line": {"color": "#fff", "width": 1}},
        )
    for label, y in zip(labels, places, strict=True):
        drawing.add_annotation(annotation(label, y + 2, INK, xref="x", x=0, xanchor="left"))
    return drawing


def _table(findings: Findings) -> Table | None:
    found = outcomes_by_account(findings)
    if len(found) < 2:
        return None
    rows = [
        (end.label, *(percent(_share(end, own)) for own in found.values()))
        for end in account_ends(findings)
    ]
    columns = ("End", *(account_label(findings, account) for account in found))
    return Table(columns, tuple(rows), frozenset(range(1, len(columns))))


def _keys(findings: Findings) -> list[Key]:
    return [Key("box", end.colour, end.label) for end in account_ends(findings)]


FIGURE = Figure(
    "account_outcomes",
    "How it ends on each account",
    75,
    _caption,
    _plot,
    _table,
    section="comparison",
    keys=_keys,
)
