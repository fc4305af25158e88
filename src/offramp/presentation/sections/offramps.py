"""Off-ramps in the report: each change with its effort, its effect and what every party gets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offramp.presentation.contents import Content, Section
from offramp.presentation.text.numbers import (
    GAP,
    MINUS,
    figure_of,
    listed,
    percent,
    points,
    sentence,
)
from offramp.presentation.text.offramps import (
    RULES,
    account_sentences,
    aim_in_words,
    apart_sentence,
    left_out_sentence,
    offramp_sentences,
    offramps_sentence,
    works_words,
)
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.study.offramps.records import Change, OffRamp, OffRamps
    from offramp.study.runs.findings import Findings

EQUAL = 1e-9
NAMED = 3
"""Changes named in the answer at the top."""


@dataclass(frozen=True)
class Moved:
    """One lever and how far it is moved."""

    label: str
    parameter: str
    called: str
    start: str
    to: str
    unit: str
    limit: str
    effort: str
    holders: str


@dataclass(frozen=True)
class Stake:
    """What a change adds for one party; ``holder`` where the change is its own to make."""

    party: str
    holder: bool
    before: str
    after: str
    gain: str
    verdict: str
    settlement: str
    going_on: str
    imposed: bool


@dataclass(frozen=True)
class Odds:
    """A probability without and with a change, in words and in per cent of a bar."""

    label: str
    before: str
    reached: str
    after: str
    before_width: float
    after_width: float


@dataclass(frozen=True)
class RampTold:
    """One change, or one first step, as the report tells it."""

    title: str
    first_step: str
    holders: str
    effort: str
    marks: tuple[str, ...]
    moved: tuple[Moved, ...]
    odds: tuple[Odds, ...]
    robust: tuple[str, ...]
    stakes: tuple[Stake, ...]
    warnings: tuple[str, ...]
    number: str
    """Its place among those found; empty for the nearest where nothing was found."""
    works: str
    burden: str
    """'South 2.1; North 1', or who takes the step."""
    fare: str
    """Who gains and who loses, the holders first and marked."""
    elsewhere: str
    """What the same change brings about on every account."""


@dataclass(frozen=True)
class Ramps:
    """One question for off-ramps and its answer."""

    sentence: str
    elsewhere: tuple[str, ...]
    aim: str
    heading: str
    asked: str
    found: tuple[RampTold, ...]
    nearest: RampTold | None
    left_out: tuple[str, ...]
    rules: tuple[str, ...]
    apart: tuple[str, ...]
    """First steps that are no off-ramps, each with the sentence why."""


def asked_of(findings: Findings) -> tuple[OffRamps, ...]:
    """Every question for off-ramps; none where none was asked."""
    asked = findings.offramps
    if asked is None:
        return ()
    return tuple(asked) if isinstance(asked, (tuple, list)) else (asked,)


def ramps_of(findings: Findings) -> tuple[Ramps, ...]:
    """Every question for off-ramps with its answer in words."""
    return tuple(_ramps(one) for one in asked_of(findings))


def ramps_answer(findings: Findings) -> str:
    """One sentence without its beginning: whether there is an off-ramp, and of whose making."""
    asked = asked_of(findings)
    if not asked:
        return ""
    one = asked[0]
    text = without_lead(offramps_sentence(one))
    if one.met or not one.found:
        return text
    firsts = [one.found[group[0]] for group in one.groups]
    named = [
        f"{title_of(ramp)} ({'taken' if ramp.first_step else 'held'} by {_holders(ramp)})"
        for ramp in firsts[:NAMED]
    ]
    more = len(firsts) - NAMED
    if more > 0:
        named.append(f"{more} more")
    return f"{text.removesuffix('.')}: {listed(named)}{_beside(one)}."


def _beside(one: OffRamps) -> str:
    """On each account: that no change is needed there, or how many of these suffice."""
    told: list[str] = []
    for name, before in one.accounts.items():
        if not math.isfinite(before):
            continue
        label, least = one.account_labels.get(name, spoken(name)), one.at_least - EQUAL
        enough = sum(ramp.accounts.get(name, 0.0) >= least for ramp in one.found)
        brings = "brings" if enough == 1 else "bring"
        how = (
            "without any change"
            if before >= least
            else f"and {enough or 'none'} of them {brings} it to {percent(one.at_least)}"
        )
        told.append(f"on the account ‹{label}› it has {percent(before)} {how}")
    return f"; {listed(told)}" if told else ""


def without_lead(text: str) -> str:
    """A sentence of the study without 'On the premises of …, as encoded here,'."""
    _, found, rest = text.partition(", as encoded here, ")
    return rest if found else text


def title_of(ramp: OffRamp) -> str:
    """The levers of a change by their labels, or its first step."""
    if ramp.first_step:
        return f"the first step ‹{ramp.step_label}›"
    return listed([f"‹{one.label}›" for one in ramp.changes])


def _ramps(one: OffRamps) -> Ramps:
    return Ramps(
        sentence=offramps_sentence(one),
        elsewhere=account_sentences(one),
        aim=aim_in_words(one.outcome),
        heading=_heading(one.outcome),
        asked=percent(one.at_least),
        found=tuple(_told(one, ramp, number) for number, ramp in enumerate(one.found, 1)),
        nearest=None if one.nearest is None else _told(one, one.nearest, 0),
        left_out=tuple(dict.fromkeys(left_out_sentence(left) for left in one.excluded)),
        rules=RULES,
        apart=tuple(apart_sentence(step) for step in one.apart),
    )


def _heading(outcome: str) -> str:
    """'Agreement', or the name of an outcome."""
    return spoken(outcome).capitalize()


def _told(asked: OffRamps, ramp: OffRamp, number: int) -> RampTold:
    return RampTold(
        title=sentence(title_of(ramp)).removesuffix("."),
        first_step=ramp.first_step,
        holders=_holders(ramp),
        effort=effort_of(ramp),
        marks=(*_variant(asked, number), *_marks(ramp)),
        moved=tuple(_moved(ramp, change) for change in ramp.changes),
        odds=(
            _odds(sentence(aim_in_words(ramp.outcome)).removesuffix("."), ramp.before, ramp.after),
            _odds("War and catastrophe", ramp.danger_before, ramp.danger_after),
        ),
        robust=_robust(ramp),
        stakes=tuple(_stakes(ramp)),
        warnings=tuple(text for text in offramp_sentences(ramp) if _is_warning(text)),
        number=str(number) if number else "",
        works=works_words(ramp),
        burden=_burden(ramp),
        fare=_fare(ramp),
        elsewhere=_elsewhere(asked, ramp),
    )


def _variant(asked: OffRamps, number: int) -> tuple[str, ...]:
    """That a change moves the levers of one told before in another mix."""
    for first, *others in asked.groups:
        if number - 1 in others:
            return (f"the levers of {first + 1} in another mix",)
    return ()


def _burden(ramp: OffRamp) -> str:
    if ramp.first_step:
        return _holders(ramp)
    return "; ".join(f"{ramp.labels[name]} {figure_of(e)}" for name, e in ramp.effort.items())


def _fare(ramp: OffRamp) -> str:
    """'gain: United States (holder), Russia; loses: Ukraine', or 'all gain'."""
    if all(gain > EQUAL for gain in ramp.gains.values()):
        return "all gain"
    if all(gain < -EQUAL for gain in ramp.gains.values()):
        return "all lose"
    order = [*ramp.holders, *(name for name in ramp.gains if name not in ramp.holders)]
    told: list[str] = []
    for verb, sign in (("gain", 1), ("lose", -1)):
        names = [name for name in order if sign * ramp.gains[name] > EQUAL]
        if names:
            labels = [
                ramp.labels[name] + (" (holder)" if name in ramp.holders else "") for name in names
            ]
            told.append(f"{verb if len(names) > 1 else verb + 's'}: {', '.join(labels)}")
    return "; ".join(told) or "all as before"


def _elsewhere(asked: OffRamps, ramp: OffRamp) -> str:
    """'Broadcast 30 % → 36 %; Kyiv 68 % → 70 %.'"""
    told = [
        f"{asked.account_labels.get(name, spoken(name))} {percent(asked.accounts[name])} → "
        f"{percent(after)}"
        for name, after in ramp.accounts.items()
        if name in asked.accounts
    ]
    return "; ".join(told) + "." if told else ""


def _is_warning(text: str) -> bool:
    beginnings = "The probability jumps", "Of the settl", "Another equilibrium"
    return text.startswith(beginnings)


def _robust(ramp: OffRamp) -> tuple[str, ...]:
    return tuple(
        text
        for text in offramp_sentences(ramp)
        if text.startswith(("That the probability", "With the ranges"))
    )


def effort_of(ramp: OffRamp) -> str:
    """'2.1 from South and 1 from North', by holder and never added up."""
    return listed([f"{figure_of(e)} from {ramp.labels[p]}" for p, e in ramp.effort.items()])


def _holders(ramp: OffRamp) -> str:
    return listed([ramp.labels[name] for name in ramp.holders])


def _marks(ramp: OffRamp) -> Sequence[str]:
    marks = []
    if ramp.imposed_on:
        on = [f"{ramp.labels[name]} ({percent(ramp.below[name])})" for name in ramp.imposed_on]
        marks.append(f"settlements imposed on {listed(on)}")
    losing = [ramp.labels[name] for name in ramp.holders if ramp.gains[name] < -EQUAL]
    if losing:
        verb = "loses" if len(losing) == 1 else "lose"
        marks.append(f"{listed(losing)} {verb} by it: would not agree on own payoffs")
    if ramp.open:
        marks.append("open: equilibria found disagree")
    if ramp.jump is not None:
        marks.append("the probability jumps")
    if not ramp.balanced:
        marks.append("another change asks less of every holder")
    return marks


def _moved(ramp: OffRamp, change: Change) -> Moved:
    unit = change.unit if change.unit and change.unit != "1" else ""
    return Moved(
        label=change.label,
        parameter=change.parameter,
        called=change.called or spoken(change.parameter),
        start=spoken(change.option(change.start)) or figure_of(change.start),
        to=spoken(change.option(change.to)) or figure_of(change.to, 4),
        unit=unit,
        limit=figure_of(change.limit),
        effort=figure_of(change.effort),
        holders=listed([ramp.labels.get(name, name) for name in change.held_by]),
    )


def _odds(label: str, before: float, after: float) -> Odds:
    return Odds(
        label,
        percent(before),
        percent(after),
        f"{percent(after)} ({points(after - before)})",
        100 * before,
        100 * after,
    )


def _stakes(ramp: OffRamp) -> list[Stake]:
    order = [*ramp.holders, *(name for name in ramp.gains if name not in ramp.holders)]
    return [_stake(ramp, name) for name in order]


def _stake(ramp: OffRamp, name: str) -> Stake:
    gain, holder = ramp.gains[name], name in ramp.holders
    worth, alone = ramp.settlement.get(name, math.nan), ramp.floor.get(name, math.nan)
    return Stake(
        party=ramp.labels[name],
        holder=holder,
        before=figure_of(ramp.payoff_before[name]),
        after=figure_of(ramp.payoff_after[name]),
        gain=signed(gain),
        verdict=_verdict(gain, holder),
        settlement=figure_of(worth),
        going_on=figure_of(alone),
        imposed=name in ramp.imposed_on,
    )


def _verdict(gain: float, holder: bool) -> str:
    """Whether it gains; of a holder, whether it would agree on its own payoffs."""
    if gain > EQUAL:
        return "gains, so would agree on its own payoffs" if holder else "gains"
    if gain < -EQUAL:
        return "loses, so would not agree on its own payoffs" if holder else "loses"
    return "as before"


def signed(value: float) -> str:
    """'+0.12', '−0.12', 'no change'."""
    if not math.isfinite(value):
        return "not known"
    if abs(value) < EQUAL:
        return f"no{GAP}change"
    return f"{'+' if value > 0 else MINUS}{figure_of(abs(value))}"


def _content(findings: Findings) -> Content:
    return {"asked": ramps_of(findings)}


SECTION = Section("Off-ramps", 140, _content, asked_of)
