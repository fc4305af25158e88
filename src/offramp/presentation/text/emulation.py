"""An emulator in words: what was learnt from what, how far off it is, what it cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation.text.numbers import figure_of, listed, percent

if TYPE_CHECKING:
    from offramp.study.emulation.fresh import Check
    from offramp.study.emulation.surrogates import Emulator, Outside, Surrogate

BANNER = "EMULATED, NOT SOLVED"
SMOOTH = (
    "An emulator is smoother than the solver: extremes are drawn in, jumps between equilibria are "
    "smoothed over, and errors are not even across the ranges."
)
UNKNOWN_RANGES = (
    "The scenario of the draws is not known: every range is taken as even between the least and "
    "the greatest value of the draws."
)

HALF = 0.5


def surrogate_sentences(found: Surrogate) -> Iterator[str]:
    """What was learnt, from what, and how far off it is."""
    origin = found.origin
    yield (
        f"{BANNER}: on the premises of {origin.premises}, as encoded here, a fit to "
        f"{origin.used:,} solved draws stands in for the solver."
    )
    yield _used(found)
    if not all(one.known for one in found.inputs):
        yield UNKNOWN_RANGES
    for one in found.emulators:
        yield emulator_sentence(one, origin.folds)
    if found.complete:
        low, high = found.sums
        yield (
            "The probabilities of all outcomes are emulated one by one and then divided by their "
            f"sum, which was {low:.3f} to {high:.3f} on held-out draws."
        )
    else:
        yield "Each quantity is emulated by itself; probabilities need not add up to one."
    yield SMOOTH


def _used(found: Surrogate) -> str:
    """Which draws were learnt from, and which were not."""
    origin = found.origin
    said = f"Of {origin.offered:,} draws over {len(found.inputs)} assumptions"
    reasons = [f"{count:,} {word}" for word, count in origin.left_out.items()]
    lost = sum(origin.left_out.values())
    said += f", {lost:,} are left out ({listed(reasons)})" if lost else ", none is left out"
    if origin.spare:
        said += f" and {origin.spare:,} more were not needed"
    if origin.several:
        said += f"; in {origin.several:,} several equilibria were found, and the reported is learnt"
    return said + f" (folds by seed {origin.seed})."


def emulator_sentence(one: Emulator, folds: int) -> str:
    """How one quantity is emulated, and its errors."""
    if not one.tried:
        return f"{one.quantity} is {figure_of(one.solved.mean)} in all draws."
    error = one.error
    said = (
        f"{one.quantity} ({one.method}): on draws that it had not seen ({folds} folds) it is off "
        f"by {figure_of(error.rms, 2)} (root mean square), 95 % of errors are within "
        f"{figure_of(error.reach, 2)}, the largest is {figure_of(error.largest, 2)} "
        f"(draw {error.draw})"
    )
    if np.isfinite(error.corners):
        said += f", in the outermost tenth of the draws it is {figure_of(error.corners, 2)}"
    said += f"; it explains {percent(max(error.explained, 0.0))} of the variance."
    if error.explained < HALF:
        said += " That is little: the mean of the solved draws says nearly as much."
    if np.isfinite(error.coverage):
        said += f" Its own 95 % interval holds {100 * error.coverage:.0f} % of them."
    return said


def check_sentences(check: Check, found: Surrogate) -> tuple[str, ...]:
    """What fresh draws say of the emulator."""
    lost = [f"{count:,} {word}" for word, count in check.unsolved.items()]
    parts = [
        f"Checked with the solver on {check.solved:,} fresh draws (from number {check.first:,} of "
        f"seed {check.seed}" + (f"; {listed(lost)}" if lost else "") + "):"
    ]
    for one in found.emulators:
        error = check.errors[one.quantity]
        if not one.tried and not error.largest:
            parts.append(f"{one.quantity} is {figure_of(one.solved.mean)} there as well.")
            continue
        said = (
            f"{one.quantity} is off by {figure_of(error.rms, 2)} (root mean square; "
            f"{figure_of(one.error.rms, 2)} was stated), at most by "
            f"{figure_of(error.largest, 2)} (draw {error.draw}); "
            f"{100 * check.within[one.quantity]:.0f} % of errors are within the stated "
            f"{figure_of(one.error.reach, 2)}"
        )
        if np.isfinite(error.coverage):
            said += f", {100 * error.coverage:.0f} % of draws in its own 95 % interval"
        parts.append(said + ".")
    return tuple(parts)


def outside_sentence(one: Outside) -> str:
    """The warning where an assumption is asked for outside the draws that were learnt from."""
    return (
        f"{one.name} = {one.asked:g} lies outside the draws learnt from ({one.least:g} to "
        f"{one.greatest:g}); read at {one.read:g}, and no error is known there."
    )
