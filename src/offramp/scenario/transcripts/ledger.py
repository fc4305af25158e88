"""The ledger of evidence: which assumptions cite no passage, which passages no assumption uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offramp.core.errors import EvidenceError, Place
from offramp.scenario.citing import Cited, citations_of
from offramp.scenario.meaning import understand
from offramp.scenario.model import Scenario
from offramp.scenario.reading import read_unproved
from offramp.scenario.shelf import scenario_path
from offramp.scenario.transcripts.attaching import cited_parts
from offramp.scenario.transcripts.lock import Locked, lock_path, write_lock
from offramp.scenario.transcripts.quoting import without_passages
from offramp.scenario.transcripts.records import Evidence, Found, Passage, parts_of

COLUMNS = (
    "table",
    "kind",
    "name",
    "file",
    "line",
    "source",
    "passage",
    "status",
    "now",
    "speaker",
    "words",
)
"""Of the long table, in which every row is a text."""
TOLD = ("claim", "account", "mechanism", "private variable", "issue")
"""Entries that are assumptions beside numbers and switches."""


@dataclass(frozen=True)
class Use:
    """One passage that one entry cites."""

    kind: str
    name: str
    path: tuple[str | int, ...]
    place: Place | None
    found: Found


@dataclass(frozen=True)
class Bare:
    """An assumption that cites no passage; ``why`` says what it has instead."""

    kind: str
    name: str
    place: Place | None
    why: str


@dataclass(frozen=True)
class Unused:
    """A run of sentences of one turn that nothing cites."""

    source: str
    at: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class EvidenceLedger:
    """What a scenario cites of its transcripts, and what it leaves out.

    ``assumptions`` is the number of all that could cite. ``as_dict`` is ready for JSON, ``rows``
    are one long table for CSV with ``COLUMNS``.
    """

    scenario: Scenario
    uses: tuple[Use, ...]
    bare: tuple[Bare, ...]
    unused: tuple[Unused, ...]
    assumptions: int

    @property
    def evidence(self) -> Evidence:
        """The transcripts and the passages that are cited."""
        return self.scenario.evidence

    def as_dict(self) -> dict[str, Any]:
        """Transcripts, passages cited, assumptions without one, passages not used: plain data."""
        return {
            "title": self.scenario.title,
            "withheld": self.evidence.withheld,
            "transcripts": [_transcript(self.scenario, key) for key in _files(self.scenario)],
            "assumptions": self.assumptions,
            "cited": [_plain_use(one) for one in self.uses],
            "without_passage": [
                {"kind": one.kind, "name": one.name, **_line(one.place), "why": one.why}
                for one in self.bare
            ],
            "unused_passages": [
                {"source": one.source, "at": one.at, "passages": _words(one.passages)}
                for one in self.unused
            ],
        }

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The three lists as one long table of texts; see ``COLUMNS``."""
        return tuple(map(tuple, self._rows()))

    def _rows(self) -> Iterator[Iterable[str]]:
        for use in self.uses:
            one = use.found
            said = " ".join(filter(None, (part.text for part in one.passages)))
            speakers = ", ".join(dict.fromkeys(part.speaker for part in one.passages))
            where = (_file(use.place), _number(use.place))
            told = (one.source, one.at, one.status, one.now, speakers, said)
            yield ("cited", use.kind, use.name, *where, *told)
        for bare in self.bare:
            where = (_file(bare.place), _number(bare.place))
            yield ("without passage", bare.kind, bare.name, *where, "", "", bare.why, "", "", "")
        for unused in self.unused:
            said = " ".join(filter(None, (part.text for part in unused.passages)))
            speaker = unused.passages[0].speaker if unused.passages else ""
            rest = (unused.source, unused.at, "not used", "", speaker, said)
            yield ("unused passage", "passage", "", "", "", *rest)


def evidence(source: str | Path | Scenario, *, words: bool = True) -> EvidenceLedger:
    """Which assumptions of a scenario cite no passage, and which passages no assumption uses.

    Passages that are gone are told, not raised. Without ``words`` the ledger, and the scenario in
    it, hold none of the words of the transcripts. Raises ScenarioError for a text or a file that
    cannot be read.
    """
    scenario = source if isinstance(source, Scenario) else read_unproved(source)
    told = scenario if words else without_passages(scenario)
    entries = tuple(_entries(told))
    bare = tuple(one for one in entries if one.why)
    return EvidenceLedger(told, tuple(_uses(told)), bare, tuple(_unused(told)), len(entries))


def accept(path: str | Path) -> EvidenceLedger:
    """Write the lock of a scenario: the words that stand now where it cites are accepted.

    Words that have moved are not accepted, since other words stand where they are cited: a
    ScenarioError says what to write. So is a passage that the file does not have.
    """
    ledger = evidence(path)
    for use in ledger.uses:
        one = use.found
        gone = one.status == "orphan" and not one.passages and _at_place(ledger, one) is None
        if one.status == "moved" or gone:
            raise EvidenceError(
                f"the words of passage {one.at} have moved to {one.now}"
                if one.now
                else f"there is no passage {one.at}",
                expected="every passage cited where its words stand",
                repair=f"write {one.now or 'another passage'} for {one.at}, then accept",
                place=use.place,
                path=".".join(map(str, use.path)),
                code="E801",
            )
    lock: dict[str, dict[str, Locked]] = {}
    for use in ledger.uses:
        span = _at_place(ledger, use.found)
        if span is not None:
            transcript = ledger.evidence.transcripts[use.found.source]
            one = Locked(use.found.at, span[1] - span[0], transcript.hash_of(span))
            lock.setdefault(use.found.source, {})[one.at] = one
    if not ledger.evidence.transcripts:
        raise EvidenceError(
            "there is no transcript whose words could be accepted",
            expected="a source with 'file: NAME' beside the scenario",
            repair="write sources: {KEY: {file: talks.txt}}",
            place=ledger.scenario.place("sources"),
            code="E801",
        )
    written = {key: tuple(spans.values()) for key, spans in lock.items()}
    write_lock(lock_path(scenario_path(str(path))), written)
    return evidence(path)


def _at_place(ledger: EvidenceLedger, one: Found) -> tuple[int, int] | None:
    """Where the cited numbers point now, whatever was accepted."""
    transcript = ledger.evidence.transcripts.get(one.source)
    parts = parts_of(one.at)
    return transcript.span(parts[0]) if transcript and parts else None


def _uses(scenario: Scenario) -> Iterator[Use]:
    for cited in citations_of(scenario):
        for key, part in cited_parts(scenario, cited):
            found = scenario.evidence.spans.get((key, part.written))
            if found is not None:
                path = (*cited.path, "source", key)
                yield Use(cited.kind, cited.name, path, scenario.place(*path), found)


def _entries(scenario: Scenario) -> Iterator[Bare]:
    """Every assumption; ``why`` is empty for one that cites a passage."""
    for one in understand(scenario).assumptions:
        if one.structural and one.path[0] != "switches":
            continue
        kind = "switch" if one.path[0] == "switches" else "parameter"
        cited = Cited(one.path, kind, one.name, one.source, False, {})
        yield Bare(kind, one.name, scenario.place(*one.path, of_value=False), _why(scenario, cited))
    for cited in citations_of(scenario):
        if cited.kind in TOLD:
            place = scenario.place(*cited.path, of_value=False)
            yield Bare(cited.kind, cited.name, place, _why(scenario, cited))


def _why(scenario: Scenario, cited: Cited) -> str:
    """What an entry has in place of a passage; '' where it has one."""
    if cited_parts(scenario, cited):
        return ""
    if not cited.keys:
        return "no source"
    files = [key for key in cited.keys if key in scenario.sources and scenario.sources[key].file]
    return (
        f"cites {', '.join(cited.keys)} as a whole"
        if files
        else (f"cites {', '.join(cited.keys)}, of which no file is at hand")
    )


def _unused(scenario: Scenario) -> Iterator[Unused]:
    """Runs of sentences, turn by turn, that no span covers."""
    used = {
        (one.source, part.turn, part.sentence)
        for one in scenario.evidence.spans.values()
        for part in one.passages
    }
    for key, transcript in scenario.evidence.transcripts.items():
        run: list[int] = []
        for position, part in enumerate(transcript.passages):
            free = (key, part.turn, part.sentence) not in used
            if run and (not free or transcript.passages[run[-1]].turn != part.turn):
                yield _as_unused(scenario, key, run)
                run = []
            if free:
                run.append(position)
        if run:
            yield _as_unused(scenario, key, run)


def _as_unused(scenario: Scenario, key: str, run: list[int]) -> Unused:
    transcript, span = scenario.evidence.transcripts[key], (run[0], run[-1] + 1)
    return Unused(key, transcript.called(span), transcript.passages[span[0] : span[1]])


def _files(scenario: Scenario) -> Mapping[str, str]:
    return {key: one.file for key, one in scenario.sources.items() if one.file}


def _transcript(scenario: Scenario, key: str) -> dict[str, Any]:
    evidence = scenario.evidence
    told: dict[str, Any] = {"source": key, "file": scenario.sources[key].file}
    if key not in evidence.transcripts:
        return told | {"at_hand": key not in evidence.missing}
    transcript = evidence.transcripts[key]
    return told | {
        "at_hand": True,
        "sha256": transcript.sha256,
        "turns": transcript.turns,
        "sentences": len(transcript.passages),
        "speakers": {} if evidence.withheld else transcript.speakers,
    }


def _plain_use(use: Use) -> dict[str, Any]:
    one = use.found
    return {
        "kind": use.kind,
        "name": use.name,
        "path": ".".join(map(str, use.path)),
        **_line(use.place),
        "source": one.source,
        "at": one.at,
        "status": one.status,
        "now": one.now,
        "passages": _words(one.passages),
    }


def _words(passages: tuple[Passage, ...]) -> list[dict[str, str]]:
    told = [one for one in passages if one.text]
    return [{"at": one.at, "speaker": one.speaker, "words": one.text} for one in told]


def _line(place: Place | None) -> dict[str, Any]:
    return {"file": place.file if place else None, "line": place.line if place else None}


def _file(place: Place | None) -> str:
    return place.file if place else ""


def _number(place: Place | None) -> str:
    return str(place.line) if place else ""
