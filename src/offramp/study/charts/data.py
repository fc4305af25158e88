"""Charts as data: axes, lines, areas, dots and words in named tones; presentation draws them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class Axis:
    """An axis: its title, its two ends, and its ticks where they are not worked out.

    ``words`` stand at the ticks in place of their numbers.
    """

    title: str
    low: float
    high: float
    ticks: tuple[float, ...] = ()
    words: tuple[str, ...] = ()

    def marks(self) -> tuple[float, ...]:
        """The ticks that are drawn: those given, or four to seven round numbers."""
        if self.ticks:
            return self.ticks
        rough = (self.high - self.low) / 6
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= rough)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return tuple(round(i * step, 12) for i in range(first, last + 1))


@dataclass(frozen=True)
class Line:
    """A line through points; nan leaves a gap. Named lines stand in the legend."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    name: str = ""
    tone: str = "first"
    dashed: bool = False


@dataclass(frozen=True)
class Area:
    """A filled polygon. Named areas stand in the legend."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    name: str = ""
    tone: str = "peace"


@dataclass(frozen=True)
class Dots:
    """Single points; hollow ones are drawn as rings."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    name: str = ""
    tone: str = "ink"
    hollow: bool = False


@dataclass(frozen=True)
class Words:
    """Words inside the drawing; ``align`` is start, middle or end."""

    x: float
    y: float
    text: str
    align: str = "middle"


@dataclass(frozen=True)
class Chart:
    """One drawing with a title, a caption for readers and a text in place of the picture."""

    title: str
    x: Axis
    y: Axis
    marks: tuple[Line | Area | Dots | Words, ...]
    caption: str
    alternative: str


def curve(
    low: float,
    high: float,
    function: Callable[[float], float],
    name: str = "",
    tone: str = "first",
    *,
    dashed: bool = False,
    breaks: Sequence[float] = (),
    points: int = 97,
) -> Line:
    """A function from ``low`` to ``high``; at ``breaks`` it jumps and the line is cut."""
    ends = [low, *sorted(at for at in breaks if low < at < high), high]
    step = 1e-9 * (high - low)
    x: list[float] = []
    y: list[float] = []
    for left, right in pairwise(ends):
        inside = np.linspace(left + step * (left > low), right - step * (right < high), points)
        x += [*(float(at) for at in inside), math.nan]
        y += [*(float(function(float(at))) for at in inside), math.nan]
    return Line(tuple(x[:-1]), tuple(y[:-1]), name, tone, dashed)


def box(
    left: float, right: float, low: float, high: float, name: str = "", tone: str = "peace"
) -> Area:
    """A rectangle."""
    return Area((left, right, right, left), (low, low, high, high), name, tone)


def between(
    low: Sequence[float], high: Sequence[float], at: Sequence[float], name: str, tone: str
) -> Area:
    """The area between two lines over the same places."""
    return Area((*at, *reversed(at)), (*low, *reversed(high)), name, tone)


def places(low: float, high: float, count: int = 97) -> tuple[float, ...]:
    """Evenly spaced numbers from ``low`` to ``high``."""
    return tuple(float(at) for at in np.linspace(low, high, count))
