"""One round as a picture: a strip of steps in their order, with the moves of each."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from offramp.core.directions import isolated
from offramp.presentation.palette import (
    CHANCE,
    INK,
    KINDS,
    MUTED,
    PAPER,
    PLAYERS,
    RULE,
    dark_enough,
)
from offramp.presentation.text.formulas import condition_words

if TYPE_CHECKING:
    from offramp.scenario import Scenario
    from offramp.scenario.model import Step

WIDE, GAP, ROOM, LINE, HEAD, MARGIN = 222, 26, 11, 15, 42, 18
"""Width of a step, between two steps, inside one, of a line, of a heading, around all; pixels."""
ABREAST, LETTERS = 4, 29
"""Steps in a row, and letters in a line."""
_STYLE = "font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"


@dataclass(frozen=True)
class _Line:
    text: str
    colour: str
    indent: int = 0
    first: bool = False


def round_picture(scenario: Scenario) -> str:
    """One round of a scenario as SVG text, also where rounds are unlimited.

    Every step is a column in its mover's colour; under a move stand in grey the condition under
    which it is offered and in the colour of its kind the end to which it leads.
    """
    columns = [tuple(_lines(scenario, step)) for step in scenario.round]
    rows = [range(i, min(i + ABREAST, len(columns))) for i in range(0, len(columns), ABREAST)]
    parts: list[str] = []
    top = MARGIN + 26
    for row in rows:
        tall = max(_height(columns[i]) for i in row)
        for place, i in enumerate(row):
            left = MARGIN + place * (WIDE + GAP)
            parts += _column(scenario, i, columns[i], left, top, tall)
            if i + 1 < len(columns):
                parts.append(_arrow(left + WIDE, top + HEAD / 2, last=place + 1 == ABREAST))
        top += tall + GAP
    width = 2 * MARGIN + min(len(columns), ABREAST) * (WIDE + GAP) - GAP
    further = _further(scenario)
    parts.append(_text(MARGIN, top + 4, further, MUTED))
    title = isolated(scenario.title)
    head = _text(MARGIN, MARGIN + 8, f"One {scenario.time.round} of: {title}", INK, bold=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top + MARGIN:.0f}" '
        f'viewBox="0 0 {width} {top + MARGIN:.0f}" style="{_STYLE}" role="img" '
        f'aria-label="{escape(title, {chr(34): "&quot;"})}">'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>{head}{"".join(parts)}</svg>\n'
    )


def _further(scenario: Scenario) -> str:
    """What comes behind the last step."""
    unit = scenario.time.round
    if scenario.at_end is None:
        return f"then the next {unit} begins, without a limit"
    end = scenario.outcomes[scenario.at_end].label or scenario.at_end
    return f"then the next {unit} begins; after {scenario.rounds} without an end: {end}"


def _lines(scenario: Scenario, step: Step) -> Iterator[_Line]:
    """The moves of a step, wrapped."""
    if step.unseen:
        yield from _wrapped(f"does not see: {', '.join(step.unseen)}", MUTED, 0)
    for name, move in step.moves.items():
        yield from _wrapped(move.label or name.replace("_", " "), INK, 0, first=True)
        if move.when is not None:
            yield from _wrapped(f"if {condition_words(move.when)}", MUTED, 12)
        if move.end is not None:
            end = scenario.outcomes[move.end]
            told = f"→ {end.label or move.end.replace('_', ' ')}"
            yield from _wrapped(told, dark_enough(KINDS[end.kind]), 12)


def _wrapped(text: str, colour: str, indent: int, first: bool = False) -> Iterator[_Line]:
    wide = LETTERS - (2 if indent else 0)
    for number, line in enumerate(textwrap.wrap(text, wide) or [""]):
        yield _Line(line, colour, indent if number == 0 else indent or 9, first and number == 0)


def _height(lines: tuple[_Line, ...]) -> float:
    return HEAD + ROOM + LINE * len(lines) + 5 * sum(line.first for line in lines) + ROOM


def _column(
    scenario: Scenario, number: int, lines: tuple[_Line, ...], left: float, top: float, tall: float
) -> Iterator[str]:
    step = scenario.round[number]
    parties = list(scenario.parties)
    chance = step.by == "nature"
    colour = CHANCE if chance else PLAYERS[parties.index(step.by) % len(PLAYERS)]
    who = "By chance" if chance else scenario.parties[step.by].label or step.by
    told = step.label or step.name.replace("_", " ")
    yield (
        f'<rect x="{left}" y="{top}" width="{WIDE}" height="{tall}" rx="5" fill="none" '
        f'stroke="{RULE}"/><rect x="{left}" y="{top}" width="{WIDE}" height="{HEAD}" rx="5" '
        f'fill="{colour}"/>'
    )
    heading = textwrap.shorten(f"{number + 1}. {who}", LETTERS - 4, placeholder=" …")
    yield _text(left + ROOM, top + 17, heading, PAPER, bold=True)
    yield _text(left + ROOM, top + 33, textwrap.shorten(told, LETTERS, placeholder=" …"), PAPER)
    at = top + HEAD + ROOM + 4
    for line in lines:
        at += 5 * line.first
        mark = "• " if line.first else ""
        yield _text(left + ROOM + line.indent, at, mark + line.text, line.colour)
        at += LINE


def _arrow(x: float, y: float, *, last: bool) -> str:
    """From a step to the next; at the end of a row it only points on."""
    end = x + (GAP / 2 if last else GAP - 4)
    return (
        f'<path d="M{x + 4} {y}H{end}m-5 -4l5 4l-5 4" fill="none" stroke="{MUTED}" '
        'stroke-width="1.5"/>'
    )


def _text(x: float, y: float, text: str, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x}" y="{y}" fill="{colour}"{weight}>{escape(isolated(text))}</text>'
