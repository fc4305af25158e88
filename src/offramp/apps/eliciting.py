"""The command `elicit`: several experts on one number, their pool, and who drives the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from offramp.apps.options import Draws, Json, NoPassages, Quantities, Seed, read_told
from offramp.apps.progress import progress_bar
from offramp.apps.speaking import hand_over, say
from offramp.apps.telling import number_cell, paragraph, table_of

if TYPE_CHECKING:
    from offramp.study.elicitation.driving import Driven


def elicit_command(
    file: str,
    judgements: Path | None = None,
    *,
    quantity: Quantities = (),
    draws: Draws = 256,
    seed: Seed = None,
    out: Path | None = None,
    no_passages: NoPassages = False,
    json: Json = False,
) -> None:
    """Pool what several experts say of numbers of FILE, keep and show each, say who drives what.

    JUDGEMENTS is a CSV file with a row for each judgement: the columns assumption, expert, weight
    (may be left out), and either share, value (below this value lies this share; 0 and 1 are the
    ends of what is thought possible) or low, high, chips (a bin and the chips in it). Without it,
    the experts that stand in FILE are taken.

    For example: offramp elicit border.yaml experts.csv --quantity 'P(war)' --out pooled.yaml

    Parameters
    ----------
    quantity
        What is looked at, such as 'P(war)'; may be repeated. Default: the probability of an
        agreement.
    draws
        In how many combinations of assumptions it is solved for each expert.
    out
        Write the scenario with its experts into this file, expanded and without comments.
    """
    from offramp.core.files import check_target, write_text
    from offramp.scenario import scenario_text
    from offramp.scenario.judgements import read_judgements, with_judgements
    from offramp.study.elicitation.driving import driven

    if out is not None:
        check_target(out, option="--out")
    scenario = read_told(file, no_passages)
    if judgements is not None:
        scenario = with_judgements(scenario, read_judgements(judgements), judgements)
    found: list[Driven] = []
    with progress_bar() as progress:
        for text in quantity or ("P(kind agreement)",):
            found += driven(scenario, text, draws=draws, seed=seed, progress=progress)
            seed = found[-1].seed
    if out is not None:
        write_text(out, scenario_text(scenario))
    if json:
        hand_over({"file": file, "driven": [one.as_dict() for one in found]})
        return
    lines = [scenario.title, *_words(found)]
    say("\n".join([*lines, f"\nscenario: {out}"] if out is not None else lines))


def _words(found: Sequence[Driven]) -> Iterator[str]:
    """For every number and quantity a table of the experts, and what it comes to."""
    from offramp.presentation.text.elicitation import called, driven_sentences

    for one in found:
        yield f"\n{one.assumption}, {one.quantity}"
        heads = ("expert", "weight", "5 %", "median", "95 %", "mean ± deviation", "pool without")
        rows = [
            (
                called(voice),
                f"{100 * voice.weight:.0f} %",
                *(number_cell(value) for value in voice.quantiles),
                f"{number_cell(voice.mean)} ± {number_cell(voice.deviation)}",
                number_cell(voice.without),
            )
            for voice in one.voices
        ]
        yield from table_of(heads, rows)
        yield from (paragraph(sentence) for sentence in driven_sentences(one))
        yield f"  pool: {one.pool}"
