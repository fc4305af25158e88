"""The command `diff`: two versions of a text, or two runs, set side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from offramp.apps.options import Json, NoPassages
from offramp.apps.progress import busy
from offramp.apps.speaking import hand_over, say
from offramp.apps.telling import share_cell, table_of

if TYPE_CHECKING:
    from offramp.study.versions import VersionDiff

MOST_TEXTS, WIDE = 60, 110
"""Changes of the text that are printed, and letters of each."""


def diff_command(
    old: str, new: str, *, no_passages: NoPassages = False, json: Json = False
) -> None:
    """Say what changed from OLD to NEW, each a text or the folder of a run.

    Of texts the ends and claims are worked out at nominal values; of runs they are read.

    For example: offramp diff old.yaml new.yaml
    """
    from offramp.study.versions import diff

    with busy("two versions"):
        found = diff(old, new, no_passages=no_passages)
    hand_over(diff_data(found)) if json else say(diff_words(found))


def diff_data(found: VersionDiff) -> dict[str, Any]:
    """What changed as JSON has it."""
    from offramp.presentation.records import plain

    return plain(
        {
            "old": found.old.name,
            "new": found.new.name,
            "texts": [vars(one) for one in found.texts],
            "ends": found.ends,
            "claims": found.verdicts,
        }
    )


def diff_words(found: VersionDiff) -> str:
    """What changed in the text, then in the ends, then in the verdicts."""
    lines = [f"{found.old.name} → {found.new.name}", "", "Text:"]
    told = [str(one) for one in found.texts]
    lines += [
        f"  {one if len(one) <= WIDE else one[: WIDE - 1] + '…'}" for one in told[:MOST_TEXTS]
    ]
    if len(told) > MOST_TEXTS:
        lines.append(f"  and {len(told) - MOST_TEXTS:,} more, with --json")
    lines += [] if told else ["  nothing"]
    lines += ["", "Ends:", *_rows(found.ends, "outcome"), "", "Claims:"]
    return "\n".join([*lines, *_claims(found.verdicts)])


def _rows(rows: list[dict[str, Any]], what: str) -> list[str]:
    if not rows:
        return ["  nothing"]
    heads = (what, "account", "of", "before", "after")
    return table_of(
        heads,
        (
            (
                row[what],
                row["account"] or "–",
                row["of"],
                share_cell(row["before"]),
                share_cell(row["after"]),
            )
            for row in rows
        ),
    )


def _claims(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return ["  nothing"]
    return table_of(
        ("claim", "account", "before", "after"),
        (
            (
                row["claim"],
                row["account"] or "–",
                _verdict(row["before"], row["share_before"]),
                _verdict(row["after"], row["share_after"]),
            )
            for row in rows
        ),
    )


def _verdict(said: str, share: float | None) -> str:
    if not said:
        return "–"
    return said if share is None else f"{said}, {share_cell(share)}"
