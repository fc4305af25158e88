"""The answer in a few sentences, each of which begins with whose premises it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation import facts
from offramp.presentation.premises import lead_of, premises_of
from offramp.presentation.sections.claims import account_label, claims_answer
from offramp.presentation.sections.comparison import account_ends, outcomes_by_account
from offramp.presentation.sections.offramps import ramps_answer
from offramp.presentation.text.numbers import (
    GAP,
    between,
    figure_of,
    holds,
    listed,
    ordinal_time,
    percent,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from offramp.study.runs.findings import Findings

NAMED = 6
"""Outcomes named in the first sentence; the figure has all of them."""


@dataclass(frozen=True)
class Headline:
    """A sentence of the answer; ``lead`` says on whose premises and stands before ``text``.

    ``folded`` are those on the last of many accounts.
    """

    lead: str
    text: str
    folded: bool = False


@dataclass(frozen=True, eq=False)
class Bars:
    """The ends as bars, the likeliest first; ``full`` is the share that fills a bar."""

    full: float
    shown: Sequence[facts.End]
    rest: Sequence[facts.End]
    folded: str


@dataclass(frozen=True)
class Ending:
    """How it ends on one telling: (label, colour, probability) of each end, the likeliest named."""

    teller: str
    parts: tuple[tuple[str, str, float], ...]
    likely: tuple[str, float] | None

    @property
    def likeliest(self) -> str:
        """'Settlement 44 %'; nothing where it is not solved."""
        return f"{self.likely[0]} {percent(self.likely[1])}" if self.likely else "not solved"


def answer(findings: Findings) -> tuple[Headline, ...]:
    """How it ends, on every account too; when; over which assumptions; claims and off-ramps.

    What was not looked for is left out.
    """
    lead = premises_of(findings).lead
    told = [Headline(lead, _how(findings)), *_on_accounts(findings)]
    told += [Headline(lead, text) for text in (_when(findings), _over(findings))]
    further = [claims_answer(findings), ramps_answer(findings)]
    return (*told, *(Headline(lead, text) for text in further if text))


def bars_of(findings: Findings) -> Bars:
    """The probability of every end at nominal values, many of them folded."""
    ends = facts.ends(findings)
    shown, rest = facts.parted(ends)
    full, _ = facts.axis_end(max(np.nan_to_num(end.spread.nominal) for end in ends))
    return Bars(full, shown, rest, facts.folded_words(rest))


def endings_of(findings: Findings) -> tuple[Ending, ...]:
    """How it ends on what the findings rest on and on every account, each at its nominal values."""
    found = outcomes_by_account(findings)
    if len(found) < 2:
        return ()
    ends = account_ends(findings)
    return tuple(
        Ending(
            account_label(findings, account),
            tuple(
                (end.label, end.colour, share)
                for end in ends
                if (share := sum(own.get(name, 0.0) for name in end.names)) > 0
            ),
            _likely(findings, own),
        )
        for account, own in found.items()
    )


def _likely(findings: Findings, own: Mapping[str, float]) -> tuple[str, float] | None:
    name = max(own, key=lambda one: np.nan_to_num(own[one]), default="")
    if not own.get(name, 0.0) > 0:
        return None
    return facts.outcome_label(findings, name), own[name]


def _on_accounts(findings: Findings) -> list[Headline]:
    """One sentence for each account that was looked at beside the scenario as written."""
    told: list[Headline] = []
    for account, own in outcomes_by_account(findings).items():
        if not account:
            continue
        ends = sorted(((value, name) for name, value in own.items() if value > 0), reverse=True)
        parts = [f"{facts.outcome_label(findings, name)} {percent(value)}" for value, name in ends]
        text = (
            f"the crisis ends with these probabilities at that account's nominal values: "
            f"{_with_others(parts, [value for value, _ in ends])}."
            if parts
            else "no equilibrium was found at that account's nominal values."
        )
        told.append(Headline(lead_of(findings, account), text))
    shown, rest = facts.parted(told)
    told = [*shown, *(replace(one, folded=True) for one in rest)]
    return told


def _how(findings: Findings) -> str:
    ends = facts.ends(findings)
    named = ends[:NAMED]
    if not any(np.isfinite(end.spread.nominal) for end in ends):
        return "no equilibrium was found at the nominal values, so nothing is said about its ends."
    told = _with_others([_one(end) for end in ends], [end.spread.nominal for end in ends])
    text = f"the crisis ends with these probabilities at the nominal values: {told}"
    if not any(end.spread.known for end in named):
        return f"{text}."
    solved, _ = facts.counts(findings)
    return (
        f"{text}; the middle nine tenths of the {solved:,} combinations of assumptions solved "
        "stand in brackets."
    )


def _with_others(parts: Sequence[str], shares: Sequence[float]) -> str:
    """The first parts, and the others together, each part being one end."""
    rest = shares[NAMED:]
    if not rest:
        return listed(parts)
    others = f"{len(rest):,} other end{'s' if len(rest) > 1 else ''}"
    return listed([*parts[:NAMED], f"{others} {percent(sum(rest))} together"])


def _one(end: facts.End) -> str:
    where = f" ({between(end.spread.low, end.spread.high)})" if end.spread.known else ""
    return f"{end.label} {percent(end.spread.nominal)}{where}"


def _when(findings: Findings) -> str:
    unit = facts.time_unit(findings)
    parts = _reached(findings, unit) if "by_round" in findings.nominal else []
    rounds = float(findings.nominal["rounds"].values.reshape(-1)[0])
    if np.isfinite(rounds):
        times = f"{figure_of(rounds)}{GAP}{'time' if rounds == 1 else 'times'}"
        parts.append(f"play goes on into a further {unit} {times} on average")
    else:
        parts.append("play may never end, so that it has no expected length")
    return f"at the nominal values {listed(parts)}."


def _reached(findings: Findings, unit: str) -> list[str]:
    """When half and nine tenths of the probability have come to an end."""
    shares = findings.nominal["by_round"].isel(draw=0).transpose("round", "outcome")
    total = np.nan_to_num(shares.values).sum(axis=1)
    rounds = np.asarray(shares["round"].values, int)
    found = []
    for goal in (0.5, 0.9):
        there = np.flatnonzero(total >= goal - 1e-12)
        if len(there):
            when = ordinal_time(unit, int(rounds[there[0]]))
            found.append((percent(float(total[there[0]])), when))
    if not found:
        when = ordinal_time(unit, int(rounds[-1]))
        return [f"the crisis has ended by the end of {when} with probability {percent(total[-1])}"]
    if len({when for _, when in found}) == 1:
        found = found[-1:]
    told = [f"by the end of {when} with probability {share}" for share, when in found]
    return [f"the crisis has ended {listed(told)}"]


def _over(findings: Findings) -> str:
    solved, tried = facts.counts(findings)
    if facts.varied(findings) is None or not solved:
        return f"nothing is known about other values of the assumptions: {_why_not(findings)}."
    ends = facts.ends(findings)
    values = np.column_stack([end.spread.values for end in ends])  # type: ignore[misc]
    first = np.argmax(np.nan_to_num(values), axis=1)
    which = int(np.bincount(first, minlength=len(ends)).argmax())
    share = float((first == which).mean())
    near = facts.half_nearest(findings)[facts.solved(findings)]
    nearer = float((first[near] == which).mean()) if near.any() else share
    return (
        f"that {ends[which].label} is the likeliest end {holds(share, solved, tried)}; weighted "
        "otherwise, counting only the half of the combinations nearest to the nominal values, it "
        f"holds in {percent(nearer)}."
    )


def _why_not(findings: Findings) -> str:
    """Why there is no spread to speak of."""
    if findings.draws is None:
        return "no combination of them apart from the nominal values was tried"
    if facts.varied(findings) is None:
        return "none of them has a range, so that every combination is the same"
    return "none of the combinations tried was solved"
