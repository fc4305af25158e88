"""Histories in words: what happens, round by round, with rounds that repeat told once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from offramp.presentation import facts
from offramp.presentation.contents import Content, Section
from offramp.presentation.palette import MUTED
from offramp.presentation.text.numbers import GAP, listed, percent, sentence
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.histories.likeliest import Moment, Story
    from offramp.study.runs.findings import Findings


@dataclass(frozen=True)
class Chapter:
    """One round, or several that are alike, in one sentence."""

    when: str
    told: str


@dataclass(frozen=True)
class Tale:
    """A history as the report tells it."""

    probability: str
    within: str
    outcome: str
    colour: str
    chapters: tuple[Chapter, ...]


def likeliest_tales(findings: Findings) -> tuple[Tale, ...]:
    """The likeliest histories of all, likeliest first."""
    return tuple(_tale(findings, story) for story in findings.histories)


def outcome_tales(findings: Findings) -> tuple[Tale, ...]:
    """The likeliest history of each outcome that has one, in the order of the outcomes."""
    order = {end.name: place for place, end in enumerate(facts.ends(findings))}
    stories = sorted(
        findings.history_by_outcome, key=lambda story: order.get(story.outcome, len(order))
    )
    return tuple(_tale(findings, story) for story in stories)


def _tale(findings: Findings, story: Story) -> Tale:
    ends = {end.name: end for end in facts.ends(findings)}
    end = ends.get(story.outcome)
    whole = end.spread.nominal if end else float("nan")
    share = story.probability / whole if whole > 0 else float("nan")
    label = end.label if end else spoken(story.outcome)
    return Tale(
        probability=_small(story.probability),
        within=f"{_small(min(share, 1.0))} of all ways to {label}" if share == share else "",
        outcome=label,
        colour=end.colour if end else MUTED,
        chapters=tuple(_chapters(findings, story)),
    )


def _small(share: float) -> str:
    """A small probability as one in so many, since histories are one of very many."""
    if 0 < share < 0.0005:
        return f"1 in {round(1 / share, -len(str(int(1 / share))) + 2):,.0f}"
    return percent(share)


def _chapters(findings: Findings, story: Story) -> Iterator[Chapter]:
    unit = facts.time_unit(findings)
    by_round = [
        (number, _told(findings, list(moments)))
        for number, moments in groupby(story.moments, key=lambda moment: moment.round)
    ]
    for told, alike in groupby(by_round, key=lambda one: one[1]):
        numbers = [number for number, _ in alike]
        if len(numbers) == 1:
            when = f"{unit.capitalize()}{GAP}{numbers[0]}"
        else:
            when = f"{unit.capitalize()}s{GAP}{numbers[0]}{GAP}to{GAP}{numbers[-1]}"
        yield Chapter(when, told)


def _told(findings: Findings, moments: Sequence[Moment]) -> str:
    """The moments of one round as one sentence, without moves of chance that change nothing."""
    kept = [moment for moment in moments if not _idle(findings, moment)] or list(moments)
    clauses = []
    for _, same in groupby(kept, key=lambda moment: moment.by):
        together = list(same)
        clauses.append(_clause(findings, together))
    return sentence("; ".join(clauses))


def _clause(findings: Findings, moments: Sequence[Moment]) -> str:
    """Successive moves of one mover: 'North offers a compromise and waits'."""
    moves = [_move_words(findings, moment) for moment in moments]
    if any(words is None for words in moves):
        return "; ".join(moment.sentence.strip().rstrip(".") for moment in moments)
    words = listed([one for one in moves if one])
    return words if moments[0].by == "nature" else f"{moments[0].by} {words}"


def _move_words(findings: Findings, moment: Moment) -> str | None:
    """The move's label, or None where the scenario does not know the move by this name."""
    for step in findings.scenario.round:
        if step.name == moment.step and moment.move in step.moves:
            return step.moves[moment.move].label or spoken(moment.move)
    return None


def _idle(findings: Findings, moment: Moment) -> bool:
    """Whether a move of chance leaves everything as it is and ends nothing."""
    for step in findings.scenario.round:
        if step.name == moment.step and step.by == "nature" and moment.move in step.moves:
            move = step.moves[moment.move]
            return not move.then and move.end is None
    return False


def _content(findings: Findings) -> Content:
    return {
        "likeliest": likeliest_tales(findings),
        "by_outcome": facts.parted(outcome_tales(findings)),
        "complete": findings.histories_complete,
    }


SECTION = Section("The likeliest histories", 80, _content, folded=True)
