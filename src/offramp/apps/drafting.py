"""The command `briefing`: what somebody needs who writes a scenario of a transcript."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from offramp.apps.options import Json
from offramp.apps.speaking import hand_over, say


def briefing_command(
    transcript: str,
    *,
    out: Path | None = None,
    schema: Annotated[bool, Parameter(negative="")] = False,
    json: Json = False,
) -> None:
    """Print one text from which a person, or any assistant, can write a scenario of TRANSCRIPT.

    TRANSCRIPT is a .txt, .md, .html, .docx or .pdf file. The text holds the work in stages, the
    language on two pages, the code book, a line for each mechanism, a worked example, and the
    numbered passages. Nothing is sent anywhere. Not to be mixed up with 'brief', which tells a
    solved scenario on two pages.

    For example: offramp briefing talks.txt --out briefing.md

    Parameters
    ----------
    out
        Write it into this file.
    schema
        Put the JSON Schema of the language behind it.
    """
    from offramp.core.files import check_target, write_text
    from offramp.presentation.drafting import briefing, source_key, transcript_passages

    if out is not None:
        check_target(out, option="--out")
    text = briefing(transcript)
    if schema:
        text += f"\n## The schema\n\n```json\n{_schema()}\n```\n"
    if json:
        passages = transcript_passages(transcript)
        hand_over(
            {
                "file": transcript,
                "source": source_key(Path(transcript).name),
                "passages": [
                    {"at": one.at, "speaker": one.speaker, "words": one.text} for one in passages
                ],
                "text": text,
            }
        )
    elif out is None:
        say(text.rstrip("\n"))
    if out is not None:
        write_text(out, text)
        if not json:
            say(f"briefing: {out}")


def _schema() -> str:
    from json import dumps

    from offramp.scenario.json_schema import language_schema

    return dumps(language_schema("scenario"), ensure_ascii=False)
