"""Claims: what somebody says follows, as a condition over quantities of games.

Every quantity of ``holds_when`` becomes a placeholder, so that a claim is an ordinary
expression over the values of its quantities. `|` binds loosest: outside a quantity it puts
everything before it, up to the bracket that holds it, under its interventions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import OfframpError, Place, ScenarioError
from offramp.expressions import (
    Binary,
    Call,
    Compare,
    Expression,
    Index,
    Logical,
    Name,
    Number,
    Unary,
    children,
    evaluate,
    parse,
    rebuild,
)
from offramp.scenario.meaning import Meaning
from offramp.scenario.model import Claim as Words
from offramp.scenario.queries import Intervention, Query, QueryReader
from offramp.scenario.text_cuts import Cut

EQUAL = 1e-12
"""Quantities this near to each other are equal."""
Citation = str | Mapping[str, str] | None


@dataclass(frozen=True)
class Claim:
    """A claim of a scenario, read: ``formula`` is a condition over the names in ``quantities``.

    ``says`` are the analyst's own words, ``holds_when`` the condition as written.
    """

    name: str
    says: str
    source: Citation
    holds_when: str
    formula: Expression
    quantities: Mapping[str, Query]
    label: str | None = None
    about: str | None = None

    @property
    def manner(self) -> str:
        """How the moves that it commits come: 'foreseen', 'as a surprise'; '' without any."""
        own = (query.manner for query in self.quantities.values())
        words = (word for manner in own for word in manner.split(" and ") if word)
        return " and ".join(dict.fromkeys(words))

    def holds(self, values: Mapping[Query, NDArray[np.float64]]) -> NDArray[np.bool_]:
        """Whether the condition holds, (draw,), for values (draw,) of the quantities.

        Within ``EQUAL`` is equal. Where a value is not finite it does not hold.
        """
        given = {name: np.atleast_1d(values[query]) for name, query in self.quantities.items()}
        shape = np.broadcast_shapes(*(v.shape for v in given.values())) if given else (1,)
        whole = {name: np.broadcast_to(value, shape) for name, value in given.items()}
        fine = np.ones(shape, np.bool_)
        for value in whole.values():
            fine &= np.isfinite(value)
        found = np.zeros(shape, np.bool_)
        columns = {name: value[None, fine] for name, value in whole.items()}
        truth = evaluate(_tolerant(self.formula), columns)
        found[fine] = np.broadcast_to(truth != 0, (1, int(fine.sum())))[0]
        return found


def read_claims(meaning: Meaning) -> tuple[Claim, ...]:
    """All claims of a scenario in their order; a ScenarioError for one that cannot be read."""
    return tuple(read_claim(meaning, name) for name in meaning.scenario.claims)


def read_claim(meaning: Meaning, name: str) -> Claim:
    """The claim called ``name``."""
    words: Words = meaning.scenario.claims[name]
    path = ("claims", name, "holds_when")
    reader = _ClaimReader(meaning, meaning.scenario.place(*path), ".".join(path))
    formula, quantities = reader.claim(str(words.holds_when))
    return Claim(
        name,
        words.says,
        words.source,
        str(words.holds_when),
        formula,
        quantities,
        words.label,
        words.about,
    )


class _ClaimReader:
    """Cuts quantities and interventions out of one claim; what is left is an expression."""

    def __init__(self, meaning: Meaning, place: Place | None, path: str) -> None:
        self.reader = QueryReader(meaning, place, path)
        self.place, self.path = place, path
        self.prefix = "_" * (1 + _longest_underscores(meaning))
        self.quantities: dict[str, Query] = {}
        self.spans: list[tuple[int, int, tuple[Intervention, ...], str]] = []

    def claim(self, text: str) -> tuple[Expression, dict[str, Query]]:
        found: list[tuple[int, Query]] = []
        bare = self._without_interventions(self._without_quantities(text, found), text)
        for offset, query in found:
            bare = self._put(bare, offset, self._placeholder(query, offset))
        try:
            tree = parse(bare, self.place)
        except OfframpError as error:
            raise self._as_written(error, text).located(self.place, self.path) from None
        formula = self._with_numbers(tree, Cut(text))
        self._check(formula, text)
        return formula, self.quantities

    def _as_written(self, error: OfframpError, text: str) -> OfframpError:
        """The error with every quantity as it was written, where it speaks of a placeholder."""

        def written(match: re.Match[str]) -> str:
            query = self.quantities.get(match[0])
            return match[0] if query is None else query.text

        names = re.compile(rf"(?<!\w){self.prefix}\d+(?!\w)")
        return error.saying(
            " ".join(names.sub(written, error.found).split()),
            repair=names.sub(written, error.repair),
        )

    def _without_quantities(self, text: str, found: list[tuple[int, Query]]) -> str:
        """The text with P(…) and E(…) blanked out; fills ``found`` with (offset, query)."""
        whole, bare, at = Cut(text), text, 0
        while (match := re.search(r"(?<![\w.])([PE])\s*\(", bare[at:])) is not None:
            start = at + match.start()
            end = whole.closing(at + match.end() - 1)
            if end < 0:
                self.reader.fail(
                    whole.part(start), f"'{match[1]}(' is never closed", "')'", "close the bracket"
                )
            cut = whole.part(start, end + 1)
            found.append((start, self.reader.called(match[1], cut)))
            bare = self._put(bare, start, "_", end + 1 - start)
            at = end + 1
        return bare

    def _without_interventions(self, bare: str, text: str) -> str:
        """The text with ``| …`` outside quantities blanked out; notes what each is about."""
        while (pipe := bare.rfind("|")) >= 0:
            opened = _opening(bare, pipe)
            closed = Cut(bare).closing(opened) if opened >= 0 else len(bare)
            tail = Cut(text).part(pipe + 1, closed if closed >= 0 else len(bare))
            self.spans.append((opened + 1, pipe, self.reader.interventions(tail), tail.spaced()))
            bare = self._put(bare, pipe, " ", len(tail.text) + 1)
        return bare

    def _put(self, bare: str, at: int, what: str, length: int = 0) -> str:
        length = max(length, len(what))
        return bare[:at] + what.ljust(length) + bare[at + length :]

    def _placeholder(self, query: Query, offset: int) -> str:
        """The name that stands for a quantity, under all interventions around it."""
        for low, high, interventions, text in self.spans:
            if low <= offset < high:
                cut = Cut(text, high + 1)
                query = self.reader.fitting(query.under(interventions, text), cut)
        for name, known in self.quantities.items():
            if known == query:
                return name
        name = f"{self.prefix}{len(self.quantities)}"
        self.quantities[name] = query
        return name

    def _with_numbers(self, node: Expression, whole: Cut) -> Expression:
        """The tree with every parameter and worth as a placeholder too."""
        if isinstance(node, Name) and node.id in self.quantities:
            return node
        if isinstance(node, (Name, Index)):
            end = node.offset + len(node.id if isinstance(node, Name) else node.base)
            if isinstance(node, Index):
                end = whole.closing(whole.text.index("[", end)) + 1
            query = self.reader.static(whole.part(node.offset, end))
            return Name(self._placeholder(query, node.offset), node.offset)
        parts = tuple(self._with_numbers(part, whole) for part in children(node))
        return rebuild(node, parts) if parts else node

    def _check(self, node: Expression, text: str) -> None:
        """A claim is true or false: comparisons joined by `and`, `or` and `not`."""
        if isinstance(node, Logical) or (isinstance(node, Unary) and node.op == "not"):
            for part in children(node):
                self._check(part, text)
        elif not isinstance(node, Compare):
            raise ScenarioError(
                "a number stands where a claim is needed",
                code="E701",
                expected="a comparison, say P(war) > 0.5, or several with and, or, not",
                repair="compare it: write '> 0.5' behind it",
                place=None if self.place is None else self.place.shifted(node.offset),
                path=self.path,
            )


def _longest_underscores(meaning: Meaning) -> int:
    known = (*meaning.vocabulary.everything(), *meaning.parties)
    return max((len(name) - len(name.lstrip("_")) for name in known), default=0)


def _opening(text: str, position: int) -> int:
    """The bracket that is open at ``position``; -1 where none is."""
    depth = 0
    for at in range(position - 1, -1, -1):
        depth += text[at] in ")]"
        if text[at] in "([":
            if depth == 0:
                return at
            depth -= 1
    return -1


def _tolerant(node: Expression) -> Expression:
    """The condition in which numbers within ``EQUAL`` of each other are equal."""
    parts = tuple(_tolerant(part) for part in children(node))
    if not isinstance(node, Compare):
        return rebuild(node, parts) if parts else node
    links = [
        _compared(op, first, second)
        for (op, _), first, second in zip(node.rest, parts[:-1], parts[1:], strict=True)
    ]
    return links[0] if len(links) == 1 else Logical("and", tuple(links))


def _compared(op: str, first: Expression, second: Expression) -> Expression:
    gap: Expression = Binary("-", first, second)
    if op in ("==", "!="):
        return Compare(Call("abs", (gap,)), (("<=" if op == "==" else ">", Number(EQUAL)),))
    strict_or_not = Number(-EQUAL if op in ("<", ">=") else EQUAL)
    return Compare(gap, ((op, strict_or_not),))
