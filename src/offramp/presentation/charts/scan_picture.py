"""A scan as a picture: the ends along one assumption, or one end along two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from offramp.presentation.charts.svg import draw_svg
from offramp.study.charts.data import Axis, Chart, Dots, Line

if TYPE_CHECKING:
    import xarray as xr

TONES_OF_KINDS: Mapping[str, str] = {
    "agreement": "peace",
    "ceasefire": "first",
    "capitulation": "second",
    "stalemate": "quiet",
    "war": "war",
    "catastrophe": "risk",
}
SEVERAL = ("first", "war", "peace", "second", "third", "ink")
MOST_LINES = 6


def scan_svg(found: xr.Dataset, kinds: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """One or two assumptions of a scan as SVG; ``kinds`` maps outcomes, ``labels`` names."""
    return draw_svg(scan_chart(found, kinds, labels))


def scan_chart(found: xr.Dataset, kinds: Mapping[str, str], labels: Mapping[str, str]) -> Chart:
    """The chart of a scan: all ends along one assumption; of two, a line for values of the other.

    Where there are two it shows the probability of an agreement, or of the likeliest end where
    none is possible.
    """
    names = axes_of(found)
    marks = list(_ends(found, kinds, labels) if len(names) == 1 else _family(found, labels))
    values, options = _places(found, names[0])
    low, high = float(values.min()), float(values.max())
    if options or low == high:
        low, high = low - 0.5, high + 0.5
    what = "Probability" if len(names) == 1 else f"Probability of {shown_end(found)[1]}"
    called = " and ".join(labels.get(name, name) for name in names)
    return Chart(
        f"{found.attrs['title']}: ends along {called}",
        Axis(
            labels.get(names[0], names[0]),
            low,
            high,
            tuple(values) if options else (),
            tuple(options),
        ),
        Axis(what, 0, 1, (0, 0.25, 0.5, 0.75, 1)),
        tuple(marks),
        "",
        f"{what} of the ends as {called} goes from its lowest to its highest value, all other "
        "assumptions at their nominal values.",
    )


def axes_of(found: xr.Dataset) -> tuple[str, ...]:
    """The assumptions that a scan goes along, in their order."""
    return tuple(str(dim) for dim in found["rounds"].dims)


def shown_end(found: xr.Dataset) -> tuple[Any, str]:
    """(the probabilities, what of) where one number is shown for each point of a scan."""
    if "agreement" in found["kind"].values:
        return found["kind_probability"].sel(kind="agreement").values, "an agreement"
    shares = np.nanmean(found["probability"].values.reshape(-1, found.sizes["outcome"]), axis=0)
    likely = str(found["outcome"].values[int(np.argmax(shares))])
    return found["probability"].sel(outcome=likely).values, f"‹{likely.replace('_', ' ')}›"


def likeliest(found: xr.Dataset, most: int = MOST_LINES) -> list[str]:
    """The ends that are likeliest anywhere along a scan, at most so many, none that never comes."""
    flat = found["probability"].values.reshape(-1, found.sizes["outcome"])
    highest = np.nanmax(np.where(np.isfinite(flat), flat, 0.0), axis=0)
    order = np.argsort(-highest, kind="stable")
    return [str(found["outcome"].values[i]) for i in order[:most] if highest[i] > 1e-9]


def _places(found: xr.Dataset, name: str) -> tuple[Any, list[str]]:
    """Where the values of an axis stand, and the words of those that are options."""
    values = found[name].values
    if np.issubdtype(values.dtype, np.number):
        return values.astype(float), []
    return np.arange(len(values), dtype=float), [str(one).replace("_", " ") for one in values]


def _ends(
    found: xr.Dataset, kinds: Mapping[str, str], labels: Mapping[str, str]
) -> Iterator[Line | Dots]:
    (name,) = axes_of(found)
    x, options = _places(found, name)
    seen: set[str] = set()
    for outcome in likeliest(found):
        tone = TONES_OF_KINDS.get(kinds.get(outcome, ""), "quiet")
        y = found["probability"].sel(outcome=outcome).values
        called = labels.get(outcome, outcome.replace("_", " "))
        if options:
            yield Dots(tuple(x), tuple(y), called, tone, tone in seen)
        else:
            yield Line(tuple(x), tuple(y), called, tone, tone in seen)
        seen.add(tone)


def _family(found: xr.Dataset, labels: Mapping[str, str]) -> Iterator[Line | Dots]:
    first, second = axes_of(found)
    x, options = _places(found, first)
    shown, _ = shown_end(found)
    values = found[second].values
    count = min(len(values), MOST_LINES)
    for turn, place in enumerate(np.unique(np.linspace(0, len(values) - 1, count).round())):
        value = values[int(place)]
        told = f"{value:.3g}" if isinstance(value, (int, float, np.number)) else str(value)
        name = f"{labels.get(second, second)} {told}"
        y = tuple(shown[:, int(place)])
        if options:
            yield Dots(tuple(x), y, name, SEVERAL[turn], turn % 2 == 1)
        else:
            yield Line(tuple(x), y, name, SEVERAL[turn], turn % 2 == 1)
