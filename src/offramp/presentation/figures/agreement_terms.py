"""What is agreed: probability of each package where an outcome is told apart by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.presentation import facts
from offramp.presentation.drawing import NOMINAL_KEY, SPREAD_KEYS, Row, draw_rows, share_axis
from offramp.presentation.gallery import Figure, Fold, Key, Table
from offramp.presentation.palette import MUTED
from offramp.presentation.plots import Plot
from offramp.presentation.text.numbers import between, percent

if TYPE_CHECKING:
    from offramp.study.runs.findings import Findings


def _caption(findings: Findings) -> str:
    return (
        "The outcomes above, told apart by what lay on the table when the crisis ended. The "
        "rows of one outcome add up to its probability. Marks are those of the figure above; the "
        "scale may be a finer one."
    )


def _plot(findings: Findings) -> Plot | None:
    colours = {end.name: end.colour for end in facts.ends(findings)}
    shown, _ = facts.parted(facts.package_ends(findings))
    rows = [
        Row(label, spread, colours.get(outcome, MUTED), percent(spread.nominal))
        for outcome, label, spread in shown
    ]
    if not rows:
        return None
    top = max(row.spread.most for row in rows)
    return draw_rows(rows, share_axis(top), 0.0)


def _table(findings: Findings) -> Table | None:
    ends = facts.package_ends(findings)
    if not ends:
        return None
    shown, rest = facts.parted(ends)
    fold = Fold(len(shown), f"and {len(rest):,} others") if rest else None
    if facts.varied(findings) is None:
        plain_rows = [(label, percent(spread.nominal)) for _, label, spread in ends]
        return Table(("Agreed", "Nominal"), tuple(plain_rows), frozenset({1}), fold=fold)
    rows = [
        (label, percent(spread.nominal), percent(spread.middle), between(spread.low, spread.high))
        for _, label, spread in ends
    ]
    columns = ("Agreed", "Nominal", "Median", "Middle nine tenths")
    return Table(columns, tuple(rows), frozenset({1, 2, 3}), fold=fold)


def _keys(findings: Findings) -> tuple[Key, ...]:
    return NOMINAL_KEY if facts.varied(findings) is None else SPREAD_KEYS


FIGURE = Figure(
    "agreement_terms",
    "What is agreed",
    20,
    _caption,
    _plot,
    _table,
    section="outcomes",
    keys=_keys,
    beside=True,
)
