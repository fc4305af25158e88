"""Formulas in words: conditions are said, arithmetic stays as it is written."""

from __future__ import annotations

from collections.abc import Mapping

from offramp.core.errors import OfframpError
from offramp.expressions import (
    Compare,
    Expression,
    Index,
    Logical,
    Name,
    Number,
    Unary,
    children,
    parse,
)

IS: Mapping[str, str] = {
    "==": "is",
    "!=": "is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
}


def condition_words(formula: int | float | str) -> str:
    """A condition as words: 'table is not empty and rung is above calm'."""
    try:
        return _condition(parse(formula))
    except OfframpError:
        return str(formula)


def formula_words(formula: int | float | str) -> str:
    """A number or formula as it is read, with single spaces."""
    try:
        return str(parse(formula))
    except OfframpError:
        return str(formula)


def change_words(name: str, formula: int | float | str) -> str:
    """What `then` does to a variable: 'rung goes up by 1', 'table becomes compromise'."""
    text = formula_words(formula)
    for sign, way in (("+", "up"), ("-", "down")):
        head, _, step = text.partition(f"{name} {sign} ")
        if not head and step.isdigit():
            return f"{name} goes {way} by {step}"
    return f"{name} becomes {text}"


def _condition(node: Expression) -> str:
    if isinstance(node, Logical):
        return f" {node.op} ".join(_part(part, node) for part in node.parts)
    if isinstance(node, Unary) and node.op == "not":
        return f"not ({_condition(node.operand)})"
    if isinstance(node, Compare) and not _says(children(node)):
        told, left = list[str](), node.first
        for op, right in node.rest:
            told.append(f"{left} {IS[op]} {right}")
            left = right
        return " and ".join(told)
    if isinstance(node, Number):
        return "always" if node.value else "never"
    if isinstance(node, Name | Index):
        return f"{node} is not 0"
    return f"({node}) is not 0" if not isinstance(node, Compare) else str(node)


def _part(node: Expression, around: Logical) -> str:
    """A part of `and` or `or`, in brackets where it joins parts itself."""
    joined = isinstance(node, Logical) and node.op != around.op
    chained = isinstance(node, Compare) and len(node.rest) > 1 and around.op == "or"
    return f"({_condition(node)})" if joined or chained else _condition(node)


def _says(parts: tuple[Expression, ...]) -> bool:
    """Whether a condition stands inside a comparison, which is then left as it is written."""
    return any(isinstance(part, Compare | Logical) for part in parts)
