"""The brief: what a run found on two pages, for whoever has ten minutes; HTML, Markdown or Word."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offramp.presentation.gallery import Table
from offramp.presentation.headlines import Headline, answer
from offramp.presentation.premises import premises_of
from offramp.presentation.sections.claims import (
    account_label,
    accounts_shown,
    claim_label,
    shown_verdicts,
)
from offramp.presentation.sections.experts import experts_of
from offramp.presentation.sections.offramps import asked_of, title_of
from offramp.presentation.sections.outcomes import ends_by_precision
from offramp.presentation.sections.packages import package_label
from offramp.presentation.text.claims import signed_gain
from offramp.presentation.text.evidence import evidence_sentences, shown_passages
from offramp.presentation.text.numbers import between, caveat, figure_of, listed, percent
from offramp.presentation.text.offramps import apart_sentence, works_words
from offramp.presentation.text.without import READING_WORDS, reading_names
from offramp.scenario import understand
from offramp.scenario.transcripts.ledger import evidence
from offramp.study.solving.labels import assumption_words, spoken

if TYPE_CHECKING:
    from offramp.study.claims.force import ForceHarm
    from offramp.study.claims.verdicts import Verdict
    from offramp.study.offramps.records import OffRamp, OffRamps
    from offramp.study.runs.findings import Findings

MOST_ACCOUNTS, MOST_PARTIES, MOST_CLAIMS, MOST_RAMPS, MOST_LEFT = 5, 6, 15, 4, 3
MOST_PASSAGES, SHORT_PASSAGE, MOST_ASKED = 4, 110, 2
"""What two pages hold; of more, how many are left to the report is said."""
EQUAL = 1e-9
KINDS: Mapping[str, str] = {
    "agreement": "an agreement",
    "ceasefire": "a ceasefire",
    "capitulation": "an end in which a side is beaten",
    "stalemate": "a stalemate",
    "war": "open war",
    "catastrophe": "a catastrophe",
}


@dataclass(frozen=True)
class Part:
    """A heading with sentences, a table and further sentences; what is empty is left out."""

    heading: str
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    notes: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    """For every row of the table what stands under it, over its whole width; '' for nothing."""
    name: str = ""
    """By which the pages know how wide its columns are."""


@dataclass(frozen=True)
class Brief:
    """Two pages: each is a row of parts."""

    title: str
    caveat: str
    answer: tuple[Headline, ...]
    first: tuple[Part, ...]
    second: tuple[Part, ...]
    made: str


def brief_of(findings: Findings) -> Brief:
    """What stands on the two pages."""
    whose = premises_of(findings)
    made = f"Offramp · {findings.provenance.get('command', '')}".rstrip(" ·")
    return Brief(
        title=findings.scenario.title,
        caveat=caveat(whose.whose),
        answer=tuple(one for one in answer(findings) if not one.folded),
        first=_told(_premises(findings), _ends(findings), _without(findings), _packages(findings)),
        second=_told(
            _claims(findings),
            _ramps(findings),
            _experts(findings),
            _evidence(findings),
            _missing(findings),
        ),
        made=made,
    )


def brief_markdown(told: Brief) -> str:
    """The brief as Markdown: headings, sentences and tables."""
    lines = [f"# {told.title}", "", f"**{told.caveat}**", ""]
    for one in told.answer:
        lines += [f"{one.lead} {one.text}", ""]
    for part in (*told.first, *told.second):
        lines += [f"## {part.heading}", ""]
        for text in part.sentences:
            lines += [f"- {text}"]
        lines += [""] if part.sentences else []
        lines += _markdown_table(part)
        for text in part.notes:
            lines += [text, ""]
    return "\n".join([*lines, f"*{told.made}*", ""])


def _markdown_table(part: Part) -> list[str]:
    table = part.table
    if table is None:
        return []
    under = part.under or ("",) * len(table.rows)
    own = [
        (f"{row[0]} – {text}" if text else row[0], *row[1:])
        for row, text in zip(table.rows, under, strict=True)
    ]
    rows = [table.columns, tuple("---" for _ in table.columns), *own]
    told = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return [*told, "", *([table.note, ""] if table.note else [])]


def _told(*parts: Part | None) -> tuple[Part, ...]:
    return tuple(part for part in parts if part is not None)


def _premises(findings: Findings) -> Part:
    premises = premises_of(findings)
    told = [
        " · ".join(part for part in (one.label, one.source, one.stance) if part)
        for one in premises.accounts[:MOST_ACCOUNTS]
    ]
    more = len(premises.accounts) - MOST_ACCOUNTS
    if more > 0:
        told.append(f"and {more:,} other accounts, in the report")
    if not told:
        own = (premises.title, premises.speaker, premises.kind, premises.date, premises.stance)
        told = [" · ".join(part for part in own if part)]
    return Part("Whose premises", tuple(told))


def _ends(findings: Findings) -> Part:
    return Part("How it ends", (), ends_by_precision(findings, MOST_ACCOUNTS))


def _without(findings: Findings) -> Part | None:
    """Every reading of what each has without agreement, from the least account to the most."""
    found = findings.without
    if not found:
        return None
    known = [name for name in READING_WORDS if any(name in one.known() for one in found)]
    labels = list(found[0].labels.items())[:MOST_PARTIES]
    rows = [
        (label, *(_span([one.readings[name][party] for one in found]) for name in known))
        for party, label in labels
    ]
    columns = ("Party", *(READING_WORDS[name] for name in known))
    over = "; from the least account to the most" if len(found) > 1 else ""
    note = (
        f"Expected payoffs in each party's own units{over}. A settlement below any of them is "
        "called imposed."
    )
    numeric = frozenset(range(1, len(columns)))
    return Part("What each has without agreement", (), Table(columns, tuple(rows), numeric, note))


def _span(values: Iterable[float]) -> str:
    told = [value for value in values if math.isfinite(value)]
    if not told:
        return "–"
    low, high = figure_of(min(told), 2), figure_of(max(told), 2)
    return low if low == high else f"{low} to {high}"


def _claims(findings: Findings) -> Part | None:
    """Claims by class on every account; one with an act of force has its harm in the same row."""
    verdicts = shown_verdicts(findings)
    if not verdicts:
        return None
    accounts = accounts_shown(findings)[: MOST_ACCOUNTS + 1]
    names = list(dict.fromkeys(one.name for one in verdicts))
    at = {(one.name, one.account): one for one in verdicts}
    rows = [
        (claim_label(findings, name), *(_class(at.get((name, account))) for account in accounts))
        for name in names[:MOST_CLAIMS]
    ]
    more = len(names) - MOST_CLAIMS
    note = (
        "Class, and the share of the combinations of assumptions tried in which the claim holds; "
        "it describes the assumptions, not the world. Own premises: those of whoever draws the "
        "conclusion. Put in: assumed rather than found."
    ) + (f" {more:,} further claims stand in the report." if more > 0 else "")
    columns = ("Claim, in the analyst's words", *(account_label(findings, a) for a in accounts))
    under = tuple(
        _harm([at[name, account] for account in accounts if (name, account) in at])
        for name in names[:MOST_CLAIMS]
    )
    return Part("Claims by class", (), Table(columns, tuple(rows), note=note), (), under, "claims")


def _class(one: Verdict | None) -> str:
    if one is None:
        return "–"
    told = one.kind if one.share is None else f"{one.kind}, {percent(one.share)}"
    return f"{told}, own premises" if one.own else told


def _harm(own: Sequence[Verdict]) -> str:
    """What the acts of force in a claim do, from the least account to the most; '' without any."""
    acts: dict[str, list[ForceHarm]] = {}
    for one in own:
        for act in one.force:
            acts.setdefault(act.act, []).append(act)
    told: list[str] = []
    for name, same in acts.items():
        dangers = [
            f"{kind} {_shares([act.danger[kind][0] for act in same])} → "
            f"{_shares([act.danger[kind][1] for act in same])}"
            for kind in same[0].danger
        ]
        gains = [f"{party} {_gains([act.gains[party] for act in same])}" for party in same[0].gains]
        told.append(f"‹{name}›: {', '.join(dangers)}; {', '.join(gains)}")
    return f"act of force in it, without and with: {'; '.join(told)}" if told else ""


def _shares(values: Sequence[float]) -> str:
    known = [value for value in values if math.isfinite(value)]
    return between(min(known), max(known)) if known else "not known"


def _gains(values: Sequence[float]) -> str:
    low, high = signed_gain(min(values)), signed_gain(max(values))
    return low if low == high else f"{low} to {high}"


def _packages(findings: Findings) -> Part | None:
    found = findings.packages
    if found is None:
        return None
    told: list[str] = []
    for i in found.told:
        if not found.packages[i].name:
            continue
        below = found.below(i)
        parts = [f"{found.labels[party]} ({reading_names(own)})" for party, own in below.items()]
        every = {len(own) == len(found.without.known()) for own in below.values()}
        if every == {True}:
            parts = [f"{found.labels[party]} (every reading)" for party in below]
        said = f"below what {listed(parts)} has without" if parts else "below no reading of anybody"
        told.append(f"{package_label(found, i)}: {said}.")
    return Part("The packages beside it", tuple(told[:5])) if told else None


def _ramps(findings: Findings) -> Part | None:
    """At most four off-ramps: who acts, would they agree, war, accounts, gain; and what is none."""
    asked = asked_of(findings)
    if not asked or asked[0].met:
        return None
    one = asked[0]
    rows = [
        (
            _change(ramp),
            _who(ramp),
            _agree(ramp),
            f"{percent(ramp.danger_before)} → {percent(ramp.danger_after)}",
            _accounts(one, ramp),
            works_words(ramp) or f"{percent(ramp.before)} → {percent(ramp.after)}",
        )
        for ramp in _chosen(one)
    ]
    notes = [apart_sentence(step) for step in one.apart[:2]]
    more = len(one.found) - len(rows)
    if more > 0:
        notes.insert(0, f"{more} further changes stand in the report.")
    if not rows:
        return Part(
            "Off-ramps",
            ("No change within the rules was found that suffices.",),
            None,
            tuple(notes),
        )
    columns = (
        "Change",
        "Who acts",
        "Would they agree",
        "War and catastrophe",
        "Suffices on",
        "Gain",
    )
    return Part("Off-ramps", (), Table(columns, tuple(rows)), tuple(notes), (), "offramps")


def _chosen(asked: OffRamps) -> list[OffRamp]:
    """Few, and different: by which nobody who acts loses first, then by their gain."""

    def gain(ramp: OffRamp) -> float:
        if ramp.works is None or ramp.works.share is None:
            return ramp.after
        without = ramp.without.share if ramp.without else None
        return ramp.works.share - (without or 0.0)

    def losing(ramp: OffRamp) -> bool:
        return any(ramp.gains[name] < -EQUAL for name in ramp.holders)

    found: dict[tuple[str, ...], OffRamp] = {}
    for ramp in sorted(asked.found, key=lambda one: (losing(one), -gain(one), len(one.changes))):
        found.setdefault((ramp.first_step, *sorted(c.lever for c in ramp.changes)), ramp)
    return list(found.values())[:MOST_RAMPS]


def _change(ramp: OffRamp) -> str:
    if not ramp.changes:
        return title_of(ramp)
    return "; ".join(
        f"{one.label} ({one.called or spoken(one.parameter)} {figure_of(one.start)} → "
        f"{figure_of(one.to, 2)})"
        for one in ramp.changes
    )


def _who(ramp: OffRamp) -> str:
    return listed([ramp.labels[name] for name in ramp.holders])


def _agree(ramp: OffRamp) -> str:
    losing = [ramp.labels[name] for name in ramp.holders if ramp.gains[name] < -EQUAL]
    told = f"no: {listed(losing)} would lose by it" if losing else "yes, on their own payoffs"
    if ramp.imposed_on:
        on = [f"{ramp.labels[name]} ({percent(ramp.below[name])})" for name in ramp.imposed_on]
        told += f"; settlements imposed on {listed(on)}"
    return told


def _accounts(asked: OffRamps, ramp: OffRamp) -> str:
    """Accounts on which it brings the aim about, apart from those where it is so without it."""
    least = asked.at_least - EQUAL
    need = [name for name, before in asked.accounts.items() if before < least]
    enough = [
        asked.account_labels.get(name, name)
        for name in need
        if ramp.accounts.get(name, 0.0) >= least
    ]
    already = len(asked.accounts) - len(need)
    beside = f" ({already} need no change)" if already else ""
    if not asked.accounts:
        return "the premises told"
    return f"{listed(enough) if enough else 'no account that needs one'}{beside}"


def _experts(findings: Findings) -> Part | None:
    """For numbers that several experts judge, what it matters whom one believes."""
    asked = experts_of(findings)
    if not asked:
        return None
    told = tuple(f"{one.title}. {' '.join(one.sentences)}" for one in asked[:MOST_ASKED])
    left = len(asked) - MOST_ASKED
    which = "number stands" if left == 1 else "numbers stand"
    return Part(
        "What experts say", told, None, (f"{left:,} further {which} in the report.",) * (left > 0)
    )


def _evidence(findings: Findings) -> Part | None:
    """Passages behind claims, accounts and numbers, and how many assumptions have none."""
    scenario = findings.scenario
    if not any(one.file for one in scenario.sources.values()):
        return None
    cited = [
        (f"{kind} ‹{words.label or spoken(name)}›", words.source)
        for section, kind in ((scenario.claims, "Claim"), (scenario.accounts, "Account"))
        for name, words in section.items()
    ]
    numbers = understand(scenario).assumptions
    cited += [(assumption_words(scenario, one.name), one.source) for one in numbers]
    told = [
        f"{name}: {said}"
        for name, source in cited
        for said in shown_passages(scenario, source, SHORT_PASSAGE)[:1]
    ]
    most = max(1, MOST_PASSAGES - len(scenario.claims) // 4)  # as the claims leave room
    left = len(told) - most
    ones = "one stands" if left == 1 else "ones stand"
    notes = [f"{left:,} further {ones} in the report."] if left > 0 else []
    counted = next(iter(evidence_sentences(evidence(scenario))))
    kept = tuple(told[:most])
    heading = "What the sources say, word for word" if kept else "Evidence"
    return Part(heading, kept, None, (*notes, counted))


def _missing(findings: Findings) -> Part:
    scenario = findings.scenario
    kinds = {outcome.kind for outcome in scenario.outcomes.values()}
    absent = [words for kind, words in KINDS.items() if kind not in kinds]
    told = ["Parties, moves, packages and ends that the text does not write down."]
    if absent:
        told.append(f"Among the ends: {listed(absent)}.")
    if not scenario.private and not any(step.unseen for step in scenario.round):
        told.append(
            "What somebody alone knows: all see everything, so nobody bluffs, signals or learns."
        )
    told.append("Quarrels inside a party: each decides as one, with fixed tastes.")
    if not findings.flips:
        told.append("Other values of the assumptions: no combinations were tried.")
    return Part("What is not in the game", tuple(told))
