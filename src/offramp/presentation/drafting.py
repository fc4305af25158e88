"""The briefing: one text from which anybody can write a scenario of a transcript."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

from offramp.core.errors import ScenarioError
from offramp.core.files import read_regular
from offramp.presentation.text.numbers import figure_of
from offramp.scenario.code_book import SCALES, TERMS
from offramp.scenario.expansion import read_mechanism
from offramp.scenario.shelf import library_files
from offramp.scenario.transcripts.formats import EXPECTED, MAX_BYTES, blocks_of
from offramp.scenario.transcripts.records import Passage
from offramp.scenario.transcripts.turns import passages_of


def transcript_passages(path: str | Path) -> tuple[Passage, ...]:
    """The passages of a transcript on this machine; a ScenarioError where it cannot be read."""
    content = read_regular(path, MAX_BYTES, expected=EXPECTED, kind=ScenarioError)
    return passages_of(blocks_of(content, Path(path).suffix))


def briefing(path: str | Path) -> str:
    """What to do, the language, code book, mechanisms, an example, and the numbered passages.

    Nothing is fetched. Raises ScenarioError where the transcript cannot be read.
    """
    passages = transcript_passages(path)
    file = Path(path).name
    turns = passages[-1].turn if passages else 0
    filled = {
        "key": source_key(file),
        "file": file,
        "quoted_file": json.dumps(file, ensure_ascii=False),
        "size": f"{turns:,} turns, {len(passages):,} sentences",
        "mechanisms": _mechanisms(),
        "code_book": _code_book(),
        "example_transcript": _text("briefing-example.txt"),
        "example": _text("briefing-example.yaml"),
        "passages": _passages(passages),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: filled[match[1]], _text("briefing.md")) + "\n"


def source_key(file: str) -> str:
    """A name for the source, made from the name of its file."""
    name = re.sub(r"\W+", "_", Path(file).stem, flags=re.ASCII).strip("_").lower()
    return name if name[:1].isalpha() else "transcript"


def _text(name: str) -> str:
    folder = resources.files("offramp.presentation") / "templates"
    return (folder / name).read_text("utf-8").rstrip("\n")


def _passages(passages: tuple[Passage, ...]) -> str:
    """Every sentence on a line with its number, turn by turn."""
    lines: list[str] = []
    turn = 0
    for one in passages:
        if one.turn != turn:
            turn = one.turn
            lines.append(f"[{turn}] {one.speaker}".rstrip())
        lines.append(f"  {one.at}  {one.text}")
    return "\n".join(lines)


def _mechanisms() -> str:
    """One line for each: name, what it does, what it needs."""
    lines: list[str] = []
    for name, path in library_files("mechanisms").items():
        mechanism, _ = read_mechanism(path)
        about = " ".join(mechanism.about.split()).partition(". ")[0].rstrip(".")
        needs = [key for key, one in mechanism.with_.items() if one.default is None]
        lines.append(f"- `{name}`: {about}. Needs {', '.join(needs) or 'nothing'}.")
    return "\n".join(lines)


def _code_book() -> str:
    """A line for each scale with its terms."""
    lines: list[str] = []
    for scale, about in SCALES.items():
        terms = [
            f"*{one.word}* {figure_of(one.low)} to {figure_of(one.high)}"
            if scale != "other"
            else f"*{one.word}*"
            for one in TERMS
            if one.scale == scale
        ]
        lines.append(f"- {scale} ({about}): {'; '.join(terms)}.")
    return "\n".join(lines)
