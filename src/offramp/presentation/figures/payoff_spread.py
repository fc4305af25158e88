"""What each party gets: expected payoff per party, each on a scale of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation import facts
from offramp.presentation.drawing import NOMINAL_KEY, SPREAD_KEYS, Row, axis, draw_rows
from offramp.presentation.gallery import Figure, Key, Panel, Table
from offramp.presentation.palette import PARTY, safe_colour
from offramp.presentation.text.numbers import figure_of

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings

MARGIN = 0.08


def _caption(findings: Findings) -> str:
    unit = findings.nominal["payoff"].attrs.get("units", "")
    named = f" (in units of {unit})" if unit and "payoff" not in unit and unit != "1" else ""
    return (
        f"The payoff{named} that each party expects from the start, counted over the whole crisis "
        "with later rounds weighing less by the party's patience. It is a fact about the encoded "
        "premises and no measure of success. Parties stand in the scenario's order, each on a "
        "scale of its own: one party's units say nothing about another's, so the numbers cannot "
        "be compared between parties or added up."
    )


def _plot(findings: Findings) -> list[Panel]:
    return [_panel(findings, name) for name in facts.names_along(findings.nominal, "party")]


def _panel(findings: Findings, name: str) -> Panel:
    spread = facts.spread_of(findings, "payoff", party=name)
    values = np.asarray(
        [spread.nominal] if spread.values is None else [*spread.values, spread.nominal]
    )
    values = values[np.isfinite(values)] if np.isfinite(values).any() else np.zeros(1)
    low, high = float(values.min()), float(values.max())
    room = MARGIN * (high - low) or 0.1 * abs(high) or 1.0
    scale = axis(range=[low - room, high + room], nticks=5)
    party = findings.scenario.parties.get(name)
    colour = _six(safe_colour(party.colour if party else None, PARTY))
    row = Row("", spread, colour, figure_of(spread.nominal))
    return Panel(facts.party_label(findings, name), draw_rows([row], scale, low - room))


def _six(colour: str) -> str:
    """A colour as #rrggbb; names of colours fall back to the common one."""
    if not colour.startswith("#"):
        return PARTY
    return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])


def _table(findings: Findings) -> Table:
    if "value" in findings.nominal:
        return _with_values(findings)
    names = facts.names_along(findings.nominal, "party")
    spreads = [
        (facts.party_label(findings, name), facts.spread_of(findings, "payoff", party=name))
        for name in names
    ]
    if facts.varied(findings) is None:
        rows = [(label, figure_of(spread.nominal)) for label, spread in spreads]
        return Table(("Party", "Nominal"), tuple(rows), frozenset({1}))
    full = [
        (
            label,
            figure_of(spread.nominal),
            figure_of(spread.middle),
            f"{figure_of(spread.low)} to {figure_of(spread.high)}",
        )
        for label, spread in spreads
    ]
    columns = ("Party", "Nominal", "Median", "Middle nine tenths")
    return Table(columns, tuple(full), frozenset({1, 2, 3}))


def _with_values(findings: Findings) -> Table:
    """Under the entropy convention the value, which counts the worth of choosing, stands beside."""
    rows = [
        (
            facts.party_label(findings, name),
            *(
                figure_of(facts.spread_of(findings, what, party=name).nominal)
                for what in ("payoff", "value")
            ),
        )
        for name in facts.names_along(findings.nominal, "party")
    ]
    note = "A value counts the worth of having a choice among moves; a payoff does not."
    return Table(
        ("Party", "Payoff, nominal", "Value, nominal"), tuple(rows), frozenset({1, 2}), note
    )


def _keys(findings: Findings) -> tuple[Key, ...]:
    return NOMINAL_KEY if facts.varied(findings) is None else SPREAD_KEYS


FIGURE = Figure(
    "payoff_spread",
    "Expected payoff of each party",
    30,
    _caption,
    _plot,
    _table,
    section="payoffs",
    keys=_keys,
)
