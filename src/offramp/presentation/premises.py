"""Whose premises: the name that every headline begins with, and what is known of its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offramp.presentation.text.numbers import GAP
from offramp.study.solving.labels import spoken, whose_premises

if TYPE_CHECKING:
    from offramp.scenario import Scenario
    from offramp.scenario.model import Source
    from offramp.study.runs.findings import Findings

ACCOUNTS = (
    "interview",
    "broadcast",
    "speech",
    "memo",
    "memorandum",
    "briefing",
    "statement",
    "testimony",
    "report",
    "essay",
    "account",
)
"""Kinds of source that are an account of a crisis; a study that a mechanism cites is none."""

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True)
class Teller:
    """One account of equal standing: how it is called, where it comes from, whose side it takes."""

    label: str
    source: str
    stance: str


@dataclass(frozen=True)
class Premises:
    """Whose premises a report rests on; ``whose`` stands after 'On the premises of'."""

    whose: str
    title: str
    speaker: str
    kind: str
    date: str
    stance: str
    note: str
    accounts: tuple[Teller, ...] = ()
    """The accounts of the scenario, where none of them is told."""

    @property
    def lead(self) -> str:
        """How every headline begins."""
        return f"On the premises of {self.whose}, as encoded here,"


def premises_of(findings: Findings) -> Premises:
    """What the findings rest on.

    The account that is told; where there are accounts and none is told, the scenario as
    written, which is none of them; without accounts the source that is an account of the
    crisis, else the scenario's title.
    """
    scenario = findings.scenario
    if scenario.accounts:
        return _among_accounts(findings)
    source = _account(scenario)
    if source is None:
        return Premises(f"‹{scenario.title}›", scenario.title, "", "", "", "", "")
    return Premises(
        whose=_whose(source, scenario.title),
        title=source.title or scenario.title,
        speaker=source.speaker or "",
        kind=source.kind or "",
        date=day(source.date),
        stance=_told(source.stance),
        note=_told(source.note),
    )


def _among_accounts(findings: Findings) -> Premises:
    scenario, name = findings.scenario, findings.account
    whose = whose_premises(scenario, name)
    if not name:
        tellers = tuple(_teller(scenario, one) for one in scenario.accounts)
        title = "The analyst's middle, no account's premises"
        return Premises(whose, title, "", "", "", "", "", tellers)
    account = scenario.accounts[name]
    cited_ones = _cited(account.source)
    source = next((scenario.sources[key] for key in cited_ones if key in scenario.sources), None)
    label = account.label or spoken(name).capitalize()
    note = _told(" ".join((account.about or "").split()))
    if source is None:
        return Premises(whose, label, "", "", "", "", note)
    return Premises(
        whose,
        label,
        source.speaker or "",
        source.kind or "",
        day(source.date),
        _told(source.stance),
        note,
    )


def _teller(scenario: Scenario, name: str) -> Teller:
    account = scenario.accounts[name]
    sources = [scenario.sources[key] for key in _cited(account.source) if key in scenario.sources]
    return Teller(
        account.label or spoken(name).capitalize(),
        "; ".join(
            ", ".join(part for part in (one.speaker, one.kind, day(one.date)) if part)
            for one in sources
        ),
        "; ".join(dict.fromkeys(told for one in sources if (told := _told(one.stance)))),
    )


def _cited(source: str | Mapping[str, str] | None) -> tuple[str, ...]:
    if source is None:
        return ()
    return (source,) if isinstance(source, str) else tuple(source)


def day(written: str | None) -> str:
    """'2026-01-27' as '27 January 2026'; anything else as it is written."""
    parts = (written or "").split("-")
    if len(parts) == 3 and all(part.isdigit() for part in parts) and 1 <= int(parts[1]) <= 12:
        return f"{int(parts[2])}{GAP}{MONTHS[int(parts[1]) - 1]}{GAP}{parts[0]}"
    return written or ""


def cited(key: str, scenario: Scenario) -> str:
    """A source by speaker and date, else by its title, else by its key."""
    source = scenario.sources.get(key)
    if source is None:
        return key
    return _short(source) or key


def source_words(key: str, scenario: Scenario) -> str:
    """A source by kind and date, 'the interview of 27 January 2026', else by title or key."""
    source = scenario.sources.get(key)
    if source is None:
        return key
    if source.kind and source.date:
        return f"the {source.kind} of {day(source.date)}"
    return source.title or source.speaker or key


def _account(scenario: Scenario) -> Source | None:
    prefixes = tuple(f"{record.from_}_" for record in scenario.mechanisms.values())
    own = [
        source
        for key, source in scenario.sources.items()
        if not (prefixes and key.startswith(prefixes))
    ]
    for fits in (_is_account, lambda source: source.stance or source.speaker):
        for source in own:
            if fits(source):
                return source
    return None


def _is_account(source: Source) -> bool:
    kind = (source.kind or "").lower()
    return any(word in kind for word in ACCOUNTS)


def _whose(source: Source, title: str) -> str:
    """The account by kind and date; its speaker is told beside the title, not in every line."""
    if source.kind and source.date:
        return f"the {source.kind} of {day(source.date)}"
    if source.speaker:
        return f"the {source.kind} by {source.speaker}" if source.kind else source.speaker
    return f"‹{source.title or title}›"


def _short(source: Source) -> str:
    if source.speaker:
        when = day(source.date)
        return f"{source.speaker}, {when}" if when else source.speaker
    return source.title or ""


def _told(text: str | None) -> str:
    return "" if text is None or text.lower() in ("none", "-") else text
