"""Several experts on one number: what each says, and how the crisis ends on each one's premises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from offramp.presentation import facts
from offramp.presentation.contents import Content, Section
from offramp.presentation.gallery import Table
from offramp.presentation.sections.ledger import meanings_of, with_meaning
from offramp.presentation.text.elicitation import called, shares_sentences
from offramp.presentation.text.numbers import figure_of, percent
from offramp.presentation.text.rules import KIND_WORDS
from offramp.scenario import understand
from offramp.study.elicitation.driving import Driven, driven_in, judged
from offramp.study.solving.labels import assumption_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from offramp.study.runs.findings import Findings


@dataclass(frozen=True)
class Asked:
    """One number with its experts: a table of them, and who moves what differs most."""

    title: str
    table: Table
    sentences: tuple[str, ...]


def experts_of(findings: Findings) -> tuple[Asked, ...]:
    """Every number that several experts judge; none where it was not drawn from their pool."""
    draws = findings.draws
    if draws is None or "parameters" not in draws:
        return ()
    names = facts.names_along(draws, "parameter")
    good = facts.solved(findings)
    values = draws["parameters"].transpose("draw", "parameter").values[good]
    meanings, found = meanings_of(findings), []
    for one, experts in judged(understand(findings.scenario)):
        drawn = np.asarray(values[:, names.index(one.name)], float)
        told = driven_in(one, experts, drawn, _kinds(findings))
        if told:
            words = assumption_words(findings.scenario, one.name)
            title = with_meaning(words, meanings.get(one.name, ""))
            title = f"{title[:1].upper()}{title[1:]}"
            found.append(Asked(title, _table(told), tuple(shares_sentences(told))))
    return tuple(found)


def _kinds(findings: Findings) -> dict[str, NDArray[np.float64]]:
    """Every kind of end in words to (draw,) its probability over the solved draws."""
    found: dict[str, NDArray[np.float64]] = {}
    for name in facts.names_along(findings.nominal, "outcome"):
        kind = facts.outcome_kind(findings, name)
        words = KIND_WORDS.get(kind, "no end")
        values = facts.spread_of(findings, "probability", outcome=name).values
        if values is not None:
            found[words] = found.get(words, np.zeros(len(values))) + values
    return {words: values for words, values in found.items() if np.nanmax(values, initial=0) > 0}


def _table(told: tuple[Driven, ...]) -> Table:
    """A row for each expert and one for all together; a column for every kind of end."""
    first = told[0]
    rows = [
        (
            called(voice),
            percent(voice.weight),
            _range(voice.quantiles),
            *(_cell(one.voices[i].mean) for one in told),
        )
        for i, voice in enumerate(first.voices)
    ]
    pool = tuple(float(value) for value in first.pool.quantile(np.array((0.05, 0.5, 0.95))))
    rows.append(("All together", "100 %", _range(pool), *(_cell(one.mean) for one in told)))
    kinds = (f"{one.quantity[:1].upper()}{one.quantity[1:]}" for one in told)
    columns = ("Expert", "Part of the pool", "Median (5 % to 95 %)", *kinds)
    return Table(columns, tuple(rows), frozenset(range(1, len(columns))))


def _range(quantiles: tuple[float, ...]) -> str:
    low, middle, high = map(figure_of, quantiles)
    return f"{middle} ({low} to {high})"


def _cell(mean: float | None) -> str:
    return "–" if mean is None else percent(mean)


def _content(findings: Findings) -> Content:
    return {"asked": experts_of(findings)}


SECTION = Section("What experts say, and who drives the result", 122, _content, experts_of)
