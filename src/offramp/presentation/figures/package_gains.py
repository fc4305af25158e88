"""Who would gain and who would lose by each package, beside having no agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from offramp.presentation.drawing import annotation, axis, bare, plain, rail, short, stacked
from offramp.presentation.gallery import Figure, Key, Panel, Table
from offramp.presentation.palette import INK, MUTED, account_colours
from offramp.presentation.plots import Plot
from offramp.presentation.sections.offramps import signed
from offramp.presentation.sections.packages import heading_of, package_label, packages_of
from offramp.presentation.text.numbers import percent

if TYPE_CHECKING:
    from offramp.study.packages.zones import Packages, Zone
    from offramp.study.runs.findings import Findings

APART = 5
"""Pixels between the marks of two parties, so that none hides another."""
NAMED = {
    "text": "worth above or below having no agreement",
    "standoff": 6,
    "font": {"size": 12, "color": MUTED},
}
ZERO = {
    "type": "line",
    "x0": 0,
    "x1": 0,
    "yref": "paper",
    "y0": 0,
    "y1": 1,
    "line": {"color": INK, "width": 1.4},
}
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x")


def _caption(findings: Findings) -> str:
    found = packages_of(findings)
    drawn = found is not None and bool(found.draws) and _ranged(found)
    text = (
        "One line for each package that has a name, and for the reference points of bargaining "
        "theory. A mark to the right of the upright line says that the package is worth more to "
        "that party than having no agreement, one to the left that it is worth less: a package "
        "lies in the zone of agreement where no mark is on the left. Each party's worths are in "
        "its own units, so marks tell who gains or loses, not who gains more."
    )
    if drawn:
        text += (
            " At the right end stands the share of the combinations of assumptions tried in which "
            "the package lies in the zone; it describes the assumptions, not the world."
        )
    return text


def _ranged(found: Packages) -> bool:
    return any(zone.some is not None and zone.some.tried > 1 for zone in found.zones)


def _plot(findings: Findings) -> list[Panel] | None:
    found = packages_of(findings)
    if found is None:
        return None
    panels = [Panel(heading_of(zone), _drawing(found, zone)) for zone in found.zones if zone.known]
    return panels or None


def _told(found: Packages, zone: Zone) -> list[int]:
    """The named packages and the reference points of this zone."""
    own = [*zone.nash[:1], *zone.kalai_smorodinsky[:1]]
    return [i for i in found.told if found.packages[i].name or i in own]


def _label(found: Packages, zone: Zone, package: int) -> str:
    """A package with what it is in this zone, where it is a reference point."""
    points = [
        words
        for words, tied in (
            ("Nash package", zone.nash),
            ("Kalai–Smorodinsky package", zone.kalai_smorodinsky),
        )
        if package in tied[:1]
    ]
    if not found.packages[package].name:
        return " and ".join(points)
    name = package_label(found, package)
    return f"{name} ({', '.join(points)})" if points else name


def _drawing(found: Packages, zone: Zone) -> Plot:
    rows = _told(found, zone)
    labels = [_label(found, zone, i) for i in rows]
    heights, layout = stacked(labels, below=44)
    gains = {p: [found.worth_of(i, p) - zone.reservation[p] for i in rows] for p in found.parties}
    low, high = _ends([value for own in gains.values() for value in own])
    colours = account_colours(len(found.parties))
    middle = (len(found.parties) - 1) / 2
    drawing = Plot(
        layout=bare(
            **layout,
            xaxis=axis(range=[low, high], nticks=6, title=NAMED),
            shapes=[*(rail(y) for y in heights), ZERO],
            annotations=[
                text
                for i, label, y in zip(rows, labels, heights, strict=True)
                for text in _texts(zone, i, label, y, low)
            ],
        )
    )
    for place, (party, own) in enumerate(gains.items()):
        drawing.add_scatter(
            x=short(own),
            y=[y + APART * (middle - place) for y in heights],
            mode="markers",
            hoverinfo="text",
            hovertext=[f"{plain(found.labels[party])}: {signed(value)}" for value in own],
            marker={
                "size": 12,
                "color": colours[place],
                "symbol": SYMBOLS[place % len(SYMBOLS)],
                "line": {"color": "#fff", "width": 1.5},
            },
        )
    return drawing


def _ends(values: list[float]) -> tuple[float, float]:
    low, high = min(*values, 0.0), max(*values, 0.0)
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _texts(zone: Zone, package: int, label: str, y: float, low: float) -> list[dict[str, Any]]:
    """The name of a line and, with draws, in what share of them it lies in the zone."""
    told = [annotation(label, y, INK, xref="x", x=low, xanchor="left")]
    share = _share(zone, package)
    if share:
        told.append(annotation(share, y, MUTED, xref="paper", x=1, xanchor="right"))
    return told


def _share(zone: Zone, package: int) -> str:
    share = zone.shares.get(package)
    return "" if share is None or share.share is None or share.tried < 2 else percent(share.share)


def _table(findings: Findings) -> Table | None:
    found = packages_of(findings)
    if found is None:
        return None
    rows = [
        (
            _label(found, zone, i),
            heading_of(zone),
            *(signed(found.worth_of(i, p) - zone.reservation[p]) for p in found.parties),
            "yes" if zone.inside[i] else "no",
            _share(zone, i) or "not tried",
            _counted(zone, i),
        )
        for zone in found.zones
        if zone.known
        for i in _told(found, zone)
    ]
    columns = (
        "Package",
        "Measured",
        *(f"Gain of {found.labels[p]}" for p in found.parties),
        "In the zone",
        "Share in the zone",
        "Ranges concentrated",
    )
    if not rows:
        return None
    return Table(columns, tuple(rows), frozenset(range(2, 2 + len(found.parties))))


def _counted(zone: Zone, package: int) -> str:
    other = zone.shares_other.get(package)
    return "not tried" if other is None or other.share is None else percent(other.share)


def _keys(findings: Findings) -> tuple[Key, ...]:
    found = packages_of(findings)
    if found is None:
        return ()
    colours = account_colours(len(found.parties))
    return tuple(
        Key("dot", colour, found.labels[party])
        for party, colour in zip(found.parties, colours, strict=True)
    )


FIGURE = Figure(
    "package_gains",
    "Who would gain by each package, and who would lose",
    86,
    _caption,
    _plot,
    _table,
    section="packages",
    keys=_keys,
)
