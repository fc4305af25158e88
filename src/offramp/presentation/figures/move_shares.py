"""Who moves when: for every step of a round, how often each of its moves is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation import facts
from offramp.presentation.drawing import NOMINAL_KEY, SPREAD_KEYS, Row, draw_rows, share_axis
from offramp.presentation.gallery import Figure, Key, Panel, Table
from offramp.presentation.palette import CHANCE, PARTY
from offramp.presentation.text.numbers import between, figure_of, percent

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings


def _caption(findings: Findings) -> str:
    unit = facts.time_unit(findings)
    return (
        f"One panel per step of a {unit}, in the order of play. Each row is a move; the mark says "
        "in what share of the times that this step is reached the move is made. Parties do not "
        "choose the move with the highest payoff every time: the more a move brings, the more "
        "often it is made. Grey panels are chance, whose odds are assumptions. A move that is "
        "open in some situations only is counted over all of them. In brackets stands how often it "
        "is made where it and another are open, so that there is a choice (nominal values)."
    )


def _said(findings: Findings, choice: facts.Choice) -> str:
    """'12 % (49 %)': of all turns of the step, and of those with a choice."""
    free = findings.choices.get(choice.name)
    return percent(choice.share.nominal) + ("" if free is None else f" ({percent(free)})")


def _free(findings: Findings, choice: facts.Choice) -> str:
    """The share of the turns with a choice; a dash where there is none, or none is known."""
    free = findings.choices.get(choice.name)
    return "–" if free is None else percent(free)


def _plot(findings: Findings) -> list[Panel]:
    return [_panel(findings, turn) for turn in facts.turns(findings) if len(turn.choices) > 1]


def _panel(findings: Findings, turn: facts.Turn) -> Panel:
    """The moves in their order; of many, the commonest, on an axis that fits them."""
    colour = CHANCE if turn.mover == "nature" else PARTY
    shown, rest = facts.parted(turn.choices)
    if rest:
        ranked = sorted(turn.choices, key=lambda one: -np.nan_to_num(one.share.nominal))
        shown, rest = facts.parted(ranked)
    rows = [
        Row(
            choice.label + (" (force)" if choice.force else ""),
            choice.share,
            colour,
            _said(findings, choice),
        )
        for choice in shown
    ]
    note = f"reached {_times(turn.uses.nominal)} at the nominal values"
    if rest:
        part = percent(sum(one.share.nominal for one in rest))
        note += f"; {len(rest):,} other moves have {part} together"
    top = max(choice.share.most for choice in shown) if rest else 1.0
    title = f"{facts.mover_label(findings, turn.mover)} · {turn.label}"
    return Panel(title, draw_rows(rows, share_axis(top), 0.0), note)


def _times(uses: float) -> str:
    return f"{figure_of(uses)} times" if uses == uses else "an unknown number of times"


def _table(findings: Findings) -> Table:
    moves = [(turn, choice) for turn in facts.turns(findings) for choice in turn.choices]
    columns = (
        "Step",
        "Who",
        "Move",
        "Where there is a choice",
        "Share of the step",
        "Expected uses",
    )
    rows = [
        (
            turn.label,
            facts.mover_label(findings, turn.mover),
            choice.label,
            _free(findings, choice),
            percent(choice.share.nominal),
            figure_of(choice.uses.nominal),
        )
        for turn, choice in moves
    ]
    if facts.varied(findings) is None:
        return Table(columns, tuple(rows), frozenset({3, 4, 5}))
    spreads = [
        (
            between(choice.share.low, choice.share.high),
            f"{figure_of(choice.uses.low)} to {figure_of(choice.uses.high)}",
        )
        for _, choice in moves
    ]
    full = [
        (*row[:5], share, row[5], uses) for row, (share, uses) in zip(rows, spreads, strict=True)
    ]
    spread = "Middle nine tenths"
    return Table(
        (*columns[:5], spread, columns[5], spread), tuple(full), frozenset({3, 4, 5, 6, 7})
    )


def _keys(findings: Findings) -> tuple[Key, ...]:
    return NOMINAL_KEY if facts.varied(findings) is None else SPREAD_KEYS


FIGURE = Figure(
    "move_shares",
    "What is done at each step",
    50,
    _caption,
    _plot,
    _table,
    section="moves",
    keys=_keys,
)
