"""Where a scenario departs from the code book: numbers without a word, or outside its band.

A departure is no mistake. It is a place where another coder might have written something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from offramp.core.errors import suggestion
from offramp.core.numbers import told_apart
from offramp.expressions import Number, evaluate
from offramp.scenario.code_book import UNKNOWN, WORDS, Term, band_of
from offramp.scenario.distributions import Distribution
from offramp.scenario.doubts import Doubt
from offramp.scenario.meaning import Assumption, Meaning, understand
from offramp.scenario.model import Scenario
from offramp.scenario.setting import nominal_values

TAG = re.compile(r"code book: *([A-Za-z ]+)")
SLACK = 1e-9
PATIENCE = (WORDS["in haste"].low, WORDS["with all the time"].high)
PRECISION = (WORDS["erratic"].low, WORDS["sharp"].high)
COVERED = 0.9
"""Part of its scale that the range of something unknown covers at least."""


def departures(scenario: Scenario) -> tuple[Doubt, ...]:
    """Every place where a scenario departs from the code book, with what would be by the book.

    Numbers that a mechanism of the library brings with its own sources are left alone. Raises
    ScenarioError for a scenario whose names have no meaning.
    """
    meaning = understand(scenario)
    return (*_numbers(meaning), *_parties(meaning), *_worths(scenario))


def _numbers(meaning: Meaning) -> Iterator[Doubt]:
    brought = {
        name for record in meaning.scenario.mechanisms.values() for name in record.parameters
    }
    values = nominal_values(meaning)
    for one in meaning.assumptions:
        base = one.name.partition("[")[0]
        if one.path[0] == "parameters" and base not in brought and not _worked_out(one):
            yield from _number(meaning, one, values.get(one.name))


def _number(meaning: Meaning, one: Assumption, value: float | None) -> Iterator[Doubt]:
    """One number against the term that its note names."""
    tag = TAG.search(one.note or "")
    if tag is None:
        if one.distribution is None and one.source is None:
            found = f"'{one.name}' is a judgement without a range"
            yield _doubt(meaning, one, "B102", found, "give it the range of a term")
        found = f"'{one.name}' names no term of the code book"
        repair = "write 'code book: TERM' in its note, such as 'code book: likely'"
        yield _doubt(meaning, one, "B101", found, repair)
        return
    words = " ".join(tag[1].split())
    band = band_of(words)
    if band is None:
        repair = suggestion(words, WORDS) or "take a term of the code book"
        yield _doubt(meaning, one, "B103", f"'{words}' is no term of the code book", repair)
    elif band[0].scale != "other":
        yield from _within(meaning, one, words, band, value)
    elif not one.unit:
        found = f"'{one.name}' is counted and has no unit"
        yield _doubt(meaning, one, "B106", found, "write what is counted: 'unit: months'")


def _worked_out(one: Assumption) -> bool:
    """Whether the number follows from others by formula."""
    return one.distribution is None and not isinstance(one.formula, Number)


def _within(
    meaning: Meaning, one: Assumption, words: str, band: tuple[Term, Term], value: float | None
) -> Iterator[Doubt]:
    """Value and range against the numbers that the words stand for; a loss counts as its size."""
    low, high = band[0].low, band[1].high
    least, most = _ends(one.distribution, value)
    if band[0].scale == "size" and most <= 0:
        least, most = -most, -least
    if least < low - SLACK or most > high + SLACK:
        yield _doubt(
            meaning,
            one,
            "B104",
            f"'{one.name}' goes from {told_apart(least, low)} to {told_apart(most, high)}, where "
            f"‹{words}› stands for {low:g} to {high:g}",
            f'write range: "uniform({low:g}, {high:g})", or the term that is meant',
        )
    elif words.startswith(UNKNOWN) and most - least < COVERED * (high - low):
        yield _doubt(
            meaning,
            one,
            "B105",
            f"'{one.name}' is called unknown and goes from {least:g} to {most:g} only",
            f'write range: "uniform({low:g}, {high:g})"',
        )


def _ends(spread: Distribution | None, value: float | None) -> tuple[float, float]:
    """Least and greatest number, of ranges without ends what 98 of 100 draws lie between."""
    if spread is None:
        return value or 0.0, value or 0.0
    low, high = spread.bounds
    if not np.isfinite((low, high)).all():
        ends = spread.quantile(np.array([0.01, 0.99]))
        return float(ends[0]), float(ends[1])
    return low, high


def _parties(meaning: Meaning) -> Iterator[Doubt]:
    values = {k: np.array([[v]]) for k, v in nominal_values(meaning).items()}
    for word, code, (low, high) in (
        ("patience", "B201", PATIENCE),
        ("precision", "B202", PRECISION),
    ):
        for party, formula in zip(meaning.parties, getattr(meaning, word), strict=True):
            value = float(evaluate(formula, values).ravel()[0])
            if word == "patience" and value == 1 and meaning.limit:
                continue  # rounds that are not told apart by time
            if not low - SLACK <= value <= high + SLACK:
                path = ("parties", party, word)
                yield Doubt(
                    code,
                    f"the {word} {value:g} of '{party}' lies outside {low:g} to {high:g}",
                    f"choose a term of the code book for {word}",
                    ".".join(path),
                    meaning.scenario.place(*path),
                )


def _worths(scenario: Scenario) -> Iterator[Doubt]:
    """Issues: the worths of a party go from 0 to 1, its weights sum to 1, as far as written out."""
    for name, issue in scenario.issues.items():
        for party, worths in issue.worth.items():
            numbers = [one for one in worths if isinstance(one, (int, float))]
            if len(numbers) < len(worths):
                continue
            if (min(numbers), max(numbers)) != (0, 1):
                path = ("issues", name, "worth", party)
                yield Doubt(
                    "B203",
                    f"the worths of '{name}' to '{party}' go from {min(numbers):g} to "
                    f"{max(numbers):g}",
                    "give the worst option 0 and the best 1; the weight says how much it matters",
                    ".".join(path),
                    scenario.place(*path),
                )
    for party, (total, path) in _weights(scenario).items():
        if abs(total - 1) > SLACK:
            yield Doubt(
                "B204",
                f"the weights of '{party}' sum to {total:g}",
                "let them sum to 1: the whole stake",
                ".".join(path),
                scenario.place(*path),
            )


def _weights(scenario: Scenario) -> Mapping[str, tuple[float, tuple[str, ...]]]:
    """Party to the sum of its weights, with the place of the first; only where all are numbers."""
    told: dict[str, tuple[float, tuple[str, ...]]] = {}
    formulas: set[str] = set()
    for name, issue in scenario.issues.items():
        for party, weight in issue.weight.items():
            if isinstance(weight, str):
                formulas.add(party)
                continue
            before, path = told.get(party, (0.0, ("issues", name, "weight", party)))
            told[party] = (before + float(weight), path)
    return {party: one for party, one in told.items() if party not in formulas}


def _doubt(meaning: Meaning, one: Assumption, code: str, found: str, repair: str) -> Doubt:
    place = meaning.scenario.place(*one.path, of_value=False)
    return Doubt(code, found, repair, ".".join(map(str, one.path)), place)
