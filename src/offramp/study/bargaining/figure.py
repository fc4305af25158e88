"""The figure of what could be agreed: every package by what it is worth to two parties."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from offramp.study.solving.saying import amount_in_words, spoken

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from offramp.study.bargaining.zones import Bargaining, Zone

INK, MUTED, OUTSIDE, INSIDE, NAMED = "#1d2329", "#5a6570", "#c3c9cf", "#5fae9f", "#17505c"
NASH, KALAI, SHADE = "#b5832b", "#7a5195", "rgba(15,118,110,0.09)"
MOST = 600
"""Most dots of each kind; of more, every so-manieth is drawn."""
MOST_PAIRS = 6
FIELD = (320.0, 300.0)
"""Width and height of a drawing in pixels, as names are placed; it may be wider."""
LETTER, LINE, BESIDE = 7.0, 18.0, 6.0
"""Pixels of a letter, of a line, and between a dot and its name."""
CORNERS = ((1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (0, -1))
_Box = tuple[float, float, float, float]


def pairs_of(found: Bargaining) -> list[tuple[str, str]]:
    """The pairs of parties that are drawn, at most six."""
    return list(itertools.combinations(found.parties, 2))[:MOST_PAIRS]


def marks(found: Bargaining, zone: Zone, one: str, two: str) -> Iterator[dict[str, Any]]:
    """Scatter traces: all packages, the zone's, the frontier, named ones, reference points.

    ``one`` runs to the right, ``two`` upwards.
    """
    x, y = (found.worth[:, list(found.labels).index(party)] for party in (one, two))
    told = [i for i in found.told if found.packages[i].name]
    kinds = (
        (np.flatnonzero(~zone.inside), {"size": 6, "color": OUTSIDE}),
        (np.flatnonzero(zone.inside), {"size": 6, "color": INSIDE}),
    )  # fmt: skip
    for rows, marker in kinds:
        yield _dots(x, y, _thinned(rows), marker, hoverinfo="skip")
    yield _dots(
        x, y, told, {"size": 12, "color": NAMED, "line": {"color": "#fff", "width": 2}},
        hovertext=[_hover(found, i, one, two) for i in told], hoverinfo="text",
    )  # fmt: skip
    front = _thinned(np.flatnonzero(found.frontier)) if found.searched else []
    sizes = [17 if i in told else 9 for i in front]
    yield _dots(x, y, front, {"size": sizes, "color": INK, "symbol": "circle-open",
                              "line": {"width": 1}}, hoverinfo="skip")  # fmt: skip
    points = (
        (zone.nash, "square", NASH, 10, 0, "Nash package"),
        (zone.kalai_smorodinsky, "square-open", KALAI, 15, 2.5, "Kalai–Smorodinsky package"),
    )
    for tied, symbol, colour, size, line, name in points:
        marker = {"size": size, "symbol": symbol, "color": colour, "line": {"width": line}}
        hover = [f"{name}: {_hover(found, i, one, two)}" for i in tied[:MOST]]
        yield _dots(x, y, tied[:MOST], marker, hovertext=hover, hoverinfo="text")


def names(found: Bargaining, one: str, two: str, **where: Any) -> list[dict[str, Any]]:
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
        found_ones.append({
            "x": found.worth_of(i, one), "y": found.worth_of(i, two), "text": _plain(text),
            "showarrow": False, "font": {"size": 12, "color": INK}, "borderpad": 1,
            "bgcolor": "rgba(255,255,255,0.72)", "xshift": BESIDE * corner[0],
            "yshift": BESIDE * corner[1], "xanchor": ("center", "left", "right")[corner[0]],
            "yanchor": "bottom" if corner[1] > 0 else "top", **where,
        })  # fmt: skip
    return found_ones


def _place(found: Bargaining, package: int, party: str, pixels: float) -> float:
    """Where a package lies on an axis, in pixels."""
    low, high = span(found, party)
    return pixels * (found.worth_of(package, party) - low) / (high - low)


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
    room = 0.12 * (max(seen) - min(seen)) or 0.5
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
            for name in names(found, one, two):
                figure.add_annotation(name, row=row, col=column)
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


def caption(found: Bargaining | None) -> str:
    """How the figure is read, for a reader who knows no game theory."""
    pair = (
        "" if found is None or len(found.parties) == 2 else " One panel for each pair of parties."
    )
    some = "" if found is None or found.complete else (
        " Of so many packages only those are drawn that have a name"
        + (" or lie on the frontier." if found.searched else ".")
    )  # fmt: skip
    return (
        f"Every dot is a package: one option on every issue.{some}{pair} The further to the right, "
        "the more it is worth to the one party; the higher, the more to the other. Dashed lines "
        "are what each has without an agreement: to the right of the one and above the other, in "
        "the shaded corner, neither is worse off than without, and coloured dots lie there for "
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


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _hover(found: Bargaining, package: int, one: str, two: str) -> str:
    worths = [
        f"{_plain(found.labels[p])} {amount_in_words(found.worth_of(package, p))}"
        for p in (one, two)
    ]
    name = _plain(spoken(found.packages[package].name)) or "without a name"
    return f"{name}: {', '.join(worths)}"
