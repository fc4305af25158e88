"""Every package by what it is worth to two parties; one corner is the zone of agreement."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from offramp.presentation.drawing import axis, bare, plain
from offramp.presentation.gallery import Figure, Key, Panel, Table
from offramp.presentation.palette import (
    ACCENT,
    INK,
    INSIDE,
    KINDS,
    MUTED,
    OUTSIDE,
    PAPER,
    account_colours,
    clear,
)
from offramp.presentation.plots import Plot
from offramp.presentation.sections.packages import heading_of, package_label, packages_of
from offramp.presentation.text.numbers import figure_of
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.packages.zones import Packages, Zone
    from offramp.study.runs.findings import Findings

NAMED = ACCENT
NASH, KALAI = account_colours(3)[1:]
MOST_PANELS = 4
ROWS = 40
"""Most packages of the frontier in the table."""
MOST = 600
"""Most dots of each kind; of more, every so-manieth is drawn."""
MOST_PAIRS = 6
FIELD = (320.0, 300.0)
"""Width and height of a drawing in pixels, as names are placed; it may be wider."""
LETTER, LINE, BESIDE = 7.0, 18.0, 6.0
"""Pixels of a letter, of a line, and between a dot and its name."""
CORNERS = ((1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (0, -1))
_Box = tuple[float, float, float, float]


def _caption(findings: Findings) -> str:
    found = packages_of(findings)
    only = ""
    if found is not None and 0 < len(_zones(found)) < len(found.zones):
        only = f" Shown {heading_of(_zones(found)[0]).lower()}."
    return f"{_how_to_read(found)}{only}"


def _plot(findings: Findings) -> list[Panel] | None:
    found = packages_of(findings)
    return None if found is None else package_panels(found) or None


def package_panels(found: Packages) -> list[Panel]:
    """A panel for each zone and each pair of parties."""
    zones = _zones(found)
    return [
        Panel(_title(found, zone, pair, len(zones) > 1), _drawing(found, zone, *pair))
        for zone in zones
        for pair in _pairs(found)
    ]


def _how_to_read(found: Packages | None) -> str:
    """How the figure is read, for a reader who knows no game theory."""
    pair = (
        "" if found is None or len(found.parties) == 2 else " One panel for each pair of parties."
    )
    some = (
        ""
        if found is None or found.complete
        else (
            " Of so many packages only those are drawn that have a name"
            + (" or lie on the frontier." if found.searched else ".")
        )
    )
    return (
        f"Every dot is a package: one option on every issue.{some}{pair} The further to the right, "
        "the more it is worth to the one party; the higher, the more to the other. Dashed lines "
        "are what each has without an agreement: to the right of the one and above the other, in "
        "the shaded corner, neither is worse off than without, and coloured dots lie there for "
        "everybody whose consent counts. That is the zone of agreement. A ring marks packages "
        "on the frontier: whoever would get more than there takes it from somebody else."
    )


def _zones(found: Packages) -> tuple[Zone, ...]:
    """All zones where there is room for them, else the first that is known."""
    known = tuple(zone for zone in found.zones if zone.known)
    return known if len(known) * len(_pairs(found)) <= MOST_PANELS else known[:1]


def _pairs(found: Packages) -> list[tuple[str, str]]:
    """The pairs of parties that are drawn, at most six."""
    return list(itertools.combinations(found.parties, 2))[:MOST_PAIRS]


def _title(found: Packages, zone: Zone, pair: tuple[str, str], several: bool) -> str:
    one, two = (found.labels[party] for party in pair)
    if len(found.parties) == 2:
        return heading_of(zone) if several else f"{one} and {two}"
    return f"{one} and {two}" + (f": {heading_of(zone).lower()}" if several else "")


def _drawing(found: Packages, zone: Zone, one: str, two: str) -> Plot:
    named = {"standoff": 6, "font": {"size": 12, "color": MUTED}}
    drawing = Plot(
        layout=bare(
            360,
            margin={"l": 46, "r": 14, "t": 8, "b": 44},
            shapes=_floors(found, zone, one, two),
            annotations=_names(found, one, two),
            xaxis=axis(
                range=_span(found, one),
                nticks=6,
                title={"text": f"worth to {plain(found.labels[one])}", **named},
            ),
            yaxis=axis(
                range=_span(found, two),
                nticks=6,
                title={"text": f"worth to {plain(found.labels[two])}", **named},
            ),
        )
    )
    drawing.add_traces(list(_marks(found, zone, one, two)))
    return drawing


def _table(findings: Findings) -> Table | None:
    found = packages_of(findings)
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
        (
            heading_of(zone),
            *(figure_of(zone.reservation[party]) for party in found.parties),
            "",
            *("" for _ in found.zones),
        )
        for zone in found.zones
    ]
    heads = (
        ("In the zone",)
        if len(found.zones) == 1
        else tuple(f"In the zone, {heading_of(zone).lower()}" for zone in found.zones)
    )
    columns = (
        "Package",
        *(f"Worth to {found.labels[p]}" for p in found.parties),
        "Frontier",
        *heads,
    )
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


def _marks(found: Packages, zone: Zone, one: str, two: str) -> Iterator[dict[str, Any]]:
    """Scatter traces: all packages, the zone's, the frontier, named ones, reference points.

    ``one`` runs to the right, ``two`` upwards.
    """
    x, y = (found.worth[:, list(found.labels).index(party)] for party in (one, two))
    told = [i for i in found.told if found.packages[i].name]
    kinds = (
        (np.flatnonzero(~zone.inside), {"size": 6, "color": OUTSIDE}),
        (np.flatnonzero(zone.inside), {"size": 6, "color": INSIDE}),
    )
    for rows, marker in kinds:
        yield _dots(x, y, _thinned(rows), marker, hoverinfo="skip")
    yield _dots(
        x,
        y,
        told,
        {"size": 12, "color": NAMED, "line": {"color": PAPER, "width": 2}},
        hovertext=[_hover(found, i, one, two) for i in told],
        hoverinfo="text",
    )
    front = _thinned(np.flatnonzero(found.frontier)) if found.searched else []
    sizes = [17 if i in told else 9 for i in front]
    yield _dots(
        x,
        y,
        front,
        {"size": sizes, "color": INK, "symbol": "circle-open", "line": {"width": 1}},
        hoverinfo="skip",
    )
    points = (
        (zone.nash, "square", NASH, 10, 0, "Nash package"),
        (zone.kalai_smorodinsky, "square-open", KALAI, 15, 2.5, "Kalai–Smorodinsky package"),
    )
    for tied, symbol, colour, size, line, name in points:
        marker = {"size": size, "symbol": symbol, "color": colour, "line": {"width": line}}
        hover = [f"{name}: {_hover(found, i, one, two)}" for i in tied[:MOST]]
        yield _dots(x, y, tied[:MOST], marker, hovertext=hover, hoverinfo="text")


def _names(found: Packages, one: str, two: str, **where: Any) -> list[dict[str, Any]]:
    """Annotations: the names of packages, each at the corner of its dot where there is room."""
    told = [i for i in found.told if found.packages[i].name]
    at = {i: (_place(found, i, one, FIELD[0]), _place(found, i, two, FIELD[1])) for i in told}
    taken: list[_Box] = [(a - 7, b - 7, a + 7, b + 7) for a, b in at.values()]
    found_ones = []
    for i in told:
        text = spoken(found.packages[i].name)
        size = LETTER * len(text), LINE
        corner = min(CORNERS, key=lambda one: _hidden(_room(one, at[i], size), taken))
        taken.append(_room(corner, at[i], size))
        found_ones.append(
            {
                "x": found.worth_of(i, one),
                "y": found.worth_of(i, two),
                "text": plain(text),
                "showarrow": False,
                "font": {"size": 12, "color": INK},
                "borderpad": 1,
                "bgcolor": "rgba(255,255,255,0.72)",
                "xshift": BESIDE * corner[0],
                "yshift": BESIDE * corner[1],
                "xanchor": ("center", "left", "right")[corner[0]],
                "yanchor": "bottom" if corner[1] > 0 else "top",
                **where,
            }
        )
    return found_ones


def _place(found: Packages, package: int, party: str, pixels: float) -> float:
    """Where a package lies on an axis, in pixels."""
    low, high = _span(found, party)
    return pixels * (found.worth_of(package, party) - low) / (high - low)


def _floors(found: Packages, zone: Zone, one: str, two: str) -> list[dict[str, Any]]:
    """Shapes: the reservation values, and the quarter in which both are met."""
    a, b = zone.reservation[one], zone.reservation[two]
    if not (np.isfinite(a) and np.isfinite(b)):
        return []
    line = {"color": INK, "width": 1.2, "dash": "dash"}
    (_, right), (_, top) = (_span(found, party) for party in (one, two))
    return [
        {
            "type": "rect",
            "x0": a,
            "x1": max(a, right),
            "y0": b,
            "y1": max(b, top),
            "line": {"width": 0},
            "fillcolor": clear(KINDS["agreement"], 0.09),
            "layer": "below",
        },
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": a,
            "x1": a,
            "y0": 0,
            "y1": 1,
            "line": line,
            "layer": "below",
        },
        {
            "type": "line",
            "xref": "paper",
            "yref": "y",
            "x0": 0,
            "x1": 1,
            "y0": b,
            "y1": b,
            "line": line,
            "layer": "below",
        },
    ]


def _span(found: Packages, party: str) -> tuple[float, float]:
    """The ends of an axis: all worths and reservation values, with room at both ends."""
    own = found.worth[:, list(found.labels).index(party)]
    known = [zone.reservation[party] for zone in found.zones]
    seen = [*own.tolist(), *(value for value in known if np.isfinite(value))]
    room = 0.12 * (max(seen) - min(seen)) or 0.5
    return min(seen) - room, max(seen) + room


def _dots(
    x: Any, y: Any, rows: Sequence[int] | Any, marker: dict[str, Any], **more: Any
) -> dict[str, Any]:
    rows = list(rows)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [float(f"{x[i]:.6g}") for i in rows],
        "y": [float(f"{y[i]:.6g}") for i in rows],
        "marker": marker,
        "showlegend": False,
        **more,
    }


def _thinned(rows: Any) -> Any:
    return rows if len(rows) <= MOST else rows[:: -(-len(rows) // MOST)]


def _room(corner: tuple[int, int], at: tuple[float, float], size: tuple[float, float]) -> _Box:
    """The box of a name that stands to one corner of a dot, in pixels."""
    right, up = corner
    left = at[0] + right * BESIDE - size[0] * (0.5 - 0.5 * right)
    low = at[1] + up * BESIDE - (size[1] if up < 0 else 0)
    return left, low, left + size[0], low + size[1]


def _hidden(box: _Box, taken: Sequence[_Box]) -> float:
    """How much of a box lies under others or outside the drawing, in square pixels."""
    outside = (box[2] - box[0]) * (box[3] - box[1]) - _shared(box, (0, 0, *FIELD))
    return 3 * outside + sum(_shared(box, other) for other in taken)


def _shared(one: _Box, two: _Box) -> float:
    wide = min(one[2], two[2]) - max(one[0], two[0])
    high = min(one[3], two[3]) - max(one[1], two[1])
    return max(0.0, wide) * max(0.0, high)


def _hover(found: Packages, package: int, one: str, two: str) -> str:
    worths = [
        f"{plain(found.labels[p])} {figure_of(found.worth_of(package, p))}" for p in (one, two)
    ]
    name = plain(spoken(found.packages[package].name)) or "without a name"
    return f"{name}: {', '.join(worths)}"


FIGURE = Figure(
    "zone_of_agreement",
    "What each package is worth to whom",
    87,
    _caption,
    _plot,
    _table,
    section="packages",
    keys=_keys,
)
