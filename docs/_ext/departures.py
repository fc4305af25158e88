"""The directive ``departures``: numbers of a case that name no term, and the terms around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tables import table_of

import offramp
from offramp.scenario import Assumption, Scenario, understand
from offramp.scenario.by_the_book import departures
from offramp.scenario.code_book import TERMS, UNKNOWN

SLACK = 1e-9


class Departures(SphinxDirective):
    """Each number of a scenario that names no term, with the terms that cover its range."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A sentence and a table."""
        scenario = offramp.read(self.arguments[0])
        named = {one.path for one in departures(scenario)}
        rows = [
            row
            for one in understand(scenario).assumptions
            if one.distribution is not None and ".".join(map(str, one.path)) in named
            for row in _rows(scenario, one)
        ]
        told = "The band is that of the terms that cover the range between them."
        head = ("number", "range", "terms that cover it", "their band")
        return [nodes.paragraph("", told), table_of(head, rows)]


def _rows(scenario: Scenario, one: Assumption) -> Iterator[tuple[nodes.Node | str, ...]]:
    assert one.distribution is not None
    low, high = one.distribution.bounds
    scale = _scale(scenario, one)
    if scale == "precision":
        low, high = 2**low, 2**high
    words, band = _cover(scale, low, high)
    note = " as a precision" if scale == "precision" else ""
    yield nodes.literal(text=one.name), f"{low:g} to {high:g}{note}", words, band


def _scale(scenario: Scenario, one: Assumption) -> str:
    """The scale of the code book on which a number lies, by its use and unit."""
    if any(str(party.patience) == one.name for party in scenario.parties.values()):
        return "patience"
    unit = one.unit or ""
    if unit == "powers of 2":
        return "precision"
    if unit in ("chance", "share") or unit.startswith("per "):
        return "chance"
    return "size" if unit.startswith("worth") else "other"


def _cover(scale: str, low: float, high: float) -> tuple[str, str]:
    """The fewest neighbouring terms that hold the range, and from where to where they go."""
    if scale == "other":
        return "counted", ""
    terms = [one for one in TERMS if one.scale == scale and not one.word.startswith(UNKNOWN)]
    first = max((k for k, one in enumerate(terms) if one.low <= low + SLACK), default=0)
    last = min((k for k, one in enumerate(terms) if one.high >= high - SLACK), default=-1)
    last = last if last >= 0 else len(terms) - 1
    words = terms[first].word if first >= last else f"{terms[first].word} to {terms[last].word}"
    outside = [end for end in (low,) if end < terms[0].low - SLACK]
    outside += [end for end in (high,) if end > terms[-1].high + SLACK]
    beyond = [f"{end:g} lies outside the book" for end in outside]
    band = f"{terms[first].low:g} to {terms[max(first, last)].high:g}"
    return "; ".join([words, *beyond]), band


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("departures", Departures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
