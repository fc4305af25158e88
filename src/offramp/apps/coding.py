"""The command `coders`: independent encodings of one account, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from offramp.apps.options import Draws, Json, Nominal, NoPassages, Quantities, Seed, read_told
from offramp.apps.progress import progress_bar
from offramp.apps.speaking import hand_over, say
from offramp.apps.telling import number_cell, paragraph, table_of

if TYPE_CHECKING:
    from offramp.study.coders.records import Coders

LONGEST = 44
"""Characters of a cell of the table of differences."""


def coders_command(
    *files: str,
    quantity: Quantities = (),
    draws: Draws = 256,
    seed: Seed = None,
    nominal: Nominal = False,
    no_passages: NoPassages = False,
    json: Json = False,
) -> None:
    """Compare FILES, independent encodings of one account: what differs, and what comes of it.

    Entries are the same by name, by label, or where they cite the same passages of the same
    transcript.

    For example: offramp coders anna.yaml ben.yaml --draws 64

    Parameters
    ----------
    files
        Two scenarios or more.
    quantity
        What is compared beside, such as 'P(war)'; may be repeated. Default: the probability of
        every kind of end.
    draws
        In how many combinations of its own assumptions each is solved.
    """
    from offramp.study.coders.comparing import coders

    scenarios = [read_told(file, no_passages) for file in files]
    with progress_bar() as progress:
        found = coders(
            scenarios,
            quantities=tuple(quantity),
            draws=0 if nominal else draws,
            seed=seed,
            progress=progress,
        )
    if json:
        hand_over({**found.as_dict(), "files": list(files)})
    else:
        say(coders_words(found, files))


def coders_words(found: Coders, files: Sequence[str]) -> str:
    """Who is who, sentences, and three tables."""
    from offramp.presentation.text.coders import coder_name, coders_sentences

    letters = [coder_name(i) for i in range(len(files))]
    told = zip(letters, files, found.titles, strict=True)
    lines = ["Encodings", *(f"  {one}  {file}: {title}" for one, file, title in told), ""]
    lines += [paragraph(sentence) for sentence in coders_sentences(found)]
    for heading, told in (
        ("What differs", _differences(found, letters)),
        ("Results over each coder's own ranges", _results(found, letters)),
        ("Classes of claims", _classes(found, letters)),
    ):
        rows = list(told)
        lines += ["", heading, *(rows if len(rows) > 1 else ["  nothing"])]
    return "\n".join(lines)


def _differences(found: Coders, letters: Sequence[str]) -> Iterator[str]:
    rows = [
        (one.kind, one.name, *(_said(one.name, name, says) for name, says in told))
        for one in found.aligned
        if one.differs
        for told in [list(zip(one.names, one.says, strict=True))]
    ]
    yield from table_of(("", "name", *letters), rows)


def _said(first: str, name: str | None, says: str | None) -> str:
    """What a coder says, with the name that it has there where that is another one."""
    if name is None or says is None:
        return "–"
    told = says if name == first else f"{says} [{name}]"
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"


def _results(found: Coders, letters: Sequence[str]) -> Iterator[str]:
    rows: list[tuple[str, ...]] = []
    for one in found.splits:
        cells = [
            f"{number_cell(mean)} ± {number_cell(None if v is None else v**0.5)}"
            for mean, v in zip(one.means, one.variances, strict=True)
        ]
        share = "–" if one.share_between is None else f"{100 * one.share_between:.1f} %"
        rows.append((one.quantity, *cells, share))
    yield from table_of(("mean ± deviation of", *letters, "between coders"), rows)


def _classes(found: Coders, letters: Sequence[str]) -> Iterator[str]:
    rows = [(name, *(one or "–" for one in told)) for name, told in found.verdicts.items()]
    yield from table_of(("claim", *letters), rows)
