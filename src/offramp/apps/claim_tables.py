"""What `claims` and `run` print of claims: by speaker, own premises first, both numbers beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from offramp.apps.telling import paragraph, share_cell, table_of
from offramp.presentation.text.claims import (
    class_words,
    harm_words,
    manner_words,
    paraphrase,
    verdict_remarks,
)
from offramp.presentation.text.numbers import NOT_THE_WORLD, percent, sentence
from offramp.presentation.text.searches import of_claims, open_cell
from offramp.presentation.text.speaking import pair_words, side_words, speaker_sentences
from offramp.study.claims.classes import HARDLY, MOSTLY
from offramp.study.claims.speakers import by_speaker

COUNTS = ("open", "vacuous")
"""Columns that are left out where they count none; others where all their cells are dashes."""
LEGEND: Mapping[str, str] = {
    "class": f"a claim follows where it holds in at least {percent(MOSTLY)} of the combinations of "
    f"assumptions tried, does not follow where it holds in at most {percent(HARDLY)}, and is "
    "mixed between; it was put in where it restates a premise, compares worths alone, or has a "
    "side that is 0 by the rules",
    "nominal": "whether it holds at nominal values; left, right and margin are the "
    "two numbers that it compares there, and left minus right",
    "share": "of the combinations of assumptions tried, those in which it holds",
    "interval": "95 % sampling interval of the share",
    "concentrated": "the share with the ranges concentrated on the nominal values",
    "open": "combinations in which the equilibria found disagree on it",
    "vacuous": "combinations in which a step that it commits is never reached",
    "restates": "the mechanism without which it does not hold, and which it is about",
}
"""Column to what it says."""


def claims_words(title: str, verdicts: Sequence[Any]) -> str:
    """Verdicts speaker by speaker and claim by claim, and what the columns mean."""
    lines = [title, *(part for one in speaker_sentences(verdicts) for part in ("", paragraph(one)))]
    shown: dict[str, None] = {}
    for speaker, claims in by_speaker(verdicts).items():
        lines += ["", f"Claims of {speaker}:"]
        for name, own in claims.items():
            table, heads = _table(own)
            shown |= dict.fromkeys(heads)
            lines += ["", *_head(name, own[0]), *table, *_remarks(own)]
        every = [one for own in claims.values() for one in own if one.declared.tried]
        if said := of_claims([one.searches for one in every]):
            lines += ["", paragraph(said)]
    told = [f"{head}: {LEGEND[head]}" for head in LEGEND if head in shown]
    lines += ["", paragraph("; ".join(told) + f"; {NOT_THE_WORLD}.")]
    return "\n".join(lines)


def _head(name: str, one: Any) -> Iterator[str]:
    says = f"{name}: {one.says.strip().rstrip('.')} ({paraphrase(one.source)})"
    moves = manner_words(one.manner).removeprefix("; ")
    yield paragraph(f"{says}; {moves}." if moves else f"{says}.")
    yield paragraph(f"holds when {' '.join(one.holds_when.split())}")


def _table(own: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Lines of the table of one claim, and the heads of its columns."""
    several = any(len(one.compared) > 1 for one in own)
    rows = [row for one in own for row in _rows(one, several)]
    kept = [
        head
        for head in rows[0]
        if any(row[head] not in ("", "–", "0" if head in COUNTS else "–") for row in rows)
    ]
    return table_of(kept, ([row[head] for head in kept] for row in rows)), kept


def _rows(one: Any, several: bool) -> Iterator[dict[str, str]]:
    """A row for each comparison; what belongs to the whole claim stands in the first."""
    low_high = "–"
    if one.interval is not None:
        low_high = f"{share_cell(one.interval[0])} – {share_cell(one.interval[1])}"
    whole = {"on the premises of": side_words(one), "class": one.kind, "nominal": one.state}
    after = {
        "share": share_cell(one.share),
        "interval": low_high,
        "concentrated": share_cell(one.share_other),
        "open": open_cell(one.open, one.searches, "–"),
        "vacuous": str(one.vacuous),
        "restates": one.restates or "–",
    }
    for number, pair in enumerate(one.compared or (None,)):
        numbers = dict.fromkeys(("left", "right", "margin"), "–")
        if pair is not None:
            numbers = dict(zip(numbers, pair_words(pair), strict=True))
        text = {"comparison": pair.text if pair else "–"} if several else {}
        blank = bool(number)
        yield {
            **(dict.fromkeys(whole, "") if blank else whole),
            **text,
            **numbers,
            **(dict.fromkeys(after, "") if blank else after),
        }


def _remarks(own: Sequence[Any]) -> Iterator[str]:
    """What else is known: of the first telling; acts of force and other equilibria of each."""
    for one in own:
        for act in one.force:
            yield paragraph(f"On the premises of {one.premises}, {harm_words(act)}.")
    first = own[0]
    said = [text for text in verdict_remarks(first) if not _in_table(text)]
    if class_words(first) != first.kind:
        said.insert(0, f"{sentence(class_words(first)).rstrip('.')}.")
    if said:
        whose = f"On the premises of {first.premises}: " if len(own) > 1 else ""
        yield paragraph(f"{whose}{' '.join(said)}")
    for one in own:
        for pair in one.compared:
            if pair.elsewhere:
                told = "; ".join(f"{left:.3g} and {right:.3g}" for left, right in pair.elsewhere)
                yield paragraph(
                    f"On {side_words(one)}, in other equilibria found at nominal values, the "
                    f"two numbers are {told}."
                )


def _in_table(text: str) -> bool:
    """Whether the table says a remark already."""
    return text.startswith(("The sampling interval", "With the ranges concentrated", "Put in"))
