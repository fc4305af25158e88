"""The figure of what could be agreed: every package by what it is worth to two parties."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from offramp.study.saying import amount_in_words, spoken

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from offramp.study.agreeing import Bargaining, Zone

INK, MUTED, OUTSIDE, INSIDE, NAMED = "#1d2329", "#5a6570", "#c3c9cf", "#5fae9f", "#17505c"
NASH, KALAI, SHADE = "#b5832b", "#7a5195", "rgba(15,118,110,0.09)"
MOST = 600
"""Most dots of each kind; of more, every so-manieth is drawn."""
MOST_PAIRS = 6


def pairs_of(found: Bargaining) -> list[tuple[str, str]]:
    """The pairs of parties that are drawn, at most six."""
    return list(itertools.combinations(found.parties, 2))[:MOST_PAIRS]


def marks(
    found: Bargaining, zone: Zone, one: str, two: str, width: int = 18
) -> Iterator[dict[str, Any]]:
    """Scatter traces: all packages, the zone's, the frontier, named ones, reference points.

    ``one`` runs to the right, ``two`` upwards; names are broken after ``width`` characters.
    """
    x, y = (found.worth[:, list(found.labels).index(party)] for party in (one, two))
    told = [i for i in found.told if found.packages[i].name]
    kinds = (
        (np.flatnonzero(~zone.inside), {"size": 6, "color": OUTSIDE}),
        (np.flatnonzero(zone.inside), {"size": 6, "color": INSIDE}),
        (np.flatnonzero(found.frontier),
         {"size": 9, "color": INK, "symbol": "circle-open", "line": {"width": 1}}),
    )  # fmt: skip
    for rows, marker in kinds:
        yield _dots(x, y, _thinned(rows), marker, hoverinfo="skip")
    middle = [(v.min() + v.max()) / 2 for v in (x, y)]
    yield _dots(
        x, y, told, {"size": 12, "color": NAMED, "line": {"color": "#fff", "width": 2}},
        mode="markers+text", textfont={"size": 12, "color": INK}, cliponaxis=False,
        text=[_broken(spoken(found.packages[i].name), width) for i in told],
        textposition=[_side(x[i], y[i], middle) for i in told],
        hovertext=[_hover(found, i, one, two) for i in told], hoverinfo="text",
    )  # fmt: skip
    points = (
        (zone.nash, "square", NASH, 10, 0, "Nash package"),
        (zone.kalai_smorodinsky, "square-open", KALAI, 15, 2.5, "Kalai–Smorodinsky package"),
    )
    for tied, symbol, colour, size, line, name in points:
        marker = {"size": size, "symbol": symbol, "color": colour, "line": {"width": line}}
        hover = [f"{name}: {_hover(found, i, one, two)}" for i in tied[:MOST]]
        yield _dots(x, y, tied[:MOST], marker, hovertext=hover, hoverinfo="text")


def floors(found: Bargaining, zone: Zone, one: str, two: str) -> list[dict[str, Any]]:
    """Shapes: the reservation values, and the quarter in which both are met."""
    a, b = zone.reservation[one], zone.reservation[two]
    if not (np.isfinite(a) and np.isfinite(b)):
        return []
    line = {"color": INK, "width": 1.2, "dash": "dash"}
    (_, right), (_, top) = (span(found, party) for party in (one, two))
    return [
        {"type": "rect", "x0": a, "x1": max(a, right), "y0": b, "y1": max(b, top),
         "line": {"width": 0}, "fillcolor": SHADE, "layer": "below"},
        {"type": "line", "xref": "x", "yref": "paper", "x0": a, "x1": a, "y0": 0, "y1": 1,
         "line": line, "layer": "below"},
        {"type": "line", "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": b, "y1": b,
         "line": line, "layer": "below"},
    ]  # fmt: skip


def span(found: Bargaining, party: str) -> tuple[float, float]:
    """The ends of an axis: all worths and reservation values, with room at both ends."""
    own = found.worth[:, list(found.labels).index(party)]
    known = [zone.reservation[party] for zone in found.zones]
    seen = [*own.tolist(), *(value for value in known if np.isfinite(value))]
    room = 0.08 * (max(seen) - min(seen)) or 0.5
    return min(seen) - room, max(seen) + room


def draw_bargaining(found: Bargaining) -> go.Figure:
    """A row for each basis of reservation values, a panel for each pair of parties."""
    from plotly.subplots import make_subplots

    pairs = pairs_of(found)
    figure = make_subplots(rows=len(found.zones), cols=max(1, len(pairs)))
    for row, zone in enumerate(found.zones, 1):
        for column, (one, two) in enumerate(pairs, 1):
            for trace in marks(found, zone, one, two):
                figure.add_trace(trace, row=row, col=column)
            for axis, party in ((figure.update_xaxes, one), (figure.update_yaxes, two)):
                axis(title_text=f"worth to {found.labels[party]}", range=span(found, party),
                     row=row, col=column)  # fmt: skip
                value = zone.reservation[party]
                if np.isfinite(value):
                    draw = figure.add_vline if party == one else figure.add_hline
                    where: dict[str, Any] = {"row": row, "col": column}
                    draw(value, line={"color": INK, "dash": "dash"}, **where)
    figure.update_layout(
        title="What each package is worth to whom", height=90 + 380 * len(found.zones),
        showlegend=False, plot_bgcolor="rgba(0,0,0,0)", paper_bgcolor="rgba(0,0,0,0)",
        font={"color": INK},
    )  # fmt: skip
    return figure


def caption(found: Bargaining) -> str:
    """How the figure is read, for a reader who knows no game theory."""
    pair = "" if len(found.parties) == 2 else " One panel for each pair of parties."
    return (
        f"Every dot is a package: one option on every issue.{pair} The further to the right, the "
        "more it is worth to the one party; the higher, the more to the other. Dashed lines are "
        "what each has without an agreement: to the right of the one and above the other, in the "
        "shaded corner, neither is worse off than without, and coloured dots lie there for "
        "everybody whose consent counts. That is the zone of agreement. A ring marks packages "
        "on the frontier: whoever would get more than there takes it from somebody else."
    )


def _dots(
    x: Any, y: Any, rows: Sequence[int] | Any, marker: dict[str, Any], **more: Any
) -> dict[str, Any]:
    rows = list(rows)
    return {
        "type": "scatter", "mode": "markers", "x": [float(f"{x[i]:.6g}") for i in rows],
        "y": [float(f"{y[i]:.6g}") for i in rows], "marker": marker, "showlegend": False, **more,
    }  # fmt: skip


def _thinned(rows: Any) -> Any:
    return rows if len(rows) <= MOST else rows[:: -(-len(rows) // MOST)]


def _side(x: float, y: float, middle: Sequence[float]) -> str:
    """Where a name stands beside its dot so that it stays inside the drawing."""
    return f"{'top' if y < middle[1] else 'bottom'} {'left' if x > middle[0] else 'right'}"


def _broken(name: str, width: int) -> str:
    """A name in lines of at most ``width`` characters where it has spaces."""
    lines: list[str] = []
    for word in _plain(name).split():
        if lines and len(lines[-1]) + len(word) < width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "<br>".join(lines)


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _hover(found: Bargaining, package: int, one: str, two: str) -> str:
    worths = [
        f"{_plain(found.labels[p])} {amount_in_words(found.worth_of(package, p))}"
        for p in (one, two)
    ]
    name = _plain(spoken(found.packages[package].name)) or "without a name"
    return f"{name}: {', '.join(worths)}"
