"""The figure of an emulator: emulated beside solved values of draws that it had not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from offramp.study.charts.data import Area, Axis, Chart, Dots, Line

if TYPE_CHECKING:
    from offramp.study.emulation.surrogates import Emulator, Surrogate

SHOWN = 400
"""Most draws that are drawn."""


def held_out_chart(found: Surrogate, one: Emulator) -> Chart:
    """Dots of held-out draws around the line on which emulated equals solved."""
    solved, emulated = (part[:SHOWN] for part in one.held_out)
    low, high = _ends(one)
    reach = one.error.reach
    band = Area(
        (low, high, high, low),
        (low - reach, high - reach, high + reach, low + reach),
        "95 % of errors",
        "quiet",
    )
    line = Line((low, high), (low, high), "emulated = solved", "ink", dashed=True)
    dots = Dots(tuple(solved.tolist()), tuple(emulated.tolist()), "a draw not learnt from", "first")
    error = one.error
    told = (
        f"{len(solved):,} solved draws of {found.origin.title}. Across: {one.quantity} as the "
        f"solver has it. Up: as an emulator has it that had not seen the draw ({one.method}). The "
        f"nearer to the dashed line, the better; 95 % of all held-out errors are within "
        f"{reach:.2g}, the largest is {error.largest:.2g}."
    )
    return Chart(
        f"Emulated beside solved: {one.quantity}",
        Axis(f"{one.quantity}, solved", low, high),
        Axis(f"{one.quantity}, emulated", low, high),
        (band, line, dots),
        told,
        told,
    )


def _ends(one: Emulator) -> tuple[float, float]:
    """The ends of both axes."""
    low, high = float(one.held_out.min()), float(one.held_out.max())
    if one.is_probability and high - low > 0.6:
        return 0.0, 1.0
    edge = 0.05 * (high - low) or max(1e-6, 0.05 * abs(high))
    first, last = low - edge, high + edge
    if np.isfinite(one.fit.low):
        first = max(first, one.fit.low)
    if np.isfinite(one.fit.high):
        last = min(last, one.fit.high)
    return first, last
