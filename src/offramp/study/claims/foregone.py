"""Claims that are true or false whatever happens, and of too late a time: from bounds alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from offramp.expressions import Binary, Call, Compare, Expression, Logical, Name, Number, Unary
from offramp.scenario import Doubt, Meaning, Query, doubt_at, read_claims
from offramp.scenario.claims import EQUAL

Bounds = tuple[float, float]
ANY: Bounds = (-math.inf, math.inf)
OF_KINDS: Mapping[str, Bounds] = {
    "outcome": (0.0, 1.0),
    "kind": (0.0, 1.0),
    "ever": (0.0, 1.0),
    "reach": (0.0, 1.0),
    "times": (0.0, math.inf),
    "rounds": (0.0, math.inf),
}
"""What a quantity of each kind can be; others can be anything."""


def foregone_doubts(meaning: Meaning) -> Iterator[Doubt]:
    """A doubt for every claim that nothing can decide otherwise, or of a round after the last."""
    for claim in read_claims(meaning):
        bounds = {name: _bounds(query) for name, query in claim.quantities.items()}
        truth = _truth(claim.formula, bounds)
        if truth is not None:
            yield doubt_at(
                meaning.scenario,
                "W301",
                f"the claim '{claim.name}' is {'true' if truth else 'false'} whatever happens",
                "compare quantities that can differ, or a probability with a number between 0 "
                "and 1",
                ("claims", claim.name, "holds_when"),
            )
        limit = meaning.scenario.limit
        by = [one.by for one in claim.quantities.values() if one.by is not None]
        if limit and by and max(by) > limit:
            yield doubt_at(
                meaning.scenario,
                "W302",
                f"the claim '{claim.name}' asks what is so by {meaning.scenario.time.round} "
                f"{max(by)}, and {limit} is the last",
                f"write a number up to {limit}, or leave 'by' away",
                ("claims", claim.name, "holds_when"),
            )


def _bounds(query: Query) -> Bounds:
    if query.conditions:  # no value where the condition never holds
        return OF_KINDS.get(query.kind, ANY)
    if query.kind == "kind" and not query.outcomes:  # no end is of that kind
        return (0.0, 0.0)
    if isinstance(query.expression, Number) and query.kind == "static":
        return (query.expression.value, query.expression.value)
    return OF_KINDS.get(query.kind, ANY)


def _truth(node: Expression, bounds: Mapping[str, Bounds]) -> bool | None:
    """Whether a condition holds always (True), never (False), or it depends (None)."""
    if isinstance(node, Logical):
        parts = [_truth(part, bounds) for part in node.parts]
        decides = node.op == "or"
        if decides in parts:
            return decides
        return None if None in parts else not decides
    if isinstance(node, Unary) and node.op == "not":
        inner = _truth(node.operand, bounds)
        return None if inner is None else not inner
    if not isinstance(node, Compare):
        return None
    parts, left = list[bool | None](), node.first
    for op, right in node.rest:
        parts.append(_compared(op, left, right, bounds))
        left = right
    if False in parts:
        return False
    return None if None in parts else True


def _compared(
    op: str, left: Expression, right: Expression, bounds: Mapping[str, Bounds]
) -> bool | None:
    """One comparison; within ``EQUAL`` is equal, as where claims are looked at."""
    if left == right:
        return op in ("<=", ">=", "==")
    (low, high), (least, most) = _span(left, bounds), _span(right, bounds)
    down, up = low - most, high - least  # bounds of left - right
    if math.isnan(down) or math.isnan(up):
        return None
    if op in (">", "<="):
        found = True if down > EQUAL else False if up <= EQUAL else None
        return found if op == ">" or found is None else not found
    if op in ("<", ">="):
        found = True if up < -EQUAL else False if down >= -EQUAL else None
        return found if op == "<" or found is None else not found
    apart = down > EQUAL or up < -EQUAL
    same = max(abs(down), abs(up)) <= EQUAL
    if not apart and not same:
        return None
    return same if op == "==" else apart


def _span(node: Expression, bounds: Mapping[str, Bounds]) -> Bounds:
    """Between which numbers an expression lies."""
    if isinstance(node, Number):
        return (node.value, node.value)
    if isinstance(node, Name):
        return bounds.get(node.id, ANY)
    if isinstance(node, Unary) and node.op == "-":
        low, high = _span(node.operand, bounds)
        return (-high, -low)
    if isinstance(node, Binary) and node.op in ("+", "-", "*"):
        return _joined(node.op, _span(node.left, bounds), _span(node.right, bounds))
    if isinstance(node, Call) and node.function in ("min", "max"):
        spans = [_span(part, bounds) for part in node.args]
        choose = min if node.function == "min" else max
        return (choose(low for low, _ in spans), choose(high for _, high in spans))
    return ANY


def _joined(op: str, one: Bounds, two: Bounds) -> Bounds:
    if op == "+":
        return (one[0] + two[0], one[1] + two[1])
    if op == "-":
        return (one[0] - two[1], one[1] - two[0])
    products = [a * b for a in one for b in two]
    if any(map(math.isnan, products)):
        return ANY
    return (min(products), max(products))
