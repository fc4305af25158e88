"""A shorter expression with the same value: constants folded, neutral operations dropped.

Nothing that could fail is dropped: where the original has a value, and where it
has none, the simplified expression agrees.
"""

from __future__ import annotations

from offramp.core.errors import ExpressionError
from offramp.expressions.evaluation import evaluate
from offramp.expressions.tree import (
    Binary,
    Call,
    Choose,
    Compare,
    Expression,
    Index,
    Logical,
    Name,
    Number,
    Unary,
    children,
    rebuild,
)


def simplify(expression: Expression) -> Expression:
    """The expression with its constants folded; a constant without a value is left alone."""
    parts = children(expression)
    changed = tuple(simplify(part) for part in parts)
    same = all(new is old for new, old in zip(changed, parts, strict=True))
    node = expression if same else rebuild(expression, changed)
    if not parts or isinstance(node, Index):
        return node
    if all(isinstance(part, Number) for part in changed):
        return _folded(node)
    match node:
        case Binary():
            return _binary(node)
        case Unary():
            return _unary(node)
        case Logical():
            return _logical(node)
        case Call("if", (Number(value), then, other)):
            return then if value else other
        case Choose(index=Number(value)):
            cases = dict(reversed(node.cases))
            chosen = next((part for key, part in cases.items() if key == value), node.default)
            return node if chosen is None else chosen
        case _:
            return node


def _folded(node: Expression) -> Expression:
    try:
        return Number(float(evaluate(node, {})[0, 0]), node.offset)
    except ExpressionError:
        return node


def _binary(node: Binary) -> Expression:
    match node.op, node.left, node.right:
        case ("+" | "-", left, Number(0.0)) | ("*" | "/" | "**", left, Number(1.0)):
            return left
        case ("+", Number(0.0), right) | ("*", Number(1.0), right):
            return right
        case "-", Number(0.0), right:
            return Unary("-", right, node.offset)
        case ("*", Number(0.0), Name()) | ("*", Name(), Number(0.0)):
            return Number(0.0, node.offset)
        case _:
            return node


def _unary(node: Unary) -> Expression:
    match node:
        case Unary("+", operand) | Unary("-", Unary("-", operand)):
            return operand
        case _:
            return node


def _logical(node: Logical) -> Expression:
    """Without the constant parts that settle nothing, and what stands behind one that does."""
    settles = node.op == "or"
    kept: list[Expression] = []
    for part in node.parts:
        if not isinstance(part, Number):
            kept.append(part)
        elif bool(part.value) == settles:
            kept.append(Number(float(settles), part.offset))
            break
    if len(kept) > 1:
        return Logical(node.op, tuple(kept), node.offset)
    (only,) = kept
    truth = isinstance(only, Compare | Logical | Number) or (
        isinstance(only, Unary) and only.op == "not"
    )
    return only if truth else Compare(only, (("!=", Number(0.0)),), node.offset)
