"""The command `evidence`: what a scenario cites of its transcripts, and what it leaves out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from offramp.apps.options import Json, NoPassages
from offramp.apps.speaking import hand_over, say
from offramp.apps.telling import paragraph, table_of

if TYPE_CHECKING:
    from offramp.scenario.transcripts.ledger import EvidenceLedger
    from offramp.scenario.transcripts.records import Passage

FIRST_WORDS = 60
"""Characters of a passage in a table."""


def evidence_command(
    file: str,
    *,
    accept: Annotated[bool, Parameter(negative="")] = False,
    csv: Path | None = None,
    no_passages: NoPassages = False,
    json: Json = False,
) -> None:
    """Say which assumptions of FILE cite no passage, and which passages no assumption uses.

    A source with 'file: talks.txt' has passages: 12 is its twelfth turn, 12:3 the third sentence
    of that, and 'source: {KEY: 12-14}' cites turns 12 to 14.

    For example: offramp evidence border.yaml --accept

    Parameters
    ----------
    accept
        Write NAME.evidence.json beside FILE: hashes of the words that stand now where FILE cites
        them. Read them first. Words that have moved are refused, with what to write.
    csv
        Write the three tables as one long one into this CSV file.
    """
    from offramp.core.files import check_target, write_text
    from offramp.scenario.shelf import scenario_path
    from offramp.scenario.transcripts.ledger import accept as accepted
    from offramp.scenario.transcripts.ledger import evidence
    from offramp.scenario.transcripts.lock import lock_path

    if csv is not None:
        check_target(csv, option="--csv")
    ledger = accepted(file) if accept else evidence(file)
    ledger = evidence(ledger.scenario, words=not no_passages)
    if csv is not None:
        write_text(csv, table_text(ledger))
    if json:
        hand_over({"file": file, **ledger.as_dict()})
        return
    lines = [evidence_words(ledger)]
    lines += [f"\naccepted: {lock_path(scenario_path(file))}"] if accept else []
    lines += [f"\ntable: {csv}"] if csv is not None else []
    say("\n".join(lines))


def table_text(ledger: EvidenceLedger) -> str:
    """The long table as CSV."""
    from offramp.scenario.transcripts.ledger import COLUMNS

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(cell) for cell in row] for row in ledger.rows())
    return text.getvalue()


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet takes for a text, whatever words it begins with."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


def evidence_words(ledger: EvidenceLedger) -> str:
    """The ledger in sentences and three tables."""
    from offramp.presentation.text.evidence import evidence_sentences

    lines = [ledger.scenario.title, ""]
    lines += [paragraph(sentence) for sentence in evidence_sentences(ledger)]
    lines += ["", "Transcripts", *(_transcripts(ledger) or ["  none"])]
    for heading, told in (
        ("Passages that are cited", _cited(ledger)),
        ("Assumptions without a passage", _bare(ledger)),
        ("Passages that no assumption uses", _unused(ledger)),
    ):
        rows = list(told)
        lines += ["", heading, *(rows if len(rows) > 1 else ["  none"])]
    return "\n".join(lines)


def _transcripts(ledger: EvidenceLedger) -> list[str]:
    told: list[str] = []
    for one in ledger.as_dict()["transcripts"]:
        if "turns" not in one:
            told.append(f"  {one['source']}: {one['file']}, not at hand")
            continue
        speakers = [f"{name or 'nobody named'} ({n})" for name, n in one["speakers"].items()]
        who = f"; turns by {', '.join(speakers)}" if speakers else ""
        size = f"{one['turns']:,} turns, {one['sentences']:,} sentences"
        told.append(f"  {one['source']}: {one['file']}, {size}{who}")
    return told


def _cited(ledger: EvidenceLedger) -> Iterator[str]:
    from offramp.presentation.text.evidence import STATUS_WORDS

    rows: list[tuple[str, ...]] = []
    for use in ledger.uses:
        one = use.found
        state = STATUS_WORDS[one.status] + (f" to {one.now}" if one.now else "")
        line = "" if use.place is None else f"{use.place.line}"
        where = f"{one.source} {one.at}"
        rows.append((line, use.kind, use.name, where, state, _begin(one.passages)))
    yield from table_of(("line", "", "name", "passage", "state", "words"), rows)


def _bare(ledger: EvidenceLedger) -> Iterator[str]:
    rows = [
        ("" if one.place is None else f"{one.place.line}", one.kind, one.name, one.why)
        for one in ledger.bare
    ]
    yield from table_of(("line", "", "name", "instead"), rows)


def _unused(ledger: EvidenceLedger) -> Iterator[str]:
    rows = [
        (f"{one.source} {one.at}", one.passages[0].speaker, _begin(one.passages))
        for one in ledger.unused
    ]
    yield from table_of(("passage", "speaker", "words"), rows)


def _begin(passages: tuple[Passage, ...]) -> str:
    words: Any = " ".join(filter(None, (one.text for one in passages)))
    return words if len(words) <= FIRST_WORDS else words[:FIRST_WORDS].rpartition(" ")[0] + " …"
