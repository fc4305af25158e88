"""What an expression is worth: arrays of numbers in, one array of numbers out.

Arrays have the shape (row, draw): a state variable varies by row, a parameter by
draw. ``and``, ``or``, ``if`` and families look only at the points that need them:
a condition that varies by row alone splits the rows, one that varies by draw alone
splits the draws, any other splits the points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import ExpressionError, Place, suggestion
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
    names,
    number_text,
)

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Piece = tuple[Mask, Expression]


class EvaluationError(ExpressionError):
    """An expression has no finite value at a point that needs it.

    Fields: ``row`` and ``draw`` (from 0, the first such point of the operation
    that failed), ``value`` (what came out: infinite, not a number, or the key
    that a family does not have) and ``offset`` (the operation's place in the text).
    """

    usual = "E404"

    def __init__(
        self,
        found: str,
        *,
        expected: str = "",
        repair: str = "",
        place: Place | None = None,
        path: str = "",
        row: int = 0,
        draw: int = 0,
        value: float = float("nan"),
        offset: int = 0,
    ) -> None:
        super().__init__(found, expected=expected, repair=repair, place=place, path=path)
        self.row = row
        self.draw = draw
        self.value = value
        self.offset = offset


def evaluate(expression: Expression, values: Mapping[str, Any]) -> Array:
    """The value at every point, read-only float64 broadcastable to (row, draw).

    ``values`` gives each name an array broadcastable to (row, draw): (rows, 1),
    (1, draws), both, or a number. The result is two-dimensional and only as large
    as the names that are used make it; it may share memory with ``values``.
    Conditions are 0.0 or 1.0.

    Raises ``EvaluationError`` where a needed value is not finite or a family has
    no such key, ``ExpressionError`` for a name that has no value.
    """
    known = {name: _given(name, expression, values) for name in sorted(names(expression))}
    with np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"):
        result = _value(expression, _Points(known)).view()
    result.flags.writeable = False
    return result


def _given(name: str, expression: Expression, values: Mapping[str, Any]) -> Array:
    if name not in values:
        repair = suggestion(name, values)
        raise ExpressionError(
            f"'{name}' in '{expression}' has no value", expected="a name in scope", repair=repair
        )
    array = np.atleast_2d(np.asarray(values[name], dtype=np.float64))
    finite = np.isfinite(array)
    if not finite.all():
        row, draw = np.argwhere(~finite)[0]
        raise EvaluationError(
            f"'{name}' is {array[row, draw]} at row {row}, draw {draw}",
            expected="a finite number",
            row=int(row),
            draw=int(draw),
            value=float(array[row, draw]),
        )
    return array


@dataclass(frozen=True, slots=True)
class _Points:
    """The names' values at the points that are looked at, and where those points are.

    ``rows`` and ``draws`` give the original positions, None where nothing was left
    out. ``paired`` points are listed one by one along the first axis.
    """

    values: dict[str, Array]
    rows: NDArray[np.intp] | None = None
    draws: NDArray[np.intp] | None = None
    paired: bool = False

    def origin(self, row: int, draw: int) -> tuple[int, int]:
        """The original row and draw of a position in an array over these points."""
        if self.paired and self.rows is not None and self.draws is not None:
            return int(self.rows[row]), int(self.draws[row])
        first = row if self.rows is None else int(self.rows[row])
        return first, draw if self.draws is None else int(self.draws[draw])

    def only(self, mask: Mask, wanted: frozenset[str]) -> _Points:
        """The points where ``mask`` holds, with the values of ``wanted`` names only."""
        values = {name: self.values[name] for name in wanted}
        if mask.shape[1] == 1:
            kept = np.flatnonzero(mask)
            taken = {n: v[kept] if v.shape[0] > 1 else v for n, v in values.items()}
            rows = kept if self.rows is None else self.rows[kept]
            draws = self.draws
            if self.paired and draws is not None:
                draws = draws[kept]
            return _Points(taken, rows, draws, self.paired)
        if mask.shape[0] == 1:
            kept = np.flatnonzero(mask)
            taken = {n: v[:, kept] if v.shape[1] > 1 else v for n, v in values.items()}
            return _Points(taken, self.rows, kept if self.draws is None else self.draws[kept])
        row, draw = np.nonzero(mask)
        taken = {n: np.broadcast_to(v, mask.shape)[row, draw][:, None] for n, v in values.items()}
        rows = row if self.rows is None else self.rows[row]
        return _Points(taken, rows, draw if self.draws is None else self.draws[draw], paired=True)


def _value(node: Expression, points: _Points) -> Array:
    if isinstance(node, Name):
        return points.values[node.id]
    return _RULES[type(node)](node, points)


def _number(node: Number, points: _Points) -> Array:
    return np.array([[node.value]])


def _index(node: Index, points: _Points) -> Array:
    raise ExpressionError(
        f"'{node}' has not been looked up",
        expected="families are replaced by their members before an expression is evaluated",
    )


def _unary(node: Unary, points: _Points) -> Array:
    if node.op == "not":
        return _condition(node, points)
    operand = _value(node.operand, points)
    return -operand if node.op == "-" else operand


def _binary(node: Binary, points: _Points) -> Array:
    left, right = _value(node.left, points), _value(node.right, points)
    return _checked(node, _ARITHMETIC[node.op], (left, right), points)


def _condition(node: Unary | Compare | Logical, points: _Points) -> Array:
    return _truth(node, points).astype(np.float64)


def _truth(node: Expression, points: _Points) -> Mask:
    """Where the value of ``node`` is not 0."""
    if isinstance(node, Compare):
        return _chain(node, points)
    if isinstance(node, Logical):
        return _logical(node, points)
    if isinstance(node, Unary) and node.op == "not":
        return ~_truth(node.operand, points)
    return _value(node, points) != 0


def _chain(node: Compare, points: _Points) -> Mask:
    """``a < b <= c`` as ``a < b`` and ``b <= c``: c only where the first holds, b only once.

    (Chains inside chains would otherwise take twice as long with every level.)
    """
    (op, part), *rest = node.rest
    middle = _value(part, points)
    truth = _COMPARISON[op](_value(node.first, points), middle)
    if not rest:
        return truth
    held = replace(points, values={**points.values, _HELD: middle})
    later = Compare(Name(_HELD), tuple(rest))
    if _simple(later):
        return truth & _truth(later, held)
    return _select(((~truth, _ZERO), (truth, later)), held) != 0


def _logical(node: Logical, points: _Points) -> Mask:
    either = node.op == "or"
    truth = _truth(node.parts[0], points)
    for part in node.parts[1:]:
        if _simple(part):
            other = _truth(part, points)
            truth = truth | other if either else truth & other
        else:
            settled = truth if either else ~truth
            constant = _ONE if either else _ZERO
            truth = _select(((settled, constant), (~settled, part)), points) != 0
    return truth


def _call(node: Call, points: _Points) -> Array:
    if node.function == "if":
        condition = _truth(node.args[0], points)
        return _select(((condition, node.args[1]), (~condition, node.args[2])), points)
    args = tuple(_value(arg, points) for arg in node.args)
    if node.function in ("min", "max"):
        return reduce(np.minimum if node.function == "min" else np.maximum, args)
    if node.function == "clip":
        return np.minimum(np.maximum(args[0], args[1]), args[2])
    if node.function == "abs":
        return np.abs(args[0])
    return _checked(node, _FUNCTION[node.function], args, points)


def _choose(node: Choose, points: _Points) -> Array:
    index = _value(node.index, points)
    pieces: list[Piece] = []
    left = np.ones(index.shape, dtype=np.bool_)
    for key, part in node.cases:
        mask = left & (index == key)
        left &= ~mask
        pieces.append((mask, part))
    if left.any():
        if node.default is None:
            raise _missing(node, index, left, points)
        pieces.append((left, node.default))
    return _select(pieces, points)


def _select(pieces: Sequence[Piece], points: _Points) -> Array:
    """Each piece's value where its mask holds; the masks share a shape and cover it once."""
    needed = [(mask, part) for mask, part in pieces if mask.any()]
    if len(needed) == 1:
        return _value(needed[0][1], points)
    if not needed:
        return np.zeros(pieces[0][0].shape)
    shares = [(mask, part, _share(mask, part, points)) for mask, part in needed]
    mask = needed[0][0]
    by_row, by_draw = mask.shape[1] == 1, mask.shape[0] == 1
    rows = mask.shape[0] if not by_draw else max(share.shape[0] for _, _, share in shares)
    draws = mask.shape[1] if not by_row else max(share.shape[1] for _, _, share in shares)
    result = np.empty((rows, draws))
    for mask, part, share in shares:
        if _simple(part):
            np.copyto(result, share, where=mask)
        elif by_row:
            result[mask[:, 0]] = share
        elif by_draw:
            result[:, mask[0]] = share
        else:
            result[mask] = share[:, 0]
    return result


def _share(mask: Mask, part: Expression, points: _Points) -> Array:
    """The value of ``part`` at the points of ``mask``, or everywhere if it cannot fail."""
    if _simple(part):
        return _value(part, points)
    return _value(part, points.only(mask, names(part)))


def _simple(part: Expression) -> bool:
    """Whether ``part`` has a value everywhere and costs little: leaves and their comparison."""
    if isinstance(part, Compare) and len(part.rest) == 1:
        return isinstance(part.first, Number | Name) and isinstance(part.rest[0][1], Number | Name)
    return isinstance(part, Number | Name)


def _checked(
    node: Binary | Call, function: Callable[..., Any], args: tuple[Array, ...], points: _Points
) -> Array:
    """The function's value, or the error that says where it is not finite."""
    try:
        result = function(*args)
        # Sums and products of finite numbers always raise the processor's flag;
        # the vectorised functions are not relied on to do so.
        if isinstance(node, Binary) and node.op != "**":
            return result
    except FloatingPointError:
        with np.errstate(all="ignore"):
            result = function(*args)
    finite = np.isfinite(result)
    if finite.all():
        return result
    raise _not_finite(node, args, result, finite, points)


def _not_finite(
    node: Binary | Call, args: tuple[Array, ...], result: Array, finite: Mask, points: _Points
) -> EvaluationError:
    at = tuple(int(i) for i in np.argwhere(~finite)[0])
    row, draw = points.origin(*at)
    shown = [_shown(float(np.broadcast_to(arg, result.shape)[at])) for arg in args]
    value = float(result[at])
    kind = "too large" if np.isinf(value) else "not a real number"
    if isinstance(node, Binary):
        base = f"({shown[0]})" if shown[0][0] == "-" and node.op == "**" else shown[0]
        reason = f"{base} {node.op} {shown[1]} is {kind}"
        if node.op == "/" and not args[1].all():
            reason, repair = f"{shown[0]} is divided by 0", f"if({node.right} != 0, {node}, 0)"
        else:
            repair = "keep the numbers smaller" if np.isinf(value) else "keep the base positive"
    else:
        reason = f"{node.function} of {shown[0]} is {'not defined' if kind[0] == 'n' else kind}"
        reason = f"log of {shown[0]} is not defined" if node.function == "log" else reason
        guard = {"log": "> 0", "sqrt": ">= 0"}.get(node.function)
        inner = node.args[0]
        repair = f"if({inner} {guard}, {node}, 0)" if guard else f"exp(min({inner}, 700))"
    return EvaluationError(
        f"'{node}' has no finite value at row {row}, draw {draw}: {reason}",
        expected="a finite number at every point where the expression is needed",
        repair=repair,
        row=row,
        draw=draw,
        value=value,
        offset=node.offset,
    )


def _missing(node: Choose, index: Array, left: Mask, points: _Points) -> EvaluationError:
    at = tuple(int(i) for i in np.argwhere(left)[0])
    row, draw = points.origin(*at)
    value = float(index[at])
    keys = ", ".join(str(key) for key, _ in node.cases)
    return EvaluationError(
        f"there is no entry for '{node.index}' = {_shown(value)} at row {row}, draw {draw}",
        expected=f"one of the keys {keys}" if keys else "a family with entries",
        repair=f"add an entry for {_shown(value)}, or make sure that it is not reached",
        row=row,
        draw=draw,
        value=value,
        offset=node.offset,
    )


def _shown(value: float) -> str:
    return number_text(float(f"{value:.6g}"))


_ZERO, _ONE = Number(0.0), Number(1.0)
_HELD = "<"  # no name of a text can be the same

_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
}
_COMPARISON: dict[str, Callable[..., Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_FUNCTION: dict[str, Callable[..., Any]] = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt}

_RULES: dict[type, Callable[[Any, _Points], Array]] = {
    Number: _number,
    Index: _index,
    Unary: _unary,
    Binary: _binary,
    Compare: _condition,
    Logical: _condition,
    Call: _call,
    Choose: _choose,
}
