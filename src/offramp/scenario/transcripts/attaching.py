"""A scenario and the files of its sources: passages that are cited are found, or it is an error.

What was accepted is compared word for word, never by likeness: a note that goes to a look-alike
would say that somebody said what was never said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from offramp.core.errors import EvidenceError, ScenarioError
from offramp.core.files import URL, read_regular
from offramp.scenario.citing import Cited, citations_of
from offramp.scenario.model import Scenario
from offramp.scenario.transcripts.formats import EXPECTED, MAX_BYTES, blocks_of
from offramp.scenario.transcripts.lock import Lock, lock_path, read_lock
from offramp.scenario.transcripts.quoting import check_quote
from offramp.scenario.transcripts.records import (
    FORM,
    Evidence,
    Found,
    Part,
    Transcript,
    meant_by,
    parts_of,
)
from offramp.scenario.transcripts.turns import passages_of

BESIDE = "a path below the scenario's own folder"
MAX_SENTENCES = 60_000


def with_evidence(scenario: Scenario, path: Path | None, *, strict: bool = True) -> Scenario:
    """The scenario with the words of its sources, read from beside ``path``.

    Without a path, as for a scenario given as text, no file is read. ``strict`` makes a passage
    that is no longer there, or words that nobody said, a ScenarioError at its line.
    """
    named = {key: one.file for key, one in scenario.sources.items() if one.file is not None}
    cited = _checked(scenario, named)
    if not named or path is None:
        unread = {(key, part.written): Found(key, part.written, "unread") for key, part in cited}
        return scenario.with_evidence(Evidence({}, unread, named)) if named else scenario
    transcripts: dict[str, Transcript] = {}
    missing: dict[str, str] = {}
    for key, file in named.items():
        at = _inside(scenario, key, file, path.parent)
        if at is None:
            missing[key] = file
        else:
            transcripts[key] = _read(scenario, key, file, at)
    lock = read_lock(lock_path(path))
    wanted = _Wanted(transcripts, lock, {(key, part.written) for key, part in cited})
    spans = {(key, part.written): wanted.found(key, part) for key, part in cited}
    evidence = Evidence(transcripts, spans, missing, locked=lock is not None)
    if strict:
        _refuse(scenario, evidence)
    return scenario.with_evidence(evidence)


def _fail(
    scenario: Scenario, path: tuple[str | int, ...], found: str, expected: str, repair: str
) -> NoReturn:
    place = scenario.place(*path)
    dotted = ".".join(map(str, path))
    code = "E803" if path[-1] == "quote" else "E801"
    raise EvidenceError(
        found, expected=expected, repair=repair, place=place, path=dotted, code=code
    )


def _checked(scenario: Scenario, named: Mapping[str, str]) -> list[tuple[str, Part]]:
    """Every span of a source with a file that is cited; an error where one cannot be meant."""
    found: dict[tuple[str, str], Part] = {}
    for cited in citations_of(scenario):
        spans = cited_parts(scenario, cited) if named else ()
        for key, part in spans:
            found.setdefault((key, part.written), part)
        if cited.quote and not spans:
            _fail(
                scenario,
                (*cited.path, "quote"),
                "'quote: true' without a passage",
                "a source with a file, and the passage in it that the words are from",
                "write source: {KEY: 12:3}, or remove 'quote'",
            )
    return [(key, part) for (key, _), part in found.items()]


def cited_parts(scenario: Scenario, cited: Cited) -> tuple[tuple[str, Part], ...]:
    """The spans of transcripts that an entry cites; a ScenarioError for words that name none."""
    if cited.source is None or isinstance(cited.source, str):
        return ()
    found: list[tuple[str, Part]] = []
    for key, where in cited.source.items():
        if key not in scenario.sources or scenario.sources[key].file is None:
            continue
        parts = parts_of(where)
        if parts is None:
            meant = meant_by(where)
            _fail(
                scenario,
                (*cited.path, "source", key),
                f"'{where}' names no passage of '{scenario.sources[key].file}'",
                FORM,
                f"a sentence stands behind a colon: write {meant}"
                if meant
                else "'offramp evidence FILE' lists the passages",
            )
        found += [(key, part) for part in parts]
    return tuple(found)


# files


def _inside(scenario: Scenario, key: str, file: str, folder: Path) -> Path | None:
    """The file that a source names, None where there is none; an error where it leads outside."""
    path = ("sources", key, "file")
    place, own = scenario.place(*path), scenario.place("title")
    if place and own and place.file != own.file:
        _fail(
            scenario,
            path,
            "a mechanism's source has a file",
            "a file of a scenario's own source",
            "name it among the scenario's sources",
        )
    parts = file.replace("\\", "/").split("/")
    outside = URL.match(file) or Path(file).is_absolute() or ":" in parts[0] or ".." in parts
    if outside or not file.strip() or "\0" in file:
        _fail(
            scenario,
            path,
            f"'{file}' leads out of the scenario's folder",
            BESIDE,
            "copy the file to the scenario and name it without folders above",
        )
    try:
        at, home = (folder / file).resolve(), folder.resolve()
        there = at.exists()
    except (OSError, RuntimeError, ValueError):
        return None
    if not at.is_relative_to(home):
        _fail(
            scenario,
            path,
            f"'{file}' is a link that leads out of the scenario's folder",
            BESIDE,
            "copy the file itself to the scenario",
        )
    return at if there else None


def _read(scenario: Scenario, key: str, file: str, at: Path) -> Transcript:
    path = ("sources", key, "file")
    try:
        content = read_regular(at, MAX_BYTES, expected=EXPECTED, kind=EvidenceError)
        passages = passages_of(blocks_of(content, at.suffix))
    except ScenarioError as error:
        _fail(scenario, path, f"'{file}': {error.found}", error.expected, error.repair)
    if len(passages) > MAX_SENTENCES:
        _fail(
            scenario,
            path,
            f"'{file}' has {len(passages):,} sentences",
            f"at most {MAX_SENTENCES:,}",
            "cut it into several files",
        )
    return Transcript(file, hashlib.sha256(content).hexdigest(), passages)


# the lock


@dataclass(frozen=True)
class _Wanted:
    """What was accepted, against what stands there now."""

    transcripts: Mapping[str, Transcript]
    lock: Lock | None
    cited: set[tuple[str, str]]

    def found(self, key: str, part: Part) -> Found:
        """What became of one span."""
        known = {one.at: one for one in (self.lock or {}).get(key, ())}
        accepted = known.get(part.written)
        transcript = self.transcripts.get(key)
        if transcript is None:
            return Found(key, part.written, "unread", accepted=accepted is not None)
        span = transcript.span(part)
        now = "" if span is None else transcript.hash_of(span)
        if accepted is None and span is None:
            return Found(key, part.written, "orphan")
        if span is not None and (accepted is None or now == accepted.sha256):
            gone = {one.sha256 for at, one in known.items() if (key, at) not in self.cited}
            held = accepted is not None or now in gone  # or renumbered by hand, the words known
            own = transcript.passages[span[0] : span[1]]
            return Found(key, part.written, "held" if held else "new", "", 1, own, held)
        assert accepted is not None
        spans = transcript.found(accepted.sha256, accepted.sentences)
        if len(spans) != 1:
            return Found(key, part.written, "orphan", times=len(spans), accepted=True)
        own = transcript.passages[spans[0][0] : spans[0][1]]
        return Found(key, part.written, "moved", transcript.called(spans[0]), 1, own, True)


def _refuse(scenario: Scenario, evidence: Evidence) -> None:
    """Raise the error of the first passage that is not there, or of words that nobody said."""
    for cited in citations_of(scenario):
        parts = cited_parts(scenario, cited)
        spans = [evidence.spans[key, part.written] for key, part in parts]
        for one in spans:
            if one.status == "orphan":
                file = evidence.transcripts[one.source].file
                place = (*cited.path, "source", one.source)
                _fail(scenario, place, *orphan_words(one, file, evidence))
        if cited.quote and all(one.status != "unread" for one in spans):
            check_quote(scenario, cited, spans)


def orphan_words(one: Found, file: str, evidence: Evidence) -> tuple[str, str, str]:
    """What is said of a passage that is not there: found, expected, repair."""
    accepted = f"the words of passage {one.at} of '{file}' as they were accepted"
    if one.times > 1:
        return (
            f"{accepted} stand there {one.times} times, none of them at {one.at}",
            "words that stand where they are cited, or once elsewhere",
            "cite the one that is meant, then: offramp evidence FILE --accept",
        )
    transcript = evidence.transcripts[one.source]
    (part,) = parts_of(one.at) or (None,)
    if part is not None and transcript.span(part) is None and not one.accepted:
        return (
            f"'{file}' has no passage {one.at}; it has {transcript.turns:,} turns",
            FORM,
            f"the last turn is {transcript.turns}; 'offramp evidence FILE' lists the passages",
        )
    return (
        f"{accepted} stand there no longer",
        "the same words, at the same or at another place",
        "read what stands there now; if it still says so: offramp evidence FILE --accept",
    )
