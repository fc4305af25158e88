"""Passages beside what rests on them, and what the ledger of evidence comes to, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from offramp.presentation.text.numbers import count_of, listed
from offramp.scenario.citing import where_words
from offramp.scenario.transcripts.records import parts_of

if TYPE_CHECKING:
    from offramp.scenario import Scenario
    from offramp.scenario.transcripts.ledger import EvidenceLedger
    from offramp.scenario.transcripts.records import Found

MOST = 400
"""Characters of a passage that are shown beside an assumption; of longer ones the beginning."""
STATUS_WORDS: Mapping[str, str] = {
    "held": "as accepted",
    "new": "not yet accepted",
    "moved": "moved",
    "orphan": "no longer there",
    "unread": "file not at hand",
}


@dataclass(frozen=True)
class Shown:
    """A passage as it is shown; ``words`` is '' where they are withheld or not at hand."""

    at: str
    speaker: str
    words: str
    remark: str = ""

    def __str__(self) -> str:
        who = f"{self.speaker}, " if self.speaker else ""
        remark = f"; {self.remark}" if self.remark else ""
        return f"“{self.words}” ({who}{self.at}{remark})"


def shown_passages(scenario: Scenario, source: Any, most: int = MOST) -> tuple[Shown, ...]:
    """The words that a citation points at, in its order; none where there are none to show."""
    if not isinstance(source, Mapping):
        return ()
    told: list[Shown] = []
    for key, where in source.items():
        for part in parts_of(str(where)) or ():
            found = scenario.evidence.spans.get((str(key), part.written))
            if found is not None and any(one.text for one in found.passages):
                told.append(_shown(scenario, found, most))
    return tuple(told)


def _shown(scenario: Scenario, found: Found, most: int) -> Shown:
    speakers = listed(list(dict.fromkeys(one.speaker for one in found.passages if one.speaker)))
    words = " ".join(one.text for one in found.passages)
    remark = ""
    if len(words) > most:
        words = f"{words[:most].rpartition(' ')[0]} […]"
        remark = count_of(len(found.passages), "sentence")
    moved = f"now at {found.now}" if found.status == "moved" else ""
    at = where_words(scenario, found.source, found.at)
    return Shown(at, speakers, words, "; ".join(filter(None, (moved, remark))))


def evidence_sentences(ledger: EvidenceLedger) -> Iterator[str]:
    """How many assumptions cite a passage, how many passages nothing uses, what has become of them.

    A passage says that the account says so; whether it is so, it does not say.
    """
    evidence = ledger.evidence
    bare, whole = len(ledger.bare), ledger.assumptions
    yield (
        f"Of {count_of(whole, 'assumption')} (numbers, switches, claims, accounts, mechanisms, "
        f"issues, what is private) {whole - bare:,} cite a passage of a transcript and {bare:,} "
        f"{'does' if bare == 1 else 'do'} not. A passage shows that the account says so, not that "
        "it is so."
    )
    if evidence.transcripts:
        runs = count_of(len(ledger.unused), "stretch", "stretches")
        yield (
            f"No assumption uses {runs} of the transcripts."
            if ledger.unused
            else ("Every sentence of the transcripts is used by some assumption.")
        )
    if evidence.withheld:
        yield "The words of the transcripts are withheld here; only their places are told."
    counted = {
        status: sum(one.status == status for one in evidence.spans.values())
        for status in STATUS_WORDS
    }
    told = [f"{counted[name]:,} {words}" for name, words in STATUS_WORDS.items() if counted[name]]
    if told:
        yield f"Of the passages cited: {listed(told)}."
    for key, file in evidence.missing.items():
        yield f"The file ‹{file}› of the source ‹{key}› is not at hand."
