"""How an expression changes with one name: its derivative, as another expression.

``min max abs clip if`` follow the branch that is active; a condition and the key of
a family do not change with a small step, so their derivative is 0.
"""

from __future__ import annotations

from collections.abc import Callable

from offramp.expressions.simplification import simplify
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
)

_ZERO, _ONE = Number(0.0), Number(1.0)


def derivative(expression: Expression, name: str) -> Expression:
    """The derivative with respect to ``Name(name)``, simplified.

    It has a value where the expression has one and is smooth; at a kink it is the
    derivative on one of the sides. Where a slope is infinite (``sqrt(x)`` at 0) its
    evaluation fails and says so.
    """
    return simplify(_slope(expression, name))


def _slope(node: Expression, name: str) -> Expression:
    match node:
        case Name():
            return _ONE if node.id == name else _ZERO
        case Number() | Index() | Compare() | Logical():
            return _ZERO
        case Unary():
            if node.op == "not":
                return _ZERO
            slope = _slope(node.operand, name)
            return _negative(slope) if node.op == "-" else slope
        case Binary():
            return _binary(node, name)
        case Call():
            return _call(node, name)
        case Choose():
            cases = tuple((key, _slope(part, name)) for key, part in node.cases)
            default = None if node.default is None else _slope(node.default, name)
            slopes = [*(part for _, part in cases), _ZERO if default is None else default]
            return _ZERO if all(map(_none, slopes)) else Choose(node.index, cases, default)


def _binary(node: Binary, name: str) -> Expression:
    left, right = node.left, node.right
    by_left, by_right = _slope(left, name), _slope(right, name)
    match node.op:
        case "+":
            return _plus(by_left, by_right)
        case "-":
            return _minus(by_left, by_right)
        case "*":
            return _plus(_times(by_left, right), _times(left, by_right))
        case "/":
            if _none(by_right):
                return _over(by_left, right)
            return _over(_minus(by_left, _times(node, by_right)), right)
        case _:
            return _plus(
                _times(_power_by_base(left, right), by_left)
                if isinstance(right, Number) and right.value >= 1
                else _scaled(lambda: _power_by_base(left, right), by_left),
                _scaled(lambda: _power_by_exponent(node), by_right),
            )


def _scaled(factor: Callable[[], Expression], slope: Expression) -> Expression:
    """factor * slope, where the factor may be infinite at points whose slope is 0."""
    if isinstance(slope, Number):
        return _ZERO if _none(slope) else _times(factor(), slope)
    return _if(Compare(slope, (("==", _ZERO),)), _ZERO, _times(factor(), slope))


def _power_by_base(base: Expression, exponent: Expression) -> Expression:
    """exponent * base ** (exponent - 1), which is 0 for the exponent 0 even at the base 0."""
    lower = simplify(Binary("-", exponent, _ONE))
    if isinstance(exponent, Number):
        if exponent.value in (0.0, 1.0):
            return Number(exponent.value)
        return _times(exponent, base if lower == _ONE else Binary("**", base, lower))
    slope = _times(exponent, Binary("**", base, lower))
    return _if(Compare(exponent, (("==", _ZERO),)), _ZERO, slope)


def _power_by_exponent(node: Binary) -> Expression:
    """base ** exponent * log(base), which is 0 at the base 0 (positive exponents)."""
    slope = _times(node, Call("log", (node.left,)))
    if isinstance(node.left, Number):
        return slope if node.left.value else _ZERO
    return _if(Compare(node.left, (("==", _ZERO),)), _ZERO, slope)


def _call(node: Call, name: str) -> Expression:
    slopes = [_slope(arg, name) for arg in node.args]
    first = node.args[0]
    match node.function:
        case "if":
            return _if(first, slopes[1], slopes[2])
        case "min" | "max":
            return _extreme(node, slopes)
        case "clip":
            return _clip(node, slopes)
        case "abs":
            return _if(Compare(first, ((">=", _ZERO),)), slopes[0], _negative(slopes[0]))
        case "exp":
            return _times(slopes[0], node)
        case "log":
            return _over(slopes[0], first)
        case _:
            return _scaled(lambda: _over(Number(0.5), node), slopes[0])


def _extreme(node: Call, slopes: list[Expression]) -> Expression:
    """Of min or max: the slope of the first argument that attains it."""
    sign = "<=" if node.function == "min" else ">="
    result = slopes[-1]
    for place in range(len(node.args) - 2, -1, -1):
        others = node.args[place + 1 :]
        other = others[0] if len(others) == 1 else Call(node.function, others)
        condition = Compare(node.args[place], ((sign, other),))
        result = _if(condition, slopes[place], result)
    return result


def _clip(node: Call, slopes: list[Expression]) -> Expression:
    """Of min(max(x, low), high)."""
    x, low, high = node.args
    above = Compare(Call("max", (x, low)), ((">", high),))
    below = Compare(x, (("<", low),))
    return _if(above, slopes[2], _if(below, slopes[1], slopes[0]))


# Operations that leave out what is 0 or 1


def _none(node: Expression) -> bool:
    return node == _ZERO


def _negative(node: Expression) -> Expression:
    return node if _none(node) else Unary("-", node)


def _plus(left: Expression, right: Expression) -> Expression:
    if _none(left) or _none(right):
        return left if _none(right) else right
    return Binary("+", left, right)


def _minus(left: Expression, right: Expression) -> Expression:
    if _none(right):
        return left
    return _negative(right) if _none(left) else Binary("-", left, right)


def _times(left: Expression, right: Expression) -> Expression:
    if _none(left) or _none(right):
        return _ZERO
    if left == _ONE or right == _ONE:
        return left if right == _ONE else right
    return Binary("*", left, right)


def _over(left: Expression, right: Expression) -> Expression:
    return _ZERO if _none(left) else Binary("/", left, right)


def _if(condition: Expression, then: Expression, other: Expression) -> Expression:
    return then if then == other else Call("if", (condition, then, other))
