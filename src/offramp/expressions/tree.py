"""What an expression is: frozen nodes, how they are written, and how they are walked.

A tree is data. ``str(tree)`` writes the text with the fewest brackets that reads
back as the same tree; ``offset`` (the position in the source text) is kept for
error columns and takes no part in equality.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from offramp.core.errors import ExpressionError

Node = TypeVar("Node", bound="_Written")
OR, AND, NOT, COMPARE, SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 10)
"""How tightly each kind of operation binds, as in Python."""

BINARY = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "**": POWER}
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")

FUNCTIONS = {
    "min": "min(x, y, ...)",
    "max": "max(x, y, ...)",
    "abs": "abs(x)",
    "exp": "exp(x)",
    "log": "log(x)",
    "sqrt": "sqrt(x)",
    "clip": "clip(x, low, high)",
    "if": "if(condition, then, else)",
}
"""Every function of the language with its signature."""

RESERVED = frozenset({"and", "or", "not", *FUNCTIONS})
"""Words that can name nothing else in an expression."""


class _Written:
    """Gives every node its text, and room for its hash and the names in it."""

    __slots__ = ("known_hash", "known_names")
    known_hash: int
    known_names: frozenset[str]

    def __str__(self) -> str:
        return _text(self)  # type: ignore[arg-type]


def _hashed_once(node: type[Node]) -> type[Node]:
    """Work out the hash of a node once: trees are looked up far more often than they are made."""
    whole = node.__hash__

    def known(self: Node) -> int:
        try:
            return self.known_hash
        except AttributeError:
            found = whole(self)
            object.__setattr__(self, "known_hash", found)
            return found

    node.__hash__ = known
    return node


def _offset() -> int:
    return field(default=0, compare=False, repr=False)


@_hashed_once
@dataclass(frozen=True, slots=True)
class Number(_Written):
    """A finite number."""

    value: float
    offset: int = _offset()

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ExpressionError(
                f"{self.value} is not a finite number", expected="a finite number"
            )
        object.__setattr__(self, "value", float(self.value) + 0.0)

    __str__ = _Written.__str__


@_hashed_once
@dataclass(frozen=True, slots=True)
class Name(_Written):
    """A parameter, variable, level or other name in scope."""

    id: str
    offset: int = _offset()

    __str__ = _Written.__str__


@_hashed_once
@dataclass(frozen=True, slots=True)
class Index(_Written):
    """A member of a family: ``base[key, ...]``."""

    base: str
    keys: tuple[Expression, ...]
    offset: int = _offset()

    __str__ = _Written.__str__


@_hashed_once
@dataclass(frozen=True, slots=True)
class Unary(_Written):
    """``-x``, ``+x`` or ``not x``."""

    op: str
    operand: Expression
    offset: int = _offset()

    __str__ = _Written.__str__


@_hashed_once
@dataclass(frozen=True, slots=True)
class Binary(_Written):
    """``left op right`` with one of ``+ - * / **``."""

    op: str
    left: Expression
    right: Expression
    offset: int = _offset()

    __str__ = _Written.__str__


@_hashed_once
@dataclass(frozen=True, slots=True)
class Compare(_Written):
    """A chain of comparisons, ``first op x op y``; 1 where all hold, else 0."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]
    offset: int = _offset()

    __str__ = _Written.__str__


@_hashed_once
@dataclass(frozen=True, slots=True)
class Logical(_Written):
    """``and`` or ``or`` over two or more parts; 0 or 1, left to right, as far as needed."""

    op: str
    parts: tuple[Expression, ...]
    offset: int = _offset()

    __str__ = _Written.__str__


@_hashed_once
@dataclass(frozen=True, slots=True)
class Call(_Written):
    """One of ``FUNCTIONS`` applied to its arguments; ``if`` is one of them."""

    function: str
    args: tuple[Expression, ...]
    offset: int = _offset()

    __str__ = _Written.__str__


@_hashed_once
@dataclass(frozen=True, slots=True)
class Choose(_Written):
    """The case whose integer equals the value of ``index``, otherwise ``default``.

    Nobody writes this: it is what ``slide[rung]`` becomes when the family and the
    variable are known. Its text is for reading only and does not parse.
    """

    index: Expression
    cases: tuple[tuple[int, Expression], ...]
    default: Expression | None = None
    offset: int = _offset()

    __str__ = _Written.__str__


Expression = Number | Name | Index | Unary | Binary | Compare | Logical | Call | Choose


def children(expression: Expression) -> tuple[Expression, ...]:
    """The direct parts of a node, in reading order."""
    match expression:
        case Number() | Name():
            return ()
        case Index():
            return expression.keys
        case Unary():
            return (expression.operand,)
        case Binary():
            return (expression.left, expression.right)
        case Compare():
            return (expression.first, *(part for _, part in expression.rest))
        case Logical():
            return expression.parts
        case Call():
            return expression.args
        case Choose():
            last = () if expression.default is None else (expression.default,)
            return (expression.index, *(part for _, part in expression.cases), *last)


def rebuild(expression: Expression, parts: tuple[Expression, ...]) -> Expression:
    """The same node over other parts, given in the order of ``children``."""
    at = expression.offset
    match expression:
        case Number() | Name():
            return expression
        case Index():
            return Index(expression.base, parts, at)
        case Unary():
            return Unary(expression.op, parts[0], at)
        case Binary():
            return Binary(expression.op, parts[0], parts[1], at)
        case Compare():
            ops = (op for op, _ in expression.rest)
            return Compare(parts[0], tuple(zip(ops, parts[1:], strict=True)), at)
        case Logical():
            return Logical(expression.op, parts, at)
        case Call():
            return Call(expression.function, parts, at)
        case Choose():
            count = len(expression.cases)
            values = (value for value, _ in expression.cases)
            cases = tuple(zip(values, parts[1 : count + 1], strict=True))
            default = None if expression.default is None else parts[-1]
            return Choose(parts[0], cases, default, at)


def walk(expression: Expression) -> Iterator[Expression]:
    """Every node of the tree, each before its parts, in reading order."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def references(expression: Expression) -> tuple[Name | Index, ...]:
    """Every Name and Index in reading order; an Index stands before those in its keys."""
    return tuple(node for node in walk(expression) if isinstance(node, Name | Index))


def names(expression: Expression) -> frozenset[str]:
    """The ids of all Names and the bases of all Indexes, those inside keys included."""
    try:
        return expression.known_names
    except AttributeError:
        found = frozenset(
            node.id if isinstance(node, Name) else node.base for node in references(expression)
        )
        object.__setattr__(expression, "known_names", found)
        return found


def transform(expression: Expression, leaf: Callable[[Name | Index], Expression]) -> Expression:
    """Replace every Name and Index by ``leaf`` of it, keys before the Index they stand in."""
    if isinstance(expression, Name):
        return leaf(expression)
    parts = children(expression)
    changed = tuple(transform(part, leaf) for part in parts)
    same = all(new is old for new, old in zip(changed, parts, strict=True))
    result = expression if same else rebuild(expression, changed)
    return leaf(result) if isinstance(result, Index) else result


def tightness(expression: Expression) -> int:
    """How tightly the node's outermost operation binds, ``OR`` to ``ATOM``."""
    match expression:
        case Number():
            return SIGN if expression.value < 0 else ATOM
        case Unary():
            return NOT if expression.op == "not" else SIGN
        case Binary():
            return BINARY[expression.op]
        case Compare():
            return COMPARE
        case Logical():
            return OR if expression.op == "or" else AND
        case _:
            return ATOM


def number_text(value: float) -> str:
    """The shortest text that reads back as the same number."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _text(expression: Expression) -> str:
    match expression:
        case Number():
            return number_text(expression.value)
        case Name():
            return expression.id
        case Index():
            return f"{expression.base}[{_listed(expression.keys)}]"
        case Unary():
            return _unary(expression)
        case Binary():
            return _binary(expression)
        case Compare():
            rest = "".join(f" {op} {_inside(part, SUM)}" for op, part in expression.rest)
            return _inside(expression.first, SUM) + rest
        case Logical():
            least = tightness(expression) + 1
            return f" {expression.op} ".join(_inside(part, least) for part in expression.parts)
        case Call():
            return f"{expression.function}({_listed(expression.args)})"
        case Choose():
            cases = "".join(f"; {value}: {part}" for value, part in expression.cases)
            default = "" if expression.default is None else f"; else: {expression.default}"
            return f"choose({expression.index}{cases}{default})"


def _inside(expression: Expression, least: int) -> str:
    text = _text(expression)
    return text if tightness(expression) >= least else f"({text})"


def _listed(parts: tuple[Expression, ...]) -> str:
    return ", ".join(_text(part) for part in parts)


def _unary(expression: Unary) -> str:
    if expression.op == "not":
        return f"not {_inside(expression.operand, NOT)}"
    # `-1` is one number, so a minus in front of a number's tree needs its brackets.
    number = isinstance(expression.operand, Number) and expression.operand.value >= 0
    least = ATOM + 1 if number and expression.op == "-" else SIGN
    return expression.op + _inside(expression.operand, least)


def _binary(expression: Binary) -> str:
    level = BINARY[expression.op]
    left, right = (ATOM, SIGN) if level == POWER else (level, level + 1)
    return f"{_inside(expression.left, left)} {expression.op} {_inside(expression.right, right)}"
