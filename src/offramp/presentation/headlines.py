"""The answer in a few sentences, each of which begins with whose premises it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation import facts
from offramp.presentation.premises import premises_of
from offramp.presentation.sections.claims import account_label, claims_answer
from offramp.presentation.sections.comparison import account_ends, outcomes_by_account
from offramp.presentation.sections.offramps import ramps_answer
from offramp.presentation.text.claims import condition_words
from offramp.presentation.text.numbers import (
    GAP,
    between,
    figure_of,
    holds,
    listed,
    ordinal_time,
    percent,
)
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from offramp.study.runs.findings import Findings

FEW = 4
"""Accounts named in a sentence; the figure and the tables have all of them."""
NAMED = 6
"""Outcomes named in the first sentence; the figure has all of them."""


@dataclass(frozen=True)
class Headline:
    """A sentence of the answer; ``lead`` says on whose premises and stands before ``text``.

    ``folded`` are those that stand behind the first three.
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
    """Whose premises; which ends on which account; what flips it. Three sentences, no more.

    When it ends, what became of the claims and which off-ramps there are is folded behind them.
    What was not looked for is left out.
    """
    lead, short = all_leads(findings)
    told = [
        Headline(lead, _whose(findings)),
        Headline(short, _ends(findings)),
        Headline(short, _flipped(findings)),
    ]
    own = premises_of(findings).lead
    further = [(own, _when(findings)), (short, claims_answer(findings))]
    further.append((own, ramps_answer(findings)))
    return (*told, *(Headline(whose, text, True) for whose, text in further if text))


def all_leads(findings: Findings) -> tuple[str, str]:
    """'On the premises of A, B and C, as encoded here,', and the same without their names."""
    names = [name for name in outcomes_by_account(findings) if name]
    if len(names) < 2 or findings.account:
        return premises_of(findings).lead, premises_of(findings).lead
    labels = [f"‹{account_label(findings, name)}›" for name in names[:FEW]]
    if len(names) > FEW:
        labels.append(f"{len(names) - FEW:,} other accounts")
    return (
        f"On the premises of {listed(labels)}, as encoded here,",
        f"On the premises of these {len(names):,} accounts, as encoded here,",
    )


def _whose(findings: Findings) -> str:
    """That everything follows from somebody's premises, in numbers of the analyst's."""
    middle = (
        " The analyst's middle, no account's premises, stands last."
        if "" in outcomes_by_account(findings)
        else ""
    )
    return (
        "every figure is a consequence of assumptions and no forecast; numbers are the analyst's "
        f"unless a source is named.{middle}"
    )


def _ends(findings: Findings) -> str:
    """The likeliest ends on every account, or with how far they hang on the assumptions."""
    found = outcomes_by_account(findings)
    if len(found) < 2:
        return _how(findings)
    told = [
        f"{_where(findings, account)} {_two(findings, own)}"
        for account, own in list(found.items())[:FEW]
    ]
    more = f"; and so on for {len(found) - FEW:,} more below" if len(found) > FEW else ""
    return f"the likeliest ends are, at the nominal values of each: {'; '.join(told)}{more}."


def _where(findings: Findings, account: str) -> str:
    if not account:
        return "in the analyst's middle"
    return f"on ‹{account_label(findings, account)}›"


def _two(findings: Findings, own: Mapping[str, float]) -> str:
    """'settlement 44 %, before temporary ceasefire 25 %'."""
    order = sorted((name for name in own if own[name] > 0), key=lambda name: -own[name])[:2]
    if not order:
        return "nothing, as no equilibrium was found"
    told = [f"{facts.outcome_label(findings, name)} {percent(own[name])}" for name in order]
    return " before ".join(told)


def _flipped(findings: Findings) -> str:
    """What makes another end the likeliest: the account, precision, and what in the ranges."""
    parts = [_by_account(findings), _by_switch(findings)]
    parts += [_by_precision(findings), *_by_ranges(findings)]
    told = [part for part in parts if part]
    return f"{'; '.join(told)}." if told else f"{_over(findings)}"


def _by_account(findings: Findings) -> str:
    found = outcomes_by_account(findings)
    if len(found) < 2:
        return ""
    first = dict.fromkeys(one[0] for own in found.values() if (one := _likely(findings, own)))
    if len(first) == 1:
        return f"which account is told does not change the likeliest end ({next(iter(first))})"
    return f"the likeliest end hangs on the account ({listed(list(first), 'or')})"


def _by_switch(findings: Findings) -> str:
    """With which switch at another option another end becomes the likeliest, on which account."""
    own = outcomes_by_account(findings) or {findings.account: _ends_of(findings)}
    told: dict[str, list[str]] = {}
    for one in findings.switched:
        here = own.get(one.account)
        if not one.outcomes or not here:
            continue
        first = max(here, key=lambda name, here=here: np.nan_to_num(here[name]))
        now = max(one.outcomes, key=lambda name: one.outcomes[name])
        if now != first:
            what = f"{one.label}: {spoken(one.option)}"
            label = facts.outcome_label(findings, now)
            told.setdefault(f"‹{what}› makes {label} the likeliest", []).append(
                _where(findings, one.account)
            )
    if not findings.switched:
        return ""
    if not told:
        return "no switch at another option changes it"
    return listed([f"{what} {listed(where)}" for what, where in told.items()])


def _ends_of(findings: Findings) -> dict[str, float]:
    values = np.asarray(findings.nominal["probability"].isel(draw=0).values, float)
    return dict(zip(facts.names_along(findings.nominal, "outcome"), values.tolist(), strict=True))


def _by_precision(findings: Findings) -> str:
    """At what precision another end becomes the likeliest, on any account."""
    told: list[str] = []
    for account in dict.fromkeys(one.account for one in findings.precisions):
        row = [one for one in findings.precisions if one.account == account and one.outcomes]
        base = next((one for one in row if one.asked == 1), None)
        if base is None:
            continue
        likely = base.outcomes
        first = max(likely, key=lambda name: likely[name])
        for one in row:
            now = max(one.outcomes, key=lambda name: one.outcomes[name])
            if now != first:
                whose = _where(findings, account) if len(outcomes_by_account(findings)) > 1 else ""
                what = facts.outcome_label(findings, now)
                told.append(f"{whose} {what} at ×{figure_of(one.scale)}".strip())
                break
    if not findings.precisions:
        return ""
    if not told:
        return "nor does it change with choices half to ten times as precise"
    return f"with choices less or more precise it becomes another ({listed(told)})"


def _by_ranges(findings: Findings) -> list[str]:
    """In how many combinations another end is the likeliest, and where in the ranges."""
    found = findings.flips
    if found is None or facts.varied(findings) is None:
        return []
    label = facts.outcome_label(findings, found.outcome)
    solved, tried = facts.counts(findings)
    share = holds(found.kept / found.counted, solved, tried)
    told = [f"that {label} is the likeliest end {share}"]
    for one in found.regions:
        where = " and ".join(condition_words(each) for each in one.conditions)
        verb = "is" if one.holds else "is not"
        told.append(
            f"where {where} it {verb} in {percent(one.density)} of them, "
            f"against {percent(one.base)} of all (on the half of the combinations kept for "
            "trying this out)"
        )
    if not found.regions:
        told.append("no one or two numbers with a range decide it")
    return told


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
