"""Which assumptions make two accounts differ, and by how much each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from offramp.presentation.drawing import annotation, axis, bare, plain, rail, short, stacked
from offramp.presentation.gallery import Figure, Key, Panel, Table
from offramp.presentation.palette import INK, LEVELS, MUTED, PAPER, account_colours
from offramp.presentation.plots import Plot
from offramp.presentation.sections.comparison import (
    comparisons_of,
    group_label,
    pair_title,
    quantity_words,
)
from offramp.presentation.text.comparison import amount, signed, value_of

if TYPE_CHECKING:
    from offramp.study.accounts.differences import Comparison, Contribution
    from offramp.study.runs.findings import Findings

SHOWN = 12
REACH = 1.96
"""Standard errors to each side of a mean."""
FORWARD, BACK = account_colours(2)


def _caption(findings: Findings) -> str:
    return (
        "One row per group of assumptions on which two accounts differ. The bar shows how much of "
        "the difference between them goes back to that group at the nominal values: to the right "
        "it makes the quantity larger on the second account, to the left smaller. All bars added "
        "up are the whole difference."
    ) + (
        " The hollow mark is the same for the mean over combinations of assumptions, with its "
        "sampling error as a thin line."
        if _sampled(findings)
        else ""
    )


def _sampled(findings: Findings) -> bool:
    """Whether the mean over draws was taken to pieces too."""
    return any(
        part.mean is not None for one in comparisons_of(findings) for part in one.contributions
    )


def _plot(findings: Findings) -> list[Panel] | None:
    found = [_panel(findings, one) for one in comparisons_of(findings) if _rows(one)]
    return found or None


def _rows(one: Comparison) -> list[Contribution]:
    return [part for part in one.contributions if part.nominal is not None][:SHOWN]


def _panel(findings: Findings, one: Comparison) -> Panel:
    known = {part.group: group_label(findings, part.group, part.label) for part in _rows(one)}
    return parts_panel(one, known, pair_title(findings, one))


def parts_panel(one: Comparison, known: Mapping[str, str], title: str) -> Panel:
    """A row for each group of assumptions, called as ``known`` says."""
    parts = _rows(one)
    labels = [known[part.group] for part in parts]
    heights, layout = stacked(labels, below=34)
    scale = 100 if one.is_probability else 1
    ends = [
        value
        for part in parts
        for value in (
            part.nominal,
            part.mean,
            (part.mean or 0) + REACH * (part.mean_error or 0),
            (part.mean or 0) - REACH * (part.mean_error or 0),
        )
        if value is not None
    ]
    reach = 1.15 * scale * max(1e-9, *(abs(value) for value in ends))
    drawing = Plot(
        layout=bare(
            **layout, xaxis=axis(range=[-reach, reach], nticks=5), shapes=[rail(y) for y in heights]
        )
    )
    drawing.add_vline(x=0, line={"color": MUTED, "width": 1})
    for part, label, y in zip(parts, labels, heights, strict=True):
        _draw(drawing, part, label, y, one)
    here, there = (value_of(one, value or 0.0) for value in one.nominal)
    note = f"{quantity_words(one)}: {here} on the first, {there} on the second" + (
        "; parts in percentage points" if one.is_probability else ""
    )
    return Panel(title, drawing, note)


def _draw(drawing: Plot, part: Contribution, label: str, y: float, one: Comparison) -> None:
    value, scale = part.nominal or 0.0, 100 if one.is_probability else 1
    drawing.add_scatter(
        x=short([0, scale * value]),
        y=[y, y],
        mode="lines",
        hoverinfo="text",
        hovertext=[plain(f"{label}: {signed(one, value)}")] * 2,
        line={"color": FORWARD if value >= 0 else BACK, "width": 10},
    )
    if part.mean is not None:
        error = REACH * (part.mean_error or 0.0)
        drawing.add_scatter(
            x=short([scale * (part.mean - error), scale * (part.mean + error)]),
            y=[y, y],
            mode="lines",
            hoverinfo="skip",
            line={"color": INK, "width": 1.3},
        )
        drawing.add_scatter(
            x=short([scale * part.mean]),
            y=[y],
            mode="markers",
            hoverinfo="skip",
            marker={"size": 9, "color": PAPER, "line": {"color": INK, "width": 1.6}},
        )
    drawing.add_annotation(annotation(label, y, INK, x=0, xanchor="left", xref="paper"))
    said = signed(one, value).removesuffix(" points").removesuffix(" point")
    drawing.add_annotation(annotation(said, y, MUTED, x=1, xanchor="right", xref="paper"))


def _table(findings: Findings) -> Table | None:
    rows = [
        (
            pair_title(findings, one),
            group_label(findings, part.group, part.label),
            ", ".join(part.assumptions),
            "not known" if part.nominal is None else signed(one, part.nominal),
            "exact" if part.nominal_error is None else amount(one, part.nominal_error),
            "" if part.mean is None else signed(one, part.mean),
            "" if part.mean_error is None else amount(one, part.mean_error),
        )
        for one in comparisons_of(findings)
        for part in one.contributions
    ]
    columns = (
        "Accounts",
        "Assumptions",
        "Names",
        "Part at nominal values",
        "Standard error",
        "Part of the mean",
        "Standard error of the mean's",
    )
    note = "Parts are Shapley values: averages over the orders in which the assumptions could be changed from the first account's to the second's; over all of them where the error says exact, else over a sample."  # noqa: E501
    return Table(columns, tuple(rows), frozenset({3, 4, 5, 6}), note) if rows else None


def _keys(findings: Findings) -> list[Key]:
    own = [
        Key("box", FORWARD, "larger on the second account"),
        Key("box", BACK, "smaller on the second account"),
    ]
    if not _sampled(findings):
        return own
    return [
        *own,
        Key("ring", INK, "part of the mean over combinations"),
        Key("line", LEVELS[-1], "its sampling error"),
    ]


FIGURE = Figure(
    "comparison_parts",
    "What the difference goes back to",
    76,
    _caption,
    _plot,
    _table,
    section="comparison",
    keys=_keys,
)
