"""Every package by what it is worth to two parties; one corner is the zone of agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from offramp.presentation.drawing import axis, bare, plain
from offramp.presentation.gallery import Figure, Key, Panel, Table
from offramp.presentation.palette import MUTED
from offramp.presentation.sections.packages import bargaining_of, heading_of, package_label
from offramp.presentation.wording import figure_of
from offramp.study.bargaining.figure import (
    INK,
    INSIDE,
    KALAI,
    NAMED,
    NASH,
    OUTSIDE,
    caption,
    floors,
    marks,
    names,
    pairs_of,
    span,
)

if TYPE_CHECKING:
    from offramp.analysis.findings import Findings
    from offramp.study.bargaining.zones import Bargaining, Zone

MOST_PANELS = 4
ROWS = 40
"""Most packages of the frontier in the table."""


def _caption(findings: Findings) -> str:
    found = bargaining_of(findings)
    only = ""
    if found is not None and 0 < len(_zones(found)) < len(found.zones):
        only = f" Shown {heading_of(_zones(found)[0]).lower()}."
    return f"{caption(found)}{only}"


def _zones(found: Bargaining) -> tuple[Zone, ...]:
    """All zones where there is room for them, else the first that is known."""
    known = tuple(zone for zone in found.zones if zone.known)
    return known if len(known) * len(pairs_of(found)) <= MOST_PANELS else known[:1]


def _plot(findings: Findings) -> list[Panel] | None:
    found = bargaining_of(findings)
    if found is None:
        return None
    zones = _zones(found)
    panels = [
        Panel(_title(found, zone, pair, len(zones) > 1), _drawing(found, zone, *pair))
        for zone in zones
        for pair in pairs_of(found)
    ]
    return panels or None


def _title(found: Bargaining, zone: Zone, pair: tuple[str, str], several: bool) -> str:
    one, two = (found.labels[party] for party in pair)
    if len(found.parties) == 2:
        return heading_of(zone) if several else f"{one} and {two}"
    return f"{one} and {two}" + (f": {heading_of(zone).lower()}" if several else "")


def _drawing(found: Bargaining, zone: Zone, one: str, two: str) -> go.Figure:
    named = {"standoff": 6, "font": {"size": 12, "color": MUTED}}
    drawing = go.Figure(layout=bare(
        360, margin={"l": 46, "r": 14, "t": 8, "b": 44}, shapes=floors(found, zone, one, two),
        annotations=names(found, one, two),
        xaxis=axis(range=span(found, one), nticks=6,
                   title={"text": f"worth to {plain(found.labels[one])}", **named}),
        yaxis=axis(range=span(found, two), nticks=6,
                   title={"text": f"worth to {plain(found.labels[two])}", **named}),
    ))  # fmt: skip
    drawing.add_traces(list(marks(found, zone, one, two)))
    return drawing


def _table(findings: Findings) -> Table | None:
    found = bargaining_of(findings)
    if found is None:
        return None
    front = [int(i) for i in np.flatnonzero(found.frontier)]
    shown = dict.fromkeys([*found.told, *front[:ROWS]])
    rows = [
        (
            package_label(found, i),
            *(figure_of(found.worth_of(i, party)) for party in found.parties),
            {True: "no", False: "yes", None: "not known"}[found.dominated(i)],
            *(_inside(zone, i) for zone in found.zones),
        )
        for i in shown
    ]
    floor = [
        (heading_of(zone), *(figure_of(zone.reservation[party]) for party in found.parties),
         "", *("" for _ in found.zones))
        for zone in found.zones
    ]  # fmt: skip
    heads = ("In the zone",) if len(found.zones) == 1 else tuple(
        f"In the zone, {heading_of(zone).lower()}" for zone in found.zones
    )  # fmt: skip
    columns = ("Package", *(f"Worth to {found.labels[p]}" for p in found.parties), "Frontier",
               *heads)  # fmt: skip
    more = len(front) - ROWS
    note = f"{more} more packages of the frontier are not listed." if more > 0 else ""
    numeric = frozenset(range(1, 1 + len(found.parties)))
    return Table(columns, (*rows, *floor), numeric, note)


def _inside(zone: Zone, package: int) -> str:
    if not zone.known:
        return "not known"
    return "yes" if zone.inside[package] else "no"


def _keys(findings: Findings) -> tuple[Key, ...]:
    return (
        Key("dot", NAMED, "a package with a name"),
        Key("dot", INSIDE, "in the zone of agreement"),
        Key("dot", OUTSIDE, "outside it"),
        Key("ring", INK, "on the frontier"),
        Key("box", NASH, "Nash package"),
        Key("hollow", KALAI, "Kalai–Smorodinsky package"),
        Key("dash", INK, "what the party has without an agreement"),
    )


FIGURE = Figure(
    "zone_of_agreement", "What each package is worth to whom", 87, _caption, _plot, _table,
    section="packages", keys=_keys,
)  # fmt: skip
