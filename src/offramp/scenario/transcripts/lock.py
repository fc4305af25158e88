"""The lock beside a scenario: hashes of the words that somebody has looked at and accepted.

`NAME.evidence.json` beside `NAME.yaml` holds no words, only for every span that is cited its
place, its number of sentences and a SHA-256. Whoever has a guess at a short sentence can test it
against its hash.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from offramp.core.errors import EvidenceError, Place
from offramp.core.files import read_regular, write_text

VERSION = 1
MAX_LOCK = 16_000_000
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Locked:
    """One span as it was accepted."""

    at: str
    sentences: int
    sha256: str


Lock = Mapping[str, tuple[Locked, ...]]
"""Source to its spans."""


def lock_path(scenario: Path) -> Path:
    """Where the lock of a scenario stands."""
    return scenario.with_name(f"{scenario.stem}.evidence.json")


def read_lock(path: Path) -> Lock | None:
    """The lock in a file, None where there is none; a ScenarioError for one that is broken."""
    if not path.is_file():
        return None
    try:
        content: Any = json.loads(read_regular(path, MAX_LOCK, kind=EvidenceError))
        if content["offramp_evidence"] != VERSION:
            raise ValueError(f"version {content['offramp_evidence']}")
        return {str(key): tuple(map(_locked, spans)) for key, spans in content["sources"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise EvidenceError(
            f"the lock of the evidence cannot be read: {error}",
            expected=f"a file of version {VERSION} that 'offramp evidence FILE --accept' wrote",
            repair="take it from where it was whole, or remove it and accept all passages anew",
            place=Place(str(path), 1, 1),
        ) from None


def _locked(one: Any) -> Locked:
    told = cast("Mapping[str, Any]", one)
    found = Locked(str(told["at"]), int(told["sentences"]), str(told["sha256"]))
    if found.sentences < 1 or not _HASH.fullmatch(found.sha256):
        raise ValueError(f"the passage {found.at}")
    return found


def write_lock(path: Path, lock: Lock) -> Path:
    """Write a lock, whole or not at all; one line a span, so that changes can be read."""
    told = {
        "offramp_evidence": VERSION,
        "sources": {
            key: [{"at": one.at, "sentences": one.sentences, "sha256": one.sha256} for one in spans]
            for key, spans in sorted(lock.items())
        },
    }
    text = json.dumps(told, indent=1)
    return write_text(path, re.sub(r"\{\s+(\"at\"[^{}]*?)\s+\}", _one_line, text) + "\n")


def _one_line(match: re.Match[str]) -> str:
    return "{" + " ".join(match[1].split()) + "}"
