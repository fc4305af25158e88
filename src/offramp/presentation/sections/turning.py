"""Turning points in the report: the moves at which the probability of an end changes most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from offramp.presentation import facts
from offramp.presentation.contents import Section
from offramp.presentation.palette import MUTED
from offramp.study.histories.turning import NOTICED
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.histories.turning import TurningPoint
    from offramp.study.runs.findings import Findings

AROUND = 5
"""Moves shown for each end."""


@dataclass(frozen=True)
class Turned:
    """An end with the moves that decide most about it."""

    outcome: str
    label: str
    colour: str
    points: tuple[TurningPoint, ...]


def points_of(findings: Findings) -> tuple[TurningPoint, ...]:
    """Every turning point; none where none was looked for."""
    found = findings.turning
    return tuple(getattr(found, "turning", found) or ())


def turned_of(findings: Findings) -> tuple[Turned, ...]:
    """Turning points end by end, called as the report calls the ends."""
    ends = {end.name: end for end in facts.ends(findings)}
    found = turned(points_of(findings))
    return tuple(
        replace(
            one,
            label=facts.outcome_label(findings, one.outcome),
            colour=ends[one.outcome].colour if one.outcome in ends else MUTED,
        )
        for one in found
    )


def turned(points: Sequence[TurningPoint]) -> tuple[Turned, ...]:
    """Turning points end by end, the moves that decide most first.

    A move that itself ends the crisis is no turning point worth telling: that it makes its own end
    likelier, and every other less likely, is true of whatever ends.
    """
    points = [one for one in points if not one.ends]
    return tuple(
        Turned(
            name,
            spoken(name),
            MUTED,
            tuple(
                sorted((one for one in points if one.outcome == name), key=lambda one: -one.decides)
            )[:AROUND],
        )
        for name in dict.fromkeys(one.outcome for one in points)
    )


def typical(one: TurningPoint) -> float | None:
    """The mean size of the changes of a move that raises at some times and lowers at others.

    None where the mean change itself says what the move does.
    """
    return one.decides / one.uses if abs(one.change) < NOTICED and one.uses > 0 else None


def move_words(one: TurningPoint) -> str:
    """'North: offers a compromise', or the label alone where chance moves."""
    label = one.label if one.by == "nature" else f"{one.by}: {one.label}"
    return f"{label} (ends the crisis)" if one.ends else label


SECTION = Section("Turning points", 90, there=turned_of, folded=True)
