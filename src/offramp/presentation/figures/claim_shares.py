"""Which claims hold over how much of the assumptions, claim by claim and account by account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from offramp.presentation.drawing import (
    LINE,
    annotation,
    bare,
    lines_of,
    plain,
    rail,
    share_axis,
    short,
)
from offramp.presentation.gallery import Figure, Key, Table
from offramp.presentation.palette import INK, PAPER, account_colours, clear
from offramp.presentation.plots import Plot
from offramp.presentation.sections.claims import (
    account_label,
    accounts_shown,
    claim_label,
    shown_verdicts,
)
from offramp.presentation.text.claims import harm_brief, harm_words, share_words
from offramp.presentation.text.numbers import between, percent
from offramp.presentation.text.searches import open_cell

if TYPE_CHECKING:
    from offramp.study.claims.verdicts import Verdict
    from offramp.study.runs.findings import Findings

LABEL, STEP, PAD = 26, 17, 12
"""Heights in pixels of a claim's label, of an account's line, and between claims."""


def _caption(findings: Findings) -> str:
    return (
        "One block per claim, one line per account. The bar ends at the share of the combinations "
        "of assumptions tried in which the claim holds; the thin line on it is the sampling "
        "interval of that share. A long bar says that little hangs on what the sources leave open, "
        "a bar in the middle that much does. It describes the assumptions, not the world. The "
        "mark at the left edge is filled where the claim holds at the nominal values."
    )


def _label(findings: Findings, name: str, own: Sequence[Verdict]) -> str:
    """A claim's label; one that commits an act of force has what that act does beside it."""
    label = claim_label(findings, name)
    if not any(one.force for one in own):
        return label
    told = [
        f"{account_label(findings, one.account)}, {harm_brief(act)}"
        for one in own[:1]
        for act in one.force
    ]
    return f"{label} (act of force: {'; '.join(told)})"


def _grouped(findings: Findings) -> list[tuple[str, list[Verdict]]]:
    told = [one for one in shown_verdicts(findings) if one.share is not None]
    names = dict.fromkeys(one.name for one in told)
    return [(name, [one for one in told if one.name == name]) for name in names]


def _plot(findings: Findings) -> Plot | None:
    groups = [(_label(findings, name, own), own) for name, own in _grouped(findings)]
    if not any(one.declared.tried > 1 for _, own in groups for one in own):
        return None
    called = {name: account_label(findings, name) for name in accounts_shown(findings)}
    return draw_claims(groups, called, _colours(findings))


def draw_claims(
    groups: Sequence[tuple[str, Sequence[Verdict]]],
    called: Mapping[str, str],
    colours: Mapping[str, str],
) -> Plot:
    """A block for each claim, a line in it for each account, ``called`` so and in its colour."""
    tall = {label: LABEL + LINE * (lines_of(label) - 1) for label, _ in groups}
    total = sum(tall[label] + STEP * len(own) + PAD for label, own in groups)
    scale = {**share_axis(), "range": [-0.03, 1.012]}
    drawing = Plot(
        layout=bare(
            total + 40,
            xaxis=scale,
            yaxis={"visible": False, "range": [0, total], "fixedrange": True},
        )
    )
    y = float(total)
    for label, own in groups:
        y -= tall[label]
        drawing.add_annotation(annotation(label, y - 8, INK, xref="x", x=0, xanchor="left"))
        for one in own:
            y -= STEP
            drawing.add_shape(rail(y + STEP / 2))
            _draw(drawing, one, y + STEP / 2, called[one.account], colours[one.account])
        y -= PAD
    return drawing


def _draw(drawing: Plot, one: Verdict, y: float, account: str, colour: str) -> None:
    share, (low, high) = one.share or 0.0, one.interval or (one.share, one.share)
    said = f"{account}: {percent(share)}"
    drawing.add_scatter(
        x=short([0, share]),
        y=[y, y],
        mode="lines",
        hoverinfo="skip",
        line={"color": clear(colour, 0.55), "width": 9},
    )
    drawing.add_scatter(
        x=short([low, high]),
        y=[y, y],
        mode="lines",
        hoverinfo="skip",
        line={"color": INK, "width": 1.5},
    )
    drawing.add_scatter(
        x=[-0.014],
        y=[y],
        mode="markers",
        hoverinfo="text",
        hovertext=[plain(said)],
        marker={
            "size": 8,
            "color": colour if one.nominal else PAPER,
            "line": {"color": colour, "width": 1.8},
        },
    )


def _colours(findings: Findings) -> dict[str, str]:
    names = accounts_shown(findings)
    return dict(zip(names, account_colours(len(names)), strict=True))


def _table(findings: Findings) -> Table | None:
    rows = [
        (
            claim_label(findings, one.name),
            account_label(findings, one.account),
            one.kind,
            share_words(one),
            "" if one.share is None else percent(one.share),
            "" if one.interval is None else between(*one.interval),
            "" if one.share_other is None else percent(one.share_other),
            open_cell(one.open, one.searches),
            f"{one.vacuous:,}",
            "; ".join(map(harm_words, one.force)),
        )
        for one in shown_verdicts(findings)
    ]
    columns = (
        "Claim",
        "On the premises of",
        "Class",
        "Holds",
        "Holds in",
        "Interval",
        "Holds in, ranges concentrated",
        "Open",
        "Vacuous",
        "Act of force in it",
    )
    note = "Shares are of the combinations of assumptions tried; they describe the assumptions, not the world."  # noqa: E501
    return Table(columns, tuple(rows), frozenset({4, 5, 6, 7, 8}), note) if rows else None


def _keys(findings: Findings) -> list[Key]:
    own = [
        Key("bar", colour, account_label(findings, name))
        for name, colour in _colours(findings).items()
    ]
    return [
        *own,
        Key("line", INK, "sampling interval"),
        Key("dot", INK, "holds at the nominal values"),
        Key("ring", INK, "does not, or no verdict"),
    ]


FIGURE = Figure(
    "claim_shares",
    "Which claims hold, and over how much of the assumptions",
    5,
    _caption,
    _plot,
    _table,
    section="claims",
    keys=_keys,
)
